"""The outline of a text that need not be YAML: its items and keys by their columns.

A parser loses the structure of a file at the first open quotation. This scanner reads line by
line and knows quotations, brackets and block texts. What continues a value is indented by more
than the value's own entry, so a line that is not, and that looks like an entry, ends whatever
is open: the opening is then reported as one without an end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct, field

_LINE = re.compile(r"(?P<blanks>[ \t]*)(?P<written>[^\n\r]*)(?:\r\n|\n|\r|\Z)")
_LINE_BREAK = re.compile(r"[^\n\r]*(?:\r\n|\n|\r|\Z)")
_DASH = re.compile(r"-(?:[ \t]+|(?=[\n\r]|\Z))")
_STUCK_DASH = re.compile(r"-(?=[^\W\d][\w-]*: )")
_KEY = re.compile(
    r"""(?:"[^"\n\r]*"|'[^'\n\r]*'|(?:\?[ ]+)?[^\s:\#\[\]{},"'@`%&!|>-](?:[^:\#\n\r]|:(?!\s))*?
    |-[^\s:\#](?:[^:\#\n\r]|:(?!\s))*?)[ \t]*:(?:[ \t]+|(?=[\n\r]|\Z))""",
    re.VERBOSE,
)
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)*")
_BLOCK_HEADER = re.compile(r"[|>][0-9+-]*[ \t]*(?:#[^\n\r]*)?(?=[\n\r]|\Z)")
_MARKS = re.compile(r"[\"'\[\]{}\\]|(?<=[ \t])#")
_CLOSERS = {"]": "[", "}": "{"}
# How much of a line is looked at for a key, and how many dashes; a bomb's line may be longer.
_COLUMNS, _DASHES, _LINES_BELOW = 1_000, 64, 20


class Entry(Struct):
    """An item of a list, an entry of a mapping, or a line among them that is neither.

    ``kind`` is ``item``, ``key`` or ``line``. ``start`` is the offset of its dash, key or text,
    ``value`` the offset right behind the dash or the key's colon and the blanks there, ``end``
    the end of its last line that holds anything. ``has_tab`` says that a tab indents it: its
    ``column`` is then the one that was probably meant.
    """

    kind: str
    start: int
    column: int
    value: int
    parent: Entry | None
    end: int
    has_tab: bool = False

    def ancestors(self) -> Iterator[Entry]:
        """The entry itself and all around it, from the inside to the outside."""
        entry: Entry | None = self
        while entry is not None:
            yield entry
            entry = entry.parent


class _Open(Struct):
    """A quotation or brackets that are open at the end of a line, and the entry of them."""

    entry: Entry
    marks: list[tuple[str, int]]


class Outline(Struct):
    """The entries of a text in their order, and the openings that have no end."""

    entries: list[Entry] = field(default_factory=list)
    openings: list[int] = field(default_factory=list)
    tabs: list[int] = field(default_factory=list)
    stuck: set[int] = field(default_factory=set)
    """Where a dash ends that has no space behind it."""

    def at(self, offset: int) -> Entry | None:
        """The innermost entry around an offset; None where there is none."""
        index = bisect_right(self.entries, offset, key=lambda entry: entry.start)
        if index == 0:
            return None
        found = self.entries[index - 1]
        return next((entry for entry in found.ancestors() if offset <= entry.end), None)

    def meant_column(self, entry: Entry) -> int:
        """The column in which an entry was meant to begin.

        It is that of the first other entry of the same kind beside it; of a key among items that
        of the keys of the item above it; else its own.
        """
        beside = [one for one in self.entries if one.parent is entry.parent and one is not entry]
        for other in beside:
            if other.kind == entry.kind:
                return other.column
        items = [one for one in beside if one.kind == "item" and one.start < entry.start]
        for other in self.entries if entry.kind == "key" and items else ():
            if other.parent is items[-1] and other.kind == "key":
                return other.column
        return entry.column


