"""The links in a body that its endpoint reads: pictures and films, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from storyboard.simulator.body_types import BodyType
from storyboard.simulator.orders import Body
from storyboard.simulator.rules import FieldPath

Input = tuple[FieldPath, str, str]
"""Where a link stands, ``picture`` or ``movie``, and the link."""


def inputs_of(body_type: BodyType, body: Body) -> Iterator[Input]:
    """Every link in a sound body: where it stands, ``picture`` or ``movie``, the link."""
    for name, known in body_type.fields.items():
        value = body.get(name)
        if known.kind in ("picture", "movie") and isinstance(value, str) and value:
            yield (name,), known.kind, value
        elif known.kind in ("pictures", "movies") and isinstance(value, list):
            for index, url in enumerate(value):
                yield (name, index), known.kind.removesuffix("s"), url
        elif known.kind == "elements" and isinstance(value, list):
            for index, element in enumerate(value):
                yield from _inputs_of_element((name, index), element, body_type)


def _inputs_of_element(
    at: FieldPath, element: Mapping[str, object], body_type: BodyType
) -> Iterator[Input]:
    frontal, movie = element.get("frontal_image_url"), element.get("video_url")
    if isinstance(frontal, str) and frontal:
        yield (*at, "frontal_image_url"), "picture", frontal
    references = element.get("reference_image_urls")
    for index, url in enumerate(references if isinstance(references, list) else ()):
        yield (*at, "reference_image_urls", index), "picture", url
    if isinstance(movie, str) and movie and body_type.element == "combo":
        yield (*at, "video_url"), "movie", movie
