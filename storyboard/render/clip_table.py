"""The clips of a plan and the sums of its scenes, as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import NEW, Action, ReasonCode
from storyboard.render.amounts import amount, counted
from storyboard.render.prose import wrapped
from storyboard.render.reasons import reason_text
from storyboard.render.shown_prices import scene_of, shown_prices, summed
from storyboard.render.table import Paint, TableRow, is_within, lay_out, varying
from storyboard.render.width import visible
from storyboard.values.units import Money

_SIGNS = {Action.GENERATE: "+", Action.REUSE: "=", Action.WAIT: "…", Action.BLOCKED: "!"}
SIGN_COLORS = {"+": "32", "~": "33", "=": "2", "…": "36", "!": "31"}
_NOBODY = "–"


def clip_lines(
    requests: Sequence[PlannedRequest], paint: Paint, width: int | None, everything: bool
) -> str:
    """A line for each clip; what is used again is folded into one without ``everything``."""
    prices = shown_prices(requests)
    shown = [
        (one, price)
        for one, price in zip(requests, prices, strict=True)
        if everything or one.action is not Action.REUSE
    ]
    are_several = len({one.target for one in requests}) > 1
    rows = [_row(one, price, names_target=are_several) for one, price in shown]
    lines = _table(rows, paint, width)
    kept = [one for one in requests if one.action is Action.REUSE]
    if kept and not everything:
        seconds = sum(one.seconds for one in kept)
        so = "as it is" if len(kept) == 1 else "as they are"
        lines.append(paint(f"  = {counted(len(kept), 'clip')} {so}  {seconds} s", "2"))
    return "\n".join(lines)


class _ClipRow(NamedTuple):
    """What is said of a clip; ``why`` is the reason.

    ``after`` is what must be there first, and its target where the film has several.
    """

    sign: str
    name: str
    seconds: str
    shots: str
    cast: str
    price: str
    why: str
    after: str


_NOTHING_SAID = {"1 shot", _NOBODY, reason_text(NEW)}
"""What goes without a word where it holds for every clip."""


def _row(request: PlannedRequest, price: Money | None, *, names_target: bool) -> _ClipRow:
    cast = list(dict.fromkeys(request.tokens.values()))
    sign = _SIGNS[request.action]
    if request.action is Action.GENERATE and request.reason.code is not ReasonCode.NEW:
        sign = "~"
    return _ClipRow(
        sign=sign,
        name=visible(request.id),
        seconds=f"{request.seconds} s",
        shots=counted(len({shot.address for shot in request.shots}), "shot"),
        cast=visible(", ".join(cast)) if cast else _NOBODY,
        price=amount(price),
        # A reason may hold the vendor's own words.
        why=visible(reason_text(request.reason)),
        after=visible(
            ", ".join(filter(None, (_needs(request), f"on {request.target}" * names_target)))
        ),
    )


def _needs(request: PlannedRequest) -> str:
    """Which clip must be there first, because this one opens on its last frame."""
    if request.action is Action.BLOCKED:
        return ""
    return ", ".join(f"after {needed.request}" for needed in request.depends_on)


def _table(rows: Sequence[_ClipRow], paint: Paint, width: int | None) -> list[str]:
    """The rows; what all of them say is said once, or not at all where it says nothing."""
    if not rows:
        return []
    fields = [_ClipRow._fields[index] for index in varying(rows)]
    told = [
        getattr(rows[0], one) for one in ("seconds", "shots", "cast", "why") if one not in fields
    ]
    said = ", ".join(one for one in told if one not in _NOTHING_SAID)
    lines = wrapped(f"  each clip: {said}", width, indent=4) if said else []
    short = [one for one in ("seconds", "shots") if one in fields]

    def laid_out(cells: Sequence[str], prose: Sequence[str], joint: str) -> list[TableRow]:
        return [
            TableRow(
                name=row.name,
                cells=tuple(getattr(row, one) for one in cells),
                prose=joint.join(text for one in prose if (text := getattr(row, one))),
                sign=row.sign,
                color=SIGN_COLORS[row.sign],
            )
            for row in rows
        ]

    has_cast, why = "cast" in fields, ["why"] if "why" in fields else []
    cells = [*short, *(["cast"] if has_cast else []), "price"]
    left = [index for index, one in enumerate(cells) if one in ("shots", "cast")]
    table = laid_out(cells, [*why, "after"], ", ")
    if not is_within(table, width):
        rows = [
            row._replace(
                cast=row.cast if row.cast != _NOBODY else "",
                why="" if row.why in _NOTHING_SAID else row.why,
            )
            for row in rows
        ]
        cells = [*short, "price"]
        table = laid_out(cells, [*(["cast"] if has_cast else []), *why, "after"], " · ")
    return [*lines, *lay_out(table, width, left=left, paint=paint)]


def scene_lines(plan: Plan, width: int | None) -> str:
    """The sum of each scene, which is that of its clips as they stand above."""
    prices: dict[str, list[Money | None]] = {one.scene: [] for one in plan.totals.scenes}
    for request, price in zip(plan.requests, shown_prices(plan.requests), strict=True):
        prices[scene_of(request)].append(price)
    rows = [
        TableRow(
            name=visible(scene.scene),
            cells=(
                counted(scene.total.requests, "clip"),
                f"{scene.total.seconds} s",
                amount(summed(prices[scene.scene])),
            ),
            prose=visible(scene.title),
        )
        for scene in plan.totals.scenes
    ]
    return "\n".join(lay_out(rows, width, indent=4))
