"""What a body asks for, and what of it is strange though no rule is broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from storyboard.simulator.body_types import BodyType

Body = Mapping[str, object]

#: The host writes ``@Element1`` as ``<<<element_1>>>`` before the model counts the characters.
TAG_OVERHEAD = 6
TAG = re.compile(r"@(Element|Image|Video|(?:element|image|video)_)([0-9]+)")


class OrderedShot(Struct, frozen=True, kw_only=True):
    """One shot as it was ordered."""

    prompt: str
    seconds: int


class SimulatedOrder(Struct, frozen=True, kw_only=True):
    """What a sound body asks for: shots, shape, sound, and the pictures for its ends and between.

    ``references`` are the tags that prompts may hold, each with the link of its picture. ``movie``
    is the link of the film that the clip is made from and is as long as; None where the body says
    its own seconds.
    """

    shots: tuple[OrderedShot, ...]
    ratio: str
    audio: bool
    first: str | None = None
    last: str | None = None
    middle: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    movie: str | None = None

    def lasting(self, seconds: int) -> SimulatedOrder:
        """The order, of one shot, as long as the film that it is made from."""
        return replace(self, shots=(replace(self.shots[0], seconds=seconds),))

    @property
    def seconds(self) -> int:
        """The length in seconds."""
        return sum(shot.seconds for shot in self.shots)


def tag_of(match: re.Match[str]) -> str:
    """A tag as most models write it: ``@Element1`` for ``@element_1`` too."""
    return f"@{match[1].removesuffix('_').title()}{match[2]}"


def text_width(text: str) -> int:
    """Code points as the model counts them: with the hidden width of every tag."""
    return len(text) + TAG_OVERHEAD * sum(1 for _ in TAG.finditer(text))


def read_order(body_type: BodyType, body: Body) -> SimulatedOrder:
    """What a body that breaks no rule for fields asks for, with the documented defaults."""
    body = known_part(body_type, body)
    shots = tuple(
        OrderedShot(
            prompt=str(shot.get("prompt", "")),
            seconds=_read_seconds(shot.get("duration"), body_type.default_seconds),
        )
        for shot in objects_of(body.get("multi_prompt"))
    )
    if not shots:
        seconds = _read_seconds(body.get("duration"), body_type.default_seconds)
        shots = (OrderedShot(prompt=str(body.get("prompt") or ""), seconds=seconds),)
    ratio = body.get("aspect_ratio")
    return SimulatedOrder(
        shots=shots,
        ratio=ratio if isinstance(ratio, str) and ratio != "auto" else "16:9",
        audio=_has_audio(body_type, body),
        first=_text_or_none(body.get(body_type.first)),
        last=_text_or_none(body.get(body_type.last)),
        middle=tuple(texts_of(body.get(body_type.middle))),
        references=tuple(_references(body_type, body)),
        movie=_movie(body_type, body) if _lasts_as_movie(body_type, body) else None,
    )


def _lasts_as_movie(body_type: BodyType, body: Body) -> bool:
    """Whether a clip is as long as the film in its body, which is edited without another word."""
    edits = "video_mode" in body_type.fields and body.get("video_mode", "edit") == "edit"
    return edits or "duration" not in body_type.fields


def _movie(body_type: BodyType, body: Body) -> str | None:
    """The link of the film in a body."""
    links = (body.get(name) for name, known in body_type.fields.items() if known.kind == "movie")
    return next((link for link in links if isinstance(link, str) and link), None)


def _references(body_type: BodyType, body: Body) -> Iterator[tuple[str, str]]:
    for number, element in enumerate(objects_of(body.get("elements")), start=1):
        frontal = element.get("frontal_image_url")
        if isinstance(frontal, str) and frontal:
            yield f"@Element{number}", frontal
    for number, link in enumerate(texts_of(body.get(body_type.pictures)), start=1):
        yield f"@Image{number}", link


def _has_audio(body_type: BodyType, body: Body) -> bool:
    if "generate_audio" not in body_type.fields:
        return body_type.always_sounds
    return bool(body.get("generate_audio", body_type.audio_default))


def remarks_on(body_type: BodyType, body: Body) -> tuple[str, ...]:
    """What a vendor lets pass in silence, or may refuse one day: for the bill, in our words."""
    strange = [
        name for name in body if name not in body_type.fields and name not in body_type.control
    ]
    found = [f'"{name}" is not a field here, ignored' for name in strange]
    body = known_part(body_type, body)
    order = read_order(body_type, body)
    texts = [shot.prompt for shot in order.shots]
    tags = {tag_of(match) for text in texts for match in TAG.finditer(text)}
    given = {name: body.get(name) for name in body_type.fields}
    movies = sum(
        len(texts_of(given[name])) if known.kind == "movies" else bool(given[name])
        for name, known in body_type.fields.items()
        if known.kind in ("movie", "movies")
    )
    counts = {
        "Video": movies,
        "Element": len(objects_of(body.get("elements"))),
        "Image": len(texts_of(body.get(body_type.pictures))),
    }
    for kind, count in counts.items():
        declared = {f"@{kind}{number}" for number in range(1, count + 1)}
        used = {tag for tag in tags if tag.startswith(f"@{kind}")}
        found += [f"{tag} stands for nothing" for tag in sorted(used - declared)]
        if kind != "Video" or order.movie is None:
            found += [f"{tag} is sent and not mentioned" for tag in sorted(declared - used)]
    for number, element in enumerate(objects_of(body.get("elements")), 1):
        if element.get("voice_id") and not element.get("video_url"):
            found.append(f"@Element{number} has a voice and no video, which was refused once")
    shots = objects_of(body.get("multi_prompt"))
    if shots and body.get(body_type.last):
        found.append(f"multi_prompt stands beside {body_type.last}")
    if shots and "duration" in body:
        total = read_order(body_type, body).seconds
        if str(body["duration"]) != str(total):
            found.append(f"duration is {body['duration']!r}, the shots last {total} s")
    return tuple(found)


def known_part(body_type: BodyType, body: Body) -> Body:
    """The fields that the host looks at; it ignores all others."""
    return {name: value for name, value in body.items() if name in body_type.fields}


def _read_seconds(value: object, default: int) -> int:
    return int(value) if isinstance(value, int | str) else default


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def objects_of(value: object) -> list[Mapping[str, object]]:
    """The mappings in a list; none of what is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts_of(value: object) -> list[str]:
    """The texts in a list; none of what is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
