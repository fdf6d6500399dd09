"""fal, as the simulator speaks it, under ``/fal``::

    https://queue.fal.run    URL/fal/queue
    https://rest.fal.ai      URL/fal/rest
    https://api.fal.ai       URL/fal/api
    https://v3.fal.media     URL/fal/cdn

``routes`` has the queue and its history, ``files`` the uploads and links, ``webhooks`` their
signatures, ``endpoints`` the fields, limits and prices, ``refusals`` the errors.
"""

from __future__ import annotations

from starlette.routing import Route

from storyboard.simulator.dialect import Addresses, Dialect
from storyboard.simulator.fal.endpoints import ENDPOINTS
from storyboard.simulator.fal.files import FalFiles
from storyboard.simulator.fal.routes import FalRoutes
from storyboard.simulator.service import Service


def _routes(service: Service) -> list[Route]:
    return [*FalFiles(service).routes(), *FalRoutes(service).routes()]


def _addresses(url: str) -> Addresses:
    return {name: f"{url}/fal/{name}" for name in ("queue", "rest", "api", "cdn")}


DIALECT = Dialect(
    name="fal",
    endpoints=ENDPOINTS,
    routes=_routes,
    concurrency=2,
    addresses=_addresses,
    takes_data=True,
)
