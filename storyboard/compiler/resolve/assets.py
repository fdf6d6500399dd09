"""Pictures and clips of a storyboard, checked against what the target takes.

All that can be known without the network is said here: a file that is missing, outside the
project, too large, too small, too narrow, or no picture at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from storyboard.compiler.film import Asset
from storyboard.diagnostics import Code, Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    CLIP_LENGTH,
    OUTSIDE_PROJECT,
    PICTURE_MISSING,
    PICTURE_UNFIT,
    UNMEASURED_CLIP,
)
from storyboard.document import Scalar
from storyboard.language.cast import Footage
from storyboard.language.scalars import is_url
from storyboard.project.files import Files, PictureFacts
from storyboard.project.video_header import VideoFacts
from storyboard.targets.limits import Pictures, Videos
from storyboard.targets.model import Target


class FoundAsset(Struct, frozen=True, kw_only=True):
    """What is known of a picture or clip without the network, whatever the target is.

    ``size`` is None for a URL and where there is no file; ``facts`` are None of what is no
    picture. ``unreadable`` is the reason why a file could not be read, else empty.
    """

    asset: Asset
    size: int | None = None
    facts: PictureFacts | None = None
    unreadable: str = ""


class Assets(Struct):
    """Looks each picture and clip up once, whoever asks for it."""

    files: Files
    _found: dict[tuple[str, str, str], FoundAsset] = field(default_factory=dict)
    _at: dict[str, FoundAsset] = field(default_factory=dict)

    def picture(self, written: Scalar, folder: str, diagnostics: Diagnostics) -> Asset:
        """A picture as written in a file of ``folder``; it is said where there is none."""
        return self._asset("picture", written, folder, diagnostics)

    def clip(self, written: Scalar, folder: str, diagnostics: Diagnostics) -> Asset:
        """A clip as written in a file of ``folder``."""
        return self._asset("clip", written, folder, diagnostics)

    def footage(self, block: Footage, folder: str, diagnostics: Diagnostics) -> Asset | None:
        """The clip of a block of footage, with the seconds that the writer states of one at a URL.

        None for the clip of a shot. It is said where a file lasts otherwise than is stated.
        """
        if block.video is None:
            return None
        clip, stated = self.clip(block.video, folder, diagnostics), block.duration
        if stated is None:
            return clip
        if is_url(clip.location):
            report_unmeasured(clip.location, stated, block.node["duration"].span, diagnostics)
            return replace(clip, lasts=Decimal(stated))
        if clip.lasts is not None and clip.seconds != stated:
            diagnostics.add(
                CLIP_LENGTH,
                f'"{block.video}" lasts {clip.lasts:.2f} s, its duration says {stated} s',
                block.node["duration"].span,
                help="leave duration: out: a file is measured",
            )
        return clip

    def _asset(self, kind: str, written: Scalar, folder: str, diagnostics: Diagnostics) -> Asset:
        key = (kind, folder, str(written))
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._look_up(kind, written, folder)
            self._at.setdefault(found.asset.location, found)
        asset = replace(found.asset, span=written.span)
        if is_url(written) or found.size is not None:
            return asset
        if self.files.inside(folder, written) is None:
            _say(
                OUTSIDE_PROJECT,
                asset,
                f'"{written}" leads out of the project\'s folder',
                "copy the file into the project and write its path from this file",
                diagnostics,
            )
        elif obstacle := self.files.obstacle(asset.location):
            _say(
                PICTURE_MISSING,
                asset,
                f'there is no {kind} at "{self.files.shown(asset.location)}": {obstacle}',
                f"put a file of the {kind} there, or write the path of one",
                diagnostics,
            )
        else:
            _say(
                PICTURE_MISSING,
                asset,
                f'there is no file at "{self.files.shown(asset.location)}"',
                f"put the {kind} there, or correct the path; it is read relative to this file",
                diagnostics,
            )
        return asset

    def _look_up(self, kind: str, written: Scalar, folder: str) -> FoundAsset:
        path = None if is_url(written) else self.files.inside(folder, written)
        size = None if path is None else self.files.size(path)
        asset = Asset(location=path or str(written), span=written.span)
        if path is None or size is None:
            return FoundAsset(asset=asset)
        facts, unreadable = None, ""
        try:
            facts = self.files.picture(path) if kind == "picture" else None
            if facts is not None or kind == "clip":
                digest = self.files.sha256(path)
                video = self.files.video(path) if kind == "clip" else None
                seen = video or facts
                asset = replace(
                    asset,
                    sha256=digest,
                    sides=(seen.width, seen.height) if seen is not None else None,
                    lasts=Decimal(video.seconds) if video is not None else None,
                )
        except OSError as error:
            unreadable = f"it cannot be read: {error.strerror}"
        return FoundAsset(asset=asset, size=size, facts=facts, unreadable=unreadable)

    def check_picture(
        self,
        asset: Asset,
        target: Target,
        diagnostics: Diagnostics,
        limits: Pictures | None = None,
    ) -> bool:
        """Whether a picture that was looked up is what the target takes; if not, that is said.

        ``limits`` are others than the target's for pictures.
        """
        found = self._at.get(asset.location)
        if found is None or found.size is None:
            return True
        problem = self._picture_problem(found, found.size, limits or target.pictures)
        return self._report(problem, asset, "picture", target, diagnostics)

    def check_clip(
        self, asset: Asset, limits: Videos | None, target: Target, diagnostics: Diagnostics
    ) -> bool:
        """Whether a clip is within limits of the target; if not, that is said."""
        found = self._at.get(asset.location)
        if found is None or found.size is None:
            return self._report(_unfit_length(asset, limits), asset, "clip", target, diagnostics)
        problem = self._video_problem(found, found.size, limits)
        return self._report(problem, asset, "clip", target, diagnostics)

    def _report(
        self, problem: Misfit, asset: Asset, kind: str, target: Target, diagnostics: Diagnostics
    ) -> bool:
        if problem.what:
            is_away = is_url(asset.location)
            shown = asset.location if is_away else self.files.shown(asset.location)
            _say(
                PICTURE_UNFIT,
                asset,
                f'"{shown}" cannot be sent to {target.target}: {problem.what}',
                problem.advice or f"replace the {kind} by one within the limits",
                diagnostics,
            )
        return not problem.what

    def _picture_problem(self, found: FoundAsset, size: int, limits: Pictures) -> Misfit:
        if found.unreadable:
            return Misfit(found.unreadable)
        if found.facts is None and size <= limits.max_bytes:
            kind = self.files.kind(found.asset.location) or "no picture, or a broken one"
            taken = f" (the target takes {_listed(limits.formats)})"
            return Misfit(f"it is {kind}{taken}", _saved_as(limits.formats))
        return unfit_picture(size, found.facts, limits)

    def _video_problem(self, found: FoundAsset, size: int, limits: Videos | None) -> Misfit:
        path = found.asset.location
        if found.unreadable:
            return Misfit(found.unreadable)
        if limits is None:
            return Misfit()
        if size > limits.max_bytes:
            return Misfit(f"{size:,} bytes, {limits.max_bytes:,} at most")
        facts = self.files.video(path)
        if facts is None:
            kind = self.files.kind(path)
            is_cut = kind.startswith("a video in M")  # MP4 or MOV, by its first bytes
            what = f"{kind}, and broken or cut" if is_cut else kind or "no video, or a broken one"
            taken = f" (the target takes {_listed(limits.formats)})"
            return Misfit(f"it is {what}{taken}", _saved_as(limits.formats))
        return unfit_video(facts, limits)


class Misfit(Struct, frozen=True):
    """Why a file cannot be sent, in words, and what to do where that is not plain."""

    what: str = ""
    advice: str = ""


def report_unmeasured(what: str, seconds: int, place: Span, diagnostics: Diagnostics) -> None:
    """Say that the seconds of a clip at a URL are the writer's word."""
    diagnostics.add(
        UNMEASURED_CLIP,
        f'"{what}" is at a URL and is not measured: the plan counts the {seconds} s that are '
        "written, the vendor those of the clip",
        place,
        help="a path to a copy of the clip is measured",
    )


