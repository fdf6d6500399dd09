"""The shots of a planned film, and which of them are those of another version of it.

A shot is found again by its content, then by its address or id, and of what is left in a scene by
its words: so a shot without an id is still itself when one is put before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence

from msgspec import Struct

from storyboard.ledger.history import SentShot
from storyboard.ledger.intent import Order
from storyboard.plan.changes import prompt_at
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import PlaceInFile
from storyboard.targets.model import Target

_BETWEEN = re.compile(r"\W+")
_PIECE = 3
"""Letters that are compared at a time: words would not do for scripts that write none apart."""
_OWN = frozenset({"action", "line"})
"""The kinds of words that are a shot's own, by the prompt map."""
_LEAST_ALIKE = 0.4
"""The share of pieces that two shots have in common at least, where one was made of the other."""
_NEAR = 20
"""Shots before and behind that are looked at for one that was made of another."""


class FilmShot(Struct, frozen=True, kw_only=True):
    """A shot of a plan, whole or in parts: the requests of these, and its place in each.

    ``seconds`` are those of all its parts. ``text`` is what was written for this shot of what is
    sent, its action and its lines, with names in place of tags; ``pieces`` are those that
    it is compared by.
    """

    address: str
    digest: str
    seconds: int
    span: PlaceInFile
    places: tuple[tuple[PlannedRequest, int], ...]
    text: str
    pieces: frozenset[str]

    @property
    def scene(self) -> str:
        """The scene's part of its address."""
        return self.address.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its id; its number where it has none."""
        return self.address.rpartition("/")[2]

    @property
    def is_named(self) -> bool:
        """Whether it has an id, by which it is itself wherever it stands in its scene."""
        return not self.name.isdigit()

    def sent(self, part: int, targets: Mapping[str, Target]) -> SentShot:
        """One of its parts, from 1, as if it had been sent; the last one where there are fewer."""
        request, index = self.places[min(part, len(self.places)) - 1]
        order = Order(
            digest=request.digest,
            address=request.id,
            host=targets[request.target].host,
            endpoint=request.endpoint,
            target=request.target,
            payload=request.payload,
            seconds=request.seconds,
            tokens=request.tokens,
            take=str(request.take if isinstance(request.take, int) else list(request.take)),
            shots=request.contents,
        )
        return SentShot(order=order, index=index, count=len(request.shots))


def film_shots(plan: Plan, targets: Mapping[str, Target]) -> tuple[FilmShot, ...]:
    """The shots of a plan of which nothing is paid, in the film's order."""
    places: dict[str, list[tuple[PlannedRequest, int]]] = {}
    for request in plan.requests:
        for index, shot in enumerate(request.shots if request.alternate_of is None else ()):
            places.setdefault(shot.address, []).append((request, index))
    return tuple(
        _film_shot(address, tuple(places[address]), targets)
        for address in dict.fromkeys(segment.shot for segment in plan.timeline)
    )


def _film_shot(
    address: str, places: tuple[tuple[PlannedRequest, int], ...], targets: Mapping[str, Target]
) -> FilmShot:
    request, index = places[0]
    shot = request.shots[index]
    text = " ".join(
        _with_names(prompt[row.start : row.end].strip(), one.tokens)
        for one, at in places
        if (prompt := prompt_at(one.payload, at, targets[one.target]))
        for row in one.shots[at].map
        if row.kind in _OWN and not row.carried
    )
    return FilmShot(
        address=address,
        digest=shot.digest,
        seconds=sum(one.shots[at].seconds for one, at in places),
        span=shot.span,
        places=places,
        text=text,
        pieces=_pieces(text),
    )


def _pieces(text: str) -> frozenset[str]:
    plain = _BETWEEN.sub(" ", text.casefold())
    return frozenset(plain[at : at + _PIECE] for at in range(max(len(plain) - _PIECE + 1, 1)))


def _with_names(text: str, tokens: Mapping[str, str]) -> str:
    """A text with names in place of tags; the longer tag first, as one may begin as another."""
    tags = sorted(tokens, key=len, reverse=True)
    if not tags:
        return text
    names = re.compile("|".join(map(re.escape, tags)))
    return names.sub(lambda match: f"@{tokens[match[0]]}", text)


def pairs_of(before: Sequence[FilmShot], after: Sequence[FilmShot]) -> dict[int, int]:
    """The index of each shot in the older film, by its index in the newer one."""
    found: dict[int, int] = {}
    keys: tuple[Callable[[FilmShot], Hashable], ...] = (
        lambda shot: (shot.address, shot.digest),
        lambda shot: shot.digest,
        lambda shot: shot.address if shot.is_named else None,
        lambda shot: shot.name if shot.is_named else None,
    )
    for key in keys:
        free: dict[Hashable, deque[int]] = {}
        taken = set(found.values())
        for index, shot in enumerate(before):
            if index not in taken and (one := key(shot)) is not None:
                free.setdefault(one, deque()).append(index)
        for index, shot in enumerate(after):
            if index not in found and free.get(key(shot)):
                found[index] = free[key(shot)].popleft()
    for old, new in _left(before, after, found).values():
        found |= _alike(before, after, old, new)
    return found


def _left(
    before: Sequence[FilmShot], after: Sequence[FilmShot], found: Mapping[int, int]
) -> dict[str, tuple[list[int], list[int]]]:
    """The shots of each scene that are not found again, of both films."""
    left: dict[str, tuple[list[int], list[int]]] = {}
    taken = set(found.values())
    for index, shot in enumerate(before):
        if index not in taken:
            left.setdefault(shot.scene, ([], []))[0].append(index)
    for index, shot in enumerate(after):
        if index not in found:
            left.setdefault(shot.scene, ([], []))[1].append(index)
    return left


def _alike(
    before: Sequence[FilmShot], after: Sequence[FilmShot], old: Sequence[int], new: Sequence[int]
) -> dict[int, int]:
    """Of the shots of a scene those that have most in common, the best pairs first."""
    scores = []
    for place, one in enumerate(new):
        near = range(max(place - _NEAR, 0), min(place + _NEAR + 1, len(old)))
        for other in near:
            pieces, others = after[one].pieces, before[old[other]].pieces
            alike = len(pieces & others) / max(len(pieces | others), 1)
            if alike >= _LEAST_ALIKE:
                scores.append((-alike, abs(place - other), one, old[other]))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for *_, one, other in sorted(scores):
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return found


def moved_of(order: Sequence[int]) -> set[int]:
    """Those of some numbers that stand outside of a longest rising row of them."""
    ends: list[int] = []
    rows: list[int] = []
    before: dict[int, int | None] = {}
    for number in order:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    rising: int | None = ends[-1] if ends else None
    while rising is not None:
        rows.append(rising)
        rising = before[rising]
    return set(order) - set(rows)
