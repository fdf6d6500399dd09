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
    from storyboard.ledger import Intent, Lease, Order, PaidOrder
    from storyboard.ledger.store import Store
    from storyboard.plan.film_use import FilmUse
    from storyboard.values.addresses import ClipName


class SentClips(Struct, frozen=True, kw_only=True):
    """The store of a film, and the intents that its runs have sent, the oldest first.

    ``others`` are the digests of what was sent for other storyboards of the folder.
    """

    store: Store
    intents: tuple[Intent, ...]
    others: frozenset[str] = frozenset()


class FilmStatus(Struct, frozen=True, kw_only=True):
    """What ledger and lock know of a film, without asking anybody.

    ``elsewhere`` are the takes of the lock that another machine has rendered, ``told`` what was
    asked for there, by digest, as far as the lock tells. ``lease`` is the run that works in the
    folder just now, if one does. ``use`` is what the film uses of them, None
    where nothing was sent or its storyboard ``has_errors``.
    """

    sent: SentClips
    elsewhere: tuple[PaidOrder, ...]
    told: Mapping[str, Order]
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
    return SentClips(store=store, intents=ours, others=others)


def film_status(file: str, options: CompileOptions) -> FilmStatus:
    """What ledger and lock know of a film. Raises as ``find_sent`` does, and ``LockError``."""
    simulated, clips = options.is_simulated, options.out_dir
    sent = find_sent(file, simulated=simulated, clips=clips)
    known = sent.others | {intent.digest for intent in sent.intents}
    lock = sent.store.read_lock()
    elsewhere = tuple(one for digest, one in lock.finished().items() if digest not in known)
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
        lease=sent.store.read_ledger().lease(),
        use=use,
        has_errors=has_errors,
    )


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
