"""Everything that is known of one target, as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from storyboard.render.prose import wrapped
from storyboard.render.table import painted, plain
from storyboard.render.target_list import age_of, seconds_of
from storyboard.targets.model import Feature

Data = dict[str, Any]
_Row = tuple[str, str]
"""What a line is of, and what it says."""
_GRADES = "A the vendor's own document, B a recorded answer, C a third party's word, D inference"


def render_target(
    target: Data, *, color: bool, width: int | None = None, today: date | None = None
) -> str:
    """Everything that is known of one target, each fact with its source and grade.

    ``width`` is the terminal's, None where lines may be of any length. ``today`` is the day by
    which facts are old; without it their age is not said.
    """
    paint = painted if color else plain
    lines = [paint(one, "1") for one in wrapped(f"{target['target']} · {target['title']}", width)]
    lines += ["", *_laid_out(_head(target, today), width, indent=0)]
    for heading, rows in (
        ("limits", _limits(target)),
        ("features", _features(target)),
        ("prices, a second", _prices(target)),
        (f"facts ({_GRADES})", _facts(target)),
        ("sources", _sources(target)),
    ):
        lines += ["", *(paint(one, "1") for one in wrapped(heading, width))]
        lines += _laid_out(rows, width, indent=2)
    return "\n".join(lines) + "\n"


def _laid_out(rows: Iterator[_Row], width: int | None, *, indent: int) -> Iterator[str]:
    """A line for each row, what they say below each other; it goes on in the next line."""
    listed = list(rows)
    most = max((len(label) for label, _ in listed), default=0) + indent + 2
    for label, said in listed:
        room = None if width is None else width - most
        for number, line in enumerate(wrapped(said, room)):
            yield f"{' ' * indent}{'' if number else label}".ljust(most) + line


def _head(target: Data, today: date | None) -> Iterator[_Row]:
    yield "endpoint", target["endpoint"]
    note = f": {target['status_note']}" if target["status_note"] else ""
    yield "status", f"{target['status']}{note}"
    yield "as of", target["as_of"] + age_of(target["as_of"], today)


def _limits(target: Data) -> Iterator[_Row]:
    shots = target["shots"]
    yield "seconds", f"{seconds_of(target['seconds'])} a request"
    if shots:
        length = f"{shots['min_seconds']} to {shots['max_seconds']} s"
        each = f"{length} and {shots['characters']} characters each"
        yield "shots", f"{shots['max']} a request, {each}"
    single = target["prompt"]["characters"]
    yield "prompt", "not published" if single is None else f"{single} characters"
    tags = [target["tags"][kind] for kind in ("element", "image", "clip")]
    overhead = target["tags"]["overhead"]
    more = f", {overhead} characters more each" if overhead else ""
    yield "tags", ", ".join(filter(None, tags)) + more
    yield "references", _references(target["references"])
    if elements := target["elements"]:
        least, most = elements["min_references"], elements["max_references"]
        clips = elements["max_videos"]
        beside = elements["beside_frame"]
        videos = f", or a video, {clips} a request" if clips else ""
        few = f"; {beside} elements beside a first frame" if beside is not None else ""
        yield "elements", f"{least} to {most} pictures beside the frontal one{videos}{few}"
    if target["aspect_ratios"]:
        yield "ratios", ", ".join(target["aspect_ratios"])
    if resolutions := target["resolutions"]:
        listed = ", ".join(resolutions["choices"])
        yield "resolutions", f"{listed}; {resolutions['default']} where none is asked for"
    if target["takes"]:
        yield "takes", f"up to {target['takes']['max']} of a clip in one order (--takes N)"
    if most := target["max_middle_frames"]:
        yield "middle_frames", f"{most} a request"
    if pictures := target["pictures"]:
        yield "pictures", _pictures(pictures)
    for name in ("videos", "footage"):
        if clips := target[name]:
            yield name, _clips(clips)
    if speaks := target["speaks"]:
        others = f"; others: {speaks['others']}" if speaks["others"] else ""
        yield "speaks", ", ".join(speaks["languages"]) + others


def _references(limits: Data) -> str:
    """How many pictures, elements and clips a request may have."""
    said = [f"{limits['max']} a request"]
    kinds = ("elements", "images")
    said += [f"{limits[kind]} {kind}" for kind in kinds if limits[kind] is not None]
    if limits["clips"] > 1:
        said.append(f"{limits['clips']} clips")
    if limits["with_video"]:
        said.append(f"{limits['with_video']} with a video")
    if limits["frames"]:
        said.append("a first frame counts")
    if limits["ceiling"]:
        said.append(f"up to {limits['ceiling']} with --max-references")
    return ", ".join(said)


def _pictures(limits: Data) -> str:
    return (
        f"{limits['max_bytes']:,} bytes, {limits['min_side']} px a side, "
        f"{limits['min_ratio']} to {limits['max_ratio']} wide to high, "
        f"{', '.join(limits['formats'])}"
    )


def _clips(limits: Data) -> str:
    rate = f"{limits['min_rate']} to {limits['max_rate']} frames a second"
    rate = rate if limits["min_rate"] else "frames a second not published"
    total = f", {limits['max_total']} s together" if limits["max_total"] else ""
    if limits["max_facing_picture"]:
        total += f" ({limits['max_facing_picture']} s with facing: picture)"
    return (
        f"{limits['max_bytes']:,} bytes, {limits['min_side']} to {limits['max_side']} px a side, "
        f"{limits['min_seconds']} to {limits['max_seconds']} s{total}, {rate}, "
        f"{', '.join(limits['formats'])}"
    )


def _features(target: Data) -> Iterator[_Row]:
    for feature in Feature:
        support = target["features"].get(feature.value)
        if support is not None:
            words = f': "{support["text"]}"' if support.get("text") else ""
            note = f" ({support['note']})" if support.get("note") else ""
            yield feature.value, f"{support['how'].replace('_', ' ')}{words}{note}"


def _prices(target: Data) -> Iterator[_Row]:
    for row in target["prices"]:
        known = row["per_second"] is not None
        amount = f"{row['per_second']} {row['currency']}" if known else "not published"
        kind = "with a voice" if row["voice"] else "with audio" if row["audio"] else "silent"
        kind += f", {row['resolution']}" if row["resolution"] else ""
        kind += ", sent a clip" if row["video"] else ""
        both = " for each second of clip and output" if row["counted"] != "output" else ""
        note = f": {row['note']}" if row["note"] else ""
        yield kind, f"{amount}{both} ({row['as_of']}, {row['grade']} {row['source']}){note}"


def _facts(target: Data) -> Iterator[_Row]:
    for name, fact in target["facts"].items():
        note = f": {fact['note']}" if fact.get("note") else ""
        yield name, f"{fact['grade']} {fact['source']}{note}"


def _sources(target: Data) -> Iterator[_Row]:
    for name, source in target["sources"].items():
        yield name, f"{source['grade']} {source['date']}: {source['title']}"
        if source["url"]:
            yield "", source["url"]
