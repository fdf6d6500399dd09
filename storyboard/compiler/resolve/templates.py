"""Templates in texts: Jinja2, cut down by ``sandbox`` to what cannot run away.

A text with ``{{``, ``{%`` or ``{#`` is a template over the film's variables. A template of
nothing but ``{{ name }}`` needs no Jinja2: values are put in directly, with the same result,
in a hundredth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from storyboard.compiler.resolve import traced_text
from storyboard.compiler.resolve.filters import MAX_TEXT, all_filters, shown
from storyboard.compiler.resolve.sandbox import (
    node_list,
    refused,
    text_environment,
    with_traced_joints,
)
from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    TEMPLATE_REFUSED,
    TEMPLATE_SYNTAX,
    TOO_LONG,
    UNDEFINED_VARIABLE,
)
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Scalar, locate

if TYPE_CHECKING:
    from jinja2 import Template

_OPENING = re.compile(r"\{[{%#]")
_NAME = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}")
_WORD = re.compile(r"[^\W\d]\w*")
_EXPECTED = re.compile(r"([^.]+)\. Jinja was looking for the following tags: ([^.]+)\.")
"""How Jinja2 says what is missing at the end of a template."""


class FilmVariables(dict[str, Any]):
    """The values of variables by name, and where names were written.

    Where some could not be read they are not ``complete``: none that is missing is then called
    undefined.
    """

    def __init__(
        self, values: Mapping[str, Any], keys: Iterable[str] = (), *, is_complete: bool = True
    ) -> None:
        super().__init__(values)
        self.places = {str(key): key.span for key in keys if isinstance(key, Scalar)}
        self.is_complete = is_complete


class Rendered(Struct, frozen=True):
    """A text after its template, and where its pieces came from.

    ``pieces`` are (offset in the result, start and end in the scalar); a piece without a
    length of its own in the result is a variable's. Empty where the places are not known.
    """

    text: str
    scalar: Scalar
    pieces: tuple[tuple[int, int, int], ...] = ()

    def span(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` was written."""
        if self.text == self.scalar:
            return locate(self.scalar, start, end)
        for at, first, last in reversed(self.pieces):
            if at <= start:
                # Inside a literal piece the distance is kept; a variable is shown whole.
                literal = self.scalar[first:last] == self.text[at : at + last - first]
                if literal and end - at <= last - first:
                    return locate(self.scalar, first + start - at, first + end - at)
                return locate(self.scalar, first, last)
        found = self.scalar.find(self.text[start:end])
        if found >= 0:
            return locate(self.scalar, found, found + end - start)
        return self.scalar.span


def render(
    scalar: Scalar, variables: Mapping[str, Any], diagnostics: Diagnostics, used: set[str]
) -> Rendered:
    """A text with its template filled in; what cannot be is said, and the text left empty.

    ``used`` collects the variables that the text asks for.
    """
    if len(scalar) > MAX_TEXT:
        diagnostics.add(
            TOO_LONG,
            f"a text of {len(scalar):,} characters, {MAX_TEXT:,} at most",
            scalar.span,
            help="divide it into shots",
        )
        return Rendered("", scalar)
    if "{" not in scalar or not _OPENING.search(scalar):
        return Rendered(scalar, scalar)
    if len(_OPENING.findall(scalar)) == len(_NAME.findall(scalar)) and "}}" not in _NAME.sub(
        "", scalar
    ):
        return _fill(scalar, variables, diagnostics, used)
    return _render(scalar, variables, diagnostics, used)


def _fill(
    scalar: Scalar, variables: Mapping[str, Any], diagnostics: Diagnostics, used: set[str]
) -> Rendered:
    out: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length = end = 0
    for match in _NAME.finditer(scalar):
        name = match[1]
        used.add(name)
        if name not in variables:
            _report_undefined(
                name, locate(scalar, match.start(1), match.end(1)), variables, diagnostics
            )
            return Rendered("", scalar)
        for text, start, stop in (
            (scalar[end : match.start()], end, match.start()),
            (shown(variables[name]), match.start(), match.end()),
        ):
            pieces.append((length, start, stop))
            out.append(text)
            length += len(text)
        end = match.end()
        if length > MAX_TEXT:
            _report_too_much(scalar, diagnostics)
            return Rendered("", scalar)
    pieces.append((length, end, len(scalar)))
    out.append(scalar[end:])
    return Rendered("".join(out), scalar, tuple(pieces))


def _render(
    scalar: Scalar, variables: Mapping[str, Any], diagnostics: Diagnostics, used: set[str]
) -> Rendered:
    template = compile_template(scalar, variables, diagnostics, used)
    if template is None:
        return Rendered("", scalar)
    text = fill_template(template, variables, scalar, diagnostics)
    return Rendered(text, scalar)


