"""All targets as people read them: a table by host and model, the newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from storyboard.language.model import DEFAULT_TARGET
from storyboard.render.prose import wrapped
from storyboard.render.table import TableRow, is_within, lay_out, painted, plain

Data = dict[str, Any]
_OLD_AFTER_DAYS = 60
"""Facts that were read longer ago are said to be old: vendors change them every few weeks."""
_MODEL = re.compile(r"(.*?)-?([a-z])?([0-9]+(?:\.[0-9]+)?)(?:-|$)")
_COLUMNS = ("secs", "shots", "text", "refs", "silent", "audio", "sure")
_NARROWER = ((), ("text",), ("text", "shots"), ("text", "shots", "refs", "sure"))
"""Columns that give way where a terminal is narrow, step by step."""
_LEGEND = {
    "secs": "seconds of a request",
    "shots": "shots in a request",
    "text": "characters of a shot's prompt",
    "refs": "pictures and elements of a request; 4–7 is 4, and 7 with --max-references 7",
    "silent": "dollars a second without sound; – is not offered, ? not published",
    "audio": "dollars a second with sound",
    "sure": "how sure the least sure of these prices is: A the vendor's own document, B a recorded "
    "answer, C a third party's word, D inference",
    "*": "the target of a film that names none",
    "†": "superseded",
}
"""What the columns and marks mean, each said where it is shown."""
_MORE = "`storyboard targets ID` shows each fact with its source."


def render_targets(
    targets: Sequence[Data], *, color: bool, width: int | None, today: date | None = None
) -> str:
    """A line for each target, under a line for each model of each host, and a legend.

    ``width`` is the terminal's, None where lines may be of any length. ``today`` is the day by
    which facts are old; without it their age is not said.
    """
    groups = _groups(targets)
    lines = _lines(groups, shortened=False, width=width)
    if lines is None:
        lines = _lines(groups, shortened=True, width=width)
    if lines is None:
        lines = _lines(groups, shortened=True, width=None) or []
    paint = painted if color else plain
    table = [paint(lines[0], "1")]
    at = 1
    for (_, prefix), members, is_newest in groups:
        dates = sorted(one["as_of"] for one in members)
        heading = f"{prefix} · {'the newest · ' if is_newest else ''}facts of {dates[0]}"
        heading += age_of(dates[0], today)
        table += [paint(line, "1") for line in wrapped(heading, width)]
        table += lines[at : at + len(members)]
        at += len(members)
    table += ["", *_legend({word for line in lines for word in line.split()}, width)]
    table += wrapped(_MORE, width)
    return "\n".join(table) + "\n"


def age_of(as_of: str, today: date | None) -> str:
    """What is said behind the day of facts that are old."""
    age = (today - date.fromisoformat(as_of)).days if today is not None else 0
    return f", {age} days old" if age > _OLD_AFTER_DAYS else ""


def _legend(shown: Set[str], width: int | None) -> Iterator[str]:
    """What those columns and marks mean that are shown."""
    most = max(map(len, _LEGEND)) + 2
    room = None if width is None else width - most
    for term, meaning in _LEGEND.items():
        if term in shown:
            for number, line in enumerate(wrapped(meaning, room)):
                yield ("" if number else term).ljust(most) + line


_Group = tuple[tuple[str, str], list[Data], bool]
"""A host and the beginning of the ids of a model, its targets, and whether it is the newest."""


def _groups(targets: Sequence[Data]) -> list[_Group]:
    """The targets by host, and in each by model, the newest model first."""

    def key(target: Data) -> tuple[str, float, str]:
        prefix, version = _model(target["target"])
        return target["host"], -version, prefix

    found: list[_Group] = []
    newest: dict[str, float] = {}
    for (host, version, prefix), members in groupby(sorted(targets, key=key), key):
        first = newest.setdefault(host, version)
        found.append(((host, prefix), list(members), version == first and version != 0))
    return found


def _model(target: str) -> tuple[str, float]:
    """The beginning of an id that names the model, and the model's version; 0 where it has none."""
    host, _, name = target.partition("/")
    found = _MODEL.match(name)
    if found is None:
        return f"{host}/{name}", 0.0
    return f"{host}/{found[0].removesuffix('-')}", float(found[3])


def _lines(groups: Sequence[_Group], *, shortened: bool, width: int | None) -> list[str] | None:
    """The head and a line for each target; None where these do not fit into the width."""
    for left_out in _NARROWER:
        shown = [index for index, name in enumerate(_COLUMNS) if name not in left_out]
        rows = [TableRow(name="target", cells=tuple(_COLUMNS[index] for index in shown))]
        for (_, prefix), members, _ in groups:
            for one in members:
                cells = _cells(one)
                rest = one["target"].removeprefix(prefix)
                name = f"…{rest}" if shortened and rest else one["target"]
                name += " *" if one["target"] == DEFAULT_TARGET else ""
                name += "" if one["status"] == "current" else " †"
                rows.append(TableRow(name=name, cells=tuple(cells[index] for index in shown)))
        if is_within(rows, width):
            return lay_out(rows, None)
        if not shortened:
            return None
    return None


def _cells(target: Data) -> tuple[str, ...]:
    shots, limits = target["shots"], target["references"]
    characters = (shots or {}).get("characters") or target["prompt"]["characters"]
    return (
        seconds_of(target["seconds"]).replace(" or ", "/"),
        f"1–{shots['max']}" if shots else "1",
        "?" if characters is None else str(characters),
        str(limits["max"]) + (f"–{limits['ceiling']}" if limits.get("ceiling") else ""),
        _price(target, audio=False),
        _price(target, audio=True),
        max((row["grade"] for row in _usual_prices(target) if row["per_second"]), default="–"),
    )


def seconds_of(seconds: Data) -> str:
    """The seconds that a request may last."""
    if seconds["choices"]:
        return " or ".join(map(str, seconds["choices"]))
    return f"{seconds['min']}–{seconds['max']}"


def _usual_prices(target: Data) -> list[Data]:
    """The rows of prices that are shown: of what is rendered where nothing else is asked for."""
    usual = (None, (target["resolutions"] or {}).get("default"))
    # A model to which a clip is always sent has no other price.
    needs_clip = all(row["video"] for row in target["prices"])
    return [
        row
        for row in target["prices"]
        if row["video"] == needs_clip and row["resolution"] in usual and not row["voice"]
    ]


def _price(target: Data, *, audio: bool) -> str:
    rows = [row for row in _usual_prices(target) if row["audio"] == audio]
    if not rows:
        return "–"
    amount, currency = rows[0]["per_second"], rows[0]["currency"]
    if amount is None:
        return "?"
    return f"{Decimal(amount):f}" + ("" if currency == "USD" else f" {currency}")
