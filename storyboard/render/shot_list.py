"""The shot list of a film as CSV: a row for each shot, with everything that its board shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from storyboard.board.model import BoardLine, BoardScene, FilmBoard, ShotCard, plain_text
from storyboard.render.board.parts import PagePart, is_of_money, reasons_of, state_of
from storyboard.render.csv_table import exact_amount, write_csv

_Cell = Callable[[BoardScene, ShotCard], str]

_SHOT: Mapping[str, _Cell] = {
    "scene": lambda scene, _: scene.address,
    "scene_title": lambda scene, _: scene.title,
    "shot": lambda _, card: card.address,
    "start": lambda _, card: str(card.start),
    "seconds": lambda _, card: str(card.seconds),
    "aspect_ratio": lambda _, card: card.aspect_ratio,
    "size": lambda _, card: plain_text(card.size),
    "camera": lambda _, card: _joined(card, "camera"),
    "light": lambda _, card: plain_text(card.light),
    "sound": lambda _, card: _joined(card, "sound"),
    "style": lambda _, card: plain_text(card.style),
    "location": lambda _, card: card.location.label if card.location else "",
    "cast": lambda _, card: ", ".join(
        f"{one.name}.{one.look}" if one.look else one.name
        for one in card.members
        if one.kind != "style"
    ),
    "action": lambda _, card: card.action,
    "dialogue": lambda _, card: "\n".join(_spoken(line) for line in card.speeches if line.speaker),
    "narration": lambda _, card: card.narration,
    "negative": lambda _, card: card.negative,
    "seam": lambda _, card: "continue" if card.is_continued else "cut",
    "start_frame": lambda _, card: card.start_frame.location if card.start_frame else "",
    "end_frame": lambda _, card: card.end_frame.location if card.end_frame else "",
    "middle_frames": lambda _, card: "\n".join(one.location for one in card.middle_frames),
    "footage": lambda _, card: (
        f"{card.made_from.way} {card.made_from.name}" if card.made_from is not None else ""
    ),
    "sent_clips": lambda _, card: " ".join(card.sent_clips),
    "sent_to": lambda _, card: " ".join(card.sent_to),
    "pictures": lambda _, card: "\n".join(_pictures(card)),
    "audio": lambda _, card: "yes" if card.has_audio else "no",
    "take": lambda _, card: str(card.take),
    "priority": lambda _, card: card.priority,
}
_NOTES: Mapping[str, _Cell] = {
    "scene_notes": lambda scene, _: scene.notes,
    "notes": lambda _, card: card.notes,
}
_CLIPS: Mapping[str, _Cell] = {
    "target": lambda _, card: " ".join(card.targets),
    "clip_numbers": lambda _, card: " ".join(map(str, _clip_numbers(card))),
    "clips": lambda _, card: " ".join(dict.fromkeys(one.request.id for one in card.renderings)),
    "characters": lambda _, card: " ".join(str(one.characters) for one in card.renderings),
    "limit": lambda _, card: " ".join(
        "" if one.limit is None else str(one.limit) for one in card.renderings
    ),
    "takes": lambda scene, card: _takes(scene, card),
}
_PROMPTS: Mapping[str, _Cell] = {
    "sent": lambda _, card: "\n".join(one.prompt for one in card.renderings),
    "tags": lambda _, card: ", ".join(
        dict.fromkeys(
            f"{name} {tag}" for one in card.renderings for tag, name in one.request.tokens.items()
        )
    ),
}
_PRICES: Mapping[str, _Cell] = {
    "state": lambda _, card: state_of(card.renderings),
    "reason": lambda _, card: reasons_of(card.renderings),
    "price": lambda _, card: _price(card),
    "currency": lambda _, card: card.money.currency if card.money is not None else "",
}


def render_csv(board: FilmBoard, *, without: Collection[PagePart] = frozenset()) -> str:
    """The shots of a film as CSV with a head, in UTF-8; ``without`` are parts to leave out."""
    cells = dict(_SHOT)
    for part, more in ((PagePart.NOTES, _NOTES), (None, _CLIPS), (PagePart.PROMPTS, _PROMPTS)):
        cells |= {} if part in without else more
    cells |= {} if PagePart.PRICES in without else _PRICES
    has_prices = PagePart.PRICES not in without
    rows: list[list[str | int]] = []
    for scene in board.scenes:
        for card in scene.cards:
            texts = [cell(scene, card) for cell in cells.values()]
            rows.append([len(rows) + 1, *texts, _findings(card, has_prices)])
    return write_csv(["number", *cells, "findings"], rows)


def _joined(card: ShotCard, name: str) -> str:
    """What is said of the whole shot and of its beats."""
    texts: Iterable[str] = (plain_text(getattr(one, name)) for one in (card, *card.beats))
    return "; ".join(filter(None, texts))


def _pictures(card: ShotCard) -> Iterable[str]:
    """Where the pictures of its members and its place are, each once."""
    shown = (*card.members, *((card.location,) if card.location else ()))
    return dict.fromkeys(one.picture.location for one in shown if one.picture is not None)


def _clip_numbers(card: ShotCard) -> Iterable[int]:
    return dict.fromkeys(one.clip for one in card.renderings)


def _takes(scene: BoardScene, card: ShotCard) -> str:
    """The numbers of the takes of its clips that have several: ``1 2``, a line for each clip."""
    clips = set(_clip_numbers(card))
    return "\n".join(
        " ".join(str(one.number) for one in taken.takes)
        for taken in scene.takes
        if taken.clip in clips
    )


def _spoken(line: BoardLine) -> str:
    manner = ", ".join(filter(None, (line.tone, "off" if line.is_off else "")))
    return f"{line.speaker}{f' ({manner})' if manner else ''}: {line.text}"


def _price(card: ShotCard) -> str:
    if card.money is not None:
        return exact_amount(card.money)
    return "unknown" if card.renderings else ""


def _findings(card: ShotCard, has_prices: bool) -> str:
    return "\n".join(
        f"{one.severity.value} {one.code.id}: {one.message}"
        for one in card.findings
        if has_prices or not is_of_money(one)
    )
