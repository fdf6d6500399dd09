"""Further takes: which clips are rendered several times, and what a choice among takes makes void.

A clip that opens on the last frame of another opens on one take of it. Where another take of that
is chosen, all that opens on it is void, and is rendered and paid anew. So by default only clips on
which none opens have further takes. A later part of a divided shot has none either: a writer
chooses among takes of the whole shot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice

from msgspec.structs import replace

from storyboard.compiler.clip import Clip
from storyboard.compiler.cost import price
from storyboard.compiler.request import Request
from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import CHAINED_TAKES
from storyboard.values.segments import Ending, endings
from storyboard.values.sums import Total, total_in

_MAX_LABELS = 5


def take_numbers(own: int, times: int) -> Iterator[int]:
    """So many take numbers: the writer's own, and then the lowest others.

    A writer who has chosen take 2 of two is not asked to pay for a third.
    """
    yield own
    yield from islice((number for number in count(1) if number != own), times - 1)


def renumbered(clip: Clip, number: int) -> Clip:
    """The clip as it is where its writer gives its first shot this take number."""
    first = clip.parts[0].shot
    if first.take == number:
        return clip
    shot = replace(first, take=number)
    return replace(
        clip,
        parts=tuple(
            replace(part, shot=shot) if part.shot is first else part for part in clip.parts
        ),
    )


def rendered_once(requests: Iterable[Request]) -> tuple[Request, ...]:
    """The requests of a film that have no further takes, unless chains are to have them."""
    listed = tuple(requests)
    opened_on = {(needed.digest, needed.part) for one in listed for needed in one.depends_on}
    return tuple(
        one for one in listed if not opened_on.isdisjoint(endings(one.shots)) or _is_later_part(one)
    )


def check_takes(
    money: str,
    requests: Sequence[Request],
    once: Sequence[Request],
    times: int,
    diagnostics: Diagnostics,
) -> None:
    """Say which clips are rendered once, or what becomes void where another take is chosen.

    ``requests`` are the film's, without further takes; ``once`` are those that get none. Sums are
    in the currency ``money``.
    """
    void = _at_stake(requests)
    if once:
        more = _sum(money, once, times - 1)
        lost = _sum(money, void, times)
        number = len(once)
        diagnostics.add(
            CHAINED_TAKES,
            f"{'1 clip is' if number == 1 else f'{number} clips are'} rendered once, not "
            f"{times} times: what is made of one take is void where another is chosen",
            _place(once[0]),
            labels=_labels(once[0], once[1:], "this too"),
            help="to choose among its takes, raise its `take:` while what is made of it has "
            f"`skip: true`; or give --chain-takes: {more} more"
            + (f", and {lost} would be at stake" if void else ""),
        )
    elif void:
        number = len(void) * times
        diagnostics.add(
            CHAINED_TAKES,
            f"{number} renderings, {_sum(money, void, times)}, depend on one take of several: "
            "they are void where another take is chosen",
            _place(void[0]),
            labels=_labels(void[0], void[1:], "this too"),
            help="leave --chain-takes out: then only clips on which none opens have further takes",
        )


def _at_stake(requests: Iterable[Request]) -> list[Request]:
    """The requests that open on a clip of another shot, however far up.

    A later part opens on the same take of its shot, and stays with it.
    """
    found: list[Request] = []
    void: set[Ending] = set()
    for one in requests:
        needed = {(needed.digest, needed.part) for needed in one.depends_on}
        if needed and (not _is_later_part(one) or not void.isdisjoint(needed)):
            found.append(one)
            void.update(endings(one.shots))
    return found


def _is_later_part(request: Request) -> bool:
    return bool(request.depends_on) and request.clip.parts[0].number > 1


def _sum(money: str, requests: Iterable[Request], times: int) -> Total:
    """What it costs to render requests so many times."""
    costs = [(one.seconds, price(one.target, one.seconds, one.second).money) for one in requests]
    return total_in(costs * times, money)


def _place(request: Request) -> Span:
    return request.clip.parts[0].shot.place()


def _labels(first: Request, requests: Sequence[Request], text: str) -> list[Label]:
    spans = list(dict.fromkeys(map(_place, requests)))
    return [Label(span, text) for span in spans[:_MAX_LABELS] if span != _place(first)]
