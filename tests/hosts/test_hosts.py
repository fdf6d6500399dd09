"""Errors in a closed set, keys to trusted hosts alone, and what a broken connection proves."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from storyboard.hosts.errors import (
    FailureKind,
    HostError,
    is_proof_of_refusal,
    retry_after,
    scrub,
)
from storyboard.hosts.fal.client import FalAddresses, FalHost
from storyboard.hosts.fal.errors import read_error as read_fal
from storyboard.hosts.http import HttpClient, origin
from storyboard.hosts.oxen.client import OxenHost
from storyboard.hosts.oxen.errors import read_error as read_oxen
from storyboard.hosts.oxen.errors import read_failure
from storyboard.hosts.protocol import JobView, Progress, Submission
from storyboard.hosts.registry import KeyMissingError, find_key
from storyboard.ledger import Receipt
from storyboard.values.units import Money

KEY = "sk-secret-12345678"


@pytest.mark.parametrize(
    ("status", "body", "kind", "is_outcome"),
    [
        (401, {"detail": "No user found"}, FailureKind.BAD_KEY, False),
        (
            403,
            {"detail": "User is locked. Reason: Exhausted balance."},
            FailureKind.EXHAUSTED,
            False,
        ),
        (403, {"detail": "Forbidden"}, FailureKind.BAD_KEY, False),
        (404, {"detail": "Application 'x' not found"}, FailureKind.REFUSED, False),
        (429, {"detail": "Rate limit exceeded"}, FailureKind.RATE_LIMITED, False),
        (
            504,
            {"detail": "timed out", "error_type": "request_timeout"},
            FailureKind.TRANSIENT,
            False,
        ),
        (502, None, FailureKind.TRANSIENT, False),
        (
            499,
            {"detail": "cancelled", "error_type": "client_cancelled"},
            FailureKind.CANCELLED,
            True,
        ),
        (422, {"detail": [{"type": "content_policy_violation"}]}, FailureKind.CONTENT_POLICY, True),
        (
            500,
            {"detail": [{"type": "internal_server_error", "msg": "x"}]},
            FailureKind.TRANSIENT,
            True,
        ),
        (422, {"detail": [{"type": "image_too_small", "msg": "x"}]}, FailureKind.BAD_INPUT, True),
    ],
)
def test_fals_errors_are_of_a_few_kinds(
    status: int, body: Any, kind: FailureKind, is_outcome: bool
) -> None:
    problem, found = read_fal(status, body, {}, ())
    assert (problem.kind, found) == (kind, is_outcome)
    assert problem.text


def test_fals_refusal_names_the_field_that_it_means() -> None:
    detail = [{"loc": ["body", "elements", 0, "frontal_image_url"], "msg": "m", "type": "t"}]
    assert read_fal(422, {"detail": detail}, {}, ())[0].pointer == "/elements/0/frontal_image_url"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (402, {"error": {"title": "Insufficient credits"}}, FailureKind.EXHAUSTED),
        (401, {"error": {"message": "A valid API key is required"}}, FailureKind.BAD_KEY),
        (400, {"error": {"detail": "num_generations must be an integer"}}, FailureKind.BAD_INPUT),
        (503, "<html>", FailureKind.TRANSIENT),
    ],
)
def test_oxens_errors_are_of_the_same_kinds(status: int, body: Any, kind: FailureKind) -> None:
    assert read_oxen(status, body, {}, ()).kind is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Insufficient credits", FailureKind.EXHAUSTED),
        ("duration value '2' is invalid", FailureKind.BAD_INPUT),
        ("flagged by a content checker", FailureKind.CONTENT_POLICY),
        ("Internal server error", FailureKind.TRANSIENT),
        ("", FailureKind.BAD_INPUT),
    ],
)
def test_oxens_failures_are_told_by_their_words(text: str, kind: FailureKind) -> None:
    assert read_failure(text, ()).kind is kind


@pytest.mark.parametrize("status", [200, 204, 301, 307, 408, 425, 499, 500, 502, 503, 504, 520])
def test_an_answer_that_is_no_refusal_proves_nothing(status: int) -> None:
    assert not is_proof_of_refusal(status)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 429])
def test_a_refusal_proves_that_nothing_was_taken(status: int) -> None:
    assert is_proof_of_refusal(status)


def test_retry_after_is_read_as_seconds_or_a_date_and_never_believed_too_far() -> None:
    now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert retry_after({"retry-after": "7"}) == 7
    assert retry_after({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT"}, now) == 30
    assert retry_after({"retry-after": "Sat, 21 Nov 2020 10:00:30 GMT"}, now) == 0
    assert retry_after({"retry-after": "999999"}) == 3600
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None


def test_no_secret_passes_through_a_message() -> None:
    text = f"bad {KEY} at https://u:p@a.b/c.png?X-Sig=1&y=2 with Bearer abcdef123456"
    said = scrub(text, (KEY,))
    for secret in (KEY, "X-Sig", "u:p", "abcdef123456"):
        assert secret not in said


# -- the wire -------------------------------------------------------------------------------------


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[str, list[tuple[str, str | None]]]]]:
    """Servers that answer as they are told, and what each was asked, with which authorization."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int, headers: dict[str, str] | None = None, body: bytes = b"{}") -> Any:
        asked: list[tuple[str, str | None]] = []

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                asked.append((self.path, self.headers.get("Authorization")))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}", asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def use(work: Callable[[FalHost], Any], url: str) -> Any:
    async def run() -> Any:
        host = FalHost(KEY, FalAddresses.under(url), labelled=True)
        try:
            return await work(host)
        finally:
            await host.close()

    return asyncio.run(run())


