"""Items of a dialogue: one speaker each, and what somebody meant who wrote them otherwise."""

from __future__ import annotations

import re

from storyboard.diagnostics.codes import WRONG_TYPE
from storyboard.document.nodes import Mapping, Scalar
from storyboard.document.phrases import described
from storyboard.document.plain_scalars import quoted
from storyboard.language.leaves import refuse

_SPEAKER_KEYS = ("speaker", "character", "name", "who", "by")
_LINE_KEYS = ("line", "text", "says", "dialogue", "words")


def _meant_speaker(data: Mapping) -> str | None:
    """An item that names speaker and line by keys, as it is written here; None for another."""
    speaker = next((data[key] for key in _SPEAKER_KEYS if key in data), None)
    line = next((data[key] for key in _LINE_KEYS if key in data), None)
    if not isinstance(speaker, Scalar) or not isinstance(line, Scalar) or not speaker:
        return None
    name, said = speaker.removeprefix("@"), quoted(" ".join(line.split()))
    others = [
        f", {key}: {quoted(value) if key == 'tone' else value}"
        for key in ("tone", "off")
        if isinstance(value := data.get(key), Scalar)
    ]
    return f"{name}: {{line: {said}{''.join(others)}}}" if others else f"{name}: {said}"


_SAID = r"(?P<name>[^\W\d][\w .-]{0,40}?)\s*(?:\([^()]*\))?\s*[:：]\s*(?P<line>.+)"
"""A line as a script has it: ``VERA: Look!``."""


def one_speaker(data: object) -> object:
    """A mapping of one speaker to the line; anything else is refused with what to write."""
    if not isinstance(data, Mapping):
        said = re.fullmatch(_SAID, data, re.DOTALL) if isinstance(data, str) else None
        meant = 'mara: "It is out."'
        if said is not None:
            line = " ".join(said["line"].split()).strip("\"'“”")
            meant = f"{said['name'].lower()}: {quoted(line)}"
        raise refuse(
            WRONG_TYPE,
            f"expected a speaker with a line, found {described(data)}",
            f"write - {meant}",
        )
    if len(data) == 1:
        return data
    if (spoken := _meant_speaker(data)) is not None:
        raise refuse(
            WRONG_TYPE, "expected the speaker's name as the key of the line", f"write - {spoken}"
        )
    raise refuse(
        WRONG_TYPE,
        f"expected one speaker in each item of dialogue, found {len(data)}",
        "begin each speaker's line with a dash of its own",
    )
