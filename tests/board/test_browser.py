"""The page in a real browser: nothing refused, nothing cut off, everything legible, and printed."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import films
import pytest

from storyboard.api import Project
from storyboard.board import FilmBoard
from storyboard.render.board import render_board

LIGHTHOUSE = Path(__file__).parents[2] / "examples" / "lighthouse"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

AXE = Path(os.environ.get("STORYBOARD_AXE", ""))
"""axe.min.js of the npm package axe-core, which .ci/run installs: it is under the MPL."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

LOOK = """
<script>
addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument;
  const view = page.defaultView;
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(c => {
      c /= 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const color = parts(view.getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  let least = 99, where = "", cut = [];
  for (const details of page.querySelectorAll("details")) details.open = true;
  for (const card of page.querySelectorAll(".card")) card.style.contentVisibility = "visible";
  for (const element of page.body.querySelectorAll("*")) {
    const has = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!has || element.closest("defs,title,.skip,.running")) continue;
    const style = view.getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [light(parts(ink)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least) { least = ratio; where = element.className || element.tagName; }
    const box = element.getBoundingClientRect();
    const wide = view.innerWidth;
    if (!element.closest("svg,.scroll") && box.right > wide + 1) cut.push(element.outerHTML);
  }
  const seen = {least, where: String(where), cut: cut.slice(0, 3),
    width: page.documentElement.scrollWidth, shots: page.querySelectorAll("article").length,
    scripts: page.querySelectorAll("script,img").length};
  document.body.replaceChildren(Object.assign(document.createElement("pre"),
    {textContent: JSON.stringify(seen)}));
});
</script>
"""


AUDIT = """
<script>
addEventListener("load", async () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const card of document.querySelectorAll(".card")) card.style.contentVisibility = "visible";
  const found = await axe.run(document, {resultTypes: ["violations"]});
  const seen = {
    checked: found.passes.length,
    violations: found.violations.map(one => [one.id, one.nodes.slice(0, 3).map(n => n.html)]),
  };
  document.body.replaceChildren(Object.assign(document.createElement("pre"),
    {textContent: JSON.stringify(seen)}));
});
</script>
"""


def browse(file: Path, *options: str, theme: str = "light") -> tuple[str, str]:
    """Open a file; what it is then, and what the browser has to say of it."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM,
            "--headless=new",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-gpu",
            f"--user-data-dir={file.parent / 'profile'}",
            "--enable-logging=stderr",
            f"--blink-settings=preferredColorScheme={int(theme == 'light')}",
            "--virtual-time-budget=20000",
            *options,
            file.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return done.stdout, "\n".join(row for row in done.stderr.splitlines() if "CONSOLE" in row)


def look_at(folder: Path, text: str, width: int, theme: str) -> dict[str, Any]:
    """What a script sees of a page in a frame of that width."""
    outer = folder / f"frame-{width}-{theme}.html"
    frame = f'<iframe style="border:0;width:{width}px;height:900px" srcdoc="{html.escape(text)}">'
    outer.write_text(f"<!doctype html><body>{frame}</iframe>{LOOK}</body>", encoding="utf-8")
    seen, said = browse(outer, "--dump-dom", theme=theme)
    assert said == ""
    return written_in(seen)


def written_in(page: str) -> dict[str, Any]:
    """What a script has left in place of a page."""
    found = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert found is not None
    read: dict[str, Any] = json.loads(html.unescape(found[1]))
    return read


@pytest.fixture(scope="module")
def lighthouse() -> FilmBoard:
    return Project(str(LIGHTHOUSE)).board()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_everything_is_legible_and_nothing_is_cut_off(
    tmp_path: Path, lighthouse: FilmBoard, width: int, theme: str
) -> None:
    seen = look_at(tmp_path, render_board(lighthouse), width, theme)
    assert seen["shots"] == 13
    assert seen["width"] <= width
    assert seen["cut"] == []
    assert seen["least"] >= 4.5, seen["where"]


def audit(folder: Path, text: str, theme: str = "light") -> dict[str, Any]:
    """What axe-core finds of a page, whose rule against scripts must be gone."""
    page = folder / "film.html"
    script = f"<script>{AXE.read_text(encoding='utf-8')}</script>{AUDIT}"
    page.write_text(text.replace("</head>", f"{script}</head>"), encoding="utf-8")
    return written_in(browse(page, "--dump-dom", theme=theme)[0])


with_axe = pytest.mark.skipif(not AXE.is_file(), reason="STORYBOARD_AXE names no axe.min.js")


@with_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["lighthouse", "every-script"])
def test_axe_finds_nothing_that_keeps_a_reader_out(tmp_path: Path, name: str, theme: str) -> None:
    text = render_board(Project(str(LIGHTHOUSE.parent / name)).board(side=64))
    # The page forbids every script; that is looked at by other tests.
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    assert open_page != text
    found = audit(tmp_path, open_page, theme)
    assert found["violations"] == []
    assert found["checked"] > 20


@with_axe
def test_axe_finds_a_picture_without_words(tmp_path: Path) -> None:
    found = audit(tmp_path, "<!doctype html><html><head></head><body><img src=a.png></body></html>")
    assert "image-alt" in {name for name, _ in found["violations"]}


def test_a_hostile_page_has_neither_scripts_nor_pictures_of_its_own(tmp_path: Path) -> None:
    evil = json.dumps('</style><script>document.title="x"</script><img src=x onerror=alert(1)>')
    (tmp_path / "storyboard.yaml").write_text(
        f"storyboard: 1\ntitle: {evil}\nscenes: [{{title: {evil}, shots: [{evil}]}}]\n"
    )
    board = Project(str(tmp_path)).board()
    seen = look_at(tmp_path, render_board(board), 1280, "light")
    assert (seen["scripts"], seen["shots"]) == (0, 1)


@pytest.mark.parametrize(("count", "least"), [(1, 13), (4, 5), (6, 5)])
def test_it_prints_with_its_number_of_shots_to_a_page(
    tmp_path: Path, lighthouse: FilmBoard, count: int, least: int
) -> None:
    page, printed = tmp_path / "film.html", tmp_path / "film.pdf"
    page.write_text(render_board(lighthouse, per_page=count), encoding="utf-8")
    _, said = browse(page, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    assert said == ""
    pages = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    # A title page before the shots, the cast and what was found after them.
    assert least + 2 <= pages <= least + 5


def test_a_long_film_opens(tmp_path: Path) -> None:
    (tmp_path / "storyboard.yaml").write_text(films.film(1000), encoding="utf-8")
    page = tmp_path / "film.html"
    page.write_text(render_board(Project(str(tmp_path)).board()), encoding="utf-8")
    seen, said = browse(page, "--dump-dom")
    assert (seen.count("<article"), said) == (1000, "")
    assert page.stat().st_size <= 2_000_000
