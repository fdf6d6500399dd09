"""Which scenes an error concerns: their requests and prices are unknown, those of others are not.

An error concerns the scene that it stands in, or that takes the place of the error over with an
alias. An error in the block of a member of the cast concerns the scenes that mention the member.
A scene that continues the one before it has its first frame from there. Every other error, such
as an unknown target, concerns the whole film.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from storyboard.compiler.resolve.members import Member, members_of
from storyboard.compiler.resolve.mentions import mentions, normal
from storyboard.diagnostics import Diagnostic, Diagnostics, Severity, Source, Span
from storyboard.diagnostics.codes import (
    BROKEN_TARGET,
    FEATURE_LOST,
    FEATURE_REFUSED,
    UNKNOWN_TARGET,
)
from storyboard.document import Node, Scalar
from storyboard.document.nodes import HOLE
from storyboard.document.nodes import Mapping as MappingNode
from storyboard.language.cast import Element
from storyboard.language.model import Library, Scene, Storyboard

UnpricedReason = Literal["errors", "mentions", "continues", "film"]


_OF_THE_FILM = frozenset({BROKEN_TARGET, FEATURE_LOST, FEATURE_REFUSED, UNKNOWN_TARGET})
"""What a target refuses is one finding at the first of the shots that ask for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedScene:
    """A scene that has no requests, and why.

    ``number`` counts from 1 as written. ``reason`` is ``errors`` in the scene itself, ``mentions``
    the member ``of`` whose block has errors, ``continues`` the unpriced scene ``of``, or ``film``
    where an error concerns the whole film.
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


@dataclass(slots=True)
class _Region:
    """A stretch of a source and the scene or member that is written there."""

    start: int
    end: int
    owner: int | str


@dataclass(slots=True)
class _Places:
    """The regions of one source; those that aliases bring to scenes and members beside them."""

    regions: list[_Region] = field(default_factory=list)
    aliased: list[_Region] = field(default_factory=list)

    def owners(self, offset: int) -> set[int | str]:
        """The numbers of the scenes and the names of the members that an offset belongs to."""
        index = bisect_right(self.regions, offset, key=lambda region: region.start) - 1
        near = [*self.aliased, *self.regions[max(index, 0) : index + 1]]
        return {region.owner for region in near if region.start <= offset <= region.end}


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
        self.variables = variables
        self.members: dict[str, Member] = {}
        files: list[Storyboard | Library] = [storyboard, *libraries]
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

    def find(self) -> Iterator[UnpricedScene]:
        """The scenes without requests, in their order."""
        if self.broken:
            self._spread()
        everywhere = self._mentioned(self._shared_nodes()) if self.broken else ""
        for value in self.variables.values() if self.broken and not everywhere else ():
            everywhere = everywhere or self._mentioned_in(str(value))
        before: str | None = None
        for number, scene in enumerate(self.storyboard.scenes, 1):
            if scene.skip:
                continue
            address = str(scene.id) if scene.id is not None else str(number)
            reason, of = self._reason(number, scene, everywhere)
            if reason is None and before is not None and _continues(scene):
                reason, of = "continues", before
            if reason is not None:
                title = str(scene.title or "")
                yield UnpricedScene(
                    number=number, address=address, title=title, reason=reason, of=of
                )
            if reason is not None or any(not shot.skip for shot in scene.shots):
                before = address if reason is not None else None

    def _reason(
        self, number: int, scene: Scene, everywhere: str
    ) -> tuple[UnpricedReason | None, str]:
        if number in self.scenes or _has_hole(scene.node):
            return "errors", ""
        if self.has_film_error:
            return "film", ""
        if self.broken and (of := everywhere or self._mentioned([scene.node])):
            return "mentions", of
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
            places.aliased.append(_Region(node.start, node.end, owner))
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
        owners = self._owners(error.span)
        self.has_film_error |= not owners
        self.scenes.update(owner for owner in owners if isinstance(owner, int))
        self.broken.update(owner for owner in owners if isinstance(owner, str))

    def _owners(self, span: Span) -> set[int | str]:
        places = self.places.get(span.source)
        return set() if places is None else places.owners(span.start)

    # -- who is mentioned ------------------------------------------------------------------------

    def _spread(self) -> None:
        """Whoever mentions a broken member is broken."""
        users: dict[str, set[str]] = {}
        for name, member in self.members.items():
            for used in self._names([member.block.node]):
                users.setdefault(used, set()).add(name)
        waiting = list(self.broken)
        while waiting:
            new = users.get(waiting.pop(), set()) - self.broken
            self.broken |= new
            waiting += new

    def _shared_nodes(self) -> list[Node]:
        """What every scene may use: the film's style and defaults, its template and variables."""
        node = self.storyboard.node
        keys = ("style", "defaults", "template", "vars")
        return [node[key] for key in keys if key in node]

    def _mentioned(self, nodes: Iterable[Node]) -> str:
        """The first broken member that is mentioned below the nodes; empty where none is."""
        return next((name for name in self._names(nodes) if name in self.broken), "")

    def _mentioned_in(self, text: str) -> str:
        found = mentions(text, self.members.__contains__, self._has_look) if "@" in text else ()
        return next((one.name for one in found if one.name in self.broken), "")

    def _names(self, nodes: Iterable[Node]) -> Iterator[str]:
        """The declared names below some nodes, whether as a text's mention or as a whole text."""
        for node in nodes:
            for text in _texts(node):
                name = normal(text.removeprefix("@").partition(".")[0])
                if name in self.members:
                    yield name
                elif "@" in text:
                    found = mentions(text, self.members.__contains__, self._has_look)
                    yield from (one.name for one in found if one.name in self.members)

    def _has_look(self, name: str, look: str) -> bool:
        block = self.members[name].block if name in self.members else None
        return isinstance(block, Element) and Scalar(look) in (block.looks or {})


def _continues(scene: Scene) -> bool:
    """Whether a scene opens on the last frame of the scene before."""
    first = next((shot for shot in scene.shots if not shot.skip), None)
    return first is not None and first.seam == "continue"


def _inner(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        yield from node.values()
    elif not isinstance(node, Scalar):
        yield from node


def _texts(node: Node) -> Iterator[str]:
    """The scalars at and below a node, keys too."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, MappingNode):
        yield from node
    for inner in _inner(node):
        yield from _texts(inner)


def _has_hole(node: Node) -> bool:
    """Whether something at or below a node could not be read."""
    if isinstance(node, Scalar):
        return node.style == HOLE
    is_broken = isinstance(node, MappingNode) and getattr(node, "is_broken", False)
    return is_broken or any(map(_has_hole, _inner(node)))
