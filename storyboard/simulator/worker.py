"""Keeps the jobs of all hosts: they wait, are worked on at the host's concurrency, and end.

One timer serves all jobs, so that ten thousand of them need one heap and not ten thousand tasks. A
job that reads files or renders a clip has a task for that work.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import io
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

from msgspec.structs import replace

from storyboard.media.mp4 import read_clip_file
from storyboard.media.pyav import MediaError
from storyboard.simulator.clip_render import ClipRenderer, order_key
from storyboard.simulator.dialect import Dialect
from storyboard.simulator.endpoint import Endpoint
from storyboard.simulator.faults import Armed, Fault
from storyboard.simulator.input_files import ReadOwn, check_inputs
from storyboard.simulator.job import Job, JobState, read_record
from storyboard.simulator.options import SimulatorOptions, StateError
from storyboard.simulator.queue import JobQueue
from storyboard.simulator.rules import Breach
from storyboard.simulator.state_file import StateFile
from storyboard.simulator.test_pictures import ClipLabel

#: A refused body takes this share of the time of a clip.
_REFUSAL_SHARE = 0.1


class Worker:
    """All jobs of a simulator. Belongs to one event loop and is used from that loop alone."""

    def __init__(
        self,
        options: SimulatorOptions,
        renderer: ClipRenderer,
        state_file: StateFile,
        read_own: ReadOwn,
        dialects: Mapping[str, Dialect],
    ) -> None:
        self.jobs: dict[str, Job] = {}
        self.submissions = 0
        self.on_end: list[Callable[[Job], None]] = []
        self._options = options
        self._renderer = renderer
        self._state_file = state_file
        self._read_own = read_own
        self._dialects = dialects
        self._queues: dict[str, JobQueue] = {
            name: JobQueue(options.concurrency or one.concurrency) for name, one in dialects.items()
        }
        self._tickets: dict[str, int] = {}
        self._ticket = count()
        self._due: list[tuple[float, int, Job, JobState]] = []
        """When jobs end that are in a state then: in progress one is done, queued it is late."""
        self._timer: asyncio.TimerHandle | None = None

    # -- from outside -------------------------------------------------------------------------

    def accept(
        self,
        host: str,
        endpoint: Endpoint,
        body: dict[str, Any],
        *,
        takes: int = 1,
        label: ClipLabel | None = None,
        numbers: Sequence[int] = (),
        trouble: Fault | None = None,
        faults: tuple[Armed, ...] = (),
        **details: Any,
    ) -> list[Job]:
        """Take an order: a job for each clip, kept in the state file before this returns.

        Raises ``StateError`` where they cannot be kept; then there is no order.
        """
        label = label or ClipLabel()
        shown = [*numbers[:takes], *range(len(numbers) + 1, takes + 1)]
        found = [
            Job(
                # Never the id of an earlier simulator: a client may still look for that one.
                id=str(uuid.uuid4()),
                host=host,
                endpoint=endpoint,
                body=body,
                submission=self.submissions + 1,
                accepted_at=time.time(),
                take=take,
                label=replace(label, take=shown[take - 1]),
                trouble=trouble,
                faults=[replace(armed) for armed in faults],
                **details,
            )
            for take in range(1, takes + 1)
        ]
        for job in found:
            self._work_out(job)
        self._state_file.accept(job.to_record() for job in found)
        self.submissions += 1
        for job in found:
            self.jobs[job.id] = job
            self._enqueue(job)
        return found

    def cancel(self, job: Job) -> bool:
        """Stop a job; whether it was not over yet. What has begun is charged."""
        if job.is_over:
            return False
        queue = self._queues[job.host]
        if job.state == "queued":
            if not self._is_stuck(job):
                queue.remove(self._tickets.pop(job.id))
        else:
            queue.running -= 1
            if job.making is not None:
                job.making.cancel()
        self._end(job, "cancelled")
        self._fill(job.host)
        return True

    def position(self, job: Job) -> int:
        """How many jobs of the host wait before this one."""
        queue = self._queues[job.host]
        if self._is_stuck(job):
            return len(queue.waiting) - queue.head
        return queue.position(self._tickets[job.id]) if job.id in self._tickets else 0

    async def changed(self, job: Job) -> None:
        """Return when the state of a job changes, at once where it is over."""
        if job.is_over:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        job.waiters.append(waiter)
        try:
            await waiter
        finally:
            if waiter in job.waiters:
                job.waiters.remove(waiter)

    async def over(self, job: Job) -> None:
        """Return when a job is over."""
        while not job.is_over:
            await self.changed(job)

    async def clip(self, job: Job) -> bytes:
        """The clip of a job that succeeded."""
        if job.order is None:
            raise ValueError(f"job {job.id} has no clip")
        if self._renderer.mode == "stub":
            return self._renderer.stub(job.key, job.order)
        files: dict[str, bytes] = {}
        if not self._renderer.has(job.clip_key):
            # Only after a restart: the clip is made once more, from what it was made of.
            files = await self._read_pictures(job)
        return await self._render(job, files)

    def of_host(self, host: str) -> Iterator[Job]:
        """The jobs of a host, in the order of their acceptance."""
        return (job for job in self.jobs.values() if job.host == host)

    def restore(self) -> None:
        """Read the state file and go on where the last simulator was."""
        for record in self._state_file.read_jobs():
            try:
                dialect = self._dialects.get(record["host"])
                endpoint = dialect.endpoints.get(record["endpoint"]) if dialect else None
                if endpoint is None:
                    continue  # of a target that is not here today; the file keeps the job
                job = read_record(record, endpoint)
                self._work_out(job)
            except (LookupError, TypeError, ValueError, AttributeError):
                raise self._state_file.damaged() from None
            self.jobs[job.id] = job
            self.submissions = max(self.submissions, job.submission)
            if job.state == "running":
                self._begin(job)
        for job in list(self.jobs.values()):
            if job.state == "queued":
                self._enqueue(job)

    def reset(self) -> None:
        """Forget every job; the state file is for the service to clear."""
        self.close()
        self.jobs.clear()
        self.submissions = 0
        self._due.clear()
        self._tickets.clear()
        for queue in self._queues.values():
            queue.clear()

    def close(self) -> None:
        """Stop the timer and all work; the state file keeps what was under way as it was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for job in self.jobs.values():
            if not job.is_over:
                job.state = "cancelled"
            if job.making is not None:
                job.making.cancel()
            for waiter in job.waiters:
                waiter.cancel()

    # -- inside -------------------------------------------------------------------------------

    def _work_out(self, job: Job) -> None:
        """Fill in what follows from the body."""
        endpoint = job.endpoint
        job.key = order_key(job.endpoint.id, job.body, job.label)
        breaches = endpoint.breaches(job.body)
        if not job.is_over:
            job.breaches = breaches
        if not breaches:
            order = endpoint.order(job.body)
            job.order = order if job.lasts is None else order.lasting(job.lasts)
            job.remarks = endpoint.remarks(job.body)

    @staticmethod
    def _is_stuck(job: Job) -> bool:
        """Whether a job never gets a place."""
        return job.trouble is not None and job.trouble.name in ("stuck", "unstarted")

    def _enqueue(self, job: Job) -> None:
        if self._is_stuck(job):
            if job.trouble is not None and job.trouble.name == "unstarted":
                self._put_due(job, self._options.seconds_per_clip * _REFUSAL_SHARE)
            return
        ticket = next(self._ticket)
        self._tickets[job.id] = ticket
        self._queues[job.host].put(ticket, job)
        self._fill(job.host)
        if job.state == "queued" and job.start_by is not None:
            self._put_due(job, job.start_by - time.time())

    def _fill(self, host: str) -> None:
        """Begin as many of the waiting jobs as there are places."""
        queue = self._queues[host]
        while queue.running < queue.places:
            job = queue.take()
            if job is None:
                return
            self._tickets.pop(job.id, None)
            job.state = "running"
            job.started_at = time.time()
            self._state_file.note(job.to_record())
            self._begin(job)
            self._tell(job)

    def _begin(self, job: Job) -> None:
        self._queues[job.host].running += 1
        loop = asyncio.get_running_loop()
        if job.breaches:
            lasts = self._options.seconds_per_clip * _REFUSAL_SHARE
        else:
            lasts = duration(self._options, job.submission, job.take)
            if self._renderer.mode == "render" or any(job.endpoint.inputs(job.body)):
                job.making = loop.create_task(self._make(job))
        elapsed = time.time() - (job.started_at or 0)
        self._put_due(job, lasts - elapsed)

    def _put_due(self, job: Job, seconds: float) -> None:
        """End a job after so many seconds if it is in the same state then."""
        due = asyncio.get_running_loop().time() + seconds
        heapq.heappush(self._due, (due, next(self._ticket), job, job.state))
        self._set_timer()

    def _set_timer(self) -> None:
        if not self._due:
            return
        first = self._due[0][0]
        if self._timer is not None:
            if self._timer.when() <= first:
                return
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(first, self._ring)

    def _ring(self) -> None:
        """Finish what is due."""
        self._timer = None
        now = asyncio.get_running_loop().time() + 0.001
        while self._due and self._due[0][0] <= now:
            _, _, job, state = heapq.heappop(self._due)
            if job.state != state:
                continue
            if state == "queued":
                self._end_unstarted(job)
            elif job.making is None or job.making.done():
                self._finish(job)
            else:
                job.making.add_done_callback(partial(self._finish_made, job))
        self._set_timer()

    def _end_unstarted(self, job: Job) -> None:
        if job.id in self._tickets:
            self._queues[job.host].remove(self._tickets.pop(job.id))
        job.breaches = (Breach(msg="The generation timed out in the queue", type="timeout"),)
        self._end(job, "failed")

    async def _make(self, job: Job) -> None:
        """Look at the files of a job and render its clip."""
        job.breaches, files = await self._check(job)
        if not job.breaches:
            _follow_movie(job, files, self._options.clip_seconds)
        if not job.breaches and job.trouble is None and self._renderer.mode == "render":
            self._keep_pictures(job, files)
            try:
                job.size = len(await self._render(job, files))
            except MediaError as error:
                job.breaches = (Breach(msg=str(error), type="internal_server_error"),)

    async def _check(self, job: Job) -> tuple[tuple[Breach, ...], dict[str, bytes]]:
        return await check_inputs(
            job.endpoint,
            job.body,
            self._read_own,
            takes_data=self._dialects[job.host].takes_data,
            own_side=self._renderer.least_side,
        )

    def _keep_pictures(self, job: Job, files: dict[str, bytes]) -> None:
        """Keep the pictures that a clip is made of: what a link leads to may change or go."""
        for url in job.picture_links():
            if url in files:
                job.pictures[url] = hashlib.sha256(files[url]).hexdigest()
                # What stands in the body itself is kept with it.
                if self._state_file.is_lasting and not url.startswith("data:"):
                    with suppress(StateError):  # the clip is made, and can be fetched until a kill
                        self._state_file.keep_content(files[url])

    async def _read_pictures(self, job: Job) -> dict[str, bytes]:
        """The pictures that a clip was made of; those that were not kept, as they are today."""
        kept = {url: self._state_file.read_content(sha256) for url, sha256 in job.pictures.items()}
        found = {url: data for url, data in kept.items() if data is not None}
        if not found.keys() >= job.picture_links():
            _, files = await self._check(job)
            found = {**files, **found}
        return found

    async def _render(self, job: Job, files: dict[str, bytes]) -> bytes:
        order = job.order
        if order is None:
            raise RuntimeError(f"job {job.id} has no order")
        return await self._renderer.render(job.clip_key, order, job.label, files)

    def _finish_made(self, job: Job, _: asyncio.Task[None]) -> None:
        self._finish(job)

    def _finish(self, job: Job) -> None:
        if job.state != "running":
            return
        made = job.making
        if made is not None and (made.cancelled() or made.exception() is not None):
            job.breaches = (Breach(msg="Internal server error", type="internal_server_error"),)
        self._queues[job.host].running -= 1
        if job.trouble is not None:
            job.breaches = job.breaches or (_breach_of(job.trouble),)
        elif not job.breaches and self._renderer.mode == "stub" and job.order is not None:
            job.size = len(self._renderer.stub(job.key, job.order))
        self._end(job, "failed" if job.breaches else "succeeded")
        self._fill(job.host)

    def _end(self, job: Job, state: JobState) -> None:
        job.state = state
        job.ended_at = time.time()
        job.making = None
        self._state_file.note(job.to_record())
        self._tell(job)
        for listener in self.on_end:
            listener(job)

    @staticmethod
    def _tell(job: Job) -> None:
        for waiter in job.waiters:
            if not waiter.done():
                waiter.set_result(None)


