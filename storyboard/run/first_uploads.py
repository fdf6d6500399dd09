"""What a run would upload first, and who can read it: said before anything is sent."""

from __future__ import annotations

from msgspec import Struct

from storyboard.compiler.request import Output
from storyboard.hosts.registry import get_host
from storyboard.ledger.store import Store
from storyboard.plan import Plan
from storyboard.plan.reason import Action


class FirstUploads(Struct, frozen=True, kw_only=True):
    """The first uploads of a project to a host.

    ``pictures`` are paths in the project, ``frames`` is of how many clips the last frame goes and
    ``clips`` how many go themselves.
    ``host`` is the host's title, ``readers`` says where it keeps them and who can read them.
    """

    pictures: tuple[str, ...]
    frames: int
    clips: int = 0
    host: str
    readers: str


def first_uploads(plan: Plan, store: Store) -> tuple[FirstUploads, ...]:
    """What a plan uploads to each host to which nothing was uploaded before.

    Nothing where the run is simulated. Raises ``LedgerError``.
    """
    if store.simulated:
        return ()
    hosts = dict.fromkeys(plan.target_of(one).host for one in plan.requests)
    return tuple(filter(None, (_first_uploads(plan, store, host) for host in hosts)))


def _first_uploads(plan: Plan, store: Store, host: str) -> FirstUploads | None:
    due = [
        one
        for one in plan.requests
        if one.action is Action.GENERATE and plan.target_of(one).host == host
    ]
    pictures = tuple(dict.fromkeys(use.path for one in due for use in one.assets))
    needs = {(need.output, need.digest, need.part) for one in due for need in one.depends_on}
    clips = sum(output is Output.CLIP for output, _, _ in needs)
    if not pictures and not needs:
        return None
    if any(one.links and one.order.host == host for one in store.read_ledger().intents()):
        return None
    declared = get_host(host)
    return FirstUploads(
        pictures=pictures,
        frames=len(needs) - clips,
        clips=clips,
        host=declared.title,
        readers=declared.readers,
    )
