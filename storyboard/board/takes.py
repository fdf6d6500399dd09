"""The takes of the clips of a film: those that are paid, and those that a plan has further.

A writer chooses among them by the number at the first shot that a clip renders. So the takes of a
clip are all paid clips that show the same, that shot with another number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from storyboard.board.model import BoardTake, Rendering, TakenClip
from storyboard.board.stills import Stills
from storyboard.compiler.film import Film, Shot
from storyboard.compiler.shot_digest import ShotDigests
from storyboard.ledger import Known
from storyboard.ledger.history import FormerClip
from storyboard.ledger.store import Store
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.reason import Action
from storyboard.plan.timeline import KeptClip
from storyboard.values.segments import Ending, Segment, ShotPart, endings

_HERE = frozenset({Action.REUSE, Action.FETCH})


class FilmTakes:
    """The takes of a film's clips: where each shot stands in what is paid, and what else there is.

    ``known`` tells what is paid, and ``store`` where its files are.
    """

    def __init__(self, plan: Plan, film: Film, known: Known, store: Store, stills: Stills) -> None:
        self._film = film
        self._known = known
        self._store = store
        self._stills = stills
        self._digests = ShotDigests(film)
        self._shots = {shot.address: shot for scene in film.scenes for shot in scene.shots}
        self._further: dict[str, list[PlannedRequest]] = {}
        self._needed_by: dict[Ending, list[str]] = {}
        for request in plan.requests:
            if request.alternate_of is not None:
                self._further.setdefault(request.alternate_of, []).append(request)
                continue
            for needed in request.depends_on:
                users = self._needed_by.setdefault((needed.digest, needed.part), [])
                users.append(request.id)

    def with_still(self, rendering: Rendering, content: ShotPart) -> Rendering:
        """A rendering with a picture of it, where its clip is on this disk."""
        clip = self._clip(rendering.request)
        place = None if clip is None else _place(clip, content)
        if clip is None or place is None or not clip.is_here:
            return rendering
        still = self._stills.picture(clip.take, clip.address, place.start, place.end)
        return replace(rendering, still=still) if still.key else rendering

    def of(self, clip: int, request: PlannedRequest | KeptClip) -> TakenClip | None:
        """The takes of a clip of the film, which has that number; None where it has only one."""
        contents = _contents(request)
        shot = self._shots.get(request.shots[0].address)
        if shot is None or not contents:
            return None
        found = {shot.take: self._chosen(shot, request, contents)}
        for further in self._further.get(request.id, ()):
            number = further.take if isinstance(further.take, int) else further.take[0]
            found[number] = self._of_request(number, further)
        for number in self._known.take_numbers():
            if number not in found and (take := self._paid(shot, number, contents)) is not None:
                found[number] = take
        if len(found) == 1:
            return None
        written = shot.node.get("take")
        needed_by = dict.fromkeys(
            user for end in endings(contents) for user in self._needed_by.get(end, ())
        )
        place = shot.span if written is None else written.span
        return TakenClip(
            clip=clip,
            shots=tuple(dict.fromkeys(one.address for one in request.shots)),
            target=request.target,
            address=shot.address,
            file=place.source.name,
            line=place.line,
            is_written=written is not None,
            is_text=_is_text(shot),
            needed_by=tuple(needed_by),
            takes=tuple(found[number] for number in sorted(found)),
        )

    def _clip(self, request: PlannedRequest | KeptClip) -> FormerClip | None:
        """The paid clip of a request, or of what is kept."""
        if isinstance(request, KeptClip):
            return self._known.clip(request.take)
        return self._known.clip_of(request.digest) if request.action in _HERE else None

    def _chosen(
        self, shot: Shot, request: PlannedRequest | KeptClip, contents: Sequence[ShotPart]
    ) -> BoardTake:
        clip = self._clip(request)
        if clip is not None:
            return self._take(shot.take, clip, contents, is_chosen=True)
        assert isinstance(request, PlannedRequest)  # noqa: S101 - what is kept is paid
        return replace(self._of_request(shot.take, request), is_chosen=True)

    def _of_request(self, number: int, request: PlannedRequest) -> BoardTake:
        clip = self._clip(request)
        if clip is not None:
            return self._take(number, clip, request.contents)
        return BoardTake(
            number=number,
            name=request.id,
            action=request.action,
            reason=request.reason.code,
            money=request.money,
        )

    def _paid(self, shot: Shot, number: int, contents: Sequence[ShotPart]) -> BoardTake | None:
        """The take of a number: a paid clip that shows all, the one with the least besides."""
        own, other = contents[0].shot, self._digests.of(replace(shot, take=number))
        wanted = [replace(one, shot=other) if one.shot == own else one for one in contents]
        clips = (self._known.clip(one.take) for one in self._known.former(wanted[0]))
        whole = [clip for clip in clips if all(_place(clip, one) for one in wanted)]
        if not whole:
            return None
        best = min(whole, key=lambda clip: (len(clip.segments), not clip.is_here))
        return self._take(number, best, wanted)

    def _take(
        self,
        number: int,
        clip: FormerClip,
        contents: Iterable[ShotPart],
        *,
        is_chosen: bool = False,
    ) -> BoardTake:
        places = [place for one in contents if (place := _place(clip, one)) is not None]
        pictures = (
            self._stills.picture(clip.take, clip.address, one.start, one.end, is_small=True)
            for one in places
        )
        return BoardTake(
            number=number,
            name=clip.address,
            action=Action.REUSE if clip.is_here else Action.FETCH,
            made=clip.made,
            money=clip.cost,
            start=min((one.start for one in places), default=0.0),
            end=max((one.end for one in places), default=float(clip.seconds)),
            pictures=tuple(pictures) if clip.is_here else (),
            file=self._store.take(clip.take) if clip.is_here else None,
            is_chosen=is_chosen,
        )


def _contents(request: PlannedRequest | KeptClip) -> tuple[ShotPart, ...]:
    if isinstance(request, KeptClip):
        return tuple(shot.segment.content for shot in request.shots)
    return request.contents


def _place(clip: FormerClip, content: ShotPart) -> Segment | None:
    """Where a content stands in a paid clip."""
    return next((one for one in clip.segments if one.content == content), None)


def _is_text(shot: Shot) -> bool:
    """Whether a shot is written as its prompt alone, without keys."""
    prompt = shot.node.get("prompt")
    return prompt is not None and prompt.span.start == shot.node.start
