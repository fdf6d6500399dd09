"""Where a project's files may be written: nowhere through a link that leads out of its folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from storyboard.errors import RefusedError


class OutsideError(RefusedError):
    """A place that would be written through a link which leads out of the project's folder."""


def link_out_of(path: Path, root: Path) -> Path | None:
    """The link on the way to ``path`` that stands in ``root`` and leads out of it; None for none.

    Links above the folder are the user's own way to it, and count for nothing.
    """
    absolute = path.absolute()
    for place in (absolute, *absolute.parents):
        if not place.is_symlink() or not _is_inside(place.parent, root):
            continue
        if not _is_inside(place, root):
            return place
    return None


def check_inside(paths: Iterable[Path], root: Path, help: str) -> None:  # noqa: A002
    """Refuse paths that would be written outside ``root``; ``help`` says what to do instead.

    Raises ``OutsideError``.
    """
    for path in paths:
        link = link_out_of(path, root)
        if link is not None:
            raise OutsideError(
                f'"{link}" is a link to "{_target(link)}", which is outside of "{root}": nothing '
                f"is written there; {help}"
            )


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # links that lead to each other
        return False


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return "another place"
