"""What a body may be: the shapes in which the tables of ``endpoints`` are written.

A body type is a set of endpoints that take one body: its fields, the bounds of its pictures and
films, and what its rules between fields need to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

KindOfField = Literal[
    "text",
    "seconds",
    "choice",
    "flag",
    "number",
    "words",
    "picture",
    "pictures",
    "movie",
    "movies",
    "elements",
    "shots",
]


class Field(Struct, frozen=True, kw_only=True):
    """One field of a body: its kind, whether it must be there and may be null, its limits.

    ``most`` are the characters of a text, ``most_items`` the entries of a list.
    """

    kind: KindOfField
    required: bool = False
    nullable: bool = False
    most: int = 0
    most_items: int = 0
    choices: tuple[str, ...] = ()


class PictureLimits(Struct, frozen=True, kw_only=True):
    """What a picture may be: bytes, sides in pixels, width divided by height, formats."""

    most_bytes: int = 10_485_760
    least_side: int = 300
    most_side: int | None = None
    least_ratio: float = 0.40
    most_ratio: float = 2.50
    formats: tuple[str, ...] = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")


class MovieLimits(Struct, frozen=True, kw_only=True):
    """What a film given as input may be: bytes, sides in pixels, seconds, frames a second."""

    most_bytes: int = 209_715_200
    sides: tuple[int, int] = (720, 2160)
    seconds: tuple[float, float] = (3.0, 10.05)
    rate: tuple[float, float] = (24.0, 60.0)


class BodyType(Struct, frozen=True, kw_only=True):
    """Endpoints with one body: its fields, and the rules between them.

    ``references`` is how many elements and pictures may be given together, ``with_movie`` how
    many when one of them is a film; ``counts_movies`` says that films in a list count too.
    ``numbers`` says that seconds are integers and not strings. ``element`` names the shape of an
    element, ``lone_frontal`` says that its other pictures are optional, and ``first``, ``last``,
    ``middle`` and ``pictures`` the fields for the first frame, the last frame, those between them
    and the reference pictures. ``control`` are fields for the host and not for the model.
    ``always_sounds`` says that every clip has sound, without a field for it. ``default_seconds``
    stands for a length that the body does not give. ``moving_elements`` may have a film.
    ``turned`` are the seconds of a film whose character is turned as in the picture.
    """

    fields: Mapping[str, Field]
    total: tuple[int, int] = (3, 15)
    prompt_width: int = 2500
    shot_width: int = 512
    references: int = 7
    with_movie: int = 4
    counts_movies: bool = False
    control: frozenset[str] = frozenset()
    numbers: bool = False
    element: Literal["combo", "images", "frontal"] = "combo"
    lone_frontal: bool = False
    moving_elements: int = 1
    first: str = "start_image_url"
    last: str = "end_image_url"
    middle: str = "middle_image_urls"
    pictures: str = "image_urls"
    last_needs_first: bool = False
    audio_default: bool = False
    always_sounds: bool = False
    default_seconds: int = 5
    picture: PictureLimits = field(default_factory=PictureLimits)
    movie: MovieLimits = field(default_factory=MovieLimits)
    turned: tuple[float, float] = (3.0, 10.05)