def duration(options: SimulatorOptions, submission: int, take: int) -> float:
    """The seconds that a clip takes: drawn from the seed, so that a simulator repeats itself."""
    which = f"{options.seed}:{submission}:{take}"
    chance = random.Random(which)  # noqa: S311 - repeatable, nothing secret
    share = options.jitter * (2 * chance.random() - 1)
    return options.seconds_per_clip * (1 + share)


def _follow_movie(job: Job, files: Mapping[str, bytes], told: Mapping[str, int]) -> None:
    """Make a clip as long as the film that it is made from, which is billed in whole seconds.

    ``files`` are those that were fetched, by link, ``told`` the seconds of others.
    """
    order = job.order
    links = {link for _, kind, link in job.endpoint.inputs(job.body) if kind == "movie"}
    lasts = {link: told[link] for link in links & told.keys()}
    lasts |= {link: _whole_seconds(files[link]) for link in links & files.keys()}
    job.given = sum(lasts.values()) if lasts.keys() == links else None
    if order is not None and order.movie in lasts:
        job.lasts = lasts[order.movie]
        job.order = order.lasting(job.lasts)


def _whole_seconds(data: bytes) -> int:
    return max(int(read_clip_file(io.BytesIO(data), len(data)).seconds + 0.5), 1)


_TROUBLES = {
    "422": ("value_error", "The request could not be processed."),
    "content-policy": (
        "content_policy_violation",
        "The content could not be processed because a content checker flagged it.",
    ),
    "failed": ("internal_server_error", "Internal server error"),
    "exhausted": ("insufficient_credits", "Insufficient credits"),
}


def _breach_of(trouble: Fault) -> Breach:
    kind, words = _TROUBLES[trouble.name]
    said = trouble.argument if trouble.argument != "late" else ""
    return Breach(msg=said or words, type=kind)
