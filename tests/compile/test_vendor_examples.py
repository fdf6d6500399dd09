"""The vendors' own example inputs come out of storyboards, field by field.

``vendors/*.json`` are facts from the vendors' documents, named inside; the storyboard of the
same name beside it says the same in the language.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from storyboard.api import CompileOptions, Project

VENDORS = Path(__file__).parent / "vendors"
DURATIONS = json.loads((VENDORS / "oxen-kling-o3-pro-durations.json").read_text("utf-8"))["rows"]


def example(name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The vendor's document, the one request of our storyboard, and the whole plan."""
    document = json.loads((VENDORS / f"{name}.json").read_text("utf-8"))
    made, compiled = Project(str(VENDORS / f"{name}.yaml")).plan()
    assert not compiled.diagnostics.has_errors, [str(one.message) for one in compiled.diagnostics]
    assert made.is_applyable
    written = made.to_json()
    (request,) = written["requests"]
    return document, request, written


@pytest.mark.parametrize("name", ["fal-kling-o3-pro", "fal-kling-o1-standard"])
def test_a_fal_example_comes_out_field_by_field(name: str) -> None:
    document, request, _ = example(name)
    assert request["endpoint"] == document["endpoint"]
    # What the vendor writes as null is absent.
    said = {field: value for field, value in document["input"].items() if value is not None}
    assert request["payload"] == said
    for field, value in said.items():
        assert type(request["payload"][field]) is type(value)


def test_the_example_of_o1_asks_for_its_first_frame_in_words_and_says_so() -> None:
    _, request, made = example("fal-kling-o1-standard")
    assert request["tokens"] == {
        "@Image1": "first frame",
        "@Image2": "hopeful",
        "@Element1": "explorer",
        "@Element2": "stone",
    }
    assert [found["code"] for found in made["diagnostics"]] == ["SB403"]


def test_the_example_of_oxen_comes_out_with_nothing_added_but_prompt_and_duration() -> None:
    document, request, _ = example("oxen-kling-o3-pro")
    assert request["endpoint"] == document["endpoint"]
    added = {"prompt": "A robot waves, drawn like @Image1.", "duration": 5}
    assert request["payload"] == document["input"] | added
    assert type(request["payload"]["duration"]) is int


def compile_seconds(tmp_path: Path, seconds: list[int]) -> tuple[list[Any], set[str]]:
    """The payloads of one scene with a shot for each number, and the codes of what was found."""
    shots = "".join(f"      - {{prompt: the sea, duration: {one}}}\n" for one in seconds)
    film = tmp_path / "film.yaml"
    film.write_text(
        f"storyboard: 1\ntarget: oxen/kling-o3-pro\nscenes:\n  - shots:\n{shots}", "utf-8"
    )
    made, compiled = Project(str(film), CompileOptions(project=tmp_path)).plan()
    assert made.is_applyable, list(compiled.diagnostics)
    return (
        [request.payload for request in made.requests],
        {found.code.id for found in compiled.diagnostics if found.code.id.startswith("SB3")},
    )


def asked(payload: dict[str, Any]) -> list[int]:
    """The seconds of each shot that a payload asks for, the total checked where it stands."""
    if "multi_prompt" not in payload:
        return [payload["duration"]]
    assert "prompt" not in payload
    assert "duration" not in payload
    return [shot["duration"] for shot in payload["multi_prompt"]]


@pytest.mark.parametrize(
    "row", [row for row in DURATIONS if row["works"]], ids=lambda row: str(row["shots"])
)
def test_a_row_that_works_is_one_request_of_exactly_those_durations(
    row: dict[str, Any], tmp_path: Path
) -> None:
    payloads, codes = compile_seconds(tmp_path, row["shots"])
    assert [asked(payload) for payload in payloads] == [row["shots"]]
    assert sum(asked(payloads[0])) == row["total"]
    assert codes == set()


@pytest.mark.parametrize(
    ("shots", "sent", "said"),
    [
        ([1], [[3]], {"SB312"}),  # padded to the shortest clip, and said with its price
        ([2], [[3]], {"SB312"}),
        ([1, 1], [[1, 2]], {"SB312"}),
        ([5, 5, 6], [[5, 5], [6]], set()),  # shared out over two requests; nothing is lost
    ],
)
def test_a_row_that_fails_is_never_sent_but_made_to_fit(
    shots: list[int], sent: list[list[int]], said: set[str], tmp_path: Path
) -> None:
    payloads, codes = compile_seconds(tmp_path, shots)
    assert [asked(payload) for payload in payloads] == sent
    assert codes == said


def test_every_row_of_the_table_is_walked() -> None:
    assert [row["shots"] for row in DURATIONS if not row["works"]] == [[1], [2], [1, 1], [5, 5, 6]]
    assert all(sum(row["shots"]) == row["total"] for row in DURATIONS)
    assert len(DURATIONS) == 8


def test_a_shot_above_the_longest_request_is_divided_with_a_warning(tmp_path: Path) -> None:
    payloads, codes = compile_seconds(tmp_path, [16])
    assert [asked(payload) for payload in payloads] == [[8], [8]]
    assert codes == {"SB301", "SB303"}
