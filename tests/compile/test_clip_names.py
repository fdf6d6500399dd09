"""What clips are called in a plan: by the ids of their shots, else by numbers."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

from storyboard.api import Project


def planned(folder: Path, shots: str, target: str = "", scene: str = "sea") -> list[Any]:
    path = folder / "film.storyboard.yaml"
    path.write_text(f"storyboard: 1\n{target}scenes:\n  - id: {scene}\n    shots:\n{shots}")
    made, compiled = Project(str(path)).plan()
    assert not compiled.diagnostics.has_errors, list(compiled.diagnostics)
    return list(made.to_json()["requests"])


def test_a_clip_is_named_by_ids_and_where_there_is_none_by_numbers(tmp_path: Path) -> None:
    listed = ("{id: calm, prompt: One., skip: true}", "Two.", "{id: gulls, prompt: Three.}")
    shots = "".join(f"      - {shot}\n" for shot in listed)
    (request,) = planned(tmp_path, shots)
    assert request["id"] == "sea/2..gulls"
    assert [(shot["address"], shot["number"]) for shot in request["shots"]] == [
        ("sea/2", 2),
        ("sea/gulls", 3),
    ]


def test_a_shot_whose_text_alone_was_divided_is_named_whole(tmp_path: Path) -> None:
    text = "The grey sea rises over the old stones. " * 20
    target = "target: oxen/kling-o3-pro\n"  # which takes no longer single prompt
    (request,) = planned(tmp_path, f"      - {{id: wick, duration: 3s, prompt: {text}}}\n", target)
    assert request["id"] == "sea/wick"
    assert [shot["part"] for shot in request["shots"]] == [1, 2]


def test_an_id_is_written_in_one_way_whatever_the_storyboard_does(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "é")
    shots = f"      - {{id: {apart}t{apart}, prompt: One.}}\n"
    (request,) = planned(tmp_path, shots, scene=f"caf{apart}")
    assert request["id"] == unicodedata.normalize("NFC", "café/été")
