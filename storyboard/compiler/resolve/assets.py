"""Pictures and clips of a storyboard, checked against what the target takes.

All that can be known without the network is said here: a file that is missing, outside the
project, too large, too small, too narrow, or no picture at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from storyboard.compiler.film import Asset
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import OUTSIDE_PROJECT, PICTURE_MISSING, PICTURE_UNFIT
from storyboard.document import Scalar
from storyboard.language.scalars import is_url
from storyboard.project.files import Files, PictureFacts
from storyboard.project.video_header import VideoFacts
from storyboard.targets.model import Pictures, Target, Videos


@dataclass(slots=True)
class Assets:
    """Looks each picture up once, whoever asks for it."""

    files: Files
    target: Target
    diagnostics: Diagnostics
    _found: dict[tuple[str, str, str], Asset] = field(default_factory=dict)

    def picture(self, written: Scalar, folder: str) -> Asset:
        """A picture as written in a file of ``folder``; what is wrong with it is said."""
        return self._asset("picture", written, folder)

    def clip(self, written: Scalar, folder: str) -> Asset:
        """A video of a character as written in a file of ``folder``."""
        return self._asset("clip", written, folder)

    def _asset(self, kind: str, written: Scalar, folder: str) -> Asset:
        key = (kind, folder, str(written))
        if key not in self._found:
            self._found[key] = self._look_up(kind, written, folder)
        return self._found[key]

    def _look_up(self, kind: str, written: Scalar, folder: str) -> Asset:
        if is_url(written):
            return Asset(location=str(written), span=written.span)
        path = self.files.inside(folder, written)
        if path is None:
            self.diagnostics.add(
                OUTSIDE_PROJECT,
                f'"{written}" leads out of the project\'s folder',
                written.span,
                help="copy the file into the project and write its path from this file",
            )
            return Asset(location=str(written), span=written.span)
        size = self.files.size(path)
        if size is None:
            self.diagnostics.add(
                PICTURE_MISSING,
                f'there is no file at "{self.files.shown(path)}"',
                written.span,
                help=f"put the {kind} there, or correct the path; it is read relative to this file",
            )
            return Asset(location=path, span=written.span)
        try:
            look_at = self._picture_problem if kind == "picture" else self._video_problem
            problem = look_at(path, size)
            digest = self.files.sha256(path) if not problem.what else None
        except OSError as error:
            problem, digest = Misfit(f"it cannot be read: {error.strerror}"), None
        if problem.what:
            self.diagnostics.add(
                PICTURE_UNFIT,
                f'"{self.files.shown(path)}" cannot be sent to {self.target.target}: '
                f"{problem.what}",
                written.span,
                help=problem.advice or f"replace the {kind} by one within the limits",
            )
        facts = self.files.picture(path) if digest and kind == "picture" else None
        sides = (facts.width, facts.height) if facts is not None else None
        return Asset(location=path, span=written.span, sha256=digest, sides=sides)

    def _picture_problem(self, path: str, size: int) -> Misfit:
        limits = self.target.pictures
        facts = self.files.picture(path) if size <= limits.max_bytes else None
        if facts is None and size <= limits.max_bytes:
            kind = self.files.kind(path) or "no picture, or a broken one"
            taken = f" (the target takes {_listed(limits.formats)})"
            return Misfit(f"it is {kind}{taken}", _saved_as(limits.formats))
        return unfit_picture(size, facts, limits)

    def _video_problem(self, path: str, size: int) -> Misfit:
        limits = self.target.videos
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


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a file cannot be sent, in words, and what to do where that is not plain."""

    what: str = ""
    advice: str = ""


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
    if not limits.min_rate <= round(Decimal(facts.rate), 2) <= limits.max_rate:
        return Misfit(
            f"it has {facts.rate:.2f} frames a second, from {limits.min_rate} to "
            f"{limits.max_rate} is taken"
        )
    return Misfit()


def _saved_as(formats: tuple[str, ...]) -> str:
    return f"save it as {' or '.join(formats[:2])}, and write that file's path"


def _listed(formats: tuple[str, ...]) -> str:
    return ", ".join(formats)
