"""What is known where the parser gave up, and the words that several mistakes share."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from storyboard.diagnostics import Code, Fix, Label, Source, Span
from storyboard.diagnostics.codes import UNQUOTED_TEXT
from storyboard.document.findings import Findings, shorten
from storyboard.document.plain_scalars import PlainLine, is_in_flow, quote_fix, text_end

TEMPLATE = re.compile(r"\{[{%#]")


class Breakdown(Struct, frozen=True, kw_only=True):
    """What the parser said: its words, the place, where the broken thing began, the last event."""

    findings: Findings
    problem: str
    context: str
    place: int
    opened: int
    before: Any

    @property
    def source(self) -> Source:
        return self.findings.source

    @property
    def text(self) -> str:
        return self.findings.source.text

    @property
    def char(self) -> str:
        return self.text[self.place : self.place + 1]

    def span(self, start: int, length: int = 1) -> Span:
        return Span(self.source, start, min(start + length, len(self.text)))

    def say(
        self,
        code: Code,
        message: str,
        span: Span,
        help: str,  # noqa: A002 - the field's name in a diagnostic
        *,
        labels: tuple[Label, ...] = (),
        fix: Fix | None = None,
    ) -> bool:
        self.findings.add(code, message, span, help=help, labels=labels, fix=fix)
        return True

    def begins_with(self, start: int) -> bool:
        """Say that the text at ``start`` needs quotation marks for how it begins."""
        line = PlainLine(self.source, start)
        in_flow = line.value < start and is_in_flow(self.text, line, start)
        begin = start - 2 if self.text[start - 2 : start] == "''" else start
        found = TEMPLATE.match(self.text, start)
        first = found[0] if found else self.text[start]
        fix = quote_fix(self.source, begin, text_end(self.source, start, in_flow=in_flow))
        return self.say(
            UNQUOTED_TEXT,
            f"a text that begins with {first} needs quotation marks",
            self.span(start, len(first)),
            f"write {on_one_line(fix.text)}",
            fix=fix,
        )


def on_one_line(text: str) -> str:
    """A text as a help quotes it: short, and without its line ends."""
    return shorten(" ".join(text.split()))
