"""What is said of shots that are divided, once it is chosen how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storyboard.compiler.compose import Composer
from storyboard.compiler.film import FRAME, MENTION, Clip, Film, Part, Shot, marks_of
from storyboard.compiler.speech import spoken_seconds
from storyboard.compiler.words import language_of
from storyboard.diagnostics import Label
from storyboard.diagnostics.codes import (
    CARRIED_PEOPLE,
    CARRIED_SENTENCE,
    CHANGING_FACE,
    DIVIDED_SHOT,
    DIVIDED_TEXT,
    FEATURE_EMULATED,
    FEATURE_LOST,
    MOVED_SEAM,
    RUSHED_SPEECH,
    SAME_LABEL,
    TOO_MANY_REFERENCES,
)
from storyboard.diagnostics.types import Severity
from storyboard.targets.model import Feature, Target

_SECONDS_SHOWN = 8


def check_clips(clips: Iterable[Clip], composer: Composer) -> None:
    """Say what was done to the shots of a scene, and what their parts will suffer from."""
    parts: list[Part] = []
    for clip in clips:
        for part in clip.parts:
            _check_speech(part, composer)
            if composer.in_words:
                _check_labels(part, composer)
            if part.count > 1 or part.way.weight:
                if part.number == 1:
                    parts = []
                parts.append(part)
                if part.number == part.count:
                    _check_division(parts, composer)
        opening = clip.parts[0]
        _check_elements(opening, composer)
        if opening.continues and opening.number == 1:
            _check_place(opening, composer)


# Division


def _check_division(parts: Sequence[Part], composer: Composer) -> None:
    first, shot, target = parts[0], parts[0].shot, composer.film.target
    if len(parts) == 1:
        return
    way, count = first.way, len(parts)
    text = shot.place("prompt", "beats", "dialogue")
    seconds = [part.seconds for part in parts]
    is_asked = all(part.is_at_beat for part in parts[1:])
    where = _where(parts, target)
    severity = Severity.NOTE if is_asked and not way.is_by_text else None
    if way.is_by_text:
        composer.diagnostics.add(
            DIVIDED_TEXT,
            f'the prompt of "{shot.address}" is {way.weight} characters, {way.limit} at most: '
            f"divided into {count} parts, {where}",
            text,
            help=_advice(parts, target) + _long_prompts(way.weight, shot, composer),
        )
    else:
        composer.diagnostics.add(
            DIVIDED_SHOT,
            f'"{shot.address}" lasts {shot.seconds} s, one request {target.seconds.max} s at '
            f"most: divided into {count} parts, {_shown(seconds)}, {where}",
            shot.place("beats", "duration"),
            help=_advice(parts, target),
            severity=severity,
        )
    if any(part.continues for part in parts[1:]):
        _check_seam(shot, composer)
    _check_carried_sentences(parts, composer)
    _check_carried_people(parts, composer)


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
    for part in parts:
        if not part.carried:
            continue
        composer.diagnostics.add(
            CARRIED_SENTENCE,
            f'part {part.number} of "{shot.address}", {part.seconds} s, has no sentence of its '
            f'own: it opens with "{_shortened(composer.expand(part.carried), composer)}" again',
            shot.place("prompt", "beats", "dialogue"),
            help="write beats, one for each part, that say what happens in it",
        )


def _check_carried_people(parts: Sequence[Part], composer: Composer) -> None:
    shot = parts[0].shot
    said = []
    for part in parts:
        prompt = part.prompt
        if prompt.carried:
            said.append(f"part {part.number} names {_names(prompt.carried, composer)} again")
        if prompt.left_out:
            said.append(f"part {part.number} has no room for {_names(prompt.left_out, composer)}")
    if said:
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


# References


def _check_elements(opening: Part, composer: Composer) -> None:
    """Say where a part that opens on a picture mentions more elements than may stand beside one."""
    target = composer.film.target
    most = target.elements.beside_frame if target.elements is not None else None
    if most is None or not opening.opens or not target.has(Feature.FIRST_FRAME):
        return
    marks = [mark for mark in opening.prompt.marks if mark != FRAME]
    sent = [one for one in map(composer.cast.reference, marks) if one is not None]
    names = [one.name for one in sent if one.kind == "element"]
    if most < len(names) <= composer.film.max_references:  # above that it is said without a frame
        composer.diagnostics.add(
            TOO_MANY_REFERENCES,
            f'"{opening.address}" opens on a picture and mentions {len(names)} characters and '
            f"props with pictures, a request carries {most} beside a first frame: "
            f"{', '.join(names)}",
            opening.shot.place("prompt", "beats", "dialogue"),
            help="mention fewer, describe one without a picture, or open on no picture",
        )


# Sense


def _check_speech(part: Part, composer: Composer) -> None:
    """Say where lines take longer than the seconds of their part."""
    if not part.lines or not composer.is_heard(part.shot):
        return
    lines = [(speech.speaker, speech.line.text) for speech in part.lines]
    language = composer.film.language or language_of(" ".join(text for _, text in lines))
    need = spoken_seconds(lines, language)
    if need is None or need.comfortable <= part.seconds:
        return
    is_over = need.least is not None and need.least > part.seconds
    seconds = -int(-need.comfortable // 1)
    composer.diagnostics.add(
        RUSHED_SPEECH,
        f'the lines of "{part.address}" take {need.comfortable:g} s to say, it lasts '
        f"{part.seconds} s{': they cannot be said in that time' if is_over else ''}",
        part.lines[0].line.scalar.span,
        help=f"give it {seconds} s, or shorten the lines",
        severity=Severity.ERROR if is_over else None,
    )


def _check_labels(part: Part, composer: Composer) -> None:
    """Say where two members who are words have one label in one prompt."""
    seen: dict[str, str] = {}
    for mark in _members_in(part, composer):
        label = composer.cast[mark].label.casefold()
        other = seen.setdefault(label, mark)
        if (
            composer.cast[other].name.partition(".")[0]
            != composer.cast[mark].name.partition(".")[0]
        ):
            composer.diagnostics.add(
                SAME_LABEL,
                f'"{composer.cast[other].name}" and "{composer.cast[mark].name}" are both called '
                f'"{composer.cast[mark].label}" in one prompt',
                composer.cast[mark].span,
                labels=(Label(composer.cast[other].span, "the other is declared here"),),
                help="give one of them another label:",
            )


def _members_in(part: Part, composer: Composer) -> list[str]:
    """The marks of the members without pictures whom a part shows."""
    found: dict[str, None] = {}
    for one in part.prompt.slices:
        if one.passage is not None:
            found.update(dict.fromkeys(marks_of(one.passage.text)))
    for passage in (part.shot.framing.light, part.shot.framing.camera, part.shot.framing.style):
        if passage is not None:
            found.update(dict.fromkeys(marks_of(passage.text)))
    found.update(
        dict.fromkeys(
            speech.speaker for speech in part.lines if speech.speaker and not speech.is_off
        )
    )
    found.update(dict.fromkeys(part.shot.cast or ()))
    return [
        mark
        for mark in found
        if mark in composer.in_words and composer.cast[mark].kind in ("character", "prop")
    ]


def check_faces(film: Film, clips: Iterable[Clip], composer: Composer) -> None:
    """Say which characters without a picture will look different in each of several requests."""
    if not composer.in_words:
        return
    requests: dict[str, int] = {}
    first: dict[str, str] = {}
    for clip in clips:
        names = {}
        for part in clip.parts:
            for mark in _members_in(part, composer):
                one = film.cast[mark]
                if one.kind == "character" and not one.has_picture:
                    names[one.name.partition(".")[0]] = mark
        for name, mark in names.items():
            first.setdefault(name, mark)
            requests[name] = requests.get(name, 0) + 1
    changing = [(film.cast[first[name]].span, name) for name in requests if requests[name] > 1]
    if not changing:
        return
    changing.sort(key=lambda one: (one[0].source.name, one[0].start))
    (place, name), *others = changing
    who, what = f'"{name}" is', f"in {requests[name]} requests"
    if others:
        who, what = f"{len(changing)} characters are", "in several requests"
    composer.diagnostics.add(
        CHANGING_FACE,
        f"{who} described in words {what}, and will look different in each",
        place,
        label=f"in {requests[name]} requests" if others else "",
        labels=[Label(span, f"in {requests[other]} requests") for span, other in others],
        help="add frontal: with a picture, which targets with elements take",
    )


def _check_place(part: Part, composer: Composer) -> None:
    """A shot that continues from a frame into another place."""
    shot = part.shot
    if "location" not in shot.node or not shot.framing.location:
        return
    composer.diagnostics.add(
        MOVED_SEAM,
        f'"{shot.address}" opens on the last frame of the shot before, and names a place of its '
        f'own, "{composer.cast[shot.framing.location].label}"',
        shot.place("location"),
        labels=(Label(shot.place("seam"), "continues the shot before"),),
        help="write seam: cut, or leave the location out",
    )
