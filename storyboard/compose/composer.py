"""The built-in composition of a prompt, slice by slice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from storyboard.compose.action import Atom, action_of, narration_of
from storyboard.compose.blocks import Block, add_glue, joined
from storyboard.compose.frame import Frame, Frames
from storyboard.compose.stops import as_line, as_speaker, capital, ended, gap, is_sentence_start
from storyboard.diagnostics import Diagnostics
from storyboard.film import (
    MENTION,
    Film,
    Passage,
    Prompt,
    Ruler,
    Shot,
    Slice,
    Speech,
    marks_of,
)
from storyboard.targets.types import Feature
from storyboard.values import value
from storyboard.words import Words, stop_for, words_of

if TYPE_CHECKING:
    from storyboard.compose.own_template import OwnTemplate

_DETERMINERS = frozenset(
    {
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "her",
        "his",
        "its",
        "their",
        "my",
        "our",
        "your",
        "no",
        "each",
        "every",
        "some",
        "any",
    }
)
_FOREIGN = re.compile("[^\\x00-\\x7f\U000f0000-\U0010ffff]")
"""A letter that is no mark and not of ASCII."""
_ENGLISH = words_of("en", "")
_ONE_BEAT = (0,)


@value(frozen=True, slots=True, kw_only=True)
class Piece:
    """What of a shot one prompt says; the whole shot where nothing else is given.

    ``carried`` is the sentence of the part before that it opens with. ``location`` is the mark
    of its place. ``present`` are the marks of those who are in the frame though its words may
    not name them; those of ``earlier`` among them appeared in the parts before. ``beats`` are
    the indices of the beats it belongs to.
    """

    shot: Shot
    atoms: Sequence[Atom]
    narration: Sequence[Atom] = ()
    carried: Atom | None = None
    location: str = ""
    present: tuple[str, ...] = ()
    earlier: frozenset[str] = frozenset()
    beats: tuple[int, ...] = ()
    opens: bool = False
    number: int = 1
    count: int = 1


class Composer:
    """Composes the prompts of one film for its target."""

    def __init__(self, film: Film, ruler: Ruler, diagnostics: Diagnostics) -> None:
        self.film = film
        self.ruler = ruler
        self.diagnostics = diagnostics
        self.cast = film.cast
        self.form = film.target.dialogue
        self.hears = film.target.has(Feature.AUDIO)
        self.in_words = frozenset(
            mark for mark in film.cast.marks() if film.cast.reference(mark) is None
        )

        self.frames = Frames(film.cast, ruler.lead, self.expand)
        self.locations = frozenset(
            mark for mark in film.cast.marks() if film.cast[mark].kind == "location"
        )
        self._words: dict[int, Words] = {}

    @cached_property
    def own_template(self) -> OwnTemplate | None:
        """The writer's own template, read once; None where the film has none that works."""
        if self.film.template is None:
            return None
        from storyboard.compose.own_template import OwnTemplate

        return OwnTemplate.read(self.film, self.diagnostics)

    def is_heard(self, shot: Shot) -> bool:
        """Whether a shot is rendered with sound."""
        return self.hears and shot.audio

    def words(self, shot: Shot) -> Words:
        """The words of the film's language, else of the language that the shot's script tells."""
        if self.film.language is not None:
            return self._of_language
        known = self._words.get(id(shot))
        if known is None:
            known = self._words[id(shot)] = self._of_script(shot)
        return known

    def _of_script(self, shot: Shot) -> Words:
        passage = shot.beats[0].prose
        if passage is None:
            spoken = shot.lines or shot.beats[0].lines
            passage = spoken[0].line if spoken else None
        if passage is None or _FOREIGN.search(passage.text) is None:
            return _ENGLISH
        return words_of(None, passage.text)

    @cached_property
    def _of_language(self) -> Words:
        return words_of(self.film.language, "")

    def whole(self, shot: Shot) -> Prompt:
        """The prompt of a shot that is not divided."""
        return self.compose(self.whole_piece(shot))

    def whole_piece(self, shot: Shot) -> Piece:
        """All that a shot says, as one piece."""
        is_heard = self.is_heard(shot)
        narration = narration_of(shot, is_heard=is_heard)
        beats = tuple(range(len(shot.beats))) if shot.has_beats else _ONE_BEAT
        return Piece(
            shot=shot,
            atoms=action_of(shot, is_heard=is_heard),
            narration=(narration,) if narration is not None else (),
            location=self.place(shot, len(beats), None),
            present=present_in(shot, beats) if shot.has_beats or shot.cast else (),
            beats=beats,
            opens=shot.opens_on_picture,
        )

    def place(self, shot: Shot, beat: int, end: int | None) -> str:
        """The mark of the place up to a beat, and in that up to an offset of its prose.

        The last location that the prose has mentioned so far, else the shot's own.
        """
        found = shot.framing.location
        for index, one in enumerate(shot.beats[: beat + 1]):
            if one.prose is None or self.locations.isdisjoint(marks_of(one.prose.text)):
                continue
            text = one.prose.text[:end] if index == beat else one.prose.text
            found = next((m for m in reversed(marks_of(text)) if m in self.locations), found)
        return found

    def compose(self, piece: Piece) -> Prompt:
        """The prompt of a piece of a shot."""
        if self.own_template is not None:
            return self.own_template.prompt(self, piece)
        return Draft(self, piece).prompt()

    def draft(self, piece: Piece) -> Prompt:
        """The built-in prompt of a piece, whatever template there is."""
        return Draft(self, piece).prompt()

    def spoken(self, atom: Atom, named: frozenset[str], words: Words) -> str:
        """A line as the target wants it; ``named`` are those who are in the picture."""
        speech = atom.speech
        if speech is None:
            raise ValueError("prose is not spoken")
        said = [self.speaker(speech, named, words)]
        if speech.is_off:
            said.append(words.off_screen)
        if speech.tone:
            said.append(as_speaker(speech.tone))
        return self.form.format(
            speaker=words.comma.join(filter(None, said)), line=as_line(atom.text)
        )

    def speaker(self, speech: Speech, named: frozenset[str], words: Words) -> str:
        """Who speaks: a tag for someone in the picture, else a label."""
        if not speech.speaker:
            return words.narrator
        if speech.speaker not in self.in_words and (not speech.is_off or speech.speaker in named):
            return speech.speaker
        return as_speaker(self.cast[speech.speaker].label)

    def expand(self, text: str) -> str:
        """A passage with labels in place of the marks of those who are words."""
        if not self.in_words or text.isascii():
            return text
        out: list[str] = []
        end = 0
        for found in MENTION.finditer(text):
            mark = found[0]
            if mark not in self.in_words:
                continue
            out += [text[end : found.start()], self._label(mark, text, found.start())]
            end = found.end()
        return "".join([*out, text[end:]])

    def inner_label(self, mark: str) -> str:
        """What a mention is within a sentence: its tag, else its label."""
        one = self.cast[mark]
        if mark not in self.in_words:
            return mark
        return f"the {one.label}" if one.has_article else one.label

    def _label(self, mark: str, text: str, at: int) -> str:
        one = self.cast[mark]
        if one.kind == "style" and (described := self.cast.introductions.get(mark)):
            said = MENTION.sub(lambda found: self.inner_label(found[0]), described[0].text)
            body = said if said.endswith(("...", "…")) else said.rstrip(".。।")
            return ended(body)[0]
        label = one.label
        before = text[:at].rstrip()
        word = before[before.rfind(" ") + 1 :].lower()
        if one.has_article and word not in _DETERMINERS and not word.endswith(("'s", "’s")):
            label = f"the {label}"
        return capital(label) if is_sentence_start(text, at) else label


