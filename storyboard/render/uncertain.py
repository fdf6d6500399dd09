"""What a person needs to know to decide about a clip that the vendor may have taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from storyboard.hosts.registry import find_host
from storyboard.ledger import Intent
from storyboard.plan.request_body import texts
from storyboard.render.width import visible
from storyboard.run.findings import UnclaimedRow
from storyboard.run.report import Result

_PROMPT = 60
"""Characters of a prompt that are shown."""


def risk_of(intent: Intent) -> str:
    """The sum that may be paid twice, as a person types it to send the order again."""
    return str(intent.cost) if intent.cost is not None else "an unknown sum"


def uncertain_lines(result: Result) -> list[str]:
    """The facts of an uncertain clip: the sum, the time, the prompt, and the vendor's rows."""
    intent = result.intent
    if intent is None:
        return []
    lines = [
        f"at risk {risk_of(intent)} · sent {_both_times(intent.intended_at)}",
        f'prompt: "{_beginning(" ".join(texts(intent.order.payload)))}"',
    ]
    if dashboard := _dashboard(intent):
        lines.append(f"the vendor's own list: {dashboard}")
    lines += [_row_line(row) for row in result.rows]
    return lines


def uncertain_json(result: Result) -> dict[str, Any]:
    """The same as JSON values: times are Unix seconds, ``likeness`` is from 0 to 1 or null."""
    intent = result.intent
    return {
        "sent_at": None if intent is None else round(intent.intended_at, 3),
        "prompt": "" if intent is None else " ".join(texts(intent.order.payload)),
        "dashboard": "" if intent is None else _dashboard(intent),
        "rows": [
            {"id": row.id, "at": round(row.at, 3), "likeness": row.likeness, "prompt": row.text}
            for row in result.rows
        ],
    }


def _row_line(row: UnclaimedRow) -> str:
    at = datetime.fromtimestamp(row.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if row.likeness is None:
        like = "its text is not kept"
    elif row.likeness == 0:
        like = "no sentence of this prompt"
    else:
        like = f"{row.likeness:.0%} of the sentences of this prompt"
    said = f': "{_beginning(row.text)}"' if row.text else ""
    return f"unclaimed there: {visible(row.id)} · {at} · {like}{said}"


def _both_times(at: float) -> str:
    """A time here and in UTC, once where that is the same."""
    local = datetime.fromtimestamp(at).astimezone()
    if not local.utcoffset():
        return f"{local:%Y-%m-%d %H:%M:%S} UTC"
    return f"{local:%Y-%m-%d %H:%M:%S} ({local:%Z}), {datetime.fromtimestamp(at, UTC):%H:%M:%S} UTC"


def _beginning(text: str) -> str:
    text = visible(" ".join(text.split()))
    return text if len(text) <= _PROMPT else f"{text[:_PROMPT]}…"


def _dashboard(intent: Intent) -> str:
    host = find_host(intent.order.host)
    return host.dashboard if host is not None else ""
