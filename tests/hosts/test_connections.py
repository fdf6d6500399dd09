"""What a connection makes of whatever a server does: nothing is lost, doubled or taken for more."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.hosts import connections
from storyboard.hosts.connections import BROKEN, Connections, HttpRequest
from storyboard.hosts.errors import FailureKind, HostError
from storyboard.hosts.http import HttpClient

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def server(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that does as it is told with each connection; gives its address."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(one, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        listening.close()
        await listening.wait_closed()


def say(*answers: bytes, asked: list[int] | None = None) -> Serve:
    """A server that gives these answers on each connection, one to a request, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            if asked is not None:
                asked.append(writer.get_extra_info("peername")[1])
            writer.write(answer)
            await writer.drain()

    return serve


def get(url: str, method: str = "GET", content: bytes = b"") -> HttpRequest:
    return HttpRequest.of(method, url, {"Accept": "*/*"}, content=content)


async def ask(roads: Connections, request: HttpRequest, seconds: float = 2) -> tuple[int, bytes]:
    async with roads.send(request, seconds=seconds) as answer:
        return answer.status, await answer.read()


def run(serve: Serve, work: Callable[[Connections, str], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        async with server(serve) as url:
            roads = Connections(local=True)
            try:
                await work(roads, url)
            finally:
                await roads.close()

    asyncio.run(all_of_it())


# -- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (OK, (200, b"ok")),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, (200, b"ok")),
        (b"HTTP/1.1 404 Not Found\r\n\r\nuntil the end", (404, b"until the end")),
        (b"HTTP/1.0 200 OK\r\n\r\n", (200, b"")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\n",
            (200, b"ok!"),
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
    ],
)
def test_an_answer_is_read_to_its_end_however_that_is_told(
    said: bytes, expected: tuple[int, bytes]
) -> None:
    async def work(roads: Connections, url: str) -> None:
        assert await ask(roads, get(url + "/")) == expected

    run(say(said), work)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000,
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
def test_what_is_no_whole_answer_is_a_broken_connection(said: bytes) -> None:
    async def work(roads: Connections, url: str) -> None:
        with pytest.raises(BROKEN):
            await ask(roads, get(url + "/"))

    run(say(said), work)


def test_the_address_of_a_redirection_may_be_long() -> None:
    there = "https://files.example/clip.mp4?permission=" + "a" * 50_000
    said = f"HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n"

    async def work(roads: Connections, url: str) -> None:
        async with roads.send(get(url + "/"), seconds=2) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, there)

    run(say(said.encode()), work)


def test_no_cookie_is_kept() -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n"))

    async def work(roads: Connections, url: str) -> None:
        # Cookies of a bare address are not kept by any jar.
        url = url.replace("127.0.0.1", "localhost")
        for _ in range(2):
            await ask(roads, get(url + "/"))

    run(serve, work)
    assert len(heads) == 2
    assert b"cookie" not in heads[1].lower()


def test_a_server_on_this_machine_is_reached_without_the_proxy_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connections._proxy_of.cache_clear()
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")

    async def work(roads: Connections, url: str) -> None:
        assert await ask(roads, get(url + "/")) == (200, b"ok")

    try:
        run(say(OK), work)
    finally:
        connections._proxy_of.cache_clear()


def test_a_head_request_waits_for_no_body() -> None:
    async def work(roads: Connections, url: str) -> None:
        assert await ask(roads, get(url + "/", "HEAD")) == (200, b"")

    run(say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), work)


def test_a_server_that_says_nothing_is_not_waited_for_without_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def work(roads: Connections, url: str) -> None:
        with pytest.raises(TimeoutError):
            await ask(roads, get(url + "/"), seconds=0.05)

    run(serve, work)


def test_much_is_sent_and_received_whole_though_neither_side_hurries() -> None:
    much = bytes(range(256)) * 20_000

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)
        body = await reader.readexactly(len(much))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async def work(roads: Connections, url: str) -> None:
        async with roads.send(get(url + "/", "POST", much), seconds=2) as answer:
            await asyncio.sleep(0.05)
            assert await answer.read() == much

    run(serve, work)


