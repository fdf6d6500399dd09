"""``resolve``: a person decides about a clip that the vendor may have or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from storyboard.cli.errors import say_error, told
from storyboard.cli.exit_codes import FINE, REFUSED
from storyboard.cli.run_options import simulate_option

if TYPE_CHECKING:
    from storyboard.ledger import Intent, Ledger


_MAX_NAMED = 5


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
    """
    from storyboard.cli.film_clips import find_sent, pick

    if send_again + drop + (adopt is not None) != 1:
        raise click.UsageError("say what to do with it: --send-again, --adopt ID or --drop")
    with told() as ending:
        sent = find_sent(file, simulated=simulate)
        if not sent.store.ledger_file.exists():
            raise click.UsageError("nothing was run here")
        digests = {one.digest for one in pick(sent.intents, [address])}
        with sent.store.open_ledger() as ledger:
            ledger.take_lease()
            picked = _latest(one for one in ledger.intents() if one.digest in digests)
            meant = picked if len(picked) == 1 else _doubtful(picked)
            if not meant or (adopt is not None and len(meant) > 1):
                ending.code = say_error(_several(address, meant or picked, meant), REFUSED)
            else:
                codes = [decide(ledger, one, send_again=send_again, adopt=adopt) for one in meant]
                ending.code = max(codes)
    return ending.code


def _latest(intents: Iterable[Intent]) -> list[Intent]:
    """The latest intent of each clip: a text that was changed has left one of its own behind."""
    latest: dict[str, Intent] = {}
    for one in intents:
        before = latest.get(one.order.address)
        if before is None or before.changed_at <= one.changed_at:
            latest[one.order.address] = one
    return list(latest.values())


def _doubtful(intents: Iterable[Intent]) -> list[Intent]:
    """Those of which nobody knows whether the vendor has them.

    What is surely sent is not decided about by a word for many: it would be paid twice.
    """
    from storyboard.ledger import State

    return [one for one in intents if one.state in (State.SUBMITTING, State.UNCERTAIN)]


def _several(address: str, clips: Sequence[Intent], doubtful: Sequence[Intent]) -> str:
    """Why an address that means several clips is not decided about."""
    names = ", ".join(one.order.address for one in clips[:_MAX_NAMED])
    more = f" and {len(clips) - _MAX_NAMED} more" if len(clips) > _MAX_NAMED else ""
    why = "several of them are in doubt" if doubtful else "none of them is in doubt"
    return f'"{address}" is several clips, and {why}: name one of {names}{more}'


def decide(ledger: Ledger, intent: Intent, *, send_again: bool, adopt: str | None) -> int:
    """Do what a person says about a clip, and say it; returns the exit code.

    ``adopt`` is the vendor's id; without it and without ``send_again`` the clip is dropped.
    """
    from storyboard.hosts.registry import get_host
    from storyboard.ledger import IllegalStepError, State
    from storyboard.render.ledger import STATE_WORDS

    before, address = intent.state, intent.order.address
    if adopt is not None and adopt in ledger.claimed(intent.order.host):
        return say_error(f'"{adopt}" belongs to another clip', REFUSED)
    try:
        if before is State.SUBMITTING:
            ledger.step(intent.digest, State.UNCERTAIN)
        if adopt is not None:
            receipt = get_host(intent.order.host).receipt(intent.order.endpoint, adopt)
            ledger.step(intent.digest, State.SUBMITTED, receipt=receipt, problem="")
            said = "is followed by the next run"
        elif send_again:
            ledger.step(intent.digest, State.RELEASED, problem="", failure="")
            said = "may be sent by the next run"
        else:
            ledger.step(intent.digest, State.CANCELLED)
            said = "is dropped"
    except IllegalStepError:
        known = _choices(before)
        hint = f"here only {known} can be said" if known else "there is nothing to decide"
        return say_error(f'"{address}" is {STATE_WORDS[before]}: {hint}', REFUSED)
    click.echo(f"{address}  {said}", err=True)
    return FINE


def _choices(state: str) -> str:
    """What may be decided about an intent in a state, as options."""
    from storyboard.ledger import State
    from storyboard.ledger.states import STEPS

    ways = {State.RELEASED: "--send-again", State.SUBMITTED: "--adopt", State.CANCELLED: "--drop"}
    return ", ".join(way for step, way in ways.items() if step in STEPS[State(state)])
