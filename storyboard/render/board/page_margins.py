"""What stands in the margins of printed pages: the film, its scene, and which text it is.

It is said in CSS, so that a scene that goes over to another page has its header there too.
"""

from __future__ import annotations

import re

from storyboard.render.board.page_values import BoardView
from storyboard.render.width import clip

_COLUMNS = 55
"""The most of a name that stands in a margin: two share the width of a page."""
_SPECIAL = re.compile(r"[^\w .,:/+·…-]")


def page_margins(view: BoardView) -> str:
    """The style of the margins: the film's title but on its first page, scenes, the version."""
    title = _quoted(_isolated(view.title))
    foot = _quoted(", ".join(filter(None, (view.revision, view.as_of))))
    rules = [
        f"@page{{@top-left{{content:{title}}}@bottom-left{{content:{foot}}}}}",
        "@page:first{@top-left{content:none}}",
    ]
    for one in view.scenes:
        number = one.scene.number
        name = _quoted(f"{number} · {_isolated(one.title)}")
        page = f"scene{number}"
        rules.append(f"#{page}{{page:{page}}}@page {page}{{@top-right{{content:{name}}}}}")
    return "".join(rules)


def _isolated(name: str) -> str:
    """The beginning of a name, which turns the direction of nothing but itself."""
    return f"\u2068{clip(' '.join(name.split()), _COLUMNS)}\u2069"


def _quoted(text: str) -> str:
    """A string of CSS, in which nothing but letters and a few marks stands as it is."""
    escaped = _SPECIAL.sub(lambda one: f"\\{ord(one[0]):x} ", text)
    return f'"{escaped}"'
