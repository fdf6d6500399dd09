"""Whatever is wrong with a clip, it is refused in words: no crash, no hang, no film of it.

``STORYBOARD_DAMAGED_CLIPS=10000`` tries so many; a run of the tests tries a few.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COUNT = os.environ.get("STORYBOARD_DAMAGED_CLIPS", "40")


def test_no_damage_ends_the_process_or_is_said_in_other_words(tmp_path: Path) -> None:
    support = ROOT / "tests" / "support"
    done = subprocess.run(
        [sys.executable, str(support / "damaged_clips.py"), str(tmp_path), COUNT, "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=10 * int(COUNT) + 60,
        check=False,
    )
    tried = (tmp_path / "try").read_text()
    assert done.returncode == 0, f"try {tried}: {done.stderr[-2000:]}"
    read = dict(part.rsplit(" ", 3)[:2] for part in done.stdout.strip().split(", "))
    assert all(0 < int(count) < int(COUNT) for count in read.values()), done.stdout
