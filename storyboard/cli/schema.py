"""``schema``: the JSON Schemas of files and of requests."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from storyboard.cli.exit_codes import FINE, REFUSED
from storyboard.cli.options import color_option, target_folders_option
from storyboard.cli.output import show_findings, write_json

SCHEMAS = ("storyboard", "plan", "why", "diff", "target", "diagnostics")


@click.command("schema", epilog="Example: storyboard schema storyboard > storyboard.schema.json")
@click.argument("name", default="storyboard", metavar="[NAME]")
@target_folders_option
@color_option
def schema_command(name: str, folders: tuple[Path, ...], color: str) -> int:
    """Print a JSON Schema: of a file, of what a command prints, or of a target's requests.

    NAME is storyboard, library, plan, why, diff, target, diagnostics, or the id of a target.
    Editors offer the targets of --targets too. They complete and explain a storyboard whose first
    line is

    \b
      # yaml-language-server: $schema=storyboard.schema.json
    """
    from storyboard.targets.schemas import read_schema, request_schema

    schema: Any
    if name in {"storyboard", "library"}:
        from storyboard.language.schema import language_schema
        from storyboard.targets.load import catalogue

        schema = language_schema(name, catalogue(folders))
    elif name in SCHEMAS:
        schema = read_schema(f"{name}.schema.json")
    else:
        from storyboard.diagnostics import Diagnostics
        from storyboard.targets.load import load

        diagnostics = Diagnostics()
        target = load(name, diagnostics, folders=folders)
        if target is None:
            if any(one.span is not None for one in diagnostics):
                # A file of the user's own is wrong, and may be what NAME means.
                show_findings(list(diagnostics), "text", color, sys.stderr, "")
                return REFUSED
            words = ", ".join((*SCHEMAS, "library"))
            raise click.UsageError(f'"{name}" is neither one of {words} nor the id of a target')
        schema = request_schema(target)
    write_json(json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
    return FINE
