"""The state file: what outlives a kill, what a reset gives back, and what is said of a bad one."""

from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from storyboard.simulator import Simulator, StateError
from storyboard.simulator.state_file import StateFile

ENDPOINT = "fal-ai/kling-video/o3/pro/reference-to-video"
MODEL = "kling-video-o3-pro-reference-to-video"
FILE = "/oxen/api/repos/a/b/file/main/c.png"
Launch = Callable[..., tuple[subprocess.Popen[str], str]]
RENDERED = ("--clips", "render")


def client_of(host: str, url: str) -> httpx.Client:
    key = "Key simulated" if host == "fal" else "Bearer simulated"
    return httpx.Client(base_url=url, headers={"Authorization": key}, timeout=120, verify=False)


def upload(client: httpx.Client, data: bytes) -> str:
    """A picture in Oxen's store, which both hosts read; its link."""
    files = {"file": ("c.png", data, "image/png")}
    answer = client.put(FILE, files=files, headers={"Authorization": "Bearer simulated"})
    assert answer.status_code == 200, answer.text
    return f"{client.base_url}".rstrip("/") + FILE


def submit(host: str, client: httpx.Client, link: str, prompt: str = "a") -> str:
    body: dict[str, Any] = {"prompt": prompt, "start_image_url": link}
    if host == "fal":
        answer = client.post(f"/fal/queue/{ENDPOINT}", json={**body, "duration": "3"})
        return str(answer.json()["request_id"])
    answer = client.post("/oxen/api/ai/queue", json={**body, "model": MODEL, "duration": 3})
    return str(answer.json()["generations"][0]["generation_id"])


def clip_of(host: str, client: httpx.Client, job: str) -> bytes:
    """The clip of a job, at the link that the host gives for it."""
    end = time.monotonic() + 120
    while True:
        rows = client.get("/simulator/bill").json()["rows"]
        row = next(row for row in rows if row["request_id"] == job)
        if row["state"] in ("succeeded", "failed"):
            break
        assert time.monotonic() < end, row
        time.sleep(0.02)
    assert row["state"] == "succeeded", row
    if host == "fal":
        answer = client.get(f"/fal/queue/fal-ai/kling-video/requests/{job}")
        link = answer.json()["video"]["url"]
    else:
        link = client.get(f"/oxen/api/ai/queue/{job}").json()["result_url"]
    found = client.get(link)
    assert found.status_code == 200, found.text
    return found.content


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("host", ["fal", "oxen"])
@pytest.mark.parametrize("is_port_free", [True, False])
def test_a_clip_with_a_frame_is_the_same_after_a_kill(
    tmp_path: Path, launch: Launch, picture: Any, host: str, is_port_free: bool
) -> None:
    options = (*RENDERED, "--state", str(tmp_path / "state.db"), "--seconds-per-clip", "0.1")
    data = picture()
    process, url = launch(*options)
    with client_of(host, url) as client:
        done = submit(host, client, upload(client, data))
        clip = clip_of(host, client, done)
        # One that the kill interrupts, with a link to the address of before it.
        begun = submit(host, client, url + FILE, "b")
    kill(process)
    with socket.socket() as taken:
        if not is_port_free:
            taken.bind(("127.0.0.1", int(url.rpartition(":")[2])))
        _, again = launch(*options)
    assert (again == url) == is_port_free
    with client_of(host, again) as client:
        assert client.get(FILE).content == data
        assert clip_of(host, client, done) == clip
        assert len(clip_of(host, client, begun)) > 1000


def test_a_clip_stays_as_it_was_where_its_picture_was_replaced(
    start: Any, tmp_path: Path, picture: Any
) -> None:
    options = {"clips": "render", "scale": 0.1, "state": tmp_path / "state.db"}
    bench = start(**options)
    clips = []
    for colour in ("red", "blue"):
        link = upload(bench.plain, picture(colour=colour))
        with client_of("fal", bench.url) as client:
            job = submit("fal", client, link)
            clips.append((job, clip_of("fal", client, job)))
    assert clips[0][1] != clips[1][1]
    bench.sim.stop()
    bench = start(**options)
    with client_of("fal", bench.url) as client:
        for job, clip in clips:
            assert clip_of("fal", client, job) == clip


