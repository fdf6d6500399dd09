"""Which clip is sent next: a pure state machine without clock and input or output.

A clip waits for the clips that it is sent, or whose last frame it opens on. At most ``places``
clips of a target are under way.
What is under way or uncertain counts as spent, and a clip that would exceed the limit is not sent.
Takes of one request that are ready next to each other share an order. A failure blocks the clips
that depend on it, and no others.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace


class Phase(StrEnum):
    """The state of a clip in the schedule."""

    WAITING = "waiting"
    BUSY = "busy"
    HELD = "held"
    DONE = "done"
    LOST = "lost"
    BLOCKED = "blocked"


class ScheduledClip(Struct, frozen=True, kw_only=True):
    """A clip to be scheduled.

    ``needs`` are the digests of the clips that must be done before. ``cost`` is its price, None
    where that is not known. ``target`` is the id of what renders it. Clips of one ``group`` may
    share an order; an empty group shares none. ``is_sent`` marks a clip submitted by an earlier
    run: it takes a place and costs nothing more. ``is_held`` marks an uncertain one, whose price
    counts as spent.
    """

    digest: str
    target: str = ""
    group: str = ""
    needs: tuple[str, ...] = ()
    cost: Decimal | None = None
    is_sent: bool = False
    is_held: bool = False


class Schedule(Struct):
    """The clips of a run. ``places`` are how many of a target may be under way at once.

    ``limit`` is the most that may be spent, None for no limit; ``spent`` is what is spent or at
    risk at the start. ``most_takes`` may go in one order.
    """

    places: int
    most_takes: int = 1
    limit: Decimal | None = None
    spent: Decimal = Decimal(0)
    phases: dict[str, Phase] = field(default_factory=dict)
    unpaid: list[str] = field(default_factory=list)
    _jobs: dict[str, ScheduledClip] = field(default_factory=dict)
    _ready: dict[str, deque[ScheduledClip]] = field(default_factory=dict)
    """What may begin, by its target."""
    _busy: Counter[str] = field(default_factory=Counter)
    """How many clips are under way, by their target."""
    _missing: dict[str, int] = field(default_factory=dict)
    _dependents: dict[str, list[str]] = field(default_factory=dict)
    _held: dict[str, None] = field(default_factory=dict)
    _stopped: set[str] = field(default_factory=set)
    """The targets to which no new orders go."""
    _all_stopped: bool = False

    @classmethod
    def of(
        cls,
        jobs: Iterable[ScheduledClip],
        *,
        places: int,
        most_takes: int = 1,
        done: Iterable[str] = (),
        lost: Iterable[str] = (),
        limit: Decimal | None = None,
        spent: Decimal = Decimal(0),
    ) -> Schedule:
        """A schedule of jobs in the order of the film; ``done`` and ``lost`` are already so."""
        schedule = cls(places=places, most_takes=most_takes, limit=limit, spent=spent)
        for digest in done:
            schedule.phases[digest] = Phase.DONE
        for digest in lost:
            schedule.phases[digest] = Phase.LOST
        listed = list(jobs)
        for job in sorted(listed, key=lambda job: not job.is_sent):
            schedule._add(job)
        for digest in list(schedule.phases):
            if schedule.phases[digest] in (Phase.LOST, Phase.BLOCKED):
                schedule._block(digest)
        return schedule

    def _add(self, job: ScheduledClip) -> None:
        self._jobs[job.digest] = job
        self.phases[job.digest] = Phase.WAITING
        # What is under way has had its frame already.
        needs = () if job.is_sent or job.is_held else tuple(dict.fromkeys(job.needs))
        open_needs = [need for need in needs if self.phases.get(need) is not Phase.DONE]
        for need in open_needs:
            self._dependents.setdefault(need, []).append(job.digest)
        self._missing[job.digest] = len(open_needs)
        if job.is_held:
            self.phases[job.digest] = Phase.HELD
            self._held[job.digest] = None
        elif not open_needs:
            self._queue(job).append(job)

    def _queue(self, job: ScheduledClip) -> deque[ScheduledClip]:
        return self._ready.setdefault(job.target, deque())

    def next(self, resting: Collection[str] = ()) -> tuple[ScheduledClip, ...]:
        """The clips of the next order, or one submitted clip to follow; empty if none may begin.

        The clips count as under way from then on. No order goes to the targets of ``resting``.
        """
        for target, queue in self._ready.items():
            if begun := self._next_of(target, queue, may_send=target not in resting):
                return begun
        return ()

    def _next_of(
        self, target: str, queue: deque[ScheduledClip], *, may_send: bool
    ) -> tuple[ScheduledClip, ...]:
        """The clips of the next order to a target, empty if none may begin."""
        while queue and self._busy[target] < self.places:
            if not (may_send or queue[0].is_sent):
                return ()
            job = queue.popleft()
            if self.is_stopped(target) and not job.is_sent:
                continue
            if self.phases[job.digest] is not Phase.WAITING:
                continue
            if not job.is_sent and not self._can_pay(job):
                self.phases[job.digest] = Phase.LOST
                self.unpaid.append(job.digest)
                self._block(job.digest)
                continue
            return (self._begin(job), *self._mates(job))
        return ()

    def _mates(self, job: ScheduledClip) -> Iterator[ScheduledClip]:
        """The takes that share the order of a clip that has just begun."""
        if not job.group or job.is_sent:
            return
        queue = self._queue(job)
        for _ in range(self.most_takes - 1):
            mate = queue[0] if queue else None
            if (
                mate is None
                or mate.group != job.group
                or mate.is_sent
                or self.phases[mate.digest] is not Phase.WAITING
                or self._busy[job.target] >= self.places
                or not self._can_pay(mate)
            ):
                return
            yield self._begin(queue.popleft())

    def _begin(self, job: ScheduledClip) -> ScheduledClip:
        if not job.is_sent:
            self.spent += job.cost or 0
        self.phases[job.digest] = Phase.BUSY
        self._busy[job.target] += 1
        return job

    def _can_pay(self, job: ScheduledClip) -> bool:
        if self.limit is None:
            return True
        return job.cost is not None and self.spent + job.cost <= self.limit

    def again(self, digest: str) -> None:
        """Put a clip whose order was refused at the front; its price no longer counts."""
        self._free(digest)
        self.phases[digest] = Phase.WAITING
        self._queue(self._jobs[digest]).appendleft(self._jobs[digest])

    def hold(self, digest: str) -> None:
        """Set a clip aside as uncertain: its place is free, its price still counts as spent."""
        self._leave(digest)
        self.phases[digest] = Phase.HELD
        self._held[digest] = None

    def resume(self, digest: str, *, is_sent: bool) -> None:
        """Schedule a held clip whose state is known now: to be followed, or to be sent."""
        job = self._jobs[digest]
        if not is_sent:
            self.spent -= job.cost or 0
        self._jobs[digest] = replace(job, is_sent=is_sent, is_held=False)
        del self._held[digest]
        self.phases[digest] = Phase.WAITING
        self._queue(job).appendleft(self._jobs[digest])

    def give_up(self, digest: str) -> tuple[str, ...]:
        """Leave a held clip out of this run; returns the digests that it blocks."""
        del self._held[digest]
        self.phases[digest] = Phase.LOST
        return self._block(digest)

    def done(self, digest: str, charged: Decimal | None = None) -> None:
        """A clip is stored; ``charged`` replaces its price in the sum spent."""
        job = self._jobs[digest]
        self._leave(digest)
        if charged is not None and not job.is_sent:
            self.spent += charged - (job.cost or 0)
        self.phases[digest] = Phase.DONE
        for dependent in self._dependents.pop(digest, ()):
            self._missing[dependent] -= 1
            if not self._missing[dependent] and self.phases[dependent] is Phase.WAITING:
                self._queue(self._jobs[dependent]).append(self._jobs[dependent])

    def lost(self, digest: str, *, at_risk: bool = False) -> tuple[str, ...]:
        """A clip will not come in this run; returns the digests that it blocks.

        With ``at_risk`` its price still counts as spent, as it may be owed.
        """
        if at_risk:
            self._leave(digest)
        else:
            self._free(digest)
        self.phases[digest] = Phase.LOST
        return self._block(digest)

    def _free(self, digest: str) -> None:
        self._leave(digest)
        job = self._jobs[digest]
        if not job.is_sent:
            self.spent -= job.cost or 0

    def _leave(self, digest: str) -> None:
        self._busy[self._jobs[digest].target] -= 1

    @property
    def busy(self) -> int:
        """How many clips are under way."""
        return self._busy.total()

    def _block(self, digest: str) -> tuple[str, ...]:
        blocked: list[str] = []
        stack = list(self._dependents.pop(digest, ()))
        while stack:
            one = stack.pop()
            if self.phases[one] is Phase.WAITING:
                self.phases[one] = Phase.BLOCKED
                blocked.append(one)
                stack += self._dependents.pop(one, ())
        return tuple(blocked)

    def stop(self, targets: Iterable[str] | None = None) -> None:
        """Begin no new orders to targets, None for all; submitted clips are still followed."""
        self._all_stopped = self._all_stopped or targets is None
        self._stopped.update(targets or ())

    def is_stopped(self, target: str) -> bool:
        """Whether no new orders go to a target."""
        return self._all_stopped or target in self._stopped

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way and nothing can begin."""
        if self.busy:
            return False
        return not any(
            self.phases[job.digest] is Phase.WAITING
            and (job.is_sent or not self.is_stopped(job.target))
            for queue in self._ready.values()
            for job in queue
        )

    @property
    def has_held(self) -> bool:
        """Whether any clip is uncertain."""
        return bool(self._held)

    def held(self) -> tuple[str, ...]:
        """The digests of the uncertain clips."""
        return tuple(self._held)
