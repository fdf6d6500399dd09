"""A host's queue, and the places at which its jobs are worked on."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from storyboard.run.simulator.jobs import Job


@dataclass(slots=True)
class Bench:
    """Jobs that wait in their order, and how many are in progress at ``places``."""

    places: int
    running: int = 0
    queue: list[tuple[int, Job]] = field(default_factory=list)
    head: int = 0

    def put(self, ticket: int, job: Job) -> None:
        """Let a job wait; tickets only grow."""
        self.queue.append((ticket, job))

    def take(self) -> Job | None:
        """The next job that waits."""
        if self.head >= len(self.queue):
            return None
        job = self.queue[self.head][1]
        self.head += 1
        if self.head > 1000 and self.head * 2 > len(self.queue):
            del self.queue[: self.head]
            self.head = 0
        return job

    def position(self, ticket: int) -> int:
        """How many wait before this ticket."""
        at = bisect_left(self.queue, ticket, lo=self.head, key=lambda item: item[0])
        return at - self.head

    def remove(self, ticket: int) -> None:
        """Let a job wait no longer."""
        at = bisect_left(self.queue, ticket, lo=self.head, key=lambda item: item[0])
        if at < len(self.queue) and self.queue[at][0] == ticket:
            del self.queue[at]

    def clear(self) -> None:
        """Let nothing wait and nothing be in progress."""
        self.queue.clear()
        self.running = self.head = 0
