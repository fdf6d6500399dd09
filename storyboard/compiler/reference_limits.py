"""How many references a request carries, and what is said of a shot that mentions more."""

from __future__ import annotations

from collections.abc import Collection

from storyboard.compiler.clip import Clip, Part
from storyboard.compiler.film import FRAME, Cast
from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import FEATURE_REFUSED, TOO_MANY_REFERENCES
from storyboard.targets.model import Target


class ReferenceLimits:
    """The limits of a target for the elements and images that the parts of a scene mention.

    ``most`` is the limit for all of them. Of what the parts mention, ``videos`` are the elements
    with a video, and ``elements`` all elements. ``beside_frame`` elements at most go beside a
    first frame, any number where it is None. ``are_by_kind`` says that there are limits for
    elements or images alone.
    """

    def __init__(self, target: Target, cast: Cast, most: int, parts: Collection[Part]) -> None:
        self._target = target
        self._cast = cast
        self.most = most
        marks = {mark for part in parts for mark in part.prompt.marks}
        sent = {mark: cast.reference(mark) for mark in marks if mark != FRAME}
        self._counted = frozenset(
            mark for mark, one in sent.items() if one is None or one.kind != "clip"
        )
        self.videos = frozenset(
            mark for mark, one in sent.items() if one is not None and one.video is not None
        )
        self.elements = frozenset(
            mark for mark, one in sent.items() if one is not None and one.kind == "element"
        )
        limits = target.references
        self.beside_frame = target.elements.beside_frame if target.elements else None
        self.are_by_kind = limits.images is not None or limits.elements is not None
        self._with_video = most if limits.with_video is None else min(limits.with_video, most)
        self._max_videos = target.elements.max_videos if target.elements else 0

    def counted(self, part: Part) -> frozenset[str]:
        """The mentions of a part that count: elements and images, and no footage."""
        return self._counted.intersection(part.prompt.marks)

    def allow_videos(self, mentions: frozenset[str], frame: bool) -> bool:
        """Whether a request can carry so many videos, and so many references beside a video."""
        shown = len(mentions & self.videos)
        return shown <= self._max_videos and (
            not shown or len(mentions) + frame <= self._with_video
        )

    def too_many_of_a_kind(self, mentions: frozenset[str], frame: bool) -> tuple[str, int] | None:
        """What there is too much of in a request, ``images`` or ``elements``, and how many go."""
        limits, elements = self._target.references, len(mentions & self.elements)
        if limits.elements is not None and elements > limits.elements:
            return "elements", limits.elements
        if limits.images is not None and len(mentions) - elements + frame > limits.images:
            return "images", limits.images
        return None

    # -- findings ---------------------------------------------------------------------------------

    def report(self, clip: Clip, diagnostics: Diagnostics) -> None:
        """Report the parts of a clip that no request can carry."""
        for part in clip.parts:
            names = self.counted(part)
            clips = self._named(part, frozenset(part.prompt.marks) - names - {FRAME})
            if part.shot.footage is not None:
                clips = list(dict.fromkeys([part.shot.footage.name, *clips]))
            if len(clips) > 1:
                self._report_clips(part, clips, diagnostics)
            opens = self._target.references.frames and part.opens
            limit = self._with_video if names & self.videos or clips else self.most
            if len(names) + opens > limit:
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

    def _report_clips(self, part: Part, clips: list[str], diagnostics: Diagnostics) -> None:
        diagnostics.add(
            FEATURE_REFUSED,
            f'"{part.address}" is made of {len(clips)} clips of footage, a request carries 1: '
            f"{', '.join(clips)}",
            part.shot.place("prompt", "beats", "dialogue"),
            help="mention one of them, or divide the shot",
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


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
