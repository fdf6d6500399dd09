"""Several clips of footage go into one request where the target takes several."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from films_here import invoke, planned, said
from still_movies import movie

FOUR = "fal/kling-v4-reference-to-video"
ONE = "fal/kling-o3-pro-video-reference"
FILM = """\
storyboard: 1
target: fal/kling-v4-reference-to-video
defaults: {duration: 4s, audio: true, resolution: 720p}
footage:
  street: {video: clips/street.mp4}
  alley: {video: clips/alley.mp4}
scenes:
  - shots:
      - {id: rain, prompt: "Rain falls as in @street, then as in @alley, and again as in @street."}
"""
APART = FILM.replace("Rain falls as in @street, then as in @alley, and again as in", "As in") + (
    '      - {id: dusk, prompt: "Dusk, as in @alley."}\n'
)


@pytest.fixture(autouse=True)
def _in_a_folder_with_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_clips(street=5, alley=7)


def write_clips(**seconds: int) -> None:
    Path("clips").mkdir(exist_ok=True)
    for name, lasts in seconds.items():
        Path("clips", f"{name}.mp4").write_bytes(movie(lasts))


def of_clips(lengths: Mapping[str, int]) -> str:
    """The film of a shot that mentions so many clips, each as long as it says."""
    write_clips(**lengths)
    declared = "".join(f"  {name}: {{video: clips/{name}.mp4}}\n" for name in lengths)
    mentions = ", ".join(f"@{name}" for name in lengths)
    head, tail = FILM.split("  street:")[0], "scenes:" + FILM.split("scenes:")[1]
    before, after = tail.split("Rain", 1)[0], '"}\n'
    return f"{head}{declared}{before}Rain as in {mentions}.{after}"


def test_each_clip_has_a_tag_a_place_in_the_list_and_its_seconds_in_the_price() -> None:
    made = planned(FILM)
    assert made.plan.is_applyable, said(made)
    (request,) = made.plan.requests
    expected = "Rain falls as in @Video1, then as in @Video2, and again as in @Video1."
    assert request.payload["prompt"] == expected
    assert request.tokens == {"@Video1": "street", "@Video2": "alley"}
    assert [(one.path, one.pointers) for one in request.assets] == [
        ("clips/street.mp4", ("/video_urls/0",)),
        ("clips/alley.mp4", ("/video_urls/1",)),
    ]
    assert request.cost is not None
    # 4 s of output beside 5 and 7 s of input, at 0.094.
    assert (f"{request.cost.money.amount:f}", request.cost.seconds) == ("1.504", 16)


def test_shots_with_clips_of_their_own_share_a_request_where_it_costs_no_more() -> None:
    write_clips(street=3, alley=3)
    made = planned(APART)
    assert made.plan.is_applyable, said(made)
    assert [len(one.payload["video_urls"]) for one in made.plan.requests] == [2]


def test_where_a_request_takes_one_clip_such_shots_are_apart() -> None:
    made = planned(APART.replace(FOUR, ONE).replace(", resolution: 720p", ""))
    assert made.plan.is_applyable, said(made)
    assert [one.id for one in made.plan.requests] == ["1/rain", "1/dusk"]


@pytest.mark.parametrize(("names", "requests"), [("abcde", 1), ("abcdef", 2)])
def test_shots_share_a_request_with_as_many_clips_as_it_carries(names: str, requests: int) -> None:
    text = of_clips(dict.fromkeys(names, 3))
    first, rest = names[:3], names[3:]
    both = text.replace(
        ", ".join(f"@{one}" for one in names), ", ".join(f"@{one}" for one in first)
    )
    both += f'      - {{id: dusk, prompt: "Dusk as in {", ".join(f"@{one}" for one in rest)}."}}\n'
    made = planned(both)
    assert made.plan.is_applyable, said(made)
    assert len(made.plan.requests) == requests


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        (
            dict.fromkeys("abcdef", 3),
            "6 clips of footage, a request carries 5: a, b, c, d, e, f",
        ),
        (
            dict.fromkeys("abcd", 8),
            "clips that last 32.00 s together, a request carries 30.05 s: a, b, c, d",
        ),
    ],
    ids=["six", "long"],
)
def test_more_clips_or_longer_ones_than_a_request_carries_are_refused(
    lengths: dict[str, int], expected: str
) -> None:
    assert [one for one in said(planned(of_clips(lengths))) if "is made of" in one] == [
        f'SB405 "1/rain" is made of {expected}'
    ]


def test_five_clips_are_taken_by_the_simulator() -> None:
    made = planned(of_clips(dict.fromkeys("abcde", 5)))
    assert made.plan.is_applyable, said(made)
    answer = invoke("run", "--simulate", "--yes")
    assert answer.return_value == 0, answer.output
    assert "charged 2.73 USD" in answer.output  # (25 + 4) s at 0.094


def test_the_clip_of_a_character_counts_in_the_price_as_footage_does() -> None:
    write_clips(street=5, mara=4)
    text = FILM.replace("  alley: {video: clips/alley.mp4}\n", "").replace(
        "as in @alley", "on @mara"
    )
    made = planned(text.replace("scenes:", "characters: {mara: {video: clips/mara.mp4}}\nscenes:"))
    assert made.plan.is_applyable, said(made)
    (request,) = made.plan.requests
    assert request.payload["elements"][0].keys() == {"video_url"}
    assert request.cost is not None
    assert request.cost.seconds == 4 + 5 + 4
    answer = invoke("run", "--simulate", "--yes")
    assert "estimated 1.23 USD · charged 1.23 USD" in answer.output, answer.output


def test_the_vendor_refuses_a_sixth_and_more_than_fifteen_in_all(vendors: Any) -> None:
    link = "https://example.com/a"
    many = {"prompt": "Rain.", "video_urls": [link] * 6}
    all_kinds = {"prompt": "Rain.", "video_urls": [link] * 5, "image_urls": [link] * 11}
    assert vendors.send("fal", "kling/v4/reference-to-video", [many, all_kinds]) == [
        "List should have at most 5 items after validation, not 6",
        "Maximum 15 total (elements + reference images) is allowed, got 16",
    ]
