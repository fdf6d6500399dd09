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
from storyboard.targets.model import Pictures, Target


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
        problem = ""
        try:
            if kind == "picture":
                limits = self.target.pictures
                facts = self.files.picture(path) if size <= limits.max_bytes else None
                problem = unfit(size, facts, limits)
            digest = self.files.sha256(path) if not problem else None
        except OSError as error:
            problem, digest = f"it cannot be read: {error.strerror}", None
        if problem:
            self.diagnostics.add(
                PICTURE_UNFIT,
                f'"{self.files.shown(path)}" cannot be sent to {self.target.target}: {problem}',
                written.span,
                help="replace the picture by one within the limits",
            )
        return Asset(location=path, span=written.span, sha256=digest)


def unfit(size: int, facts: PictureFacts | None, limits: Pictures) -> str:
    """Why a picture of ``size`` bytes is outside the limits; empty where it is not."""
    if size > limits.max_bytes:
        return f"{size:,} bytes, {limits.max_bytes:,} at most"
    if facts is None:
        return f"it is no picture, or a broken one (the target takes {_listed(limits.formats)})"
    if facts.format not in limits.formats:
        return f"it is {facts.format}, the target takes {_listed(limits.formats)}"
    if min(facts.width, facts.height) < limits.min_side:
        return f"{facts.width} x {facts.height} pixels, {limits.min_side} on each side at least"
    ratio = Decimal(facts.width) / Decimal(facts.height)
    if not limits.min_ratio <= ratio <= limits.max_ratio:
        return (
            f"{facts.width} x {facts.height} is {ratio:.2f} wide to high, "
            f"from {limits.min_ratio} to {limits.max_ratio} is taken"
        )
    return ""


def _listed(formats: tuple[str, ...]) -> str:
    return ", ".join(formats)
