"""The independent checker: a plan is held against its target's data and schema, rule by rule.

It shares no code with the passes that made the plan. It reads the payloads as the vendor
would, counts again, and says every disagreement; a plan with one is never shown. What it finds
is a mistake of this tool, not of the storyboard.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from storyboard.targets.types import Target

Plan = dict[str, Any]
_FIRST_PRIVATE = 0xF0000
_PLACEHOLDER = re.compile(
    r"asset:sha256:[0-9a-f]{64}|output:sha256:[0-9a-f]{64}#last_frame|https://.+", re.DOTALL
)


def verify(plan: Plan, target: Target, schema: dict[str, Any], *, max_references: int) -> list[str]:
    """Every rule that the plan breaks, in words; empty where it breaks none.

    ``schema`` is the JSON Schema of the target's requests. ``max_references`` is the limit in
    force, which a user may have raised to the target's ceiling.
    """
    broken = [
        f"{request['id']}: {problem}"
        for request, problems in zip(
            plan["requests"], _by_schema(plan["requests"], schema), strict=True
        )
        for problem in problems
    ]
    checker = _Checker(target, max_references)
    seen: dict[str, Any] = {}
    for request in plan["requests"]:
        broken.extend(f"{request['id']}: {problem}" for problem in checker.check(request, seen))
        if request["id"] in seen:
            broken.append(f"{request['id']}: the id is used twice")
        seen[request["id"]] = request
    broken.extend(_check_totals(plan))
    return broken


def _by_schema(requests: list[Any], schema: dict[str, Any]) -> Iterator[list[str]]:
    problems = _validator(schema)
    return (problems(request["payload"]) for request in requests)


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


class _Checker:
    """The rules of one target, ready to be held against its requests."""

    def __init__(self, target: Target, max_references: int) -> None:
        self.target = target
        self.fields = target.request
        self.max_references = max_references
        self.element = _tag_pattern(target.tags.element)
        self.image = _tag_pattern(target.tags.image)

    def check(self, request: Any, earlier: dict[str, Any]) -> Iterator[str]:
        """What is wrong with one request; ``earlier`` are those before it, by id."""
        payload = request["payload"]
        yield from self._check_seconds(request, payload)
        yield from self._check_texts(request, payload)
        yield from self._check_references(request, payload)
        yield from self._check_cost(request, payload)
        yield from self._check_pointers(request, payload, earlier)
        content = {"endpoint": request["endpoint"], "payload": payload, "take": request["take"]}
        written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if request["digest"] != "sha256:" + hashlib.sha256(written.encode()).hexdigest():
            yield "the digest is not that of what is sent"
        if request["endpoint"] != self.target.endpoint:
            yield "the endpoint is not the target's"

    def prompts(self, payload: Any) -> list[tuple[str, int]]:
        """The texts of a payload with their seconds."""
        shots = self.fields.shots
        if shots is None or shots.name not in payload:
            return [(payload[self.fields.prompt], _number(payload[self.fields.seconds.name]))]
        listed = payload[shots.name]
        if isinstance(listed, str):
            listed = json.loads(listed)
        return [(shot[shots.prompt], _number(shot[shots.seconds])) for shot in listed]

    def _check_seconds(self, request: Any, payload: Any) -> Iterator[str]:
        target, prompts = self.target, self.prompts(payload)
        total = sum(seconds for _, seconds in prompts)
        if total != request["seconds"]:
            yield f"the payload lasts {total} s, the plan says {request['seconds']} s"
        if (
            self.fields.seconds.name in payload
            and _number(payload[self.fields.seconds.name]) != total
        ):
            yield "the request's duration is not the sum of its shots"
        if target.seconds.choices is not None and total not in target.seconds.choices:
            yield f"{total} s are none of {target.seconds.choices}"
        if not target.seconds.min <= total <= target.seconds.max:
            yield f"{total} s are outside {target.seconds.min} to {target.seconds.max}"
        if sum(shot["seconds"] for shot in request["shots"]) + request["padding"] != total:
            yield "the seconds of the shots and the padding are not those of the request"
        if len(prompts) > 1:
            limits = target.shots
            if limits is None or len(prompts) > limits.max:
                yield f"{len(prompts)} shots are more than a request takes"
            elif any(not limits.min_seconds <= s <= limits.max_seconds for _, s in prompts):
                yield f"a shot is outside {limits.min_seconds} to {limits.max_seconds} s"

    def _check_texts(self, request: Any, payload: Any) -> Iterator[str]:
        target, prompts = self.target, self.prompts(payload)
        single = target.prompt.characters
        several = target.shots.characters if target.shots else None
        limits = [several] if len(prompts) > 1 else [single, several]
        limit = max((known for known in limits if known is not None), default=None)
        for (text, _), shot in zip(prompts, request["shots"], strict=True):
            tags = len(self.element.findall(text)) + len(self.image.findall(text))
            counted = len(text) + tags * target.tags.overhead
            if limit is not None and counted > limit:
                yield f"a prompt counts {counted} characters, {limit} at most"
            if not text.strip() or text != text.strip():
                yield "a prompt is empty, or has white space at an end"
            if counted > shot["characters"]:
                yield f"a prompt counts {counted} characters, the plan says {shot['characters']}"
            if not text.isascii() and ord(max(text)) >= _FIRST_PRIVATE:
                yield "a mention was left without its tag"

    def _check_references(self, request: Any, payload: Any) -> Iterator[str]:
        fields, target = self.fields, self.target
        texts = " ".join(text for text, _ in self.prompts(payload))
        elements = payload.get(fields.elements.name, []) if fields.elements else []
        images = payload.get(fields.images, []) if fields.images else []
        for pattern, sent, what in (
            (self.element, elements, "element"),
            (self.image, images, "image"),
        ):
            numbers = list(dict.fromkeys(int(n) for n in pattern.findall(texts)))
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"the {what} tags are not numbered from 1 by first mention: {numbers}"
            if len(sent) != len(numbers):
                yield f"{len(sent)} {what}s are sent, {len(numbers)} are mentioned"
        counted = len(elements) + len(images)
        if target.references.frames and fields.start_frame and fields.start_frame in payload:
            counted += 1
        if counted > self.max_references:
            yield f"{counted} references, {self.max_references} at most"
        if len(request["tokens"]) != len(elements) + len(images):
            yield "the tokens do not name what is sent"
        names = fields.elements
        if names is not None and target.elements is not None:
            videos = sum(names.video in element for element in elements) if names.video else 0
            if videos > target.elements.max_videos:
                yield f"{videos} elements with a video, {target.elements.max_videos} at most"
            for element in elements:
                others = len(element.get(names.references, []))
                has_video = names.video is not None and names.video in element
                if not has_video and others < target.elements.min_references:
                    yield f"an element has {others} references, too few"
                if others > target.elements.max_references:
                    yield f"an element has {others} references, too many"
        ends = target.end_frame_needs_start and fields.end_frame in payload
        if ends and fields.start_frame not in payload:
            yield "a last frame is sent without a first one"

    def _check_cost(self, request: Any, payload: Any) -> Iterator[str]:
        audio = bool(payload.get(self.fields.audio)) if self.fields.audio else False
        rows = [row for row in self.target.prices if row.audio == audio]
        known = rows[0].per_second if rows else None
        cost = request["cost"]
        if known is None or cost == "unknown":
            if (known is None) != (cost == "unknown"):
                yield "the price is known in the plan or in the data, not in both"
        elif (
            Decimal(cost["amount"]) != known * request["seconds"]
            or Decimal(cost["unit_price"]) != known
            or cost["currency"] != rows[0].currency
        ):
            yield f"{cost['amount']} {cost['currency']} is not {request['seconds']} s at {known}"

    def _check_pointers(self, request: Any, payload: Any, earlier: dict[str, Any]) -> Iterator[str]:
        expected = {
            pointer: f"asset:sha256:{asset['sha256']}"
            for asset in request["assets"]
            for pointer in asset["pointers"]
        }
        for needed in request["depends_on"]:
            source = earlier.get(needed["request"])
            if source is None:
                yield f"it needs {needed['request']}, which does not stand before it"
            else:
                expected[needed["pointer"]] = f"output:{source['digest']}#{needed['output']}"
        found = {
            pointer: value
            for pointer, value in _strings(payload, "")
            if value.startswith(("asset:", "output:"))
        }
        if found != expected:
            yield "the assets and outputs in the payload are not those that the plan lists"
        for value in found.values():
            if not _PLACEHOLDER.fullmatch(value):
                yield f'"{value}" stands for no known content'


def _tag_pattern(tag: str) -> re.Pattern[str]:
    before, after = tag.split("{n}")
    return re.compile(f"{re.escape(before)}([0-9]+){re.escape(after)}")


def _number(value: Any) -> int:
    return int(str(value).removesuffix("s"))


def _strings(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{pointer}/{index}")


def _check_totals(plan: Plan) -> Iterator[str]:
    totals, requests = plan["totals"], plan["requests"]
    seconds = sum(request["seconds"] for request in requests)
    if totals["requests"] != len(requests) or totals["seconds"] != seconds:
        yield "the totals are not those of the requests"
    paid = [request for request in requests if request["action"] == "generate"]
    costs = [request["cost"] for request in paid]
    known = sum((Decimal(cost["amount"]) for cost in costs if cost != "unknown"), Decimal(0))
    said = totals["generate"]
    amount = said["known"] if said["cost"] == "unknown" else said["cost"]
    if ("unknown" in costs) != (said["cost"] == "unknown") or Decimal(amount["amount"]) != known:
        yield "the total cost is not the sum of the requests'"
