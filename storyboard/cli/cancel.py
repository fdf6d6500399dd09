"""``cancel``: the vendor is asked to stop clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyboard.cli.errors import say_error, told
from storyboard.cli.exit_codes import FAILED, FINE, INCOMPLETE
from storyboard.cli.run_options import address_options, simulate_option

if TYPE_CHECKING:
    from storyboard.hosts.protocol import Host
    from storyboard.ledger import Intent
    from storyboard.ledger.store import Store


_AT_ONCE = 8


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

    What has begun may be charged all the same. A run beside it hears of it by itself; without
    one, the next run does. Exit code 4 where a clip was over before.
    """
    import asyncio

    from storyboard.cli.film_clips import find_sent, pick
    from storyboard.ledger.states import UNDER_WAY, State
    from storyboard.render.ledger import STATE_WORDS

    def open_hosts(names: Iterable[str], store: Store) -> dict[str, Host]:
        from storyboard.hosts.registry import SIMULATED_KEY, find_key, get_host, open_host

        keys = {name: SIMULATED_KEY if simulate else find_key(name, key_file) for name in names}
        base = base_url
        hosts: dict[str, Host] = {}
        for name, key in keys.items():
            if simulate and base_url is None:
                base = get_host(name).address_under(_simulator(store))
            hosts[name] = open_host(name, key, base=base, simulated=simulate)
        return hosts

    with told() as ending:
        sent = find_sent(file, simulated=simulate)
        named = pick(sent.intents, addresses) if addresses else sent.intents
        under_way = [one for one in named if one.state in UNDER_WAY - {State.SUCCEEDED}]
        stopping = {one.order.address for one in under_way}
        for one in {one.order.address: one for one in named}.values() if addresses else ():
            if one.order.address not in stopping:
                click.echo(
                    f"{one.order.address}  is not under way: {STATE_WORDS[one.state]}", err=True
                )
        if under_way:
            hosts = open_hosts({one.order.host for one in under_way}, sent.store)
            ending.code = asyncio.run(_cancel(under_way, hosts))
        elif not addresses:
            click.echo("nothing is under way", err=True)
    return ending.code


def _simulator(store: Store) -> str:
    from storyboard.run.local_simulator import SimulatorError, address_of

    address = address_of(store)
    if address is None:
        raise SimulatorError("no simulated run is under way here")
    return address


async def _cancel(intents: Sequence[Intent], hosts: dict[str, Host]) -> int:
    """Ask for the end of each, whatever becomes of the others; the exit code."""
    import asyncio

    from storyboard.hosts.errors import HostError

    gate = asyncio.Semaphore(_AT_ONCE)

    async def ask(intent: Intent) -> int:
        assert intent.receipt is not None  # noqa: S101 - it is under way
        async with gate:
            try:
                done = await hosts[intent.order.host].cancel(intent.receipt)
            except HostError as error:
                return say_error(f"{intent.order.address} is not stopped: {error}", FAILED)
        said = "is asked to stop" if done else "was over already"
        click.echo(f"{intent.order.address}  {said}", err=True)
        return FINE if done else INCOMPLETE

    try:
        codes = await asyncio.gather(*map(ask, intents))
    finally:
        for host in hosts.values():
            await host.close()
    return FAILED if FAILED in codes else max(codes)
