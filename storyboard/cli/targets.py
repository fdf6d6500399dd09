"""``targets``: models on hosts, and what moved at their vendors."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from storyboard.cli.errors import say_error
from storyboard.cli.exit_codes import FINE, REFUSED, USAGE
from storyboard.cli.options import color_option, force_option, target_folders_option
from storyboard.cli.output import (
    has_color,
    show_findings,
    terminal_width,
    write,
    write_document,
    write_json,
)
from storyboard.errors import RefusedError

_MAX_SCHEMA = 64 << 20
"""Bytes of a vendor's schema."""


@click.command("targets", epilog="Example: storyboard targets fal/kling-o3-pro")
@click.argument("target", required=False, metavar="[ID]")
@click.option("--json", "as_json", is_flag=True, help="Print the data as JSON.")
@target_folders_option
@click.option(
    "--check",
    "documents",
    multiple=True,
    metavar="[ID=]SCHEMA.json",
    help="Compare a target's data with a schema that you fetched. May be repeated with an ID each.",
)
@click.option(
    "--from",
    "schema",
    type=click.Path(path_type=Path),
    metavar="SCHEMA.json",
    help="Write the file of a new target from a host's OpenAPI document or model.",
)
@click.option("--id", "new_id", metavar="HOST/MODEL", help="With --from: the id of the target.")
@click.option(
    "--endpoint", metavar="PATH", help="With --from: which endpoint of a document with several."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --from: write to this file, such as targets/new.yaml.",
)
@force_option
@color_option
def targets_command(
    target: str | None,
    as_json: bool,
    folders: tuple[Path, ...],
    documents: tuple[str, ...],
    schema: Path | None,
    new_id: str | None,
    endpoint: str | None,
    out: Path | None,
    force: bool,
    color: str,
) -> int:
    """Show the targets: models on hosts, with limits, features and prices.

    With an ID, show all that is known of one: each fact with its source, date and grade (A the
    vendor's own document, B a recorded answer, C a third party's word, D inference).

    With --from, write a target file instead; what the schema does not say is marked unknown there.

    With --check, the exit code is 0 where nothing moved, 1 where something did, and 2 where the two
    cannot be compared.
    """
    from storyboard.diagnostics import Diagnostics
    from storyboard.render.target_list import render_targets
    from storyboard.render.targets import render_target
    from storyboard.targets.load import catalogue, load

    if schema is not None:
        if target or documents or as_json:
            raise click.UsageError(
                "--from writes a new target and stands without ID, --check, --json"
            )
        return _write_target(schema, new_id, endpoint, out, force=force)
    if new_id or endpoint or out or force:
        raise click.UsageError("--id, --endpoint, --out, --force stand beside --from SCHEMA.json")
    checked = [_checked(one, target) for one in documents]
    diagnostics = Diagnostics()
    ids = list(dict.fromkeys(name for name, _ in checked)) or (
        [target] if target else catalogue(folders)
    )
    loaded = [load(one, diagnostics, folders=folders) for one in ids]
    known = [one for one in loaded if one is not None]
    if diagnostics.has_errors:
        show_findings(list(diagnostics), "text", color, sys.stderr, "")
        # 1 would say that something moved, though nothing could be compared.
        return USAGE if documents else REFUSED
    if documents:
        by_id = {one.target: one for one in known}
        return _check_drift([(by_id[name], document) for name, document in checked], as_json)
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
        today = datetime.now(UTC).date()
        text = render_targets(data, color=painted, width=terminal_width(stream), today=today)
        write(text, color=painted)
    return FINE


def _checked(written: str, target: str | None) -> tuple[str, Path]:
    """The id of a target and the document that it is compared with."""
    named, separator, file = written.partition("=")
    if not separator or "/" not in named or Path(written).exists():
        named, file = target or "", written
    if not named:
        raise click.UsageError(
            "--check needs the ID of the target to compare, as in "
            f"`--check fal/kling-o3-pro={written}`"
        )
    return named, Path(file)


def _check_drift(checked: Sequence[tuple[Any, Path]], as_json: bool) -> int:
    from storyboard.targets.drift import compare

    found: list[tuple[str, Any]] = []
    for target, document in checked:
        try:
            found.append((target.target, compare(target, _read_schema(document))))
        except ValueError as error:
            raise click.UsageError(f'"{document}": {error}') from None
    if as_json:
        listed = [
            {
                "target": name,
                "moved": [
                    {"field": one.field, "kind": one.kind, "message": str(one)} for one in moved
                ],
            }
            for name, moved in found
        ]
        shown = listed[0] if len(listed) == 1 else {"targets": listed}
        write_json(json.dumps(shown, indent=2) + "\n")
    else:
        for name, moved in found:
            of = f"{name}: " if len(found) > 1 and moved else ""
            write("".join(f"{of}{one}\n" for one in moved) or f"{name} is as the document says\n")
    return REFUSED if any(moved for _, moved in found) else FINE


def _write_target(
    schema: Path, new_id: str | None, endpoint: str | None, out: Path | None, *, force: bool
) -> int:
    from storyboard.project.files import ProjectFiles
    from storyboard.project.outputs import Outputs
    from storyboard.targets.from_schema import written_target

    document = _read_schema(schema)
    try:
        text = written_target(document, new_id, datetime.now(UTC).date(), endpoint)
    except ValueError as error:
        raise click.UsageError(f'"{schema}": {error}') from None
    if out is None:
        write_document(text)
        return FINE
    outputs = Outputs(folder=Path(), root=ProjectFiles.around(Path()).root, sources=(schema,))
    try:
        outputs.write(out, text.encode(), force=force)
    except RefusedError as error:
        return say_error(str(error), REFUSED)
    except OSError as error:
        raise click.UsageError(f'"{out}" cannot be written: {error.strerror}') from None
    return FINE


def _read_schema(document: Path) -> Any:
    from storyboard.project.disk import read_plain_file

    try:
        return json.loads(read_plain_file(document, _MAX_SCHEMA))
    except RecursionError:
        raise click.UsageError(f'"{document}" is nested too deeply to be a schema') from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.UsageError(f'"{document}" cannot be read: {reason}') from None
    except ValueError as error:
        raise click.UsageError(f'"{document}" is no JSON file: {error}') from None
