"""Writing what a command makes: whole or not at all, and never over what is somebody else's."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from storyboard.errors import RefusedError

_LOOKED_AT = 4096
_LEDGER_FOLDER = ".storyboard"
_LOCK = "storyboard.lock"


class OutputError(RefusedError):
    """A file that may not be replaced; the text says why and what to do."""


def write_output(
    path: Path,
    data: bytes,
    *,
    is_ours: Callable[[bytes], bool],
    is_forced: bool = False,
    sources: Iterable[Path] = (),
) -> None:
    """Write a file, in place of one that is there only where that is ours or it is forced.

    ``is_ours`` is given the first bytes of the file that is there. Files that the output was made
    from, the lock and the ledger are never replaced, and neither is what is no plain file. A link
    is replaced itself, what it leads to stays. Raises ``OutputError`` and ``OSError``.
    """
    place = path.parent.resolve() / path.name
    if place.name == _LOCK or _LEDGER_FOLDER in place.parts:
        raise OutputError(f'"{path}" is where the record of what was paid is kept: name another')
    if any(_is_same(place, source) for source in sources):
        raise OutputError(f'"{path}" is a file that this is made from: name another')
    try:
        mode = place.lstat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise OutputError(f'"{path}" is no plain file: name another')
    if mode is not None and not is_forced and not _has_ours(place, is_ours):
        raise OutputError(
            f'"{path}" is there, and storyboard has not written it: name another file, or give '
            "--force to replace it"
        )
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _has_ours(place: Path, is_ours: Callable[[bytes], bool]) -> bool:
    try:
        if place.is_symlink():
            return False
        with place.open("rb") as file:
            return is_ours(file.read(_LOOKED_AT))
    except OSError:
        return False


def _is_same(place: Path, source: Path) -> bool:
    try:
        return place.samefile(source)
    except OSError:
        return False
