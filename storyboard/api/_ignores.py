"""Comments that ignore nothing: said once everything is found that they may be about."""

from __future__ import annotations

from storyboard.diagnostics import Diagnostics, Severity
from storyboard.diagnostics.codes import UNUSED_IGNORE, find

_LATER = ("SB313", "SB5", "SB6")
"""Codes of findings that a plan adds, and a check does not."""


def check_ignores(diagnostics: Diagnostics) -> None:
    """Report ignores without effect (SB227), of a film without errors.

    Where there are errors, what is ignored may not have been looked for.
    """
    for ignore, unused in [*diagnostics.unused_ignores()]:
        if not ignore.codes:
            diagnostics.add(
                UNUSED_IGNORE,
                "an ignore without a code ignores nothing",
                ignore.span,
                help="write the code of what is meant: # storyboard: ignore[SB225]",
            )
        for written in unused:
            code = find(written)
            if code is None:
                why = f'no code is called "{written}"'
            elif code.severity is Severity.ERROR:
                why = f"{code.id} is an error, and errors are not ignored"
            elif code.id.startswith(_LATER):
                continue
            elif written not in code.names:
                why = f'"{written}" is not read as a code: it is written {code.id}'
            else:
                why = f"nothing here is found to be {code.id} {code.name}"
            diagnostics.add(
                UNUSED_IGNORE,
                why,
                ignore.span,
                help="mend or delete it; it counts for its own line, or on a line of its own for"
                " the entry below",
            )
