"""A second plan over the first: ``python tests/bench/bench_replanning.py [SHOTS]``.

A film of SHOTS (10,000) is planned, is written into a ledger as if all of it had been paid, and is
planned again. Prints CPU seconds of whole processes, the best of several in turn.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bench_planning import PYTHON, STORYBOARD, measure
from films import film

PAY = """
import json, sys
from pathlib import Path
from storyboard.ledger import Receipt, State
from storyboard.ledger.store import Store
from storyboard.ledger.stored_files import TakeFile
from storyboard.plan.clips import planned_clips
from storyboard.plan.model import Plan
from storyboard.values.segments import as_asked

plan = Plan.from_json(json.loads(Path(sys.argv[1]).read_bytes()))
store = Store(folder=Path(sys.argv[1]).parent)
store.takes.mkdir(parents=True, exist_ok=True)
with store.open_ledger() as ledger:
    ledger._base.execute("pragma synchronous = off")
    ledger._checkpoint = lambda base: None
    ledger.take_lease()
    ledger.begin_run("r", "storyboard.yaml", "t")
    for clip in planned_clips(plan):
        sha256 = clip.digest.removeprefix("sha256:")
        ledger.intend(clip.order, "r", {})
        ledger.step(clip.digest, State.SUBMITTED, receipt=Receipt(id=sha256))
        ledger.step(clip.digest, State.SUCCEEDED)
        segments = as_asked(clip.order.shots)
        ledger.step(clip.digest, State.STORED, clip=sha256, segments=segments)
        store.take(sha256).touch()
        ledger.keep_take_files({sha256: TakeFile(0, store.take(sha256).stat().st_mtime_ns)})
"""


def main() -> None:
    shots = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        new, paid = Path(folder) / "new", Path(folder) / "paid"
        for one in (new, paid):
            one.mkdir()
            (one / "storyboard.yaml").write_text(film(shots), "utf-8")
        plan = paid / "film.plan"
        planned = [STORYBOARD, "plan", str(paid), "--out", str(plan)]
        subprocess.run(planned, check=True, capture_output=True)
        subprocess.run([PYTHON, "-c", PAY, str(plan)], check=True)
        best = {"new": float("inf"), "paid": float("inf")}
        for _ in range(3):
            for name, one in (("new", new), ("paid", paid)):
                best[name] = min(best[name], measure(STORYBOARD, "plan", str(one))[0])
        print(
            f"{shots:,} shots: first {best['new']:.2f} s, second {best['paid']:.2f} s, "
            f"ratio {best['paid'] / best['new']:.2f}"
        )


if __name__ == "__main__":
    main()
