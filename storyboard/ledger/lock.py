"""``storyboard.lock``: the record of finished takes that a team commits beside its film.

One take a line, as JSON, sorted by digest, so that two branches merge by the union of their
lines; the marks of a conflict that git leaves are read past. No line holds a time or a link.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from storyboard.errors import StoryboardError
from storyboard.project.disk import read_plain_file
from storyboard.project.outputs import write_whole
from storyboard.values.canonical import canonical
from storyboard.values.units import Money

_CONFLICT = re.compile(r"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)( .*)?")
_HEX = re.compile("[0-9a-f]{64}")
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")
_CURRENCY = re.compile("[A-Z]{3}")
_TEXTS = ("digest", "address", "host", "endpoint", "clip", "request_id")
_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


class LockError(StoryboardError):
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


MAX_LOCK = 256 << 20
"""Bytes of a lock: some 500,000 takes."""


def read_lock(path: Path) -> dict[str, Finished]:
    """The finished takes by digest; none where there is no file. Raises ``LockError``."""
    try:
        data = read_plain_file(path, MAX_LOCK)
    except FileNotFoundError:
        return {}
    except IsADirectoryError:
        raise LockError(
            f'the lock "{path}" is a folder, a file was expected: give the folder another name, '
            f"and put the lock back from git: `git checkout -- {path.name}`"
        ) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        advice = "ask for the right to read it"
        if error.errno in (errno.EINVAL, errno.EFBIG):
            advice = f"put it back from git: `git checkout -- {path.name}`"
        raise LockError(f'the lock "{path}" cannot be read: {reason}; {advice}') from None
    found: dict[str, Finished] = {}
    # Nothing but the ends of lines: a name may hold what ``splitlines`` takes for one.
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = line.decode("utf-8").strip()
            finished = _read_line(text) if text and not _CONFLICT.fullmatch(text) else None
        except _LineError as error:
            raise LockError(_refusal(path, number, str(error))) from None
        except UnicodeDecodeError:
            raise LockError(_refusal(path, number, "it is not UTF-8")) from None
        if finished is not None:
            found.setdefault(finished.digest, finished)
    return found


class _LineError(Exception):
    """What is wrong with a line."""


def _refusal(path: Path, number: int, reason: str) -> str:
    return (
        f'line {number} of "{path}" is not a finished take: {reason}; put the line back as it was '
        f"committed (`git checkout -- {path.name}`), or take it out: a take that the ledger here "
        "knows is written again by the next run"
    )


def _read_line(line: str) -> Finished:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise _LineError("it is no JSON") from None
    if not isinstance(given, dict):
        raise _LineError("a JSON object was expected")
    for name in _TEXTS:
        if not isinstance(given.get(name), str) or not given[name]:
            raise _unexpected(name, given, "a text")
    seconds = given.get("seconds")
    if type(seconds) is not int or seconds < 1:
        raise _unexpected("seconds", given, "a whole number above 0")
    if not _HEX.fullmatch(given["clip"]):
        raise _unexpected("clip", given, "a sum of 64 hexadecimal digits")
    return Finished(
        **{name: given[name] for name in _TEXTS}, seconds=seconds, charge=_charge_of(given)
    )


def _charge_of(given: dict[str, Any]) -> Money | None:
    charge = given.get("charge")
    if charge is None:
        return None
    if not isinstance(charge, dict):
        raise _unexpected("charge", given, "an amount with its currency, or null")
    amount, currency = charge.get("amount"), charge.get("currency")
    # Decimal would take "NaN", "-1" and "1e9" too, and no bill has such a sum.
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise _unexpected("amount", charge, 'an amount such as "0.70"')
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise _unexpected("currency", charge, 'a currency such as "USD"')
    return Money(Decimal(amount), currency)


def _unexpected(name: str, given: dict[str, Any], expected: str) -> _LineError:
    if name not in given:
        return _LineError(f'it has no "{name}", {expected} was expected')
    found = json.dumps(given[name], ensure_ascii=False)
    found = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
    return _LineError(f'its "{name}" is {found}, {expected} was expected')


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
        # A link to a lock elsewhere in the project stays one.
        place = path.resolve() if path.is_symlink() else path
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, text.encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LockError(
            f'the lock "{path}" cannot be written: {reason}; the next run writes it again'
        ) from None
