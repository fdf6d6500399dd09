"""Speed and memory of planning, as ratios of one run: ``python tests/bench/bench_planning.py``.

Each figure is the best of several whole processes, taken in turn with what it is compared to, so
that a noisy machine spoils both alike. Nothing here fails; the numbers are for people.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from films import film, short_film

PYTHON = sys.executable
STORYBOARD = str(Path(PYTHON).parent / "storyboard")
LOAD = "import sys, yaml; yaml.load(open(sys.argv[1], encoding='utf-8').read(), yaml.CSafeLoader)"


INSIDE = {
    "plan": "from storyboard import api; api.Project(sys.argv[2]).plan(); "
    "work = lambda: api.Project(sys.argv[1]).plan()",
    "load": "import yaml; text = open(sys.argv[1], encoding='utf-8').read(); "
    "work = lambda: yaml.load(text, yaml.CSafeLoader)",
}
"""What is timed once everything is loaded, which planning a small film before sees to."""

TIMED = (
    "import sys, time; {}; start = time.process_time(); work(); print(time.process_time() - start)"
)


def inside(rounds: int, path: Path, small: Path) -> None:
    """The same without start-up: one call in a fresh process, its imports before the clock."""
    best = dict.fromkeys(INSIDE, float("inf"))
    for _ in range(rounds):
        for name, code in INSIDE.items():
            command = (PYTHON, "-c", TIMED.format(code), str(path), str(small))
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            best[name] = min(best[name], float(done.stdout))
    ratio = best["plan"] / best["load"]
    title = "the same, the calls alone"
    print(f"{title:<58} {best['plan']:6.3f} s / {best['load']:6.3f} s = {ratio:5.2f}")


def measure(*command: str) -> tuple[float, float]:
    """Seconds of processor time and MiB at the peak of one whole process."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, _, used = os.wait4(child.pid, 0)
    child.returncode = 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def in_turn(rounds: int, *commands: tuple[str, ...]) -> list[tuple[float, float]]:
    """The least time and memory of each command, all of them run in turn."""
    for command in commands:
        measure(*command)
    runs = [[measure(*command) for command in commands] for _ in range(rounds)]
    return [
        (min(run[index][0] for run in runs), min(run[index][1] for run in runs))
        for index in range(len(commands))
    ]


def compare(title: str, rounds: int, ours: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    (time_a, memory_a), (time_b, memory_b) = in_turn(rounds, ours, theirs)
    print(
        f"{title:<58} {time_a:6.3f} s / {time_b:6.3f} s = {time_a / time_b:5.2f}"
        f"   {memory_a:4.0f} / {memory_b:4.0f} MiB = {memory_a / memory_b:4.2f}"
    )


def linear(folder: Path) -> None:
    """Planning in one process, from 100 to 100,000 shots: seconds a thousand shots."""
    from storyboard import api

    for shots in (100, 1_000, 10_000, 100_000):
        path = folder / f"short-{shots}.yaml"
        path.write_text(short_film(shots), encoding="utf-8")
        best = min(_timed(lambda name: api.Project(name).plan(), str(path)) for _ in range(3))
        print(f"{shots:>9,} bare shots {best:8.3f} s   {best / shots * 1e3:.3f} s a thousand")


def _timed(work: object, argument: str) -> float:
    assert callable(work)
    started = time.perf_counter()
    work(argument)
    return time.perf_counter() - started


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for shots in (1_000, 10_000):
            path = folder / f"film-{shots}.yaml"
            path.write_text(film(shots), encoding="utf-8")
            compare(
                f"plan {shots:,} shots / yaml.load(CSafeLoader) of the bytes",
                chosen.rounds,
                (STORYBOARD, "plan", str(path)),
                (PYTHON, "-c", LOAD, str(path)),
            )
            inside(chosen.rounds, path, folder / "film-1000.yaml")
        empty = (PYTHON, "-c", "pass")
        example = Path(__file__).parents[2] / "examples" / "lighthouse"
        compare(
            "storyboard --version / an empty Python",
            chosen.rounds,
            (STORYBOARD, "--version"),
            empty,
        )
        compare(
            "check of the lighthouse / an empty Python",
            chosen.rounds,
            (STORYBOARD, "check", str(example)),
            empty,
        )
        linear(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of this process {peak:.0f} MiB")


if __name__ == "__main__":
    main()
