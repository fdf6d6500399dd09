"""Damages a clip in many ways and does everything with it: ``damaged_clips.py FOLDER COUNT SEED``.

A process of its own: what a damaged clip may crash is the process. The number of each try is
written before it begins, so that one that crashes, hangs or fails in other than our words can be
tried again. Prints how many clips were refused and how many were read all the same.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

from drawn_clips import draw_clip, tone

from storyboard.errors import StoryboardError
from storyboard.media.cuts import measure_cuts
from storyboard.media.frames import save_frame
from storyboard.media.join import JoinPiece, join
from storyboard.media.mp4 import make_of, read_clip
from storyboard.media.sound import read_sound

_SIZES = (0, 1, 7, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def damage(data: bytes, chance: random.Random) -> bytes:
    """A clip with a few mistakes: often in its index, else anywhere."""
    found = bytearray(data)
    index = data.index(b"moov") - 4, data.index(b"mdat") - 4
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        low, high = index if chance.random() < 0.4 else (0, len(data))
        at = chance.randrange(low, max(low + 1, min(high, len(found)) - 4))
        match chance.randrange(7):
            case 0:
                found[at] ^= 1 << chance.randrange(8)
            case 1:
                found[at] = chance.randrange(256)
            case 2:
                found[at : at + 4] = chance.choice(_SIZES).to_bytes(4, "big")
            case 3:
                del found[at : at + chance.choice((1, 4, 100))]
            case 4:
                found[at:at] = bytes(found[at : at + chance.choice((1, 8, 200))])
            case 5:
                found[at : at + 64] = bytes(64)
            case _:
                del found[chance.randrange(len(found)) :]
        if len(found) < 64:
            break
    return bytes(found)


def main(folder: Path, count: int, seed: int) -> None:
    """Damage, try, count."""
    whole = [
        draw_clip(folder / "1.mp4", 2, size=(64, 36), colours=("navy", "red"), heard=tone(2)),
        draw_clip(folder / "2.mp4", 1, size=(64, 36)),
    ]
    clip, picture, film = (folder / name for name in ("damaged.mp4", "frame.png", "film.mp4"))
    ways = {
        "facts": lambda: read_clip(clip),
        "make": lambda: make_of(clip),
        "last frame": lambda: save_frame(clip, picture),
        "frame": lambda: save_frame(clip, picture, 30),
        "cuts": lambda: measure_cuts(clip, [1]),
        "sound": lambda: read_sound(clip, Fraction(1), 48_000),
        "join": lambda: join([JoinPiece(file=whole[0]), JoinPiece(file=clip)], film, len),
        "cut": lambda: join([JoinPiece(file=clip, end=20), JoinPiece(file=clip)], film, len),
    }
    read: Counter[str] = Counter()
    for number in range(seed, seed + count):
        (folder / "try").write_text(str(number))
        chance = random.Random(number)
        clip.write_bytes(damage(chance.choice(whole).read_bytes(), chance))
        for name, way in ways.items():
            try:
                way()
                read[name] += 1
            except StoryboardError:
                pass
    print(", ".join(f"{name} {read[name]} of {count}" for name in ways))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
