"""The film from pieces of clips: their pictures copied where that is exact, else encoded anew.

Pictures can be copied where every piece is a whole clip and all are of one make; a track of two
makes, or one that begins off a key frame, plays nowhere. Sound is always decoded and encoded once,
each piece as long as its pictures, so that picture and sound stay together at every cut.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from storyboard.errors import StoryboardError
from storyboard.media.mp4 import ClipError, ClipFacts, make_of, read_clip
from storyboard.media.picture_tracks import (
    CopiedPictures,
    EncodedPictures,
    NotCopiedError,
    PictureTrack,
)
from storyboard.media.pyav import MediaError, create_film
from storyboard.media.sound import SAMPLE_RATE, Sound, SoundTrack, read_sound

if TYPE_CHECKING:
    from av.container.core import Chapter

SUFFIXES = (".mp4", ".m4v", ".mov")
"""What the name of a film may end in: the containers that the clips can be copied into."""
_MAX_SECONDS = 3600
"""Seconds that a clip may last: models make 15, and a damaged index may promise years."""


class StitchError(StoryboardError):
    """The film cannot be made; the text says why."""


class JoinPiece(Struct, frozen=True, kw_only=True):
    """A piece of a clip that is a part of the film: its frames from ``start`` to before ``end``.

    Frames are numbered from 0; ``end`` is None for all that follow. ``chapter`` is the title of
    the chapter that the piece belongs to; a new one begins where it differs from that of the piece
    before. ``name`` is what people call the clip, ``links`` are other names of the same file.
    """

    file: Path
    start: int = 0
    end: int | None = None
    chapter: str = ""
    name: str = ""
    links: tuple[Path, ...] = ()


class JoinedFilm(Struct, frozen=True, kw_only=True):
    """A film that was made: its file, its length, and whether its pictures were encoded anew."""

    file: Path
    seconds: float
    encoded: bool


def _nothing(*_: object) -> None:
    """Do nothing."""


def join(
    pieces: Sequence[JoinPiece],
    film: Path,
    said: Callable[[str], None] = print,
    progress: Callable[[float, float], None] = _nothing,
) -> JoinedFilm:
    """Join pieces of clips to a film, in their order. The file is there whole or not at all.

    Pictures are copied where every piece is a whole clip and all are of one make, else the whole
    film is encoded; ``said`` hears why, and ``progress`` after each piece the seconds that are
    written and those that the film will have. An encoded film has the size, rate and colours of the
    make that fills most of it, and of clips with its rate exactly the frames that were asked for.
    Pieces that follow each other in one clip go on without a cut. At a cut the sound fades for 10
    ms; where a piece has none it is silent. Raises ``StitchError``.
    """
    if not pieces:
        raise StitchError("there is no clip to join")
    plan = _Joining.of(pieces)
    if plan.why_encoded:
        said(f"{plan.why_encoded}: all are encoded anew")
    try:
        film.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=film.parent, prefix=".stitch-") as folder:
            beside = Path(folder) / f"film{film.suffix or SUFFIXES[0]}"
            encoded = bool(plan.why_encoded)
            try:
                frames = plan.write(beside, progress, encode=encoded)
            except NotCopiedError:
                said("the clips cannot be joined as they are: all are encoded anew")
                encoded = True
                frames = plan.write(beside, progress, encode=True)
            made = read_clip(beside)
            if made.frames != frames:
                raise StitchError(
                    f"the film has {made.frames} frames and its clips {frames}: not kept"
                )
            beside.replace(film)
    except (ClipError, MediaError) as error:
        raise StitchError(f"the film cannot be made: {error}") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StitchError(f'"{film}" cannot be written: {reason}') from None
    return JoinedFilm(file=film, seconds=made.seconds, encoded=encoded)


class _Joining(Struct, frozen=True, kw_only=True):
    """Pieces with what their clips are, and what the film will be."""

    pieces: tuple[JoinPiece, ...]
    facts: tuple[ClipFacts, ...]
    like: int
    """The piece whose size, rate and colours an encoded film takes on."""
    why_encoded: str

    @classmethod
    def of(cls, given: Sequence[JoinPiece]) -> _Joining:
        pieces = _merged(given)
        makes, facts = [], []
        for piece in pieces:
            with _named(piece):
                found = read_clip(piece.file)
                end = found.frames if piece.end is None else piece.end
                if found.frames and not 0 <= piece.start < end <= found.frames:
                    wanted = f"those from {piece.start} to {end} are wanted"
                    raise ClipError(f"it has {found.frames} frames, {wanted}")
                if found.seconds > _MAX_SECONDS or (found.rate and not 1 <= found.rate <= 240):
                    played = f"{found.seconds:.0f} s at {float(found.rate):.2f} frames a second"
                    raise ClipError(f"it says that it lasts {played}")
                makes.append(make_of(piece.file))
                facts.append(found)
        shares: Counter[tuple[int, int, Fraction]] = Counter()
        for piece, one in zip(pieces, facts, strict=True):
            shares[_look(one)] += (piece.end or one.frames) - piece.start
        ((look, _),) = shares.most_common(1)
        why = ""
        if len(set(makes)) > 1:
            why = "the clips are not all of one make"
        elif any(
            piece.start or (piece.end is not None and piece.end != one.frames)
            for piece, one in zip(pieces, facts, strict=True)
        ):
            why = "parts of clips are cut off"
        return cls(
            pieces=pieces,
            facts=tuple(facts),
            like=next(at for at, one in enumerate(facts) if _look(one) == look),
            why_encoded=why,
        )

    def write(self, file: Path, progress: Callable[[float, float], None], *, encode: bool) -> int:
        """Write the film; returns how many frames it has. For ``progress`` see ``join``."""
        with create_film(file) as film:
            like = self.pieces[self.like].file
            pictures: PictureTrack
            if encode:
                pictures = EncodedPictures(film, like, self.facts[self.like])
            else:
                pictures = CopiedPictures(film, like)
            has_sound = any(one.has_sound for one in self.facts)
            track = SoundTrack(film) if has_sound else None
            rate = self.facts[self.like].rate or Fraction(24)
            film.set_chapters(self._chapters())
            frames, whole = 0, float(sum(self._seconds(), Fraction(0)))
            for number, (piece, facts) in enumerate(zip(self.pieces, self.facts, strict=True)):
                begin = _sample_at(frames, rate)
                with _named(piece):
                    frames += pictures.write(piece.file, facts, piece.start, piece.end)
                    if track is not None:
                        sound = _sound_of(piece, facts, _sample_at(frames, rate) - begin)
                        sound.fade(start=self._is_cut(number), end=self._is_cut(number + 1))
                        track.write(sound)
                progress(float(frames / rate), whole)
            pictures.finish()
            if track is not None:
                track.finish()
        return frames

    def _seconds(self) -> Iterator[Fraction]:
        """The seconds of each piece, from the lengths that the clips' indexes tell."""
        for piece, facts in zip(self.pieces, self.facts, strict=True):
            end = facts.frames if piece.end is None else piece.end
            yield (end - piece.start) / (facts.rate or Fraction(24))

    def _is_cut(self, number: int) -> bool:
        """Whether something else is heard before a piece than its own clip up to there."""
        if not 0 < number < len(self.pieces):
            return False
        before, piece = self.pieces[number - 1 : number + 1]
        return (before.file, before.end) != (piece.file, piece.start)

    def _chapters(self) -> list[Chapter]:
        """The chapters; none without a title."""
        found: list[Chapter] = []
        at = Fraction(0)
        if not any(piece.chapter for piece in self.pieces):
            return found
        for piece, seconds in zip(self.pieces, self._seconds(), strict=True):
            if not found or found[-1]["metadata"]["title"] != piece.chapter:
                found.append(
                    {
                        "id": len(found) + 1,
                        "start": round(at * 1000),
                        "end": 0,
                        "time_base": Fraction(1, 1000),
                        "metadata": {"title": piece.chapter},
                    }
                )
            at += seconds
            found[-1]["end"] = round(at * 1000)
        return found


