"""Why a shot is rendered again: what is not as it was sent, in whatever clip that was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from storyboard.api import CompileOptions, Project
from storyboard.api._compile import compile_reading
from storyboard.api._load import read
from storyboard.api._plan import plan_compilation
from storyboard.diagnostics import Diagnostics
from storyboard.ledger import Intent, KnownTakes, State
from storyboard.plan.clips import planned_clips
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import NEW, Action, PayloadChange, PlaceInFile
from storyboard.render.reasons import why_text
from storyboard.values.segments import as_asked

FILM = """\
storyboard: 1
title: The pier
defaults: {audio: true, size: wide}
characters:
  mara: {label: Mara, description: "a keeper in her sixties, grey braid"}
  pim: {frontal: "https://example.com/pim.png"}
  tom: {frontal: "https://example.com/tom.png"}
scenes:
  - id: pier
    shots:
      - {id: gulls, duration: 4s, prompt: Gulls circle. @pim and @tom watch.}
      - {id: boat, duration: 5s, prompt: "@mara ties up a red boat, and @pim helps."}
      - {id: rope, duration: 3s, prompt: A rope is thrown and caught.}
  - id: hut
    shots:
      - {duration: 5s, prompt: The door of a hut opens.}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(folder: Path, text: str, known: KnownTakes | None, **options: object) -> Plan:
    (folder / "storyboard.yaml").write_text(text)
    chosen, found = CompileOptions(**options), Diagnostics()  # type: ignore[arg-type]
    compiled = compile_reading(read("storyboard.yaml", chosen, found), chosen, found, known)
    made = plan_compilation(compiled, chosen, known)
    assert not found.has_errors, list(found)
    return made


def paid(plan: Plan) -> KnownTakes:
    """What is known once all of a plan is rendered."""
    intents = [
        Intent(
            order=clip.order,
            state=State.STORED,
            run="r",
            clip=f"{number:064x}",
            segments=as_asked(clip.order.shots),
        )
        for number, clip in enumerate(planned_clips(plan))
    ]
    return KnownTakes(intents, film="storyboard.yaml")


def rendered(folder: Path, edit: tuple[str, str], **options: object) -> Iterator[PlannedRequest]:
    """What is to be rendered after an edit of the paid film."""
    known = paid(planned(folder, FILM, None))
    assert edit[0] in FILM
    made = planned(folder, FILM.replace(*edit), known, **options)
    yield from (one for one in made.requests if one.action is Action.GENERATE)


def said(folder: Path, *edit: str, **options: object) -> dict[str, str]:
    return {
        one.id: why_text(one, "storyboard.yaml")
        for one in rendered(folder, (edit[0], edit[1]), **options)
    }


def test_a_shot_of_a_packed_clip_tells_its_words_and_the_line(folder: Path) -> None:
    (one,) = rendered(folder, ("red boat", "blue boat"))
    (change,) = one.reason.changes
    assert change == PayloadChange(
        field="prompt",
        shot="pier/boat",
        old="… ties up a red boat, and …",
        new="… ties up a blue boat, and …",
        span=PlaceInFile("storyboard.yaml", 12, change.span.column if change.span else 0),
    )
    assert why_text(one, "storyboard.yaml") == "prompt changed, line 12"


