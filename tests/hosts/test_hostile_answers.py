"""What a host may send, meaning well or not: words and no harm, and a clip that is whole comes."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from storyboard.hosts import answers, connections
from storyboard.hosts import http as http_module
from storyboard.hosts.answers import read_amount, read_count, read_id, read_link
from storyboard.hosts.connections import is_internal
from storyboard.hosts.errors import FailureKind, HostError, scrub
from storyboard.hosts.fal.client import FalAddresses, FalHost
from storyboard.hosts.http import HttpClient
from storyboard.hosts.oxen.client import OxenHost
from storyboard.hosts.protocol import Host, Submission
from storyboard.ledger import Receipt

KEY = "sk-secret-12345678"
DIGITS = "9" * 60_000
Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A server whose answers a test writes itself; ``paths`` are what was asked."""

    def __init__(self) -> None:
        self.answer: Answer = lambda _: None
        self.paths: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                site.paths.append(self.path)
                try:
                    site.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        threading.Thread(target=serve, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def say(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer every request with this."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.answer = answer


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def make(name: str, url: str) -> Host:
    if name == "fal":
        return FalHost(KEY, FalAddresses.under(f"{url}/fal"))
    return OxenHost(KEY, f"{url}/oxen", repository="a/b")


def use(name: str, url: str, work: Callable[[Host], Awaitable[Any]]) -> Any:
    async def all_of_it() -> Any:
        host = make(name, url)
        try:
            return await work(host)
        finally:
            await host.close()

    return asyncio.run(all_of_it())


RECEIPT = Receipt(id="a", links={"app": "fal-ai/kling-video"})
QUESTIONS: dict[str, Callable[[Host], Awaitable[Any]]] = {
    "look": lambda host: host.look(RECEIPT),
    "fetch": lambda host: host.fetch(RECEIPT),
    "cancel": lambda host: host.cancel(RECEIPT),
    "history": lambda host: host.history("a/b", 0.0),
    "upload": lambda host: host.upload(b"picture", "a" * 64, ".png"),
    "submit": lambda host: host.submit(Submission(endpoint="a/b", body={"prompt": "x"})),
}
HOSTILE: dict[str, Any] = {
    "a number": 7,
    "a list": [[]],
    "digits": {"a": 1},
    "rows": {"items": [1], "generations": [1], "status": [], "video": [], "access_url": 1},
    "nothing": {"items": None, "generations": None, "status": None, "video": {"url": None}},
    "surrogates": {
        "request_id": "\ud800",
        "generations": [{"generation_id": "\ud800", "model_name": "a/b", "enqueued_at": 1}],
        "items": [{"request_id": "\ud800", "sent_at": "2026-01-01T00:00:00Z"}],
        "status": "\ud800",
        "video": {"url": "https://a.example/\ud800"},
        "access_url": "https://a.example/\ud800",
        "token": "\ud800",
        "token_type": "a\r\nX: y",
        "expires_at": "2999-01-01T00:00:00Z",
        "next_cursor": "\ud800",
    },
    "numbers": {
        "queue_position": 10**30,
        "generations": [
            {"generation_id": "a", "model_name": "a/b", "enqueued_at": 1e308, "status": "queued"},
            {"generation_id": "b", "model_name": "a/b", "enqueued_at": 10**400},
        ],
        "pagination": {"total_pages": 1e308},
        "items": [{"request_id": "a", "sent_at": "0001-01-01T00:00:00+23:00"}],
        "expires_at": "0001-01-01T00:00:00+23:00",
        "token": "t",
        "token_type": "t",
        "video": {"url": "https://a.example/a.mp4", "file_size": 10**400},
        "generation": {"cost": "1E+999999999"},
        "status": "succeeded",
    },
}


def check_words(host: str, question: str, url: str) -> None:
    """Ask; where that fails, it fails in words that can be shown and written down."""
    try:
        use(host, url, QUESTIONS[question])
    except HostError as error:
        text = error.problem.text
        text.encode()
        if not text.isprintable() or not 0 < len(text) <= 500:
            raise AssertionError(repr(text)) from None


@pytest.mark.parametrize("host", ["fal", "oxen"])
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("status", [200, 422, 500])
def test_values_that_no_host_would_send_are_words_and_no_mistake(
    host: str, question: str, kind: str, status: int, site: Site
) -> None:
    site.say(json.dumps(HOSTILE[kind]).encode(), status)
    check_words(host, question, site.url)


@pytest.mark.parametrize("host", ["fal", "oxen"])
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"items": ' + DIGITS.encode() + b"}",
        b'{"status": "\xff"}',
        b'{"detail": [{"msg": "' + b"x" * 100_000 + b'", "type": "t", "loc": [[], 1e999]}, 7]}',
        b'{"detail": "\\ud800\\u001b[31m", "error": {"detail": {"a": []}}}',
        b'{"status": NaN, "queue_position": Infinity}',
    ],
)
def test_bodies_that_no_host_would_send_are_words_and_no_mistake(
    host: str, question: str, body: bytes, site: Site
) -> None:
    for status in (200, 400, 503):
        site.say(body, status)
        check_words(host, question, site.url)


