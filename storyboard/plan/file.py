"""The plan as a file: canonical JSON, one request a line, the same bytes for the same inputs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import UNWRITABLE_PLAN
from storyboard.plan.model import Plan
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


def write(plan: Plan, path: Path, diagnostics: Diagnostics) -> bool:
    """Write a plan whole or not at all; False, with the reason said, where it cannot be."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(encode(plan))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        diagnostics.add(
            UNWRITABLE_PLAN,
            f'the plan cannot be written to "{path}": {error.strerror or error}',
            help="give --out a file in a folder that exists and can be written",
        )
        return False
    return True
