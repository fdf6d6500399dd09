"""What requests are sent beside words, as the target holds it: elements, frames, clips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storyboard.compiler.clip import Part
from storyboard.compiler.film import FRAME, Asset, Film, Reference, ShotClip
from storyboard.compiler.request import Dependency, Output
from storyboard.compiler.ruler import names_in_tags
from storyboard.compiler.shot_digest import ShotDigests
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import FEATURE_EMULATED, REPEATED_REFERENCE

AssetPlace = tuple[Asset, str]
"""An asset and the JSON pointer at which it stands."""
WrittenElement = tuple[dict[str, Any], tuple[AssetPlace, ...]]
"""An element as a request's field holds it, and the local files in it."""


def is_public(asset: Asset) -> bool:
    """Whether an asset is a URL, and no file that must be uploaded."""
    return asset.location.startswith("https://")


def stand_in_of(asset: Asset) -> str:
    """What stands in a payload for an asset: a URL as it is, a local file by its content."""
    if is_public(asset):
        return asset.location
    return f"asset:sha256:{asset.sha256}" if asset.sha256 else "asset:missing"


class RequestInputs:
    """What the requests of one film are sent beside words: elements, frames and clips of shots.

    What its requests share is made once.
    """

    def __init__(self, film: Film, digests: ShotDigests, diagnostics: Diagnostics) -> None:
        self.film = film
        self.digests = digests
        self.diagnostics = diagnostics
        self._elements: dict[tuple[str, int], WrittenElement] = {}
        self.names = names_in_tags(film.target, film.cast)
        self._names = {
            one.name: name
            for mark, name in self.names.items()
            if mark != FRAME and (one := film.cast.reference(mark)) is not None
        }

    def opened_on(self, part: Part, pointer: str) -> Dependency | None:
        """The frame that a part opens on, None where there is none before it.

        A shot continues the film's take of the shot before it; a part of a divided shot continues
        its own: whoever raises the shot's take has both.
        """
        number = part.number - 1 or None
        before = part.shot if number else self.digests.before(part.shot)
        if before is None:
            return None
        return Dependency(
            shot=before.address, part=number, digest=self.digests.of(before), pointer=pointer
        )

    def clip_of(self, clip: ShotClip, pointer: str) -> Dependency:
        """The clip of a shot, in its take of the film, as it stands at a pointer."""
        digest_of = self.digests.of(self.digests.named(clip.shot))
        return Dependency(
            shot=clip.shot, part=None, digest=digest_of, pointer=pointer, output=Output.CLIP
        )

    def element(self, reference: Reference, index: int) -> WrittenElement:
        """An element as the request's field at ``index`` holds it, and the local files in it."""
        key = (reference.name, index)
        if key not in self._elements:
            uses: list[AssetPlace] = []
            self._elements[key] = self._element(reference, index, uses), tuple(uses)
        return self._elements[key]

    def _element(self, reference: Reference, index: int, uses: list[AssetPlace]) -> dict[str, Any]:
        target = self.film.target
        names, limits = target.request.elements, target.elements
        if names is None or limits is None:
            raise ValueError(f"{target.target} has no elements for {reference.name}")
        at = f"/{names.name}/{index}"

        def placed(asset: Asset, pointer: str) -> str:
            if not is_public(asset):
                uses.append((asset, f"{at}/{pointer}"))
            return stand_in_of(asset)

        element: dict[str, Any] = {names.id: self._names[reference.name]} if names.id else {}
        if names.description:
            element[names.description] = reference.description
        if reference.video is not None and names.video:
            element[names.video] = placed(reference.video, names.video)
            if reference.voice and names.voice:
                element[names.voice] = reference.voice
            return element
        if reference.frontal is None:
            return element
        others = reference.references
        if not others and limits.min_references:
            others = (reference.frontal,) * limits.min_references
            self._report_repeated(reference, limits.min_references + 1)
        if names.frontal:
            element[names.frontal] = placed(reference.frontal, names.frontal)
        if reference.voice and names.voice:
            element[names.voice] = reference.voice
        listed = names.references or names.pictures
        pictures = others if names.frontal else (reference.frontal, *others)
        if pictures and listed:
            element[listed] = [
                placed(asset, f"{listed}/{number}") for number, asset in enumerate(pictures)
            ]
        return element

    def report_pictured(self, reference: Reference) -> None:
        """Say that an element is sent as an image, as the target wants one in each request."""
        target = self.film.target.target

        def say(names: Sequence[str]) -> tuple[str, str]:
            who = f'"{names[0]}" is sent as one' if len(names) == 1 else "characters are sent as it"
            return (
                f"{target} wants an image in each request: {who} where there is no other",
                "mention a location or a style that has a picture, to send it as an element",
            )

        place = Label(reference.span, f'"{reference.name}"')
        self.diagnostics.add_place(FEATURE_EMULATED, "image", place, reference.name, say)

    def _report_repeated(self, reference: Reference, wanted: int) -> None:
        target = self.film.target.target

        def say(names: Sequence[str]) -> tuple[str, str]:
            who = f'"{names[0]}" has one picture'
            if len(names) > 1:
                who = f"{len(names)} members of the cast have one picture each"
            message = f"{who}, {target} wants {wanted}: the frontal one is sent as a reference too"
            return (
                message,
                "add references: with a picture from another side; it keeps the likeness",
            )

        place = Label(reference.span, f'"{reference.name}"')
        self.diagnostics.add_place(REPEATED_REFERENCE, "", place, reference.name, say)
