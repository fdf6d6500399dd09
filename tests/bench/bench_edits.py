"""What an edit of a paid film costs, over the least that it could cost.

Films of 12 to 60 shots are paid, edited once (a shot is inserted, deleted, reworded, retimed or
moved) and planned again. The least is what the shots that are new by their digests take, each in a
request of its own at the target's shortest length; what opens on a changed shot is new as well.

    python tests/bench/bench_edits.py [edits]
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml

from storyboard.api._compile import Compilation, compile_reading, start
from storyboard.api._load import CompileOptions, read
from storyboard.compiler.request import Request
from storyboard.ledger import Intent, KnownTakes, Order, State
from storyboard.values.segments import as_asked

Shot = dict[str, Any]
Reuse = Literal["shots", "clips", "none"]
WORDS = [
    *("boat", "rope", "gull", "pier", "lamp", "wave", "storm", "hut"),
    *("door", "fire", "sail", "net", "rain", "moon", "crab", "tide"),
]


def shot(chance: random.Random, number: int, *, seams: bool) -> Shot:
    made: Shot = {
        "id": f"s{number}",
        "duration": f"{chance.randint(2, 9)}s",
        "prompt": f"A {chance.choice(WORDS)} and a {chance.choice(WORDS)}, number {number}.",
    }
    if seams and chance.random() < 0.15:
        made["seam"] = "continue"
    return made


def edited(chance: random.Random, shots: Sequence[Shot], number: int) -> list[Shot]:
    """The shots after one edit."""
    new = [dict(one) for one in shots]
    at = chance.randrange(len(new))
    match chance.choice(["insert", "delete", "reword", "retime", "move"]):
        case "insert":
            new.insert(at, shot(chance, number, seams=False))
        case "delete":
            del new[at]
        case "reword":
            new[at]["prompt"] += " It is late."
        case "retime":
            seconds = int(new[at]["duration"].removesuffix("s"))
            new[at]["duration"] = f"{seconds + 1 if seconds < 9 else 4}s"
        case "move":
            new.insert(chance.randrange(len(new)), new.pop(at))
    return new


def compiled(
    file: Path, shots: Sequence[Shot], reuse: Reuse, known: KnownTakes | None
) -> Compilation:
    scenes = [list(shots[at : at + 12]) for at in range(0, len(shots), 12)]
    film = {"storyboard": 1, "scenes": [{"id": f"a{n}", "shots": s} for n, s in enumerate(scenes)]}
    file.write_text(yaml.safe_dump(film, sort_keys=False))
    options = CompileOptions(reuse=reuse)
    found = start(options)
    return compile_reading(read(str(file), options, found), options, found, known)


def paid(requests: Sequence[Request]) -> KnownTakes:
    """What is known of a film that was rendered as it stands."""
    return KnownTakes(
        Intent(
            order=Order(
                digest=one.digest, address=one.id, host="fal", endpoint=one.endpoint,
                payload=one.payload, seconds=one.seconds, shots=one.shots,
            ),
            state=State.STORED,
            run="r",
            clip=one.digest.removeprefix("sha256:"),
            segments=as_asked(one.shots),
        )
        for one in requests
    )  # fmt: skip


def measure(edits: int, reuse: Reuse) -> tuple[int, int, int]:
    """Seconds of the first renders, seconds paid again, and the least that could be."""
    first = again = least = 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "storyboard.yaml"
        for seed in range(16):
            chance = random.Random(seed)
            shots = [shot(chance, n, seams=seed % 2 == 1) for n in range(chance.randint(12, 60))]
            before = compiled(file, shots, reuse, None)
            first += sum(one.seconds for one in before.requests)
            known = paid(before.requests)
            had = {part.shot for one in before.requests for part in one.shots}
            for number in range(edits // 16):
                after = compiled(file, edited(chance, shots, 1000 + number), reuse, known)
                assert after.film is not None
                again += sum(
                    one.seconds
                    for one in after.requests
                    if known.standing(one.digest).value == "new"
                )
                new: dict[str, int] = {}
                for one in after.requests:
                    for part in one.shots:
                        if part.shot not in had:
                            new[part.shot] = new.get(part.shot, 0) + part.seconds
                target = after.film.target
                least += sum(target.seconds.billed(seconds) or seconds for seconds in new.values())
    return first, again, least


def main() -> None:
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    for reuse in ("shots", "clips", "none"):
        first, again, least = measure(edits, reuse)
        print(
            f"reuse: {reuse:5}  first {first} s, paid again {again} s, least {least} s: "
            f"{again / max(least, 1):.3f}"
        )


if __name__ == "__main__":
    main()
