"""How parsing goes on after a breakdown: what cannot be read is blanked out, in equal length.

All offsets stay, so that places point into the file as it was written. Where something was
blanked out a stand-in is left, a ``!`` that both parsers read as an empty text:

- a text that only lacks its quotation marks is kept as the text that it is meant to be;
- the value of a key, or an item of a list, becomes a hole: it is there, and not known;
- a line that is neither becomes an entry whose key is not known.

What is blanked out is the innermost entry around the mistake. Where that does not help it is the
one around it, up to the list item, its scene, the whole list.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, partial
from typing import Literal

from msgspec import Struct

from storyboard.diagnostics import Diagnostic, Fix, Source
from storyboard.diagnostics.codes import UNQUOTED_TEXT
from storyboard.document.entries import REFUSED_KEY
from storyboard.document.nodes import HOLE, MENDED, Origin, Scalar
from storyboard.document.outline import Entry, Outline, outline

MAX_BREAKDOWNS = 20
"""How often parsing goes on after a breakdown; each parses the whole file once more."""

MAX_CHARACTERS = 20_000_000
"""How many characters are parsed once more in all."""

MAX_LINES = 300_000
"""Of a text with more lines no outline is made: its first breakdown ends the parse."""

_BREAK = re.compile(r"\r\n|[\n\r]")
_NOT_LINE_END = re.compile(r"[^\n\r\x85\u2028\u2029]")
_LINE_END = re.compile(r"[ \t]*[\n\r]+[ \t]*")
_BLANKS = re.compile(r"[ \t]*")
_TEXT_BEHIND = re.compile(r"[ \t]*[^\s#]")
_ANCHOR = re.compile(r"(?<![^\s,\[{])&([^\s,\[\]{}]+)")
_DIRECTIVES = re.compile(
    r"(?:[ \t]*+(?:#[^\n\r]*+)?[\n\r]++)*+%[^\n\r]*+"
    r"(?:[ \t]*+(?:[#%][^\n\r]*+)?[\n\r]++)*+(?:---(?=\s))?"
)
"""Instructions to YAML at the head of a file, and the mark that ends them."""

_BRACKET = re.compile(r"[{\[]")
_NAMED = re.compile(r"([A-Za-z_]+)(?:[ ]?：|[ ]?:?[ ]?[{\[])")
"""A key that is known, though its colon or the bracket of its value is wrong."""
_LOST_KEY = "! :"


class StandIn(Struct, frozen=True):
    """What a ``!`` stands for, up to ``end``: a ``text``, a ``hole`` or an entry's lost ``key``."""

    kind: Literal["text", "hole", "key"]
    end: int
    text: str = ""

    def scalar(self, origin: Origin, start: int) -> Scalar:
        """What it stands for: a text as it was meant, or a hole."""
        scalar = Scalar(REFUSED_KEY if self.kind == "key" else self.text)
        scalar.origin, scalar.start, scalar.end = origin, start, self.end
        scalar.style = MENDED if self.kind == "text" else HOLE
        return scalar


