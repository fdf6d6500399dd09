"""What became of an order nobody is sure of: asked of the vendor's history, never by sending.

An order that the history shows is found. It is absent only on evidence, see ``reconcile``. All
else is unknown, and stays with the run, or with a person, to decide.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, OrderedDict, deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import Any

from storyboard.hosts.protocol import Trace
from storyboard.ledger import Intent, State
from storyboard.plan.request_body import fill, is_same, texts
from storyboard.run.likeness import (
    compared_sentences,
    cut_key,
    is_same_restated,
    likeness,
    sentences,
    texts_of,
)
from storyboard.values.canonical import canonical

SKEW = 3900.0
"""Seconds by which a vendor's time of an order may be before ours: an hour and five minutes."""

_AHEAD = 300.0
"""Seconds by which this machine's clock may be ahead of the vendor's before that is said."""

_LATER = 5.0
"""Seconds after the grace in which a row may still be ours: the end of an attempt is not exact."""

_OVER = frozenset({State.SUCCEEDED, State.STORED, State.FAILED, State.CANCELLED})
_MAX_CANDIDATES = 5


class Verdict(StrEnum):
    """What the history shows of an uncertain order."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclaimedRow:
    """A row of a vendor's history that may be a doubtful order.

    ``at`` is Unix seconds by the vendor's clock. ``likeness`` is the share of the order's
    sentences that the row holds, from 0 to 1; None where the row holds no text. ``text`` is the
    beginning of its prompt.
    """

    id: str
    at: float
    likeness: float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one intent; ``id`` is the vendor's where it was found, ``why`` for people.

    ``rows`` are those that may be its order, the likeliest first, where that is unknown.
    """

    verdict: Verdict
    id: str = ""
    why: str = ""
    rows: tuple[UnclaimedRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulOrder:
    """An order that the vendor may have, with what is known of the attempt to send it.

    ``ended_at`` is a time by the vendor's clock at which the attempt had ended, None where no
    such time is known. ``is_followed`` is whether the history shows an order that this process
    has sent more than the grace after that end. ``has_outlived`` is whether the longest life of
    the order has passed.
    """

    intent: Intent
    ended_at: float | None = None
    is_followed: bool = False
    has_outlived: bool = False

    @property
    def earliest(self) -> float:
        """The earliest time by the vendor's clock at which the vendor can have taken it.

        Where the end of the attempt is before its beginning, this machine's clock was ahead.
        """
        began = self.intent.intended_at
        return min(began, began if self.ended_at is None else self.ended_at) - SKEW


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAnswer:
    """A vendor's history since ``since(doubts)``, and what is known beside it.

    ``claimed`` are the ids that intents have or had; ``ours`` the intents that the vendor has
    surely accepted in that time. ``keeps_bodies`` says whether rows hold bodies or only prompts.
    ``shows_unfinished`` is whether the list is known to show orders that have not begun.
    """

    rows: Sequence[Trace]
    claimed: frozenset[str] = frozenset()
    ours: Sequence[Intent] = ()
    keeps_bodies: bool = True
    shows_unfinished: bool = False


def since(
    intents: Iterable[Intent], ends: Iterable[float] = (), clock_ahead: float | None = None
) -> float:
    """How far back a history must reach to judge these, Unix seconds by the vendor's clock.

    ``ends`` are times by the vendor's clock at which attempts had ended. ``clock_ahead`` is by how
    many seconds this machine's clock is ahead of the vendor's.
    """
    oldest = min(*(intent.intended_at for intent in intents), *ends, math.inf)
    return oldest - SKEW - max(0.0, clock_ahead or 0.0)


def reconcile(
    doubts: Sequence[DoubtfulOrder], answer: HistoryAnswer, *, grace: float
) -> dict[str, Finding]:
    """The finding for each doubtful order of one endpoint, by digest.

    An order is found in a row that holds what was sent. Where the vendor does not keep what was
    sent faithfully, it is also found in the one row that can be it in another form. It is absent
    where all of this holds:

    - the history shows an order that the vendor took more than ``grace`` seconds after the attempt
      had ended, so that the list is current, and it lacks none that it should show;
    - the list shows orders that have not begun, or the longest life of the order has passed;
    - no row that nobody has claimed can be the order. A row of that time can be it whatever its
      body, unless the vendor keeps bodies faithfully and the row shares no sentence with it. A
      vendor does so if every row of ours in the same answer equals what was sent.
    """
    # Pages of a history may overlap: a request that is there twice is one.
    seen = {row.id: row for row in answer.rows}
    free = {row.id: row for row in seen.values() if row.id not in answer.claimed}
    is_faithful = _is_faithful(answer, seen)
    shows = answer.shows_unfinished or any(row.shows_unfinished for row in seen.values())
    lags = any(
        one.receipt is not None and one.receipt.id not in seen and (shows or one.state in _OVER)
        for one in answer.ours
    )
    newest = _latest(seen.values())
    ordered = sorted(doubts, key=lambda doubt: doubt.intent.intended_at)
    search: _ByBody | _ByText
    if answer.keeps_bodies:
        search = _ByBody(list(free.values()))
    else:
        search = _ByText(list(free.values()), (doubt.intent for doubt in ordered))
    findings: dict[str, Finding] = {}
    for doubt in ordered:
        finding = search.judge(doubt)
        if finding is not None:
            findings[doubt.intent.digest] = finding
            free.pop(finding.id, None)
    rest = [doubt for doubt in ordered if doubt.intent.digest not in findings]
    if not is_faithful:
        for digest, finding in _find_restated(rest, free, grace).items():
            findings[digest] = finding
            free.pop(finding.id, None)
    unclaimed = _Unclaimed(free.values(), is_faithful=is_faithful)
    for doubt in ordered:
        finding = findings.get(doubt.intent.digest)
        if finding is None:
            why = _why_not_absent(doubt, lags=lags, shows=shows, newest=newest, grace=grace)
            blocking = unclaimed.count(doubt, grace)
            if blocking and not why:
                why = _RIVALS.format(rows="1 row" if blocking == 1 else f"{blocking} rows")
            verdict = Verdict.UNKNOWN if why else Verdict.ABSENT
            finding = Finding(verdict=verdict, why=why)
        if finding.verdict is Verdict.UNKNOWN:
            rows = unclaimed.candidates(doubt, grace)
            finding = Finding(verdict=finding.verdict, why=finding.why, rows=rows)
        findings[doubt.intent.digest] = finding
    return findings


_RIVALS = "the vendor's list has {rows} of that time that may be this order in another form"


def _why_not_absent(
    doubt: DoubtfulOrder, *, lags: bool, shows: bool, newest: float, grace: float
) -> str:
    """What is missing before an absence may be believed; empty where nothing is."""
    is_current = doubt.is_followed or (
        doubt.ended_at is not None and newest >= doubt.ended_at + grace
    )
    if lags:
        return "the vendor's list lacks orders that the vendor has taken: it is late"
    if not is_current:
        return "the vendor's list shows nothing from after it was sent: the list may be late"
    if not (shows or doubt.has_outlived):
        return "the vendor's list may not show orders that are not finished, and this may be one"
    return ""


def _is_faithful(answer: HistoryAnswer, seen: Mapping[str, Trace]) -> bool:
    """Whether the vendor keeps what was sent: all rows of ours say so, and there is one."""
    count = 0
    for intent in answer.ours:
        row = seen.get(intent.receipt.id) if intent.receipt is not None else None
        if row is None:
            continue
        count += 1
        if answer.keeps_bodies:
            if row.body is None or not is_same(intent, row.body):
                return False
        elif not _holds(row.text or "", texts(intent.order.payload)):
            return False
    return count > 0


def clock_problem(ahead: float | None) -> str:
    """What is wrong with a clock that is so many seconds ahead of the vendor's; else empty.

    An order dated by such a clock is looked for too late in the history, and seems to be absent.
    """
    if ahead is None or ahead < _AHEAD:
        return ""
    return f"this machine's clock is {ahead / 60:.0f} min ahead of the vendor's: set it right"


def _window(doubt: DoubtfulOrder, grace: float) -> tuple[float, float]:
    """The earliest and the latest time by the vendor's clock at which it can have taken it."""
    latest = math.inf if doubt.ended_at is None else doubt.ended_at + grace + _LATER
    return doubt.earliest, latest


class _Unclaimed:
    """The rows that nobody has claimed, by their time and by their sentences."""

    def __init__(self, rows: Iterable[Trace], *, is_faithful: bool) -> None:
        self._rows = sorted(rows, key=lambda row: row.at)
        self._times = [row.at for row in self._rows]
        self._is_faithful = is_faithful
        self._silent: list[float] = []
        self._saying: dict[str, list[float]] = {}
        for row in self._rows if is_faithful else ():
            said = sentences(texts_of(row))
            if not said:
                self._silent.append(row.at)
            for sentence in set(said):
                self._saying.setdefault(sentence, []).append(row.at)

    def count(self, doubt: DoubtfulOrder, grace: float) -> int:
        """How many rows can be this order, at least; 0 where none can."""
        window = _window(doubt, grace)
        ours = set(sentences(texts(doubt.intent.order.payload)))
        if not self._is_faithful or not ours:
            return _count_within(self._times, window)
        found = max((_count_within(self._saying.get(one, ()), window) for one in ours), default=0)
        return found + _count_within(self._silent, window)

    def candidates(self, doubt: DoubtfulOrder, grace: float) -> tuple[UnclaimedRow, ...]:
        """The rows of its time, the likeliest first."""
        first, last = _window(doubt, grace)
        within = self._rows[bisect_left(self._times, first) : bisect_right(self._times, last)]
        ours = compared_sentences(texts(doubt.intent.order.payload))
        found = []
        for row in within:
            theirs = texts_of(row)
            share = likeness(ours, theirs) if theirs else None
            text = " ".join(" ".join(theirs).split())
            found.append(UnclaimedRow(id=row.id, at=row.at, likeness=share, text=text[:80]))
        sent = doubt.intent.intended_at
        found.sort(key=lambda row: (-(row.likeness or 0.0), abs(row.at - sent)))
        return tuple(found[:_MAX_CANDIDATES])


def _count_within(times: Sequence[float], window: tuple[float, float]) -> int:
    return bisect_right(times, window[1]) - bisect_left(times, window[0])


# -- where the vendor keeps another form ----------------------------------------------------------


@dataclass(slots=True)
class _Twins:
    """Doubtful orders of one clip, the oldest first, and the rows that can be one of them."""

    doubts: list[DoubtfulOrder] = field(default_factory=list)
    rows: list[Trace] = field(default_factory=list)


def _find_restated(
    doubts: Sequence[DoubtfulOrder], free: Mapping[str, Trace], grace: float
) -> dict[str, Finding]:
    """The orders that one row alone can be, in whatever form the vendor keeps it.

    Takes of one clip are worth the same: the rows are theirs, as long as there are not more.
    """
    by_key: dict[str, list[Trace]] = {}
    for row in free.values():
        by_key.setdefault(cut_key(texts_of(row)), []).append(row)
    by_key.pop("", None)
    groups: dict[str, _Twins] = {}
    for doubt in doubts:
        groups.setdefault(canonical(doubt.intent.order.payload), _Twins()).doubts.append(doubt)
    owners: Counter[str] = Counter()
    for group in groups.values():
        intent = group.doubts[0].intent
        first, last = _window(group.doubts[0], grace)
        last = max(last, *(_window(one, grace)[1] for one in group.doubts))
        near = by_key.get(cut_key(texts(intent.order.payload)), ())
        sent = fill(intent.order.payload, intent.links)
        group.rows = [
            row for row in near if first <= row.at <= last and is_same_restated(sent, row)
        ]
        group.rows.sort(key=lambda row: row.at)
        owners.update(row.id for row in group.rows)
    found: dict[str, Finding] = {}
    for group in groups.values():
        if not group.rows:
            continue
        is_clear = len(group.rows) <= len(group.doubts)
        if not is_clear or any(owners[row.id] > 1 for row in group.rows):
            why = (
                f"it cannot be told which is which: the vendor has {len(group.rows)} that can be "
                f"this order in another form, and {len(group.doubts)} of ours may have been sent"
            )
            found |= {
                doubt.intent.digest: Finding(verdict=Verdict.UNKNOWN, why=why)
                for doubt in group.doubts
            }
            continue
        for doubt, row in zip(group.doubts, group.rows, strict=False):
            found[doubt.intent.digest] = Finding(verdict=Verdict.FOUND, id=row.id)
    return found


def _earliest(intent: Intent) -> float:
    """The earliest time by the vendor's clock at which a request of this intent can be."""
    return intent.intended_at - SKEW


def _latest(traces: Iterable[Trace]) -> float:
    return max((trace.at for trace in traces), default=-math.inf)


# -- where whole bodies are kept ------------------------------------------------------------------


class _ByBody:
    """Finds intents in a history with bodies. Each is judged once, the oldest first.

    Comparing each body with each intent takes minutes where there are thousands. A body that is
    the same holds every value that was sent, so only those are compared that hold the rarest.
    """

    def __init__(self, free: Sequence[Trace]) -> None:
        self._taken: set[str] = set()
        self._known = [trace for trace in free if trace.body is not None]
        self._holding: dict[_Value, list[int]] = {}
        for index, trace in enumerate(self._known):
            for value in _values(trace.body):
                self._holding.setdefault(value, []).append(index)
        self._same: dict[str, _Nearest] = {}

    def judge(self, doubt: DoubtfulOrder) -> Finding | None:
        """The finding for an order that is here; None for one that is not."""
        intent = doubt.intent
        best = self._same_as(intent).take(intent.intended_at, doubt.earliest, self._taken)
        if best is None:
            return None
        self._taken.add(best)
        return Finding(verdict=Verdict.FOUND, id=best)

    def _same_as(self, intent: Intent) -> _Nearest:
        """The requests with the body of an intent; intents of equal bodies share them."""
        sent = fill(intent.order.payload, intent.links)
        key = canonical(sent)
        if key not in self._same:
            self._same[key] = _Nearest(
                trace
                for trace in self._candidates(sent)
                if trace.body is not None and is_same(intent, trace.body)
            )
        return self._same[key]

    def _candidates(self, sent: Mapping[str, Any]) -> Iterable[Trace]:
        """The requests that hold the rarest of the values that were sent, in their order."""
        # A digest may stand for a link that is a secret: the history has the link itself.
        plain = [one for one in _values(sent) if not _is_digest(one[2])]
        if not plain:
            return self._known
        holding = min((self._holding.get(value, ()) for value in plain), key=len)
        return (self._known[index] for index in holding)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("sha256:")


_Value = tuple[tuple[str | int, ...], type, Any]
"""A value in a body: its path, its type, and itself; for a list its length, for a mapping None."""


def _values(body: Any) -> Iterator[_Value]:
    """Every value in a body, mappings and lists too. One body holds another if it has all its."""
    rest: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, Mapping):
            yield path, dict, None
            rest += [((*path, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            yield path, list, len(value)
            rest += [((*path, index), inner) for index, inner in enumerate(value)]
        else:
            yield path, type(value), value


class _Nearest:
    """Requests with one body, of which each is taken once: the nearest to a time is the likeliest.

    Equal bodies are worth the same. Of those that are equally near, the one that stands first in
    the history is taken. Times are asked for in their order, so that none is passed twice.
    """

    def __init__(self, traces: Iterable[Trace]) -> None:
        self._later = [(trace.at, place, trace) for place, trace in enumerate(traces)]
        self._earlier: list[tuple[float, int, Trace]] = []
        heapify(self._later)

    def take(self, at: float, earliest: float, taken: Container[str]) -> str | None:
        """The id of the free one nearest to a time and not before another; None for none.

        Whoever calls adds it to ``taken``.
        """
        while self._later and self._later[0][0] < at:
            time, place, trace = heappop(self._later)
            heappush(self._earlier, (-time, place, trace))
        found = []
        for nearest in (self._earlier, self._later):
            while nearest and nearest[0][2].id in taken:
                heappop(nearest)
            if nearest and nearest[0][2].at >= earliest:
                _, place, trace = nearest[0]
                found.append((abs(trace.at - at), place, trace.id))
        return min(found)[2] if found else None


# -- where only prompts are kept ------------------------------------------------------------------


class _ByText:
    """Finds intents in a history of prompts. Each is judged once, the oldest first.

    It is sure if exactly one request and one intent can be meant. Takes of one clip are worth the
    same: the requests are theirs, in any order, as long as there are not more of them.
    """

    def __init__(self, free: Sequence[Trace], doubtful: Iterable[Intent]) -> None:
        letters: dict[str, list[Trace]] = {}
        for trace in free:
            if trace.text:
                letters.setdefault(_letters(trace.text), []).append(trace)
        self._rivals: dict[tuple[str, ...], _Rivals] = {}
        for intent in doubtful:
            wanted = texts(intent.order.payload)
            if wanted not in self._rivals:
                near = letters.get(_letters("".join(wanted)), ())
                self._rivals[wanted] = _Rivals(
                    [trace for trace in near if _holds(trace.text or "", wanted)]
                )
            self._rivals[wanted].add(intent)
        self._meant: dict[str, list[_Rivals]] = {}
        for rivals in self._rivals.values():
            for name in rivals.ids():
                self._meant.setdefault(name, []).append(rivals)

    def judge(self, doubt: DoubtfulOrder) -> Finding | None:
        """The finding for an order that is here or may be; None for one that is not."""
        intent = doubt.intent
        wanted = texts(intent.order.payload)
        if not wanted:
            return None
        rivals = self._rivals[wanted]
        same = rivals.count_since(_earliest(intent))
        if not same:
            return None
        if same > rivals.open or not rivals.are_takes_of(intent):
            return Finding(
                verdict=Verdict.UNKNOWN,
                why=f"it cannot be told which is which: the vendor has {same} with this prompt, "
                f"and {rivals.open} of ours with it may have been sent",
            )
        found = rivals.first()
        rivals.settle(intent)
        for others in self._meant[found]:
            others.drop(found)
        return Finding(verdict=Verdict.FOUND, id=found)


class _Rivals:
    """The intents of one prompt that are in doubt, and the requests of it that are free.

    ``open`` is how many intents are left. Requests that have become too old for one intent are
    too old for the next, as the oldest is judged first.
    """

    def __init__(self, traces: Iterable[Trace]) -> None:
        # A plain dict would look for its first again from the beginning, past all that are gone.
        self._free = OrderedDict((trace.id, trace) for trace in traces)
        self._by_time = deque(sorted(self._free.values(), key=lambda trace: trace.at))
        self._payloads: Counter[str] = Counter()
        self.open = 0

    def ids(self) -> Iterable[str]:
        """The vendor's ids of the requests that are free, in the order of the history."""
        return tuple(self._free)

    def add(self, intent: Intent) -> None:
        """Count an intent of this prompt."""
        self._payloads[canonical(intent.order.payload)] += 1
        self.open += 1

    def settle(self, intent: Intent) -> None:
        """Count an intent no more: it was found."""
        self._payloads[canonical(intent.order.payload)] -= 1
        self.open -= 1

    def are_takes_of(self, intent: Intent) -> bool:
        """Whether all that are left ask for the same clip as this one."""
        return self._payloads[canonical(intent.order.payload)] == self.open

    def count_since(self, earliest: float) -> int:
        """How many requests are free and that late; the others are never asked for again."""
        while self._by_time and self._by_time[0].at < earliest:
            self.drop(self._by_time.popleft().id)
        return len(self._free)

    def first(self) -> str:
        """The first free one of the history; there is one."""
        return next(iter(self._free))

    def drop(self, name: str) -> None:
        """A request is free no more, if it was."""
        self._free.pop(name, None)


def _letters(text: str) -> str:
    """A text without whatever may separate prompts."""
    return "".join(filter(str.isalnum, text))


def _holds(text: str, wanted: Sequence[str]) -> bool:
    """Whether a text is made of the wanted ones, in order, with only separators between them."""
    at = 0
    for part in wanted:
        found = text.find(part, at)
        if found < 0 or any(character.isalnum() for character in text[at:found]):
            return False
        at = found + len(part)
    return not any(character.isalnum() for character in text[at:])


def by_endpoint(intents: Iterable[Intent]) -> Mapping[str, list[Intent]]:
    """Intents by their endpoint, as histories are asked."""
    found: dict[str, list[Intent]] = {}
    for intent in intents:
        found.setdefault(intent.order.endpoint, []).append(intent)
    return found