@contextmanager
def serving(data: bytes, port: int = 0) -> Iterator[int]:
    """A server that is no simulator and has one picture, at every path; its port."""

    class Picture(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *_: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Picture) as server:
        Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


def test_a_clip_stays_as_it_was_where_the_server_of_its_picture_has_gone(
    start: Any, tmp_path: Path, picture: Any
) -> None:
    options = {"clips": "render", "scale": 0.1, "state": tmp_path / "state.db"}
    bench = start(**options)
    with serving(picture()) as port, client_of("oxen", bench.url) as client:
        job = submit("oxen", client, f"http://127.0.0.1:{port}/a.png")
        clip = clip_of("oxen", client, job)
    bench.sim.stop()
    bench = start(**options)
    with client_of("oxen", bench.url) as client:
        assert clip_of("oxen", client, job) == clip


def test_a_link_to_the_port_of_before_is_the_one_of_who_has_it_now(
    start: Any, tmp_path: Path, picture: Any
) -> None:
    state = tmp_path / "state.db"
    bench = start(state=state)
    bench.sim.stop()
    with serving(picture(), int(bench.url.rpartition(":")[2])):
        again = start(state=state)
        assert again.url != bench.url
        body = {"prompt": "a", "image_urls": [f"{bench.url}/fal/cdn/files/b/0/x.png"]}
        assert again.result(body).status_code == 200
    answer = again.result(body)
    assert answer.json()["detail"][0]["type"] == "file_download_error"


def test_a_picture_that_comes_twice_is_kept_once_and_a_reset_gives_the_room_back(
    start: Any, tmp_path: Path, picture: Any
) -> None:
    state = tmp_path / "state.db"
    bench = start(state=state)
    data = picture(300, 300, "BMP")  # not compressed: 270 kB
    links = [bench.upload(data), bench.upload(data)]
    assert len(set(links)) == 2
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert len(data) < size < 1.9 * len(data)
    bench.result({"prompt": "a"})
    bench.plain.post("/simulator/reset")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 100_000
    assert [bench.plain.get(link).status_code for link in links] == [404, 404]
    bench.sim.stop()
    assert start(state=state).sim.bill()["rows"] == []


FILM = """\
storyboard: 1
scenes:
  - shots:
      - prompt: A wide sea at dusk.
        start_frame: a.png
        duration: 3s
      - prompt: A ship comes closer.
        seam: continue
        duration: 3s
"""


def test_a_run_fetches_takes_that_were_removed(tmp_path: Path, picture: Any) -> None:
    (tmp_path / "a.png").write_bytes(picture(640, 360))
    film = tmp_path / "film.storyboard.yaml"
    film.write_text(FILM)
    command = [sys.executable, "-m", "storyboard", "run", str(film), "--simulate", "--yes"]
    clips = []
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        takes = tmp_path / ".storyboard/simulated/takes"
        clips.append({path.name: path.read_bytes() for path in takes.iterdir()})
        shutil.rmtree(takes)
        shutil.rmtree(tmp_path / "out")
    assert len(clips[0]) == 2
    assert clips[0] == clips[1]


# -- a file that cannot be used -------------------------------------------------------------------


def refusal_of(path: Path) -> str:
    with pytest.raises(StateError) as refused:
        Simulator(state=path, clips="stub").start()
    return str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at\n" * 50)
    before = path.read_bytes()
    assert (
        refusal_of(path)
        == f'"{path}" is not a state file of a simulator; move it away or name another file'
    )
    assert path.read_bytes() == before


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute("create table recipes (id integer)")
    before = path.read_bytes()
    assert (
        refusal_of(path)
        == f'"{path}" is not a state file of a simulator; move it away or name another file'
    )
    assert path.read_bytes() == before


def test_a_folder_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    assert (
        refusal_of(tmp_path)
        == f'the state file "{tmp_path}" is a folder; move it away or name a file'
    )
    path = tmp_path / "none" / "state.db"
    words = f'the state file "{path}" has no folder to stand in; make that first'
    assert refusal_of(path) == words


@pytest.mark.parametrize("record", ["{", "[]", '{"id": "1"}'])
def test_a_job_that_no_simulator_has_written_is_damage(tmp_path: Path, record: str) -> None:
    path = tmp_path / "state.db"
    StateFile(path).close()
    with closing(sqlite3.connect(path)) as base:
        base.execute("insert into jobs values ('1', ?)", (record,))
        base.commit()
    assert refusal_of(path) == f'the state file "{path}" is damaged; remove it to begin anew'


