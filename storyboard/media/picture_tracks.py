"""The picture of a film: copied from clips packet by packet, or encoded from their frames."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from storyboard.media.frames import frames_from, pictures_of
from storyboard.media.mp4 import ClipError, ClipFacts
from storyboard.media.pyav import load_av, open_clip, writing

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.filter.graph import Graph
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_QUALITY = {"qp": "12", "preset": "veryfast", "x264-params": "ipratio=1:pbratio=1"}
"""Settings of x264 by which every frame stays as it was received, to 45 dB and more.

One quantizer for all frames bounds what any of them loses. CRF 16 with a slow preset gives frames
of 41 to 44 dB where there is grain, for twice the work (measured on drawings with grain).
"""


class NotCopiedError(Exception):
    """A clip's pictures cannot be copied behind those of another: the film is encoded instead."""


class PictureTrack(Protocol):
    """The picture of a film that is being written."""

    def write(self, clip: Path, facts: ClipFacts, start: int, end: int | None) -> int:
        """Go on with the frames of a clip from ``start`` to before ``end``, or to its last.

        Returns how many frames the film is longer. Raises ``ClipError`` and ``MediaError``.
        """
        ...

    def finish(self) -> None:
        """Write what an encoder still holds."""
        ...


class CopiedPictures:
    """Pictures as they are in the clips, which are of one make; whole clips only."""

    def __init__(self, film: OutputContainer, clip: Path) -> None:
        self._film = film
        self._written = 0
        self._last = -(1 << 62)
        with open_clip(clip) as container:
            source = pictures_of(container)
            try:
                self._stream: VideoStream = film.add_stream_from_template(source)
            except ValueError:
                # Its codec has no encoder here, or none that may stand in such a film.
                raise NotCopiedError from None
            is_hevc = source.codec_context.name == "hevc"
        if is_hevc:
            self._stream.codec_context.codec_tag = "hvc1"  # under its other name Apple plays none

    def write(self, clip: Path, facts: ClipFacts, start: int, end: int | None) -> int:
        """Go on with a clip. Raises ``NotCopiedError`` where its times do not fit the track."""
        with open_clip(clip) as container:
            stream = pictures_of(container)
            packets = [one for one in container.demux(stream) if one.size]
            step = _step(stream)
            self._check(packets, step, stream.start_time or 0)
            for packet in packets:
                packet.pts = (packet.pts or 0) + self._written * step
                packet.dts = (packet.dts or 0) + self._written * step
                packet.stream = self._stream
                self._last = packet.dts
            with writing():
                self._film.mux(packets)
        self._written += len(packets)
        return len(packets)

    def _check(self, packets: list[Packet[VideoStream]], step: int, begin: int) -> None:
        """Refuse what would not be shown at its time: pictures off the beat, cut, or out of order.

        ``begin`` must be 0: what comes before it is not shown, but would be behind another clip.
        """
        shown = sorted(packet.pts for packet in packets if packet.pts is not None)
        sent = [packet.dts for packet in packets if packet.dts is not None]
        later = [self._last - self._written * step, *sent]
        if (
            not step
            or begin
            or not packets
            or not packets[0].is_keyframe
            or any(packet.is_discard or packet.is_corrupt for packet in packets)
            or shown != [number * step for number in range(len(packets))]
            or len(sent) != len(packets)
            or any(one >= other for one, other in pairwise(later))
        ):
            raise NotCopiedError

    def finish(self) -> None:
        """Nothing is held back."""


def _step(stream: VideoStream) -> int:
    """The length of a frame in the time base of a track, 0 where that is no whole number."""
    rate, scale = stream.average_rate, stream.time_base
    step = 1 / (rate * scale) if rate and scale else Fraction(0)
    return int(step) if step.denominator == 1 else 0


