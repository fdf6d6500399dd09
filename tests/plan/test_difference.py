"""Two versions of a film compared: each edit is told, as what it is, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from msgspec import Struct, structs

from storyboard.api import Project
from storyboard.plan.difference import ShotChange, ShotDifference, shot_differences
from storyboard.plan.film_shots import FilmShot, film_shots, moved_of
from storyboard.targets.model import Target

WORDS = [
    "anchor",
    "basket",
    "candle",
    "dagger",
    "engine",
    "feather",
    "garden",
    "hammer",
    "island",
    "jacket",
    "kettle",
    "ladder",
    "mirror",
    "needle",
    "orchard",
    "paddle",
    "quarry",
    "ribbon",
    "saddle",
    "tunnel",
    "umbrella",
    "violin",
    "wagon",
    "yarrow",
    "zither",
]


class Scene(Struct):
    """A scene as its shots: an id or none, seconds, words."""

    id: str
    shots: list[tuple[str, int, str]]

    def text(self) -> str:
        lines = [f"  - id: {self.id}", "    shots:"]
        for name, seconds, words in self.shots:
            named = f"id: {name}, " if name else ""
            lines.append(f'      - {{{named}duration: {seconds}s, prompt: "{words}"}}')
        return "\n".join(lines)


def shots_of(
    scenes: list[Scene], path: Path, head: str = ""
) -> tuple[list[FilmShot], dict[str, Target]]:
    text = f"storyboard: 1\n{head}scenes:\n" + "\n".join(scene.text() for scene in scenes) + "\n"
    file = path / "storyboard.yaml"
    made = Project.around(file, unsaved={file: text}).plan()
    film = made.compilation.film
    assert film is not None, text
    targets = {one.target.target: one.target for one in film.films()}
    return [*film_shots(made.plan, targets)], targets


def compared(
    before: list[Scene], after: list[Scene], path: Path, head: str = "", new_head: str | None = None
) -> tuple[ShotDifference, ...]:
    old, targets = shots_of(before, path, head)
    new, others = shots_of(after, path, head if new_head is None else new_head)
    return shot_differences(old, new, targets | others)


def a_film(chance: random.Random, *, named: bool) -> list[Scene]:
    """Three scenes of shots of which no two have many words in common."""
    return [
        Scene(
            f"s{number}",
            [
                (f"k{shot}" if named else "", chance.choice([3, 5, 8]), prose(chance))
                for shot in range(chance.randint(4, 9))
            ],
        )
        for number in range(3)
    ]


def prose(chance: random.Random) -> str:
    return "She finds " + " ".join(
        f"{chance.choice(WORDS)}{chance.randint(10, 99)}" for _ in range(8)
    )


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_each_edit_is_told_and_nothing_else(seed: int, named: bool, tmp_path: Path) -> None:
    chance = random.Random(seed)
    film = a_film(chance, named=named)
    edited = [structs.replace(scene, shots=[*scene.shots]) for scene in film]
    wanted: dict[ShotChange, set[str]] = {one: set() for one in ShotChange}
    for scene in edited:
        touched, *rest = chance.sample(range(len(scene.shots)), 3)
        name, seconds, words = scene.shots[touched]
        if chance.random() < 0.5:
            scene.shots[touched] = name, seconds, words.replace("finds", "loses")
            wanted[ShotChange.CHANGED].add("loses")
        else:
            scene.shots[touched] = name, seconds + 1, words
            wanted[ShotChange.CHANGED].add(f"{seconds} to {seconds + 1}")
        gone = scene.shots[rest[0]]
        new = ("new" if named else "", 4, prose(chance).replace("She finds", "A gull eats"))
        wanted[ShotChange.REMOVED].add(gone[2])
        wanted[ShotChange.ADDED].add(new[2])
        scene.shots.remove(gone)
        scene.shots.insert(chance.randint(0, len(scene.shots)), new)
    told: dict[ShotChange, set[str]] = {one: set() for one in ShotChange}
    for one in compared(film, edited, tmp_path):
        if one.change is ShotChange.CHANGED:
            is_timed = [change.field for change in one.changes] == ["seconds"]
            told[one.change].add(
                f"{one.old_seconds} to {one.seconds}"
                if is_timed
                else "loses"
                if "loses" in one.changes[0].new
                else "?"
            )
        else:
            told[one.change].add(one.text.rstrip("."))
    assert told == wanted


def test_a_film_is_as_it_was(tmp_path: Path) -> None:
    film = a_film(random.Random(1), named=False)
    assert compared(film, film, tmp_path) == ()


def test_a_shot_that_was_moved_is_told_once_with_its_neighbour(tmp_path: Path) -> None:
    film = [Scene("a", [(name, 5, f"A {name} passes") for name in ("cart", "dog", "hen", "ox")])]
    moved = [Scene("a", [film[0].shots[index] for index in (1, 2, 0, 3)])]
    (one,) = compared(film, moved, tmp_path)
    assert (one.change, one.address, one.behind) == (ShotChange.MOVED, "a/cart", "a/hen")
    (one,) = compared(
        film, [Scene("a", [film[0].shots[index] for index in (3, 0, 1, 2)])], tmp_path
    )
    assert (one.change, one.address, one.behind) == (ShotChange.MOVED, "a/ox", "")


def test_a_scene_that_is_called_otherwise_has_the_same_shots(tmp_path: Path) -> None:
    film = [Scene("a", [("x", 5, "A dog barks"), ("", 5, "It rains")])]
    found = compared(film, [structs.replace(film[0], id="b")], tmp_path)
    assert [(one.change, one.was, one.address) for one in found] == [
        (ShotChange.RENAMED, "a/x", "b/x"),
        (ShotChange.RENAMED, "a/2", "b/2"),
    ]


def test_numbers_that_move_on_are_no_change(tmp_path: Path) -> None:
    film = [Scene("a", [("", 5, "A dog barks"), ("", 5, "It rains")])]
    more = [Scene("a", [("", 5, "Night falls"), *film[0].shots])]
    (one,) = compared(film, more, tmp_path)
    assert (one.change, one.address, one.text) == (ShotChange.ADDED, "a/1", "Night falls")


def test_what_a_film_says_of_all_shots_is_a_change_of_each(tmp_path: Path) -> None:
    film = [Scene("a", [("", 5, "A dog barks"), ("", 5, "It rains")])]
    heads = "style: charcoal\n", "style: pastel\n"
    found = compared(film, film, tmp_path, *heads)
    assert [[change.field for change in one.changes] for one in found] == [["style"], ["style"]]


def test_settings_of_a_request_are_changes_of_its_shots(tmp_path: Path) -> None:
    film = [Scene("a", [("", 5, "A dog barks"), ("", 5, "It rains")])]
    heads = "defaults: {audio: true}\n", "defaults: {audio: false}\n"
    found = compared(film, film, tmp_path, *heads)
    assert [[change.field for change in one.changes] for one in found] == [["audio"], ["audio"]]


def test_another_target_is_told_as_one(tmp_path: Path) -> None:
    film = [Scene("a", [("", 5, "A dog barks")])]
    heads = "target: fal/kling-o3-pro\n", "target: oxen/kling-o3-pro\n"
    (one,) = compared(film, film, tmp_path, *heads)
    assert [change.field for change in one.changes] == ["target"]


def test_a_divided_shot_is_one_shot_and_does_not_open_on_itself(tmp_path: Path) -> None:
    long = "She walks to the sea. She sits down. She looks at the ships. She sleeps"
    film = [Scene("a", [("x", 28, long)])]
    edited = [Scene("a", [("x", 28, long.replace("ships", "gulls"))])]
    (one,) = compared(film, edited, tmp_path)
    assert (one.seconds, [change.field for change in one.changes]) == (28, ["prompt"])


@pytest.mark.parametrize(
    ("order", "moved"),
    [
        ([], set()),
        ([0, 1, 2], set()),
        ([2, 0, 1], {2}),
        ([1, 2, 0, 3], {0}),
        ([3, 0, 4, 1], {3, 4}),
    ],
)
def test_the_fewest_are_those_that_were_moved(order: list[int], moved: set[int]) -> None:
    assert moved_of(order) == moved
