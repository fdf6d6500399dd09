"""How far the joining of a film has come: one line on a terminal, lines now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable

EVERY = 5.0
"""Seconds between two lines of a log: what is joined in less leaves none."""


class StitchView:
    """Shows the seconds of the film that are written.

    ``write`` takes lines, and where ``is_live`` movements of the cursor. ``clock`` gives seconds.
    """

    def __init__(
        self, write: Callable[[str], None], clock: Callable[[], float], *, is_live: bool
    ) -> None:
        self._write = write
        self._clock = clock
        self._is_live = is_live
        self._told = clock()
        self._is_drawn = False

    def show(self, done: float, whole: float) -> None:
        """Tell that so many seconds of the film are written, of as many as it will have."""
        text = f"joining: {done:.0f} of {whole:.0f} s"
        if self._is_live:
            self.clear()
            self._write(f"{text}\x1b[K\n")
            self._is_drawn = True
        elif done < whole and self._clock() - self._told >= EVERY:
            self._told = self._clock()
            self._write(f"{text}\n")

    def clear(self) -> None:
        """Take the line away, for what is to be printed next."""
        if self._is_drawn:
            self._write("\x1b[1F\x1b[J")
            self._is_drawn = False
