"""What of a board stands on its page: each fact in words, in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from storyboard.board.model import (
    BoardScene,
    CastRow,
    CastSheet,
    FilmBoard,
    Rendering,
    ShotCard,
    Text,
    TextRun,
    plain_text,
)
from storyboard.compiler.film import Priority
from storyboard.diagnostics import Diagnostic
from storyboard.plan.model import Plan
from storyboard.plan.reason import Action
from storyboard.render.amounts import amount, counted, price
from storyboard.render.board.frames import frame_of, frames_of, tiles
from storyboard.render.board.page_values import (
    BoardView,
    CardFact,
    CardView,
    FindingView,
    LookView,
    MemberView,
    SceneView,
    SentView,
    SheetView,
)
from storyboard.render.board.parts import PagePart, is_of_money, reasons_of, state_of
from storyboard.render.board.shown_money import ShownMoney
from storyboard.render.board.takes import taken_view
from storyboard.render.board.timeline import clock, timeline
from storyboard.render.reasons import unpriced_text

_BANDS = 6
"""How many colours bands have; neighbouring clips never share one."""
_PAID = "paid"
"""The reason that says no more than the state of a shot does."""
_KINDS = {
    "character": "Characters",
    "prop": "Props",
    "location": "Places",
    "style": "Styles",
    "footage": "Footage",
}


def board_view(
    board: FilmBoard, per_page: int, without: frozenset[PagePart], *, is_live: bool = False
) -> BoardView:
    """What stands on the page of a board; one that ``is_live`` has a server."""
    return _Viewer(board, per_page, without, is_live=is_live).view()


class _Viewer:
    def __init__(
        self, board: FilmBoard, per_page: int, without: frozenset[PagePart], *, is_live: bool
    ) -> None:
        self._board = board
        self._per_page = per_page
        self._has_prices = PagePart.PRICES not in without
        self._has_prompts = PagePart.PROMPTS not in without
        self._has_notes = PagePart.NOTES not in without
        self._is_live = is_live
        self._number = 0
        self._taken: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._bands: list[str] = []
        self._money = ShownMoney(board)

    def view(self) -> BoardView:
        board, plan = self._board, self._board.plan
        scenes = tuple(map(self._scene, board.scenes))
        dates = [one.as_of for one in plan.targets]
        as_of = f"prices of {min(dates)}" if dates and self._has_prices else ""
        clips = len({one.alternate_of or one.id for one in plan.clips})
        found = self._findings(board.findings, has_place=True)
        return BoardView(
            title=board.title or "Untitled film",
            description=board.description,
            authors=", ".join(board.authors),
            language="" if board.language.partition("-")[0] == "en" else board.language,
            facts=tuple(self._facts()),
            scenes=scenes,
            rows=timeline(board.scenes, board.seconds, self._bands),
            sheets=tuple(map(self._sheet, board.cast)),
            findings=found,
            are_findings_first=any(one.severity == "error" for one in found),
            sum=(
                str(self._number),
                str(clips),
                clock(board.seconds),
                _whole_price(plan) if self._has_prices else "",
            ),
            has_prices=self._has_prices,
            is_read=board.is_read,
            file=board.file,
            revision=board.revision,
            as_of=as_of,
        )

    def _facts(self) -> Iterable[tuple[str, str, str]]:
        """Name, text and further text of what the film is and costs."""
        board, plan = self._board, self._board.plan
        target = plan.target
        if not board.is_read:
            return
        shots = counted(len(board.cards), "shot")
        yield "Length", clock(board.seconds), f"{counted(len(board.scenes), 'scene')}, {shots}"
        ratios = ", ".join(plan.film.aspect_ratios)
        sound = {"all": "with audio", "some": "some with audio", "none": "silent"}
        if target is not None:
            yield "Picture", ratios, sound.get(plan.film.audio, "")
            for named in plan.targets:
                yield "Target", named.id, "superseded" if named.status == "superseded" else ""
        if not self._has_prices or target is None:
            return
        sums = plan.totals.actions
        made = sums[Action.GENERATE]
        if made.requests:
            yield "To render", price(made), f"{counted(made.requests, 'clip')}, {made.seconds} s"
        else:
            yield "To render", "nothing", ""
        for action, name in (
            (Action.REUSE, "Paid already"),
            (Action.FETCH, "To be fetched"),
            (Action.WAIT, "On its way"),
        ):
            if (one := sums[action]).requests:
                yield name, price(one), f"{counted(one.requests, 'clip')}, {one.seconds} s"
        if (blocked := sums[Action.BLOCKED]).requests:
            yield "Blocked", counted(blocked.requests, "clip"), "not sent as they stand"
        if plan.unpriced:
            yield "Without a price", counted(len(plan.unpriced), "scene"), "as errors concern them"
        if (limit := plan.budget.limit) is not None:
            kept = {True: "holds", False: "is exceeded", None: "is not known to hold"}
            yield "Budget", str(limit), kept[plan.budget.within]

    # Scenes and shots

    def _scene(self, scene: BoardScene) -> SceneView:
        first = self._number + 1
        takes = tuple(
            taken_view(one, scene, has_prices=self._has_prices, is_live=self._is_live)
            for one in scene.takes
        )
        self._taken.update((one.clip, one.count) for one in takes)
        cards = [self._card(scene, card) for card in scene.cards]
        size = self._per_page
        clips = {one.clip for card in scene.cards for one in card.renderings}
        problem = ""
        if scene.unpriced is not None and self._has_prices:
            problem = f"No price: {unpriced_text(scene.unpriced)}."
        elif scene.unpriced is not None:
            problem = "It cannot be rendered yet: the storyboard has errors."
        return SceneView(
            scene=scene,
            title=scene.title or scene.address,
            first=first,
            shots=str(len(cards)),
            clips=str(len(clips)) if clips else "–",
            length=clock(scene.seconds),
            money=self._money.of_scene(scene) if self._has_prices else "",
            problem=problem,
            notes=scene.notes if self._has_notes else "",
            left_out="; ".join(
                f"{one.address} ({one.notes})" if one.notes and self._has_notes else one.address
                for one in scene.left_out
            ),
            pages=tuple(tuple(cards[at : at + size]) for at in range(0, len(cards), size)),
            findings=self._findings(scene.findings),
            takes=takes,
        )

    def _card(self, scene: BoardScene, card: ShotCard) -> CardView:
        self._number += 1
        self._numbers.setdefault(card.address, self._number)
        clips = list(dict.fromkeys(one.clip for one in card.renderings))
        band = f"k{(clips[0] - 1) % _BANDS}" if clips else "k"
        self._bands.append(band)
        state = state_of(card.renderings)
        reason = reasons_of(card.renderings)
        frame = frame_of(card.aspect_ratio)
        shown, alt = tiles(card, frame)
        notes = card.notes if self._has_notes else ""
        name = card.address.removeprefix(f"{scene.address}/")
        return CardView(
            number=self._number,
            card=card,
            name=card.address if name == str(card.number) else name,
            clock=clock(card.start),
            band=band,
            clips=_clips(card, clips),
            taken=next((self._taken[one] for one in clips if one in self._taken), ""),
            frame=frame,
            tiles=shown,
            alt=alt,
            caption="" if shown else (plain_text(card.size) or "no picture"),
            facts=tuple(_facts(card, has_targets=len(self._board.plan.targets) > 1)),
            state=state,
            word=state if self._has_prices else "",
            reason=reason if self._has_prices and reason not in (state, _PAID) else "",
            money=self._money.of_shot(scene, card) if self._has_prices else "",
            sent=tuple(_sent(one) for one in card.renderings if one.prompt)
            if self._has_prompts
            else (),
            notes=notes,
            findings=self._findings(card.findings),
        )

    def _findings(
        self, found: Iterable[Diagnostic], *, has_place: bool = False
    ) -> tuple[FindingView, ...]:
        shown = []
        for one in found:
            if not self._has_prices and is_of_money(one):
                continue
            span = one.span
            where = f"{span.source.name}:{span.line}" if span is not None and has_place else ""
            shown.append(FindingView(one.severity.value, one.code.id, one.message, one.help, where))
        return tuple(shown)

    # The cast

    def _sheet(self, sheet: CastSheet) -> SheetView:
        rest = ""
        if sheet.rest_shots:
            shots = counted(sheet.rest_shots, "shot")
            cost = f", {self._money.of_rest(sheet)}" if self._has_prices else ""
            none = {"character": "nobody", "location": "no place"}.get(sheet.kind, "none")
            rest = f"{shots} with {none}: {sheet.rest.seconds} s{cost}"
        return SheetView(_KINDS[sheet.kind], tuple(map(self._member, sheet.rows)), rest)

    def _member(self, row: CastRow) -> MemberView:
        return MemberView(
            name=row.name,
            label=row.looks[0].label,
            description=row.description,
            looks=tuple(
                LookView(
                    look.look or ("as declared" if len(row.looks) > 1 else ""),
                    tuple(one.key for one in look.pictures if one.key),
                    tuple(one.location for one in look.pictures if not one.key),
                )
                for look in row.looks
            ),
            count=counted(len(row.shots), "shot"),
            shots=tuple(_runs([(self._numbers[address], address) for address in row.shots])),
            length=f"{row.seconds} s",
            money=self._money.of_member(row) if self._has_prices else "",
        )


def _runs(shots: Sequence[tuple[int, str]]) -> Iterable[tuple[int, str, str]]:
    """Numbered shots with those that follow each other as one, where that is shorter."""
    at = 0
    while at < len(shots):
        first, name = shots[at]
        end = at + 1
        while end < len(shots) and shots[end][0] == first + end - at:
            end += 1
        if end - at > 2:
            last, last_name = shots[end - 1]
            yield first, f"{first}–{last}", f"{name} to {last_name}"
        else:
            yield from ((number, str(number), one) for number, one in shots[at:end])
        at = end


def _whole_price(plan: Plan) -> str:
    """What all clips of the film cost, paid or not."""
    known = [one.money for one in plan.clips]
    if not known:
        return "no price"
    first = next((one for one in known if one is not None), None)
    if first is None:
        return amount(None)
    whole = first - first
    for one in known:
        whole = whole + one if one is not None else whole
    return str(whole) if None not in known else f"≥ {whole}"


def _clips(card: ShotCard, clips: Sequence[int]) -> str:
    """``Clip 2 of 12 s, with 2 other shots``, or what a shot has in place of a clip."""
    if not clips:
        return "no clip"
    if len(clips) > 1:
        joined = "and" if len(clips) == 2 else "to"
        parts = counted(card.renderings[-1].parts, "part")
        return f"Clips {clips[0]} {joined} {clips[-1]}, in {parts}"
    request = card.renderings[0].request
    others = len({shot.address for shot in request.shots}) - 1
    shared = f", shared with {counted(others, 'other shot')}" if others else ""
    return f"Clip {clips[0]}, {request.seconds} s{shared}"


def _sent(one: Rendering) -> SentView:
    tokens = one.request.tokens
    part = f", part {one.part} of {one.parts}" if one.part is not None else ""
    take = f", take {one.request.take}" if one.request.alternate_of else ""
    return SentView(
        title=f"{one.request.id}{part}{take}",
        prompt=_tagged(one.prompt, tokens),
        tokens=tuple((tag, name) for tag, name in tokens.items() if tag in one.prompt),
        characters=one.characters,
        limit=one.limit,
        reason="",
    )


def _tagged(prompt: str, tokens: Iterable[str]) -> Text:
    """A prompt with its tags as pieces of their own."""
    tags = sorted(tokens, key=len, reverse=True)
    if not tags:
        return (TextRun(prompt),)
    found = re.split(f"({'|'.join(map(re.escape, tags))})", prompt)
    known = set(tags)
    return tuple(TextRun(text, text if text in known else "") for text in found if text)


def _facts(card: ShotCard, *, has_targets: bool) -> Iterable[CardFact]:
    for name in ("size", "camera", "light", "sound"):
        if text := getattr(card, name):
            yield CardFact(name.capitalize(), text)
    if card.negative:
        yield CardFact("Not seen", (TextRun(card.negative),))
    if card.is_continued:
        yield CardFact("Seam", (TextRun("continues the last frame of the shot before"),))
    if card.made_from is not None:
        does = "Edits" if card.made_from.way == "edit" else "Moves as"
        facing = ", facing as in its picture" if card.made_from.facing == "picture" else ""
        yield CardFact(does, (TextRun(f"{card.made_from.name}{facing}"),))
    if card.sent_clips:
        yield CardFact("Is sent", (TextRun(f"the clip of {', '.join(card.sent_clips)}"),))
    if card.sent_to:
        yield CardFact("Sent to", (TextRun(", ".join(card.sent_to)),))
    if card.take > 1:
        yield CardFact("Take", (TextRun(str(card.take)),))
    if card.priority is not Priority.NORMAL:
        yield CardFact("Priority", (TextRun(card.priority),))
    if has_targets and card.targets:
        yield CardFact("Target", (TextRun(", ".join(card.targets)),))
    for words, one in frames_of(card):
        if not one.key:
            yield CardFact(words, (TextRun(one.location),))
