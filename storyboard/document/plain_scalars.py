"""Where a text without quotation marks begins and ends, and the same text with them.

For texts that the parser could not take, so it works on lines as a reader would, and is right
for what writers write rather than for all that YAML allows.
"""

from __future__ import annotations

import re

from storyboard.diagnostics import Fix, Source, Span
from storyboard.document.nodes import Scalar

# A line's indentation and list dashes, then a key with its colon, where it has one.
_ENTRY = re.compile(
    r"""(?P<indent>[ ]*)(?P<dashes>(?:[-?][ ]+)*)
    (?:(?P<key>"[^"\n\r]*"|'[^'\n\r]*'|[^\s:#\[{"'@`%*&!|>][^:#\n\r]*?)[ ]*:(?:[ \t]+|(?=$)))?""",
    re.VERBOSE | re.MULTILINE,
)
COMMENT = re.compile(r"(?<=[ \t])#(?=[\s#]|\Z)")
"""A comment behind a text; a ``#`` that touches a word was meant to belong to the text."""

CUT = re.compile(r"[ \t]+(#[^\s#][^\n\r]*)")
"""What YAML takes for a comment behind a text, and its writer for a part of the text."""
MAY_CUT = re.compile(r"#(?<=[ \t]#)[^\s#]")
"""A sign that a file may have such a comment; it is searched for faster than ``CUT``."""

_LOOKS_LIKE_ENTRY = re.compile(r"-(?:\s|$)|#|[^\s:\"']+:(?:\s|$)")
_FLOW_END = re.compile(r"[,\]}]")
# How much of a line or file is looked at; no writer's line is longer, and a bomb's may be.
_COLUMNS, _LINES = 1_000, 200


class PlainLine:
    """One line as its writer meant it: its indentation, its key and where its value begins."""

    __slots__ = (
        "column",
        "dashed",
        "end",
        "indent",
        "key",
        "key_start",
        "number",
        "start",
        "value",
    )

    def __init__(self, source: Source, offset: int) -> None:
        self.number = source.position(offset)[0]
        self.start = source.line_starts[self.number - 1]
        self.end = self.start + len(source.line(self.number))
        entry = _ENTRY.match(source.text, self.start, min(self.end, self.start + _COLUMNS))
        assert entry is not None  # noqa: S101 - every part of the pattern may be empty
        self.indent = len(entry["indent"])
        self.dashed = bool(entry["dashes"])
        self.key: str | None = entry["key"]
        self.key_start = entry.end("dashes")
        self.value = entry.end()
        # What continues the value is indented more than this column.
        self.column = self.key_start - self.start
        if self.key is None:
            self.column = len((entry["indent"] + entry["dashes"]).rstrip()) - 1


def line_before(source: Source, line: PlainLine) -> PlainLine | None:
    """The nearest line above that is neither empty nor a comment; looks at 200 lines."""
    for number in range(line.number - 1, max(line.number - _LINES, 0), -1):
        written = source.line(number).strip()
        if written and not written.startswith("#"):
            return PlainLine(source, source.line_starts[number - 1])
    return None


def is_in_flow(text: str, line: PlainLine, offset: int) -> bool:
    """Whether the line's value is in brackets that are still open at the offset."""
    written = text[line.value : min(offset, line.value + _COLUMNS)]
    depth, quote = 0, ""
    for character in written:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
    return depth > 0 and written[0] in "[{"


def text_end(source: Source, start: int, *, in_flow: bool, column: int | None = None) -> int:
    """Where the text that begins at ``start`` ends, with the lines that continue it.

    Those are indented by more than ``column``, which is the line's own unless given.
    """
    line = PlainLine(source, start)
    if in_flow:
        found = _FLOW_END.search(source.text, start, line.end)
        stop = found.start() if found else line.end
        return _without_blanks(source.text, start, stop)
    if source.text.startswith("{#", start):
        return _without_blanks(source.text, start, line.end, comment=False)
    end = _without_blanks(source.text, start, line.end)
    if column is None:
        column = line.column
    for number in range(line.number + 1, line.number + _LINES):
        written = source.line(number)
        words = written.lstrip(" ")
        if (
            not words.strip()
            or len(written) - len(words) <= column
            or _LOOKS_LIKE_ENTRY.match(words, 0, _COLUMNS)
        ):
            break
        begin = source.line_starts[number - 1]
        end = _without_blanks(source.text, begin + len(written) - len(words), begin + len(written))
    return end


def uncut(text: Scalar) -> Fix | None:
    """The replacement that gives a text what a ``#`` in it has cut off; None where none has.

    ``text`` is one without quotation marks, or the empty one where a value was left out.
    """
    source = text.origin.source
    cut = None if text.style else CUT.match(source.text, text.end)
    if cut is None:
        return None
    start = text.start if text else cut.start(1)
    line = PlainLine(source, start)
    in_flow = line.value < start and is_in_flow(source.text, line, start)
    stop = _FLOW_END.search(source.text, cut.start(1), cut.end()) if in_flow else None
    end = _without_blanks(source.text, start, stop.start() if stop else cut.end())
    return quote_fix(source, start, end)


TYPOGRAPHIC_PAIRS = ("“”", "„“", "„”", "‘’", "‚‘", "«»", "»«", "″″", "““", "””")
"""Quotation marks of other languages, and of word processors, which are letters to YAML."""


def quote_fix(source: Source, start: int, end: int) -> Fix:
    """The replacement of a text by itself in quotation marks, in place of those it has."""
    text = source.text[start:end]
    meant = _without_signs(text)
    # What a block text or Markdown makes of its signs, only the writer knows.
    is_sure = meant == text or text[0] not in "|>*`"
    return Fix(Span(source, start, end), quoted(meant), is_sure=is_sure)


_MARKS_AROUND = re.compile(r"(\*\*|\*|``?|'')(?=\S)(.+)(?<=\S)\1", re.DOTALL)
"""What Markdown puts around a text, or two single marks in place of a double one."""
_BLOCK_SIGNS = re.compile(r"[|>]+[-+0-9]*\s*(?=\S)")


def _without_signs(text: str) -> str:
    """A text without the quotation marks of other kinds around it, and signs of a block text."""
    if text[0:1] + text[-1:] in (*TYPOGRAPHIC_PAIRS, '“"', '"”') and len(text) > 2:
        return text[1:-1]
    if (marked := _MARKS_AROUND.fullmatch(text)) is not None and marked[1] not in marked[2]:
        return marked[2]
    if text.endswith('"') and text.count('"') == 1:
        return text[:-1]
    return _BLOCK_SIGNS.sub("", text, count=1) if text[0:1] in ("|", ">") else text


def quoted(text: str) -> str:
    """A text in double quotation marks, or in single ones where it has those or backslashes."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def requoted(written: str) -> str:
    """A text of which a part stands in quotation marks already, in marks as a whole.

    >>> requoted("'don't go'")
    '"don\\'t go"'
    >>> requoted('"No," she says')
    '\\'"No," she says\\''
    """
    mark = written[0]
    if written.endswith(mark) and len(written) > 1:
        inside = written[1:-1]
        other = '"' if mark == "'" else "'"
        if other not in inside and "\\" not in inside:
            return other + inside + other
        if mark == "'":
            return "'" + inside.replace("'", "''") + "'"
    return quoted(written)


def _without_blanks(text: str, start: int, end: int, *, comment: bool = True) -> int:
    """The end of a line's text, before the blanks and the comment that follow it."""
    found = COMMENT.search(text, start, end) if comment else None
    if found:
        end = found.start()
    return start + len(text[start:end].rstrip())
