"""Late values: what is long to make and seldom asked for is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from msgspec import Struct

_T = TypeVar("_T")
_Made = TypeVar("_Made", covariant=True)


class Late(Struct, Generic[_Made], eq=False):
    """A value that ``make`` makes, at most once. It equals the value itself, and each late one."""

    make: Callable[[], _Made] | None
    _made: _Made | None = None

    def value(self) -> _Made:
        """The value."""
        if self.make is not None:
            self._made = self.make()
            self.make = None
        return cast("_Made", self._made)

    def __eq__(self, other: object) -> bool:
        return self.value() == value_of(other)

    def __hash__(self) -> int:
        return hash(self.value())

    def __repr__(self) -> str:
        return repr(self.value())


def value_of(one: _T | Late[_T]) -> _T:
    """A value, late or not."""
    return one.value() if isinstance(one, Late) else one
