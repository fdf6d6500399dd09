"""What goes to a vendor before anything is paid, in words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from storyboard.render.amounts import counted
from storyboard.render.width import visible

if TYPE_CHECKING:
    from storyboard.run.first_uploads import FirstUploads

_MAX_NAMED = 3
_COLUMNS = 80


def render_uploads(found: FirstUploads) -> str:
    """What goes where, who can read it, and what of it the prompts are."""
    parts = []
    if found.pictures:
        named = ", ".join(map(visible, found.pictures[:_MAX_NAMED]))
        more = len(found.pictures) - _MAX_NAMED
        named += f" and {more} more" if more > 0 else ""
        parts.append(f"{counted(len(found.pictures), 'file')} ({named})")
    if found.frames:
        clips = "1 clip" if found.frames == 1 else f"{found.frames} clips"
        parts.append(f"the last frame of {clips}")
    if found.clips:
        parts.append(f"{counted(found.clips, 'clip')} as footage")
    text = (
        f"first upload: {_joined(parts)} will be sent to {found.host}, with the prompts; "
        f"{found.readers}"
    )
    return textwrap.fill(text, _COLUMNS, break_long_words=False, break_on_hyphens=False) + "\n"


def _joined(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
