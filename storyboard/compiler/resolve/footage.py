"""The clip of footage that a shot is made from, and the seconds that the shot has by it.

A model that edits a clip, or takes a motion from one, renders as many seconds as the clip has: the
shot lasts as long, in whole seconds, as they are billed. The length of a file is measured, that of
a URL is what the footage or the shot says.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from storyboard.compiler.film import Asset, FootageUse, Shot, ShotClip
from storyboard.compiler.resolve.assets import Assets, report_unmeasured
from storyboard.compiler.resolve.cast import Names
from storyboard.compiler.resolve.members import Member, worn_in
from storyboard.compiler.resolve.mentions import normal
from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    CLIP_LENGTH,
    FEATURE_LOST,
    KEY_CONFLICT,
    PICTURELESS,
    WRONG_KIND,
)
from storyboard.document import Node, Scalar
from storyboard.language import model
from storyboard.language.cast import Element, Footage
from storyboard.language.scalars import is_url


class FootageUses(Struct, frozen=True):
    """Binds the ``edit`` and ``motion`` of shots to footage of the cast."""

    names: Names
    assets: Assets
    diagnostics: Diagnostics
    stated: dict[str, tuple[int, Span]]
    """The seconds of clips at URLs, by the first shots that are made from them, and where."""

    def of(self, shot: model.Shot) -> FootageUse | None:
        """The clip that a shot is made from; None where there is none, with the reason said."""
        if shot.edit is not None and shot.motion is not None:
            self._report_conflict(
                shot.motion,
                "a shot with both edit and motion",
                "edit changes the clip itself, motion lets a character move as it does: "
                "remove one of them",
            )
        self._check_frames(shot)
        if shot.facing is not None and shot.motion is None:
            self._report_conflict(
                shot.node["facing"],
                "a shot with both edit and facing",
                "facing is of a character that moves as a clip does: remove it",
            )
        if shot.edit is not None:
            return self._use("edit", shot.edit)
        if shot.motion is None:
            return None
        return self._use("motion", shot.motion, "picture" if shot.facing == "picture" else "clip")

    def report_lone_facing(self, shot: model.Shot) -> None:
        """Say that a shot says how a character faces that does not move as a clip does."""
        self.diagnostics.add(
            FEATURE_LOST,
            "facing is of a shot with motion, and this one has none: it is not sent",
            shot.node["facing"].span,
            help="add motion: with a name of footage:, or say in the prompt where they look",
        )

    def seconds(self, shot: model.Shot, use: FootageUse, written: int | None) -> int | None:
        """The seconds of a shot that is made from a clip; None where they cannot be known.

        ``written`` are those that the shot or its beats say, None where they say none.
        """
        if isinstance(use.clip, ShotClip):
            return written
        place = shot.node.get("duration") or shot.node.get("beats") or shot.node[use.way]
        whole = use.clip.seconds
        if whole is None:
            if written is None and is_url(use.clip.location):
                self.diagnostics.add(
                    CLIP_LENGTH,
                    f'"{use.name}" is at a URL, where its length cannot be measured',
                    place.span,
                    help=f"write its whole seconds beside video:, as in footage: {{{use.name}: "
                    "{video: …, duration: 5s}}, or a path to a copy of it",
                )
            if written is not None:
                self._check_same(use, written, place)
            return written
        if written is not None and written != whole:
            self.diagnostics.add(
                CLIP_LENGTH,
                f'"{use.name}" lasts {use.clip.lasts:.2f} s, the shot says {written} s: '
                f"a shot with {use.way} lasts as long as its clip",
                place.span,
                help=f"write duration: {whole}s, or leave the seconds out",
            )
        return whole

    def _check_same(self, use: FootageUse, seconds: int, place: Node) -> None:
        """Say that two shots that are made from one clip at a URL have other seconds."""
        if use.name not in self.stated:
            report_unmeasured(use.name, seconds, place.span, self.diagnostics)
        known, there = self.stated.setdefault(use.name, (seconds, place.span))
        if known != seconds:
            self.diagnostics.add(
                CLIP_LENGTH,
                f'"{use.name}" lasts {known} s for one shot and {seconds} s for another: a shot '
                f"with {use.way} lasts as long as its clip",
                place.span,
                labels=(Label(there, f"{known} s here"),),
                help="write the seconds of the clip once, as duration: beside its video:",
            )

    def mover(self, shot: Shot) -> Asset | None:
        """The picture of the one character or prop in a shot, which moves as its clip does.

        None where no one, or more than one, has a picture.
        """
        pictures: dict[str, tuple[Scalar, str]] = {}
        for mark in shot.marks():
            one = self.names.behind[mark]
            if isinstance(one.member.block, Element):
                frontal = worn_in(one.member.block, one.look).frontal
                if frontal is not None:
                    pictures[mark] = frontal, one.member.folder
        if len(pictures) != 1:
            return None
        ((frontal, folder),) = pictures.values()
        return self.assets.picture(frontal, folder, self.diagnostics)

    def _use(
        self,
        way: Literal["edit", "motion"],
        written: Scalar,
        facing: Literal["clip", "picture"] = "clip",
    ) -> FootageUse | None:
        name = normal(written.removeprefix("@"))
        member = self.names.member(name, written.span)
        if member is None or name in self.names.doubled:
            return None
        if not isinstance(member.block, Footage):
            self.diagnostics.add(
                WRONG_KIND,
                f'"{name}" is a {member.kind}, {way} takes one of footage',
                written.span,
                labels=(Label(member.key.span, f"declared here as a {member.kind}"),),
                help="declare the clip under footage:, as in footage: {street: {video: FILE}}",
            )
            return None
        if member.block.shot is not None:
            # Which shot that is, and how long, is known when all shots are.
            later = ShotClip(shot="", seconds=0, span=member.block.shot.span)
            return FootageUse(way=way, name=member.name, clip=later, facing=facing)
        clip = self.assets.footage(member.block, member.folder, self.diagnostics)
        if clip is None:
            self._report_without_clip(way, written, member)
            return None
        return FootageUse(way=way, name=member.name, clip=clip, facing=facing)

    def _check_frames(self, shot: model.Shot) -> None:
        frames = {"start_frame": shot.start_frame, "end_frame": shot.end_frame}
        keys = ["middle_frames"] if shot.middle_frames else []
        if shot.edit is not None:
            keys = [key for key, frame in frames.items() if frame is not None] + keys
            keys += ["seam"] if shot.seam == "continue" else []
        for key in keys[:1]:
            way, why = (
                ("edit", "an edited clip opens and ends as it did")
                if shot.edit is not None
                else ("motion", "the clip says how the shot goes on")
            )
            self._report_conflict(
                shot.node[key], f"a shot with both {way} and {key}", f"{why}: remove {key}"
            )

    def _report_conflict(self, written: Node, message: str, advice: str) -> None:
        self.diagnostics.add(KEY_CONFLICT, message, written.span, help=advice)

    def _report_without_clip(self, way: str, written: Scalar, member: Member) -> None:
        self.diagnostics.add(
            PICTURELESS,
            f'the footage "{member.name}" has no video for {way}',
            written.span,
            labels=(Label(member.key.span, "declared here"),),
            help="add video: with a path or an https URL, or shot: with the address of a shot",
        )
