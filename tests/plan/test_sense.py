"""The checker of sense refuses, by name of the rule, each way in which a prompt can lose its sense.

A mutant changes a prompt and its map alike, so that nothing but the film betrays it. Each is
applied wherever it can be: in a small film that has everything, and in the lighthouse on three
kinds of targets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace
from PIL import Image
from plan_digests import redigest

from storyboard.api import CompileOptions, Project
from storyboard.compiler.film import Film
from storyboard.plan import model as plan_model
from storyboard.plan.file import encode
from storyboard.plan.verify import TargetRules, verify
from storyboard.targets.load import catalogue
from storyboard.targets.schemas import request_schema

EXAMPLES = Path(__file__).parents[2] / "examples"
TARGETS = ("fal/kling-o3-pro", "fal/kling-o1-standard", "fal/kling-v2.6-pro-text-to-video")
FILM = """
storyboard: 1
language: en
target: fal/kling-o3-pro
defaults: {audio: true}
style: "35mm film, muted teal"
characters:
  mara: {frontal: front.png, references: [side.png], looks: {wet: {description: soaked}}}
  pim: {description: "a boy of eight, the brother of @sue"}
  sue: {description: a girl of ten}
props:
  lantern: {description: a brass lantern}
locations:
  shore: {description: a cove of black rocks}
  pier: {description: a long wooden pier}
scenes:
  - id: quay
    location: shore
    shots:
      - id: talk
        duration: 14s
        size: wide
        camera: slow push in
        light: low sun
        sound: surf
        cast: [lantern]
        prompt: "@mara climbs the steps. @pim waits below. The gulls turn."
        dialogue:
          - mara: {line: "Come up.", tone: warm}
          - pim: "I cannot, @mara."
          - mara: {line: "Stay, then.", off: true}
        narration: It was their last evening. Nobody knew.
      - id: rain
        prompt: "@mara.wet runs to @pier. She falls."
      - id: row
        duration: 20s
        cast: [mara]
        prompt: "The boat drifts."
        narration: Hours went by. Then the light went out.
      - id: storm
        duration: 25s
        camera: handheld
        beats:
          - {prompt: "@mara ties the boat. @pim holds @lantern.", cast: [mara, pim, sue]}
          - {prompt: "A wave breaks. The rope tears.", camera: whip pan, sound: thunder}
          - {prompt: "They run. The pier is gone.", dialogue: [{pim: "Mara! Here!"}]}
