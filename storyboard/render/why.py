"""What a clip is made of, and why, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from storyboard.compiler.request import Output
from storyboard.plan.explanation import ExplainedClip, Explanation
from storyboard.plan.planned_request import MapRow, PlannedCost, PlannedRequest
from storyboard.plan.reason import Action
from storyboard.plan.timeline import KeptClip
from storyboard.render.amounts import amount
from storyboard.render.clip_table import made_from
from storyboard.render.prose import wrapped
from storyboard.render.reasons import why_text
from storyboard.render.shown_prices import shown_prices
from storyboard.render.table import painted, plain
from storyboard.render.width import visible
from storyboard.values.units import Money

_NEEDED = {Output.LAST_FRAME: "opens on the last frame", Output.CLIP: "is sent the clip"}


def render_why(found: Explanation, *, color: bool, width: int | None) -> str:
    """The explanation of an address in text. ``width`` is the terminal's, None for any length."""
    paint, file = painted if color else plain, found.plan.film.file
    requests = found.plan.requests
    prices = dict(zip((one.id for one in requests), shown_prices(requests), strict=True))
    blocks = []
    for one in found.clips:
        head = _head(one.clip, file, prices)
        said = [paint(line, "1") for line in wrapped(visible(head), width, indent=2)]
        for indent, text in _lines(one, file, prices):
            said += wrapped(" " * indent + visible(text), width, indent=indent + 2)
        blocks.append("\n".join(said))
    if found.to_pay:
        now = amount(found.plan.cost.to_pay)
        ways = "; ".join(f"--reuse {way}: {amount(cost)}" for way, cost in found.to_pay.items())
        text = f"to pay for the film: {now}; with {ways}"
        blocks.append("\n".join(wrapped(text, width, indent=2)))
    return "\n\n".join(blocks) + "\n"


def _head(clip: PlannedRequest | KeptClip, file: str, prices: Mapping[str, Money | None]) -> str:
    """Its first line; ``prices`` are those of the plan's requests as the plan shows them, by id."""
    if isinstance(clip, KeptClip):
        action = "reuse: paid" if clip.action is Action.REUSE else "fetch: paid, and not here"
        kept = f"{clip.kept_seconds} of its {clip.seconds} s are kept"
        return f"{clip.address}  {action}; {kept}"
    price = amount(prices[clip.id])
    return f"{clip.id}  {clip.seconds} s  {price}  {clip.action}: {why_text(clip, file)}"


def _lines(
    one: ExplainedClip, file: str, prices: Mapping[str, Money | None]
) -> Iterator[tuple[int, str]]:
    """The lines below the head, with their indents."""
    clip = one.clip
    if isinstance(clip, KeptClip):
        yield from _kept_lines(clip, one)
        return
    for change in clip.reason.changes:
        if change.old or change.new:
            yield 2, f'sent before: "{change.old}"; now: "{change.new}"'
    if clip.footage is not None:
        yield 2, f"{made_from(clip)}, and is as long"
    if clip.middle_frames:
        yield 2, f"passes through {', '.join(clip.middle_frames)}"
    if clip.input_seconds and clip.cost is not None:
        yield 2, _billed(clip, clip.cost)
    for needed in clip.depends_on:
        yield 2, f"{_NEEDED[needed.output]} of {needed.name}"
    for limit in one.limits:
        yield 2, limit
    if one.alone is not None:
        # What costs the same is not shown as a cent more, as the sum of several rounded up is.
        alone = prices[clip.id] if one.alone == clip.money else one.alone
        yield 2, f"each shot in a request of its own: {amount(alone)}"
    for tag, name in one.tokens.items():
        yield 2, f"{tag} = {name}"
    for shot, text in zip(clip.shots, one.texts, strict=True):
        yield 2, f"{shot.name}  {shot.seconds} s  {shot.characters} characters"
        for row in shot.map:
            if row.kind != "glue":
                yield 4, _slice(row, text, file)


def _billed(clip: PlannedRequest, cost: PlannedCost) -> str:
    """What is billed of a clip that is sent others, whose seconds count."""
    each = f"each {cost.unit_price:f} {cost.money.currency}"
    return (
        f"{cost.seconds} s billed, {each}: {clip.seconds} s are rendered, {clip.input_seconds} s "
        "are for the clips that it is sent, of which as many count at least as are rendered"
    )


def _kept_lines(clip: KeptClip, one: ExplainedClip) -> Iterator[tuple[int, str]]:
    """The lines of a clip that is kept: where its shots stand in it, and what was sent."""
    if one.alone is not None:
        yield 2, f"the whole clip anew: {clip.seconds} s, {amount(one.alone)}"
    for tag, name in one.tokens.items():
        yield 2, f"{tag} = {name}"
    for kept, text in zip(clip.shots, one.texts or ("",) * len(clip.shots), strict=True):
        segment = kept.segment
        yield 2, f"{kept.name}: kept, from {segment.start:g} s to {segment.end:g} s of the clip"
        if text:
            yield 4, f"sent then: {text}"


def _slice(row: MapRow, text: str, file: str) -> str:
    """A stretch of a prompt: where it was written, of what it is, and its words."""
    place = "added"
    if (at := row.place) is not None:
        place = f"line {at.line}" if at.file == file else f"{at.file}:{at.line}"
    said = {"line": f"said by {row.field}", "introduction": f"introduces {row.field}"}
    what = said.get(row.kind, "with whom" if row.kind == "carry" else row.field)
    again = ", carried from the part before" if row.carried else ""
    return f"{place}, {what}{again}: {text[row.start : row.end].strip()}"
