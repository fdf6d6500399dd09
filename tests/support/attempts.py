"""One attempt: a storyboard of any bytes is compiled, and whatever comes back is checked.

The tests and the harness for atheris share it. It needs nothing but the package.
"""

from __future__ import annotations

import contextlib
import gc
import io
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storyboard.api import CompileOptions, Project
from storyboard.cli.main import main
from storyboard.diagnostics import Span
from storyboard.render.findings import render_github, render_json, render_sarif
from storyboard.render.snippets import render_text

ROOT = Path(__file__).parents[2]
SLOWEST = 2.0
"""Seconds of the processor that any storyboard of the fuzzers may take."""


def copy_seeds(folder: Path) -> tuple[Path, ...]:
    """Copy the examples and the cases to a folder; their storyboards, sorted."""
    output = shutil.ignore_patterns(".storyboard", "out")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=output)
    shutil.copytree(ROOT / "tests" / "compile" / "cases", folder / "cases")
    shutil.copytree(ROOT / "tests" / "compile" / "vendors", folder / "vendors")
    return tuple(sorted(folder.rglob("*.yaml")))


def timed(action: Callable[[], Any]) -> Any:
    """What an action gives; AssertionError where it takes longer than it may."""
    start = time.process_time()
    result = action()
    lasted = time.process_time() - start
    assert lasted < SLOWEST, f"{lasted:.1f} s"
    return result


def attempt(data: bytes, file: Path, options: CompileOptions | None = None) -> list[str]:
    """Plan a storyboard of these bytes, written to ``file``; the codes of what was found.

    AssertionError where a finding has no place in its source, is of the compiler's own making,
    or where a plan comes with errors. Any exception is a mistake of the compiler.
    """
    file.write_bytes(data)
    made, compiled = timed(
        lambda: Project(str(file), options or CompileOptions(project=file.parent)).plan()
    )
    found = list(compiled.diagnostics)
    for one in found:
        assert not one.code.id.startswith("SB9"), (one.code.id, one.message)
        assert one.message
        places = [one.span, *(label.span for label in one.labels), one.fix and one.fix.span]
        for span in places:
            if span is not None:
                check_place(span)
    has_errors = compiled.diagnostics.has_errors
    assert made.is_applyable is not has_errors, [one.code.id for one in found]
    assert made.requests or has_errors
    shown = found[:50]
    render_text(shown, color=True, width=80)
    render_json(shown)
    render_github(shown)
    render_sarif(shown, "0", main_file=str(file))
    return [one.code.id for one in found]


def check_place(span: Span) -> None:
    """A place lies within its source's text."""
    assert 0 <= span.start <= span.end <= len(span.source.text), (span.start, span.end)
    assert 1 <= span.line <= len(span.source.line_starts)
    assert 1 <= span.column <= len(span.source.line(span.line)) + 2


def run_command(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """The exit code, output and talk of the command line, run in this process."""
    buffers = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(buffer, "utf-8", write_through=True) for buffer in buffers)
    before = sys.argv, sys.stdin
    sys.argv = ["storyboard", *arguments]
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    code: Any = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            timed(main)
    except SystemExit as exit_:
        code = exit_.code
    finally:
        sys.argv, sys.stdin = before
        gc.enable()
    data, said = (buffer.getvalue().decode("utf-8") for buffer in buffers)
    assert isinstance(code, int), code
    assert "Traceback" not in said
    return code, data, said
