"""The exit codes of the command line."""

FINE = 0
REFUSED = 1
"""The storyboard or a policy is not as it must be."""
USAGE = 2
FAILED = 3
"""The tool failed, or what it needs: the disk, the ledger, the network."""
INCOMPLETE = 4
"""Some clips are not here."""
PENDING = 5
"""``--detailed-exitcode``: there are clips to render (``plan``), or the films differ (``diff``)."""
INTERRUPTED = 130
"""Ctrl-C."""