def test_a_file_that_was_overwritten_in_the_middle_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    state_file = StateFile(path)
    state_file.accept({"id": str(number), "text": "a" * 1000} for number in range(50))
    state_file.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * len(data[4096:])
    path.write_bytes(data)
    assert refusal_of(path) == f'the state file "{path}" is damaged; remove it to begin anew'


def test_a_file_that_another_writes_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.db"
    # SQLite waits five seconds where nothing else is said.
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.05))
    state_file = StateFile(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(StateError, match="is in use by another program; wait, or end it"):
            state_file.keep_address("http://127.0.0.1:1")
        other.execute("rollback")
    state_file.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A disk of its own, in memory, with the options of ``mount``; skipped without the right."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = []

    def mount(options: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no right to mount a disk")
        mounted.append(folder)
        return folder

    yield mount
    for place in mounted:
        subprocess.run(["umount", str(place)], check=True)


def fill(ballast: Path) -> None:
    """Leave no room on a disk."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


@pytest.mark.parametrize("room", ["4k", "16k"])
def test_a_full_disk_is_called_full(disk: Callable[[str], Path], room: str) -> None:
    path = disk(f"size={room}") / "state.db"
    words = f'the state file "{path}" cannot be written: the disk is full; make room'
    assert refusal_of(path) == words


def test_a_disk_that_may_not_be_written_is_called_so(disk: Callable[[str], Path]) -> None:
    path = disk("size=1m") / "state.db"
    StateFile(path).close()
    subprocess.run(["mount", "-o", "remount,ro", str(path.parent)], check=True)
    assert refusal_of(path) == (
        f'the state file "{path}" cannot be written: read-only file system; '
        "it and its folder must be writable"
    )


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_what_a_full_disk_cannot_keep_is_not_accepted(
    disk: Callable[[str], Path], start: Any, picture: Any, host: str
) -> None:
    path = disk("size=1m") / "state.db"
    bench = start(state=path, seconds_per_clip=0.3)
    with client_of(host, bench.url) as client:
        job = submit(host, client, upload(client, picture()))
        ballast = path.with_name("ballast")
        fill(ballast)
        words = f'the state file \\"{path}\\" cannot be written: the disk is full; make room'
        files = {"file": ("c.png", bytes(300_000), "image/png")}
        refused = client.put(FILE, files=files, headers={"Authorization": "Bearer simulated"})
        assert (refused.status_code, words in refused.text) == (503, True)
        body = {"prompt": "b" * 2500, "model": MODEL}
        at = f"/fal/queue/{ENDPOINT}" if host == "fal" else "/oxen/api/ai/queue"
        for _ in range(40):  # until the log has no room of its own left
            refused = client.post(at, json=body)
            if refused.status_code != 200:
                break
        assert (refused.status_code, words in refused.text) == (503, True)
        reset = client.post("/simulator/reset")
        assert (reset.status_code, words in reset.text) == (503, True)
        accepted = len(bench.sim.bill()["rows"])
        ballast.unlink()
        assert clip_of(host, client, job)
        assert client.post(at, json=body).status_code == 200
    bench.sim.stop()
    assert len(start(state=path).sim.bill()["rows"]) == accepted + 1


def test_what_a_kill_would_take_back_is_not_told(tmp_path: Path, start: Any) -> None:
    bench = start(state=tmp_path / "state.db", seconds_per_clip=0.2)
    job = bench.submit({"prompt": "a", "duration": "3"})
    base = bench.sim._running.state_file._base
    base.execute("pragma query_only = on")
    end = time.monotonic() + 120
    while (told := bench.fal.get(job["status_url"])).status_code != 503:
        assert time.monotonic() < end
        assert told.json()["status"] != "COMPLETED"
        time.sleep(0.02)
    assert "cannot be written" in told.text
    base.execute("pragma query_only = off")
    assert bench.wait(job).status_code == 200


def test_the_command_says_in_one_line_what_is_wrong_with_its_state_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "storyboard", "simulate", "--state", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    words = f'error: the state file "{tmp_path}" is a folder; move it away or name a file\n'
    assert (done.returncode, done.stderr) == (3, words)
