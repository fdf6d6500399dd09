"""The clips: length, shape, rate, sound, labels, and the same bytes for the same order."""

from __future__ import annotations

import asyncio
import io
import tempfile
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from drawn_clips import frames_of, number_on
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops

from storyboard.media.cuts import measure_cuts
from storyboard.media.frames import save_frame
from storyboard.media.mp4 import ClipFacts, read_clip
from storyboard.simulator import clip_render
from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.lettering import font_for, has_letter
from storyboard.simulator.mp4_writer import mark, write_movie
from storyboard.simulator.orders import OrderedShot, SimulatedOrder
from storyboard.simulator.test_pictures import ClipLabel, draw_clip, size_of


def facts(data: bytes, folder: Path) -> ClipFacts:
    """What a clip is; and all of it can be decoded."""
    path = folder / "clip.mp4"
    path.write_bytes(data)
    found = read_clip(path)
    assert len(frames_of(path)) == found.frames
    return found


def frame(data: bytes, second: float, folder: Path) -> Image.Image:
    path = folder / "clip.mp4"
    path.write_bytes(data)
    return frames_of(path)[round(second * 24)]


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures, 0 to 255."""
    grey = ImageChops.difference(one, other.resize(one.size)).convert("L")
    return sum(n * value for n, value in enumerate(grey.histogram())) / (one.width * one.height)


@pytest.mark.parametrize(
    ("ratio", "size"), [("16:9", (640, 360)), ("9:16", (360, 640)), ("1:1", (480, 480))]
)
def test_a_clip_has_the_length_shape_and_rate_that_were_ordered(
    start: Any, tmp_path: Path, ratio: str, size: tuple[int, int]
) -> None:
    bench = start(clips="render")
    video = bench.result({"prompt": "@Image1", "duration": "3", "aspect_ratio": ratio}).json()
    found = facts(bench.plain.get(video["video"]["url"]).content, tmp_path)
    assert (found.width, found.height) == size
    assert (found.rate, found.frames, found.has_sound) == (24, 73, False)


def test_a_clip_is_made_as_models_make_theirs(start: Any, tmp_path: Path) -> None:
    """A frame too many, one group of pictures, B-frames, and sound that begins with priming."""
    bench = start(clips="render", scale=0.25)
    body = {"prompt": "a", "duration": "5", "generate_audio": True}
    path = tmp_path / "clip.mp4"
    path.write_bytes(bench.plain.get(bench.result(body).json()["video"]["url"]).content)
    assert [number_on(shown) for shown in frames_of(path)] == list(range(121))
    with av.open(str(path)) as container:
        packets = [one for one in container.demux(video=0) if one.size]
        assert [one.is_keyframe for one in packets] == [True] + [False] * 120
        assert any(one.pts != one.dts for one in packets)
    with av.open(str(path), options={"ignore_editlist": "1"}) as container:
        sound = container.streams.audio[0]
        assert sum(one.duration or 0 for one in container.demux(sound)) >= 5 * 48_000 + 1024


def test_sound_is_there_for_the_whole_length_when_it_is_ordered(start: Any, tmp_path: Path) -> None:
    bench = start(clips="render", scale=0.25)
    body = {"prompt": "a", "duration": "4", "generate_audio": True}
    data = bench.plain.get(bench.result(body).json()["video"]["url"]).content
    found = facts(data, tmp_path)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        sound = container.streams.audio[0]
        assert sound.codec_context.name == "aac"
        assert float((sound.duration or 0) * (sound.time_base or 0)) == pytest.approx(4, abs=0.03)
    assert found.seconds == pytest.approx(4, abs=0.05)
    assert data.index(b"moov") < data.index(b"mdat")
    assert (found.width, found.height) == (160, 90)


def test_each_shot_lasts_its_own_seconds_and_the_counter_runs(start: Any, tmp_path: Path) -> None:
    bench = start(clips="render", scale=0.5)
    shots = [{"prompt": "@Element1", "duration": "1"}, {"prompt": "b" * 60, "duration": "2"}]
    url = bench.result({"multi_prompt": shots, "duration": "3"}).json()["video"]["url"]
    data = bench.plain.get(url).content
    first, edge, second, third = (frame(data, at, tmp_path) for at in (0.6, 0.8, 1.2, 2.2))
    assert unlike(first, edge) < 1
    assert unlike(edge, second) > 5
    assert 0.2 < unlike(second, third) < 5


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=2, max_size=5),
    st.text(max_size=8),
    st.integers(0, 99),
)
def test_every_cut_inside_a_clip_can_be_found_though_it_is_not_where_it_was_ordered(
    lengths: list[int], scene: str, number: int
) -> None:
    shots = tuple(
        OrderedShot(prompt=f"Gull {number + at} turns.", seconds=seconds)
        for at, seconds in enumerate(lengths)
    )
    renderer = ClipRenderer("render", 0.25)
    order = replace(ORDER, shots=shots, audio=False)
    data = asyncio.run(renderer.render("cd" * 32, order, ClipLabel(scene=scene), {}))
    renderer.close()
    places = list(accumulate(lengths))[:-1]
    with tempfile.TemporaryDirectory() as folder:
        assert facts(data, Path(folder)).frames == sum(lengths) * 24 + 1
        found = measure_cuts(Path(folder) / "clip.mp4", places)
        shown = frames_of(Path(folder) / "clip.mp4")
    for cut, place in zip(found, places, strict=True):
        assert cut.exact
        assert abs(cut.frame - place * 24) <= 3
        assert unlike(shown[cut.frame - 1], shown[cut.frame]) > 5


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


def test_the_file_size_is_that_of_the_clip(start: Any) -> None:
    bench = start(clips="render", scale=0.25)
    video = bench.result({"prompt": "a", "duration": "3"}).json()["video"]
    assert len(bench.plain.get(video["url"]).content) == video["file_size"]


def test_a_stub_is_a_film_of_the_right_length_and_large_enough_for_frames(
    bench: Any, tmp_path: Path
) -> None:
    url = bench.result({"prompt": "a", "duration": "15", "aspect_ratio": "9:16"}).json()
    data = bench.plain.get(url["video"]["url"]).content
    found = facts(data, tmp_path)
    assert len(data) < 10_000
    assert (found.frames, found.rate) == (361, 24)
    assert (found.width, found.height) == (360, 640)
    save_frame(tmp_path / "clip.mp4", tmp_path / "last.png")
    link = bench.upload((tmp_path / "last.png").read_bytes())
    again = bench.result({"prompt": "a", "duration": "3", "start_image_url": link})
    assert again.status_code == 200


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


def test_without_a_codec_a_clip_still_has_its_length_shape_and_rate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clip_render, "is_av_here", lambda: False)
    renderer = ClipRenderer("render", 0.5)

    async def render() -> bytes:
        return await renderer.render("ab" * 32, ORDER, ClipLabel(), {})

    data = asyncio.run(render())
    renderer.close()
    found = facts(data, tmp_path)
    assert (found.frames, found.rate, found.width, found.height) == (73, 24, 180, 320)


@pytest.mark.parametrize("scale", [0.1, 1, 4])
@pytest.mark.parametrize("ratio", ["16:9", "9:16", "1:1"])
def test_sides_are_even(ratio: str, scale: float) -> None:
    assert all(side % 2 == 0 for side in size_of(ratio, scale))


def test_a_frame_that_is_no_picture_is_left_out() -> None:
    order = replace(ORDER, first="a", last="b", references=(("@Element1", "c"),))
    files = {"a": b"no", "b": b"", "c": b"neither"}
    assert len(list(draw_clip(order, ClipLabel(), (90, 160), files, steps=2))) == 6


def test_frames_between_the_first_and_the_last_are_shown_evenly_in_their_order() -> None:
    colours = {"a": "#ff0000", "b": "#00ff00", "c": "#0000ff", "d": "#ffff00"}
    files = {}
    for link, colour in colours.items():
        data = io.BytesIO()
        Image.new("RGB", (64, 36), colour).save(data, "PNG")
        files[link] = data.getvalue()
    shots = (OrderedShot(prompt="A cat.", seconds=5),)
    order = replace(ORDER, shots=shots, first="a", middle=("b", "c"), last="d")
    drawn = draw_clip(order, ClipLabel(), (64, 36), files, steps=2)
    corners = [f"#{bytes(one.getpixel((0, 0))).hex()}" for one in drawn]
    found = {at: corner for at, corner in enumerate(corners) if corner in colours.values()}
    assert found == {0: "#ff0000", 3: "#00ff00", 6: "#0000ff", 9: "#ffff00"}


def test_every_shot_of_a_clip_looks_unlike_the_one_before() -> None:
    shots = tuple(OrderedShot(prompt="the same", seconds=1) for _ in range(6))
    for scene in ("arrival", "storm", "c", "d"):
        drawn = list(
            draw_clip(replace(ORDER, shots=shots), ClipLabel(scene=scene), (64, 36), {}, steps=1)
        )
        assert all(unlike(one, other) > 8 for one, other in pairwise(drawn))


def test_the_letters_of_many_scripts_are_in_the_package() -> None:
    missing = [char for char in "éñü¿ŁßŒşğİ“—αЖאعა" if not has_letter(char)]
    assert missing == []
    assert not has_letter("雷")
    assert font_for("¿Łódź?", 20).getname()[0] == "DejaVu Sans"


def test_the_pictures_that_were_sent_are_seen_with_their_names(
    start: Any, tmp_path: Path, picture: Any
) -> None:
    bench = start(clips="render", scale=0.5)
    red, lime = (bench.upload(picture(colour=colour)) for colour in ("red", "lime"))
    body = {
        "prompt": "@Element1 sees @Image1",
        "duration": "3",
        "elements": [{"frontal_image_url": red, "reference_image_urls": [red]}],
        "image_urls": [lime],
    }

    def shown(names: str, **changes: Any) -> Image.Image:
        headers = {"X-Simulate-Names": names, "X-Simulate-Scene": "a"}
        answer = bench.wait(bench.submit({**body, **changes}, headers=headers)).json()
        return frame(bench.plain.get(answer["video"]["url"]).content, 1, tmp_path)

    def shares(image: Image.Image) -> tuple[float, float]:
        colours = image.convert("RGB").getcolors(1 << 24) or []
        reds = sum(n for n, (r, g, b) in colours if r > 200 and g < 60 and b < 60)
        limes = sum(n for n, (r, g, b) in colours if g > 200 and r < 90 and b < 90)
        return reds / (image.width * image.height), limes / (image.width * image.height)

    both = shown("%40Element1=mara.nightgown,%40Image1=%C5%81%C3%B3d%C5%BA")
    assert all(share > 0.02 for share in shares(both))
    assert unlike(both, shown("%40Element1=pim,%40Image1=gallery")) > 0.1
    lone = shares(shown("", prompt="@Element1 sleeps"))
    assert lone[0] > 0.02 > lone[1]
    other = bench.upload(picture(colour="blue"))
    assert shares(shown("", image_urls=[other]))[1] < 0.02


def test_a_film_is_read_back_as_it_was_written(picture: Any, tmp_path: Path) -> None:
    data = write_movie([(picture(kind="JPEG"), 24), (picture(kind="JPEG"), 36)], 400, 402)
    found = facts(mark(data, b"x"), tmp_path)
    assert (found.seconds, found.rate, found.width, found.height) == (2.5, 24, 400, 402)