ORDER = Submission(endpoint="fal-ai/kling-video/o3", body={"prompt": "a"})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_key_is_never_taken_along_a_redirection(status: int, serve: Any) -> None:
    elsewhere, asked_there = serve(200)
    here, asked_here = serve(status, {"Location": f"{elsewhere}/steal"})
    with pytest.raises(HostError) as found:
        use(lambda host: host.submit(ORDER), here)
    # It may have been taken where it was first sent: a redirection is no refusal.
    assert found.value.kind is FailureKind.AMBIGUOUS
    assert len(asked_here) == 1
    assert asked_there == []


def test_links_to_other_hosts_are_not_used_with_the_key(serve: Any) -> None:
    elsewhere, asked_there = serve(200)
    here, asked_here = serve(200, body=b'{"status": "IN_QUEUE"}')
    receipt = Receipt(id="i", links={"app": "fal-ai/kling-video", "status_url": f"{elsewhere}/s"})
    use(lambda host: host.look(receipt), here)
    assert asked_there == []
    assert asked_here == [("/queue/fal-ai/kling-video/requests/i/status", f"Key {KEY}")]


def test_a_clip_is_downloaded_without_the_key(serve: Any, tmp_path: Path) -> None:
    here, asked = serve(200, body=b"clip")
    part = tmp_path / "part"
    use(lambda host: host.download(f"{here}/queue/clip.mp4", part, 100), here)
    assert asked == [("/queue/clip.mp4", None)]
    assert part.read_bytes() == b"clip"


def test_a_client_refuses_to_send_its_key_to_a_stranger() -> None:
    async def run() -> None:
        client = HttpClient("Key k", ("https://queue.fal.run",), secret="k")
        assert client.trusts("https://queue.fal.run:443/x")
        for url in (
            "http://queue.fal.run/x",
            "https://queue.fal.run.evil.example/x",
            "https://queue.fal.run@evil.example/x",
            "https://queue.fal.run:444/x",
            "ftp://queue.fal.run/x",
            "",
        ):
            assert not client.trusts(url), url
            with pytest.raises(HostError):
                await client.ask("GET", url)
        await client.close()

    asyncio.run(run())


def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(HostError) as found:
        use(lambda host: host.submit(ORDER), url)
    assert found.value.kind is FailureKind.NOT_SENT


def test_a_connection_that_ends_without_an_answer_proves_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept_and_close() -> None:
            connection, _ = server.accept()
            connection.recv(10)
            connection.close()

        threading.Thread(target=accept_and_close, daemon=True).start()
        with pytest.raises(HostError) as found:
            use(lambda host: host.submit(ORDER), f"http://127.0.0.1:{server.getsockname()[1]}")
    assert found.value.kind is FailureKind.AMBIGUOUS


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b'{"request_id": 7}', b"\xff"])
def test_an_answer_that_cannot_be_read_proves_nothing(body: bytes, serve: Any) -> None:
    here, _ = serve(200, body=body)
    with pytest.raises(HostError) as found:
        use(lambda host: host.submit(ORDER), here)
    assert found.value.kind is FailureKind.AMBIGUOUS


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.b/x", "https://a.b:443"),
        ("http://a.b:8080", "http://a.b:8080"),
        ("https://k@a.b", ""),
        ("file:///etc/passwd", ""),
        ("https://a.b:nan", ""),
    ],
)
def test_origins_are_compared_whole(url: str, expected: str) -> None:
    assert origin(url) == expected


