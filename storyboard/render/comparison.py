"""The same film on every target, as people and as machines read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from storyboard.diagnostics.machine import as_json
from storyboard.render.width import clip, columns

if TYPE_CHECKING:
    from storyboard.api.comparing import Offer

FORMAT = "storyboard-comparison/1"


def comparison_json(offers: Iterable[Offer]) -> dict[str, Any]:
    """The comparison as JSON values."""
    return {"format": FORMAT, "targets": [_as_json(offer) for offer in offers]}


def _as_json(offer: Offer) -> dict[str, Any]:
    whole = offer.total
    cost: Any = None
    if whole is not None:
        known = {"amount": format(whole.known, "f"), "currency": whole.currency}
        cost = "unknown" if whole.unknown else known
    return {
        "target": offer.target,
        "chosen": offer.is_chosen,
        "superseded": offer.is_superseded,
        "as_of": offer.as_of,
        "requests": whole and whole.requests,
        "seconds": whole and whole.seconds,
        "cost": cost,
        "losses": [as_json(loss) for loss in offer.losses],
        "errors": [as_json(error) for error in offer.errors],
    }


def render_comparison(offers: Sequence[Offer], *, color: bool, width: int | None) -> str:
    """A line for each target that can take the film, the cheapest first; then the others."""
    able = [offer for offer in offers if offer.total is not None]
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
        lines.append(f"\x1b[1m{line}\x1b[0m" if color and offer.is_chosen else line)
    refused = [offer for offer in offers if offer.total is None]
    if refused:
        lines += ["", "cannot take it:"]
        for offer in refused:
            reason = offer.errors[0].message if offer.errors else "there is nothing to render"
            line = f"  {offer.target}: {reason}"
            lines.append(clip(line, width) if width else line)
    return "\n".join(lines) + "\n"


def _row(offer: Offer) -> tuple[str, str, str, str, str]:
    whole = offer.total
    if whole is None:
        raise ValueError(f"{offer.target} cannot take the film")
    clips = "1 clip" if whole.requests == 1 else f"{whole.requests} clips"
    notes = [_losses(offer), "superseded" if offer.is_superseded else ""]
    return (
        f"{'>' if offer.is_chosen else ' '} {offer.target}",
        clips,
        f"{whole.seconds} s",
        "price unknown" if whole.unknown else str(whole),
        " · ".join(filter(None, notes)) or "as written",
    )


def _losses(offer: Offer) -> str:
    lost = sum(loss.code.name == "feature-lost" for loss in offer.losses)
    emulated = len(offer.losses) - lost
    said = [f"{lost} lost"] if lost else []
    if emulated:
        said.append(f"{emulated} emulated")
    return ", ".join(said)
