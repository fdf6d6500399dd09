"""The nearest name: near enough to be meant, never far."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.diagnostics import spelling
from storyboard.diagnostics.spelling import fold, nearest

CAST = ["lantern", "boy", "mara", "gallery", "aspect_ratio", "灯台守"]
NAMES = st.text(alphabet="abcd_", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("mara", "mara"),
        ("Mara", "mara"),
        ("mra", "mara"),
        ("marra", "mara"),
        ("amra", "mara"),
        ("maro", "mara"),
        ("marа", "mara"),  # the last letter is Cyrillic
        ("ｍａｒａ", "mara"),
        ("latnern", "lantern"),
        ("aspect-ratio", "aspect_ratio"),
        ("aspect", "aspect_ratio"),
        ("ratio", "aspect_ratio"),
        ("灯台", "灯台守"),
    ],
)
def test_a_misspelt_name_finds_the_one_meant(written: str, meant: str) -> None:
    assert nearest(written, CAST) == meant


@pytest.mark.parametrize("written", ["", "x", "ma", "zebra_crossing", "toy_boat", "海辺"])
def test_a_name_unlike_all_others_finds_none(written: str) -> None:
    assert nearest(written, CAST) is None


def test_of_names_equally_near_the_first_known_is_given() -> None:
    assert nearest("mars", ["mare", "mara"]) == "mare"
    assert nearest("mARA", ["Mara", "mara"]) == "Mara"


def test_fewer_mistakes_beat_an_earlier_place_and_any_mistake_beats_a_shared_word() -> None:
    assert nearest("storms", ["stormy_s", "storm_door", "storm"]) == "storm"


@settings(deadline=None)
@given(NAMES, st.data())
def test_one_exchange_of_neighbours_is_one_mistake(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 2))
    written = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    assert nearest(written, [name]) == name


def _plain_distance(one: str, other: str) -> int:
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            cost = min(
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                cost = min(cost, table[i - 2, j - 2] + 1)
            table[i, j] = cost
    return table[len(one), len(other)]


@settings(deadline=None)
@given(NAMES, st.lists(NAMES, min_size=1, max_size=5))
def test_no_known_name_has_fewer_mistakes_than_the_one_given(name: str, known: list[str]) -> None:
    found = nearest(name, known)
    distances = {k: _plain_distance(fold(name), fold(k)) for k in known}
    near = [k for k, mistakes in distances.items() if mistakes <= max(len(name), len(k)) // 3]
    if near:
        assert found is not None
        assert distances[found] == min(distances[k] for k in near)


def _plain_nearest(name: str, known: list[str]) -> str | None:
    """The rule as it is told, with nothing remembered and nothing passed over."""
    wanted = fold(name)
    forms = [(fold(one), one) for one in known] if wanted else []
    for form, one in forms:
        if form == wanted:
            return one
    mistakes = [(_plain_distance(wanted, form), form, one) for form, one in forms]
    near = [
        (count, one)
        for count, form, one in mistakes
        if count <= max(len(wanted), len(form)) // 3 and count < len(wanted)
    ]
    if near:
        return min(near, key=lambda found: found[0])[1]
    related = [(len(form), one) for form, one in forms if _shares_a_word(wanted, form)]
    return min(related, key=lambda found: found[0])[1] if related else None


def _shares_a_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and (long.startswith(f"{short}_") or long.endswith(f"_{short}"))


# ğ and â share a bit of the mask by which names with other letters are passed over.
WORDS = st.sampled_from(["aba", "bâba", "bğba", "灯台守"]) | st.text("abAB-âğ灯", max_size=5)
ANY_NAMES = st.lists(WORDS, min_size=1, max_size=3).map("_".join)


@settings(deadline=None)
@given(st.lists(ANY_NAMES, min_size=1, max_size=4), st.lists(ANY_NAMES, max_size=12))
def test_many_calls_over_the_same_names_answer_as_the_plain_rule_does(
    wanted: list[str], known: list[str]
) -> None:
    for name in wanted:
        assert nearest(name, known) == _plain_nearest(name, known)
    known.append(wanted[0])  # names that have changed meanwhile are not those remembered
    for name in wanted:
        assert nearest(name, iter(known)) == _plain_nearest(name, known)


def test_the_work_for_many_long_names_that_are_alike_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = 0
    measure = spelling._mistakes

    def counted(one: str, other: str, limit: int) -> int:
        nonlocal done
        done += len(one) * len(other)
        return measure(one, other, limit)

    monkeypatch.setattr(spelling, "_mistakes", counted)
    letters = random.Random(1)
    known = ["".join(letters.choices("abc", k=30)) for _ in range(10_000)]
    nearest("abc" * 10, known)
    assert 0 < done < 50_000
    assert nearest(known[-1].upper(), known) == known[-1]
