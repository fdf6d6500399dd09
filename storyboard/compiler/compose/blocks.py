"""Blocks of slices, each of which is one or more sentences, and what joins them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from storyboard.compiler.clip import Slice
from storyboard.compiler.compose.stops import ended, gap
from storyboard.compiler.film import MENTION
from storyboard.compiler.words import Words

SliceBlock = list[Slice]


def joined(blocks: Sequence[SliceBlock], words: Words) -> list[Slice]:
    """The slices of blocks, closed by stops where they need them, with spaces between."""
    slices: list[Slice] = []
    before = ""
    for index, block in enumerate(blocks):
        first = block[0]
        if before and (space := gap(before, first.text)):
            add_glue(slices, space)
        if first.kind == "glue":
            add_glue(slices, first.text)
            slices += block[1:]
        else:
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
                slices[-1] = replace(last, text=body)
            # Where a sentence ends in a tag, its script is not known.
            stop = words.stop if MENTION.fullmatch(before) else stop
            add_glue(slices, stop)
            before = stop
    return slices


def add_glue(slices: list[Slice], text: str) -> None:
    """Append words of the composition; they are one slice with such words before them."""
    if slices and slices[-1].kind == "glue":
        text = slices.pop().text + text
    slices.append(Slice(text, "glue"))
