"""A host's queue: the jobs that wait, and how many of them are worked on."""

from __future__ import annotations

from bisect import bisect_left

from msgspec import Struct, field

from storyboard.simulator.job import Job


class JobQueue(Struct):
    """Jobs that wait in their order, and how many are in progress at ``places``."""

    places: int
    running: int = 0
    waiting: list[tuple[int, Job]] = field(default_factory=list)
    head: int = 0

    def put(self, ticket: int, job: Job) -> None:
        """Let a job wait; tickets only grow."""
        self.waiting.append((ticket, job))

    def take(self) -> Job | None:
        """The next job that waits."""
        if self.head >= len(self.waiting):
            return None
        job = self.waiting[self.head][1]
        self.head += 1
        if self.head > 1000 and self.head * 2 > len(self.waiting):
            del self.waiting[: self.head]
            self.head = 0
        return job

    def position(self, ticket: int) -> int:
        """How many wait before this ticket."""
        at = bisect_left(self.waiting, ticket, lo=self.head, key=lambda item: item[0])
        return at - self.head

    def remove(self, ticket: int) -> None:
        """Let a job wait no longer."""
        at = bisect_left(self.waiting, ticket, lo=self.head, key=lambda item: item[0])
        if at < len(self.waiting) and self.waiting[at][0] == ticket:
            del self.waiting[at]

    def clear(self) -> None:
        """Let nothing wait and nothing be in progress."""
        self.waiting.clear()
        self.running = self.head = 0
