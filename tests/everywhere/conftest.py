"""A simulator for the whole folder, a client for each host, and films written on the spot."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from storyboard.api import Compilation, CompileOptions, Project
from storyboard.simulator import Simulator

FILM = Path(__file__).with_name("film")
PICTURE = "https://example.com/picture.png"

Json = dict[str, Any]
Plans = Callable[..., tuple[Json, Compilation]]


class Vendors:
    """Both vendors, simulated: what they say to bodies that are sent over HTTP."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._fal = httpx.Client(
            base_url=f"{simulator.url}/fal",
            headers={"Authorization": "Key simulated"},
            verify=False,
        )
        self._oxen = httpx.Client(
            base_url=f"{simulator.url}/oxen",
            headers={"Authorization": "Bearer simulated"},
            verify=False,
        )

    def close(self) -> None:
        self._fal.close()
        self._oxen.close()

    def send(
        self, host: str, endpoint: str, bodies: Sequence[Json], *, simulate: str = ""
    ) -> list[str]:
        """The first words of each refusal; empty for a body whose clip is made.

        Where a body has a local file or an earlier clip's frame, a URL is sent. ``simulate``
        names faults that shall happen.
        """
        bodies = [_delivered(body) for body in bodies]
        headers = {"X-Simulate": simulate} if simulate else {}
        client, at = self._oxen, "/api/ai/queue"
        if host == "fal":
            client, at = self._fal, f"/queue/{endpoint}"
        answers = [client.post(at, json=body, headers=headers) for body in bodies]
        if host == "fal":
            return [self._answer_of_fal(one.json()) for one in answers]
        return [self._answer_of_oxen(one) for one in answers]

    def _answer_of_fal(self, sent: Json) -> str:
        self._wait(lambda: self._fal.get(sent["status_url"]).status_code != 202)
        answer = self._fal.get(sent["response_url"])
        if answer.status_code == 200:
            assert answer.json()["video"]["url"]
            return ""
        assert answer.status_code == 422, answer.text
        return str(answer.json()["detail"][0]["msg"])

    def _answer_of_oxen(self, answer: httpx.Response) -> str:
        if answer.status_code != 200:
            return str(answer.json()["error"]["detail"])
        row: Json = answer.json()["generations"][0]
        at = f"/api/ai/queue/{row['generation_id']}"

        def is_over() -> bool:
            row.update(self._oxen.get(at).json())
            return row["status"] in {"succeeded", "failed"}

        self._wait(is_over)
        assert (row["status"] == "succeeded") == bool(row["result_url"])
        return str(row["error_message"] or "")

    @staticmethod
    def _wait(is_over: Callable[[], bool]) -> None:
        end = time.monotonic() + 120
        while not is_over():
            assert time.monotonic() < end, "the clip is never made"
            time.sleep(0.005)


@pytest.fixture(scope="session")
def vendors() -> Iterator[Vendors]:
    """Quick vendors: each clip is a stub and takes a hundredth of a second."""
    with Simulator(clips="stub", seconds_per_clip=0.01, concurrency=100) as simulator:
        found = Vendors(simulator)
        yield found
        found.close()


@pytest.fixture
def plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plans:
    """Plans a storyboard that is given as text, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def make(text: str, **options: Any) -> tuple[Json, Compilation]:
        (tmp_path / "film.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        planned, compilation = Project("film.yaml", CompileOptions(**options)).plan()
        return planned.to_json(), compilation

    return make


def _delivered(payload: Any) -> Any:
    match payload:
        case str() if payload.startswith(("asset:", "output:")):
            return PICTURE
        case list():
            return [_delivered(item) for item in payload]
        case dict():
            return {key: _delivered(item) for key, item in payload.items()}
        case _:
            return payload
