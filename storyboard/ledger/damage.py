"""Why a ledger's file cannot be used, in words: what was found, what was expected, what to do.

No text says to move a ledger away or to delete it: it may be all that knows of paid clips.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storyboard.ledger.intent import Intent, LedgerError, Order
from storyboard.values.canonical import digest, parsed

_DAMAGES = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""What SQLite says of a file whose bytes or tables are not as it or this project wrote them."""


@contextmanager
def sound(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a ledger is read into a ``LedgerError`` that says why."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(unusable(path, error)) from None
    except (ValueError, TypeError, ArithmeticError):
        # Values that no ledger was ever given, such as a state that does not exist.
        raise LedgerError(damaged(path, "a row of it has a value that no ledger holds")) from None


def check_intents(path: Path, intents: Iterable[Intent]) -> None:
    """Refuse intents that contradict themselves: SQLite does not notice a byte that has changed.

    Raises ``LedgerError``.
    """
    for intent in intents:
        order, placed = intent.order, {one.content for one in intent.segments}
        content = {"host": order.host, "endpoint": order.endpoint, "payload": order.payload}
        # Of what was taken over from a lock there may be no body.
        if order.payload and digest(content | {"take": _take(order)}) != order.digest:
            raise LedgerError(damaged(path, f'"{order.address}" is not what its digest says'))
        if placed and placed != set(order.shots):
            raise LedgerError(
                damaged(path, f'the shots of "{order.address}" are not what was sent')
            )


def _take(order: Order) -> Any:
    try:
        return parsed(order.take)
    except ValueError:
        return None


def check_place(path: Path) -> None:
    """Refuse a folder or a broken link at the place of a ledger's file. Raises ``OSError`` too."""
    for place in (path.parent, path):
        if place.is_symlink() and not place.exists():
            raise LedgerError(
                f'the ledger "{path}" is not there: "{place}" leads to "{place.readlink()}", which '
                "is missing; bring that back, as by mounting its disk"
            )
    if path.is_dir():
        raise LedgerError(
            f'the ledger "{path}" is a folder, a file was expected: give the folder another name, '
            "and put the ledger's file back if there was one"
        )


def unusable(path: Path, error: Exception) -> str:
    """Why a ledger cannot be used, and what to do; ``error`` is SQLite's or the system's."""
    if isinstance(error, OSError):
        return _refused(path, error)
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    code = extended & 0xFF
    if code in _DAMAGES:
        return damaged(path, str(error))
    name = f'the ledger "{path}"'
    match code:
        case sqlite3.SQLITE_FULL:
            return f"{name} cannot be written: the disk is full; make room and run again"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"{name} is in use by another program: end that one, then try again"
        case sqlite3.SQLITE_READONLY:
            return f'{name} cannot be written: make it and the folder "{path.parent}" writable'
        case sqlite3.SQLITE_CANTOPEN:
            return _refused(path, _system_error(path) or PermissionError("it cannot be opened"))
    return f'{name} cannot be used: {_line(str(error))}; look at the disk of "{path.parent}"'


def damaged(path: Path, reason: str) -> str:
    """What is said of a file that is no sound ledger."""
    return (
        f'the ledger "{path}" is damaged ({_line(reason)}): put back a copy of it, or save what '
        f"it still holds with `sqlite3 {path.name} .recover`; keep the file, it may be all that "
        "knows of clips that are paid"
    )


def _refused(path: Path, error: OSError) -> str:
    reason = _line(error.strerror or str(error))
    place = error.filename and Path(error.filename)
    if isinstance(error, FileExistsError | NotADirectoryError) and place:
        return f'the ledger "{path}" cannot be used: "{place}" is no folder, and must be one'
    return (
        f'the ledger "{path}" cannot be used: {reason}; ask for the right to read and write '
        f'"{path.parent}"'
    )


def _system_error(path: Path) -> OSError | None:
    """What the system says to one that would open a file, which SQLite does not pass on."""
    try:
        path.open("rb").close()
    except OSError as error:
        return error
    return None


def _line(text: str) -> str:
    """A program's own words as part of a sentence: one line, in lower case."""
    return " ".join(text.replace("*** in database main ***", "").split()).lower()
