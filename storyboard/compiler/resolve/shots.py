"""Shots with every name bound and every default filled: their action, framing and people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from storyboard.compiler.film import Asset, Beat, Framing, Passage, Priority, Scene, Shot, Speech
from storyboard.compiler.resolve.assets import Assets
from storyboard.compiler.resolve.footage import FootageUses
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.settings import (
    FRAMING_TEXTS,
    Settings,
    is_none,
    settings,
)
from storyboard.compiler.resolve.texts import Texts, scene_looks
from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    BEATS_DISAGREE,
    DUPLICATE_ID,
    EMPTY_SCENE,
    EMPTY_SHOT,
    KEY_CONFLICT,
    NOTHING_TO_CONTINUE,
    WRONG_KIND,
)
from storyboard.document import Scalar
from storyboard.language import model


class _Shared(Struct, frozen=True, kw_only=True):
    """What the shots of a scene have in common: looks, place, style, take and default texts."""

    chosen: Settings
    looks: Mapping[str, str]
    location: str
    style: Passage | None
    framing: Mapping[str, Passage | None]
    negative: str
    target: Scalar | None
    take: int


class SceneBuilder(Struct):
    """What scenes are set up with: the film's own settings and everything they share."""

    storyboard: model.Storyboard
    folder: str
    texts: Texts
    assets: Assets
    diagnostics: Diagnostics
    targets: dict[str, Span] = field(default_factory=dict)
    """The targets that shots and scenes name, and where each is named first."""
    stated_seconds: dict[str, tuple[int, Span]] = field(default_factory=dict)
    """The seconds of clips at URLs, by the first shots that are made from them, and where."""
    has_opened: bool = False
    """Whether a shot stands before the one that is made."""

    def scenes(self) -> tuple[Scene, ...]:
        """The film's scenes, without those that are left out."""
        _check_ids("scene", self.storyboard.scenes, self.diagnostics)
        made = (
            self._scene(number, scene)
            for number, scene in enumerate(self.storyboard.scenes, 1)
            if not scene.skip
        )
        kept = tuple(scene for scene in made if scene.shots)
        for scene in self.storyboard.scenes if kept else ():
            if (written := empty_shots(scene)) is not None:
                self.diagnostics.add(
                    EMPTY_SCENE,
                    f'the scene "{scene.id}" has no shots' if scene.id else "a scene without shots",
                    written,
                    help="write its shots, each with a dash, or skip: true in the scene",
                )
        return kept

    def _scene(self, number: int, scene: model.Scene) -> Scene:
        _check_ids("shot", scene.shots, self.diagnostics)
        address = str(scene.id) if scene.id is not None else str(number)
        chosen = settings(scene.defaults, self.storyboard.defaults)
        names = self.texts.names
        looks = scene_looks(
            names, {k: v for k, v in (scene.looks or {}).items() if isinstance(v, Scalar)}
        )
        style = scene.style if scene.style is not None else self.storyboard.style
        texts = self.texts
        shared = _Shared(
            chosen=chosen,
            looks=looks,
            location=self._location(scene.location),
            style=texts.passage(style, looks) if style is not None else None,
            framing={
                name: texts.passage(text, looks)
                for name, text in chosen.texts.items()
                if name != "negative"
            },
            negative=self._negative(chosen.texts.get("negative"), looks),
            target=scene.target,
            take=scene.take or 1,
        )
        shots: list[Shot] = []
        for index, shot in enumerate(scene.shots, 1):
            if shot.skip:
                continue
            shots.append(
                self._shot(f"{address}/{shot.id or index}", index, shot, shared, not shots)
            )
            self.has_opened = True
        if _is_hole(scene):
            self.has_opened = True
        return Scene(
            address=address,
            number=number,
            title=str(scene.title or ""),
            aspect_ratio=chosen.aspect_ratio,
            resolution=chosen.resolution,
            pack=chosen.pack,
            long_prompts=chosen.long_prompts,
            reuse=chosen.reuse,
            shots=tuple(shots),
        )

    def _location(self, written: Scalar | None) -> str:
        """The mark of a location; empty where there is none, with the reason said."""
        if written is None or not written or is_none(written):
            return ""
        names = self.texts.names
        name = normal(written.removeprefix("@"))
        mark = names.mark(name, "", written.span)
        member = names.members.get(name)
        if mark is None or member is None:
            return ""
        if member.kind != "location" and name in names.doubled:
            return ""
        if member.kind != "location":
            self.diagnostics.add(
                WRONG_KIND,
                f'"{name}" is a {member.kind}, a location is one of locations',
                written.span,
                labels=(Label(member.key.span, f"declared here as a {member.kind}"),),
                help="mention it in the prompts instead, or declare it under locations",
            )
            return ""
        return mark

    def _shot(
        self, address: str, number: int, shot: model.Shot, shared: _Shared, is_first: bool
    ) -> Shot:
        looks, chosen = shared.looks, shared.chosen
        seconds, footage = self._seconds(shot, chosen), None
        uses = FootageUses(self.texts.names, self.assets, self.diagnostics, self.stated_seconds)
        if shot.edit is not None or shot.motion is not None:
            footage = uses.of(shot)
            said = seconds if shot.duration is not None or _are_timed(shot.beats) else None
            if footage is not None:
                seconds = uses.seconds(shot, footage, said) or seconds
        elif shot.facing is not None:
            uses.report_lone_facing(shot)
        made = Shot(
            address=address,
            number=number,
            seconds=seconds,
            beats=self._beats(shot, looks),
            node=shot.node,
            lines=self._lines(shot.dialogue, looks),
            narration=self._narration(shot.narration, looks),
            framing=self._framing(shot, shared),
            cast=self._cast(shot.cast, looks),
            has_beats=bool(shot.beats),
            start_frame=self._frame(shot.start_frame),
            end_frame=self._frame(shot.end_frame),
            middle_frames=self._middle_frames(shot),
            seam=self._seam(shot, chosen, is_first),
            audio=chosen.audio if shot.audio is None else shot.audio,
            negative=shared.negative
            if shot.negative is None
            else self._negative(shot.negative, looks),
            take=shot.take or shared.take,
            target=self._target(shot.target or shared.target),
            priority=Priority(shot.priority) if shot.priority else chosen.priority,
            footage=footage,
            keep_sound=bool(shot.keep_sound),
        )
        if shot.motion is not None and not made.opens_on_picture:
            return replace(made, start_frame=uses.mover(made))
        return made

    def _target(self, written: Scalar | None) -> str:
        """The id of the target that a shot or its scene names; empty for the film's."""
        if written is None:
            return ""
        self.targets.setdefault(str(written), written.span)
        return str(written)

    def _framing(self, shot: model.Shot, shared: _Shared) -> Framing:
        texts, defaults = self.texts, shared.framing
        said: dict[str, Passage | None] = {}
        for name in FRAMING_TEXTS:
            own = getattr(shot, name)
            if own is None:
                said[name] = defaults.get(name)
            else:
                said[name] = None if is_none(own) else texts.passage(own, shared.looks)
        location = shared.location if shot.location is None else self._location(shot.location)
        return Framing(location=location, style=shared.style, **said)

    def _beats(self, shot: model.Shot, looks: Mapping[str, str]) -> tuple[Beat, ...]:
        if not shot.beats:
            if shot.prompt is None:
                return (Beat(prose=None),)
            return (Beat(prose=self._prose("a prompt", shot.prompt, looks)),)
        passage = self.texts.passage
        return tuple(
            Beat(
                prose=self._prose("a beat", beat.prompt, looks),
                seconds=beat.duration,
                lines=self._lines(beat.dialogue, looks),
                camera=passage(beat.camera, looks) if beat.camera is not None else None,
                sound=passage(beat.sound, looks) if beat.sound is not None else None,
                cast=self._cast(beat.cast, looks),
            )
            for beat in shot.beats
        )

    def _prose(self, what: str, written: Scalar, looks: Mapping[str, str]) -> Passage | None:
        said = self.diagnostics.errors_said
        passage = self.texts.passage(written, looks)
        # What could not be read, or filled in, is empty because of what was said of it.
        if passage is None and written.style != "?":
            if not written.strip():
                self._report_empty(what, written.span)
            elif self.diagnostics.errors_said == said and self.texts.are_known:
                self._report_empty(f"{what}, once its template is filled in,", written.span)
        return passage

    def _report_empty(self, what: str, span: Span) -> None:
        self.diagnostics.add(EMPTY_SHOT, f"{what} is empty", span, help="write what the shot shows")

    def _lines(
        self, dialogue: tuple[model.Dialogue, ...] | None, looks: Mapping[str, str]
    ) -> tuple[Speech, ...]:
        if not dialogue:
            return ()
        said = (
            self._speech(speaker, line, looks)
            for entry in dialogue
            for speaker, line in entry.items()
        )
        return tuple(filter(None, said))

    def _speech(self, speaker: str, line: model.Line, looks: Mapping[str, str]) -> Speech | None:
        """A line; None where nobody has the speaker's name, which is said."""
        name, _, look = speaker.removeprefix("@").partition(".")
        span = speaker.span if isinstance(speaker, Scalar) else line.line.span
        mark = self._member(normal(name), normal(look), looks, span)
        tone = self.texts.spoken(line.tone, looks) if line.tone is not None else ""
        said = Passage(self.texts.spoken(line.line, looks), line.line)
        if mark is None:
            return None
        return Speech(speaker=mark, tone=tone, line=said, is_off=bool(line.off))

    def _member(self, name: str, look: str, looks: Mapping[str, str], span: Span) -> str | None:
        """The mark of a name in the look that it has there; None, with the reason said."""
        names, worn = self.texts.names, look or looks.get(name, "")
        return names.find(name, worn) or names.mark(name, worn, span)

    def _narration(self, written: Scalar | None, looks: Mapping[str, str]) -> Speech | None:
        if written is None or not (text := self.texts.spoken(written, looks)):
            return None
        return Speech(speaker="", tone="", line=Passage(text, written), is_off=True)

    def _cast(
        self, written: tuple[Scalar, ...] | None, looks: Mapping[str, str]
    ) -> tuple[str, ...] | None:
        if written is None:
            return None
        marks = []
        for item in written:
            name, _, look = item.removeprefix("@").partition(".")
            mark = self._member(normal(name), normal(look), looks, item.span)
            if mark is None:
                continue
            member = self.texts.names.members[normal(name)]
            if member.kind in ("location", "style"):
                self.diagnostics.add(
                    WRONG_KIND,
                    f'"{name}" is a {member.kind}, a cast is of characters and props',
                    item.span,
                    labels=(Label(member.key.span, f"declared here as a {member.kind}"),),
                    help="write location: for a place, or mention it in the prompt",
                )
                continue
            marks.append(mark)
        return tuple(dict.fromkeys(marks))

    def _negative(self, written: Scalar | None, looks: Mapping[str, str]) -> str:
        """Names in what must not be seen are words: no document says that tags mean anything."""
        return self.texts.described(written, looks) if written and not is_none(written) else ""

    def _frame(self, written: Scalar | None) -> Any:
        if written is None:
            return None
        return self.assets.picture(written, self.folder, self.diagnostics)

    def _middle_frames(self, shot: model.Shot) -> tuple[Asset, ...]:
        """What a shot passes through; nothing beside a clip, where that is said to be too much."""
        if shot.edit is not None or shot.motion is not None:
            return ()
        return tuple(map(self._frame, shot.middle_frames or ()))

    def _seam(
        self, shot: model.Shot, chosen: Settings, is_first: bool
    ) -> Literal["cut", "continue"]:
        if shot.seam is None:
            # A default continues within a scene; a scene opens with a cut unless it says so.
            is_cut = is_first or shot.start_frame is not None or shot.edit is not None
            continues = chosen.seam == "continue" and not is_cut
            return "continue" if continues else "cut"
        if shot.seam == "continue" and shot.start_frame is not None:
            self.diagnostics.add(
                KEY_CONFLICT,
                "a shot that opens on a picture and on the last frame of the shot before",
                shot.start_frame.span,
                labels=(Label(shot.node["seam"].span, "continues the shot before"),),
                help="remove start_frame, or write seam: cut",
            )
            return "cut"
        if shot.seam == "continue" and not self.has_opened:
            self.diagnostics.add(
                NOTHING_TO_CONTINUE,
                "the first shot of the film has nothing to continue",
                shot.node["seam"].span,
                help="write seam: cut, or open on a picture with start_frame",
            )
            return "cut"
        return "continue" if shot.seam == "continue" else "cut"

    def _seconds(self, shot: model.Shot, chosen: Settings) -> int:
        if not shot.beats:
            return shot.duration or chosen.seconds
        own = [beat.duration for beat in shot.beats if beat.duration is not None]
        total = sum(own)
        if len(own) == len(shot.beats):
            if shot.duration is not None and shot.duration != total:
                self.diagnostics.add(
                    BEATS_DISAGREE,
                    f"the beats last {total} s together, the shot says {shot.duration} s",
                    shot.node["duration"].span,
                    help=f"write duration: {total}s, or leave the duration out",
                )
            return total
        seconds = shot.duration or max(chosen.seconds, total + len(shot.beats) - len(own))
        if seconds < total + len(shot.beats) - len(own):
            self.diagnostics.add(
                BEATS_DISAGREE,
                f"the beats with seconds last {total} s, which leaves no second for each other "
                f"beat of a shot of {seconds} s",
                shot.node["beats"].span if shot.duration is None else shot.node["duration"].span,
                help=f"write duration: {total + len(shot.beats) - len(own)}s or more",
            )
            return total + len(shot.beats) - len(own)
        return seconds


