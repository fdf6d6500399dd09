"""Python's collector of cyclic garbage, paused while a film is compiled.

What a compile makes lives until its end and holds next to no cycles: the collector would walk
all of it again and again, and find nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the collector for a block; it is as it was afterwards, whatever happens."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if not gc.get_freeze_count():
                # What was made counts as old: else the next object would have all of it walked.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
