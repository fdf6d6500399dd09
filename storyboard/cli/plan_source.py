"""From a file to a plan that may be run: a storyboard is planned, a plan is read and checked."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from storyboard.cli.errors import refusal_code
from storyboard.cli.exit_codes import REFUSED
from storyboard.cli.output import say, show_findings

if TYPE_CHECKING:
    from storyboard.api import Project, ReadyPlan


def ready_plan(project: Project) -> ReadyPlan | None:
    """The plan that a project's file is or means; None where it may not be run, which is then said.

    Raises the package's errors, and click's ``Exit`` where what was said is no fault of the
    storyboard.
    """
    from storyboard.api._load import STANDARD_INPUT
    from storyboard.errors import UsageError
    from storyboard.render.amounts import counted

    if project.file == STANDARD_INPUT:
        raise UsageError("a run keeps its clips beside the storyboard: give its file")
    if project.is_plan:
        return project.read_plan()
    made, compiled = project.plan()
    errors = [one for one in compiled.diagnostics if one.severity == "error"]
    if not errors and made.is_applyable:
        return project.ready(made)
    # What is wrong must not be looked for among what is only worth knowing.
    shown = errors or list(compiled.diagnostics)
    show_findings(shown, "text", "auto", sys.stderr, compiled.name)
    if rest := len(compiled.diagnostics) - len(shown):
        more = f"{counted(rest, 'finding')} more that would not stop it"
        say(f"and {more}: `storyboard check` shows all")
    if (code := refusal_code(compiled.diagnostics)) != REFUSED:
        raise click.exceptions.Exit(code)
    return None
