"""The clips that were sent for one film: a folder's ledger serves all the storyboards in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.api._load import FOLDER_FILE, STANDARD_INPUT
from storyboard.errors import UsageError

if TYPE_CHECKING:
    from storyboard.api._load import CompileOptions
    from storyboard.ledger import Intent, Lease, Lock, Order, PaidOrder
    from storyboard.ledger.store import Store
    from storyboard.plan.film_use import FilmUse
    from storyboard.values.addresses import ClipName


class SentClips(Struct, frozen=True, kw_only=True):
    """The store of a film, and the intents that its runs have sent, the oldest first.

    ``film`` is the name of the storyboard's file, None for all those of the folder; ``others`` are
    the digests of what was sent for others than it.
    """

    store: Store
    intents: tuple[Intent, ...]
    film: str | None = None
    others: frozenset[str] = frozenset()


class FilmStatus(Struct, frozen=True, kw_only=True):
    """What ledger and lock know of a film, without asking anybody.

    ``elsewhere`` are the paid orders of the lock that no intent is of: what another machine has
    rendered, and what was paid for a clip beside the one that is known here. ``told`` is what was
    asked for there, by digest, as far as the lock tells. ``others`` counts what was sent, here or
    elsewhere, for other storyboards of the folder. ``lease`` is the run that works in the
    folder just now, if one does. ``use`` is what the film uses of them, None
    where nothing was sent or its storyboard ``has_errors``.
    """

    sent: SentClips
    elsewhere: tuple[PaidOrder, ...]
    told: Mapping[str, Order]
    others: int
    lease: Lease | None
    use: FilmUse | None
    has_errors: bool


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
    return SentClips(store=store, intents=ours, film=location.name, others=others)


def film_status(file: str, options: CompileOptions) -> FilmStatus:
    """What ledger and lock know of a film. Raises as ``find_sent`` does, and ``LockError``."""
    simulated, clips = options.is_simulated, options.out_dir
    sent = find_sent(file, simulated=simulated, clips=clips)
    lock = sent.store.read_lock()
    elsewhere = _elsewhere(sent, lock)
    use, has_errors = None, False
    if sent.intents or elsewhere:
        use, has_errors = _use(file, sent.store, options)
    return FilmStatus(
        sent=sent,
        elsewhere=elsewhere,
        told={
            one.digest: lock.sent[one.digest].order()
            for one in elsewhere
            if one.digest in lock.sent
        },
        others=len(sent.others | _of_others(sent, lock)),
        lease=sent.store.read_ledger().lease(),
        use=use,
        has_errors=has_errors,
    )


def _elsewhere(sent: SentClips, lock: Lock) -> tuple[PaidOrder, ...]:
    """The paid orders of a lock that no intent is of, the oldest first."""
    ids = {one.receipt.id for one in sent.intents if one.receipt is not None}
    found = [
        one
        for one in lock.orders.values()
        if one.request_id not in ids and (sent.film is None or one.film == sent.film)
    ]
    return tuple(sorted(found, key=lambda one: (one.made, one.address, one.request_id)))


def _of_others(sent: SentClips, lock: Lock) -> set[str]:
    """The digests of what a lock says was paid for other storyboards of the folder."""
    return {
        one.digest
        for one in lock.orders.values()
        if sent.film is not None and one.film != sent.film
    }


def _use(file: str, store: Store, options: CompileOptions) -> tuple[FilmUse | None, bool]:
    """What the film of a file uses, and whether its storyboard has errors."""
    from storyboard.plan.film_use import use_of
    from storyboard.plan.staleness import is_plan, read_plan

    location = Path(file)
    if is_plan(location):
        plan = read_plan(location)
        return use_of(plan, store.known(Path(plan.film.file).name)), False
    film = location / FOLDER_FILE if location.is_dir() else location
    if not film.is_file():
        return None, False
    use = _use_of_film(film, options)
    return use, use is None


def _use_of_film(storyboard: Path, options: CompileOptions) -> FilmUse | None:
    """What the film in a file uses; None where it has errors, and so no plan."""
    from storyboard.api._compile import compile_reading, start
    from storyboard.api._load import read
    from storyboard.api._plan import known_takes, plan_compilation
    from storyboard.plan.film_use import use_of

    diagnostics = start(options)
    known = known_takes(str(storyboard), options, diagnostics)
    compilation = compile_reading(
        read(str(storyboard), options, diagnostics), options, diagnostics, known
    )
    if not compilation.is_complete:
        return None
    return use_of(plan_compilation(compilation, options, known, is_verified=False), known)


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
