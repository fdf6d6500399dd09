"""What the size of each request is due to: why shots are divided, and why neighbours are apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from storyboard.compiler.clip import KeptPart, Part
from storyboard.compiler.film import Film, Scene
from storyboard.compiler.neighbours import Neighbours
from storyboard.compiler.request import Request


def boundaries(film: Film, cut: Sequence[Request | KeptPart]) -> dict[str, tuple[str, ...]]:
    """The limits and choices that made each request as large as it is, in words, by its id.

    ``cut`` is the film in its order.
    """
    found: dict[str, list[str]] = {}
    scenes = {shot.address: scene for scene in film.scenes for shot in scene.shots}
    for one in cut:
        if isinstance(one, Request):
            found[one.id] = [*_divisions(one)]
            if padding := one.clip.padding:
                found[one.id].append(f"{padding} s are paid that nobody asked for")
    for one, after in pairwise(cut):
        scene = scenes[_parts(one)[0].shot.address]
        if scenes[_parts(after)[0].shot.address] is not scene:
            continue
        for request, other, is_after in ((one, after, True), (after, one, False)):
            if isinstance(request, Request):
                name = _parts(other)[0 if is_after else -1].address
                said = _apart(film, scene, request, other, is_after=is_after)
                if said:
                    found[request.id].append(f"not with {name}: {_of_it(said, name)}")
    return {name: tuple(dict.fromkeys(said)) for name, said in found.items()}


def _of_it(said: str, name: str) -> str:
    """What is said, of ``it`` where it is of the shot that was just named."""
    return f"it {said.removeprefix(name).lstrip()}" if said.startswith(f"{name} ") else said


def _parts(one: Request | KeptPart) -> tuple[Part, ...]:
    return one.clip.parts if isinstance(one, Request) else (one.part,)


def _divisions(request: Request) -> Iterator[str]:
    """Why shots are divided of which a request renders parts."""
    most = request.target.seconds.max
    for part in {part.shot.address: part for part in request.clip.parts if part.count > 1}.values():
        shot, way = part.shot, part.way
        why = ""
        if way.is_by_text and way.weight > way.limit:
            why = f": its text counts {way.weight} characters, a prompt {way.limit} at most"
        elif shot.seconds > most:
            why = f": it lasts {shot.seconds} s, a request {most} s at most"
        yield f"{shot.address} is divided into {part.count} parts{why}"


def _apart(
    film: Film, scene: Scene, request: Request, neighbour: Request | KeptPart, *, is_after: bool
) -> str:
    """Why a request does not render the next part, or the one before it, too."""
    own, parts = film.of(request.clip.parts[0].shot), request.clip.parts
    other = _parts(neighbour)[0 if is_after else -1]
    if other.shot is parts[-1 if is_after else 0].shot and other.count > 1:
        return ""  # why the shot is divided is said
    if parts[0].continues and not is_after:
        return ""  # on what it opens is said
    if film.of(other.shot).target is not own.target:
        return f"that is rendered by {film.of(other.shot).target.target}"
    if isinstance(neighbour, KeptPart):
        return "that is kept from a clip that is paid"
    neighbours = Neighbours(scene, own.target)
    pair = (parts[-1], other) if is_after else (other, parts[0])
    together = (*parts, other) if is_after else (other, *parts)
    return (
        neighbours.obstacle(*pair)
        or neighbours.overflow(together, own.cast, own.max_references)
        or "there is room, but the film is no cheaper so"
    )
