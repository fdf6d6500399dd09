"""Mistakes put into good films, cast libraries and target files, one at a time, by a fixed seed.

Each is found where it was made, once, and with its fix in words; and none goes unsaid that changes
what is sent. ``STORYBOARD_MISTAKES=1000`` makes so many, and prints what was found;
``STORYBOARD_SEED`` chooses others.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from everyday_mistakes import EVERYDAY
from mistakes import OF_FILMS, OF_TARGETS, Mistake, Slip, make_mistake
from rarer_mistakes import RARER

from storyboard.api import Compilation, CompileOptions, Project
from storyboard.diagnostics import Diagnostic, Severity

EXAMPLES = Path(__file__).parents[2] / "examples"
SEED = os.environ.get("STORYBOARD_SEED", "mistakes")
NUMBER = int(os.environ.get("STORYBOARD_MISTAKES", "60"))
FILMS = (
    ("lighthouse/storyboard.yaml", "lighthouse/storyboard.yaml"),
    ("lighthouse/cast.yaml", "lighthouse/storyboard.yaml"),
    ("lighthouse/storyboard.yaml", "lighthouse/storyboard.yaml"),
    ("series/episode-1.storyboard.yaml", "series/episode-1.storyboard.yaml"),
    ("series/cast.yaml", "series/episode-1.storyboard.yaml"),
    ("one-take/storyboard.yaml", "one-take/storyboard.yaml"),
    ("every-script/storyboard.yaml", "every-script/storyboard.yaml"),
    ("targets/own.yaml", "targets/film.yaml"),
)
"""The files that mistakes are made in, and the film that is checked for each."""

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seeded:
    """A mistake, in which file, what was found because of it, and whether it changes the film."""

    file: str
    mistake: Mistake
    found: tuple[Diagnostic, ...]
    changes: bool

    @property
    def is_placed(self) -> bool:
        """Whether a finding stands on the line of the mistake or beside it, in its file."""
        lines = self.mistake.text.count("\n")
        for one in self.found:
            for span in (one.span, *(label.span for label in one.labels)):
                if span is None or not span.source.name.endswith(self.file):
                    continue
                last = span.source.position(span.end)[0]
                if span.line - 1 <= self.mistake.last and self.mistake.line <= min(last, lines) + 1:
                    return True
        return False

    @property
    def is_mended(self) -> bool:
        """Whether the first finding says what to write."""
        said = [f"{one.message} {one.help}" for one in self.found if one.help or one.fix]
        fix = self.mistake.fix
        return bool(said) and (not fix or any(word in text for text in said for word in fix))

    def __str__(self) -> str:
        shown = [
            f"    {one.code.id} {one.span and one.span.line} {one.message} | {one.help}"
            for one in self.found
        ]
        line = self.mistake.text.splitlines()[self.mistake.line - 1]
        head = f"{self.mistake.kind} {self.file}:{self.mistake.line} {line.strip()!r}"
        return "\n".join([head, f"  fix {self.mistake.fix}", *shown])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, and a film on a target of its own."""
    root = tmp_path_factory.mktemp("seeded") / "examples"
    shutil.copytree(EXAMPLES, root)
    (root / "targets").mkdir()
    data = files("storyboard.targets") / "data" / "fal"
    whole = (data / "kling-o1.yaml").read_text("utf-8").replace("abstract: true\n", "")
    (root / "targets" / "own.yaml").write_text(
        "target: fal/own\ntitle: A target of my own\nendpoint: fal-ai/own\n" + whole, "utf-8"
    )
    (root / "targets" / "film.yaml").write_text(
        "storyboard: 1\ntarget: fal/own\nscenes: [{shots: [The sea., The bay.]}]\n", "utf-8"
    )
    return root


def checked(folder: Path, film: str, file: str, text: str) -> Compilation:
    options = CompileOptions(project=folder, unsaved={folder / file: text})
    if file.startswith("targets/"):
        (folder / file).write_text(text, encoding="utf-8")
        options = CompileOptions(project=folder, target_folders=(folder / "targets",))
    return Project(str(folder / film), options).check()