class EncodedPictures:
    """Pictures decoded and encoded anew as H.264, of one size and rate.

    ``like`` is the clip whose colours are taken on; others are fitted into its size, with black
    around them, and shown at the film's rate.
    """

    def __init__(self, film: OutputContainer, like: Path, facts: ClipFacts) -> None:
        self._film = film
        self._rate = facts.rate or Fraction(24)
        self._shown = 0
        self._fits: dict[tuple[int, int, str, int, int], Graph] = {}
        stream: VideoStream = film.add_stream("libx264", rate=self._rate, options=dict(_QUALITY))
        stream.thread_type = "FRAME"
        context = stream.codec_context
        context.width, context.height = facts.width // 2 * 2, facts.height // 2 * 2
        context.pix_fmt = "yuv420p"
        context.time_base = 1 / self._rate
        with open_clip(like) as container:
            colours = pictures_of(container).codec_context
            context.color_range = colours.color_range
            context.color_primaries = colours.color_primaries
            context.color_trc = colours.color_trc
            context.colorspace = colours.colorspace
        self._stream = stream
        self._is_full = int(context.color_range) == _FULL_RANGE

    def write(self, clip: Path, facts: ClipFacts, start: int, end: int | None) -> int:
        """Go on with the frames of a clip, by number where it has the film's rate."""
        before, held, begin = self._shown, None, Fraction(0)
        count, until = 0, Fraction(0)
        with open_clip(clip) as container:
            source = frames_from(container, start if facts.is_even else 0)
            for number, frame in source:
                if number < start:
                    continue
                if end is not None and number >= end:
                    break
                time = _time_of(frame, number, facts)
                begin = begin if count else time
                # A frame is shown until the next one is due, to the nearest frame of the film.
                self._show(held, before + _nearest((time - begin) * self._rate))
                held, count = frame, count + 1
                until = time + _length_of(frame, facts)
            if not count or (end is not None and count != end - start):
                raise ClipError(f"it ends before frame {start if end is None else end - 1}")
            self._show(held, before + max(1, _nearest((until - begin) * self._rate)))
        return self._shown - before

    def finish(self) -> None:
        """Write the frames that the encoder still looks at."""
        with writing():
            self._film.mux(self._stream.encode(None))

    def _show(self, frame: VideoFrame | None, until: int) -> None:
        """Show a frame up to a number of the film's frames."""
        if frame is None or self._shown >= until:
            return
        fitted = self._fit(frame)
        fitted.pict_type = 0  # the encoder chooses anew, not as the clip's encoder did
        fitted.time_base = 1 / self._rate
        while self._shown < until:
            fitted.pts = self._shown
            self._shown += 1
            with writing():
                self._film.mux(self._stream.encode(fitted))

    def _fit(self, frame: VideoFrame) -> VideoFrame:
        context = self._stream.codec_context
        width, height, kind = context.width, context.height, frame.format.name
        is_full = int(frame.color_range) == _FULL_RANGE or kind.startswith("yuvj")
        turn = frame.rotation % 360
        if (frame.width, frame.height, kind, turn) == (width, height, "yuv420p", 0) and (
            is_full == self._is_full
        ):
            return frame
        key = (frame.width, frame.height, kind, int(frame.color_range), turn)
        if key not in self._fits:
            self._fits[key] = self._open_fit(frame, width, height)
        graph = self._fits[key]
        graph.vpush(frame)
        return graph.vpull()

    def _open_fit(self, frame: VideoFrame, width: int, height: int) -> Graph:
        """A filter that scales a frame into the film's size and puts black around it.

        A frame that is to be shown turned is turned first.
        """
        graph: Graph = load_av().filter.Graph()
        shade = "full" if self._is_full else "limited"
        chain = [
            graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=Fraction(1, 1000),
            ),
            *(graph.add(*one) for one in _TURNS.get(frame.rotation % 360, ())),
            graph.add(
                "scale",
                f"{width}:{height}:force_original_aspect_ratio=decrease:out_range={shade}",
            ),
            graph.add("format", "yuv420p"),
            graph.add("pad", f"{width}:{height}:-1:-1"),
            graph.add("setsar", "1"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*chain).configure()
        return graph


_TURNS: Mapping[int, tuple[tuple[str, ...], ...]] = {
    90: (("transpose", "cclock"),),
    180: (("hflip",), ("vflip",)),
    270: (("transpose", "clock"),),
}
"""The filters that turn a frame by so many degrees to the left."""

_FULL_RANGE = 2
"""FFmpeg's number for colours from 0 to 255."""


def _nearest(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def _time_of(frame: VideoFrame, number: int, facts: ClipFacts) -> Fraction:
    """When a frame is shown, in seconds; by its number where all are of one length."""
    if facts.is_even and facts.rate:
        return number / facts.rate
    return (frame.pts or 0) * (frame.time_base or Fraction(0))


def _length_of(frame: VideoFrame, facts: ClipFacts) -> Fraction:
    if facts.is_even and facts.rate:
        return 1 / facts.rate
    if frame.duration and frame.time_base:
        return frame.duration * frame.time_base
    return 1 / (facts.rate or Fraction(24))
