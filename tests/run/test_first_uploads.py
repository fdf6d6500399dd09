"""Before a project's first upload it is said what goes where, and who can read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from rendering_films import FEW, make_work, run_once

from storyboard.api import CompileOptions, Project
from storyboard.hosts.registry import all_hosts
from storyboard.plan.reason import Action
from storyboard.render.uploads import render_uploads
from storyboard.run.first_uploads import FirstUploads, first_uploads
from storyboard.simulator import Simulator


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(clips="stub", seconds_per_clip=0.05, concurrency=8) as running:
        yield running


def test_every_host_says_who_can_read_what_is_uploaded() -> None:
    assert all(host.readers for host in all_hosts())


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_what_goes_where_is_said_until_something_has_gone(
    host: str, tmp_path: Path, sim: Simulator
) -> None:
    work = make_work(tmp_path / "film", host)
    (found,) = first_uploads(work.plan, work.store)
    assert (found.pictures, found.frames) == (("mara.png",), 1)
    text = render_uploads(found)
    assert "1 file (mara.png) and the last frame of 1 clip" in " ".join(text.split())
    assert all(len(line) <= 80 for line in text.splitlines())
    run_once(work, sim.url)
    assert first_uploads(work.plan, work.store) == ()


def test_nothing_is_said_where_nothing_goes(tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "fal")
    assert first_uploads(work.plan, replace(work.store, simulated=True)) == ()
    reused = replace(
        work.plan, requests=tuple(replace(one, action=Action.REUSE) for one in work.plan.requests)
    )
    assert first_uploads(reused, work.store) == ()
    bare = make_work(tmp_path / "bare", "fal", FEW)
    assert first_uploads(bare.plan, bare.store) == ()


def test_a_program_can_ask_too(tmp_path: Path) -> None:
    work = make_work(tmp_path / "film", "fal")
    project = Project(str(work.folder), CompileOptions(project=work.folder))
    (found,) = project.first_uploads(project.plan().plan)
    assert isinstance(found, FirstUploads)
    assert found.host == "fal"


def test_many_pictures_are_counted_and_a_name_controls_no_terminal() -> None:
    named = tuple(f"{number}\x1b.png" for number in range(5))
    text = render_uploads(FirstUploads(pictures=named, frames=2, host="fal", readers="all read"))
    assert "and 2 more" in text
    assert "the last frame of 2 clips" in " ".join(text.split())
    assert "\x1b" not in text


def test_an_upload_to_fal_ends_after_thirty_days() -> None:
    from storyboard.hosts.fal.client import _LIFE

    assert {json.loads(one)["expiration_duration_seconds"] for one in _LIFE.values()} == {2592000}
