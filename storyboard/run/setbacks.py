"""What becomes of clips that do not come, and of the run: said, written down, and acted upon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storyboard.ledger import SqliteLedger
from storyboard.run.assets import AssetError
from storyboard.run.carrying import DoubtError, EndedError, NotTakenError, StrandedError
from storyboard.run.events import Happening
from storyboard.run.hosts.errors import HostError, Kind, Problem
from storyboard.run.hosts.opening import VARIABLES
from storyboard.run.minutes import Minutes
from storyboard.run.pacing import Pace
from storyboard.run.plans import Wanted
from storyboard.run.scheduling import Schedule
from storyboard.units import Money


@dataclass(slots=True, kw_only=True)
class Setbacks:
    """The setbacks of one run on a host. ``stopped`` says why it sends nothing more, else empty."""

    host: str
    schedule: Schedule
    minutes: Minutes
    ledger: SqliteLedger
    pace: Pace
    stopped: str = ""

    def stop(self, why: str) -> None:
        """Send nothing more; the first reason is the one that is told."""
        if not self.stopped:
            self.stopped = why
            self.minutes.say(Happening.STOPPING, text=why)
        self.schedule.stop()

    def take(self, clips: Sequence[Wanted], error: Exception) -> bool:
        """Take in an error that concerns clips, all of one order; False where it does not."""
        match error:
            case NotTakenError():
                self._not_taken(clips, error.problem)
            case DoubtError():
                for clip in clips:
                    self.hold(clip)
            case EndedError():
                for clip in clips:
                    self._end(clip, error.problem)
            case StrandedError():
                for clip in clips:
                    self._lose(clip, Happening.STRANDED, str(error), at_risk=True)
            case AssetError() | HostError():
                for clip in clips:
                    self._lose(clip, Happening.FAILED, str(error))
                if isinstance(error, HostError):
                    self._check_account(error.problem)
            case _:
                return False
        return True

    def hold(self, clip: Wanted) -> None:
        """A clip's order may have been taken, and nobody is sure."""
        intent = self.ledger.get(clip.digest)
        self.schedule.hold(clip.digest)
        text = intent.problem if intent is not None else ""
        self.minutes.put(clip, Happening.UNCERTAIN, intent, text=text)

    def let_go(self, clips: Sequence[Wanted]) -> None:
        """Clips that are under way are for the next run to follow."""
        for clip in clips:
            self.schedule.lost(clip.digest, at_risk=True)

    def withdraw(self, clips: Sequence[Wanted]) -> None:
        """Clips of a run that was stopped are not sent after all."""
        for clip in clips:
            self.schedule.lost(clip.digest)
            self.minutes.put(clip, Happening.WAITING, self.ledger.get(clip.digest))

    def put_unpaid(self, clips: Mapping[str, Wanted], limit: Money | None) -> None:
        """Say of what the schedule does not send for its price that it is so."""
        for digest in self.schedule.unpaid:
            clip = clips[digest]
            text = f"it would go above the limit of {limit}"
            if clip.order.estimate is None:
                text = f"nobody knows its price, and no more than {limit} may be spent"
            self.minutes.put(clip, Happening.UNPAID, self.ledger.get(digest), text=text)
        self.schedule.unpaid.clear()

    def _lose(self, clip: Wanted, what: Happening, text: str, *, at_risk: bool = False) -> None:
        blocked = self.schedule.lost(clip.digest, at_risk=at_risk)
        self.minutes.put(clip, what, self.ledger.get(clip.digest), text=text)
        self.minutes.put_blocked(blocked, clip)

    def _end(self, clip: Wanted, problem: Problem) -> None:
        """A clip will not come, and the ledger says so."""
        intent = self.ledger.get(clip.digest)
        # Where nothing is said of it, what failed or was cancelled may have to be paid.
        is_owed = intent is None or intent.billed is not False
        blocked = self.schedule.lost(clip.digest, at_risk=is_owed)
        self.minutes.put_failure(clip, intent, problem)
        self.minutes.put_blocked(blocked, clip)
        self._check_account(problem)

    def _not_taken(self, clips: Sequence[Wanted], problem: Problem) -> None:
        """An order was refused before it was looked at: the same run may try again."""
        self._check_account(problem)
        wait = self.pace.refused(problem)
        if why := self.pace.why_stop(problem):
            self.stop(why)
        if self.schedule.is_stopped:
            for clip in clips:
                self._lose(clip, Happening.WAITING, problem.text)
            return
        for clip in reversed(clips):
            self.schedule.again(clip.digest)
            intent = self.ledger.get(clip.digest)
            self.minutes.put(clip, Happening.WAITING, intent, text=problem.text)
        self.minutes.say(Happening.PAUSED, seconds=round(wait, 1), text=problem.text)

    def _check_account(self, problem: Problem) -> None:
        if problem.kind is Kind.EXHAUSTED:
            self.stop("the account has no money left: top it up and run again")
        elif problem.kind is Kind.BAD_KEY:
            self.stop(
                f"the host does not take the key ({problem.text}): put the right one into "
                f"{VARIABLES.get(self.host, 'its variable')}, or give another --key-file"
            )
