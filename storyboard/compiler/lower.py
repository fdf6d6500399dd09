"""From clips to requests: the target's table says which field holds what, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from storyboard.compiler.cost import currency
from storyboard.compiler.film import (
    FRAME,
    Asset,
    Clip,
    Film,
    Part,
    Prompt,
    Reference,
    Scene,
    Shot,
    ShotClip,
)
from storyboard.compiler.request import (
    AssetUse,
    Dependency,
    Output,
    Request,
    in_needed_order,
    shot_part,
    takes_of,
)
from storyboard.compiler.ruler import names_in_tags
from storyboard.compiler.shot_digest import ShotDigests
from storyboard.compiler.takes import check_takes, rendered_once, renumbered, take_numbers
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import DOUBTFUL_PAIR, FEATURE_EMULATED, REPEATED_REFERENCE
from storyboard.targets.model import Doubt, Feature, RenderedSecond
from storyboard.targets.request_rules import written_seconds
from storyboard.values.addresses import Portion, clip_name, take_name
from storyboard.values.canonical import digest


def lower(
    film: Film,
    clips: Sequence[tuple[Scene, Sequence[Clip]]],
    lowerings: Mapping[str, Lowering],
    diagnostics: Diagnostics,
    times: int = 1,
    *,
    are_chains_taken: bool = False,
) -> tuple[Request, ...]:
    """The film's requests, in its order; each clip becomes one, and ``times - 1`` alternates.

    Each is for the target of its shots, and may open on a frame of a clip of another target.
    ``lowerings`` are by the ids of the targets.

    A clip that continues opens on the last frame of the shot before it. Clips of such chains
    have alternates only where ``are_chains_taken``; see ``takes``.
    """

    def lowering(clip: Clip) -> Lowering:
        return lowerings[film.of(clip.parts[0].shot).target.target]

    film_takes = [lowering(clip).request(scene, clip) for scene, clip in _each(clips)]
    if times == 1:
        return tuple(film_takes)
    once = () if are_chains_taken else rendered_once(film_takes)
    check_takes(currency(film.target), in_needed_order(film_takes), once, times, diagnostics)
    single = {one.id for one in once}
    requests: list[Request] = []
    for (scene, clip), chosen in zip(_each(clips), film_takes, strict=True):
        numbers = take_numbers(clip.parts[0].shot.take, 1 if chosen.id in single else times)
        requests.append(chosen)
        requests += [
            lowering(clip).request(scene, renumbered(clip, number), alternate_of=chosen.id)
            for number in islice(numbers, 1, None)
        ]
    return tuple(requests)


def _each(clips: Sequence[tuple[Scene, Sequence[Clip]]]) -> Iterator[tuple[Scene, Clip]]:
    return ((scene, clip) for scene, scene_clips in clips for clip in scene_clips)


class Lowering:
    """Makes the requests of one film; what its requests share is made once."""

    def __init__(self, film: Film, digests: ShotDigests, diagnostics: Diagnostics) -> None:
        self.film = film
        self.digests = digests
        self.diagnostics = diagnostics
        self._made: dict[int, Request] = {}
        self._elements: dict[tuple[str, int], tuple[dict[str, Any], tuple[_Use, ...]]] = {}
        self.names = names_in_tags(film.target, film.cast)
        self._names = {
            one.name: name
            for mark, name in self.names.items()
            if mark != FRAME and (one := film.cast.reference(mark)) is not None
        }

    def request(self, scene: Scene, clip: Clip, alternate_of: str | None = None) -> Request:
        """The request of a clip; asked again for the same clip, it is the same.

        ``alternate_of`` is the id of the request that the film is made of, for another take.
        """
        made = self._made.get(id(clip))
        if made is None or made.clip is not clip or alternate_of is not None:
            made = self._made[id(clip)] = self._request(scene, clip, alternate_of)
        return made

    def _request(self, scene: Scene, clip: Clip, alternate_of: str | None) -> Request:
        draft = _Draft(self)
        draft.write(scene, clip)
        endpoint = self.film.target.endpoint
        content = {
            "host": self.film.target.host,
            "endpoint": endpoint,
            "payload": draft.payload,
            "take": takes_of(clip),
        }
        number = clip.parts[0].shot.take
        return Request(
            id=take_name(alternate_of, number) if alternate_of else request_id(clip),
            alternate_of=alternate_of,
            scene=scene.address,
            target=self.film.target,
            endpoint=endpoint,
            payload=draft.payload,
            digest=digest(content),
            clip=clip,
            second=second_of(self.film, scene, clip.parts),
            shots=tuple(shot_part(part, self.digests) for part in clip.parts),
            tokens=draft.tokens,
            characters=tuple(draft.characters),
            tags=draft.tags,
            assets=draft.asset_uses(),
            depends_on=tuple(draft.depends_on),
        )

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

    def element(self, reference: Reference, index: int) -> tuple[dict[str, Any], tuple[_Use, ...]]:
        """An element as the request's field at ``index`` holds it, and the local files in it."""
        key = (reference.name, index)
        if key not in self._elements:
            uses: list[_Use] = []
            self._elements[key] = self._element(reference, index, uses), tuple(uses)
        return self._elements[key]

    def _element(self, reference: Reference, index: int, uses: list[_Use]) -> dict[str, Any]:
        target = self.film.target
        names, limits = target.request.elements, target.elements
        if names is None or limits is None:
            raise ValueError(f"{target.target} has no elements for {reference.name}")
        at = f"/{names.name}/{index}"

        def placed(asset: Asset, pointer: str) -> str:
            if not _is_public(asset):
                uses.append((asset, f"{at}/{pointer}"))
            return _value(asset)

        element: dict[str, Any] = {names.id: self._names[reference.name]} if names.id else {}
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


