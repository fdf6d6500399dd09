"""Where each request must have a reference picture, a character is sent as one if need be."""

from __future__ import annotations

from pathlib import Path

import pytest
from films_here import planned

FILM = """\
storyboard: 1
target: oxen/kling-o1
characters:
  mara: {frontal: https://a.test/mara.png, references: [https://a.test/side.png]}
  pim: {frontal: https://a.test/pim.png, references: [https://a.test/back.png]}
locations:
  pier: {image: https://a.test/pier.png}
scenes:
  - shots:
      - "@mara looks at @pim."
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_first_character_is_the_picture_of_a_shot_of_characters() -> None:
    made = planned(FILM)
    (request,) = made.plan.requests
    assert request.payload["prompt"] == "@Image1 looks at @Element1."
    assert request.payload["input_image"] == ["https://a.test/mara.png"]
    (element,) = request.payload["elements"]
    assert element["frontal_image_url"] == "https://a.test/pim.png"
    assert request.tokens == {"@Image1": "mara", "@Element1": "pim"}
    (note,) = [one for one in made.compilation.diagnostics if one.code.id == "SB403"]
    assert note.message.startswith(
        'oxen/kling-o1 wants an image in each request: "mara" is sent as one'
    )


def test_it_is_an_element_beside_the_picture_of_a_place() -> None:
    made = planned(FILM.replace("at @pim", "at @pim on @pier"))
    (request,) = made.plan.requests
    assert request.payload["prompt"] == "@Element1 looks at @Element2 on @Image1."
    assert not [one for one in made.compilation.diagnostics if one.code.id == "SB403"]


def test_a_shot_of_nobody_is_refused() -> None:
    made = planned(FILM.replace("@mara looks at @pim.", "The sea."))
    found = [one.message for one in made.compilation.diagnostics if one.code.id == "SB405"]
    assert found == [
        "oxen/kling-o1 makes each clip of reference pictures, and 1 of 1 clip has none"
    ]
