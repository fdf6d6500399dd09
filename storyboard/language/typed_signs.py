"""Signs that look like those of YAML and are letters to it: curly quotation marks, ``：``."""

from __future__ import annotations

import re

from storyboard.diagnostics import Diagnostics, Fix
from storyboard.diagnostics.codes import TYPOGRAPHIC_QUOTES, YAML_SYNTAX
from storyboard.document import Node, Scalar
from storyboard.document.findings import shorten
from storyboard.document.plain_scalars import quoted
from storyboard.language.model import Beat, Scene, Shot
from storyboard.language.prose import texts_below

_PAIRS = ("“”", "„“", "„”", "‘’", "‚‘", "«»", "»«", "″″", "““", "””")
_SIGNS = re.compile("[“„‘‚«»″”：]")
_KEYS = frozenset({*Shot.model_fields, *Beat.model_fields, *Scene.model_fields})
_KEY = re.compile(r"([a-z_]+)[ ]?：[ ]*")


def check_typed_signs(root: Node, diagnostics: Diagnostics) -> None:
    """Report texts in curly quotation marks as a whole (SB021), and keys with ``：`` (SB005)."""
    if _SIGNS.search(root.origin.source.text) is None:
        return
    for text in texts_below(root, ""):
        if text.style:
            continue
        if (key := _KEY.match(text)) is not None and key[1] in _KEYS:
            _report_colon(text, key, diagnostics)
        elif _is_in_typographic_quotes(text):
            written = quoted(text.span.text[1:-1])
            diagnostics.add(
                TYPOGRAPHIC_QUOTES,
                f"{text[0]} and {text[-1]} are a part of the text: YAML knows only \" and '",
                text.span,
                help=f"write {shorten(written)}",
                fix=Fix(text.span, written),
            )


def _is_in_typographic_quotes(text: Scalar) -> bool:
    """Whether one pair of curly marks is around all of a text, and none is inside."""
    return len(text) > 2 and text[0] + text[-1] in _PAIRS and not _SIGNS.search(text[1:-1])


def _report_colon(text: Scalar, key: re.Match[str], diagnostics: Diagnostics) -> None:
    at = text.start + key.end(1)
    span = text.span.narrow(at, text.start + key.end())
    diagnostics.add(
        YAML_SYNTAX,
        f'the key "{key[1]}" is followed by a full-width colon, which YAML takes for a letter',
        span,
        help=f'write "{key[1]}: "',
        fix=Fix(span, ": "),
    )
