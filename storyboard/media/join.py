"""The film from its clips: joined as they are where that is sound, encoded anew where it is not.

ffmpeg's own concatenation takes clips of different make without a word and writes a broken
film, so what the clips are is compared first, and the film is looked at last.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from storyboard.errors import StoryboardError
from storyboard.media.ffmpeg import FfmpegError, run_ffmpeg
from storyboard.media.mp4 import ClipError, Track, make_of, read_clip

SUFFIXES = (".mp4", ".m4v", ".mov")
"""What the name of a film may end in: the containers that the clips can be copied into."""


class StitchError(StoryboardError):
    """The film cannot be made; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinPiece:
    """A clip and how much of it belongs in the film: ``seconds``, or all where None.

    ``name`` is what people call it, ``links`` are other names of the same file.
    """

    file: Path
    seconds: int | None = None
    name: str = ""
    links: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedFilm:
    """A film that was made: its file, its length, and whether its clips were encoded anew."""

    file: Path
    seconds: float
    encoded: bool


def stitch(
    pieces: Sequence[JoinPiece], film: Path, said: Callable[[str], None] = print
) -> JoinedFilm:
    """Join clips to a film. Raises ``StitchError``; the file is there whole or not at all."""
    if not pieces:
        raise StitchError("there is no clip to join")
    try:
        makes, lengths = [], []
        for piece in pieces:
            make, length = _look(piece)
            makes.append(make)
            lengths.append(length)
        wanted = sum(
            min(length, piece.seconds) if piece.seconds else length
            for length, piece in zip(lengths, pieces, strict=True)
        )
        is_mixed = len(set(makes)) > 1
        encode = is_mixed or any(piece.seconds is not None for piece in pieces)
        film.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=film.parent, prefix=".stitch-") as folder:
            files = [piece.file for piece in pieces]
            if encode:
                why = "the clips are not all of one make" if is_mixed else "padding is cut off"
                said(f"{why}: all are encoded anew")
                files = _encode(pieces, Path(folder))
            beside = Path(folder) / f"film{film.suffix or SUFFIXES[0]}"
            _concatenate(files, Path(folder), beside)
            made = read_clip(beside)
            if abs(made.seconds - wanted) > 0.1 + 0.05 * len(pieces):
                raise StitchError(
                    f"the film lasts {made.seconds:.1f} s and its clips {wanted:.1f} s: not kept"
                )
            beside.replace(film)
    except (ClipError, FfmpegError) as error:
        raise StitchError(f"the film cannot be made: {error}") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StitchError(f'"{film}" cannot be written: {reason}') from None
    return JoinedFilm(file=film, seconds=made.seconds, encoded=encode)


def _look(piece: JoinPiece) -> tuple[tuple[Track, ...], float]:
    """How a clip is made and how long it lasts, in seconds; a damaged one is named."""
    try:
        return make_of(piece.file), read_clip(piece.file).seconds
    except ClipError as error:
        name = f'the clip of "{piece.name}"' if piece.name else "a clip"
        files = " and ".join(f'"{file}"' for file in (piece.file, *piece.links))
        raise StitchError(
            f"{name} is damaged: {error}; delete {files} and run again: what is paid is fetched "
            "once more"
        ) from None


def _concatenate(files: Sequence[Path], folder: Path, film: Path) -> None:
    lines = []
    for number, file in enumerate(files):
        # Names of our own: what a scene is called needs no quoting then.
        link = folder / f"{number:06}.mp4"
        if file.parent != folder:
            link.symlink_to(file.resolve())
        else:
            link = file
        lines.append(f"file '{link.name}'\n")
    listed = folder / "clips.txt"
    listed.write_text("".join(lines), encoding="utf-8")
    copied = ["-f", "concat", "-safe", "0", "-i", str(listed), "-map", "0", "-c", "copy"]
    run_ffmpeg([*copied, "-movflags", "+faststart", str(film)])


def _encode(pieces: Sequence[JoinPiece], folder: Path) -> list[Path]:
    """Every clip as H.264 of the first one's size and rate with a stereo track."""
    first = read_clip(pieces[0].file)
    rate = round(1 / first.frame) if first.frame else 24
    width, height = first.width // 2 * 2, first.height // 2 * 2
    fit = f"scale={width}:{height}:force_original_aspect_ratio=decrease"
    fit += f",pad={width}:{height}:-1:-1,setsar=1,fps={rate},format=yuv420p"

    def encode(number: int) -> Path:
        piece, made = pieces[number], folder / f"e{number:06}.mp4"
        lasts = piece.seconds or read_clip(piece.file).seconds
        has_sound = any(track[0] == b"soun" for track in make_of(piece.file))
        silence = ["-f", "lavfi", "-i", "anullsrc=channel_layout=stereo:sample_rate=48000"]
        sound = ["-map", "0:a:0"] if has_sound else ["-map", "1:a:0"]
        run_ffmpeg(
            [
                *("-i", str(piece.file)),
                *([] if has_sound else silence),
                *("-map", "0:v:0", *sound, "-t", f"{lasts:.6f}"),
                *("-vf", fit, "-c:v", "libx264", "-preset", "fast", "-crf", "16"),
                *("-af", "apad", "-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2"),
                *("-video_track_timescale", str(rate * 512), "-shortest", str(made)),
            ]
        )
        return made

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(encode, range(len(pieces))))
