"""Templates in texts: Jinja2, cut down to what cannot run away.

A text with ``{{``, ``{%`` or ``{#`` is a template over the film's variables. Names, literals,
conditions, loops over short lists and a few filters are the whole language; calls, arithmetic
that multiplies, and nested loops are refused, so that every template ends, quickly and small.
A template of nothing but ``{{ name }}`` needs no Jinja2: values are put in directly, with the
same result, in a hundredth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import (
    TEMPLATE_REFUSED,
    TEMPLATE_SYNTAX,
    TOO_LONG,
    UNDEFINED_VARIABLE,
)
from storyboard.diagnostics.spelling import nearest
from storyboard.syntax import Scalar, locate

if TYPE_CHECKING:
    from jinja2 import Environment, Template
    from jinja2.nodes import Node

LONGEST_TEXT = 20_000
"""Code points of one text, before and after its template: the tool's own bound."""

_MOST_LOOPS = 20
_MOST_ITEMS = 100
_OPENING = re.compile(r"\{[{%#]")
_NAME = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}")
_WORD = re.compile(r"[^\W\d]\w*")
_EXPECTED = re.compile(r"([^.]+)\. Jinja was looking for the following tags: ([^.]+)\.")
"""How Jinja2 says what is missing at the end of a template."""

_ALLOWED = {
    "Template", "Output", "TemplateData", "Name", "Const", "Filter", "If", "CondExpr", "For",
    "Compare", "Operand", "And", "Or", "Not", "Concat", "Add", "Sub", "Getattr", "Getitem", "Test",
    "List", "Tuple",
}  # fmt: skip
_TESTS = {"defined", "none", "eq", "ne", "in", "even", "odd", "string", "number", "true", "false"}


class PartOfVariables(dict[str, Any]):
    """Variables of which some could not be read: none that is missing is called undefined."""


