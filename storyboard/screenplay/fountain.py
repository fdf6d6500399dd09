"""Fountain, the plain text of screenplays (fountain.io, version 1.1), as a list of elements.

Any text is Fountain: what is nothing else is action. Sections, synopses, notes and transitions are
``aside``; boneyards and page breaks are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, structs

_BONEYARD = re.compile(r"/\*.*?\*/", re.DOTALL)
_NOTE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_TITLE_KEY = re.compile(r"([A-Za-z][A-Za-z ]*):[ \t]*(.*)")
_SLUGLINE = re.compile(r"(?:INT\.?/EXT|INT/EXT|I/E|INT|EXT|EST)[. ]", re.IGNORECASE)
_SCENE_NUMBER = re.compile(r"[ \t]*#[\w.\-]+#[ \t]*$")
CUE = re.compile(r"(?P<name>[^()^]*[^()^\s])[ \t]*(?P<extra>(?:\([^()]*\)[ \t]*)*)\^?[ \t]*")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|_)(?=\S)(.+?)(?<=\S)(?<!\\)\1")
_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")

Kind = Literal["heading", "action", "line", "aside"]


class ScriptElement(Struct, frozen=True, kw_only=True):
    """A part of a screenplay, with its first line, counted from 1.

    ``text`` is a heading without its number, a paragraph of action, or what is said, in one line
    each. Of what is said ``name`` is who says it, ``is_off`` that only the voice is there, and
    ``tone`` what stands in parentheses.
    """

    kind: Kind
    text: str
    line: int
    name: str = ""
    is_off: bool = False
    tone: str = ""


class Screenplay(Struct, frozen=True):
    """The title page, by its keys in lower case, and the elements in their order."""

    title_page: dict[str, str]
    elements: tuple[ScriptElement, ...]


def read_fountain(text: str) -> Screenplay:
    """The elements of a text in Fountain; never fails."""
    text = _BONEYARD.sub(lambda found: "\n" * len(_LINE_ENDS.findall(found[0])), text)
    lines = [line.expandtabs(4) for line in _LINE_ENDS.split(text.removeprefix("\ufeff"))]
    page, start = _title_page(lines)
    return Screenplay(page, tuple(_elements(lines, start)))


def _title_page(lines: list[str]) -> tuple[dict[str, str], int]:
    """The entries of the title page, and the index of the line behind it."""
    page: dict[str, str] = {}
    key = ""
    for index, line in enumerate(lines):
        found = _TITLE_KEY.fullmatch(line)
        if not line.strip():
            return page, index if page else 0
        if found is not None and not line[0].isspace() and not _is_transition(line):
            key = found[1].strip().lower()
            page[key] = found[2].strip()
        elif key and line[0].isspace():
            page[key] = f"{page[key]} {line.strip()}".strip()
        else:
            return {}, 0
    return page, len(lines)


def _elements(lines: list[str], start: int) -> Iterator[ScriptElement]:
    paragraph: list[str] = []
    index = start
    while index < len(lines):
        line, first = lines[index].strip(), index + 1
        is_apart = index == 0 or not lines[index - 1].strip()
        below = lines[index + 1].strip() if index + 1 < len(lines) else ""
        cue = _cue(line) if is_apart and below and not paragraph else None
        element = _one_line(line, first, is_apart=is_apart and not below)
        if cue is not None and element is None:
            end = index + 1
            while end < len(lines) and lines[end].strip():
                end += 1
            yield from speech(cue, lines[index + 1 : end], first)
            index = end
            continue
        if paragraph and (not line or element is not None):
            yield from _action(paragraph, index + 1 - len(paragraph))
            paragraph = []
        if element is not None:
            yield from _without_notes(element)
        elif line and not re.fullmatch("={3,}", line):
            paragraph.append(line.removeprefix("!"))
        index += 1
    if paragraph:
        yield from _action(paragraph, index + 1 - len(paragraph))


def _one_line(line: str, number: int, *, is_apart: bool) -> ScriptElement | None:
    """An element that a line is by itself; None for action and what belongs to it."""
    if re.match(r"\.(?!\.)\S", line):
        return ScriptElement(
            kind="heading", text=_SCENE_NUMBER.sub("", line[1:]).strip(), line=number
        )
    if _SLUGLINE.match(line):
        return ScriptElement(kind="heading", text=_SCENE_NUMBER.sub("", line).strip(), line=number)
    if line.startswith(">") and line.endswith("<") and len(line) > 1:
        return ScriptElement(kind="action", text=_plain(line[1:-1].strip()), line=number)
    is_aside = line.startswith(("#", ">")) or (line.startswith("=") and not line.startswith("==="))
    if is_aside or (is_apart and _is_transition(line)):
        return ScriptElement(kind="aside", text=line.lstrip("#>= "), line=number)
    return None


def _is_transition(line: str) -> bool:
    return line.isupper() and (line.endswith("TO:") or line.startswith(("FADE IN", "FADE OUT")))


def _cue(line: str) -> re.Match[str] | None:
    """The name of a speaker, alone in its line, in capitals or behind an @."""
    found = CUE.fullmatch(line.removeprefix("@"))
    if found is None or line.startswith("!"):
        return None
    name = found["name"]
    is_name = name == name.upper() and any(letter.isalpha() for letter in name)
    return found if line.startswith("@") or (is_name and not _is_transition(line)) else None


def speech(cue: re.Match[str], lines: list[str], first: int) -> Iterator[ScriptElement]:
    """What a speaker says, a piece for each parenthesis in it."""
    extra = cue["extra"].upper()
    is_off = any(sign in extra for sign in ("V.O", "O.S", "VO)", "OS)", "O.C", "OFF"))
    said: list[str] = []
    tone = ""

    def piece() -> Iterator[ScriptElement]:
        if text := " ".join(said):
            element = ScriptElement(
                kind="line", text=text, line=first, name=cue["name"], is_off=is_off, tone=tone
            )
            yield from _without_notes(element)

    for line in lines:
        words = _plain(line.strip().removeprefix("~").strip())
        if words.startswith("(") and words.endswith(")") and len(words) > 2:
            yield from piece()
            said, tone = [], words[1:-1].strip()
        elif words:
            said.append(words)
    yield from piece()


def _action(paragraph: list[str], first: int) -> Iterator[ScriptElement]:
    text = _plain(" ".join(paragraph))
    yield from _without_notes(ScriptElement(kind="action", text=text, line=max(first, 1)))


def _without_notes(element: ScriptElement) -> Iterator[ScriptElement]:
    """An element, and each note in it as an aside of its own."""
    notes = _NOTE.findall(element.text)
    text = " ".join(_NOTE.sub(" ", element.text).split())
    if text:
        yield structs.replace(element, text=text)
    for note in notes:
        if words := " ".join(note.split()):
            yield ScriptElement(kind="aside", text=words, line=element.line)


def _plain(text: str) -> str:
    """A text without the signs of bold, italics and underlines."""
    for _ in range(3):
        text = _EMPHASIS.sub(r"\2", text)
    return re.sub(r"\\([*_])", r"\1", " ".join(text.split()))
