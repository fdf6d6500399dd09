"""Blocks of slices, each of which is one or more sentences, and what joins them."""

from __future__ import annotations

from collections.abc import Sequence

from storyboard.compose.stops import ended, gap
from storyboard.film import MENTION, Slice
from storyboard.words import Words

Block = list[Slice]


def joined(blocks: Sequence[Block], words: Words) -> list[Slice]:
    """The slices of blocks, closed by stops where they need them, with spaces between."""
    slices: list[Slice] = []
    before = ""
    for index, block in enumerate(blocks):
        if before and (space := gap(before, block[0].text)):
            slices.append(Slice(space, "glue"))
        slices += block
        last = block[-1]
        before = last.text
        if last.kind in ("line", "glue"):
            continue
        if (
            before[-1:] in ":："
            and index + 1 < len(blocks)
            and blocks[index + 1][-1].kind == "line"
        ):
            continue
        body, stop = ended(before)
        if stop:
            if body != before:
                slices[-1] = last._replace(text=body)
            # Where a sentence ends in a tag, its script is not known.
            stop = words.stop if MENTION.fullmatch(before) else stop
            slices.append(Slice(stop, "glue"))
            before = stop
    return slices
