"""What joining and drawing clips costs: ``python tests/bench/bench_films.py [CLIPS]``.

Prints CPU seconds of this process: joining CLIPS (200) clips of 5 s of one make without sound, the
same with sound and how much more that is for a second of film, the same with one frame cut off so
that all are encoded, measuring the cuts of a clip of 15 s, and drawing a simulated clip of 5 s.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from drawn_clips import draw_clip, sound

from storyboard.media.cuts import measure_cuts
from storyboard.media.join import JoinPiece, join
from storyboard.simulator.clip_render import ClipRenderer
from storyboard.simulator.orders import OrderedShot, SimulatedOrder
from storyboard.simulator.test_pictures import ClipLabel

_SIZE = (1280, 720)


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _din(seconds: float) -> Callable[[int], float]:
    """Wind and a voice, as far as an encoder hears: noise that swells, and a tone that trembles."""
    chance = random.Random(1)
    return lambda at: (
        0.2 * chance.uniform(-1, 1) * (1 + math.sin(at / 9000))
        + 0.2 * math.sin(at / 35) * math.sin(at / 2500) * (at < seconds * 48_000)
    )


def main(count: int) -> None:
    """Draw the clips, then measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        silent = draw_clip(folder / "1.mp4", size=_SIZE, colours=("navy", "red"))
        loud = draw_clip(folder / "2.mp4", size=_SIZE, heard=sound(5, _din(5)))
        long = draw_clip(folder / "3.mp4", 15, size=_SIZE, colours=("navy", "red", "green"))
        film = folder / "film.mp4"
        join([JoinPiece(file=silent)] * 2, film)  # what is loaded once is not counted

        copied = _seconds(lambda: join([JoinPiece(file=silent)] * count, film))
        print(f"{count} silent clips, copied: {copied:.2f} s")
        heard = _seconds(lambda: join([JoinPiece(file=loud)] * count, film))
        more = (heard - copied) / (count * 121 / 24)
        print(f"{count} clips with sound: {heard:.2f} s, {more:.4f} s more a second of film")
        few = max(1, count // 20)
        cut = [JoinPiece(file=silent, end=120)] * few
        encoded = _seconds(lambda: join(cut, film, len))
        print(f"{few} clips cut: {encoded:.2f} s, {encoded / (few * 5):.3f} s a second of film")
        print(f"cuts of 15 s: {_seconds(lambda: measure_cuts(long, [5, 10])):.3f} s")

        order = SimulatedOrder(
            shots=(OrderedShot(prompt="A gull turns over the sea.", seconds=5),),
            ratio="16:9",
            audio=True,
        )
        renderer = ClipRenderer("render", 1.0)

        async def draw() -> None:
            for number in range(21):
                other = replace(order, shots=(replace(order.shots[0], prompt=f"Gull {number}."),))
                await renderer.render(f"{number:064x}", other, ClipLabel(), {})

        drawn = _seconds(lambda: asyncio.run(draw()))
        renderer.close()
        print(f"a simulated clip of 5 s: {drawn / 21:.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
