"""Texts that are cut off by a ``#``: YAML begins a comment where a blank stands before it.

``prompt: A bus, line #12, stops`` is the text ``A bus, line`` and a comment. YAML cannot know
that more was meant; that no blank stands behind the ``#`` shows it.
"""

from __future__ import annotations

from dataclasses import replace

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import TEXT_IN_COMMENT
from storyboard.document import Node
from storyboard.document.findings import shorten
from storyboard.document.plain_scalars import CUT, uncut
from storyboard.language.prose import texts_below


def check_cut_texts(root: Node, diagnostics: Diagnostics) -> None:
    """Report each text of a file from which a comment takes words; SB019.

    Walks the tree only where the file has a ``#`` that touches a word.
    """
    source = root.origin.source
    if CUT.search(source.text) is None:
        return
    for text in texts_below(root, ""):
        if (fix := uncut(text)) is None:
            continue
        start = source.text.index("#", text.end)
        lost = source.text[start : fix.span.end]
        shown = " ".join(fix.text.split())
        diagnostics.add(
            TEXT_IN_COMMENT,
            f'"{shorten(lost)}" is no part of the text: a # with a space before it begins a'
            " comment",
            fix.span.narrow(start, fix.span.end),
            help=f"write {shown}; if it is a comment, put a space behind the #",
            fix=replace(fix, is_sure=lost[1:2].isdigit()),
        )
