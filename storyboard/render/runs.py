"""The runs of a folder, as people see them and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from storyboard.ledger.folder_run import FolderRun
from storyboard.render.ages import age
from storyboard.render.amounts import counted, money_json
from storyboard.render.prose import wrapped
from storyboard.render.table import TableRow, lay_out, varying
from storyboard.render.width import visible

RUNS_FORMAT = "storyboard-runs/1"


def render_runs(
    runs: Sequence[FolderRun],
    written: Callable[[float], str],
    width: int | None = None,
    *,
    simulated: bool = False,
) -> str:
    """A line for each run; ``written`` writes a time. ``width`` is the terminal's, if there is one.

    Of target and file is said what is not the same for all.
    """
    if not runs:
        return "nothing was run here\n"
    places = [(visible(one.record.target), visible(one.record.file)) for one in runs]
    kept = varying(places)
    rows = []
    for one, place in zip(runs, places, strict=True):
        run = one.record
        lasted = "" if run.ended_at is None else age(run.ended_at - run.started_at)
        sent = counted(one.clips, "clip") if one.clips else "nothing sent"
        rows.append(
            TableRow(
                name=run.id,
                cells=(written(run.started_at), lasted, run.outcome or "did not end", sent),
                prose=" · ".join([*_cost_text(one), *(place[index] for index in kept)]),
            )
        )
    lines = lay_out(rows, width, left=(0, 2), indent=0)
    if same := [text for index, text in enumerate(places[0]) if index not in kept]:
        lines += wrapped(f"all of them: {' · '.join(same)}", width, indent=2)
    if simulated:
        lines.append("simulated: nothing was paid")
    return "\n".join(lines) + "\n"


def _cost_text(run: FolderRun) -> list[str]:
    """What a run has cost, and how many clips it has got that cost nothing then."""
    said = [str(one) for one in run.charged if one.amount]
    said += [f"at risk {one}" for one in run.at_risk]
    said += [f"{counted(run.unknown, 'clip')} of unknown price"] if run.unknown else []
    return [*said, *([f"{run.fetched} fetched"] if run.fetched else [])]


def runs_json(runs: Sequence[FolderRun]) -> dict[str, Any]:
    """``runs`` as JSON values."""
    return {"format": RUNS_FORMAT, "runs": [_run_json(run) for run in runs]}


def _run_json(found: FolderRun) -> dict[str, Any]:
    run = found.record
    return {
        "run": run.id,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "file": run.file,
        "target": run.target,
        "outcome": run.outcome,
        "clips": found.clips,
        "fetched": found.fetched,
        "charged": [money_json(one) for one in found.charged],
        "at_risk": [money_json(one) for one in found.at_risk],
        "unknown": found.unknown,
    }
