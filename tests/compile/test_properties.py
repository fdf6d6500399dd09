"""What holds for every film: a plan keeps every rule, or errors say where the film does not.

The rules are counted here from the payloads and the targets' published numbers, which stand
below, and not with the compiler's own code.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from random_films import Film, films, written

from storyboard.api import Compilation, CompileOptions, Project
from storyboard.compiler.film import MENTION, Appearance
from storyboard.plan import Plan as PlanModel
from storyboard.plan.clips import planned_clips
from storyboard.plan.file import encode
from storyboard.plan.verify import TargetRules, verify
from storyboard.targets.load import catalogue
from storyboard.targets.schemas import request_schema
from storyboard.values.addresses import select

EXAMPLES, FEWER = 100, 15
"""Films that the rules are tried on, and those that are compiled twice or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A target's limits as its documents have them, and its prices without and with sound."""

    longest: int
    single: int
    shots: int
    references: int
    prices: tuple[str, str]
    type: type
    images: str


FACTS = {
    "fal/kling-o3-pro": Facts(
        longest=15,
        single=2500,
        shots=6,
        references=4,
        prices=("0.112", "0.14"),
        type=str,
        images="image_urls",
    ),
    "fal/kling-o1-standard": Facts(
        longest=10,
        single=2500,
        shots=1,
        references=7,
        prices=("0.084", "0.084"),
        type=str,
        images="image_urls",
    ),
    "oxen/kling-o3-pro": Facts(
        longest=15,
        single=512,
        shots=6,
        references=4,
        prices=("0.224", "0.224"),
        type=int,
        images="input_image",
    ),
}
NOISE = str.maketrans("", "", ".,;:!?…。！？؟|'\"")
TAG = re.compile(r"@(Element|Image)(\d+)")
Plan = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the films of this module."""
    return tmp_path_factory.mktemp("films")


def compiled(film: Film, folder: Path) -> tuple[Plan, Compilation]:
    """The plan of a film, through a file as users have it."""
    file = folder / "film.yaml"
    file.write_text(written(film), "utf-8")
    made, compilation = Project(str(file), CompileOptions(project=folder)).plan()
    return made.to_json(), compilation


def planned(film: Film, folder: Path) -> tuple[Plan, Compilation]:
    """The plan of a film that has one; other films are passed over."""
    made, compilation = compiled(film, folder)
    assume(made["requests"])
    return made, compilation


def prompts(payload: dict[str, Any]) -> list[tuple[str, int]]:
    """The texts of a payload with their seconds."""
    if "multi_prompt" in payload:
        assert "prompt" not in payload
        return [(shot["prompt"], int(shot["duration"])) for shot in payload["multi_prompt"]]
    return [(payload["prompt"], int(payload["duration"]))]


def shots_of(made: Plan) -> Iterator[tuple[dict[str, Any], dict[str, Any], str, int]]:
    """Request, shot, text and seconds of every part of a plan."""
    for request in made["requests"]:
        for shot, (text, seconds) in zip(
            request["shots"], prompts(request["payload"]), strict=True
        ):
            yield request, shot, text, seconds


def seconds_of(film: Film) -> dict[str, int]:
    """What each shot of a film lasts, by address."""
    lasting = {}
    for scene in film["scenes"]:
        default = (film["defaults"] | scene.get("defaults", {})).get("duration", 5)
        for shot in scene["shots"]:
            beats = shot.get("beats", [])
            own = [beat["duration"] for beat in beats if isinstance(beat, dict)]
            seconds = sum(own) if own else max(shot.get("duration", default), len(beats))
            lasting[f"{scene['id']}/{shot['id']}"] = seconds
    return lasting


settings.register_profile(
    "films",
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
many = settings(settings.get_profile("films"), max_examples=EXAMPLES)
few = settings(settings.get_profile("films"), max_examples=FEWER)


@many
@given(film=films())
def test_a_film_has_a_plan_that_keeps_every_rule_or_errors_with_places(
    film: Film, folder: Path
) -> None:
    made, compilation = compiled(film, folder)
    for found in made["diagnostics"]:
        assert not found["code"].startswith("SB9"), found
        assert found["span"] or found["code"] in {"SB407", "SB503"}, found
        assert found["help"], found
    errors = [found for found in made["diagnostics"] if found["severity"] == "error"]
    assert made["requests"] or errors
    priced = {scene["scene"] for scene in made["totals"]["scenes"]}
    assert {request["id"].split("/")[0] for request in made["requests"]} <= priced
    assert not priced & {scene["scene"] for scene in made["unpriced"]}
    assert made["applyable"] is not bool(errors)
    if errors:
        return
    assert compilation.film is not None
    target, facts = compilation.film.target, FACTS[film["target"]]
    schema = request_schema(target)
    rules = TargetRules(
        target=target, schema=schema, max_references=facts.references, film=compilation.film
    )
    assert verify(PlanModel.from_json(made), [rules]) == []
    validator = Draft202012Validator(schema)
    for request in made["requests"]:
        validator.validate(request["payload"])
        check_limits(request, facts)
        check_numbers(request, facts)
    check_seconds(made, film)
    check_costs(made, facts)
    check_order(made)
    check_texts(made, compilation)


def check_limits(request: dict[str, Any], facts: Facts) -> None:
    """Seconds, shots and the length of each text, the tags' hidden width included."""
    payload = request["payload"]
    parts = prompts(payload)
    total = sum(seconds for _, seconds in parts)
    assert 3 <= total <= facts.longest
    assert total == request["seconds"]
    assert len(parts) <= facts.shots
    if len(parts) > 1:
        assert all(1 <= seconds <= 15 for _, seconds in parts)
    limit = 512 if len(parts) > 1 else facts.single
    for text, _ in parts:
        assert text == text.strip() != ""
        assert len(text) + 6 * len(TAG.findall(text)) <= limit
    if "duration" in payload:
        assert type(payload["duration"]) is facts.type
    assert (
        type(payload.get("multi_prompt", [{"duration": facts.type()}])[0]["duration"]) is facts.type
    )


