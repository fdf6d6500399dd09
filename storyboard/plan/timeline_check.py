"""Holds the timeline of a plan against its requests, its kept clips and the film."""

from __future__ import annotations

from collections.abc import Iterator

from storyboard.compiler.film import Film
from storyboard.plan.model import Plan

_Place = tuple[str, int | None]


def check_timeline(plan: Plan, film: Film | None) -> Iterator[str]:
    """What is wrong with a plan's timeline; ``film`` is None where it is not at hand."""
    yield from _check_sources(plan)
    if film is not None and plan.target is not None:
        yield from _check_order(plan, film)


def _check_sources(plan: Plan) -> Iterator[str]:
    """Each segment lies in its clip, as that has it, and what is rendered stands in the film."""
    rendered: dict[tuple[str, _Place], tuple[float, float]] = {}
    for request in plan.requests:
        if request.alternate_of is not None:
            continue
        at = 0
        for shot in request.shots:
            rendered[request.id, (shot.address, shot.part)] = at, at + shot.seconds
            at += shot.seconds
    kept = {
        (clip.take, (shot.address, shot.segment.content.part)): shot.segment
        for clip in plan.kept
        for shot in clip.shots
    }
    used = set()
    for one in plan.timeline:
        place = one.shot, one.part
        if one.take is not None:
            segment = kept.get((one.take, place))
            if segment is None or (segment.start, segment.end) != (one.start, one.end):
                yield f"timeline: {one.shot} is not in the clip that it is kept from"
            used.add((one.take, place))
        elif one.request is not None:
            if rendered.get((one.request, place)) != (one.start, one.end):
                yield f"timeline: {one.shot} is not there in {one.request}"
            used.add((one.request, place))
    for name, place in (rendered.keys() | kept.keys()) - used:
        yield f"timeline: {place[0]} of {name} is not in the film"


def _check_order(plan: Plan, film: Film) -> Iterator[str]:
    """Each shot of the film is there once and in order, whole or in all its parts."""
    said = [(one.shot, one.part) for one in plan.timeline]
    at = 0
    for scene in film.scenes:
        for shot in scene.shots:
            if at < len(said) and said[at] == (shot.address, None):
                at += 1
                continue
            part = 1
            while at < len(said) and said[at] == (shot.address, part):
                at, part = at + 1, part + 1
            if part == 1:
                yield f"timeline: {shot.address} is missing, or not where it belongs"
                return
    if at != len(said):
        yield f"timeline: {said[at][0]} is there twice, or not where it belongs"
