"""How long something lasted, and how long ago it was, in words."""

from __future__ import annotations

from storyboard.render.amounts import counted


def age(seconds: float) -> str:
    """A time gone by, in the largest unit that it fills; none where a clock was set back."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def ago(seconds: float) -> str:
    """How long ago something was, in words and in the largest unit: ``2 hours ago``."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(int(seconds // size), unit)} ago"
    return "just now"
