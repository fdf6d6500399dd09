"""Texts that are cut off by a ``#``: YAML begins a comment where a blank stands before it.

``prompt: A bus, line #12, stops`` is the text ``A bus, line`` and a comment. YAML cannot know
that more was meant; that no blank stands behind the ``#`` shows it.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from storyboard.diagnostics import Diagnostics, Severity
from storyboard.diagnostics.codes import TEXT_IN_COMMENT
from storyboard.document import Node
from storyboard.document.findings import shorten
from storyboard.document.nodes import HOLE
from storyboard.document.plain_scalars import MAY_CUT, uncut
from storyboard.language.prose import texts_below

_NEEDED = re.compile(r"(?:\bprompt[\"']?:|-)[ \t]*$")
"""What stands before a text without which there is no shot."""


def check_cut_texts(root: Node, diagnostics: Diagnostics) -> None:
    """Report each text of a file from which a comment takes words; SB019.

    Walks the tree only where the file has a ``#`` that touches a word.
    """
    source = root.origin.source
    if MAY_CUT.search(source.text) is None:
        return
    for text in texts_below(root, ""):
        if (fix := uncut(text)) is None:
            continue
        start = source.text.index("#", text.end)
        lost = source.text[start : fix.span.end]
        shown = " ".join(fix.text.split())
        severity = None
        line = source.text.rfind("\n", 0, start) + 1
        if not text and _NEEDED.search(source.text[line:start]):
            # A shot without an action, and that is the one thing that is wrong with it.
            text.style, severity = HOLE, Severity.ERROR
        diagnostics.add(
            TEXT_IN_COMMENT,
            f'"{shorten(lost)}" is no part of the text: a # with a space before it begins a'
            " comment",
            fix.span.narrow(start, fix.span.end),
            help=f"write {shown}; if it is a comment, put a space behind the #",
            fix=replace(fix, is_sure=lost[1:2].isdigit()),
            severity=severity,
        )
