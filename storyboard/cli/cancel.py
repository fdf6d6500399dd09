"""``cancel``: the vendor is asked to stop clips."""

from __future__ import annotations

import time
from pathlib import Path

import click

from storyboard.cli.errors import in_words, say_error
from storyboard.cli.exit_codes import FAILED, INCOMPLETE
from storyboard.cli.output import say
from storyboard.cli.run_options import address_options, simulate_option


@click.command("cancel", epilog="Example: storyboard cancel arrival/climb --file film.yaml")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS...]")
@click.option("--file", default=".", show_default=True, help="The storyboard.")
@simulate_option
@address_options
def cancel_command(
    addresses: tuple[str, ...],
    file: str,
    simulate: bool,
    key_file: Path | None,
    base_url: str | None,
) -> int:
    """Ask the vendor to stop clips; without ADDRESS, all that are under way.

    ADDRESS is a clip as `storyboard status` names it, or a scene, a shot (by id or number) or a
    part of one: then it means every clip that renders any of it.

    What has begun may be charged all the same. A run beside it hears of it by itself, and goes on
    with its other clips; without one, the next run does. Exit code 4 where a clip was over before.
    """
    from storyboard.api import CancelledClip, CancelOutcome, CompileOptions, Project
    from storyboard.ledger.states import STATE_WORDS
    from storyboard.render.status import render_lease

    def tell(clip: CancelledClip) -> None:
        address = clip.intent.order.address
        match clip.outcome:
            case CancelOutcome.ASKED:
                say(f"{address}  is asked to stop")
            case CancelOutcome.OVER:
                say(f"{address}  was over already")
            case CancelOutcome.NOT_UNDER_WAY:
                state = STATE_WORDS[clip.intent.state]
                say(f"{address}  is not under way: {state}")
            case CancelOutcome.FAILED:
                say_error(f"{address} is not stopped: {clip.problem}", FAILED)

    with in_words() as ending:
        project = Project(file, CompileOptions(is_simulated=simulate))
        # Before its clips are stopped: then it may soon be over.
        lease = project.sent().store.read_ledger().lease()
        done = project.cancel(addresses, key_file=key_file, base_url=base_url, listen=tell)
        outcomes = {clip.outcome for clip in done}
        if CancelOutcome.FAILED in outcomes:
            ending.code = FAILED
        elif CancelOutcome.OVER in outcomes:
            ending.code = INCOMPLETE
        elif not addresses and not done:
            say("nothing is under way")
        if done and not addresses and lease is not None and lease.is_alive(time.time()):
            running = render_lease(lease, time.time()).rstrip()
            say(f"{running}: it goes on to send its other clips until Ctrl-C ends it")
    return ending.code
