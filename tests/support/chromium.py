"""A headless Chromium that is started once, and pages in it: through its debugging pipe, no port.

https://chromedevtools.github.io/devtools-protocol: messages are JSON, each ended by a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
_PATIENCE = 120.0
"""Seconds that an answer may take where everything else on the machine is busy too."""


@dataclass
class BrowserPage:
    """A page, what its console has said, and which addresses it has asked for."""

    browser: Browser
    session: str
    width: int
    console: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    loads: int = 0

    def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        before = self.loads
        self.call("Page.navigate", url=address)
        self.wait(lambda: self.loads > before)

    def wait(self, until: Callable[[], bool]) -> None:
        """Hear what happens until something is so."""
        while not until():
            self.browser.hear()

    def evaluate(self, script: str) -> Any:
        """The value of an expression of JavaScript, a promise's once it is kept."""
        found = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def print_pdf(self) -> bytes:
        """The page as a PDF, on paper of its own size."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def picture(self, height: int) -> bytes:
        """The upper part of the page as a PNG, so many pixels of it."""
        part = {"x": 0, "y": 0, "width": self.width, "height": height, "scale": 1}
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=part)
        return base64.b64decode(shot["data"])

    def call(self, method: str, **parameters: Any) -> Any:
        """One command of the protocol."""
        return self.browser.call(method, parameters, self.session)

    def heard(self, method: str, said: dict[str, Any]) -> None:
        """Take note of an event."""
        match method:
            case "Page.loadEventFired":
                self.loads += 1
            case "Network.requestWillBeSent":
                self.asked.append(said["request"]["url"])
            case "Log.entryAdded":
                self.console.append(said["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.console.append(json.dumps(said))


class Browser:
    """A Chromium of this process, closed with ``close``."""

    def __init__(self) -> None:
        assert CHROMIUM is not None
        self._profile = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        commands, self._say = os.pipe()
        self._hear, answers = os.pipe()
        self._heard = selectors.DefaultSelector()
        self._heard.register(self._hear, selectors.EVENT_READ)
        self._process = subprocess.Popen(
            [
                "bash", "-c", f'exec "$@" 3<&{commands} 4>&{answers}', "bash", CHROMIUM,
                "--headless=new", *(["--no-sandbox"] if os.geteuid() == 0 else []),
                "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
                f"--user-data-dir={self._profile.name}",
            ],
            pass_fds=[commands, answers],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(commands)
        os.close(answers)
        self._data = b""
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._pages: dict[str, BrowserPage] = {}

    @contextmanager
    def page(self, width: int = 1280, theme: str = "light") -> Iterator[BrowserPage]:
        """An empty page of that width, closed at the block's end."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = BrowserPage(self, attached["sessionId"], width)
        self._pages[page.session] = page
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        page.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": theme}],
        )
        try:
            yield page
        finally:
            del self._pages[page.session]
            self.call("Target.closeTarget", {"targetId": target})

    def call(self, method: str, parameters: dict[str, Any], session: str = "") -> Any:
        """One command of the protocol, and its answer."""
        self._number += 1
        number = self._number
        said = {"id": number, "method": method, "params": parameters}
        if session:
            said["sessionId"] = session
        data = json.dumps(said).encode() + b"\0"
        while data:
            data = data[os.write(self._say, data) :]
        while number not in self._answers:
            self.hear()
        answer = self._answers.pop(number)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def hear(self) -> None:
        """Wait for the next that the browser says."""
        while b"\0" not in self._data:
            # Not select.select, which takes no descriptor above 1,023.
            assert self._heard.select(_PATIENCE), "Chromium says nothing"
            data = os.read(self._hear, 1 << 20)
            assert data, "Chromium has ended"
            self._data += data
        whole, _, self._data = self._data.partition(b"\0")
        said = json.loads(whole)
        if "id" in said:
            self._answers[said["id"]] = said
        elif (page := self._pages.get(said.get("sessionId", ""))) is not None:
            page.heard(said["method"], said["params"])

    def close(self) -> None:
        """End the browser."""
        os.close(self._say)
        self._heard.close()
        os.close(self._hear)
        self._process.terminate()
        self._process.wait(_PATIENCE)
        self._profile.cleanup()


def write_page(folder: Path, text: str) -> str:
    """A page as a file; its address."""
    file = folder / "film.html"
    file.write_text(text, encoding="utf-8")
    return file.as_uri()
