"""The page in a real browser: nothing refused, nothing cut off, everything legible, and printed."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import Any

import films
import pytest
from chromium import CHROMIUM, Browser, write_page
from PIL import Image

from storyboard.api import Project
from storyboard.board import FilmBoard
from storyboard.render.board import render_board

LIGHTHOUSE = Path(__file__).parents[2] / "examples" / "lighthouse"

README_PICTURE = LIGHTHOUSE.parents[1] / ".github" / "board.png"

AXE = Path(os.environ.get("STORYBOARD_AXE", ""))
"""axe.min.js of the npm package axe-core, which .ci/run installs: it is under the MPL."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

OPENED = """
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const card of document.querySelectorAll(".card")) card.style.contentVisibility = "visible";
"""

LOOK = f"""(() => {{
  {OPENED}
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {{
    const [x, y, z] = [r, g, b].map(c => {{
      c /= 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }});
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }};
  const behind = element => {{
    for (let one = element; one; one = one.parentElement) {{
      const color = parts(window.getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }}
    return [255, 255, 255];
  }};
  let least = 99, where = "", cut = [];
  for (const element of document.body.querySelectorAll("*")) {{
    const has = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!has || element.closest("defs,title,.skip")) continue;
    const style = window.getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [light(parts(ink)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least) {{ least = ratio; where = element.className || element.tagName; }}
    const box = element.getBoundingClientRect();
    const wide = window.innerWidth;
    if (!element.closest("svg,.scroll") && box.right > wide + 1) cut.push(element.outerHTML);
  }}
  const seen = {{least, where: String(where), cut: cut.slice(0, 3),
    width: document.documentElement.scrollWidth, shots: document.querySelectorAll("article").length,
    takes: document.querySelectorAll(".takes li").length,
    scripts: document.querySelectorAll("script,img").length}};
  return seen;
}})()"""

AUDIT = f"""(async () => {{
  {OPENED}
  const found = await axe.run(document, {{resultTypes: ["violations"]}});
  return {{
    checked: found.passes.length,
    violations: found.violations.map(one => [one.id, one.nodes.slice(0, 3).map(n => n.html)]),
  }};
}})()"""


def look_at(
    browser: Browser, folder: Path, text: str, width: int = 1280, theme: str = "light"
) -> dict[str, Any]:
    """What a script sees of a page of that width, which asks for nothing and says nothing."""
    with browser.page(width, theme) as page:
        address = write_page(folder, text)
        page.open(address)
        seen: dict[str, Any] = page.evaluate(LOOK)
        assert page.console == []
        assert {one for one in page.asked if not one.startswith("data:image/webp")} == {address}
        return seen


@pytest.fixture(scope="module")
def lighthouse() -> FilmBoard:
    return Project(str(LIGHTHOUSE)).board()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_everything_is_legible_and_nothing_is_cut_off(
    tmp_path: Path, lighthouse: FilmBoard, browser: Browser, width: int, theme: str
) -> None:
    seen = look_at(browser, tmp_path, render_board(lighthouse), width, theme)
    assert seen["shots"] == 13
    assert seen["width"] <= width
    assert seen["cut"] == []
    assert seen["least"] >= 4.5, seen["where"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_takes_are_legible_and_not_cut_off(
    tmp_path: Path, rendered: Path, browser: Browser, width: int, theme: str
) -> None:
    board = Project.around(rendered / "storyboard.yaml", is_simulated=True).board()
    seen = look_at(browser, tmp_path, render_board(board), width, theme)
    assert (seen["shots"], seen["takes"]) == (3, 4)
    assert seen["width"] <= width
    assert seen["cut"] == []
    assert seen["least"] >= 4.5, seen["where"]


def audit(browser: Browser, folder: Path, text: str, theme: str = "light") -> dict[str, Any]:
    """What axe-core finds of a page."""
    with browser.page(theme=theme) as page:
        page.call("Page.setBypassCSP", enabled=True)
        page.open(write_page(folder, text))
        page.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
        found: dict[str, Any] = page.evaluate(AUDIT)
        return found


with_axe = pytest.mark.skipif(not AXE.is_file(), reason="STORYBOARD_AXE names no axe.min.js")


@with_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["lighthouse", "every-script"])
def test_axe_finds_nothing_that_keeps_a_reader_out(
    tmp_path: Path, browser: Browser, name: str, theme: str
) -> None:
    text = render_board(Project(str(LIGHTHOUSE.parent / name)).board(side=64))
    found = audit(browser, tmp_path, text, theme)
    assert found["violations"] == []
    assert found["checked"] > 20


