"""A real simulator for each test, and clients that talk to it over HTTP."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from storyboard.simulator import Simulator

ENDPOINT = "fal-ai/kling-video/o3/pro/reference-to-video"
MODEL = "kling-video-o3-pro-reference-to-video"

Start = Callable[..., "Bench"]
Launch = Callable[..., tuple[subprocess.Popen[str], str]]


def _client(url: str, key: str = "") -> httpx.Client:
    headers = {"Authorization": key} if key else {}
    return httpx.Client(base_url=url, headers=headers, timeout=120, verify=False)


class Bench:
    """A running simulator with a client for each host."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.url = sim.url
        self.fal = _client(f"{sim.url}/fal", "Key simulated")
        self.oxen = _client(f"{sim.url}/oxen", "Bearer simulated")
        self.plain = _client(sim.url)

    def close(self) -> None:
        for client in (self.fal, self.oxen, self.plain):
            client.close()
        self.sim.stop()

    def submit(self, body: Any, endpoint: str = ENDPOINT, **keywords: Any) -> dict[str, Any]:
        answer = self.fal.post(f"/queue/{endpoint}", json=body, **keywords)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def wait(self, submitted: dict[str, Any]) -> httpx.Response:
        """The result of a request, asked for once it is COMPLETED."""
        end = time.monotonic() + 120
        while self.fal.get(submitted["status_url"]).status_code == 202:
            assert time.monotonic() < end, "the request is never completed"
            time.sleep(0.01)
        return self.fal.get(submitted["response_url"])

    def result(self, body: Any, endpoint: str = ENDPOINT) -> httpx.Response:
        return self.wait(self.submit(body, endpoint))

    def enqueue(self, body: dict[str, Any], **keywords: Any) -> list[str]:
        answer = self.oxen.post("/api/ai/queue", json={"model": MODEL, **body}, **keywords)
        assert answer.status_code == 200, answer.text
        return [row["generation_id"] for row in answer.json()["generations"]]

    def final(self, generation: str) -> dict[str, Any]:
        end = time.monotonic() + 120
        while True:
            row: dict[str, Any] = self.oxen.get(f"/api/ai/queue/{generation}").json()
            if row["status"] in ("succeeded", "failed", "cancelled"):
                return row
            assert time.monotonic() < end, "the generation never ends"
            time.sleep(0.01)

    def upload(self, data: bytes, kind: str = "image/png", name: str = "a.png") -> str:
        token = self.fal.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", json={}).json()
        answer = self.plain.post(
            "/fal/cdn/files/upload",
            content=data,
            headers={
                "Authorization": f"{token['token_type']} {token['token']}",
                "Content-Type": kind,
                "X-Fal-File-Name": name,
            },
        )
        assert answer.status_code == 200, answer.text
        url: str = answer.json()["access_url"]
        return url


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Starts simulators in processes of their own, which can be killed; gives their addresses."""
    found: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "storyboard", "simulate", "--clips", "stub", *arguments]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
        found.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("http://127.0.0.1:"), line
        return process, line.strip()

    yield begin
    for process in found:
        process.kill()
        process.communicate()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts simulators with the options of a test; clips are stubs and quick unless told."""
    benches: list[Bench] = []

    def begin(**options: Any) -> Bench:
        values = {"clips": "stub", "seconds_per_clip": 0.02, **options}
        bench = Bench(Simulator(**values).start())
        benches.append(bench)
        return bench

    yield begin
    for bench in benches:
        bench.close()


@pytest.fixture
def bench(start: Start) -> Bench:
    """A quick simulator."""
    return start()


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Makes picture files."""

    def make(width: int = 400, height: int = 400, kind: str = "PNG", colour: str = "red") -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(buffer, kind)
        return buffer.getvalue()

    return make
