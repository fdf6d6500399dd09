"""The rules of a target, held against one request of a plan: lengths, tags, references, price."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

import orjson

from storyboard.compiler.film import Asset, FootageUse, Shot, ShotClip
from storyboard.compiler.request import Output
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.sense import SenseChecker
from storyboard.targets.model import Feature, Price, RenderedSecond, Target
from storyboard.targets.sent_request import SentRequest, read_request
from storyboard.targets.tag_forms import is_named, tag_pattern
from storyboard.values.segments import Ending

Prompts = list[tuple[str, int]]
Numbers = tuple[str, ...]
"""The number or name in a tag: an element's, an image's and perhaps a clip's; one is there."""

_FIRST_PRIVATE = 0xF0000
_STAND_IN = re.compile(r"asset:sha256:[0-9a-f]{64}|output:sha256:[0-9a-f]{64}#(?:last_frame|clip)")


class RequestChecker:
    """The rules of one target, ready to be held against its requests.

    ``max_references`` is the limit in force. ``sense`` holds the prompts against the film, where
    there is one. ``there`` are the endings of shots whose frames may be sent, and ``whole`` the
    digests of shots that stand in a clip as a whole; both grow with each request that is passed.
    """

    def __init__(
        self,
        target: Target,
        max_references: int,
        sense: SenseChecker | None,
        there: AbstractSet[Ending],
        whole: AbstractSet[str],
    ) -> None:
        self.target = target
        self.there = there
        self.whole = whole
        self.sense = sense
        self.fields = target.request
        self.lasting = target.request.seconds.name if target.request.seconds else ""
        self.max_references = max_references
        self._is_named = any(map(is_named, target.tags.written))
        self._numbered = _tag_pattern(target.tags.written, ((), (), ()))
        several = target.shots.characters if target.shots else None
        single = target.prompt.characters
        self._most_of_one = max((n for n in (single, several) if n is not None), default=None)
        self._most_of_several = several
        self._tags: dict[Numbers, str] = {}
        self._places: set[tuple[str, ...]] = set()
        self._price_of = cache(self._find_price)

    def check(self, request: PlannedRequest, earlier: dict[str, PlannedRequest]) -> Iterator[str]:
        """What is wrong with one request; ``earlier`` are those before it, by id."""
        payload = request.payload
        if request.endpoint != self.target.endpoint:
            yield "the endpoint is not the target's"
        sent = read_request(self.target, payload)
        prompts = [
            (one.prompt, request.seconds if sent.lasts_as_footage else one.seconds)
            for one in sent.shots
        ]
        self.tag = self._tag_of(sent)
        tags = [self.tag.findall(text) for text, _ in prompts]
        yield from self._check_seconds(request, payload, prompts)
        yield from self._check_texts(request, prompts, tags)
        negative = payload.get(self.fields.negative, "") if self.fields.negative else ""
        if negative and (ord(max(negative)) >= _FIRST_PRIVATE or self.tag.search(negative)):
            yield "the negative prompt mentions what is sent, which means nothing there"
        yield from self._check_references(request, sent, dict.fromkeys(chain(*tags)))
        yield from self._check_cost(request, sent)
        content = {
            "host": self.target.host,
            "endpoint": request.endpoint,
            "payload": payload,
            "take": request.take,
        }
        written = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        if b'"asset:' in written or b'"output:' in written or request.depends_on:
            yield from self._check_pointers(request, payload)
        elif request.assets:
            yield "it lists assets that its payload does not have"
        if request.digest != "sha256:" + hashlib.sha256(written).hexdigest():
            yield "the digest is not that of what is sent"
        if (name := request.alternate_of) is not None:
            chosen = earlier.get(name)
            if chosen is None or chosen.take == request.take:
                yield f"it is no other take of {name}"
        if self.fields.model and payload[self.fields.model] != self.target.endpoint:
            yield "the model is not the target's"
        for name, value in self.fields.constants.items():
            if payload.get(name) != value:
                yield f"{name} is not {value}"
        if self.sense is not None:
            yield from self.sense.check(request, prompts)
            yield from self._check_footage(request, self.sense.shots)
            yield from self._check_middle_frames(request, sent, self.sense.shots)

    def _tag_of(self, sent: SentRequest) -> re.Pattern[str]:
        """A pattern of the tags of a request, whose names are those that it sends."""
        if not self._is_named:
            return self._numbered
        elements = [one.name for one in sent.elements if one.name is not None]
        return _tag_pattern(self.target.tags.written, (elements, sent.image_names, ()))

    def _sent_clip(self, payload: Any) -> Any:
        """The first clip of footage in a payload; None where there is none."""
        sent = payload.get(self.fields.footage) if self.fields.footage else None
        return sent[0] if isinstance(sent, list) else sent

    def _is_of_clip(self, payload: Any) -> bool:
        """Whether a request edits the clip that it is sent, or takes its motion."""
        mode = self.fields.footage_mode
        is_edited = mode is not None and payload.get(mode.name) == mode.edit
        is_sent = self._sent_clip(payload) is not None
        return is_sent and (is_edited or self.target.is_made_from_clips)

    def _check_seconds(
        self, request: PlannedRequest, payload: Any, prompts: Prompts
    ) -> Iterator[str]:
        target = self.target
        total = sum(seconds for _, seconds in prompts)
        if total != request.seconds:
            yield f"the payload lasts {total} s, the plan says {request.seconds} s"
        if self.lasting in payload and _number(payload[self.lasting]) != total:
            yield "the request's duration is not the sum of its shots"
        if target.seconds.choices is not None and total not in target.seconds.choices:
            yield f"{total} s are none of {target.seconds.choices}"
        if not target.seconds.min <= total <= target.seconds.max:
            yield f"{total} s are outside {target.seconds.min} to {target.seconds.max}"
        if sum(shot.seconds for shot in request.shots) + request.padding != total:
            yield "the seconds of the shots and the padding are not those of the request"
        if len(prompts) > 1:
            limits = target.shots
            if limits is None or len(prompts) > limits.max:
                yield f"{len(prompts)} shots are more than a request takes"
            elif any(not limits.min_seconds <= s <= limits.max_seconds for _, s in prompts):
                yield f"a shot is outside {limits.min_seconds} to {limits.max_seconds} s"

    def _check_texts(
        self, request: PlannedRequest, prompts: Prompts, tags: list[list[Numbers]]
    ) -> Iterator[str]:
        overhead = self.target.tags.overhead
        limit = self._most_of_several if len(prompts) > 1 else self._most_of_one
        if len(prompts) != len(request.shots):
            yield f"{len(prompts)} prompts are sent, the plan lists {len(request.shots)} shots"
        for (text, _), found, shot in zip(prompts, tags, request.shots, strict=False):
            counted = len(text) + len(found) * overhead
            if limit is not None and counted > limit:
                yield f"a prompt counts {counted} characters, {limit} at most"
            if not text or text != text.strip():
                yield "a prompt is empty, or has white space at an end"
            if counted > shot.characters:
                yield f"a prompt counts {counted} characters, the plan says {shot.characters}"
            if "<<<" in text and "<<<" in self.tag.sub("", text):
                yield "a prompt has a tag of another form"
            if not text.isascii() and ord(max(text)) >= _FIRST_PRIVATE:
                yield "a mention was left without its tag"

    def _check_references(
        self, request: PlannedRequest, sent: SentRequest, tags: dict[Numbers, None]
    ) -> Iterator[str]:
        target, payload = self.target, request.payload
        elements, images = sent.elements, sent.images
        clips = sent.footage
        kinds: list[tuple[int, Sequence[Any], Sequence[str | None], str]] = [
            (0, elements, [one.name for one in elements], "element"),
            (1, images, sent.image_names, "image"),
            (2, clips, (), "clip"),
        ]
        for at, listed, names, what in kinds if target.tags.clip else kinds[:2]:
            said = [tag[at] for tag in tags if tag[at]]
            numbers = [names.index(one) + 1 if one in names else int(one) for one in said]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"the {what} tags are not numbered from 1 by first mention: {numbers}"
            if what == "clip" and self._is_of_clip(payload):
                continue  # what is edited, or moved by, may be mentioned, and need not be
            if len(listed) != len(numbers):
                yield f"{len(listed)} {what}s are sent, {len(numbers)} are mentioned"
        counted = len(elements) + len(images)
        counted += target.references.frames and sent.first is not None
        counted += len(clips) * target.references.counts_clips
        most = self.max_references
        videos = sum(element.video is not None for element in elements)
        if clips and target.silent_with_footage and sent.audio:
            yield "sound is asked for beside a clip"
        if (videos or clips) and target.references.with_video is not None:
            most = min(most, target.references.with_video)
        if counted > most:
            yield f"{counted} references, {most} at most"
        limits = target.references
        for kind, many, of_kind in (
            ("elements", len(elements), limits.elements),
            ("images", len(images), limits.images),
            ("clips", len(clips), limits.clips),
        ):
            if of_kind is not None and many > of_kind:
                yield f"{many} {kind}, {of_kind} at most"
        if request.tokens.keys() != set(map(self._written, tags)):
            yield "the tokens do not name what is sent"
        for location in self._locations(sent):
            if not location.startswith("https://") and not _STAND_IN.fullmatch(location):
                yield f'"{location}" is no https URL, file or output'
        if target.elements is not None:
            if videos > target.elements.max_videos:
                yield f"{videos} elements with a video, {target.elements.max_videos} at most"
            beside = target.elements.beside_frame
            if beside is not None and sent.first is not None and len(elements) > beside:
                yield f"{len(elements)} elements beside a first frame, {beside} at most"
            for element in elements:
                others = max(0, len(element.pictures) - 1)
                if element.video is None and others < target.elements.min_references:
                    yield f"an element has {others} references, too few"
                if others > target.elements.max_references:
                    yield f"an element has {others} references, too many"
        most_middle = target.max_middle_frames
        if most_middle is not None and len(sent.middle) > most_middle:
            yield f"{len(sent.middle)} middle frames, {most_middle} at most"
        if target.end_frame_needs_start and sent.last is not None and sent.first is None:
            yield "a last frame is sent without a first one"

    def _written(self, numbers: Numbers) -> str:
        """A tag as texts have it, by the number of an element, else of an image."""
        if (tag := self._tags.get(numbers)) is None:
            tag = next(
                form.format(n=0 if is_named(form) else int(number), name=number)
                for form, number in zip(self.target.tags.written, numbers, strict=True)
                if number
            )
            self._tags[numbers] = tag
        return tag

    def _locations(self, sent: SentRequest) -> Iterator[str]:
        """Every picture and clip of a request."""
        yield from (link for _, link in (*sent.images, *sent.middle))
        yield from (one[1] for one in (sent.first, sent.last, *sent.footage) if one is not None)
        for element in sent.elements:
            video = (element.video,) if element.video is not None else ()
            places = tuple(link for _, link in (*element.pictures, *video))
            # A character is the same element in request after request.
            if places not in self._places:
                yield from places
                self._places.add(places)

    def _check_footage(self, request: PlannedRequest, shots: Mapping[str, Shot]) -> Iterator[str]:
        """Whether a shot that is made from a clip is sent it, alone, and is as long as it."""
        made_from = [shots[shot.address].footage for shot in request.shots]
        for use in filter(None, made_from):
            if not _is_sent(use.clip, self._sent_clip(request.payload), request):
                yield f"it is not made from {use.name}"
            if len(made_from) > 1 or request.shots[0].parts > 1 or request.padding:
                yield f"it is more or less than the shot that is made from {use.name}"
            if not self.target.has(Feature(use.way)):
                yield f"the target has no {use.way}"
            yield from self._check_facing(request.payload, use)

    def _check_facing(self, payload: Any, use: FootageUse) -> Iterator[str]:
        """Whether the character faces as the shot says, without elements that are not taken so."""
        field, elements = self.fields.facing, self.fields.elements
        if field is None or use.way != "motion":
            return
        words = {"clip": field.clip, "picture": field.picture}
        if payload.get(field.name) != words[use.facing]:
            yield f"{field.name} is not {words[use.facing]}"
        takes_none = self.target.elements is not None and self.target.elements.facing == "clip"
        if takes_none and use.facing == "picture" and elements and elements.name in payload:
            yield "elements are sent where the character faces as in its picture"

    def _check_middle_frames(
        self, request: PlannedRequest, sent: SentRequest, shots: Mapping[str, Shot]
    ) -> Iterator[str]:
        """Whether a shot is sent the pictures that it passes through, in order, and alone."""
        asked = [shots[shot.address].middle_frames for shot in request.shots]
        if any(asked) and len(asked) > 1:
            yield "a shot with middle frames is divided, or shares a request"
        if [link for _, link in sent.middle] != [_link(one) for one in chain(*asked)]:
            yield "the middle frames are not those of the shot"

    def _check_cost(self, request: PlannedRequest, sent: SentRequest) -> Iterator[str]:
        second = sent.second
        fineness = second.resolution
        choices = self.target.resolutions.choices if self.target.resolutions else (None,)
        if fineness not in choices:
            yield f"the resolution {fineness} is none of the target's"
        row = self._price_of(second)
        known = row.per_second if row is not None else None
        cost = request.cost
        seconds = request.seconds
        if row is not None and row.counted == "input_and_output":
            if self.sense is None and cost is not None:
                # Without the film nobody knows how long what is sent is.
                seconds = max(cost.seconds, 2 * seconds)
            elif self.sense is not None:
                clip = self._clip_seconds(request, sent, self.sense)
                known = known if clip is not None else None
                seconds += max(clip or 0, seconds)
        if row is None or known is None or cost is None:
            if (known is None) != (cost is None):
                yield "the price is known in the plan or in the data, not in both"
        elif (
            cost.money.amount != known * seconds
            or cost.unit_price != known
            or cost.seconds != seconds
            or cost.money.currency != row.currency
        ):
            charge = f"{cost.money.amount:f} {cost.money.currency}"
            yield f"{charge} is not {seconds} s at {known}"

    def _find_price(self, second: RenderedSecond) -> Price | None:
        """The row of the target's data that a second's price stands in, None where none does."""
        rows = [
            row
            for row in self.target.prices
            if (row.audio, row.video) == (second.audio, second.video)
            and (row.resolution is None or row.resolution == second.resolution)
        ]
        voiced = second.voice and any(row.voice for row in rows)
        return next((row for row in rows if row.voice == voiced), None)

    def _clip_seconds(
        self, request: PlannedRequest, sent: SentRequest, sense: SenseChecker
    ) -> int | None:
        """The whole seconds of the clips that are sent, by the film; None where not known."""
        clips = (*sent.footage, *(one.video for one in sent.elements if one.video is not None))
        found = [self._seconds_of(link, request, sense) for _, link in clips]
        known = [one for one in found if one is not None]
        return sum(known) if len(known) == len(found) else None

    def _seconds_of(self, link: str, request: PlannedRequest, sense: SenseChecker) -> int | None:
        shots = [one.shot for one in request.depends_on if one.stand_in == link]
        for clip in sense.clips:
            if isinstance(clip, ShotClip):
                if clip.shot in shots:
                    return clip.seconds
            elif clip.lasts is not None and link in (f"asset:sha256:{clip.sha256}", clip.location):
                return int(clip.lasts + Decimal("0.5"))
        return None

    def _check_pointers(self, request: PlannedRequest, payload: Any) -> Iterator[str]:
        expected = {
            pointer: f"asset:sha256:{asset.sha256}"
            for asset in request.assets
            for pointer in asset.pointers
        }
        for needed in request.depends_on:
            if (needed.digest, needed.part) not in self.there:
                yield f"it needs {needed.shot}, which does not stand before it"
            if needed.output is Output.CLIP and needed.digest not in self.whole:
                yield f"it is sent the clip of {needed.shot}, which is in no clip as a whole"
            expected[needed.pointer] = needed.stand_in
        found = {
            pointer: value for pointer, value in _strings(payload, "") if _STAND_IN.fullmatch(value)
        }
        if found != expected:
            yield "the assets and outputs in the payload are not those that the plan lists"


def _is_sent(clip: Asset | ShotClip, sent: object, request: PlannedRequest) -> bool:
    """Whether what is sent is a clip: a file, a URL, or the clip of a shot."""
    if isinstance(clip, ShotClip):
        clips = [one for one in request.depends_on if one.output is Output.CLIP]
        return any((one.shot, one.stand_in) == (clip.shot, sent) for one in clips)
    return sent == _link(clip)


def _link(asset: Asset) -> str:
    """What stands in a payload for a picture or clip."""
    return f"asset:sha256:{asset.sha256}" if asset.sha256 else asset.location


def _tag_pattern(forms: Sequence[str], names: Sequence[Iterable[str]]) -> re.Pattern[str]:
    """A pattern with a group for the number, or the name, of each kind of tag."""
    each = map(tag_pattern, forms, names)
    return re.compile("|".join(f"(?:{one})" for one in each))


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
