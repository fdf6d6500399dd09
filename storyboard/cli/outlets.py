"""The standard streams as a shell leaves them: open, closed, or with a reader that goes away."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class _Outlet(io.FileIO):
    """A pipe or file that is written to, whatever becomes of its reader.

    What nobody reads any more is dropped, so that a command ends with the exit code that it has
    earned: `storyboard check film.yaml | head` says whether the film is fine, too.
    """

    is_heeded = False
    """Whether the command wants to know that its reader has gone, as ``BrokenPipeError``."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            if _Outlet.is_heeded:
                raise
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)
        except OSError as error:
            name = "standard output" if self.fileno() == 1 else "standard error"
            raise OSError(error.errno, error.strerror, name) from None


def open_outlets() -> None:
    """Make the standard streams such that every command may write to them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Else the next file that is opened, such as a ledger, would be the standard stream.
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = _outlet(sys.stdout)
    sys.stderr = _outlet(sys.stderr)


def heed_readers() -> None:
    """Let a reader that goes away end the command, as it suits one that lasts for hours."""
    _Outlet.is_heeded = True


def _outlet(stream: TextIO | None) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
    if stream.isatty():
        return stream
    outlet = io.BufferedWriter(_Outlet(stream.fileno(), "w", closefd=False))
    return io.TextIOWrapper(
        outlet,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=bool(stream.line_buffering),
    )