# -- connections ----------------------------------------------------------------------------------


@pytest.fixture
def kept_open() -> Iterator[tuple[str, list[tuple[str, int]], set[str]]]:
    """A server that keeps connections: its address, method and port of each request, and the
    methods after whose answer it hangs up without a word."""
    asked: list[tuple[str, int]] = []
    hung_up: set[str] = set()
    body = b'{"status": "IN_QUEUE", "request_id": "i"}'

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            asked.append((self.command, self.client_address[1]))
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = self.command in hung_up

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked, hung_up
    server.shutdown()
    server.server_close()


RECEIPT = Receipt(id="i", links={"app": "fal-ai/kling-video"})


def test_what_asks_shares_a_connection_and_what_pays_never_takes_a_used_one(
    kept_open: tuple[str, list[tuple[str, int]], set[str]],
) -> None:
    url, asked, _ = kept_open

    async def work(host: FalHost) -> None:
        for _ in range(2):
            await host.look(RECEIPT)
            await host.submit(ORDER)

    use(work, url)
    looks = [port for method, port in asked if method == "GET"]
    pays = [port for method, port in asked if method == "POST"]
    assert len(set(pays)) == 2
    assert not set(pays) & set(looks)
    assert len(set(looks)) == 1


def test_a_kept_connection_that_the_host_has_closed_is_not_used(
    kept_open: tuple[str, list[tuple[str, int]], set[str]],
) -> None:
    url, asked, hung_up = kept_open
    hung_up.add("GET")

    async def work(host: FalHost) -> None:
        for _ in range(3):
            await host.look(RECEIPT)
            await asyncio.sleep(0.05)

    use(work, url)
    assert len({port for _, port in asked}) == 3


def test_a_clip_is_fetched_along_redirections_without_the_key(serve: Any, tmp_path: Path) -> None:
    there, asked_there = serve(200, body=b"clip")
    here, asked_here = serve(302, {"Location": f"{there}/b"})
    use(lambda host: host.download(f"{here}/a", tmp_path / "part", 100), here)
    assert (tmp_path / "part").read_bytes() == b"clip"
    assert [authorization for _, authorization in asked_here + asked_there] == [None, None]


def test_redirections_without_an_end_are_given_up(serve: Any, tmp_path: Path) -> None:
    here, asked = serve(302, {"Location": "/again"})
    with pytest.raises(HostError) as found:
        use(lambda host: host.download(f"{here}/a", tmp_path / "part", 100), here)
    assert found.value.kind is FailureKind.TRANSIENT
    assert len(asked) == 6


def test_a_stream_tells_where_a_job_is_until_it_is_over(serve: Any) -> None:
    said = [{"status": "IN_QUEUE", "queue_position": 3}, {"status": "IN_PROGRESS"}]
    events = [*said, {"status": "COMPLETED"}]
    body = ": ping\r\n\r\n" + "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    here, _ = serve(200, body=body.encode())
    heard: list[JobView] = []
    assert use(lambda host: host.watch(RECEIPT, heard.append), here)
    assert [look.progress for look in heard] == [Progress.QUEUED, Progress.RUNNING]
    assert heard[0].position == 3


def test_a_stream_that_breaks_off_says_nothing(serve: Any) -> None:
    here, _ = serve(200, body=b'data: {"status": "IN_PROGRESS"}\n\ndata: {"status": "COMP')
    assert not use(lambda host: host.watch(RECEIPT, lambda _: None), here)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_where_no_more_files_may_be_opened_it_is_said_and_nothing_was_sent() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def work(host: FalHost) -> None:
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
        try:
            await host.submit(ORDER)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with pytest.raises(HostError, match="ulimit -n") as found:
        use(work, "http://127.0.0.1:9")
    assert found.value.kind is FailureKind.NOT_SENT


