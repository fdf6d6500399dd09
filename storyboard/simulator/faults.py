"""Faults on demand: what can go wrong, how it is asked for, and when it happens.

A fault is written ``[POINT:]NAME[=ARGUMENT][*COUNT | @SHARE]``: ``lost``, ``429=3``,
``status:503*2``, ``download:slow=1``, ``lost@0.05``. ``*`` alone means every time.

One list of faults stays in force while the server runs (its options), one is armed for the next
requests (``POST /simulator/faults``), and one comes with a request (``X-Simulate``, divided by
commas). A fault that comes with a submit and belongs to a later point, as ``truncated`` does,
waits on the job for that point.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from storyboard.diagnostics.spelling import nearest

HEADER = "x-simulate"

POINTS = ("submit", "status", "result", "download", "upload", "events", "cancel", "history")

_HISTORY = ("history",)


class FaultKind(Struct, frozen=True):
    """One way to go wrong: where it happens unless told otherwise, where else it may, and what."""

    default: str
    points: tuple[str, ...]
    does: str


FAULTS: Mapping[str, FaultKind] = {
    "refused": FaultKind(
        "submit", POINTS, "the connection is reset before the request is looked at"
    ),
    "offline": FaultKind("submit", POINTS, "as refused, and nobody listens for =SECONDS (1)"),
    "lost": FaultKind("submit", POINTS, "the work is done, the connection dies without an answer"),
    "html": FaultKind(
        "download", POINTS, "the work is done, the answer is 200 with a page of HTML"
    ),
    "slow": FaultKind("submit", POINTS, "the answer comes =SECONDS (2) late"),
    "429": FaultKind("submit", POINTS, "refused, with Retry-After: =SECONDS (1)"),
    "500": FaultKind("submit", POINTS, "internal error; =accepted does the work first"),
    "502": FaultKind("submit", POINTS, "bad gateway; =accepted does the work first"),
    "503": FaultKind("submit", POINTS, "unavailable; =accepted does the work first"),
    "504": FaultKind("result", POINTS, "gateway timeout; =accepted does the work first"),
    "exhausted": FaultKind(
        "submit", ("submit", "upload"), "no money left; =late says so in the job"
    ),
    "stuck": FaultKind("submit", ("submit",), "the job never leaves the queue"),
    "unstarted": FaultKind(
        "submit", ("submit",), "the job does not start in its time, and ends for nothing"
    ),
    "422": FaultKind("submit", ("submit",), "the job ends as a bad request; =TEXT"),
    "content-policy": FaultKind("submit", ("submit",), "the job ends at the content checker"),
    "failed": FaultKind("submit", ("submit",), "the job breaks while it is made; =TEXT"),
    "truncated": FaultKind(
        "download", ("download",), "half the bytes, then none; =quiet ends cleanly"
    ),
    "expired": FaultKind("download", ("download",), "the link is no longer valid: 403"),
    "sse-drops": FaultKind(
        "events", ("events",), "the stream of events dies after =COUNT events (0)"
    ),
    "late": FaultKind("history", _HISTORY, "the history is =SECONDS (60) late"),
    "finished": FaultKind(
        "history", _HISTORY, "the history has finished orders only, the last end first"
    ),
    "restated": FaultKind(
        "history", _HISTORY, "bodies in another form: numbers, fewer fields, prompts cut short"
    ),
    "bare": FaultKind("history", _HISTORY, "rows without bodies and prompts"),
    "zoneless": FaultKind("history", _HISTORY, "times without a zone"),
    "paged": FaultKind("history", _HISTORY, "pages of =COUNT rows (1)"),
    "strangers": FaultKind("history", _HISTORY, "=COUNT rows (1) of other people beside each row"),
    "twins": FaultKind("history", _HISTORY, "each row twice, under two ids"),
}

_JOB_FAULTS = ("stuck", "unstarted", "422", "content-policy", "failed")
_NUMBERS = ("offline", "slow", "429", "sse-drops", "late", "paged", "strangers")
_WORDS = {
    "500": "accepted",
    "502": "accepted",
    "503": "accepted",
    "504": "accepted",
    "exhausted": "late",
    "truncated": "quiet",
}

_SPEC = re.compile(
    r"(?:(?P<point>[a-z]+):)?(?P<name>[a-z0-9-]+)(?:=(?P<argument>[^*@]*))?"
    r"(?:\*(?P<count>[0-9]*)|@(?P<share>[0-9.]+))?"
)


class FaultError(ValueError):
    """A fault that cannot be read; its text says what was expected."""


class Fault(Struct, frozen=True):
    """Something that goes wrong now, at one point of the protocol."""

    name: str
    point: str
    argument: str = ""

    def number(self, default: float) -> float:
        """The argument as a number, or ``default`` where none was written."""
        return float(self.argument) if self.argument else default

    @property
    def is_after(self) -> bool:
        """Whether the work is done before it goes wrong."""
        return self.name in ("lost", "html") or self.argument == "accepted"

    @property
    def is_of_job(self) -> bool:
        """Whether it changes what becomes of the job and not the answer at hand."""
        return self.name in _JOB_FAULTS or self.argument == "late"


class Armed(Struct):
    """A fault that waits: for how many more times (None: every time), or with which share."""

    fault: Fault
    left: int | None = 1
    share: float | None = None

    def fires(self, point: str, chance: random.Random) -> bool:
        """Whether it happens at ``point`` now; counts down where it does."""
        if self.fault.point != point or self.left == 0:
            return False
        if self.share is not None:
            return chance.random() < self.share
        if self.left is not None:
            self.left -= 1
        return True


def parse_fault(text: str, count: int | None = 1) -> Armed:
    """Read one fault; ``count`` is how often it happens where the text does not say.

    Raises ``FaultError`` for an unknown name or point, or an argument that does not fit.
    """
    match = _SPEC.fullmatch(text.strip())
    if match is None:
        raise FaultError(f'"{text}" is not a fault: write [POINT:]NAME[=ARGUMENT][*COUNT|@SHARE]')
    name, argument = match["name"], match["argument"] or ""
    kind = FAULTS.get(name)
    if kind is None:
        close = nearest(name, FAULTS)
        hint = f'did you mean "{close}"' if close else f"known are {', '.join(FAULTS)}"
        raise FaultError(f'no fault is called "{name}": {hint}')
    point = match["point"] or kind.default
    if point not in kind.points:
        raise FaultError(f'"{name}" does not happen at "{point}": write {" or ".join(kind.points)}')
    _check_argument(name, argument)
    armed = Armed(fault=Fault(name, point, argument), left=count)
    if match["count"] is not None:
        armed.left = int(match["count"]) if match["count"] else None
    if match["share"]:
        try:
            armed.share = float(match["share"])
        except ValueError:
            raise FaultError(f'"{match["share"]}" is no share: write one from 0 to 1') from None
        if armed.share > 1:
            raise FaultError(f'"{match["share"]}" is no share: write one from 0 to 1')
    return armed


def _check_argument(name: str, argument: str) -> None:
    if not argument:
        return
    if name in _NUMBERS:
        try:
            fits = 0 <= float(argument) < float("inf")
        except ValueError:
            fits = False
        if not fits:
            raise FaultError(f'"{name}={argument}" has no number: write one, as in {name}=2')
    elif name in _WORDS and argument != _WORDS[name]:
        raise FaultError(f'"{name}={argument}" is unknown: write {name} or {name}={_WORDS[name]}')
    elif name not in (*_NUMBERS, *_WORDS, "422", "failed"):
        raise FaultError(f'"{name}" takes no argument, found "{argument}"')


def parse_faults(text: str) -> tuple[Armed, ...]:
    """Read a list divided by commas, as it stands in ``X-Simulate``."""
    return tuple(parse_fault(part) for part in text.split(",") if part.strip())


class FaultBoard(Struct):
    """All faults that are in force or armed, and the chance that decides about shares."""

    lasting: tuple[str, ...] = ()
    seed: int = 0
    armed: list[Armed] = field(default_factory=list)
    fired: dict[str, int] = field(default_factory=dict)
    _lasting: tuple[Armed, ...] = ()
    _chance: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was armed and start the chance and the counts anew."""
        self.armed.clear()
        self.fired.clear()
        self._lasting = tuple(parse_fault(spec, count=None) for spec in self.lasting)
        self._chance = random.Random(self.seed)  # noqa: S311 - repeatable, nothing secret

    def arm(self, spec: str) -> None:
        """Let a fault happen at the next request that reaches its point."""
        self.armed.append(parse_fault(spec))

    def draw(self, point: str, *lists: Iterable[Armed]) -> tuple[Fault, ...]:
        """What goes wrong at ``point`` now: of the given lists, of the armed, of the lasting."""
        chance = self._chance
        found = [
            waiting.fault
            for waitings in (*lists, self.armed, self._lasting)
            for waiting in waitings
            if waiting.fires(point, chance)
        ]
        if found:
            self.armed = [waiting for waiting in self.armed if waiting.left != 0]
            for fault in found:
                name = f"{fault.point}:{fault.name}"
                self.fired[name] = self.fired.get(name, 0) + 1
        return tuple(found)
