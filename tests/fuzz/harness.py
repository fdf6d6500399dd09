"""A coverage-guided fuzzer for developers: ``python tests/fuzz/harness.py -max_total_time=60``.

It breaks the examples and the cases for as long as it is let, with libFuzzer's own options, and
stops at the first storyboard that is not answered in words. That one is written to the current
folder as ``crash-…``; to see it again, give its path. It needs ``pip install atheris``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("this harness needs atheris: pip install atheris (Linux and macOS)")

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

with atheris.instrument_imports(include=["storyboard"]):
    from attempts import attempt, copy_seeds

FILE = "broken.storyboard.yaml"


def main() -> None:
    """Copy the seeds to a folder of their own and fuzz until told to stop."""
    with tempfile.TemporaryDirectory(prefix="storyboard-fuzz-") as name:
        folder = Path(name)
        corpus = folder / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(copy_seeds(folder / "seeds")):
            (corpus / f"{number:04}").write_bytes(seed.read_bytes())
        # What the seeds use lies beside the file that is broken.
        file = folder / "seeds" / "examples" / "lighthouse" / FILE

        def broken(data: bytes) -> None:
            attempt(data, file)

        arguments = list(sys.argv)
        if not any(Path(argument).exists() for argument in arguments[1:]):
            arguments += [str(corpus), "-max_len=4000", "-timeout=10", "-rss_limit_mb=4000"]
        atheris.Setup(arguments, broken)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
