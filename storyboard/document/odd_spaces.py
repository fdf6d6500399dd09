"""Lines that are indented with other spaces than YAML's, as texts from the web and editors have.

To YAML a no-break or a full-width space is a letter. Such a line is read as it looks, so that the
rest of the file is checked too; which is an error, as other tools would read another file.
"""

from __future__ import annotations

import re

from storyboard.diagnostics import Fix, Label, Source, Span
from storyboard.diagnostics.codes import YAML_SYNTAX
from storyboard.document.findings import Findings

_ODD = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_HAS_ONE = re.compile(f"[{_ODD}]")
_INDENT = re.compile(
    rf"^[ ]*[{_ODD}][ {_ODD}]*(?=-[ ]|[\w-]+:(?:[ ]|$)|\"[^\"\n]*\":(?:[ ]|$))", re.MULTILINE
)
"""The indentation of a line that looks like an entry."""


def with_plain_spaces(source: Source, text: str, findings: Findings) -> str:
    """The text with plain spaces in the indentation of entries, in equal length.

    The same text where there are no others.
    """
    if text.isascii() or _HAS_ONE.search(text) is None:
        return text
    found = [Span(source, *indent.span()) for indent in _INDENT.finditer(text)]
    if not found:
        return text
    first, *others = found
    sign = next(letter for letter in text[first.start : first.end] if letter != " ")
    lines = "a line is" if not others else f"{len(found)} lines are"
    findings.add(
        YAML_SYNTAX,
        f"{lines} indented with spaces that YAML takes for letters (U+{ord(sign):04X})",
        first,
        labels=[Label(span, "this line, too") for span in others],
        help="type plain spaces in their place",
        fix=Fix(
            first, " " * len(first.text), tuple(Fix(one, " " * len(one.text)) for one in others)
        ),
    )
    return _INDENT.sub(lambda indent: " " * len(indent[0]), text)
