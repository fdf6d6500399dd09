"""Findings as people read them: a message, the line that causes it, carets, what to write.

The text goes to a terminal or a log as it is. Whatever stands in a storyboard or in a file's
name is shown harmless (see ``width.visible``), and columns are right under wide characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from storyboard.diagnostics import Diagnostic, Severity, Source, Span
from storyboard.render.prose import wrapped
from storyboard.render.width import DEFAULT_COLUMNS, Strip, columns, visible

MAX_PLACES = 6
"""How many places one finding shows, its own included; the others are only counted."""

_MIN_ROOM = 20
_ELLIPSIS = "…"

_BOLD, _BLUE = "1", "34"
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}

_Paint = Callable[[str, str], str]


def _plain(_style: str, text: str) -> str:
    return text


def _ansi(style: str, text: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if text else ""


def render_text(
    diagnostics: Iterable[Diagnostic], *, color: bool = False, width: int | None = None
) -> str:
    """The findings in the order given, a blank line between them, with a line end at the end.

    ``width`` is the terminal's in columns: source lines longer than it are cut around what they
    show, and words go on in the next row. None is 100 for source lines, and any length for
    words. Nothing found gives an empty text. ``color`` adds ANSI colours; the text is otherwise
    the same.
    """
    paint = _ansi if color else _plain
    blocks = ("\n".join(_block(found, paint, width)) + "\n" for found in diagnostics)
    return "\n".join(blocks)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """How much was found and where: ``2 errors, 1 warning in film.storyboard.yaml``.

    One line without a line end; several files are counted; nothing found gives an empty text.
    """
    counts = dict.fromkeys(Severity, 0)
    files: dict[str, None] = {}
    for found in diagnostics:
        counts[found.severity] += 1
        if found.span is not None:
            files.setdefault(found.span.source.name)
    said = ", ".join(
        f"{count} {severity}{'' if count == 1 else 's'}"
        for severity, count in counts.items()
        if count
    )
    if not said or not files:
        return said
    return f"{said} in {visible(next(iter(files))) if len(files) == 1 else f'{len(files)} files'}"


def advice(found: Diagnostic) -> str:
    """What to do about a finding: its help or, without one, what its fix would write."""
    if found.help or found.fix is None:
        return found.help
    return found.fix.title


class _Mark(Struct, frozen=True, kw_only=True):
    """Something to underline in a line; ``start`` and ``end`` count code points of the line."""

    start: int
    end: int
    text: str
    is_primary: bool


class _Line(Struct, frozen=True, kw_only=True):
    """A source line to show: its number, where its text begins and ends in the source."""

    source: Source
    number: int
    start: int
    end: int
    marks: tuple[_Mark, ...] = ()


def _line_at(source: Source, offset: int) -> _Line:
    number = source.position(offset)[0]
    starts = source.line_starts
    start = starts[number - 1]
    end = starts[number] if number < len(starts) else len(source.text)
    while end > start and source.text[end - 1] in "\r\n":
        end -= 1
    return _Line(source=source, number=number, start=start, end=end)


def _places_of(found: Diagnostic) -> list[tuple[Span, str, bool]]:
    """Span, words and whether it is the primary one, of every place of a finding in order."""
    places = [(label.span, label.text, False) for label in found.labels]
    if found.span is not None:
        places.insert(0, (found.span, found.label, True))
    return places


def _lines_of(places: list[tuple[Span, str, bool]]) -> list[_Line]:
    """The lines that places stand in, in the order of their first place, each with its marks."""
    lines: dict[tuple[str, int], _Line] = {}
    for span, text, is_primary in places:
        line = _line_at(span.source, span.start)
        key = (span.source.name, line.number)
        line = lines.get(key, line)
        start = min(span.start, line.end)
        mark = _Mark(
            start=start - line.start,
            end=_trimmed_end(span, start, line) - line.start,
            text=visible(text),
            is_primary=is_primary,
        )
        lines[key] = replace(line, marks=(*line.marks, mark))
    return list(lines.values())


def _trimmed_end(span: Span, start: int, line: _Line) -> int:
    """Where a span ends in a line; blanks before a line end that it runs over do not count."""
    if span.end <= line.end:
        return max(span.end, start)
    text = span.source.text
    end = line.end
    while end > start and text[end - 1] in " \t":
        end -= 1
    return end


def _block(found: Diagnostic, paint: _Paint, width: int | None) -> Iterator[str]:
    """The lines of text for one finding."""
    colour = _COLOURS[found.severity]
    title = f"{found.severity}[{found.code.id} {found.code.name}]"
    message, *more_words = wrapped(f"{title}: {visible(found.message)}", width, indent=2)
    if message.startswith(title):
        message = paint(colour, title) + paint(_BOLD, message.removeprefix(title))
    yield message
    yield from (paint(_BOLD, row) for row in more_words)
    places = _places_of(found)
    lines = _lines_of(places[:MAX_PLACES])
    digits = max((len(str(line.number)) for line in lines), default=1)
    margin = " " * digits
    room = max((width or DEFAULT_COLUMNS) - digits - 3, _MIN_ROOM)
    file = None
    for line in lines:
        if line.source.name != file:
            file = line.source.name
            mark = line.marks[0]
            place = f"{visible(file)}:{line.number}:{mark.start + 1}"
            yield f"{margin}{paint(_BLUE, '-->')} {place}"
            yield f"{margin} {paint(_BLUE, '|')}"
        for is_source, row in _rows(line, paint, colour, room):
            gutter = f"{line.number if is_source else '':>{digits}} |"
            yield f"{paint(_BLUE, gutter)} {row}" if row else paint(_BLUE, gutter)
    if (more := len(places) - MAX_PLACES) > 0:
        yield _remark(
            margin, "note", f"and {more} more place{'' if more == 1 else 's'}", paint, width
        )
    if help_ := advice(found):
        yield _remark(margin, "help", help_, paint, width)


def _remark(margin: str, kind: str, text: str, paint: _Paint, width: int | None) -> str:
    """A ``= help:`` line; further lines of its text stand under the first."""
    head = f"{margin} = {kind}: "
    indent = len(head)
    first, *others = [
        row
        for line in text.splitlines()
        for row in wrapped(f"{' ' * indent}{visible(line)}".rstrip(), width, indent=indent)
    ]
    painted = f"{margin} {paint(_BLUE, '=')} {paint(_BOLD, f'{kind}:')} {first[indent:]}".rstrip()
    return "\n".join([painted, *others])


def _seen_together(line: _Line, room: int) -> list[tuple[_Mark, ...]]:
    """The marks of a line, in groups that one window of the line can hold."""
    spread = max(mark.end for mark in line.marks) - min(mark.start for mark in line.marks)
    # Hardly a code point is wider than two columns.
    if len(line.marks) == 1 or 2 * spread <= room - 2:
        return [line.marks]
    size = line.end - line.start
    if size <= 2 * room and Strip.of(line.source.text[line.start : line.end]).columns <= room:
        return [line.marks]
    return [(mark,) for mark in line.marks]


def _rows(line: _Line, paint: _Paint, colour: str, room: int) -> Iterator[tuple[bool, str]]:
    """The source line and its rows of carets; whether a row is the source line, and its text.

    A long line is laid out only around its marks, so that a finding costs the same wherever in
    a line of a million characters it stands. Marks too far from each other to be seen at once
    are shown one after the other.
    """
    for marks in _seen_together(line, room):
        begin, end = 0, line.end - line.start
        if end > 2 * room:
            first = min(mark.start for mark in marks)
            begin = max(0, first - room)
            end = min(end, first + room)
        strip = Strip.of(line.source.text[line.start + begin : line.start + end])
        spread = [strip.covered(mark.start - begin, mark.end - begin) for mark in marks]
        window = _window(
            strip, spread, room, is_begun=begin > 0, is_broken=line.start + end < line.end
        )
        yield True, window.text
        carets = [window.seen(place) for place in spread]
        for row in _caret_rows(carets, marks, paint, colour, room):
            yield False, row


class _Window(Struct, frozen=True, kw_only=True):
    """The part of a line that is shown: its text, and the columns of the line it takes."""

    text: str
    left: int
    right: int

    def seen(self, place: tuple[int, int]) -> tuple[int, int]:
        """Columns of the line as columns of the window; at least one is left."""
        start, end = place
        first = min(max(start, self.left), self.right)
        return first - self.left, max(min(end, self.right), first + 1) - self.left


def _window(
    strip: Strip, spread: list[tuple[int, int]], room: int, *, is_begun: bool, is_broken: bool
) -> _Window:
    """Cut a line to the room there is, so that the marks are seen; ``…`` stands for the rest.

    ``is_begun`` and ``is_broken`` say that the line has more text before and after the strip.
    """
    start = min(first for first, _ in spread)
    stop = max(last for _, last in spread)
    if not is_begun and not is_broken and max(strip.columns, stop) <= room:
        return _Window(text=strip.cut(0, room).rstrip(), left=0, right=room)
    # A mark that no window holds is shown from its start, with something of what stands before.
    length = stop - start if stop - start <= room - 2 else room // 2
    left = 0
    if start + length > room - 1:
        centred = start - (room - length) // 2
        left = max(0, min(centred, strip.columns + 1 - room))
    before = _ELLIPSIS if left or is_begun else ""
    after = _ELLIPSIS if is_broken or strip.columns > left + room else ""
    right = left + room - len(after)
    text = f"{before}{strip.cut(left + len(before), right)}{after}".rstrip()
    return _Window(text=text, left=left, right=right)


def _caret_rows(
    carets: list[tuple[int, int]],
    marks: tuple[_Mark, ...],
    paint: _Paint,
    colour: str,
    room: int,
) -> Iterator[str]:
    """Carets and words under a line: one row where they leave each other room, else several."""
    rows: list[list[tuple[int, int, int, _Mark]]] = []
    for (start, end), mark in zip(carets, marks, strict=True):
        stop = end + (1 + columns(mark.text) if mark.text else 0)
        for row in rows:
            if all(stop < first or start > last for first, _, last, _ in row):
                row.append((start, end, stop, mark))
                break
        else:
            rows.append([(start, end, stop, mark)])
    for row in rows:
        row.sort(key=lambda placed: placed[0])
        parts: list[str] = []
        column = 0
        for start, end, stop, mark in row:
            line = ("^" if mark.is_primary else "-") * (end - start)
            words = f" {mark.text}" if mark.text else ""
            style = colour if mark.is_primary else _BLUE
            too_far = len(row) == 1 and stop > room and stop - end < room
            parts += [" " * (start - column), paint(style, line if too_far else line + words)]
            if too_far:
                # Words that would run over the edge stand in a row of their own.
                indent = " " * min(start, room - (stop - end - 1))
                parts.append(f"\n{indent}{paint(style, mark.text)}")
            column = stop
        yield from "".join(parts).split("\n")
