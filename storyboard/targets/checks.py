"""Where a target's data contradicts itself.

Each check is a small generator of ``Disagreement``s: the path of the value that is wrong, what
is wrong, and what to write. ``load`` says them at the value's place and refuses the target.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator

from pydantic import BaseModel

from storyboard.targets.disagreement import Disagreement
from storyboard.targets.form_checks import (
    check_elements_field,
    check_field_names,
    check_images,
    check_ratio_words,
    check_shot_line,
    check_shots_beside,
    check_switches,
    check_tags,
)
from storyboard.targets.model import WAYS, Feature, Target
from storyboard.targets.schema_checks import check_schema_is_of_the_request


def disagreements(target: Target) -> Iterator[Disagreement]:
    """Everything in the data that contradicts the rest; nothing for a target that is usable.

    Of what is about the same fact, the first alone.
    """
    undescribed = list(_check_features_are_described(target))
    if undescribed:
        yield from undescribed
        return
    said: set[str] = set()
    for check in _CHECKS:
        for one in check(target):
            if not one.about or one.about not in said:
                yield one
            said.add(one.about)


def _check_features_are_described(target: Target) -> Iterator[Disagreement]:
    missing = [feature.value for feature in Feature if feature not in target.features]
    if missing:
        yield Disagreement(
            path=("features",),
            message=f"the features do not say how {', '.join(missing)} are offered",
            help=f"add {missing[0]}: {{how: native}} or {{how: none}}",
        )
    for feature, support in target.features.items():
        ways = ("native", "none", *WAYS.get(feature, ()))
        if support.how not in ways:
            yield Disagreement(
                path=("features", feature.value, "how"),
                message=f'{feature.value} cannot be offered as "{support.how}"',
                help=f"write one of {', '.join(ways)}",
            )


def _check_words_name_the_image(target: Target) -> Iterator[Disagreement]:
    for feature, support in target.features.items():
        if support.how == "words" and _fields(support.text or "") != ["image"]:
            yield Disagreement(
                path=("features", feature.value),
                message="words that ask for a picture need its tag once",
                help='write text: "Take {image} as the start frame."',
            )


def _check_dialogue(target: Target) -> Iterator[Disagreement]:
    if sorted(_fields(target.dialogue) or ()) != ["line", "speaker"]:
        yield Disagreement(
            path=("dialogue",),
            message="the form of a spoken line needs {speaker} and {line}, once each",
            help="write dialogue: '[{speaker}]: \"{line}\"'",
        )


def _fields(text: str) -> list[str] | None:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return None


_ABOUT = {
    Feature.ELEMENTS: "elements",
    Feature.LONE_FRONTAL: "elements",
    Feature.ELEMENT_VIDEO: "elements",
    Feature.VOICE: "elements",
    Feature.LOOKS: "images",
    Feature.IMAGES: "images",
    Feature.FOOTAGE: "footage",
    Feature.EDIT: "footage",
    Feature.MOTION: "footage",
}
"""Features that are described by the same block or field, by its name."""

_THROUGH_IMAGES = {
    Feature.ELEMENTS: "image",
    Feature.LOOKS: "image",
    Feature.FIRST_FRAME: "words",
}
"""What may travel among the reference images, and what says that it does."""


def _check_fields_exist(target: Target) -> Iterator[Disagreement]:
    """A feature that is native has its limits and its field in the request."""
    request = target.request
    elements = request.elements
    fields = {
        Feature.ELEMENTS: elements,
        Feature.IMAGES: request.images,
        Feature.ELEMENT_VIDEO: elements and elements.video,
        Feature.VOICE: elements and elements.voice,
        Feature.MULTI_SHOT: request.shots or request.shot_line,
        Feature.FIRST_FRAME: request.start_frame or request.frame_list("first_frame"),
        Feature.LAST_FRAME: request.end_frame or request.frame_list("last_frame"),
        Feature.MIDDLE_FRAMES: request.middle_frames,
        Feature.AUDIO: request.audio,
        Feature.NEGATIVE_PROMPT: request.negative,
        Feature.ASPECT_RATIO: request.aspect_ratio,
        Feature.FOOTAGE: request.footage,
        Feature.EDIT: request.footage,
        Feature.MOTION: request.footage,
    }
    for feature, field in fields.items():
        if _how(target, feature) == "native" and not field:
            yield Disagreement(
                path=("features", feature.value),
                message=f"{feature.value} is native, but the request has no field for it",
                help="name the field under request:, or write {how: none}",
                about=_ABOUT.get(feature, feature.value),
            )
    if request.seconds is None and not target.is_made_from_clips:
        yield Disagreement(
            path=("request",),
            message="the request has no field for its seconds, and is not made from a clip",
            help="name it as request: {seconds: {name: …, type: …}}",
        )
    through = [one for one, how in _THROUGH_IMAGES.items() if _how(target, one) == how]
    if through and not request.images:
        listed = ", ".join(feature.value for feature in through)
        yield Disagreement(
            path=("features", through[0].value),
            message=f"among the images go {listed}, but the request has no field for them",
            help="name the field as request: {images: …}",
            about="images",
        )


def _check_limits_match_features(target: Target) -> Iterator[Disagreement]:
    limits = {
        Feature.MULTI_SHOT: ("shots", target.shots),
        Feature.ELEMENTS: ("elements", target.elements),
        Feature.ELEMENT_VIDEO: (
            "elements.max_videos",
            target.elements and target.elements.max_videos,
        ),
        Feature.ASPECT_RATIO: ("aspect_ratios", target.aspect_ratios),
        Feature.FOOTAGE: ("tags.clip", target.tags.clip),
    }
    if _how(target, Feature.EDIT) == "native":
        # A clip that is edited needs no tag, and may have one.
        del limits[Feature.FOOTAGE]
    for feature, (name, limit) in limits.items():
        native = _how(target, feature) == "native"
        if native != bool(limit):
            yield Disagreement(
                path=("features", feature.value),
                message=f"{feature.value} is native, but {name} says nothing of it"
                if native
                else f"{feature.value} is not native, but {name} describes it",
                help=f"describe {name} exactly where {feature.value} is native",
                about=_ABOUT.get(feature, feature.value),
            )
    repeats = _how(target, Feature.LONE_FRONTAL) == "repeated"
    if repeats != bool(target.elements and target.elements.min_references):
        yield Disagreement(
            path=("features", Feature.LONE_FRONTAL.value),
            message="a lone frontal is repeated exactly where elements have min_references",
            help="write {how: repeated} with min_references of 1 or more, else another how",
            about="elements",
        )
    native = _how(target, Feature.ELEMENTS) == "native"
    if native and _how(target, Feature.LONE_FRONTAL) == "none":
        yield Disagreement(
            path=("features", Feature.LONE_FRONTAL.value),
            message="elements are native, but nothing says what becomes of a lone frontal",
            help="write {how: native}, or {how: repeated} with min_references of 1 or more",
            about="elements",
        )
    if _how(target, Feature.ANY_LENGTH) == "none":
        yield Disagreement(
            path=("features", Feature.ANY_LENGTH.value),
            message="a target renders some length: any_length is native or rounded_up",
            help="write {how: native}, or {how: rounded_up} with seconds: {choices: […]}",
        )
    elif (_how(target, Feature.ANY_LENGTH) == "rounded_up") != bool(target.seconds.choices):
        yield Disagreement(
            path=("features", Feature.ANY_LENGTH.value),
            message="lengths are rounded up exactly where the seconds have choices",
            help="write {how: rounded_up} with seconds: {choices: […]}, else {how: native}",
        )


def _how(target: Target, feature: Feature) -> str:
    support = target.features.get(feature)
    return support.how if support else "none"


def _check_numbers(target: Target) -> Iterator[Disagreement]:
    seconds, references, pictures = target.seconds, target.references, target.pictures
    if seconds.min > seconds.max:
        yield Disagreement(
            path=("seconds",),
            message=f"the shortest length, {seconds.min} s, is above the longest, {seconds.max} s",
            help="exchange min and max",
        )
    choices = seconds.choices
    if choices and (min(choices), max(choices)) != (seconds.min, seconds.max):
        yield Disagreement(
            path=("seconds", "choices"),
            message=f"the choices do not run from {seconds.min} to {seconds.max} s",
            help=f"write min: {min(choices)} and max: {max(choices)}, or other choices",
        )
    if target.shots and not target.shots.min_seconds <= target.shots.max_seconds <= seconds.max:
        yield Disagreement(
            path=("shots",),
            message="a shot is longer than a request, or its range is empty",
            help=f"choose min_seconds and max_seconds in order, and at most {seconds.max}",
        )
    if references.ceiling is not None and references.ceiling < references.max:
        yield Disagreement(
            path=("references", "ceiling"),
            message=f"the ceiling, {references.ceiling}, is below the limit, {references.max}",
            help="raise the ceiling, or write ceiling: absent",
        )
    if references.clips > 1 and target.request.footage_form == "link":
        yield Disagreement(
            path=("references", "clips"),
            message=f"{references.clips} clips go into one request, but its field holds one link",
            help="write request: {footage_form: list}, or leave clips out",
        )
    if pictures.min_ratio > pictures.max_ratio:
        yield Disagreement(
            path=("pictures",),
            message=f"the least ratio, {pictures.min_ratio}, is above the greatest",
            help="exchange min_ratio and max_ratio",
        )
    for name in ("videos", "footage"):
        clips = getattr(target, name)
        for limit in ("side", "seconds", "rate") if clips is not None else ():
            least, most = getattr(clips, f"min_{limit}"), getattr(clips, f"max_{limit}")
            if least is not None and most is not None and least > most:
                yield Disagreement(
                    path=(name,),
                    message=f"min_{limit} is above max_{limit}",
                    help=f"exchange min_{limit} and max_{limit}",
                )
    if target.elements and target.elements.min_references > target.elements.max_references:
        yield Disagreement(
            path=("elements",),
            message="the least number of references is above the greatest",
            help="exchange min_references and max_references",
        )


def _check_sources(target: Target) -> Iterator[Disagreement]:
    for path, fact in target.facts.items():
        if fact.source not in target.sources:
            yield _unknown_source(("facts", path, "source"), fact.source)
        if not _leads_somewhere(path):
            yield Disagreement(
                path=("facts", path),
                message=f'"{path}" is not a path to a fact of a target',
                help="write it like seconds or shots.characters",
            )
    for number, price in enumerate(target.prices):
        if price.source not in target.sources:
            yield _unknown_source(("prices", number, "source"), price.source)


def _unknown_source(path: tuple[str | int, ...], name: str) -> Disagreement:
    return Disagreement(
        path=path,
        message=f'no source is called "{name}"',
        help=f"add {name}: {{title: …, date: …, grade: …}} under sources:",
        about=f"source {name}",
    )


def _leads_somewhere(path: str) -> bool:
    model: type[BaseModel] | None = Target
    for part in path.split("."):
        if model is None:
            return False
        if model is Target and path.startswith("features."):
            return path.removeprefix("features.") in set(Feature)
        field = model.model_fields.get(part)
        if field is None:
            return False
        inner = [
            kind
            for kind in (field.annotation, *getattr(field.annotation, "__args__", ()))
            if isinstance(kind, type) and issubclass(kind, BaseModel)
        ]
        model = inner[0] if inner else None
    return True


def _check_prices(target: Target) -> Iterator[Disagreement]:
    seen: set[tuple[object, ...]] = set()
    for number, price in enumerate(target.prices):
        kind = (price.audio, price.voice, price.video, price.resolution)
        if kind in seen:
            yield Disagreement(
                path=("prices", number),
                message="the same kind of second is priced twice",
                help="keep one price for each of silent, audio: true, voice: true and video: true",
            )
        seen.add(kind)
        if price.resolution and price.resolution not in target.resolution_choices:
            yield Disagreement(
                path=("prices", number, "resolution"),
                message=f"a price for {price.resolution}, which is none of the resolutions",
                help="list it under resolutions: {choices: […]}, or take the row out",
                about="resolutions",
            )
        if price.voice and not price.audio:
            yield Disagreement(
                path=("prices", number),
                message="a price with a voice is a price with audio",
                help="write audio: true beside voice: true",
            )
        if price.currency != target.prices[0].currency:
            yield Disagreement(
                path=("prices", number, "currency"),
                message=f"prices in {target.prices[0].currency} and in {price.currency} do not "
                "add up",
                help="give all prices of a target in one currency",
            )


def _check_resolutions(target: Target) -> Iterator[Disagreement]:
    resolutions = target.resolutions
    if (resolutions is None) != (target.request.resolution is None):
        yield Disagreement(
            path=("resolutions",) if resolutions else ("request", "resolution"),
            message="a resolution needs its choices and its field in the request",
            help="write resolutions: {choices: […], default: …} and request: {resolution: …}",
            about="resolutions",
        )
    elif resolutions is not None and resolutions.default not in resolutions.choices:
        yield Disagreement(
            path=("resolutions", "default"),
            message=f"the default, {resolutions.default}, is none of the choices",
            help=f"write one of {', '.join(resolutions.choices)}",
            about="resolutions",
        )


def _check_requirements(target: Target) -> Iterator[Disagreement]:
    for number, feature in enumerate(target.requires):
        if _how(target, feature) == "none":
            yield Disagreement(
                path=("requires", number),
                message=f"{feature.value} is required, but not offered",
                help=f"take it out, or offer {feature.value} under features:",
            )


_CHECKS: tuple[Callable[[Target], Iterator[Disagreement]], ...] = (
    _check_words_name_the_image,
    check_tags,
    check_field_names,
    check_images,
    check_elements_field,
    check_switches,
    check_ratio_words,
    check_shot_line,
    check_shots_beside,
    _check_dialogue,
    _check_fields_exist,
    _check_limits_match_features,
    _check_numbers,
    _check_sources,
    check_schema_is_of_the_request,
    _check_resolutions,
    _check_prices,
    _check_requirements,
)