def outline(text: str) -> Outline:
    """The outline of a text, in one pass over its lines."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found = Outline()
        self.stack: list[Entry] = []
        self.open: _Open | None = None
        self.first_text: Entry | None = None
        """The text that a key without a value has in the lines below it."""
        self.block: Entry | None = None
        """The entry whose block text the lines belong to, while they are indented enough."""

    def scan(self) -> Outline:
        at, length = 0, len(self.text)
        while at < length:
            line = _LINE.match(self.text, at)
            if line is None or line.end() == at:
                break
            if line["written"].strip():
                self._line(at, line.start("written"), line.end("written"))
            at = line.end()
        if self.open is not None:
            self.found.openings.append(self.open.marks[-1][1])
        while self.stack:
            self._pop()
        return self.found

    def _line(self, start: int, begin: int, end: int) -> None:
        text = self.text
        end = begin + len(text[begin:end].rstrip())
        column = begin - start
        if self.block is not None:
            if column > self.block.column:
                self._extend(end)
                return
            self.block = None
        if self.open is not None and self._goes_on(column, begin, end):
            self._extend(end)
            return
        if text[begin] == "#" or (column == 0 and text.startswith(("---", "...", "%"), begin)):
            return
        has_tab = "\t" in text[start:begin]
        if has_tab:
            self.found.tabs.append(start + text[start:begin].index("\t"))
            column = self._column_meant(begin, end)
        self._entries(start, begin, end, column, has_tab=has_tab)

    def _goes_on(self, column: int, begin: int, end: int) -> bool:
        """Whether a line belongs to what is open; else the opening has no end."""
        assert self.open is not None  # noqa: S101 - asked by the caller
        entry = self.open.entry
        # What stands in brackets alone, as in JSON, may begin in any column.
        is_alone = entry.kind == "line" and entry.parent is None
        if column > entry.column or is_alone or not self._is_entry(begin, end):
            self._marks(entry, self.open.marks, begin, end)
            return True
        self.found.openings.append(self.open.marks[-1][1])
        self.open = None
        return False

    def _is_entry(self, begin: int, end: int) -> bool:
        return bool(_DASH.match(self.text, begin) or self._key(begin, end))

    def _key(self, at: int, end: int) -> re.Match[str] | None:
        return _KEY.match(self.text, at, min(end, at + _COLUMNS))

    def _column_meant(self, begin: int, end: int) -> int:
        """The column that a line was meant to begin in whose indentation holds a tab.

        It is that of the innermost entry of its kind. The line below tells another one where it
        is a key of the same mapping, or of the item that the line begins.
        """
        if not self.stack:
            return 0
        dash = _DASH.match(self.text, begin)
        kind, last = "item" if dash else "key", self.stack[-1]
        below = self._column_below(end)
        column = None
        if below is not None and dash is None and not below[1]:
            column = below[0]
        elif below is not None and dash is not None:
            if below[1]:
                column = below[0] if last.value >= last.end else None
            elif self._key(dash.end(), end):
                column = below[0] - 2
        named = self._key(begin, end)
        is_parent = named is not None and not text_of(self.text, named.end(), end)
        if last.value >= last.end:
            is_below = column is not None and column > last.column + 2 * is_parent
            return column - 2 * is_parent if column is not None and is_below else last.column + 2
        columns = [entry.column for entry in last.ancestors() if entry.kind == kind]
        if column is not None and is_parent:
            # A key without a value is that of what stands below it.
            return next((one for one in columns if one < column), columns[-1] if columns else 0)
        if column is not None and column in columns:
            return column
        return columns[0] if columns else last.column

    def _column_below(self, end: int) -> tuple[int, bool] | None:
        """The column of the next line, and whether it is an item; None where a tab indents it."""
        at = _LINE_BREAK.match(self.text, end)
        for _ in range(_LINES_BELOW):
            line = _LINE.match(self.text, at.end() if at else end)
            if line is None or "\t" in line["blanks"]:
                return None
            if line["written"].strip() and not line["written"].startswith("#"):
                is_item = _DASH.match(self.text, line.start("written")) is not None
                return len(line["blanks"]), is_item
            at = line
        return None

    def _entries(self, start: int, begin: int, end: int, column: int, *, has_tab: bool) -> None:
        """Open the entries that a line begins."""
        shift = column - (begin - start)
        at = begin
        for _ in range(_DASHES):
            dash = _DASH.match(self.text, at, end)
            if dash is None and at == begin and (dash := _STUCK_DASH.match(self.text, at, end)):
                self.found.stuck.add(dash.end())
                shift += 1
            if dash is None:
                break
            self._push("item", at, at - start + shift, dash.end(), end, has_tab=has_tab)
            at = dash.end()
        if at >= end:
            return
        at = self._after_properties(at, end)
        key = self._key(at, end)
        if key is not None:
            self._push("key", at, at - start + shift, key.end(), end, has_tab=has_tab)
            at = key.end()
        elif at == begin:
            if self.stack and column > self.stack[-1].column:
                if self.stack[-1].value >= self.stack[-1].end:
                    self.first_text = Entry("line", begin, column, begin, self.stack[-1], end)
                self._extend(end)  # the text above goes on
            else:
                self._push("line", at, column, at, end, has_tab=has_tab)
        if at < end and self.stack:
            self._value(self.stack[-1], at, end)

    def _after_properties(self, at: int, end: int) -> int:
        found = _PROPERTIES.match(self.text, at, end)
        return found.end() if found else at

    def _value(self, entry: Entry, at: int, end: int) -> None:
        at = self._after_properties(at, end)
        if _BLOCK_HEADER.match(self.text, at):
            self.block = entry
        elif self.text[at : at + 1] in tuple("\"'[{"):
            self._marks(entry, [], at, end)

    def _marks(self, entry: Entry, marks: list[tuple[str, int]], at: int, end: int) -> None:
        """Follow quotations and brackets to the end of a line."""
        text = self.text
        while found := _MARKS.search(text, at, end):
            mark, at = found[0], found.end()
            inside = marks[-1][0] if marks else ""
            if inside in ("'", '"'):
                is_doubled = mark == inside == "'" and text.startswith("'", at)
                if is_doubled or (mark == "\\" and inside == '"'):
                    at += 1
                elif mark == inside:
                    marks.pop()
            elif mark == "#":
                break
            elif mark in "[{":
                marks.append((mark, found.start()))
            elif mark in _CLOSERS:
                if inside == _CLOSERS[mark]:
                    marks.pop()
            elif mark != "\\" and _begins_quotation(text, found.start()):
                marks.append((mark, found.start()))
            if not marks:
                break
        self.open = _Open(entry, marks) if marks else None

    def _push(
        self, kind: str, start: int, column: int, value: int, end: int, *, has_tab: bool
    ) -> None:
        while self.stack and self.stack[-1].column >= column:
            above = self.stack[-1]
            # The items of a list may begin in the column of the key that it belongs to.
            if kind == "item" and above.kind == "key" and above.column == column:
                break
            self._pop()
        parent = self.stack[-1] if self.stack else None
        if parent is not None and parent.kind == "item" and kind == "key" and start > parent.value:
            self._note_lost_first_line(parent, column)
        text = self.first_text
        if kind == "key" and text is not None and (text.parent, text.column) == (parent, column):
            self.found.entries.append(text)  # it was meant to be a key itself
        self.first_text = None
        entry = Entry(kind, start, column, value, parent, end, has_tab)
        self.stack.append(entry)
        self.found.entries.append(entry)
        self._extend(end)

    def _note_lost_first_line(self, item: Entry, column: int) -> None:
        """An item's text right above a key in the same column was meant to be a key itself."""
        last = self.found.entries[-1]
        if last is not item or item.value >= item.end:
            return
        if column == item.column + item.value - item.start:
            line = Entry("line", item.value, column, item.value, item, item.end)
            self.found.entries.append(line)

    def _pop(self) -> None:
        closed = self.stack.pop()
        if self.stack:
            self.stack[-1].end = max(self.stack[-1].end, closed.end)

    def _extend(self, end: int) -> None:
        """Let the innermost entry reach to ``end``; those around it follow when it is closed."""
        if self.stack:
            self.stack[-1].end = max(self.stack[-1].end, end)


def text_of(text: str, start: int, end: int) -> str:
    """What a line holds between two offsets but blanks and a comment."""
    return text[start:end].partition("#")[0].strip()


def _begins_quotation(text: str, at: int) -> bool:
    """Whether a mark begins a quotation: an apostrophe inside a word does not."""
    before = text[at - 1 : at]
    return not before or before in " \t\n\r[{,:"