def test_a_refusal_before_all_was_sent_is_heard() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await writer.drain()
        await reader.read()  # so that the answer is not lost to what was still on its way

    async def work(roads: Connections, url: str) -> None:
        assert await ask(roads, get(url + "/", "POST", b"a" * 100_000)) == (413, b"no")

    run(serve, work)


# -- keeping connections --------------------------------------------------------------------------


def ports_of_two(said: bytes) -> set[int]:
    """On which connections two requests came, where each answer is this one."""
    asked: list[int] = []

    async def work(roads: Connections, url: str) -> None:
        for _ in range(2):
            assert await ask(roads, get(url + "/")) == (200, b"ok")

    run(say(said, said, asked=asked), work)
    assert len(asked) == 2
    return set(asked)


def test_a_connection_is_kept_after_an_answer_in_order() -> None:
    assert len(ports_of_two(OK)) == 1


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), id="close"),
        pytest.param(OK.replace(b"1.1", b"1.0"), id="old"),
        pytest.param(OK + OK.replace(b"ok", b"no"), id="an answer that nobody asked for"),
    ],
)
def test_a_connection_is_not_kept_where_the_next_answer_could_be_anothers(said: bytes) -> None:
    assert len(ports_of_two(said)) == 2


def test_a_connection_is_not_kept_where_an_answer_was_not_read_to_its_end() -> None:
    asked: list[int] = []

    async def work(roads: Connections, url: str) -> None:
        for _ in range(2):
            async with roads.send(get(url + "/"), seconds=2):
                pass

    unfinished = OK.replace(b": 2", b": 9")
    run(say(unfinished, unfinished, asked=asked), work)
    assert len(set(asked)) == 2


def test_a_request_that_is_broken_off_leaves_no_connection_behind() -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async def work(roads: Connections, url: str) -> None:
        task = asyncio.ensure_future(ask(roads, get(url + "/")))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 2)

    run(serve, work)


# -- TLS ------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_key_goes_only_to_a_server_whose_certificate_is_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, *, is_trusted: bool
) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    connections._tls.cache_clear()
    asked: list[int] = []

    async def work() -> None:
        async with server(say(OK, OK, asked=asked), tls) as url:
            client = HttpClient("Key k", (url,), secret="k", local=True)
            try:
                if is_trusted:
                    assert (await client.pay(f"{url}/a", b"{}")).content == b"ok"
                    assert (await client.ask("GET", f"{url}/b")).content == b"ok"
                else:
                    with pytest.raises(HostError) as found:
                        await client.pay(f"{url}/a", b"{}")
                    assert found.value.kind is FailureKind.NOT_SENT
            finally:
                await client.close()

    try:
        asyncio.run(work())
    finally:
        connections._tls.cache_clear()
    assert len(asked) == (2 if is_trusted else 0)
    # What pays has a connection of its own.
    assert len(set(asked)) == (2 if is_trusted else 0)


# -- addresses ------------------------------------------------------------------------------------

_BITS = st.sampled_from(
    [*"/?=&%#'\"@:;+~{|^\\ \n\té", "a", "B9", "//", "/.", "/..", ".mp4", "%2F", "%zz"]
)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(_BITS, max_size=8).map("".join), min_size=1, max_size=5))
def test_a_link_is_sent_to_the_letter_as_httpx_has_it(rests: list[str]) -> None:
    """A permission in a link holds only as long as nothing in it is written another way."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            seen.append(head.split(b" ")[1])
            writer.write(OK)

    expected: list[bytes] = []

    async def work(roads: Connections, url: str) -> None:
        for rest in rests:
            try:
                request = get(f"{url}/{rest}")
                path, mark, query = httpx.URL(f"{url}/{rest}").raw_path.partition(b"?")
            except httpx.InvalidURL:
                continue
            # An empty query is none.
            expected.append(path + mark + query if query else path)
            assert await ask(roads, request) == (200, b"ok")

    run(serve, work)
    assert seen == expected