def key_of(found: Diagnostic) -> _Key:
    """What makes a finding the one that was there before: a note is, wherever it stands now."""
    if found.severity is Severity.NOTE or found.span is None:
        return (found.code.id, "")
    return (found.code.id, found.span.text)


def sent(compiled: Compilation) -> tuple[object, ...]:
    """What would be sent, and whether anything can be."""
    return (compiled.is_complete, *(request.digest for request in compiled.requests))


def seeded(folder: Path, number: int, seed: str) -> Iterator[Seeded]:
    """Mistakes in each of the files in turn, of kinds that chance picks."""
    chance = random.Random(seed)
    known = Known.of(folder)
    for index in range(number):
        file, film = FILMS[index % len(FILMS)]
        slips: tuple[Slip, ...] = OF_TARGETS if file.startswith("targets/") else OF_FILMS
        yield known.seeded(file, film, make_mistake(known.texts[file], slips, chance))


def of_each_kind(folder: Path, kinds: Sequence[Slip], number: int, seed: str) -> Iterator[Seeded]:
    """So many mistakes of each of some kinds, in films and cast libraries that chance picks."""
    chance = random.Random(seed)
    known = Known.of(folder)
    for slip in kinds:
        made = 0
        for file, film in chance.sample(FILMS, len(FILMS)):
            with suppress(ValueError):
                if made < number and not file.startswith("targets/"):
                    mistake = make_mistake(known.texts[file], [slip], chance)
                    yield known.seeded(file, film, mistake)
                    made += 1


@dataclass(frozen=True, slots=True)
class Known:
    """The files without mistakes, and what is found in them."""

    folder: Path
    texts: dict[str, str]
    before: dict[str, Compilation]

    @classmethod
    def of(cls, folder: Path) -> Known:
        texts = {file: (folder / file).read_text("utf-8") for file, _ in FILMS}
        return cls(
            folder, texts, {file: checked(folder, film, file, texts[file]) for file, film in FILMS}
        )

    def seeded(self, file: str, film: str, mistake: Mistake) -> Seeded:
        """What a mistake gives beside what was found before."""
        compiled = checked(self.folder, film, file, mistake.text)
        left = Counter(map(key_of, self.before[file].diagnostics))
        found = []
        for one in compiled.diagnostics:
            if left[key_of(one)] > 0:
                left[key_of(one)] -= 1
            else:
                found.append(one)
        return Seeded(file, mistake, tuple(found), sent(compiled) != sent(self.before[file]))


def test_mistakes_are_found_once_where_they_are_and_with_their_fix(folder: Path) -> None:
    hold([*seeded(folder, NUMBER, SEED)])


def test_rarer_mistakes_are_found_once_where_they_are_and_with_their_fix(folder: Path) -> None:
    hold([*of_each_kind(folder, RARER, max(NUMBER // 200, 1), SEED)])


def test_everyday_mistakes_are_found_once_where_they_are_and_with_their_fix(folder: Path) -> None:
    hold([*of_each_kind(folder, EVERYDAY, max(NUMBER // 200, 1), SEED)])


def hold(made: list[Seeded]) -> None:
    """Hold what was found against what is wanted."""
    silent = [one for one in made if one.changes and not one.found]
    said = [one for one in made if one.found]
    astray = [one for one in said if not one.is_placed]
    wordless = [one for one in said if not one.is_mended]
    several = [one for one in said if len(one.found) > 1]
    number = sum(len(one.found) for one in said) / len(said)
    right = sum(one.is_placed and one.is_mended for one in said) / len(said)
    if "STORYBOARD_MISTAKES" in os.environ:
        for name, group in (
            ("SILENT", silent),
            ("ASTRAY", astray),
            ("WORDLESS", wordless),
            ("SEVERAL", several),
        ):
            print(f"\n== {name}: {len(group)} of {len(made)}")
            print(*group, sep="\n")
        print(f"\n{number:.3f} findings each, {right:.1%} at their place with their fix")
    assert not silent, "\n".join(map(str, silent))
    assert number <= 1.2, "\n".join(map(str, several))
    assert right >= 0.97, "\n".join(map(str, (*astray, *wordless)))
