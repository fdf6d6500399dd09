"""A plan as people read it: a line for each clip, what was found, and the sum last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from storyboard.plan.model import LeftOutScene, Plan, PlanTarget, SceneTotal
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action, ReasonCode
from storyboard.render.reasons import reason_text, unpriced_text
from storyboard.render.width import clip, columns, visible
from storyboard.targets.load import BUILT_IN
from storyboard.values.sums import Total
from storyboard.values.units import Money

_Paint = Callable[[str, str], str]
"""Puts a terminal's colour code around a text, or nothing."""

_SIGNS = {Action.GENERATE: "+", Action.REUSE: "=", Action.WAIT: "…", Action.BLOCKED: "!"}
_COLORS = {"+": "32", "~": "33", "=": "2", "…": "36", "!": "31"}
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
    paint = _paint if color else _plain
    if not plan.requests or plan.target is None:
        return "no plan: the storyboard has errors\n"
    blocks = [
        _head(plan, plan.target, paint, width),
        _clips(plan.requests, paint, width, everything),
    ]
    if everything and len(plan.totals.scenes) > 1:
        blocks.append(_scenes(plan.totals.scenes))
    file, found = plan.film.file, plan.diagnostics
    if said := _findings(found, paint, file, None if everything else unfolded):
        blocks.append(said)
    if advice := _advice(plan.requests, paint):
        blocks.append(advice)
    if plan.unpriced:
        blocks.append(_unpriced(plan.unpriced, paint))
    blocks.append(_sum(plan, plan.target.as_of, paint, is_simulated=is_simulated))
    return "\n\n".join(blocks) + "\n"


def _plain(text: str, _code: str) -> str:
    return text


