"""Where a film's things are on the disk: ledger, lock, takes, frames and the clips' names.

For a storyboard ``DIR/storyboard.yaml``::

    DIR/.storyboard/ledger.db            what was asked and paid
    DIR/.storyboard/takes/<sha256>.mp4   each clip once, never changed
    DIR/.storyboard/frames/              last frames of takes
    DIR/storyboard.lock                  the finished takes, to be committed
    DIR/out/<name>.mp4                   the current clips, by name: out/arrival/climb..lamp.mp4

A storyboard ``DIR/NAME.storyboard.yaml`` has its clips in ``DIR/out/NAME/``. What is simulated
is under ``DIR/.storyboard/simulated/``, its lock too, and in ``DIR/out/simulated/``. Clips may
have another folder in place of ``DIR/out``. Nothing is written through a link that leads out of the
project, and no clip takes the place of a file that is none of the film's clips.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterable
from functools import cached_property, lru_cache
from pathlib import Path

from msgspec import Struct

from storyboard.errors import StoryboardError
from storyboard.ledger import KnownTakes, Ledger, LedgerReader, Lock, PaidOrder, read_lock
from storyboard.ledger.damage import check_intents
from storyboard.ledger.readers import SqliteReader
from storyboard.ledger.sqlite import SqliteLedger
from storyboard.ledger.stored_files import CheckedTakes, StoredFiles, TakeFile
from storyboard.project.disk import plain_file_problem
from storyboard.project.files import ProjectFiles
from storyboard.project.outputs import sha256_of
from storyboard.project.places import check_inside

_SUFFIX = ".storyboard.yaml"
_MAX_NAME = 200
"""Bytes of a clip's name that its file keeps: 255 are the most on common disks, .mp4 included."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
"""What Windows takes for a device, whatever stands behind a dot."""


class StoreError(StoryboardError):
    """The disk refuses to write: full, read-only, or the place is taken. The text says which."""


