"""Importing: a storyboard of what a screenplay says."""

from __future__ import annotations

from pathlib import Path

from storyboard.errors import UsageError
from storyboard.screenplay.fountain import read_fountain
from storyboard.screenplay.storyboards import storyboard_text

_MOST = 10_000_000
"""Bytes of a screenplay that are read: twenty times the longest film."""


def import_fountain(screenplay: Path, folder: Path) -> Path:
    """Write ``storyboard.yaml`` into ``folder`` from a screenplay in Fountain; its path.

    Raises ``UsageError`` where there is one already, and where the screenplay cannot be read.
    """
    film = folder / "storyboard.yaml"
    try:
        data = screenplay.read_bytes()
        if len(data) > _MOST:
            raise UsageError(f'"{screenplay}" has {len(data):,} bytes, {_MOST:,} at most are read')
        read = read_fountain(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(
            f'"{screenplay}" is no text in UTF-8: save it as plain text in Fountain'
        ) from None
    except OSError as error:
        raise UsageError(f'"{screenplay}" cannot be read: {error.strerror}') from None
    if not any(one.kind in ("action", "line") for one in read.elements):
        raise UsageError(f'"{screenplay}" holds no action and no dialogue')
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with film.open("x", encoding="utf-8", newline="\n") as file:
            file.write(storyboard_text(read, screenplay.name))
    except FileExistsError:
        raise UsageError(f'"{film}" is there already; nothing was written') from None
    except OSError as error:
        raise UsageError(f'"{film}" cannot be written: {error.strerror}') from None
    return film
