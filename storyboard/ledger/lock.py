"""``storyboard.lock``: the record of what was paid, which a team commits beside its film.

A line is a JSON object, and the lines are sorted, so that two branches merge by the union of
their lines; the marks of a conflict that git leaves are read past. There are two kinds:

``order``   an order that was paid: what it asked for, of whom, when, what it cost, and its clip;
            a failure that was billed is one without a clip
``shot``    where a shot stands in a clip that was paid

No line holds a link. A line of another kind, or with keys that are not known here, is refused and
never dropped: it is of a newer version, and may say what was paid.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from storyboard.errors import StoryboardError
from storyboard.project.disk import read_plain_file
from storyboard.project.outputs import write_whole
from storyboard.values.canonical import canonical
from storyboard.values.segments import Segment, ShotPart
from storyboard.values.units import Money

_CONFLICT = re.compile(r"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)( .*)?")
_HEX = re.compile("[0-9a-f]{64}")
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")
_CURRENCY = re.compile("[A-Z]{3}")
_MADE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_TEXTS = ("digest", "request_id", "film", "address", "host", "endpoint", "made")
_ORDER = frozenset({"kind", *_TEXTS, "seconds", "charge", "clip"})
_SHOT = frozenset({"kind", "clip", "shot", "part", "parts", "seconds", "in", "out", "exact"})
_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


class LockError(StoryboardError):
    """A lock that cannot be read or written; the text says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOrder:
    """An order that was paid.

    ``film`` is the name of the storyboard's file, ``made`` when it was ordered (ISO 8601, UTC).
    ``clip`` is the hex sha256 of its clip's bytes, None for a failure that was billed. ``charge``
    is None where the vendor did not say it.
    """

    digest: str
    request_id: str
    film: str
    address: str
    host: str
    endpoint: str
    seconds: int
    made: str
    clip: str | None
    charge: Money | None = None

    def to_line(self) -> str:
        """Its line, without the end of line."""
        charge = self.charge and {
            "amount": format(self.charge.amount, "f"),
            "currency": self.charge.currency,
        }
        return canonical(
            {name: getattr(self, name) for name in _TEXTS}
            | {"kind": "order", "seconds": self.seconds, "clip": self.clip, "charge": charge}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What a lock holds: orders by digest and request id, and the segments of clips by sha256."""

    orders: Mapping[tuple[str, str], PaidOrder] = field(default_factory=dict, hash=False)
    segments: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict, hash=False)

    def finished(self) -> dict[str, PaidOrder]:
        """The orders that have a clip, by digest; of several that were paid the latest.

        What the vendor has lost, and was rendered anew, is the earlier one.
        """
        ordered = sorted(self.orders.values(), key=lambda one: (one.made, one.request_id))
        return {order.digest: order for order in ordered if order.clip is not None}


class LockLineError(LockError):
    """What is wrong with the line ``number``; ``advice``, where it is not empty, is what to do."""

    def __init__(self, reason: str, advice: str = "", *, number: int) -> None:
        super().__init__(reason)
        self.advice = advice
        self.number = number


MAX_LOCK = 256 << 20
"""Bytes of a lock: some 300,000 clips."""


def read_lock(path: Path) -> Lock:
    """What a lock holds; nothing where there is no file. Raises ``LockError``."""
    try:
        data = read_plain_file(path, MAX_LOCK)
    except FileNotFoundError:
        return Lock()
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
    try:
        return parse_lock(data)
    except LockLineError as error:
        advice = error.advice or (
            f"put the line back as it was committed (`git checkout -- {path.name}`), or take it "
            "out: what the ledger here knows of it is written again by the next run"
        )
        raise LockError(
            f'line {error.number} of "{path}" is no record of what was paid: {error}; {advice}'
        ) from None


def parse_lock(data: bytes) -> Lock:
    """What the bytes of a lock hold. Raises ``LockLineError``."""
    orders: dict[tuple[str, str], PaidOrder] = {}
    segments: dict[str, dict[ShotPart, Segment]] = {}
    # Nothing but the ends of lines: a name may hold what ``splitlines`` takes for one.
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = line.decode("utf-8").strip()
            if not text or _CONFLICT.fullmatch(text):
                continue
            found = _read_line(text)
        except UnicodeDecodeError:
            raise LockLineError("it is not UTF-8", number=number) from None
        except _LineError as error:
            raise LockLineError(str(error), error.advice, number=number) from None
        if isinstance(found, PaidOrder):
            key = found.digest, found.request_id
            before = orders.get(key)
            # Of two lines for one order the one that has a clip: it is paid in either case.
            if before is None or (before.clip is None and found.clip is not None):
                orders[key] = found
        else:
            clip, segment = found
            segments.setdefault(clip, {}).setdefault(segment.content, segment)
    return Lock(
        orders=orders,
        segments={
            clip: tuple(sorted(shots.values(), key=lambda one: one.start))
            for clip, shots in segments.items()
        },
    )


class _LineError(Exception):
    """What is wrong with a line; ``advice`` is what to do, where that is not the usual."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.advice = advice


_NEWER = "install a newer storyboard; nothing was read or paid"
_OLDER = (
    "the lock of an earlier version is not read: put it aside, and before the next run give the "
    "ids of the clips that were paid, which your history at the vendor lists, to "
    "`storyboard resolve ADDRESS --adopt ID`: they are fetched, and nothing is paid for them"
)


def _read_line(line: str) -> PaidOrder | tuple[str, Segment]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise _LineError("it is no JSON") from None
    if not isinstance(given, dict):
        raise _LineError("a JSON object was expected")
    kind = given.get("kind")
    keys = {"order": _ORDER, "shot": _SHOT}.get(kind) if isinstance(kind, str) else None
    if keys is None:
        if kind is None and {"digest", "request_id", "clip"} <= given.keys():
            raise _LineError("it is of an earlier version", _OLDER)
        if isinstance(kind, str):
            raise _LineError(f'it is of the kind "{_short(kind)}", unknown here', _NEWER)
        raise _unexpected("kind", given, "order or shot")
    if unknown := sorted(given.keys() - keys):
        raise _LineError(f'it has "{_short(unknown[0])}", unknown here', _NEWER)
    return _order(given) if kind == "order" else _shot(given)


def _order(given: dict[str, Any]) -> PaidOrder:
    for name in _TEXTS:
        if not isinstance(given.get(name), str) or not given[name]:
            raise _unexpected(name, given, "a text")
    if not _MADE.fullmatch(given["made"]):
        raise _unexpected("made", given, 'a time such as "2026-09-24T18:30:00Z"')
    seconds = given.get("seconds")
    if type(seconds) is not int or seconds < 1:
        raise _unexpected("seconds", given, "a whole number above 0")
    clip = given.get("clip")
    if clip is not None and not _is_sum(clip):
        raise _unexpected("clip", given, "a sum of 64 hexadecimal digits, or null")
    return PaidOrder(
        **{name: given[name] for name in _TEXTS},
        seconds=seconds,
        clip=clip,
        charge=_charge_of(given),
    )


def _is_sum(found: object) -> bool:
    return isinstance(found, str) and _HEX.fullmatch(found) is not None


def _shot(given: dict[str, Any]) -> tuple[str, Segment]:
    if not _is_sum(given.get("clip")):
        raise _unexpected("clip", given, "a sum of 64 hexadecimal digits")
    shot, part = given.get("shot"), given.get("part")
    if not isinstance(shot, str) or not _DIGEST.fullmatch(shot):
        raise _unexpected("shot", given, "the digest of a shot")
    for name in ("parts", "seconds"):
        if type(given.get(name)) is not int or given[name] < 1:
            raise _unexpected(name, given, "a whole number above 0")
    if part is not None and (type(part) is not int or not 1 <= part <= given["parts"]):
        raise _unexpected("part", given, "the number of a part, or null")
    for name in ("in", "out"):
        if type(given.get(name)) not in (int, float) or not 0 <= given[name] < _MAX_SECONDS:
            raise _unexpected(name, given, "seconds of the clip")
    if given["in"] >= given["out"]:
        raise _unexpected("out", given, "more seconds than at its beginning")
    if type(given.get("exact")) is not bool:
        raise _unexpected("exact", given, "true or false")
    return given["clip"], Segment(
        content=ShotPart(shot, part, given["parts"], given["seconds"]),
        start=given["in"],
        end=given["out"],
        is_exact=given["exact"],
    )


_MAX_SECONDS = 100_000
"""No clip is a day long; what is longer is damage."""


def segment_line(clip: str, segment: Segment) -> str:
    """The line of a shot in a clip, without the end of line."""
    content = segment.content
    return canonical(
        {
            "kind": "shot",
            "clip": clip,
            "shot": content.shot,
            "part": content.part,
            "parts": content.parts,
            "seconds": content.seconds,
            "in": segment.start,
            "out": segment.end,
            "exact": segment.is_exact,
        }
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
    found = _short(json.dumps(given[name], ensure_ascii=False))
    return _LineError(f'its "{name}" is {found}, {expected} was expected')


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def merge_lock(
    path: Path, orders: Iterable[PaidOrder], segments: Mapping[str, Sequence[Segment]]
) -> None:
    """Add orders and segments to the lock, whole or not at all; what is in it stays.

    ``segments`` are those of clips, by sha256. Raises ``LockError``.
    """
    known = read_lock(path)
    added = {(one.digest, one.request_id): one for one in orders}
    placed = {clip: one for clip, one in segments.items() if clip not in known.segments}
    lines = {order.to_line() for order in (added | dict(known.orders)).values()}
    for clip, listed in (placed | dict(known.segments)).items():
        lines.update(segment_line(clip, segment) for segment in listed)
    text = "".join(f"{line}\n" for line in sorted(lines))
    is_new = bool(placed) or not added.keys() <= known.orders.keys()
    if not is_new and path.exists() and path.read_bytes() == text.encode():
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
