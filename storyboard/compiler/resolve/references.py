"""How the target is sent a member with pictures: as an element, as an image, or not at all.

What the target cannot take is said: the look, the clip or the voice that stays behind, the
frontal picture alone, or words in place of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor

from msgspec import Struct

from storyboard.compiler.film import Asset, Reference, ShotClip
from storyboard.compiler.resolve.assets import Assets
from storyboard.compiler.resolve.members import (
    Member,
    MemberLook,
    has_picture,
    is_hole,
    place_of,
    worn_in,
)
from storyboard.compiler.resolve.mentions import normal
from storyboard.diagnostics import Code, Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    DOUBTFUL_PAIR,
    FEATURE_EMULATED,
    FEATURE_LOST,
    PICTURE_UNFIT,
)
from storyboard.document import Scalar
from storyboard.language.cast import Element, Footage, Image, Look
from storyboard.targets.model import Feature, How, Target


class References(Struct, frozen=True):
    """Makes references of members, as far as the target has the features."""

    target: Target
    assets: Assets
    diagnostics: Diagnostics
    shot_clips: Mapping[str, ShotClip]
    """The clips of shots that are footage, by its name."""

    def is_lost(self, member: Member) -> bool:
        """Whether nobody knows which clip a member of footage is, which is said."""
        block = member.block
        if not isinstance(block, Footage) or block.video is not None:
            return False
        is_found = normal(member.name) in self.shot_clips
        return not is_found and (block.shot is not None or is_hole(member))

    def of(self, member: Member, look: str) -> Reference | None:
        """What is sent for a member in a look; None, with the loss said, where it is words."""
        shown = f"{member.name}.{look}" if look else member.name
        if isinstance(member.block, Image):
            if member.block.image is None:
                return None
            if not self.target.has(Feature.IMAGES):
                self._report_as_words(
                    member,
                    member.block,
                    "pictures of places and styles",
                    Feature.IMAGES,
                    member.key.span,
                )
                return None
            picture = self._picture(member.block.image, member)
            return Reference(kind="image", name=shown, span=member.key.span, frontal=picture)
        if isinstance(member.block, Footage):
            return self._footage(member, member.block)
        worn: Look | MemberLook = worn_in(member.block, look)
        if worn.frontal is None and worn.video is None:
            self._check_voice(member, worn, is_sent=False)
            return None
        return self._element(member, shown, worn, place_of(member, look))

    def is_shown_otherwise(self, member: Member) -> bool:
        """Whether a member that texts call by its label is shown by what else is sent.

        So is a character on a target that moves the first frame, and the clip that it moves by.
        """
        if isinstance(member.block, Footage):
            return member.block.video is not None and self.target.has(Feature.MOTION)
        by_frame = self.target.features[Feature.ELEMENTS].how == "first_frame"
        return isinstance(member.block, Element) and by_frame and has_picture(member)

    def _footage(self, member: Member, block: Footage) -> Reference | None:
        shot = self.shot_clips.get(normal(member.name))
        if self.is_lost(member):
            is_taken = self.target.has(Feature.FOOTAGE)
            span = member.key.span
            return Reference(kind="clip", name=member.name, span=span) if is_taken else None
        if block.video is None and shot is None:
            return None
        if not self.target.tags.clip and self.is_shown_otherwise(member):
            self._report(
                FEATURE_EMULATED,
                "has no tag for its clip",
                member.name,
                ("is a word in the prompt", "are words in the prompts"),
                member.key.span,
                "the clip is sent all the same",
            )
            return None
        if not self.target.tags.clip:
            self._report_as_words(member, block, "footage", Feature.FOOTAGE, member.key.span)
            return None
        clip = None
        if shot is not None:
            self.check_length(shot)
        elif (clip := self.assets.footage(block, member.folder, self.diagnostics)) is not None:
            self.assets.check_clip(clip, self.target.footage, self.target, self.diagnostics)
        return Reference(kind="clip", name=member.name, span=member.key.span, video=clip, shot=shot)

    def check_length(self, clip: ShotClip) -> bool:
        """Whether the clip of a shot will be of a length that the target takes; if not, say so."""
        limits = self.target.footage
        if limits is None or limits.min_seconds <= clip.seconds <= limits.max_seconds:
            return True
        if not clip.shot:
            return False  # it is not there, which is said
        least, most = ceil(limits.min_seconds), floor(limits.max_seconds)
        self.diagnostics.add(
            PICTURE_UNFIT,
            f'the clip of "{clip.shot}" cannot be sent to {self.target.target}: it lasts '
            f"{clip.seconds} s, from {limits.min_seconds} to {limits.max_seconds} s is taken",
            clip.span,
            help=f'write "duration: {least if clip.seconds < least else most}s" there, or name a '
            "shot within the limits",
        )
        return False

    def _element(
        self, member: Member, shown: str, worn: Look | MemberLook, place: Span
    ) -> Reference | None:
        frontal = self._picture(worn.frontal, member) if worn.frontal is not None else None
        references = [self._picture(picture, member) for picture in worn.references or ()]
        feature, how = self._way_of(member, shown)
        if how != "native":
            self._check_voice(member, worn, is_sent=False)
            if how == "image" and frontal is not None:
                self._report_as_image(shown, place, feature)
                self._check_video(member, worn)
                return Reference(kind="image", name=shown, span=place, frontal=frontal)
            if how == "first_frame":
                self._report_as_first_frame(shown, place, feature)
            else:
                self._report_as_words(member, worn, feature.value, feature, place, shown)
            return None
        video = None
        if worn.video is not None and self.target.has(Feature.ELEMENT_VIDEO):
            video = self.assets.clip(worn.video, member.folder, self.diagnostics)
            self.assets.check_clip(video, self.target.videos, self.target, self.diagnostics)
        is_voiced = self._binds_voice(video) and not (video is None and frontal is None)
        self._check_voice(member, worn, is_sent=is_voiced)
        if is_voiced and video is None and worn.voice is not None:
            self._check_doubts(member, worn.voice)
        if video is None and frontal is None:
            self._report_as_words(
                member, worn, "videos of characters", Feature.ELEMENT_VIDEO, place, shown
            )
            return None
        if video is None:
            self._check_video(member, worn)
        return Reference(
            kind="element",
            name=shown,
            span=place,
            frontal=frontal if video is None else None,
            references=() if video is not None else tuple(references),
            video=video,
            voice=str(worn.voice) if is_voiced and worn.voice is not None else None,
        )

    def _way_of(self, member: Member, shown: str) -> tuple[Feature, How]:
        """What a member asks for, as itself or in a look, and how the target offers it."""
        looks = self.target.features[Feature.LOOKS].how
        if shown != member.name and looks != "native":
            return Feature.LOOKS, looks
        return Feature.ELEMENTS, self.target.features[Feature.ELEMENTS].how

    def _check_video(self, member: Member, worn: Look | MemberLook) -> None:
        if worn.video is not None:
            self._report(
                FEATURE_LOST,
                "takes no video of a character",
                member.name,
                ("is sent by its pictures alone", "are sent by their pictures alone"),
                worn.video.span,
                _lists(Feature.ELEMENT_VIDEO),
            )

    def _binds_voice(self, video: Asset | None) -> bool:
        """Whether a voice is taken with an element that has that video, or pictures for None."""
        elements = self.target.elements
        on_pictures = elements is not None and elements.voices == "all"
        return self.target.has(Feature.VOICE) and (video is not None or on_pictures)

    def _check_doubts(self, member: Member, voice: Scalar) -> None:
        """Say what is doubtful about a voice that is bound to pictures."""
        names = self.target.request.elements
        for doubt in self.target.doubts:
            if names is not None and set(doubt.fields) == {names.voice, names.frontal}:
                self.diagnostics.add(
                    DOUBTFUL_PAIR,
                    f'the voice of "{member.name}" is bound to pictures: {doubt.note} '
                    f"(as of {doubt.as_of.isoformat()})",
                    voice.span,
                    help="add video: with a clip of the character, which binds a voice for certain",
                )

    def _check_voice(self, member: Member, worn: Look | MemberLook, *, is_sent: bool) -> None:
        if worn.voice is None or is_sent:
            return
        has_voices = self.target.has(Feature.VOICE)
        on_pictures = self._binds_voice(None)
        bound_to = "pictures or a video" if on_pictures else "a video"
        advice = "frontal: with a picture" if on_pictures else "video: with a clip"
        self._report(
            FEATURE_LOST,
            f"binds a voice only to a character with {bound_to}"
            if has_voices
            else "takes no voices",
            member.name,
            ("is not sent", "are not sent"),
            worn.voice.span,
            f"add {advice} of the character" if has_voices else _lists(Feature.VOICE),
            of="voice",
        )

    def _picture(self, written: Scalar, member: Member) -> Asset:
        picture = self.assets.picture(written, member.folder, self.diagnostics)
        self.assets.check_picture(picture, self.target, self.diagnostics)
        return picture

    def _report_as_words(
        self,
        member: Member,
        worn: Image | Look | MemberLook | Footage,
        what: str,
        feature: Feature,
        place: Span,
        shown: str = "",
    ) -> None:
        if not (worn.description or member.block.description):
            return  # there are no words either, which is said as the error that it is
        self._report(
            FEATURE_LOST,
            f"takes no {what}",
            shown or member.name,
            ("becomes its description", "become their descriptions"),
            place,
            _lists(feature),
        )

    def _report_as_image(self, shown: str, place: Span, feature: Feature) -> None:
        self._report(
            FEATURE_EMULATED,
            f"takes no {feature.value}",
            shown,
            ("is sent as an image of its frontal picture", "are sent as their frontal pictures"),
            place,
            _lists(feature),
        )

    def _report_as_first_frame(self, shown: str, place: Span, feature: Feature) -> None:
        self._report(
            FEATURE_EMULATED,
            f"takes no {feature.value}",
            shown,
            ("is shown by the first frame alone", "are shown by the first frames alone"),
            place,
            _lists(feature),
        )

    def _report(
        self,
        code: Code,
        reason: str,
        name: str,
        becomes: tuple[str, str],
        place: Span,
        advice: str,
        of: str = "",
    ) -> None:
        """Say what becomes of one member, or of several for the same reason.

        ``becomes`` is said of one and of several; ``of`` is the thing of theirs that is meant.
        """

        def say(names: Sequence[str]) -> tuple[str, str]:
            if len(names) == 1:
                who, what = f'{f"the {of} of " if of else ""}"{names[0]}"', becomes[0]
            else:
                who = f"{f'the {of}s of ' if of else ''}{len(names)} members of the cast"
                what = becomes[1]
            return f"{self.target.target} {reason}: {who} {what}", advice

        self.diagnostics.add_place(
            code, (self.target.target, reason, becomes), Label(place, f'"{name}"'), name, say
        )


def _lists(feature: Feature) -> str:
    return f"`storyboard targets` lists the targets with {feature.value}"
