"""What a failure does to its clips and to the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from storyboard.hosts.errors import FailureKind, HostError, Problem
from storyboard.hosts.registry import find_host
from storyboard.ledger import Ledger
from storyboard.plan.clips import PlannedClip
from storyboard.run.events import INTERRUPTED, Happening
from storyboard.run.order_ends import (
    EndedError,
    NotTakenError,
    StrandedError,
    UncertainError,
)
from storyboard.run.progress import RunProgress
from storyboard.run.rate_limit import RateLimits
from storyboard.run.report import RunOptions
from storyboard.run.scheduler import Schedule
from storyboard.run.uploads import AssetError


class FailurePolicy(Struct, kw_only=True):
    """Applies failures to schedule, ledger and report."""

    schedule: Schedule
    progress: RunProgress
    ledger: Ledger
    rate_limits: RateLimits
    _reasons: dict[str, str] = field(default_factory=dict)
    """Why nothing more is sent, by the host that it is not sent to; empty for all hosts."""

    @property
    def stopped(self) -> str:
        """Why nothing more is sent to a host or to all; empty where it is, or a person wants it."""
        return "; ".join(
            f"{title}: {why}" if (title := self._title(host)) else why
            for host, why in self._reasons.items()
            if why != INTERRUPTED
        )

    def stop(self, why: str, host: str = "") -> None:
        """Send nothing more to a host; to none without one. The first reason is reported."""
        if host not in self._reasons and "" not in self._reasons:
            self._reasons[host] = why
            self._say(Happening.STOPPING, host, text=why)
        is_one_of_several = host and len(self.rate_limits.by_host) > 1
        targets = [name for name, one in self.rate_limits.hosts.items() if one == host]
        self.schedule.stop(targets if is_one_of_several else None)

    def _title(self, host: str) -> str:
        """What a host is called where it is one of several; else empty."""
        found = find_host(host) if len(self.rate_limits.by_host) > 1 else None
        return found.title if found is not None else ""

    def _say(self, what: Happening, host: str, **facts: Any) -> None:
        """Tell what concerns a host, or all; which one is said where there are several."""
        title = self._title(host)
        self.progress.say(what, **facts, **({"host": title} if title else {}))

    def take(self, clips: Sequence[PlannedClip], error: Exception) -> bool:
        """Apply an error to the clips of one order; returns False for an error of another kind."""
        match error:
            case NotTakenError():
                self._not_taken(clips, error.problem)
            case UncertainError():
                for clip in clips:
                    self.hold(clip)
            case EndedError():
                for clip in clips:
                    self._end(clip, error.problem)
            case StrandedError():
                for clip in clips:
                    kind = str(error.kind or "")
                    self._lose(clip, Happening.STRANDED, str(error), at_risk=True, kind=kind)
            case AssetError() | HostError():
                for clip in clips:
                    self._lose(clip, Happening.FAILED, str(error))
                if isinstance(error, HostError):
                    self._check_account(clips[0], error.problem)
            case _:
                return False
        return True

    def hold(self, clip: PlannedClip) -> None:
        """Take a clip out of the schedule until it is known whether its order was taken."""
        intent = self.ledger.get(clip.digest)
        self.schedule.hold(clip.digest)
        text = intent.problem if intent is not None else ""
        self.progress.put(clip, Happening.UNCERTAIN, intent, text=text)

    def let_go(self, clips: Sequence[PlannedClip]) -> None:
        """Leave submitted clips to the next run."""
        for clip in clips:
            self.schedule.lost(clip.digest, at_risk=True)

    def withdraw(self, clips: Sequence[PlannedClip]) -> None:
        """Report clips as waiting: the run was stopped before their order was sent."""
        for clip in clips:
            self.schedule.lost(clip.digest)
            self.progress.put(clip, Happening.WAITING, self.ledger.get(clip.digest))

    def put_unpaid(self, clips: Mapping[str, PlannedClip], options: RunOptions) -> None:
        """Report the clips that the schedule leaves out because of their price."""
        limits = {"limit": options.limit, "film's budget": options.budget}
        limit = " and the ".join(f"{name} of {one}" for name, one in limits.items() if one)
        for digest in self.schedule.unpaid:
            clip = clips[digest]
            text = f"it would go above the {limit}"
            if clip.order.estimate is None:
                text = f"nobody knows its price, and the {limit} must hold"
            self.progress.put(clip, Happening.UNPAID, self.ledger.get(digest), text=text)
        self.schedule.unpaid.clear()

    def _lose(
        self,
        clip: PlannedClip,
        what: Happening,
        text: str,
        *,
        at_risk: bool = False,
        kind: str = "",
    ) -> None:
        blocked = self.schedule.lost(clip.digest, at_risk=at_risk)
        self.progress.put(clip, what, self.ledger.get(clip.digest), text=text, kind=kind)
        self.progress.put_blocked(blocked, clip)

    def _end(self, clip: PlannedClip, problem: Problem) -> None:
        """Report a job that failed or was cancelled, and the clips that it blocks."""
        intent = self.ledger.get(clip.digest)
        # Where nothing is said of it, what failed or was cancelled may have to be paid.
        is_owed = intent is None or intent.billed is not False
        blocked = self.schedule.lost(clip.digest, at_risk=is_owed)
        self.progress.put_failure(clip, intent, problem)
        self.progress.put_blocked(blocked, clip)
        if intent is not None:
            self.progress.lock_later(intent)
        self._check_account(clip, problem)

    def _not_taken(self, clips: Sequence[PlannedClip], problem: Problem) -> None:
        """Schedule again what the host refused before taking it, after a pause."""
        self._check_account(clips[0], problem)
        target, host = clips[0].target, clips[0].order.host
        rate_limit = self.rate_limits.of(target)
        wait = rate_limit.refused(problem)
        if why := rate_limit.why_stop(problem):
            self.stop(why, host)
        if self.schedule.is_stopped(target):
            for clip in clips:
                self._lose(clip, Happening.WAITING, problem.text)
            return
        for clip in reversed(clips):
            self.schedule.again(clip.digest)
            intent = self.ledger.get(clip.digest)
            self.progress.put(clip, Happening.WAITING, intent, text=problem.text)
        self._say(Happening.PAUSED, host, seconds=round(wait, 1), text=problem.text)

    def _check_account(self, clip: PlannedClip, problem: Problem) -> None:
        if problem.kind is FailureKind.EXHAUSTED:
            self.stop("the account has no money left: top it up and run again", clip.order.host)
        elif problem.kind is FailureKind.BAD_KEY:
            host = find_host(clip.order.host)
            variable = host.key_variable if host is not None else "its variable"
            self.stop(
                f"the host does not take the key ({problem.text}): put the right one into "
                f"{variable}, or give another --key-file",
                clip.order.host,
            )
