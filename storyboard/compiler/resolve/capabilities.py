"""What the film asks of its target and does not get: one finding at each place that asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from storyboard.compiler.film import Film, Shot
from storyboard.compiler.resolve.mentions import own_tags
from storyboard.compiler.resolve.texts import report_tag
from storyboard.compiler.resolve.unmade_shots import check_unmade_shots
from storyboard.compiler.words import language_of
from storyboard.diagnostics import Code, Diagnostics, Label, Span
from storyboard.diagnostics.codes import (
    FEATURE_EMULATED,
    FEATURE_LOST,
    FEATURE_REFUSED,
    FOREIGN_SPEECH,
    SILENT_DIALOGUE,
    TOO_LONG,
)
from storyboard.document.nodes import is_hole
from storyboard.language import model
from storyboard.targets.model import Feature, Target
from storyboard.targets.schemas import longest
from storyboard.values.scripts import primary

_WITHOUT_SOUND = (
    "choose a target with audio (`storyboard targets` lists them), or write audio: false"
)


def check_offers(film: Film, storyboard: model.Storyboard, diagnostics: Diagnostics) -> None:
    """Compare what the shots ask for with what the target has."""
    check_tags(film, diagnostics)
    check_aspect_ratio(film, storyboard, diagnostics)
    check_resolution(film, storyboard, diagnostics)
    check_audio(film, storyboard, diagnostics)
    check_languages(film, diagnostics)
    check_shot_lists(film, diagnostics)
    check_unmade_shots(film, diagnostics)
    check_kept_sound(film, diagnostics)
    for scene in film.scenes:
        for shot in scene.shots:
            if shot.negative or shot.start_frame or shot.end_frame or shot.seam == "continue":
                check_shot(shot, film.target, diagnostics)


def check_tags(film: Film, diagnostics: Diagnostics) -> None:
    """A text that holds a tag of the target's own form, which no text may, is an error."""
    pattern = own_tags(*film.target.tags.written)
    if pattern is None:
        return
    shots = [shot for scene in film.scenes for shot in scene.shots]
    passages = [one for shot in shots for one in shot.passages()]
    passages += [one for said in film.cast.introductions.values() for one in said]
    name = next((film.cast[mark].name for mark in film.cast.marks()), "mara")
    for passage in passages:
        if (tag := pattern.search(passage.text)) is not None:
            report_tag(tag[0], passage.scalar.span, name, diagnostics)
    for shot in shots:
        for key, texts in (
            ("negative", [shot.negative]),
            ("dialogue", [speech.tone for speech in shot.speeches()]),
        ):
            if (tag := pattern.search(" ".join(texts))) is not None:
                report_tag(tag[0], shot.place(key), name, diagnostics)


def check_shot_lists(film: Film, diagnostics: Diagnostics) -> None:
    """Where a target has no shot list, each shot is a request; that is said once."""
    if film.target.has(Feature.MULTI_SHOT) or film.target.is_made_from_clips:
        return
    scene = next((scene for scene in film.scenes if scene.pack and len(scene.shots) > 1), None)
    if scene is not None:
        diagnostics.add(
            FEATURE_EMULATED,
            f"{film.target.target} has no shot list: each shot is a request of its own",
            scene.shots[0].span,
            help="`storyboard targets` lists the targets with multi_shot",
        )


def check_kept_sound(film: Film, diagnostics: Diagnostics) -> None:
    """The sound of footage that is not sent cannot be kept."""
    target = film.target
    asking = [shot for scene in film.scenes for shot in scene.shots if shot.keep_sound]
    keeps = target.request.keep_sound is not None
    for shot in asking:
        if keeps and (shot.footage is not None or _mentions_footage(film, shot)):
            continue
        place = Label(shot.place("keep_sound"), "nor here")
        diagnostics.add_place(FEATURE_LOST, "keep_sound", place, place, partial(_unkept, target))


def _unkept(target: Target, places: Sequence[Label]) -> tuple[str, str]:
    shots = _shots(len(places))
    message = f"{target.target} is sent no footage whose sound {shots} with keep_sound could keep"
    advice = (
        "mention a clip of footage:, on a target with footage (`storyboard targets` lists them)"
    )
    return message, f"{advice}, or remove keep_sound"


def _mentions_footage(film: Film, shot: Shot) -> bool:
    return any(
        (sent := film.cast.reference(mark)) is not None and sent.kind == "clip"
        for mark in shot.marks()
    )


