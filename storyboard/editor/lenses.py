"""What a film, its scenes and its clips cost, above the lines that they are written in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from storyboard.editor.analysis import FilmAnalysis
from storyboard.editor.positions import first_line
from storyboard.language.model import Storyboard
from storyboard.plan import Plan
from storyboard.render.amounts import amount, counted, price
from storyboard.render.reasons import why_text


def lenses_of(analysis: FilmAnalysis, path: Path) -> Iterator[types.CodeLens]:
    """The lines above a film's own file; a library has none."""
    plan, named = analysis.plan, next(iter(analysis.files), None)
    source = analysis.sources.get(path)
    if plan is None or not isinstance(named, Storyboard) or source is None or path != analysis.file:
        return
    title = named.node.key("title") or named.node.key("storyboard")
    yield _lens(first_line(source, title.span.line if title is not None else 1), _film(plan))
    totals = {one.scene: one.total for one in plan.totals.scenes}
    for number, scene in enumerate(named.scenes, 1):
        total = totals.get(str(scene.id) if scene.id else str(number))
        if total is None:
            continue
        span = scene.node.span
        said = f"{counted(total.requests, 'clip')} · {total.seconds} s · {price(total)}"
        yield _lens(first_line(source, span.line), said)
    for request in plan.requests:
        if request.alternate_of is not None:
            continue
        place = request.shots[0].span
        if Path(place.file).resolve() != path:
            continue
        shots = f" · {len(request.shots)} shots" if len(request.shots) > 1 else ""
        why = why_text(request, place.file)
        said = f"{request.id} · {request.seconds} s{shots} · {amount(request.money)} · {why}"
        yield _lens(first_line(source, place.line), said)


def _film(plan: Plan) -> str:
    limit = plan.budget.limit
    most = "" if limit is None else f" of {limit}"
    seconds = plan.totals.seconds
    return (
        f"{counted(plan.totals.requests, 'clip')} · {seconds} s · "
        f"{amount(plan.cost.to_pay)} to pay · film: {amount(plan.cost.total)}{most}"
    )


def _lens(place: types.Range, said: str) -> types.CodeLens:
    return types.CodeLens(range=place, command=types.Command(title=said, command=""))
