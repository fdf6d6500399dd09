"""``resolve``: a person decides about a clip that the vendor may have or not."""

from __future__ import annotations

import click

from storyboard.cli.errors import in_words
from storyboard.cli.output import say
from storyboard.cli.run_options import simulate_option


@click.command("resolve", epilog="Example: storyboard resolve arrival/climb --send-again")
@click.argument("address", metavar="ADDRESS")
@click.option("--file", default=".", show_default=True, help="The storyboard.")
@simulate_option
@click.option("--send-again", is_flag=True, help="The vendor does not have it: it may be sent.")
@click.option("--adopt", metavar="ID", help="The vendor has it under this id: follow that.")
@click.option(
    "--drop",
    is_flag=True,
    help="Forget it: it counts no more; a plan that still has it renders it anew.",
)
def resolve_command(
    address: str, file: str, simulate: bool, send_again: bool, adopt: str | None, drop: bool
) -> int:
    """Decide about a clip of which nobody knows whether the vendor took it.

    ADDRESS is a clip as `storyboard status` names it, or a scene, a shot (by id or number) or a
    part of one: where several clips render it, those of which nobody knows are decided about.

    Look at the vendor's own list of requests first: what is sent again is paid again if the
    vendor had it. It also lets a clip be sent anew that failed, or that the vendor has lost.
    With --adopt it takes over a clip of the film that was paid, and of which nothing is known
    here: the next run fetches it and pays nothing.
    """
    from storyboard.api import CompileOptions, Decision, Project

    if send_again + drop + (adopt is not None) != 1:
        raise click.UsageError("say what to do with it: --send-again, --adopt ID or --drop")
    decision = Decision.SEND_AGAIN if send_again else Decision.DROP if drop else Decision.ADOPT
    said = {
        Decision.SEND_AGAIN: "may be sent by the next run",
        Decision.ADOPT: "is followed by the next run",
        Decision.DROP: "is dropped",
    }
    with in_words() as ending:
        project = Project(file, CompileOptions(is_simulated=simulate))
        for clip in project.resolve(address, decision, adopt=adopt or ""):
            say(f"{clip.intent.order.address}  {said[clip.decision]}")
    return ending.code
