"""Sound as samples: read from a clip at its place in time, faded at cuts, and given to a film.

Samples are 32-bit floats in two channels at 48,000 a second. They are decoded, since compressed
sound can be neither cut nor joined where the picture is: AAC comes in blocks of 21 milliseconds,
of which the first is there only to start the decoder.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.media.mp4 import ClipError
from storyboard.media.pyav import load_av, open_clip, writing

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

SAMPLE_RATE = 48_000
FADE = SAMPLE_RATE // 100
"""Samples over which sound fades at a cut: 10 ms, without which a cut clicks."""
_AAC = {"aac_coder": "fast"}
"""As near to the sound as FFmpeg's default coder at these bit rates, at a third of its work."""
_BYTES = 4
_RATES = (4_000, 384_000)
"""Samples a second of sound that is read: a damaged header may promise others."""
_SLACK = SAMPLE_RATE // 200
"""Samples by which a block may be off its time stamp: stamps are rounded, gaps are longer."""


class Sound(Struct):
    """Two channels of as many samples; without sound they are zero."""

    channels: tuple[bytearray, bytearray]

    @classmethod
    def silence(cls, samples: int) -> Sound:
        """No sound for so many samples."""
        return cls((bytearray(samples * _BYTES), bytearray(samples * _BYTES)))

    def fade(self, *, start: bool, end: bool) -> None:
        """Fade in at the start, out at the end, in a straight line."""
        for channel in self.channels:
            length = min(FADE, len(channel) // _BYTES) * _BYTES
            if start:
                channel[:length] = _ramp(channel[:length], rising=True)
            if end and length:
                channel[-length:] = _ramp(channel[-length:], rising=False)


def _ramp(samples: bytearray, *, rising: bool) -> bytes:
    values = array("f", bytes(samples))
    count = len(values)
    for at in range(count):
        values[at] *= (at if rising else count - 1 - at) / count
    return values.tobytes()


def read_sound(clip: Path, start: Fraction, samples: int) -> Sound:
    """The sound of a clip from ``start``, in seconds from its first picture, for ``samples``.

    What the clip does not have is silence. Raises ``ClipError`` where it cannot be decoded.
    """
    found = Sound.silence(samples)
    with open_clip(clip) as container:
        if not container.streams.audio:
            return found
        stream = container.streams.audio[0]
        if not _RATES[0] <= stream.codec_context.sample_rate <= _RATES[1]:
            raise ClipError(f"its sound has {stream.codec_context.sample_rate} samples a second")
        begin = start
        for video in container.streams.video[:1]:
            begin += (video.start_time or 0) * (video.time_base or Fraction(0))
        first = round(begin * SAMPLE_RATE)
        resampler = load_av().AudioResampler("fltp", "stereo", SAMPLE_RATE)
        at: int | None = None
        for decoded in container.decode(stream):
            for frame in resampler.resample(decoded):
                at = _place(found, frame, at, first, samples)
            if at is not None and at - first >= samples + _SLACK:
                return found
        for frame in resampler.resample(None):
            at = _place(found, frame, at, first, samples)
    return found


def _place(sound: Sound, frame: AudioFrame, at: int | None, first: int, samples: int) -> int:
    """Write a block of samples where it belongs; returns where the next one begins."""
    stamp = at or 0
    if frame.pts is not None and frame.time_base is not None:
        stamp = round(frame.pts * frame.time_base * SAMPLE_RATE)
    if at is None or abs(stamp - at) > _SLACK:
        at = stamp
    begin, end = max(at, first), min(at + frame.samples, first + samples)
    if begin < end:
        for channel, plane in zip(sound.channels, frame.planes, strict=True):
            block = memoryview(plane)[(begin - at) * _BYTES : (end - at) * _BYTES]
            channel[(begin - first) * _BYTES : (end - first) * _BYTES] = block
    return at + frame.samples


def sound_frames(sound: Sound, begin: int = 0) -> Iterator[AudioFrame]:
    """Sound as an encoder takes it, a second a frame, stamped from the sample ``begin`` on."""
    length = len(sound.channels[0])
    for at in range(0, length, SAMPLE_RATE * _BYTES):
        end = min(at + SAMPLE_RATE * _BYTES, length)
        frame: AudioFrame = load_av().AudioFrame("fltp", "stereo", (end - at) // _BYTES)
        for channel, plane in zip(sound.channels, frame.planes, strict=True):
            plane.update(bytes(channel[at:end]))
        frame.rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = begin + at // _BYTES
        yield frame


class SoundTrack:
    """The sound of a film, encoded once, from its first sample to its last."""

    def __init__(self, film: OutputContainer) -> None:
        self._film = film
        self._stream: AudioStream = film.add_stream(
            "aac", rate=SAMPLE_RATE, layout="stereo", bit_rate=192_000, options=dict(_AAC)
        )
        self._written = 0

    def write(self, sound: Sound) -> None:
        """Go on with a piece of sound. Raises ``MediaError``."""
        for frame in sound_frames(sound, self._written):
            self._written += frame.samples
            with writing():
                self._film.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what the encoder still holds."""
        with writing():
            self._film.mux(self._stream.encode(None))
