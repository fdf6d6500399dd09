"""A shot's fields put together into the one text that is sent for it.

How is a Jinja2 template in the target's data, which a storyboard may replace by its own. Its
lines are joined by single spaces, those that are empty left out, so that a template can have a
line for each field. The fields are encoded before they go in, so that filters see a mention as
one letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storyboard.diagnostics import Diagnostics, Source
from storyboard.resolve.shapes import Shapes
from storyboard.resolve.templates import compile_template, fill_template, joined
from storyboard.syntax import Origin, Scalar

if TYPE_CHECKING:
    from jinja2 import Template

BEAT = "\U0010fffd"
"""Stands where a beat begins until the text is composed."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A line of dialogue: who says it, how, and what."""

    speaker: str
    tone: str
    line: str


FIELDS = ("size", "camera", "location", "prompt", "light", "sound", "style")
"""What a template is given beside ``dialogue`` and the film's variables."""

_NOTHING: dict[str, Any] = {**dict.fromkeys(FIELDS, ""), "dialogue": ()}


class Composer:
    """Fills the film's template, shot by shot."""

    def __init__(
        self,
        built_in: str,
        own: Scalar | None,
        variables: Mapping[str, Any],
        diagnostics: Diagnostics,
        used: set[str],
    ) -> None:
        self._diagnostics = diagnostics
        self._variables = dict(variables) | _NOTHING
        self._used = used
        self._is_own = own is not None
        self._scalar = own if own is not None else _anonymous(built_in)
        self._template: Template | None = None
        self._shapes: Shapes | None = None
        self._is_read = False
        if self._is_own:
            self._read()  # what is wrong with it is said, whatever the shots are

    def _read(self) -> None:
        """Make shapes of the template where it has them, else compile it."""
        self._is_read = True
        self._shapes = Shapes.of(str(self._scalar), frozenset(FIELDS))
        if self._shapes is None:
            self._template = compile_template(
                self._scalar, self._variables, self._diagnostics, self._used
            )

    def compose(self, fields: Mapping[str, Any]) -> str:
        """The text of a shot with these fields; absent ones are empty. Ends are stripped."""
        if not self._is_own and len(fields) == 1 and "prompt" in fields:
            # The built-in templates promise that a prompt alone stays as it is.
            return str(fields["prompt"]).strip()
        if not self._is_read:
            self._read()
        if self._shapes is not None:
            return self._shapes.fill({key: value for key, value in fields.items() if value})
        if self._template is None:
            return str(fields.get("prompt", ""))
        values = {**self._variables, **fields}
        return joined(fill_template(self._template, values, self._scalar, self._diagnostics))


def _anonymous(text: str) -> Scalar:
    scalar = Scalar(text)
    scalar.origin = Origin(Source("<the target's template>", text))
    scalar.start, scalar.end, scalar.style = 0, len(text), "|"
    return scalar
