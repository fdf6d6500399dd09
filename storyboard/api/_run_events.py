"""The events of a run one after the other, for whoever would rather ask than be called."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storyboard.run.events import Event, EventListener
    from storyboard.run.report import Report


class RunEvents:
    """An iterator of a run's events; the run goes on in a thread of its own.

    ``report`` is there once the iterator has come to its end. What the run raises is raised where
    its last event was taken. Who stops listening ends the run in order with ``close``.
    """

    def __init__(self, run: Callable[[EventListener], Report]) -> None:
        self._waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._report: Report | None = None
        self._error: BaseException | None = None
        self._is_closed = False
        self._run = run
        self._thread = threading.Thread(target=self._work, name="storyboard-run")
        self._thread.start()

    @property
    def report(self) -> Report:
        """The results of the run. Raises ``RuntimeError`` before its end."""
        if self._report is None:
            raise RuntimeError("the run is not over: take its events to their end")
        return self._report

    def __iter__(self) -> Iterator[Event]:
        while (event := self._waiting.get()) is not None:
            yield event
        self._thread.join()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the run in order: nothing more is sent, and what is under way is kept."""
        self._is_closed = True
        self._thread.join()

    def _work(self) -> None:
        try:
            self._report = self._run(self._hear)
        except BaseException as error:  # noqa: BLE001 - it is raised where the events are taken
            self._error = error
        finally:
            self._waiting.put(None)

    def _hear(self, event: Event) -> None:
        if self._is_closed:
            # A listener that has gone away ends a run as an interrupt does.
            raise BrokenPipeError
        self._waiting.put(event)