class Store(Struct, frozen=True, kw_only=True, dict=True):
    """The places of one film's files. ``simulated`` gives those of a simulated run.

    ``clips`` is the folder of the clips in place of ``out`` beside the storyboard. ``root`` is the
    project's folder, None for the one that ``folder`` belongs to.
    """

    folder: Path
    name: str = ""
    simulated: bool = False
    clips: Path | None = None
    root: Path | None = None

    @classmethod
    def beside(
        cls,
        storyboard: Path,
        *,
        simulated: bool = False,
        clips: Path | None = None,
        root: Path | None = None,
    ) -> Store:
        """The store of a storyboard's file, or of a folder that holds ``storyboard.yaml``."""
        if storyboard.is_dir():
            return cls(folder=storyboard, simulated=simulated, clips=clips, root=root)
        name = storyboard.name
        if name.endswith(_SUFFIX):
            name = name.removesuffix(_SUFFIX)
        else:
            name = "" if name in ("storyboard.yaml", "storyboard.yml") else storyboard.stem
        folder = storyboard.parent
        return cls(folder=folder, name=name, simulated=simulated, clips=clips, root=root)

    @property
    def project(self) -> Path:
        """The project's folder, out of which no link may lead."""
        return self.root or ProjectFiles.around(self.folder).root

    @cached_property
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

    @cached_property
    def takes(self) -> Path:
        """The folder of takes."""
        return self.home / "takes"

    @cached_property
    def frames(self) -> Path:
        """The folder of last frames."""
        return self.home / "frames"

    @cached_property
    def out(self) -> Path:
        """The folder of the clips by name."""
        out = self.clips or self.folder / "out"
        if self.simulated:
            out /= "simulated"
        return out / self.name if self.name else out

    def take(self, sha256: str) -> Path:
        """The file of a take."""
        return self.takes / f"{sha256}.mp4"

    def has(self, sha256: str | None) -> bool:
        """Whether the take's file is here, whatever is in it; see ``checked_takes``."""
        return sha256 is not None and self.take(sha256).is_file()

    def checked_takes(self) -> CheckedTakes:
        """Which takes are here as they came. Raises ``LedgerError``."""
        return CheckedTakes(self.takes, self.read_ledger().take_files())

    def clip(self, request_id: str) -> Path:
        """Where the clip of a request is found by its name, see ``clip_path``.

        Raises ``StoreError`` for a name that leads out of the folder.
        """
        return self.out / clip_path(request_id)

    def clip_text(self, request_id: str) -> str:
        """``clip`` as a text, which is made much faster."""
        return f"{self.out}{os.sep}{clip_path(request_id).replace('/', os.sep)}"

    def look(self) -> StoredFiles:
        """What is here of takes and clips.

        Raises ``StoreError`` where that cannot be read, and ``LedgerError``.
        """
        files = self.read_ledger().take_files()
        try:
            return StoredFiles.of(self.takes, self.out, files)
        except OSError as error:
            raise refusal(error, Path(error.filename or self.folder)) from None

    def is_published(self, files: StoredFiles, request_id: str, sha256: str) -> bool:
        """Whether the name of a request's clip is a link to a take, by what a look has found."""
        return files.is_named(clip_path(request_id), sha256)

    # -- ledger and lock --------------------------------------------------------------------------

    def open_ledger(self, clock: Callable[[], float] = time.time) -> Ledger:
        """The film's ledger, to read and write; made where there is none. Raises ``LedgerError``.

        Raises ``OutsideError`` where a link leads out of the project. ``clock`` gives Unix
        seconds. The caller closes it.
        """
        self._check_home()
        return SqliteLedger(self.ledger_file, clock)

    def read_ledger(self) -> LedgerReader:
        """The film's ledger, to read; nothing is made or written. Its methods raise errors."""
        return SqliteReader(self.ledger_file)

    def known(self, film: str) -> KnownTakes:
        """What ledger and lock know; nothing is written. ``LedgerError`` and ``LockError``.

        ``film`` is the name of the storyboard's file: a folder's ledger serves all its films.
        """
        intents, lock = self.read_ledger().intents(), self.read_lock()
        check_intents(self.ledger_file, intents)
        return KnownTakes(intents, lock, film, self.checked_takes().has)

    def read_lock(self) -> Lock:
        """What the lock holds. Raises ``LockError``."""
        return read_lock(self.lock)

    def finished(self) -> dict[str, PaidOrder]:
        """The orders of the lock that have a clip, by digest. Raises ``LockError``."""
        return self.read_lock().finished()

    # -- files ------------------------------------------------------------------------------------

    def _check_home(self) -> None:
        names = ("simulator.db", "simulator.url") if self.simulated else ()
        kept = [self.ledger_file, self.lock, self.takes, self.frames]
        check_inside(
            (*kept, *(self.home / name for name in names)),
            self.project,
            "put what it leads to in its place, or give --project a folder above both",
        )

    def _check_out(self, place: Path) -> None:
        root = self.clips.resolve() if self.clips is not None else self.project
        check_inside(
            (place,),
            root,
            "remove the link; to put clips elsewhere, give that folder to --out-dir",
        )

    def prepare(self, names: Iterable[str] = ()) -> StoredFiles:
        """Make the folders, and clear away what a killed run had begun to download.

        ``names`` are the clips that will be published. Returns what is here. Raises ``StoreError``
        where another file has the place of one, and ``OutsideError``.
        """
        self._check_home()
        self._check_out(self.out)
        try:
            for folder in (self.takes, self.frames, self.out):
                folder.mkdir(parents=True, exist_ok=True)
            with os.scandir(self.takes) as listed:
                begun = [one for one in listed if one.name[0] == "." and one.name[-5:] == ".part"]
            for part in begun:
                Path(part.path).unlink(missing_ok=True)
            probe = self.takes / ".probe"
            probe.unlink(missing_ok=True)
            probe.open("xb").close()
            probe.unlink()
        except OSError as error:
            raise refusal(error, Path(error.filename or self.folder)) from None
        files = self.look()
        linked = frozenset(files.takes.values())
        for name in names:
            if files.clips.get(clip_path(name)) not in linked:
                self._check_clip(self.clip(name), linked)
        return files

    def _check_clip(self, clip: Path, linked: Collection[int]) -> None:
        """Refuse the place of a clip where something else is.

        ``linked`` are the inodes of takes. Raises ``StoreError`` and ``OutsideError``.
        """
        if _has_link(clip, self.out):
            self._check_out(clip)
        try:
            status = clip.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise refusal(error, clip) from None
        if stat.S_ISREG(status.st_mode) and (status.st_ino in linked or self._is_take(clip)):
            return
        is_link = stat.S_ISLNK(status.st_mode)
        what = "it is a link" if is_link else plain_file_problem(status.st_mode)
        raise StoreError(
            f'"{clip}" is not replaced: {what or "it is no clip as this film got it"}; '
            "move it away and run again"
        )

    def _is_take(self, clip: Path) -> bool:
        """Whether a file is a clip that was made here, to the byte: nothing of it can be lost."""
        try:
            sha256 = sha256_of(clip)
        except OSError as error:
            raise refusal(error, clip) from None
        if self.has(sha256):
            return True
        known = {order.clip for order in self.read_lock().orders.values()}
        return sha256 in known or any(one.clip == sha256 for one in self.read_ledger().intents())

    def part(self, digest: str) -> Path:
        """A file for a download that is not finished."""
        return self.takes / f".{digest.rpartition(':')[2]}.part"

    def keep(self, part: Path, sha256: str) -> TakeFile:
        """Make a finished download a take: it is on the disk, whole, before it has its name.

        It takes the place of one that is not as it came. Returns its file, for the ledger.
        """
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
            status = take.stat()
        except OSError as error:
            raise refusal(error, take) from None
        return TakeFile(status.st_size, status.st_mtime_ns)

    def publish(self, request_id: str, sha256: str) -> Path:
        """Link the name of a request's clip to a take; returns the name's path."""
        take, clip = self.take(sha256), self.clip(request_id)
        if _has_link(clip, self.out):
            self._check_out(clip)
        if _is_linked(take, clip):
            return clip
        try:
            if _is_same(take, clip):
                return clip
            clip.parent.mkdir(parents=True, exist_ok=True)
            if _is_linked(take, clip):
                return clip
            self._check_clip(clip, frozenset(self.look().takes.values()))
            beside = clip.with_name(f".{clip.name}.new")
            beside.unlink(missing_ok=True)
            try:
                os.link(take, beside)
            except OSError:
                shutil.copy2(take, beside)
            beside.replace(clip)
        except OSError as error:
            raise refusal(error, clip) from None
        return clip


