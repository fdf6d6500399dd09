"""``explain``: the page of a diagnostic code."""

from __future__ import annotations

import json

import click

from storyboard.cli.exit_codes import FINE
from storyboard.cli.output import write, write_json


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
            write_json(json.dumps({"codes": listed}, indent=2) + "\n")
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
        write_json(
            json.dumps({"code": found.id, "name": found.name, "page": text}, indent=2) + "\n"
        )
    else:
        write(text)
    return FINE