def test_requests_go_through_the_proxy_that_the_environment_names(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, asked = serve(200, body=b'{"status": "IN_QUEUE", "request_id": "i"}')
    monkeypatch.setenv("http_proxy", proxy)

    async def run() -> None:
        host = FalHost(KEY, FalAddresses.under("http://proxied.example"))
        try:
            await host.submit(ORDER)
            await host.look(RECEIPT)
            await host.look(RECEIPT)
        finally:
            await host.close()

    asyncio.run(run())
    at = "http://proxied.example/queue/fal-ai/kling-video"
    assert asked == [
        (f"{at}/o3", f"Key {KEY}"),
        *[(f"{at}/requests/i/status", f"Key {KEY}")] * 2,
    ]


def test_a_proxy_of_an_unknown_kind_proves_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "gopher://proxy.example:70")

    async def run() -> None:
        host = FalHost(KEY, FalAddresses.under("https://gopher-proxied.example"))
        try:
            await host.submit(ORDER)
        finally:
            await host.close()

    with pytest.raises(HostError, match="proxy") as found:
        asyncio.run(run())
    assert found.value.kind is FailureKind.NOT_SENT


PASSED = {"detail": "The request timed out", "error_type": "request_timeout"}


@pytest.fixture
def answers() -> Iterator[tuple[str, dict[str, tuple[int, dict[str, str], Any]]]]:
    """A server that answers each path as it is told."""
    told: dict[str, tuple[int, dict[str, str], Any]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = told[self.path.rpartition("/")[2]]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", told
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"X-Fal-Request-Timeout-Type": "user"}, {}),
        ({}, {"error": "timed out", "error_type": "request_timeout"}),
        ({}, {"error_type": "runner_disconnected"}),
        ({}, {"error": "The runner has gone"}),
    ],
)
def test_a_job_of_which_fal_says_that_it_failed_is_over_and_costs_nothing(
    headers: dict[str, str], said: dict[str, str], answers: Any
) -> None:
    url, told = answers
    told["i"] = (504, headers, PASSED)
    told["status"] = (200, {}, {"status": "COMPLETED", **said})
    outcome = use(lambda host: host.fetch(RECEIPT), url)
    assert outcome.problem.kind is FailureKind.TRANSIENT
    assert outcome.charge == Money(Decimal(0), "USD")
    assert ("did not start" in outcome.problem.text) == bool(headers)


@pytest.mark.parametrize(
    "status",
    [
        (200, {}, {"status": "COMPLETED"}),
        (202, {}, {"status": "IN_PROGRESS", "error_type": "request_timeout"}),
        (200, {}, {"status": "IN_PROGRESS", "error": "?"}),
        (200, {}, {"status": "COMPLETED", "error_type": 7, "error": ["no"]}),
        (503, {}, None),
        (200, {}, "?"),
    ],
)
def test_an_answer_504_that_no_status_confirms_may_be_of_a_proxy_and_is_asked_again(
    status: Any, answers: Any
) -> None:
    url, told = answers
    told["i"], told["status"] = (504, {}, PASSED), status
    with pytest.raises(HostError) as found:
        use(lambda host: host.fetch(RECEIPT), url)
    assert found.value.kind is FailureKind.TRANSIENT


def test_a_history_that_says_there_is_more_and_not_where_is_not_believed(serve: Any) -> None:
    url, _ = serve(200, {}, json.dumps({"items": [], "has_more": True}).encode())
    with pytest.raises(HostError, match="history cannot be read"):
        use(lambda host: host.history("e", 0.0), url)


def test_an_order_that_finds_nothing_at_a_base_url_of_ones_own_says_so(serve: Any) -> None:
    here, _ = serve(404)
    with pytest.raises(HostError, match=r"--base-url may lead to no fal; .* ends in /fal"):
        use(lambda host: host.submit(ORDER), here)


# -- Oxen's answers -------------------------------------------------------------------------------


