"""From the elements of a screenplay to the text of a storyboard.

A paragraph of action is a shot, and what is said after it is said in it, as far as there is time.
What a screenplay does not say stands there as a guess with a comment.
"""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from msgspec import Struct, field, structs

from storyboard.compiler.speech import spoken_seconds
from storyboard.compiler.words import language_of
from storyboard.language.names import is_name_character
from storyboard.screenplay.fountain import Screenplay, ScriptElement

_SLUG = re.compile(
    r"(?P<side>(?:INT\.?/EXT|INT/EXT|I/E|INT|EXT|EST)[. /]*)?(?P<place>.*?)"
    r"(?:[ ]+[-–—]+[ ]+(?P<time>[^-–—]*))?",
    re.IGNORECASE,
)
_NO_LIGHT = re.compile(r"\b(?:later|earlier|continuous|same|meanwhile|flashback)\b", re.IGNORECASE)
"""Times of headings that say when a scene plays, and nothing of its light."""
_LOOK = re.compile(r"(?:[0-9]|(?:an?|the|in|with|late|early|mid)\b)", re.IGNORECASE)
"""What a clause begins with that tells how somebody looks, and not what happens."""
_VENDOR_TAG = re.compile(r"(element|image|video|audio|voice)_?[0-9]+")
_MAX_NAME = 60
_LEAST, _MOST, _WITH_LINES = 3, 10, 12
"""Seconds of a shot: the fewest, the most for its words alone, and for what is said in it."""
_STOPS = ".?!…。？！।"
"""Signs behind which a speech is divided."""
_WORDS_A_SECOND = 4
_JOINERS = "\u200c\u200d"
"""Without them words of some scripts are others."""


class _Shot(Struct):
    prompt: str = ""
    lines: list[ScriptElement] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)


class _Scene(Struct):
    heading: str
    place: str
    light: str
    line: int
    shots: list[_Shot] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """Asides that no shot has followed yet."""


def storyboard_text(screenplay: Screenplay, source: str) -> str:
    """The text of a storyboard that says what a screenplay says; ``source`` is its file's name."""
    scenes = [*_scenes(screenplay.elements)]
    names = _Names()
    said = (element.name for element in screenplay.elements if element.kind == "line")
    speakers = {words: names.take(words, "somebody") for words in dict.fromkeys(said)}
    seen = dict.fromkeys(scene.place for scene in scenes if scene.place)
    places = {words: names.take(words, "place", "_place") for words in seen}
    page = screenplay.title_page
    lines = [
        f"# Made from {_comment(source)}. What a screenplay does not say is a guess, marked with",
        "# a comment: read these, then `storyboard check` and `storyboard plan` this folder.",
        "storyboard: 1",
    ]
    if title := page.get("title"):
        lines.append(f"title: {_quoted(_plain(title))}")
    if author := page.get("author") or page.get("authors"):
        lines.append(f"authors: [{_quoted(_plain(author))}]")
    lines += ["defaults:", "  aspect_ratio: 16:9   # a guess", "  audio: true          # for lines"]
    looks = _looks(speakers, screenplay.elements)
    lines += _cast("characters", speakers, looks, "how this person looks, in words, or frontal:")
    lines += _cast("locations", places, {}, "how this place looks, in words, or image:")
    lines += ["", "scenes:"]
    marks = _Marks(speakers)
    for number, scene in enumerate(scenes, 1):
        lines += _written_scene(scene, number, places, speakers, marks)
    return "\n".join(lines) + "\n"


