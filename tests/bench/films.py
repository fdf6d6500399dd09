"""Films of any length for the benchmarks: the same bytes for the same number."""

from __future__ import annotations

import random
import re

_WORDS = re.findall(
    r"\w+",
    "mara climbs the last iron steps in rising storm light and lifts lantern over cold glass "
    "while gulls wheel beyond gallery rail",
)


def film(shots: int) -> str:
    """A storyboard of that many shots in scenes of 20, about 390 bytes a shot."""
    chance = random.Random(1)

    def prose(words: int) -> str:
        return " ".join(chance.choice(_WORDS) for _ in range(words))

    lines = [
        "storyboard: 1",
        "title: A long film",
        "target: fal/kling-o3-pro",
        "defaults: {audio: true}",
        "characters:",
        "  mara: {frontal: https://example.com/mara.png}",
        "  tom: {frontal: https://example.com/tom.png}",
        "props:",
        "  lantern: {frontal: https://example.com/lantern.png}",
        "locations:",
        "  gallery: {image: https://example.com/gallery.png}",
        "scenes:",
    ]
    for shot in range(shots):
        scene, number = divmod(shot, 20)
        if not number:
            lines += [f"  - id: s{scene}", "    location: gallery", "    shots:"]
        lines += [
            f"      - id: k{number}",
            f"        duration: {chance.choice([3, 4, 5, 6, 8])}s",
            "        size: wide",
            "        camera: slow push in",
            f'        prompt: "@mara {prose(30)} with @lantern. {prose(12)}."',
        ]
        if number % 3 == 0:
            lines += [
                "        dialogue:",
                '          - mara: {line: "It\'s out.", tone: whispering}',
            ]
    return "\n".join(lines) + "\n"


def short_film(shots: int) -> str:
    """A storyboard of bare shots, about 25 bytes each, so that 100,000 fit into one file."""
    scenes = [
        f"  - shots:\n{''.join('      - A boat rows out.' + chr(10) for _ in range(20))}"
        for _ in range(shots // 20)
    ]
    return "storyboard: 1\nscenes:\n" + "".join(scenes)
