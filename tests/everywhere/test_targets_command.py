"""``storyboard targets`` through the real command line: what is shown, and what has drifted."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from commands import run_command

from storyboard.diagnostics import Diagnostics
from storyboard.render.target_list import render_targets
from storyboard.render.targets import render_target
from storyboard.render.width import columns
from storyboard.targets.load import catalogue, load
from storyboard.targets.schemas import read_schema

PRO, OXEN = "fal/kling-o3-pro", "oxen/kling-o3-pro"
ENDPOINT = "fal-ai/kling-video/o3/pro/reference-to-video"
MODEL = "kling-video-o3-pro-reference-to-video"

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
Json = dict[str, Any]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command in a folder of its own; no traceback is ever shown."""

    def call(*arguments: str) -> Done:
        done = run_command(*arguments, cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"})
        assert "Traceback" not in done.stderr
        return done

    return call


def test_the_list_names_every_target_with_its_price(run: Run) -> None:
    done = run("targets")
    assert done.returncode == 0
    assert [one for one in catalogue() if one not in done.stdout] == []
    listed = json.loads(run("targets", "--json").stdout)["targets"]
    assert [one["target"] for one in listed] == catalogue()


def test_one_target_is_shown_with_everything_and_where_it_was_read(run: Run) -> None:
    shown = run("targets", OXEN).stdout
    for words in ("superseded", "2026-07-27", "last_frame", "0.224", "walkthrough"):
        assert words in shown
    data = json.loads(run("targets", OXEN, "--json").stdout)
    assert data["status"] == "superseded"
    assert data["prices"][0]["per_second"] == "0.224"
    assert data["facts"]["seconds"] == {"source": "walkthrough", "grade": "A", "note": None}


def test_a_target_named_wrongly_gives_the_nearest(run: Run) -> None:
    done = run("targets", "fal/kling-03-pro")
    assert (done.returncode, done.stdout) == (1, "")
    assert "write fal/kling-o3-pro" in done.stderr


def openapi() -> Json:
    """The target's own schema as fal's OpenAPI document would hold it."""
    schema = deepcopy(read_schema("fal-kling-o3-reference-to-video.schema.json"))
    blocks = schema.pop("$defs")
    text = json.dumps(schema).replace("#/$defs/", "#/components/schemas/")
    inner = json.loads(json.dumps(blocks).replace("#/$defs/", "#/components/schemas/"))
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Input"}}}}
    return {
        "openapi": "3.1.0",
        "paths": {f"/{ENDPOINT}": {"post": {"requestBody": body}}},
        "components": {"schemas": {"Input": json.loads(text), **inner}},
    }


def fal_list() -> Json:
    return {"models": [{"endpoint_id": "other"}, {"endpoint_id": ENDPOINT, "openapi": openapi()}]}


def oxen(key: str) -> Json:
    return {"id": MODEL, key: deepcopy(read_schema("oxen-kling-o3-reference-to-video.schema.json"))}


def fields(document: Json) -> Json:
    """The fields of a request, wherever a document has them."""
    if "models" in document:
        document = document["models"][1]["openapi"]
    if "components" in document:
        document = document["components"]["schemas"]["Input"]
    for key in ("request_schema", "json_request_schema"):
        document = document.get(key, document)
    found: Json = document["properties"]
    return found


DOCUMENTS: dict[str, tuple[str, Callable[[], Json]]] = {
    "an OpenAPI document": (PRO, openapi),
    "fal's list of models": (PRO, fal_list),
    "a request schema alone": (
        PRO,
        lambda: deepcopy(read_schema("fal-kling-o3-reference-to-video.schema.json")),
    ),
    "an Oxen model": (OXEN, lambda: oxen("request_schema")),
    "an Oxen model of the other spelling": (OXEN, lambda: oxen("json_request_schema")),
}


@pytest.mark.parametrize(("target", "make"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_says_the_same_ends_with_0(
    run: Run, tmp_path: Path, target: str, make: Callable[[], Json]
) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(make()), encoding="utf-8")
    done = run("targets", target, "--check", "schema.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{target} is as the document says\n"


@pytest.mark.parametrize(("target", "make"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_in_which_something_moved_ends_with_1_and_says_what(
    run: Run, tmp_path: Path, target: str, make: Callable[[], Json]
) -> None:
    document = make()
    moved = fields(document)
    moved["aspect_ratio"]["enum"] = ["16:9", "9:16", "1:1", "21:9"]
    moved["seed"] = {"type": "integer"}
    del moved["elements"]
    (tmp_path / "schema.json").write_text(json.dumps(document), encoding="utf-8")
    done = run("targets", target, "--check", "schema.json")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "aspect_ratio: enum 16:9, 9:16, 1:1, 21:9, was 16:9, 9:16, 1:1" in lines
    assert "seed: a field that the target's data does not know" in lines
    assert "elements: the document has no such field any more" in lines
    listed = json.loads(run("targets", target, "--check", "schema.json", "--json").stdout)
    assert listed["target"] == target
    assert [one["message"] for one in listed["moved"]] == lines


NOT_COMPARED = {
    "no JSON": (PRO, "storyboard: 1", "is no JSON file"),
    "no UTF-8": (PRO, "\udcff", "is no JSON file"),
    "too deep": (PRO, "[" * 200_000, "nested too deeply"),
    "a list": (PRO, "[]", "expected a JSON object"),
    "no schema": (PRO, "{}", "the document has none of paths"),
    "another endpoint": (PRO, '{"paths": {"/a/b": {"post": 3}}}', f"expected {ENDPOINT}"),
    "another model": (OXEN, '{"id": "x", "request_schema": {}}', f"of x, expected {MODEL}"),
    "an unknown target": ("fal/kling-03-pro", "{}", "write fal/kling-o3-pro"),
}


@pytest.mark.parametrize(("target", "text", "words"), NOT_COMPARED.values(), ids=NOT_COMPARED)
def test_what_cannot_be_compared_ends_with_2(
    run: Run, tmp_path: Path, target: str, text: str, words: str
) -> None:
    (tmp_path / "schema.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = run("targets", target, "--check", "schema.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_check_without_a_target_or_a_document_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text("{}", encoding="utf-8")
    assert "needs the ID" in run("targets", "--check", "schema.json").stderr
    for arguments in (("--check", "schema.json"), (PRO, "--check", "nowhere.json")):
        assert run("targets", *arguments).returncode == 2


def test_several_documents_are_compared_at_once_and_one_that_moved_ends_with_1(
    run: Run, tmp_path: Path
) -> None:
    same, moved = oxen("request_schema"), DOCUMENTS["an OpenAPI document"][1]()
    fields(moved)["seed"] = {"type": "integer"}
    (tmp_path / "oxen.json").write_text(json.dumps(same), encoding="utf-8")
    (tmp_path / "fal.json").write_text(json.dumps(moved), encoding="utf-8")
    both = ("--check", f"{OXEN}=oxen.json", "--check", f"{PRO}=fal.json")
    done = run("targets", *both)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        f"{OXEN} is as the document says",
        f"{PRO}: seed: a field that the target's data does not know",
    ]
    listed = json.loads(run("targets", *both, "--json").stdout)["targets"]
    assert [(one["target"], len(one["moved"])) for one in listed] == [(OXEN, 0), (PRO, 1)]


def test_what_cannot_be_compared_hides_no_drift_and_ends_with_2(run: Run, tmp_path: Path) -> None:
    moved = DOCUMENTS["an OpenAPI document"][1]()
    fields(moved)["seed"] = {"type": "integer"}
    for name, text in (
        ("moved.json", json.dumps(moved)),
        ("broken.json", "{"),
        ("same.json", json.dumps(oxen("request_schema"))),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    checked = [
        (PRO, "broken.json"),
        (PRO, "nowhere.json"),
        ("acme/none", "same.json"),
        (OXEN, "moved.json"),
        (PRO, "moved.json"),
        (OXEN, "same.json"),
    ]
    arguments = [part for name, file in checked for part in ("--check", f"{name}={file}")]
    done = run("targets", *arguments)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        f"{PRO}: seed: a field that the target's data does not know",
        f"{OXEN} is as the document says",
    ]
    told = " ".join(done.stderr.split())
    for words in (
        '"broken.json" is no JSON file',
        '"nowhere.json" cannot be read',
        'SB401 unknown-target]: no target is called "acme/none"',
        '"moved.json": the document describes fal-ai/kling-video/o3/pro/reference-to-video, exp',
    ):
        assert told.count(words) == 1
    done = run("targets", *arguments, "--json")
    listed = json.loads(done.stdout)["targets"]
    assert done.returncode == 2
    assert [(one["target"], "problem" in one) for one in listed] == [
        (name, file != "moved.json" or name != PRO) for name, file in checked[:5]
    ] + [(OXEN, False)]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_list_of_targets_fits_and_names_the_newest_of_each_host(width: int) -> None:
    loaded = [load(one, Diagnostics()) for one in catalogue()]
    data = [one.model_dump(mode="json") for one in loaded if one is not None]
    text = render_targets(data, color=False, width=width, today=date(2026, 12, 1))
    lines = text.splitlines()
    assert max(map(columns, lines)) <= width
    newest = [line for line in lines if "· the newest ·" in line]
    assert [line.partition(" ")[0] for line in newest] == ["fal/kling-v4", "oxen/kling-v4"]
    assert "fal/kling-o3 · facts of 2026-06-11, 173 days old" in lines
    assert len([line for line in lines if line.startswith("  …") or "/kling" in line[:14]]) >= len(
        data
    )


@pytest.mark.parametrize(("width", "unsaid"), [(60, {"text", "sure"}), (100, set())])
def test_the_legend_says_what_is_shown_and_nothing_else(width: int, unsaid: set[str]) -> None:
    loaded = [load(one, Diagnostics()) for one in catalogue()]
    data = [one.model_dump(mode="json") for one in loaded if one is not None]
    table, _, legend = render_targets(data, color=False, width=width).partition("\n\n")
    terms = {line.split()[0] for line in legend.splitlines() if line[:1] not in ("", " ", "`")}
    assert terms == {"secs", "shots", "text", "refs", "silent", "audio", "sure", "*", "†"} - (
        unsaid | ({"shots", "refs"} if unsaid else set())
    )
    assert [line for line in table.splitlines() if line.split()[1:2] == ["*"]] != []
    if not unsaid:
        # The grade is that of the price, and there is none where no price is published.
        grades = {line.split()[0]: line.split()[-1] for line in table.splitlines()}
        assert grades["fal/kling-v4-text-to-video"] == "A"
        assert grades["fal/kling-v2.6-pro-motion-control"] == "B"
        assert grades["oxen/kling-o1"] == "–"


def test_a_price_in_another_currency_says_it() -> None:
    (one,) = (load(PRO, Diagnostics()),)
    assert one is not None
    data = one.model_dump(mode="json")
    for row in data["prices"]:
        row["currency"] = "XCR"
    assert "0.112 XCR" in render_targets([data], color=False, width=80)


@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize("target_id", ["fal/kling-v4-reference-to-video", "oxen/kling-o3-pro"])
def test_all_of_a_target_fits_and_says_its_age_and_what_grades_mean(
    target_id: str, width: int
) -> None:
    one = load(target_id, Diagnostics())
    assert one is not None
    data = one.model_dump(mode="json")
    text = render_target(data, color=False, width=width, today=date(2026, 12, 1))
    assert all(
        columns(line) <= width or len(line.split()) == 1 or "https://" in line
        for line in text.splitlines()
    )
    said = " ".join(text.split())
    assert ("days old" in said) == (target_id == "oxen/kling-o3-pro")
    assert "facts (A the vendor's own document, B a recorded answer, C a third party's" in said
    assert ("resolutions 720p, 1080p; 1080p where none is asked for" in said) == ("v4" in target_id)
    assert all(f"  {name} " in text for name in data["features"])
    assert all(f"{row['as_of']}, {row['grade']} {row['source']}" in said for row in data["prices"])


BROKEN = {
    "no YAML": ("extends: [\n", "SB005", 1),
    "an unknown key": ("extends: fal/kling-o3-pro\ntarget: firm/own\nsecond: 3\n", "SB101", 3),
    "a wrong number": (
        "extends: fal/kling-o3-pro\ntarget: firm/own\nreferences:\n  max: many\n",
        "SB109",
        4,
    ),
    "a contradiction": (
        "extends: fal/kling-o3-pro\ntarget: firm/own\nseconds: {min: 20}\n",
        "SB409",
        3,
    ),
    "an unknown base": ("extends: fal/kling-o3-prp\ntarget: firm/own\n", "SB401", 1),
    "nobody's file": ("abstract: false\n", "SB409", 1),
}


@pytest.mark.parametrize(("text", "code", "line"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_of_ones_own_is_told_where_and_leads_to_no_plan(
    run: Run, tmp_path: Path, text: str, code: str, line: int
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "rates.yaml").write_text(text, encoding="utf-8")
    film = "storyboard: 1\ntarget: firm/own\nscenes: [{shots: [The sea.]}]\n"
    (tmp_path / "storyboard.yaml").write_text(film, encoding="utf-8")
    listed = run("targets", "--targets", "own")
    assert (listed.returncode, listed.stdout) == (1, "")
    assert f"error[{code} " in listed.stderr
    assert f"own/rates.yaml:{line}:" in listed.stderr
    assert listed.stderr.count(f"error[{code} ") <= 2
    planned = run("plan", "--json", "--targets", "own")
    assert planned.returncode == 1
    plan = json.loads(planned.stdout)
    assert (plan["requests"], plan["applyable"]) == ([], False)
    places = [(one["code"], one["span"]["line"]) for one in plan["diagnostics"] if one["span"]]
    assert (code, line) in places


def test_the_schema_of_ones_own_target_is_that_of_its_requests(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "rates.yaml").write_text(
        f"extends: {OXEN}\ntarget: firm/own\n", encoding="utf-8"
    )
    done = run("schema", "firm/own", "--targets", "own")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == read_schema("oxen-kling-o3-reference-to-video.schema.json")
    assert run("schema", OXEN, "--targets", "own").stdout == done.stdout
    for arguments in (("firm/own",), ("firm/onw", "--targets", "own")):
        unknown = run("schema", *arguments)
        assert (unknown.returncode, unknown.stdout) == (2, "")
        assert f'"{arguments[0]}" is neither one of' in unknown.stderr


@pytest.mark.parametrize(("text", "code", "line"), BROKEN.values(), ids=BROKEN)
def test_the_schema_of_a_broken_target_is_refused_with_the_place(
    run: Run, tmp_path: Path, text: str, code: str, line: int
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "rates.yaml").write_text(text, encoding="utf-8")
    done = run("schema", "firm/own", "--targets", "own")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error[{code} " in done.stderr
    assert f"own/rates.yaml:{line}:" in done.stderr


def test_a_firms_own_rates_and_limits_replace_those_of_the_package(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "rates.yaml").write_text(
        "extends: fal/kling-o3-pro\n"
        "sources: {contract: {title: our contract, date: 2026-10-01, grade: A}}\n"
        "references: {max: 7}\n"
        "prices:\n"
        "  - {audio: false, per_second: 0.1, as_of: 2026-10-01, source: contract, grade: A}\n",
        encoding="utf-8",
    )
    names = ", ".join(
        f"{name}: {{image: 'https://example.com/a.png'}}" for name in ("a", "b", "c", "d", "e")
    )
    (tmp_path / "storyboard.yaml").write_text(
        f"storyboard: 1\nstyles: {{{names}}}\nscenes: [{{shots: ['@a @b @c @d @e']}}]\n",
        encoding="utf-8",
    )
    plan = json.loads(run("plan", "--json").stdout)
    assert plan["totals"]["generate"]["cost"] == {"amount": "0.5", "currency": "USD"}
    assert len(plan["requests"][0]["payload"]["image_urls"]) == 5


def test_the_comparison_prices_the_film_everywhere_and_tells_what_each_would_lose(
    run: Run, tmp_path: Path
) -> None:
    film = Path(__file__).with_name("film")
    for name in ("storyboard.yaml", "cast.yaml", "cast/front.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((film / name).read_bytes())
    done = run("plan", "--compare", "--json")
    assert done.returncode == 0
    offers = {one["target"]: one for one in json.loads(done.stdout)["targets"]}
    assert sorted(offers) == catalogue()
    for target, offer in offers.items():
        stored = json.loads(
            (film.parent / "expected" / f"{target.replace('/', '-')}.json").read_text("utf-8")
        )
        if stored["film"] == "storyboard.yaml":
            assert (offer["requests"], offer["seconds"]) == (
                stored["totals"]["requests"],
                stored["totals"]["seconds"],
            )
            lost = [one for one in stored["findings"] if one["code"] in {"SB402", "SB403"}]
            assert len(offer["losses"]) == len(lost)


def test_strictness_refuses_the_film_where_something_would_be_dropped(run: Run) -> None:
    film = str(Path(__file__).with_name("film") / "storyboard.yaml")
    done = run("check", film, "--strict", "--target", "oxen/kling-o3-pro", "--format", "json")
    assert done.returncode == 1
    errors = [
        (one["code"], one["span"]["line"])
        for one in json.loads(done.stdout)["diagnostics"]
        if one["severity"] == "error"
    ]
    assert errors == [("SB402", 18), ("SB402", 19)]


def test_two_documents_of_one_target_are_both_compared(run: Run, tmp_path: Path) -> None:
    same = DOCUMENTS["an OpenAPI document"][1]()
    moved = DOCUMENTS["an OpenAPI document"][1]()
    fields(moved)["seed"] = {"type": "integer"}
    (tmp_path / "old.json").write_text(json.dumps(same), encoding="utf-8")
    (tmp_path / "new.json").write_text(json.dumps(moved), encoding="utf-8")
    done = run("targets", "--check", f"{PRO}=new.json", "--check", f"{PRO}=old.json")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{PRO}: seed: a field that the target's data does not know",
        f"{PRO} is as the document says",
    ]
