"""From the schema that a host publishes to the file of a new target.

What the schema says is taken over. What it cannot say, such as prices, is unknown or a guess of
grade D, with a comment; so is each field of the request that a target cannot describe.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from storyboard.targets.published_schema import PublishedRequest, UnknownDocument, request_in
from storyboard.targets.schema_fields import SchemaFields, written_constant
from storyboard.targets.schema_references import FoundElements, FoundPictures, found_tag
from storyboard.targets.schema_values import as_list, fields_of, plain, quoted, required_in

_ID = re.compile(r"[a-z0-9.-]+/[a-z0-9.-]+")
_MAX_PRICING = 200


def written_target(
    document: Mapping[str, Any], target_id: str | None, today: date, endpoint: str | None = None
) -> str:
    """The YAML of a target file for one endpoint that the document describes.

    Without an ``endpoint`` it is the only one. Without a ``target_id``, ``host/model``, the id is
    made from the endpoint of a model of Oxen or Replicate, or of a document of fal. ``today`` is
    written as the day on which the document was read. Raises ``UnknownDocument`` with a message
    for people where no target can be made.
    """
    published = request_in(document, endpoint)
    named = target_id or _id_of(published)
    if not _ID.fullmatch(named):
        raise UnknownDocument(f"{named} is no id of a target; write host/model in small letters")
    host, _, model = named.partition("/")
    head = [
        "# Made from a schema. Look at each comment; what is marked unknown is nowhere stated.",
        f"target: {named}",
        f"title: {quoted(named)}",
        f"host: {host}",
        f"endpoint: {quoted(published.endpoint)}"
        if published.endpoint
        else f"endpoint: {quoted(model)}  # unknown: the host's own id of it",
        f"as_of: {today}",
        "sources:",
        f"  schema: {{title: the endpoint's schema, date: {today}, grade: A}}",
    ]
    return "\n".join([*head, *_lines(published, named, today)]) + "\n"


def _id_of(published: PublishedRequest) -> str:
    endpoint = published.endpoint
    parts = [re.sub(r"[^a-z0-9.]+", "-", one.lower()).strip("-") for one in endpoint.split("/")]
    if parts[0] == "fal-ai" and len(parts) > 1:
        return f"fal/{'-'.join(parts[1:])}"
    if parts[0] and published.host:
        return f"{published.host}/{'-'.join(parts)}"
    raise UnknownDocument("the document does not say whose it is; add --id host/model")


def _lines(published: PublishedRequest, named: str, today: date) -> Iterator[str]:
    """All of the file but its head."""
    schema, root = published.schema, published.root
    read = SchemaFields(
        fields=fields_of(schema, root), required=tuple(required_in(schema)), root=root
    )
    read.model(named.partition("/")[0])
    prompt, characters = read.prompt()
    footage, clips = read.footage()
    way = _way_of_footage(f"{named} {published.endpoint}", footage in read.required)
    seconds, longest, is_chosen = read.seconds(is_made_from_clips=way in ("edit", "motion"))
    shots = read.shots(prompt, longest, characters)
    elements, element_tag = read.elements()
    images, image_tag, image_list = read.images()
    listed = (images.frames if images else frozenset()) | read.frames()
    start = "first_frame" in listed or read.frame("start_frame")
    end = "last_frame" in listed or read.frame("end_frame")
    middle = read.middle_frames()
    audio = read.audio()
    negative = read.named("negative", ("negative_prompt",))
    ratios = read.ratios()
    resolutions, resolution = read.choices("resolution", ("resolution",))
    if resolutions and not resolution:
        read.guesses["resolutions.default"] = "which is made where none is asked for is not stated"
        resolution = resolutions[0]
    read.left_over()
    pictures, references = read.pictures(), read.references()
    guesses = read.guesses

    def doubt(path: str) -> str:
        return f"  # unknown: {guesses[path]}" if path in guesses else ""

    guesses["features"] = "read from the names of the fields"
    tags = f"element: {quoted(element_tag.form)}, image: {quoted(image_tag.form)}"
    unsaid = [
        what
        for what, there, tag in (
            ("an element", elements, element_tag),
            ("an image", images, image_tag),
        )
        if there and not tag.is_stated
    ]
    if footage and way == "footage":
        clip_tag = found_tag("video", read.fields, {})
        tags += f", clip: {quoted(clip_tag.form)}"
        unsaid += [] if clip_tag.is_stated else ["a clip"]
    if unsaid:
        guesses["tags"] = f"how a prompt points at {' or '.join(unsaid)} is not stated"
    yield "facts:"
    yield "  request: {source: schema, grade: A}"
    for path, why in guesses.items():
        yield f"  {path}: {{source: schema, grade: D, note: {quoted(why)}}}"
    yield f"seconds: {seconds}{doubt('seconds')}"
    yield f"prompt: {{characters: {characters or 'unknown'}}}{doubt('prompt')}"
    if shots:
        yield f"shots: {shots}{doubt('shots')}"
    yield f"tags: {{{tags}, overhead: 0}}{doubt('tags')}"
    if elements:
        yield f"elements: {{min_references: {elements.least}, max_references: {elements.most}}}"
    several = f", clips: {clips}" if clips > 1 else ""
    yield f"references: {{max: {references}{several}}}{doubt('references')}"
    if middle:
        yield f"max_middle_frames: {middle}"
    yield f"pictures:{doubt('pictures')}"
    yield from pictures
    yield f"aspect_ratios: {as_list(ratios)}"
    if resolutions:
        choices = f"choices: {as_list(resolutions)}, default: {quoted(resolution)}"
        yield f"resolutions: {{{choices}}}{doubt('resolutions.default')}"
    yield "features:"
    features = {
        **_features_of_pictures(elements, images),
        "multi_shot": "native" if shots else "single_requests",
        "any_length": "rounded_up" if is_chosen else "native",
        "first_frame": "native" if start else "none",
        "last_frame": "native" if end else "none",
        "audio": "native" if audio else "none",
        "negative_prompt": "native" if negative else "none",
        "aspect_ratio": "native" if ratios else "none",
        **({"middle_frames": "native"} if middle != 0 else {}),
        **({way: "native"} if footage else {}),
    }
    for name, how in features.items():
        note = ""
        if name == "audio" and not audio:
            note = "  # unknown: nothing switches sound; always where each clip has it"
        elif name == way:
            note = "  # unknown: what becomes of the clip (footage, edit, motion)"
        yield f"  {name}: {{how: {how}}}{note}"
    needed = {"first_frame": start, "images": image_list, "last_frame": end, way: footage}
    if demanded := [name for name, one in needed.items() if one in read.required]:
        yield f"requires: [{', '.join(demanded)}]"
    yield "request:"
    yield from (f"  {line}" for line in read.request)
    if read.constants:
        yield "  constants:"
        for name, value in read.constants.items():
            yield f"    {quoted(name)}: {written_constant(value)}"
    yield from (f"  # {plain(remark)}" for remark in [*_of_envelope(published), *read.remarks])
    yield "request_schema: absent  # or the schema's file, once it stands beside this one"
    kinds = [f"audio: {sound}" for sound in (("false", "true") if audio else ("false",))]
    if footage:
        # What is sent a clip is priced apart; sound of its own is seldom made beside one.
        kinds = [*(() if footage in read.required else kinds), "audio: false, video: true"]
    yield from _prices(published, today, kinds)


def _way_of_footage(words: str, is_required: bool) -> str:
    """What becomes of a clip, by the words of an endpoint: it is edited, moves, or is shown."""
    for way in ("edit", "motion"):
        if way in words and is_required:
            return way
    return "footage"


def _features_of_pictures(
    elements: FoundElements | None, images: FoundPictures | None
) -> dict[str, str]:
    instead = "image" if images else "description"
    return {
        "elements": "native" if elements else instead,
        "images": "native" if images else "description",
        "looks": "native" if elements else instead,
        "lone_frontal": ("repeated" if elements.least else "native") if elements else "none",
        "element_video": "none",
        "voice": "none",
    }


def _of_envelope(published: PublishedRequest) -> Iterator[str]:
    """What is to be said of the object in which the fields are wrapped."""
    if published.envelope:
        others = f", beside {', '.join(published.beside)}" if published.beside else ""
        yield (
            f"These are the fields of {published.envelope}; whoever speaks to the host wraps them "
            f"in it{others}"
        )


def _prices(published: PublishedRequest, today: date, kinds: Sequence[str]) -> Iterator[str]:
    if published.pricing is None:
        yield "prices:  # unknown: a schema states none; write per_second with its source"
    else:
        said = plain(json.dumps(published.pricing, ensure_ascii=False))[:_MAX_PRICING]
        yield f"prices:  # unknown: write per_second; the document says pricing: {said}"
    for kind in kinds:
        yield (f"  - {{{kind}, per_second: unknown, as_of: {today}, source: schema, grade: D}}")
