"""The host fal: its declaration. ``client`` speaks to its queue, ``errors`` reads its refusals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from storyboard.hosts.declaration import HostAccess, HostDeclaration

if TYPE_CHECKING:
    from storyboard.hosts.protocol import Host
    from storyboard.ledger import Receipt


def _open(access: HostAccess, name: str = "fal") -> Host:
    from storyboard.hosts.fal.client import FalAddresses, FalHost

    addresses = FalAddresses.under(access.base) if access.base else None
    return FalHost(
        access.key,
        addresses,
        labelled=access.is_simulated,
        limits=access.limits,
        clock=access.clock,
        name=name,
    )


def receipt_of(endpoint: str, id: str) -> Receipt:  # noqa: A002 - what it is called there
    """The receipt of a job: its addresses hold the owner and the app, not the whole endpoint."""
    from storyboard.ledger import Receipt

    return Receipt(id=id, links={"app": "/".join(endpoint.split("/")[:2])})


def rehearsed(name: str) -> HostDeclaration:
    """A host of another name, which a simulator serves with this queue; no vendor answers to it."""
    return HostDeclaration(
        name=name, title=name, key_variable="", open=partial(_open, name=name), receipt=receipt_of
    )


HOST = HostDeclaration(
    name="fal",
    title="fal",
    key_variable="FAL_KEY",
    open=_open,
    receipt=receipt_of,
    dashboard="https://fal.ai/dashboard/requests",
    readers=(
        "they are kept at v3.fal.media for 30 days: whoever has the link of a picture can see it, "
        "without a key"
    ),
)