def _unfit_length(clip: Asset, limits: Videos | None) -> Misfit:
    """Why a clip of which nothing but its seconds is known is outside the limits."""
    if limits is None or clip.lasts is None:
        return Misfit()
    if limits.min_seconds <= clip.lasts <= limits.max_seconds:
        return Misfit()
    return Misfit(
        f"it lasts {clip.lasts} s, from {limits.min_seconds} to {limits.max_seconds} s is taken"
    )


def unfit_picture(size: int, facts: PictureFacts | None, limits: Pictures) -> Misfit:
    """Why a picture of ``size`` bytes is outside the limits; nothing where it is not."""
    if size > limits.max_bytes:
        return Misfit(f"{size:,} bytes, {limits.max_bytes:,} at most")
    if facts is None:
        return Misfit("it is no picture, or a broken one")
    if facts.format not in limits.formats:
        return Misfit(
            f"it is {facts.format}, the target takes {_listed(limits.formats)}",
            _saved_as(limits.formats),
        )
    if not facts.has_pixels:
        return Misfit(
            f"it is a {facts.format} whose pixels cannot be read, it was cut or is broken",
            "save or copy the picture again",
        )
    if min(facts.width, facts.height) < limits.min_side:
        return Misfit(
            f"{facts.width} x {facts.height} pixels, {limits.min_side} on each side at least"
        )
    if limits.max_side is not None and max(facts.width, facts.height) > limits.max_side:
        return Misfit(
            f"{facts.width} x {facts.height} pixels, {limits.max_side} on each side at most"
        )
    ratio = Decimal(facts.width) / Decimal(facts.height)
    if not limits.min_ratio <= ratio <= limits.max_ratio:
        return Misfit(
            f"{facts.width} x {facts.height} is {ratio:.2f} wide to high, "
            f"from {limits.min_ratio} to {limits.max_ratio} is taken"
        )
    return Misfit()


