"""The clips: length, shape, rate, sound, labels, and the same bytes for the same order."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from storyboard.simulator import clip_render
from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.mp4_writer import Movie, mark, read_movie, write_movie
from storyboard.simulator.orders import OrderedShot, SimulatedOrder
from storyboard.simulator.test_pictures import ClipLabel, draw_clip, size_of

needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None,
    reason="ffmpeg and ffprobe are not installed",
)


def probe(data: bytes, folder: Path) -> dict[str, Any]:
    """What ffprobe says of a clip, with every frame counted; and ffmpeg decodes it all."""
    path = folder / "clip.mp4"
    path.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format"]
    said = subprocess.run(
        [*command, "-of", "json", str(path)], capture_output=True, check=True, text=True
    )
    assert said.stderr == ""
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert decoded.stderr == ""
    found: dict[str, Any] = json.loads(said.stdout)
    return {stream["codec_type"]: stream for stream in found["streams"]} | {
        "seconds": float(found["format"]["duration"])
    }


def frame(data: bytes, second: float, folder: Path) -> Image.Image:
    path = folder / "clip.mp4"
    path.write_bytes(data)
    command = ["ffmpeg", "-v", "error", "-ss", str(second), "-i", str(path), "-frames:v", "1"]
    shown = subprocess.run(
        [*command, "-f", "image2pipe", "-c:v", "png", "-"], capture_output=True, check=True
    )
    return Image.open(io.BytesIO(shown.stdout)).convert("RGB")


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures, 0 to 255."""
    grey = ImageChops.difference(one, other.resize(one.size)).convert("L")
    return sum(n * value for n, value in enumerate(grey.histogram())) / (one.width * one.height)


@needs_ffmpeg
@pytest.mark.parametrize(
    ("ratio", "size"), [("16:9", (640, 360)), ("9:16", (360, 640)), ("1:1", (480, 480))]
)
def test_a_clip_has_the_length_shape_and_rate_that_were_ordered(
    start: Any, tmp_path: Path, ratio: str, size: tuple[int, int]
) -> None:
    bench = start(clips="render")
    video = bench.result({"prompt": "@Image1", "duration": "3", "aspect_ratio": ratio}).json()
    found = probe(bench.plain.get(video["video"]["url"]).content, tmp_path)
    assert (found["video"]["width"], found["video"]["height"]) == size
    assert (found["video"]["codec_name"], found["video"]["pix_fmt"]) == ("h264", "yuv420p")
    assert found["video"]["r_frame_rate"] == "24/1"
    assert int(found["video"]["nb_read_frames"]) == 72
    assert found["seconds"] == 3.0
    assert "audio" not in found


@needs_ffmpeg
def test_sound_is_there_for_the_whole_length_when_it_is_ordered(start: Any, tmp_path: Path) -> None:
    bench = start(clips="render", scale=0.25)
    body = {"prompt": "a", "duration": "4", "generate_audio": True}
    data = bench.plain.get(bench.result(body).json()["video"]["url"]).content
    found = probe(data, tmp_path)
    assert found["audio"]["codec_name"] == "aac"
    assert float(found["audio"]["duration"]) == pytest.approx(4, abs=0.03)
    assert found["seconds"] == pytest.approx(4, abs=0.03)
    assert data.index(b"moov") < data.index(b"mdat")
    assert (found["video"]["width"], found["video"]["height"]) == (160, 90)


@needs_ffmpeg
def test_each_shot_lasts_its_own_seconds_and_the_counter_runs(start: Any, tmp_path: Path) -> None:
    bench = start(clips="render", scale=0.5)
    shots = [{"prompt": "@Element1", "duration": "1"}, {"prompt": "b" * 60, "duration": "2"}]
    url = bench.result({"multi_prompt": shots, "duration": "3"}).json()["video"]["url"]
    data = bench.plain.get(url).content
    first, edge, second, third = (frame(data, at, tmp_path) for at in (0.6, 0.9, 1.1, 2.1))
    assert unlike(first, edge) < 1
    assert unlike(edge, second) > 5
    assert 0.2 < unlike(second, third) < 5


@needs_ffmpeg
def test_the_start_image_is_seen_first_and_the_end_image_last(
    start: Any, tmp_path: Path, picture: Any
) -> None:
    bench = start(clips="render", scale=0.5)
    red, lime = (Image.new("RGB", (400, 400), colour) for colour in ("red", "lime"))
    body = {
        "prompt": "a",
        "duration": "3",
        "start_image_url": bench.upload(picture(colour="red")),
        "end_image_url": bench.upload(picture(colour="lime")),
    }
    data = bench.plain.get(bench.result(body).json()["video"]["url"]).content
    assert unlike(frame(data, 0, tmp_path), red) < 8
    assert unlike(frame(data, 1, tmp_path), red) > 30
    assert unlike(frame(data, 2.95, tmp_path), lime) < 8