EDITS = {
    "seconds": ("duration: 3s", "duration: 4s", {"pier/rope": "seconds changed, line 13"}),
    "size": (
        "{id: rope,", "{id: rope, size: close-up,", {"pier/rope": "size changed, line 13"},
    ),
    "take": ("{id: rope,", "{id: rope, take: 2,", {"pier/rope": "take changed, line 13"}),
    "description": (
        "grey braid", "white braid", {"pier/boat": "mara's description changed, line 5"},
    ),
    "pictures": (
        "com/tom.png", "com/tim.png", {"pier/gulls": "tom's pictures changed"},
    ),
    "pictures of two shots": (
        "com/pim.png", "com/pam.png", {"pier/gulls..boat": "pim's pictures changed"},
    ),
    "two people change places": (
        "@pim and @tom", "@tom and @pim", {"pier/gulls": "prompt changed, line 11"},
    ),
    "somebody else": ("and @pim helps", "and @tom helps", {"pier/boat": "prompt changed, line 12"}),
    "a new shot": (
        "      - {id: rope,",
        "      - {id: crab, duration: 4s, prompt: A crab.}\n      - {id: rope,",
        {"pier/crab": "new"},
    ),
    "a shot before one without an id": (
        "      - {duration: 5s, prompt: The door",
        "      - {duration: 4s, prompt: A crab.}\n      - {duration: 5s, prompt: The door",
        {"hut/1": "new"},
    ),
    "a new shot beside a changed one": (
        "red boat, and @pim helps.\"}\n",
        "blue boat.\"}\n      - {id: crab, duration: 4s, prompt: A crab.}\n",
        {"pier/boat..crab": "pier/boat: prompt changed, line 12; pier/crab new"},
    ),
    "the frame before": (
        "{id: rope,", "{id: rope, seam: continue,", {"pier/rope": "first frame changed, line 13"},
    ),
    "everything": (
        "audio: true",
        "audio: false",
        {"pier/gulls..rope": "audio changed", "hut/1": "audio changed"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_gives_its_reason(folder: Path, edit: str) -> None:
    old, new, expected = EDITS[edit]
    assert said(folder, old, new) == expected


def test_a_further_take_of_a_paid_clip_is_new(folder: Path) -> None:
    assert said(folder, "title", "title", takes=2) == {
        "pier/gulls..rope.take2": "new",
        "hut/1.take2": "new",
    }


def test_another_target_is_told_without_what_that_changes(folder: Path) -> None:
    edit = ("storyboard: 1\n", "storyboard: 1\ntarget: fal/kling-o3-standard\n")
    assert set(said(folder, *edit).values()) == {"target changed"}


def test_what_another_machine_has_sent_is_not_known_here(folder: Path) -> None:
    made = planned(folder, FILM.replace("red", "blue"), KnownTakes([], film="storyboard.yaml"))
    assert {one.reason for one in made.requests} == {NEW}


def test_the_words_of_a_film_of_another_file_are_not_compared(folder: Path) -> None:
    before = paid(planned(folder, FILM, None))
    others = KnownTakes(before._intents.values(), film="other.yaml")
    made = planned(folder, FILM.replace("red", "blue"), others)
    assert [one.reason for one in made.requests if one.action is Action.GENERATE] == [NEW]


def test_a_plan_that_is_read_again_has_the_same_reasons(folder: Path) -> None:
    known = paid(planned(folder, FILM, None))
    made = planned(folder, FILM.replace("red", "blue"), known)
    assert Plan.from_json(made.to_json()) == made
    (folder / "storyboard.yaml").write_text(FILM)
    assert Project("storyboard.yaml").plan().plan.requests


# -- what a new seam may not match ----------------------------------------------------------------


def seams(folder: Path, text: str, edit: tuple[str, str], **options: object) -> list[str]:
    known = paid(planned(folder, text, None))
    made = planned(folder, text.replace(*edit), known, **options)
    return [one["message"] for one in made.diagnostics if one["code"] == "SB313"]


def test_a_new_seam_tells_what_may_not_match_and_what_the_whole_costs(folder: Path) -> None:
    known = paid(planned(folder, FILM, None))
    made = planned(folder, FILM.replace("A rope is", "Two ropes are"), known)
    (found,) = [one for one in made.diagnostics if one["code"] == "SB313"]
    assert found["message"] == (
        'only some shots of "pier/gulls..rope" are kept: the bed of sound or a spoken line and '
        "the looks of mara (sent in words) may not match across the cut; the whole clip anew: "
        "1.68 USD"
    )


def test_a_seam_is_told_of_until_what_stands_beside_it_is_paid(folder: Path) -> None:
    first = paid(planned(folder, FILM, None))
    text = FILM.replace("A rope is", "Two ropes are")
    second = planned(folder, text, first)
    others = [
        replace(one, clip=f"{number:064}")
        for number, one in enumerate(paid(second)._intents.values(), start=20)
        if one.order.payload and one.digest not in first._intents
    ]
    both = KnownTakes([*first._intents.values(), *others], film="storyboard.yaml")
    again = planned(folder, text, both)
    assert [one.action for one in again.requests] == [Action.REUSE, Action.REUSE]
    assert not [one for one in again.diagnostics if one["code"] == "SB313"]
    # A shot that has gone leaves a seam that nobody was told of.
    gone = "".join(line for line in FILM.splitlines(True) if "id: boat" not in line)
    assert [one["code"] for one in planned(folder, gone, both).diagnostics].count("SB313") == 1


def test_where_nothing_can_differ_a_new_seam_is_silent(folder: Path) -> None:
    silent = FILM.replace("audio: true", "audio: false")
    assert len(seams(folder, silent, ("A rope is", "Two ropes are"))) == 1
    pictures = silent.replace("@mara", "@tom")
    assert seams(folder, pictures, ("A rope is", "Two ropes are")) == []
    assert seams(folder, FILM, ("The door", "A door")) == []
    assert seams(folder, FILM, ("A rope is", "Two ropes are"), reuse="clips") == []


# -- what would be worded otherwise today ---------------------------------------------------------


def paid_with_other_words(plan: Plan) -> KnownTakes:
    """What is known once all of a plan is rendered, by a version that worded all otherwise."""
    intents = paid(plan)._intents.values()
    return KnownTakes(
        [
            replace(one, order=replace(one.order, digest=f"sha256:{number:064}"))
            for number, one in enumerate(intents)
        ],
        film="storyboard.yaml",
    )


def other_words(plan: Plan) -> list[tuple[str, str, str]]:
    found = [one for one in plan.diagnostics if one["code"] == "SB604"]
    return [(one["severity"], one["message"], one["help"]) for one in found]


def test_clips_that_would_be_worded_otherwise_are_kept_with_one_note(folder: Path) -> None:
    known = paid_with_other_words(planned(folder, FILM, None))
    made = planned(folder, FILM, known)
    assert not made.requests
    ((severity, message, advice),) = other_words(made)
    assert severity == "note"
    assert message == (
        "2 clips are kept as they were paid: other words would be sent for them today; anew "
        "they cost 2.38 USD"
    )
    assert advice.startswith("--refresh renders them anew")
    anew = planned(folder, FILM, known, reuse="none")
    assert str(anew.cost.to_pay) == "2.38 USD"
    assert other_words(anew) == []


def test_a_clip_that_others_stand_in_the_midst_of_is_a_seam_and_no_note(folder: Path) -> None:
    before = paid(planned(folder, FILM, None))
    rope = "      - {id: rope"
    text = FILM.replace(rope, f"      - {{duration: 4s, prompt: A bell rings.}}\n{rope}")
    made = planned(folder, text, before)
    assert other_words(made) == []
    (found,) = [one["message"] for one in made.diagnostics if one["code"] == "SB313"]
    assert found.startswith('all shots of "pier/gulls..rope" are kept, and others stand between')


def test_a_clip_of_which_some_shots_are_kept_has_other_words_as_a_matter_of_course(
    folder: Path,
) -> None:
    before = planned(folder, FILM, None)
    edit = ("A rope is", "Two ropes are")
    assert other_words(planned(folder, FILM.replace(*edit), paid(before))) == []
    (said,) = other_words(planned(folder, FILM.replace(*edit), paid_with_other_words(before)))
    assert said[1].startswith('"hut/1" is kept as it was paid: other words')
    assert other_words(planned(folder, FILM, paid(before))) == []
