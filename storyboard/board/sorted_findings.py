"""The findings of a film, sorted by the shot or the scene that each stands in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

from storyboard.compiler.film import Film, Shot
from storyboard.diagnostics import Diagnostic, Span
from storyboard.language.model import Storyboard


class SortedFindings:
    """What was found: ``of_film`` is what stands in no shot and no scene of the film."""

    def __init__(
        self, film: Film, written: Storyboard | None, findings: Iterable[Diagnostic]
    ) -> None:
        scenes = [] if written is None else list(enumerate(written.scenes, 1))
        self._shots: dict[tuple[str, int], list[Diagnostic]] = {}
        self._scenes: dict[int, list[Diagnostic]] = {}
        shots = _Places(
            (shot.span.source.name, shot.node.start, shot.node.end, (scene.number, shot.address))
            for scene in film.scenes
            for shot in scene.shots
        )
        whole = _Places(
            (scene.node.origin.source.name, scene.node.start, scene.node.end, number)
            for number, scene in scenes
        )
        present = {scene.number for scene in film.scenes}
        rest: list[Diagnostic] = []
        for found in findings:
            if (key := shots.at(found.span)) is not None:
                self._shots.setdefault((key[1], key[0]), []).append(found)
            elif (number := whole.at(found.span)) is not None and number in present:
                self._scenes.setdefault(number, []).append(found)
            else:
                rest.append(found)
        self.of_film = tuple(rest)
        self._numbers = {
            shot.address: scene.number for scene in film.scenes for shot in scene.shots
        }

    def of_shot(self, shot: Shot) -> tuple[Diagnostic, ...]:
        """What stands in a shot."""
        return tuple(self._shots.get((shot.address, self._numbers[shot.address]), ()))

    def of_scene(self, number: int) -> tuple[Diagnostic, ...]:
        """What stands in the scene of a number, outside of its shots."""
        return tuple(self._scenes.get(number, ()))


class _Places:
    """Stretches of files that do not overlap, each with what it is of."""

    def __init__(self, places: Iterable[tuple[str, int, int, Any]]) -> None:
        self._rows: dict[str, list[tuple[int, int, Any]]] = {}
        for name, start, end, what in places:
            self._rows.setdefault(name, []).append((start, end, what))
        self._starts: dict[str, Sequence[int]] = {}
        for name, rows in self._rows.items():
            rows.sort(key=lambda row: row[:2])
            self._starts[name] = [row[0] for row in rows]

    def at(self, span: Span | None) -> Any:
        """What stands where a span begins, None where nothing does."""
        if span is None or span.source.name not in self._rows:
            return None
        index = bisect_right(self._starts[span.source.name], span.start) - 1
        if index < 0:
            return None
        _, end, what = self._rows[span.source.name][index]
        return what if span.start < end else None