def test_an_order_whose_id_cannot_be_written_down_is_ambiguous(site: Site) -> None:
    for host in ("fal", "oxen"):
        for name in ("\ud800", "", "x" * 1000, "a\nb", 7):
            found = {"request_id": name, "generations": [{"generation_id": name}]}
            site.say(json.dumps(found).encode())
            with pytest.raises(HostError) as caught:
                use(host, site.url, QUESTIONS["submit"])
            assert caught.value.kind is FailureKind.AMBIGUOUS


def bomb() -> bytes:
    """Some 3 MB that are 3 GB: the same 64 MB of nothing, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(64 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * 48


def test_what_unpacks_to_gigabytes_is_not_unpacked(site: Site) -> None:
    packed = bomb()
    assert len(packed) < 4_000_000
    site.say(packed, Content_Encoding="gzip")
    tracemalloc.start()
    try:
        for host, question, kind in (
            ("fal", "look", FailureKind.TRANSIENT),
            ("oxen", "history", FailureKind.TRANSIENT),
            ("fal", "submit", FailureKind.AMBIGUOUS),
        ):
            with pytest.raises(HostError, match="above 16 MB") as caught:
                use(host, site.url, QUESTIONS[question])
            assert caught.value.kind is kind
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("identity", bytes),
        ("", bytes),
    ],
)
def test_an_answer_is_unpacked_as_it_is_packed(
    coding: str, pack: Callable[[bytes], bytes], site: Site
) -> None:
    site.say(pack(b'{"status": "IN_QUEUE", "queue_position": 3}'), Content_Encoding=coding)
    assert use("fal", site.url, QUESTIONS["look"]).position == 3


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", b"no gzip at all"),
        ("gzip", gzip.compress(b'{"status": "IN_QUEUE"}', mtime=0)[:-9]),
        ("gzip, gzip", gzip.compress(b"{}", mtime=0)),
        ("br", b"x"),
    ],
)
def test_an_answer_that_cannot_be_unpacked_is_none(coding: str, body: bytes, site: Site) -> None:
    site.say(body, Content_Encoding=coding)
    with pytest.raises(HostError) as caught:
        use("fal", site.url, QUESTIONS["look"])
    assert caught.value.kind is FailureKind.TRANSIENT


def endless(block: bytes, seconds: float) -> Answer:
    """A body without an end: a block after each pause."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        for _ in range(100_000):
            handler.wfile.write(block)
            time.sleep(seconds)

    return answer


def test_an_answer_without_an_end_is_left(site: Site) -> None:
    site.answer = endless(b"x" * (1 << 16), 0)
    with pytest.raises(HostError, match="above 16 MB"):
        use("fal", site.url, QUESTIONS["look"])


