"""The lines of a lock: what each kind holds, how it is written, and what is refused."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, MsgspecError, Raw, Struct, convert, field
from msgspec.json import Decoder
from msgspec.structs import astuple

from storyboard.ledger.intent import Order
from storyboard.values.addresses import ClipName
from storyboard.values.canonical import canonical, canonical_bytes, digest, digest_bytes, parsed
from storyboard.values.segments import Segment, ShotPart
from storyboard.values.units import Money

_HEX = re.compile("[0-9a-f]{64}")
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")
_CURRENCY = re.compile("[A-Z]{3}")
_MADE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_TEXTS = ("digest", "request_id", "film", "address", "host", "endpoint", "made")
_ORDER = frozenset({"kind", *_TEXTS, "seconds", "charge", "clip"})
_SHOT = frozenset({"kind", "clip", "shot", "part", "parts", "seconds", "in", "out", "exact"})
_SENT_TEXTS = ("digest", "film", "host", "endpoint", "target")
_SENT = frozenset({"kind", *_SENT_TEXTS, "names", "shots", "seconds", "take", "tokens", "payload"})
_KEYS = {"order": _ORDER, "sent": _SENT, "shot": _SHOT}
_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


class PaidOrder(Struct, frozen=True, kw_only=True):
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


class SentOrder(Struct, frozen=True, kw_only=True):
    """What an order asked for, as its ``line`` says it; only ``order`` reads all of that.

    ``shots`` are the contents of its clip, in their order.
    """

    digest: str
    film: str
    host: str
    endpoint: str
    seconds: int
    shots: tuple[ShotPart, ...]
    line: str

    def order(self) -> Order:
        """The order, with its body; what it was estimated to cost is not known."""
        given = parsed(self.line)
        names = tuple(map(ClipName.from_json, given["names"]))
        return Order(
            digest=self.digest,
            take=str(given["take"]),
            address=names[0].text,
            names=names,
            shots=self.shots,
            film=self.film,
            host=self.host,
            endpoint=self.endpoint,
            target=given["target"],
            payload=given["payload"],
            tokens=given["tokens"],
            seconds=self.seconds,
        )


class _SentName(Struct, forbid_unknown_fields=True):
    name: str
    shots: tuple[tuple[str, int, int | None, int], ...]


class _SentLine(Struct, forbid_unknown_fields=True, tag_field="kind", tag="sent"):
    """A line of what was sent as this version writes it; its body is not decoded."""

    digest: str
    film: str
    host: str
    endpoint: str
    target: str
    names: tuple[_SentName, ...]
    shots: tuple[ShotPart, ...]
    seconds: int
    take: Raw
    tokens: dict[str, str]
    payload: Raw


_Positive = Annotated[int, Meta(ge=1)]
_Seconds = Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)]


class _ShotLine(Struct, forbid_unknown_fields=True, tag_field="kind", tag="shot"):
    """A line of a shot in a clip as this version writes it."""

    clip: str
    shot: str
    part: _Positive | None
    parts: _Positive
    seconds: _Positive
    start: _Seconds = field(name="in")
    end: _Seconds = field(name="out")
    exact: bool


class _OrderLine(Struct, forbid_unknown_fields=True, tag_field="kind", tag="order"):
    """A line of an order that was paid as this version writes it."""

    digest: str
    request_id: str
    film: str
    address: str
    host: str
    endpoint: str
    seconds: _Positive
    made: str
    clip: str | None
    charge: _Charge | None


class _Charge(Struct, forbid_unknown_fields=True):
    amount: str
    currency: str


_WRITTEN_LINE = Decoder(_SentLine | _ShotLine | _OrderLine)
"""Reads the lines of which a lock has most, many times as fast as they can be looked at closely."""


class LineError(Exception):
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


LockLine = PaidOrder | SentOrder | tuple[str, Segment]


def read_line(line: str) -> LockLine:
    """What a line holds: an order that was paid, what one asked for, or a shot in a clip.

    Raises ``LineError``.
    """
    try:
        given = parsed(line)
    except (ValueError, RecursionError):
        raise LineError("it is no JSON") from None
    if not isinstance(given, dict):
        raise LineError("a JSON object was expected")
    kind = given.get("kind")
    keys = _KEYS.get(kind) if isinstance(kind, str) else None
    if keys is None:
        if kind is None and {"digest", "request_id", "clip"} <= given.keys():
            raise LineError("it is of an earlier version", _OLDER)
        if isinstance(kind, str):
            raise LineError(f'it is of the kind "{_short(kind)}", unknown here', _NEWER)
        raise _unexpected("kind", given, "order, sent or shot")
    if unknown := sorted(given.keys() - keys):
        raise LineError(f'it has "{_short(unknown[0])}", unknown here', _NEWER)
    match kind:
        case "order":
            return _order(given)
        case "sent":
            return _sent(given)
    return _shot(given)


def read_written(line: bytes) -> LockLine | None:
    """What a line holds that this version has written; None where ``read_line`` must read it."""
    try:
        found = _WRITTEN_LINE.decode(line)
    except (MsgspecError, UnicodeDecodeError):
        return None
    if isinstance(found, _ShotLine):
        return _read_shot(found)
    return _read_order(found) if isinstance(found, _OrderLine) else _read_sent(found, line)


def _read_order(found: _OrderLine) -> PaidOrder | None:
    charge, clip = found.charge, found.clip
    texts = (found.digest, found.request_id, found.film, found.address, found.host, found.endpoint)
    is_sound = (
        all(texts)
        and _MADE.fullmatch(found.made)
        and (clip is None or _HEX.fullmatch(clip))
        and (charge is None or _is_sum_of_money(charge.amount, charge.currency))
    )
    if not is_sound:
        return None
    return PaidOrder(
        digest=found.digest,
        request_id=found.request_id,
        film=found.film,
        address=found.address,
        host=found.host,
        endpoint=found.endpoint,
        seconds=found.seconds,
        made=found.made,
        clip=clip,
        charge=None if charge is None else Money(Decimal(charge.amount), charge.currency),
    )


def _is_sum_of_money(amount: str, currency: str) -> bool:
    # Decimal would take "NaN", "-1" and "1e9" too, and no bill has such a sum.
    return bool(_AMOUNT.fullmatch(amount) and _CURRENCY.fullmatch(currency))


def _read_shot(found: _ShotLine) -> tuple[str, Segment] | None:
    part = found.part
    is_sound = found.start < found.end < _MAX_SECONDS and (part is None or part <= found.parts)
    if not is_sound or not _HEX.fullmatch(found.clip) or not _DIGEST.fullmatch(found.shot):
        return None
    return found.clip, Segment(
        content=ShotPart(found.shot, part, found.parts, found.seconds),
        start=found.start,
        end=found.end,
        is_exact=found.exact,
    )


def _read_sent(found: _SentLine, line: bytes) -> SentOrder | None:
    where = canonical_bytes({"endpoint": found.endpoint, "host": found.host})
    content = b'%b,"payload":%b,"take":%b}' % (where[:-1], found.payload, found.take)
    texts = (found.film, found.host, found.endpoint, found.target)
    is_sound = all(texts) and found.seconds > 0 and found.names
    if not is_sound or digest_bytes(content) != found.digest:
        return None
    return SentOrder(
        digest=found.digest,
        film=found.film,
        host=found.host,
        endpoint=found.endpoint,
        seconds=found.seconds,
        shots=found.shots,
        line=line.decode(),
    )


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


def _sent(given: dict[str, Any]) -> SentOrder:
    for name in _SENT_TEXTS:
        if not isinstance(given.get(name), str) or not given[name]:
            raise _unexpected(name, given, "a text")
    seconds, take = given.get("seconds"), given.get("take")
    if type(seconds) is not int or seconds < 1:
        raise _unexpected("seconds", given, "a whole number above 0")
    payload, tokens = given.get("payload"), given.get("tokens")
    if not isinstance(payload, dict):
        raise _unexpected("payload", given, "what was sent")
    if not isinstance(tokens, dict) or not all(isinstance(one, str) for one in tokens.values()):
        raise _unexpected("tokens", given, "names by tag")
    content = {"host": given["host"], "endpoint": given["endpoint"]}
    if digest(content | {"payload": payload, "take": take}) != given["digest"]:
        raise LineError("it is not what its digest says")
    try:
        names = tuple(map(ClipName.from_json, given["names"]))
        shots = convert(given["shots"], tuple[ShotPart, ...])
    except (KeyError, TypeError, ValueError):
        raise LineError("it does not say which shots were sent") from None
    if not names:
        raise _unexpected("names", given, "the names of a clip")
    return SentOrder(
        digest=given["digest"],
        film=given["film"],
        host=given["host"],
        endpoint=given["endpoint"],
        seconds=seconds,
        shots=shots,
        line=canonical(given),
    )


def sent_line(order: Order) -> str:
    """The line of what an order asked for, without the end of line."""
    return canonical(
        {name: getattr(order, name) for name in _SENT_TEXTS}
        | {
            "kind": "sent",
            "names": [name.to_json() for name in order.names],
            "shots": [astuple(shot) for shot in order.shots],
            "seconds": order.seconds,
            "take": parsed(order.take),
            "tokens": dict(order.tokens),
            "payload": order.payload,
        }
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


def _unexpected(name: str, given: dict[str, Any], expected: str) -> LineError:
    if name not in given:
        return LineError(f'it has no "{name}", {expected} was expected')
    found = _short(json.dumps(given[name], ensure_ascii=False))
    return LineError(f'its "{name}" is {found}, {expected} was expected')


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
