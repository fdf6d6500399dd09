"""The live page in a real browser: it follows the text, plays takes, and asks nobody else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from board_servers import served
from chromium import Browser

PLAYED = """(async () => {
  const film = document.querySelectorAll("video")[1];
  film.muted = true;
  await film.play();
  while (film.currentTime <= 0 && !film.error) await new Promise(requestAnimationFrame);
  return [film.videoWidth > 0, film.error && film.error.message];
})()"""


def test_it_follows_an_edit_and_plays_takes(
    rendered: Path, tmp_path: Path, browser: Browser
) -> None:
    film = Path(shutil.copytree(rendered, tmp_path / "film"))
    with served(film, "--simulate") as port, browser.page() as page:
        page.open(f"http://127.0.0.1:{port}/")
        assert page.evaluate(PLAYED) == [True, None]
        line = "document.querySelector('.choose code')"
        assert page.evaluate(f"getComputedStyle({line}).userSelect") == "all"
        before = page.loads
        text = (film / "storyboard.yaml").read_text(encoding="utf-8")
        saved = film / "saved"
        saved.write_text(text.replace("A lamp is lit.", "A lamp goes out."), encoding="utf-8")
        os.replace(saved, film / "storyboard.yaml")  # noqa: PTH105 - as editors do
        page.wait(lambda: page.loads > before)
        assert "A lamp goes out." in page.evaluate("document.body.innerText")
        assert page.console == []
        own = (f"http://127.0.0.1:{port}/", "data:")
        assert [one for one in page.asked if not one.startswith(own)] == []