def test_an_answer_that_trickles_is_left_though_it_is_never_silent(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_WHOLE", 0.02)
    site.answer = endless(b"x", 0.05)
    for question, kind in (("look", FailureKind.TRANSIENT), ("submit", FailureKind.AMBIGUOUS)):
        with pytest.raises(HostError, match="too long") as caught:
            use("fal", site.url, QUESTIONS[question])
        assert caught.value.kind is kind


def test_a_clip_that_trickles_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(http_module, "_SLOW_AFTER", 0.2)
    site.answer = endless(b"x", 0.02)
    with pytest.raises(HostError, match="too slowly"):
        use("fal", site.url, lambda host: host.download(site.url, tmp_path / "part", 1 << 30))
    site.answer = endless(b"x" * 1000, 0)
    with pytest.raises(HostError, match="above 100,000 bytes"):
        use("fal", site.url, lambda host: host.download(site.url, tmp_path / "part", 100_000))


def test_an_event_without_an_end_is_left(site: Site) -> None:
    site.answer = endless(b"data: " + b"x" * (1 << 16), 0)
    assert use("fal", site.url, lambda host: host.watch(RECEIPT, lambda _: None)) is False


@pytest.mark.parametrize(
    "there",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433:1/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "http://user:word@a.example/",
        "http://a.example/\ud800",
        "http://[",
    ],
)
def test_no_link_leads_into_the_network_of_this_machine(there: str, tmp_path: Path) -> None:
    async def work() -> None:
        client = HttpClient("Key k", ("https://queue.fal.run",), secret="k")
        try:
            await client.download(there, tmp_path / "part", 100)
        finally:
            await client.close()

    with pytest.raises(HostError) as caught:
        asyncio.run(work())
    assert caught.value.kind in (FailureKind.REFUSED, FailureKind.TRANSIENT)
    str(caught.value).encode()
    assert not (tmp_path / "part").exists()


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("127.0.0.1", True),
        ("169.254.169.254", True),
        ("100.64.0.1", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.168.0.1", True),
        ("224.0.0.1", True),
        ("0.0.0.0", True),
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
        ("198.18.0.7", False),
        ("v3.fal.media", False),
        ("", False),
    ],
)
def test_an_address_is_of_this_network_or_of_the_world(address: str, inside: bool) -> None:
    assert is_internal(address) is inside


def test_a_proxy_in_the_network_is_asked_for_clips(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connections._proxy_of.cache_clear()
    monkeypatch.setattr(connections, "getproxies", lambda: {"http": site.url})
    monkeypatch.setattr(connections, "proxy_bypass", lambda _: False)
    site.say(b"clip")

    async def work() -> int:
        client = HttpClient("Key k", ("https://queue.fal.run",), secret="k")
        try:
            link = "http://clips.example/a.mp4"
            return (await client.download(link, tmp_path / "part", 100)).size
        finally:
            await client.close()
            connections._proxy_of.cache_clear()

    assert asyncio.run(work()) == 4
    assert site.paths == ["http://clips.example/a.mp4"]


def test_a_redirection_into_the_network_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    port = int(site.url.rpartition(":")[2])
    site.say(b"", 302, Location=f"http://127.0.0.2:{port}/secret")
    # As if the site were somewhere in the world.
    monkeypatch.setattr(
        connections, "is_internal", lambda address: is_internal(address) and address != "127.0.0.1"
    )

    async def work() -> None:
        client = HttpClient("Key k", ("https://queue.fal.run",), secret="k")
        try:
            await client.download(f"{site.url}/a.mp4", tmp_path / "part", 100)
        finally:
            await client.close()

    with pytest.raises(HostError, match="own network") as caught:
        asyncio.run(work())
    # Nothing that the vendor has lost: such a clip is never offered to be rendered anew.
    assert caught.value.kind is FailureKind.REFUSED
    assert site.paths == ["/a.mp4"]


@pytest.mark.parametrize(
    ("given", "amount"),
    [
        ("0.70", "0.70"),
        (0.7, "0.7"),
        (3, "3"),
        ("1e-3", "0.001"),
        ("-0", "0"),
        ("0", "0"),
        ("1E+999999999", None),
        ("1E-999999999", None),
        (DIGITS, None),
        ("NaN", None),
        ("Infinity", None),
        (float("inf"), None),
        ("-1", None),
        ("1_0", None),
        ("٣", None),
        (10**4000, None),
        (True, None),
        (None, None),
        ([], None),
        ("", None),
    ],
    ids=range(20),
)
def test_an_amount_is_one_or_is_not_known(given: Any, amount: str | None) -> None:
    found = read_amount(given)
    assert found == (None if amount is None else Decimal(amount))
    assert found is None or not found.is_signed()


def test_counts_ids_and_links_are_what_hosts_send() -> None:
    assert [read_count(one) for one in (0, 7, -1, True, 1.0, "7", 10**20)] == [
        *(0, 7),
        *[None] * 5,
    ]
    assert read_id("764cabcf-b745-4b3e-ae38-1200304cf45b") is not None
    assert [read_id(one) for one in ("", " ", "a\0", "\ud800", "x" * 201, 7, None)] == [None] * 7
    assert read_link("https://v3.fal.media/files/a.mp4?x=%20 y") is not None
    links = ("ftp://a", "https://a\n", "https://\ud800", "https://" + "x" * 5000, None)
    assert [read_link(one) for one in links] == [None] * 5


def test_a_text_can_be_written_down_and_controls_no_terminal() -> None:
    assert scrub("a\ud800b\x1b[31m\u202ec\n d") == "a?b [31m c d"
    assert answers.parse_json(DIGITS) is None
