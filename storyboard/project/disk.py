"""Reading files of the disk that anybody may have put there: plain files only, and not for ever.

A named pipe would be waited for, a device has no end, and a sparse file of gigabytes takes one
second to make: each is refused with a reason, before anything of it is read.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_plain_file(path: Path, max_bytes: int) -> bytes:
    """The bytes of a plain file, of ``max_bytes`` at most.

    Raises ``OSError`` with the reason as its ``strerror``: also where the path leads to anything
    but a plain file, and where the file is larger.
    """
    with open_plain_file(path) as file:
        # What grows while it is read, or says 0 as files of /proc do, is bounded all the same.
        data = file.read(max_bytes + 1) if os.fstat(file.fileno()).st_size <= max_bytes else None
    if data is None or len(data) > max_bytes:
        limit = f"{max_bytes // 1_000_000} MB" if max_bytes >= 1_000_000 else f"{max_bytes} bytes"
        raise OSError(errno.EFBIG, f"it is larger than {limit}", str(path))
    return data


def open_plain_file(path: Path) -> BufferedReader:
    """A plain file, open for reading; ``OSError`` where the path leads to anything else."""
    # Without waiting for a writer, where it is a pipe.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    file = os.fdopen(handle, "rb")
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        file.close()
        raise OSError(errno.EINVAL, plain_file_problem(mode), str(path))
    return file


def plain_file_problem(mode: int) -> str:
    """What is at a path in place of a plain file, by its ``st_mode``; empty for a plain file."""
    if stat.S_ISREG(mode):
        return ""
    kind = next((name for test, name in _KINDS if test(mode)), "something else")
    return f"it is {kind}, not a plain file"
