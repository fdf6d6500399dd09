"""Everything that is known of one target, as people read it."""

from __future__ import annotations

from typing import Any

from storyboard.render.target_list import seconds_of

Data = dict[str, Any]


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
        sound += ", in + out" if row["counted"] == "input_and_output" else ""
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
    lines = [f"  seconds      {seconds_of(target['seconds'])} a request"]
    if shots:
        lines.append(
            f"  shots        {shots['max']} a request, {shots['min_seconds']} to "
            f"{shots['max_seconds']} s and {shots['characters']} characters each"
        )
    single = target["prompt"]["characters"]
    lines.append(f"  prompt       {single if single is not None else 'not published'}"
                 + (" characters" if single is not None else ""))  # fmt: skip
    tags = [target["tags"][kind] for kind in ("element", "image", "clip")]
    lines.append(
        f"  tags         {', '.join(filter(None, tags))}, "
        f"{target['tags']['overhead']} characters more each"
    )
    more = f", up to {references['ceiling']} with --max-references" if references["ceiling"] else ""
    video = f", {references['with_video']} with a video" if references["with_video"] else ""
    lines.append(f"  references   {references['max']} a request{video}{more}")
    if target["aspect_ratios"]:
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
    if clips := target["footage"]:
        rate = f"{clips['min_rate']} to {clips['max_rate']} frames a second"
        rate = rate if clips["min_rate"] else "frames a second not published"
        most = references["clips"]
        rate += f", {most} clips a request" if most > 1 else ""
        lines.append(
            f"  footage      {clips['max_bytes']:,} bytes, {clips['min_side']} to "
            f"{clips['max_side']} px a side, {clips['min_seconds']} to {clips['max_seconds']} s, "
            f"{rate}, {', '.join(clips['formats'])}"
        )
    return lines
