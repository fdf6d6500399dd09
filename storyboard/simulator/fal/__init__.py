"""fal, as the simulator speaks it, under ``/fal``::

    https://queue.fal.run    URL/fal/queue
    https://rest.fal.ai      URL/fal/rest
    https://api.fal.ai       URL/fal/api
    https://v3.fal.media     URL/fal/cdn

``routes`` has the queue and its history, ``files`` the uploads and links, ``webhooks`` their
signatures, ``endpoints`` the fields, limits and prices, ``refusals`` the errors.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import Route

from storyboard.simulator.dialect import Addresses, Dialect
from storyboard.simulator.endpoint import Endpoint
from storyboard.simulator.fal.endpoints import ENDPOINTS
from storyboard.simulator.fal.files import FalFiles
from storyboard.simulator.fal.routes import FalRoutes
from storyboard.simulator.service import Service


def dialect_of(name: str, endpoints: Mapping[str, Endpoint]) -> Dialect:
    """A host of this name that speaks as fal does, under ``/NAME``."""

    def routes(service: Service) -> list[Route]:
        return [*FalFiles(service, name).routes(), *FalRoutes(service, name).routes()]

    def addresses(url: str) -> Addresses:
        return {part: f"{url}/{name}/{part}" for part in ("queue", "rest", "api", "cdn")}

    return Dialect(
        name=name,
        endpoints=endpoints,
        routes=routes,
        concurrency=2,
        addresses=addresses,
        takes_data=True,
    )


DIALECT = dialect_of("fal", ENDPOINTS)
