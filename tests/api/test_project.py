"""``Project``: everything that a command does, as methods with results and events."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import storyboard
from storyboard import (
    CompileOptions,
    Decision,
    Event,
    Happening,
    MissingClipsError,
    PlanError,
    Project,
    Report,
    StoryboardError,
    UsageError,
)

FILM = """storyboard: 1
title: Two shots
defaults: {pack: none, duration: 3s}
scenes:
  - id: a
    shots: [A lighthouse., A boat.]
"""


@pytest.fixture
def film(tmp_path: Path) -> Project:
    (tmp_path / "film.yaml").write_text(FILM, encoding="utf-8")
    return Project.around(tmp_path / "film.yaml", is_simulated=True)


def test_importing_the_package_loads_nothing_else() -> None:
    code = (
        "import sys, storyboard; "
        "print(sorted(m for m in sys.modules if m.partition('.')[0] in "
        "{'storyboard', 'pydantic', 'yaml', 'jinja2', 'httpx', 'click', 'asyncio'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['storyboard', 'storyboard.lazy_exports', 'storyboard.version']"


def test_the_public_names_are_sorted_and_there() -> None:
    assert storyboard.__all__ == sorted(storyboard.__all__)
    assert set(storyboard.__all__) <= set(dir(storyboard))
    for name in storyboard.__all__:
        assert getattr(storyboard, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'plan_storyboard'"):
        _ = storyboard.plan_storyboard


def test_only_classes_are_exported() -> None:
    exported = {name: getattr(storyboard, name) for name in storyboard.__all__}
    assert {n for n, one in exported.items() if not isinstance(one, type)} == {"__version__"}


def test_every_error_has_one_root() -> None:
    errors = [getattr(storyboard, name) for name in storyboard.__all__ if name.endswith("Error")]
    assert all(issubclass(error, StoryboardError) for error in errors)
    assert len(errors) >= 6


def test_from_check_to_a_joined_film(film: Project) -> None:
    assert not film.check().diagnostics.has_errors
    assert len(film.compile().requests) == 2
    plan = film.plan().plan
    with pytest.raises(MissingClipsError) as missing:
        film.stitch(plan)
    assert missing.value.missing == tuple(one.id for one in plan.requests)
    heard: list[Event] = []
    report = film.run(plan, listen=heard.append)
    assert report.is_complete
    assert [event.what for event in heard].count(Happening.STORED) == 2
    assert film.stitch(plan).clips == 2
    status = film.status()
    assert [one.state for one in status.sent.intents] == ["stored", "stored"]
    assert status.lease is None
    (run,) = film.runs()
    assert (run.record.id, run.clips) == (report.run, 2)
    assert film.cancel() == ()
    assert all(one.action == "reuse" for one in film.plan().plan.requests)


def test_the_events_of_a_run_are_an_iterator_with_a_report_at_its_end(film: Project) -> None:
    events = film.events(film.plan().plan)
    with pytest.raises(RuntimeError, match="not over"):
        _ = events.report
    assert [event.what for event in events].count(Happening.STORED) == 2
    assert isinstance(events.report, Report)
    assert events.report.is_complete


def test_what_a_run_raises_is_raised_where_its_events_are_taken(film: Project) -> None:
    plan = film.plan().plan
    real = Project(film.file, CompileOptions())
    with pytest.raises(UsageError, match="wants a key"):
        list(real.events(plan))


def test_who_stops_listening_ends_the_run_in_order(film: Project) -> None:
    events = film.events(film.plan().plan)
    next(iter(events))
    events.close()
    again = film.run(film.plan().plan)
    assert again.is_complete


def test_a_plan_in_a_file_is_held_against_its_storyboard(film: Project) -> None:
    from storyboard.plan.file import encode

    path = Path(film.file).with_name("film.plan")
    path.write_text(encode(film.plan().plan), encoding="utf-8")
    planned = Project(str(path), film.options)
    assert planned.is_plan
    assert len(planned.read_plan().plan.requests) == 2
    Path(film.file).write_text(FILM.replace("boat", "ship"), encoding="utf-8")
    with pytest.raises(PlanError, match="out of date"):
        planned.read_plan()


def test_comparing_gives_every_target_the_cheapest_first(film: Project) -> None:
    offers = film.compare().offers
    known = [one.total.known for one in offers if one.total is not None and not one.total.unknown]
    assert known == sorted(known)
    assert {"fal/kling-o3-pro", "oxen/kling-o3-pro"} <= {one.target for one in offers}


def test_nothing_can_be_decided_before_a_run(film: Project) -> None:
    with pytest.raises(UsageError, match="nothing was run here"):
        film.resolve("a/1", Decision.DROP)
