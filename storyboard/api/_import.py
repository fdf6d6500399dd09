"""Importing: a storyboard of what a screenplay says."""

from __future__ import annotations

from pathlib import Path

from storyboard.document.other_formats import binary_format, is_storyboard, text_format
from storyboard.errors import UsageError
from storyboard.project.disk import read_plain_file
from storyboard.screenplay.fountain import read_fountain
from storyboard.screenplay.storyboards import storyboard_text

_MOST = 10_000_000
"""Bytes of a screenplay that are read: twenty times the longest film."""
_AS_FOUNTAIN = "save it as plain text in Fountain"


def import_fountain(screenplay: Path, folder: Path) -> Path:
    """Write ``storyboard.yaml`` into ``folder`` from a screenplay in Fountain; its path.

    Raises ``UsageError`` where there is one already, and where the screenplay cannot be read.
    """
    film = folder / "storyboard.yaml"
    read = read_fountain(_text_of(screenplay))
    if not any(one.kind in ("action", "line") for one in read.elements):
        raise UsageError(f'"{screenplay}" holds no action and no dialogue')
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with film.open("x", encoding="utf-8", newline="\n") as file:
            file.write(storyboard_text(read, screenplay.name))
    except FileExistsError:
        raise UsageError(f'"{film}" is there already; nothing was written') from None
    except OSError as error:
        raise UsageError(f'"{film}" cannot be written: {_reason(error)}') from None
    return film


def _text_of(screenplay: Path) -> str:
    try:
        data = read_plain_file(screenplay, _MOST)
    except OSError as error:
        raise UsageError(f'"{screenplay}" cannot be read: {_reason(error)}') from None
    if kind := binary_format(data):
        raise UsageError(f'"{screenplay}" is {kind}: {_AS_FOUNTAIN}')
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f'"{screenplay}" is no text in UTF-8: {_AS_FOUNTAIN}') from None
    kind = text_format(text)
    if kind is not None and ("XML" in kind or "Final Draft" in kind):
        raise UsageError(f'"{screenplay}" is {kind}: {_AS_FOUNTAIN}')
    if is_storyboard(text):
        raise UsageError(f'"{screenplay}" is a storyboard already: storyboard plan {screenplay}')
    return text


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
