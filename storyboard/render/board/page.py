"""The page of a board: a template and a style, with every text of the storyboard escaped.

The page forbids its reader's browser everything but its own style and its own pictures, by a
Content Security Policy: no text of a storyboard could load or run anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from storyboard.board.model import FilmBoard, Text, Thumbnail
from storyboard.render.board.page_margins import page_margins
from storyboard.render.board.parts import PagePart
from storyboard.render.board.view import board_view
from storyboard.version import __version__

_SCRIPT = 'new EventSource("/events").onmessage=()=>location.reload()'


def render_board(
    board: FilmBoard,
    *,
    per_page: int = 4,
    without: Collection[PagePart] = frozenset(),
    is_live: bool = False,
) -> str:
    """A board as a page of HTML.

    ``per_page`` is how many shots stand on a printed page: 1, 2, 4 or 6. ``without`` are the
    parts that are left out, for readers whom they do not concern. A page that ``is_live`` loads
    itself anew when its server says so, and plays takes; it is the only one with a script.
    """
    view = board_view(board, per_page, frozenset(without), is_live=is_live)
    style = _text("board.css") + page_margins(view)
    return _template().render(
        view=view,
        style=style,
        style_digest=_digest(style),
        script=_SCRIPT if is_live else "",
        script_digest=_digest(_SCRIPT),
        pictures={key: _picture(one) for key, one in board.pictures.items()},
        version=__version__,
        per_page=per_page,
    )


def _words(text: Text) -> Markup:
    """A text with the names in it set off; it is done for every line of a long film."""
    found = []
    for words, name, kind in text:
        if name:
            found.append(
                f'<b class="{kind}">{escape(words)}</b>' if kind else f"<b>{escape(words)}</b>"
            )
        else:
            found.append(escape(words))
    # All that stands in it is escaped, or is a kind of member, which are ours.
    return Markup("".join(found))  # noqa: S704


def _digest(text: str) -> str:
    """A text's digest as a Content Security Policy has it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _picture(one: Thumbnail) -> tuple[int, int, str]:
    return one.width, one.height, f"data:image/webp;base64,{base64.b64encode(one.data).decode()}"


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["words"] = _words
    return environment.from_string(_text("board.html.jinja"))
