"""The splitter: the ways in which a shot can be rendered that does not fit as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.clip import Part, Way
from storyboard.compiler.clip import Prompt as Composed
from storyboard.compiler.compose import Atom, Composer, PromptPiece, action_of, narration_of
from storyboard.compiler.compose.action import BEAT
from storyboard.compiler.compose.piece import present_in
from storyboard.compiler.film import Passage, Scene, Shot, Speech
from storyboard.compiler.speech import share as spoken_share
from storyboard.compiler.split import misfits
from storyboard.compiler.split.carry import carry
from storyboard.compiler.split.division import UNLIMITED, Row
from storyboard.compiler.split.measure import JOINT, Measure, place_of, sentence_before
from storyboard.compiler.split.sentences import CLAUSE, SENTENCE, WORD, refine, whole
from storyboard.compiler.split.time_shares import Room, seconds_of_beats, shares_of, time_parts
from storyboard.language.quantities import MAX_SHOT
from storyboard.targets.model import Target


class _Division(Struct, frozen=True, kw_only=True):
    """The atoms, edges and seconds of a shot's parts; ``opening`` are those that open a request.

    ``spare`` parts at the end have no atoms of their own.
    """

    atoms: Sequence[Atom]
    narration: Sequence[Sequence[Atom]]
    edges: list[int]
    seconds: list[int]
    opening: set[int]
    is_by_text: bool
    spare: int = 0


class Splitter:
    """Finds the ways of the shots of a scene that do not fit a request as they are."""

    def __init__(self, scene: Scene, target: Target, composer: Composer) -> None:
        self.target = target
        self.composer = composer
        self.diagnostics = composer.diagnostics
        self.lead = composer.ruler.weigh(composer.ruler.lead) + 1 if composer.ruler.lead else 0
        self.entry = target.shot_characters or UNLIMITED
        single = target.prompt.characters
        self.single = single if single is not None and single > self.entry else None
        self.long_prompts = scene.long_prompts if self.single is not None else "never"

    def ways(self, shot: Shot, prompt: Composed) -> tuple[tuple[Part, ...], ...]:
        """The ways of a shot, the ones that need no division first; one, reported, if none fits."""
        is_within = shot.seconds <= self.target.seconds.max
        longer = self.single if self.long_prompts != "never" else None
        found: list[tuple[Part, ...]] = []
        if is_within and longer is not None and prompt.weight <= longer:
            found.append((self._whole(shot, prompt),))
            if self.long_prompts == "always":
                return tuple(found)
        limits = [self.entry] if longer is None or is_within else [longer, self.entry]
        for limit in limits:
            rooms = [
                room
                for room in self._rooms(shot, shot.seconds, limit)
                if not found or room.way == "joined" or (not is_within and room.way == "apart")
            ]
            division = self._fit(shot, rooms)
            if division is None:
                continue
            parts = self._parts(shot, division, limit, prompt)
            if parts is not None and not any(_are_alike(parts, other) for other in found):
                found.append(parts)
        if is_within and not found and longer is not None:
            rooms = [one for one in self._rooms(shot, shot.seconds, longer) if one.way == "apart"]
            division = self._fit(shot, rooms)
            if division is not None and (parts := self._parts(shot, division, longer, prompt)):
                found.append(parts)
        if found:
            return tuple(found)
        self._report(shot, prompt, longer or self.entry)
        return ((self._whole(shot, prompt),),)

    # What a shot's seconds hold

    def _rooms(self, shot: Shot, seconds: int, limit: int) -> Iterator[Room]:
        """The arrangements for a shot of so many seconds, the best first."""
        own, shots = self.target.seconds, self.target.shots
        by_time = -(-seconds // own.max)
        low = min(own.min, seconds // by_time) if by_time > 1 else own.min
        if shots and by_time == 1 and limit <= self.entry:
            most = min(shots.max, seconds // shots.min_seconds)
            if seconds <= most * shots.max_seconds:
                yield Room(
                    way="joined",
                    limit=limit,
                    low=shots.min_seconds,
                    high=shots.max_seconds,
                    most=most,
                )
        most = max(by_time, seconds // low)
        yield Room(way="apart", limit=limit, low=low, high=own.max, most=most)
        if shots and limit <= self.entry:
            most = min(seconds // own.min * shots.max, seconds // shots.min_seconds)
            low, high = shots.min_seconds, shots.max_seconds
            yield Room(way="grouped", limit=limit, low=low, high=high, most=most)

    def _fit(self, shot: Shot, rooms: Sequence[Room]) -> _Division | None:
        """The best division whose parts fit, or None where the seconds are too few."""
        rooms = [room for room in rooms if room.most > 1]
        is_heard = self.composer.is_heard(shot)
        least = sum(
            self.composer.ruler.weigh("".join(atom.text.split()))
            for atom in action_of(shot, is_heard=is_heard)
        )
        rooms = [room for room in rooms if least <= room.most * room.limit]
        for level in (SENTENCE, CLAUSE, WORD):
            for room in rooms:
                if division := self._divided(shot, room, level):
                    return division
        return None

    def _divided(self, shot: Shot, room: Room, level: int) -> _Division | None:
        """A division in one arrangement, prose cut down to a level where it must be."""
        by_time = -(-shot.seconds // self.target.seconds.max)
        atoms = self._atoms(shot, room.limit, level)
        if len(atoms) < by_time:
            atoms = self._atoms(shot, room.limit, level, cuts_lines=True)
        owned = seconds_of_beats(shot)
        shares = shares_of(shot, atoms, owned)
        narration = self._narrated(shot, atoms, shares)
        measure = Measure(self.composer, shot, atoms, narration)
        lead = 0 if room.way == "joined" else self.lead
        row = Row(
            [atom.level for atom in atoms],
            shares,
            measure.growing,
            room.limit - (self.lead if shot.opens_on_picture else 0),
            room.limit - lead,
            [atom.speech is None for atom in atoms],
        )
        if owned is not None and level == SENTENCE and room.way != "grouped":
            division = self._whole_beats(shot, row, measure, atoms, narration, owned, room)
            if division is not None:
                return division
        by_text = row.fewest()
        if by_text is None:
            return None
        count = max(by_time, by_text)
        if count > room.most or count < 2:
            return None
        edges = row.cuts(min(count, row.size))
        if edges is None:
            return None
        spare = count - (len(edges) - 1)
        parts = row.shares(edges)
        parts += parts[-1:] * spare
        timed = time_parts(shot.seconds, parts, room, self.target)
        if timed is None:
            return None
        return _Division(
            atoms=atoms,
            narration=narration,
            edges=edges,
            seconds=timed[0],
            opening=timed[1],
            is_by_text=by_text > by_time,
            spare=spare,
        )

    def _whole_beats(
        self,
        shot: Shot,
        row: Row,
        measure: Measure,
        atoms: Sequence[Atom],
        narration: Sequence[Sequence[Atom]],
        owned: Sequence[int],
        room: Room,
    ) -> _Division | None:
        """The fewest parts of whole beats that keep the beats' own seconds; else None."""
        first: dict[int, int] = {}
        for index, atom in enumerate(atoms):
            first.setdefault(atom.beat, index)
        starts = sorted(first.values())
        if len(starts) != len(owned):
            return None
        edges = [*starts, len(atoms)]

        def growing(a: int) -> Iterator[int]:
            weights = [0, *measure.growing(edges[a])]
            return (weights[edge - edges[a]] for edge in edges[a + 1 :])

        beats = Row([BEAT] * len(owned), owned, growing, row.first, row.rest)
        cuts = beats.whole_cuts(room.low, room.high)
        if cuts is None or not 1 < len(cuts) - 1 <= room.most:
            return None
        count = len(cuts) - 1
        return _Division(
            atoms=atoms,
            narration=narration,
            edges=[edges[cut] for cut in cuts],
            seconds=beats.shares(cuts),
            opening={0} if room.way == "joined" else set(range(count)),
            is_by_text=shot.seconds <= self.target.seconds.max,
        )

    def _atoms(self, shot: Shot, limit: int, level: int, *, cuts_lines: bool = False) -> list[Atom]:
        """The action, prose cut into sentences, and what is too long further, to a level."""
        is_heard = self.composer.is_heard(shot)
        atoms: list[Atom] = []
        plain = action_of(shot, is_heard=is_heard)
        measure = Measure(self.composer, shot, plain, [()] * len(plain))
        for index, atom in enumerate(plain):
            room = limit - self.lead - measure.overhead(index, index + 1)
            is_line = atom.speech is not None
            down_to = SENTENCE if not is_line or cuts_lines else 0
            if level > SENTENCE and not is_line:
                down_to = level
            text = atom.passage.text
            around = measure.of_atom(replace(atom, end=atom.start))

            def weigh(stretch: str, around: int = around) -> int:
                return self.composer.ruler.weigh(self.composer.expand(stretch)) + around

            start = whole(text, atom.start, atom.end, weigh)
            pieces = refine(text, [start], max(room, 24), weigh, down_to=down_to)
            for number, piece in enumerate(pieces):
                cut = atom.level if not number else piece.level + 1
                if not number and index and atom.beat != plain[index - 1].beat:
                    cut = BEAT  # a beat of lines alone begins with one
                if not number and not shot.has_beats and index:
                    cut = max(cut, 1)
                atoms.append(
                    Atom(atom.passage, piece.start, piece.end, atom.beat, cut, atom.speech)
                )
        return atoms

    def _narrated(
        self, shot: Shot, atoms: Sequence[Atom], shares: Sequence[int]
    ) -> list[Sequence[Atom]]:
        """The sentences of the narration, each with the atom during which it is heard."""
        narration = narration_of(shot, is_heard=self.composer.is_heard(shot))
        spread: list[list[Atom]] = [[] for _ in atoms]
        if narration is None or not atoms:
            return [tuple(said) for said in spread]
        text = narration.passage.text
        start = whole(text, 0, len(text), len)
        pieces = refine(text, [start], UNLIMITED, len, down_to=SENTENCE)
        weights = [max(spoken_share(text[piece.start : piece.end]), 1) for piece in pieces]
        total, at, index, reached = sum(weights), 0, 0, shares[0]
        for piece, weight in zip(pieces, weights, strict=True):
            middle = (2 * at + weight) * max(sum(shares), 1)
            while index < len(atoms) - 1 and reached * 2 * total < middle:
                index += 1
                reached += shares[index]
            spread[index].append(replace(narration, start=piece.start, end=piece.end))
            at += weight
        return [tuple(said) for said in spread]

    # Parts

    def _whole(self, shot: Shot, prompt: Composed) -> Part:
        """A shot kept whole, alone in its request where it is too long for a list of shots."""
        shots = self.target.shots
        is_alone = shots is not None and (
            shot.seconds > shots.max_seconds or prompt.weight > self.entry
        )
        return Part(
            shot=shot,
            prompt=prompt,
            seconds=shot.seconds,
            continues=shot.seam == "continue",
            alone=is_alone,
            lines=shot.speeches(),
        )

    def _parts(
        self, shot: Shot, division: _Division, limit: int, prompt: Composed
    ) -> tuple[Part, ...] | None:
        """The composed parts of a division; None where one counts more than it may."""
        count = len(division.seconds)
        way = Way(
            is_by_text=division.is_by_text,
            weight=prompt.weight,
            limit=limit,
            spare=division.spare,
        )
        atoms, parts = division.atoms, []
        appeared: dict[str, None] = {}
        for index in range(count):
            if index < count - division.spare:
                a, b = division.edges[index], division.edges[index + 1]
                sentence = sentence_before(atoms, a, b)
            else:
                a = b = division.edges[-1]
                sentence = next(
                    (at for at in range(a - 1, -1, -1) if atoms[at].speech is None), None
                )
            opens = index in division.opening
            piece = PromptPiece(
                shot=shot,
                atoms=atoms[a:b],
                # It is said last: another beat's would bring that beat's camera and sound along.
                narration=[
                    replace(said, beat=atoms[b - 1].beat)
                    for each in division.narration[a:b]
                    for said in each
                ],
                carried=atoms[sentence] if sentence is not None else None,
                location=place_of(self.composer, shot, atoms[max(b, 1) - 1]),
                present=present_in(shot, _beats_of(atoms, a, b)),
                beats=_beats_of(atoms, a, b),
                opens=opens and (index > 0 or shot.opens_on_picture),
                number=index + 1,
                count=count,
            )
            composed = carry(self.composer, piece, appeared, limit)
            if composed.weight > limit or not composed.text:
                return None
            shots = self.target.shots
            parts.append(
                Part(
                    shot=shot,
                    prompt=composed,
                    seconds=division.seconds[index],
                    number=index + 1,
                    count=count,
                    continues=opens and (index > 0 or shot.seam == "continue"),
                    joined=not opens,
                    carried=atoms[sentence].text if sentence is not None else "",
                    alone=shots is not None
                    and (
                        division.seconds[index] > shots.max_seconds or composed.weight > self.entry
                    ),
                    is_at_beat=shot.has_beats and b > a and atoms[a].level == BEAT,
                    lines=_spoken(piece),
                    way=way,
                )
            )
        return tuple(parts)

    # What is said where nothing fits

    def _report(self, shot: Shot, prompt: Composed, limit: int) -> None:
        plain = self._atoms(shot, limit, SENTENCE)
        if not plain:
            misfits.crowded_framing(self.composer, shot, limit)
            return
        measure = Measure(self.composer, shot, plain, [()] * len(plain))
        overhead = [measure.overhead(a, a + 1) + self.lead for a in range(len(plain))]
        longest = max(measure.of_atom(atom) for atom in plain)
        if limit - max(overhead) < min(longest, 100):
            misfits.crowded_framing(self.composer, shot, limit)
            return
        words = self._atoms(shot, limit, WORD)
        measure = Measure(self.composer, shot, words, [()] * len(words))
        room = limit - self.lead
        for index, atom in enumerate(words):
            if measure.part(index, index + 1) > room and atom.end - atom.start > 24:
                misfits.unbreakable(self.composer, shot, atom, limit)
                return
        shares = [1] * len(words)
        row = Row([atom.level for atom in words], shares, measure.growing, room, room)
        rooms = list(self._rooms(shot, shot.seconds, limit))
        most = max(room.most for room in rooms)
        held = row.held(most)
        holds = measure.said(0, held) - JOINT
        needed = row.fewest()
        enough = None
        if needed is not None:
            for seconds in range(shot.seconds + 1, MAX_SHOT + 1):
                if any(needed <= room.most for room in self._rooms(shot, seconds, limit)):
                    enough = seconds
                    break
        weight = measure.said(0, len(words)) - JOINT
        misfits.crowded(self.composer, shot, weight, min(holds, weight - 1), enough)


def _are_alike(parts: Sequence[Part], others: Sequence[Part]) -> bool:
    """Whether two ways render the same prompts in the same seconds."""
    return [(part.prompt, part.seconds, part.joined) for part in parts] == [
        (part.prompt, part.seconds, part.joined) for part in others
    ]


def _beats_of(atoms: Sequence[Atom], a: int, b: int) -> tuple[int, ...]:
    """The beats of some atoms; where there are none, the beat that goes on."""
    return tuple(sorted({atom.beat for atom in atoms[a:b] or atoms[max(a, 1) - 1 : max(a, 1)]}))


def _spoken(piece: PromptPiece) -> tuple[Speech, ...]:
    """The lines of a piece, each with the words that are said in it."""
    return tuple(
        replace(atom.speech, line=Passage(atom.text, atom.passage.scalar))
        for atom in (*piece.atoms, *piece.narration)
        if atom.speech is not None
    )