def present_in(shot: Shot, beats: Iterable[int]) -> tuple[str, ...]:
    """The marks of those whom ``cast`` puts into some beats of a shot.

    The cast of a beat counts for that beat; the shot's for those that have none of their own.
    """
    found: dict[str, None] = {}
    for index in beats:
        cast = shot.beats[index].cast
        found.update(dict.fromkeys(cast if cast is not None else shot.cast or ()))
    return tuple(found)


class Draft:
    """A prompt while it is written: blocks of slices, each of which is one or more sentences."""

    def __init__(self, composer: Composer, piece: Piece) -> None:
        self.composer = composer
        self.piece = piece
        self.shot = piece.shot
        self.words = composer.words(piece.shot)
        self.people: list[Block] = []
        """The blocks that introduce and name people."""

    def prompt(self) -> Prompt:
        """The finished prompt."""
        composer, piece = self.composer, self.piece
        place, action = piece.location, self.in_action()
        if place and place in action and place not in composer.in_words:
            place = ""  # the prose names it
        frame = composer.frames.of(self.shot, piece.beats, place, piece.opens, self.words)
        named = {**action, **dict.fromkeys(frame.marks)}
        # Who is carried is named even where she speaks: a pronoun would be a new person.
        shown = {**self.in_prose(), **dict.fromkeys(frame.marks)} if piece.earlier else named
        absent = [
            mark
            for mark in piece.present
            if mark not in (shown if mark in piece.earlier else named)
        ]
        if composer.cast.introductions:
            self._introduce(dict.fromkeys([piece.location, *absent, *named]))
        if absent:
            self._with(absent)
        blocks = [*self.people]
        if piece.carried is not None:
            blocks.append([self._prose(piece.carried, piece.carried.end, carried=True)])
        blocks += self._action(frozenset(named))
        return self._finish(frame, blocks)

    def _finish(self, frame: Frame, blocks: list[Block]) -> Prompt:
        """Framing, people and action as one prompt."""
        head, tail = frame.head, frame.tail
        if not head and not tail and len(blocks) == 1 and blocks[0][0].kind == "action":
            middle = blocks[0]  # a prompt alone stays as it is
        else:
            middle = joined(blocks, self.words)
        said = "".join([one.text for one in middle])
        slices, text = [*head], frame.head_text
        for rows, words in ((middle, said), (tail, frame.tail_text)):
            if words:
                space = gap(text, words)
                if rows[0].kind == "glue":
                    add_glue(slices, space + rows[0].text)
                    slices += rows[1:]
                else:
                    if space:
                        add_glue(slices, space)
                    slices += rows
                text = f"{text}{space}{words}"
        marks = () if text.isascii() else tuple(MENTION.findall(text))
        weight = len(text) + sum(map(self.composer.ruler.beyond_of, marks))
        return Prompt(
            text=text, slices=tuple(slices), marks=tuple(dict.fromkeys(marks)), weight=weight
        )

    def named(self) -> dict[str, None]:
        """The marks of all whom the words of the piece name, and who speaks in the picture."""
        return {**self.in_action(), **self.in_framing()}

    def in_framing(self) -> dict[str, None]:
        """The marks of all whom the framing names."""
        frame = self.composer.frames.of(
            self.shot, self.piece.beats, "", self.piece.opens, self.words
        )
        return dict.fromkeys(frame.marks)

    def in_action(self) -> dict[str, None]:
        """The marks of all whom the action names, and who speaks in the picture."""
        speeches = [atom.speech for atom in self.piece.atoms if atom.speech is not None]
        speakers = dict.fromkeys(one.speaker for one in speeches if not one.is_off)
        return {**self.in_prose(), **speakers} if speakers else self.in_prose()

    def in_prose(self) -> dict[str, None]:
        """The marks of all whom the prose names, and what beats say of camera and sound."""
        piece = self.piece
        found: dict[str, None] = {}
        for atom in (piece.carried, *piece.atoms) if piece.carried is not None else piece.atoms:
            if atom.speech is None and (marks := marks_of(atom.passage.text)):
                whole = atom.end - atom.start == len(atom.passage.text)
                found.update(dict.fromkeys(marks if whole else MENTION.findall(atom.text)))
        if self.shot.has_beats:
            for beat in piece.beats:
                for passage in (self.shot.beats[beat].camera, self.shot.beats[beat].sound):
                    if passage is not None:
                        found.update(dict.fromkeys(marks_of(passage.text)))
        return found

    # People

    def _introduce(self, waiting: Iterable[str]) -> None:
        """Say who the members are whom no picture, or not all of the picture, shows."""
        composer = self.composer
        cast, known = composer.cast, composer.cast.introductions
        queue = [mark for mark in waiting if mark]
        seen = set(queue)
        for mark in queue:
            passages = known.get(mark, ())
            for passage in passages:
                nested = [one for one in marks_of(passage.text) if one not in seen]
                seen.update(nested)
                queue += dict.fromkeys(nested)
            if passages and cast[mark].kind != "style" and mark != self.piece.location:
                self.people.append(self._introduction(mark, passages))

    def _introduction(self, mark: str, passages: Sequence[Passage]) -> list[Slice]:
        composer = self.composer
        one = composer.cast[mark]
        label = mark if mark not in composer.in_words else composer.expand(mark)
        block: list[Slice] = []
        texts = [composer.expand(passage.text) for passage in passages]
        first = texts[0][: len(label)].casefold()
        if first != label.casefold() or texts[0][len(label) : len(label) + 1].isalnum():
            block.append(Slice(label + self.words.colon, "introduction", one.name))
        else:
            texts[0] = capital(texts[0])
        for index, (text, passage) in enumerate(zip(texts, passages, strict=True)):
            if index:
                body = ended(block[-1].text)[0].rstrip(".。 ")
                block[-1] = block[-1]._replace(text=body)
                block.append(Slice("; ", "glue"))
            block.append(Slice(text, "introduction", one.name, passage=passage))
        return block

    def _with(self, absent: Sequence[str]) -> None:
        """Name those who are in the frame though the words do not name them."""
        before, _, after = self.words.with_people.partition("{}")
        block = [Slice(before, "glue")]
        for index, mark in enumerate(absent):
            if index:
                is_last = index == len(absent) - 1
                joint = self.words.last_and if is_last else self.words.comma
                block.append(Slice(joint, "glue"))
            kind = "carry" if mark in self.piece.earlier else "introduction"
            block.append(
                Slice(self.composer.inner_label(mark), kind, self.composer.cast[mark].name)
            )
        if after:
            block.append(Slice(after, "glue"))
        stop = stop_for("".join(one.text for one in block)) or self.words.stop
        self.people.append([*block, Slice(stop, "glue")])

    # Action

    def _prose(self, atom: Atom, end: int, *, carried: bool = False) -> Slice:
        text = self.composer.expand(atom.passage.text)
        if text == atom.passage.text:
            text = text[atom.start : end]
        else:
            text = self._expanded(atom.passage.text, atom.start, end)
        return Slice(text, "action", "prompt", carried, atom.passage, atom.start)

    def _expanded(self, whole: str, start: int, end: int) -> str:
        """A stretch of a passage with labels, which depend on what stands before it."""
        expand = self.composer.expand
        before = expand(whole[:start])
        return expand(whole[:end])[len(before) :]

    def _action(self, named: frozenset[str]) -> list[Block]:
        composer, words = self.composer, self.words
        blocks: list[Block] = []
        atoms = [*self.piece.atoms, *self.piece.narration]
        last: Speech | None = None
        index = 0
        while index < len(atoms):
            atom = atoms[index]
            end = atom.end
            index += 1
            while (
                index < len(atoms)
                and atoms[index].passage is atom.passage
                and atoms[index].speech is atom.speech
            ):
                end = atoms[index].end
                index += 1
            if atom.speech is None:
                blocks.append([self._prose(atom, end)])
                last = None
            else:
                said = composer.spoken(atom._replace(end=end), named, words)
                if last is not None and last.speaker != atom.speech.speaker:
                    joint = words.link + gap(words.link, said)
                    blocks.append([Slice(joint, "glue"), self._line(said, atom)])
                else:
                    blocks.append([self._line(said, atom)])
                last = atom.speech
            if index == len(atoms) or atoms[index].beat != atom.beat:
                blocks += self._of_beat(atom.beat)
        if not atoms and self.piece.carried is not None:
            blocks += self._of_beat(self.piece.carried.beat)
        return blocks

    def _of_beat(self, index: int) -> list[Block]:
        """What a beat says of camera and sound by itself."""
        beat, words = self.shot.beats[index], self.words
        labelled = self.composer.frames.labelled
        blocks = [
            labelled(label, name, passage.text, words, passage)
            for label, name, passage in (
                (words.camera, "camera", beat.camera),
                (words.sound, "sound", beat.sound),
            )
            if passage is not None
        ]
        return [block for block in blocks if block]

    def _line(self, said: str, atom: Atom) -> Slice:
        speech = atom.speech
        name = ""
        if speech is not None and speech.speaker:
            name = self.composer.cast[speech.speaker].name
        return Slice(said, "line", name or "narrator", False, atom.passage, atom.start)