class DocumentRecovery:
    """The text of one source with everything blanked out that could not be read."""

    def __init__(self, source: Source) -> None:
        self.text = source.text
        self.stand_ins: dict[int, StandIn] = {}
        self.lost_anchors: set[str] = set()
        self.is_whole = True
        """False where something is gone for which there is no stand-in."""
        self._written = source.text
        self._blanked: list[tuple[int, int]] = []
        self._rounds = 0
        self._tried: dict[int, int] = {}

    def read(self, text: str) -> None:
        """Take a text of the same places in place of the source's own, before anything is lost."""
        self.text = self._written = text

    @cached_property
    def outline(self) -> Outline:
        """The entries of the text as it was written; none of a text with too many lines."""
        return outline(self._written) if self._has_outline else Outline()

    @cached_property
    def _has_outline(self) -> bool:
        return self._written.count("\n") + self._written.count("\r") <= MAX_LINES

    def opening_before(self, place: int) -> int | None:
        """The first quotation or bracket before a place that has no end and was not blanked."""
        for opening in self.outline.openings:
            if opening > place:
                break
            is_above = bool(_LINE_END.search(self._written, opening, place))
            if is_above and not self.is_blank(opening):
                return opening
        return None

    def line_without_key(self, cause: int) -> int | None:
        """The line right above the entry at ``cause`` that is no key, where it must be one."""
        cause = self._text_at(cause)
        entry = self.outline.at(cause)
        index = bisect_right(self.outline.entries, cause, key=lambda one: one.start) - 1
        if entry is None or index < 0:
            return None
        above = self.outline.entries[index - (self.outline.entries[index] is entry)]
        is_meant = above.kind == "line" and above.column == entry.column and index > 0
        return above.start if is_meant and not self.is_blank(above.start) else None

    def _text_at(self, offset: int) -> int:
        """The offset past the blanks that begin there."""
        blanks = _BLANKS.match(self._written, offset)
        return blanks.end() if blanks else offset

    def is_blank(self, offset: int) -> bool:
        """Whether an offset lies in what was blanked out, so that what is said follows from it."""
        return any(start <= offset < end for start, end in self._blanked)

    def go_on(self, found: Diagnostic, cause: int) -> bool:
        """Blank out what a breakdown is about; whether parsing may go on with what is left.

        ``cause`` is the offset at which the mistake was made.
        """
        self._rounds += 1
        is_bounded = self._rounds * len(self.text) <= MAX_CHARACTERS and self._has_outline
        if self._rounds > MAX_BREAKDOWNS or not is_bounded:
            return False
        if found.code is UNQUOTED_TEXT and found.fix is not None:
            span = found.fix.span
            if span.start <= cause <= span.end and self._keep_text(span.start, span.end):
                return True
        if found.fix is not None and self._mend(found.fix):
            return True
        head = _DIRECTIVES.match(self.text)
        if head is not None:
            self._put("", 0, 0, head.end(), None)
            return True
        entries = self.outline.entries
        cause = self._text_at(cause)
        entry = self.outline.at(cause)
        if entry is None and entries:
            index = bisect_right(entries, cause, key=lambda one: one.start)
            entry = entries[max(index - 1, 0)]
        if entry is not None and self._align_items(entry):
            return True
        return entry is not None and any(map(self._blank_entry, entry.ancestors()))

    def _mend(self, fix: Fix) -> bool:
        """Read what was surely meant, where that is not longer than what is written."""
        fixes = (fix, *fix.others)
        if not fix.is_sure or not all(map(self._is_as_written, fixes)):
            return False
        for one in fixes:
            self._replace(one.span.start, one.text.ljust(len(one.span.text)))
        return True

    def _is_as_written(self, fix: Fix) -> bool:
        written = fix.span.text
        fits = 0 < len(fix.text) <= len(written)
        return fits and self.text[fix.span.start : fix.span.end] == written

    def _replace(self, start: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[start + len(text) :]

    def _align_items(self, entry: Entry) -> bool:
        """Read items that stand a column right of the one above, or below ``entry``, beside it.

        Whether there are any. Their dash moves to the left, and what follows it stays. An item of
        which the dash alone is astray, and not its keys, is left to others.
        """
        if any(map(partial(self._has_key_astray, entry), self.outline.entries)):
            return False
        astray = [
            one
            for one in self.outline.entries
            if one.parent is not None
            and entry.start in (one.start, one.parent.start)
            and one.kind == one.parent.kind == "item"
            and one.column == one.parent.column + 1
            and self.text[one.start - 1 : one.start + 2] == " - "
            and self._has_text(one.parent.value)
            and len({key.column for key in self.outline.entries if key.parent is one}) <= 1
        ]
        for one in astray:
            self._replace(one.start - 1, "-  ")
        return bool(astray)

    def _has_key_astray(self, item: Entry, entry: Entry) -> bool:
        """Whether an entry is a key right of the first one of an item, which has a value."""
        above = entry.parent
        if above is None or above.parent is not item or not entry.kind == above.kind == "key":
            return False
        return self._has_text(above.value)

    def _has_text(self, offset: int) -> bool:
        """Whether something stands on the line behind an offset."""
        return _TEXT_BEHIND.match(self._written, offset) is not None

    def _keep_text(self, start: int, end: int) -> bool:
        written = self._written[start:end]
        is_untouched = written == self.text[start:end]
        has_room = end - start > 1 or self._written[end : end + 1] in tuple("\n\r")
        if not written.strip() or not is_untouched or not has_room:
            return False
        text = _LINE_END.sub(" ", written)
        self._put("!", start, start, end, StandIn("text", end, text))
        return True

    def _blank_entry(self, entry: Entry) -> bool:
        """Blank out an entry, more of it each time; False where there is nothing left to blank."""
        tried = self._tried.get(entry.start, 0)
        if not tried and (entry.kind == "line" or self._begins_wrong(entry)):
            tried = 1
        ways = (self._make_hole, self._lose, self._remove)
        for number, way in enumerate(ways[tried:], tried + 1):
            self._tried[entry.start] = number
            if way(entry):
                return True
        return False

    def _begins_wrong(self, entry: Entry) -> bool:
        """Whether the indentation, dash or key of an entry is wrong, so that it cannot be kept."""
        if entry.has_tab:
            return True
        if entry.kind == "key":
            return bool(_BRACKET.search(self._written, entry.start, entry.value))
        is_stuck = entry.value == entry.start + 1 < entry.end and entry.value in self.outline.stuck
        return is_stuck or self.outline.meant_column(entry) != entry.column

    def _make_hole(self, entry: Entry) -> bool:
        """Keep the dash or key of an entry, and leave a hole for its value."""
        end = entry.end
        at = entry.value
        if at >= end:
            return False
        if self.text[at] in "\n\r":
            # The value begins on a line below, and the hole has to stand further right.
            line = re.compile(r"[\n\r][ ]*").match
            while found := line(self.text, at, end):
                at = found.end()
            start = max(self._written.rfind(mark, 0, at) for mark in "\n\r") + 1
            at = max(at, start + entry.column + 1)
        if not self._has_room(at, 1, end):
            return False
        self._put("!", at, entry.value, end, StandIn("hole", end))
        return True

    def _lose(self, entry: Entry) -> bool:
        """Leave a hole for a whole item, or an entry whose key is not known."""
        line = max(self._written.rfind(mark, 0, entry.start) for mark in "\n\r") + 1
        is_first = not self._written[line : entry.start].strip()
        start = line if is_first else entry.start
        at = entry.start
        if is_first:
            column = self.outline.meant_column(entry)
            at = line + column
            if entry.has_tab:
                # Its line may be too short; those below it are lost with it.
                below = (one.end() for one in _BREAK.finditer(self._written, line, entry.end))
                at = next(
                    (
                        one + column
                        for one in (line, *below)
                        if self._is_as_long(one, column + 5, entry.end)
                    ),
                    at,
                )
        named = _NAMED.match(self._written, entry.start) if entry.kind != "item" else None
        if named is not None and self._has_room(at, 5, entry.end):
            self._put("! : !", at, start, entry.end, StandIn("text", entry.end, named[1]))
            self.stand_ins[at + 4] = StandIn("hole", entry.end)
            return True
        stand_in = "- !" if entry.kind == "item" else _LOST_KEY
        if not self._has_room(at, len(stand_in), entry.end):
            return False
        kind: Literal["hole", "key"] = "hole" if entry.kind == "item" else "key"
        self._put(stand_in, at, start, entry.end, StandIn(kind, entry.end))
        return True

    def _remove(self, entry: Entry) -> bool:
        """Blank out an entry with its key."""
        if not self.text[entry.start : entry.end].strip():
            return False
        self._put("", entry.start, entry.start, entry.end, None)
        self.is_whole = False
        return True

    def _has_room(self, at: int, length: int, end: int) -> bool:
        """Whether a stand-in fits on its line, with a blank or the line's end behind it."""
        room = self._written[at : at + length]
        behind = self._written[at + length : at + length + 1]
        is_free = at + length < end or behind in ("", " ", "\t", "\n", "\r")
        is_inside = len(_NOT_LINE_END.findall(room)) == length and at + length <= end
        return is_inside and is_free

    def _is_as_long(self, line: int, length: int, end: int) -> bool:
        """Whether an entry that ends at ``end`` has so many signs on a line."""
        return line + length < end and not _BREAK.search(self._written, line, line + length)

    def _put(self, stand_in: str, at: int, start: int, end: int, what: StandIn | None) -> None:
        blank = _NOT_LINE_END.sub(" ", self._written[start:end])
        self._blanked.append((start, end))
        self.lost_anchors.update(_ANCHOR.findall(self._written, start, end))
        for offset in [offset for offset in self.stand_ins if start <= offset < end]:
            del self.stand_ins[offset]
        inside = at - start
        blank = blank[:inside] + stand_in + blank[inside + len(stand_in) :]
        self.text = self.text[:start] + blank + self.text[end:]
        if what is not None:
            self.stand_ins[at + stand_in.index("!")] = what
