"""``python -m storyboard``."""

from storyboard.cli.main import run

run()