@needs_ffmpeg
def test_the_same_order_gives_the_same_bytes_in_another_simulator(start: Any) -> None:
    body = {"prompt": "@Element1 walks", "duration": "3", "generate_audio": True}
    found = []
    for _ in range(2):
        bench = start(clips="render", scale=0.25)
        urls = [bench.result(body).json()["video"]["url"] for _ in range(2)]
        found += [bench.plain.get(url).content for url in urls]
    assert len(set(found)) == 1
    other = bench.result({**body, "prompt": "@Element1 runs"}).json()["video"]["url"]
    assert bench.plain.get(other).content != found[0]


@needs_ffmpeg
def test_a_film_given_by_its_scene_is_coloured_by_it(start: Any, tmp_path: Path) -> None:
    bench = start(clips="render", scale=0.25)

    def corner(prompt: str, scene: str) -> tuple[int, ...]:
        headers = {"X-Simulate-Scene": scene, "X-Simulate-Shots": "arrival/climb"}
        body = {"prompt": prompt, "duration": "3"}
        url = bench.wait(bench.submit(body, headers=headers)).json()["video"]["url"]
        shown = frame(bench.plain.get(url).content, 1, tmp_path)
        pixel = shown.getpixel((shown.width - 3, 3))
        assert isinstance(pixel, tuple)
        return pixel

    assert corner("a", "arrival") == corner("b", "arrival")
    assert corner("a", "arrival") != corner("a", "storm")


@needs_ffmpeg
def test_the_file_size_is_that_of_the_clip(start: Any) -> None:
    bench = start(clips="render", scale=0.25)
    video = bench.result({"prompt": "a", "duration": "3"}).json()["video"]
    assert len(bench.plain.get(video["url"]).content) == video["file_size"]


@needs_ffmpeg
def test_a_stub_is_a_film_of_the_right_length_that_ffmpeg_reads(bench: Any, tmp_path: Path) -> None:
    url = bench.result({"prompt": "a", "duration": "15", "aspect_ratio": "9:16"}).json()
    data = bench.plain.get(url["video"]["url"]).content
    found = probe(data, tmp_path)
    assert len(data) < 10_000
    assert found["seconds"] == 15.0
    assert int(found["video"]["nb_read_frames"]) == 360
    assert found["video"]["width"] < found["video"]["height"]


def test_stubs_of_different_orders_have_different_bytes(bench: Any) -> None:
    urls = [bench.result({"prompt": p}).json()["video"]["url"] for p in ("a", "b", "a")]
    first, second, third = (bench.plain.get(url).content for url in urls)
    assert first == third
    assert first != second


ORDER = SimulatedOrder(
    shots=(OrderedShot(prompt="@Element1 雷 " * 40, seconds=1), OrderedShot(prompt="", seconds=2)),
    ratio="9:16",
    audio=True,
)


def test_without_ffmpeg_a_clip_still_has_its_length_shape_and_rate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clip_render, "find_ffmpeg", lambda: None)
    renderer = ClipRenderer("render", 0.5)

    async def render() -> bytes:
        return await renderer.render("ab" * 32, ORDER, ClipLabel(), None, None)

    data = asyncio.run(render())
    renderer.close()
    assert read_movie(data) == Movie(seconds=3.0, width=180, height=320, rate=24.0)
    if shutil.which("ffprobe"):
        assert int(probe(data, tmp_path)["video"]["nb_read_frames"]) == 72


def test_an_ffmpeg_that_fails_makes_a_job_that_fails(start: Any, tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\ncat >/dev/null\necho 'no encoder' >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path), prepend=":")
        bench = start(clips="render", scale=0.1)
    answer = bench.result({"prompt": "a", "duration": "3"})
    assert answer.status_code == 500
    assert "no encoder" in answer.json()["detail"][0]["msg"]


@pytest.mark.parametrize("scale", [0.1, 1, 4])
@pytest.mark.parametrize("ratio", ["16:9", "9:16", "1:1"])
def test_sides_are_even(ratio: str, scale: float) -> None:
    assert all(side % 2 == 0 for side in size_of(ratio, scale))


def test_a_frame_that_is_no_picture_is_left_out() -> None:
    drawn = list(draw_clip(ORDER, ClipLabel(), (90, 160), first=b"no", last=b"", steps=2))
    assert len(drawn) == 6


def test_a_film_is_read_back_as_it_was_written(picture: Any) -> None:
    data = write_movie([(picture(kind="JPEG"), 24), (picture(kind="JPEG"), 36)], 400, 402)
    assert read_movie(data) == Movie(seconds=2.5, width=400, height=402, rate=24.0)
    assert read_movie(mark(data, b"x")) == read_movie(data)
    for bad in (b"", b"ftyp", data[:40], data[: data.index(b"trak")], b"<html>" * 99):
        assert read_movie(bad) is None
