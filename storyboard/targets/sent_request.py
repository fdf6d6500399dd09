"""A request as its receiver reads it: by the target's data, without the help of what wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from storyboard.targets.model import Feature, RenderedSecond, Target
from storyboard.targets.request_rules import ElementsField, ImagesField

Place = tuple[str | int, ...]
"""Where something stands in a body: names of fields and numbers from 0."""


class MisshapenRequestError(ValueError):
    """A field of a body that is missing or of another shape than the target's data say."""

    def __init__(self, at: Place, expected: str) -> None:
        super().__init__(f"{'.'.join(map(str, at))}: {expected}")
        self.at = at
        self.expected = expected


class ShotInBody(Struct, frozen=True, kw_only=True):
    """One shot of a request: its text, its seconds, and where the text stands."""

    prompt: str
    seconds: int
    at: Place


class SentElement(Struct, frozen=True, kw_only=True):
    """An element of a request; its links each with their place. ``video`` is None without one."""

    pictures: tuple[tuple[Place, str], ...]
    name: str | None = None
    video: tuple[Place, str] | None = None
    voice: str | None = None


class SentRequest(Struct, frozen=True, kw_only=True):
    """What a body asks for. Links stand with their places; frames are None where none is sent.

    ``middle`` are the pictures between the first frame and the last, in order.

    ``lasts_as_footage`` says that the clip is as long as the footage, which the body does not tell:
    its shot then has the shortest length that the target renders.
    """

    shots: tuple[ShotInBody, ...]
    elements: tuple[SentElement, ...] = ()
    images: tuple[tuple[Place, str], ...] = ()
    image_names: tuple[str, ...] = ()
    first: tuple[Place, str] | None = None
    last: tuple[Place, str] | None = None
    middle: tuple[tuple[Place, str], ...] = ()
    footage: tuple[tuple[Place, str], ...] = ()
    lasts_as_footage: bool = False
    audio: bool
    ratio: str | None = None
    resolution: str | None = None

    @property
    def seconds(self) -> int:
        """The length of the whole."""
        return sum(shot.seconds for shot in self.shots)

    @property
    def second(self) -> RenderedSecond:
        """What its price depends on."""
        return RenderedSecond(
            audio=self.audio,
            voice=any(one.voice for one in self.elements),
            video=bool(self.footage) or any(one.video for one in self.elements),
            resolution=self.resolution,
        )


def read_request(target: Target, body: Mapping[str, Any]) -> SentRequest:
    """What a body asks for, by the target's data. Raises ``MisshapenRequestError``."""
    fields = target.request
    listed = tuple(_listed_images(fields.images, body)) if fields.images else ()
    images = [one for one in listed if one.role == "reference"]
    own_frames = tuple(_listed_images(fields.frames, body)) if fields.frames else ()
    frames = {one.role: (one.at, one.link) for one in (*listed, *own_frames)}
    if any(one.role == "reference" for one in own_frames):
        raise MisshapenRequestError((own_frames[0].at[0],), "first and last frames alone")
    footage = _footage(target, body)
    ratio = _optional_text(body, fields.aspect_ratio) if fields.aspect_ratio else None
    mode = fields.footage_mode
    is_edited = mode is not None and body.get(mode.name) == mode.edit
    lasts_as_footage = fields.seconds is None or (
        bool(footage)
        and (is_edited or target.is_made_from_clips)
        and fields.seconds.name not in body
    )
    return SentRequest(
        shots=tuple(_shots(target, body, lasts_as_footage=lasts_as_footage)),
        elements=tuple(_elements(fields.elements, body)) if fields.elements else (),
        images=tuple((one.at, one.link) for one in images),
        image_names=tuple(one.name for one in images if one.name is not None),
        first=_frame(fields.start_frame, body) or frames.get("first_frame"),
        last=_frame(fields.end_frame, body) or frames.get("last_frame"),
        middle=_links(body, fields.middle_frames) if fields.middle_frames else (),
        footage=footage,
        lasts_as_footage=lasts_as_footage,
        audio=_sounds(target, body),
        ratio=fields.read_ratio(ratio) if ratio is not None else None,
        resolution=_optional_text(body, fields.resolution) if fields.resolution else None,
    )


def _footage(target: Target, body: Mapping[str, Any]) -> tuple[tuple[Place, str], ...]:
    field = target.request.footage
    if field is None:
        return ()
    if target.request.footage_form == "list":
        return _links(body, field)
    link = _link(body, field)
    return () if link is None else (link,)


class _ListedImage(Struct, frozen=True, kw_only=True):
    """A picture in the list of images: its place, its link, what it is, and its name."""

    at: Place
    link: str
    role: str
    name: str | None = None


def _listed_images(field: ImagesField, body: Mapping[str, Any]) -> Iterator[_ListedImage]:
    if field.link is None:
        for place, link in _links(body, field.name):
            yield _ListedImage(at=place, link=link, role="reference")
        return
    roles = {word: role for role, word in field.roles.items()}
    for number, one in enumerate(_list(body.get(field.name, []), (field.name,))):
        at: Place = (field.name, number)
        entry = _object(one, at)
        word = _optional_text(entry, field.role, at) if field.role else None
        if word is not None and word not in roles:
            raise MisshapenRequestError((*at, str(field.role)), f"one of {', '.join(roles)}")
        yield _ListedImage(
            at=(*at, field.link),
            link=_text(entry, field.link, at),
            role="reference" if word is None else roles[word],
            name=_optional_text(entry, field.id, at) if field.id else None,
        )


