"""Shots with every default filled and their texts composed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal

from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    BEATS_DISAGREE,
    DUPLICATE_ID,
    EMPTY_SHOT,
    KEY_CONFLICT,
    NOTHING_TO_CONTINUE,
    WRONG_KIND,
)
from storyboard.film import Beat, Scene, Shot
from storyboard.language import model
from storyboard.resolve.assets import Assets
from storyboard.resolve.compose import BEAT, Composer, Speech
from storyboard.resolve.mentions import is_unspaced, normal
from storyboard.resolve.texts import Texts, put_words, say_all, scene_looks
from storyboard.syntax import Scalar

DEFAULT_SECONDS = 5
DEFAULT_RATIO = "16:9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What shots are where they do not say it: the scene's word before the film's."""

    aspect_ratio: str
    audio: bool
    seconds: int
    seam: str
    pack: bool
    long_prompts: bool


def settings(*layers: model.Defaults | None) -> Settings:
    """The defaults of a scene; the first layer that says something counts."""

    def said(name: str, otherwise: Any) -> Any:
        for layer in layers:
            if layer is not None and (value := getattr(layer, name)) is not None:
                return value
        return otherwise

    return Settings(
        aspect_ratio=said("aspect_ratio", DEFAULT_RATIO),
        audio=said("audio", False),
        seconds=said("duration", DEFAULT_SECONDS),
        seam=said("seam", "cut"),
        pack=said("pack", "auto") == "auto",
        long_prompts=said("long_prompts", False),
    )


