"""What a mention becomes on a target: a tag, or words.

A member with pictures is sent as an element or an image, and its mark becomes a tag; one without
any is words: a prompt introduces it by its description, and its mark becomes its label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar, cast

from msgspec.structs import fields, replace

from storyboard.compiler.film import (
    MENTION,
    Asset,
    Beat,
    Cast,
    FootageUse,
    Framing,
    Passage,
    Reference,
    Scene,
    Shot,
    ShotClip,
    Speech,
    marks_of,
)
from storyboard.compiler.resolve.assets import Assets
from storyboard.compiler.resolve.cast import DescriptionText, Mentioned, Names
from storyboard.compiler.resolve.members import Member, has_picture, is_hole, place_of
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.references import References
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import CLIP_LENGTH, FEATURE_EMULATED, FEATURE_LOST, PICTURELESS
from storyboard.document import Scalar
from storyboard.language.cast import Element
from storyboard.targets.model import Feature, Target

_T = TypeVar("_T")
_ENCODED = (Scene, Shot, Beat, Speech, Framing, Passage)
"""What holds encoded texts and marks."""


class Casting:
    """Casts one film for one target, and says what the target cannot take."""

    def __init__(
        self,
        names: Names,
        assets: Assets,
        target: Target,
        diagnostics: Diagnostics,
        shot_clips: Mapping[str, ShotClip],
    ) -> None:
        self._names = names
        self._target = target
        self._diagnostics = diagnostics
        self._assets = assets
        self._references = References(target, assets, diagnostics, shot_clips)
        self._appearances = {mark: one.appearance for mark, one in names.behind.items()}
        self._introductions: dict[str, tuple[Passage, ...]] = {}
        self.unfit: set[str] = set()
        """Where the frames and the edited clips are that the target does not take."""
        self._without_look: dict[str, str] = {}
        self._seen: set[str] = set()
        """The marks of which is decided what they become."""
        self._in_words: set[str] = set()
        """The marks that stand for members where they are words though elements are taken."""
        self._instead: dict[str, str] = {}
        """The mark of a member without a look, for those of looks that the target drops."""

    def cast(self, scenes: Sequence[Scene], marks: Iterable[str]) -> tuple[Cast, tuple[Scene, ...]]:
        """The cast of some scenes, and the scenes as the target renders them.

        ``marks`` are those that stand in them. The scenes differ only where the target drops looks,
        or the sound beside a clip.
        """
        self._cast_all(marks)
        self._check_frames(shot for scene in scenes for shot in scene.shots)
        self._check_footage(shot for scene in scenes for shot in scene.shots)
        found = tuple(scenes)
        if self._target.silent_with_footage:
            found = tuple(
                replace(scene, shots=tuple(map(self._without_sound, scene.shots)))
                for scene in found
            )
        if self._target.elements is not None and self._target.elements.facing == "clip":
            found = tuple(
                replace(scene, shots=tuple(map(self._turned_to_its_picture, scene.shots)))
                for scene in found
            )
        introductions = {mark: self._introductions[mark] for mark in sorted(self._introductions)}
        if self._instead:
            table = str.maketrans(self._instead)
            found = _translated(found, table)
            introductions = {mark: _translated(said, table) for mark, said in introductions.items()}
        present = tuple(sorted(self._seen | self._in_words))
        return Cast([*self._appearances.values()], introductions, present), found

    def _cast_all(self, marks: Iterable[str]) -> None:
        """Decide what marks become, and those in the passages that introduce them."""
        queue = [mark for mark in marks if mark not in self._seen]
        self._seen.update(queue)
        for mark in queue:
            for passage in self._cast_one(mark, self._names.behind[mark]):
                nested = [one for one in marks_of(passage.text) if one not in self._seen]
                self._seen.update(nested)
                queue += dict.fromkeys(nested)

    def _cast_one(self, mark: str, one: Mentioned) -> tuple[Passage, ...]:
        """Decide what a mark becomes; the passages that introduce it."""
        member, look = one.member, one.look
        if look and self._target.features[Feature.LOOKS].how == "none":
            self._report_look_lost(member, look)
            first = self._names.find(normal(member.name), "") or mark
            first = self._without_look.setdefault(normal(member.name), first)
            if first != mark:
                self._instead[mark] = first
                return self._cast_one(first, self._names.behind[first])
            look = ""
        reference = self._references.of(member, look)
        elements = self._target.request.elements
        if elements and elements.description and reference and reference.kind == "element":
            reference = replace(reference, description=self._words_for(one, look))
        name = f"{member.name}.{look}" if look else member.name
        self._appearances[mark] = replace(one.appearance, name=name, reference=reference)
        said = self._described(one, look, reference)
        for text in said:
            if text.is_blank:
                self._report_blank(text, name)
        passages = tuple(text.passage for text in said if text.passage is not None)
        if passages:
            self._introductions[mark] = passages
        return passages

    def _described(
        self, one: Mentioned, look: str, reference: Reference | None
    ) -> tuple[DescriptionText, ...]:
        """The texts that describe a member: what its pictures, if any are sent, do not show."""
        member = one.member
        looks = member.block.looks if isinstance(member.block, Element) and look else None
        worn = looks[Scalar(look)] if looks else None
        has_pictures = worn is not None and (worn.frontal is not None or worn.video is not None)
        of_look = one.of_look if look else None
        found: tuple[DescriptionText | None, ...]
        if reference is not None:
            found = (None if has_pictures else of_look,)
        elif has_pictures and of_look:
            found = (of_look,)
        else:
            found = (one.own, of_look)
        texts = tuple(text for text in found if text is not None)
        is_said = self._references.is_lost(member) or self._references.is_shown_otherwise(member)
        if reference is None and not texts and not is_said and not is_hole(member):
            self._report_nothing_to_send(member)
        return texts

    def _words_for(self, one: Mentioned, look: str) -> str:
        """The words that describe a member of whom pictures are sent too, without names in them."""
        texts = (one.own, one.of_look if look else None)
        said = [text.passage.text for text in texts if text and text.passage]
        behind = self._names.behind
        words = (MENTION.sub(lambda found: behind[found[0]].appearance.label, t) for t in said)
        return " ".join(words) or one.appearance.label

    def _turned_to_its_picture(self, shot: Shot) -> Shot:
        """The shot, without elements where its character faces as in the picture."""
        if shot.footage is None or shot.footage.facing != "picture":
            return shot
        table: dict[int, str] = {}
        for mark in dict.fromkeys(shot.all_marks()):
            sent = self._appearances[mark].reference
            if sent is not None and sent.kind == "element" and mark in self._names.in_words:
                table[ord(mark)] = self._called_by_label(mark)
                place = Label(shot.place("facing"), "nor here")
                self._diagnostics.add_place(
                    FEATURE_EMULATED, "facing", place, sent.name, self._say_in_words
                )
        return _translated(shot, table) if table else shot

    def _called_by_label(self, mark: str) -> str:
        """The mark of the same member in words alone, as are those whom the words mention."""
        names = self._names
        waiting = [mark]
        for one in waiting:
            words = names.in_words[one]
            if words in self._in_words:
                continue
            self._in_words.add(words)
            said = names.behind[one].passages()
            nested = dict.fromkeys(found for text in said for found in marks_of(text.text))
            table = {
                ord(found): names.in_words[found] for found in nested if found in names.in_words
            }
            waiting += [found for found in nested if found in names.in_words]
            self._cast_all([found for found in nested if found not in names.in_words])
            if said:
                self._introductions[words] = _translated(said, table)
        return names.in_words[mark]

    def _say_in_words(self, names: Sequence[str]) -> tuple[str, str]:
        called = f'"{names[0]}" is called' if len({*names}) == 1 else "characters are called"
        lack = "takes no elements where a character faces as in the picture"
        return (
            f"{self._target.target} {lack}: {called} by the label",
            "show in the picture who moves; facing: clip sends elements too",
        )

    def _without_sound(self, shot: Shot) -> Shot:
        """The shot, silent where it is sent a clip, beside which there is no other sound."""
        references = (self._appearances[mark].reference for mark in shot.all_marks())
        has_clip = shot.footage is not None or any(one and one.kind == "clip" for one in references)
        if not has_clip or not shot.audio:
            return shot
        if not shot.keep_sound:
            place = Label(shot.place("audio", "edit"), "nor here")
            self._diagnostics.add_place(FEATURE_LOST, "beside", place, place, self._say_silent)
        return replace(shot, audio=False)

    def _say_silent(self, places: Sequence[Label]) -> tuple[str, str]:
        count = f"{len(places)} shots are" if len(places) > 1 else "the shot is"
        return (
            f"{self._target.target} makes no sound beside a clip: {count} silent",
            "write keep_sound: true for the sound of the clip, or audio: false",
        )

    def _check_frames(self, shots: Iterable[Shot]) -> None:
        limits = self._target.frames
        frames = (
            one for shot in shots for one in (shot.start_frame, *shot.middle_frames, shot.end_frame)
        )
        for frame in filter(None, frames):
            if not self._assets.check_picture(frame, self._target, self._diagnostics, limits):
                self.unfit.add(frame.location)

    def _check_footage(self, shots: Iterable[Shot]) -> None:
        """Hold the clips that shots are made from against what the target takes of them."""
        target = self._target
        for shot in shots:
            use = shot.footage
            if use is None or not target.has(Feature(use.way)):
                continue
            is_fit = (
                self._references.check_length(use.clip)
                if isinstance(use.clip, ShotClip)
                else self._assets.check_clip(use.clip, target.footage, target, self._diagnostics)
            )
            if not is_fit and isinstance(use.clip, Asset):
                self.unfit.add(use.clip.location)
            is_fit = is_fit and self._check_facing(shot, use)
            if is_fit and not target.seconds.min <= shot.seconds <= target.seconds.max:
                self._diagnostics.add(
                    CLIP_LENGTH,
                    f'"{use.name}" lasts {shot.seconds} s, {target.target} takes clips of '
                    f"{target.seconds.min} to {target.seconds.max} s for {use.way}",
                    shot.place("duration", "beats", use.way),
                    help="cut the clip to that length",
                )

    def _check_facing(self, shot: Shot, use: FootageUse) -> bool:
        """Whether a clip is short enough for how the character faces; if not, that is said."""
        limits, place = self._target.footage, shot.place("facing")
        most = limits.max_facing_picture if limits is not None else None
        lasts = use.clip.lasts if isinstance(use.clip, Asset) else None
        lasts = Decimal(shot.seconds) if lasts is None else lasts
        if use.facing != "picture":
            return True
        if self._target.request.facing is None:
            self._diagnostics.add(
                FEATURE_LOST,
                f"{self._target.target} lets a character face as in the clip alone: facing is not "
                "sent",
                place,
                help="remove facing, or show the character in the picture as it is in the clip",
            )
            return True
        if most is None or lasts <= most:
            return True
        self._diagnostics.add(
            CLIP_LENGTH,
            f'"{use.name}" lasts {lasts:.2f} s, {self._target.target} takes {most} s at most where '
            "the character faces as in the picture",
            place,
            help="write facing: clip, or cut the clip shorter",
        )
        return False

    def _report_blank(self, text: DescriptionText, name: str) -> None:
        self._diagnostics.add(
            PICTURELESS,
            f'the description of "{name}" is empty once its template is filled in',
            text.written.span,
            help="write the words that stand for it",
        )

    def _report_nothing_to_send(self, member: Member) -> None:
        is_pictured = has_picture(member)
        shown, key = ("clip", "video: or shot:") if member.kind == "footage" else ("picture", "")
        self._diagnostics.add(
            PICTURELESS,
            f'the {member.kind} "{member.name}" has no description, and '
            f"{self._target.target} cannot be sent its picture or clip"
            if is_pictured
            else f'the {member.kind} "{member.name}" has neither a {shown} nor a description',
            member.key.span,
            help="add description: with the words that stand for it"
            + ("" if is_pictured else f", or {key or 'a picture'}"),
        )

    def _report_look_lost(self, member: Member, look: str) -> None:
        self._diagnostics.add(
            FEATURE_LOST,
            f'{self._target.target} takes no looks: "{member.name}" is sent without "{look}"',
            place_of(member, look),
            help="`storyboard targets` lists the targets with looks",
        )


def _translated(value: _T, table: dict[int, str]) -> _T:
    """A value with other marks in all its texts."""
    made: Any = value
    if isinstance(value, str) and type(value) is str:
        made = value.translate(table)
    elif isinstance(value, tuple):
        made = tuple(_translated(one, table) for one in value)
    elif isinstance(value, _ENCODED):
        whole: Any = value
        found = {one.name: getattr(whole, one.name) for one in fields(whole)}
        made = replace(whole, **{name: _translated(one, table) for name, one in found.items()})
    return cast("_T", made)
