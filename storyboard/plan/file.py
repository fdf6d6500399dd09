"""The plan as a file: canonical JSON, one request a line, the same bytes for the same inputs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import UNWRITABLE_PLAN
from storyboard.plan.model import Plan, PlanError
from storyboard.plan.staleness import read_plan
from storyboard.project.outputs import OutputError, Outputs
from storyboard.project.places import OutsideError
from storyboard.values.canonical import canonical_bytes


def encode(plan: Plan) -> str:
    """A plan as text: sorted keys, a line for each request and each finding."""
    lines: list[bytes] = []
    written = replace(plan, requests=()).to_json()
    # One after the other: all of a long film at once takes long to make and to clear away.
    lists = {key: one for key, one in written.items() if isinstance(one, list) and one}
    rows: dict[str, Iterable[bytes]] = {
        key: map(canonical_bytes, one) for key, one in lists.items()
    }
    if plan.requests:
        rows["requests"] = (canonical_bytes(one.to_json()) for one in plan.requests)
    for key in sorted(written):
        line = canonical_bytes(key) + b":"
        if key in rows:
            lines.append(line + b"[\n" + b",\n".join(rows[key]) + b"\n]")
        else:
            lines.append(line + canonical_bytes(written[key]))
    return (b"{\n" + b",\n".join(lines) + b"\n}\n").decode()


def write(
    plan: Plan, path: Path, outputs: Outputs, diagnostics: Diagnostics, *, force: bool = False
) -> bool:
    """Write a plan whole or not at all; False, with the reason said, where it cannot be.

    A plan is replaced as it is known by its form; ``force`` replaces other files too, see Outputs.
    """
    help = "give --out a file in a folder that exists and can be written"  # noqa: A001
    try:
        force = force or is_written_plan(path)
        # Planning leaves no trace beside a film that was never run: a plan is known without one.
        outputs.write(path, encode(plan).encode(), force=force, begins_record=False)
    except OutputError as error:
        reason, help = error.reason, error.help  # noqa: A001
    except OutsideError as error:
        reason, _, help = str(error).rpartition("; ")  # noqa: A001
    except OSError as error:
        reason = f'the plan cannot be written to "{path}": {error.strerror or error}'
    else:
        return True
    diagnostics.add(UNWRITABLE_PLAN, reason, help=help)
    return False


def is_written_plan(path: Path) -> bool:
    """Whether a file is a plan to the byte as ``encode`` writes it: nobody has added anything."""
    try:
        plan = read_plan(path)
        return path.read_bytes() == encode(plan).encode()
    except (OSError, PlanError):
        return False