"""
RULES = re.compile(
    r"^(?:[^ ]+: )?(map|glue|action|lines|carried|framing|place|people|empty): ", re.MULTILINE
)
SENTENCE = re.compile(r"(?<=[.!?]) ")
Plan = dict[str, Any]


class Said(Struct, frozen=True):
    """A slice of a prompt: its words and the rest of its row in the map."""

    words: str
    kind: str
    name: str = ""
    carried: bool = False
    place: tuple[Any, ...] = (None, None, None)


Prompt = list[Said]
Mutant = Callable[[Prompt], Iterator[Prompt]]
"""All the ways in which a prompt can be broken in one respect."""


class Made(Struct, frozen=True):
    """A good plan, and what it is held against."""

    plan: Plan
    film: Film
    schema: dict[str, Any]

    def problems(self, changed: Plan, *, film: Film | None) -> list[str]:
        """What is wrong with a plan, in the eyes of somebody who knows the film, or does not."""
        rules = TargetRules(
            target=self.film.target,
            schema=self.schema,
            max_references=self.film.max_references,
            film=film,
        )
        return verify(plan_model.Plan.from_json(changed), [rules])

    def prompts(self) -> Iterator[tuple[int, int, Prompt]]:
        """Every prompt with the indices of its request and of its shot in that."""
        for index, request in enumerate(self.plan["requests"]):
            for number, shot in enumerate(request["shots"]):
                text = entry(request, number)["prompt"]
                rows = shot["map"]
                yield index, number, [Said(text[r[0] : r[1]], *r[2:5], tuple(r[5:])) for r in rows]

    def with_prompt(self, index: int, number: int, prompt: Prompt) -> Plan:
        """The plan with one prompt in place of another, and all that follows from it."""
        requests = [*self.plan["requests"]]
        request = requests[index] = json.loads(json.dumps(requests[index]))
        shot, rows, at = request["shots"][number], [], 0
        for one in prompt:
            end = at + len(one.words)
            rows.append([at, end, one.kind, one.name, one.carried, *one.place])
            at = end
        text = "".join(one.words for one in prompt)
        shot["map"], entry(request, number)["prompt"] = rows, text
        shot["characters"] = max(shot["characters"], len(text) + 15 * text.count("@"))
        redigest({"requests": [request]})
        return {**self.plan, "requests": requests}


def around(plan: Plan, index: int) -> Plan:
    """Of a plan only the requests that tell the shots of one of them, which sense is read from."""
    told = {shot["address"] for shot in plan["requests"][index]["shots"]}
    near = [
        request
        for request in plan["requests"]
        if not told.isdisjoint(shot["address"] for shot in request["shots"])
    ]
    return {**plan, "requests": near}


def entry(request: Any, number: int) -> Any:
    """Where a payload has the prompt of one of its shots."""
    payload = request["payload"]
    return payload["multi_prompt"][number] if "multi_prompt" in payload else payload


def made(film: Path, target: str | None = None) -> Made:
    one, compiled = Project(str(film), CompileOptions(target=target, project=film.parent)).plan()
    assert compiled.film is not None
    assert one.requests, [found.message for found in compiled.diagnostics]
    schema = request_schema(compiled.film.target)
    return Made(json.loads(encode(one)), compiled.film, schema)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    """The small film, and the lighthouse on three kinds of targets."""
    folder = tmp_path_factory.mktemp("sense")
    for name in ("front", "side"):
        Image.new("RGB", (400, 320), "teal").save(folder / f"{name}.png")
    film = folder / "storyboard.yaml"
    film.write_text(FILM, "utf-8")
    lighthouse = EXAMPLES / "lighthouse" / "storyboard.yaml"
    return [made(film), *(made(lighthouse, target) for target in TARGETS)]


# Changes of prompts


def where(prompt: Prompt, kind: str, name: str = "") -> list[int]:
    """The indices of the slices of a kind (and of a name)."""
    return [
        at for at, one in enumerate(prompt) if one.kind == kind and (not name or one.name == name)
    ]


def dropped(prompt: Prompt, at: int) -> Prompt:
    return [*prompt[:at], *prompt[at + 1 :]]


def doubled(prompt: Prompt, at: int) -> Prompt:
    return [*prompt[: at + 1], Said(" ", "glue"), *prompt[at:]]


def changed(prompt: Prompt, at: int, **values: Any) -> Prompt:
    """A prompt with other words, or another label, of one slice."""
    return [*prompt[:at], replace(prompt[at], **values), *prompt[at + 1 :]]


def swapped(prompt: Prompt, one: int, other: int) -> Prompt:
    new = list(prompt)
    new[one], new[other] = new[other], new[one]
    return new


def inserted(prompt: Prompt, at: int, said: Said) -> Prompt:
    return [*prompt[:at], said, *prompt[at:]]


MUTANTS: dict[str, tuple[str, Mutant]] = {}
"""What is broken, with the rule that must refuse it."""


def mutant(name: str, rule: str) -> Callable[[Mutant], Mutant]:
    def register(change: Mutant) -> Mutant:
        assert name not in MUTANTS
        MUTANTS[name] = rule, change
        return change

    return register


def dropping(kind: str, name: str = "") -> Mutant:
    return lambda prompt: (dropped(prompt, at) for at in where(prompt, kind, name))


def doubling(kind: str, name: str = "") -> Mutant:
    return lambda prompt: (doubled(prompt, at) for at in where(prompt, kind, name))


def saying(words: str, kind: str, name: str = "") -> Mutant:
    return lambda prompt: (changed(prompt, at, words=words) for at in where(prompt, kind, name))


for _field in ("style", "size", "camera", "light", "sound"):
    MUTANTS[f"{_field} dropped"] = "framing", dropping("framing", _field)
    MUTANTS[f"{_field} replaced"] = "framing", saying("something else", "framing", _field)
for _field in ("style", "size", "light"):
    MUTANTS[f"{_field} doubled"] = "framing", doubling("framing", _field)
MUTANTS |= {
    "place lost": ("place", dropping("framing", "location")),
    "another place": ("place", saying("a desert", "framing", "location")),
    "a line doubled": ("lines", doubling("line")),
    "a line dropped": ("lines", dropping("line")),
    "narration dropped": ("lines", dropping("line", "narrator")),
    "narration doubled": ("lines", doubling("line", "narrator")),
    "a slice of no known kind": (
        "map",
        lambda prompt: (changed(prompt, at, kind="mood") for at in range(0, len(prompt), 4)),
    ),
}


@mutant("a framing that no shot has", "framing")
def add_framing(prompt: Prompt) -> Iterator[Prompt]:
    yield inserted(prompt, 0, Said("Explosions. ", "framing", "mood"))


@mutant("two lines swapped", "lines")
def swap_lines(prompt: Prompt) -> Iterator[Prompt]:
    lines = [at for at in where(prompt, "line") if prompt[at].name != "narrator"]
    for one, other in pairwise(lines):
        yield swapped(prompt, one, other)


@mutant("speaker changed in the words", "lines")
def change_speaker(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "line"):
        if prompt[at].name != "narrator":
            said = prompt[at].words
            yield changed(prompt, at, words=f"[Nobody]: {said[said.index(chr(34)) :]}")


@mutant("speaker changed in the map", "lines")
def relabel_speaker(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "line"):
        yield changed(prompt, at, name="pim" if prompt[at].name != "pim" else "mara")


@mutant("other words of a line", "lines")
def change_line(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "line"):
        said = prompt[at].words
        yield changed(prompt, at, words=f'{said[: said.index(chr(34))]}"Let us dance."')


@mutant("introduction removed", "people")
def drop_introduction(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "introduction"):
        if prompt[at].place[0] is not None:
            yield dropped(prompt, at)


@mutant("another introduction", "people")
def change_introduction(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "introduction"):
        if prompt[at].place[0] is not None:
            yield changed(prompt, at, words="somebody else")


@mutant("introduced twice", "people")
def introduce_twice(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "introduction"):
        if prompt[at].place[0] is not None:
            yield doubled(prompt, at)


@mutant("a name that is neither tag nor introduced", "people")
def name_plainly(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "action"):
        for tag in set(re.findall(r"@Element\d+", prompt[at].words)):
            yield changed(prompt, at, words=prompt[at].words.replace(tag, "Mara"))


@mutant("carried is somebody who was never there", "carried")
def carry_nobody(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "carry"):
        yield changed(prompt, at, name="nobody")


def sentences(prompt: Prompt) -> Iterator[tuple[int, list[str]]]:
    """The sentences of each slice of new action."""
    for at in where(prompt, "action"):
        if not prompt[at].carried:
            yield at, SENTENCE.split(prompt[at].words)


@mutant("a sentence of the action dropped", "action")
def drop_sentence(prompt: Prompt) -> Iterator[Prompt]:
    for at, said in sentences(prompt):
        for each in range(len(said) if len(said) > 1 else 0):
            yield changed(prompt, at, words=" ".join([*said[:each], *said[each + 1 :]]))


@mutant("a sentence of the action doubled", "action")
def double_sentence(prompt: Prompt) -> Iterator[Prompt]:
    for at, said in sentences(prompt):
        for each in range(len(said)):
            yield changed(prompt, at, words=" ".join([*said[: each + 1], *said[each:]]))


@mutant("two sentences of the action swapped", "action")
def swap_sentences(prompt: Prompt) -> Iterator[Prompt]:
    for at, said in sentences(prompt):
        if len(said) > 1:
            yield changed(prompt, at, words=" ".join([said[1], said[0], *said[2:]]))


@mutant("other words of the action", "action")
def change_action(prompt: Prompt) -> Iterator[Prompt]:
    for at, said in sentences(prompt):
        yield changed(prompt, at, words=f"{' '.join(said)} Everybody dances.")


@mutant("a carried sentence that is not marked as carried", "action")
def unmark(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "action"):
        if prompt[at].carried:
            yield changed(prompt, at, carried=False)


@mutant("a carried mark on a new sentence", "carried")
def mark_new(prompt: Prompt) -> Iterator[Prompt]:
    for at, _ in sentences(prompt):
        yield changed(prompt, at, carried=True)


@mutant("a carried sentence that was never said", "carried")
def carry_unsaid(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "action"):
        if prompt[at].carried:
            yield changed(prompt, at, words="Everybody dances.")


@mutant("glue that nobody wrote", "glue")
def add_glue(prompt: Prompt) -> Iterator[Prompt]:
    for at in range(1, len(prompt), 4):
        yield inserted(prompt, at, Said(" suddenly, ", "glue"))


@mutant("action that is called glue", "glue")
def call_it_glue(prompt: Prompt) -> Iterator[Prompt]:
    for at in where(prompt, "action"):
        yield changed(prompt, at, kind="glue", name="")


@mutant("nothing happens", "empty")
def empty(prompt: Prompt) -> Iterator[Prompt]:
    kept = [one for one in prompt if one.kind not in ("action", "line")]
    text = "".join(one.words for one in kept)
    if text and text == text.strip():
        yield kept
    else:
        yield [*kept, Said(".", "glue")]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_prompt_that_loses_its_sense_is_refused_by_the_rule(name: str, good: list[Made]) -> None:
    rule, change = MUTANTS[name]
    count = 0
    for one in good:
        is_hidden = False
        for index, number, prompt in one.prompts():
            for broken in change(prompt):
                count += 1
                text = "".join(said.words for said in broken)
                bad = one.with_prompt(index, number, broken)
                found = one.problems(around(bad, index), film=one.film)
                assert rule in RULES.findall("\n".join(found)), (text, found)
                has_its_tags = tags(text) == tags("".join(said.words for said in prompt))
                if not is_hidden and has_its_tags and text == text.strip():
                    is_hidden = True
                    assert one.problems(bad, film=None) == []
    assert count, "no prompt can be broken like this"


def tags(text: str) -> list[str]:
    """The tags of a text by their first mention."""
    return list(dict.fromkeys(re.findall(r"@(?:Element|Image)\d+", text)))


def test_a_rule_is_called_by_the_names_that_its_module_tells() -> None:
    from storyboard.plan import sense

    told = re.findall(r"^- ``(\w+)``:", sense.__doc__ or "", re.MULTILINE)
    assert {rule for rule, _ in MUTANTS.values()} == set(told)


# What no single prompt shows


@pytest.mark.parametrize("row", [0, 1, -1], ids=["first", "second", "last"])
def test_a_slice_that_is_missing_from_the_map_is_found(row: int, good: list[Made]) -> None:
    for one in good:
        bad = json.loads(json.dumps(one.plan))
        mapped = next(shot["map"] for shot in bad["requests"][0]["shots"] if len(shot["map"]) > 2)
        del mapped[row]
        assert "map" in rules(one, bad)


def test_slices_that_overlap_are_found(good: list[Made]) -> None:
    for one in good:
        bad = json.loads(json.dumps(one.plan))
        bad["requests"][0]["shots"][0]["map"][0][1] += 1
        assert "map" in rules(one, bad)


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_a_part_of_a_divided_shot_that_is_missing_is_found(which: int, good: list[Made]) -> None:
    for one in good:
        divided = [r for r in one.plan["requests"] if r["shots"][0]["parts"] > 1]
        assert divided
        lost = divided[which]["id"]
        requests = [request for request in one.plan["requests"] if request["id"] != lost]
        assert "action" in rules(one, {**one.plan, "requests": requests})


def test_the_film_is_what_a_plan_is_held_against(good: list[Made]) -> None:
    small, *lighthouses = good
    for one in lighthouses:
        with pytest.raises(AssertionError):
            assert small.problems(one.plan, film=small.film) == []


def test_a_cue_of_one_beat_is_left_out_nowhere(good: list[Made]) -> None:
    small = good[0]
    cues = [
        (index, number, prompt, at)
        for index, number, prompt in small.prompts()
        for at in [*where(prompt, "framing", "camera"), *where(prompt, "framing", "sound")]
        if prompt[at].words in ("whip pan", "thunder")
    ]
    assert len(cues) == 2
    for index, number, prompt, at in cues:
        bad = small.with_prompt(index, number, dropped(prompt, at))
        assert rules(small, bad) == {"framing"}


def test_whom_the_writer_puts_into_the_frame_is_named(good: list[Made]) -> None:
    """``cast: [lantern]``, ``cast: [mara]`` and the sister in ``cast: [mara, pim, sue]``."""
    small = good[0]
    present = [
        (index, number, prompt, at)
        for index, number, prompt in small.prompts()
        for at in where(prompt, "introduction")
        if prompt[at - 1].words.endswith(("With ", " and ", ", ")) and prompt[at].place[0] is None
    ]
    assert {prompt[at].name for _, _, prompt, at in present} >= {"lantern"}
    for index, number, prompt, at in present:
        if prompt[at].name == "lantern":
            kept = [one for one in prompt if (one.kind, one.name) != ("introduction", "lantern")]
            assert "people" in rules(small, small.with_prompt(index, number, kept))


def rules(one: Made, bad: Plan) -> set[str]:
    """The rules of sense that refuse a plan."""
    return set(RULES.findall("\n".join(one.problems(bad, film=one.film))))


# Good plans


def test_good_plans_make_sense(good: list[Made]) -> None:
    for one in good:
        assert one.problems(one.plan, film=one.film) == []
        assert one.plan["requests"]
        for index in range(len(one.plan["requests"])):
            assert rules(one, around(one.plan, index)) == set()


FILMS = sorted(
    [*EXAMPLES.glob("*/storyboard.yaml"), *EXAMPLES.glob("*/*.storyboard.yaml")], key=str
)


@pytest.mark.parametrize("film", FILMS, ids=[f"{film.parent.name}/{film.name}" for film in FILMS])
def test_every_example_makes_sense(film: Path) -> None:
    # The lighthouse has everything; the others are short, and are tried on each kind of target.
    targets = catalogue() if film.parent.name == "lighthouse" else TARGETS
    planned = 0
    for target in targets:
        one, compiled = Project(
            str(film), CompileOptions(target=target, project=film.parent)
        ).plan()
        # Whatever breaks a rule of sense is found by the plan's own checker, and is an SB901.
        assert not [each for each in compiled.diagnostics if each.code.id == "SB901"], target
        planned += bool(one.requests)
    assert planned > len(targets) / 4


GOOD = {
    "a character who is called narrator": """
