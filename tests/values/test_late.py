"""Late values are made once, when they are first asked for."""

from __future__ import annotations

from storyboard.values.late import Late, value_of


def test_a_late_value_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("it")
        return "it"

    late = Late(make)
    assert not made
    assert (value_of(late), value_of(late), value_of("it")) == ("it",) * 3
    assert made == ["it"]


def test_a_late_value_equals_what_it_is() -> None:
    late = Late(lambda: "it")
    assert late == "it"
    assert late == Late(lambda: "it")
    assert late != "other"
    assert {late} == {"it"}
