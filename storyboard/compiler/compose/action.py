"""The action of a shot: its prose and lines, as a row of atoms in the order they are said.

Where there is no sound, lines of people in the picture stay, since lips move; who is only heard
is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.film import Passage, Shot, Speech


class Atom(Struct, frozen=True):
    """A stretch of a shot's prose, or of one of its lines, that stays together.

    ``passage.text[start:end]`` is what it says; ``beat`` the index of its beat (the last for
    the shot's own lines). ``level`` is how bad a cut before it is, 0 where a beat begins.
    ``speech`` is the line it belongs to, None for prose.
    """

    passage: Passage
    start: int
    end: int
    beat: int
    level: int
    speech: Speech | None = None

    @property
    def text(self) -> str:
        """The encoded words."""
        return self.passage.text[self.start : self.end]


BEAT, LINE = 0, 1


def action_of(shot: Shot, *, is_heard: bool) -> list[Atom]:
    """The beats' prose, each followed by its lines, and then the shot's lines; whole."""
    atoms: list[Atom] = []
    for index, beat in enumerate(shot.beats):
        if beat.prose is not None:
            atoms.append(_whole(beat.prose, index, BEAT))
        atoms += _spoken(beat.lines, index, is_heard)
    return atoms + _spoken(shot.lines, len(shot.beats) - 1, is_heard)


def _spoken(lines: tuple[Speech, ...], beat: int, is_heard: bool) -> list[Atom]:
    """Those of some lines that are said, each with its beat."""
    return [
        _whole(speech.line, beat, LINE, speech) for speech in lines if is_heard or not speech.is_off
    ]


def narration_of(shot: Shot, *, is_heard: bool) -> Atom | None:
    """The narration, whole; None where there is none, or no sound."""
    if shot.narration is None or not is_heard:
        return None
    return _whole(shot.narration.line, len(shot.beats) - 1, LINE, shot.narration)


def _whole(passage: Passage, beat: int, level: int, speech: Speech | None = None) -> Atom:
    return Atom(passage, 0, len(passage.text), beat, level, speech)


def whole_lines(atoms: Iterable[Atom]) -> list[Atom]:
    """The spoken atoms, those of one line that follow each other as one."""
    lines: list[Atom] = []
    before: Atom | None = None
    for atom in atoms:
        if atom.speech is not None:
            is_same = before is not None and before.speech is atom.speech
            if is_same and before is not None and before.passage is atom.passage:
                lines[-1] = replace(lines[-1], end=atom.end)
            else:
                lines.append(atom)
        before = atom
    return lines
