"""Clips that are under way, and the question to the vendor to stop them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.api._sent_clips import SentClips, pick

if TYPE_CHECKING:
    from storyboard.hosts.protocol import Host
    from storyboard.ledger import Intent

_AT_ONCE = 8


class CancelOutcome(StrEnum):
    """What became of the wish to stop a clip."""

    ASKED = "asked"
    """The vendor was asked to stop it; what has begun may be charged all the same."""
    OVER = "over"
    """It was over before the vendor was asked."""
    NOT_UNDER_WAY = "not under way"
    """Nobody was asked: it is not at the vendor's."""
    FAILED = "failed"
    """The vendor could not be asked."""


class CancelledClip(Struct, frozen=True, kw_only=True):
    """What became of the wish to stop one clip; ``problem`` is why it failed, or empty."""

    intent: Intent
    outcome: CancelOutcome
    problem: str = ""


def cancel_clips(
    sent: SentClips,
    addresses: Sequence[str],
    *,
    key_file: Path | None,
    base: str | None,
    listen: Callable[[CancelledClip], None],
) -> tuple[CancelledClip, ...]:
    """Ask for the end of clips; without addresses, of all that are under way.

    ``listen`` hears of each as soon as it is known. Raises ``UsageError`` for an address that
    nothing was sent for, and ``SimulatorError`` where no simulated run is under way.
    """
    from storyboard.ledger.states import UNDER_WAY, State

    named = pick(sent.intents, addresses) if addresses else sent.intents
    under_way = [one for one in named if one.state in UNDER_WAY - {State.SUCCEEDED}]
    stopping = {one.order.address for one in under_way}
    done: list[CancelledClip] = []

    def tell(clip: CancelledClip) -> None:
        done.append(clip)
        listen(clip)

    for one in {one.order.address: one for one in named}.values() if addresses else ():
        if one.order.address not in stopping:
            tell(CancelledClip(intent=one, outcome=CancelOutcome.NOT_UNDER_WAY))
    if under_way:
        hosts = _open_hosts({one.order.host for one in under_way}, sent, key_file, base)
        asyncio.run(_ask(under_way, hosts, tell))
    return tuple(done)


def _open_hosts(
    names: Iterable[str], sent: SentClips, key_file: Path | None, base: str | None
) -> dict[str, Host]:
    from storyboard.hosts.registry import SIMULATED_KEY, find_key, get_host, open_host
    from storyboard.run.patience import waits_of_environment

    simulated = sent.store.simulated
    keys = {name: SIMULATED_KEY if simulated else find_key(name, key_file) for name in names}
    hosts: dict[str, Host] = {}
    for name, key in keys.items():
        address = base
        if simulated and base is None:
            address = get_host(name, is_simulated=True).address_under(_simulator(sent))
        limits = waits_of_environment().limits
        hosts[name] = open_host(name, key, base=address, simulated=simulated, limits=limits)
    return hosts


def _simulator(sent: SentClips) -> str:
    from storyboard.run.local_simulator import SimulatorError, address_of

    address = address_of(sent.store)
    if address is None:
        raise SimulatorError("no simulated run is under way here")
    return address


async def _ask(
    intents: Iterable[Intent], hosts: Mapping[str, Host], tell: Callable[[CancelledClip], None]
) -> None:
    """Ask for the end of each, whatever becomes of the others."""
    from storyboard.hosts.errors import HostError

    gate = asyncio.Semaphore(_AT_ONCE)

    async def ask(intent: Intent) -> None:
        assert intent.receipt is not None  # noqa: S101 - it is under way
        outcome, problem = CancelOutcome.OVER, ""
        async with gate:
            try:
                if await hosts[intent.order.host].cancel(intent.receipt):
                    outcome = CancelOutcome.ASKED
            except HostError as error:
                outcome, problem = CancelOutcome.FAILED, str(error)
        tell(CancelledClip(intent=intent, outcome=outcome, problem=problem))

    try:
        await asyncio.gather(*map(ask, intents))
    finally:
        for host in hosts.values():
            await host.close()
