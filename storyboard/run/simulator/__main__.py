"""``python -m storyboard.run.simulator``: a simulator in a process of its own.

Prints one line, the address, once connections are accepted, and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from storyboard.run.simulator.faults import FAULTS
from storyboard.run.simulator.options import Options, StateError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m storyboard.run.simulator",
        description="Serve the protocols of fal and of Oxen on this machine; nothing is paid.",
        epilog="faults: " + ", ".join(FAULTS),
    )
    usual = Options()
    parser.add_argument("--host", default=usual.host)
    parser.add_argument("--port", type=int, default=usual.port, help="0 takes a free one")
    parser.add_argument("--key", default=usual.key, help="the API key that is accepted")
    parser.add_argument("--seconds-per-clip", type=float, default=usual.seconds_per_clip)
    parser.add_argument("--jitter", type=float, default=usual.jitter, help="a share, 0 to 1")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--fal-concurrency", type=int, default=usual.fal_concurrency)
    parser.add_argument("--oxen-concurrency", type=int, default=usual.oxen_concurrency)
    parser.add_argument("--clips", choices=("render", "stub"), default=usual.clips)
    parser.add_argument("--scale", type=float, default=usual.scale, help="of 640x360")
    parser.add_argument("--fault", action="append", default=[], dest="faults", metavar="FAULT")
    parser.add_argument("--state", type=Path, help="a file that outlives the simulator")
    parser.add_argument("--history-lag", type=float, default=usual.history_lag)
    parser.add_argument("--link-seconds", type=float, default=usual.link_seconds)
    parser.add_argument("--keep-alive", type=float, default=usual.keep_alive)
    return parser


def _announce(url: str) -> None:
    print(f"simulator at {url}", flush=True)


def main() -> int:
    """Serve as the command line says; 2 for a wrong option, 3 where it cannot start."""
    values = vars(_parser().parse_args())
    values["faults"] = tuple(values["faults"])
    try:
        from storyboard.run.simulator.server import serve
    except ImportError as error:
        print(f"the simulator needs starlette and uvicorn: {error}", file=sys.stderr)
        return 3
    try:
        serve(_announce, **values)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3 if isinstance(error, StateError) else 2
    except OSError as error:
        print(f"error: the simulator cannot start: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