characters: {narrator: {description: an old man}}
scenes:
  - shots:
      - prompt: "@narrator waits."
        dialogue: [{narrator: Hello.}]
        narration: That was long ago.
""",
    "a name that its writer says plainly in a later part": """
characters: {tom: {description: an old man}}
scenes:
  - shots:
      - {duration: 20s, cast: [], prompt: "@tom waits in the rain. Then Tom runs."}
""",
    "a word that begins like a name": """
props: {sun: {description: a red sun, label: sun}}
scenes:
  - shots:
      - {duration: 20s, cast: [], prompt: "@sun rises. It is a happy Sunday."}
""",
    "a word that begins like a place": """
locations: {shore: {description: black rocks}, pier: {description: a wooden pier}}
scenes:
  - shots: ["@shore is dark. @pier glows by the shoreline."]
""",
    "a place that is named plainly after another": """
locations: {shore: {description: black rocks}, pier: {description: a wooden pier}}
scenes:
  - shots: [{duration: 20s, prompt: "@shore is dark. @pier glows. The shore is black."}]
""",
    "a style that is described by somebody with a label": """
characters:
  mara: {frontal: front.png, references: [side.png], label: the keeper, description: a keeper}
styles: {beauty: {description: "grain in the colours of @mara"}}
style: "@beauty"
scenes:
  - shots: ["Rain."]
