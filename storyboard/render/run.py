"""A run while it goes on: a live view on a terminal, plain lines in a log, JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from msgspec import Struct, field

from storyboard.ledger.states import STATE_WORDS
from storyboard.plan.actions import DUE
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action
from storyboard.render.prose import wrapped
from storyboard.render.width import clip, columns, visible
from storyboard.run.events import INTERRUPTED, STATES, Event, Happening
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money

MAX_ROWS = 20
_H = Happening
_WORDS = {
    _H.WAITING: "waiting",
    _H.REUSED: "as it is",
    _H.UPLOADING: "uploading",
    _H.QUEUED: "in queue",
    _H.STORING: "storing",
    _H.FETCHED: "fetched",
    _H.BLOCKED: "blocked",
    _H.UNPAID: "not sent: budget",
    _H.ADOPTED: "found again",
    _H.RELEASED: "may be sent again",
    _H.STRANDED: "still to be fetched",
}
"""What says more than the state of the clip's intent, or has none."""

WORDS = {what: STATE_WORDS[state] for what, state in STATES.items() if state is not None} | _WORDS
"""What people are told of each thing that can happen to a clip."""

GOOD = (_H.STORED, _H.FETCHED, _H.REUSED)
COLORS = {
    _H.STORED: "32",
    _H.FETCHED: "32",
    _H.FAILED: "31",
    _H.UNCERTAIN: "33",
    _H.BLOCKED: "31",
    _H.LOST: "31",
}
_ACTIVE = (
    _H.STORING, _H.RUNNING, _H.QUEUED, _H.SUBMITTED, _H.SUBMITTING, _H.UPLOADING, _H.UNCERTAIN,
    _H.ADOPTED,
)  # fmt: skip
_ENDS = {_H.STORED, _H.FETCHED, _H.FAILED, _H.CANCELLED, _H.LOST}
"""What a clip leaves a line of, besides where it stands in the view."""
_SENT = {*_ACTIVE, _H.STRANDED} - {_H.UPLOADING}
_SUMS = ("spent", "at risk", "left")
_NAME = 28
"""Columns for a clip's name, where the terminal has them."""
_STATE = 24
"""Columns for what a clip is at, where the terminal has them: ``in queue (123 before it)``."""
_REST = 11
"""Columns of a row besides: its age, and what stands between."""
_LEAST = 60
"""Columns of a terminal with fewer of which lines are plainer to read than a live view."""
_MIN_COLUMNS = 9
"""The fewest columns that say what a clip is at: ``rendering``."""


def has_room(names: Iterable[str], width: int) -> bool:
    """Whether a live view of these clips has room in ``width`` columns, without cutting a name."""
    longest = max((columns(visible(name)) for name in names), default=0)
    return width >= max(_LEAST, longest + _REST + _MIN_COLUMNS)


def json_line(event: Event) -> str:
    """An event as one line of JSON, with its end of line."""
    return json.dumps(event.to_json(), ensure_ascii=False) + "\n"


def _stopping(event: Event) -> str:
    text, host = str(event.facts.get("text", "")), event.facts.get("host")
    if text == INTERRUPTED:
        return "nothing more is sent, what is known is being saved; Ctrl-C again leaves at once"
    return f"nothing more is sent{f' to {host}' if host else ''}: {text}"


def _pausing(event: Event) -> str:
    """Whose pause it is, where a run has several hosts."""
    host = event.facts.get("host")
    return f"{host}: waiting" if host else "waiting"


def plain_line(event: Event) -> str:
    """An event as one line for a log; empty for those that only a live view shows."""
    text = visible(str(event.facts.get("text", "")))
    match event.what:
        case _H.WAITING | _H.UPLOADING | _H.SUBMITTING | _H.QUEUED | _H.STORING | _H.REUSED:
            return ""
        case _H.PAUSED:
            return f"{_pausing(event)} {event.facts['seconds']} s: {text}\n"
        case _H.LOOKING:
            seconds = event.facts["seconds"]
            longest = f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
            return f"for up to {longest}, {text}\n"
        case _H.STOPPING:
            return f"{visible(_stopping(event))}\n"
        case _H.FINISHED:
            return ""
        case _H.WARNING:
            return f"{visible(event.clip)}: warning: {text}\n"
    where = event.facts.get("file") or event.facts.get("id") or ""
    said = f": {text}" if text else f"  {visible(str(where))}" if where else ""
    return f"{visible(event.clip)}  {WORDS[event.what]}{said}\n"


