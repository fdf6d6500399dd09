"""From takes to requests, by the target's table of fields."""

from storyboard.lower.lowering import lower, lower_take
from storyboard.lower.types import AssetUse, Dependency, Request

__all__ = ["AssetUse", "Dependency", "Request", "lower", "lower_take"]
