"""Footage that is a shot of the film: which shot its address means, and that none waits for itself.

Footage whose shot is not there, which is said, is left out; so is footage that goes round in a
circle, so that what comes after finds none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from storyboard.compiler.film import Scene, Shot, ShotClip, marks_of
from storyboard.compiler.needs import shot_needs
from storyboard.compiler.resolve.cast import Names
from storyboard.compiler.resolve.mentions import normal
from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import FOOTAGE_CIRCLE, UNKNOWN_SHOT
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Scalar
from storyboard.document.nodes import HOLE
from storyboard.language import model
from storyboard.language.cast import Footage

_MAX_LISTED = 5


def find_shot_clips(
    storyboard: model.Storyboard, scenes: Sequence[Scene], names: Names, diagnostics: Diagnostics
) -> dict[str, ShotClip]:
    """The clips of shots that are footage, by its name; what is wrong with one is said.

    ``scenes`` are those of the film, without what is left out of it.
    """
    written = {
        name: member.block.shot
        for name, member in names.members.items()
        if isinstance(member.block, Footage) and member.block.shot is not None
    }
    if not written:
        return {}
    addresses = _Addresses(storyboard, scenes)
    found: dict[str, ShotClip] = {}
    for name, address in written.items():
        shot = addresses.find(address)
        if shot is not None:
            found[name] = ShotClip(shot=shot.address, seconds=shot.seconds, span=address.span)
        elif addresses.are_complete:
            _report_unknown(address, addresses, diagnostics)
    shots = [shot for scene in scenes for shot in scene.shots]
    while (circle := _Circles(shots, names, found).first()) is not None:
        for step in circle:
            found.pop(step.footage, None)
        _report_circle(circle, diagnostics)
    return found


class _Addresses:
    """The addresses of a film's shots, and what else somebody may write in their place."""

    def __init__(self, storyboard: model.Storyboard, scenes: Sequence[Scene]) -> None:
        self.shots: dict[str, Shot] = {}
        self.are_complete = not any(map(_is_hole, storyboard.scenes))
        for scene in scenes:
            for shot in scene.shots:
                self.shots[_composed(shot.address)] = shot
        self.scenes = {_composed(scene.address): scene for scene in scenes}
        self._numbered = {
            f"{_composed(scene.address)}/{shot.number}": shot
            for scene in scenes
            for shot in scene.shots
        }
        self.skipped: dict[str, Span] = {}
        for number, block in enumerate(storyboard.scenes, 1):
            for index, inner in enumerate(block.shots, 1):
                left_out = block if block.skip else inner
                if left_out.skip:
                    for label in (inner.id or index, index):
                        address = _composed(f"{block.id or number}/{label}")
                        self.skipped[address] = left_out.node["skip"].span

    def find(self, address: str) -> Shot | None:
        """The shot of an address: by its id, or by its number in the scene."""
        wanted = _composed(address)
        return self.shots.get(wanted) or self._numbered.get(wanted)

    def advice(self, wanted: str) -> tuple[str, str]:
        """What is wrong with an address that no shot has, and what to write in its place."""
        scene = self.scenes.get(wanted)
        if scene is not None:
            return "is a scene, footage is one shot of it", _listed(scene.shots)
        whole, dot, part = wanted.rpartition(".")
        if dot and part.isdigit() and self.find(whole) is not None:
            return "is a part of a shot, footage is a whole one", f'write "{whole}"'
        if ".." in wanted:
            first = wanted.partition("..")[0]
            advice = f'write "{first}"' if self.find(first) else "write one of them"
            return "is a clip of several shots, footage is one of them", advice
        in_scenes = [one for one in self.shots if one.rpartition("/")[2] == wanted]
        near = in_scenes[0] if len(in_scenes) == 1 else _nearest(wanted, [*self.shots])
        advice = f'write "{near}"' if near is not None else _listed([*self.shots.values()])
        return "", advice


def _nearest(wanted: str, addresses: Sequence[str]) -> str | None:
    """The address that was meant; what differs by a number is another shot, and no slip."""
    alike = [one for one in addresses if _digits(one) == _digits(wanted)]
    if "/" in wanted:
        return nearest(wanted, alike)
    by_id = {one.rpartition("/")[2]: one for one in alike}
    near = nearest(wanted, by_id)
    return None if near is None else by_id[near]


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _listed(shots: Sequence[Shot]) -> str:
    """The first addresses of some shots."""
    if len(shots) == 1:
        return f'write "{shots[0].address}"'
    listed = ", ".join(shot.address for shot in shots[:_MAX_LISTED])
    more = len(shots) - _MAX_LISTED
    return f"the shots are {listed}{f' and {more} more' if more > 0 else ''}"