class Log(Struct):
    """Events as lines; a pause that goes on and on is said once."""

    _paused: str = ""

    def line(self, event: Event) -> str:
        """The line of an event, empty where there is nothing new to say."""
        if event.what is _H.PAUSED:
            text = f"{_pausing(event)}: {event.facts.get('text', '')}"
            if text == self._paused:
                return ""
            self._paused = text
        elif event.what in (_H.SUBMITTED, _H.STOPPING):
            self._paused = ""
        return plain_line(event)


class Board(Struct):
    """What every clip is at, folded from the events; ``draw`` shows it.

    ``requests`` are the plan's: their seconds and estimated costs make the sums.
    """

    clips: int
    clock: Callable[[], float]
    requests: Sequence[PlannedRequest] = ()
    now: dict[str, tuple[Event, float]] = field(default_factory=dict)
    said: str = ""
    is_stopping: bool = False

    def hear(self, event: Event) -> None:
        """Take an event in."""
        text = str(event.facts.get("text", ""))
        if event.what is _H.STOPPING:
            self.said, self.is_stopping = _stopping(event), "host" not in event.facts
        elif event.what is _H.PAUSED and not self.is_stopping:
            self.said = f"{_pausing(event)}: {text}"
        elif event.what is _H.LOOKING and not self.is_stopping:
            self.said = text
        elif event.what in (_H.SUBMITTED, _H.ADOPTED, _H.RELEASED) and not self.is_stopping:
            self.said = ""
        if event.what is _H.WARNING and not self.is_stopping:
            self.said = f"{event.clip}: {text}"
        if not event.clip or event.what is _H.WARNING:
            return
        before = self.now.get(event.clip)
        since = before[1] if before and before[0].what is event.what else event.at
        self.now[event.clip] = (event, since)

    def draw(self, width: int, height: int = MAX_ROWS, *, color: bool) -> list[str]:
        """The lines of the view: the clips under way, then counts, sums and what is to be said.

        They are ``MAX_ROWS`` at most, and no more than ``height``.
        """
        active = [one for one in self.now.values() if one[0].what in _ACTIVE]
        active.sort(key=lambda one: (_ACTIVE.index(one[0].what), one[1]))
        tail = self._tail(width)[: min(MAX_ROWS, height)]
        room = min(MAX_ROWS, height) - len(tail)
        shown = active if len(active) <= room else active[: max(room - 1, 0)]
        names = [columns(visible(event.clip)) for event, _ in shown]
        stated = [columns(_state(event)) for event, _ in shown]
        is_narrow = width < _NAME + _STATE + _REST
        state = min(_STATE, max(stated, default=0)) if is_narrow else _STATE
        longest = max(names, default=0)
        wide = min(max(longest, _NAME), max(width - state - _REST, 8))
        # What a clip is at gives way before its name does.
        wide = max(wide, min(longest, width - _MIN_COLUMNS - _REST))
        rows = [self._row(event, since, width, wide, color=color) for event, since in shown]
        if len(shown) < len(active) and room:
            rows.append(f"  … and {len(active) - len(shown)} more")
        return [*rows, *tail]

    def _tail(self, width: int) -> list[str]:
        """What stands below the clips: counts, sums, and what is to be said."""
        counts: dict[Happening, int] = {}
        for event, _ in self.now.values():
            counts[event.what] = counts.get(event.what, 0) + 1
        done = sum(counts.get(what, 0) for what in GOOD)
        parts = [f"{done} of {self.clips} clips"]
        parts += [
            f"{counts[what]} {WORDS[what]}"
            for what in (_H.WAITING, _H.FAILED, _H.BLOCKED, _H.UNCERTAIN, _H.UNPAID)
            if counts.get(what)
        ]
        said = [" · ".join(parts), " · ".join(self._sums()), visible(self.said)]
        return [clip(line, width) for one in said if one for line in wrapped(one, width, indent=2)]

    def _sums(self) -> list[str]:
        """Seconds rendered of all, and what is spent, at risk and left of the estimate."""
        if not self.requests:
            return []
        made = whole = 0
        money: dict[str, list[Money]] = {}
        for request in self.requests:
            at = self.now.get(request.id)
            what = at[0].what if at is not None else None
            whole += request.seconds
            made += request.seconds if what in GOOD else 0
            cost, is_sent = request.money, what in _SENT or request.action is Action.WAIT
            is_due = request.action in DUE and what not in (_H.REUSED, _H.FETCHED)
            if cost is None or not is_due:
                continue
            kind = "spent" if what is _H.STORED else "at risk" if is_sent else "left"
            if what is _H.STORED and at is not None:
                cost = _charge(at[0]) or cost
            money.setdefault(kind, []).append(cost)
        sums = (f"{one} {kind}" for kind in _SUMS for one in total_by_currency(money.get(kind, ())))
        return [f"{made} of {whole} s", *sums]

    def _row(self, event: Event, since: float, width: int, wide: int, *, color: bool) -> str:
        age = max(0, int(self.clock() - since))
        name, room = clip(visible(event.clip), wide), min(_STATE, width - wide - _REST)
        line = f"  {name}{' ' * max(0, wide - columns(name))}  "
        if room < _MIN_COLUMNS:  # what a clip is at says more than how long it is at it
            line += _state(event)
        else:
            line += f"{clip(_state(event), room):<{room}}{age:>5} s"
        line = clip(line, width)
        code = COLORS.get(event.what)
        return f"\x1b[{code}m{line}\x1b[0m" if color and code else line


