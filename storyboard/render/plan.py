"""A plan as people read it: a line for each clip, what was found, and the sum last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from storyboard.plan.model import LeftOutScene, Plan, PlanTarget
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action, ReasonCode
from storyboard.render.amounts import amount, bare, counted, price
from storyboard.render.clip_table import SIGN_COLORS, clip_lines, scene_lines
from storyboard.render.prose import wrapped
from storyboard.render.reasons import unpriced_text
from storyboard.render.shown_prices import shown_terms
from storyboard.render.table import Paint, TableRow, lay_out, painted, plain
from storyboard.render.width import columns, visible
from storyboard.targets.load import BUILT_IN

_MAX_FINDINGS = 20
_MAX_NAMED = 5


def render_plan(
    plan: Plan,
    *,
    color: bool,
    width: int | None,
    everything: bool = False,
    unfolded: str = "--all",
    is_simulated: bool = False,
) -> str:
    """The plan in text. ``width`` is the terminal's, None where lines may be of any length.

    ``everything`` shows reused clips, notes, and the scenes' sums, which are folded otherwise;
    ``unfolded`` is what a user writes to see them. ``is_simulated`` says that what counts as paid
    was simulated.
    """
    paint = painted if color else plain
    if not plan.timeline or not plan.targets:
        return "no plan: the storyboard has errors\n"
    blocks = [
        _head(plan, paint, width),
        clip_lines(plan, paint, width, everything),
    ]
    if everything and len(plan.totals.scenes) > 1:
        blocks.append(scene_lines(plan, width))
    file, found = plan.film.file, plan.diagnostics
    if said := _findings(found, paint, file, width, None if everything else unfolded):
        blocks.append(said)
    if advice := _advice(plan.requests, paint, width):
        blocks.append(advice)
    if plan.unpriced:
        blocks.append(_unpriced(plan.unpriced, paint, width))
    date = min(one.as_of for one in used_targets(plan))
    blocks.append(_sum(plan, date, paint, width, is_simulated=is_simulated))
    return "\n\n".join(blocks) + "\n"


def used_targets(plan: Plan) -> tuple[PlanTarget, ...]:
    """The targets that a plan's requests are for, the film's own first."""
    asked = {request.target for request in plan.requests}
    return tuple(one for one in plan.targets if one.id in asked) or plan.targets[:1]


def _head(plan: Plan, paint: Paint, width: int | None) -> str:
    film = plan.film
    ratios = ", ".join(film.aspect_ratios)
    sound = {"all": " with audio", "some": ", some with audio", "none": ", silent"}[film.audio]
    targets = used_targets(plan)
    named = ", ".join(visible(one.id) for one in targets)
    left = f"{visible(film.title)} · {named} · {visible(ratios)}{sound}"
    right = visible(film.file)
    gap = (width or 0) - columns(left) - columns(right)
    if width is None or gap > 1:
        head = f"{paint(left, '1')}{' ' * (gap if gap > 1 else 3)}{paint(right, '2')}"
    else:
        head = "\n".join(paint(line, "1") for line in wrapped(left, width))
        head += f"\n{paint(right, '2')}"
    for said in filter(None, map(described_by, targets)):
        head += "".join(f"\n{paint(line, '33')}" for line in wrapped(said, width))
    return head


def described_by(target: PlanTarget) -> str:
    """Which file of the user's own a target's endpoint, limits and prices are from, if one is."""
    if target.origin == BUILT_IN:
        return ""
    return visible(f"endpoint, limits and prices of the target are those of {target.origin}")


def _findings(
    found: Sequence[Any], paint: Paint, file: str, width: int | None, unfolded: str | None
) -> str:
    """Warnings, and how to see the rest; all of them where nothing is to be unfolded."""
    everything = unfolded is None
    colors = {"error": "1;31", "warning": "1;33", "note": "1;36"}
    found = [one for one in found if one["severity"] != "error"]
    shown = [one for one in found if everything or one["severity"] == "warning"]
    lines = []
    for one in shown if everything else shown[:_MAX_FINDINGS]:
        head = f"{one['severity']}[{one['code']} {one['name']}]"
        where = f" … {_place(one['span'], file)}" if one["span"] else ""
        first, *rest = wrapped(f"{head}: {visible(one['message'] + where)}", width, indent=2)
        lines += [first.replace(head, paint(head, colors[one["severity"]]), 1), *rest]
    more = len(shown) - _MAX_FINDINGS
    if more > 0 and not everything:
        lines.append(f"and {more} more ({unfolded} shows them)")
    notes = len(found) - len(shown)
    if notes:
        pronoun = "it" if notes == 1 else "them"
        lines.append(paint(f"{counted(notes, 'note')} ({unfolded} shows {pronoun})", "2"))
    return "\n".join(lines)


def _place(span: Any, file: str) -> str:
    return f"line {span['line']}" if span["file"] == file else f"{span['file']}:{span['line']}"


def _advice(requests: Sequence[PlannedRequest], paint: Paint, width: int | None) -> str:
    """What lets blocked clips be sent: asked once, for the clips that were refused themselves."""
    refused = [one.id for one in requests if one.reason.code is ReasonCode.REFUSED]
    if not refused:
        return ""
    named = visible(", ".join(refused[:_MAX_NAMED]))
    more = len(refused) - _MAX_NAMED
    named += f" and {more} more" if more > 0 else ""
    advice = (
        f"help: what was refused is not sent again as it stands: change {named}, or let it "
        "be sent once more with `storyboard resolve ADDRESS --send-again`"
    )
    return "\n".join(paint(line, "2") for line in wrapped(advice, width, indent=2))


def _unpriced(scenes: Sequence[LeftOutScene], paint: Paint, width: int | None) -> str:
    """The scenes that have no price, and why."""
    rows = [
        TableRow(
            name=visible(scene.scene),
            prose=f"no price: {visible(unpriced_text(scene))}",
            sign="!",
            color=SIGN_COLORS["!"],
        )
        for scene in scenes[:_MAX_FINDINGS]
    ]
    lines = lay_out(rows, width, paint=paint)
    if (rest := len(scenes) - _MAX_FINDINGS) > 0:
        lines.append(f"  and {rest} more without a price")
    return "\n".join(lines)


def _sum(plan: Plan, date: str, paint: Paint, width: int | None, *, is_simulated: bool) -> str:
    """The last lines: what is to be rendered at the prices of a date, and what the film costs."""
    sums, budget = plan.totals.actions, plan.budget
    made, waiting, blocked = sums[Action.GENERATE], sums[Action.WAIT], sums[Action.BLOCKED]
    parts = ["nothing to render"]
    if made.requests:
        clips = counted(made.requests, "clip")
        seconds = f"{made.seconds} s{_billed(plan.requests)}"
        parts = [f"{clips} to render, {seconds}, {price(made)} (prices of {date})"]
    if waiting.requests:
        parts.append(f"{_waiting(plan.requests)}, {price(waiting)}")
    if blocked.requests:
        parts.append(f"{blocked.requests:,} blocked")
    if plan.unpriced:
        parts.append(f"{counted(len(plan.unpriced), 'scene')} without a price")
    elif made.requests or waiting.requests:
        if budget.max_cost is not None:
            parts.append(f"at most {budget.max_cost} to pay")
        if budget.max_seconds is not None:
            parts.append(f"at most {budget.max_seconds} s")
    lines = [" · ".join(parts), _film_cost(plan, is_simulated=is_simulated)]
    return "\n".join(paint(line, "1") for long in lines for line in wrapped(long, width, indent=2))


def _billed(requests: Sequence[PlannedRequest]) -> str:
    """How many seconds are billed of what is to be rendered, where clips that are sent count."""
    due = [one for one in requests if one.action is Action.GENERATE]
    more = sum(one.input_seconds for one in due)
    return f" ({sum(one.seconds for one in due) + more} s billed)" if more else ""


def _film_cost(plan: Plan, *, is_simulated: bool) -> str:
    """The film's cost: ``film: 8.40 USD paid + 3.78 to pay = 12.18 of 25.00 USD``."""
    cost, limit = shown_terms(plan.cost), plan.budget.limit
    terms = [(cost.paid, "paid"), (cost.under_way, "under way"), (cost.to_pay, "to pay")]
    said: list[str] = []
    for sum_, name in terms:
        if name == "under way" and sum_ is not None and not sum_.amount:
            continue
        said.append(f"{bare(sum_) if said else amount(sum_)} {name}")
    film = "film, simulated" if is_simulated else "film"
    text = f"{film}: {' + '.join(said)} = "
    if plan.unpriced:
        return f"{text}{amount(cost.total)} without what has no price"
    if limit is None or cost.total is None or cost.total.currency != limit.currency:
        return text + amount(cost.total) + (f", budget {limit}" if limit is not None else "")
    text += f"{bare(cost.total)} of {limit}"
    if (over := cost.total - limit).amount > 0:
        text += f", {over} too much"
    return text


def _waiting(requests: Iterable[PlannedRequest]) -> str:
    """How many clips were sent before, or may have been: ``1 on its way``."""
    awaited = [one.reason.code for one in requests if one.action is Action.WAIT]
    sure = [code is ReasonCode.WAITING for code in awaited]
    way = "on its way" if len(sure) == 1 else "on their way"
    if not all(sure):
        way = f"{way} or uncertain" if any(sure) else "uncertain"
    return f"{len(sure):,} {way}"
