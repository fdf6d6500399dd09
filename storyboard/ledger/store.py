"""Where a film's things are on the disk: ledger, lock, takes, frames and the clips' names.

For a storyboard ``DIR/storyboard.yaml``::

    DIR/.storyboard/ledger.db            what was asked and paid
    DIR/.storyboard/takes/<sha256>.mp4   each clip once, never changed
    DIR/.storyboard/frames/              last frames of takes
    DIR/storyboard.lock                  the finished takes, to be committed
    DIR/out/<name>.mp4                   the current clips, by name: out/arrival/climb..lamp.mp4

A storyboard ``DIR/NAME.storyboard.yaml`` has its clips in ``DIR/out/NAME/``. What is simulated
is under ``DIR/.storyboard/simulated/``, its lock too, and in ``DIR/out/simulated/``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from storyboard.errors import StoryboardError
from storyboard.ledger import Finished, KnownTakes, Ledger, LedgerReader, read_lock
from storyboard.ledger.history import sent_for_others
from storyboard.ledger.readers import SqliteReader
from storyboard.ledger.sqlite import SqliteLedger

_SUFFIX = ".storyboard.yaml"
_MAX_NAME = 200
"""Bytes of a clip's name that its file keeps: 255 are the most on common disks, .mp4 included."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
"""What Windows takes for a device, whatever stands behind a dot."""


class StoreError(StoryboardError):
    """The disk refuses to write: full, read-only, or the place is taken. The text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The places of one film's files. ``simulated`` gives those of a simulated run."""

    folder: Path
    name: str = ""
    simulated: bool = False

    @classmethod
    def beside(cls, storyboard: Path, *, simulated: bool = False) -> Store:
        """The store of a storyboard's file, or of a folder that holds ``storyboard.yaml``."""
        if storyboard.is_dir():
            return cls(folder=storyboard, simulated=simulated)
        name = storyboard.name
        if name.endswith(_SUFFIX):
            name = name.removesuffix(_SUFFIX)
        else:
            name = "" if name in ("storyboard.yaml", "storyboard.yml") else storyboard.stem
        return cls(folder=storyboard.parent, name=name, simulated=simulated)

    @property
    def home(self) -> Path:
        """The folder of everything that is not committed."""
        home = self.folder / ".storyboard"
        return home / "simulated" if self.simulated else home

    @property
    def ledger_file(self) -> Path:
        """The file of the film's ledger, which may not exist yet."""
        return self.home / "ledger.db"

    @property
    def lock(self) -> Path:
        """The lock's file."""
        return (self.home if self.simulated else self.folder) / "storyboard.lock"

    @property
    def takes(self) -> Path:
        """The folder of takes."""
        return self.home / "takes"

    @property
    def frames(self) -> Path:
        """The folder of last frames."""
        return self.home / "frames"

    @property
    def out(self) -> Path:
        """The folder of the clips by name."""
        out = self.folder / "out"
        if self.simulated:
            out /= "simulated"
        return out / self.name if self.name else out

    def take(self, sha256: str) -> Path:
        """The file of a take."""
        return self.takes / f"{sha256}.mp4"

    def has(self, sha256: str | None) -> bool:
        """Whether the take's file is here."""
        return sha256 is not None and self.take(sha256).is_file()

    def clip(self, request_id: str) -> Path:
        """Where the clip of a request is found by its name; see ``file_name`` for the odd ones.

        Raises ``StoreError`` for a name that leads out of the folder.
        """
        parts = PurePosixPath(request_id).parts
        if not parts or any(part in ("..", "/", ".") or "\\" in part for part in parts):
            raise StoreError(f'"{request_id}" is no address that a clip can be named by')
        *folders, name = map(file_name, parts)
        return self.out.joinpath(*folders, f"{name}.mp4")

    # -- ledger and lock --------------------------------------------------------------------------

    def open_ledger(self, clock: Callable[[], float] = time.time) -> Ledger:
        """The film's ledger, to read and write; made where there is none. Raises ``LedgerError``.

        ``clock`` gives Unix seconds. The caller closes it.
        """
        return SqliteLedger(self.ledger_file, clock)

    def read_ledger(self) -> LedgerReader:
        """The film's ledger, to read; nothing is made or written. Its methods raise errors."""
        return SqliteReader(self.ledger_file)

    def known(self, film: str) -> KnownTakes:
        """What ledger and lock know; nothing is written. ``LedgerError`` and ``LockError``.

        ``film`` is the name of the storyboard's file: a folder's ledger serves all its films.
        """
        ledger = self.read_ledger()
        intents = ledger.intents()
        others = sent_for_others(intents, ledger.runs(), film)
        return KnownTakes(intents, self.finished(), others)

    def finished(self) -> dict[str, Finished]:
        """The takes of the lock. Raises ``LockError``."""
        return read_lock(self.lock)

    # -- files ------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the folders, and clear away what a killed run had begun to download."""
        try:
            for folder in (self.takes, self.frames, self.out):
                folder.mkdir(parents=True, exist_ok=True)
            for part in self.takes.glob(".*.part"):
                part.unlink(missing_ok=True)
            probe = self.takes / ".probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise refusal(error, Path(error.filename or self.folder)) from None

    def part(self, digest: str) -> Path:
        """A file for a download that is not finished."""
        return self.takes / f".{digest.rpartition(':')[2]}.part"

    def keep(self, part: Path, sha256: str) -> Path:
        """Make a finished download a take: it is on the disk, whole, before it has its name."""
        take = self.take(sha256)
        try:
            handle = os.open(part, os.O_RDWR)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            part.chmod(0o444)
            part.replace(take)
            _sync_folder(self.takes)
        except OSError as error:
            raise refusal(error, take) from None
        return take

    def publish(self, request_id: str, sha256: str) -> Path:
        """Link the name of a request's clip to a take; returns the name's path."""
        take, clip = self.take(sha256), self.clip(request_id)
        if _is_linked(take, clip):
            return clip
        try:
            if clip.is_file() and clip.stat().st_ino == take.stat().st_ino:
                return clip
            clip.parent.mkdir(parents=True, exist_ok=True)
            if _is_linked(take, clip):
                return clip
            beside = clip.with_name(f".{clip.name}.new")
            beside.unlink(missing_ok=True)
            try:
                os.link(take, beside)
            except OSError:
                shutil.copyfile(take, beside)
            beside.replace(clip)
        except OSError as error:
            raise refusal(error, clip) from None
        return clip


def file_name(part: str) -> str:
    """A part of a clip's name as every disk takes it: the same, but for two kinds.

    One that is too long is cut and ends in a sum of the whole; the name of a device gets a ``~``,
    which no id holds.
    """
    first, dot, rest = part.partition(".")
    if first.casefold() in _DEVICES:
        part = f"{first}~{dot}{rest}"
    data = part.encode("utf-8", "surrogatepass")
    if len(data) <= _MAX_NAME:
        return part
    kept = data[: _MAX_NAME - 9].decode("utf-8", "ignore")
    return f"{kept}~{hashlib.sha256(data).hexdigest()[:8]}"


def refusal(error: OSError, path: Path) -> StoreError:
    """A ``StoreError`` with the system's reason and the path."""
    return StoreError(f'"{path}" cannot be written: {(error.strerror or str(error)).lower()}')


def _is_linked(take: Path, clip: Path) -> bool:
    """Give a clip its name at the first try: there is none of that name, and links are taken."""
    try:
        os.link(take, clip)
    except OSError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    # A name is only safe once its folder is; not every system lets a folder be opened.
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
