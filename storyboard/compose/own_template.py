"""A template of the writer's own in place of the built-in composition.

It is Jinja2 in a sandbox, rendered for each prompt. It decides order and words, and must say
``prompt``, ``dialogue`` and ``people``: without them a paid clip would lack what its writer wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storyboard.compose.blocks import joined
from storyboard.compose.composer import Composer
from storyboard.compose.draft import Draft
from storyboard.compose.piece import Piece
from storyboard.compose.stops import as_line
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import TEMPLATE_OMITS
from storyboard.film import Film, Prompt, Slice, marks_of
from storyboard.resolve.templates import compile_template, fill_template
from storyboard.resolve.templates import joined as lines_joined
from storyboard.syntax import Scalar

if TYPE_CHECKING:
    from jinja2 import Template

FIELDS = (
    "size", "camera", "location", "prompt", "dialogue", "narration", "light", "sound", "style",
    "people", "carried", "part", "parts",
)  # fmt: skip
"""What a template is given beside the film's variables; the manual lists them."""

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

    def prompt(self, composer: Composer, piece: Piece) -> Prompt:
        """The prompt of a piece as the template says it."""
        built_in = Draft(composer, piece)
        pieces = [*built_in.prompt().slices]
        values = {**self._variables, **self._values(built_in, pieces)}
        text = lines_joined(fill_template(self._template, values, self._scalar, self._diagnostics))
        slices = self._slices(text, pieces, piece)
        return Prompt(
            text=text,
            slices=slices,
            marks=tuple(dict.fromkeys(marks_of(text))),
            weight=composer.ruler.weigh(text),
        )

    def _values(self, draft: Draft, pieces: list[Slice]) -> dict[str, Any]:
        """The template's variables, from the slices of the built-in composition."""
        fields: dict[str, Any] = dict.fromkeys(FIELDS, "")
        for name in ("size", "camera", "location", "light", "sound", "style"):
            said = [one.text for one in pieces if one.kind == "framing" and one.field == name]
            fields[name] = " ".join(said)
        prose = [one for one in pieces if one.kind == "action"]
        fields["prompt"] = " ".join(one.text for one in prose if not one.carried)
        fields["carried"] = " ".join(one.text for one in prose if one.carried)
        composer, piece, words = draft.composer, draft.piece, draft.words
        named = frozenset(draft.named())
        fields["dialogue"] = tuple(
            Speaking(
                composer.speaker(atom.speech, named, words),
                atom.speech.tone,
                as_line(atom.text),
            )
            for atom in piece.atoms
            if atom.speech is not None
        )
        fields["narration"] = " ".join(as_line(atom.text) for atom in piece.narration)
        fields["people"] = "".join(one.text for one in joined(draft.people, draft.words))
        fields["part"], fields["parts"] = piece.number, piece.count
        return fields

    def _slices(self, text: str, pieces: list[Slice], piece: Piece) -> tuple[Slice, ...]:
        """The rendered text cut where the pieces of the composition stand in it."""
        found: list[tuple[int, int, Slice]] = []
        missing: dict[str, None] = {}
        narration = [atom.passage for atom in piece.narration]
        for one in pieces:
            if one.kind in ("glue", "framing"):
                continue
            said = as_line(one.text) if one.kind != "line" else one.text
            at = _find(text, said, one, found)
            if at is None:
                names = {"action": "prompt", "line": "dialogue"}
                is_narration = any(one.passage is passage for passage in narration)
                name = "narration" if is_narration else names.get(one.kind, "people")
                missing[name] = None
                continue
            found.append((*at, one))
        if missing and text:
            _report_omitted(self._scalar, list(missing), self._diagnostics)
        slices, end = [], 0
        for start, stop, one in sorted(found, key=lambda each: each[:2]):
            if start > end:
                slices.append(Slice(text[end:start], "framing", "template"))
            slices.append(one._replace(text=text[start:stop]))
            end = stop
        if end < len(text) or not slices:
            slices.append(Slice(text[end:], "framing", "template"))
        return tuple(slices)


def _find(
    text: str, said: str, one: Slice, found: list[tuple[int, int, Slice]]
) -> tuple[int, int] | None:
    """Where a piece stands in the rendered text, outside those that were found before."""
    words = one.text
    if one.kind == "line":
        quoted = words.find('"')
        words = words[quoted + 1 : -1] if quoted >= 0 else said
    for wanted in (words, words[:1].upper() + words[1:], words.rstrip(" .,;:")):
        at = text.find(wanted)
        while at >= 0 and any(at < stop and start < at + len(wanted) for start, stop, _ in found):
            at = text.find(wanted, at + 1)
        if at >= 0 and wanted:
            return at, at + len(wanted)
    return None


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
