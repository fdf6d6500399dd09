"""The plan as a file: canonical JSON, one request a line, the same bytes for the same inputs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import UNWRITABLE_PLAN
from storyboard.values.canonical import canonical_bytes


def encode(plan: dict[str, Any]) -> str:
    """A plan as text: sorted keys, a line for each request and each finding."""
    lines: list[bytes] = []
    for key in sorted(plan):
        value, name = plan[key], canonical_bytes(key)
        if isinstance(value, list) and value:
            lines.append(name + b":[\n" + b",\n".join(map(canonical_bytes, value)) + b"\n]")
        else:
            lines.append(name + b":" + canonical_bytes(value))
    return (b"{\n" + b",\n".join(lines) + b"\n}\n").decode()


def write(plan: dict[str, Any], path: Path, diagnostics: Diagnostics) -> bool:
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
