"""What parts of a shot count before they are composed: the sums that division asks for.

A measure is never below what the composed part counts, so what fits by it fits; it may be a
few characters above, for stops and spaces that a part turns out not to need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from operator import add

from storyboard.compiler.compose import Atom, Composer, PromptPiece
from storyboard.compiler.compose.draft import Draft
from storyboard.compiler.compose.piece import present_in
from storyboard.compiler.film import Shot, marks_of

JOINT = 2
"""Code points of a stop and a space."""
_AND = 16
"""Code points that name one more in the frame, at most: "with", "and", a stop and a space."""
_LABELLED = 3 + JOINT
"""Code points of a colon, and of what stands around a sentence."""


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
        told = [sum(map(self.of_atom, said)) for said in narration]
        own = [*map(self.of_atom, atoms)]
        self._weights: list[int] = [*map(add, own, told)]
        joined = [self._joined(before, atom) for before, atom in pairwise(atoms)]
        self._later: list[int] = [*map(add, [*own[:1], *joined], told)]
        self._marks = [self._marks_of(atom) for atom in atoms]
        self._bases: dict[tuple[str, frozenset[int]], tuple[int, frozenset[str]]] = {}
        self._introductions: dict[str, int] = {}
        self._presents: dict[frozenset[int], tuple[str, ...]] = {}
        self._places = self._found_places()

    def of_atom(self, atom: Atom) -> int:
        """What one atom counts, with the joint after it."""
        composer, words = self.composer, self.words
        weigh = composer.ruler.weigh
        if atom.speech is None:
            return weigh(composer.expand(atom.text)) + JOINT
        link = len(words.link) + JOINT
        named = frozenset({atom.speech.speaker})
        return weigh(composer.spoken(atom, named, words)) + link

    def _joined(self, before: Atom, atom: Atom) -> int:
        """What an atom counts that follows another: of one text, they are one again."""
        if before.passage is not atom.passage or before.speech is not atom.speech:
            return self.of_atom(atom)
        return self.composer.ruler.weigh(
            self.composer.expand(atom.passage.text[before.end : atom.end])
        )

    def part(self, a: int, b: int) -> int:
        """What a part of the atoms from ``a`` up to ``b`` counts, all that it must say included."""
        return next(islice(self.growing(a), b - a - 1, None))

    def said(self, a: int, b: int) -> int:
        """What the words of those atoms count."""
        return sum(self._weights[a : min(a + 1, b)]) + sum(self._later[a + 1 : b])

    def overhead(self, a: int, b: int) -> int:
        """What a part of those atoms counts beside their own words."""
        return self.part(a, b) - self.said(a, b)

    def growing(self, a: int) -> Iterator[int]:
        """What parts count that begin with atom ``a`` and have one atom, two, and so on."""
        beats = frozenset[int]()
        named: set[str] = set()
        words = around = 0
        place = None
        has_prose = False
        repeated = self._repeated(a)
        for index in range(a, len(self.atoms)):
            atom, marks = self.atoms[index], self._marks[index]
            words += self._weights[index] if index == a else self._later[index]
            has_prose = has_prose or atom.speech is None
            here = self._places[index]
            if here != place or atom.beat not in beats or not marks <= named:
                place = here
                if atom.beat not in beats:
                    beats |= {atom.beat}
                named |= marks
                around = self._around(place, beats, named)
            yield words + around + (0 if has_prose else repeated)

    def _found_places(self) -> list[str]:
        """The place of a part that ends with an atom, for each of them."""
        composer, shot = self.composer, self.shot
        of_beats = [composer.place(shot, beat, None) for beat in range(len(shot.beats))]
        if all(place == shot.framing.location for place in of_beats):
            return [shot.framing.location] * len(self.atoms)
        found, places = shot.framing.location, []
        for atom in self.atoms:
            if atom.speech is None:
                for mark in marks_of(atom.text):
                    if composer.cast[mark].kind == "location":
                        found = mark
            places.append(found if atom.speech is None else of_beats[atom.beat])
        return places

    def _repeated(self, a: int) -> int:
        """What the sentence counts that a part opens with which has no prose of its own."""
        sentence = sentence_before(self.atoms, a, a + 1)
        if sentence is None:
            return 0
        introduced = sum(map(self._introduction, self._closure(self._marks[sentence])))
        return self._weights[sentence] + introduced

    def _around(self, place: str, beats: frozenset[int], named: set[str]) -> int:
        """What the framing counts, and those who are named and introduced."""
        base, known = self._base(place, beats)
        present = self._presents.get(beats)
        if present is None:
            present = self._presents[beats] = present_in(self.shot, sorted(beats))
        weigh, expand = self.composer.ruler.weigh, self.composer.expand
        absent = [mark for mark in present if mark not in named]
        introduced = [one for one in self._closure([*named, *absent]) if one not in known]
        return (
            base
            + sum(weigh(expand(mark)) + _AND for mark in absent)
            + sum(map(self._introduction, introduced))
        )

    def _base(self, place: str, beats: frozenset[int]) -> tuple[int, frozenset[str]]:
        """What the framing of some beats counts, and those whom it introduces."""
        key = place, beats
        if key not in self._bases:
            composer, shot = self.composer, self.shot
            empty = PromptPiece(shot=shot, atoms=(), location=place, beats=tuple(sorted(beats)))
            draft = Draft(composer, empty)
            # Without an action nothing is said of a beat's own camera and sound.
            weight = draft.prompt().weight + sum(
                composer.ruler.weigh(composer.expand(passage.text)) + len(label) + _LABELLED
                for beat in beats
                for label, passage in (
                    (self.words.camera, shot.beats[beat].camera),
                    (self.words.sound, shot.beats[beat].sound),
                )
                if passage is not None
            )
            self._bases[key] = weight, frozenset(self._closure([place, *draft.named()]))
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
                sum(weigh(composer.expand(one.text)) + JOINT for one in passages)
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
