"""The independent checker lets good plans pass and finds every way in which one can be broken."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from drawn_clips import draw_clip
from PIL import Image
from plan_digests import redigest

from storyboard.api import CompileOptions, Project
from storyboard.plan import PlanError
from storyboard.plan import model as plan_model
from storyboard.plan.file import encode
from storyboard.plan.verify import TargetRules, verify
from storyboard.targets.model import Target
from storyboard.targets.schemas import request_schema

FILM = Path(__file__).parent / "film.storyboard.yaml"
FAL, OXEN, O1 = "fal/kling-o3-pro", "oxen/kling-o3-pro", "fal/kling-o1-standard"
UNPRICED = "oxen/kling-o3-omni"
Plan = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A good plan, and what it is held against."""

    plan: Plan
    target: Target
    schema: dict[str, Any]
    max_references: int

    def problems(self, changed: Plan) -> list[str]:
        """What the checker says of a plan for the same target."""
        try:
            read = plan_model.Plan.from_json(changed)
        except PlanError as error:
            return [str(error)]
        rules = TargetRules(
            target=self.target, schema=self.schema, max_references=self.max_references
        )
        return verify(read, [rules])


RATES = f"""\
extends: {FAL}
prices:
""" + "".join(
    f"  - {{audio: {audio}, video: {video}, per_second: '{price}', as_of: 2026-09-24, "
    "source: price-pages, grade: C}\n"
    for audio, price in (("false", "0.112"), ("true", "0.14"))
    for video in ("false", "true")
)
"""Prices of the vendor's for every request, those with a clip too, which no page states."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    """One film, planned for each kind of target."""
    folder = tmp_path_factory.mktemp("verify")
    for name, size in {"front": (320, 320), "side": (400, 320)}.items():
        Image.new("RGB", size, "teal").save(folder / f"{name}.png")
    draw_clip(folder / "clip.mp4", seconds=3, size=(720, 720), rate=30)
    (folder / "targets").mkdir()
    (folder / "targets" / "rates.yaml").write_text(RATES, "utf-8")
    film = folder / "film.yaml"
    text = FILM.read_text("utf-8")
    films = {FAL: text, O1: text, UNPRICED: text}
    # Oxen's last frame needs a first one, and a character there needs pictures.
    films[OXEN] = text.replace("video: clip.mp4, voice: v-1", "frontal: front.png")
    made: dict[str, Made] = {}
    for target, written in films.items():
        film.write_text(written, "utf-8")
        one, compiled = Project(str(film), CompileOptions(target=target, project=folder)).plan()
        assert compiled.film is not None
        assert one.is_applyable, [found.message for found in compiled.diagnostics]
        made[target] = Made(
            plan=json.loads(encode(one)),
            target=compiled.film.target,
            schema=request_schema(compiled.film.target),
            max_references=compiled.film.max_references,
        )
    return made


def test_good_plans_pass(good: dict[str, Made]) -> None:
    for target, made in good.items():
        assert made.problems(made.plan) == [], target
        again = copy.deepcopy(made.plan)
        redigest(again)
        assert again == made.plan


def test_the_film_has_what_the_changes_below_take_away(good: dict[str, Made]) -> None:
    first, second, last = good[FAL].plan["requests"]
    assert [len(first["payload"]["multi_prompt"]), len(first["payload"]["elements"])] == [2, 2]
    assert len(first["payload"]["image_urls"]) == 2
    assert second["depends_on"]
    assert last["padding"] == 1
    assert last["payload"]["elements"][0]["voice_id"] == "v-1"


Change = Callable[[Plan], None]
CHANGES: list[tuple[str, str, Change, str]] = []
"""A name, the target, what is changed, and a part of what must be said of it."""


def broken(name: str, said: str, target: str = FAL) -> Callable[[Change], Change]:
    """Register a change that breaks a plan."""

    def register(change: Change) -> Change:
        CHANGES.append((name, target, change, said))
        return change

    return register


def setter(path: str, value: Any, *, request: int = 0) -> Change:
    """A change of one value of a request, by its path."""

    def change(made: Plan) -> None:
        at: Any = made["requests"][request]
        *before, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        for part in before:
            at = at[part]
        if value is None:
            del at[last]
        else:
            at[last] = value

    return change


def total_setter(path: str, value: Any) -> Change:
    """A change of one value of the whole plan, by its path."""

    def change(made: Plan) -> None:
        at: Any = made
        *before, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        for part in before:
            at = at[part]
        at[last] = value

    return change


def elsewhere(made: Plan) -> None:
    made["targets"][FAL]["endpoint"] = "elsewhere"


SHOT = "payload/multi_prompt/0"
LONG = "The sea rises over the stones. " * 17
SIMPLE: list[tuple[str, str, Change, str]] = [
    ("seconds of the request", FAL, setter("seconds", 9), "the plan says 9 s"),
    ("seconds as a number", FAL, setter("payload/duration", 8), "8"),
    ("seconds as a text", OXEN, setter("payload/duration", "5", request=1), "5"),
    ("a shot's seconds as a number", FAL, setter(f"{SHOT}/duration", 4), "4"),
    ("a shot's seconds as a text", OXEN, setter(f"{SHOT}/duration", "4"), "4"),
    ("seconds of a fraction", OXEN, setter("payload/duration", 5.5, request=1), "5.5"),
    ("seconds that are no number", FAL, setter("payload/duration", "soon"), "soon"),
    ("a total that is not the sum", FAL, setter("payload/duration", "9"), "sum of its shots"),
    ("a total where none is sent", OXEN, setter("payload/duration", 8), ""),
    ("no seconds", FAL, setter("payload/duration", None, request=1), "duration"),
    ("a shot without seconds", FAL, setter(f"{SHOT}/duration", None), "duration"),
    ("a shot's seconds", FAL, setter(f"{SHOT}/duration", "5"), "lasts 9 s"),
    ("seconds of the plan's shot", FAL, setter("shots/0/seconds", 3), "shots and the padding"),
    ("padding", FAL, setter("padding", 1), "shots and the padding"),
    ("text too long", FAL, setter(f"{SHOT}/prompt", "@Element1 @Image1 " + LONG), "at most"),
    (
        "text too long by the tags' overhead",
        OXEN,
        setter("payload/prompt", "@Element1 @Image1" + "x" * 490, request=1),
        "512 at most",
    ),
    ("no text", FAL, setter(f"{SHOT}/prompt", ""), "empty"),
    (
        "white space at the end",
        FAL,
        setter("payload/prompt", "@Element1 sings. ", request=2),
        "end",
    ),
    ("a mark left in the text", FAL, setter(f"{SHOT}/prompt", "\U000f0000 waits."), "its tag"),
    ("the prompt's field missing", FAL, setter("payload/prompt", None, request=1), "prompt"),
    ("characters of the plan's shot", FAL, setter("shots/0/characters", 10), "the plan says 10"),
    ("a tag out of range", FAL, setter(f"{SHOT}/prompt", "@Element3 waits."), "numbered from 1"),
    ("a number left out", FAL, setter("payload/prompt", "@Element2 @Image1", request=1), "from 1"),
    (
        "what is sent not mentioned",
        FAL,
        setter("payload/prompt", "He runs.", request=1),
        "mentioned",
    ),
    (
        "another vendor's tag",
        FAL,
        setter("payload/prompt", "@Element1 <<<image_1>>>.", request=2),
        "tag",
    ),
    ("both prompts", FAL, setter("payload/prompt", "the sea"), "prompt"),
    ("no shots", FAL, setter("payload/multi_prompt", []), "multi_prompt"),
    ("an unknown field", FAL, setter("payload/seed", 7), "seed"),
    ("an aspect ratio", FAL, setter("payload/aspect_ratio", "4:3"), "4:3"),
    ("a constant", FAL, setter("payload/shot_type", "intelligent"), "shot_type"),
    ("the model's id", OXEN, setter("payload/model", "kling-video-o3-omni"), "model"),
    ("sound as a text", FAL, setter("payload/generate_audio", "false"), "false"),
    ("sound that is not paid", FAL, setter("payload/generate_audio", True), "0.14"),
    (
        "sound that is paid and not made",
        FAL,
        setter("payload/generate_audio", False, request=2),
        "",
    ),
    ("the endpoint", FAL, setter("endpoint", "fal-ai/kling-video/o3/4k"), "endpoint"),
    (
        "an element without references",
        FAL,
        setter("payload/elements/0/reference_image_urls", None),
        "0 references",
    ),
    (
        "too many references of an element",
        FAL,
        setter("payload/elements/0/reference_image_urls", ["https://example.com/a.png"] * 4),
        "",
    ),
    ("a local path", FAL, setter("payload/image_urls/0", "side.png"), "side.png"),
    (
        "an unencrypted URL",
        FAL,
        setter("payload/image_urls/1", "http://example.com/a.png"),
        "http:",
    ),
    (
        "content that is not known",
        FAL,
        setter("payload/image_urls/0", "asset:missing"),
        "asset:missing",
    ),
    ("a token missing", FAL, setter("tokens/@Element1", None), "tokens"),
    ("an amount", FAL, setter("cost/amount", "0.01"), "0.01"),
    ("a unit price", FAL, setter("cost/unit_price", "0.01"), "0.112"),
    ("a currency", FAL, setter("cost/currency", "EUR"), "EUR"),
    ("the seconds of the cost", FAL, setter("cost/seconds", 7), "is not 8 s"),
    ("a known price called unknown", FAL, setter("cost", "unknown"), "known"),
    (
        "an unknown price called known",
        UNPRICED,
        setter("cost", {"amount": "0", "currency": "USD", "unit_price": "0", "seconds": 5}),
        "known",
    ),
    (
        "an amount that is no number",
        FAL,
        setter("cost/amount", "much"),
        "an exact amount is wanted",
    ),
    ("an asset's content", FAL, setter("assets/0/sha256", "0" * 64), "assets"),
    ("an asset's pointer", FAL, setter("assets/0/pointers/0", "/image_urls/7"), "assets"),
    ("an asset left out", FAL, setter("assets/0", None), "assets"),
    ("a dependency left out", FAL, setter("depends_on", [], request=1), "outputs"),
    (
        "a dependency on nobody",
        FAL,
        setter("depends_on/0/digest", "sha256:" + "0" * 64, request=1),
        "which does not stand before it",
    ),
    (
        "a dependency on a part that there is none of",
        FAL,
        setter("depends_on/0/part", 2, request=1),
        "which does not stand before it",
    ),
    (
        "an output's pointer",
        FAL,
        setter("depends_on/0/pointer", "/end_image_url", request=1),
        "outputs",
    ),
    ("a request's action", FAL, setter("action", "pay"), "action"),
    ("the number of requests", FAL, total_setter("totals/requests", 4), "totals"),
    ("the seconds of all", FAL, total_setter("totals/seconds", 17), "totals"),
    (
        "the total cost",
        FAL,
        total_setter("totals/generate/cost/amount", "1.00"),
        "cost of generate",
    ),
    (
        "the total's currency",
        FAL,
        total_setter("totals/generate/cost/currency", "EUR"),
        "cost of generate",
    ),
    ("an unknown total", FAL, total_setter("totals/generate/cost", "unknown"), ""),
    ("the seconds that are paid", FAL, total_setter("totals/generate/seconds", 3), "totals"),
    ("the requests that are paid", FAL, total_setter("totals/generate/requests", 2), "totals"),
    ("what is used again", FAL, total_setter("totals/reuse/requests", 1), "totals"),
    ("a scene's seconds", FAL, total_setter("totals/scenes/0/seconds", 99), "scenes"),
    ("a scene's cost", FAL, total_setter("totals/scenes/0/cost/amount", "99"), "scenes"),
    ("another target", FAL, total_setter("target", OXEN), "target"),
    ("another target's endpoint", FAL, elsewhere, "target"),
]
CHANGES += SIMPLE


@broken("tags that are not numbered by first mention", "by first mention")
def swap_tags(made: Plan) -> None:
    for shot in made["requests"][0]["payload"]["multi_prompt"]:
        text = shot["prompt"].replace("@Element1", "@Element9").replace("@Element2", "@Element1")
        shot["prompt"] = text.replace("@Element9", "@Element2")


@broken("an element that nobody mentions", "are mentioned")
def send_more(made: Plan) -> None:
    payload = made["requests"][1]["payload"]
    payload["elements"] = [*payload["elements"], *payload["elements"]]


@broken("too many references", "at most")
def mention_more(made: Plan) -> None:
    request = made["requests"][1]
    request["payload"]["prompt"] += " @Element2 @Element3 @Element4 @Element5"
    request["shots"][0]["characters"] = 200
    request["payload"]["elements"] *= 5


@broken("too many elements beside a first frame", "4 elements beside a first frame, 3 at most")
def mention_more_beside_a_frame(made: Plan) -> None:
    request = made["requests"][1]
    request["payload"]["prompt"] += " @Element2 @Element3 @Element4"
    request["shots"][0]["characters"] = 200
    request["payload"]["elements"] *= 4


@broken("two videos", "with a video")
def two_videos(made: Plan) -> None:
    payload = made["requests"][2]["payload"]
    payload["prompt"] = "@Element1 and @Element2 sing."
    payload["elements"] *= 2


@broken("seven shots", "more than a request takes")
def seven_shots(made: Plan) -> None:
    request = made["requests"][0]
    shot = {"prompt": "the sea", "duration": "1"}
    request["payload"]["multi_prompt"] += [shot] * 5
    request["shots"] += [dict(request["shots"][0], seconds=1) for _ in range(5)]
    request["payload"]["duration"], request["seconds"] = "13", 13


@broken("less than the shortest request", "outside 3 to 15")
def too_short(made: Plan) -> None:
    request = made["requests"][2]
    request["payload"]["duration"], request["seconds"], request["padding"] = "2", 2, 0


@broken("more than the longest request", "outside 3 to 15")
def too_long(made: Plan) -> None:
    request = made["requests"][1]
    request["payload"]["duration"], request["seconds"] = "16", 16
    request["shots"][0]["seconds"] = 16


@broken("more than the longest request of another target", "outside 3 to 10", O1)
def too_long_for_o1(made: Plan) -> None:
    request = made["requests"][0]
    request["payload"]["duration"], request["seconds"] = "11", 11
    request["shots"][0]["seconds"] = 11


@broken("a shot too many in the plan", "shots")
def one_shot_more(made: Plan) -> None:
    request = made["requests"][0]
    request["shots"].append(dict(request["shots"][0], seconds=0))


@broken("a shot too few in the plan", "shots")
def one_shot_less(made: Plan) -> None:
    made["requests"][0]["shots"].pop()


@broken("a last frame without a first one", "without a first one", OXEN)
def lose_first_frame(made: Plan) -> None:
    request = made["requests"][1]
    del request["payload"]["start_image_url"]
    request["depends_on"] = []


@broken("a frame that counts as a reference", "7 at most", O1)
def many_images(made: Plan) -> None:
    request = made["requests"][0]
    request["payload"]["image_urls"] += ["https://example.com/a.png"] * 7
    tags = " ".join(f"@Image{number}" for number in range(3, 10))
    request["payload"]["prompt"] += f" {tags}"
    request["shots"][0]["characters"] = 900


@broken("a token by another name", "tokens")
def rename_token(made: Plan) -> None:
    tokens = made["requests"][0]["tokens"]
    tokens["@Element9"] = tokens.pop("@Element1")


@broken("the requests in another order", "does not stand before it")
def swap_requests(made: Plan) -> None:
    made["requests"][0], made["requests"][1] = made["requests"][1], made["requests"][0]


@broken("one id twice", "used twice")
def same_id(made: Plan) -> None:
    made["requests"][2]["id"] = made["requests"][0]["id"]


@broken("a request left out", "")
def lose_a_request(made: Plan) -> None:
    del made["requests"][2]


@broken("a request twice", "used twice")
def repeat_a_request(made: Plan) -> None:
    made["requests"].append(copy.deepcopy(made["requests"][2]))


@pytest.mark.parametrize(
    ("name", "target", "change", "said"), CHANGES, ids=[change[0] for change in CHANGES]
)
def test_a_change_is_found_even_where_the_digests_fit(
    name: str, target: str, change: Change, said: str, good: dict[str, Made]
) -> None:
    changed = copy.deepcopy(good[target].plan)
    change(changed)
    redigest(changed)
    assert changed != good[target].plan
    problems = good[target].problems(changed)
    assert problems, name
    assert said in "\n".join(problems)


@pytest.mark.parametrize(
    "change",
    [
        setter("payload/aspect_ratio", "9:16"),
        setter("take", 2),
        setter("digest", "sha256:" + "0" * 64),
        setter("payload/elements/0/frontal_image_url", "https://example.com/a.png"),
    ],
    ids=["payload", "take", "digest", "picture"],
)
def test_a_digest_that_is_not_that_of_what_is_sent_is_found(
    change: Change, good: dict[str, Made]
) -> None:
    changed = copy.deepcopy(good[FAL].plan)
    change(changed)
    assert any("digest" in problem for problem in good[FAL].problems(changed))


def test_a_video_lowers_the_limit_that_a_user_has_raised(good: dict[str, Made]) -> None:
    made = good[FAL]
    changed = copy.deepcopy(made.plan)
    request = changed["requests"][2]
    picture = {
        "frontal_image_url": "https://example.com/a.png",
        "reference_image_urls": ["https://example.com/b.png"],
    }
    request["payload"]["elements"] += [picture] * 4
    request["payload"]["prompt"] = " ".join(f"@Element{number}" for number in range(1, 6))
    request["tokens"] = {f"@Element{number}": "x" for number in range(1, 6)}
    request["shots"][0]["characters"] = 200
    redigest(changed)
    raised = Made(
        plan=made.plan, target=made.target, schema=made.schema, max_references=7
    ).problems(changed)
    assert raised == [
        "coda/1: 5 references, 4 at most",
        "coda/1: 5 elements beside a first frame, 3 at most",
    ]


def test_a_plan_of_another_shape_is_words_and_no_exception(good: dict[str, Made]) -> None:
    values: tuple[Any, ...] = (None, [], {}, "", 0, [[]], [None], "x", -1, True)
    for target, made in good.items():
        for key in made.plan["requests"][0]["payload"]:
            for value in values:
                changed = copy.deepcopy(made.plan)
                if changed["requests"][0]["payload"][key] == value or key == "generate_audio":
                    continue
                changed["requests"][0]["payload"][key] = value
                redigest(changed)
                assert made.problems(changed), (target, key, value)
