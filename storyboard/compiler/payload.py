"""The payload of a request: the target's table says which field holds what, and how."""

from __future__ import annotations

import json
from typing import Any

from storyboard.compiler.clip import Clip, Prompt
from storyboard.compiler.film import FRAME, Asset, Reference, Scene, Shot, ShotClip
from storyboard.compiler.request import AssetUse, Dependency
from storyboard.compiler.request_inputs import RequestInputs, is_public, stand_in_of
from storyboard.diagnostics.codes import DOUBTFUL_PAIR
from storyboard.targets.model import Doubt, Feature
from storyboard.targets.request_rules import ImagesField, written_seconds


class PayloadDraft:
    """The payload of a request while it is written, and what is to be said of it."""

    def __init__(self, inputs: RequestInputs) -> None:
        self.inputs = inputs
        self.target = inputs.film.target
        self.payload: dict[str, Any] = {}
        self.tokens: dict[str, str] = {}
        self.characters: list[int] = []
        self.depends_on: list[Dependency] = []
        self.tags: dict[str, str] = {}
        self._elements: list[Reference] = []
        self._images: list[Reference | None] = []
        self._image_names: list[str | None] = []
        self._listed_frames: dict[str, list[str | dict[str, str]]] = {}
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
            if fields.facing and shot.footage is not None:
                is_turned = shot.footage.facing == "picture"
                word = fields.facing.picture if is_turned else fields.facing.clip
                payload[fields.facing.name] = word
        if fields.aspect_ratio:
            payload[fields.aspect_ratio] = fields.written_ratio(scene.aspect_ratio)
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
        if shots.beside == "first":
            payload[fields.prompt] = texts[0]
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
        sent = self.inputs.film.cast.reference
        marks = [mark for part in clip.parts for mark in part.prompt.marks]
        references = {mark: None if mark == FRAME else sent(mark) for mark in marks}
        elements = [mark for mark, one in references.items() if one and one.kind == "element"]
        if len(elements) < len(references):
            return ""
        pictured = (mark for mark in elements if (one := references[mark]) and one.frontal)
        mark = next(pictured, "")
        if mark and (reference := references[mark]) is not None:
            self.inputs.report_pictured(reference)
        return mark

    def _tag(self, mark: str) -> str:
        name = self.inputs.names.get(mark)
        reference = None if mark == FRAME else self.inputs.film.cast.reference(mark)
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
        listed = fields.frame_list("first_frame")
        pointer = f"/{fields.start_frame}"
        if None in self._images:
            pointer = self._image_pointer(self._images.index(None))
        elif listed is not None:
            pointer = self._frame_pointer(listed)
        if first.opens and pointer != "/None":
            if first.start_frame is not None:
                self._frame = self._asset(first.start_frame, pointer)
            elif (before := self.inputs.opened_on(first, pointer)) is not None:
                self._frame = before.stand_in
                self.depends_on.append(before)
            if None not in self._images and listed is not None:
                self._add_frame(listed, self._frame, "first_frame")
            elif None not in self._images and fields.start_frame:
                self.payload[fields.start_frame] = self._frame
        if fields.middle_frames and first.shot.middle_frames:
            self.payload[fields.middle_frames] = [
                self._asset(frame, f"/{fields.middle_frames}/{index}")
                for index, frame in enumerate(first.shot.middle_frames)
            ]
        if last.end_frame is None:
            return
        if (listed := fields.frame_list("last_frame")) is not None:
            link = self._asset(last.end_frame, self._frame_pointer(listed))
            self._add_frame(listed, link, "last_frame")
        elif fields.end_frame:
            self.payload[fields.end_frame] = self._asset(last.end_frame, f"/{fields.end_frame}")

    def _image_pointer(self, index: int) -> str:
        """Where the link of a picture in the list of images stands."""
        images = self.target.request.images
        return "/None" if images is None else images.pointer(index)

    def _frame_pointer(self, listed: ImagesField) -> str:
        """Where the link of the next frame stands in the list that holds it, behind references."""
        images = self.target.request.images
        before = len(self._images) if images is not None and listed.name == images.name else 0
        return listed.pointer(before + len(self._listed_frames.get(listed.name, ())))

    def _add_frame(self, listed: ImagesField, link: str, role: str) -> None:
        self._listed_frames.setdefault(listed.name, []).append(listed.entry(link, role))

    def _write_footage(self, shot: Shot) -> None:
        """The clip that the shot is made from, else those that the prompts mention."""
        field = self.target.request.footage
        clips: list[Asset | ShotClip | None] = [one.shot or one.video for one in self._clips]
        if shot.footage is not None:
            clips = [shot.footage.clip]
        if field is None or not clips:
            return
        self.payload[field] = (
            [self._clip(clip, f"/{field}/{index}") for index, clip in enumerate(clips)]
            if self.target.request.footage_form == "list"
            else self._clip(clips[0], f"/{field}")
        )

    def _write_references(self, shot: Shot) -> None:
        fields = self.target.request
        images = fields.images
        if images is not None and self._images:
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
            ]
        for field, frames in self._listed_frames.items():
            self.payload.setdefault(field, []).extend(frames)
        self._write_footage(shot)
        if self._elements and fields.elements:
            self.payload[fields.elements.name] = [
                self._element(reference, index) for index, reference in enumerate(self._elements)
            ]

    def _element(self, reference: Reference, index: int) -> dict[str, Any]:
        element, uses = self.inputs.element(reference, index)
        for asset, pointer in uses:
            self._asset(asset, pointer)
        return element

    def _clip(self, clip: Asset | ShotClip | None, pointer: str) -> str:
        """What stands at a pointer for a clip: a file, or the clip of a shot."""
        if isinstance(clip, ShotClip) and clip.shot:
            needed = self.inputs.clip_of(clip, pointer)
            self.depends_on.append(needed)
            return needed.stand_in
        return self._asset(clip, pointer) if isinstance(clip, Asset) else "asset:missing"

    def _asset(self, asset: Asset, pointer: str) -> str:
        if not is_public(asset):
            self._uses.setdefault(asset.location, (asset, []))[1].append(pointer)
        return stand_in_of(asset)

    def _check_doubts(self, clip: Clip) -> None:
        for doubt in self.target.doubts:
            is_met = all(name in self.payload for name in doubt.fields)
            if is_met and not (doubt.without and doubt.without in self.payload):
                self._report_doubt(doubt, clip)

    def _report_doubt(self, doubt: Doubt, clip: Clip) -> None:
        fields, shot = self.target.request, clip.parts[-1].shot
        used = " and ".join(doubt.fields)
        what = f'the request of "{clip.parts[0].address}" has {used}'
        advice, key = "change the target's file, if you know better", "end_frame"
        if fields.middle_frames in doubt.fields:
            key, what = "middle_frames", f'"{shot.address}" has middle_frames'
            advice = f"render it first, alone, and look: storyboard run {shot.address}"
        elif fields.end_frame in doubt.fields:
            if fields.shots is not None and fields.shots.name in doubt.fields:
                what = f'"{shot.address}" shares a request with other shots and has an end_frame'
                advice = "give the shot a request of its own: put it in a scene with pack: none"
            elif doubt.without == fields.start_frame:
                what = f'"{shot.address}" has an end_frame, and its request no first frame'
                advice = "add start_frame:, or seam: continue where a shot stands before"
        self.inputs.diagnostics.add(
            DOUBTFUL_PAIR,
            f"{what}: {doubt.note} (as of {doubt.as_of.isoformat()})",
            shot.place(key),
            help=advice,
        )
