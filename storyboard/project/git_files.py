"""The files in which a project tells git about its own: what is not kept, and how locks merge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from storyboard.project.disk import read_plain_file
from storyboard.project.outputs import write_whole

GIT_FILES = {
    ".gitignore": (".storyboard/", "out/"),
    ".gitattributes": ("storyboard.lock merge=union",),
}
"""The lines that the files of a film's folder need: takes and clips are not committed, and two
branches that have both rendered keep both records of what was paid."""

_MAX_BYTES = 1 << 20


def complete_git_files(folder: Path) -> list[tuple[Path, tuple[str, ...]]]:
    """Add the lines that the git files of a folder lack; returns each file with what was added.

    A file is made where there is none; what stands in it stays as it is, byte by byte. Raises
    ``OSError`` with the path where a file cannot be read or written, or is no plain file.
    """
    found = []
    for name, wanted in GIT_FILES.items():
        path = folder / name
        try:
            added = _complete(path, wanted)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from None
        if added:
            found.append((path, added))
    return found


def _complete(path: Path, wanted: Sequence[str]) -> tuple[str, ...]:
    """Add those of some lines that a file lacks; returns them."""
    try:
        before = read_plain_file(path, _MAX_BYTES)
    except FileNotFoundError:
        before = b""
    said = {_meant(line) for line in before.decode("utf-8", "replace").splitlines()}
    added = tuple(line for line in wanted if _meant(line) not in said)
    if added:
        end = b"" if not before or before.endswith(b"\n") else b"\n"
        text = "".join(f"{line}\n" for line in added).encode()
        # A link to a file elsewhere in the repository stays one.
        write_whole(path.resolve(), before + end + text)
    return added


def _meant(line: str) -> str:
    """A line by what it says: ``/out``, ``out`` and ``out/`` are one folder to ignore."""
    return " ".join(line.split()).strip("/")
