"""fal's protocol, step by step, over real HTTP."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

ENDPOINT = "fal-ai/kling-video/o3/pro/reference-to-video"


def test_submit_answers_with_the_urls_to_use_and_the_place_in_the_queue(bench: Any) -> None:
    found = bench.submit({"prompt": "a"})
    base = f"{bench.url}/fal/queue/fal-ai/kling-video/requests/{found['request_id']}"
    assert found["response_url"] == base
    assert found["status_url"] == f"{base}/status"
    assert found["cancel_url"] == f"{base}/cancel"
    assert found["queue_position"] == 0


def test_an_unknown_endpoint_is_not_found(bench: Any) -> None:
    assert bench.fal.post("/queue/fal-ai/kling-video/o9/pro", json={}).status_code == 404


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"", b"[" * 5000, b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff"]
)
def test_a_body_that_is_no_json_object_is_refused_at_once(bench: Any, body: bytes) -> None:
    answer = bench.fal.post(f"/queue/{ENDPOINT}", content=body)
    assert (answer.status_code, answer.json()["error_type"]) == (400, "bad_request")
    assert bench.sim.bill()["rows"] == []


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({"Authorization": "Key wrong"}, ""),
        ({"Authorization": "Bearer simulated"}, ""),
        ({}, "?key=simulated&fal_key=simulated"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/fal/queue/{ENDPOINT}"),
        ("GET", "/fal/queue/fal-ai/kling-video/requests/x/status"),
        ("GET", "/fal/queue/fal-ai/kling-video/requests/x"),
        ("PUT", "/fal/queue/fal-ai/kling-video/requests/x/cancel"),
        ("POST", "/fal/rest/storage/auth/token"),
        ("POST", "/fal/rest/storage/upload/initiate"),
        ("GET", "/fal/api/v1/models/requests/by-endpoint"),
    ],
)
def test_without_the_key_in_its_header_everything_is_401(
    bench: Any, method: str, path: str, headers: dict[str, str], query: str
) -> None:
    answer = bench.plain.request(method, path + query, headers=headers)
    assert answer.status_code == 401
    assert isinstance(answer.json()["detail"], str)


def test_an_order_that_does_not_start_in_its_time_ends_and_is_not_charged(start: Any) -> None:
    bench = start(seconds_per_clip=60, concurrency=1)
    first = bench.submit({"prompt": "a"}, headers={"X-Fal-Request-Timeout": "2"})
    late = bench.submit({"prompt": "b"}, headers={"X-Fal-Request-Timeout": "1.2"})
    patient = bench.submit({"prompt": "c"})
    answer = bench.wait(late)
    assert (answer.status_code, answer.json()["error_type"]) == (504, "request_timeout")
    assert answer.headers["x-fal-request-timeout-type"] == "user"
    assert bench.fal.get(late["status_url"]).json()["error_type"] == "request_timeout"
    assert bench.fal.put(late["cancel_url"]).status_code == 400
    states = [bench.fal.get(one["status_url"]).json() for one in (first, patient)]
    assert [one["status"] for one in states] == ["IN_PROGRESS", "IN_QUEUE"]
    assert states[1]["queue_position"] == 0
    rows = {row["request_id"]: row for row in bench.sim.bill()["rows"]}
    assert not rows[late["request_id"]]["charged"]
    query = {"endpoint_id": ENDPOINT}
    listed = bench.fal.get("/api/v1/models/requests/by-endpoint", params=query).json()["items"]
    found = next(row for row in listed if row["request_id"] == late["request_id"])
    assert (found["started_at"], found["status_code"]) == (None, 504)


def test_an_order_that_has_started_is_not_ended_by_its_time_to_start(start: Any) -> None:
    bench = start(seconds_per_clip=0.3, concurrency=1)
    orders = [
        bench.submit({"prompt": text}, headers={"X-Fal-Request-Timeout": "30"}) for text in "ab"
    ]
    assert [bench.wait(one).status_code for one in orders] == [200, 200]


@pytest.mark.parametrize("seconds", ["1", "0", "-5", "nan", "inf", "soon", ""])
def test_a_time_to_start_that_is_no_number_above_1_is_refused(bench: Any, seconds: str) -> None:
    headers = {"X-Fal-Request-Timeout": seconds}
    answer = bench.fal.post(f"/queue/{ENDPOINT}", json={"prompt": "a"}, headers=headers)
    assert answer.status_code == 400
    assert bench.sim.bill()["rows"] == []


def test_status_is_202_until_it_is_completed_and_then_200(start: Any) -> None:
    bench = start(seconds_per_clip=0.4)
    found = bench.submit({"prompt": "a"})
    answer = bench.fal.get(found["status_url"])
    assert (answer.status_code, answer.json()["status"]) == (202, "IN_PROGRESS")
    assert "logs" not in answer.json()
    assert bench.fal.get(found["status_url"] + "?logs=1").json()["logs"][0]["message"]
    assert bench.fal.get(found["response_url"]).status_code == 400
    bench.wait(found)
    answer = bench.fal.get(found["status_url"])
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")


def test_only_so_many_are_in_progress_and_the_others_know_their_place(start: Any) -> None:
    bench = start(seconds_per_clip=30)
    found = [bench.submit({"prompt": str(n)}) for n in range(5)]
    rows = [bench.fal.get(one["status_url"]).json() for one in found]
    assert [row["status"] for row in rows] == ["IN_PROGRESS"] * 2 + ["IN_QUEUE"] * 3
    assert [row.get("queue_position") for row in rows] == [None, None, 0, 1, 2]
    assert bench.fal.put(found[2]["cancel_url"]).status_code == 202
    assert bench.fal.get(found[4]["status_url"]).json()["queue_position"] == 1
    assert bench.fal.put(found[0]["cancel_url"]).status_code == 202
    assert bench.fal.get(found[3]["status_url"]).json()["status"] == "IN_PROGRESS"


def test_the_result_has_the_clip_and_the_billable_units(bench: Any) -> None:
    answer = bench.result({"prompt": "a", "duration": "7"})
    video = answer.json()["video"]
    assert answer.status_code == 200
    assert answer.headers["x-fal-billable-units"] == "7"
    assert (video["content_type"], video["file_name"]) == ("video/mp4", "output.mp4")
    clip = bench.plain.get(video["url"])
    assert len(clip.content) == video["file_size"]
    assert clip.headers["content-type"] == "video/mp4"
    assert clip.content[4:8] == b"ftyp"


def test_part_of_a_clip_can_be_asked_for(bench: Any) -> None:
    url = bench.result({"prompt": "a"}).json()["video"]["url"]
    whole = bench.plain.get(url).content
    part = bench.plain.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert bench.plain.get(url, headers={"Range": "bytes=-5"}).content == whole[-5:]
    assert bench.plain.get(url, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_a_bad_request_is_completed_and_its_422_is_the_answer_to_the_result(bench: Any) -> None:
    found = bench.submit({"prompt": "a", "duration": 5})
    answer = bench.wait(found)
    assert bench.fal.get(found["status_url"]).json()["status"] == "COMPLETED"
    assert answer.status_code == 422
    detail = answer.json()["detail"][0]
    assert detail["loc"] == ["body", "duration"]
    assert detail["type"] == "literal_error"
    assert detail["input"] == 5
    assert answer.headers["x-fal-billable-units"] == "0"


def test_cancel_answers_202_then_400_and_404_for_a_stranger(start: Any) -> None:
    bench = start(seconds_per_clip=30)
    found = bench.submit({"prompt": "a"})
    answer = bench.fal.put(found["cancel_url"])
    assert (answer.status_code, answer.json()) == (202, {"status": "CANCELLATION_REQUESTED"})
    answer = bench.fal.put(found["cancel_url"])
    assert (answer.status_code, answer.json()) == (400, {"status": "ALREADY_COMPLETED"})
    answer = bench.fal.get(found["response_url"])
    assert (answer.status_code, answer.json()["error_type"]) == (499, "client_cancelled")
    stranger = "/queue/fal-ai/kling-video/requests/none/cancel"
    assert bench.fal.put(stranger).status_code == 404


def test_what_was_cancelled_in_the_queue_is_not_charged_and_what_had_begun_is(start: Any) -> None:
    bench = start(seconds_per_clip=30, concurrency=1)
    running, waiting = bench.submit({"prompt": "a"}), bench.submit({"prompt": "b"})
    bench.fal.put(running["cancel_url"])
    bench.fal.put(waiting["cancel_url"])
    states = [(row["state"], row["charged"]) for row in bench.sim.bill()["rows"]]
    assert states[0] == ("cancelled", True)
    # It began when the first made room, and that was before it was cancelled.
    assert states[1] == ("cancelled", True)
    third, fourth = bench.submit({"prompt": "c"}), bench.submit({"prompt": "d"})
    bench.fal.put(fourth["cancel_url"])
    rows = {row["request_id"]: row for row in bench.sim.bill()["rows"]}
    assert rows[fourth["request_id"]]["charged"] is False
    assert rows[fourth["request_id"]]["amount"] == "0"
    assert rows[third["request_id"]]["charged"] is True


def test_the_requests_of_the_long_path_do_not_exist(bench: Any) -> None:
    found = bench.submit({"prompt": "a"})
    wrong = f"/queue/{ENDPOINT}/requests/{found['request_id']}/status"
    assert bench.fal.get(wrong).status_code in (404, 405)


def test_the_status_stream_ends_with_completed(start: Any) -> None:
    bench = start(seconds_per_clip=0.15, keep_alive=0.05, concurrency=1)
    bench.submit({"prompt": "first"})
    found = bench.submit({"prompt": "a"})
    with bench.fal.stream("GET", found["status_url"] + "/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = list(answer.iter_lines())
    data = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert [event["status"] for event in data] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert ": ping" in lines


def test_history_gives_the_newest_first_in_pages_with_payloads(bench: Any) -> None:
    bodies = [{"prompt": str(n)} for n in range(5)]
    for body in bodies:
        bench.result(body)
    bench.result({"prompt": "x"}, "fal-ai/kling-video/o3/4k/reference-to-video")
    path = f"/api/v1/models/requests/by-endpoint?endpoint_id={ENDPOINT}&expand=payloads&limit=2"
    seen: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = bench.fal.get(path + (f"&cursor={cursor}" if cursor else "")).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        assert page["has_more"] is (cursor is not None)
    assert [item["json_input"] for item in seen] == bodies[::-1]
    assert all(item["json_output"]["video"]["url"] for item in seen)
    assert all(item["status_code"] == 200 and item["ended_at"] for item in seen)


def test_history_begins_at_its_start_and_keeps_payloads_to_itself_unless_asked(bench: Any) -> None:
    bench.result({"prompt": "a"})
    path = "/api/v1/models/requests/by-endpoint"
    now = datetime.now(UTC)
    for start, count in ((now - timedelta(minutes=1), 1), (now + timedelta(minutes=1), 0)):
        query = {"endpoint_id": ENDPOINT, "start": start.isoformat()}
        items = bench.fal.get(path, params=query).json()["items"]
        assert len(items) == count
        assert not any("json_input" in item for item in items)
    bad = bench.fal.get(path, params={"endpoint_id": ENDPOINT, "limit": "101"})
    assert bad.status_code == 400


def test_history_holds_no_payload_that_was_not_to_be_stored(bench: Any) -> None:
    bench.wait(bench.submit({"prompt": "a"}, headers={"X-Fal-Store-IO": "0"}))
    query = {"endpoint_id": ENDPOINT, "expand": "payloads"}
    item = bench.fal.get("/api/v1/models/requests/by-endpoint", params=query).json()["items"][0]
    assert item["json_input"] is None


def test_history_may_lag(start: Any) -> None:
    bench = start(history_lag=1.5)
    bench.result({"prompt": "a"})
    path = f"/api/v1/models/requests/by-endpoint?endpoint_id={ENDPOINT}"
    assert bench.fal.get(path).json()["items"] == []
    end = time.monotonic() + 120
    while not bench.fal.get(path).json()["items"]:
        assert time.monotonic() < end, "it is never listed"
        time.sleep(0.05)


def test_an_upload_is_read_back_as_it_was(bench: Any, picture: Any) -> None:
    data = picture()
    url = bench.upload(data, name="mara.png")
    assert url.endswith("/mara.png")
    answer = bench.plain.get(url)
    assert (answer.content, answer.headers["content-type"]) == (data, "image/png")


@pytest.mark.parametrize("name", ["mara left.png", "m%C3%A1ra#1?.png"])
def test_an_upload_of_any_name_serves_as_an_input(bench: Any, picture: Any, name: str) -> None:
    url = bench.upload(picture(), name=name)
    assert bench.plain.get(url).status_code == 200
    assert bench.result({"prompt": "@Image1", "image_urls": [url]}).status_code == 200
    small = bench.upload(picture(100, 100), name=name)
    assert bench.result({"prompt": "@Image1", "image_urls": [small]}).status_code == 422


def test_the_store_of_files_takes_a_token_and_not_the_key(bench: Any, picture: Any) -> None:
    answer = bench.fal.post("/cdn/files/upload", content=picture())
    assert answer.status_code == 401


def test_the_older_upload_works_through_its_own_link(bench: Any, picture: Any) -> None:
    answer = bench.fal.post(
        "/rest/storage/upload/initiate?storage_type=gcs",
        json={"file_name": "a.png", "content_type": "image/png"},
    )
    links = answer.json()
    data = picture()
    put = bench.plain.put(links["upload_url"], content=data, headers={"Content-Type": "image/png"})
    assert put.status_code == 200
    assert bench.plain.get(links["file_url"]).content == data
    forged = links["upload_url"].partition("?")[0]
    assert bench.plain.put(forged, content=data).status_code == 403


def test_the_bill_shows_what_was_paid_for_what(bench: Any) -> None:
    bench.result({"prompt": "a", "duration": "10", "generate_audio": True})
    bench.result({"prompt": "a", "duration": "10", "generate_audio": True})
    bench.result({"prompt": "b"})
    bench.result({"prompt": "bad", "duration": "99"})
    bill = bench.plain.get("/simulator/bill").json()
    assert [row["amount"] for row in bill["rows"]] == ["1.40", "1.40", "0.560", "0"]
    assert [row["times"] for row in bill["rows"]] == [2, 2, 1, 0]
    assert [row["charged"] for row in bill["rows"]] == [True, True, True, False]
    assert bill["repeated"] == [bill["rows"][0]["digest"]]
    assert bill["totals"] == {
        "accepted": 4,
        "charged": 3,
        "seconds": 25,
        "amount": "3.360",
        "currency": "USD",
        "without_price": 0,
    }
    assert bill["requests"]["submit"] == 4


def test_a_price_that_nobody_published_is_not_known_and_not_zero(bench: Any) -> None:
    bench.result({"prompt": "a"}, "fal-ai/kling-video/v3/pro/text-to-video")
    bill = bench.sim.bill()
    assert bill["rows"][0]["amount"] is None
    assert bill["totals"]["without_price"] == 1


def test_reset_forgets_everything(bench: Any) -> None:
    found = bench.submit({"prompt": "a"})
    assert bench.plain.post("/simulator/reset").json() == {"reset": True}
    assert bench.sim.bill()["rows"] == []
    assert bench.fal.get(found["status_url"]).status_code == 404
    assert bench.submit({"prompt": "a"})["request_id"] != found["request_id"]


def test_another_simulator_never_gives_the_same_request_id(start: Any) -> None:
    ids = {start(seed=1).submit({"prompt": "a"})["request_id"] for _ in range(3)}
    assert len(ids) == 3


def test_what_is_bound_to_fail_is_never_on_the_bill_as_charged(start: Any) -> None:
    bench = start(seconds_per_clip=30)
    bench.submit({"prompt": "a", "duration": "99"})
    bench.submit({"prompt": "a"}, headers={"X-Simulate": "content-policy"})
    rows = bench.sim.bill()["rows"]
    assert [(row["charged"], row["amount"]) for row in rows] == [(False, "0")] * 2
