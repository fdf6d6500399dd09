"""What became of an order nobody is sure of: asked of the vendor's history, never by sending.

An order that the history shows is found. It is absent only on evidence, see ``reconcile``. All
else is unknown, and stays with the run, or with a person, to decide.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from storyboard.hosts.protocol import Trace
from storyboard.ledger import Intent, State
from storyboard.plan.request_body import fill, is_same, texts
from storyboard.run.findings import (
    SKEW,
    DoubtfulOrder,
    Finding,
    HistoryAnswer,
    UnclaimedRow,
    Verdict,
)
from storyboard.run.history_search import BodySearch, PromptSearch, is_made_of
from storyboard.run.likeness import (
    compared_sentences,
    cut_key,
    is_same_restated,
    likeness,
    sentences,
    texts_of,
)
from storyboard.values.canonical import canonical

_AHEAD = 300.0
"""Seconds by which this machine's clock may be ahead of the vendor's before that is said."""

_LATER = 5.0
"""Seconds after the grace in which a row may still be ours: the end of an attempt is not exact."""

_OVER = frozenset({State.SUCCEEDED, State.STORED, State.FAILED, State.CANCELLED})
_MAX_CANDIDATES = 5


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
    search: BodySearch | PromptSearch
    if answer.keeps_bodies:
        search = BodySearch(list(free.values()))
    else:
        search = PromptSearch(list(free.values()), (doubt.intent for doubt in ordered))
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
        elif not is_made_of(row.text or "", texts(intent.order.payload)):
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


class _Twins(Struct):
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


def _latest(traces: Iterable[Trace]) -> float:
    return max((trace.at for trace in traces), default=-math.inf)


def by_endpoint(intents: Iterable[Intent]) -> Mapping[str, list[Intent]]:
    """Intents by their endpoint, as histories are asked."""
    found: dict[str, list[Intent]] = {}
    for intent in intents:
        found.setdefault(intent.order.endpoint, []).append(intent)
    return found
