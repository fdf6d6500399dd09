"""The application: the routes of both hosts and of the console, over one service."""

from __future__ import annotations

from starlette.applications import Starlette

from storyboard.simulator.console import Console
from storyboard.simulator.fal import FalRoutes
from storyboard.simulator.fal_files import FalFiles
from storyboard.simulator.oxen import OxenRoutes
from storyboard.simulator.service import Service


def build_app(service: Service) -> Starlette:
    """An ASGI application; its server must put the connection's protocol into the state."""
    hosts = (OxenRoutes(service), FalFiles(service), FalRoutes(service), Console(service))
    return Starlette(routes=[route for host in hosts for route in host.routes()])
