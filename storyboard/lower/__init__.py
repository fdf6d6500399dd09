"""From takes to requests, by the target's table of fields."""

from storyboard.lower.lowering import Lowering, lower
from storyboard.lower.types import AssetUse, Dependency, Request

__all__ = ["AssetUse", "Dependency", "Lowering", "Request", "lower"]
