"""``stitch``: the film from its clips."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.cli.compile_options import compile_options
from storyboard.cli.errors import say_error, shown, told
from storyboard.cli.exit_codes import INCOMPLETE, REFUSED
from storyboard.cli.options import file_argument
from storyboard.cli.plan_source import prepare
from storyboard.cli.run_options import simulate_option

if TYPE_CHECKING:
    from storyboard.api import CompileOptions
    from storyboard.ledger.store import Store


@click.command("stitch", epilog="Example: storyboard stitch film.yaml --out film.mp4")
@file_argument
@simulate_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The film. Without: film.mp4 beside the clips.",
)
@compile_options
def stitch_command(file: str, options: CompileOptions, simulate: bool, out: Path | None) -> int:
    """Join the clips to the film, in the storyboard's order; padding is cut off.

    Clips of one make are joined as they are; where they differ, all are encoded anew.
    """
    from storyboard.media.join import SUFFIXES, JoinPiece, stitch
    from storyboard.render.plan import counted

    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise click.UsageError(
            f'"{out}" is no name for the film: give one that ends in {", ".join(SUFFIXES)}'
        )
    with told() as ending:
        prepared = prepare(file, options, simulated=simulate)
        if prepared is None:
            return REFUSED
        plan, store = prepared.plan, prepared.store
        # Further takes are there to choose from: the film has one of each.
        requests = [one for one in plan.requests if one.alternate_of is None]
        pieces, lost = [], []
        takes = _takes_of(store)
        for request in requests:
            take = takes.get(request.digest)
            if take is None or not store.has(take):
                lost.append(request.id)
                continue
            kept = request.seconds - request.padding if request.padding else None
            pieces.append(JoinPiece(file=store.take(take), seconds=kept, name=request.id))
        if lost:
            more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
            again = f"storyboard run {shlex.quote(file)}{' --simulate' if simulate else ''}"
            verb = "is" if len(requests) == 1 else "are"
            missing = f"{len(lost)} of {counted(len(requests), 'clip')} {verb} not here"
            return say_error(
                f"{missing}: {', '.join(lost[:5])}{more}; `{again}` renders them", INCOMPLETE
            )
        film = stitch(
            pieces, out or store.out / "film.mp4", lambda text: click.echo(text, err=True)
        )
        click.echo(f"{shown(film.file)}  {film.seconds:.1f} s, {counted(len(pieces), 'clip')}")
    return ending.code


def _takes_of(store: Store) -> dict[str, str]:

    takes = {digest: one.clip for digest, one in store.finished().items()}
    takes |= {one.digest: one.clip for one in store.read_ledger().intents() if one.clip is not None}
    return takes