def unfit_video(facts: VideoFacts, limits: Videos) -> Misfit:
    """Why a video is outside the limits; nothing where it is not."""
    if facts.format not in limits.formats:
        return Misfit(
            f"it is {facts.format}, the target takes {_listed(limits.formats)}",
            _saved_as(limits.formats),
        )
    least, most = limits.min_side, limits.max_side
    if not (least <= facts.width <= most and least <= facts.height <= most):
        return Misfit(
            f"{facts.width} x {facts.height} pixels, from {least} to {most} on each side is taken"
        )
    if not limits.min_seconds <= Decimal(facts.seconds) <= limits.max_seconds:
        return Misfit(
            f"it lasts {facts.seconds:.2f} s, from {limits.min_seconds} to "
            f"{limits.max_seconds} s is taken"
        )
    rate = round(Decimal(facts.rate), 2)
    if (limits.min_rate is not None and rate < limits.min_rate) or (
        limits.max_rate is not None and rate > limits.max_rate
    ):
        return Misfit(
            f"it has {facts.rate:.2f} frames a second, from {limits.min_rate} to "
            f"{limits.max_rate} is taken"
        )
    return Misfit()


def _say(code: Code, asset: Asset, message: str, advice: str, diagnostics: Diagnostics) -> None:
    """Say what is wrong with a file, at each place that names it."""

    def say(messages: Sequence[str]) -> tuple[str, str]:
        return messages[0], advice

    place = Label(asset.span, "the same file")
    diagnostics.add_place(code, (asset.location, message), place, message, say)


def _saved_as(formats: tuple[str, ...]) -> str:
    return f"save it as {' or '.join(formats[:2])}, and write that file's path"


def _listed(formats: tuple[str, ...]) -> str:
    return ", ".join(formats)
