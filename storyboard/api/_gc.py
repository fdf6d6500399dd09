"""Takes that nothing needs any more: found by timelines and locks, and removed when asked to."""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.errors import RefusedError

if TYPE_CHECKING:
    from storyboard.api._load import CompileOptions
    from storyboard.ledger import Intent, Lock
    from storyboard.ledger.store import Store
    from storyboard.ledger.unused_take import UnusedTake

_TAKE = re.compile(r"([0-9a-f]{64})\.mp4")
_FRAME = re.compile(r"([0-9a-f]{64})(?:-[0-9]+)*\.(?:png|jpg|webp|mp4)")


class UnsureTakesError(RefusedError):
    """It cannot be known which takes are needed, so none is removed; the text says why."""


def find_unused(file: str, options: CompileOptions) -> tuple[UnusedTake, ...]:
    """The takes of a film's folder that no film of it shows and no lock holds, by name.

    ``file`` is any film of the folder, or the folder. What is simulated is in no lock that is
    committed: there the films alone count. Raises ``UnsureTakesError`` where a film has errors or a
    lock cannot be read, ``LedgerError``, ``LockError``, ``UnreadableRefsError``.
    """
    from storyboard.api._sent_clips import find_sent
    from storyboard.ledger.unused_take import UnusedTake

    store = find_sent(file, simulated=options.is_simulated).store
    for folder in (store.folder / ".storyboard", store.home, store.takes, store.frames):
        if folder.is_symlink():
            raise UnsureTakesError(
                f'"{folder}" is a link: nothing is removed through it; '
                "work in the folder that it leads to"
            )
    takes = _plain_files(store.takes, _TAKE)
    if not takes:
        return ()
    frames = _plain_files(store.frames, _FRAME)
    intents, lock = store.read_ledger().intents(), store.read_lock()
    needed = _in_films(_films(store, file, intents, lock), options, intents, lock)
    if not store.simulated:
        needed |= _in_lock(lock) | _in_git(store.lock)
    orders = {one.clip: one for one in intents if one.clip is not None}
    found = []
    for path, sha256 in takes.items():
        if sha256 in needed:
            continue
        files = (path, *(frame for frame, of in frames.items() if of == sha256))
        order = orders.get(sha256)
        found.append(
            UnusedTake(
                sha256=sha256,
                address=order.order.address if order else "",
                size=sum(one.lstat().st_size for one in files),
                charged=order.charged if order else None,
                is_named=path.lstat().st_nlink > 1,
                files=files,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.address, one.sha256)))


def remove_unused(
    takes: Collection[UnusedTake], file: str, options: CompileOptions
) -> tuple[UnusedTake, ...]:
    """Remove takes and their frames; those that are needed by now stay. Returns what is removed.

    No run works meanwhile. Raises what ``find_unused`` does, ``LeaseHeldError`` while a run works,
    ``OutsideError``, and ``StoreError`` where the disk refuses.
    """
    from storyboard.api._sent_clips import find_sent
    from storyboard.ledger.store import refusal

    if not takes:
        return ()
    asked = {one.sha256 for one in takes}
    store = find_sent(file, simulated=options.is_simulated).store
    with store.open_ledger() as ledger:
        ledger.take_lease()
        found = tuple(one for one in find_unused(file, options) if one.sha256 in asked)
        for take in found:
            ledger.beat()
            for path in take.files:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise refusal(error, path) from None
    return found


def _plain_files(folder: Path, form: re.Pattern[str]) -> dict[Path, str]:
    """The plain files of a folder whose names have a form, with the sum that each begins with."""
    if not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        match = form.fullmatch(path.name)
        if match and stat.S_ISREG(path.lstat().st_mode):
            found[path] = match[1]
    return found


def _films(store: Store, file: str, intents: Iterable[Intent], lock: Lock) -> list[Path]:
    """The storyboards of a folder: by their names, as it was given, and all that were run."""
    from storyboard.api._load import FOLDER_FILE
    from storyboard.plan.staleness import is_plan

    named = {one.order.film for one in intents} | {one.film for one in lock.orders.values()}
    films = {store.folder / name for name in named if name}
    films |= {store.folder / FOLDER_FILE, *store.folder.glob("*.storyboard.yaml")}
    given = Path(file)
    if given.is_file() and not is_plan(given):
        films.add(store.folder / given.name)
    found = sorted(one for one in films if one.is_file())
    if not found:
        raise UnsureTakesError(
            f'no storyboard is in "{store.folder}", so it is not known which takes are needed: '
            "nothing is removed"
        )
    return found


def _in_films(
    films: Iterable[Path], options: CompileOptions, intents: Iterable[Intent], lock: Lock
) -> set[str]:
    """The takes that films are made of."""
    from storyboard.api._plan import plan_storyboard

    takes: set[str] = set()
    digests: set[str] = set()
    for film in films:
        plan, compilation = plan_storyboard(str(film), options)
        if compilation.diagnostics.has_errors or not plan.is_applyable:
            raise UnsureTakesError(
                f'"{film}" has errors, so it is not known which takes it needs: nothing is '
                f"removed; `storyboard plan` shows them"
            )
        takes |= {one.take for one in plan.timeline if one.take is not None}
        takes |= {one.take for one in plan.kept}
        digests |= {one.digest for one in plan.requests}
    paid: list[tuple[str, str | None]] = [(one.digest, one.clip) for one in intents]
    paid += [(one.digest, one.clip) for one in lock.orders.values()]
    return takes | {clip for digest, clip in paid if clip is not None and digest in digests}


def _in_lock(lock: Lock) -> set[str]:
    """The takes that a lock holds."""
    return {one.clip for one in lock.orders.values() if one.clip is not None} | set(lock.segments)


def _in_git(file: Path) -> set[str]:
    """The takes that the lock holds in the index and in any local ref of git."""
    from storyboard.ledger.lock import LockLineError, parse_lock
    from storyboard.project.committed import committed_versions

    takes: set[str] = set()
    for place, data in committed_versions(file).items():
        try:
            takes |= _in_lock(parse_lock(data))
        except LockLineError as error:
            raise UnsureTakesError(
                f'line {error.number} of "{file.name}" in {place} is no record of what was paid: '
                f"{error}; nothing is removed until it is mended there"
            ) from None
    return takes