class _Names:
    """Names of a cast, each taken once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def take(self, words: str, default: str, suffix: str = "") -> str:
        """A name that a storyboard takes, made from words."""
        text = unicodedata.normalize("NFC", words.casefold())
        letters = "".join(one if is_name_character(one) and one != "-" else "_" for one in text)
        name = re.sub("_+", "_", letters).strip("_")[:_MAX_NAME].strip("_") or default
        if _VENDOR_TAG.fullmatch(name) or name.isdigit() or not name[0].isalpha():
            name = f"{default}_{name}".strip("_")
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name}{suffix}" if suffix and number == 2 else f"{name}_{number}"
        self.taken.add(found)
        return found


class _Marks:
    """Puts ``@`` before the names of speakers in a text."""

    def __init__(self, speakers: dict[str, str]) -> None:
        self.names = {words.casefold(): name for words, name in speakers.items()}
        longest = sorted(map(re.escape, self.names), key=len, reverse=True)
        self.pattern = re.compile(
            rf"(?<![\w@])(?:{'|'.join(longest)})(?!\w)" if longest else r"(?!)", re.IGNORECASE
        )

    def put(self, text: str) -> str:
        """A text with mentions, and with what else would mean something as letters."""

        def mention(found: re.Match[str]) -> str:
            name = self.names.get(found[0].casefold())
            return found[0] if name is None else f"@{{{name}}}"

        return self.pattern.sub(mention, _plain(text).replace("@", "@@"))


def _scenes(elements: Sequence[ScriptElement]) -> Iterator[_Scene]:
    """The scenes in which something is seen or said; of others the heading is an aside."""
    scene = _Scene("", "", "", 1)
    for element in elements:
        if element.kind == "heading":
            waiting: list[str] = []
            if scene.shots:
                yield scene
            else:
                lost = [f"{scene.heading}: nothing is said to happen there"]
                waiting = [*(lost if scene.heading else []), *scene.waiting]
            scene = _scene(element, waiting)
        else:
            for piece in _pieces(element):
                _add(scene, piece)
    if scene.shots:
        yield scene


def _scene(heading: ScriptElement, waiting: list[str]) -> _Scene:
    found = _SLUG.fullmatch(heading.text)
    place = (found["place"] if found else heading.text).strip(" .-–—")
    time = (found["time"] or "" if found else "").strip()
    light = "" if _NO_LIGHT.search(time) else time
    return _Scene(heading.text, place, light, heading.line, waiting=waiting)


def _add(scene: _Scene, element: ScriptElement) -> None:
    """Put an element into the last shot, or into one of its own."""
    shots = scene.shots
    if element.kind == "aside":
        scene.waiting.append(element.text)
        return
    is_full = bool(shots and shots[-1].lines) and (
        element.kind == "line" and _said([*shots[-1].lines, element]) > _WITH_LINES
    )
    if element.kind == "action" or not shots or is_full:
        shots.append(_Shot(asides=scene.waiting))
        scene.waiting = []
    if element.kind == "action":
        shots[-1].prompt = element.text
    else:
        shots[-1].lines.append(element)


def _pieces(element: ScriptElement) -> Iterator[ScriptElement]:
    """An element; a speech too long for a shot in several, divided behind sentences if it can."""
    words = element.text.split() if element.kind == "line" else []
    start = 0
    while words and _said([_part(element, words[start:])]) > _WITH_LINES:
        fits = range(start + 1, len(words))
        least = bisect_right(
            fits, _WITH_LINES - 2, key=lambda end: _said([_part(element, words[start:end])])
        )
        end = start + max(least, 1)
        stops = [at for at in range(start + 1, end + 1) if words[at - 1][-1] in _STOPS]
        end = stops[-1] if stops else end
        yield _part(element, words[start:end])
        start = end
    yield _part(element, words[start:]) if start else element


def _part(element: ScriptElement, words: Sequence[str]) -> ScriptElement:
    return structs.replace(element, text=" ".join(words))


def _said(lines: Sequence[ScriptElement]) -> int:
    """The seconds that lines take to say, in their own language."""
    text = " ".join(one.text for one in lines)
    need = spoken_seconds([(one.name, one.text) for one in lines], language_of(text))
    return len(text) // 8 + 2 if need is None else -int(-need.comfortable // 1)


def _seconds(shot: _Shot) -> int:
    words = len(shot.prompt.split())
    guess = min(max(-(-words // _WORDS_A_SECOND), _LEAST), _MOST)
    return min(max(guess, _said(shot.lines) + 1 if shot.lines else 0), 600)


def _looks(speakers: Iterable[str], elements: Sequence[ScriptElement]) -> dict[str, str]:
    """How people look, by their names: what stands behind a name where it first stands in capitals.

    That is ``40, in a raincoat`` of ``MARTA, 40, in a raincoat, runs``, or ``9`` of ``VERA (9)``.
    """
    looks: dict[str, str] = {}
    action = [element.text for element in elements if element.kind == "action"]
    for words in speakers:
        behind = re.compile(
            rf"(?<!\w){re.escape(words.upper())}(?:[ ]*\((?P<short>[^()]+)\)|,(?P<long>[^.;:!?]*))"
        )
        found = next(filter(None, map(behind.search, action)), None)
        if found is None:
            continue
        told = [] if found["long"] is None else [one.strip() for one in found["long"].split(",")]
        look = found["short"] or ", ".join(takewhile(_LOOK.match, told))
        if look:
            looks[words] = look
    return looks


def _cast(key: str, names: dict[str, str], looks: Mapping[str, str], advice: str) -> list[str]:
    if not names:
        return []
    lines = ["", f"{key}:   # guesses: write {advice}"]
    for words, name in names.items():
        label = _plain(words).capitalize() if words == words.upper() else _plain(words)
        lines += [
            f"  {name}:",
            f"    label: {_quoted(label)}",
            f"    description: {_quoted(_plain(looks.get(words, label)))}",
        ]
    return lines


def _written_scene(
    scene: _Scene, number: int, places: dict[str, str], speakers: dict[str, str], marks: _Marks
) -> list[str]:
    lines = [f"  - id: scene_{number}   # line {scene.line}"]
    if scene.heading:
        lines.append(f"    title: {_quoted(_plain(scene.heading))}")
    if scene.place:
        lines.append(f"    location: {places[scene.place]}")
    lines.append("    shots:")
    for shot in scene.shots:
        lines += [f"      # {_comment(aside)}" for aside in shot.asides]
        body = _written_shot(shot, scene, speakers, marks)
        lines += [f"      {'- ' if at == 0 else '  '}{line}" for at, line in enumerate(body)]
    return [*lines, *(f"      # {_comment(aside)}" for aside in scene.waiting)]


def _written_shot(
    shot: _Shot, scene: _Scene, speakers: dict[str, str], marks: _Marks
) -> Iterator[str]:
    yield f"duration: {_seconds(shot)}s   # a guess"
    if shot.prompt or not any(not one.is_off for one in shot.lines):
        prompt = marks.put(shot.prompt)
        yield f"prompt: {_quoted(prompt or scene.heading or 'Nobody is seen.')}" + (
            "" if prompt else "   # a guess: what is seen meanwhile"
        )
    if scene.light:
        yield f"light: {_quoted(_plain(scene.light).lower())}"
    if shot.lines:
        yield "dialogue:"
    for one in shot.lines:
        said = f"line: {_quoted(_plain(one.text))}"
        tone = f", tone: {_quoted(_plain(one.tone))}" if one.tone else ""
        off = ", off: true" if one.is_off else ""
        yield f"  - {speakers[one.name]}: {{{said}{tone}{off}}}"


def _plain(text: str) -> str:
    """A text in which nothing is a template or a control character."""
    text = "".join(one if one.isprintable() or one in _JOINERS else " " for one in text)
    return " ".join(re.sub(r"(?<=\{)(?=[{%#])", " ", text).split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return _plain(text).removeprefix("storyboard:").strip() or "-"
