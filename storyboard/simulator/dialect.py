"""A dialect: what makes the simulator speak as one host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from starlette.routing import Route

from storyboard.simulator.endpoint import Endpoint

Addresses = str | Mapping[str, str]


def _is_public(_: str) -> bool:
    return False


class Dialect(Struct, frozen=True, kw_only=True):
    """One host of the simulator. ``routes`` gives its routes, all below ``/NAME``,
    for the running ``Service``.

    ``concurrency`` is how many of its clips are in progress at once where no option says it.
    ``addresses`` gives, for the simulator's URL, the base addresses of the host's services.
    ``takes_data`` says whether its models read pictures from ``data:`` links, ``is_private``
    whether a path is served only to a link that carries a signature.
    """

    name: str
    endpoints: Mapping[str, Endpoint]
    routes: Callable[[Any], list[Route]]
    concurrency: int
    addresses: Callable[[str], Addresses]
    takes_data: bool = False
    is_private: Callable[[str], bool] = _is_public
