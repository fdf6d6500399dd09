"""The independent checker: a plan is held against its target's data and schema, rule by rule.

It shares no code with the passes that made the plan. It reads the payloads as the vendor
would, counts again, and says every disagreement; a plan with one is never shown. What it finds
is a mistake of this tool, not of the storyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from storyboard.compiler.film import Film
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.request_check import RequestChecker
from storyboard.plan.sense import SenseChecker
from storyboard.plan.timeline_check import check_timeline
from storyboard.plan.totals_check import check_totals
from storyboard.targets.model import Target
from storyboard.values.segments import endings


class TargetRules(Struct, frozen=True, kw_only=True):
    """What the requests of one target are held against.

    ``schema`` is the JSON Schema of the target's requests. ``max_references`` is the limit in
    force, which a user may have raised to the target's ceiling. ``film`` is the second witness
    of what the prompts say; without it, as for a plan that was read from a file, only the plan
    itself is checked.
    """

    target: Target
    schema: dict[str, Any]
    max_references: int
    film: Film | None = None


def verify(plan: Plan, rules: Sequence[TargetRules], film: Film | None = None) -> list[str]:
    """Every rule that the plan breaks, in words; empty where it breaks none.

    ``rules`` are those of its targets, in the plan's order. ``film`` is the whole film, against
    which the timeline is held.
    """
    named = [(one.id, one.host, one.endpoint) for one in plan.targets]
    held = [one.target for one in rules]
    if named != [(one.target, one.host, one.endpoint) for one in held]:
        return ["the plan is for another target"]
    broken: list[str] = []
    checkers: dict[str, RequestChecker] = {}
    divided = {
        shot.address for clip in plan.kept for shot in clip.shots if shot.segment.content.parts > 1
    }
    there = {
        ending
        for clip in plan.kept
        for ending in endings(shot.segment.content for shot in clip.shots)
    }
    whole = {
        shot.segment.content.shot
        for clip in plan.kept
        for shot in clip.shots
        if shot.segment.content.part is None
    }
    for one in rules:
        own = [request for request in plan.requests if request.target == one.target.target]
        broken += [
            f"{request.id}: {problem}"
            for request, problems in zip(own, _by_schema(own, one.schema), strict=True)
            for problem in problems
        ]
        sense = SenseChecker(one.film, divided) if one.film is not None else None
        checkers[one.target.target] = RequestChecker(
            one.target, one.max_references, sense, there, whole
        )
    seen: dict[str, PlannedRequest] = {}
    are_linked = any(request.depends_on for request in plan.requests)
    for request in plan.requests:
        own_checker = checkers.get(request.target)
        if own_checker is None:
            broken.append(f"{request.id}: the plan does not list its target")
        else:
            found = _collected(own_checker.check, request, seen)
            broken.extend(f"{request.id}: {problem}" for problem in found)
        if request.id in seen:
            broken.append(f"{request.id}: the id is used twice")
        seen[request.id] = request
        if are_linked:
            there.update(endings(request.contents))
            whole.update(one.shot for one in request.contents if one.part is None)
    if rules:
        broken.extend(_collected(check_totals, plan, rules[0].target))
    broken.extend(_collected(check_timeline, plan, film))
    for checker in checkers.values():
        if checker.sense is not None:
            broken.extend(checker.sense.unfinished())
    return broken


def _collected(check: Callable[..., Iterator[str]], *arguments: Any) -> list[str]:
    """What a check says; what it cannot even read is said as well, and never raised."""
    broken: list[str] = []
    try:
        broken.extend(check(*arguments))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        broken.append(f"it has not the shape that it should have ({error!r})")
    return broken


def _by_schema(requests: Iterable[PlannedRequest], schema: dict[str, Any]) -> Iterator[list[str]]:
    problems = _validator(schema)
    return (problems(request.payload) for request in requests)


def _validator(schema: dict[str, Any]) -> Callable[[Any], list[str]]:
    """A function from a payload to what the schema refuses in it; the quick library if there."""
    try:
        import jsonschema_rs
    except ImportError:
        from jsonschema import Draft202012Validator

        slow = Draft202012Validator(schema)
        return lambda payload: [
            f"{error.json_path}: {error.message}" for error in slow.iter_errors(payload)
        ]
    quick = jsonschema_rs.Draft202012Validator(schema)
    return lambda payload: (
        []
        if quick.is_valid(payload)
        else [
            f"/{'/'.join(map(str, error.instance_path))}: {error.message}"
            for error in quick.iter_errors(payload)
        ]
    )
