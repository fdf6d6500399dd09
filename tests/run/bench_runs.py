"""How fast and how large a run is: ``python tests/run/bench_runs.py [CLIPS JOBS]...``.

Prints, for each size, the time against the ideal (clips / jobs x 2 s), the CPU a clip takes in
this process, and the most memory it held. The simulator is a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rendering_films import make_work, run_once

from storyboard.run.carrying import Patience

_SECONDS = 2.0


def _measure(clips: int, jobs: int) -> None:
    shots = "".join(f'      - "Gull number {number} turns."\n' for number in range(clips))
    text = (
        "storyboard: 1\ntitle: Many\ntarget: {target}\ndefaults: {{duration: 3s, pack: none}}\n"
        f"scenes:\n  - id: shore\n    shots:\n{shots}"
    )
    command = [sys.executable, "-m", "storyboard.run.simulator", "--clips", "stub"]
    command += ["--seconds-per-clip", str(_SECONDS), "--fal-concurrency", str(jobs)]
    simulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert simulator.stdout is not None
    url = simulator.stdout.readline().split()[-1]
    try:
        with tempfile.TemporaryDirectory() as folder:
            work = make_work(Path(folder), "fal", text)
            began, cpu = time.monotonic(), time.process_time()
            report = run_once(work, url, jobs=jobs, patience=Patience(grace=0.0))
            took, cpu = time.monotonic() - began, time.process_time() - cpu
    finally:
        simulator.terminate()
        simulator.wait()
    assert report.is_complete, report.stopped
    ideal = clips / jobs * _SECONDS
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{clips:6} clips, {jobs:6} in flight: {took:6.1f} s ({took / ideal:.2f} of the ideal "
        f"{ideal:.1f} s), {cpu / clips * 1000:.1f} ms of CPU a clip, {most:.0f} MiB"
    )


if __name__ == "__main__":
    sizes = [int(number) for number in sys.argv[1:]] or [500, 50]
    for clips, jobs in zip(sizes[::2], sizes[1::2], strict=True):
        _measure(clips, jobs)
