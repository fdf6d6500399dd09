"""Files that commands write where the user says: each is recorded with the hash of its bytes.

Only what was written before, and is as it was written, is replaced without a word. ``force``
replaces another plain file, but never a storyboard, a lock, a ledger or a source of the film, and
never a link, a named pipe or a device.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from storyboard.errors import RefusedError
from storyboard.project.disk import open_plain_file, plain_file_problem, read_plain_file
from storyboard.project.places import check_inside

_FOLDER = ".storyboard"
_LOCK = "storyboard.lock"
_STORYBOARDS = ("storyboard.yaml", "storyboard.yml")
_SUFFIX = ".storyboard.yaml"
_MAX_RECORD = 16 << 20
_LOOKED_AT = 64 << 10
_FILM = [re.compile(rb"(?m)^[\"']?%s[\"']? *:" % key) for key in (b"storyboard", b"scenes")]
"""Keys that every storyboard has."""
_IS_LOCK = re.compile(rb'\A\{"address":.*"clip":.*"digest":.*"request_id":')
_SQLITE = b"SQLite format 3\0"
_APPLICATION = slice(68, 72)
_LEDGER = b"SBL1"
"""The bytes at ``_APPLICATION`` of a SQLite file that is a ledger."""


class OutputError(RefusedError):
    """A file that may not be written there; ``reason`` says why, ``help`` what to do."""

    def __init__(self, reason: str, help: str) -> None:  # noqa: A002
        super().__init__(f"{reason}; {help}")
        self.reason = reason
        self.help = help


class Outputs(Struct, frozen=True, kw_only=True):
    """The outputs of the films in ``folder``, whose record is ``.storyboard/outputs.json`` there.

    ``root`` is the project's folder. ``sources`` are files that no output may replace.
    """

    folder: Path
    root: Path
    sources: tuple[Path, ...] = ()

    @property
    def record(self) -> Path:
        """The file that lists what was written."""
        return self.folder / _FOLDER / "outputs.json"

    def check(self, path: Path, *, force: bool = False) -> None:
        """Refuse a path that may not be written. Raises ``OutputError`` and ``OutsideError``."""
        check_inside((path,), self.root, "give --out a path outside by its own name")
        self._check_name(path)
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unwritable(path, error) from None
        if stat.S_ISLNK(mode):
            raise OutputError(
                f'"{path}" is a link to "{path.readlink()}", and links are not replaced',
                "give --out the name of the file itself; without --out it is printed",
            )
        if problem := plain_file_problem(mode):
            raise OutputError(
                f'"{path}" is not replaced: {problem}',
                "give --out another name; without --out it is printed"
                if not stat.S_ISDIR(mode)
                else "give --out the name of a file in it",
            )
        self._check_file(path, force=force)

    def _check_name(self, path: Path) -> None:
        """Refuse names that belong to storyboard itself, whether a file is there or not."""
        places = (path.absolute(), _resolved(path))
        if any(_FOLDER in place.parts for place in places):
            raise OutputError(
                f'"{path}" is in the folder {_FOLDER}, where the ledger and the paid clips are',
                "give --out a path outside of it",
            )
        name = path.name.casefold()
        if name == _LOCK or name in _STORYBOARDS or name.endswith(_SUFFIX):
            kind = "lock" if name == _LOCK else "storyboard"
            raise OutputError(
                f'"{path}" is the name of a {kind}, which is never replaced',
                "give --out another name",
            )

    def _check_file(self, path: Path, *, force: bool) -> None:
        for source in self.sources:
            with suppress(OSError):
                if path.samefile(source):
                    raise OutputError(
                        f'"{path}" is a source of the film, which is never replaced',
                        "give --out another name",
                    )
        try:
            with open_plain_file(path) as file:
                if kind := _kind_of(file.read(_LOOKED_AT)):
                    raise OutputError(
                        f'"{path}" is a {kind}, which is never replaced',
                        "give --out another name",
                    )
            if force or self._read().get(self._key(path)) == sha256_of(path):
                return
        except OSError as error:
            raise _unwritable(path, error) from None
        raise OutputError(
            f'"{path}" is there, and is not as storyboard has written it: it is not replaced',
            "give --out another name, or --force to replace it",
        )

    def write(
        self, path: Path, data: bytes, *, force: bool = False, begins_record: bool = True
    ) -> None:
        """Write a file whole or not at all, and record it.

        Without ``begins_record`` it is recorded only where the folder of the record is there.
        Raises ``OutputError``, ``OutsideError`` and ``OSError``.
        """
        if not self._has(path, data):
            self.check(path, force=force)
            write_whole(path, data)
        if begins_record or self.record.parent.is_dir():
            self.keep(path)

    def keep(self, path: Path) -> None:
        """Record a file as it now is. Where that fails, it is not replaced without ``force``."""
        with suppress(OSError, RefusedError):
            check_inside((self.record,), self.root, "")
            found = self._read() | {self._key(path): sha256_of(path)}
            self.record.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"outputs": found}, ensure_ascii=False, indent=1, sort_keys=True)
            write_whole(self.record, f"{text}\n".encode("utf-8", "surrogatepass"))

    def _has(self, path: Path, data: bytes) -> bool:
        """Whether exactly these bytes are there already, as a plain file."""
        try:
            return not path.is_symlink() and read_plain_file(path, len(data)) == data
        except OSError:
            return False

    def _key(self, path: Path) -> str:
        """The name of a file in the record: from the folder, where it is below it."""
        place, folder = _resolved(path), _resolved(self.folder)
        if place.is_relative_to(folder):
            return place.relative_to(folder).as_posix()
        return place.as_posix()

    def _read(self) -> dict[str, str]:
        """The record; empty where there is none that can be read."""
        try:
            found = json.loads(read_plain_file(self.record, _MAX_RECORD))
            listed = found["outputs"]
            return {key: one for key, one in listed.items() if isinstance(one, str)}
        except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
            return {}


def sha256_of(path: Path) -> str:
    """The hex digest of a plain file. Raises ``OSError``."""
    with open_plain_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, in the place of any that is there. Raises ``OSError``."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _kind_of(beginning: bytes) -> str:
    """What of storyboard's own a file is, by its first bytes; empty for anything else."""
    if beginning.startswith(_SQLITE) and beginning[_APPLICATION] == _LEDGER:
        return "ledger"
    if _IS_LOCK.match(beginning):
        return "lock"
    if all(key.search(beginning) for key in _FILM):
        return "storyboard"
    return ""


def _unwritable(path: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(
        f'"{path}" cannot be written: {reason}',
        "give --out a file in a folder that exists and can be written",
    )
