"""What the compiler has to say: diagnostics as values, each with its place and its fix."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Set
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from storyboard.diagnostics.ignores import Ignore, Ignores
from storyboard.diagnostics.source import Source, Span

_Fact = TypeVar("_Fact")


class Severity(StrEnum):
    """How much a finding weighs: an error stops the plan, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(Struct, frozen=True):
    """A kind of finding: its number, which is never reused, its name and its weight."""

    id: str
    name: str
    severity: Severity
    summary: str

    @property
    def names(self) -> frozenset[str]:
        """What it is called by in a comment that ignores it."""
        return frozenset({self.id, self.name})


class Label(Struct, frozen=True):
    """A second place that explains the first, with a few words."""

    span: Span
    text: str


def _quoted(text: str) -> str:
    """The text in quotation marks, or as it is where it brings its own."""
    stripped = text.strip()
    if "\n" in stripped:
        return "\n" + stripped
    has_own = len(stripped) > 1 and stripped[0] == stripped[-1] == '"'
    return stripped if has_own else f'"{text}"'


class Fix(Struct, frozen=True):
    """A replacement of ``span`` by ``text`` that mends the finding.

    ``others`` are further replacements that belong to it. A fix that ``is_sure`` writes what its
    writer meant; any other is a proposal, and made by nobody but a person.
    """

    span: Span
    text: str
    others: tuple[Fix, ...] = ()
    is_sure: bool = True

    @property
    def title(self) -> str:
        """What to do, in words: ``write "@mara"``."""
        if not self.text:
            return f"remove {_quoted(self.span.text)}"
        return f"{'write' if self.span.text else 'add'} {_quoted(self.text)}"

    @property
    def edits(self) -> tuple[Fix, ...]:
        """Every replacement of the fix."""
        return (self, *self.others)

    def placed_in(self, source: Source) -> Fix:
        """The same fix in another text with the same places."""
        return replace(
            self,
            span=Span(source, self.span.start, self.span.end),
            others=tuple(other.placed_in(source) for other in self.others),
        )


class Diagnostic(Struct, frozen=True, kw_only=True):
    """One finding.

    ``message`` says in lower case and without a full stop what was found and what was
    expected. ``span`` is the narrowest place that shows it, or None where the finding has no
    place in a file. ``label`` is a word under the carets. ``help`` says what to write. ``places``
    are those that the cause shows in, where it is one that shows in several; ``span`` may then be
    where the cause itself stands.
    """

    code: Code
    message: str
    span: Span | None = None
    label: str = ""
    labels: tuple[Label, ...] = ()
    help: str = ""
    fix: Fix | None = None
    severity: Severity
    places: tuple[Span, ...] = ()

    def placed_in(self, source: Source) -> Diagnostic:
        """The same finding in another text with the same places."""

        def moved(span: Span) -> Span:
            return Span(source, span.start, span.end)

        return replace(
            self,
            span=self.span and moved(self.span),
            labels=tuple(Label(moved(label.span), label.text) for label in self.labels),
            fix=self.fix and self.fix.placed_in(source),
        )

    @property
    def order(self) -> tuple[str, int, int, str]:
        """The key that puts findings in the order of their files and places."""
        if self.span is None:
            return ("", -1, -1, self.code.id)
        return (self.span.source.name, self.span.start, self.span.end, self.code.id)


class _Case(Struct, frozen=True):
    """One of the places in which a cause shows: what is known of it, and what would mend it."""

    place: Label
    fact: Any
    fix: Fix | None


class _Repeated(Struct, kw_only=True):
    """A finding whose one cause shows in several places, as they are found one after another."""

    code: Code
    severity: Severity
    say: Callable[[Sequence[Any]], tuple[str, str]]
    at: Span | None
    labels: tuple[Label, ...]
    cases: dict[Span, _Case] = field(default_factory=dict)

    def made(self, is_meant: Callable[[Span], bool]) -> Diagnostic | None:
        """The finding, without the places that are meant to be so; None where all are."""
        cases = [case for place, case in self.cases.items() if not is_meant(place)]
        cases.sort(key=lambda case: (case.place.span.source.name, case.place.span.start))
        if not cases:
            return None
        message, help_ = self.say([case.fact for case in cases])
        first = cases[0].place
        fixes = [case.fix for case in cases if case.fix is not None]
        return Diagnostic(
            code=self.code,
            message=message,
            span=self.at or first.span,
            label="" if self.at or len(cases) == 1 else first.text,
            labels=(*self.labels, *(case.place for case in cases[1:])),
            help=help_,
            fix=replace(
                fixes[0],
                others=tuple(edit for fix in fixes for edit in fix.edits)[1:],
                is_sure=all(fix.is_sure for fix in fixes),
            )
            if fixes
            else None,
            severity=self.severity,
            places=tuple(case.place.span for case in cases),
        )