@with_axe
def test_axe_finds_nothing_among_takes_that_can_be_played(
    tmp_path: Path, rendered: Path, browser: Browser
) -> None:
    board = Project.around(rendered / "storyboard.yaml", is_simulated=True).board()
    assert audit(browser, tmp_path, render_board(board, is_live=True))["violations"] == []


@with_axe
def test_axe_finds_a_picture_without_words(tmp_path: Path, browser: Browser) -> None:
    found = audit(
        browser, tmp_path, "<!doctype html><html><head></head><body><img src=a.png></body></html>"
    )
    assert "image-alt" in {name for name, _ in found["violations"]}


def test_the_readme_opens_with_a_picture_of_the_board(
    tmp_path: Path, lighthouse: FilmBoard, browser: Browser
) -> None:
    """``STORYBOARD_README_PICTURE=1`` makes it anew; fonts are those of the machine."""
    with browser.page() as page:
        page.open(write_page(tmp_path, render_board(lighthouse)))
        drawn = Image.open(io.BytesIO(page.picture(1500))).convert("RGB")
    if os.environ.get("STORYBOARD_README_PICTURE"):
        drawn.quantize(256, dither=Image.Dither.NONE).save(README_PICTURE, optimize=True)
    with Image.open(README_PICTURE) as kept:
        assert kept.size == drawn.size == (1280, 1500)
    assert README_PICTURE.stat().st_size < 100_000


def test_a_hostile_page_has_neither_scripts_nor_pictures_of_its_own(
    tmp_path: Path, browser: Browser
) -> None:
    evil = json.dumps('</style><script>document.title="x"</script><img src=x onerror=alert(1)>')
    (tmp_path / "storyboard.yaml").write_text(
        f"storyboard: 1\ntitle: {evil}\nscenes: [{{title: {evil}, shots: [{evil}]}}]\n"
    )
    board = Project(str(tmp_path)).board()
    seen = look_at(browser, tmp_path, render_board(board))
    assert (seen["scripts"], seen["shots"]) == (0, 1)


@pytest.mark.parametrize(("count", "least"), [(1, 13), (4, 5), (6, 5)])
def test_it_prints_with_its_number_of_shots_to_a_page(
    tmp_path: Path, lighthouse: FilmBoard, browser: Browser, count: int, least: int
) -> None:
    with browser.page() as page:
        page.open(write_page(tmp_path, render_board(lighthouse, per_page=count)))
        printed = page.print_pdf()
        assert page.console == []
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    # A title page before the shots, the cast and what was found after them.
    assert least + 2 <= pages <= least + 5


MARGINS = """[...document.styleSheets[0].cssRules].filter(one => one instanceof CSSPageRule)
  .map(one => [one.selectorText, ...[...one.cssRules].map(box => box.style.content)])"""


def test_every_printed_page_says_its_film_and_its_scene(tmp_path: Path, browser: Browser) -> None:
    title = 'A "quoted" </style>}\\ film of 孫悟空 and more than a margin takes'
    scene = "\u202e)'\\"
    (tmp_path / "storyboard.yaml").write_text(
        f"storyboard: 1\ntitle: {json.dumps(title)}\n"
        f"scenes: [{{title: {json.dumps(scene)}, shots: [A.]}}, {{title: Two, shots: [B.]}}]\n",
        encoding="utf-8",
    )
    with browser.page() as page:
        page.open(write_page(tmp_path, render_board(Project(str(tmp_path)).board())))
        margins = page.evaluate(MARGINS)
        scenes = [page.evaluate(f"getComputedStyle(scene{number}).page") for number in (1, 2)]
    said = [[json.loads(one) for one in more if one != "none"] for _, *more in margins[-4:]]
    film = '\u2068A "quoted" </style>}\\ film of 孫悟空 and more than a m…\u2069'
    assert said[0][0] == film
    assert said[1:] == [[], ["1 · \u2068\u202e)'\\\u2069"], ["2 · \u2068Two\u2069"]]
    assert [name for name, *_ in margins[-2:]] == scenes == ["scene1", "scene2"]


def test_a_long_film_opens(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "storyboard.yaml").write_text(films.film(1000), encoding="utf-8")
    text = render_board(Project(str(tmp_path)).board())
    assert len(text.encode()) <= 2_000_000
    with browser.page() as page:
        page.open(write_page(tmp_path, text))
        assert page.evaluate("document.querySelectorAll('article').length") == 1000
        assert page.console == []