def check_aspect_ratio(film: Film, storyboard: model.Storyboard, diagnostics: Diagnostics) -> None:
    """A ratio that the target does not have cannot be imitated; what is edited keeps its own."""
    if film.target.is_made_from_clips and not film.target.has(Feature.ASPECT_RATIO):
        return
    offered = film.target.aspect_ratios
    note = film.target.features[Feature.ASPECT_RATIO].note
    own = {scene.number for scene in film.scenes}
    layers = [storyboard.defaults] if film.scenes else []
    layers += [scene.defaults for number, scene in enumerate(storyboard.scenes, 1) if number in own]
    for layer in layers:
        if layer is None or layer.aspect_ratio is None:
            continue
        if not film.target.has(Feature.ASPECT_RATIO):
            diagnostics.add(
                FEATURE_LOST,
                f"{film.target.target} takes no aspect ratio"
                f"{f', {note}' if note else ''}: {layer.aspect_ratio} is not sent",
                layer.node["aspect_ratio"].span,
                help="cut the first frames to that ratio"
                if Feature.FIRST_FRAME in film.target.requires
                else "`storyboard targets` lists the targets with aspect_ratio",
            )
            continue
        if layer.aspect_ratio in offered:
            continue
        diagnostics.add(
            FEATURE_REFUSED,
            f"{film.target.target} has no aspect ratio {layer.aspect_ratio}",
            layer.node["aspect_ratio"].span,
            help=f"write one of {', '.join(offered)}",
        )


def check_resolution(film: Film, storyboard: model.Storyboard, diagnostics: Diagnostics) -> None:
    """A resolution that cannot be chosen is not sent; one that is not there cannot be made."""
    target = film.target
    own = {scene.number for scene in film.scenes}
    layers = [storyboard.defaults] if film.scenes else []
    layers += [scene.defaults for number, scene in enumerate(storyboard.scenes, 1) if number in own]
    for layer in layers:
        if layer is None or layer.resolution is None:
            continue
        if target.resolutions is None:
            diagnostics.add(
                FEATURE_LOST,
                f"{target.target} lets no resolution be chosen: {layer.resolution} is not sent",
                layer.node["resolution"].span,
                help="`storyboard targets ID` shows the resolutions of a target",
            )
        elif layer.resolution not in target.resolutions.choices:
            diagnostics.add(
                FEATURE_REFUSED,
                f"{target.target} has no resolution {layer.resolution}",
                layer.node["resolution"].span,
                help=f"write one of {', '.join(target.resolutions.choices)}",
            )


def check_audio(film: Film, storyboard: model.Storyboard, diagnostics: Diagnostics) -> None:
    """Sound on a target without it is lost; dialogue without sound is not heard."""
    shots = [shot for scene in film.scenes for shot in scene.shots]
    keeps = film.target.request.keep_sound is not None
    loud = [shot for shot in shots if shot.audio and not (keeps and shot.keep_sound)]
    if loud and not film.target.has(Feature.AUDIO):
        in_scenes = _places_in_scenes(storyboard)
        asked = Counter(_place_of_audio(shot, storyboard, in_scenes) for shot in loud)
        for place, count in asked.items():
            diagnostics.add_place(
                FEATURE_LOST,
                "sound",
                Label(place, f"{_shots(count)} by this"),
                count,
                lambda counts: (
                    f"{film.target.target} has no sound: {_shots(sum(counts))} will be silent",
                    _WITHOUT_SOUND,
                ),
            )
    _check_silence(film, storyboard, diagnostics)
    defaults = [storyboard.defaults, *(scene.defaults for scene in storyboard.scenes)]
    is_broken = any(layer is not None and layer.node.is_broken for layer in defaults)
    if is_broken or storyboard.node.is_broken:
        return  # it may have said audio: true
    blocks = [storyboard.node, *(scene.node for scene in storyboard.scenes)]
    if any(is_hole(block.get("defaults")) for block in blocks):
        return
    has_sound = film.target.has(Feature.AUDIO)
    silent = [shot for shot in shots if shot.has_dialogue and not film.target.sounds(shot.audio)]
    for shot in silent:
        diagnostics.add_place(
            SILENT_DIALOGUE,
            "",
            Label(shot.place("dialogue", "narration", "beats"), "nor is this heard"),
            any(speech.is_off for speech in shot.speeches()),
            partial(_say_silent, has_sound=has_sound),
        )


def _check_silence(film: Film, storyboard: model.Storyboard, diagnostics: Diagnostics) -> None:
    """Who asks for silence of a target that always makes sound is told at each place that asks."""
    target, shots = film.target, [shot for scene in film.scenes for shot in scene.shots]
    if target.features[Feature.AUDIO].how != "always":
        return
    in_scenes = _places_in_scenes(storyboard)
    for shot in shots:
        place = _place_of_audio(shot, storyboard, in_scenes)
        if shot.audio or place == shot.span:  # a film that does not say a word gets what there is
            continue
        diagnostics.add_place(
            FEATURE_LOST,
            "silence",
            Label(place, "nor by this"),
            None,
            lambda _: (
                f"{target.target} always makes sound: audio: false is not obeyed",
                "choose a target whose sound can be switched off, or cut the sound in the edit",
            ),
        )