def record_files(folder: Path) -> tuple[Path, ...]:
    """The files that change while the films of a folder are rendered, simulated or not."""
    stores = (Store(folder=folder), Store(folder=folder, simulated=True))
    ledgers = [store.ledger_file for store in stores]
    return (
        *(store.lock for store in stores),
        *ledgers,
        *(ledger.with_name(f"{ledger.name}-wal") for ledger in ledgers),
    )


@lru_cache(maxsize=1 << 17)
def clip_path(request_id: str) -> str:
    """Where the clip of a request is, below the folder of clips; slashes divide it.

    Raises ``StoreError`` for a name that leads out of the folder.
    """
    parts = request_id.split("/")
    if "" in parts or "." in parts or ".." in parts or "\\" in request_id:
        raise StoreError(f'"{request_id}" is no address that a clip can be named by')
    return f"{'/'.join([file_name(part) for part in parts])}.mp4"


def file_name(part: str) -> str:
    """A part of a clip's name as every disk takes it: the same, but for two kinds.

    One that is too long is cut and ends in a sum of the whole; the name of a device gets a ``~``,
    which no id holds.
    """
    first, dot, rest = part.partition(".")
    if first.casefold() in _DEVICES:
        part = f"{first}~{dot}{rest}"
    if len(part) <= _MAX_NAME // 4:
        return part
    data = part.encode("utf-8", "surrogatepass")
    if len(data) <= _MAX_NAME:
        return part
    kept = data[: _MAX_NAME - 9].decode("utf-8", "ignore")
    return f"{kept}~{hashlib.sha256(data).hexdigest()[:8]}"


def refusal(error: OSError, path: Path) -> StoreError:
    """A ``StoreError`` with the system's reason and the path."""
    return StoreError(f'"{path}" cannot be written: {(error.strerror or str(error)).lower()}')


def _has_link(place: Path, top: Path) -> bool:
    """Whether there is a link on the way from ``top``, which does not count, to a place."""
    while place != top:
        if place.is_symlink():
            return True
        place = place.parent
    return False


def _is_same(take: Path, clip: Path) -> bool:
    """Whether a clip is its take: by a link, or as a copy that has kept its size and time."""
    try:
        ours, there = take.stat(), clip.lstat()
    except OSError:
        return False
    if not stat.S_ISREG(there.st_mode):
        return False
    if (there.st_ino, there.st_dev) == (ours.st_ino, ours.st_dev):
        return True
    return there.st_size == ours.st_size and int(there.st_mtime) == int(ours.st_mtime)


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
