"""Takes that nothing needs, as people see them and as JSON: ``gc``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from storyboard.render.amounts import amount, counted, money_json
from storyboard.render.prose import wrapped
from storyboard.render.table import TableRow, lay_out
from storyboard.render.width import visible
from storyboard.values.sums import total_by_currency

if TYPE_CHECKING:
    from storyboard.ledger.unused_take import UnusedTake

GC_FORMAT = "storyboard-gc/1"
_SHOWN = 12
"""Digits of a take's sum that stand for a clip of which no name is known."""


def unused_json(takes: Sequence[UnusedTake], removed: Sequence[UnusedTake]) -> dict[str, Any]:
    """The takes as JSON values; ``removed`` are those that are gone. Sizes are in bytes."""
    gone = {one.sha256 for one in removed}
    return {
        "format": GC_FORMAT,
        "takes": [
            {
                "sha256": one.sha256,
                "clip": one.address or None,
                "bytes": one.size,
                "charged": money_json(one.charged),
                "named": one.is_named,
                "removed": one.sha256 in gone,
            }
            for one in takes
        ],
    }


def render_unused(takes: Sequence[UnusedTake], width: int | None, *, is_simulated: bool) -> str:
    """A line for each take: its clip's name, its size and what it cost; the sums below them."""
    if not takes:
        return "every take is needed: nothing to remove\n"
    rows = [
        TableRow(
            name=visible(one.address) or f"take {one.sha256[:_SHOWN]}",
            cells=(megabytes(one.size), amount(one.charged)),
        )
        for one in takes
    ]
    lines = lay_out(rows, width)
    parts = [summed(takes)]
    if is_simulated:
        parts.append("simulated: nothing was paid")
    if named := sum(one.is_named for one in takes):
        parts.append(f"{named} with a name among the clips, whose bytes stay until that is removed")
    lines += wrapped(" · ".join(parts), width, indent=2)
    return "\n".join(lines) + "\n"


def summed(takes: Sequence[UnusedTake]) -> str:
    """How many takes, their bytes and what they cost, with what is not known of that."""
    costs = [str(one) for one in total_by_currency(one.charged for one in takes)]
    if unknown := sum(one.charged is None for one in takes):
        costs.append(f"{counted(unknown, 'take')} of unknown cost")
    size = megabytes(sum(one.size for one in takes))
    return f"{counted(len(takes), 'take')}, {size}, {' + '.join(costs)}"


def megabytes(size: int) -> str:
    """Bytes as people read them: ``12.4 MB``."""
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{size / 1_000:,.1f} kB"