def _say_silent(are_heard: Sequence[bool], *, has_sound: bool) -> tuple[str, str]:
    heard = sum(are_heard)
    left_out = f", and what is only heard in {_shots(heard)} is left out" if heard else ""
    return (
        f"{_shots(len(are_heard))} with dialogue will be rendered without sound{left_out}",
        "write audio: true in the shot or in defaults; lips still move without it"
        if has_sound
        else "lips still move; `storyboard targets` lists the targets with audio",
    )


def check_languages(film: Film, diagnostics: Diagnostics) -> None:
    """Lines in a language that the model has no voices for are told once."""
    target = film.target
    if target.speaks is None or not target.has(Feature.AUDIO):
        return
    shots = [shot for scene in film.scenes for shot in scene.shots]
    spoken = [shot for shot in shots if target.sounds(shot.audio) and shot.has_dialogue]
    lines = " ".join(speech.line.text for shot in spoken for speech in shot.speeches())
    language = primary(film.language) if film.language else language_of(lines)
    if not spoken or language in target.speaks.languages:
        return
    others = target.speaks.others
    becomes = f"are {others}" if others else "may be spoken in another"
    diagnostics.add(
        FOREIGN_SPEECH,
        f"{target.target} speaks {_listed(target.speaks.languages)}: the lines of "
        f"{_shots(len(spoken))}, in {language}, {becomes}",
        spoken[0].place("dialogue", "narration", "beats"),
        help="choose a target that speaks it (`storyboard targets ID` says which do), or write "
        "audio: false and add the voices afterwards",
    )


def _listed(items: tuple[str, ...]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _shots(count: int) -> str:
    return "1 shot" if count == 1 else f"{count} shots"


def _places_in_scenes(storyboard: model.Storyboard) -> dict[int, Span]:
    """Where a scene's defaults speak of audio, by the identity of each of its shots' nodes."""
    return {
        id(shot.node): scene.defaults.node["audio"].span
        for scene in storyboard.scenes
        if scene.defaults is not None and "audio" in scene.defaults.node
        for shot in scene.shots
    }


def _place_of_audio(shot: Shot, storyboard: model.Storyboard, in_scenes: dict[int, Span]) -> Span:
    if "audio" in shot.node:
        return shot.place("audio")
    if (place := in_scenes.get(id(shot.node))) is not None:
        return place
    if storyboard.defaults is not None and "audio" in storyboard.defaults.node:
        return storyboard.defaults.node["audio"].span
    return shot.span


def check_shot(shot: Shot, target: Target, diagnostics: Diagnostics) -> None:
    """A shot's negative prompt and its frames."""
    if shot.negative and not target.has(Feature.NEGATIVE_PROMPT):
        _report_lost(
            shot.place("negative"),
            f"{target.target} has no negative prompt: it is not sent",
            "say in the prompt what should be seen instead",
            diagnostics,
        )
    elif shot.negative and target.request.negative:
        most = longest(target, target.request.negative)
        if most is not None and len(shot.negative) > most:
            diagnostics.add(
                TOO_LONG,
                f"the negative prompt counts {len(shot.negative):,} characters, "
                f"{target.target} takes {most:,}",
                shot.place("negative"),
                help="name fewer things; a negative prompt cannot be divided",
            )
    if shot.start_frame is not None or shot.seam == "continue":
        _check_first_frame(shot, target, diagnostics)
    if shot.end_frame is not None and not target.has(Feature.LAST_FRAME):
        _report_lost(
            shot.place("end_frame"),
            f"{target.target} takes no last frame: it is not sent",
            "describe the end of the shot in its prompt",
            diagnostics,
        )


def _check_first_frame(shot: Shot, target: Target, diagnostics: Diagnostics) -> None:
    support = target.features[Feature.FIRST_FRAME]
    place = shot.place("start_frame", "seam")
    what = "the picture it opens on" if shot.start_frame else "the last frame it continues"
    if support.how == "words":
        _report_lost(
            place,
            f"{target.target} has no first frame: {what} is asked for in words",
            "`storyboard targets` lists the targets with first_frame",
            diagnostics,
            FEATURE_EMULATED,
        )
    elif support.how == "none":
        _report_lost(
            place,
            f"{target.target} takes no first frame: {what} is not sent",
            "choose a target with first_frame (`storyboard targets` lists them)",
            diagnostics,
        )


def _report_lost(
    place: Span, message: str, advice: str, diagnostics: Diagnostics, code: Code = FEATURE_LOST
) -> None:
    """Say what is lost in a shot, and in others for the same reason."""

    def say(places: Sequence[Span]) -> tuple[str, str]:
        return message + (f", in {_shots(len(places))}" if len(places) > 1 else ""), advice

    diagnostics.add_place(code, message, Label(place, "nor here"), place, say)