def second_of(film: Film, scene: Scene, parts: Sequence[Part]) -> RenderedSecond:
    """What the price of a request of these parts depends on."""
    marks = {mark for part in parts for mark in part.prompt.marks if mark != FRAME}
    sent = [one for one in map(film.cast.reference, marks) if one is not None]
    return RenderedSecond(
        audio=film.target.sounds(parts[0].shot.audio),
        voice=any(one.voice is not None for one in sent),
        video=parts[0].shot.footage is not None or any(one.is_moving for one in sent),
        resolution=film.target.resolution(scene.resolution),
    )


_Use = tuple[Asset, str]
"""An asset and the JSON pointer at which it stands."""


def _is_public(asset: Asset) -> bool:
    """Whether an asset is a URL, and no file that must be uploaded."""
    return asset.location.startswith("https://")


def _value(asset: Asset) -> str:
    """What stands in a payload for an asset: a URL as it is, a local file by its content."""
    if _is_public(asset):
        return asset.location
    return f"asset:sha256:{asset.sha256}" if asset.sha256 else "asset:missing"


def request_id(clip: Clip) -> str:
    """The name of a clip: ``arrival/climb``, ``arrival/climb.2`` or ``arrival/a..lamp``."""
    return clip_name([_portion(part) for part in clip.parts])


def _portion(part: Part) -> Portion:
    return Portion(
        address=part.shot.address,
        number=part.shot.number,
        part=part.number if part.count > 1 else None,
        parts=part.count,
    )


