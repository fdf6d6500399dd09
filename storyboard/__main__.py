"""``python -m storyboard``."""

from storyboard.cli.main import main

main()
