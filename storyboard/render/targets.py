"""The targets as people read them: a table, and everything that is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from storyboard.render.width import clip, columns

Data = dict[str, Any]
_PRICED = ("silent", "audio")


def render_targets(targets: Sequence[Data], *, color: bool, width: int | None) -> str:
    """A line for each target: seconds, shots, characters, references, prices, status."""
    head = ("target", "seconds", "shots", "characters", "references", *_PRICED, "as of", "")
    rows = [head, *(_row(target) for target in targets)]
    widths = [max(columns(row[index]) for row in rows) for index in range(len(head))]
    lines = []
    for number, row in enumerate(rows):
        cells = [cell + " " * (widths[index] - columns(cell)) for index, cell in enumerate(row)]
        line = "  ".join(cells).rstrip()
        line = clip(line, width) if width else line
        lines.append(f"\x1b[1m{line}\x1b[0m" if color and number == 0 else line)
    lines += ["", "Prices are in US dollars a second; ? is not published.",
              "`storyboard targets ID` shows each fact with its source."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _row(target: Data) -> tuple[str, ...]:
    shots, seconds = target["shots"], target["seconds"]
    limits = target["references"]
    characters = (shots or {}).get("characters") or target["prompt"]["characters"]
    return (
        target["target"],
        _seconds(seconds),
        f"1–{shots['max']}" if shots else "1",
        "?" if characters is None else str(characters),
        str(limits["max"]) + (f" ({limits['ceiling']})" if limits.get("ceiling") else ""),
        _price(target, audio=False),
        _price(target, audio=True),
        target["as_of"],
        "" if target["status"] == "current" else target["status"],
    )


def _seconds(seconds: Data) -> str:
    if seconds["choices"]:
        return " or ".join(map(str, seconds["choices"]))
    return f"{seconds['min']}–{seconds['max']}"


def _price(target: Data, *, audio: bool) -> str:
    usual = (None, (target["resolutions"] or {}).get("default"))
    rows = [
        row
        for row in target["prices"]
        if row["audio"] == audio and not row["video"] and row["resolution"] in usual
    ]
    if not rows:
        return "–"
    amount = rows[0]["per_second"]
    return "?" if amount is None else format(Decimal(amount), "f")


def render_target(target: Data, *, color: bool) -> str:
    """Everything that is known of one target, each fact with its source and grade."""
    strong = (lambda text: f"\x1b[1m{text}\x1b[0m") if color else str
    lines = [strong(f"{target['target']} · {target['title']}"), ""]
    lines += [f"endpoint     {target['endpoint']}", f"status       {target['status']}"]
    if target["status_note"]:
        lines.append(f"             {target['status_note']}")
    lines += [f"as of        {target['as_of']}", "", strong("limits")]
    lines += _limits(target)
    lines += ["", strong("features")]
    for name, support in target["features"].items():
        note = f"  ({support['note']})" if support.get("note") else ""
        words = f': "{support["text"]}"' if support.get("text") else ""
        lines.append(f"  {name:<16} {support['how']}{words}{note}")
    lines += ["", strong("prices, a second")]
    for row in target["prices"]:
        known = row["per_second"] is not None
        amount = f"{row['per_second']} {row['currency']}" if known else "not published"
        sound = "with audio" if row["audio"] else "silent"
        sound = "with a voice" if row["voice"] else sound
        sound += f" {row['resolution']}" if row["resolution"] else ""
        sound += ", a clip" if row["video"] else ""
        lines.append(f"  {sound:<20} {amount:<14} {row['as_of']}  {row['grade']}  {row['source']}")
    lines += ["", strong("facts")]
    for name, fact in target["facts"].items():
        note = f"  {fact['note']}" if fact.get("note") else ""
        lines.append(f"  {name:<24} {fact['grade']}  {fact['source']}{note}")
    lines += ["", strong("sources")]
    for name, source in target["sources"].items():
        lines.append(f"  {name:<12} {source['grade']}  {source['date']}  {source['title']}")
        if source["url"]:
            lines.append(f"  {'':<12}    {source['url']}")
    return "\n".join(lines) + "\n"


def _limits(target: Data) -> list[str]:
    shots, references, pictures = target["shots"], target["references"], target["pictures"]
    lines = [f"  seconds      {_seconds(target['seconds'])} a request"]
    if shots:
        lines.append(
            f"  shots        {shots['max']} a request, {shots['min_seconds']} to "
            f"{shots['max_seconds']} s and {shots['characters']} characters each"
        )
    single = target["prompt"]["characters"]
    lines.append(f"  prompt       {single if single is not None else 'not published'}"
                 + (" characters" if single is not None else ""))  # fmt: skip
    lines.append(
        f"  tags         {target['tags']['element']}, {target['tags']['image']}, "
        f"{target['tags']['overhead']} characters more each"
    )
    more = f", up to {references['ceiling']} with --max-references" if references["ceiling"] else ""
    video = f", {references['with_video']} with a video" if references["with_video"] else ""
    lines.append(f"  references   {references['max']} a request{video}{more}")
    lines.append(f"  ratios       {', '.join(target['aspect_ratios'])}")
    if target["takes"]:
        lines.append(
            f"  takes        up to {target['takes']['max']} of a clip in one order (--takes N)"
        )
    if pictures:
        lines.append(
            f"  pictures     {pictures['max_bytes']:,} bytes, {pictures['min_side']} px a side, "
            f"{pictures['min_ratio']} to {pictures['max_ratio']} wide to high, "
            f"{', '.join(pictures['formats'])}"
        )
    return lines
