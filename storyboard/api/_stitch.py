"""The film from the clips of its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from storyboard.errors import StoryboardError

if TYPE_CHECKING:
    from storyboard.ledger.store import Store
    from storyboard.media.join import JoinedFilm, JoinPiece
    from storyboard.plan import Plan
    from storyboard.plan.planned_request import PlannedRequest
    from storyboard.plan.timeline import TimelineSegment
    from storyboard.project.outputs import Outputs
    from storyboard.values.segments import Segment


class MissingClipsError(StoryboardError):
    """Clips of the plan are not here, or not as they came.

    ``missing`` are their names, ``wanted`` counts all.
    """

    def __init__(self, missing: tuple[str, ...], wanted: int) -> None:
        named = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if missing[5:] else "")
        clips = "1 clip is" if wanted == 1 else f"{wanted} clips are"
        super().__init__(f"{len(missing)} of {clips} not here: {named}")
        self.missing = missing
        self.wanted = wanted


def stitch_plan(
    plan: Plan,
    store: Store,
    out: Path | None,
    say: Callable[[str], None],
    progress: Callable[[float, float], None],
    *,
    outputs: Outputs,
    force: bool = False,
) -> tuple[JoinedFilm, int]:
    """Join the segments of a plan's timeline; the film, and how many clips it is made of.

    Without ``out`` the film is ``film.mp4`` beside the clips. ``say`` hears why clips are encoded
    anew, ``progress`` how many seconds are written, and of how many. ``force`` replaces a file that
    is none of ``outputs``. Raises ``MissingClipsError``, ``StitchError``, ``LedgerError``,
    ``LockError``, ``OutputError`` and ``OutsideError``.
    """
    from storyboard.media.join import join

    stretches = _stretches(plan, store)
    _check_takes(stretches, store)
    pieces = [_piece(stretch, store) for stretch in stretches]
    if out is None and store.clips is not None:
        # The folder that was asked for may be anywhere, but nothing in it may lead out of it.
        outputs = replace(outputs, root=store.clips.resolve())
    film = out or store.out / "film.mp4"
    outputs.check(film, force=force)
    made = join(pieces, film, say, progress)
    outputs.keep(film)
    return made, len({stretch.take for stretch in stretches})


class _Stretch(Struct, frozen=True, kw_only=True):
    """Segments that follow each other in one clip: its ``take``, and seconds of it.

    ``guards_start`` and ``guards_end`` say that another shot of the clip lies there, and that
    nobody has seen where exactly it is cut: a frame is left out.
    """

    take: str
    start: float
    end: float
    name: str
    chapter: str
    guards_start: bool
    guards_end: bool


def _stretches(plan: Plan, store: Store) -> list[_Stretch]:
    """The film as stretches of clips. Raises ``MissingClipsError``."""
    titles = {one.scene: one.title or one.scene for one in plan.totals.scenes}
    requests = {one.id: one for one in plan.requests}
    kept = {one.take: one.address for one in plan.kept}
    places, checked = _ClipPlaces(store), store.checked_takes()
    found: list[_Stretch] = []
    missing: dict[str, str] = {}
    wanted: set[str] = set()
    for segment in plan.timeline:
        request = requests.get(segment.request or "")
        take = segment.take if request is None else places.takes.get(request.digest)
        name = request.id if request is not None else segment.shot
        clip = request.digest if request is not None else segment.take or name
        wanted.add(clip)
        if take is None or not checked.has(take):
            missing[clip] = name if request is not None else kept.get(clip, name)
            continue
        place = places.place(take, segment, request)
        chapter = titles.get(segment.shot.partition("/")[0], "")
        before = found[-1] if found else None
        guards = not place.is_exact
        if before is not None and (before.take, before.end) == (take, place.start):
            found[-1] = replace(
                before, end=place.end, guards_end=guards and places.goes_on(take, place.end)
            )
            continue
        found.append(
            _Stretch(
                take=take,
                start=place.start,
                end=place.end,
                name=name,
                chapter=chapter,
                guards_start=guards and place.start > 0,
                guards_end=guards and places.goes_on(take, place.end),
            )
        )
    if missing:
        raise MissingClipsError(tuple(missing.values()), len(wanted))
    return found


class _ClipPlaces:
    """Which clip each request has, and where shots stand in clips, by ledger and lock."""

    def __init__(self, store: Store) -> None:
        lock, intents = store.read_lock(), store.read_ledger().intents()
        finished = lock.finished().items()
        self.takes = {digest: one.clip for digest, one in finished if one.clip is not None}
        self.takes |= {one.digest: one.clip for one in intents if one.clip is not None}
        self._segments = dict(lock.segments) | {
            one.clip: one.segments for one in intents if one.clip is not None and one.segments
        }

    def place(
        self, take: str, segment: TimelineSegment, request: PlannedRequest | None
    ) -> Segment | TimelineSegment:
        """Where a segment really is; as it was asked for where nothing better is known."""
        if request is None:
            return segment
        for shot, content in zip(request.shots, request.contents, strict=True):
            if (shot.address, shot.part) == (segment.shot, segment.part):
                for found in self._segments.get(take, ()):
                    if found.content == content:
                        return found
        return segment

    def goes_on(self, take: str, end: float) -> bool:
        """Whether another shot of a clip begins where one ends."""
        return any(one.start == end for one in self._segments.get(take, ()))


def _check_takes(stretches: Iterable[_Stretch], store: Store) -> None:
    """Refuse takes whose bytes are not as they came, though size and time are.

    Places in them mean nothing any more. Raises ``StitchError``.
    """
    from storyboard.media.join import StitchError
    from storyboard.project.outputs import sha256_of

    for take, name in {one.take: one.name for one in stretches}.items():
        file = store.take(take)
        try:
            is_whole = sha256_of(file) == take
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StitchError(
                f'the film cannot be made: "{file}" cannot be read: {reason}'
            ) from None
        if not is_whole:
            named = store.clip(name)
            is_named = named.is_file() and named.samefile(file)
            both = f'"{file}" and "{named}"' if is_named else f'"{file}"'
            raise StitchError(
                f"the film cannot be made: the clip of {name} is not as it came: move {both} away "
                "and run again, which fetches it and charges nothing"
            )


def _piece(stretch: _Stretch, store: Store) -> JoinPiece:
    from storyboard.media.join import JoinPiece
    from storyboard.media.mp4 import ClipError, read_clip

    file, clip = store.take(stretch.take), store.clip(stretch.name)
    links = (clip,) if clip.is_file() and clip.samefile(file) else ()
    try:
        facts = read_clip(file)
    except ClipError:
        # What is wrong with it, and what to do, is said where the pieces are joined.
        return JoinPiece(file=file, name=stretch.name, links=links)
    start = facts.frame_at(stretch.start) + stretch.guards_start
    end = facts.frame_at(stretch.end) - stretch.guards_end
    return JoinPiece(
        file=file,
        start=start,
        end=None if end >= facts.frames else end,
        chapter=stretch.chapter,
        name=stretch.name,
        links=links,
    )
