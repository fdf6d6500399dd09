"""``storyboard.lock``: the record of what was paid, which a team commits beside its film.

A line is a JSON object, and the lines are sorted, so that two branches merge by the union of
their lines; the marks of a conflict that git leaves are read past. There are three kinds:

``order``   an order that was paid: of whom, when, what it cost, and its clip; a failure that was
            billed is one without a clip
``sent``    what such an order asked for: its body, whom the tags in it mean, and its shots, so that
            other checkouts can say what has changed since; nothing is paid or kept by it
``shot``    where a shot stands in a clip that was paid

No line holds a link. A line of another kind, or with keys that are not known here, is refused and
never dropped: it is of a newer version, and may say what was paid. Lines that do not belong
together are refused too: one was changed or has gone, and what is paid could be paid again.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path

from msgspec import Struct, field

from storyboard.errors import StoryboardError
from storyboard.ledger.intent import Order
from storyboard.ledger.lock_lines import (
    LineError,
    LockLine,
    PaidOrder,
    SentOrder,
    read_line,
    read_written,
    segment_line,
    sent_line,
)
from storyboard.project.disk import read_plain_file
from storyboard.project.outputs import write_whole
from storyboard.values.segments import Segment, ShotPart

_CONFLICT = re.compile(r"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)( .*)?")


class LockError(StoryboardError):
    """A lock that cannot be read or written; the text says where and what to do."""


class Lock(Struct, frozen=True, kw_only=True):
    """What a lock holds.

    ``orders`` are by digest and request id, ``segments`` of clips by their sha256, and ``sent``
    what orders asked for by digest.
    """

    orders: Mapping[tuple[str, str], PaidOrder] = field(default_factory=dict)
    segments: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)
    sent: Mapping[str, SentOrder] = field(default_factory=dict)

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
    sent: dict[str, SentOrder] = {}
    ends = _LooseEnds()
    # Nothing but the ends of lines: a name may hold what ``splitlines`` takes for one.
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        found = read_written(line) or _read_closely(line, number)
        if found is None:
            continue
        if isinstance(found, PaidOrder):
            key = found.digest, found.request_id
            before = orders.get(key)
            # Of two lines for one order the one that has a clip: it is paid in either case.
            if before is None or (before.clip is None and found.clip is not None):
                orders[key] = found
            ends.orders.append((number, found))
        elif isinstance(found, SentOrder):
            sent.setdefault(found.digest, found)
            ends.sent.append((number, found))
        else:
            clip, segment = found
            ends.shots.setdefault(clip, number)
            segments.setdefault(clip, {}).setdefault(segment.content, segment)
    ends.check(sent, {clip: frozenset(shots) for clip, shots in segments.items()})
    return Lock(
        orders=orders,
        segments={
            clip: tuple(sorted(shots.values(), key=lambda one: one.start))
            for clip, shots in segments.items()
        },
        sent=sent,
    )


def _read_closely(line: bytes, number: int) -> LockLine | None:
    """What a line holds; None where that is nothing, or a mark of git's.

    Raises ``LockLineError``.
    """
    try:
        text = line.decode("utf-8").strip()
        if not text or _CONFLICT.fullmatch(text):
            return None
        return read_line(text)
    except UnicodeDecodeError:
        raise LockLineError("it is not UTF-8", number=number) from None
    except LineError as error:
        raise LockLineError(str(error), error.advice, number=number) from None


_SHARED = ("film", "host", "endpoint", "seconds")
_HELD_TOGETHER = attrgetter(*_SHARED)
"""What an order and the line of what it asked for must both say."""


class _LooseEnds(Struct, frozen=True):
    """The lines of a lock with their numbers, to be held together; of a clip's shots the first.

    Each order is told of by several lines, so that a change of one of them is noticed.
    """

    orders: list[tuple[int, PaidOrder]] = field(default_factory=list)
    sent: list[tuple[int, SentOrder]] = field(default_factory=list)
    shots: dict[str, int] = field(default_factory=dict)

    def check(
        self, sent: Mapping[str, SentOrder], shots: Mapping[str, frozenset[ShotPart]]
    ) -> None:
        """Raise ``LockLineError`` for a line to which another one is missing.

        ``sent`` are what was sent by digest, ``shots`` what stands in clips by their sha256.
        """
        for number, order in self.orders:
            asked = sent.get(order.digest)
            if asked is None:
                continue
            if _HELD_TOGETHER(order) != _HELD_TOGETHER(asked):
                for name in _SHARED:
                    if getattr(order, name) != getattr(asked, name):
                        raise self._error(f'its "{name}" is not that of what was sent', number)
            found = shots.get(order.clip or "")
            if not found or found == frozenset(asked.shots):
                continue
            if found not in self._sets_of_shots(order.clip, sent):
                raise self._error("the shots of its clip are not those that were sent", number)
        digests = {order.digest for _, order in self.orders}
        for number, asked in self.sent:
            if asked.digest not in digests:
                raise self._error("it says what was sent for an order, which has no line", number)
        clips = {order.clip for _, order in self.orders}
        for clip, number in self.shots.items():
            if clip not in clips:
                raise self._error("it is of a clip that no order has", number)

    def _sets_of_shots(
        self, clip: str | None, sent: Mapping[str, SentOrder]
    ) -> set[frozenset[ShotPart]]:
        """What may stand in a clip: the shots of its order, or of some of several.

        A vendor may answer several orders with the same bytes, as with a black clip.
        """
        asked = [sent.get(order.digest) for _, order in self.orders if order.clip == clip]
        sets = {frozenset(one.shots) for one in asked if one is not None}
        return sets | {frozenset[ShotPart]().union(*sets)}

    def _error(self, reason: str, number: int) -> LockLineError:
        return LockLineError(reason, _TORN, number=number)


_TORN = (
    "a line that belongs to it was changed or has gone, and what is paid could be paid for twice: "
    "put the lock back as it was committed (`git checkout -- storyboard.lock`)"
)


def merge_lock(
    path: Path,
    orders: Iterable[PaidOrder],
    segments: Mapping[str, Sequence[Segment]],
    sent: Iterable[Order] = (),
) -> None:
    """Add to the lock, whole or not at all; what is in it stays. Raises ``LockError``.

    ``segments`` are those of clips, by sha256, ``sent`` what the orders asked for. Of an order that
    is in the lock with another clip, as where it was fetched again and came as other bytes, the
    lock's clip stays.
    """
    known = read_lock(path)
    added = {(one.digest, one.request_id): one for one in orders}
    listed = added | dict(known.orders)
    clips = {one.clip for one in listed.values()}
    digests = {digest for digest, _ in listed}
    placed = {
        clip: one for clip, one in segments.items() if clip in clips and clip not in known.segments
    }
    asked = {
        one.digest: one for one in sent if one.digest in digests and one.digest not in known.sent
    }
    lines = {order.to_line() for order in listed.values()}
    lines.update(map(sent_line, asked.values()))
    lines.update(one.line for one in known.sent.values())
    for clip, shots in (placed | dict(known.segments)).items():
        if clip in clips:
            lines.update(segment_line(clip, segment) for segment in shots)
    text = "".join(f"{line}\n" for line in sorted(lines))
    is_new = bool(placed or asked) or not added.keys() <= known.orders.keys()
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
