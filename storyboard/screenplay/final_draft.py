"""Screenplays of Final Draft (FDX, which is XML), as the elements that Fountain has.

Scene headings, action, dialogue with its parentheticals, and both halves of dual dialogue are
kept; transitions and notes are ``aside``. What is not the screenplay's text, such as reports and
settings, is left out. No declaration of a document type is read, so that no entity can unfold.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from xml.parsers import expat

from msgspec import Struct, field

from storyboard.screenplay.fountain import CUE, Screenplay, ScriptElement, speech

_SPOKEN = frozenset({"Dialogue", "Parenthetical", "Singing"})
_ASIDE = frozenset({"Transition", "New Act", "End of Act", "Cast List", "Note"})
_MOST_OPEN = 200
"""Elements inside each other; Final Draft has ten."""


class Paragraph(Struct, kw_only=True):
    """A paragraph of the file: its type, its first line, and its text as it is put together."""

    type: str
    line: int
    is_title: bool
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in one line."""
        return " ".join("".join(self.pieces).split())


def read_final_draft(data: bytes) -> Screenplay:
    """The elements of a file of Final Draft; ``ValueError`` says why it cannot be read."""
    paragraphs = _Reader().read(data)
    title_page = _title_page([one.text for one in paragraphs if one.is_title and one.text])
    body = [one for one in paragraphs if not one.is_title and one.text]
    return Screenplay(title_page, tuple(_elements(body)))


class _Reader:
    """Takes the paragraphs out of the stream of a parser."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._open: list[Paragraph] = []
        self._found: list[Paragraph] = []
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def read(self, data: bytes) -> list[Paragraph]:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise ValueError(f"cannot be read in line {error.lineno}: {reason}") from None
        except (LookupError, UnicodeError):
            raise ValueError("is in an encoding that is not known") from None
        return self._found

    def _refuse(self, *_: object) -> None:
        raise ValueError("declares a document type, which Final Draft never does")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name != "FinalDraft":
            raise ValueError(f"is XML of another kind: it begins with <{name[:40]}>")
        self._path.append(name)
        if len(self._path) > _MOST_OPEN:
            raise ValueError(f"has more than {_MOST_OPEN} elements inside each other")
        if name != "Paragraph" or not self._is_screenplay():
            return
        kind = "Note" if "ScriptNote" in self._path else attributes.get("Type", "Action")
        paragraph = Paragraph(
            type=kind, line=self._parser.CurrentLineNumber, is_title="TitlePage" in self._path
        )
        self._open.append(paragraph)
        # In the order in which they begin: one with both halves of a dual dialogue is empty.
        self._found.append(paragraph)

    def _is_screenplay(self) -> bool:
        return self._path[1:2] == ["Content"] or self._path[1:3] == ["TitlePage", "Content"]

    def _end(self, name: str) -> None:
        self._path.pop()
        if name == "Paragraph" and self._open and self._is_screenplay():
            self._open.pop()

    def _text(self, text: str) -> None:
        if self._open and self._path[-2:] == ["Paragraph", "Text"]:
            self._open[-1].pieces.append(text)


def _title_page(lines: list[str]) -> dict[str, str]:
    """The title and the author, as they stand on most title pages."""
    page = {"title": lines[0]} if lines else {}
    for credit, name in pairwise(lines):
        if credit.casefold().strip(" :") in ("by", "written by", "screenplay by", "story by"):
            page.setdefault("author", name)
    return page


def _elements(paragraphs: list[Paragraph]) -> Iterator[ScriptElement]:
    at = 0
    while at < len(paragraphs):
        one = paragraphs[at]
        at += 1
        cue = CUE.fullmatch(one.text) if one.type == "Character" else None
        if cue is not None:
            said = []
            while at < len(paragraphs) and paragraphs[at].type in _SPOKEN:
                said.append(_spoken(paragraphs[at]))
                at += 1
            yield from speech(cue, said, one.line)
        elif one.type == "Scene Heading":
            yield ScriptElement(kind="heading", text=one.text, line=one.line)
        else:
            is_aside = one.type in _ASIDE
            yield ScriptElement(
                kind="aside" if is_aside else "action", text=one.text, line=one.line
            )


def _spoken(paragraph: Paragraph) -> str:
    text = paragraph.text
    return f"({text.strip('() ')})" if paragraph.type == "Parenthetical" else text
