"""The film from pieces of clips: which frames it has, and where its sound is."""

from __future__ import annotations

import math
import random
import tempfile
from array import array
from fractions import Fraction
from pathlib import Path

import av
import pytest
from drawn_clips import (
    draw_clip,
    frames_of,
    number_on,
    samples_of,
    signal_to_noise,
    sound,
    tone,
    turned_clip,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from storyboard.media.clip_writer import write_clip
from storyboard.media.join import JoinPiece, StitchError, join
from storyboard.media.mp4 import read_clip
from storyboard.media.sound import SAMPLE_RATE, Sound

ROOT = Path(__file__).parents[2]


def joined(pieces: list[JoinPiece], folder: Path) -> tuple[Path, bool, list[str]]:
    said: list[str] = []
    made = join(pieces, folder / "film.mp4", said.append)
    assert not list(folder.glob(".stitch-*"))
    return made.file, made.encoded, said


def numbers(film: Path) -> list[int]:
    return [number_on(frame) for frame in frames_of(film)]


def clicks_at(*frames: int, rate: int = 24) -> Sound:
    """Five seconds of silence with a click where each of these frames begins to be shown."""
    places = [round(frame / rate * SAMPLE_RATE) for frame in frames]

    def value(at: int) -> float:
        return max((0.9 * math.exp(-abs(at - place) / 40) for place in places), default=0.0)

    return sound(5, value)


def peaks(film: Path, level: float = 0.3) -> list[float]:
    """The seconds at which a film clicks."""
    found: list[tuple[float, int]] = []
    for at, value in enumerate(samples_of(film)):
        if abs(value) < level:
            continue
        if found and at - found[-1][1] < 480:
            found[-1] = max(found[-1], (abs(value), at))
        else:
            found.append((abs(value), at))
    return [at / SAMPLE_RATE for _, at in found]


def test_whole_clips_of_one_make_are_copied(tmp_path: Path) -> None:
    one = draw_clip(tmp_path / "1.mp4", colours=["navy", "red"])
    two = draw_clip(tmp_path / "2.mp4", 3)
    film, encoded, said = joined(
        [JoinPiece(file=one), JoinPiece(file=two), JoinPiece(file=one)], tmp_path
    )
    assert (encoded, said) == (False, [])
    assert numbers(film) == [*range(121), *range(73), *range(121)]
    found = read_clip(film)
    assert (found.frames, found.is_even, found.has_sound) == (315, True, False)


@pytest.mark.parametrize("is_cut", [False, True])
def test_how_much_of_the_film_is_written_is_told_after_each_piece(
    is_cut: bool, tmp_path: Path
) -> None:
    clip = draw_clip(tmp_path / "1.mp4")
    told: list[tuple[float, float]] = []
    pieces = [JoinPiece(file=clip, end=48 if is_cut else None), JoinPiece(file=clip)]
    join(pieces, tmp_path / "film.mp4", lambda _: None, lambda *heard: told.append(heard))
    frames = [48, 169] if is_cut else [121, 242]
    assert told == [(done / 24, frames[-1] / 24) for done in frames]


def test_sound_stays_with_the_pictures_over_many_copied_clips(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "1.mp4", heard=clicks_at(24, 96))
    film, encoded, _ = joined([JoinPiece(file=clip)] * 12, tmp_path)
    assert not encoded
    wanted = [(121 * part + frame) / 24 for part in range(12) for frame in (24, 96)]
    assert peaks(film) == pytest.approx(wanted, abs=0.001)


def test_pieces_have_exactly_their_frames_and_their_sound(tmp_path: Path) -> None:
    one = draw_clip(tmp_path / "1.mp4", colours=["navy", "red"], heard=clicks_at(30, 71, 100))
    two = draw_clip(tmp_path / "2.mp4", colours=["green"])
    pieces = [
        JoinPiece(file=one, start=25, end=72),
        JoinPiece(file=two, start=7, end=72),
        JoinPiece(file=one, start=90),
        JoinPiece(file=one, end=31),
    ]
    film, encoded, said = joined(pieces, tmp_path)
    assert encoded
    assert said == ["the clips are not all of one make: all are encoded anew"]
    shown = [*range(25, 72), *range(7, 72), *range(90, 121), *range(31)]
    assert numbers(film) == shown
    # The last click of the first piece stands in its last frame, the 47th, before a silent clip.
    places = [5, 46, 47 + 65 + 10, 47 + 65 + 31 + 30]
    assert peaks(film) == pytest.approx([place / 24 for place in places], abs=0.001)
    originals = {one: frames_of(one), two: frames_of(two)}
    sources = [one] * 47 + [two] * 65 + [one] * 62
    for frame, source, number in zip(frames_of(film), sources, shown, strict=True):
        assert signal_to_noise(frame, originals[source][number]) >= 45


@pytest.fixture(scope="module")
def clicking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that clicks at every twelfth frame from the sixth on."""
    folder = tmp_path_factory.mktemp("clicking")
    return draw_clip(folder / "clip.mp4", size=(96, 54), heard=clicks_at(*range(6, 120, 12)))


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 110), st.integers(1, 60)), min_size=1))
def test_any_pieces_in_any_order_keep_frames_and_sound_together(
    clicking: Path, pieces: list[tuple[bool, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        silent = draw_clip(Path(name) / "silent.mp4", size=(96, 54))
        cut = [
            JoinPiece(file=silent if is_silent else clicking, start=start, end=min(121, start + n))
            for is_silent, start, n in pieces
        ]
        film, _, _ = joined(cut, Path(name))
        shown, clicks = [], []
        for piece in cut:
            numbers_of = range(piece.start, piece.end or 0)
            # A click in the first or last frame of a piece may lie where the sound fades.
            clicks += [
                len(shown) + number - piece.start
                for number in numbers_of[1:-1]
                if piece.file == clicking and number % 12 == 6
            ]
            shown += numbers_of
        assert numbers(film) == shown
        heard = peaks(film) if read_clip(film).has_sound else []
        missed = [at for at in clicks if not any(abs(at / 24 - one) < 0.001 for one in heard)]
        assert missed == []


def test_frames_of_a_picture_with_grain_stay_as_they_were_received(tmp_path: Path) -> None:
    scenery = Image.open(ROOT / "examples/lighthouse/sets/gallery.png").convert("RGB")
    scenery = scenery.resize((400, 225))
    chance = random.Random(1)

    def shown(at: int) -> Image.Image:
        grain = Image.frombytes("L", (320, 180), chance.randbytes(320 * 180))
        grain = grain.point(lambda value: 128 + (value - 128) // 16)
        picture = scenery.crop((at, at // 2, at + 320, at // 2 + 180))
        return ImageChops.add(picture, Image.merge("RGB", [grain] * 3), 1, -128)

    clip = tmp_path / "1.mp4"
    write_clip(clip, ((shown(at), 1) for at in range(49)))
    film, encoded, _ = joined(
        [JoinPiece(file=clip, start=5), JoinPiece(file=clip, end=5)], tmp_path
    )
    assert encoded
    received = frames_of(clip)
    likeness = [
        signal_to_noise(one, other)
        for one, other in zip(frames_of(film), received[5:] + received[:5], strict=True)
    ]
    assert min(likeness) >= 45


@pytest.mark.parametrize(
    ("rate", "layout"), [(44_100, "mono"), (24_000, "stereo"), (48_000, "5.1")]
)
def test_sound_of_another_rate_or_layout_is_where_it_was(
    tmp_path: Path, rate: int, layout: str
) -> None:
    silent, clip = draw_clip(tmp_path / "1.mp4", 3), tmp_path / "2.mp4"
    samples = array("f", bytes(4 * rate * 3))
    for frame in (24, 48):
        samples[frame * rate // 24] = 0.9
    with av.open(str(clip), "w") as film, av.open(str(silent)) as source:
        pictures = film.add_stream_from_template(source.streams.video[0])
        heard = film.add_stream("aac", rate=rate, layout=layout)
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = pictures
                film.mux(packet)
        block = av.AudioFrame("fltp", layout, len(samples))
        for plane in block.planes:
            plane.update(samples.tobytes())
        block.rate, block.pts, block.time_base = rate, 0, Fraction(1, rate)
        film.mux([*heard.encode(block), *heard.encode(None)])
    for cut in (JoinPiece(file=clip), JoinPiece(file=clip, start=12, end=60)):
        made, _, _ = joined([cut] * 3, tmp_path)
        length = (cut.end or 73) - cut.start
        places = [part * length + at - cut.start for part in range(3) for at in (24, 48)]
        wanted = [place / 24 for place in places]
        assert peaks(made, 0.1) == pytest.approx(wanted, abs=0.001)


def test_a_cut_fades_and_pieces_that_follow_each_other_do_not(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "1.mp4", heard=tone(5.1, 1000))

    def loudness(pieces: list[JoinPiece]) -> float:
        film, _, _ = joined(pieces, tmp_path)
        seam = 2 * SAMPLE_RATE
        return max(map(abs, samples_of(film)[seam - 48 : seam + 48]))

    cut = [JoinPiece(file=clip, end=48), JoinPiece(file=clip, start=60)]
    whole = [
        JoinPiece(file=clip, end=48, chapter="a"),
        JoinPiece(file=clip, start=48, chapter="b"),
    ]
    assert loudness(cut) < 0.1
    assert loudness(whole) > 0.4


def test_chapters_begin_where_titles_change(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "1.mp4", 2, heard=tone(2))
    titles = ["Arrival", "Arrival", "Ł’île ñ"]
    film, _, _ = joined([JoinPiece(file=clip, chapter=title) for title in titles], tmp_path)
    with av.open(str(film)) as container:
        found = [
            (
                one["metadata"]["title"],
                *(round(one[at] * one["time_base"] * 1000) for at in ("start", "end")),
            )
            for one in container.chapters()
        ]
    assert found == [("Arrival", 0, 4083), ("Ł’île ñ", 4083, 6125)]
    assert read_clip(film).frames == 147


def test_other_sizes_and_rates_are_fitted_into_what_fills_the_film(tmp_path: Path) -> None:
    wide = draw_clip(tmp_path / "1.mp4", 2, colours=["red"], size=(640, 360))
    tall = draw_clip(tmp_path / "2.mp4", 1, colours=["lime"], size=(180, 320), rate=30)
    film, encoded, _ = joined([JoinPiece(file=tall), JoinPiece(file=wide)], tmp_path)
    found = read_clip(film)
    assert encoded
    assert (found.width, found.height, found.rate) == (640, 360, 24)
    assert found.frames == round(31 / 30 * 24) + 49
    frame = frames_of(film)[0]
    edge, middle = frame.getpixel((10, 180)), frame.getpixel((320, 180))
    assert isinstance(edge, tuple)
    assert isinstance(middle, tuple)
    assert max(edge) < 20
    assert middle[1] > 200 > 60 > middle[0]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_clip_that_is_shown_turned_is_turned_where_it_is_encoded(
    tmp_path: Path, degrees: int
) -> None:
    plain = draw_clip(tmp_path / "1.mp4", 1)
    turned = turned_clip(plain, tmp_path / "2.mp4", degrees)
    sides = (180, 320) if degrees % 180 else (320, 180)
    film, encoded, _ = joined([JoinPiece(file=turned, start=1)], tmp_path)
    assert encoded
    shown = [one.rotate(-degrees, expand=True) for one in frames_of(film)]
    assert (read_clip(film).width, read_clip(film).height) == sides
    assert [number_on(one) for one in shown] == [*range(1, 25)]
    # Beside one that is not turned it is of another make; alone it stays as it is.
    assert joined([JoinPiece(file=turned), JoinPiece(file=plain)], tmp_path)[1]
    assert not joined([JoinPiece(file=turned), JoinPiece(file=turned)], tmp_path)[1]


def test_pictures_that_can_only_be_decoded_are_encoded(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mov"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("prores_ks", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv422p10le"
        for shade in range(12):
            frame = av.VideoFrame.from_image(Image.new("RGB", (320, 180), (shade * 20, 0, 0)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    film, encoded, said = joined([JoinPiece(file=clip)], tmp_path)
    assert encoded
    assert said == ["the clips cannot be joined as they are: all are encoded anew"]
    assert len(frames_of(film)) == 12


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov"])
def test_a_film_is_what_its_name_says(tmp_path: Path, suffix: str) -> None:
    clip = draw_clip(tmp_path / "1.mp4", 1, rate=Fraction(24000, 1001), heard=tone(1))
    made = join([JoinPiece(file=clip), JoinPiece(file=clip)], tmp_path / f"film{suffix}")
    assert read_clip(made.file).rate == Fraction(24000, 1001)
    assert numbers(made.file) == [*range(24), *range(24)]


def test_a_piece_that_the_clip_does_not_have_is_refused_by_name(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "1.mp4", 1)
    pieces = [JoinPiece(file=clip), JoinPiece(file=clip, start=10, end=26, name="arrival/climb")]
    with pytest.raises(StitchError, match=r'"arrival/climb" .* 25 frames, those from 10 to 26'):
        join(pieces, tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


def test_a_clip_that_cannot_be_decoded_is_refused_by_name(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "1.mp4", 1)
    data = clip.read_bytes()
    at = data.index(b"mdat") + 4
    broken = tmp_path / "2.mp4"
    broken.write_bytes(data[:at] + bytes(len(data) - at))
    pieces = [JoinPiece(file=clip), JoinPiece(file=broken, end=20, name="arrival/climb")]
    with pytest.raises(StitchError, match=r'"arrival/climb" is damaged: .*"[^"]*2.mp4" and run'):
        join(pieces, tmp_path / "film.mp4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.mp4", "2.mp4"]
