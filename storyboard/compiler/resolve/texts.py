"""Texts of a storyboard made ready: templates filled in, mentions turned into marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from storyboard.compiler.film import MENTION, Passage
from storyboard.compiler.resolve.cast import DescriptionText, Names
from storyboard.compiler.resolve.filters import MAX_TEXT
from storyboard.compiler.resolve.mentions import VENDOR_TAG as TAG
from storyboard.compiler.resolve.mentions import declared_at, mentions, normal
from storyboard.compiler.resolve.templates import FilmVariables, Rendered, render
from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    RESERVED_CHARACTER,
    UNCLOSED_NAME,
    VENDOR_TAG,
)
from storyboard.document import Scalar

_BREAK = re.compile(r"[ \t]*[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]\s*")
_SPECIAL = re.compile(r"[{<\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029\U000f0000-\U0010ffff]")
"""What a text without templates, line breaks and marks does not have."""

_NAME = re.compile(r"@(?<![\w@]@)([A-Za-z_][A-Za-z0-9_-]*)(?![\w@-]|\.\w)")
"""The mention that most texts have: an ASCII name between other characters."""

_MARK = re.compile("[\U000f0000-\U0010ffff]")


class Texts(Struct):
    """Encodes texts over the film's variables and names; ``looks`` are the scene's.

    Line breaks become spaces: a prompt is prose, however its file is laid out.
    """

    names: Names
    variables: FilmVariables
    diagnostics: Diagnostics
    used: set[str] = field(default_factory=set)
    _looks: Mapping[str, str] | None = None
    _known: Callable[[re.Match[str]], str] = str

    def __post_init__(self) -> None:
        self.names.label_of = self.label

    @property
    def are_known(self) -> bool:
        """Whether every variable is known, so that a text is empty only where its writer is."""
        return self.variables.is_complete

    def encode(self, scalar: Scalar, looks: Mapping[str, str]) -> str:
        """The text with its template filled in and a mark for each mention."""
        if not _is_plain(scalar) or len(scalar) > MAX_TEXT:
            return self._encode_all(scalar, looks)
        if "@" not in scalar:
            return scalar
        encoded = self._encode_known(scalar, looks)
        return self._encode_all(scalar, looks) if "@" in encoded else encoded

    def _encode_all(self, scalar: Scalar, looks: Mapping[str, str]) -> str:
        rendered = render(scalar, self.variables, self.diagnostics, self.used)
        text = rendered.text
        if len(text.splitlines()) > 1:
            return _BREAK.sub(" ", self._marked(rendered, text, looks))
        return self._marked(rendered, text, looks)

    def _marked(self, rendered: Rendered, text: str, looks: Mapping[str, str]) -> str:
        if not text.isascii() and not self._is_free_of_marks(rendered):
            return ""
        if "<<<" in text and (tag := TAG.search(text)) is not None and tag[0] == "<<<":
            self._report_tag(rendered, tag.start(), tag.end())
        if "@" not in text:
            return text
        if "@" not in (encoded := self._encode_known(text, looks)):
            return encoded
        return self._encode(rendered, looks)

    def _encode_known(self, text: str, looks: Mapping[str, str]) -> str:
        """The text with a mark for each plain name that was met before.

        Most mentions are such names; where all are, no @ is left.
        """
        if looks is not self._looks:
            self._looks, find = looks, self.names.find
            self._known = lambda said: find(said[1], looks.get(said[1], "")) or said[0]
        return _NAME.sub(self._known, text)

    def _encode(self, rendered: Rendered, looks: Mapping[str, str]) -> str:
        text, names = rendered.text, self.names
        out: list[str] = []
        end = 0
        for mention in mentions(text, names.has, names.has_look):
            out.append(text[end : mention.start])
            end = mention.end
            if mention.kind == "escape":
                out.append("@")
            elif mention.kind == "unclosed":
                span = rendered.span(mention.start, mention.end)
                name = declared_at(text, mention.start + 2, self.names.has) or "mara"
                self.diagnostics.add(
                    UNCLOSED_NAME,
                    "a name in braces has no closing brace",
                    span,
                    help=f'close it, as in "@{{{name}}}"; a literal @ is written @@',
                )
            elif not names.has(mention.name) and TAG.match(f"@{mention.name}"):
                self._report_tag(rendered, mention.start, mention.end)
            else:
                look = mention.look or looks.get(mention.name, "")
                mark = names.find(mention.name, look)
                if mark is None:
                    span = rendered.span(mention.start, mention.end)
                    mark = names.mark(mention.name, look, span)
                out.append(mark if mark is not None else mention.name)
                if mark is not None and end < len(text) and text[end].isdigit():
                    # @{mara}2 would read as another number of the vendor's tag.
                    out.append(" ")
        out.append(text[end:])
        encoded = "".join(out)
        if (tag := TAG.search(encoded)) is not None:
            self._report_tag(rendered, 0, len(text), tag[0])
        return encoded

    def passage(self, scalar: Scalar, looks: Mapping[str, str]) -> Passage | None:
        """The encoded text without white space around it; None where nothing is left."""
        text = self.encode(scalar, looks).strip()
        return Passage(text, scalar) if text else None

    def spoken(self, scalar: Scalar, looks: Mapping[str, str]) -> str:
        """A text in which every name is words: the label of what it stands for."""
        behind = self.names.behind
        text = self.encode(scalar, looks).strip()
        return MENTION.sub(lambda mention: behind[mention[0]].appearance.label, text)

    def described(self, scalar: Scalar, looks: Mapping[str, str]) -> str:
        """A text in which every name is the words that describe what it stands for."""
        text = self.encode(scalar, looks).strip()
        return MENTION.sub(lambda mention: self._description(mention[0]), text)

    def _description(self, mark: str) -> str:
        one = self.names.behind[mark]
        own, of_look = one.descriptions()
        written = of_look or own
        return (self.spoken(written, {}) if written else "") or one.appearance.label

    def label(self, scalar: Scalar) -> str:
        """A label as plain words; names in it are said as they are declared."""
        text = render(scalar, self.variables, self.diagnostics, self.used).text
        out, end = [], 0
        for mention in mentions(text, self.names.has, self.names.has_look):
            said = "@" if mention.kind == "escape" else mention.name
            out += [text[end : mention.start], said]
            end = mention.end
        return _BREAK.sub(" ", "".join([*out, text[end:]])).strip()

    def introduce(self) -> None:
        """Encode the descriptions of all who are mentioned, and of those whom these mention."""
        behind, done = self.names.behind, 0
        while done < len(behind):
            waiting = [*behind.values()][done:]
            done = len(behind)
            for one in waiting:
                own, of_look = one.descriptions()
                one.own, one.of_look = self._description_text(own), self._description_text(of_look)

    def _description_text(self, written: Scalar | None) -> DescriptionText | None:
        if written is None or not written.strip():
            return None
        said = self.diagnostics.errors_said
        passage = self.passage(written, {})
        is_blank = passage is None and self.diagnostics.errors_said == said and self.are_known
        return DescriptionText(written=written, passage=passage, is_blank=is_blank)

    def _is_free_of_marks(self, rendered: Rendered) -> bool:
        found = _MARK.search(rendered.text)
        if found is None:
            return True
        at = found.start()
        self.diagnostics.add(
            RESERVED_CHARACTER,
            f"the private-use character U+{ord(rendered.text[at]):04X} means nothing to a model",
            rendered.span(at, at + 1),
            help="remove it; it often comes from an icon font",
        )
        return False

    def _report_tag(self, rendered: Rendered, start: int, end: int, tag: str = "") -> None:
        tag = tag or rendered.text[start:end]
        names = (one.name for one in self.names.members.values())
        report_tag(tag, rendered.span(start, end), next(names, "mara"), self.diagnostics)


def _is_plain(text: str) -> bool:
    """Whether a text has no template, line break or mark, nor what may be a vendor's tag."""
    if text.isascii():  # as most are; this is ten times as fast as the search
        return "{" not in text and "<" not in text and len(text.splitlines()) < 2
    return _SPECIAL.search(text) is None


def report_tag(tag: str, span: Span, name: str, diagnostics: Diagnostics) -> None:
    """Say that a text holds what a vendor's rewriting would take for a tag, and not a ``name``."""

    def say(places: Sequence[Span]) -> tuple[str, str]:
        what = f'"{tag}" is a vendor\'s tag, which the compiler numbers itself for each request'
        more = f", in {len(places)} places" if len(places) > 1 else ""
        return what + more, f"write the name, such as @{name}; its number follows from the request"

    diagnostics.add_place(VENDOR_TAG, tag, Label(span, "here too"), span, say)


def scene_looks(names: Names, looks: Mapping[str, Scalar]) -> dict[str, str]:
    """The looks of a scene by name, without those that do not exist, which are said."""
    bound: dict[str, str] = {}
    for key, look in looks.items():
        name = normal(str(key).removeprefix("@"))
        span = key.span if isinstance(key, Scalar) else look.span
        if not names.has(name):
            names.mark(name, "", span)  # which says so
            continue
        names.mentioned.add(name)
        if names.has_look(name, normal(look)):
            bound[name] = normal(look)
        else:
            names.mark(name, normal(look), look.span)
    return bound
