"""A template of the writer's own in place of the built-in composition.

It is Jinja2 in a sandbox, rendered for each prompt. It decides order and words, and must say
``prompt``, ``dialogue`` and ``people``: without them a paid clip would lack what its writer wrote.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from storyboard.compiler.clip import Prompt, Slice
from storyboard.compiler.compose.action import whole_lines
from storyboard.compiler.compose.blocks import joined as blocks_joined
from storyboard.compiler.compose.composer import Composer
from storyboard.compiler.compose.draft import Draft
from storyboard.compiler.compose.piece import PromptPiece
from storyboard.compiler.compose.stops import as_line
from storyboard.compiler.film import Film, marks_of
from storyboard.compiler.resolve.templates import compile_template, fill_template
from storyboard.compiler.resolve.templates import joined as on_one_line
from storyboard.compiler.resolve.traced_text import joined, plain, stretches_of, traced
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import TEMPLATE_OMITS
from storyboard.document import Scalar

if TYPE_CHECKING:
    from jinja2 import Template

FIELDS = (
    "size", "camera", "location", "prompt", "dialogue", "narration", "light", "sound", "style",
    "people", "carried", "part", "parts",
)  # fmt: skip
"""What a template is given beside the film's variables; the manual lists them."""

_BETWEEN = re.compile(r"[^\w\U000f0000-\U000ffffd]+|_")
_REQUIRED = ("prompt", "dialogue", "people")


class Speaking:
    """A line as templates see it: ``speaker``, ``tone`` and ``line``."""

    __slots__ = ("line", "speaker", "tone")

    def __init__(self, speaker: str, tone: str, line: str) -> None:
        self.speaker, self.tone, self.line = speaker, tone, line


class OwnTemplate:
    """A compiled template and what it is filled in with."""

    def __init__(
        self, template: Template, scalar: Scalar, film: Film, diagnostics: Diagnostics
    ) -> None:
        self._template = template
        self._scalar = scalar
        self._variables = film.variables
        self._diagnostics = diagnostics

    @classmethod
    def read(cls, film: Film, diagnostics: Diagnostics) -> OwnTemplate | None:
        """The film's own template; None, with the reason said, where it cannot be used."""
        scalar = film.template
        if scalar is None:
            return None
        used: set[str] = set()
        known = {**film.variables, **dict.fromkeys(FIELDS, "")}
        template = compile_template(scalar, known, diagnostics, used)
        if template is None:
            return None
        if missing := [name for name in _REQUIRED if name not in used]:
            _report_omitted(scalar, missing, diagnostics)
            return None
        return cls(template, scalar, film, diagnostics)

    def prompt(self, composer: Composer, piece: PromptPiece) -> Prompt:
        """The prompt of a piece as the template says it."""
        given = _Given(composer, piece)
        values = {**self._variables, **given.values}
        filled = fill_template(self._template, values, self._scalar, self._diagnostics)
        text = on_one_line(filled)
        slices, missing = given.slices_of(text)
        if missing and (text or not self._diagnostics.has_errors):
            _report_omitted(self._scalar, missing, self._diagnostics)
        text = plain(text)
        return Prompt(
            text=text,
            slices=slices,
            marks=tuple(dict.fromkeys(marks_of(text))),
            weight=composer.ruler.weigh(text),
        )


class _Given:
    """What a template is filled in with for one prompt.

    What it must say is traced: each stretch has the number of its slice.
    """

    def __init__(self, composer: Composer, piece: PromptPiece) -> None:
        self._draft = draft = Draft(composer, piece)
        self._stretches: list[tuple[str, str, Slice]] = []
        pieces = [*draft.prompt().slices]
        prose = [one for one in pieces if one.kind == "action"]
        self.values: dict[str, Any] = dict.fromkeys(FIELDS, "")
        for name in ("size", "camera", "location", "light", "sound", "style"):
            said = [one.text for one in pieces if one.kind == "framing" and one.field == name]
            self.values[name] = " ".join(said)
        for name, is_carried in (("prompt", False), ("carried", True)):
            texts = [self._trace(name, one) for one in prose if one.carried == is_carried]
            self.values[name] = joined(texts, " ")
        self._fill_lines([one for one in pieces if one.kind == "line"])
        self.values["people"] = joined(
            one.text if one.kind == "glue" else self._trace("people", one)
            for one in blocks_joined(draft.people, draft.words)
        )
        self.values["part"], self.values["parts"] = piece.number, piece.count

    def _fill_lines(self, lines: list[Slice]) -> None:
        """The lines and the narration; ``lines`` are their slices in the order they are said."""
        draft, piece = self._draft, self._draft.piece
        named = frozenset(draft.named())
        dialogue: list[Speaking] = []
        narration: list[str] = []
        said = whole_lines([*piece.atoms, *piece.narration])
        for atom, one in zip(said, lines, strict=True):
            if atom.speech is None:
                continue
            if atom.speech is piece.shot.narration:
                narration.append(self._trace("narration", one, as_line(atom.text)))
                continue
            speaker = draft.composer.speaker(atom.speech, named, draft.words)
            line = self._trace("dialogue", one, as_line(atom.text))
            dialogue.append(Speaking(speaker, atom.speech.tone, line))
        self.values["dialogue"], self.values["narration"] = tuple(dialogue), joined(narration, " ")

    def _trace(self, name: str, one: Slice, text: str | None = None) -> str:
        """The text of a slice, or the one given in its place, to be found in what is rendered."""
        text = one.text if text is None else text
        self._stretches.append((name, _letters(text), one))
        return traced(text, len(self._stretches) - 1)

    def slices_of(self, text: str) -> tuple[tuple[Slice, ...], list[str]]:
        """The rendered text in slices, and the variables of which it does not say all."""
        slices: list[Slice] = []
        said: set[int] = set()
        end = 0
        for start, stop, key in stretches_of(text):
            _, letters, one = self._stretches[key]
            if key in said or _letters(text[start:stop]) != letters:
                continue
            said.add(key)
            if start > end:
                slices.append(Slice(text[end:start], "framing", "template"))
            slices.append(replace(one, text=text[start:stop]))
            end = stop
        if end < len(text) or not slices:
            slices.append(Slice(text[end:], "framing", "template"))
        left_out = [name for key, (name, _, _) in enumerate(self._stretches) if key not in said]
        return tuple(slices), list(dict.fromkeys(left_out))


def _letters(text: str) -> str:
    """What a template may not change of a text: its letters, digits and mentions, in any case."""
    return _BETWEEN.sub("", text).casefold()


def _report_omitted(scalar: Scalar, missing: list[str], diagnostics: Diagnostics) -> None:
    diagnostics.add(
        TEMPLATE_OMITS,
        f"the template does not say {' and '.join(missing)}, which every prompt must",
        scalar.span,
        help="write "
        + " ".join(
            '{% for speech in dialogue %}{{ speech.speaker }}: "{{ speech.line }}" {% endfor %}'
            if name == "dialogue"
            else f"{{{{ {name} }}}}"
            for name in missing
        ),
    )
