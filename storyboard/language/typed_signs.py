"""Signs that look like those of YAML and are letters to it: curly quotation marks, ``：``."""

from __future__ import annotations

import re

from storyboard.diagnostics import Diagnostics, Fix, Severity
from storyboard.diagnostics.codes import TYPOGRAPHIC_QUOTES, UNCLOSED_QUOTATION, YAML_SYNTAX
from storyboard.document import Mapping, Node, Scalar
from storyboard.document.findings import shorten
from storyboard.document.nodes import HOLE
from storyboard.document.plain_scalars import TYPOGRAPHIC_PAIRS, quoted
from storyboard.language.cast import Element, Image
from storyboard.language.model import Beat, Defaults, Line, Scene, Shot, Storyboard
from storyboard.language.prose import texts_below

_SIGNS = re.compile("[“„‘‚«»″”：]")
_STRAY = re.compile(r'[^"@{`%&*!\[][^"]*[^"\s]"')
"""A text that ends with a quotation mark, and has no other; not one that YAML has refused."""
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b'"\n')
_ODD = re.compile(rb'^(?:"")*"$', re.MULTILINE)
_BLOCKS = (Storyboard, Scene, Shot, Beat, Defaults, Line, Element, Image)
_KEYS = frozenset(key for block in _BLOCKS for key in block.model_fields)
_KEY = re.compile(r"([a-z_]+)[ ]?：[ ]*")


def check_typed_signs(root: Node, diagnostics: Diagnostics) -> None:
    """Report texts in curly quotation marks as a whole (SB021), and keys with ``：`` (SB005).

    So are texts that end with a quotation mark and begin with none (SB008, a warning).
    """
    source = root.origin.source.text
    has_signs = not source.isascii() and _SIGNS.search(source) is not None
    if not has_signs and not _has_odd_quotes(source):
        return
    if has_signs:
        _check_blocks(root, diagnostics)
    for text in texts_below(root, ""):
        if text.style:
            continue
        if ": " not in text and _STRAY.fullmatch(text):
            _report_stray(text, diagnostics)
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


def _has_odd_quotes(source: str) -> bool:
    """Whether a line has a quotation mark without another; a fraction of the time of counting."""
    marks = source.encode("utf-8", "surrogatepass").translate(None, _NO_MARKS)
    return _ODD.search(marks) is not None


def _is_in_typographic_quotes(text: Scalar) -> bool:
    """Whether one pair of curly marks is around all of a text, and none is inside."""
    inside = text[1:-1]
    if not inside or ": " in inside:  # which YAML has refused
        return False
    return text[0] + text[-1] in TYPOGRAPHIC_PAIRS and not _SIGNS.search(inside)


def _check_blocks(node: Node, diagnostics: Diagnostics) -> None:
    """Report texts where a block was meant, whose first key has a full-width colon."""
    if isinstance(node, Scalar):
        return
    for inner in node.values() if isinstance(node, Mapping) else node:
        if isinstance(inner, Scalar) and not inner.style and inner not in ("", None):
            key = _KEY.match(inner)
            if key is not None and key[1] in _KEYS and isinstance(node, Mapping):
                _report_colon(inner, key, diagnostics)
                inner.style = HOLE
        else:
            _check_blocks(inner, diagnostics)


def _report_stray(text: Scalar, diagnostics: Diagnostics) -> None:
    written = quoted(text[:-1].lstrip("“„«‘″”"))
    diagnostics.add(
        UNCLOSED_QUOTATION,
        "the quotation that ends here begins nowhere: the mark is a part of the text",
        text.span.narrow(text.end - 1, text.end),
        help=f"write {shorten(written)}",
        fix=Fix(text.span, written, is_sure=False),
        severity=Severity.WARNING,
    )


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
