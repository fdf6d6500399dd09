"""The examples: each has its expected plan beside it, as data and as people see it.

``STORYBOARD_UPDATE=1`` rewrites the expected plans; read the difference before you keep it.
Paths in a plan are relative to the project, so the repository is named as the project: the same
bytes come out of a checkout and of an unpacked archive.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyboard.api import CompileOptions, Project
from storyboard.diagnostics import Diagnostics
from storyboard.language.model import Shot, Storyboard
from storyboard.plan.file import encode
from storyboard.render.plan import render_plan
from storyboard.targets.load import catalogue, load

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
OUTPUT = (".storyboard", "out")
"""The folders that a run of an example leaves beside it; version control ignores them."""


def kept(pattern: str) -> list[str]:
    """The examples' own files of that name, as paths from the root, sorted."""
    found = [path.relative_to(ROOT) for path in EXAMPLES.rglob(pattern)]
    return sorted(path.as_posix() for path in found if not set(OUTPUT) & set(path.parts))


FILES = kept("*storyboard.yaml")
PICTURES = kept("*.png")
LIGHTHOUSE = "examples/lighthouse/storyboard.yaml"
MEANT_WARNINGS: dict[str, list[str]] = {}
"""The warnings that an example is there to show, in the order of its plan."""

SHOWN = (
    *("id", "duration", "prompt", "beats", "size", "camera", "light", "sound", "dialogue"),
    *("start_frame", "seam", "take", "notes", "skip"),
)
"""The keys of a shot that the lighthouse shows at least once."""

Plan = dict[str, Any]


def expected(file: str, kind: str) -> Path:
    """The plan beside a storyboard: ``episode-1.plan.json``, or ``storyboard.plan.txt``."""
    path = ROOT / file
    stem = path.name.removesuffix(".yaml").removesuffix(".storyboard")
    return path.with_name(f"{stem}.plan.{kind}")


def planned(file: str, **options: Any) -> Plan:
    made, _ = Project(file, CompileOptions(project=Path(), **options)).plan()
    return made


def run(*arguments: str, folder: Path = ROOT, hash_seed: str = "0") -> str:
    """What the command line prints, run in ``folder``, which is its project."""
    done = subprocess.run(
        [sys.executable, "-m", "storyboard", *arguments, "--project", ".", "--color", "never"],
        cwd=folder,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("file", FILES)
def test_the_plan_is_the_one_beside_the_storyboard(file: str) -> None:
    made = planned(file)
    texts = {"json": encode(made), "txt": render_plan(made, color=False, width=None)}
    for kind, text in texts.items():
        beside = expected(file, kind)
        if os.environ.get("STORYBOARD_UPDATE"):
            beside.write_bytes(text.encode())
        assert beside.read_bytes().decode() == text, "STORYBOARD_UPDATE=1 rewrites the plan"


def test_the_command_line_writes_and_prints_the_same_plan(tmp_path: Path) -> None:
    printed = run("plan", LIGHTHOUSE, "--out", str(tmp_path / "film.plan"))
    assert printed == expected(LIGHTHOUSE, "txt").read_text(encoding="utf-8")
    assert (tmp_path / "film.plan").read_bytes() == expected(LIGHTHOUSE, "json").read_bytes()


def test_every_expected_plan_belongs_to_a_storyboard() -> None:
    beside = {expected(file, kind) for file in FILES for kind in ("json", "txt")}
    assert {ROOT / file for file in kept("*.plan.*")} == beside


@pytest.mark.parametrize("file", [LIGHTHOUSE, "examples/every-script/storyboard.yaml"])
def test_a_plan_is_the_same_bytes_wherever_it_is_made(file: str, tmp_path: Path) -> None:
    made = set()
    for folder, hash_seed in ((tmp_path / "a", "0"), (tmp_path / "deeper" / "b", "1")):
        shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns(*OUTPUT))
        made.add(run("plan", file, "--json", folder=folder, hash_seed=hash_seed))
    assert made == {expected(file, "json").read_text(encoding="utf-8")}


@pytest.mark.parametrize("file", FILES)
def test_no_path_in_a_plan_depends_on_the_machine(file: str) -> None:
    made = json.loads(expected(file, "json").read_text(encoding="utf-8"))
    paths = [source["file"] for source in made["sources"]]
    paths += [asset["path"] for request in made["requests"] for asset in request["assets"]]
    paths += [shot["span"]["file"] for request in made["requests"] for shot in request["shots"]]
    assert all(path.startswith("examples/") for path in paths), paths
    assert all((ROOT / path).is_file() for path in paths)


@pytest.mark.parametrize("file", FILES)
def test_an_example_has_no_errors_and_only_the_warnings_it_explains(file: str) -> None:
    made = planned(file)
    found = [one for one in made.diagnostics if one["severity"] != "note"]
    codes = [one["code"] for one in found]
    assert codes == MEANT_WARNINGS.get(file, [])
    assert made.is_applyable
    assert made.budget.within
    comments = [line for line in (ROOT / file).read_text("utf-8").splitlines() if "#" in line]
    for code in codes:
        assert any(code in comment for comment in comments), f"{code} is explained nowhere"


