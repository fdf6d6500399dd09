"""Starting, stopping, being killed, and carrying a load."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from local_servers import LOCAL

from storyboard.simulator import Simulator, SimulatorOptions
from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.dialects import load_dialects
from storyboard.simulator.oxen.endpoints import ENDPOINTS as OXEN
from storyboard.simulator.state_file import StateFile
from storyboard.simulator.worker import Worker, duration

ENDPOINT = "fal-ai/kling-video/o3/pro/reference-to-video"
Launch = Callable[..., tuple[subprocess.Popen[str], str]]
KEY = {"Authorization": "Key simulated"}


def test_a_simulator_starts_and_stops_at_once_even_with_streams_open() -> None:
    others = set(threading.enumerate())  # other tests of this worker may have one of their own
    sim = Simulator(clips="stub", seconds_per_clip=3600).start()
    with httpx.Client(base_url=sim.url, headers=KEY, verify=False) as client:
        found = client.post(f"/fal/queue/{ENDPOINT}", json={"prompt": "a"}).json()
        with client.stream("GET", found["status_url"] + "/stream") as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith("data: ")
            sim.stop()
            with pytest.raises(httpx.TransportError):
                list(lines)
    assert not [thread for thread in set(threading.enumerate()) - others if thread.is_alive()]
    with pytest.raises(RuntimeError, match="not running"):
        sim.bill()


def test_a_stopped_simulator_starts_again_anew() -> None:
    sim = Simulator(clips="stub")
    for _ in range(2):
        with sim:
            assert LOCAL.get(sim.url).json()["simulator"] == "storyboard"


def test_a_port_that_is_taken_is_an_error_of_the_one_who_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            Simulator(port=taken.getsockname()[1]).start()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"seconds_per_clip": -1}, "seconds per clip is -1: write 0 or more"),
        ({"jitter": 2}, "jitter is 2: write a share from 0 to 1"),
        ({"concurrency": 0}, "concurrency is less than 1"),
        ({"scale": 9}, "scale is 9: write a number from 0.1 to 4"),
        ({"clips": "real"}, 'clips is "real": write "render" or "stub"'),
        ({"keep_alive": 0}, "keep alive is 0: write seconds above 0"),
    ],
)
def test_a_setting_that_makes_no_sense_says_what_to_write(
    values: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        SimulatorOptions(**values)


def test_the_key_is_an_option(start: Any) -> None:
    bench = start(key="id:secret")
    answer = bench.plain.post(
        f"/fal/queue/{ENDPOINT}", json={"prompt": "a"}, headers={"Authorization": "Key id:secret"}
    )
    assert answer.status_code == 200
    assert bench.fal.post(f"/queue/{ENDPOINT}", json={"prompt": "a"}).status_code == 401


def test_jitter_spreads_the_ends_and_the_seed_repeats_them() -> None:
    def lengths(seed: int, jitter: float = 1.0) -> list[float]:
        options = SimulatorOptions(seconds_per_clip=0.2, jitter=jitter, seed=seed)
        return [duration(options, submission, 1) for submission in range(1, 101)]

    first = lengths(5)
    assert first == lengths(5) != lengths(6)
    assert min(first) < 0.1 < 0.3 < max(first)
    assert all(0 <= one <= 0.4 for one in first)
    assert set(lengths(5, jitter=0.0)) == {0.2}


def test_a_clip_is_over_after_its_own_time(start: Any) -> None:
    options = {"seconds_per_clip": 0.2, "jitter": 1.0, "seed": 5}
    bench = start(concurrency=6, **options)
    for found in [bench.submit({"prompt": str(n)}) for n in range(6)]:
        bench.wait(found)
    for row in bench.sim.bill()["rows"]:
        least = duration(SimulatorOptions(**options), row["submission"], 1)
        assert row["ended_at"] - row["started_at"] >= least - 0.01


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_a_killed_simulator_knows_its_jobs_and_files_again(
    tmp_path: Path, launch: Launch, picture: Any, host: str
) -> None:
    options = ("--state", str(tmp_path / "state.db"), "--seconds-per-clip", "1.5")
    process, url = launch(*options)
    key = KEY if host == "fal" else {"Authorization": "Bearer simulated"}
    data = picture()
    with httpx.Client(base_url=url, headers=key, timeout=120, verify=False) as client:
        path = "/oxen/api/repos/a/b/file/main/c.png"
        bearer = {"Authorization": "Bearer simulated"}
        client.put(path, files={"file": ("c.png", data, "image/png")}, headers=bearer)
        body: dict[str, Any]
        if host == "fal":
            body, submit = {"prompt": "a", "image_urls": [url + path]}, f"/fal/queue/{ENDPOINT}"
        else:
            submit = "/oxen/api/ai/queue"
            model = "kling-video-o3-pro-reference-to-video"
            body = {"model": model, "prompt": "a", "input_image": [url + path]}
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(submit, json=body, headers={"X-Simulate": "lost"})
        client.post(submit, json={**body, "prompt": "b"})
    process.send_signal(signal.SIGKILL)
    process.wait()

    process, again = launch(*options)
    assert again == url
    with httpx.Client(base_url=url, headers=key, timeout=120, verify=False) as client:
        assert client.get(path).content == data
        end = time.monotonic() + 120
        while True:
            rows = client.get("/simulator/bill").json()["rows"]
            if all(row["state"] == "succeeded" for row in rows):
                break
            assert time.monotonic() < end, rows
            time.sleep(0.05)
        assert [row["body"]["prompt"] for row in rows] == ["a", "b"]
        assert [row["times"] for row in rows] == [1, 1]
        new = client.post(submit, json=body)
        assert new.status_code == 200
        ids = {row["request_id"] for row in client.get("/simulator/bill").json()["rows"]}
        assert len(ids) == 3


def test_a_clip_is_the_same_after_a_restart(start: Any, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    bench = start(clips="render", scale=0.1, state=state)
    found = bench.submit({"prompt": "a", "duration": "3"})
    path = bench.wait(found).json()["video"]["url"].removeprefix(bench.url)
    clip = bench.plain.get(path).content
    bench.sim.stop()
    bench = start(clips="render", scale=0.1, state=state)
    assert bench.plain.get(path).content == clip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_quietly_on_a_signal(launch: Launch, number: int) -> None:
    process, _ = launch()
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")


def test_the_command_says_why_it_does_not_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for arguments, code, words in (
            (["--fault", "lots"], 2, 'Error: no fault is called "lots": did you mean "lost"'),
            (["--port", port], 3, "error: the simulator cannot start:"),
        ):
            command = [sys.executable, "-m", "storyboard", "simulate", *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == code
            assert done.stdout == ""
            assert words in done.stderr
            assert "Traceback" not in done.stderr


def test_importing_the_package_does_not_import_the_server() -> None:
    code = (
        "import sys, storyboard.simulator as s; s.SimulatorOptions();"
        "print([m for m in ('uvicorn', 'starlette', 'PIL', 'cryptography') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "[]"


def test_five_hundred_jobs_are_submitted_watched_and_fetched_in_seconds(start: Any) -> None:
    bench = start(seconds_per_clip=0.05, concurrency=50)
    address = urlsplit(bench.url).netloc

    def ask(line: HTTPConnection, method: str, url: str, body: str = "") -> tuple[int, Any]:
        line.request(method, urlsplit(url).path, body, KEY)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())

    def work(numbers: range) -> list[str]:
        line = HTTPConnection(address)
        submitted = []
        for number in numbers:
            body = json.dumps({"prompt": str(number)})
            submitted.append(ask(line, "POST", f"/fal/queue/{ENDPOINT}", body)[1])
        urls = []
        for found in submitted:
            while ask(line, "GET", found["status_url"])[0] == 202:
                time.sleep(0.05)
            urls.append(ask(line, "GET", found["response_url"])[1]["video"]["url"])
        line.close()
        return urls

    with ThreadPoolExecutor(5) as pool:
        urls = [
            url for part in pool.map(work, [range(n, 500, 5) for n in range(5)]) for url in part
        ]
    assert len(set(urls)) == 500
    bill = bench.sim.bill()
    assert bill["totals"]["charged"] == 500
    assert bill["repeated"] == []


def test_ten_thousand_jobs_wait_on_one_timer() -> None:
    async def work() -> tuple[int, set[str]]:
        renderer, state_file = ClipRenderer("stub", 1), StateFile(None)
        options = SimulatorOptions(clips="stub", seconds_per_clip=0.2, concurrency=4000)
        worker = Worker(options, renderer, state_file, _read_nothing, load_dialects())
        model = OXEN["kling-video-o3-pro-reference-to-video"]
        for number in range(10_000):
            worker.accept("oxen", model, {"prompt": str(number)})
        tasks = len(asyncio.all_tasks())
        for job in worker.jobs.values():
            await worker.over(job)
        worker.close()
        renderer.close()
        return tasks, {job.state for job in worker.jobs.values()}

    tasks, states = asyncio.run(work())
    assert tasks == 1
    assert states == {"succeeded"}


async def _read_nothing(_: str) -> bytes | None:
    return None


def test_answers_are_dated_as_those_of_every_server(bench: Any) -> None:
    said = bench.plain.get("/simulator/bill").headers["date"]
    assert abs(parsedate_to_datetime(said).timestamp() - time.time()) < 120
