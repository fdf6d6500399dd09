"""Which names are offered where a writer types."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("pygls")

from storyboard.diagnostics import Source
from storyboard.editor.analysis import analyze
from storyboard.editor.names import completions_at
from storyboard.editor.positions import offset_of, position_of

FILM = """\
storyboard: 1
vars: {weather: rain, mood: calm}
characters:
  mara: {description: a keeper, looks: {night: {description: in a gown}, day: {description: x}}}
  tom: {description: a boy}
props: {lantern: {description: a lamp}}
locations: {hall: {description: a hall}, pier: {description: a pier}}
styles: {ink: {description: ink}}
footage: {street: {video: https://example.com/a.mp4, description: a street}}
scenes:
  - location: hall
    shots:
      - prompt: A dog barks
        dialogue:
          - mara: Hush!
"""


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("      - '@|", "mara tom lantern hall pier ink street"),
        ("      - prompt: We see @{ma|", "mara tom lantern hall pier ink street"),
        ("      - prompt: We see @mara.ni|", "night day"),
        ("      - prompt: In {{ we|", "weather mood"),
        ("      - location: |", "hall pier"),
        ("      - {location: pi|", "hall pier"),
        ("      - edit: |", "street"),
        ("      - cast: [mara, l|", "mara tom lantern"),
        ("      - prompt: x\n        dialogue:\n          - t|", "mara tom lantern"),
        (
            "      - prompt: x\n        dialogue:\n          - tom: a\n          - |",
            "mara tom lantern",
        ),
        ("      - prompt: mail me@ex|", ""),
        ("      - |", ""),
        ("      - prompt: a|", ""),
    ],
)
def test_what_can_stand_there_is_offered(typed: str, names: str, tmp_path: Path) -> None:
    file = tmp_path / "storyboard.yaml"
    before = f"{FILM}{typed.partition('|')[0]}"
    analysis = analyze(file, {file: FILM}, date(2026, 1, 1))
    offered = completions_at(analysis, Source("film", f"{before}\n"), len(before))
    assert " ".join(one.label for one in offered) == names


def test_places_are_counted_as_editors_do() -> None:
    text = "a: 𝄞é\r\n𝄞𝄞b\n\u2028c\n"
    source = Source("film", text)
    places = [(0, 0, 0), (4, 0, 5), (5, 0, 6), (7, 1, 0), (8, 1, 2), (10, 1, 5), (12, 2, 1)]
    for offset, line, character in places:
        place = position_of(source, offset)
        assert (place.line, place.character) == (line, character), offset
        assert offset_of(source, place) == offset
