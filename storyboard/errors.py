"""The exceptions of the package: one root, and what each kind says about whose turn it is.

``StoryboardError``   something failed: the disk, the ledger, the network, the vendor
├── ``UsageError``    it was asked for in a way that cannot be; the text says which way can
└── ``RefusedError``  it may not be done as things are: a plan, a budget, another run
"""

from __future__ import annotations


class StoryboardError(Exception):
    """Something that went wrong; the text says what, and what to do."""


class UsageError(StoryboardError):
    """What was asked for cannot be; the text says how to ask."""


class RefusedError(StoryboardError):
    """What was asked for may not be done as things are; the text says why."""