def fill_template(
    template: Template, values: Mapping[str, Any], scalar: Scalar, diagnostics: Diagnostics
) -> str:
    """The template's text over the values; empty, with the reason said, where there is none."""
    from jinja2 import TemplateError, UndefinedError

    try:
        out: list[str] = []
        length = 0
        for chunk in template.generate(values):
            out.append(chunk)
            length += len(chunk)
            if length > MAX_TEXT:
                _report_too_much(scalar, diagnostics)
                return ""
        return traced_text.joined(out)
    except NameError:
        # Jinja writes a sum of constants that has no digits as the name ``inf``.
        diagnostics.add(
            TEMPLATE_REFUSED,
            "the template cannot be filled in: a number in it is too large",
            scalar.span,
            help="write the number out",
        )
    except UndefinedError as error:
        diagnostics.add(UNDEFINED_VARIABLE, str(error.message), scalar.span)
    except (
        TemplateError,
        ArithmeticError,
        TypeError,
        ValueError,
        LookupError,
        RecursionError,
    ) as error:
        diagnostics.add(
            TEMPLATE_REFUSED,
            "the template cannot be filled in: "
            + (
                _plain(error)
                if isinstance(error, TemplateError)
                else "a value is not of the kind that is wanted of it"
            ),
            scalar.span,
            help="write the values out, or use a simpler template",
        )
    return ""


def compile_template(
    scalar: Scalar, known: Mapping[str, Any], diagnostics: Diagnostics, used: set[str]
) -> Template | None:
    """A template ready to be filled in with ``known`` names; None, with the reason said, if not."""
    from jinja2 import TemplateSyntaxError
    from jinja2.meta import find_undeclared_variables
    from jinja2.nodes import Filter, Name, Test

    environment = text_environment()
    try:
        tree = environment.parse(str(scalar))
        nodes = node_list(tree)
    except TemplateSyntaxError as error:
        diagnostics.add(
            TEMPLATE_SYNTAX,
            f"the template cannot be read: {_plain(error)}",
            _line(scalar, error.lineno),
            help="write {{ name }} for a variable; {{ '{{' }} for the braces themselves",
        )
        return None
    except (RecursionError, MemoryError, ValueError):
        # Deep nesting, or a number of thousands of digits.
        _report_too_much(scalar, diagnostics)
        return None
    if (found := refused(nodes)) is not None:
        node, why = found
        diagnostics.add(
            TEMPLATE_REFUSED,
            f"templates here do not have {why}",
            _line(scalar, node.lineno),
            help="use names, conditions, one loop at a time and the filters "
            + ", ".join(sorted(all_filters())),
        )
        return None
    optional = {
        node.node.name
        for node in nodes
        if isinstance(node, (Filter, Test))
        and node.name in {"default", "defined"}
        and isinstance(node.node, Name)
    }
    try:
        asked = find_undeclared_variables(tree)
    except RecursionError:
        _report_too_much(scalar, diagnostics)
        return None
    used.update(asked)
    if undefined := sorted(asked - set(known) - optional):
        for name in undefined:
            _report_undefined(name, _word(scalar, name), known, diagnostics)
        return None
    try:
        return environment.from_string(with_traced_joints(tree))
    except (RecursionError, MemoryError, SyntaxError):
        _report_too_much(scalar, diagnostics)
        return None


def joined(text: str) -> str:
    """A rendered template as one text: its lines with single spaces between, no empty ones."""
    lines = map(traced_text.trimmed, traced_text.lines_of(text))
    return traced_text.joined(filter(None, lines), " ")


def _report_undefined(
    name: str, span: Span, known: Mapping[str, Any], diagnostics: Diagnostics
) -> None:
    places = known.places if isinstance(known, FilmVariables) else {}
    if isinstance(known, FilmVariables) and not known.is_complete:
        return
    near = nearest(name, known)
    if near in places:
        advice = f"write {{{{ {near} }}}}, or {name}: where it is defined"
    elif near:
        advice = f"write {{{{ {near} }}}}"
    else:
        advice = f"add {name}: to vars, or give --set {name}=…"
    diagnostics.add_place(
        UNDEFINED_VARIABLE,
        name,
        Label(span, "here too"),
        None,
        lambda places: (
            f'no variable is called "{name}"'
            + (f", in {len(places)} places" if len(places) > 1 else ""),
            advice,
        ),
        labels=[Label(places[near], "the nearest is defined here")] if near in places else (),
    )


def _report_too_much(scalar: Scalar, diagnostics: Diagnostics) -> None:
    diagnostics.add(
        TEMPLATE_REFUSED,
        f"the template makes more than {MAX_TEXT:,} characters, or nests too deep",
        scalar.span,
        help="write a shorter text or a simpler template",
    )


def _line(scalar: Scalar, number: int) -> Span:
    lines = scalar.split("\n")
    number = min(max(number, 1), len(lines))
    start = sum(len(line) + 1 for line in lines[: number - 1])
    text = lines[number - 1]
    if (opening := _OPENING.search(text)) is not None:
        return locate(scalar, start + opening.start(), start + len(text.rstrip()))
    return locate(scalar, start, start + len(text))


def _word(scalar: Scalar, name: str) -> Span:
    opening = _OPENING.search(scalar)
    for match in _WORD.finditer(scalar, opening.start() if opening else 0):
        if match[0] == name:
            return locate(scalar, *match.span())
    return scalar.span


def _plain(error: Exception) -> str:
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if (expected := _EXPECTED.match(said)) is not None:
        said = f"{expected[1]}, expected {expected[2]}"
    return (said[:1].lower() + said[1:]).rstrip(".")[:200]
