"""Merge conflicts that git has left in a file: both versions stand between its markers.

The version above ``=======`` is the one of the checkout; it is read, so that the rest of the file
is checked too. At the beginning of a line a storyboard has no use for any of the markers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from storyboard.diagnostics import Label, Source, Span
from storyboard.diagnostics.codes import MERGE_CONFLICT
from storyboard.document.findings import Findings

_MARKER = re.compile(r"^(?P<sign><{7}|\|{7}|>{7}|={7})(?P<name>[ \t][^\n\r]*)?$", re.MULTILINE)
_SIGNS = ("<" * 7, "=" * 7, ">" * 7)
_HAS_ONE = re.compile(r"^(?:<{7}|={7}|>{7})", re.MULTILINE)
_LINE = re.compile(r"[^\n\r]")


def without_conflicts(source: Source, findings: Findings) -> str:
    """The text with markers and second versions blanked out, in equal length; each is reported.

    The same text where there are none.
    """
    text = source.text
    if not any(sign in text for sign in _SIGNS) or _HAS_ONE.search(text) is None:
        return text
    conflicts = [*_conflicts(text.replace("\r", "\n"))]
    pieces, end = [], 0
    for markers in conflicts:
        _report(source, markers, findings)
        for start, stop in _blanks(markers):
            pieces += [text[end:start], _LINE.sub(" ", text[start:stop])]
            end = stop
    return "".join([*pieces, text[end:]])


def _conflicts(text: str) -> Iterator[list[re.Match[str]]]:
    """The markers of each conflict; of one that was mended by halves those that are left."""
    open_ones: list[re.Match[str]] = []
    for marker in _MARKER.finditer(text):
        if marker["sign"][0] == "<" and open_ones:
            yield open_ones
            open_ones = []
        open_ones.append(marker)
        if marker["sign"][0] == ">":
            yield open_ones
            open_ones = []
    if open_ones:
        yield open_ones


def _blanks(markers: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """What is not read of a conflict: from the first line after this version to the end."""
    first, last = markers[0], markers[-1]
    if len(markers) > 2 and first["sign"][0] == "<" and last["sign"][0] == ">":
        yield first.span()
        yield markers[1].start(), last.end()
    else:
        yield from (marker.span() for marker in markers)


def _report(source: Source, markers: list[re.Match[str]], findings: Findings) -> None:
    first, *others = (Span(source, *marker.span()) for marker in markers)
    whole = len(markers) > 2
    findings.add(
        MERGE_CONFLICT,
        "a merge conflict: git has put two versions between these lines"
        if whole
        else "a line of a merge conflict, which git writes between two versions",
        first,
        labels=tuple(Label(span, "and this line") for span in others),
        help="keep one version of what stands between them, and delete the lines with the signs"
        if whole
        else "look whether both versions are still here, and delete the line",
    )
