"""What is said of shots that are divided, once it is chosen how.

What is the same of several shots is one finding, with each of them as a place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.clip import Part
from storyboard.compiler.compose import Composer
from storyboard.compiler.film import MENTION, Shot
from storyboard.diagnostics import Label
from storyboard.diagnostics.codes import (
    BARE_NAME,
    BROKEN_MENTION,
    CARRIED_PEOPLE,
    CARRIED_SENTENCE,
    DIVIDED_SHOT,
    DIVIDED_TEXT,
    FEATURE_EMULATED,
    FEATURE_LOST,
)
from storyboard.diagnostics.types import Severity
from storyboard.targets.model import Feature, Target

_SECONDS_SHOWN = 8


def check_division(parts: Sequence[Part], composer: Composer) -> None:
    first, shot, target = parts[0], parts[0].shot, composer.film.target
    if len(parts) == 1:
        return
    way, count = first.way, len(parts)
    text = shot.place("prompt", "beats", "dialogue")
    seconds = [part.seconds for part in parts]
    is_asked = all(part.is_at_beat for part in parts[1:])
    severity = Severity.NOTE if is_asked and not way.is_by_text else None
    divided = _Divided(
        shot.address,
        shot.seconds,
        way.weight,
        seconds,
        _where(parts, target),
        _advice(parts, target),
    )
    if way.is_by_text:
        alone = _long_prompts(way.weight, shot, composer)
        composer.diagnostics.add_place(
            DIVIDED_TEXT,
            way.limit,
            Label(text, f"{way.weight} characters: {count} parts"),
            replace(divided, advice=divided.advice + alone),
            partial(_say_divided_texts, way.limit),
        )
    else:
        composer.diagnostics.add_place(
            DIVIDED_SHOT,
            target.target,
            Label(shot.place("beats", "duration"), f"{shot.seconds} s: {_shown(seconds)}"),
            divided,
            partial(_say_divided_shots, target.seconds.max),
            severity=severity,
        )
    if any(part.continues for part in parts[1:]):
        _check_seam(shot, composer)
    _check_carried_sentences(parts, composer)
    _check_carried_people(parts, composer)


class _Divided(Struct, frozen=True):
    """A shot that is divided: its own length, that of its parts, where it cuts, and other ways."""

    address: str
    whole: int
    characters: int
    seconds: Sequence[int]
    where: str
    advice: str


def _say_divided_shots(most: int, shots: Sequence[_Divided]) -> tuple[str, str]:
    if len(shots) > 1:
        what = f"{len(shots)} shots last longer than the {most} s that one request has at most"
        return f"{what}: each is divided", _common_advice(shots)
    (shot,) = shots
    return (
        f'"{shot.address}" lasts {shot.whole} s, one request {most} s at most: divided into '
        f"{len(shot.seconds)} parts, {_shown(shot.seconds)}, {shot.where}"
    ), shot.advice


def _say_divided_texts(most: int, shots: Sequence[_Divided]) -> tuple[str, str]:
    if len(shots) > 1:
        what = f"the prompts of {len(shots)} shots are longer than the {most} characters of one"
        return f"{what}: each is divided", _common_advice(shots)
    (shot,) = shots
    return (
        f'the prompt of "{shot.address}" is {shot.characters} characters, {most} at most: '
        f"divided into {len(shot.seconds)} parts, {shot.where}"
    ), shot.advice


def _common_advice(shots: Sequence[_Divided]) -> str:
    """The advice that most of the shots are given."""
    return Counter(shot.advice for shot in shots).most_common(1)[0][0]


def _where(parts: Sequence[Part], target: Target) -> str:
    """Where the picture will cut, in words."""
    has_frames = target.features[Feature.FIRST_FRAME].how != "none"
    in_list = [part.number for part in parts[1:] if not part.continues]
    apart = [part.number for part in parts[1:] if part.continues]
    said = []
    if in_list:
        said.append(f"the picture cuts before {_listed(in_list)}")
    if apart and not has_frames:
        said.append(f"the picture cuts before {_listed(apart)}, as no first frame can be sent")
    if apart and has_frames:
        opens = "opens" if len(apart) == 1 else "open"
        said.append(f"{_listed(apart)} {opens} on the last frame of the part before")
    return "; ".join(said)


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"part {numbers[0]}"
    if len(numbers) > 4:
        return f"parts {numbers[0]} to {numbers[-1]}"
    return f"parts {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _advice(parts: Sequence[Part], target: Target) -> str:
    shot = parts[0].shot
    if shot.has_beats:
        if all(part.is_at_beat for part in parts[1:]):
            return "the beats say where it divides"
        return "give each beat fewer words or its own duration, so that no beat is divided"
    ways = "write beats to say where it divides"
    if target.features[Feature.FIRST_FRAME].how != "none":
        return f"{ways}, or two shots, the second with seam: continue"
    return f"{ways}, or two shots"


def _long_prompts(weight: int, shot: Shot, composer: Composer) -> str:
    single = composer.film.target.prompt.characters
    limit = composer.film.target.shot_characters
    if single is None or limit is None or single <= limit or weight > single:
        return ""
    if shot.seconds > composer.film.target.seconds.max:
        return ""
    return ", or keep it whole in a request of its own with long_prompts: always"


def _check_seam(shot: Shot, composer: Composer) -> None:
    """Say what becomes of the seam between parts that are requests of their own."""
    target = composer.film.target
    how = target.features[Feature.FIRST_FRAME].how
    if how == "native":
        return

    def say(addresses: Sequence[str]) -> tuple[str, str]:
        shots = f'"{addresses[0]}"' if len(addresses) == 1 else f"{len(addresses)} shots"
        what = f"the parts of {shots} do not join"
        if how == "words":
            what = f"the seam in {shots} is asked for in words"
        return (
            f"{target.target} takes no first frame: {what}",
            "shorten the shot to one request, or choose a target with first_frame",
        )

    composer.diagnostics.add_place(
        FEATURE_EMULATED if how == "words" else FEATURE_LOST,
        "seams",
        Label(shot.place("duration", "prompt", "beats"), "divided too"),
        shot.address,
        say,
    )


def _check_carried_sentences(parts: Sequence[Part], composer: Composer) -> None:
    shot = parts[0].shot
    without = [part for part in parts if part.carried]
    if not without:
        return
    if len(without) == 1:
        (part,) = without
        again = _shortened(composer.expand(part.carried), composer)
        which = f'part {part.number} of "{shot.address}", {part.seconds} s, has'
        what = f'it opens with "{again}" again'
    else:
        which = f'{_listed([part.number for part in without])} of "{shot.address}" have'
        what = "each opens with the one before it again"
    composer.diagnostics.add_place(
        CARRIED_SENTENCE,
        "",
        Label(
            shot.place("prompt", "beats", "dialogue"),
            f"{len(parts)} parts, too few sentences",
        ),
        f"{which} no sentence of its own: {what}",
        _say_carried_sentences,
    )


def _say_carried_sentences(shots: Sequence[str]) -> tuple[str, str]:
    advice = "write beats, one for each part, that say what happens in it"
    if len(shots) == 1:
        return shots[0], advice
    return f"{len(shots)} shots have fewer sentences than parts: one is said again", advice


def _check_carried_people(parts: Sequence[Part], composer: Composer) -> None:
    """Note who is named again, or not; of a shot with a lost mention it is not known who is."""
    shot = parts[0].shot
    said = []
    for part in parts:
        prompt = part.prompt
        if prompt.carried:
            said.append(f"part {part.number} names {_names(prompt.carried, composer)} again")
        if prompt.left_out:
            said.append(f"part {part.number} has no room for {_names(prompt.left_out, composer)}")
    if said and not composer.diagnostics.says({BARE_NAME, BROKEN_MENTION}, shot.node.span):
        composer.diagnostics.add(
            CARRIED_PEOPLE,
            f'in "{shot.address}" {"; ".join(said)}',
            shot.place("prompt", "beats", "dialogue"),
            help="write cast: in the beats to say who is in the frame; cast: [] for nobody",
        )


def _names(marks: Iterable[str], composer: Composer) -> str:
    return ", ".join(composer.cast[mark].name for mark in marks)


def _shortened(text: str, composer: Composer, most: int = 40) -> str:
    plain = MENTION.sub(lambda mark: f"@{composer.cast[mark[0]].name}", text)
    return plain if len(plain) <= most else f"{plain[: most - 1].rstrip()}…"


def _shown(seconds: Sequence[int]) -> str:
    if len(seconds) > _SECONDS_SHOWN:
        return f"of {min(seconds)} to {max(seconds)} s"
    return f"{' + '.join(map(str, seconds))} s"