def ask_oxen(work: Callable[[OxenHost], Any], url: str) -> Any:
    async def run() -> Any:
        host = OxenHost(KEY, url)
        try:
            return await work(host)
        finally:
            await host.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    "row",
    [
        {"b64_json": "Y2xpcA=="},
        {"videos": [{"b64_json": "Y2xpcA=="}]},
        {"result_url": "data:video/mp4;base64,Y2xpcA=="},
    ],
)
def test_a_clip_may_stand_in_oxens_answer(row: Any, serve: Any, tmp_path: Path) -> None:
    here, _ = serve(200, body=json.dumps({"status": "succeeded", **row}).encode())
    part = tmp_path / "clip.part"

    async def receive(host: OxenHost) -> Any:
        outcome = await host.fetch(Receipt(id="a"))
        return await host.download(outcome.link or "", part, 100)

    assert ask_oxen(receive, here).size == len(part.read_bytes()) == 4


@pytest.mark.parametrize("text", ["no!base64", "", "Y2xpcA" * 100])
def test_a_clip_in_an_answer_that_cannot_be_read_is_fetched_again(
    text: str, serve: Any, tmp_path: Path
) -> None:
    here, _ = serve(200, body=json.dumps({"status": "succeeded", "b64_json": text}).encode())

    async def receive(host: OxenHost) -> Any:
        outcome = await host.fetch(Receipt(id="a"))
        return await host.download(outcome.link or "", tmp_path / "clip.part", 100)

    with pytest.raises(HostError) as found:
        ask_oxen(receive, here)
    assert found.value.kind is FailureKind.TRANSIENT
    assert not (tmp_path / "clip.part").exists()


@pytest.mark.parametrize("answer", [{}, {"generations": []}, {"generations": [{}]}, []])
def test_an_acceptance_without_an_id_is_ambiguous(answer: Any, serve: Any) -> None:
    here, _ = serve(200, body=json.dumps(answer).encode())
    with pytest.raises(HostError) as found:
        ask_oxen(lambda host: host.submit(ORDER), here)
    assert found.value.kind is FailureKind.AMBIGUOUS


@pytest.mark.parametrize(
    ("item", "shows"),
    [
        ({"started_at": None, "ended_at": None, "status_code": None}, True),
        ({"started_at": None}, True),
        ({"started_at": "2026-11-30T12:00:00Z", "ended_at": None}, False),
        ({"started_at": None, "ended_at": "2026-11-30T12:00:00Z"}, False),
        ({"started_at": None, "json_output": {"video": {}}}, False),
        ({"ended_at": None}, False),
        ({}, False),
    ],
)
def test_only_a_row_that_has_not_begun_shows_that_fals_list_has_such_rows(
    item: dict[str, Any], shows: bool, serve: Any
) -> None:
    row = {"request_id": "a", "sent_at": "2026-11-30T12:00:00", **item}
    url, _ = serve(200, {}, json.dumps({"items": [row]}).encode())
    (found,) = use(lambda host: host.history("e", 0.0), url)
    assert (found.shows_unfinished, found.at) == (shows, 1796040000.0)


def test_a_repository_that_is_not_there_is_named(serve: Any) -> None:
    here, _ = serve(404)

    async def upload() -> None:
        host = OxenHost(KEY, here, repository="films/pictures")
        try:
            await host.upload(b"picture", "a" * 64, ".png")
        finally:
            await host.close()

    with pytest.raises(HostError, match='no repository "films/pictures"'):
        asyncio.run(upload())


# -- keys -----------------------------------------------------------------------------------------


def test_a_key_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    assert find_key("fal", None, {"FAL_KEY": " a:b "}) == "a:b"
    alone, lines = tmp_path / "key", tmp_path / ".env"
    alone.write_text("a:b\n")
    lines.write_text("# keys\nexport OXEN_API_KEY='o'\nFAL_KEY=f==\n")
    assert find_key("fal", alone, {}) == "a:b"
    assert find_key("fal", lines, {}) == "f=="
    assert find_key("oxen", lines, {}) == "o"
    alone.write_text("a:b\n", encoding="utf-8-sig")
    assert find_key("fal", alone, {}) == "a:b"


def test_a_missing_or_broken_key_is_said_without_showing_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("OTHER=secret\n")
    for host, path in (("fal", None), ("fal", file), ("fal", tmp_path / "none"), ("nobody", None)):
        with pytest.raises(KeyMissingError) as found:
            find_key(host, path, {})
        assert "secret" not in str(found.value)
    with pytest.raises(KeyMissingError, match="put the key alone into FAL_KEY"):
        find_key("fal", None, {"FAL_KEY": "with a\nline"})
