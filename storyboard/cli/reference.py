"""``targets``, ``schema`` and ``explain``: the commands that tell what the tool knows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from storyboard.cli.main import FINE, REFUSED, USAGE
from storyboard.cli.options import color_option, has_color, show_findings, terminal_width, write

_folders_option = click.option(
    "--targets",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with target files of your own. May be repeated.",
)


@click.command("targets", epilog="Example: storyboard targets fal/kling-o3-pro")
@click.argument("target", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="Print the data as JSON.")
@_folders_option
@click.option(
    "--check",
    "document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="SCHEMA.json",
    help="Compare the target's data with a schema that you fetched from the vendor.",
)
@color_option
def targets_command(
    target: str | None, as_json: bool, folders: tuple[Path, ...], document: Path | None, color: str
) -> int:
    """Show the targets: models on hosts, with limits, features and prices.

    With an ID, show all that is known of one: each fact with its source, date and grade (A the
    vendor's own document, B a recorded answer, C a third party's word, D inference).

    With --check, the exit code is 0 where nothing moved, 1 where something did, and 2 where the two
    cannot be compared.
    """
    from storyboard.diagnostics import Diagnostics
    from storyboard.render.targets import render_target, render_targets
    from storyboard.targets.load import catalogue, load

    if document is not None and target is None:
        raise click.UsageError("--check needs the ID of the target to compare")
    diagnostics = Diagnostics()
    ids = [target] if target else catalogue(folders)
    loaded = [load(one, diagnostics, folders=folders) for one in ids]
    known = [one for one in loaded if one is not None]
    if diagnostics.has_errors:
        show_findings(list(diagnostics), "text", color, sys.stderr, "")
        # 1 would say that something moved, though nothing could be compared.
        return REFUSED if document is None else USAGE
    if document is not None:
        return _check_drift(known[0], document, as_json)
    data: Any = [one.model_dump(mode="json") for one in known]
    if as_json:
        shown = data[0] if target else {"targets": data}
        write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
        return FINE
    stream = sys.stdout
    painted = has_color(color, stream)
    if target:
        write(render_target(data[0], color=painted))
    else:
        write(render_targets(data, color=painted, width=terminal_width(stream)))
    return FINE


def _check_drift(target: Any, document: Path, as_json: bool) -> int:
    from storyboard.targets.drift import compare

    try:
        fetched = json.loads(document.read_bytes())
    except RecursionError:
        raise click.UsageError(f'"{document}" is nested too deeply to be a schema') from None
    except (OSError, ValueError) as error:
        raise click.UsageError(f'"{document}" is no JSON file: {error}') from None
    try:
        moved = compare(target, fetched)
    except ValueError as error:
        raise click.UsageError(f'"{document}": {error}') from None
    if as_json:
        listed = [{"field": one.field, "kind": one.kind, "message": str(one)} for one in moved]
        write(json.dumps({"target": target.target, "moved": listed}, indent=2) + "\n")
    elif moved:
        write("".join(f"{one}\n" for one in moved))
    else:
        write(f"{target.target} is as the document says\n")
    return REFUSED if moved else FINE


SCHEMAS = ("storyboard", "plan", "target", "diagnostics")


@click.command("schema", epilog="Example: storyboard schema storyboard > storyboard.schema.json")
@click.argument("name", default="storyboard", metavar="[NAME]")
@_folders_option
@color_option
def schema_command(name: str, folders: tuple[Path, ...], color: str) -> int:
    """Print a JSON Schema: storyboard, library, plan, target, diagnostics, or a target's requests.

    NAME is one of those words or the id of a target. Editors complete and explain a storyboard
    whose first line is

    \b
      # yaml-language-server: $schema=storyboard.schema.json
    """
    from storyboard.targets.schemas import read_schema, request_schema

    schema: Any
    if name in {"storyboard", "library"}:
        from storyboard.language.schema import language_schema

        schema = language_schema(name)
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
    write(json.dumps(schema, ensure_ascii=False, indent=2) + "\n")
    return FINE


@click.command("explain", epilog="Example: storyboard explain SB203")
@click.argument("code", required=False, metavar="[CODE]")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def explain_command(code: str | None, as_json: bool) -> int:
    """Explain a diagnostic code, by number or name; without one, list them all."""
    from storyboard.diagnostics.codes import REGISTRY, find
    from storyboard.diagnostics.pages import page
    from storyboard.diagnostics.spelling import nearest

    if code is None:
        codes = sorted(REGISTRY.values(), key=lambda one: one.id)
        if as_json:
            listed = [
                {"code": o.id, "name": o.name, "severity": str(o.severity), "summary": o.summary}
                for o in codes
            ]
            write(json.dumps({"codes": listed}, indent=2) + "\n")
        else:
            write("".join(f"{o.id}  {o.severity:<7}  {o.name:<20}  {o.summary}\n" for o in codes))
        return FINE
    found = find(code)
    if found is None:
        near = nearest(code, [*REGISTRY, *(one.name for one in REGISTRY.values())])
        raise click.UsageError(
            f'there is no code "{code}"' + (f"; the nearest is {near}" if near else "")
        )
    text = page(found.id)
    if as_json:
        write(json.dumps({"code": found.id, "name": found.name, "page": text}, indent=2) + "\n")
    else:
        write(text)
    return FINE
