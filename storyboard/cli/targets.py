"""``targets``: models on hosts, and what moved at their vendors."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from storyboard.cli.exit_codes import FINE, REFUSED, USAGE
from storyboard.cli.options import color_option, target_folders_option
from storyboard.cli.output import has_color, show_findings, terminal_width, write, write_json

_MAX_SCHEMA = 64 << 20
"""Bytes of a vendor's schema."""


@click.command("targets", epilog="Example: storyboard targets fal/kling-o3-pro")
@click.argument("target", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="Print the data as JSON.")
@target_folders_option
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
        write_json(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
        return FINE
    stream = sys.stdout
    painted = has_color(color, stream)
    if target:
        write(render_target(data[0], color=painted), color=painted)
    else:
        text = render_targets(data, color=painted, width=terminal_width(stream))
        write(text, color=painted)
    return FINE


def _check_drift(target: Any, document: Path, as_json: bool) -> int:
    from storyboard.project.disk import read_plain_file
    from storyboard.targets.drift import compare

    try:
        fetched = json.loads(read_plain_file(document, _MAX_SCHEMA))
    except RecursionError:
        raise click.UsageError(f'"{document}" is nested too deeply to be a schema') from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.UsageError(f'"{document}" cannot be read: {reason}') from None
    except ValueError as error:
        raise click.UsageError(f'"{document}" is no JSON file: {error}') from None
    try:
        moved = compare(target, fetched)
    except ValueError as error:
        raise click.UsageError(f'"{document}": {error}') from None
    if as_json:
        listed = [{"field": one.field, "kind": one.kind, "message": str(one)} for one in moved]
        write_json(json.dumps({"target": target.target, "moved": listed}, indent=2) + "\n")
    elif moved:
        write("".join(f"{one}\n" for one in moved))
    else:
        write(f"{target.target} is as the document says\n")
    return REFUSED if moved else FINE
