"""``board --serve``: for this machine alone, and with the storyboard as it is now."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from board_servers import PATIENCE, served
from PIL import Image

from storyboard.api import Project

FILM = "storyboard: 1\ntitle: A Boat\nscenes: [{shots: [A boat.]}]\n"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    return tmp_path


@pytest.fixture
def port(film: Path) -> Iterator[int]:
    """The port of a server whose film may be edited."""
    with served(film) as port:
        yield port


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server whose film stays as it is."""
    folder = tmp_path_factory.mktemp("still")
    (folder / "storyboard.yaml").write_text(FILM, encoding="utf-8")
    with served(folder) as port:
        yield port


def get(port: int, path: str = "/", **headers: str) -> tuple[int, str, dict[str, str]]:
    status, data, found = get_bytes(port, path, headers)
    return status, data.decode(), found


def get_bytes(
    port: int, path: str, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    found = answer.status, answer.read(), dict(answer.getheaders())
    connection.close()
    return found


def test_the_page_is_served_with_a_script_of_its_own_alone(still: int) -> None:
    status, page, headers = get(still)
    assert status == 200
    assert "A boat." in page
    assert page.count("<script>") == 1
    assert "script-src 'sha256-" in page
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/", "/events", "/takes/any.mp4"])
def test_other_hosts_and_other_pages_are_refused(
    still: int, path: str, headers: dict[str, str], status: int
) -> None:
    assert get(still, path, **headers)[0] == status


def test_its_own_page_may_ask_by_either_name(still: int) -> None:
    for name in ("127.0.0.1", "localhost"):
        assert get(still, Host=f"{name}:{still}", Origin=f"http://{name}:{still}")[0] == 200


def test_nothing_but_the_page_is_there(still: int) -> None:
    assert get(still, "/storyboard.yaml")[0] == 404


def test_takes_of_the_page_are_played_from_any_place_and_no_other_file_is_served(
    film: Path,
) -> None:
    project = Project.around(film / "storyboard.yaml", is_simulated=True, takes=2)
    assert project.run(project.plan().plan).is_complete
    folder = film / ".storyboard/simulated/takes"
    (folder / "other.mp4").write_bytes(b"other")
    with served(film, "--simulate") as port:
        names = re.findall(r'src="(/takes/[0-9a-f]{64}\.mp4)#t=', get(port)[1])
        assert len(names) == 2
        for name in names:
            clip = (folder / Path(name).name).read_bytes()
            status, data, headers = get_bytes(port, name)
            assert (status, data, headers["content-type"]) == (200, clip, "video/mp4")
            assert headers["cross-origin-resource-policy"] == "same-origin"
            status, data, headers = get_bytes(port, name, {"Range": "bytes=100-299"})
            assert (status, data) == (206, clip[100:300])
            assert headers["content-range"] == f"bytes 100-299/{len(clip)}"
            assert get_bytes(port, name, {"Origin": "http://evil.example"})[0] == 403
        for other in ("other.mp4", "..%2fledger.db", "../ledger.db", "storyboard.lock"):
            assert get_bytes(port, f"/takes/{other}")[0] == 404
        # A link in the place of a take leads nowhere.
        take = folder / Path(names[0]).name
        take.rename(film / "moved.mp4")
        take.symlink_to(film / "moved.mp4")
        assert get_bytes(port, names[0])[0] == 404


def test_a_change_is_told_and_served(port: int, film: Path) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/events")
    events = connection.getresponse()
    assert events.headers["content-type"].startswith("text/event-stream")
    assert events.readline() == b"retry: 500\n"
    saved = film / "saved"
    saved.write_text(FILM.replace("A boat.", '"@nobody rows."'), encoding="utf-8")
    os.replace(saved, film / "storyboard.yaml")  # noqa: PTH105 - as editors do
    told = b""
    while not told.startswith(b"data:"):
        told = events.readline()
    connection.close()
    page = get(port)[1]
    assert "nobody rows." in page
    assert "SB203" in page


def test_a_picture_that_comes_or_changes_is_told_and_served(port: int, film: Path) -> None:
    text = FILM.replace("scenes:", "characters: {mara: {frontal: mara.png}}\nscenes:")
    pages = []
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/events")
    events = connection.getresponse()
    assert events.readline() == b"retry: 500\n"
    saved = film / "saved"
    for color in (None, "teal", "orange"):
        if color is None:
            saved.write_text(text.replace("A boat.", '"@mara rows."'), encoding="utf-8")
            os.replace(saved, film / "storyboard.yaml")  # noqa: PTH105 - as editors do
        else:
            Image.new("RGB", (400, 400), color).save(saved, "PNG")
            os.replace(saved, film / "mara.png")  # noqa: PTH105
        told = b""
        while not told.startswith(b"data:"):
            told = events.readline()
        pages.append(get(port)[1])
    connection.close()
    missing, first, second = pages
    assert "image/webp" not in missing
    assert "image/webp" in first
    assert first != second


def test_serving_and_writing_are_two_things(film: Path) -> None:
    for more in (["--out", "film.html"], ["-"]):
        done = subprocess.run(
            [sys.executable, "-m", "storyboard", "board", "--serve", *more],
            cwd=film,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
        assert done.returncode == 2
