"""The application: the routes of every host and of the console, over one service."""

from __future__ import annotations

from starlette.applications import Starlette

from storyboard.simulator.console import Console
from storyboard.simulator.service import Service


def build_app(service: Service) -> Starlette:
    """An ASGI application; its server must put the connection's protocol into the state."""
    hosts = [route for one in service.dialects.values() for route in one.routes(service)]
    return Starlette(routes=[*hosts, *Console(service).routes()])