def _paint(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


def _head(plan: Plan, target: PlanTarget, paint: _Paint, width: int | None) -> str:
    film = plan.film
    ratios = ", ".join(film.aspect_ratios)
    sound = {"all": " with audio", "some": ", some with audio", "none": ", silent"}[film.audio]
    left = f"{visible(film.title)} · {visible(target.id)} · {visible(ratios)}{sound}"
    right = visible(film.file)
    gap = (width or 0) - columns(left) - columns(right)
    head = f"{paint(left, '1')}{' ' * gap if gap > 1 else '   '}{paint(right, '2')}"
    if said := described_by(target):
        head += "\n" + paint(said, "33")
    return head


def described_by(target: PlanTarget) -> str:
    """Which file of the user's own a target's endpoint, limits and prices are from, if one is."""
    if target.origin == BUILT_IN:
        return ""
    return visible(f"endpoint, limits and prices of the target are those of {target.origin}")


def _clips(
    requests: Sequence[PlannedRequest], paint: _Paint, width: int | None, everything: bool
) -> str:
    shown = [one for one in requests if everything or one.action is not Action.REUSE]
    rows = [_row(request) for request in shown]
    lines = _table(rows, paint, width)
    kept = [one for one in requests if one.action is Action.REUSE]
    if kept and not everything:
        seconds = sum(one.seconds for one in kept)
        so = "as it is" if len(kept) == 1 else "as they are"
        lines.append(paint(f"  = {counted(len(kept), 'clip')} {so}  {seconds} s", "2"))
    return "\n".join(lines)


def _row(request: PlannedRequest) -> tuple[str, str, str, str, str, str, str]:
    cast = list(dict.fromkeys(request.tokens.values()))
    sign = _SIGNS[request.action]
    if request.action is Action.GENERATE and request.reason.code is not ReasonCode.NEW:
        sign = "~"
    return (
        sign,
        visible(request.id),
        f"{request.seconds} s",
        counted(len({shot.address for shot in request.shots}), "shot"),
        visible(", ".join(cast)) if cast else "–",
        amount(request.money),
        # A reason may hold the vendor's own words.
        visible(reason_text(request.reason) + _needs(request)),
    )


def _needs(request: PlannedRequest) -> str:
    """Which clip must be there first, because this one opens on its last frame."""
    if request.action is Action.BLOCKED:
        return ""
    return "".join(f", after {needed.request}" for needed in request.depends_on)


def amount(cost: Money | None) -> str:
    """A cost as people read it; None is one that is not known."""
    return "unknown" if cost is None else str(cost)


def counted(number: int, noun: str) -> str:
    """``1 shot``, ``3 shots``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _table(rows: Sequence[tuple[str, ...]], paint: _Paint, width: int | None) -> list[str]:
    if not rows:
        return []
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    if width is not None:
        # Names and addresses give way when the terminal is narrow, the names first.
        for index, least in ((4, 12), (1, 12)):
            over = sum(widths) + 15 - width
            widths[index] = max(min(widths[index], least), widths[index] - max(over, 0))
    lines = []
    for row in rows:
        sign, name, seconds, shots, names, price, reason = row
        cells = [
            _left(clip(name, widths[1]), widths[1]),
            _right(seconds, widths[2]),
            _left(shots, widths[3]),
            _left(clip(names, widths[4]), widths[4]),
            _right(price, widths[5]),
            reason,
        ]
        lines.append(f"  {paint(sign, _COLORS[sign])} {'  '.join(cells)}".rstrip())
    return lines


def _left(text: str, width: int) -> str:
    return text.ljust(width) if text.isascii() else text + " " * (width - columns(text))


def _right(text: str, width: int) -> str:
    return text.rjust(width) if text.isascii() else " " * (width - columns(text)) + text


def _scenes(scenes: Iterable[SceneTotal]) -> str:
    rows = [
        (
            visible(scene.scene + (f" · {scene.title}" if scene.title else "")),
            counted(scene.total.requests, "clip"),
            f"{scene.total.seconds} s",
            amount(scene.total.money),
        )
        for scene in scenes
    ]
    widths = [max(columns(row[index]) for row in rows) for index in range(4)]
    return "\n".join(
        "    "
        + _left(row[0], widths[0])
        + "".join("  " + _right(row[index], widths[index]) for index in (1, 2, 3))
        for row in rows
    )


def _findings(found: Sequence[Any], paint: _Paint, file: str, unfolded: str | None) -> str:
    """Warnings, and how to see the rest; all of them where nothing is to be unfolded."""
    everything = unfolded is None
    colors = {"error": "1;31", "warning": "1;33", "note": "1;36"}
    found = [one for one in found if one["severity"] != "error"]
    shown = [one for one in found if everything or one["severity"] == "warning"]
    lines = []
    for one in shown if everything else shown[:_MAX_FINDINGS]:
        head = paint(f"{one['severity']}[{one['code']} {one['name']}]", colors[one["severity"]])
        where = f" … {_place(one['span'], file)}" if one["span"] else ""
        lines.append(f"{head}: {visible(one['message'] + where)}")
    rest = len(shown) - _MAX_FINDINGS
    if rest > 0 and not everything:
        lines.append(f"and {rest} more ({unfolded} shows them)")
    notes = len(found) - len(shown)
    if notes:
        pronoun = "it" if notes == 1 else "them"
        lines.append(paint(f"{counted(notes, 'note')} ({unfolded} shows {pronoun})", "2"))
    return "\n".join(lines)


def _place(span: Any, file: str) -> str:
    return f"line {span['line']}" if span["file"] == file else f"{span['file']}:{span['line']}"


def _advice(requests: Sequence[PlannedRequest], paint: _Paint) -> str:
    """What lets blocked clips be sent: asked once, for the clips that were refused themselves."""
    refused = [one.id for one in requests if one.reason.code is ReasonCode.REFUSED]
    if not refused:
        return ""
    named = visible(", ".join(refused[:_MAX_NAMED]))
    more = len(refused) - _MAX_NAMED
    named += f" and {more} more" if more > 0 else ""
    return paint(
        f"help: what was refused is not sent again as it stands: change {named}, or let it "
        "be sent once more with `storyboard resolve ADDRESS --send-again`",
        "2",
    )


def _unpriced(scenes: Sequence[LeftOutScene], paint: _Paint) -> str:
    """The scenes that have no price, and why."""
    lines = []
    for scene in scenes[:_MAX_FINDINGS]:
        why = visible(unpriced_text(scene))
        sign = paint("!", _COLORS["!"])
        lines.append(f"  {sign} {visible(scene.scene)}  no price: {why}")
    if (rest := len(scenes) - _MAX_FINDINGS) > 0:
        lines.append(f"  and {rest} more without a price")
    return "\n".join(lines)


def _sum(plan: Plan, date: str, paint: _Paint, *, is_simulated: bool) -> str:
    """The last lines: what is to be rendered at the prices of a date, and what the film costs."""
    sums, budget = plan.totals.actions, plan.budget
    made, waiting, blocked = sums[Action.GENERATE], sums[Action.WAIT], sums[Action.BLOCKED]
    parts = ["nothing to render"]
    if made.requests:
        clips = counted(made.requests, "clip")
        parts = [f"{clips} to render, {made.seconds} s, {price(made)} (prices of {date})"]
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
    return "\n".join(paint(line, "1") for line in lines)


def _film_cost(plan: Plan, *, is_simulated: bool) -> str:
    """The film's cost: ``film: 8.40 USD paid + 3.78 to pay = 12.18 of 25.00 USD``."""
    cost, limit = plan.cost, plan.budget.limit
    terms = [(cost.paid, "paid"), (cost.under_way, "under way"), (cost.to_pay, "to pay")]
    said: list[str] = []
    for sum_, name in terms:
        if name == "under way" and sum_ is not None and not sum_.amount:
            continue
        said.append(f"{_bare(sum_) if said else amount(sum_)} {name}")
    film = "film, simulated" if is_simulated else "film"
    text = f"{film}: {' + '.join(said)} = "
    if plan.unpriced:
        return f"{text}{amount(cost.total)} without what has no price"
    if limit is None or cost.total is None or cost.total.currency != limit.currency:
        return text + amount(cost.total) + (f", budget {limit}" if limit is not None else "")
    text += f"{_bare(cost.total)} of {limit}"
    if (over := cost.total - limit).amount > 0:
        text += f", {over} too much"
    return text


def _bare(cost: Money | None) -> str:
    """A cost without its currency, which stands beside it."""
    return "unknown" if cost is None else str(cost).removesuffix(f" {cost.currency}")


def price(whole: Total) -> str:
    """What a sum of clips costs, with what is not known of it."""
    if whole.money is not None:
        return amount(whole.money)
    unknown = f"{counted(whole.unknown, 'clip')} of unknown price"
    if whole.known > 0:
        return f"≥ {amount(whole.known_money)} + {unknown}"
    return f"price unknown ({unknown})"


def _waiting(requests: Iterable[PlannedRequest]) -> str:
    """How many clips were sent before, or may have been: ``1 on its way``."""
    awaited = [one.reason.code for one in requests if one.action is Action.WAIT]
    sure = [code is ReasonCode.WAITING for code in awaited]
    way = "on its way" if len(sure) == 1 else "on their way"
    if not all(sure):
        way = f"{way} or uncertain" if any(sure) else "uncertain"
    return f"{len(sure):,} {way}"
