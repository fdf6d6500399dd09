"""Why a request of a plan has its action: a code with its facts.

``storyboard.render`` makes the words.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

from storyboard.values.json_object import Json, JsonObject, ShapeError, members


class Action(StrEnum):
    """All that can be done for a request; the sums of a plan are by these."""

    GENERATE = "generate"
    FETCH = "fetch"
    REUSE = "reuse"
    WAIT = "wait"
    BLOCKED = "blocked"


class ReasonCode(StrEnum):
    """Why an action is the one for its request."""

    NEW = "new"
    """Nothing was ever sent for it."""
    CHANGED = "changed"
    """Another text, picture or setting was sent for its shots before, in whatever clips."""
    AGAIN = "again"
    """The same was sent before, and there is no clip of it."""
    PAID = "paid"
    """It was paid before."""
    LOST = "lost"
    """It was paid before, is not here, and the vendor has it no more."""
    SAME = "same"
    """An earlier request of the plan has the same content: it is one clip."""
    WAITING = "waiting"
    """It was surely sent, and its clip is not here yet."""
    UNCERTAIN = "uncertain"
    """It may have been sent: the next run asks the vendor."""
    REFUSED = "refused"
    """The vendor refused it before."""
    WAITS = "waits"
    """It needs a clip that was refused, or that waits for one."""


class PlaceInFile(Struct, frozen=True):
    """Where something is written: the file as messages show it, line and column from 1."""

    file: str
    line: int
    column: int

    def to_json(self) -> Json:
        """The place as JSON values."""
        return {"file": self.file, "line": self.line, "column": self.column}

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PlaceInFile:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _PLACE)
        return cls(found.text("file"), found.number("line", 1), found.number("column", 1))


class PayloadChange(Struct, frozen=True, kw_only=True):
    """What differs from what was sent before.

    ``field`` is the storyboard's word for it, ``shot`` for a shot as a whole, ``new`` for one for
    which nothing was sent, or the vendor's own name where the storyboard has none. ``shot`` is the
    shot's address, ``member`` whose description or pictures they are. ``old`` and ``new`` are the
    words that were sent and those that would be, with some around them, where words differ.
    ``span`` is where that is written.
    """

    field: str
    shot: str = ""
    member: str = ""
    old: str = ""
    new: str = ""
    span: PlaceInFile | None = None

    def to_json(self) -> Json:
        """The change as JSON values."""
        found: Json = {"field": self.field}
        for name in ("shot", "member"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        if self.old or self.new:
            found |= {"old": self.old, "new": self.new}
        if self.span is not None:
            found["span"] = self.span.to_json()
        return found

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> PayloadChange:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        found = JsonObject(written, pointer, _CHANGE, _CHANGE_OPTIONAL)
        span = None
        if "span" in found:
            span = PlaceInFile.from_json(found.value("span"), found.at("span"))
        texts = {name: found.text(name) for name in _CHANGE_TEXTS if name in found}
        return cls(field=found.text("field"), span=span, **texts)


class Reason(Struct, frozen=True, kw_only=True):
    """Why a request has its action.

    ``problem`` is the vendor's text where it refused one, ``needs`` the id of the refused request
    that one waits for, ``changes`` what is not as it was sent before; each is empty otherwise.
    """

    code: ReasonCode
    problem: str = ""
    needs: str = ""
    changes: tuple[PayloadChange, ...] = ()

    def to_json(self) -> Json:
        """The reason as JSON values: its code, and the facts that belong to that."""
        found: Json = {"code": str(self.code)}
        match self.code:
            case ReasonCode.REFUSED:
                found["problem"] = self.problem
            case ReasonCode.WAITS:
                found["for"] = self.needs
            case ReasonCode.CHANGED:
                found["changes"] = [change.to_json() for change in self.changes]
        return found

    @classmethod
    def from_json(cls, written: Any, pointer: str) -> Reason:
        """Read what ``to_json`` wrote. Raises ``ShapeError``."""
        if isinstance(written, str):
            raise ShapeError(pointer, "a reason is an object with a code, and this is a text")
        found = JsonObject(written, pointer, _REASON, frozenset(_FACTS.values()))
        code = found.word("code", ReasonCode)
        fact = _FACTS.get(code)
        JsonObject(written, pointer, _REASON if fact is None else _REASON | {fact})
        match code:
            case ReasonCode.REFUSED:
                return cls(code=code, problem=found.text("problem"))
            case ReasonCode.WAITS:
                return cls(code=code, needs=found.text("for"))
            case ReasonCode.CHANGED:
                changes = found.list_of("changes", PayloadChange.from_json)
                return cls(code=code, changes=changes)
        return cls(code=code)


NEW = Reason(code=ReasonCode.NEW)
_PLACE = members("file line column")
_REASON = members("code")
_CHANGE_TEXTS = ("shot", "member", "old", "new")
_CHANGE, _CHANGE_OPTIONAL = members("field"), members("shot member old new span")
_FACTS = {
    ReasonCode.REFUSED: "problem",
    ReasonCode.WAITS: "for",
    ReasonCode.CHANGED: "changes",
}
"""The member that a reason has beside its code."""
