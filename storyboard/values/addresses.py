"""Addresses: how clips are named, and which clips an address that somebody writes means.

====================  ================================================================
``arrival``           a scene, by its id, else its number
``arrival/climb``     a shot by its id, or ``arrival/2`` by its number in the scene
``arrival/climb.1``   a part of a divided shot
``arrival/a..lamp``   a clip that renders several shots, by the first and the last of them
====================  ================================================================

A further take of a clip has ``.take2`` behind it. Ids hold no dot and no slash and are never
digits only, so that no two of these can be taken for each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from storyboard.diagnostics.spelling import nearest
from storyboard.errors import UsageError

_TAKE = re.compile(r"\.take[0-9]+\Z")
_MAX_LISTED = 5


class UnknownAddressError(UsageError):
    """An address that no clip answers to; ``hint`` says what may be written instead."""

    def __init__(self, address: str, hint: str) -> None:
        super().__init__(f'"{address}" is no clip, shot or scene here: {hint}')
        self.address = address
        self.hint = hint


class Portion(Struct, frozen=True, kw_only=True):
    """A shot, or a part of a divided one, as a clip renders it.

    ``address`` is the shot's, ``scene/id`` or ``scene/number``; ``number`` is its number in the
    scene. ``part`` is None for a whole shot, else 1 to ``parts``.
    """

    address: str
    number: int
    part: int | None = None
    parts: int = 1


class ClipName(Struct, frozen=True, kw_only=True):
    """A clip's one name, and what the clip renders; without portions only the name is known."""

    text: str
    portions: tuple[Portion, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The name as JSON values."""
        shots = [[one.address, one.number, one.part, one.parts] for one in self.portions]
        return {"name": self.text, "shots": shots}

    @classmethod
    def from_json(cls, written: Any) -> ClipName:
        """Read what ``to_json`` wrote. Raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        return cls(
            text=written["name"],
            portions=tuple(
                Portion(address=address, number=number, part=part, parts=parts)
                for address, number, part, parts in written["shots"]
            ),
        )


def clip_name(portions: Sequence[Portion]) -> str:
    """The name of the clip that renders these, one or more and all of one scene.

    A divided shot all of whose parts are in the clip is named whole.
    """
    scene = _scene_of(portions[0])
    first, last = (_label(portion, portions) for portion in (portions[0], portions[-1]))
    return f"{scene}/{first}" if first == last else f"{scene}/{first}..{last}"


def take_name(name: str, take: int) -> str:
    """The name of a further take of a clip: ``arrival/climb.take2``."""
    return f"{name}.take{take}"


def is_take_of(name: str, clip: str) -> bool:
    """Whether a name is that of a further take of the clip of that name."""
    return name.startswith(clip) and _TAKE.fullmatch(name, len(clip)) is not None


def take_suffix(name: str) -> str:
    """The end of a further take's name, ``.take2``; empty for a clip's own."""
    found = _TAKE.search(name)
    return found[0] if found else ""


def select(address: str, clips: Collection[ClipName]) -> list[ClipName]:
    """The clips that an address means, in their order; at least one.

    A clip's name means that clip alone, and so does its name with numbers in place of ids. Else
    the address is a scene, a shot or a part, and means all the clips that render any of it, or
    with ``.take2`` behind it those of that take. Raises ``UnknownAddressError``, which suggests
    the nearest address or lists the clips.
    """
    wanted = unicodedata.normalize("NFC", address)
    for answers in (_own_name, _own_spellings, _contents):
        found = [clip for clip in clips if wanted in answers(clip)]
        if found:
            return found
    raise UnknownAddressError(address, _hint(wanted, clips))


def _own_name(clip: ClipName) -> Collection[str]:
    return (clip.text,)


def _own_spellings(clip: ClipName) -> set[str]:
    """The clip's name with the number in place of either shot's id, or of both."""
    if not clip.portions:
        return set()
    first, last = clip.portions[0], clip.portions[-1]
    scene, take = _scene_of(first), take_suffix(clip.text)
    starts, ends = (
        [_label(portion, clip.portions, shot) for shot in _shot_labels(portion)]
        for portion in (first, last)
    )
    if starts == ends:
        return {f"{scene}/{start}{take}" for start in starts}
    return {f"{scene}/{start}..{end}{take}" for start in starts for end in ends}


def _contents(clip: ClipName) -> set[str]:
    """The addresses of all that a clip renders, without and with its take."""
    inside: set[str] = set()
    for portion in clip.portions:
        scene = _scene_of(portion)
        inside.add(scene)
        for shot in _shot_labels(portion):
            inside.add(f"{scene}/{shot}")
            if portion.part is not None:
                inside.add(f"{scene}/{shot}.{portion.part}")
    if not clip.portions:
        inside.add(_TAKE.sub("", clip.text).rpartition("/")[0])
    take = take_suffix(clip.text)
    return inside | {f"{one}{take}" for one in inside}


def _scene_of(portion: Portion) -> str:
    return portion.address.rpartition("/")[0]


def _shot_labels(portion: Portion) -> tuple[str, str]:
    """What a shot is called in its scene: by its id, where it has one, and by its number."""
    return portion.address.rpartition("/")[2], str(portion.number)


def _label(portion: Portion, portions: Sequence[Portion], shot: str = "") -> str:
    """A portion in its clip's name; ``shot`` is what its shot is called, without: as it is."""
    shot = shot or portion.address.rpartition("/")[2]
    if portion.part is None:
        return shot
    held = Counter(one.address for one in portions)[portion.address]
    return shot if held == portion.parts else f"{shot}.{portion.part}"


def _hint(address: str, clips: Collection[ClipName]) -> str:
    names = list(dict.fromkeys(clip.text for clip in clips))
    known = dict.fromkeys([*names, *_all_contents(clips)])
    # What differs by a number is another shot, part or take, and no slip of the pen.
    near = nearest(address, [one for one in known if _digits(one) == _digits(address)])
    if near is not None:
        return f'write "{near}"'
    if not names:
        return "there is no clip"
    more = len(names) - _MAX_LISTED
    listed = ", ".join(names[:_MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
    return f"the clips are {listed}" if len(names) > 1 else f"the one clip is {listed}"


def _all_contents(clips: Iterable[ClipName]) -> Iterator[str]:
    for clip in clips:
        yield from sorted(_contents(clip))


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
