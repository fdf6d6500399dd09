"""How the joining of a film is shown: on a terminal, and in a log."""

from __future__ import annotations

from storyboard.render.stitch_view import EVERY, StitchView


def test_a_terminal_has_one_line_that_goes_when_the_film_is_there() -> None:
    shown: list[str] = []
    view = StitchView(shown.append, lambda: 0.0, is_live=True)
    view.clear()
    view.show(12.04, 87.4)
    view.show(87.4, 87.4)
    view.clear()
    view.clear()
    drawn, away = "joining: {} of 87 s\x1b[K\n", "\x1b[1F\x1b[J"
    assert shown == [drawn.format(12), away, drawn.format(87), away]


def test_a_log_has_a_line_now_and_then_and_none_of_what_is_soon_done() -> None:
    shown: list[str] = []
    now = 0.0
    view = StitchView(shown.append, lambda: now, is_live=False)
    for now in (0.1, EVERY - 0.1, EVERY, EVERY + 1, 2 * EVERY, 2 * EVERY + 1):
        view.show(now, 20)
    now = 4 * EVERY
    view.show(20, 20)
    view.clear()
    assert shown == ["joining: 5 of 20 s\n", "joining: 10 of 20 s\n"]
