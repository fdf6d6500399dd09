"""The framing of a prompt: what stands before its people and action, and what after them.

Shots of a scene say much of it alike, so what it looks like is kept by its texts. Its slices
have no passages where they differ from shot to shot: the field tells where it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.clip import Slice
from storyboard.compiler.compose.blocks import SliceBlock, joined
from storyboard.compiler.compose.stops import capital
from storyboard.compiler.film import MENTION, Cast, Passage, Shot, marks_of
from storyboard.compiler.words import Words


class FramingText(Struct, frozen=True, kw_only=True):
    """The slices before and after the people and the action, closed, and whom they mention."""

    head: tuple[Slice, ...]
    tail: tuple[Slice, ...]
    head_text: str
    tail_text: str
    marks: tuple[str, ...]


class FramingTexts:
    """The framing of one film's prompts; ``expand`` makes labels of the marks that are words."""

    def __init__(self, cast: Cast, lead: str, expand: Callable[[str], str]) -> None:
        self._cast = cast
        self._lead = lead
        self._expand = expand
        self._known: dict[tuple[object, ...], FramingText] = {}

    def of(
        self, shot: Shot, beats: Sequence[int], place: str, opens: bool, words: Words
    ) -> FramingText:
        """The framing of a prompt that belongs to some beats; ``place`` is empty where not said."""
        framing = shot.framing
        camera, sound = framing.camera, framing.sound
        if shot.has_beats:
            # What beats say of camera and sound by themselves stands with their action.
            own = [shot.beats[beat] for beat in beats]
            camera = None if own and all(beat.camera for beat in own) else camera
            sound = None if own and all(beat.sound for beat in own) else sound
        texts = [
            None if passage is None else passage.text
            for passage in (framing.size, camera, framing.light, sound, framing.style)
        ]
        key = (*texts, place, opens, words.language)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._make(texts, place, opens, words)
        return known

    def _make(
        self, texts: Sequence[str | None], place: str, opens: bool, words: Words
    ) -> FramingText:
        size, camera, light, sound, style = texts
        head = [
            [Slice(self._lead, "framing", "first frame")] if opens and self._lead else [],
            self._shot_size(size, camera, words),
            self._place(place, words),
        ]
        tail = [
            self.labelled(words.light, "light", light, words),
            self.labelled(words.sound, "sound", sound, words),
            self._style(style, words),
        ]
        before = joined([block for block in head if block], words)
        after = joined([block for block in tail if block], words)
        marks = [mark for text in texts if text is not None for mark in marks_of(text)]
        return FramingText(
            head=tuple(before),
            tail=tuple(after),
            head_text="".join([one.text for one in before]),
            tail_text="".join([one.text for one in after]),
            marks=tuple(dict.fromkeys(marks)),
        )

    def _shot_size(self, size: str | None, camera: str | None, words: Words) -> SliceBlock:
        block: SliceBlock = []
        for name, text in (("size", size), ("camera", camera)):
            if text is None:
                continue
            said = self._expand(text)
            if block:
                block[-1] = replace(block[-1], text=block[-1].text.rstrip(" .,;。，"))
                block.append(Slice(words.comma, "glue"))
            else:
                said = capital(said)
            block.append(Slice(said, "framing", name))
        return block

    def _place(self, mark: str, words: Words) -> SliceBlock:
        if not mark:
            return []
        label = Slice(words.place + words.colon, "glue")
        if self._cast.reference(mark) is not None:
            return [label, Slice(mark, "framing", "location")]
        return [
            one
            for passage in self._cast.introductions.get(mark, ())[:1]
            for one in (
                label,
                Slice(self._expand(passage.text), "framing", "location", False, passage),
            )
        ]

    def labelled(
        self,
        label: str,
        name: str,
        text: str | None,
        words: Words,
        passage: Passage | None = None,
    ) -> SliceBlock:
        """A field with its label; nothing where it has no text."""
        if text is None:
            return []
        said = Slice(self._expand(text), "framing", name, False, passage)
        return [Slice(label + words.colon, "glue"), said]

    def _style(self, text: str | None, words: Words) -> SliceBlock:
        if text is None:
            return []
        cast = self._cast
        if len(text) == 1 and MENTION.match(text) and cast[text].kind == "style":
            if cast.reference(text) is None:
                passage = next(iter(cast.introductions.get(text, ())), None)
                said = capital(self._expand(passage.text if passage is not None else text))
                return [Slice(said, "framing", "style", False, passage)]
            before, _, after = words.style_of.partition("{}")
            block = [Slice(capital(before), "glue"), Slice(text, "framing", "style")]
            if after:
                block += [Slice(after, "glue"), Slice(words.stop, "glue")]
            return [one for one in block if one.text]
        return [Slice(capital(self._expand(text)), "framing", "style")]
