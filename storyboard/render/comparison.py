"""The same film on every target, as people read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from storyboard.render.amounts import counted
from storyboard.render.prose import wrapped
from storyboard.render.table import TableRow, lay_out, painted, plain, varying
from storyboard.render.width import visible
from storyboard.values.units import Money

_Offer = dict[str, Any]
_EACH_CLIP = re.compile(r"\b(\d+) of \1 clips? (?:have|has)\b")
"""All clips of a film, whose number differs from target to target."""
_SOME_CLIPS = re.compile(r"\b\d+ of \d+ clips? (?:have|has)\b")


def render_comparison(comparison: dict[str, Any], *, color: bool, width: int | None) -> str:
    """A line for each target that can take the film, the cheapest first; then the others.

    Those that one reason refuses stand together under it.
    """
    offers = comparison["targets"]
    refused: dict[str, list[_Offer]] = {}
    for offer in offers:
        refused.setdefault(_reason(offer, comparison["limits"]), []).append(offer)
    priced = [_cells(offer) for offer in offers if offer["cost"] is not None]
    kept = varying(priced)
    same = [cell for index, cell in enumerate(priced[0]) if index not in kept] if priced else []
    lines = wrapped(f"each: {', '.join(same)}", width, indent=2) if same else []
    paint = painted if color else plain

    def table(those: Sequence[_Offer]) -> list[str]:
        rows = [_row(offer, kept) for offer in those]
        return lay_out(rows, width, paint=paint, indent=0)

    for one in offers[0]["keeps"] if offers else ():
        said = f"in each: {counted(one['shots'], 'shot')} on {visible(one['target'])} as written"
        lines += wrapped(said, width, indent=2)
    lines += table(refused.pop("", []))
    for reason, those in refused.items():
        lines += ["", *wrapped(f"refused: {reason}", width, indent=2)]
        if all(offer["cost"] is not None for offer in those):
            lines += table(those)
        else:
            names = ", ".join(visible(offer["target"]) for offer in those)
            lines += wrapped(f"  {names}", width, indent=2)
    return "\n".join(lines).lstrip("\n") + "\n"


def _reason(offer: _Offer, limits: dict[str, Any]) -> str:
    """What refuses an offer, without what differs from target to target; empty for nothing."""
    errors = offer["errors"]
    if not errors:
        return "" if offer["cost"] is not None else "there is nothing to render"
    codes = {error["code"] for error in errors}
    said = [words for code, words in _beyond(limits).items() if code in codes]
    first = errors[0]["message"].removeprefix(offer["target"]).strip()
    if said:
        return " and ".join(said)
    return visible(_SOME_CLIPS.sub("some clips have", _EACH_CLIP.sub("the clips have", first)))


def _beyond(limits: dict[str, Any]) -> dict[str, str]:
    """How the limits of a film refuse a target, by the code of the finding."""
    money = [
        f"{name} {Money(Decimal(limit['amount']), limit['currency'])}"
        for name, limit in (("budget", limits["budget"]), ("--max-cost", limits["max_cost"]))
        if limit is not None
    ]
    named = f" ({', '.join(money)})" if money else ""
    return {
        "SB502": f"it renders more than {limits['max_seconds']} s (max_seconds)",
        "SB501": f"it costs more than it may{named}",
        "SB503": f"its price is not published, so no limit of money can be kept{named}",
        "SB504": f"its prices are in another currency than the limit{named}",
    }


def _cells(offer: _Offer) -> tuple[str, str]:
    return counted(offer["requests"], "clip"), f"{offer['seconds']} s"


def _row(offer: _Offer, kept: Sequence[int]) -> TableRow:
    cost = offer["cost"]
    said = [visible(one["words"]) for one in offer["loses"]]
    if offer["superseded"]:
        said.append("superseded")
    price = "price unknown"
    if cost != "unknown":
        price = str(Money(Decimal(cost["amount"]), cost["currency"]))
    cells = _cells(offer)
    silent = ", silent" if offer["silent"] else ""
    return TableRow(
        name=f"{visible(offer['target'])}{silent}",
        cells=(*(cells[index] for index in kept), price),
        prose=" · ".join(said) or "as written",
        sign=">" if offer["chosen"] else " ",
        color="1",
    )
