"""The application: the routes of both hosts and of the console, over one stage."""

from __future__ import annotations

from starlette.applications import Starlette

from storyboard.run.simulator.console import Console
from storyboard.run.simulator.fal import FalHost
from storyboard.run.simulator.fal_files import FalFiles
from storyboard.run.simulator.oxen import OxenHost
from storyboard.run.simulator.stage import Stage


def build_app(stage: Stage) -> Starlette:
    """An ASGI application; its server must put the connection's protocol into the state."""
    hosts = (OxenHost(stage), FalFiles(stage), FalHost(stage), Console(stage))
    return Starlette(routes=[route for host in hosts for route in host.routes()])
