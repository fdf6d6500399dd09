"""What ``why`` tells of a clip that is kept, rendered again, or packed."""

from __future__ import annotations

from pathlib import Path

from storyboard.api import Project, RunSettings
from storyboard.render.why import render_why

FILM = """\
storyboard: 1
title: The pier
defaults: {size: wide}
scenes:
  - id: pier
    shots:
      - {id: gulls, duration: 4s, prompt: Gulls circle over a wooden pier.}
      - {id: boat, duration: 5s, prompt: A red boat ties up at its end.}
      - {id: rope, duration: 3s, prompt: A rope is thrown and caught.}
      - {id: night, duration: 9s, prompt: The light goes out.}
"""


def test_what_is_kept_and_what_is_rendered_tell_their_prices(tmp_path: Path) -> None:
    story = tmp_path / "storyboard.yaml"
    story.write_text(FILM)
    project = Project.around(story, is_simulated=True)
    (packed, alone) = project.why("pier").clips
    assert packed.limits == ("with pier/night it would be 21 s, a request has 15 s at most",)
    assert str(packed.alone) == "1.35 USD"
    assert alone.alone is None
    project.run(project.plan().plan, RunSettings())
    story.write_text(FILM.replace("A red boat", "A blue boat"))
    shown = render_why(project.why("pier/boat"), color=False, width=None)
    assert shown.startswith(
        "pier/boat  5 s  0.56 USD  generate: prompt changed, line 8\n"
        '  sent before: "Wide. A red boat ties up …"; now: "Wide. A blue boat ties up …"\n'
    )
    kept = render_why(project.why("pier/rope"), color=False, width=None)
    assert "the whole clip anew: 12 s, 1.35 USD" in kept
    assert "; with --reuse clips: 1.35 USD" in kept
