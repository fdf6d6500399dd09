"""What the compiler has to say: diagnostics as values, each with its place and its fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from storyboard.diagnostics.ignores import Ignore, Ignores
from storyboard.diagnostics.source import Source, Span


class Severity(StrEnum):
    """How much a finding weighs: an error stops the plan, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: its number, which is never reused, its name and its weight."""

    id: str
    name: str
    severity: Severity
    summary: str

    @property
    def names(self) -> frozenset[str]:
        """What it is called by in a comment that ignores it."""
        return frozenset({self.id, self.name})


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that explains the first, with a few words."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A replacement of ``span`` by ``text`` that mends the finding.

    ``others`` are further replacements that belong to it. A fix that ``is_sure`` writes what its
    writer meant; any other is a proposal, and made by nobody but a person.
    """

    span: Span
    text: str
    others: tuple[Fix, ...] = ()
    is_sure: bool = True

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding.

    ``message`` says in lower case and without a full stop what was found and what was
    expected. ``span`` is the narrowest place that shows it, or None where the finding has no
    place in a file. ``label`` is a word under the carets. ``help`` says what to write.
    """

    code: Code
    message: str
    span: Span | None = None
    label: str = ""
    labels: tuple[Label, ...] = ()
    help: str = ""
    fix: Fix | None = None
    severity: Severity

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


@dataclass(slots=True)
class Diagnostics:
    """A collector that every stage is given: it keeps what is found, once, and goes on.

    What a comment in a file ignores is kept too, and not shown.
    """

    _found: dict[tuple[object, ...], Diagnostic] = field(default_factory=dict)
    _folded: dict[tuple[object, ...], tuple[Callable[[int], str], list[Label]]] = field(
        default_factory=dict
    )
    _errors: int = 0
    errors_said: int = 0
    """How often an error was said; one that is said again counts again."""
    _raised: set[Code] = field(default_factory=set)
    ignores: Ignores = field(default_factory=Ignores)

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
        place = None if span is None else (span.source.name, span.start, span.end)
        key = (code.id, place, message)
        weight = Severity.ERROR if code in self._raised else severity or code.severity
        self.errors_said += weight is Severity.ERROR
        if key in self._found:
            return
        self._errors += weight is Severity.ERROR
        self._found[key] = Diagnostic(
            code=code,
            message=message,
            span=span,
            label=label,
            labels=tuple(labels),
            help=help,
            fix=fix,
            severity=weight,
        )

    def take(self, found: Diagnostic) -> None:
        """Keep a finding of another collection, unless the same was already said."""
        self.add(
            found.code,
            found.message,
            found.span,
            label=found.label,
            labels=found.labels,
            help=found.help,
            fix=found.fix,
            severity=found.severity,
        )

    def add_place(
        self,
        code: Code,
        messages: Callable[[int], str],
        span: Span,
        place: Label,
        *,
        help: str = "",  # noqa: A002 - as in ``add``
    ) -> None:
        """Keep a finding whose one cause, at ``span``, shows in several places.

        The first place makes the finding, further ones become labels of it. ``messages`` gives
        the message for a number of places; that and the help are the first place's.
        """
        where = (span.source.name, span.start, span.end)
        say, places = self._folded.setdefault((code.id, where), (messages, []))
        if place in places:
            return
        places.append(place)
        if len(places) == 1:
            self.add(code, say(1), span, help=help)
            return
        found = self._found.pop((code.id, where, say(len(places) - 1)))
        message = say(len(places))
        self._found[code.id, where, message] = replace(
            found, message=message, labels=tuple(places[1:])
        )

    def __iter__(self) -> Iterator[Diagnostic]:
        """The findings that are not ignored, by file and place."""
        return iter(sorted(self._shown(), key=lambda found: found.order))

    def __len__(self) -> int:
        return len(self._shown())

    def count(self, severity: Severity) -> int:
        """How many findings weigh that much."""
        return sum(found.severity is severity for found in self._shown())

    def _shown(self) -> list[Diagnostic]:
        found = [*self._found.values()]
        return [one for one in found if not self.is_ignored(one)] if self.ignores else found

    def is_ignored(self, found: Diagnostic) -> bool:
        """Whether a comment ignores a finding; no comment ignores an error."""
        if found.severity is Severity.ERROR:
            return False
        return self.ignores.covers(found.span, found.code.names)

    def unused_ignores(self) -> Iterator[tuple[Ignore, tuple[str, ...]]]:
        """The ignores with codes that ignore nothing of what was found, and those codes."""
        used: set[tuple[Ignore, str]] = set()
        for found in self._found.values() if self.ignores else ():
            if found.severity is not Severity.ERROR:
                used |= {
                    (one, name) for one in self.ignores.of(found.span) for name in found.code.names
                }
        for one in self.ignores:
            unused = tuple(code for code in one.codes if (one, code) not in used)
            if unused or not one.codes:
                yield one, unused

    @property
    def has_errors(self) -> bool:
        """Whether anything found stops the plan."""
        return self._errors > 0
