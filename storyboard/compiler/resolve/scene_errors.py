"""Which scenes an error concerns: their requests and prices are unknown, those of others are not.

An error concerns the scene that it stands in, or that takes the place of the error over with an
alias. An error in the block of a member of the cast concerns the scenes that mention the member.
A scene that continues the one before it has its first frame from there, and one that mentions
footage which is a shot has its clip from the scene of that shot. Every other error, such as an
unknown target, concerns the whole film.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from storyboard.compiler.resolve.members import Member, members_of
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.symbols import SymbolTable, symbol_table
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity, Source, Span
from storyboard.diagnostics.codes import BROKEN_TARGET
from storyboard.document import Node, Scalar
from storyboard.document.nodes import HOLE
from storyboard.document.nodes import Mapping as MappingNode
from storyboard.language.cast import Footage
from storyboard.language.model import Library, Scene, Storyboard


class UnpricedReason(StrEnum):
    """Why a scene has no requests."""

    ERRORS = "errors"
    """There are errors in it, or in what its aliases bring."""
    MENTIONS = "mentions"
    """It mentions a member of the cast whose block has errors."""
    CONTINUES = "continues"
    """It continues a scene without requests."""
    FOOTAGE = "footage"
    """It mentions footage that is a shot of a scene without requests."""
    FILM = "film"
    """An error concerns the whole film."""


_OF_THE_FILM = frozenset({BROKEN_TARGET})
"""Without its data no scene has requests, wherever a target is named."""


class UnpricedScene(Struct, frozen=True, kw_only=True):
    """A scene that has no requests, and why.

    ``number`` counts from 1 as written. ``of`` is the name of the member or the footage that it
    mentions or the address of the scene that it continues; else empty.
    """

    number: int
    address: str
    title: str
    reason: UnpricedReason
    of: str = ""


def find_unpriced(
    storyboard: Storyboard,
    libraries: Iterable[Library],
    variables: Mapping[str, Any],
    diagnostics: Diagnostics,
) -> tuple[UnpricedScene, ...]:
    """The scenes that the errors found so far concern; none where there are no errors.

    ``variables`` are the values that templates are filled in with: a name in one of them may be
    mentioned anywhere.
    """
    if not diagnostics.has_errors:
        return ()
    errors = [found for found in diagnostics if found.severity is Severity.ERROR]
    return tuple(_Finder(storyboard, libraries, variables, errors).find())


class _Region(Struct):
    """A stretch of a source and the scene or member that is written there."""

    start: int
    end: int
    owner: int | str


class _Places(Struct):
    """The regions of one source; those that aliases bring to scenes and members beside them."""

    regions: list[_Region] = field(default_factory=list)
    aliased: dict[tuple[int, int], set[int | str]] = field(default_factory=dict)

    def owners(self, offset: int) -> set[int | str]:
        """The numbers of the scenes and the names of the members that an offset belongs to."""
        found: set[int | str] = set()
        for (start, end), owners in self.aliased.items():
            if start <= offset <= end:
                found |= owners
        index = bisect_right(self.regions, offset, key=lambda region: region.start) - 1
        if index >= 0 and offset <= self.regions[index].end:
            found.add(self.regions[index].owner)
        return found


class _Finder:
    """Follows the errors of one film to its scenes."""

    def __init__(
        self,
        storyboard: Storyboard,
        libraries: Iterable[Library],
        variables: Mapping[str, Any],
        errors: Sequence[Diagnostic],
    ) -> None:
        self.storyboard = storyboard
        self.libraries = tuple(libraries)
        self.variables = variables
        self.everywhere = ""
        """A broken member whom every scene mentions; empty where there is none."""
        self.mentioned: dict[int, str] = {}
        """A broken member whom a scene mentions, by the scene's number."""
        self.members: dict[str, Member] = {}
        files: list[Storyboard | Library] = [storyboard, *self.libraries]
        for file in files:
            for member in members_of(file, ""):
                self.members.setdefault(normal(member.name), member)
        self.places: dict[Source, _Places] = {}
        self.has_film_error = False
        self.scenes: set[int] = set()
        self.broken: set[str] = {
            name for name, member in self.members.items() if _has_hole(member.block.node)
        }
        self._set_regions()
        for error in errors:
            self._follow(error)

    @cached_property
    def table(self) -> SymbolTable:
        """The names of the film with their uses."""
        return symbol_table(self.storyboard, self.libraries)

    def find(self) -> Iterator[UnpricedScene]:
        """The scenes without requests, in their order."""
        if self.broken:
            self._follow_names()
        footage: dict[int, str] = {}
        found = [*self._without_requests(footage)]
        while any(self._follow_footage(one, footage) for one in found):
            found = [*self._without_requests(footage)]
        yield from found

    def _without_requests(self, footage: Mapping[int, str]) -> Iterator[UnpricedScene]:
        """The scenes without requests; ``footage`` is what scenes mention of others, if known."""
        before: str | None = None
        for number, scene in enumerate(self.storyboard.scenes, 1):
            if scene.skip:
                continue
            address = str(scene.id) if scene.id is not None else str(number)
            reason, of = self._reason(number, scene)
            if reason is None and before is not None and _continues(scene):
                reason, of = UnpricedReason.CONTINUES, before
            if reason is None and number in footage:
                reason, of = UnpricedReason.FOOTAGE, footage[number]
            if reason is not None:
                title = str(scene.title or "")
                yield UnpricedScene(
                    number=number, address=address, title=title, reason=reason, of=of
                )
            if reason is not None or any(not shot.skip for shot in scene.shots):
                before = address if reason is not None else None

    def _follow_footage(self, scene: UnpricedScene, footage: dict[int, str]) -> bool:
        """Note which scenes mention footage that is a shot of a scene; whether any is new."""
        known = len(footage)
        for name, member in self.members.items():
            block = member.block
            shot = block.shot if isinstance(block, Footage) else None
            if shot is None or normal(shot.partition("/")[0].strip()) != normal(scene.address):
                continue
            for use in self.table.symbols[name].uses:
                for owner in self._owners(use.span):
                    if isinstance(owner, int):
                        footage.setdefault(owner, member.name)
        return len(footage) > known

    def _reason(self, number: int, scene: Scene) -> tuple[UnpricedReason | None, str]:
        if number in self.scenes or _has_hole(scene.node):
            return UnpricedReason.ERRORS, ""
        if self.has_film_error:
            return UnpricedReason.FILM, ""
        if of := self.everywhere or self.mentioned.get(number, ""):
            return UnpricedReason.MENTIONS, of
        return None, ""

    # -- where errors are ------------------------------------------------------------------------

    def _set_regions(self) -> None:
        for number, scene in enumerate(self.storyboard.scenes, 1):
            self._add_region(scene.node, number)
            self._add_aliased(scene.node, number)
        for name, member in self.members.items():
            block = member.block.node
            if member.key.origin.used_at is None:
                self._add_region(block, name, member.key.start)
            self._add_aliased(block, name)
        for places in self.places.values():
            places.regions.sort(key=lambda region: region.start)

    def _add_region(self, node: MappingNode, owner: int | str, start: int | None = None) -> None:
        if node.origin.used_at is not None:
            return  # it is written elsewhere, perhaps for several
        source = node.origin.source
        begin = node.start if start is None else start
        line = source.line_starts[source.position(begin)[0] - 1]
        if not source.text[line:begin].strip(" \t-"):
            begin = line
        number = source.position(node.end)[0]
        end = source.line_starts[number - 1] + len(source.line(number))
        self.places.setdefault(source, _Places()).regions.append(_Region(begin, end, owner))

    def _add_aliased(self, node: Node, owner: int | str) -> None:
        """Add what an alias brings to a scene or member as a region of it."""
        if node.origin.used_at is not None:
            places = self.places.setdefault(node.origin.source, _Places())
            places.aliased.setdefault((node.start, node.end), set()).add(owner)
            return
        for inner in _inner(node):
            self._add_aliased(inner, owner)

    def _follow(self, error: Diagnostic) -> None:
        if error.span is None or error.code in _OF_THE_FILM:
            self.has_film_error = True
            return
        # A label points at what explains an error: at the cast it may be innocent.
        owners = {one for label in error.labels for one in self._owners(label.span)}
        self.scenes.update(owner for owner in owners if isinstance(owner, int))
        for place in error.places or (error.span,):
            owners = self._owners(place)
            self.has_film_error |= not owners
            self.scenes.update(owner for owner in owners if isinstance(owner, int))
            self.broken.update(owner for owner in owners if isinstance(owner, str))

    def _owners(self, span: Span) -> set[int | str]:
        places = self.places.get(span.source)
        return set() if places is None else places.owners(span.start)

    # -- who is mentioned ------------------------------------------------------------------------

    def _follow_names(self) -> None:
        """Find the scenes that mention a broken member, or one whose texts mention it."""
        table = self.table
        waiting = sorted(self.broken)
        while waiting:
            name = waiting.pop(0)
            for use in table.symbols[name].uses if name in table.symbols else ():
                owners = self._owners(use.span)
                if not owners:
                    # The film's style, defaults, template and variables are for every scene.
                    self.everywhere = self.everywhere or name
                for owner in owners:
                    if isinstance(owner, int):
                        self.mentioned.setdefault(owner, name)
                    elif owner not in self.broken:
                        self.broken.add(owner)
                        waiting.append(owner)
        for value in self.variables.values():
            text = str(value)
            if "@" in text and any(f"@{name}" in text for name in self.broken):
                self.everywhere = self.everywhere or min(self.broken)


def _continues(scene: Scene) -> bool:
    """Whether a scene opens on the last frame of the scene before."""
    first = next((shot for shot in scene.shots if not shot.skip), None)
    return first is not None and first.seam == "continue"


def _inner(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        yield from node.values()
    elif not isinstance(node, Scalar):
        yield from node


def _has_hole(node: Node) -> bool:
    """Whether something at or below a node could not be read."""
    if isinstance(node, Scalar):
        return node.style == HOLE
    is_broken = isinstance(node, MappingNode) and getattr(node, "is_broken", False)
    return is_broken or any(map(_has_hole, _inner(node)))