def check_numbers(request: dict[str, Any], facts: Facts) -> None:
    """Tags count from 1 by first mention; what is sent is what is mentioned."""
    payload = request["payload"]
    tags = list(dict.fromkeys(TAG.findall(" ".join(text for text, _ in prompts(payload)))))
    sent = {"Element": payload.get("elements", []), "Image": payload.get(facts.images, [])}
    for kind, what in sent.items():
        numbers = [int(number) for one, number in tags if one == kind]
        assert numbers == list(range(1, len(what) + 1))
    assert len(tags) <= facts.references
    assert list(request["tokens"]) == [f"@{kind}{number}" for kind, number in tags]
    assert sum("video_url" in element for element in sent["Element"]) <= 1
    for element in sent["Element"]:
        assert len(element.get("reference_image_urls", [])) <= 3


def check_seconds(made: Plan, film: Film) -> None:
    """Every shot lasts what it was written to last; only padding comes on top."""
    lasting: dict[str, int] = {}
    rendered = padding = 0
    for request in made["requests"]:
        for shot in request["shots"]:
            lasting[shot["address"]] = lasting.get(shot["address"], 0) + shot["seconds"]
        rendered += request["seconds"]
        padding += request["padding"]
    assert lasting == seconds_of(film)
    assert rendered == sum(lasting.values()) + padding == made["totals"]["seconds"]


def check_costs(made: Plan, facts: Facts) -> None:
    """Each request costs its seconds at the published price; one clip is paid once.

    What a request with a clip costs is not published, and is never the ordinary price.
    """
    every = paid = Decimal(0)
    seen: set[str] = set()
    unpriced = [request for request in made["requests"] if _has_clip(request)]
    assert all(request["cost"] == "unknown" for request in unpriced)
    assert any(found["code"] == "SB503" for found in made["diagnostics"]) == bool(unpriced)
    if unpriced:
        return
    for request in made["requests"]:
        price = Decimal(facts.prices[bool(request["payload"].get("generate_audio"))])
        assert Decimal(request["cost"]["amount"]) == price * request["seconds"]
        every += price * request["seconds"]
        if request["digest"] not in seen:
            paid += price * request["seconds"]
        assert request["action"] == ("reuse" if request["digest"] in seen else "generate")
        seen.add(request["digest"])
    totals = made["totals"]
    assert Decimal(totals["generate"]["cost"]["amount"]) == paid
    assert Decimal(totals["reuse"]["cost"]["amount"]) == every - paid
    assert sum(Decimal(scene["cost"]["amount"]) for scene in totals["scenes"]) == every


