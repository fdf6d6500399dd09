"""The standard streams as a shell leaves them: open, closed, or with a reader that goes away."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class _Stream(io.FileIO):
    """A pipe or file that is written to, whatever becomes of its reader.

    What nobody reads any more is dropped, so that a command ends with the exit code that it has
    earned: `storyboard check film.yaml | head` says whether the film is fine, too.
    """

    def __init__(self, number: int, *, is_heeded: bool) -> None:
        super().__init__(number, "w", closefd=False)
        self._is_heeded = is_heeded

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            if self._is_heeded:
                raise
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)
        except OSError as error:
            name = "standard output" if self.fileno() == 1 else "standard error"
            raise OSError(error.errno, error.strerror, name) from None


def open_streams(*, are_readers_heeded: bool) -> None:
    """Make the standard streams such that every command may write to them.

    Where readers are heeded, one that goes away is a ``BrokenPipeError``, as it suits a command
    that lasts for hours; else what it does not read is dropped.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Else the next file that is opened, such as a ledger, would be the standard stream.
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = _stream(sys.stdout, are_readers_heeded)
    sys.stderr = _stream(sys.stderr, are_readers_heeded)


def _stream(stream: TextIO | None, is_heeded: bool) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
    if stream.isatty():
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Stream(stream.fileno(), is_heeded=is_heeded)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=bool(stream.line_buffering),
    )
