"""The clips that were sent for one film: a folder's ledger serves all the storyboards in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.api._load import STANDARD_INPUT
from storyboard.errors import UsageError

if TYPE_CHECKING:
    from storyboard.ledger import Intent, Lease, PaidOrder
    from storyboard.ledger.store import Store
    from storyboard.values.addresses import ClipName


@dataclass(frozen=True, slots=True, kw_only=True)
class SentClips:
    """The store of a film, and the intents that its runs have sent, the oldest first.

    ``others`` are the digests of what was sent for other storyboards of the folder.
    """

    store: Store
    intents: tuple[Intent, ...]
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmStatus:
    """What ledger and lock know of a film, without asking anybody.

    ``elsewhere`` are the takes of the lock that another machine has rendered, ``lease`` the run
    that works in the folder just now, if one does.
    """

    sent: SentClips
    elsewhere: tuple[PaidOrder, ...]
    lease: Lease | None


def find_sent(file: str, *, simulated: bool = False, clips: Path | None = None) -> SentClips:
    """What was sent for a storyboard or a plan; for a folder, all that was sent in it.

    ``clips`` is the folder of the clips, None for the usual one.
    Raises ``UsageError``, ``LedgerError`` and ``PlanError``.
    """
    from storyboard.ledger.store import Store
    from storyboard.plan.staleness import folder_of, is_plan, read_plan

    location = Path(file)
    if file == STANDARD_INPUT:
        raise UsageError("clips are kept beside the storyboard: give its file")
    if not location.exists():
        raise UsageError(f'"{file}" is not there')
    if is_plan(location):
        plan = read_plan(location)
        location = folder_of(plan, location) / plan.film.file
    store = Store.beside(location, simulated=simulated, clips=clips)
    ledger = store.read_ledger()
    intents = ledger.intents()
    if location.is_dir():
        return SentClips(store=store, intents=tuple(intents))
    ours = tuple(one for one in intents if one.order.film == location.name)
    others = frozenset(one.digest for one in intents) - {one.digest for one in ours}
    return SentClips(store=store, intents=ours, others=others)


def film_status(file: str, *, simulated: bool = False, clips: Path | None = None) -> FilmStatus:
    """What ledger and lock know of a film. Raises as ``find_sent`` does, and ``LockError``."""
    sent = find_sent(file, simulated=simulated, clips=clips)
    known = sent.others | {intent.digest for intent in sent.intents}
    locked = sent.store.finished()
    return FilmStatus(
        sent=sent,
        elsewhere=tuple(take for digest, take in locked.items() if digest not in known),
        lease=sent.store.read_ledger().lease(),
    )


def pick(intents: Sequence[Intent], addresses: Iterable[str]) -> tuple[Intent, ...]:
    """The intents whose clips one of the addresses means, in their order; see ``select``.

    Raises ``UsageError`` for an address that nothing was sent for.
    """
    from storyboard.values.addresses import UnknownAddressError, select

    known = [name for intent in intents for name in intent.names]
    picked: set[ClipName] = set()
    for address in addresses:
        try:
            picked.update(select(address, known))
        except UnknownAddressError as error:
            raise UsageError(
                f'nothing was sent for "{address}": {error.hint}; `storyboard status` shows all'
            ) from None
    return tuple(intent for intent in intents if not picked.isdisjoint(intent.names))
