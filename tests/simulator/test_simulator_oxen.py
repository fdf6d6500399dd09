"""Oxen's protocol, step by step, over real HTTP."""

from __future__ import annotations

import base64
import json
import threading
import time
from typing import Any

import pytest

MODEL = "kling-video-o3-pro-reference-to-video"


def test_a_generation_goes_from_queued_to_succeeded_with_its_times(start: Any) -> None:
    bench = start(seconds_per_clip=0.3, concurrency=1)
    first, second = bench.enqueue({"prompt": "a"}) + bench.enqueue({"prompt": "b"})
    rows = [bench.oxen.get(f"/api/ai/queue/{one}").json() for one in (first, second)]
    assert [row["status"] for row in rows] == ["processing", "queued"]
    row = bench.final(first)
    assert row["status"] == "succeeded"
    assert (row["model_name"], row["prompt"], row["media_type"]) == (MODEL, "a", "video")
    assert row["error_message"] is None
    assert row["enqueued_at"] <= row["started_at"] <= row["completed_at"]
    assert bench.plain.get(row["result_url"]).content[4:8] == b"ftyp"


def test_the_link_to_a_clip_carries_its_permission_in_its_query(bench: Any) -> None:
    url = bench.final(bench.enqueue({"prompt": "a"})[0])["result_url"]
    bare, _, query = url.partition("?")
    assert "X-Signature=" in query
    assert bench.plain.get(bare).status_code == 403
    assert bench.plain.get(url.replace("X-Expires=", "X-Expires=9")).status_code == 403


def test_a_link_dies_after_its_time(start: Any) -> None:
    bench = start(link_seconds=2)
    url = bench.final(bench.enqueue({"prompt": "a"})[0])["result_url"]
    assert bench.plain.get(url).status_code == 200
    time.sleep(2.1)
    assert bench.plain.get(url).status_code == 403


def test_the_queue_lists_what_is_active_or_what_has_a_status(start: Any) -> None:
    bench = start(seconds_per_clip=30, concurrency=1)
    running, queued = bench.enqueue({"prompt": "a", "num_generations": 2})
    listed = bench.oxen.get("/api/ai/queue").json()
    assert listed["count"] == 2
    assert [row["generation_id"] for row in listed["generations"]] == [running, queued]
    assert bench.oxen.delete(f"/api/ai/queue/{queued}").json()["status"] == "cancelled"
    listed = bench.oxen.get("/api/ai/queue?status=cancelled").json()
    assert [row["generation_id"] for row in listed["generations"]] == [queued]
    assert bench.oxen.get("/api/ai/queue").json()["count"] == 1
    assert bench.oxen.delete(f"/api/ai/queue/{queued}").status_code == 400
    assert bench.oxen.get("/api/ai/queue/none").status_code == 404


@pytest.mark.parametrize("count", [0, 5, "2", 1.5, True, None])
def test_the_number_of_generations_is_checked_at_once(bench: Any, count: object) -> None:
    body = {"model": MODEL, "prompt": "a", "num_generations": count}
    answer = bench.oxen.post("/api/ai/queue", json=body)
    assert answer.status_code == 400
    words = "num_generations must be an integer between 1 and 4"
    assert answer.json()["error"]["detail"] == words


def test_four_generations_are_four_clips_one_submission_and_four_charges(bench: Any) -> None:
    ids = bench.enqueue({"prompt": "a", "num_generations": 4, "target_namespace": "studio"})
    rows = [bench.final(one) for one in ids]
    clips = {bench.plain.get(row["result_url"]).content for row in rows}
    assert len(clips) == 4
    bill = bench.sim.bill()
    assert {row["submission"] for row in bill["rows"]} == {1}
    assert {row["times"] for row in bill["rows"]} == {1}
    assert bill["totals"]["amount"] == "4.480"
    detail = bench.oxen.get(f"/api/ai/generations/{ids[0]}").json()["generation"]
    assert (detail["cost"], detail["namespace"]) == ("1.120", "studio")


def test_an_unknown_model_is_refused_at_once_and_a_missing_one_too(bench: Any) -> None:
    answer = bench.oxen.post("/api/ai/queue", json={"model": "kling-9", "prompt": "a"})
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "status", "status_message"}
    assert bench.oxen.post("/api/ai/queue", json={"prompt": "a"}).status_code == 400
    assert bench.oxen.post("/api/ai/queue", content=b"{").status_code == 400


