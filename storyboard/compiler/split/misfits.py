"""What is said of shots that cannot be made to fit: too much text, too long a word, no room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storyboard.compiler.compose import Atom, Composer
from storyboard.compiler.film import MENTION, Passage, Shot
from storyboard.diagnostics import Label, Span
from storyboard.diagnostics.codes import CROWDED_FRAMING, CROWDED_TEXT, UNBREAKABLE_TEXT
from storyboard.document import locate


def crowded(composer: Composer, shot: Shot, weight: int, holds: int, enough: int | None) -> None:
    """Say how much text the seconds hold, and how many seconds the text needs."""
    longer = f"give the shot at least {enough} s" if enough else "write several shots"
    composer.diagnostics.add(
        CROWDED_TEXT,
        f'the action of "{shot.address}" is {weight} characters, {shot.seconds} s hold '
        f"{holds} at most beside its framing",
        shot.place("prompt", "beats", "dialogue"),
        help=f"{longer}, or shorten the text to {holds} characters",
    )


def unbreakable(composer: Composer, shot: Shot, atom: Atom, limit: int) -> None:
    """Say that a word is longer than a prompt may be."""
    word = MENTION.sub("@…", atom.text[:24])
    composer.diagnostics.add(
        UNBREAKABLE_TEXT,
        f'"{shot.address}" has a word of {atom.end - atom.start} characters, "{word}…", '
        f"a prompt {limit} at most, framing included",
        locate(atom.passage.scalar, 0, len(atom.passage.scalar))
        if atom.passage.scalar
        else shot.span,
        help="shorten it, or put spaces where it may be divided",
    )


def crowded_framing(composer: Composer, shot: Shot, limit: int) -> None:
    """Say that framing and introductions leave no room for a sentence, at the longest of them."""
    weigh = composer.ruler.weigh
    found: list[tuple[int, str, Span]] = []

    def add(name: str, passages: Iterable[Passage | None]) -> None:
        written = [passage for passage in passages if passage is not None]
        if written:
            size = sum(weigh(composer.expand(passage.text)) for passage in written)
            found.append((size, name, written[0].scalar.span))

    framing = shot.framing
    for name in ("size", "camera", "light", "sound", "style"):
        add(name, [getattr(framing, name)])
    introductions = composer.cast.introductions
    if framing.location in composer.in_words:
        add("location", introductions.get(framing.location, ()))
    prompt = composer.draft(composer.whole_piece(shot))
    shown = {one.field for one in prompt.slices if one.kind == "introduction"}
    for mark, passages in introductions.items():
        if composer.cast[mark].name in shown and composer.cast[mark].kind != "location":
            add(composer.cast[mark].name, passages)
    found.sort(key=lambda one: -one[0])
    lengths = ", ".join(f"{name} {size}" for size, name, _ in found)
    longest, place = found[0][1:] if found else ("it", shot.span)

    def say(addresses: Sequence[str]) -> tuple[str, str]:
        others = len(addresses) - 1
        more = f" and of {others} more shot{'' if others == 1 else 's'}" if others else ""
        what = f'the framing and the descriptions of "{addresses[0]}"{more}'
        message = f"{what} leave no room for what happens: {lengths}, of {limit}"
        return message, f"shorten {longest}, or describe fewer in one shot"

    composer.diagnostics.add_place(
        CROWDED_FRAMING,
        place,
        Label(shot.span, "this shot has no room either"),
        shot.address,
        say,
        at=place,
    )