def _frame(name: str | None, body: Mapping[str, Any]) -> tuple[Place, str] | None:
    return _link(body, name) if name else None


def _shots(
    target: Target, body: Mapping[str, Any], *, lasts_as_footage: bool
) -> Iterator[ShotInBody]:
    fields = target.request
    listed = fields.shots
    if listed is None or listed.name not in body:
        text = _prompt(body, fields.prompt)
        lines = fields.read_shot_lines(text)
        if lines:
            for line, lasts in lines:
                yield ShotInBody(prompt=line, seconds=lasts, at=(fields.prompt,))
            return
        seconds = target.seconds.min
        if fields.seconds is not None and not lasts_as_footage:
            seconds = _seconds(body, fields.seconds.name, fields.seconds.type)
        yield ShotInBody(prompt=text, seconds=seconds, at=(fields.prompt,))
        return
    shots = body[listed.name]
    if listed.encoding == "json":
        text = _text(body, listed.name)
        try:
            shots = json.loads(text)
        except ValueError:
            raise MisshapenRequestError((listed.name,), "a list of shots as JSON") from None
    listed_shots = _list(shots, (listed.name,))
    if listed.beside == "first" and listed_shots:
        first = _object(listed_shots[0], (listed.name, 0))
        if _text(body, fields.prompt) != first.get(listed.prompt):
            raise MisshapenRequestError((fields.prompt,), "the text of the first shot")
    for number, shot in enumerate(listed_shots):
        at: Place = (listed.name, number)
        entry = _object(shot, at)
        prompt = _prompt(entry, listed.prompt, at)
        seconds = _seconds(entry, listed.seconds, listed.type, at)
        yield ShotInBody(prompt=prompt, seconds=seconds, at=(*at, listed.prompt))


def _elements(names: ElementsField, body: Mapping[str, Any]) -> Iterator[SentElement]:
    for number, one in enumerate(_list(body.get(names.name, []), (names.name,))):
        at: Place = (names.name, number)
        entry = _object(one, at)
        frontal = _link(entry, names.frontal, at) if names.frontal else None
        if names.description:
            _text(entry, names.description, at)
        others = names.references or names.pictures
        listed = _links(entry, others, at) if others else ()
        yield SentElement(
            name=_optional_text(entry, names.id, at) if names.id else None,
            pictures=(*((frontal,) if frontal else ()), *listed),
            video=_link(entry, names.video, at) if names.video else None,
            voice=_optional_text(entry, names.voice, at) if names.voice else None,
        )


def _sounds(target: Target, body: Mapping[str, Any]) -> bool:
    field = target.request.audio
    if target.features[Feature.AUDIO].how == "always":
        return True
    if field is None or field.name not in body:
        return False
    is_on = field.read(body[field.name])
    if is_on is None:
        on, off = (json.dumps(field.written(way)) for way in (True, False))
        raise MisshapenRequestError((field.name,), f"{on} or {off}")
    return is_on


def _seconds(body: Mapping[str, Any], name: str, form: str, at: Place = ()) -> int:
    value = body.get(name)
    if form == "integer":
        if isinstance(value, bool) or not isinstance(value, int):
            raise MisshapenRequestError((*at, name), "whole seconds as a number")
        return value
    text = value.removesuffix("s") if form == "suffixed" and isinstance(value, str) else value
    if (
        not isinstance(value, str)
        or not isinstance(text, str)
        or not (text.isascii() and text.isdigit() and len(text) < 6)
        or (form == "suffixed" and text == value)
    ):
        like = '"5s"' if form == "suffixed" else '"5"'
        raise MisshapenRequestError((*at, name), f"whole seconds as a text like {like}")
    return int(text)


def _prompt(body: Mapping[str, Any], name: str, at: Place = ()) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise MisshapenRequestError((*at, name), "a text")
    return value


def _text(body: Mapping[str, Any], name: str, at: Place = ()) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise MisshapenRequestError((*at, name), "a text")
    return value


def _optional_text(body: Mapping[str, Any], name: str, at: Place = ()) -> str | None:
    return _text(body, name, at) if body.get(name) is not None else None


def _link(body: Mapping[str, Any], name: str, at: Place = ()) -> tuple[Place, str] | None:
    link = _optional_text(body, name, at)
    return ((*at, name), link) if link is not None else None


def _links(body: Mapping[str, Any], name: str, at: Place = ()) -> tuple[tuple[Place, str], ...]:
    found: list[tuple[Place, str]] = []
    for number, link in enumerate(_list(body.get(name, []), (*at, name))):
        if not isinstance(link, str) or not link:
            raise MisshapenRequestError((*at, name, number), "a link")
        found.append(((*at, name, number), link))
    return tuple(found)


def _list(value: object, at: Place) -> Sequence[Any]:
    if not isinstance(value, list):
        raise MisshapenRequestError(at, "a list")
    return value


def _object(value: object, at: Place) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MisshapenRequestError(at, "an object with fields")
    return value
