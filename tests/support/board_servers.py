"""Boards that are served, by processes of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 120
"""Seconds that anything may take where everything else on the machine is busy too."""


@contextmanager
def served(film: Path, *options: str) -> Iterator[int]:
    """The port at which the board of a film is served."""
    command = [sys.executable, "-u", "-m", "storyboard", "board", "--serve", *options]
    with subprocess.Popen(command, cwd=film, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:")
            yield int(address.rstrip("/").rpartition(":")[2])
            server.send_signal(signal.SIGINT)
            assert server.wait(PATIENCE) == 0
        finally:
            server.kill()
