"""What parts of a shot count before they are composed: the sums that division asks for.

A measure is never below what the composed part counts, so what fits by it fits; it may be a
few characters above, for stops and spaces that a part turns out not to need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from storyboard.compose import Atom, Composer, Piece
from storyboard.compose.composer import present_in
from storyboard.film import Shot, marks_of

_JOINT = 2
"""Code points of a stop and a space."""


class Measure:
    """Measures stretches of one shot's atoms; ``narration`` are those said with each atom."""

    def __init__(
        self,
        composer: Composer,
        shot: Shot,
        atoms: Sequence[Atom],
        narration: Sequence[Sequence[Atom]],
    ) -> None:
        self.composer = composer
        self.shot = shot
        self.atoms = atoms
        self.words = composer.words(shot)
        self._weights = [
            self.of_atom(atom) + sum(map(self.of_atom, said))
            for atom, said in zip(atoms, narration, strict=True)
        ]
        self._marks = [self._marks_of(atom) for atom in atoms]
        self._bases: dict[tuple[str, frozenset[int]], int] = {}
        self._introductions: dict[str, int] = {}
        self._presents: dict[frozenset[int], int] = {}
        self._places = [composer.place(shot, beat, None) for beat in range(len(shot.beats))]
        self._has_places = any(place != shot.framing.location for place in self._places)

    def of_atom(self, atom: Atom) -> int:
        """What one atom counts, with the joint after it."""
        composer, words = self.composer, self.words
        weigh = composer.ruler.weigh
        if atom.speech is None:
            return weigh(composer.expand(atom.text)) + _JOINT + 4 * bool(composer.in_words)
        link = len(words.link) + _JOINT
        named = frozenset({atom.speech.speaker})
        return weigh(composer.spoken(atom, named, words)) + link

    def part(self, a: int, b: int) -> int:
        """What a part of the atoms from ``a`` up to ``b`` counts, all that it must say included."""
        return next(islice(self.growing(a), b - a - 1, None))

    def overhead(self, a: int, b: int) -> int:
        """What a part of those atoms counts beside their own words."""
        return self.part(a, b) - sum(self._weights[a:b])

    def growing(self, a: int) -> Iterator[int]:
        """What parts count that begin with atom ``a`` and have one atom, two, and so on."""
        atoms, beats = self.atoms, frozenset[int]()
        named: set[str] = set()
        words = said = around = 0
        has_prose = False
        repeated = self._repeated(a)
        for atom, weight, marks in islice(
            zip(atoms, self._weights, self._marks, strict=True), a, None
        ):
            words += weight
            has_prose = has_prose or atom.speech is None
            place = self._place(atom)
            if atom.beat not in beats:
                beats |= {atom.beat}
            new = marks - named
            if new:
                named |= new
                said += sum(map(self._introduction, self._closure(new)))
            around = self._base(place, beats) + self._of_present(beats)
            yield words + said + around + (0 if has_prose else repeated)

    def _place(self, atom: Atom) -> str:
        """The place of a part that ends with an atom."""
        if not self._has_places or atom.speech is not None:
            return self._places[atom.beat]
        return place_of(self.composer, self.shot, atom)

    def _repeated(self, a: int) -> int:
        """What the sentence counts that a part opens with which has no prose of its own."""
        sentence = sentence_before(self.atoms, a, a + 1)
        if sentence is None:
            return 0
        introduced = sum(map(self._introduction, self._closure(self._marks[sentence])))
        return self._weights[sentence] + introduced

    def _of_present(self, beats: frozenset[int]) -> int:
        """What naming and introducing those counts whom ``cast`` puts into beats."""
        if beats not in self._presents:
            weigh, expand = self.composer.ruler.weigh, self.composer.expand
            present = present_in(self.shot, sorted(beats))
            self._presents[beats] = sum(weigh(expand(mark)) + 12 for mark in present) + sum(
                map(self._introduction, self._closure(present))
            )
        return self._presents[beats]

    def _base(self, place: str, beats: frozenset[int]) -> int:
        key = place, beats
        if key not in self._bases:
            shot = self.shot
            empty = Piece(shot=shot, atoms=(), location=place, beats=tuple(sorted(beats)))
            self._bases[key] = self.composer.draft(empty).weight + _JOINT
        return self._bases[key]

    def _marks_of(self, atom: Atom) -> frozenset[str]:
        if atom.speech is None:
            return frozenset(marks_of(atom.text))
        return frozenset() if atom.speech.is_off else frozenset({atom.speech.speaker})

    def _closure(self, marks: Iterable[str]) -> list[str]:
        """Those marks and all whom their descriptions name."""
        known = self.composer.cast.introductions
        if not known:
            return []
        queue = list(marks)
        seen = set(queue)
        for mark in queue:
            for passage in known.get(mark, ()):
                queue += [one for one in dict.fromkeys(marks_of(passage.text)) if one not in seen]
                seen.update(marks_of(passage.text))
        return queue

    def _introduction(self, mark: str) -> int:
        if mark not in self._introductions:
            composer = self.composer
            passages = composer.cast.introductions.get(mark, ())
            weigh = composer.ruler.weigh
            self._introductions[mark] = (
                sum(weigh(composer.expand(one.text)) + _JOINT for one in passages)
                + weigh(composer.expand(mark))
                + 3
                if passages
                else 0
            )
        return self._introductions[mark]


def place_of(composer: Composer, shot: Shot, last: Atom) -> str:
    """The mark of the place of a part that ends with an atom."""
    return composer.place(shot, last.beat, last.end if last.speech is None else None)


def sentence_before(atoms: Sequence[Atom], a: int, b: int) -> int | None:
    """The index of the prose that a part without prose of its own opens with, if there is any."""
    if a == 0 or any(atom.speech is None for atom in atoms[a:b]):
        return None
    return next((index for index in range(a - 1, -1, -1) if atoms[index].speech is None), None)