def _has_clip(request: Any) -> bool:
    return any("video_url" in element for element in request["payload"].get("elements", ()))


def check_order(made: Plan) -> None:
    """Ids and digests name requests, and what is needed stands before what needs it."""
    ids = [request["id"] for request in made["requests"]]
    assert len(set(ids)) == len(ids)
    names = [
        name for wanted in planned_clips(PlanModel.from_json(made)) for name in wanted.order.names
    ]
    assert sorted(name.text for name in names) == sorted(ids)
    assert all(select(name.text, names) == [name] for name in names)
    seen: set[tuple[str, int | None]] = set()
    for request in made["requests"]:
        for needed in request["depends_on"]:
            assert (needed["digest"], needed["part"]) in seen
            assert "#last_frame" in json.dumps(request["payload"])
        for shot in request["shots"]:
            seen.add((shot["digest"], shot["part"]))
            if shot["part"] == shot["parts"]:
                seen.add((shot["digest"], None))


def check_texts(made: Plan, compilation: Compilation) -> None:
    """What every prompt says, read from its map: all action once, all framing, all people."""
    assert compilation.film is not None
    film, cast = compilation.film, compilation.film.cast
    hears = film.target.target != "fal/kling-o1-standard"
    said: dict[str, list[str]] = {}
    spoken: dict[str, list[str]] = {}
    shots = {shot.address: shot for scene in film.scenes for shot in scene.shots}
    by_name = {cast[mark].name: cast[mark] for mark in cast.marks()}
    for request, part, text, _ in shots_of(made):
        rows, shot = part["map"], shots[part["address"]]
        assert [row[0] for row in rows] == [0, *(row[1] for row in rows[:-1])]
        assert rows[-1][1] == len(text)
        assert any(row[2] in ("action", "line") for row in rows)
        for start, end, kind, name, carried, *place in rows:
            words = named(text[start:end], request["tokens"])
            if kind == "action" and not carried:
                said.setdefault(shot.address, []).append(words)
            if kind == "line":
                quoted = words[words.index('"') + 1 : words.rindex('"')]
                spoken.setdefault(shot.address, []).append(f"{name}: {quoted}")
            assert kind == "glue" or name
            assert (place[0] is None) or (place[1] >= 1 and place[2] >= 1)
        framed = {row[3] for row in rows if row[2] == "framing"}
        for field in ("size", "camera", "light", "sound", "style"):
            assert (getattr(shot.framing, field) is not None) == (field in framed), field
        introduced = [row[3] for row in rows if row[2] == "introduction"]
        called = {by_name[name].label for name in introduced}
        for mark in {mark for beat in shot.beats for mark in MENTION.findall(beat.prose.text)}:
            one = cast[mark]
            if one.kind in ("character", "prop") and one.reference is None:
                action = "".join(text[a:b] for a, b, kind, *_ in rows if kind == "action")
                assert one.label in called or one.label.lower() not in action.lower()
    for scene in film.scenes:
        for one in scene.shots:
            prose = " ".join(
                MENTION.sub(lambda mark: as_named(cast[mark[0]]), beat.prose.text)
                for beat in one.beats
            )
            assert letters(" ".join(said[one.address])) == letters(prose)
            is_heard = one.audio and hears
            lines = [
                f"{cast[speech.speaker].name if speech.speaker else 'narrator'}: {speech.line.text}"
                for speech in one.speeches()
                if is_heard or (speech.speaker and not speech.is_off)
            ]
            # A line of several sentences may be divided; each piece names its speaker again.
            assert lettered(spoken.get(one.address, [])) == lettered(lines)


def as_named(one: Appearance) -> str:
    """What a mention reads as: the name for a tag, else the label."""
    return f"@{one.name}" if one.reference is not None else spoken_label(one)


