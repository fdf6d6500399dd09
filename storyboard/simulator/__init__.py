"""The simulator: a real HTTP server that speaks the vendors' protocols.

It checks what it gets by the vendors' documented rules and answers in their documented words,
renders labelled clips of the right length, shape and rate, lets faults happen on demand, and
keeps a bill by which a test can see that each clip was paid once. Nothing it does leaves the
machine, and nothing it bills is money.

One port serves all hosts, by the beginning of the path; ``GET /`` lists their addresses, and
``/simulator`` is the simulator's own.

The header ``X-Simulate`` asks for faults, ``POST /simulator/faults`` arms them (``faults`` says
how they are written), ``GET /simulator/bill`` is the bill. ``X-Simulate-Scene`` gives the clips
of a scene one colour, ``X-Simulate-Shots`` names their shots, divided by commas,
``X-Simulate-Names`` says what tags stand for (``@Element1=mara,@Image1=gallery``) and
``X-Simulate-Takes`` numbers its takes; names are percent-encoded UTF-8.

From the bottom up: ``body_types`` and ``field_types`` (tables), ``orders``, ``rules`` and
``inputs`` (what a body may be, and what it asks for), ``endpoint`` and ``own_endpoint`` (a model of
a table, and one of a target's data), ``input_files`` (pictures and films as they are),
``mp4_writer``, ``lettering``, ``test_pictures`` and ``clip_render`` (rendering), ``faults``,
``job``, ``state_file``, ``queue`` and ``worker`` (the queue, and what outlives the process),
``dialect``, ``refusals``, ``service`` and ``histories`` (what all routes share), a folder for each
host with its routes and tables,
``dialects`` (the table of hosts), ``console``, ``transport``, ``app`` and ``server``. Needs the
packages starlette and uvicorn, and cryptography for webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storyboard.simulator.faults import FAULTS, FaultError
from storyboard.simulator.options import SimulatorOptions, StateError

if TYPE_CHECKING:
    from storyboard.simulator.server import Simulator, serve

__all__ = ["FAULTS", "FaultError", "Simulator", "SimulatorOptions", "StateError", "serve"]


def __getattr__(name: str) -> Any:
    # The server's packages are an extra, and slow to import: only who serves pays for them.
    if name in ("Simulator", "serve"):
        from storyboard.simulator import server

        return getattr(server, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
