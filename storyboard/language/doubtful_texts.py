"""Texts that are sent as they stand and were hardly meant so: SB115.

``sound: off`` is heard as the word "off", a key below ``prompt: >`` is a part of the prompt, YAML
has no ``//`` comments, and what says ``TODO`` is rendered and paid.
"""

from __future__ import annotations

import re
from itertools import chain

from storyboard.diagnostics import Diagnostics, Fix, Label
from storyboard.diagnostics.codes import DOUBTFUL_TEXT, YAML_SYNTAX
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Mapping, Node, Scalar, locate
from storyboard.document.findings import shorten
from storyboard.document.nodes import HOLE, MENDED
from storyboard.language.cast import Element
from storyboard.language.editor_hints import SHOT_SIZES
from storyboard.language.model import Defaults, Line, Scene, Shot
from storyboard.language.prose import PROSE_KEYS, keyed_texts_below

_SENT = PROSE_KEYS - {"notes", "template", "title"}
"""Keys whose values are sent in the writer's words."""
_FRAMING = frozenset({"camera", "light", "negative", "size", "sound"})
"""Keys that ``none`` takes away."""
_SIZES = {re.sub("[ -]", "", size): size for size in SHOT_SIZES}
_KNOWN_SIZES = {size.replace("-", " ") for size in SHOT_SIZES}
_MIN_SIZE = 4
"""Letters of a size that may be misspelt; a shorter one is an abbreviation."""
_KEYS = frozenset(
    key for block in (Scene, Shot, Defaults, Line, Element) for key in block.model_fields
)


_NOTHING = r"off|no|false|nil|n/?a|nothing|muted?"
_SOMETHING = r"on|yes|true"
_UNFINISHED = (
    r"\W*(?:to-?do|tbd|fixme|xxx+|lorem ipsum|placeholder)\b[^@\n]{0,40}"
    r"|[?]{2,}|…+|\.{2,}|<[a-z _-]+>"
)
_FLAG = f"({_NOTHING})|{_SOMETHING}"
_COMMENT = r"(?<!\S)(//|/\*|<!--)(?!/)\s*(\S.*)"
_INNER_KEY = r"^[ ]*([a-z_]+):(?=[ ]+\S|[ ]*$)"
_SIZE = re.compile(r"size:[ ]+[\"']?([^\n\"',}#]+)")
_WORDS = ("todo", "to-do", "tbd", "fixme", "xxx", "lorem ipsum", "placeholder")
_SIGNS = {
    "/": (" //", "/*"),
    "<": ("<!--", ": <", "- <"),
    "|": (": |",),
    ">": (": >",),
    "?": ("??",),
    ".": ("..",),
    "…": ("…",),
}
"""What a file holds that has such a text, by a character of it, which is found in no time."""
_BEHIND_KEY = "|".join(f"(?<={key}:)" for key in sorted(_FRAMING))
_FLAGGED = re.compile(rf":(?= +[\"']?(?:{_NOTHING}|{_SOMETHING})\b)(?:{_BEHIND_KEY})")
"""Looks at what stands behind a colon first, which few colons pass, and at the key then."""
_ITEM_BELOW = re.compile(r"\n( *)- [^\n:]*\n\1 +- ")
"""An item of a list right of the text of the item above, which goes on in it."""
_BEHIND_VALUE = re.compile(r"\s(//+)\s*(.*)")
_TEXTS = PROSE_KEYS | {"vars", "shots", "beats", "authors"}


def _may_hold_one(source: str) -> bool:
    """Whether a file has a sign of a doubtful text, but for sizes."""
    small = source.lower()
    found = (signs for character, signs in _SIGNS.items() if character in small)
    if any(map(small.__contains__, chain(_WORDS, *found))) or _ITEM_BELOW.search(source):
        return True
    return _FLAGGED.search(small) is not None


