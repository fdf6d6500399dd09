"""What a case expects, read from its comments, and what is different in what was found.

A finding stands as a comment on the line that it points at; several are divided by ``;``::

    prompt: "@marra climbs"   # error SB203 "is called \\"marra\\"" help "write \\"@mara\\""

``at 18`` after the code names the column too, the first quoted text is a part of the message,
the one after ``help`` a part of the help. Where no comment can stand, as in a block scalar, a
line at the head of the file names the place, or says that there is none::

    # at 12:5 error SB203
    # nowhere note SB220

``# $ storyboard plan --set weather=rain`` gives the options of the command line.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Any

_FINDING = re.compile(
    r"(?:(?:at (?P<line>\d+):(?P<place>\d+|\*)|(?P<nowhere>nowhere)) )?"
    r"(?P<severity>error|warning|note) (?P<code>SB\d{3})"
    r"(?: at (?P<column>\d+))?"
    r'(?: "(?P<message>(?:[^"\\]|\\.)*)")?'
    r'(?: help "(?P<help>(?:[^"\\]|\\.)*)")?'
)
_COMMENT = re.compile(rf"(?:^|\s)# (?P<findings>{_FINDING.pattern.replace('?P<', '?P<_')}.*)$")
_COMMAND = re.compile(r"# \$ storyboard plan (?P<options>.+)")
_NEXT = re.compile(r"\s*;\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A finding that a case announces; ``line`` is None for one without a place."""

    file: str
    line: int | None
    column: int | None
    severity: str
    code: str
    message: str
    help: str

    def is_met_by(self, found: dict[str, Any]) -> bool:
        """Whether a diagnostic in its JSON form is the one that is announced."""
        span = found["span"]
        if (self.line is None) != (span is None):
            return False
        if span is not None and (span["file"], span["line"]) != (self.file, self.line):
            return False
        return (
            (found["code"], found["severity"]) == (self.code, self.severity)
            and (self.column is None or span["column"] == self.column)
            and self.message in found["message"]
            and self.help in found["help"]
        )


def read_expected(file: str, text: str) -> list[Expected]:
    """The findings that the comments of a file announce; ValueError for one that cannot be read."""
    expected = []
    for number, line in enumerate(text.splitlines(), 1):
        comment = _COMMENT.search(line)
        if comment is None:
            continue
        rest = comment["findings"]
        while True:
            found = _FINDING.match(rest)
            if found is None:
                raise ValueError(f"{file}:{number}: no expectation: {rest}")
            expected.append(_expected(file, number, found))
            between = _NEXT.match(rest, found.end())
            if between is None:
                break
            rest = rest[between.end() :]
        if rest[found.end() :].strip():
            raise ValueError(f"{file}:{number}: more than an expectation: {rest[found.end() :]}")
    return expected


def _expected(file: str, number: int, found: re.Match[str]) -> Expected:
    column = found["column"]
    line: int | None = number
    if found["nowhere"]:
        line = None
    elif found["line"]:
        line = int(found["line"])
        column = None if found["place"] == "*" else found["place"]
    return Expected(
        file=file,
        line=line,
        column=int(column) if column else None,
        severity=found["severity"],
        code=found["code"],
        message=_plain(found["message"]),
        help=_plain(found["help"]),
    )


def _plain(quoted: str | None) -> str:
    return re.sub(r"\\(.)", r"\1", quoted or "")


def read_options(text: str) -> list[str]:
    """The options that a case gives on its command line."""
    command = _COMMAND.search(text)
    return shlex.split(command["options"]) if command else []


def differences(expected: list[Expected], found: list[dict[str, Any]]) -> list[str]:
    """What was announced and not found, and what was found and not announced, in words."""
    waiting = list(expected)
    problems = []
    for one in found:
        met = next((announced for announced in waiting if announced.is_met_by(one)), None)
        if met is not None:
            waiting.remove(met)
            continue
        span = one["span"]
        place = f"{span['file']}:{span['line']}:{span['column']}" if span else "nowhere"
        problems.append(
            f"found {place} {one['severity']} {one['code']} {one['message']} | {one['help']}"
        )
    problems += [
        f"missing {one.file}:{one.line}:{one.column or '*'} {one.severity} {one.code}"
        f" {one.message} | {one.help}"
        for one in waiting
    ]
    return problems
