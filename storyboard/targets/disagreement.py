"""What is said where a target's data contradicts itself."""

from __future__ import annotations

from msgspec import Struct


class Disagreement(Struct, frozen=True, kw_only=True):
    """Something in a target's data that cannot be; ``path`` leads to it from the root.

    ``about`` is the fact that several may be about: only the first of them is said, as what is
    behind it may follow from the same slip. "" is one of its own.
    """

    path: tuple[str | int, ...]
    message: str
    help: str
    about: str = ""