@dataclass(slots=True)
class Stage:
    """What scenes are set up with: the film's own settings and everything they share."""

    storyboard: model.Storyboard
    folder: str
    texts: Texts
    assets: Assets
    composer: Composer
    diagnostics: Diagnostics
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
        return tuple(scene for scene in made if scene.shots)

    def _scene(self, number: int, scene: model.Scene) -> Scene:
        _check_ids("shot", scene.shots, self.diagnostics)
        address = str(scene.id) if scene.id is not None else str(number)
        chosen = settings(scene.defaults, self.storyboard.defaults)
        names = self.texts.names
        looks = scene_looks(
            names, {k: v for k, v in (scene.looks or {}).items() if isinstance(v, Scalar)}
        )
        style = scene.style if scene.style is not None else self.storyboard.style
        shared = {
            "location": self._location(scene, looks),
            "style": self.texts.encode(style, looks).strip() if style is not None else "",
        }
        shots: list[Shot] = []
        for index, shot in enumerate(scene.shots, 1):
            if shot.skip:
                continue
            shots.append(
                self._shot(
                    f"{address}/{shot.id or index}", index, shot, chosen, looks, shared, not shots
                )
            )
            self.has_opened = True
        return Scene(
            address=address,
            title=str(scene.title or ""),
            aspect_ratio=chosen.aspect_ratio,
            pack=chosen.pack,
            long_prompts=chosen.long_prompts,
            shots=tuple(shots),
        )

    def _location(self, scene: model.Scene, looks: Mapping[str, str]) -> str:
        if scene.location is None or not scene.location:
            return ""
        names = self.texts.names
        name = normal(scene.location.removeprefix("@"))
        mark = names.mark(name, "", scene.location.span)
        member = names.members.get(name)
        if mark is None or member is None:
            return ""
        if member.kind != "location" and name in names.doubled:
            return ""
        if member.kind != "location":
            self.diagnostics.add(
                WRONG_KIND,
                f'"{name}" is a {member.kind}, a scene\'s location is one of locations',
                scene.location.span,
                labels=(Label(member.key.span, f"declared here as a {member.kind}"),),
                help="mention it in the prompts instead, or declare it under locations",
            )
            return ""
        return mark

    def _shot(
        self,
        address: str,
        number: int,
        shot: model.Shot,
        chosen: Settings,
        looks: Mapping[str, str],
        shared: Mapping[str, str],
        is_first: bool,
    ) -> Shot:
        fields, beats = self._fields(shot, looks)
        location = shared["location"]
        if location and not _is_mentioned(location, fields):
            fields["location"] = location
        if shared["style"]:
            fields["style"] = shared["style"]
        text = put_words(self.composer.compose(fields), self.texts.names, self.texts, looks)
        starts: tuple[int, ...] = ()
        if BEAT in text:
            pieces = text.split(BEAT)
            starts = tuple(accumulate(len(piece) for piece in pieces[:-1]))
            text = "".join(pieces)
        indent, text = len(text) - len(text.lstrip()), text.strip()
        if not text and not self.diagnostics.has_errors:
            self._report_empty("the text of the shot", shot.node.span)
        audio = chosen.audio if shot.audio is None else shot.audio
        return Shot(
            address=address,
            number=number,
            seconds=self._seconds(shot, chosen),
            text=text,
            node=shot.node,
            beats=tuple(
                [
                    Beat(start=min(max(start - indent, 0), len(text)), seconds=seconds)
                    for start, seconds in zip(starts, beats, strict=False)
                ]
            )
            if starts
            else (),
            start_frame=self._frame(shot.start_frame),
            end_frame=self._frame(shot.end_frame),
            seam=self._seam(shot, chosen, is_first),
            audio=audio,
            negative=self._negative(shot.negative, looks),
            take=shot.take or 1,
            has_dialogue=bool(shot.dialogue),
        )

    def _fields(
        self, shot: model.Shot, looks: Mapping[str, str]
    ) -> tuple[dict[str, Any], tuple[int | None, ...]]:
        encode = self.texts.encode
        fields: dict[str, Any] = {}
        beats: tuple[int | None, ...] = ()
        if shot.beats:
            texts = [self._prompt("a beat", beat.prompt, looks) for beat in shot.beats]
            fields["prompt"] = _join([BEAT + text for text in texts])
            beats = tuple(beat.duration for beat in shot.beats)
        elif shot.prompt is not None:
            fields["prompt"] = self._prompt("a prompt", shot.prompt, looks)
        for name, value in (
            ("size", shot.size),
            ("camera", shot.camera),
            ("light", shot.light),
            ("sound", shot.sound),
        ):
            if value is not None:
                fields[name] = encode(value, looks).strip()
        if shot.dialogue:
            fields["dialogue"] = tuple(
                Speech(
                    speaker=self._speaker(speaker, line, looks),
                    tone=encode(line.tone, looks).strip() if line.tone is not None else "",
                    line=encode(line.line, looks).strip(),
                )
                for entry in shot.dialogue
                for speaker, line in entry.items()
            )
        return fields, beats

    def _prompt(self, what: str, prompt: Scalar, looks: Mapping[str, str]) -> str:
        text = self.texts.encode(prompt, looks).strip()
        # What could not be read, or filled in, is empty because of what was said of it.
        if not text and prompt.style != "?":
            if not prompt.strip():
                self._report_empty(what, prompt.span)
            elif not self.diagnostics.has_errors:
                self._report_empty(f"{what}, once its template is filled in,", prompt.span)
        return text

    def _report_empty(self, what: str, span: Span) -> None:
        self.diagnostics.add(EMPTY_SHOT, f"{what} is empty", span, help="write what the shot shows")

    def _speaker(self, speaker: str, line: model.Line, looks: Mapping[str, str]) -> str:
        name, _, look = speaker.removeprefix("@").partition(".")
        name = normal(name)
        span = speaker.span if isinstance(speaker, Scalar) else line.line.span
        chosen = normal(look) or looks.get(name, "")
        mark = self.texts.names.find(name, chosen) or self.texts.names.mark(name, chosen, span)
        return mark if mark is not None else name

    def _negative(self, written: Scalar | None, looks: Mapping[str, str]) -> str:
        """Names in what must not be seen are words: no document says that tags mean anything."""
        if not written:
            return ""
        texts = self.texts
        return say_all(texts.encode(written, looks), texts.names, texts, looks).strip()

    def _frame(self, written: Scalar | None) -> Any:
        return self.assets.picture(written, self.folder) if written is not None else None

    def _seam(
        self, shot: model.Shot, chosen: Settings, is_first: bool
    ) -> Literal["cut", "continue"]:
        if shot.seam is None:
            # A default continues within a scene; a scene opens with a cut unless it says so.
            continues = chosen.seam == "continue" and not is_first and shot.start_frame is None
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


def _is_mentioned(mark: str, fields: Mapping[str, Any]) -> bool:
    """Whether any text of a shot mentions what the mark stands for."""
    for name, value in fields.items():
        if name != "dialogue":
            if mark in value:
                return True
        elif any(mark in speech.line or mark == speech.speaker for speech in value):
            return True
    return False


def _join(texts: list[str]) -> str:
    """Texts one after the other, with a space between unless their script has none."""
    out = texts[0]
    for text in texts[1:]:
        last, first = out[-1:], text.removeprefix(BEAT)[:1]
        is_closed = bool(last) and (is_unspaced(last) or last in "。！？")
        out += text if is_closed and bool(first) and is_unspaced(first) else f" {text}"
    return out


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
