"""A model that no table knows, served by a target's data and the schema of its requests.

What the data say is all that is known of such a model: a body is refused where it breaks the
schema or a limit, and is taken for what the data say that its fields mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from storyboard.simulator.body_types import MovieLimits, PictureLimits
from storyboard.simulator.inputs import Input
from storyboard.simulator.orders import Body, OrderedShot, SimulatedOrder
from storyboard.simulator.rules import Breach
from storyboard.targets.limits import Videos
from storyboard.targets.model import Target
from storyboard.targets.own_schema import schema_problems
from storyboard.targets.schemas import request_schema
from storyboard.targets.sent_request import MisshapenRequestError, SentRequest, read_request
from storyboard.targets.tag_forms import tag_pattern

_MAX_BREACHES = 10


class OwnEndpoint(Struct, frozen=True):
    """See :class:`Endpoint`: the model of a target's data."""

    target: Target

    @property
    def id(self) -> str:
        """See :class:`Endpoint`."""
        return self.target.endpoint

    @property
    def picture(self) -> PictureLimits:
        """See :class:`Endpoint`."""
        limits = self.target.pictures
        return PictureLimits(
            most_bytes=limits.max_bytes,
            least_side=limits.min_side,
            most_side=limits.max_side,
            least_ratio=float(limits.min_ratio),
            most_ratio=float(limits.max_ratio),
            formats=tuple(one.upper() for one in limits.formats),
        )

    def movie(self, body: Body) -> MovieLimits:
        """See :class:`Endpoint`; of footage where the target takes it, else of elements."""
        limits, facing = self.target.footage or self.target.videos, self.target.request.facing
        if limits is None:
            return MovieLimits()
        found, most = _movie_limits(limits), limits.max_facing_picture
        if facing is None or most is None or body.get(facing.name) != facing.picture:
            return found
        return replace(found, seconds=(found.seconds[0], float(most)))

    @property
    def currency(self) -> str:
        """See :class:`Endpoint`."""
        return self.target.prices[0].currency if self.target.prices else "USD"

    def breaches(self, body: Body) -> tuple[Breach, ...]:
        """See :class:`Endpoint`: of the schema first, then of the target's limits."""
        found = tuple(self._by_schema(body))[:_MAX_BREACHES]
        if found:
            return found
        try:
            sent = read_request(self.target, body)
        except MisshapenRequestError as error:
            return (Breach(msg=str(error), type="value_error", loc=error.at),)
        return tuple(self._by_limits(sent, body))[:_MAX_BREACHES]

    def order(self, body: Body) -> SimulatedOrder:
        """See :class:`Endpoint`."""
        sent = read_request(self.target, body)
        tags = self.target.tags
        elements = {
            tags.element.format(n=number, name=one.name): one.pictures[0][1]
            for number, one in enumerate(sent.elements, 1)
            if one.pictures
        }
        names = sent.image_names or ("",) * len(sent.images)
        images = {
            tags.image.format(n=number, name=name): link
            for number, ((_, link), name) in enumerate(zip(sent.images, names, strict=True), 1)
        }
        ratio = sent.ratio or next(iter(self.target.aspect_ratios), "16:9")
        return SimulatedOrder(
            shots=tuple(
                OrderedShot(prompt=shot.prompt, seconds=shot.seconds) for shot in sent.shots
            ),
            ratio=ratio if _RATIO.fullmatch(ratio) else "16:9",
            audio=sent.audio,
            first=sent.first[1] if sent.first else None,
            last=sent.last[1] if sent.last else None,
            middle=tuple(link for _, link in sent.middle),
            references=tuple((elements | images).items()),
            movie=sent.footage[0][1] if sent.footage and sent.lasts_as_footage else None,
        )

    def remarks(self, body: Body) -> tuple[str, ...]:
        """See :class:`Endpoint`: references that the prompts do not name."""
        order = self.order(body)
        said = "\n".join(shot.prompt for shot in order.shots)
        return tuple(
            f"{tag} is sent and not mentioned" for tag, _ in order.references if tag not in said
        )

    def inputs(self, body: Body) -> Iterator[Input]:
        """See :class:`Endpoint`."""
        sent = read_request(self.target, body)
        for element in sent.elements:
            yield from ((at, "picture", link) for at, link in element.pictures)
            yield from _of_kind("movie", element.video)
        yield from ((at, "picture", link) for at, link in sent.images)
        yield from _of_kind("picture", sent.first)
        yield from ((at, "picture", link) for at, link in sent.middle)
        yield from _of_kind("picture", sent.last)
        yield from ((at, "movie", link) for at, link in sent.footage)

    def amount(self, body: Body, seconds: int, given: int | None) -> Decimal | None:
        """See :class:`Endpoint`."""
        price = self.target.price(read_request(self.target, body).second)
        billed = price.billed(seconds, given) if price is not None else None
        known = price.per_second if price is not None else None
        return None if known is None or billed is None else known * billed

    def _by_schema(self, body: Body) -> Iterator[Breach]:
        for at, message in schema_problems(request_schema(self.target), dict(body)):
            where = ".".join(map(str, at))
            words = f"{where}: {message}" if where else message
            yield Breach(msg=words, type="schema_error", loc=at)

    def _by_limits(self, sent: SentRequest, body: Body) -> Iterator[Breach]:
        target, fields = self.target, self.target.request
        if fields.model and body.get(fields.model) != target.endpoint:
            yield _broken(f"{fields.model} is not {target.endpoint}", fields.model)
        limits = target.seconds
        if limits.billed(sent.seconds) != sent.seconds:
            lengths = limits.choices or f"{limits.min} to {limits.max}"
            at = [fields.seconds.name] if fields.seconds is not None else []
            yield _broken(f"{sent.seconds} s is not a length here ({lengths})", *at)
        yield from self._by_texts(sent)
        counted = len(sent.elements) + len(sent.images)
        counted += target.references.frames and sent.first is not None
        counted += len(sent.footage) * target.references.counts_clips
        most = max(target.references.max, target.references.ceiling or 0)
        if counted > most:
            yield _broken(f"{counted} references, {most} at most")
        if len(sent.footage) > target.references.clips:
            yield _broken(f"{len(sent.footage)} clips, {target.references.clips} at most")
        frames = target.max_middle_frames
        if frames is not None and len(sent.middle) > frames:
            yield _broken(f"{len(sent.middle)} middle frames, {frames} at most")
        for field, value, choices in (
            (fields.aspect_ratio, sent.ratio, target.aspect_ratios),
            (fields.resolution, sent.resolution, target.resolution_choices),
        ):
            if value is not None and field and value not in choices:
                yield _broken(f"{field} is one of {', '.join(choices)}, not {value}", field)

    def _by_texts(self, sent: SentRequest) -> Iterator[Breach]:
        target = self.target
        limits = target.shots if len(sent.shots) > 1 else None
        most = limits.characters if limits else target.prompt.characters or target.shot_characters
        if limits and len(sent.shots) > limits.max:
            yield _broken(f"{len(sent.shots)} shots, {limits.max} at most")
        names = [one.name for one in sent.elements if one.name], sent.image_names, ()
        tag = re.compile("|".join(map(tag_pattern, target.tags.written, names)))
        for shot in sent.shots:
            width = len(shot.prompt) + target.tags.overhead * len(tag.findall(shot.prompt))
            if not shot.prompt.strip():
                yield _broken("a prompt is empty", *shot.at)
            if most is not None and width > most:
                yield _broken(f"{width} characters, {most} at most", *shot.at)
            if limits and not limits.min_seconds <= shot.seconds <= limits.max_seconds:
                bounds = f"{limits.min_seconds} to {limits.max_seconds}"
                yield _broken(f"a shot of {shot.seconds} s, {bounds} s are taken", *shot.at)


_RATIO = re.compile(r"[1-9][0-9]{0,2}:[1-9][0-9]{0,2}")


def _of_kind(kind: str, sent: tuple[Any, str] | None) -> Iterator[Input]:
    if sent is not None:
        yield sent[0], kind, sent[1]


def _broken(msg: str, *loc: str | int) -> Breach:
    return Breach(msg=msg, type="value_error", loc=loc)


def _movie_limits(limits: Videos) -> MovieLimits:
    return MovieLimits(
        most_bytes=limits.max_bytes,
        sides=(limits.min_side, limits.max_side),
        seconds=(float(limits.min_seconds), float(limits.max_seconds)),
        rate=(float(limits.min_rate or 0), float(limits.max_rate or "inf")),
    )
