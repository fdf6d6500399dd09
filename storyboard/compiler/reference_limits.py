"""How many references and clips a request carries, and what is said of a shot with more."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from storyboard.compiler.clip import Clip, Part
from storyboard.compiler.film import FRAME, Cast, Reference
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import FEATURE_REFUSED, TOO_MANY_REFERENCES
from storyboard.targets.model import Target


class ReferenceLimits:
    """The limits of a target for the elements, images and clips that the parts of a scene mention.

    ``most`` is the limit for all that count together: elements, images, and the clips of footage
    where the target counts them. Of what the parts mention, ``clips`` is the footage, ``videos``
    are the elements with a video, and ``elements`` all elements. ``beside_frame`` elements at most
    go beside a first frame, any number where it is None. ``are_by_kind`` says that there are limits
    for elements or images alone.
    """

    def __init__(self, target: Target, cast: Cast, most: int, parts: Collection[Part]) -> None:
        self._target = target
        self._cast = cast
        self.most = most
        marks = {mark for part in parts for mark in part.prompt.marks}
        sent = {mark: cast.reference(mark) for mark in marks if mark != FRAME}
        self._sent = frozenset(sent)
        found = {mark: one for mark, one in sent.items() if one is not None}
        self.clips = frozenset(mark for mark, one in found.items() if one.kind == "clip")
        self.elements = frozenset(mark for mark, one in found.items() if one.kind == "element")
        self.videos = frozenset(mark for mark in self.elements if found[mark].video is not None)
        self._lengths = {mark: _seconds(found[mark]) for mark in self.clips}
        limits = target.references
        self.beside_frame = target.elements.beside_frame if target.elements else None
        self.are_by_kind = limits.images is not None or limits.elements is not None
        self._with_video = most if limits.with_video is None else min(limits.with_video, most)
        self._max_videos = target.elements.max_videos if target.elements else 0

    def sent(self, part: Part) -> frozenset[str]:
        """The mentions of a part for which something is sent."""
        return self._sent.intersection(part.prompt.marks)

    def count(self, mentions: frozenset[str]) -> int:
        """How many of some mentions count: elements and images, and clips where they do."""
        return len(mentions if self._target.references.counts_clips else mentions - self.clips)

    def allow_videos(self, mentions: frozenset[str], frame: bool) -> bool:
        """Whether a request can carry so many clips, and so many references beside them."""
        shown, clips = len(mentions & self.videos), mentions & self.clips
        return (
            shown <= self._max_videos
            and len(clips) <= self._target.references.clips
            and not self._are_too_long(clips)
            and (not (shown or clips) or self.count(mentions) + frame <= self._with_video)
        )

    def _are_too_long(self, clips: frozenset[str]) -> bool:
        """Whether clips last longer together than a request takes, as far as that is known."""
        most = self._target.footage.max_total if self._target.footage is not None else None
        return most is not None and self._total(clips) > most

    def _total(self, clips: frozenset[str]) -> Decimal:
        return sum((self._lengths[mark] for mark in clips), Decimal(0))

    def too_many_of_a_kind(self, mentions: frozenset[str], frame: bool) -> tuple[str, int] | None:
        """What there is too much of in a request, ``images`` or ``elements``, and how many go."""
        limits, elements = self._target.references, len(mentions & self.elements)
        if limits.elements is not None and elements > limits.elements:
            return "elements", limits.elements
        images = len(mentions - self.elements - self.clips) + frame
        if limits.images is not None and images > limits.images:
            return "images", limits.images
        return None

    # -- findings ---------------------------------------------------------------------------------

    def report(self, clip: Clip, diagnostics: Diagnostics) -> None:
        """Report the parts of a clip that no request can carry."""
        for part in clip.parts:
            names = self.sent(part)
            self._check_clips(part, diagnostics)
            opens = self._target.references.frames and part.opens
            is_moving = names & (self.videos | self.clips) or part.shot.footage is not None
            limit = self._with_video if is_moving else self.most
            if self.count(names) + opens > limit:
                self._report_references(part, limit, opens, diagnostics)
            elif (found := self.too_many_of_a_kind(names, opens)) is not None:
                kind, most = found
                diagnostics.add(
                    TOO_MANY_REFERENCES,
                    f'"{part.address}" mentions more {kind} than the {most} that a request '
                    f"carries: {', '.join(self._named(part))}",
                    part.shot.place("prompt", "beats", "dialogue"),
                    help="mention fewer, describe one without a picture, or divide the shot",
                )
            if self.videos and len(names & self.videos) > self._max_videos:
                self._report_videos(part, diagnostics)

    def _report_references(
        self, part: Part, limit: int, opens: bool, diagnostics: Diagnostics
    ) -> None:
        names = self._named(part)
        if not self._target.references.counts_clips:
            names = self._named(part, self.sent(part) - self.clips)
        frame = " and opens on a picture" if opens else ""
        advice = "mention fewer, describe one without a picture, or divide the shot"
        needed, ceiling = len(names) + opens, self._target.references.ceiling
        beside = " beside a video" if limit < self.most else ""
        if not beside and ceiling is not None and limit < needed <= ceiling:
            advice += f", or raise the limit with --max-references {needed}"
        diagnostics.add(
            TOO_MANY_REFERENCES,
            f'"{part.address}" mentions {_counted(len(names), "name")}{frame}, '
            f"a request carries {limit}{beside}: {', '.join(names)}",
            part.shot.place("prompt", "beats", "dialogue"),
            help=advice,
        )

    def _check_clips(self, part: Part, diagnostics: Diagnostics) -> None:
        """Say where there are more clips, or longer ones, than a request carries."""
        marks, most = self.clips.intersection(part.prompt.marks), self._target.references.clips
        clips = self._named(part, marks)
        if part.shot.footage is not None:
            clips, most = list(dict.fromkeys([part.shot.footage.name, *clips])), 1
        limits = self._target.footage
        if len(clips) > most:
            what = f"{len(clips)} clips of footage, a request carries {most}"
            advice = f"mention {'one' if most == 1 else most} of them, or divide the shot"
        elif limits is not None and self._are_too_long(marks):
            what = (
                f"clips that last {self._total(marks):.2f} s together, a request carries "
                f"{limits.max_total} s"
            )
            advice = "cut them shorter, or divide the shot"
        else:
            return
        diagnostics.add(
            FEATURE_REFUSED,
            f'"{part.address}" is made of {what}: {", ".join(clips)}',
            part.shot.place("prompt", "beats", "dialogue"),
            help=advice,
        )

    def _report_videos(self, part: Part, diagnostics: Diagnostics) -> None:
        names = self._named(part, self.videos)
        diagnostics.add(
            FEATURE_REFUSED,
            f'"{part.address}" mentions {_counted(len(names), "name")} with a video, '
            f"a request carries {self._max_videos or 'none'}: {', '.join(names)}",
            part.shot.place("prompt", "beats", "dialogue"),
            help="give one of them pictures in place of its video, or divide the shot",
        )

    def _named(self, part: Part, among: frozenset[str] | None = None) -> list[str]:
        return [
            self._cast[mark].name
            for mark in part.prompt.marks
            if mark != FRAME and (among is None or mark in among)
        ]


def _seconds(sent: Reference) -> Decimal:
    """How long a clip of footage lasts; 0 where that is not known."""
    if sent.shot is not None:
        return Decimal(sent.shot.seconds)
    return sent.video.lasts or Decimal(0) if sent.video is not None else Decimal(0)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