def spoken_label(one: Appearance) -> str:
    """The label, or for a style its description, which is its own text."""
    return "an iron gallery" if one.kind == "style" else one.label


def lettered(lines: list[str]) -> list[str]:
    """Who says what, sorted, since the narration runs beside the lines; pieces are joined."""
    by_speaker: dict[str, str] = {}
    for line in lines:
        speaker, _, words = line.partition(": ")
        by_speaker[speaker] = by_speaker.get(speaker, "") + letters(words)
    return sorted(f"{speaker}: {words}" for speaker, words in by_speaker.items())


def letters(text: str) -> str:
    """The letters and digits of a text, in lower case; the articles of labels aside."""
    return "".join(re.sub(r"\bthe\b", "", text.lower()).split()).translate(NOISE)


def named(text: str, tokens: dict[str, str]) -> str:
    """A text with the names of the cast in place of the vendor's tags."""
    return TAG.sub(lambda tag: f"@{tokens[tag[0]]}", text)


@many
@given(film=films(), target=st.sampled_from(list(catalogue())))
def test_on_every_target_a_plan_makes_sense_or_errors_say_why(
    film: Film, target: str, folder: Path
) -> None:
    # Whatever breaks a rule of sense is found by the plan's own checker, and is an SB901.
    made, _ = compiled(film | {"target": target}, folder)
    for found in made["diagnostics"]:
        assert not found["code"].startswith("SB9"), found
    assert made["applyable"] or any(one["severity"] == "error" for one in made["diagnostics"])


@few
@given(film=films())
def test_the_same_film_gives_the_same_bytes(film: Film, folder: Path) -> None:
    first, _ = compiled(film, folder)
    second, _ = compiled(film, folder)
    assert encode(PlanModel.from_json(first)) == encode(PlanModel.from_json(second))


def digests(made: Plan) -> list[str]:
    """The digests of a plan's requests, in order."""
    return [request["digest"] for request in made["requests"]]


@few
@given(film=films(), data=st.data())
def test_notes_ids_and_the_order_of_keys_change_no_digest(
    film: Film, data: st.DataObject, folder: Path
) -> None:
    made, _ = planned(film, folder)
    changed = copy.deepcopy(film)
    changed["title"], changed["x-own"] = "Another title", ["y"]
    for scene in changed["scenes"]:
        scene["id"], scene["notes"], scene["title"] = f"new-{scene['id']}", "changed", "new"
        for index, shot in enumerate(scene["shots"]):
            shot["notes"] = "changed"
            shot.pop("id")
            keys = data.draw(st.permutations(list(shot)))
            scene["shots"][index] = {key: shot[key] for key in keys}
    keys = data.draw(st.permutations(list(changed)))
    again, _ = planned({key: changed[key] for key in keys}, folder)
    assert digests(again) == digests(made)
    assert [request["id"] for request in again["requests"]] != [
        request["id"] for request in made["requests"]
    ]


@few
@given(film=films(), data=st.data())
def test_raising_a_take_changes_that_digest_and_those_that_follow_from_it(
    film: Film, data: st.DataObject, folder: Path
) -> None:
    made, _ = planned(film, folder)
    scene = data.draw(st.sampled_from(film["scenes"]))
    shot = data.draw(st.sampled_from(scene["shots"]))
    changed = copy.deepcopy(film)
    for one in changed["scenes"]:
        for other in one["shots"]:
            if (one["id"], other["id"]) == (scene["id"], shot["id"]):
                other["take"] = other.get("take", 1) + 1
    again, _ = planned(changed, folder)
    expected: set[str] = set()
    other_shots = {f"{scene['id']}/{shot['id']}"}
    for request in made["requests"]:
        own = {part["address"] for part in request["shots"]}
        if other_shots & {needed["shot"] for needed in request["depends_on"]}:
            other_shots.add(request["shots"][0]["address"])
        if other_shots & own:
            expected.add(request["id"])
    moved = {
        before["id"]
        for before, after in zip(made["requests"], again["requests"], strict=True)
        if before["digest"] != after["digest"]
    }
    assert moved == expected
