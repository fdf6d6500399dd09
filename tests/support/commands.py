"""The command line in processes of its own, which start in an instant.

A server has imported the package once and made a plan; it forks for each command. The child has
the working folder, environment and streams that it is given, and ends as ``python -m storyboard``
does. What is tested of the start itself, of signals or of a terminal needs a process from nothing.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_MAX_BYTES = 1 << 17


def run_command(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    input: str | bytes = "",  # noqa: A002 - as subprocess has it
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """What a command prints on its two streams, and its exit code.

    ``env`` is the whole environment, this process's without one. Nothing is at standard input but
    ``input``.
    """
    server = _server()
    environment = dict(os.environ if env is None else env)
    asked = {"arguments": arguments, "cwd": str(cwd), "env": environment}
    with ExitStack() as opened:
        files = [opened.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        files[0].write(input.encode() if isinstance(input, str) else input)
        files[0].seek(0)
        socket.send_fds(server, [json.dumps(asked).encode()], [one.fileno() for one in files])
        pid = int(server.recv(64))
        server.settimeout(timeout)
        try:
            code = int(server.recv(64))
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            server.settimeout(None)
            server.recv(64)
            raise subprocess.TimeoutExpired(list(arguments), timeout) from None
        finally:
            server.settimeout(None)
        said = []
        for one in files[1:]:
            one.seek(0)
            said.append(one.read().decode("utf-8").replace("\r\n", "\n"))
    return subprocess.CompletedProcess(list(arguments), code, *said)


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait(120)

    atexit.register(end)
    return ours


def _serve(server: socket.socket) -> None:
    _warm()
    while True:
        data, streams, _, _ = socket.recv_fds(server, _MAX_BYTES, 3)
        if not data:
            return
        pid = os.fork()
        if pid == 0:
            server.close()
            _become(json.loads(data), streams)
        for one in streams:
            os.close(one)
        server.send(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        server.send(str(os.waitstatus_to_exitcode(status)).encode())


def _warm() -> None:
    """Import what commands import, and read what they read of the package itself."""
    import gc
    import importlib

    from storyboard.api import Project
    from storyboard.cli.main import COMMANDS
    from storyboard.render.board import render_board

    for name in COMMANDS:
        importlib.import_module(f"storyboard.cli.{name}")
    for name in ("aiohttp", "httpx", "av", "PIL.Image", "PIL.WebPImagePlugin"):
        importlib.import_module(name)
    lighthouse = Project(str(ROOT / "examples" / "lighthouse"))
    lighthouse.plan()
    render_board(lighthouse.board(side=0))
    gc.collect()
    gc.freeze()


def _become(asked: dict[str, object], streams: list[int]) -> None:
    """Be the process of a command, from its first line to its end."""
    import random

    from storyboard.cli.main import run

    for number, one in enumerate(streams):
        os.dup2(one, number)
        os.close(one)
    os.chdir(str(asked["cwd"]))
    os.environ.clear()
    os.environ.update(asked["env"])  # type: ignore[arg-type, call-overload]
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = open(0, encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stderr = open(  # noqa: SIM115
        2, "w", encoding=encoding, errors="backslashreplace", closefd=False
    )
    sys.argv = ["storyboard", *asked["arguments"]]  # type: ignore[misc]
    random.seed()
    run()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
