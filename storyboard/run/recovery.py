"""Sorts the clips of a plan by what earlier runs have left: here, submitted, or to be sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from storyboard.hosts.errors import FailureKind, Problem
from storyboard.hosts.protocol import Host
from storyboard.ledger import Intent, Ledger, Lock, PaidOrder, State
from storyboard.ledger.history import FINAL_FAILURES, film_payments, is_given_up
from storyboard.ledger.intent import spent
from storyboard.ledger.states import STEPS, UNDER_WAY
from storyboard.ledger.store import Store
from storyboard.ledger.stored_files import StoredFiles
from storyboard.plan.clips import PlannedClip
from storyboard.run.events import Happening
from storyboard.run.progress import RunProgress
from storyboard.run.report import RunOptions
from storyboard.run.scheduler import Phase, Schedule, ScheduledClip
from storyboard.targets.model import Target
from storyboard.values.canonical import digest
from storyboard.values.sums import total_in


class Recovery(Struct, frozen=True, kw_only=True):
    """Reads ledger, lock and takes at the start of a run.

    ``hosts`` are those of the clips, by their names, and ``targets`` theirs, by their ids.
    """

    run: str
    clips: Sequence[PlannedClip]
    hosts: Mapping[str, Host]
    targets: Mapping[str, Target]
    ledger: Ledger
    store: Store
    options: RunOptions
    progress: RunProgress

    def schedule(self, files: StoredFiles) -> Schedule:
        """The schedule of what is left to do; each clip's state is put into the progress.

        ``files`` are what the store holds of takes and clips.
        """
        intents = {intent.digest: intent for intent in self.ledger.intents()}
        lock = self.store.read_lock()
        locked = lock.finished()
        if files.unknown:
            self.ledger.keep_take_files(files.unknown)
        done, lost, jobs = [], [], []
        for clip in self.clips:
            paid = locked.get(clip.digest)
            if paid is not None and paid.host != clip.order.host:
                text = f'the lock says that it was paid to "{paid.host}": mend its line'
                self.progress.put(clip, Happening.FAILED, intents.get(clip.digest), text=text)
                lost.append(clip.digest)
                continue
            intent = self._known(clip, intents.get(clip.digest), paid, lock, files)
            take = self._take_here(intent, paid, files)
            if clip.is_kept and take is None and (intent is None or intent.state not in UNDER_WAY):
                text = "it is in neither ledger nor lock any more: plan again"
                self.progress.put(clip, Happening.FAILED, intent, text=text)
                lost.append(clip.digest)
                continue
            if take is not None:
                if not clip.is_kept and not all(
                    self.store.is_published(files, name, take) for name in clip.names
                ):
                    self.progress.publish(clip, take)
                self.progress.put(clip, Happening.REUSED, intent)
                done.append(clip.digest)
            elif (
                intent is not None
                and intent.state is State.FAILED
                and intent.failure in FINAL_FAILURES
            ):
                problem = Problem(kind=FailureKind(intent.failure), text=intent.problem)
                self.progress.put_failure(clip, intent, problem, again=True)
                lost.append(clip.digest)
            else:
                if intent is not None and intent.state is State.SUCCEEDED:
                    self.progress.fetches.add(clip.digest)
                jobs.append(self._job(clip, intent))
        begun = spent(intents.values(), self.run)
        schedule = Schedule.of(
            jobs,
            places=self.options.jobs,
            most_takes=min(
                (one.takes.max for one in self.targets.values() if one.takes), default=1
            ),
            done=done,
            lost=lost,
            limit=self._limit(intents.values(), lock, begun),
            spent=begun,
        )
        self._put_blocked(schedule)
        for intent in intents.values():
            is_placed = intent.clip in lock.segments or not intent.segments
            is_told = intent.digest in lock.sent or not intent.order.payload
            if intent.digest not in locked or not (is_placed and is_told):
                self.progress.lock_later(intent)
        return schedule

    def _limit(self, intents: Collection[Intent], lock: Lock, begun: Decimal) -> Decimal | None:
        """The most that may be spent, counted from ``begun``: what both limits leave.

        Where an earlier cost of the film is not known, a budget leaves nothing.
        """
        limit, budget = self.options.limit, self.options.budget
        limits = [limit.amount] if limit is not None else []
        if budget is not None:
            film = self.clips[0].order.film if self.clips else ""
            before = film_payments(intents, lock, film)
            whole = total_in((*before.paid, *before.under_way), budget.currency)
            left = budget.amount - whole.known if not whole.unknown else Decimal(0)
            limits.append(begun + left)
        return min(limits, default=None)

    def _put_blocked(self, schedule: Schedule) -> None:
        """Report blocked clips with the clip that they wait for, in the order of the film."""
        missing: dict[str, PlannedClip] = {}
        for clip in self.clips:
            phase = schedule.phases[clip.digest]
            if phase is Phase.LOST:
                missing[clip.digest] = clip
            elif phase is Phase.BLOCKED:
                because = next(missing[one.clip] for one in clip.needs if one.clip in missing)
                missing[clip.digest] = because
                self.progress.put_blocked([clip.digest], because)

    def _known(
        self,
        clip: PlannedClip,
        intent: Intent | None,
        locked: PaidOrder | None,
        lock: Lock,
        files: StoredFiles,
    ) -> Intent | None:
        """The intent of a clip; one for a take of the lock that is not on this disk is written."""
        if intent is not None and intent.state is State.STORED and not files.has(intent.clip):
            return self.ledger.step(clip.digest, State.SUCCEEDED)
        if intent is not None and intent.state is State.LOST:
            found = next((one for one in _clips_of(intent, locked) if files.has(one)), None)
            if found is not None:
                self.ledger.step(clip.digest, State.SUCCEEDED, problem="", failure="")
                return self.ledger.step(clip.digest, State.STORED, clip=found)
        if locked is None or files.has(locked.clip):
            return intent
        if is_given_up(intent, locked):
            return intent  # only a plan that offers it has it rendered anew
        if intent is not None and State.SUBMITTING not in STEPS[intent.state]:
            return intent
        # Paid elsewhere: whatever became of it here, it is fetched and not sent.
        receipt = self.hosts[locked.host].receipt(locked.endpoint, locked.request_id)
        order, segments = clip.order, lock.segments.get(locked.clip or "")
        told = lock.sent.get(clip.digest)
        if clip.is_kept and told is not None:
            order = told.order()
        elif segments:
            # The film may keep only some of its shots.
            order = replace(order, shots=tuple(segment.content for segment in segments))
        return self.ledger.adopt(order, self.run, receipt, locked.charge, locked.clip)

    def _take_here(
        self, intent: Intent | None, locked: PaidOrder | None, files: StoredFiles
    ) -> str | None:
        for take in _clips_of(intent, locked):
            is_sure = intent is None or intent.state is State.STORED or locked is not None
            if is_sure and files.has(take):
                return take
        return None

    def _job(self, clip: PlannedClip, intent: Intent | None) -> ScheduledClip:
        is_sent = intent is not None and intent.state in UNDER_WAY
        is_held = intent is not None and intent.state is State.UNCERTAIN
        if is_held:
            problem = intent.problem if intent else ""
            self.progress.put(clip, Happening.UNCERTAIN, intent, text=problem)
        elif not is_sent:
            self.progress.put(clip, Happening.WAITING, intent)
        estimate = clip.order.estimate
        order = {"endpoint": clip.order.endpoint, "payload": clip.order.payload}
        return ScheduledClip(
            digest=clip.digest,
            target=clip.target,
            group=digest(order) if self.targets[clip.target].takes is not None else "",
            needs=tuple(needed.clip for needed in clip.needs),
            cost=estimate.amount if estimate else None,
            is_sent=is_sent,
            is_held=is_held,
        )


def _clips_of(intent: Intent | None, locked: PaidOrder | None) -> tuple[str, ...]:
    """The takes of a request, as ledger and lock know them."""
    known = (intent.clip if intent else None, locked.clip if locked else None)
    return tuple(take for take in known if take is not None)
