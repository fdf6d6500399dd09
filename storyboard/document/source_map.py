"""From a stretch of a scalar's value to its place in the file.

YAML folds lines, drops indentation and reads escapes, so an offset in a value is no offset in
the source. The scalar's text is read once more, on demand, by the rules of YAML 1.1 (chapters 5
and 9) as libyaml applies them, and each piece of the value keeps where it came from.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from storyboard.diagnostics import Source, Span
from storyboard.document.nodes import Scalar

_BREAKS = "\r\n\x85\u2028\u2029"
_BLANKS = re.compile(r"[ \t]*")
_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_PLAIN_RUN = re.compile(f"[^ \t{_BREAKS}]+")
_SINGLE_RUN = re.compile(f"[^' \t{_BREAKS}]+")
_DOUBLE_RUN = re.compile(f'[^"\\\\ \t{_BREAKS}]+')
_LINE_RUN = re.compile(f"[^{_BREAKS}]+")
_HEADER = re.compile(r"[|>][+-]?[1-9]?[+-]?[ \t]*(?:#[^\r\n\x85\u2028\u2029]*)?")
_EMPTY_LINES = re.compile(f"(?:[ ]*[{_BREAKS}])*+[ ]*")
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


def locate(scalar: Scalar, start: int, end: int) -> Span:
    """The place in the source of ``scalar[start:end]``, offsets in code points of the value.

    The span encloses escapes whole, and the line ends and indentation between two words that
    stand on two lines. An empty stretch gives an empty span. Where the value cannot be traced,
    the span of the whole scalar. Does not raise; offsets outside the value count as its ends.
    """
    traced = _trace(
        scalar.origin.source, scalar.start, scalar.end, scalar.style, str.__str__(scalar)
    )
    if traced is None:
        return scalar.span
    start = min(max(start, 0), len(scalar))
    end = min(max(end, start), len(scalar))
    if start == end:
        place = traced.start(start) if start < len(scalar) else traced.end_of_last(scalar)
        return Span(scalar.origin.source, place, place)
    return Span(scalar.origin.source, traced.start(start), traced.end(end - 1))


class _Trace:
    """Pieces of a value and the stretches of source they were read from.

    A piece is as long as its stretch where it was taken over character by character; any other
    is one character read from an escape or from the end of a line.
    """

    __slots__ = ("at", "ends", "length", "pieces", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str] = []
        self.at: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.length = 0

    def add(self, piece: str, start: int, end: int) -> None:
        self.pieces.append(piece)
        self.at.append(self.length)
        self.starts.append(start)
        self.ends.append(end)
        self.length += len(piece)

    def take(self, start: int, end: int) -> None:
        """Add a stretch of the source as it stands."""
        if end > start:
            self.add(self.text[start:end], start, end)

    def add_breaks(self, breaks: list[tuple[int, int]]) -> None:
        for start, end in breaks:
            self.add(_break_value(self.text, start), start, end)

    def start(self, offset: int) -> int:
        piece = bisect_right(self.at, offset) - 1
        start, end = self.starts[piece], self.ends[piece]
        into = offset - self.at[piece]
        return start + into if end - start == len(self.pieces[piece]) else start

    def end(self, offset: int) -> int:
        piece = bisect_right(self.at, offset) - 1
        start, end = self.starts[piece], self.ends[piece]
        into = offset - self.at[piece]
        return start + into + 1 if end - start == len(self.pieces[piece]) else end

    def end_of_last(self, scalar: Scalar) -> int:
        if self.ends:
            return self.ends[-1]
        return min(scalar.start + (scalar.style in ("'", '"')), scalar.end)


@lru_cache(maxsize=8)
def _trace(source: Source, start: int, end: int, style: str, value: str) -> _Trace | None:
    """The trace of a scalar, or None where reading it again does not give its value."""
    text = source.text
    if style in ("|", ">"):
        return _trace_block(text, start, value, folded=style == ">")
    if style == "":
        trace = _trace_flow(text, start, end, _PLAIN_RUN)
    elif style == "'":
        trace = _trace_flow(text, start + 1, end - 1, _SINGLE_RUN)
    elif style == '"':
        trace = _trace_flow(text, start + 1, end - 1, _DOUBLE_RUN)
    else:
        return None
    return trace if "".join(trace.pieces) == value else None


# -- plain and quoted texts ----------------------------------------------------------------


def _trace_flow(text: str, at: int, stop: int, run: re.Pattern[str]) -> _Trace:
    trace = _Trace(text)
    while at < stop:
        found = run.match(text, at, stop)
        if found:
            trace.take(at, found.end())
            at = found.end()
        elif text[at] == "'":
            trace.add("'", at, at + 2)
            at += 2
        elif text[at] == "\\":
            at = _read_escape(trace, at, stop)
        else:
            at = _read_gap(trace, at, stop)
    return trace


def _read_escape(trace: _Trace, at: int, stop: int) -> int:
    """Read the escape that begins at ``at``; where it ends."""
    letter = trace.text[at + 1 : at + 2]
    found = _BREAK.match(trace.text, at + 1, stop)
    if found:
        # A line end after a backslash joins two lines; the empty ones after it count.
        after, breaks = _breaks(trace.text, found.end(), stop)
        trace.add_breaks(breaks)
        return after
    end = at + 2 + _HEX_DIGITS.get(letter, 0)
    character = _ESCAPES.get(letter, "")
    if letter in _HEX_DIGITS:
        digits = trace.text[at + 2 : end]
        number = int(digits, 16) if digits.isalnum() and digits.isascii() else 0
        character = chr(number) if number < 0x110000 else ""
    trace.add(character, at, end)
    return end


def _read_gap(trace: _Trace, at: int, stop: int) -> int:
    """Read the blanks and line ends between two words; where the next word begins."""
    blanks = _BLANKS.match(trace.text, at, stop)
    end = blanks.end() if blanks else at
    if end == stop or not _BREAK.match(trace.text, end, stop):
        trace.take(at, end)
        return end
    after, breaks = _breaks(trace.text, end, stop)
    if _break_value(trace.text, breaks[0][0]) != "\n":
        trace.add_breaks(breaks)
    elif len(breaks) == 1:
        trace.add(" ", breaks[0][0], after)
    else:
        trace.add_breaks(breaks[1:])
    return after


def _breaks(text: str, at: int, stop: int) -> tuple[int, list[tuple[int, int]]]:
    """Where the next word begins, and the line ends before it."""
    found: list[tuple[int, int]] = []
    while True:
        blanks = _BLANKS.match(text, at, stop)
        at = blanks.end() if blanks else at
        line_end = _BREAK.match(text, at, stop)
        if line_end is None:
            return at, found
        found.append(line_end.span())
        at = line_end.end()


def _break_value(text: str, at: int) -> str:
    """What a line end is in a value: the separators of Unicode stay, all others are one."""
    return text[at] if text[at] in "\u2028\u2029" else "\n"


# -- block texts ---------------------------------------------------------------------------


def _trace_block(text: str, start: int, value: str, *, folded: bool) -> _Trace | None:
    header = _HEADER.match(text, start)
    if header is None:
        return None
    line_end = _BREAK.match(text, header.end())
    body = line_end.end() if line_end else header.end()
    indicators = header[0].split("#")[0]
    keep = 1 if "+" in indicators else -1 if "-" in indicators else 0
    for indent in _indents(text, body, value):
        trace = _trace_lines(text, body, indent, folded=folded, keep=keep)
        if "".join(trace.pieces) == value:
            return trace
    return None


def _indents(text: str, body: int, value: str) -> list[int]:
    """How far the lines may be indented, the likeliest first.

    The header counts from the column of the mapping around it, which a scalar does not know;
    but the value tells how many of its first line's blanks belong to it.
    """
    leading = _EMPTY_LINES.match(text, body)
    first = leading.end() if leading else body
    lines = _BREAK.split(text[body:first])
    spaces = len(lines[-1])
    own = value.lstrip(_BREAKS)
    likeliest = spaces - (len(own) - len(own.lstrip(" ")))
    longest = max(map(len, lines))
    candidates = [likeliest, spaces, longest, *range(1, min(longest, 64) + 1), 1, longest + 1]
    return [indent for indent in dict.fromkeys(candidates) if indent > 0]


def _trace_lines(text: str, at: int, indent: int, *, folded: bool, keep: int) -> _Trace:
    trace = _Trace(text)
    at, empty = _empty_lines(text, at, indent)
    ended: list[tuple[int, int]] = []
    was_blank = False
    while at < len(text) and _column_reaches(text, at, indent):
        is_blank = text[at] in " \t"
        folds = (
            folded
            and bool(ended)
            and _break_value(text, ended[0][0]) == "\n"
            and not was_blank
            and not is_blank
        )
        if not folds:
            trace.add_breaks(ended)
        elif not empty:
            trace.add(" ", ended[0][0], at)
        trace.add_breaks(empty)
        run = _LINE_RUN.match(text, at)
        end = run.end() if run else at
        trace.take(at, end)
        was_blank = is_blank
        line_end = _BREAK.match(text, end)
        ended = [line_end.span()] if line_end else []
        at, empty = _empty_lines(text, line_end.end() if line_end else end, indent)
    if keep >= 0:
        trace.add_breaks(ended)
    if keep > 0:
        trace.add_breaks(empty)
    return trace


def _empty_lines(text: str, at: int, indent: int) -> tuple[int, list[tuple[int, int]]]:
    """Where the next line's text begins, past its indentation, and the line ends before it."""
    found: list[tuple[int, int]] = []
    while True:
        stop = at + indent
        while at < stop and text[at : at + 1] == " ":
            at += 1
        line_end = _BREAK.match(text, at)
        if line_end is None:
            return at, found
        found.append(line_end.span())
        at = line_end.end()


def _column_reaches(text: str, at: int, indent: int) -> bool:
    """Whether a line is indented as far as the text is; ``at`` is past its indentation."""
    return text[max(at - indent, 0) : at] == " " * indent
