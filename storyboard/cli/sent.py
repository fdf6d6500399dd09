"""What was sent for one film: a folder's ledger serves all the storyboards in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from storyboard.ledger import Intent
    from storyboard.run.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The store of a film, and the intents that its runs have sent, the oldest first.

    ``others`` are the digests of what was sent for other storyboards of the folder.
    """

    store: Store
    intents: tuple[Intent, ...]
    others: frozenset[str] = frozenset()


def find_sent(file: str, *, simulated: bool = False) -> Sent:
    """What was sent for a storyboard or a plan; for a folder, all that was sent in it.

    Raises ``LedgerError``, ``PlanError`` and click's ``UsageError``.
    """
    from storyboard.ledger import read_intents, read_runs
    from storyboard.run.planfile import folder_of, is_plan, read_plan
    from storyboard.run.store import Store

    location = Path(file)
    if file == "-":
        raise click.UsageError("clips are kept beside the storyboard: give its file")
    if not location.exists():
        raise click.UsageError(f'"{file}" is not there')
    if is_plan(location):
        plan = read_plan(location)
        location = folder_of(plan, location) / plan["storyboard"]["file"]
    store = Store.beside(location, simulated=simulated)
    intents = read_intents(store.ledger)
    if location.is_dir():
        return Sent(store=store, intents=tuple(intents))
    names = {run.id: Path(run.file).name for run in read_runs(store.ledger)}
    ours = tuple(one for one in intents if names.get(one.run, location.name) == location.name)
    others = frozenset(one.digest for one in intents) - {one.digest for one in ours}
    return Sent(store=store, intents=ours, others=others)


def check_addresses(intents: Sequence[Intent], addresses: Collection[str]) -> None:
    """Refuse an address that nothing was sent for, with the nearest that there is."""
    known = {intent.order.address for intent in intents}
    for address in addresses:
        if address not in known:
            from storyboard.diagnostics.spelling import nearest

            # A clip of another number is another clip, and no slip of the pen.
            near = nearest(address, [one for one in known if _digits(one) == _digits(address)])
            hint = f'write "{near}"' if near else "`storyboard status` lists them"
            raise click.UsageError(f'nothing was sent for "{address}": {hint}')


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
