"""A vendor of both protocols, apart from the simulator, whose answers a test spoils one by one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vendor_in_memory import clip_of_three_seconds

Spoil = Callable[["Answering", bytes], None]
"""Answers in place of the good answer, whose body it is given."""


class Answering(BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    vendor: HostileVendor

    def say(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer with a body; ``Content_Length`` may be another than it has."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def raw(self, data: bytes) -> None:
        """Write bytes as they are, and end the connection."""
        self.wfile.write(data)
        self.close_connection = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self.vendor.serve(self, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


class HostileVendor:
    """``spoiled`` are, by step, what the next answers are in place of the good ones.

    The steps are ``submit``, ``status``, ``result``, ``charge``, ``history``, ``queue`` and
    ``clip``. Every order that arrives is taken and paid, whatever is answered: ``orders`` are their
    bodies by their ids.
    """

    def __init__(self) -> None:
        self.spoiled: dict[str, list[Spoil]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self._at: dict[str, str] = {}
        self._lock = threading.Lock()
        handler = type("Handler", (Answering,), {"vendor": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        serve = partial(self._server.serve_forever, poll_interval=0.01)
        threading.Thread(target=serve, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, handler: Answering, body: bytes) -> None:
        step, good = self._good(handler, handler.path.partition("?")[0], body)
        with self._lock:
            self.asked.append(step)
            spoils = self.spoiled.get(step) or []
            spoil = spoils.pop(0) if spoils else None
        if spoil is not None:
            spoil(handler, good)
        elif step == "none":
            handler.say(b"{}", 404)
        else:
            handler.say(good, Content_Type="application/json")

    def _good(self, handler: Answering, path: str, body: bytes) -> tuple[str, bytes]:
        parts = path.strip("/").split("/")
        host, last = parts[0], parts[-1]
        if host == "clip":
            return "clip", clip_of_three_seconds()
        if handler.command == "POST":
            return "submit", _json(self._take(host, json.loads(body), path))
        if host == "fal":
            return self._of_fal(last, parts)
        return self._of_oxen(last, parts)

    def _take(self, host: str, body: dict[str, Any], path: str) -> dict[str, Any]:
        with self._lock:
            made = f"order-{len(self.orders)}"
            self.orders[made] = body
            self._at[made] = datetime.now(UTC).isoformat()
        if host == "oxen":
            return {"generations": [{"generation_id": made}]}
        return {"request_id": made}

    def _of_fal(self, last: str, parts: list[str]) -> tuple[str, bytes]:
        if last == "by-endpoint":
            rows = [
                {"request_id": one, "sent_at": self._at[one], "json_input": body}
                for one, body in self.orders.items()
            ]
            return "history", _json({"items": rows, "has_more": False})
        if last == "status":
            return "status", _json({"status": "COMPLETED"})
        if last in self.orders:
            video = {"url": f"{self.url}/clip/{last}.mp4", "file_size": None}
            return "result", _json({"video": video})
        return "none", b""

    def _of_oxen(self, last: str, parts: list[str]) -> tuple[str, bytes]:
        if last in self.orders and parts[-2] == "generations":
            return "charge", _json({"generation": {"cost": "0.5"}})
        if last in self.orders:
            link = f"{self.url}/clip/{last}.mp4"
            return "result", _json({"status": "succeeded", "result_url": link})
        if last == "queue":
            return "queue", _json({"generations": []})
        if last == "generations":
            rows = [
                {
                    "generation_id": one,
                    "model_name": body.get("model"),
                    "enqueued_at": self._at[one],
                    "prompt": body.get("prompt"),
                }
                for one, body in self.orders.items()
            ]
            return "history", _json({"generations": rows})
        return "none", b""


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
