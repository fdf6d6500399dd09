"""The command line: ``main`` the group, ``options`` what commands share, and the commands."""