@pytest.mark.parametrize("file", FILES)
def test_only_the_lighthouse_is_longer_than_forty_lines(file: str) -> None:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    assert len(lines) <= 40 or file == LIGHTHOUSE


# Pictures


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_within_the_limits_of_every_target(picture: str) -> None:
    size = (ROOT / picture).stat().st_size
    with Image.open(ROOT / picture) as image:
        image.load()
        kind, width, height = image.format, image.width, image.height
    for target_id in catalogue():
        target = load(target_id, Diagnostics())
        assert target is not None
        limits = target.pictures
        assert kind in limits.formats
        assert size <= limits.max_bytes
        assert min(width, height) >= limits.min_side
        assert limits.min_ratio * height <= width <= limits.max_ratio * height


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_small_enough_to_live_in_the_repository(picture: str) -> None:
    assert (ROOT / picture).stat().st_size < 15_000


def test_every_picture_is_sent_by_the_lighthouse() -> None:
    sent = {
        asset["path"]
        for request in planned(LIGHTHOUSE).to_json()["requests"]
        for asset in request["assets"]
    }
    assert sent == set(PICTURES)


# What the lighthouse shows


@pytest.fixture(scope="module")
def written() -> Storyboard:
    _, compilation = Project(str(ROOT / LIGHTHOUSE)).plan()
    assert compilation.reading.storyboard is not None
    return compilation.reading.storyboard


@pytest.fixture(scope="module")
def shots(written: Storyboard) -> tuple[Shot, ...]:
    return tuple(shot for scene in written.scenes for shot in scene.shots)


def test_the_lighthouse_has_twelve_shots_in_four_scenes(written: Storyboard) -> None:
    filmed = [[shot for shot in scene.shots if not shot.skip] for scene in written.scenes]
    assert len(filmed) >= 4
    assert sum(map(len, filmed)) >= 12


def test_the_lighthouse_has_a_cast_of_all_four_kinds_with_looks() -> None:
    named = {
        name
        for request in planned(LIGHTHOUSE).to_json()["requests"]
        for name in request["tokens"].values()
    }
    assert named == {"mara", "mara.nightgown", "pim", "lantern", "gallery", "dawn"}


def test_the_lighthouse_has_a_long_shot_and_a_long_text(shots: tuple[Shot, ...]) -> None:
    long = [sum(beat.duration or 0 for beat in shot.beats or ()) for shot in shots]
    assert max(long) > 15
    assert max(len(shot.prompt or "") for shot in shots) > 512


@pytest.mark.parametrize("key", SHOWN)
def test_some_shot_of_the_lighthouse_uses_the_key(key: str, shots: tuple[Shot, ...]) -> None:
    assert any(getattr(shot, key) is not None for shot in shots)


def test_the_lighthouse_has_dialogue_with_and_without_a_tone(shots: tuple[Shot, ...]) -> None:
    lines = [line for shot in shots for entry in shot.dialogue or () for line in entry.values()]
    assert {line.tone is None for line in lines} == {True, False}


def test_what_is_skipped_or_noted_is_not_sent(shots: tuple[Shot, ...]) -> None:
    sent = expected(LIGHTHOUSE, "json").read_text(encoding="utf-8")
    unsent = [shot.prompt for shot in shots if shot.skip] + [s.notes for s in shots if s.notes]
    assert len(unsent) >= 3
    for text in unsent:
        assert text is not None
        assert str(text) not in sent


# What the others show


def test_the_parts_of_the_one_take_follow_from_each_other() -> None:
    requests = planned("examples/one-take/storyboard.yaml").to_json()["requests"]
    assert sum(request["seconds"] for request in requests) == 40
    assert [len(request["depends_on"]) for request in requests] == [0, 1, 1]
    for before, after in pairwise(requests):
        (opened_on,) = after["depends_on"]
        shot = before["shots"][-1]
        assert (opened_on["digest"], opened_on["part"]) == (shot["digest"], shot["part"])


def test_the_beats_of_the_one_take_stay_whole() -> None:
    requests = planned("examples/one-take/storyboard.yaml").to_json()["requests"]
    assert [request["seconds"] for request in requests] == [14, 13, 13]
    assert all(request["payload"]["prompt"].endswith(".") for request in requests)


def test_episodes_share_their_cast() -> None:
    episodes = [file for file in FILES if file.startswith("examples/series/")]
    assert len(episodes) == 2
    shared = [{source.file for source in planned(file).sources} for file in episodes]
    assert set.intersection(*shared) == {"examples/series/cast.yaml"}


def test_a_value_on_the_command_line_comes_before_the_episode_s_own() -> None:
    made = planned("examples/series/episode-1.storyboard.yaml", settings={"weather": "thick snow"})
    prompts = [shot["prompt"] for shot in made.requests[0].payload["multi_prompt"]]
    assert all("thick snow" in prompt and "warm rain" not in prompt for prompt in prompts)


def test_names_of_every_script_become_their_words() -> None:
    file = "examples/every-script/storyboard.yaml"
    text = json.dumps([one.payload for one in planned(file).requests], ensure_ascii=False)
    assert "@" not in text
    for words in (
        "美咲：紺色の外套を着た灯台守の女性。美咲が",
        "ليلى: امرأة شابة",
        "मछुआरिन। नाव: ",
        "नावों",
        "Η Ελένη",
    ):
        assert words in text
