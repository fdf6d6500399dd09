"""Films as writers lay them out, and the five slips that leave a text that is not YAML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

WORDS = ("climbs", "the last steps", "in the rain,", "über Stock", "灯が揺れる", "and waits", "#9")
CAST = ("mara", "pim", "old_man")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slipped:
    """A film with one slip: its text, the text without the slip, and where the slip is.

    ``line`` counts from 1, ``shot`` from 0 over the whole film.
    """

    text: str
    right: str
    kind: str
    line: int
    shot: int


def _unclosed(line: str) -> str:
    return line.rstrip()[:-1] if line.rstrip().endswith(('"', "'")) else line


def _unquoted(line: str) -> str:
    return re.sub(r'"(@[^"#:]*)"$', r"\1", line)


def _without_colon(line: str) -> str:
    return re.sub(r"^( *(?:- )?\w+):(?= \S)", r"\1", line)


def _with_tab(line: str) -> str:
    return "\t" + line.lstrip(" ")


def _open_bracket(line: str) -> str:
    return line[:-1] if line.endswith(("]", "}")) else line


SLIPS: dict[str, Callable[[str], str]] = {
    "quotation": _unclosed,
    "mention": _unquoted,
    "colon": _without_colon,
    "tab": _with_tab,
    "bracket": _open_bracket,
}


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A prompt in quotation marks."""
    words = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)))
    mark = draw(st.sampled_from(['"', '"', "'"]))
    return f"{mark}@{draw(st.sampled_from(CAST))} {words}.{mark}"


@st.composite
def shots(draw: st.DrawFn, number: int) -> list[str]:
    """The lines of a shot, the first of them with its dash."""
    if draw(st.integers(0, 4)) == 0:
        return [f"- {draw(texts())}"]
    lines = [f"prompt: {draw(texts())}"]
    more = st.sampled_from(
        [
            ["duration: 4s"],
            ["camera: slow push in"],
            ["size: 'wide'"],
            ["cast: [mara, pim]"],
            ["notes: {by: a}"],
            ["dialogue:", '  - pim: "It\'s out."', "  - {mara: {line: 'Who?', off: true}}"],
            ["narration: >-", '  That "winter" the light', "  went out: at night."],
        ]
    )
    for block in draw(st.lists(more, max_size=4, unique_by=lambda block: block[0].split(":")[0])):
        at = draw(st.sampled_from([0, 1])) * len(lines)
        lines[at:at] = block
    lines[0:0] = [f"id: t{number}"]
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


@st.composite
def slipped_films(draw: st.DrawFn) -> Slipped:
    """A film of 2 to 14 shots with one slip in one of them."""
    lines = ["storyboard: 1", "characters:"]
    lines += [f'  {name}: {{description: "a {name}"}}' for name in CAST]
    lines.append("scenes:")
    places: list[tuple[int, int]] = []  # the lines of shots, and the shot of each
    number = 0
    for scene in range(draw(st.integers(1, 3))):
        lines += [f"  - id: s{scene}", f'    title: "Scene {scene}"', "    shots:"]
        for _ in range(draw(st.integers(2, 5))):
            for line in draw(shots(number)):
                places.append((len(lines), number))
                lines.append(f"      {line}")
            number += 1
        if draw(st.booleans()):
            lines.append("")
    kind = draw(st.sampled_from(sorted(SLIPS)))
    can = [(at, shot) for at, shot in places if _can_slip(kind, lines[at])]
    at, shot = draw(st.sampled_from(can or places))
    if not can:
        kind = "tab"
    wrong = list(lines)
    wrong[at] = SLIPS[kind](lines[at])
    return Slipped(
        text="\n".join(wrong) + "\n",
        right="\n".join(lines) + "\n",
        kind=kind,
        line=at + 1,
        shot=shot,
    )


def _can_slip(kind: str, line: str) -> bool:
    """Whether a slip of that kind leaves a line that no parser takes for what it was."""
    if kind == "tab":
        # Inside a text that goes on over lines, a tab is a blank; and what an item of a list in a
        # shot was, without its column, only the writer knows.
        return not any(part in line for part in ("night", "winter", "- pim"))
    if kind == "colon" and not re.search(r"^ *\w+: [^{]*$", line):
        return False  # an item of nothing but a text is a shot, and {by: has another colon
    return SLIPS[kind](line) != line
