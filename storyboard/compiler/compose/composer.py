"""The built-in composition of a prompt, slice by slice."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from storyboard.compiler.clip import Prompt
from storyboard.compiler.compose.action import Atom, action_of, narration_of
from storyboard.compiler.compose.draft import Draft
from storyboard.compiler.compose.frame import FramingTexts
from storyboard.compiler.compose.piece import PromptPiece, present_in
from storyboard.compiler.compose.stops import as_line, as_speaker, capital, ended, is_sentence_start
from storyboard.compiler.film import MENTION, Appearance, Film, Shot, Speech, marks_of
from storyboard.compiler.ruler import Ruler
from storyboard.compiler.words import Words, words_of
from storyboard.diagnostics import Diagnostics

if TYPE_CHECKING:
    from storyboard.compiler.compose.own_template import OwnTemplate

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


def label_at(one: Appearance, text: str, at: int) -> str:
    """What a text calls a member whose mention stands at an offset of it."""
    label = one.label
    before = text[:at].rstrip()
    word = before[before.rfind(" ") + 1 :].lower()
    if one.has_article and word not in _DETERMINERS and not word.endswith(("'s", "’s")):
        label = f"the {label}"
    return capital(label) if is_sentence_start(text, at) else label


class Composer:
    """Composes the prompts of one film for its target."""

    def __init__(self, film: Film, ruler: Ruler, diagnostics: Diagnostics) -> None:
        self.film = film
        self.ruler = ruler
        self.diagnostics = diagnostics
        self.cast = film.cast
        self.form = film.target.dialogue
        self.in_words = frozenset(
            mark for mark in film.cast.marks() if film.cast.reference(mark) is None
        )

        self.frames = FramingTexts(film.cast, ruler.lead, self.expand)
        self.locations = frozenset(
            mark for mark in film.cast.marks() if film.cast[mark].kind == "location"
        )
        self._words: dict[int, Words] = {}

    @cached_property
    def own_template(self) -> OwnTemplate | None:
        """The writer's own template, read once; None where the film has none that works."""
        if self.film.template is None:
            return None
        from storyboard.compiler.compose.own_template import OwnTemplate

        return OwnTemplate.read(self.film, self.diagnostics)

    def is_heard(self, shot: Shot) -> bool:
        """Whether a shot is rendered with sound."""
        return self.film.target.sounds(shot.audio)

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
        # Most texts are ASCII as they are written; templates may bring other letters.
        if passage is None or (passage.scalar.isascii() and "{" not in passage.scalar):
            return _ENGLISH
        if _FOREIGN.search(passage.text) is None:
            return _ENGLISH
        return words_of(None, passage.text)

    @cached_property
    def _of_language(self) -> Words:
        return words_of(self.film.language, "")

    def whole(self, shot: Shot) -> Prompt:
        """The prompt of a shot that is not divided."""
        return self.compose(self.whole_piece(shot))

    def whole_piece(self, shot: Shot) -> PromptPiece:
        """All that a shot says, as one piece."""
        is_heard = self.is_heard(shot)
        narration = narration_of(shot, is_heard=is_heard)
        beats = tuple(range(len(shot.beats))) if shot.has_beats else _ONE_BEAT
        return PromptPiece(
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

    def compose(self, piece: PromptPiece) -> Prompt:
        """The prompt of a piece of a shot."""
        if self.own_template is not None:
            return self.own_template.prompt(self, piece)
        return Draft(self, piece).prompt()

    def draft(self, piece: PromptPiece) -> Prompt:
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
        return label_at(one, text, at)