def _are_timed(beats: tuple[model.Beat, ...] | None) -> bool:
    """Whether beats say together how long their shot is."""
    return bool(beats) and all(beat.duration is not None for beat in beats or ())


def empty_shots(scene: model.Scene) -> Span | None:
    """Where the list of a scene's shots is written and is empty; None of any other scene."""
    written = scene.node.get("shots")
    if scene.skip or scene.shots or written is None or _is_hole(scene):
        return None
    return written.span


def _is_hole(scene: model.Scene) -> bool:
    """Whether the scene's shots could not be read: they are there, and not known."""
    written = scene.node.get("shots")
    return not scene.shots and (written is None or written.start == written.end)


def _check_ids(
    kind: str, blocks: tuple[model.Scene, ...] | tuple[model.Shot, ...], diagnostics: Diagnostics
) -> None:
    first: dict[str, Scalar] = {}
    for block in blocks:
        if block.id is None:
            continue
        # Clips are files of these names, and not every disk tells capitals from small letters.
        before = first.setdefault(normal(block.id).lower(), block.id)
        if before is not block.id:
            same = normal(before) == normal(block.id)
            diagnostics.add(
                DUPLICATE_ID,
                f'two {kind}s have the id "{block.id}"'
                if same
                else f'the ids "{before}" and "{block.id}" differ in capitals only',
                block.id.span,
                labels=(Label(before.span, "the first has it here"),),
                help="give one of them another id; addresses are made of ids",
            )