class _Draft:
    """A request while it is written."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self.target = lowering.film.target
        self.payload: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}
        self.characters: list[int] = []
        self.depends_on: list[Dependency] = []
        self.tags: dict[str, str] = {}
        self._elements: list[Reference] = []
        self._images: list[Reference | None] = []
        self._image_names: list[str | None] = []
        self._listed_frames: list[str | dict[str, str]] = []
        self._clips: list[Reference] = []
        self._uses: dict[str, tuple[Asset, list[str]]] = {}
        self._frame = ""
        self._pictured = ""

    def write(self, scene: Scene, clip: Clip) -> None:
        """Fill in the payload, field by field of the target's table."""
        fields, payload = self.target.request, self.payload
        shot = clip.parts[0].shot
        if fields.model:
            payload[fields.model] = self.target.endpoint
        self._write_texts(clip)
        self._write_frames(clip)
        self._write_references(shot)
        if fields.negative and shot.negative:
            payload[fields.negative] = shot.negative
        if fields.audio:
            payload[fields.audio.name] = fields.audio.written(shot.audio)
        if fields.footage and fields.footage in payload:
            if fields.keep_sound:
                payload[fields.keep_sound.name] = fields.keep_sound.written(shot.keep_sound)
            if (mode := fields.footage_mode) is not None:
                payload[mode.name] = mode.reference if shot.footage is None else mode.edit
        if fields.aspect_ratio:
            payload[fields.aspect_ratio] = scene.aspect_ratio
        if fields.resolution and (fineness := self.target.resolution(scene.resolution)):
            payload[fields.resolution] = fineness
        payload.update(fields.constants)
        self._check_doubts(clip)

    def asset_uses(self) -> tuple[AssetUse, ...]:
        """The local files of the payload, in the order of their first use."""
        return tuple(
            AssetUse(path=asset.location, sha256=asset.sha256 or "", pointers=tuple(pointers))
            for asset, pointers in self._uses.values()
        )

    def _write_texts(self, clip: Clip) -> None:
        fields, payload, target = self.target.request, self.payload, self.target
        self._pictured = self._picture_of(clip)
        texts = [self._number(part.prompt) for part in clip.parts]
        self.characters += [part.prompt.weight for part in clip.parts]
        if len(texts) == 1:
            payload[fields.prompt] = texts[0]
            # What is made from a clip is as long as the clip, and takes no length.
            if fields.seconds is not None and clip.parts[0].shot.footage is None:
                payload[fields.seconds.name] = fields.seconds.written(clip.seconds)
            return
        shots = fields.shots
        seconds = [part.seconds for part in clip.parts]
        seconds[-1] += clip.padding
        if fields.shot_line is not None:
            payload[fields.prompt] = fields.shot_lines(list(zip(texts, seconds, strict=True)))
            if fields.seconds is not None:
                payload[fields.seconds.name] = fields.seconds.written(clip.seconds)
            return
        if shots is None or target.shots is None:
            raise ValueError(f"{target.target} has no shot list for {len(texts)} parts")
        listed = [
            {shots.prompt: text, shots.seconds: written_seconds(number, shots.type)}
            for text, number in zip(texts, seconds, strict=True)
        ]
        payload[shots.name] = (
            json.dumps(listed, ensure_ascii=False) if shots.encoding == "json" else listed
        )
        if shots.total == "sum" and fields.seconds is not None:
            payload[fields.seconds.name] = fields.seconds.written(clip.seconds)

    def _number(self, prompt: Prompt) -> str:
        text = prompt.text
        for mark in prompt.marks:
            if mark not in self.tags:
                self.tags[mark] = self._tag(mark)
            text = text.replace(mark, self.tags[mark])
        return text

    def _picture_of(self, clip: Clip) -> str:
        """The mark of the element that is sent as an image, where a request must have one.

        It is the first with a frontal picture; empty where there is an image, or none is needed.
        """
        if Feature.IMAGES not in self.target.requires:
            return ""
        sent = self.lowering.film.cast.reference
        marks = [mark for part in clip.parts for mark in part.prompt.marks]
        references = {mark: None if mark == FRAME else sent(mark) for mark in marks}
        elements = [mark for mark, one in references.items() if one and one.kind == "element"]
        if len(elements) < len(references):
            return ""
        pictured = (mark for mark in elements if (one := references[mark]) and one.frontal)
        mark = next(pictured, "")
        if mark and (reference := references[mark]) is not None:
            self.lowering.report_pictured(reference)
        return mark

    def _tag(self, mark: str) -> str:
        name = self.lowering.names.get(mark)
        reference = None if mark == FRAME else self.lowering.film.cast.reference(mark)
        if reference is not None and reference.kind == "element" and mark != self._pictured:
            self._elements.append(reference)
            tag = self.target.tags.element.format(n=len(self._elements), name=name)
        elif reference is not None and reference.kind == "clip":
            self._clips.append(reference)
            tag = (self.target.tags.clip or "").format(n=len(self._clips), name=name)
        else:
            self._images.append(reference)
            self._image_names.append(name)
            tag = self.target.tags.image.format(n=len(self._images), name=name)
        self.tokens[tag] = reference.name if reference is not None else "first frame"
        return tag

    def _write_frames(self, clip: Clip) -> None:
        fields = self.target.request
        first, last = clip.parts[0], clip.parts[-1]
        listed = fields.frame_in_images("first_frame")
        pointer = f"/{fields.start_frame}"
        if None in self._images:
            pointer = self._image_pointer(self._images.index(None))
        elif listed is not None:
            pointer = self._image_pointer(len(self._images))
        if first.opens and pointer != "/None":
            if first.start_frame is not None:
                self._frame = self._asset(first.start_frame, pointer)
            elif (before := self.lowering.opened_on(first, pointer)) is not None:
                self._frame = before.stand_in
                self.depends_on.append(before)
            if None not in self._images and listed is not None:
                self._listed_frames.append(listed.entry(self._frame, "first_frame"))
            elif None not in self._images and fields.start_frame:
                self.payload[fields.start_frame] = self._frame
        if last.end_frame is None:
            return
        if (listed := fields.frame_in_images("last_frame")) is not None:
            at = self._image_pointer(len(self._images) + len(self._listed_frames))
            link = self._asset(last.end_frame, at)
            self._listed_frames.append(listed.entry(link, "last_frame"))
        elif fields.end_frame:
            self.payload[fields.end_frame] = self._asset(last.end_frame, f"/{fields.end_frame}")

    def _image_pointer(self, index: int) -> str:
        """Where the link of a picture in the list of images stands."""
        images = self.target.request.images
        if images is None:
            return "/None"
        return f"/{images.name}/{index}" + (f"/{images.link}" if images.link else "")

    def _write_footage(self, shot: Shot) -> None:
        """The clip that the shot is made from, else the one that its prompt mentions."""
        field = self.target.request.footage
        if field is None:
            return
        if shot.footage is not None:
            self.payload[field] = self._clip(shot.footage.clip, f"/{field}")
        elif self._clips:
            sent = self._clips[0]
            self.payload[field] = self._clip(sent.shot or sent.video, f"/{field}")

    def _write_references(self, shot: Shot) -> None:
        fields = self.target.request
        images = fields.images
        if images is not None and (self._images or self._listed_frames):
            named = zip(self._images, self._image_names, strict=True)
            self.payload[images.name] = [
                images.entry(
                    self._frame
                    if reference is None or reference.frontal is None
                    else self._asset(reference.frontal, self._image_pointer(index)),
                    "reference",
                    name,
                )
                for index, (reference, name) in enumerate(named)
            ] + self._listed_frames
        self._write_footage(shot)
        if self._elements and fields.elements:
            self.payload[fields.elements.name] = [
                self._element(reference, index) for index, reference in enumerate(self._elements)
            ]

    def _element(self, reference: Reference, index: int) -> dict[str, Any]:
        element, uses = self.lowering.element(reference, index)
        for asset, pointer in uses:
            self._asset(asset, pointer)
        return element

    def _clip(self, clip: Asset | ShotClip | None, pointer: str) -> str:
        """What stands at a pointer for a clip: a file, or the clip of a shot."""
        if isinstance(clip, ShotClip) and clip.shot:
            needed = self.lowering.clip_of(clip, pointer)
            self.depends_on.append(needed)
            return needed.stand_in
        return self._asset(clip, pointer) if isinstance(clip, Asset) else "asset:missing"

    def _asset(self, asset: Asset, pointer: str) -> str:
        if not _is_public(asset):
            self._uses.setdefault(asset.location, (asset, []))[1].append(pointer)
        return _value(asset)

    def _check_doubts(self, clip: Clip) -> None:
        for doubt in self.target.doubts:
            is_met = all(name in self.payload for name in doubt.fields)
            if is_met and not (doubt.without and doubt.without in self.payload):
                self._report_doubt(doubt, clip)

    def _report_doubt(self, doubt: Doubt, clip: Clip) -> None:
        fields, shot = self.target.request, clip.parts[-1].shot
        used = " and ".join(doubt.fields)
        what = f'the request of "{clip.parts[0].address}" has {used}'
        advice = "change the target's file, if you know better"
        if fields.end_frame in doubt.fields:
            if fields.shots is not None and fields.shots.name in doubt.fields:
                what = f'"{shot.address}" shares a request with other shots and has an end_frame'
                advice = "give the shot a request of its own: put it in a scene with pack: none"
            elif doubt.without == fields.start_frame:
                what = f'"{shot.address}" has an end_frame, and its request no first frame'
                advice = "add start_frame:, or seam: continue where a shot stands before"
        self.lowering.diagnostics.add(
            DOUBTFUL_PAIR,
            f"{what}: {doubt.note} (as of {doubt.as_of.isoformat()})",
            shot.place("end_frame"),
            help=advice,
        )
