"""Target files with a mistake each: a located finding, never a mistake of the tool, one a cause.

The two hundred are made anew by every run in the same way: a key is taken out, misspelt or given
another value, in files that stand alone and in files that extend a built-in target.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from imaginary_hosts import DEMANDING, JSON_SHOTS, NAMED, WORDS_AND_PICTURES

from storyboard.api import Project
from storyboard.diagnostics import Diagnostic, Diagnostics
from storyboard.targets.load import load

FILM = """\
storyboard: 1
title: Anywhere
target: imaginary/reel-1
defaults: {duration: 4s, audio: true}
characters:
  mara: {description: a keeper, frontal: https://example.com/mara.png}
locations:
  gallery: {description: a gallery, image: https://example.com/gallery.png}
scenes:
  - id: one
    location: gallery
    shots:
      - "@mara climbs."
      - "@mara looks out."
      - {prompt: The sea., start_frame: https://example.com/first.png}
"""
ALONE = (NAMED, JSON_SHOTS, DEMANDING, WORDS_AND_PICTURES)
EXTENDED = (
    "fal/kling-o3-pro",
    "fal/kling-v4-image-to-video",
    "fal/kling-v4-reference-to-video",
    "oxen/kling-o3-omni",
)
VALUES: tuple[Any, ...] = (
    None, "", 0, -1, 1, 10**30, 1e308, -3.5, "many", True, False, [], {}, ["a"], {"a": 1}, "absent",
    "unknown", "@Element{n}", "{n}{n}", "{name}", "{", "{}", "{x}", "é" * 300, "\u202e", "nan",
    "2026-02-30", [None], [[]], {"": ""}, "fal/kling-o3-pro", "kling", "../../x", "0x10", "native",
    "none", "always", "words", "first_frame", "image", "rounded_up",
)  # fmt: skip

Check = Callable[[str], list[Diagnostic]]


@pytest.fixture
def errors_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """The errors of a film on a target of one's own, whose file is given as text."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "targets").mkdir()
    (tmp_path / "film.yaml").write_text(FILM, encoding="utf-8")

    def check(text: str) -> list[Diagnostic]:
        (tmp_path / "targets" / "own.yaml").write_text(text, encoding="utf-8")
        found = Project("film.yaml").plan().compilation.diagnostics
        return [one for one in found if one.severity == "error"]

    return check


@cache
def data_of(target_id: str) -> Any:
    target = load(target_id, Diagnostics())
    assert target is not None
    return target.model_dump(mode="json", exclude_none=True)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in nested lists and mappings."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def damaged_alone(chosen: random.Random) -> str:
    """A file that stands alone, with one key taken out, misspelt, or of another value."""
    found = yaml.load(chosen.choice(ALONE), yaml.BaseLoader)
    *way, last = chosen.choice(list(places(found)))
    parent = at(found, tuple(way))
    match chosen.choice(("drop", "misspell", "set", "set")):
        case "drop":
            del parent[last]
        case "misspell" if isinstance(parent, dict):
            parent[f"{last}x"] = parent.pop(last)
        case _:
            parent[last] = copy.deepcopy(chosen.choice(VALUES))
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False)


def damaged_extending(chosen: random.Random) -> str:
    """A file that extends a built-in target and has one value of its own."""
    base = chosen.choice(EXTENDED)
    data = data_of(base)
    path = chosen.choice([one for one in places(data) if one[0] not in ("facts", "sources")])
    value: Any = copy.deepcopy(chosen.choice(VALUES))
    listed = next((index for index, part in enumerate(path) if isinstance(part, int)), len(path))
    if listed < len(path):
        whole = copy.deepcopy(at(data, path[:listed]))
        at(whole, path[listed:-1])[path[-1]] = value
        value = whole
    for part in reversed(path[:listed]):
        value = {part: value}
    written = yaml.safe_dump(value, allow_unicode=True)
    return f"extends: {base}\ntarget: imaginary/reel-1\n{written}"


@pytest.mark.parametrize("make", [damaged_alone, damaged_extending])
def test_what_is_wrong_in_a_file_is_said_at_its_place(
    make: Callable[[random.Random], str], errors_of: Check
) -> None:
    chosen = random.Random(7)
    told = 0
    for _ in range(100):
        text = make(chosen)
        found = errors_of(text)
        told += bool(found)
        for one in found:
            assert not one.code.id.startswith("SB9"), (text, one.message)
            assert one.span is not None, (text, one.message)
            assert "function" not in one.message
        messages = [one.message for one in found]
        assert len(messages) == len({*messages}), (text, messages)
    assert told > 50


OWN_O3 = "extends: fal/kling-o3-pro\ntarget: imaginary/reel-1\n"
ONE_CAUSE = {
    "a misspelt key that must be there": (
        JSON_SHOTS.replace("endpoint: reel-1", "endpont: reel-1"),
        'SB101 "endpont" is not a key that is known here',
    ),
    "a misspelt key in a block": (
        JSON_SHOTS.replace("max_bytes:", "max_byts:"),
        'SB101 "max_byts" is not a key that is known here',
    ),
    "no features": (
        JSON_SHOTS.split("features:")[0]
        + "features: {}\nrequest:"
        + JSON_SHOTS.split("request:")[1],
        "SB409 the features do not say how elements, images,",
    ),
    "no elements": (
        f"{OWN_O3}elements: absent\n",
        "SB409 elements is native, but elements says nothing of it",
    ),
    "no field of elements": (
        f"{OWN_O3}request: {{elements: absent}}\n",
        "SB409 elements is native, but the request has no field for it",
    ),
    "another field of elements": (
        f"{OWN_O3}request: {{elements: {{references: more}}}}\n",
        'reference-to-video.schema.json" have no field "more"',
    ),
    "a field without a name": (
        f"{OWN_O3}request: {{shots: {{name: ''}}}}\n",
        'SB103 "name" takes a text, found nothing',
    ),
    "another resolution": (
        OWN_O3.replace("o3-pro", "v4-image-to-video") + "resolutions: {choices: [360p, 1080p]}\n",
        "does not take 360p as resolution",
    ),
    "a source that is not there": (
        JSON_SHOTS.replace("sources: {manual:", "sources: {other:"),
        'SB409 no source is called "manual"',
    ),
    "a list as a constant": (
        JSON_SHOTS.replace("{quality: fine}", "{quality: [fine]}"),
        "SB103 a constant is a text, a number, true or false",
    ),
    "an unknown feature": (
        JSON_SHOTS.replace("  elements: {how: native}", "  smell: 3\n  elements: {how: native}"),
        "SB108",
    ),
    "a name that no file has": (
        f"extends: {'a' * 300}\n",
        "SB409 no file aaaa",
    ),
    "a schema that no file is": (
        f"{OWN_O3}request_schema: {'é' * 300}\n",
        "SB409 no schema of a request is called",
    ),
    "a file that extends itself": ("extends: own\n", "SB409 files that extend each other"),
}


@pytest.mark.parametrize(("text", "words"), ONE_CAUSE.values(), ids=ONE_CAUSE)
def test_one_cause_is_one_finding(text: str, words: str, errors_of: Check) -> None:
    (found,) = errors_of(text)
    assert words in f"{found.code.id} {found.message}"
    assert found.span is not None
    assert found.span.source.name.endswith("own.yaml") or "built-in" in found.span.source.name
