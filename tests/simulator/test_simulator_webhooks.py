"""fal's webhooks: a real POST, with a signature that the published key verifies."""

from __future__ import annotations

import base64
import hashlib
import json
import queue
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENDPOINT = "fal-ai/kling-video/o3/pro/reference-to-video"


class Receiver:
    """A server that takes webhooks, and refuses as many as it is told to."""

    def __init__(self) -> None:
        self.got: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.refusals = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refused = receiver.refusals > 0
                receiver.refusals -= refused
                self.send_response(500 if refused else 200)
                self.end_headers()
                if not refused:
                    receiver.got.put(({k.lower(): v for k, v in self.headers.items()}, body))

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?film=1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def public_key(bench: Any) -> Ed25519PublicKey:
    (key,) = bench.plain.get("/fal/rest/.well-known/jwks.json").json()["keys"]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "=="))


def message(headers: dict[str, str], body: bytes) -> bytes:
    names = ("request-id", "user-id", "timestamp")
    parts = [headers[f"x-fal-webhook-{name}"] for name in names]
    return "\n".join([*parts, hashlib.sha256(body).hexdigest()]).encode()


def test_a_finished_job_is_announced_with_a_valid_signature(bench: Any, receiver: Receiver) -> None:
    found = bench.submit({"prompt": "a"}, params={"fal_webhook": receiver.url})
    headers, body = receiver.got.get(timeout=120)
    signature = bytes.fromhex(headers["x-fal-webhook-signature"])
    public_key(bench).verify(signature, message(headers, body))
    with pytest.raises(InvalidSignature):
        public_key(bench).verify(signature, message(headers, body + b" "))
    assert abs(int(headers["x-fal-webhook-timestamp"]) - time.time()) < 300
    payload = json.loads(body)
    assert payload["status"] == "OK"
    assert payload["request_id"] == found["request_id"] == headers["x-fal-webhook-request-id"]
    assert payload["payload"] == bench.fal.get(found["response_url"]).json()


def test_a_bad_request_is_announced_as_an_error(bench: Any, receiver: Receiver) -> None:
    bench.submit({"prompt": "a", "duration": "99"}, params={"fal_webhook": receiver.url})
    payload = json.loads(receiver.got.get(timeout=120)[1])
    assert (payload["status"], payload["error"]) == ("ERROR", "Invalid status code: 422")
    assert payload["payload"]["detail"][0]["loc"] == ["body", "duration"]


def test_a_webhook_that_is_refused_comes_again(bench: Any, receiver: Receiver) -> None:
    receiver.refusals = 1
    bench.submit({"prompt": "a"}, params={"fal_webhook": receiver.url})
    assert json.loads(receiver.got.get(timeout=120)[1])["status"] == "OK"


def test_a_webhook_to_nobody_harms_nothing(bench: Any) -> None:
    for url in ("http://127.0.0.1:1/", "http://example.org/hook", "nonsense"):
        found = bench.submit({"prompt": "a"}, params={"fal_webhook": url})
        assert bench.wait(found).status_code == 200


def test_without_the_package_for_signatures_a_webhook_is_refused_and_nothing_is_accepted(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    query = {"fal_webhook": "http://127.0.0.1:1/"}
    answer = bench.fal.post(f"/queue/{ENDPOINT}", json={"prompt": "a"}, params=query)
    assert answer.status_code == 500
    assert answer.json()["detail"] == "webhooks need the package cryptography"
    assert bench.sim.bill()["rows"] == []
    assert bench.submit({"prompt": "a"})["request_id"]
