"""``targets``: models on hosts, and what moved at their vendors."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

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

if TYPE_CHECKING:
    from storyboard.targets.drift import Drift
    from storyboard.targets.model import Target

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

    With --check, the exit code is 0 where nothing moved, 1 where something did, and 2 where a
    target and its document cannot be compared; the others are compared all the same.
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
        if not documents:
            return REFUSED
    if documents:
        return _check_drift({one.target: one for one in known}, checked, as_json)
    data: Any = [one.model_dump(mode="json") for one in known]
    if as_json:
        shown = data[0] if target else {"targets": data}
        write_json(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
        return FINE
    stream = sys.stdout
    painted = has_color(color, stream)
    width, today = terminal_width(stream), datetime.now(UTC).date()
    if target:
        text = render_target(data[0], color=painted, width=width, today=today)
    else:
        text = render_targets(data, color=painted, width=width, today=today)
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


def _check_drift(
    targets: Mapping[str, Target], checked: Sequence[tuple[str, Path]], as_json: bool
) -> int:
    """Compare each target with its document; what cannot be compared hides no other."""
    compared = [_compared(targets.get(name), name, document) for name, document in checked]
    if as_json:
        listed = [one.to_json() for one in compared]
        shown = listed[0] if len(listed) == 1 else {"targets": listed}
        write_json(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
    for one in compared:
        if one.problem:
            say_error(one.problem, USAGE)
        if one.moved is not None and not as_json:
            of = f"{one.target}: " if len(compared) > 1 else ""
            lines = "".join(f"{of}{moved}\n" for moved in one.moved)
            write(lines or f"{one.target} is as the document says\n")
    if any(one.moved is None for one in compared):
        # 1 would say that something moved, though not everything could be compared.
        return USAGE
    return REFUSED if any(one.moved for one in compared) else FINE


class _Compared(Struct, frozen=True, kw_only=True):
    """A target and its document: what moved, None where they cannot be compared, and why not.

    ``problem`` is empty too where the target has findings, which are shown.
    """

    target: str
    moved: Sequence[Drift] | None
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        if self.moved is None:
            return {"target": self.target, "problem": self.problem or "the target cannot be used"}
        moved = [{"field": one.field, "kind": one.kind, "message": str(one)} for one in self.moved]
        return {"target": self.target, "moved": moved}


def _compared(target: Target | None, name: str, document: Path) -> _Compared:
    from storyboard.targets.drift import compare

    if target is None:
        return _Compared(target=name, moved=None)
    try:
        return _Compared(target=name, moved=compare(target, _read_schema(document)))
    except click.UsageError as error:
        return _Compared(target=name, moved=None, problem=error.message)
    except ValueError as error:
        return _Compared(target=name, moved=None, problem=f'"{document}": {error}')


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
