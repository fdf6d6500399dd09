"""How fast and how large a run is: ``python tests/bench/bench_runs.py [CLIPS JOBS SECONDS]...``.

Prints, for each size, the time against the ideal (clips / jobs x seconds), the CPU that a clip
takes in this process, the most clips that were under way at once, and the most memory that was
held. What the process loads before the first clip is not counted. A clip takes the simulator so
many seconds; it is a process of its own. Ten thousand clips are only under way at once if the
first is not ready before the last is sent, so they take longer.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from rendering_films import make_work, run_once

import storyboard.hosts.fal.client  # noqa: F401 - see above
from storyboard.run.events import Event, Happening
from storyboard.run.patience import Patience

_USUAL = ("500", "50", "2", "10000", "10000", "75")


class _Count:
    """Counts the clips that are under way: sent, and neither here nor lost."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def __call__(self, event: Event) -> None:
        if event.what is Happening.SUBMITTED:
            self.now += 1
            self.most = max(self.most, self.now)
        elif event.what in (Happening.STORED, Happening.FAILED, Happening.STRANDED):
            self.now -= 1


def _measure(clips: int, jobs: int, seconds: float) -> None:
    shots = "".join(f'      - "Gull number {number} turns."\n' for number in range(clips))
    text = (
        "storyboard: 1\ntitle: Many\ntarget: {target}\ndefaults: {{duration: 3s, pack: none}}\n"
        f"scenes:\n  - id: shore\n    shots:\n{shots}"
    )
    command = [sys.executable, "-m", "storyboard", "simulate", "--clips", "stub"]
    command += ["--seconds-per-clip", str(seconds), "--concurrency", str(jobs)]
    simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert simulator.stdout is not None
    url = simulator.stdout.readline().strip()
    count = _Count()
    try:
        with tempfile.TemporaryDirectory() as folder:
            work = make_work(Path(folder), "fal", text)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            began, cpu = time.monotonic(), time.process_time()
            report = run_once(work, url, jobs=jobs, patience=Patience(grace=0.0), listen=count)
            took, cpu = time.monotonic() - began, time.process_time() - cpu
    finally:
        simulator.terminate()
        simulator.wait()
    assert report.is_complete, report.stopped
    ideal = clips / jobs * seconds
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{clips:6} clips, {jobs:6} places, {count.most:6} under way at once: {took:6.1f} s "
        f"({took / ideal:.2f} of the ideal {ideal:.1f} s), {cpu / clips * 1000:.1f} ms of CPU a "
        f"clip, {most:.0f} MiB ({before:.0f} MiB before the run)",
        flush=True,
    )


if __name__ == "__main__":
    sizes = sys.argv[1:] or _USUAL
    for clips, jobs, seconds in zip(sizes[::3], sizes[1::3], sizes[2::3], strict=True):
        _measure(int(clips), int(jobs), float(seconds))