""",
    "a letter that grows when it becomes a capital": """
style: "\N{LATIN SMALL LIGATURE FI}lm grain"
scenes:
  - shots: ["Rain."]
""",
    "no letters at all": """
characters: {mara: {description: an old woman}}
scenes:
  - shots: ["...", "\N{SPARKLES}", {dialogue: [{mara: "..."}]}]
""",
    "the same sentence again and again": """
characters: {mara: {description: an old woman}}
scenes:
  - shots:
      - {duration: 40s, prompt: "@mara runs. Rain. @mara runs. Rain. @mara runs. Rain."}
""",
    "one name for two people": """
characters: {tom: {description: old, label: the man}, bob: {description: young, label: the man}}
scenes:
  - shots: ["@tom meets @bob."]
""",
    "names without pictures whose articles come and go": """
language: en
props: {lantern: {description: the old lantern of @theo}}
characters: {theo: {description: the father of the twins}}
locations: {cave: {description: the cave behind the fall}}
scenes:
  - location: cave
    shots:
      - {prompt: "The @lantern glows; the other one, her @lantern, is out.", duration: 4s}
      - {prompt: "@theo lifts @lantern. @lantern shakes. They leave @cave.", duration: 20s}
""",
    "beats with their own cameras, sounds and casts": """
characters: {mara: {description: an old woman}, pim: {description: a boy}}
scenes:
  - shots:
      - duration: 30s
        camera: slow
        sound: wind
        cast: [pim]
        beats:
          - {prompt: "@mara runs.", camera: tilt, cast: []}
          - {prompt: "She falls.", camera: tilt, sound: thunder}
          - {prompt: "Rain.", camera: pan, dialogue: [{pim: {line: Mara!, off: true}}]}
""",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", GOOD)
def test_a_good_film_is_not_refused(name: str, target: str, tmp_path: Path) -> None:
    for picture in ("front", "side"):
        Image.new("RGB", (400, 320), "teal").save(tmp_path / f"{picture}.png")
    film = tmp_path / "storyboard.yaml"
    film.write_text(f"storyboard: 1\ndefaults: {{audio: true}}\n{GOOD[name]}", "utf-8")
    one, compiled = Project(str(film), CompileOptions(target=target, project=tmp_path)).plan()
    assert [found.message for found in compiled.diagnostics if found.code.id == "SB901"] == []
    assert one.requests, [found.message for found in compiled.diagnostics]