def _composed(address: str) -> str:
    return unicodedata.normalize("NFC", address.strip())


def _is_hole(scene: model.Scene) -> bool:
    """Whether shots of a scene, or its id, could not be read."""
    shots = scene.node.get("shots")
    is_broken: bool = getattr(scene.node, "is_broken", False)
    is_gone = isinstance(shots, Scalar) and shots.style == HOLE
    return is_broken or is_gone or (not scene.shots and not shots)


def _report_unknown(address: Scalar, addresses: _Addresses, diagnostics: Diagnostics) -> None:
    wanted = _composed(address)
    skipped = addresses.skipped.get(wanted)
    if skipped is not None:
        diagnostics.add(
            UNKNOWN_SHOT,
            f'the shot "{address}" is left out of the film, so there is no clip of it',
            address.span,
            labels=(Label(skipped, "left out here"),),
            help="remove the skip:, or name a clip with video:",
        )
        return
    what, advice = addresses.advice(wanted)
    shown = address if len(address) <= 60 else f"{address[:59]}…"
    diagnostics.add(
        UNKNOWN_SHOT,
        f'"{shown}" {what}' if what else f'no shot of the film has the address "{shown}"',
        address.span,
        help=advice if addresses.shots else "write the shot first; an address is SCENE/SHOT",
    )


# -- circles --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """A shot that needs the next one: as the footage of that name, or for its last frame."""

    shot: Shot
    footage: str
    needed: Shot


class _Circles:
    """Finds a shot that waits for itself."""

    def __init__(self, shots: Sequence[Shot], names: Names, clips: Mapping[str, ShotClip]) -> None:
        self._shots = {shot.address: shot for shot in shots}
        self._footage = {
            shot.address: {
                clips[name].shot: name for name in _named_by(shot, names) if name in clips
            }
            for shot in shots
        }
        footage = {address: tuple(found) for address, found in self._footage.items()}
        self._needs = shot_needs(shots, footage)

    def first(self) -> list[_Step] | None:
        """The steps of a circle, from the footage in it that is needed first in the film."""
        done = set[str]()
        for start in self._needs:
            way: dict[str, Iterator[str]] = {start: iter(self._needs[start])}
            while way:
                last = next(reversed(way))
                needed = next((one for one in way[last] if one not in done), None)
                if needed is None:
                    way.popitem()
                    done.add(last)
                elif needed in way:
                    round_ = [*way]
                    return self._steps(round_[round_.index(needed) :])
                else:
                    way[needed] = iter(self._needs[needed])
        return None

    def _steps(self, addresses: Sequence[str]) -> list[_Step]:
        steps = [
            _Step(self._shots[one], self._footage[one].get(then, ""), self._shots[then])
            for one, then in zip(addresses, (*addresses[1:], addresses[0]), strict=True)
        ]
        at = next(index for index, step in enumerate(steps) if step.footage)
        return [*steps[at:], *steps[:at]]


def _named_by(shot: Shot, names: Names) -> list[str]:
    """The names of all that a shot mentions, in its texts and in what describes those in it."""
    waiting = list(dict.fromkeys(shot.all_marks()))
    seen = set(waiting)
    found: dict[str, None] = {}
    for mark in waiting:
        one = names.behind[mark]
        found[normal(one.member.name)] = None
        for said in (one.own, one.of_look):
            if said is not None and said.passage is not None:
                nested = [inner for inner in marks_of(said.passage.text) if inner not in seen]
                seen.update(nested)
                waiting += dict.fromkeys(nested)
    return [*found]


def _report_circle(circle: Sequence[_Step], diagnostics: Diagnostics) -> None:
    said = []
    for number, step in enumerate(circle):
        who = f'"{step.shot.address}"' if not number else "that"
        again = ", the first again" if number == len(circle) - 1 else ""
        needed = f'"{step.needed.address}"{again if len(circle) > 1 else " itself"}'
        if step.footage:
            said.append(f"{who} refers to @{step.footage}, which is {needed}")
        else:
            said.append(f"{who} continues {needed}")
    diagnostics.add(
        FOOTAGE_CIRCLE,
        f"no shot can be rendered first: {'; '.join(said)}",
        circle[0].shot.place("prompt", "beats"),
        labels=tuple(
            Label(step.shot.place("prompt", "beats"), f"refers to @{step.footage}")
            if step.footage
            else Label(step.shot.place("seam"), "continues the shot before")
            for step in circle[1:]
        ),
        help="let one of them do without: leave the name out, or name a clip with video:",
    )