@dataclass(frozen=True, slots=True)
class Rendered:
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
    if len(scalar) > LONGEST_TEXT:
        diagnostics.add(
            TOO_LONG,
            f"a text of {len(scalar):,} characters, {LONGEST_TEXT:,} at most",
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


def shown(value: object) -> str:
    """A variable's value as texts show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    return str(value)


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
        if length > LONGEST_TEXT:
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
            if length > LONGEST_TEXT:
                _report_too_much(scalar, diagnostics)
                return ""
        return "".join(out)
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

    environment = _environment()
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
    if (refused := _refused(nodes)) is not None:
        node, why = refused
        diagnostics.add(
            TEMPLATE_REFUSED,
            f"templates here do not have {why}",
            _line(scalar, node.lineno),
            help="use names, conditions, one loop at a time and the filters "
            + ", ".join(sorted(_filters())),
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
        return environment.from_string(tree)
    except (RecursionError, MemoryError, SyntaxError):
        _report_too_much(scalar, diagnostics)
        return None


def node_list(tree: Node) -> list[Node]:
    """Every node of a template's tree, without recursion."""
    found: list[Node] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(node.iter_child_nodes())
    return found


def _refused(nodes: list[Node]) -> tuple[Node, str] | None:
    from jinja2.nodes import Const, Filter, For, Test

    loops = [node for node in nodes if isinstance(node, For)]
    for node in nodes:
        kind = type(node).__name__
        if kind not in _ALLOWED:
            return node, {
                "Call": "calls",
                "Mul": "multiplication",
                "Pow": "powers",
                "Assign": "set",
            }.get(kind, kind.lower())
        if isinstance(node, Const) and isinstance(node.value, float) and not isfinite(node.value):
            return node, "numbers without an end"
        if isinstance(node, Filter) and (node.name not in _filters() or node.node is None):
            return node, f'the filter "{node.name}"'
        if isinstance(node, Test) and node.name not in _TESTS:
            return node, f'the test "{node.name}"'
        if isinstance(node, For) and (node.recursive or any(True for _ in node.find_all(For))):
            return node, "a loop inside a loop"
    if len(loops) > _MOST_LOOPS:
        return loops[_MOST_LOOPS], f"more than {_MOST_LOOPS} loops in one text"
    return None


@cache
def _environment() -> Environment:
    from jinja2 import StrictUndefined

    return _sandbox(StrictUndefined, _filters())


def shape_environment(
    defer: Callable[[Mapping[str, Callable[[Any], str]]], Mapping[str, Callable[..., Any]]],
) -> Environment:
    """An environment whose filters from text to text are replaced by what ``defer`` makes."""
    from jinja2 import Undefined

    return _sandbox(Undefined, {**_filters(), **defer(text_filters())})


def _sandbox(undefined: Any, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=undefined, finalize=_finalize, autoescape=False, cache_size=0
    )
    environment.filters.clear()
    environment.filters.update(filters)
    environment.globals.clear()
    return environment


def _finalize(value: Any) -> Any:
    if isinstance(value, (str, bool, int, Decimal, list)):
        return shown(value)
    if type(value).__name__ in {"StrictUndefined", "Undefined"}:
        return value
    raise TypeError(f"{type(value).__name__} is not a text")


def _bounded(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a text of more than {LONGEST_TEXT:,} characters")
    return text


def _replace(value: Any, old: str, new: str) -> str:
    text = shown(value)
    if len(text) + (text.count(str(old)) + 1) * len(str(new)) > LONGEST_TEXT * 4:
        raise ValueError(f"a text of more than {LONGEST_TEXT:,} characters")
    return _bounded(text.replace(str(old), str(new)))


def _join(value: Any, between: str = "") -> str:
    return _bounded(str(between).join(shown(item) for item in list(value)[:_MOST_ITEMS]))


def _default(value: Any, other: Any = "") -> Any:
    return other if type(value).__name__ == "StrictUndefined" else value


_CLOSED = tuple(".!?…。！？؟।")
_QUOTES = "”»」\"'"


def joined(text: str) -> str:
    """A rendered template as one text: its lines with single spaces between, no empty ones."""
    return " ".join(filter(None, map(str.strip, text.splitlines())))


def closed(value: Any) -> str:
    """A text with a full stop at its end, unless punctuation is there, in quotes or not."""
    text = shown(value)
    # A prompt is said once; to remember it would push out what is said often.
    return _closed(text) if len(text) <= 60 else _closed.__wrapped__(text)


@lru_cache(maxsize=1024)  # films say the same sizes, moves and styles in shot after shot
def _closed(text: str) -> str:
    text = text.strip()
    return text if not text or text.rstrip(_QUOTES).endswith(_CLOSED) else text + "."


def sentence(value: Any) -> str:
    """A text as a sentence: its first letter upper case, a full stop at its end."""
    text = closed(value)
    return text[:1].upper() + text[1:]


def text_filters() -> dict[str, Callable[[Any], str]]:
    """The filters that make a text of a text, and need nothing else."""
    return {
        "lower": lambda value: shown(value).lower(),
        "upper": lambda value: shown(value).upper(),
        "title": lambda value: shown(value).title(),
        "capitalize": lambda value: shown(value).capitalize(),
        "trim": lambda value: shown(value).strip(),
        "closed": closed,
        "sentence": sentence,
    }


@cache
def _filters() -> dict[str, Callable[..., Any]]:
    return {
        **text_filters(),
        "length": len,
        "first": lambda value: next(iter(value), ""),
        "last": lambda value: value[-1] if value else "",
        "join": _join,
        "replace": _replace,
        "default": _default,
    }


def _report_undefined(
    name: str, span: Span, known: Mapping[str, Any], diagnostics: Diagnostics
) -> None:
    if isinstance(known, PartOfVariables):
        return
    near = nearest(name, known)
    if near:
        advice = f"write {{{{ {near} }}}}"
    else:
        advice = f"add {name}: to vars, or give --set {name}=…"
    diagnostics.add(UNDEFINED_VARIABLE, f'no variable is called "{name}"', span, help=advice)


def _report_too_much(scalar: Scalar, diagnostics: Diagnostics) -> None:
    diagnostics.add(
        TEMPLATE_REFUSED,
        f"the template makes more than {LONGEST_TEXT:,} characters, or nests too deep",
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
