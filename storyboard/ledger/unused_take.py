"""A take that nothing needs any more."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from storyboard.values.units import Money


class UnusedTake(Struct, frozen=True, kw_only=True):
    """A take that is in no film and in no lock.

    ``sha256`` is the hex sum that it is named by, ``address`` the clip's name in the ledger and
    ``charged`` what it cost: empty and None where the ledger does not say it. ``size`` is in
    bytes, with its frames. ``is_named`` says that the file has a name in the folder of clips too,
    which keeps its bytes.
    """

    sha256: str
    address: str
    size: int
    charged: Money | None
    is_named: bool
    files: tuple[Path, ...]