class Diagnostics(Struct):
    """A collector that every stage is given: it keeps what is found, once, and goes on.

    What a comment in a file ignores is kept too, and not shown.
    """

    _found: dict[tuple[object, ...], Diagnostic] = field(default_factory=dict)
    _repeated: dict[tuple[object, ...], _Repeated] = field(default_factory=dict)
    _errors: int = 0
    errors_said: int = 0
    """How often an error was said; one that is said again counts again."""
    _raised: set[Code] = field(default_factory=set)
    ignores: Ignores = field(default_factory=Ignores)
    muted: frozenset[Severity] = frozenset()
    """What is not kept for the time being, as it would only follow from an error."""

    def copy(self) -> Diagnostics:
        """The same findings, to which others can be added."""
        return Diagnostics(
            dict(self._found),
            {key: replace(one, cases=dict(one.cases)) for key, one in self._repeated.items()},
            self._errors,
            self.errors_said,
            set(self._raised),
            self.ignores,
        )

    def raise_to_error(self, code: Code) -> None:
        """Weigh findings of that code as errors from now on."""
        self._raised.add(code)

    def add(
        self,
        code: Code,
        message: str,
        span: Span | None = None,
        *,
        label: str = "",
        labels: Iterable[Label] = (),
        help: str = "",  # noqa: A002 - the field's name in every format that shows it
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Keep a finding, unless the same was already said of the same place."""
        self._keep(
            Diagnostic(
                code=code,
                message=message,
                span=span,
                label=label,
                labels=tuple(labels),
                help=help,
                fix=fix,
                severity=Severity.ERROR if code in self._raised else severity or code.severity,
            )
        )

    def take(self, found: Diagnostic) -> None:
        """Keep a finding of another collection, unless the same was already said."""
        if found.code in self._raised:
            found = replace(found, severity=Severity.ERROR)
        self._keep(found)

    def _keep(self, found: Diagnostic) -> None:
        if found.severity in self.muted:
            return
        self.errors_said += found.severity is Severity.ERROR
        span = found.span
        place = None if span is None else (span.source.name, span.start, span.end)
        key = (found.code.id, place, found.message)
        if key not in self._found:
            self._errors += found.severity is Severity.ERROR
            self._found[key] = found

    def add_place(
        self,
        code: Code,
        cause: Hashable,
        place: Label,
        fact: _Fact,
        say: Callable[[Sequence[_Fact]], tuple[str, str]],
        *,
        at: Span | None = None,
        labels: Iterable[Label] = (),
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Keep a place in which a cause shows; all places of one cause are one finding.

        ``say`` gives message and help for the facts of all places, in their order. The finding
        stands at the first of them, or at ``at``; the words of ``place`` are shown where there
        are several. ``labels`` come before those of the places. What the first one gives counts.
        """
        weight = Severity.ERROR if code in self._raised else severity or code.severity
        if weight in self.muted:
            return
        self.errors_said += weight is Severity.ERROR
        found = self._repeated.get((code.id, weight, cause))
        if found is None:
            found = _Repeated(code=code, severity=weight, say=say, at=at, labels=tuple(labels))
            self._repeated[code.id, weight, cause] = found
            self._errors += weight is Severity.ERROR
        found.cases.setdefault(place.span, _Case(place, fact, fix))

    def __iter__(self) -> Iterator[Diagnostic]:
        """The findings that are not ignored, by file and place."""
        return iter(sorted(self._shown(), key=lambda found: found.order))

    def __len__(self) -> int:
        return len(self._shown())

    def count(self, severity: Severity) -> int:
        """How many findings weigh that much."""
        return sum(found.severity is severity for found in self._shown())

    def says(self, codes: Set[Code], within: Span) -> bool:
        """Whether a finding with one of the codes has a place there, and no comment ignores it."""
        return any(
            found.code in codes
            and any(
                within.holds(span) for span in (found.span, *(one.span for one in found.labels))
            )
            and not self._is_ignored(found)
            for found in self._found.values()
        )

    def _shown(self) -> list[Diagnostic]:
        found = [one for one in self._found.values() if not self._is_ignored(one)]
        made = (one.made(partial(self._is_meant, one)) for one in self._repeated.values())
        return [*found, *filter(None, made)]

    def _is_ignored(self, found: Diagnostic) -> bool:
        """Whether a comment ignores a finding; no comment ignores an error."""
        if not self.ignores or found.severity is Severity.ERROR:
            return False
        return self.ignores.covers(found.span, found.code.names)

    def _is_meant(self, found: _Repeated, place: Span) -> bool:
        """Whether a comment ignores a finding at one of its places."""
        if not self.ignores or found.severity is Severity.ERROR:
            return False
        return self.ignores.covers(place, found.code.names)

    def unused_ignores(self) -> Iterator[tuple[Ignore, tuple[str, ...]]]:
        """The ignores with codes that ignore nothing of what was found, and those codes."""
        used: set[tuple[Ignore, str]] = set()
        said = [(one.severity, one.code, one.span) for one in self._found.values()]
        said += [
            (one.severity, one.code, place)
            for one in self._repeated.values()
            for place in one.cases
        ]
        for severity, code, span in said if self.ignores else ():
            if severity is not Severity.ERROR:
                used |= {(one, name) for one in self.ignores.of(span) for name in code.names}
        for one in self.ignores:
            unused = tuple(code for code in one.codes if (one, code) not in used)
            if unused or not one.codes:
                yield one, unused

    @property
    def has_errors(self) -> bool:
        """Whether anything found stops the plan."""
        return self._errors > 0
