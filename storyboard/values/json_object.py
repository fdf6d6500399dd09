"""Reading a JSON object member by member, each of the type that is wanted.

What is not so raises ``ShapeError`` with the JSON pointer of the member and what it should be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

_T = TypeVar("_T")
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")


Json = dict[str, Any]
"""A JSON object as Python values."""


class ShapeError(ValueError):
    """A JSON value is not as it should be; ``pointer`` says where, ``wanted`` what it should be."""

    def __init__(self, pointer: str, wanted: str) -> None:
        super().__init__(f"{pointer or 'its beginning'}: {wanted}")
        self.pointer = pointer
        self.wanted = wanted


class JsonObject:
    """A JSON object that must have the members in ``required`` and no others but ``optional``.

    ``pointer`` is the JSON pointer of the object itself.
    """

    __slots__ = ("_members", "pointer")

    def __init__(
        self,
        value: Any,
        pointer: str,
        required: frozenset[str],
        optional: frozenset[str] = frozenset(),
    ) -> None:
        if not isinstance(value, dict):
            raise ShapeError(pointer, "an object is wanted")
        if value.keys() != required:
            for name in sorted(required - value.keys()):
                raise ShapeError(f"{pointer}/{name}", "it is missing")
            for name in sorted(map(str, value.keys() - required - optional)):
                raise ShapeError(f"{pointer}/{name}", "nothing of this name is known")
        self._members: dict[str, Any] = value
        self.pointer = pointer

    def __contains__(self, name: str) -> bool:
        """Whether the object has a member."""
        return name in self._members

    def at(self, name: str) -> str:
        """The JSON pointer of a member."""
        return f"{self.pointer}/{name}"

    def value(self, name: str) -> Any:
        """A member, whatever it is."""
        return self._members[name]

    def text(self, name: str) -> str:
        """A member that is a text."""
        found = self._members[name]
        if not isinstance(found, str):
            raise ShapeError(self.at(name), "a text is wanted")
        return found

    def text_or_none(self, name: str) -> str | None:
        """A member that is a text or null."""
        return None if self._members[name] is None else self.text(name)

    def number(self, name: str, least: int = 0) -> int:
        """A member that is a whole number, not smaller than ``least``."""
        found = self._members[name]
        if type(found) is not int or found < least:
            raise ShapeError(self.at(name), f"a whole number from {least} is wanted")
        return found

    def number_or_none(self, name: str, least: int = 0) -> int | None:
        """A member that is a whole number or null."""
        return None if self._members[name] is None else self.number(name, least)

    def truth(self, name: str) -> bool:
        """A member that is true or false."""
        found = self._members[name]
        if not isinstance(found, bool):
            raise ShapeError(self.at(name), "true or false is wanted")
        return found

    def amount(self, name: str) -> Decimal:
        """A member that is an exact decimal, written as a text."""
        found = self._members[name]
        if not isinstance(found, str) or not _AMOUNT.fullmatch(found):
            raise ShapeError(self.at(name), 'an exact amount is wanted, as "1.68"')
        return Decimal(found)

    def word(self, name: str, kind: Callable[[Any], _T]) -> _T:
        """A member that is one of the words of an enumeration."""
        found = self._members[name]
        try:
            return kind(found)
        except ValueError:
            raise ShapeError(self.at(name), "another word is wanted") from None

    def object(self, name: str) -> dict[str, Any]:
        """A member that is an object, of any shape."""
        found = self._members[name]
        if not isinstance(found, dict):
            raise ShapeError(self.at(name), "an object is wanted")
        return found

    def texts(self, name: str) -> dict[str, str]:
        """A member that is an object with texts alone."""
        found = self.object(name)
        for key, one in found.items():
            if not isinstance(one, str):
                raise ShapeError(f"{self.at(name)}/{key}", "a text is wanted")
        return found

    def items(self, name: str) -> Iterator[tuple[Any, str]]:
        """The items of a member that is a list, each with its JSON pointer."""
        found, at = self._members[name], self.at(name)
        if not isinstance(found, list):
            raise ShapeError(at, "a list is wanted")
        return ((item, f"{at}/{index}") for index, item in enumerate(found))

    def list_of(self, name: str, read: Callable[[Any, str], _T]) -> tuple[_T, ...]:
        """The items of a member that is a list, each read by ``read`` from value and pointer."""
        return tuple(read(item, at) for item, at in self.items(name))

    def list_of_texts(self, name: str) -> tuple[str, ...]:
        """The items of a member that is a list of texts."""
        return self.list_of(name, _text)


def _text(value: Any, pointer: str) -> str:
    if not isinstance(value, str):
        raise ShapeError(pointer, "a text is wanted")
    return value


def members(names: str) -> frozenset[str]:
    """The names of an object's members, written with spaces between."""
    return frozenset(names.split())
