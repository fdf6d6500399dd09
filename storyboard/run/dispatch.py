"""Sends orders: each once, after its intent is on the disk, and its id right after the answer.

An order is sent again only after an answer that proves a refusal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, field

from storyboard.compiler.request import Output
from storyboard.hosts.errors import FailureKind, HostError, Problem
from storyboard.hosts.protocol import Host, Submission
from storyboard.ledger import IdTakenError, Ledger, Receipt, State
from storyboard.ledger.store import Store
from storyboard.plan.clips import ClipNeed, PlannedClip
from storyboard.plan.request_body import fill, recorded, unfilled
from storyboard.run.events import Happening
from storyboard.run.order_ends import EndedError, NotTakenError, UncertainError, end_order
from storyboard.run.uncertain import SendTimes
from storyboard.run.uploads import AssetError, TakePiece, Uploads
from storyboard.targets.model import Takes
from storyboard.values.segments import endings


class Dispatch(Struct):
    """Sends orders to a host. ``tell`` is called with each happening.

    ``takes`` says how one order asks for several takes, None where the host has no such field.
    ``paying`` holds the tasks that are inside a paying request; these are never cancelled.
    """

    run: str
    host: Host
    ledger: Ledger
    store: Store
    uploads: Uploads
    tell: Callable[..., None]
    takes: Takes | None = None
    times: SendTimes = field(default_factory=SendTimes)
    paying: set[asyncio.Task[Any]] = field(default_factory=set)

    async def compose(self, clip: PlannedClip) -> dict[str, str]:
        """The links that a clip's body needs, by pointer; files are uploaded for it.

        Raises ``AssetError`` and ``HostError``; nothing is paid by either.
        """
        links: dict[str, str] = {}
        if clip.assets or clip.needs:
            self.tell(Happening.UPLOADING, clip)
        for use in clip.assets:
            link = await self.uploads.link_of_file(use.path, use.sha256)
            links |= dict.fromkeys(use.pointers, link)
        for needed in clip.needs:
            piece = self._piece(needed)
            if piece is None or not self.store.has(piece.take):
                raise AssetError(f'the clip of "{needed.shot}" is not here')
            links[needed.pointer] = await (
                self.uploads.link_of_clip(piece, needed.shot)
                if needed.output is Output.CLIP
                else self.uploads.link_of_frame(piece.take, piece.end)
            )
        return links

    def _piece(self, needed: ClipNeed) -> TakePiece | None:
        """Where the shot that a clip needs stands in its take; None where there is no take."""
        intent = self.ledger.get(needed.clip)
        take = intent.clip if intent is not None else None
        seconds = intent.order.seconds if intent is not None else 0
        segments = intent.segments if intent is not None else ()
        if take is None or not segments:
            lock = self.store.read_lock()
            if (finished := lock.finished().get(needed.clip)) is not None:
                take, seconds = take or finished.clip, finished.seconds
            segments = segments or lock.segments.get(take or "", ())
        if take is None:
            return None
        for segment in segments:
            if needed.ending in endings((segment.content,)):
                goes_on = any(other.start == segment.end for other in segments)
                return TakePiece(
                    take=take,
                    start=segment.start,
                    end=segment.end if segment.end < seconds else None,
                    guards=(
                        not segment.is_exact and segment.start > 0,
                        not segment.is_exact and goes_on,
                    ),
                )
        return TakePiece(take=take)

    async def send(
        self, clips: Sequence[PlannedClip], links: dict[str, str]
    ) -> tuple[PlannedClip, ...]:
        """Send one order, once, for a clip or for several takes of one request.

        Returns the clips for which the host gave an id; the others are written as ``uncertain``.
        Raises ``NotTakenError``, ``UncertainError`` or ``EndedError``, for all clips of the order.
        """
        first, count = clips[0], len(clips)
        body = fill(first.order.payload, links)
        if unfilled(body):
            raise AssetError("a picture of the request has no link")
        if count > 1 and self.takes is not None:
            body[self.takes.field] = count
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - only ever called in one
        for clip in clips:
            self.tell(Happening.SUBMITTING, clip)
        self.paying.add(task)
        try:
            for clip in clips:
                self.ledger.intend(clip.order, self.run, recorded(links), self.host.life)
            begun = self.times.now()
            try:
                receipts = await self.host.submit(
                    Submission(
                        endpoint=first.order.endpoint,
                        body=body,
                        scene=first.address.rpartition("/")[0],
                        shots=tuple(name for name, _ in first.shots),
                        takes=tuple(clip.take for clip in clips),
                        names=first.order.tokens,
                    )
                )
            except HostError as error:
                raise self._not_sent(clips, error.problem) from None
            self.times.begun |= dict.fromkeys((receipt.id for receipt in receipts), begun)
            sent = tuple(one for one in zip(clips, receipts, strict=False) if self._keep(*one))
            unnamed = f"the host named {len(receipts)} clips where {count} were ordered"
            for clip in clips[len(receipts) :]:
                self._doubt(clip, unnamed)
        finally:
            self.paying.discard(task)
        for clip, receipt in sent:
            self.tell(Happening.SUBMITTED, clip, id=receipt.id)
        if len(receipts) > count:
            self.tell(Happening.WARNING, first, text=f"{unnamed}: look at the vendor's bill")
        return tuple(clip for clip, _ in sent)

    def _keep(self, clip: PlannedClip, receipt: Receipt) -> bool:
        """Write the host's id of a clip; one that another clip has says nothing of this one."""
        try:
            self.ledger.step(clip.digest, State.SUBMITTED, receipt=receipt)
        except IdTakenError:
            self._doubt(clip, "the host gave it an id that another clip has")
            return False
        return True

    def _not_sent(self, clips: Sequence[PlannedClip], problem: Problem) -> Exception:
        match problem.kind:
            case FailureKind.AMBIGUOUS | FailureKind.TRANSIENT:
                for clip in clips:
                    self._doubt(clip, problem.text)
                return UncertainError(problem.text)
            case (
                FailureKind.NOT_SENT
                | FailureKind.RATE_LIMITED
                | FailureKind.EXHAUSTED
                | FailureKind.BAD_KEY
            ):
                for clip in clips:
                    self.ledger.step(clip.digest, State.RELEASED, problem=problem.text)
                return NotTakenError(problem)
            case _:
                for clip in clips:
                    end_order(self.ledger, clip.digest, State.FAILED, problem, billed=False)
                return EndedError(problem)

    def _doubt(self, clip: PlannedClip, why: str) -> None:
        self.times.ended[clip.digest] = self.times.now()
        self.ledger.step(clip.digest, State.UNCERTAIN, problem=why)
