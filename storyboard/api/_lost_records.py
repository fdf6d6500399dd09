"""Clips that were paid though neither ledger nor lock tells of them: what git and the disk know.

A merge that went wrong, or a lock that was put back in an old state, takes the lines of paid orders
away; their clips would be offered as new, and paid again. Where something is to be paid, the lock
is looked for in the index, in the last commits and in every local ref of git, and among the takes
that are here.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import LOST_RECORD
from storyboard.ledger.history import Standing
from storyboard.ledger.lock_lines import LineError, PaidOrder, SentOrder, read_line
from storyboard.plan.reason import Action, ReasonCode
from storyboard.project.committed import INDEX, UnreadableRefsError, committed_versions
from storyboard.values.sums import total_by_currency

if TYPE_CHECKING:
    from storyboard.ledger import Known, Lock
    from storyboard.ledger.store import Store
    from storyboard.plan import Plan
    from storyboard.plan.planned_request import PlannedRequest
    from storyboard.values.segments import ShotPart

_LAST_COMMITS = ("HEAD^2", "ORIG_HEAD", *(f"HEAD~{number}" for number in range(1, 10)))
"""Where the lock stood before a merge or some commits, beside what refs name."""
_MOST_BYTES = 64 << 20
"""Bytes of committed locks that are read at most, the nearest first."""
_MAX_NAMED = 5


def check_records(plan: Plan, store: Store, known: Callable[[], Known | None]) -> Diagnostics:
    """A warning for what a plan renders though it was paid, as far as that can be seen (SB605).

    ``known`` reads what ledger and lock know, and is called where something is missing. Raises
    ``LedgerError`` and ``LockError``. A repository that git does not read tells nothing.
    """
    found = Diagnostics()
    wanted = [
        one
        for one in plan.requests
        if one.action is Action.GENERATE and one.reason.code in (ReasonCode.NEW, ReasonCode.CHANGED)
    ]
    if not wanted or store.simulated:
        return found
    lock = store.read_lock()
    clips: set[str] = set()
    told: set[str] = set()
    for place, missing in _missing_lines(store):
        clips |= {one.clip for one in missing.orders if one.clip is not None}
        lost = {
            name: orders
            for name, orders in _lost_orders(missing, wanted, known).items()
            if name not in told
        }
        if lost:
            _warn_of_lock(found, store.lock, place, lost)
            told |= lost.keys()
    _warn_of_takes(found, store, lock, clips)
    return found


class _MissingLines(Struct, frozen=True):
    """What a committed lock says and the one here does not: ``shots`` are contents by clip."""

    orders: list[PaidOrder]
    shots: dict[str, set[ShotPart]]


def _missing_lines(store: Store) -> Iterator[tuple[str, _MissingLines]]:
    """The lines that the lock lacks and a place in git has, by that place."""
    try:
        versions = committed_versions(store.lock, _LAST_COMMITS, most_bytes=_MOST_BYTES)
    except UnreadableRefsError:
        return
    if not versions:
        return
    here = set(store.lock.read_bytes().split(b"\n")) if store.lock.is_file() else set()
    for place, data in versions.items():
        missing = _MissingLines([], {})
        for line in data.split(b"\n"):
            if not line or line in here:
                continue
            try:
                read = read_line(line.decode("utf-8"))
            except (LineError, UnicodeDecodeError):
                continue  # of another version, or a mark of a conflict: it only cannot help
            if isinstance(read, PaidOrder):
                missing.orders.append(read)
            elif not isinstance(read, SentOrder):
                missing.shots.setdefault(read[0], set()).add(read[1].content)
        yield place, missing


def _lost_orders(
    missing: _MissingLines,
    wanted: Iterable[PlannedRequest],
    known: Callable[[], Known | None],
) -> dict[str, list[PaidOrder]]:
    """The missing orders that have the clip of a request, or one of its shots, by its id."""
    lost: dict[str, list[PaidOrder]] = {}
    for request in wanted:
        shots = set(request.contents)
        orders = [
            one
            for one in missing.orders
            if one.clip is not None
            and (one.digest == request.digest or shots & missing.shots.get(one.clip, set()))
        ]
        if orders:
            lost[request.id] = orders
    takes = known() if lost else None
    if takes is None:
        return lost
    # What the ledger knows is as the user wants it: lost at the vendor, or to be rendered anew.
    news = {
        name: [one for one in orders if takes.standing(one.digest) is Standing.NEW]
        for name, orders in lost.items()
    }
    return {name: orders for name, orders in news.items() if orders}


def _warn_of_lock(
    found: Diagnostics, lock: Path, place: str, lost: Mapping[str, Collection[PaidOrder]]
) -> None:
    """Warn of what the lock in a place of git has; ``lost`` are paid orders by request."""
    orders = {one.request_id: one for ones in lost.values() for one in ones}.values()
    charges = total_by_currency([one.charge for one in orders if one.charge is not None])
    paid = ", ".join([_named([one.address for one in orders]), *map(str, charges)])
    is_, has = ("is", "it has") if len(lost) == 1 else ("are", "they have")
    revision = shlex.quote(f"{'' if place == INDEX else place}:./{lock.name}")
    folder = lock.parent
    git = "git" if folder.resolve() == Path.cwd() else f"git -C {shlex.quote(str(folder))}"
    command = f"`{git} show {revision} >> {shlex.quote(str(lock))}`"
    found.add(
        LOST_RECORD,
        f"{_named(lost)} {is_} to be paid, though {has} been, says the lock in {_short(place)} "
        f"({paid}): {command} brings back the lines that the one here lacks",
        help="plan again after that",
    )


def _short(ref: str) -> str:
    """A ref of git as people call it."""
    for kind in ("refs/heads/", "refs/remotes/", "refs/tags/"):
        ref = ref.removeprefix(kind)
    return ref


def _warn_of_takes(found: Diagnostics, store: Store, lock: Lock, told: Collection[str]) -> None:
    """Warn of takes here of which neither ledger nor lock tells, nor a lock in git."""
    known = {one.clip for one in store.read_ledger().intents()}
    known |= {one.clip for one in lock.orders.values()}
    takes = {
        inode: name.removesuffix(".mp4")
        for name, inode in _files(store.takes)
        if name.endswith(".mp4") and len(name) == _TAKE_NAME
    }
    strange = {
        inode: sha256
        for inode, sha256 in takes.items()
        if sha256 not in known and sha256 not in told
    }
    if not strange:
        return
    names = {
        inode: str(path.with_suffix("").relative_to(store.out).as_posix())
        for path, inode in _clips(store.out)
        if inode in strange
    }
    named = sorted(names.get(inode, sha256[:12]) for inode, sha256 in strange.items())
    one = len(named) == 1
    found.add(
        LOST_RECORD,
        f"{_named(named)} {'is' if one else 'are'} here as {'a take' if one else 'takes'} of which "
        f"neither ledger nor lock tells: {'it' if one else 'they'} may be paid, and rendered and "
        "paid again",
        help="put ledger or lock back from a copy or from git, or give the id, which your history "
        "at the vendor lists, to `storyboard resolve ADDRESS --adopt ID`",
    )


_TAKE_NAME = 64 + len(".mp4")


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """The plain files of a folder, with their inodes."""
    try:
        with os.scandir(folder) as listed:
            for entry in listed:
                if entry.is_file(follow_symlinks=False):
                    yield entry.name, entry.inode()
    except OSError:
        return


def _clips(folder: Path) -> Iterator[tuple[Path, int]]:
    """The plain files named as clips below a folder, with their inodes."""
    for path in folder.rglob("*.mp4"):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            yield path, status.st_ino


def _named(names: Iterable[str]) -> str:
    shown = list(dict.fromkeys(names))
    more = f" and {len(shown) - _MAX_NAMED} more" if len(shown) > _MAX_NAMED else ""
    return ", ".join(shown[:_MAX_NAMED]) + more
