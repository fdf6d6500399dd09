"""Random films for property tests: cast, shots, texts in several scripts, defaults, targets."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

TARGETS = ("fal/kling-o3-pro", "fal/kling-o1-standard", "oxen/kling-o3-pro")
WORDS = {
    "latin": ("the", "sea", "rises", "over", "stones", "and", "wind", "turns", "café", "naïve"),
    "han": ("海水上涨", "风转向了", "灯在摇晃", "没有人来"),
    "cyrillic": ("море", "поднимается", "ветер", "фонарь"),
    "arabic": ("البحر", "يرتفع", "والريح"),
    "thai": ("ทะเลสูงขึ้น", "ลมเปลี่ยน"),
    "emoji": ("🌊", "👩‍🚀", "lamp"),
}
ENDS = {"han": "。", "arabic": "؟", "thai": " "}
NAMES = ("mara", "pim", "Zoë", "小明", "민수", "lamp_2", "old-man", "bay", "ink", "rope")
PICTURES = [f"https://example.com/{name}.png" for name in "abcdefgh"]
Film = dict[str, Any]


@st.composite
def sentences(draw: st.DrawFn, names: list[str]) -> str:
    """A text of a few sentences of one script each, with mentions between the words."""
    out = []
    for _ in range(draw(st.integers(1, draw(st.sampled_from([2, 3, 25]))))):
        script = draw(st.sampled_from(sorted(WORDS)))
        words = draw(st.lists(st.sampled_from(WORDS[script]), min_size=1, max_size=8))
        has_mention = draw(st.booleans())
        if names and has_mention:
            mention = f" @{{{draw(st.sampled_from(names))}}} "
            words.insert(draw(st.integers(0, len(words))), mention)
        between = "" if script in {"han", "thai"} else " "
        out.append(between.join(words).strip() + ENDS.get(script, "."))
    return " ".join(out)


def elements() -> st.SearchStrategy[dict[str, Any]]:
    """A character or prop with pictures, a clip or words alone."""
    pictures = st.fixed_dictionaries(
        {"frontal": st.sampled_from(PICTURES)},
        optional={
            "references": st.lists(st.sampled_from(PICTURES), max_size=3),
            "description": st.just("a person"),
        },
    )
    words = st.fixed_dictionaries(
        {"description": st.sampled_from(["a keeper in a yellow coat", "一个男孩", "a rope"])},
        optional={"label": st.just("the one")},
    )
    clip = st.just({"video": "https://example.com/a.mp4", "description": "a singer"})
    return st.one_of(pictures, pictures, pictures, words, clip)


def images() -> st.SearchStrategy[dict[str, Any]]:
    """A location or style with a picture or words alone."""
    return st.one_of(
        st.fixed_dictionaries({"image": st.sampled_from(PICTURES)}),
        st.just({"description": "an iron gallery"}),
    )


@st.composite
def casts(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """A cast of up to nine names over the four kinds."""
    least = draw(st.sampled_from([0, 7]))
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=least, max_size=9))
    cast: dict[str, dict[str, Any]] = {}
    for name in names:
        kind = draw(st.sampled_from(["characters", "props", "locations", "styles"]))
        block = draw(elements() if kind in {"characters", "props"} else images())
        cast.setdefault(kind, {})[name] = block
    return cast


@st.composite
def dialogues(draw: st.DrawFn, people: list[str]) -> list[dict[str, Any]]:
    """A few lines of one or more speakers, some of them heard only."""
    said = []
    for _ in range(draw(st.integers(1, 3))):
        line = draw(st.sampled_from(["Who?", 'He said "no" twice.', "Go. Go now.", "灯！"]))
        tone = draw(st.sampled_from([None, "low", "under his breath."]))
        block: dict[str, Any] = {"line": line} | ({"tone": tone} if tone else {})
        if draw(st.integers(0, 3)) == 0:
            block["off"] = True
        said.append({draw(st.sampled_from(people)): block})
    return said


@st.composite
def shots(
    draw: st.DrawFn, names: list[str], people: list[str], places: list[str]
) -> dict[str, Any]:
    """A shot with some of everything that a shot may have."""
    shot: dict[str, Any] = {}
    if people and draw(st.integers(0, 2)) == 0:
        shot["dialogue"] = draw(dialogues(people))
    if people and draw(st.integers(0, 3)) == 0:
        shot["cast"] = draw(st.lists(st.sampled_from(people), max_size=2, unique=True))
    if draw(st.integers(0, 5)) == 0:
        shot["location"] = draw(st.sampled_from(["none", *places]))
    if draw(st.integers(0, 3)) == 0:
        texts = draw(st.lists(sentences(names), min_size=1, max_size=5))
        shot["beats"] = list(texts)
        if draw(st.booleans()):
            lasts = draw(st.lists(st.integers(1, 12), min_size=len(texts), max_size=len(texts)))
            shot["beats"] = [
                {"prompt": text, "duration": seconds}
                for text, seconds in zip(texts, lasts, strict=True)
            ]
    else:
        shot["prompt"] = draw(sentences(names))
        shot["duration"] = draw(
            st.one_of(st.integers(1, 3), st.integers(1, 15), st.integers(1, 60))
        )
    optional: dict[str, st.SearchStrategy[Any]] = {
        "size": st.sampled_from(["wide", "close-up"]),
        "camera": st.just("slow push in"),
        "light": st.just("low winter sun"),
        "negative": st.just("people"),
        "audio": st.booleans(),
        "take": st.integers(1, 3),
        "notes": st.just("for people"),
        "narration": st.sampled_from(["That winter came early.", "Years go by. Nobody asks why."]),
        "seam": st.sampled_from(["cut", "continue"]),
        "start_frame": st.sampled_from(PICTURES),
        "end_frame": st.sampled_from(PICTURES),
        "skip": st.just(False),
    }
    most = draw(st.sampled_from([0, 0, 1, 3]))  # a plain shot may share its request
    for key in draw(st.lists(st.sampled_from(sorted(optional)), unique=True, max_size=most)):
        shot[key] = draw(optional[key])
    return shot


@st.composite
def films(draw: st.DrawFn) -> Film:
    """A film in the language, as JSON values."""
    cast = draw(casts())
    names = [name for kind in cast.values() for name in kind]
    people = [*cast.get("characters", {}), *cast.get("props", {})]
    places = [*cast.get("locations", {})]
    defaults = st.fixed_dictionaries(
        {},
        optional={
            "aspect_ratio": st.sampled_from(["16:9", "9:16", "1:1"]),
            "audio": st.booleans(),
            "duration": st.integers(1, 20),
            "seam": st.sampled_from(["cut", "continue"]),
            "pack": st.sampled_from(["auto", "none"]),
            "long_prompts": st.sampled_from(["auto", "always", "never"]),
            "light": st.sampled_from(["moonlight,", "none"]),
            "sound": st.just("surf..."),
        },
    )
    scenes = []
    for number in range(draw(st.integers(1, 3))):
        scene: dict[str, Any] = {"id": f"s{number}", "shots": []}
        for index in range(draw(st.integers(1, 6))):
            scene["shots"].append({"id": f"t{index}"} | draw(shots(names, people, places)))
        if cast.get("locations") and draw(st.booleans()):
            scene["location"] = draw(st.sampled_from(sorted(cast["locations"])))
        if draw(st.integers(0, 3)) == 0:
            scene["defaults"] = draw(defaults)
        scenes.append(scene)
    film: Film = {"storyboard": 1, "target": draw(st.sampled_from(TARGETS)), **cast}
    film["defaults"] = draw(defaults)
    if draw(st.integers(0, 3)) == 0:
        film["style"] = draw(st.just("35mm film, muted teal palette"))
    if draw(st.integers(0, 2)) == 0:
        film["language"] = draw(st.sampled_from(["en", "ja", "fr", "tlh"]))
    return film | {"scenes": scenes}


def written(film: Film) -> str:
    """A film as a file: JSON, which is YAML."""
    return json.dumps(film, ensure_ascii=False, indent=1)
