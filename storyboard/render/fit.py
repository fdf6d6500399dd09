"""The ways out for a film above its budget or its length, as people read them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storyboard.render.amounts import counted
from storyboard.render.prose import wrapped
from storyboard.render.table import painted, plain
from storyboard.render.width import visible
from storyboard.values.units import Money

_Way = dict[str, Any]


def render_fit(
    found: dict[str, Any], *, look: Callable[[_Way], str], color: bool, width: int | None
) -> str:
    """A few lines for each way: what is done, the sum, what is lost, and what to write.

    ``look`` gives the command that shows a way's plan without an edit; it is not asked of ways that
    leave shots out, which takes one.
    """
    paint = painted if color else plain
    limits = [
        f"{_money(found[name])}{words}"
        for name, words in (("under", ""), ("max_cost", " still to pay"))
        if found[name]
    ]
    if found["max_seconds"] is not None:
        limits.append(f"render {found['max_seconds']} s")
    cost = f"the film costs {_money(found['film'])}"
    if found["max_seconds"] is not None:
        cost += f" and renders {found['seconds']} s"
    if found["within"]:
        said = f"{cost}, which is within {' and '.join(limits)}: nothing is to be done"
        return "\n".join(wrapped(said, width, indent=2)) + "\n"
    may = "it may" if limits[0].startswith("render") else "it may cost"
    lines = wrapped(f"{cost}, {may} {' and '.join(limits)}", width, indent=2)
    if not found["ways"]:
        said = (
            "there is no way out: no other target takes it for less, and without shots that may "
            "be left out it is still above"
        )
        return "\n".join([*lines, *wrapped(said, width, indent=2)]) + "\n"
    for number, way in enumerate(found["ways"], 1):
        lines.append("")
        head = f"{number}  {_title(way)}: {_money(way['film'])}, {way['seconds']} s"
        lines += [paint(line, "1") for line in wrapped(head, width, indent=3)]
        lines += [line for said in _said(way) for line in wrapped(f"   {said}", width, indent=3)]
        if not way["left_out"]:
            lines.append(f"     {visible(look(way))}")
    return "\n".join(lines) + "\n"


def _title(way: _Way) -> str:
    done = [] if way["own_target"] else [visible(way["target"])]
    if way["silent"]:
        done.append("silence")
    if way["left_out"]:
        done.append(f"without {counted(len(way['left_out']), 'shot')}")
    return ", ".join(done)


def _said(way: _Way) -> list[str]:
    """What is lost, and what to write to have it so."""
    loses = [visible(one["words"]) for one in way["loses"]]
    lost = [" · ".join(loses)] if loses else []
    by_priority: dict[str, list[_Way]] = {}
    for shot in way["left_out"]:
        by_priority.setdefault(shot["priority"], []).append(shot)
    if not way["own_target"]:
        kept = ((counted(one["shots"], "shot"), visible(one["target"])) for one in way["keeps"])
        lost += [f"{shots} on {target} as written" for shots, target in kept]
    for priority, shots in by_priority.items():
        named = ", ".join(f"{visible(one['shot'])} (line {one['line']})" for one in shots)
        seconds = sum(one["seconds"] for one in shots)
        lost.append(f"{seconds} s of {priority} priority: {named}")
    if not lost:
        lost = ["as written"]
    write = [] if way["own_target"] else [f"target: {visible(way['target'])}"]
    if way["silent"]:
        write.append("audio: false in place of audio: true")
    if way["left_out"]:
        write.append("skip: true in each of these shots")
    return [
        *lost,
        f"write {', and '.join(write)}{'' if way['left_out'] else ', or look at it first:'}",
    ]


def _money(amount: Any) -> str:
    if amount == "unknown":
        return "an unknown sum"
    return str(Money(Decimal(amount["amount"]), amount["currency"]))
