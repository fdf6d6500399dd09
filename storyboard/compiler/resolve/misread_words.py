"""Words of English films that the models take in another way than their writers mean.

Inside a request each shot is a shot of its own: "a pronoun in a later shot is a new person", says
a vendor's guide. Words in capitals are read out letter by letter, by the same vendor's field text:
capitals are for acronyms and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from storyboard.compiler.film import Film, Passage, Scene, Shot, marks_of
from storyboard.diagnostics import Diagnostics, Fix, Label
from storyboard.diagnostics.codes import LONE_PRONOUN, SPELLED_OUT
from storyboard.document import locate
from storyboard.targets.model import Feature
from storyboard.values.scripts import primary

_PRONOUN = re.compile(r"(?:\A|[.!?]\s+)((?:She|He|They)\b)")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_CAPITALS = re.compile(r"(?<![\w'’.])[A-Z]{2,}(?:['’][A-Z]+)?(?![\w'’]|\.\w)")
_SPELLED_RIGHTLY = frozenset(
    {
        "AC", "AI", "AM", "ATM", "BBC", "BC", "CCTV", "CD", "CEO", "CIA", "CPR", "DC", "DIY", "DJ",
        "DNA", "DVD", "EU", "FBI", "FM", "GPS", "HQ", "ID", "IQ", "IT", "LA", "LED", "MP", "MRI",
        "NASA", "NATO", "NYC", "OK", "PC", "PM", "RV", "SOS", "SUV", "TNT", "TV", "UFO", "UK", "UN",
        "US", "USA", "USB", "VIP", "WC",
    }
)  # fmt: skip
"""What is said letter by letter in English too, or as a word that is an acronym."""


def check_wording(film: Film, diagnostics: Diagnostics) -> None:
    """Note pronouns that stand for nobody (SB229) and lines in capitals (SB230)."""
    if film.language is not None and primary(film.language) != "en":
        return
    for scene in film.scenes:
        for before, shot in zip(scene.shots, scene.shots[1:], strict=False):
            _check_pronoun(before, shot, film, diagnostics)
        if film.target.has(Feature.AUDIO):
            _check_capitals(scene, film, diagnostics)


def _people_in(shot: Shot, film: Film) -> Iterator[str]:
    """The marks of the characters whom a shot shows, its speakers among them."""
    speakers = [said.speaker for said in shot.speeches() if said.speaker and not said.is_off]
    for mark in dict.fromkeys((*shot.marks(), *speakers)):
        if film.cast[mark].kind == "character":
            yield mark


def _check_pronoun(before: Shot, shot: Shot, film: Film, diagnostics: Diagnostics) -> None:
    for beat in shot.beats:
        text = beat.prose.scalar if beat.prose is not None else ""
        # Most texts hold no such word, and are found not to in no time.
        if ("She" in text or "He" in text or "They" in text) and _PRONOUN.search(text):
            break
    else:
        return
    if shot.cast is not None:
        return
    people = [*_people_in(before, film)]
    if not people or any(_people_in(shot, film)):
        return
    for passage in (beat.prose for beat in shot.beats):
        if passage is None or any(marks_of(passage.text)) or _NAME.search(passage.text):
            continue
        if (found := _PRONOUN.search(passage.scalar)) is None:
            continue
        pronoun = found[1]
        name = film.cast[people[0]].name.partition(".")[0]
        is_plain = len(people) == 1 and pronoun != "They"
        advice = f'write "@{name}"' if is_plain else f'name them, as in "@{name}"'
        span = locate(passage.scalar, *found.span(1))
        diagnostics.add(
            LONE_PRONOUN,
            f'"{pronoun}" is somebody new to the model: nobody is named in "{shot.address}"',
            span,
            labels=(Label(before.span, "who is meant stands in this shot"),),
            help=f"{advice}; each shot is read by itself",
            fix=Fix(span, f"@{name}", is_sure=False) if is_plain else None,
        )
        return


def _check_capitals(scene: Scene, film: Film, diagnostics: Diagnostics) -> None:
    for shot in scene.shots:
        for speech in shot.speeches() if shot.audio else ():
            if film.language is None and not speech.line.text.isascii():
                continue
            for start, end in _capitals_in(speech.line):
                scalar = speech.line.scalar
                word = scalar[start:end]
                span = locate(scalar, start, end)
                diagnostics.add_place(
                    SPELLED_OUT,
                    "",
                    Label(span, "and this one"),
                    word,
                    _say_capitals,
                    fix=Fix(span, word.lower(), is_sure=False),
                )


def _capitals_in(line: Passage) -> Iterator[tuple[int, int]]:
    for found in _CAPITALS.finditer(line.scalar):
        if found[0] not in _SPELLED_RIGHTLY and "{{" not in line.scalar:
            yield found.span()


def _say_capitals(words: Sequence[str]) -> tuple[str, str]:
    if len(words) == 1:
        return (
            f'"{words[0]}" is in capitals, which the model reads out letter by letter',
            f'write "{words[0].lower()}", and how it is said as tone:',
        )
    return (
        f"{len(words)} words are in capitals, which the model reads out letter by letter",
        "write them in small letters, and how they are said as tone:",
    )
