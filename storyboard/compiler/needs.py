"""What shots need of others: the last frame that a shot opens on, and the clips that it is sent.

A clip is exactly its shot where the shot has a request of its own. So has every shot that waits for
one, at whatever distance: what is left to share requests needs only frames from before it, and no
request can wait for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from storyboard.compiler.film import Film, Shot, ShotClip, marks_of

Needs = Callable[[str], Sequence[str]]
"""The addresses of the shots that a shot needs, by its address."""


def footage_of(film: Film, shot: Shot) -> tuple[str, ...]:
    """The addresses of the shots whose clips a shot is made from or mentions."""
    cast = film.of(shot).cast
    found: dict[str, None] = {}
    if shot.footage is not None and isinstance(shot.footage.clip, ShotClip):
        found[shot.footage.clip.shot] = None
    waiting = list(dict.fromkeys(shot.all_marks()))
    seen = set(waiting)
    for mark in waiting:
        sent = cast.reference(mark)
        if sent is not None and sent.shot is not None:
            found[sent.shot.shot] = None
        for passage in cast.introductions.get(mark, ()):
            nested = [one for one in marks_of(passage.text) if one not in seen]
            seen.update(nested)
            waiting += dict.fromkeys(nested)
    return tuple(found)


def all_footage(film: Film) -> dict[str, tuple[str, ...]]:
    """What ``footage_of`` gives for each shot of a film that is sent the clip of another."""
    if next(shot_clips(film), None) is None:
        return {}
    shots = (shot for scene in film.scenes for shot in scene.shots)
    return {shot.address: clips for shot in shots if (clips := footage_of(film, shot))}


def shot_clips(film: Film) -> Iterator[tuple[Film, ShotClip]]:
    """The clips of shots that are sent for a film, each with the film on the target that takes it.

    One that several shots refer to may come several times.
    """
    for own in film.films():
        for sent in map(own.cast.reference, own.cast.marks()):
            if sent is not None and sent.shot is not None:
                yield own, sent.shot
    for scene in film.scenes:
        for shot in scene.shots:
            if shot.footage is not None and isinstance(shot.footage.clip, ShotClip):
                yield film.of(shot), shot.footage.clip


def needs_first(film: Film) -> Iterator[Shot]:
    """The shots of a film in its order, but each behind those that it needs."""
    shots = {shot.address: shot for scene in film.scenes for shot in scene.shots}
    footage = all_footage(film)
    if not footage:
        yield from shots.values()
        return
    needs = shot_needs([*shots.values()], footage)
    for address in in_order([*shots], needs.__getitem__):
        yield shots[address]


def shot_needs(
    shots: Sequence[Shot], footage: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """What each shot of a film needs: the shot before where it continues it, and its footage."""
    needs: dict[str, tuple[str, ...]] = {}
    for before, shot in zip((None, *shots), shots, strict=False):
        is_continued = before is not None and shot.seam == "continue" and not shot.start_frame
        opens_on = (before.address,) if before is not None and is_continued else ()
        needs[shot.address] = (*opens_on, *footage.get(shot.address, ()))
    return needs


def in_order(names: Sequence[str], needs: Needs) -> Iterator[str]:
    """Names in their order, but each behind those that it needs; others' names are left out."""
    known, done = frozenset(names), set[str]()
    for first in names:
        waiting = [(first, iter(needs(first)))]
        begun = {first}
        while waiting:
            name, rest = waiting[-1]
            if name in done:
                waiting.pop()
                continue
            needed = next((one for one in rest if one in known - done - begun), None)
            if needed is not None:
                begun.add(needed)
                waiting.append((needed, iter(needs(needed))))
                continue
            waiting.pop()
            done.add(name)
            yield name


def set_apart(film: Film) -> Film:
    """The film with those shots marked that are footage, and those that share no request."""
    footage = all_footage(film)
    if not footage:
        return film
    sources = {address for clips in footage.values() for address in clips}
    shots = [shot for scene in film.scenes for shot in scene.shots]
    needs = shot_needs(shots, footage)
    waiting: set[str] = set()
    for address in in_order([*needs], needs.__getitem__):
        if address in footage or not waiting.isdisjoint(needs[address]):
            waiting.add(address)

    def marked(shot: Shot) -> Shot:
        is_footage = shot.address in sources
        if not is_footage and shot.address not in waiting:
            return shot
        return replace(shot, is_footage=is_footage, is_apart=True)

    scenes = (replace(scene, shots=tuple(map(marked, scene.shots))) for scene in film.scenes)
    return replace(film, scenes=tuple(scenes))
