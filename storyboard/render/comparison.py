"""The same film on every target, as people read it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from storyboard.render.width import clip, columns, visible
from storyboard.values.units import Money


def render_comparison(comparison: dict[str, Any], *, color: bool, width: int | None) -> str:
    """A line for each target that can take the film, the cheapest first; then the others."""
    offers = comparison["targets"]
    able = [offer for offer in offers if offer["cost"] is not None]
    rows = [_row(offer) for offer in able]
    widths = [max((columns(row[index]) for row in rows), default=0) for index in range(5)]
    lines = []
    for offer, row in zip(able, rows, strict=True):
        cells = [
            row[0] + " " * (widths[0] - columns(row[0])),
            *(" " * (widths[index] - columns(row[index])) + row[index] for index in (1, 2, 3)),
            row[4],
        ]
        line = "  ".join(cells).rstrip()
        line = clip(line, width) if width else line
        lines.append(f"\x1b[1m{line}\x1b[0m" if color and offer["chosen"] else line)
    refused = [offer for offer in offers if offer["cost"] is None]
    if refused:
        lines += ["", "cannot take it:"]
        for offer in refused:
            errors = offer["errors"]
            reason = errors[0]["message"] if errors else "there is nothing to render"
            line = visible(f"  {offer['target']}: {reason.removeprefix(offer['target']).strip()}")
            lines.append(clip(line, width) if width else line)
    return "\n".join(lines) + "\n"


def _row(offer: dict[str, Any]) -> tuple[str, str, str, str, str]:
    cost, requests = offer["cost"], offer["requests"]
    notes = [_losses(offer), "superseded" if offer["superseded"] else ""]
    return (
        f"{'>' if offer['chosen'] else ' '} {visible(offer['target'])}",
        "1 clip" if requests == 1 else f"{requests} clips",
        f"{offer['seconds']} s",
        "price unknown"
        if cost == "unknown"
        else str(Money(Decimal(cost["amount"]), cost["currency"])),
        " · ".join(filter(None, notes)) or "as written",
    )


def _losses(offer: dict[str, Any]) -> str:
    lost = sum(loss["name"] == "feature-lost" for loss in offer["losses"])
    emulated = len(offer["losses"]) - lost
    said = [f"{lost} lost"] if lost else []
    if emulated:
        said.append(f"{emulated} emulated")
    return ", ".join(said)
