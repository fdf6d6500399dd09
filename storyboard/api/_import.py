"""Importing: a storyboard of what a screenplay says."""

from __future__ import annotations

from pathlib import Path

from storyboard.document.other_formats import binary_format, is_storyboard, text_format
from storyboard.errors import UsageError
from storyboard.project.disk import read_plain_file
from storyboard.screenplay.final_draft import read_final_draft
from storyboard.screenplay.fountain import Screenplay, read_fountain
from storyboard.screenplay.storyboards import storyboard_text

_MOST = 10_000_000
"""Bytes of a screenplay that are read: twenty times the longest film."""
_AS_FOUNTAIN = "save it as plain text in Fountain"
_FINAL_DRAFT = b"<FinalDraft"
_LOOKED_AT = 4_000


def import_screenplay(screenplay: Path, folder: Path) -> Path:
    """Write ``storyboard.yaml`` into ``folder`` from a screenplay in Fountain or of Final Draft.

    Gives its path. Raises ``UsageError`` where there is one already, and where the screenplay
    cannot be read.
    """
    film = folder / "storyboard.yaml"
    read = _read(screenplay)
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


def _read(screenplay: Path) -> Screenplay:
    try:
        data = read_plain_file(screenplay, _MOST)
    except OSError as error:
        raise UsageError(f'"{screenplay}" cannot be read: {_reason(error)}') from None
    is_final_draft = _FINAL_DRAFT in data[:_LOOKED_AT] or screenplay.suffix.lower() == ".fdx"
    if not is_final_draft:
        return read_fountain(_text_of(screenplay, data))
    try:
        return read_final_draft(data)
    except ValueError as error:
        raise UsageError(f'"{screenplay}" {error}; {_AS_FOUNTAIN}') from None


def _text_of(screenplay: Path, data: bytes) -> str:
    if kind := binary_format(data):
        raise UsageError(f'"{screenplay}" is {kind}: {_AS_FOUNTAIN}')
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f'"{screenplay}" is no text in UTF-8: {_AS_FOUNTAIN}') from None
    kind = text_format(text)
    if kind is not None and "XML" in kind:
        raise UsageError(f'"{screenplay}" is {kind}: {_AS_FOUNTAIN}')
    if is_storyboard(text):
        raise UsageError(f'"{screenplay}" is a storyboard already: storyboard plan {screenplay}')
    return text


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
