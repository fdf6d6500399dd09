"""CPU of a run with nothing to do: ``python tests/bench/bench_idle_runs.py [CLIPS]...``.

Every clip is paid and here, in ledger, lock and folders. Prints the CPU seconds of this process
from the plan's clips to the report, the least of three runs; planning is not counted. The
collector of cycles is off, as it is in a command.
"""

from __future__ import annotations

import gc
import hashlib
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from rendering_films import Work, make_work, run_once

import storyboard.hosts.fal.client  # noqa: F401 - what the process loads is not counted
from storyboard.ledger import Intent, PaidOrder, Receipt, State, merge_lock, rows
from storyboard.plan.clips import planned_clips


def _pay(work: Work) -> None:
    """Leave what a complete run leaves, in one transaction in place of some for each clip."""
    work.store.prepare()
    work.ledger().close()
    finished = []
    with sqlite3.connect(work.store.ledger_file) as base:
        for number, clip in enumerate(planned_clips(work.plan)):
            data = b"clip %d" % number
            sha256 = hashlib.sha256(data).hexdigest()
            work.store.take(sha256).write_bytes(data)
            for name in clip.names:
                work.store.publish(name, sha256)
            intent = Intent(
                order=clip.order,
                state=State.STORED,
                run="earlier",
                receipt=Receipt(id=f"r{number}", links={"status": f"https://example.com/{number}"}),
                charged=clip.order.estimate,
                clip=sha256,
            )
            rows.write(base, intent)
            finished.append(
                PaidOrder(
                    digest=clip.digest,
                    film=clip.order.film,
                    made="2026-09-24T18:30:00Z",
                    address=clip.address,
                    host=work.host,
                    endpoint=clip.order.endpoint,
                    seconds=clip.order.seconds,
                    clip=sha256,
                    request_id=f"r{number}",
                    charge=clip.order.estimate,
                )
            )
    base.close()
    merge_lock(work.store.lock, finished, {})


def _measure(clips: int) -> None:
    shots = "".join(f'      - "Gull number {number} turns."\n' for number in range(clips))
    text = (
        "storyboard: 1\ntitle: Many\ntarget: {target}\ndefaults: {{duration: 3s, pack: none}}\n"
        f"scenes:\n  - id: shore\n    shots:\n{shots}"
    )
    with tempfile.TemporaryDirectory() as folder:
        work = make_work(Path(folder), "fal", text)
        _pay(work)
        gc.collect()
        gc.disable()
        times = []
        for _ in range(3):
            began = time.process_time()
            # Nothing listens at this address: an order would fail.
            report = run_once(work, "http://127.0.0.1:9")
            times.append(time.process_time() - began)
            assert report.is_complete
        gc.enable()
    print(f"{clips:6} paid clips: {min(times):.2f} s of CPU", flush=True)


if __name__ == "__main__":
    for given in sys.argv[1:] or ("10000", "50000"):
        _measure(int(given))