def check_doubtful_texts(root: Node, diagnostics: Diagnostics) -> None:
    """Report the texts of a file that were hardly meant to be sent as they stand.

    Walks the tree only where the file has a sign of one.
    """
    source = root.origin.source.text
    odd_sizes = {one for one in map(str.strip, set(_SIZE.findall(source))) if _meant_size(one)}
    if not odd_sizes and not _may_hold_one(source):
        return
    if " //" in source:
        _take_comments(root, "", diagnostics)
    for key, text in keyed_texts_below(root, ""):
        if key not in _SENT or not text or text.style in (HOLE, MENDED):
            continue
        flag = re.fullmatch(_FLAG, text, re.IGNORECASE) if key in _FRAMING else None
        if flag is not None:
            _report_flag(key, text, diagnostics, is_nothing=flag[1] is not None)
        elif re.fullmatch(_UNFINISHED, text.strip(), re.IGNORECASE):
            diagnostics.add(
                DOUBTFUL_TEXT,
                f'"{shorten(text.strip())}" is sent as the {key}, and would be paid for',
                text.span,
                help=f"write the {key}, or leave the shot out with skip: true",
            )
        elif key == "size" and text in odd_sizes:
            meant = _meant_size(text)
            diagnostics.add(
                DOUBTFUL_TEXT,
                f'"{text}" is no size that film people know, and is sent as it is written',
                text.span,
                help=f"write {meant}",
                fix=Fix(text.span, meant, is_sure=False),
            )
        else:
            _check_inside(text, diagnostics)


def _take_comments(node: Node, key: str, diagnostics: Diagnostics) -> None:
    """Report ``//`` comments behind values that are no texts, which are holes then: SB005."""
    if not isinstance(node, Scalar):
        for inner, value in (
            node.items() if isinstance(node, Mapping) else ((key, one) for one in node)
        ):
            _take_comments(value, inner, diagnostics)
        return
    found = None if node.style or key in _TEXTS else _BEHIND_VALUE.search(node)
    if found is None:
        return
    sign = locate(node, *found.span(1))
    diagnostics.add(
        YAML_SYNTAX,
        "a comment begins with a #, and not with //",
        sign.narrow(sign.start, node.end),
        help=f"write # {shorten(found[2])}",
        fix=Fix(sign, "#"),
    )
    node.style = HOLE


def _meant_size(written: str) -> str:
    """The size of a shot that a word was meant to be; empty where it is one, or of its own."""
    folded = " ".join(written.casefold().replace("-", " ").split())
    joined = folded.replace(" ", "")
    if len(joined) < _MIN_SIZE or folded in _KNOWN_SIZES:
        return ""
    near = nearest(joined, _SIZES)
    if near is None or abs(len(near) - len(joined)) > 1:
        return ""
    return _SIZES[near]


def _report_flag(key: str, text: Scalar, diagnostics: Diagnostics, *, is_nothing: bool) -> None:
    advice = (
        f"write {key}: none, which takes it away" if is_nothing else f"write the {key} in words"
    )
    sound = "; audio: false is silence" if is_nothing else ", and audio: true for sound"
    diagnostics.add(
        DOUBTFUL_TEXT,
        f'"{text}" is sent as the {key}, as a word',
        text.span,
        help=advice + (sound if key == "sound" else ""),
        fix=Fix(text.span, "none", is_sure=False) if is_nothing else None,
    )


def _check_inside(text: Scalar, diagnostics: Diagnostics) -> None:
    """Report a comment and a key that are a part of a text."""
    span = text.span
    if (comment := re.search(_COMMENT, text)) is not None:
        sign = locate(text, *comment.span(1))
        is_plain = not text.style and comment[1] == "//"
        diagnostics.add(
            DOUBTFUL_TEXT,
            f'"{shorten(comment[0])}" is a part of the text: a comment begins with a #',
            span.narrow(sign.start, locate(text, *comment.span(2)).end),
            help=f"write # {shorten(comment[2].removesuffix('*/').removesuffix('-->').strip())}"
            + ("" if is_plain else " behind the text, outside its quotation marks"),
            fix=Fix(sign, "#", is_sure=False) if is_plain else None,
        )
    if not text.style and (item := re.search(r"\n *(- [^\n]*)", span.text)) is not None:
        first = span.source.position(text.start)[1] - len("- ")
        diagnostics.add(
            DOUBTFUL_TEXT,
            f'"{shorten(item[1].rstrip())}" is a part of the text above, as it stands right of it',
            span.narrow(span.start + item.start(1), span.start + item.end(1)),
            help=f"begin each item in the same column; the one above begins in column {first}",
            labels=(Label(span.narrow(span.start, span.start + item.start()), "the text above"),),
        )
    if text.style not in ("|", ">"):
        return
    inner = (one for one in re.finditer(_INNER_KEY, span.text, re.MULTILINE) if one[1] in _KEYS)
    if (found := next(inner, None)) is not None:
        diagnostics.add(
            DOUBTFUL_TEXT,
            f'"{found[1]}:" is a part of the text, as it is indented like the text\'s lines',
            span.narrow(span.start + found.start(1), span.start + found.end()),
            help="indent it as the key above, or write the text without the colon",
        )
