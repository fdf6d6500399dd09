"""The documented rules, and the documented words for what breaks them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard.simulator.fal.endpoints import ENDPOINTS as FAL
from storyboard.simulator.mp4_writer import write_movie
from storyboard.simulator.orders import read_order, remarks_on, text_width
from storyboard.simulator.oxen.endpoints import ENDPOINTS as OXEN
from storyboard.simulator.rules import check_body

O3 = "fal-ai/kling-video/o3/pro/reference-to-video"
O3_4K = "fal-ai/kling-video/o3/4k/reference-to-video"
O1 = "fal-ai/kling-video/o1/reference-to-video"
V3 = "fal-ai/kling-video/v3/pro/text-to-video"
V26 = "fal-ai/kling-video/v2.6/pro/text-to-video"
OX3 = "kling-video-o3-pro-reference-to-video"
OX1 = "kling-video-o1-reference-to-video"
OMNI = "kling-video-o3-omni"

P = "https://example.org/a.png"
ELEMENT = {"frontal_image_url": P, "reference_image_urls": [P]}
MOVIE = {"video_url": "https://example.org/a.mp4"}


def breaches(endpoint: str, body: dict[str, Any]) -> list[tuple[str, str, tuple[Any, ...]]]:
    body_type = (FAL.get(endpoint) or OXEN[endpoint]).body_type
    return [(breach.type, breach.msg, breach.loc) for breach in check_body(body_type, body)]


def messages(endpoint: str, body: dict[str, Any]) -> list[str]:
    return [message for _, message, _ in breaches(endpoint, body)]


def shots(*seconds: object, prompt: str = "a") -> list[dict[str, object]]:
    return [{"prompt": prompt, "duration": one} for one in seconds]


SOUND: list[tuple[str, dict[str, Any]]] = [
    (O3, {"prompt": "a"}),
    (O3, {"prompt": "a", "multi_prompt": None, "elements": None, "image_urls": None}),
    (O3, {"prompt": "a" * 2500}),
    (O3, {"multi_prompt": shots("2", "1"), "duration": "3"}),
    (O3, {"multi_prompt": shots(*["1"] * 5, "10"), "shot_type": "customize"}),
    (O3, {"multi_prompt": [{"prompt": "a"}] * 3}),
    (O3, {"multi_prompt": shots("5", prompt="a" * 512)}),
    (O3, {"multi_prompt": shots("5", prompt="@Element1" + "a" * 497), "elements": [ELEMENT]}),
    (O3, {"prompt": "a", "elements": [ELEMENT] * 4, "image_urls": [P] * 3}),
    (O3, {"prompt": "a", "elements": [MOVIE, ELEMENT, ELEMENT], "image_urls": [P]}),
    (O3, {"prompt": "a", "elements": [{**MOVIE, "voice_id": "v"}]}),
    (O3, {"prompt": "a", "elements": [{**ELEMENT, "voice_id": "v"}]}),
    (O3, {"prompt": "a", "end_image_url": P}),
    (O3, {"prompt": "a", "nonsense": 1, "negative_prompt": "b"}),
    (O1, {"prompt": "a", "duration": "10", "image_urls": [P] * 7}),
    (O1, {"prompt": "a", "multi_prompt": [{"duration": "99"}], "start_image_url": 1}),
    ("fal-ai/kling-video/o3/pro/text-to-video", {"prompt": "a", "elements": [{}]}),
    (V3, {"prompt": "a", "negative_prompt": "b", "cfg_scale": 0.5}),
    (V26, {"prompt": "a", "duration": "10"}),
    (OX3, {"prompt": "a", "duration": 15}),
    (OX3, {"multi_prompt": shots(2, 1)}),
    (OX3, {"multi_prompt": shots(5, 5, 5)}),
    (OX3, {"prompt": "a", "start_image_url": P, "tail_image_url": P}),
    (OMNI, {"prompt": "a" * 2500, "resolution": "4k", "input_image": [P] * 7}),
    (OX1, {"prompt": "a", "input_image": [P], "duration": 10}),
]


@pytest.mark.parametrize(("endpoint", "body"), SOUND)
def test_a_body_within_the_rules_is_accepted(endpoint: str, body: dict[str, Any]) -> None:
    assert breaches(endpoint, body) == []


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    (O3, {"prompt": "a", "multi_prompt": shots("3")}, "Cannot provide both 'prompt' and 'multi_"),
    (O3, {}, "Either 'prompt' or 'multi_prompt' must be provided"),
    (O3, {"multi_prompt": []}, "Either 'prompt' or 'multi_prompt' must be provided"),
    (O3, {"prompt": ""}, "Either 'prompt' or 'multi_prompt' must be provided"),
    (O3, {"multi_prompt": [{"duration": "3"}]}, "Field required"),
    (O3, {"multi_prompt": shots("1", "1")}, "duration value '2' is invalid"),
    (O3, {"multi_prompt": shots("8", "8")}, "Total shot duration (16s) exceeds maximum allowed"),
    (O3, {"multi_prompt": shots("16")}, "Input should be '1', '2', "),
    (O3, {"multi_prompt": shots(5)}, "Input should be '1', '2', "),
    (O3, {"multi_prompt": shots(*["1"] * 7)}, "List should have at most 6 items"),
    (O3, {"multi_prompt": ["a"]}, "Input should be a valid dictionary"),
    (O3, {"prompt": "a", "duration": 5}, "Input should be '3', '4', "),
    (O3, {"prompt": "a", "duration": "2"}, "Input should be '3', '4', "),
    (O3, {"prompt": "a", "duration": None}, "Input should be '3', '4', "),
    (O3, {"prompt": "a" * 2501}, "String should have at most 2500 characters"),
    (O3, {"prompt": "a" * 2490 + " @Image1"}, "prompt: size must be between 0 and 2500"),
    (
        O3,
        {"multi_prompt": shots("5", prompt="a" * 513)},
        "multiPrompt[0].prompt: size must be between 0 and 512",
    ),
    (
        O3,
        {"multi_prompt": [*shots("3"), *shots("3", prompt="@Element1 " * 5 + "a" * 442)]},
        "multiPrompt[1].prompt: size must be between 0 and 512",
    ),
    (O3, {"prompt": "a", "aspect_ratio": "4:3"}, "Input should be '16:9', '9:16' or '1:1'"),
    (O3, {"prompt": "a", "generate_audio": "yes"}, "Input should be a valid boolean"),
    (O3, {"prompt": "a", "shot_type": "wild"}, "Input should be 'customize' or 'intelligent'"),
    (
        O3,
        {"prompt": "a", "elements": [{"frontal_image_url": P}]},
        "Either frontal_image_url and reference_image_urls or video_url must be provided.",
    ),
    (
        O3,
        {"prompt": "a", "elements": [{"frontal_image_url": P, "reference_image_urls": []}]},
        "Either frontal_image_url and reference_image_urls or video_url must be provided.",
    ),
    (
        O3,
        {"prompt": "a", "elements": [{"frontal_image_url": P, "reference_image_urls": [P] * 4}]},
        "List should have at most 3 items",
    ),
    (O3, {"prompt": "a", "elements": [MOVIE, MOVIE]}, "A request can only have one element with"),
    (O3, {"prompt": "a", "elements": [ELEMENT] * 8}, "Maximum 7 total"),
    (O3, {"prompt": "a", "elements": [MOVIE, *[ELEMENT] * 4]}, "Maximum 4 total"),
    (O1, {"prompt": "a", "duration": "11"}, "Input should be '3', '4', "),
    (O1, {}, "Field required"),
    (O1, {"prompt": "a", "elements": [{"reference_image_urls": [P]}]}, "Field required"),
    (V3, {"prompt": "a", "cfg_scale": 1.5}, "Input should be less than or equal to 1"),
    (V26, {"prompt": "a", "duration": "7"}, "Input should be '5' or '10'"),
    (OX3, {"prompt": "a", "multi_prompt": shots(3)}, "Cannot provide both 'prompt' and 'multi_"),
    (OX3, {"multi_prompt": []}, "Either 'prompt' or 'multi_prompt' must be provided"),
    (OX3, {"multi_prompt": [{"duration": 3}]}, "Field required"),
    (OX3, {"prompt": "a", "duration": 2}, "duration value '2' is invalid"),
    (OX3, {"multi_prompt": shots(1, 1)}, "duration value '2' is invalid"),
    (OX3, {"multi_prompt": shots(5, 5, 6)}, "Total shot duration (16s) exceeds maximum allowed"),
    (OX3, {"multi_prompt": shots(16)}, "Input should be '1', '2', "),
    (OX3, {"prompt": "a", "duration": "5"}, "Input should be a valid integer"),
    (OX3, {"prompt": "a", "duration": True}, "Input should be a valid integer"),
    (OX3, {"prompt": "a" * 513}, "String should have at most 512 characters"),
    (OX3, {"prompt": "@Image1" + "a" * 500}, "prompt: size must be between 0 and 512"),
    (OX3, {"prompt": "a", "tail_image_url": P}, "tail_image_url requires start_image_url"),
    (OX3, {"prompt": "a", "input_image": [P] * 5}, "Maximum 4 total"),
    (OX3, {"prompt": "a", "elements": [ELEMENT] * 3, "input_image": [P] * 2}, "Maximum 4 total"),
    (OX1, {"prompt": "a", "input_image": [P], "duration": 7}, "Input should be '5' or '10'"),
    (OX1, {"prompt": "a"}, "Field required"),
]


@pytest.mark.parametrize(("endpoint", "body", "words"), BROKEN)
def test_a_broken_rule_is_stated_in_the_documented_words(
    endpoint: str, body: dict[str, Any], words: str
) -> None:
    found = messages(endpoint, body)
    assert found
    assert found[0].startswith(words)


def test_the_words_for_a_shot_that_is_too_long_name_all_lengths() -> None:
    (message,) = messages(OX3, {"multi_prompt": shots(16)})
    assert message.endswith("'14' or '15'")


def test_every_wrong_field_is_reported_with_its_place() -> None:
    body = {"prompt": 1, "duration": "99", "elements": [ELEMENT, {"video_url": 3}]}
    places = [loc for _, _, loc in breaches(O3, body)]
    assert places == [("prompt",), ("elements", 1, "video_url"), ("duration",)]


@settings(deadline=None)
@given(st.text(alphabet="ab雷é🎬 ", max_size=530), st.integers(0, 8))
def test_a_shot_passes_when_its_code_points_and_six_for_each_tag_fit(text: str, tags: int) -> None:
    prompt = text + "@Element1" * tags
    width = len(prompt) + 6 * tags
    assert text_width(prompt) == width
    found = messages(O3, {"multi_prompt": shots("5", prompt=prompt)})
    assert bool(found) is (width > 512)


@settings(deadline=None)
@given(st.lists(st.integers(1, 15), min_size=1, max_size=6))
def test_shots_pass_when_they_last_three_to_fifteen_seconds(seconds: list[int]) -> None:
    total = sum(seconds)
    assert bool(messages(O3, {"multi_prompt": shots(*map(str, seconds))})) is not (3 <= total <= 15)
    assert bool(messages(OX3, {"multi_prompt": shots(*seconds)})) is not (3 <= total <= 15)


LEAF = st.sampled_from([None, True, 0, 5, -1, 10**30, 0.5, "", "5", "a", "@Element1", P])
JSON: st.SearchStrategy[Any] = (
    LEAF | st.lists(LEAF, max_size=3) | st.just({}) | st.just([{}]) | st.just([[]])
)
FIELDS = sorted({name for one in (*FAL.values(), *OXEN.values()) for name in one.body_type.fields})


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from([*FAL, *OXEN]),
    st.dictionaries(
        st.sampled_from(FIELDS),
        JSON
        | st.lists(
            st.dictionaries(
                st.sampled_from(
                    ["prompt", "duration", "frontal_image_url", "reference_image_urls"]
                ),
                JSON,
            )
        ),
    ),
)
def test_no_body_upsets_the_checker(endpoint: str, body: dict[str, Any]) -> None:
    body_type = (FAL.get(endpoint) or OXEN[endpoint]).body_type
    if not check_body(body_type, body):
        assert read_order(body_type, body).seconds >= body_type.total[0]
        remarks_on(body_type, body)


def test_what_a_vendor_lets_pass_in_silence_is_remarked_on_the_bill(bench: Any) -> None:
    body = {
        "multi_prompt": shots("3", "4", prompt="@Element2 and @Image1"),
        "elements": [ELEMENT],
        "duration": "9",
        "end_image_url": P,
        "seed": 1,
    }
    assert bench.result(body).status_code == 200
    assert bench.sim.bill()["rows"][0]["remarks"] == (
        '"seed" is not a field here, ignored',
        "@Element2 stands for nothing",
        "@Element1 is sent and not mentioned",
        "@Image1 stands for nothing",
        "multi_prompt stands beside end_image_url",
        "duration is '9', the shots last 7 s",
    )


def test_the_fields_for_the_host_are_no_strangers(bench: Any) -> None:
    bench.enqueue({"prompt": "a", "num_generations": 1, "target_namespace": "b"})
    assert bench.sim.bill()["rows"][0]["remarks"] == ()


def test_the_billed_seconds_are_the_sum_of_the_shots(bench: Any) -> None:
    answer = bench.result({"multi_prompt": shots("3", "4"), "duration": "7"})
    assert answer.headers["x-fal-billable-units"] == "7"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        ({"width": 299, "height": 400}, "image_too_small"),
        ({"width": 400, "height": 299}, "image_too_small"),
        ({"width": 1003, "height": 400}, "image_aspect_ratio_error"),
        ({"width": 300, "height": 751}, "image_aspect_ratio_error"),
        ({"kind": "BMP"}, "unsupported_image_format"),
    ],
)
def test_pictures_outside_the_limits_are_refused_with_their_place(
    bench: Any, picture: Any, make: dict[str, Any], kind: str
) -> None:
    good, bad = bench.upload(picture()), bench.upload(picture(**make))
    element = {"frontal_image_url": good, "reference_image_urls": [good, bad]}
    answer = bench.result({"prompt": "@Element1", "elements": [element]})
    assert answer.status_code == 422
    (detail,) = answer.json()["detail"]
    assert detail["type"] == kind
    assert detail["loc"] == ["body", "elements", 0, "reference_image_urls", 1]
    assert detail["input"] == bad


@pytest.mark.parametrize("size", [(300, 300), (750, 300), (300, 750)])
def test_pictures_at_the_limits_are_accepted(
    bench: Any, picture: Any, size: tuple[int, int]
) -> None:
    url = bench.upload(picture(*size))
    assert bench.result({"prompt": "a", "image_urls": [url]}).status_code == 200


def test_a_picture_of_more_than_ten_mebibytes_is_too_large(bench: Any, picture: Any) -> None:
    # Bytes after the end of a PNG do not matter to a reader, and do to a limit.
    data = picture()
    fits = bench.upload(data + bytes(10_485_760 - len(data)))
    large = bench.upload(data + bytes(10_485_761 - len(data)))
    assert bench.result({"prompt": "a", "image_urls": [fits]}).status_code == 200
    answer = bench.result({"prompt": "a", "image_urls": [large]})
    assert answer.json()["detail"][0]["type"] == "file_too_large"


def test_a_broken_picture_and_a_page_are_no_pictures(bench: Any, picture: Any) -> None:
    half = bench.upload(picture()[:60])
    page = bench.upload(b"<html>", "text/html")
    answer = bench.result({"prompt": "a", "image_urls": [half, page]})
    assert [d["type"] for d in answer.json()["detail"]] == ["image_load_error"] * 2


def test_oxen_takes_the_safe_formats_only(bench: Any, picture: Any) -> None:
    url = bench.upload(picture(kind="WEBP"))
    assert bench.result({"prompt": "a", "image_urls": [url]}).status_code == 200
    row = bench.final(bench.enqueue({"prompt": "a", "input_image": [url]})[0])
    assert row["error_message"].startswith("Unsupported image format")


@pytest.mark.parametrize(
    "url", ["cast/mara.png", "file:///etc/passwd", "ftp://127.0.0.1/a", "http://", "http://[", ""]
)
def test_what_is_no_public_url_cannot_be_downloaded(bench: Any, url: str) -> None:
    answer = bench.result({"prompt": "a", "image_urls": [url]})
    assert answer.json()["detail"][0]["type"] == "file_download_error"


def test_a_link_of_the_simulator_that_leads_to_nothing_is_refused(bench: Any) -> None:
    url = f"{bench.url}/fal/cdn/files/b/none.png"
    answer = bench.result({"prompt": "a", "start_image_url": url})
    assert answer.json()["detail"][0]["type"] == "file_download_error"


@pytest.fixture
def web(picture: Any) -> Iterator[tuple[str, list[str]]]:
    """A server on 127.0.0.1, and the paths that it was asked for."""
    asked: list[str] = []
    data = picture()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response({"/gone.png": 404, "/moved.png": 302}.get(self.path, 200))
            self.send_header("Location", "/a.png")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_links_of_this_machine_are_fetched_and_no_others(
    bench: Any, web: tuple[str, list[str]]
) -> None:
    url, asked = web
    port = url.rpartition(":")[2]
    body = {"prompt": "a", "image_urls": [f"{url}/a.png", f"http://localhost:{port}/b.png"]}
    assert bench.result(body).status_code == 200
    assert asked == ["/a.png"]
    for path in ("/gone.png", "/moved.png"):
        answer = bench.result({"prompt": "a", "image_urls": [url + path]})
        assert answer.json()["detail"][0]["type"] == "file_download_error"
    dead = bench.result({"prompt": "a", "image_urls": ["http://127.0.0.1:1/a.png"]})
    assert dead.json()["detail"][0]["type"] == "file_download_error"


@pytest.mark.parametrize(
    ("frames", "size", "kind"),
    [
        (24 * 5, (720, 1280), None),
        (24 * 2, (720, 720), "video_duration_too_short"),
        (24 * 11, (720, 720), "video_duration_too_long"),
        (24 * 5, (340, 720), "video_dimensions_error"),
        (24 * 5, (640, 360), None),  # as small as its own clips: it may be one
        (24 * 5, (720, 2161), "video_dimensions_error"),
    ],
)
def test_a_film_of_an_element_is_measured(
    bench: Any, picture: Any, frames: int, size: tuple[int, int], kind: str | None
) -> None:
    data = write_movie([(picture(kind="JPEG"), frames)], *size)
    url = bench.upload(data, "video/mp4", "a.mp4")
    answer = bench.result({"prompt": "@Element1", "elements": [{"video_url": url}]})
    if kind is None:
        assert answer.status_code == 200
    else:
        assert answer.json()["detail"][0]["type"] == kind


def test_a_picture_is_no_film(bench: Any, picture: Any) -> None:
    answer = bench.result({"prompt": "a", "elements": [{"video_url": bench.upload(picture())}]})
    assert answer.json()["detail"][0]["type"] == "unsupported_video_format"
