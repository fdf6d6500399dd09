"""The built-in prompt of a piece, written block by block: framing, people, action."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from storyboard.compiler.clip import Prompt, Slice
from storyboard.compiler.compose.action import Atom
from storyboard.compiler.compose.blocks import SliceBlock, add_glue, joined
from storyboard.compiler.compose.frame import FramingText
from storyboard.compiler.compose.piece import PromptPiece
from storyboard.compiler.compose.stops import capital, ended, gap
from storyboard.compiler.film import MENTION, Passage, Speech, marks_of
from storyboard.compiler.words import stop_for

if TYPE_CHECKING:
    from storyboard.compiler.compose.composer import Composer


class Draft:
    """A prompt while it is written: blocks of slices, each of which is one or more sentences."""

    def __init__(self, composer: Composer, piece: PromptPiece) -> None:
        self.composer = composer
        self.piece = piece
        self.shot = piece.shot
        self.words = composer.words(piece.shot)
        self.people: list[SliceBlock] = []
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

    def _finish(self, frame: FramingText, blocks: list[SliceBlock]) -> Prompt:
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
        marks = [*marks_of(frame.head_text)]
        for one in middle:
            marks += marks_of(one.text)
        marks += marks_of(frame.tail_text)
        weight = len(text) + self.composer.ruler.beyond_of(marks)
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
                block[-1] = replace(block[-1], text=body)
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

    def _action(self, named: frozenset[str]) -> list[SliceBlock]:
        composer, words = self.composer, self.words
        blocks: list[SliceBlock] = []
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
                whole = atom if end == atom.end else replace(atom, end=end)
                said = composer.spoken(whole, named, words)
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

    def _of_beat(self, index: int) -> list[SliceBlock]:
        """What a beat says of camera and sound by itself."""
        beat, words = self.shot.beats[index], self.words
        if beat.camera is None and beat.sound is None:
            return []
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
