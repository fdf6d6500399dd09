"""From clips to requests, one for each clip, with further takes where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from storyboard.compiler.clip import Clip, Part
from storyboard.compiler.cost import currency
from storyboard.compiler.film import FRAME, Film, Scene
from storyboard.compiler.payload import PayloadDraft
from storyboard.compiler.request import Request, in_needed_order, takes_of
from storyboard.compiler.request_inputs import RequestInputs
from storyboard.compiler.shot_digest import ShotDigests
from storyboard.compiler.takes import check_takes, rendered_once, renumbered, take_numbers
from storyboard.diagnostics import Diagnostics
from storyboard.targets.model import RenderedSecond
from storyboard.values.addresses import Portion, clip_name, take_name
from storyboard.values.canonical import digest


def lower(
    film: Film,
    clips: Sequence[tuple[Scene, Sequence[Clip]]],
    lowerings: Mapping[str, Lowering],
    diagnostics: Diagnostics,
    times: int = 1,
    *,
    are_chains_taken: bool = False,
) -> tuple[Request, ...]:
    """The film's requests, in its order; each clip becomes one, and ``times - 1`` alternates.

    Each is for the target of its shots, and may open on a frame of a clip of another target.
    ``lowerings`` are by the ids of the targets.

    A clip that continues opens on the last frame of the shot before it. Clips of such chains
    have alternates only where ``are_chains_taken``; see ``takes``.
    """

    def lowering(clip: Clip) -> Lowering:
        return lowerings[film.of(clip.parts[0].shot).target.target]

    film_takes = [lowering(clip).request(scene, clip) for scene, clip in _each(clips)]
    if times == 1:
        return tuple(film_takes)
    once = () if are_chains_taken else rendered_once(film_takes)
    check_takes(currency(film.target), in_needed_order(film_takes), once, times, diagnostics)
    single = {one.id for one in once}
    requests: list[Request] = []
    for (scene, clip), chosen in zip(_each(clips), film_takes, strict=True):
        numbers = take_numbers(clip.parts[0].shot.take, 1 if chosen.id in single else times)
        requests.append(chosen)
        requests += [
            lowering(clip).request(scene, renumbered(clip, number), alternate_of=chosen.id)
            for number in islice(numbers, 1, None)
        ]
    return tuple(requests)


def _each(clips: Sequence[tuple[Scene, Sequence[Clip]]]) -> Iterator[tuple[Scene, Clip]]:
    return ((scene, clip) for scene, scene_clips in clips for clip in scene_clips)


class Lowering:
    """Makes the requests of one film; what its requests share is made once."""

    def __init__(self, film: Film, digests: ShotDigests, diagnostics: Diagnostics) -> None:
        self.film = film
        self.digests = digests
        self._inputs = RequestInputs(film, digests, diagnostics)
        self._made: dict[int, Request] = {}

    def request(self, scene: Scene, clip: Clip, alternate_of: str | None = None) -> Request:
        """The request of a clip; asked again for the same clip, it is the same.

        ``alternate_of`` is the id of the request that the film is made of, for another take.
        """
        made = self._made.get(id(clip))
        if made is None or made.clip is not clip or alternate_of is not None:
            made = self._made[id(clip)] = self._request(scene, clip, alternate_of)
        return made

    def _request(self, scene: Scene, clip: Clip, alternate_of: str | None) -> Request:
        draft = PayloadDraft(self._inputs)
        draft.write(scene, clip)
        endpoint = self.film.target.endpoint
        content = {
            "host": self.film.target.host,
            "endpoint": endpoint,
            "payload": draft.payload,
            "take": takes_of(clip),
        }
        number = clip.parts[0].shot.take
        return Request(
            id=take_name(alternate_of, number) if alternate_of else request_id(clip),
            alternate_of=alternate_of,
            scene=scene.address,
            target=self.film.target,
            endpoint=endpoint,
            payload=draft.payload,
            digest=digest(content),
            clip=clip,
            second=second_of(self.film, scene, clip.parts),
            digests=self.digests,
            tokens=draft.tokens,
            characters=tuple(draft.characters),
            tags=draft.tags,
            assets=draft.asset_uses(),
            depends_on=tuple(draft.depends_on),
        )


def second_of(film: Film, scene: Scene, parts: Sequence[Part]) -> RenderedSecond:
    """What the price of a request of these parts depends on."""
    marks = {mark for part in parts for mark in part.prompt.marks if mark != FRAME}
    sent = [one for one in map(film.cast.reference, marks) if one is not None]
    clips = [one.shot or one.video for one in sent if one.is_moving]
    clips += [one.shot.footage.clip for one in parts if one.shot.footage is not None]
    lengths = [one.seconds for one in clips if one is not None]
    return RenderedSecond(
        audio=film.target.sounds(parts[0].shot.audio),
        voice=any(one.voice is not None for one in sent),
        video=bool(clips),
        clip_seconds=None if None in lengths else sum(filter(None, lengths)),
        resolution=film.target.resolution(scene.resolution),
    )


def request_id(clip: Clip) -> str:
    """The name of a clip: ``arrival/climb``, ``arrival/climb.2`` or ``arrival/a..lamp``."""
    return clip_name([_portion(part) for part in clip.parts])


def _portion(part: Part) -> Portion:
    return Portion(
        address=part.shot.address,
        number=part.shot.number,
        part=part.number if part.count > 1 else None,
        parts=part.count,
    )