def test_whatever_else_is_wrong_shows_later_as_failed(bench: Any) -> None:
    row = bench.final(bench.enqueue({"prompt": "a", "duration": 2})[0])
    assert (row["status"], row["result_url"]) == ("failed", None)
    assert row["error_message"] == "duration value '2' is invalid"
    detail = bench.oxen.get(f"/api/ai/generations/{row['generation_id']}").json()["generation"]
    assert detail["cost"] == "0"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/ai/queue"),
        ("GET", "/api/ai/queue"),
        ("GET", "/api/ai/generations"),
        ("GET", "/api/ai/models"),
        ("GET", "/api/events"),
        ("POST", "/api/ai/videos/generate"),
        ("PUT", "/api/repos/a/b/file/main/c.png"),
    ],
)
def test_without_the_key_in_its_header_everything_is_401(
    bench: Any, method: str, path: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Key simulated"}):
        answer = bench.plain.request(method, f"/oxen{path}", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["title"]


def test_generations_come_newest_first_in_pages_with_their_cost(bench: Any) -> None:
    ids = [bench.enqueue({"prompt": str(n), "duration": 3})[0] for n in range(5)]
    for one in ids:
        bench.final(one)
    seen: list[Any] = []
    for page in (1, 2, 3):
        found = bench.oxen.get(f"/api/ai/generations?page={page}&page_size=2").json()
        seen += found["generations"]
    assert [row["generation_id"] for row in seen] == ids[::-1]
    assert {row["cost"] for row in seen} == {"0.672"}
    assert (found["total_entries"], found["total_pages"], found["count"]) == (5, 3, 1)


def test_a_model_tells_its_price_and_a_schema_with_gaps(bench: Any) -> None:
    found = bench.oxen.get(f"/api/ai/models/{MODEL}").json()
    assert found["pricing"]["cost_per_second"] == 0.224
    assert "input_image" in found["request_schema"]["properties"]
    assert "prompt" not in found["request_schema"]["properties"]
    listed = bench.oxen.get("/api/ai/models").json()["data"]
    assert MODEL in {model["id"] for model in listed}
    assert bench.oxen.get("/api/ai/models/none").status_code == 404


def test_the_sync_call_answers_with_a_link_or_with_the_bytes(bench: Any) -> None:
    body = {"model": MODEL, "prompt": "a", "duration": 4}
    answer = bench.oxen.post("/api/ai/videos/generate", json=body)
    assert set(answer.json()) == {"created", "model", "videos"}
    clip = bench.plain.get(answer.json()["videos"][0]["url"]).content
    answer = bench.oxen.post(
        "/api/ai/videos/generate", json={**body, "response_format": "b64_json"}
    )
    inline = base64.b64decode(answer.json()["videos"][0]["b64_json"])
    assert inline[4:8] == clip[4:8] == b"ftyp"
    bad = bench.oxen.post("/api/ai/videos/generate", json={"model": MODEL})
    words = "Either 'prompt' or 'multi_prompt' must be provided"
    assert (bad.status_code, bad.json()["error"]["message"]) == (400, words)


def test_events_tell_of_what_ends_and_are_not_repeated(start: Any) -> None:
    bench = start(seconds_per_clip=0.1, keep_alive=0.05)
    early = bench.final(bench.enqueue({"prompt": "early"})[0])
    lines: list[str] = []
    connected, enough = threading.Event(), threading.Event()

    def listen() -> None:
        with bench.oxen.stream("GET", "/api/events") as answer:
            for line in answer.iter_lines():
                lines.append(line)
                connected.set()
                if sum(line.startswith("data: ") for line in lines) == 2:
                    enough.set()
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    assert connected.wait(120)
    good = bench.enqueue({"prompt": "a"})[0]
    bad = bench.enqueue({"prompt": "a", "duration": 1})[0]
    assert enough.wait(120)
    thread.join()
    events = {}
    for line in lines:
        if line.startswith("data: "):
            event = json.loads(line[6:])
            events[event["generation_id"]] = event
    assert early["generation_id"] not in events
    assert events[good]["status"] == "succeeded"
    assert bench.plain.get(events[good]["url"]).status_code == 200
    assert events[bad] == {
        "generation_id": bad,
        "status": "failed",
        "media_type": "video",
        "model": MODEL,
        "error": "duration value '1' is invalid",
    }
    assert lines.count("event: media_generation_completed") == 2
    assert ": keep-alive" in lines


def test_a_file_of_a_repository_is_read_back_at_its_own_url(bench: Any, picture: Any) -> None:
    data = picture()
    path = "/api/repos/studio/assets/file/main/cast/mara.png"
    form = {"message": "add", "name": "Ann", "email": "ann@example.org"}
    files = {"file": ("mara.png", data, "image/png")}
    answer = bench.oxen.put(path, data=form, files=files)
    assert answer.status_code == 200
    found = bench.plain.get(f"/oxen{path}")
    assert (found.content, found.headers["content-type"]) == (data, "image/png")
    row = bench.final(
        bench.enqueue({"prompt": "@Image1", "input_image": [f"{bench.url}/oxen{path}"]})[0]
    )
    assert row["status"] == "succeeded"
    assert bench.oxen.put(path, data=form).status_code == 400
    assert bench.plain.get("/oxen/api/repos/a/b/file/main/none.png").status_code == 404
