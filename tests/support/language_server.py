"""A small client of language servers, over their protocol (LSP 3.17, JSON-RPC on two pipes)."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

Json = dict[str, Any]
_PATIENCE = 60


class LanguageServer:
    """A running server.

    ``schemas`` are for yaml-language-server: the paths of schemas, each with the pattern of the
    files' names it is for.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, schemas: Mapping[Path, str] | None = None
    ) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._answers: dict[int, queue.Queue[Json]] = {}
        self._findings: dict[str, queue.Queue[list[Json]]] = {}
        self._number = self._opened = 0
        self._settings = {
            "yaml": {
                "schemas": {path.as_uri(): pattern for path, pattern in (schemas or {}).items()},
                "schemaStore": {"enable": False},
                "validate": True,
                "completion": True,
                "hover": True,
            }
        }
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "capabilities": {
                    "workspace": {"configuration": True},
                    "textDocument": {
                        "completion": {"completionItem": {"snippetSupport": True}},
                        "hover": {"contentFormat": ["markdown"]},
                    },
                },
            },
        )
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self._settings})

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def findings(self, name: str, text: str) -> list[str]:
        """What the editor says of a file: the messages, each with its line from 1."""
        _, said = self._open(name, text)
        return [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in said]

    def completions(self, name: str, text: str) -> list[Json]:
        """What is offered where ``|`` stands in the text."""
        before, _, after = text.partition("|")
        uri, _ = self._open(name, before + after)
        found = self.ask("textDocument/completion", place_in(uri, before))
        return list(found["items"] if isinstance(found, dict) else found or [])

    def hover(self, name: str, text: str) -> str:
        """What is shown of the word at which ``|`` stands."""
        before, _, after = text.partition("|")
        uri, _ = self._open(name, before + after)
        found = self.ask("textDocument/hover", place_in(uri, before))
        return str(found["contents"]["value"]) if found else ""

    def _open(self, name: str, text: str) -> tuple[str, list[Json]]:
        """Open a text as a file of its own: its address, and what is said of it."""
        self._opened += 1
        return self.open(self._folder / str(self._opened) / name, text)

    def open(self, file: Path, text: str) -> tuple[str, list[Json]]:
        """Open a text as a file: its address, and what is said of it."""
        uri = self.show(file, text)
        return uri, self.said_of(uri)

    def show(self, file: Path, text: str) -> str:
        """Open a text as a file, of which nothing may be said: its address."""
        uri = file.as_uri()
        self.heed(uri)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def heed(self, uri: str) -> None:
        """Keep what is said of a file from now on."""
        self._findings.setdefault(uri, queue.Queue())

    def has_said(self, uri: str) -> bool:
        """Whether anything was said of a file."""
        return not self._findings[uri].empty()

    def said_of(self, uri: str) -> list[Json]:
        """What is said of a file next."""
        return self._findings[uri].get(timeout=_PATIENCE)

    def change(self, uri: str, text: str) -> list[Json]:
        """Give a file another text: what is said of it then."""
        self._opened += 1
        version = {"uri": uri, "version": self._opened + 1}
        self._tell(
            "textDocument/didChange", {"textDocument": version, "contentChanges": [{"text": text}]}
        )
        return self.said_of(uri)

    def ask(self, method: str, parameters: Json) -> Any:
        self._number += 1
        number = self._number
        self._answers[number] = queue.Queue()
        self._send({"id": number, "method": method, "params": parameters})
        answer = self._answers[number].get(timeout=_PATIENCE)
        return answer["error"] if "error" in answer else answer.get("result")

    def _tell(self, method: str, parameters: Json) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Json) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while (message := _message(self._process.stdout)) is not None:
            if message.get("method") == "textDocument/publishDiagnostics":
                found = message["params"]
                if found["uri"] in self._findings:
                    self._findings[found["uri"]].put(found["diagnostics"])
            elif message.get("method") == "workspace/configuration":
                items = message["params"]["items"]
                result = [self._settings.get(str(item.get("section"))) for item in items]
                self._send({"id": message["id"], "result": result})
            elif "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})
            elif message.get("id") in self._answers:
                self._answers[message["id"]].put(message)


def place_in(uri: str, before: str) -> Json:
    line, column = before.count("\n"), len(before.rpartition("\n")[2])
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}


def _message(stream: IO[bytes]) -> Json | None:
    length = 0
    while (line := stream.readline().strip()) != b"":
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    if not length:
        return None
    message: Json = json.loads(stream.read(length))
    return message
