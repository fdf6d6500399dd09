"""Oxen, as the simulator speaks it, under ``/oxen``::

    https://hub.oxen.ai      URL/oxen

``routes`` has queue, history, events and files, ``models`` the description of the models,
``endpoints`` the fields, limits and prices, ``refusals`` the errors.
"""

from __future__ import annotations

from starlette.routing import Route

from storyboard.simulator.dialect import Addresses, Dialect
from storyboard.simulator.oxen.endpoints import ENDPOINTS
from storyboard.simulator.oxen.routes import RESULTS, OxenRoutes
from storyboard.simulator.service import Service


def _routes(service: Service) -> list[Route]:
    return OxenRoutes(service).routes()


def _addresses(url: str) -> Addresses:
    return f"{url}/oxen"


def _is_private(path: str) -> bool:
    return path.startswith(RESULTS)


DIALECT = Dialect(
    name="oxen",
    endpoints=ENDPOINTS,
    routes=_routes,
    concurrency=8,
    addresses=_addresses,
    is_private=_is_private,
)
