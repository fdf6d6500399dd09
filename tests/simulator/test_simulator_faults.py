"""Every fault, on demand: by header, armed, or in force; and what it leaves behind."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import httpx
import pytest

from storyboard.media.mp4 import read_clip_file
from storyboard.simulator import FaultError, SimulatorOptions
from storyboard.simulator.faults import FaultBoard, parse_fault

ENDPOINT = "fal-ai/kling-video/o3/pro/reference-to-video"
SUBMIT = f"/queue/{ENDPOINT}"
BODY = {"prompt": "a"}
OXEN_BODY = {"model": "kling-video-o3-pro-reference-to-video", "prompt": "a"}


def ask(faults: str) -> dict[str, str]:
    return {"X-Simulate": faults}


def accepted(bench: Any) -> int:
    return len(bench.sim.bill()["rows"])


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_a_refused_submit_gets_no_answer_and_is_not_accepted(bench: Any, host: str) -> None:
    client, path, body = _submit_of(bench, host)
    with pytest.raises(httpx.TransportError):
        client.post(path, json=body, headers=ask("refused"))
    assert accepted(bench) == 0


def test_nobody_listens_while_the_simulator_is_offline(bench: Any) -> None:
    with pytest.raises(httpx.TransportError):
        bench.fal.post(SUBMIT, json=BODY, headers=ask("offline=1.5"))
    with pytest.raises(httpx.ConnectError):
        bench.fal.post(SUBMIT, json=BODY)
    end = time.monotonic() + 120
    while True:
        try:
            assert bench.fal.post(SUBMIT, json=BODY).status_code == 200
            break
        except httpx.ConnectError:
            assert time.monotonic() < end, "the simulator never comes back"
            time.sleep(0.05)
    assert accepted(bench) == 1


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_a_lost_answer_leaves_a_job_that_is_billed_and_made(bench: Any, host: str) -> None:
    client, path, body = _submit_of(bench, host)
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(path, json=body, headers=ask("lost"))
    (row,) = bench.sim.bill()["rows"]
    assert (row["charged"], row["body"]) == (True, body)
    end = time.monotonic() + 120
    while bench.sim.bill()["rows"][0]["state"] != "succeeded":
        assert time.monotonic() < end, "the clip is never made"
        time.sleep(0.02)


def test_a_lost_submit_is_found_again_in_the_history(bench: Any) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        bench.fal.post(SUBMIT, json=BODY, headers=ask("lost"))
    query = {"endpoint_id": ENDPOINT, "expand": "payloads"}
    (item,) = bench.fal.get("/api/v1/models/requests/by-endpoint", params=query).json()["items"]
    assert item["json_input"] == BODY


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_too_many_requests_come_with_retry_after(bench: Any, host: str) -> None:
    client, path, body = _submit_of(bench, host)
    answer = client.post(path, json=body, headers=ask("429=7"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert accepted(bench) == 0


@pytest.mark.parametrize("host", ["fal", "oxen"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("kept", [False, True])
def test_a_server_error_on_submit_comes_with_and_without_acceptance(
    bench: Any, host: str, status: int, kept: bool
) -> None:
    client, path, body = _submit_of(bench, host)
    spec = f"submit:{status}" + ("=accepted" if kept else "")
    answer = client.post(path, json=body, headers=ask(spec))
    assert answer.status_code == status
    assert ("error_type" if host == "fal" else "error") in answer.json()
    assert accepted(bench) == int(kept)


def test_the_result_times_out_once_and_then_the_clip_is_there(bench: Any) -> None:
    found = bench.submit(BODY, headers=ask("504"))
    answer = bench.wait(found)
    assert (answer.status_code, answer.json()["error_type"]) == (504, "request_timeout")
    assert bench.fal.get(found["response_url"]).status_code == 200


def test_a_slow_answer_takes_its_time_and_is_good(bench: Any) -> None:
    begin = time.monotonic()
    bench.submit(BODY, headers=ask("slow=0.2"))
    assert time.monotonic() - begin >= 0.2


def test_a_stuck_job_never_leaves_the_queue_and_holds_up_nobody(start: Any) -> None:
    bench = start(concurrency=1)
    stuck = bench.submit(BODY, headers=ask("stuck"))
    assert bench.result({"prompt": "b"}).status_code == 200
    assert bench.fal.get(stuck["status_url"]).json()["status"] == "IN_QUEUE"
    assert bench.fal.put(stuck["cancel_url"]).status_code == 202
    assert bench.sim.bill()["totals"]["charged"] == 1


def test_a_job_is_refused_for_its_content(bench: Any) -> None:
    answer = bench.wait(bench.submit(BODY, headers=ask("content-policy")))
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "content_policy_violation"
    row = bench.final(bench.enqueue({"prompt": "a"}, headers=ask("content-policy"))[0])
    assert row["status"] == "failed"
    assert bench.sim.bill()["totals"]["charged"] == 0


def test_a_job_is_a_bad_request_with_the_text_that_was_asked_for(bench: Any) -> None:
    answer = bench.wait(bench.submit(BODY, headers=ask("422=no such face")))
    assert (answer.status_code, answer.json()["detail"][0]["msg"]) == (422, "no such face")


def test_a_job_fails_on_both_hosts_in_their_own_way(bench: Any) -> None:
    answer = bench.wait(bench.submit(BODY, headers=ask("failed")))
    assert (answer.status_code, answer.headers["x-fal-retryable"]) == (500, "true")
    assert answer.json()["detail"][0]["type"] == "internal_server_error"
    row = bench.final(bench.enqueue({"prompt": "a"}, headers=ask("failed=upstream broke"))[0])
    assert (row["status"], row["error_message"]) == ("failed", "upstream broke")


def test_an_exhausted_balance_is_told_in_the_documented_words(bench: Any) -> None:
    answer = bench.fal.post(SUBMIT, json=BODY, headers=ask("exhausted"))
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("User is locked. Reason: Exhausted balance")
    answer = bench.oxen.post("/api/ai/queue", json=OXEN_BODY, headers=ask("exhausted"))
    assert answer.status_code == 402
    assert answer.json()["error"]["title"] == "Insufficient credits"
    late = bench.final(bench.enqueue({"prompt": "a"}, headers=ask("exhausted=late"))[0])
    assert late["error_message"] == "Insufficient credits"
    assert bench.sim.bill()["totals"]["charged"] == 0


def test_a_truncated_download_breaks_off_and_is_whole_the_next_time(bench: Any) -> None:
    found = bench.submit(BODY, headers=ask("truncated"))
    url = bench.wait(found).json()["video"]["url"]
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        bench.plain.get(url)
    whole = bench.plain.get(url).content
    assert read_clip_file(io.BytesIO(whole), len(whole)).frames == 121


def test_a_quietly_truncated_download_looks_complete_and_is_not(bench: Any) -> None:
    found = bench.submit(BODY, headers=ask("truncated=quiet"))
    video = bench.wait(found).json()["video"]
    half = bench.plain.get(video["url"])
    assert half.status_code == 200
    assert len(half.content) == int(half.headers["content-length"]) == video["file_size"] // 2


def test_a_download_may_be_a_page_of_html(bench: Any) -> None:
    url = bench.wait(bench.submit(BODY, headers=ask("html"))).json()["video"]["url"]
    answer = bench.plain.get(url)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
    assert bench.plain.get(url).headers["content-type"] == "video/mp4"


def test_a_submit_may_be_answered_with_html_and_be_accepted(bench: Any) -> None:
    answer = bench.fal.post(SUBMIT, json=BODY, headers=ask("submit:html"))
    assert answer.text.startswith("<!doctype html>")
    assert accepted(bench) == 1


@pytest.mark.parametrize("host", ["fal", "oxen"])
def test_a_link_may_have_expired(bench: Any, host: str) -> None:
    if host == "fal":
        url = bench.wait(bench.submit(BODY, headers=ask("expired"))).json()["video"]["url"]
    else:
        url = bench.final(bench.enqueue({"prompt": "a"}, headers=ask("expired"))[0])["result_url"]
    assert bench.plain.get(url).status_code == 403
    assert bench.plain.get(url).status_code == 200


@pytest.mark.parametrize("count", [0, 1])
def test_a_stream_of_events_dies_and_polling_still_works(start: Any, count: int) -> None:
    bench = start(seconds_per_clip=0.2)
    found = bench.submit(BODY, headers=ask(f"sse-drops={count}"))
    lines: list[str] = []
    with (
        pytest.raises(httpx.RemoteProtocolError),
        bench.fal.stream("GET", found["status_url"] + "/stream") as answer,
    ):
        lines += answer.iter_lines()
    states = [json.loads(line[6:])["status"] for line in lines if line.startswith("data: ")]
    assert states == ["IN_PROGRESS"][:count]
    assert bench.wait(found).status_code == 200


def test_oxens_events_die_as_well(bench: Any) -> None:
    bench.sim.arm("sse-drops=0")
    with (
        pytest.raises(httpx.RemoteProtocolError),
        bench.oxen.stream("GET", "/api/events") as answer,
    ):
        list(answer.iter_lines())


@pytest.mark.parametrize(
    ("spec", "method", "path"),
    [
        ("status:503", "GET", "/queue/fal-ai/kling-video/requests/{id}/status"),
        ("result:lost", "GET", "/queue/fal-ai/kling-video/requests/{id}"),
        ("cancel:500", "PUT", "/queue/fal-ai/kling-video/requests/{id}/cancel"),
        ("upload:429", "POST", "/rest/storage/auth/token"),
        ("history:502", "GET", f"/api/v1/models/requests/by-endpoint?endpoint_id={ENDPOINT}"),
    ],
)
def test_what_can_go_wrong_on_submit_can_go_wrong_elsewhere(
    bench: Any, spec: str, method: str, path: str
) -> None:
    found = bench.submit(BODY)
    bench.sim.arm(spec)
    path = path.format(id=found["request_id"])
    if spec.endswith("lost"):
        with pytest.raises(httpx.RemoteProtocolError):
            bench.fal.request(method, path)
    else:
        assert bench.fal.request(method, path).status_code == int(spec[-3:])
    assert bench.fal.request(method, path).status_code < 500


def test_an_armed_fault_waits_for_its_point_and_happens_as_often_as_it_says(bench: Any) -> None:
    armed = bench.plain.post("/simulator/faults", json={"faults": ["503*2", "status:429"]})
    assert armed.json() == {"armed": 2}
    codes = [bench.fal.post(SUBMIT, json=BODY).status_code for _ in range(3)]
    assert codes == [503, 503, 200]
    found = bench.submit(BODY)
    codes = [bench.fal.get(found["status_url"]).status_code for _ in range(2)]
    assert codes[0] == 429
    assert codes[1] in (200, 202)
    told = bench.plain.get("/simulator/faults").json()
    assert told["fired"] == {"submit:503": 2, "status:429": 1}
    assert told["armed"] == []


def test_armed_faults_can_be_taken_back(bench: Any) -> None:
    bench.sim.arm("503")
    assert bench.plain.delete("/simulator/faults").json() == {"armed": 0}
    assert bench.fal.post(SUBMIT, json=BODY).status_code == 200


def test_a_fault_in_force_happens_every_time(start: Any) -> None:
    bench = start(faults=("submit:503",))
    codes = [bench.fal.post(SUBMIT, json=BODY).status_code for _ in range(3)]
    assert codes == [503, 503, 503]


def test_a_share_of_requests_fails_and_the_same_ones_for_the_same_seed(start: Any) -> None:
    def codes(seed: int) -> list[int]:
        bench = start(faults=("503@0.5",), seed=seed)
        return [bench.fal.post(SUBMIT, json=BODY).status_code for _ in range(30)]

    first = codes(1)
    assert 5 < first.count(503) < 25
    assert codes(1) == first
    assert codes(2) != first


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("lots", 'no fault is called "lots": did you mean "lost"'),
        ("download:stuck", '"stuck" does not happen at "download": write submit'),
        ("429=soon", '"429=soon" has no number: write one, as in 429=2'),
        ("500=never", '"500=never" is unknown: write 500 or 500=accepted'),
        ("stuck=1", '"stuck" takes no argument, found "1"'),
        ("lost@2", '"2" is no share: write one from 0 to 1'),
        ("lost@0.5.5", '"0.5.5" is no share: write one from 0 to 1'),
        ("a b", '"a b" is not a fault: write [POINT:]NAME[=ARGUMENT][*COUNT|@SHARE]'),
    ],
)
def test_a_fault_that_cannot_be_read_says_what_to_write(bench: Any, spec: str, words: str) -> None:
    with pytest.raises(FaultError) as error:
        parse_fault(spec)
    assert str(error.value) == words
    with pytest.raises(FaultError):
        SimulatorOptions(faults=(spec,))
    answer = bench.fal.post(SUBMIT, json=BODY, headers=ask(spec))
    assert (answer.status_code, answer.json()) == (400, {"simulator": words})
    armed = bench.plain.post("/simulator/faults", json={"faults": [spec]})
    assert (armed.status_code, armed.json()) == (400, {"simulator": words})
    assert accepted(bench) == 0


def test_a_fault_of_another_point_is_an_error_except_on_submit(bench: Any) -> None:
    answer = bench.fal.get("/queue/fal-ai/kling-video/requests/x", headers=ask("truncated"))
    assert answer.status_code == 400
    assert answer.json() == {"simulator": '"truncated" happens at "download", this is "result"'}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"faults": "lost"}', b'{"faults": [1]}'])
def test_arming_takes_a_list_of_faults_and_says_so(bench: Any, body: bytes) -> None:
    answer = bench.plain.post("/simulator/faults", content=body)
    assert answer.status_code == 400
    assert answer.json() == {"simulator": 'write {"faults": ["NAME", ...]}'}


def test_a_board_that_is_reset_begins_its_chance_anew() -> None:
    board = FaultBoard(lasting=("lost@0.5",), seed=3)
    first = [bool(board.draw("submit")) for _ in range(20)]
    board.arm("503")
    board.reset()
    assert [bool(board.draw("submit")) for _ in range(20)] == first


def _submit_of(bench: Any, host: str) -> tuple[httpx.Client, str, dict[str, str]]:
    if host == "fal":
        return bench.fal, SUBMIT, dict(BODY)
    return bench.oxen, "/api/ai/queue", dict(OXEN_BODY)