def _charge(event: Event) -> Money | None:
    """What was charged for a clip, where an event says it."""
    charged = event.facts.get("charged")
    return charged and Money(Decimal(charged["amount"]), charged["currency"])


def _state(event: Event) -> str:
    """What a clip is at, with its place in the queue."""
    position = event.facts.get("position")
    if event.what is _H.QUEUED and position is not None:
        return visible(f"{WORDS[event.what]} ({position} before it)")
    return WORDS[event.what]


class LiveView(Struct):
    """Draws the board anew in place, on a terminal. ``size`` gives its columns and lines."""

    board: Board
    write: Callable[[str], None]
    size: Callable[[], tuple[int, int]]
    color: bool
    _drawn: list[str] = field(default_factory=list)
    _left: list[str] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        """Take an event in; a clip that has come to its end leaves a line above the view."""
        self.board.hear(event)
        if event.what in _ENDS:
            line = plain_line(event).rstrip("\n")
            code = COLORS.get(event.what)
            self._left.append(f"\x1b[{code}m{line}\x1b[0m" if self.color and code else line)

    def refresh(self) -> None:
        """Draw the board over what was drawn before, where anything on it has changed."""
        width, height = self.size()
        # The line that the cursor is left on is a line too.
        lines = self.board.draw(width - 1, height - 1, color=self.color)
        if lines == self._drawn and not self._left:
            return
        shown = "".join(f"{line}\x1b[K\n" for line in (*self._left, *lines))
        self.write(f"{self._up()}{shown}\x1b[J")
        self._drawn, self._left = lines, []

    def clear(self) -> None:
        """Take the view away, for what is to be printed next; the lines of clips stay."""
        if self._drawn or self._left:
            left = "".join(f"{line}\x1b[K\n" for line in self._left)
            self.write(f"{self._up()}{left}\x1b[J")
            self._drawn, self._left = [], []

    def _up(self) -> str:
        return f"\x1b[{len(self._drawn)}F" if self._drawn else ""