def _merged(given: Sequence[JoinPiece]) -> tuple[JoinPiece, ...]:
    """Pieces, those that go on in the same clip and chapter made one: between them is no cut."""
    found: list[JoinPiece] = []
    for piece in given:
        before = found[-1] if found else None
        if before is not None and (before.file, before.end, before.chapter) == (
            piece.file,
            piece.start,
            piece.chapter,
        ):
            found[-1] = replace(before, end=piece.end)
        else:
            found.append(piece)
    return tuple(found)


def _look(facts: ClipFacts) -> tuple[int, int, Fraction]:
    return facts.width, facts.height, facts.rate


def _sample_at(frames: int, rate: Fraction) -> int:
    """The sample that sounds when a frame of the film begins to be shown."""
    return round(frames / rate * SAMPLE_RATE)


def _sound_of(piece: JoinPiece, facts: ClipFacts, samples: int) -> Sound:
    if not facts.has_sound:
        return Sound.silence(samples)
    return read_sound(piece.file, piece.start / (facts.rate or Fraction(24)), samples)


@contextmanager
def _named(piece: JoinPiece) -> Iterator[None]:
    """Say which clip is damaged, and what to do."""
    try:
        yield
    except ClipError as error:
        name = f'the clip of "{piece.name}"' if piece.name else "a clip"
        files = " and ".join(f'"{file}"' for file in (piece.file, *piece.links))
        raise StitchError(
            f"{name} is damaged: {error}; delete {files} and run again: what is paid is fetched "
            "once more"
        ) from None
