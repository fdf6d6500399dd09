"""The clips of a plan and the sums of its scenes, as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from storyboard.plan.actions import HAD
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import NEW, Action, ReasonCode
from storyboard.plan.timeline import KeptClip
from storyboard.render.amounts import amount, counted
from storyboard.render.prose import wrapped
from storyboard.render.reasons import reason_text, why_text
from storyboard.render.shown_prices import scene_of, shown_prices, summed
from storyboard.render.table import Paint, TableRow, is_within, lay_out, varying
from storyboard.render.width import visible
from storyboard.values.units import Money

_SIGNS = {
    Action.GENERATE: "+",
    Action.FETCH: "↓",
    Action.REUSE: "=",
    Action.WAIT: "…",
    Action.BLOCKED: "!",
}
SIGN_COLORS = {"+": "32", "~": "33", "=": "2", "↓": "2", "…": "36", "!": "31"}
_NOBODY = "–"


def clip_lines(plan: Plan, paint: Paint, width: int | None, everything: bool) -> str:
    """A line for each clip; what is used again is folded into one without ``everything``."""
    requests = plan.requests
    prices = shown_prices(requests)
    shown = [
        (one, price)
        for one, price in zip(requests, prices, strict=True)
        if everything or one.action not in HAD
    ]
    are_several = len({one.target for one in requests}) > 1
    rows = [_row(one, price, plan.film.file, names_target=are_several) for one, price in shown]
    lines = _table(rows, paint, width)
    if not everything:
        for action in (Action.REUSE, Action.FETCH):
            had = [one for one in requests if one.action is action]
            if had:
                lines.append(_folded(had, action, paint))
    for said, sign in _kept_lines(plan.kept, everything):
        wrap = wrapped(f"  {sign} {said}", width, indent=4)
        lines += [paint(line, SIGN_COLORS[sign]) for line in wrap]
    return "\n".join(lines)


def _folded(had: Sequence[PlannedRequest], action: Action, paint: Paint) -> str:
    """One line for all the clips that are paid: those that are here, or those to be fetched."""
    sign, seconds = _SIGNS[action], sum(one.seconds for one in had)
    so = "as it is" if len(had) == 1 else "as they are"
    if action is Action.FETCH:
        so = "paid, to be fetched"
    return paint(f"  {sign} {counted(len(had), 'clip')} {so}  {seconds} s", SIGN_COLORS[sign])


def _kept_lines(kept: Sequence[KeptClip], everything: bool) -> Iterator[tuple[str, str]]:
    """What is kept of clips of which other shots are not in the film any more, with its sign."""
    if len(kept) > _MAX_KEPT and not everything:
        for action in (Action.REUSE, Action.FETCH):
            chosen = [clip for clip in kept if clip.action is action]
            if chosen:
                shots = counted(sum(len(clip.shots) for clip in chosen), "shot")
                seconds = sum(clip.kept_seconds for clip in chosen)
                yield (
                    f"{shots} kept from {counted(len(chosen), 'clip')}  {seconds} s",
                    _SIGNS[action],
                )
        return
    for clip in kept:
        names = ", ".join(shot.name for shot in clip.shots)
        fetched = ", to be fetched" if clip.action is Action.FETCH else ""
        said = f"{names} kept from {clip.address}{fetched}  {clip.kept_seconds} s"
        yield visible(said), _SIGNS[clip.action]


_MAX_KEPT = 5


class _ClipRow(NamedTuple):
    """What is said of a clip; ``why`` is the reason.

    ``after`` is what it is made from, what is billed of that, what must be there first, and its
    target where the film has several.
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


def _row(
    request: PlannedRequest, price: Money | None, file: str, *, names_target: bool
) -> _ClipRow:
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
        why=visible(why_text(request, file)),
        after=visible(
            ", ".join(
                filter(
                    None,
                    (
                        made_from(request),
                        _passes_through(request),
                        _billed(request),
                        _needs(request),
                        f"on {request.target}" * names_target,
                    ),
                )
            )
        ),
    )


def made_from(request: PlannedRequest) -> str:
    """Which clip of footage it edits, or takes the motion of; empty for none."""
    footage = request.footage
    if footage is None:
        return ""
    return f"edits {footage.name}" if footage.way == "edit" else f"moves as {footage.name}"


def _passes_through(request: PlannedRequest) -> str:
    """How many pictures lie between its first frame and its last; empty for none."""
    count = len(request.middle_frames)
    return f"through {counted(count, 'picture')}" if count else ""


def _billed(request: PlannedRequest) -> str:
    """How many seconds are billed where those of clips that it is sent count; empty elsewhere."""
    more = request.input_seconds
    return f"{request.seconds + more} s billed, {more} s for what it is sent" if more else ""


def _needs(request: PlannedRequest) -> str:
    """Which clips must be there first, because this one is sent them or their last frame."""
    if request.action is Action.BLOCKED:
        return ""
    return ", ".join(f"after {needed.name}" for needed in request.depends_on)


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
    for clip in plan.kept:
        prices[clip.shots[0].address.partition("/")[0]].append(
            clip.money and clip.money.rounded_up()
        )
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
