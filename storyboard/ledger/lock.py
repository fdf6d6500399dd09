"""``storyboard.lock``: the record of finished takes that a team commits beside its film.

One take a line, as JSON, sorted by digest, so that two branches merge by the union of their
lines; the marks of a conflict that git leaves are read past. No line holds a time or a link.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from storyboard.canonical import canonical
from storyboard.units import Money

_CONFLICT = re.compile(r"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)( .*)?")
_HEX = re.compile("[0-9a-f]{64}")


class LockError(Exception):
    """A lock that cannot be read or written; the text says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A take that was made and stored; ``clip`` is the hex sha256 of its bytes."""

    digest: str
    address: str
    host: str
    endpoint: str
    seconds: int
    clip: str
    request_id: str
    charge: Money | None = None

    def to_line(self) -> str:
        """Its line, without the end of line."""
        charge = self.charge and {
            "amount": format(self.charge.amount, "f"),
            "currency": self.charge.currency,
        }
        return canonical(
            {
                "digest": self.digest,
                "address": self.address,
                "host": self.host,
                "endpoint": self.endpoint,
                "seconds": self.seconds,
                "clip": self.clip,
                "request_id": self.request_id,
                "charge": charge,
            }
        )


def read_lock(path: Path) -> dict[str, Finished]:
    """The finished takes by digest; none where there is no file. Raises ``LockError``."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise LockError(f'"{path}" cannot be read: {error}') from None
    found: dict[str, Finished] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or _CONFLICT.fullmatch(line):
            continue
        try:
            finished = _read_line(json.loads(line))
        except (ValueError, KeyError, TypeError, InvalidOperation):
            raise LockError(
                f'line {number} of "{path}" is not a finished take: put the line back as it was '
                "committed, or delete it; the take is then not known here"
            ) from None
        found.setdefault(finished.digest, finished)
    return found


def _read_line(given: Any) -> Finished:
    charge = given["charge"]
    finished = Finished(
        digest=given["digest"],
        address=given["address"],
        host=given["host"],
        endpoint=given["endpoint"],
        seconds=int(given["seconds"]),
        clip=given["clip"],
        request_id=given["request_id"],
        charge=charge and Money(Decimal(charge["amount"]), str(charge["currency"])),
    )
    texts = (finished.digest, finished.address, finished.host, finished.request_id)
    if not all(isinstance(text, str) for text in texts) or not _HEX.fullmatch(finished.clip):
        raise ValueError
    return finished


def merge_lock(path: Path, finished: Iterable[Finished]) -> None:
    """Add takes to the lock, whole or not at all; what is in it stays. Raises ``LockError``."""
    known = read_lock(path)
    added = {take.digest: take for take in finished if take.digest not in known}
    lines = sorted((known | added).values(), key=lambda take: take.digest)
    text = "".join(f"{take.to_line()}\n" for take in lines)
    if not added and path.exists() and path.read_bytes() == text.encode():
        return
    if not lines:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LockError(f'"{path}" cannot be written: {error.strerror or error}') from None
