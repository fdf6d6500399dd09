"""The fields that the endpoints of several hosts have, as tables.

These tables are written from the vendors' documents alone and share nothing with the compiler's
own target data, so that a mistake there is found here.
"""

from __future__ import annotations

from storyboard.simulator.body_types import Field


def seconds_of(*values: int) -> Field:
    """A field that takes these numbers of seconds."""
    return Field(kind="seconds", choices=tuple(str(value) for value in values))


RATIOS = ("16:9", "9:16", "1:1")
PROMPT = Field(kind="text", most=2500, required=True)
EITHER = Field(kind="text", most=2500, nullable=True)
NEGATIVE = Field(kind="text", most=2500)
RATIO = Field(kind="choice", choices=RATIOS)
RATIO_OR_AUTO = Field(kind="choice", choices=("auto", *RATIOS))
SHOT_TYPE = Field(kind="choice", choices=("customize", "intelligent"))
ANY_SHOT_TYPE = Field(kind="text", most=2500)
FLAG = Field(kind="flag")
SCALE = Field(kind="number")
PICTURE = Field(kind="picture", nullable=True)
FIRST = Field(kind="picture", required=True)
PICTURES = Field(kind="pictures", nullable=True)
UP_TO_EIGHT_PICTURES = Field(kind="pictures", nullable=True, most_items=8)
MOVIE = Field(kind="movie", required=True)
UP_TO_FIVE_MOVIES = Field(kind="movies", nullable=True, most_items=5)
ELEMENTS = Field(kind="elements", nullable=True)
SHOTS = Field(kind="shots", nullable=True)
RATIO_OR_WIDE = Field(kind="choice", choices=("auto", *RATIOS, "21:9"))
TO_1080P = Field(kind="choice", choices=("720p", "1080p"))
TO_THIRTY = seconds_of(*range(3, 31))
TO_TEN = seconds_of(*range(3, 11))
TO_FIFTEEN = seconds_of(*range(3, 16))
