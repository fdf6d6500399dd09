"""The record of what commands write for a project, and the files that they may never replace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.api._load import STANDARD_INPUT
from storyboard.project.files import ProjectFiles
from storyboard.project.outputs import Outputs

if TYPE_CHECKING:
    from storyboard.api._load import CompileOptions
    from storyboard.plan import Plan


def outputs_of(file: str, options: CompileOptions, plan: Plan) -> Outputs:
    """The outputs of the storyboard or plan in ``file``; the current folder's for standard input.

    What ``plan`` was made from is never replaced: the storyboard, its libraries and pictures.
    """
    given = Path() if file == STANDARD_INPUT else Path(file)
    folder = given if given.is_dir() else given.parent
    root = (ProjectFiles(options.project) if options.project else ProjectFiles.around(folder)).root
    # Beside a plan's file, where one is run, and else as they were typed.
    named = [place / one.file for one in plan.sources for place in (folder, Path())]
    pictures = [root / use.path for one in plan.requests for use in one.assets]
    return Outputs(folder=folder, root=root, sources=(given, *named, *pictures))
