"""Finds orders in a vendor's history by what was sent: by whole bodies, or by prompts alone."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from storyboard.hosts.protocol import Trace
from storyboard.ledger import Intent
from storyboard.plan.request_body import fill, is_same, texts
from storyboard.run.findings import SKEW, DoubtfulOrder, Finding, Verdict
from storyboard.values.canonical import canonical

# -- where whole bodies are kept ------------------------------------------------------------------


class BodySearch:
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


class PromptSearch:
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
                    [trace for trace in near if is_made_of(trace.text or "", wanted)]
                )
            self._rivals[wanted].add(intent)
        self._meant: dict[str, list[_Rivals]] = {}
        for rivals in self._rivals.values():
            for name in rivals.ids():
                self._meant.setdefault(name, []).append(rivals)

    def judge(self, doubt: DoubtfulOrder) -> Finding | None:
        """The finding for an order that is here or may be; None for one that is not."""
        intent = doubt.intent
        wanted, earliest = texts(intent.order.payload), intent.intended_at - SKEW
        if not wanted:
            return None
        rivals = self._rivals[wanted]
        same = rivals.count_since(earliest)
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


def is_made_of(text: str, wanted: Sequence[str]) -> bool:
    """Whether a text is made of the wanted ones, in order, with only separators between them."""
    at = 0
    for part in wanted:
        found = text.find(part, at)
        if found < 0 or any(character.isalnum() for character in text[at:found]):
            return False
        at = found + len(part)
    return not any(character.isalnum() for character in text[at:])
