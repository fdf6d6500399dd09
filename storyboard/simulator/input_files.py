"""The pictures and films that a body points at: fetched from this machine, and measured.

Links of the simulator itself and of 127.0.0.1 are fetched; those of other hosts are taken on
trust and never asked for, so that nothing a simulator does leaves the machine.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import io
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from storyboard.media.mp4 import ClipError, read_clip_file
from storyboard.simulator.body_types import MovieLimits, PictureLimits
from storyboard.simulator.endpoint import Endpoint
from storyboard.simulator.orders import Body
from storyboard.simulator.rules import Breach
from storyboard.simulator.transport import LOCAL_HOST, UnreachableError, ask_local

#: Reads one of the simulator's own links; None where it is no link of its own.
ReadOwn = Callable[[str], Awaitable[bytes | None]]

_DOWNLOAD = "Failed to download the file. Check that the URL is public: "


class NotFetchedError(Exception):
    """A link that leads to nothing; its text is the vendor's message."""


async def check_inputs(
    endpoint: Endpoint, body: Body, read_own: ReadOwn, *, takes_data: bool, own_side: int
) -> tuple[tuple[Breach, ...], dict[str, bytes]]:
    """The breaches that the files themselves show, and the files that could be read, by link.

    ``takes_data`` says whether the host takes ``data:`` links. ``own_side`` is the shorter side of
    the simulator's clips: films so small are taken, as they may be clips that it made; what
    stands in the body itself is none of them.
    """
    breaches: list[Breach] = []
    movie = endpoint.movie(body)
    most = max(endpoint.picture.most_bytes, movie.most_bytes)
    found: dict[str, bytes] = {}
    for loc, kind, url in endpoint.inputs(body):
        try:
            if url not in found:
                data = await _fetch(url, read_own, most, takes_data=takes_data)
                if data is None:
                    continue
                found[url] = data
        except NotFetchedError as error:
            breaches.append(Breach(msg=str(error), type="file_download_error", loc=loc, given=url))
            continue
        finding = (
            await _judge_picture(found[url], endpoint.picture)
            if kind == "picture"
            else _check_movie(
                found[url],
                movie,
                least=movie.sides[0] if url.startswith("data:") else min(movie.sides[0], own_side),
            )
        )
        if finding is not None:
            msg, code, ctx = finding
            breaches.append(Breach(msg=msg, type=code, loc=loc, ctx=ctx, given=url))
    return tuple(breaches), found


async def _fetch(url: str, read_own: ReadOwn, most: int, *, takes_data: bool) -> bytes | None:
    """The bytes behind a link; None where it is taken on trust."""
    if url.startswith("data:") and takes_data:
        return _read_data_link(url)
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        raise NotFetchedError(f"{_DOWNLOAD}{url[:200]} is not a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise NotFetchedError(f"{_DOWNLOAD}{url[:200]} is not an http URL")
    own = await read_own(url)
    if own == b"":
        raise NotFetchedError(f"{_DOWNLOAD}the server answered 404")
    if own is not None:
        return own
    if host != LOCAL_HOST:
        return None
    try:
        reply = await ask_local("GET", url, most=most, patience=20)
    except UnreachableError as error:
        raise NotFetchedError(f"{_DOWNLOAD}{error}") from None
    if reply.status != 200:
        raise NotFetchedError(f"{_DOWNLOAD}the server answered {reply.status}")
    return reply.body


def _read_data_link(url: str) -> bytes:
    head, comma, text = url.partition(",")
    try:
        if not comma or not head.endswith(";base64"):
            raise ValueError
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotFetchedError(f"{_DOWNLOAD}the data URI is not base64") from None


_Finding = tuple[str, str, dict[str, object]]


#: What was found of pictures before, by digest: films use the same few again and again.
_KNOWN: dict[tuple[bytes, PictureLimits], _Finding | None] = {}
_MAX_KNOWN = 4096
_MAX_DECODED = 40_000_000  # pixels


async def _judge_picture(data: bytes, limits: PictureLimits) -> _Finding | None:
    """What is wrong with a picture; decoding is slow, so it is done in a thread, and once."""
    key = (hashlib.sha256(data).digest(), limits)
    if key not in _KNOWN:
        finding = await asyncio.to_thread(_check_picture, data, limits)
        if len(_KNOWN) >= _MAX_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = finding
        return finding
    return _KNOWN[key]


def _check_picture(data: bytes, limits: PictureLimits) -> _Finding | None:
    from PIL import Image, UnidentifiedImageError  # felt at start; only bodies with files need it

    if len(data) > limits.most_bytes:
        return _too_large(limits.most_bytes)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            kind, (width, height) = picture.format, picture.size
            if width * height <= _MAX_DECODED:
                picture.load()
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return ("Failed to load the image. It may be corrupt.", "image_load_error", {})
    if kind not in limits.formats:
        supported = sorted(name.lower() for name in limits.formats)
        return (
            f"Unsupported image format: {str(kind).lower()}. Use {', '.join(supported)}.",
            "unsupported_image_format",
            {"supported_formats": supported},
        )
    least = limits.least_side
    if width < least or height < least:
        return (
            f"Image is {width}x{height}, the minimum is {least}x{least} pixels.",
            "image_too_small",
            {"min_width": least, "min_height": least},
        )
    most = limits.most_side
    if most is not None and max(width, height) > most:
        return (
            f"Image is {width}x{height}, the maximum is {most}x{most} pixels.",
            "image_too_large",
            {"max_width": most, "max_height": most},
        )
    ratio = width / height
    if not limits.least_ratio <= ratio <= limits.most_ratio:
        range_ = f"{limits.least_ratio:.2f} to {limits.most_ratio:.2f}"
        return (
            f"Image has an aspect ratio of {ratio:.2f}, it must be {range_}.",
            "image_aspect_ratio_error",
            {"min_aspect_ratio": limits.least_ratio, "max_aspect_ratio": limits.most_ratio},
        )
    return None


def _check_movie(data: bytes, limits: MovieLimits, *, least: int) -> _Finding | None:
    if len(data) > limits.most_bytes:
        return _too_large(limits.most_bytes)
    try:
        movie = read_clip_file(io.BytesIO(data), len(data))
    except ClipError:
        return (
            "Unsupported video format. Use mp4 or mov.",
            "unsupported_video_format",
            {"supported_formats": ["mp4", "mov"]},
        )
    shortest, longest = limits.seconds
    if movie.seconds < shortest:
        return (
            f"Video lasts {movie.seconds:.2f} s, the minimum is {shortest:g} s.",
            "video_duration_too_short",
            {"min_duration": shortest},
        )
    if movie.seconds > longest:
        return (
            f"Video lasts {movie.seconds:.2f} s, the maximum is {longest:g} s.",
            "video_duration_too_long",
            {"max_duration": longest},
        )
    most = limits.sides[1]
    for side in (movie.width, movie.height):
        if not least <= side <= most:
            size = f"Video is {movie.width}x{movie.height}, sides must be {least} to {most} pixels."
            return size, "video_dimensions_error", {"min_side": least, "max_side": most}
    slowest, fastest = limits.rate
    if not slowest - 0.01 <= movie.rate <= fastest + 0.01:
        return (
            f"Video has {float(movie.rate):.2f} fps, it must have {slowest:g} to {fastest:g}.",
            "video_fps_error",
            {"min_fps": slowest, "max_fps": fastest},
        )
    return None


def _too_large(most: int) -> _Finding:
    return (
        f"File size exceeds the maximum of {most} bytes.",
        "file_too_large",
        {"max_size": most},
    )
