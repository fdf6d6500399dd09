"""What is said where a target's data contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Something in a target's data that cannot be; ``path`` leads to it from the root."""

    path: tuple[str | int, ...]
    message: str
    help: str
