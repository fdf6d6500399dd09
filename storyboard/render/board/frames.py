"""What stands in the frame of a shot: what was rendered of it, its frames, its place, its cast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storyboard.board.model import BoardMember, BoardPicture, ShotCard
from storyboard.render.board.page_values import Tile

_MAX_TILES = 4
_LONG = 1600
"""The longer side of a frame in its own units."""


def frame_of(ratio: str) -> tuple[int, int]:
    """The sides of a picture frame of that ratio."""
    across, _, down = ratio.partition(":")
    if not (across.isdecimal() and down.isdecimal() and int(across) and int(down)):
        across, down = "16", "9"
    longer = max(int(across), int(down))
    return _LONG * int(across) // longer, _LONG * int(down) // longer


def tiled(keys: Sequence[str], width: int, widest: int | None = None) -> tuple[Tile, ...]:
    """Pictures side by side across a frame, in its middle where they are to be narrower."""
    each = width // max(1, len(keys))
    if widest is not None:
        each = min(each, widest)
    start = (width - each * len(keys)) // 2
    return tuple(Tile(key, start + index * each, each) for index, key in enumerate(keys))


def tiles(card: ShotCard, frame: tuple[int, int]) -> tuple[tuple[Tile, ...], str]:
    """What stands in a shot's frame, and the words for it."""
    for found in (_rendered(card), _edited(card), _frames(card), _place(card), _cast(card)):
        shown = [(one, words) for one, words in found if one.key]
        if shown:
            words = "; ".join(words for _, words in shown)
            # Across a wide frame people would lose their heads.
            widest = frame[1] if found == _cast(card) else None
            return tiled([one.key for one, _ in shown], frame[0], widest), words
    return (), ""


def _rendered(card: ShotCard) -> list[tuple[BoardPicture, str]]:
    """Frames of the clips that it was rendered in; all of them, or none."""
    stills = [one.still for one in card.renderings if one.request.alternate_of is None]
    found = [one for one in stills if one is not None]
    if len(found) < len(stills):
        return []
    return [(one, f"As rendered in {one.location}") for one in found[:_MAX_TILES]]


def _edited(card: ShotCard) -> list[tuple[BoardPicture, str]]:
    """A frame of the clip that it changes; what moves as a clip does looks like its first frame."""
    use = card.made_from
    if use is None or use.picture is None or use.way != "edit":
        return []
    return [(use.picture, f"Edits {use.name}")]


def _frames(card: ShotCard) -> list[tuple[BoardPicture, str]]:
    return [(one, f"{words} {one.location}") for words, one in frames_of(card)]


def frames_of(card: ShotCard) -> Iterator[tuple[str, BoardPicture]]:
    """The pictures that a shot opens on, passes through and ends on, each with what it does."""
    if card.start_frame is not None:
        yield "Opens on", card.start_frame
    for frame in card.middle_frames:
        yield "Passes", frame
    if card.end_frame is not None:
        yield "Ends on", card.end_frame


def _place(card: ShotCard) -> list[tuple[BoardPicture, str]]:
    place = card.location
    if place is None or place.picture is None:
        return []
    return [(place.picture, f"The place: {place.label}")]


def _cast(card: ShotCard) -> list[tuple[BoardPicture, str]]:
    return [
        (one.picture, _called(one))
        for one in card.members
        if one.kind != "style" and one.picture and one.picture.key
    ][:_MAX_TILES]


def _called(member: BoardMember) -> str:
    return f"{member.label} ({member.look})" if member.look else member.label
