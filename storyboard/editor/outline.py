"""The outline of a film: its scenes, and in each its shots with their seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types

from storyboard.compiler.film import Scene, Shot
from storyboard.editor.analysis import FilmAnalysis
from storyboard.editor.positions import path_of, range_of


def outline_of(analysis: FilmAnalysis, path: Path) -> Iterator[types.DocumentSymbol]:
    """The scenes and shots of a file, as far as they could be read, and the names it declares."""
    for symbol in analysis.table.symbols.values() if analysis.table is not None else ():
        if path_of(symbol.declared.source) == path:
            place = range_of(symbol.declared)
            yield types.DocumentSymbol(
                name=symbol.name,
                detail=symbol.kind,
                kind=types.SymbolKind.Variable,
                range=place,
                selection_range=place,
            )
    film = analysis.result.compilation.film if analysis.result is not None else None
    for scene in film.scenes if film is not None else ():
        shots = [shot for shot in scene.shots if path_of(shot.node.origin.source) == path]
        if shots:
            yield _scene(scene, shots)


def _scene(scene: Scene, shots: list[Shot]) -> types.DocumentSymbol:
    children = [_shot(shot) for shot in shots]
    seconds = sum(shot.seconds for shot in shots)
    return types.DocumentSymbol(
        name=scene.address,
        detail=f"{scene.title}, {seconds} s" if scene.title else f"{seconds} s",
        kind=types.SymbolKind.Module,
        range=types.Range(start=children[0].range.start, end=children[-1].range.end),
        selection_range=children[0].selection_range,
        children=children,
    )


def _shot(shot: Shot) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=shot.address.rpartition("/")[2],
        detail=f"{shot.seconds} s",
        kind=types.SymbolKind.Event,
        range=range_of(shot.node.span),
        selection_range=range_of(shot.span),
    )
