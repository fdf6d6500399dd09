"""Footage that is a shot of the film: which shot its address means, and that none waits for itself.

Footage whose shot is not there, which is said, is left out; so is footage that goes round in a
circle, so that what comes after finds none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.film import FootageUse, Scene, Shot, ShotClip, marks_of
from storyboard.compiler.needs import in_order, shot_needs
from storyboard.compiler.resolve.cast import Names
from storyboard.compiler.resolve.mentions import normal
from storyboard.diagnostics import Diagnostics, Label, Span
from storyboard.diagnostics.codes import CLIP_LENGTH, FOOTAGE_CIRCLE, UNKNOWN_SHOT
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Scalar
from storyboard.document.nodes import HOLE
from storyboard.language import model
from storyboard.language.cast import Footage

_MAX_LISTED = 5


def bind_shot_clips(
    storyboard: model.Storyboard, scenes: tuple[Scene, ...], names: Names, diagnostics: Diagnostics
) -> tuple[dict[str, ShotClip], tuple[Scene, ...]]:
    """The clips of shots that are footage, by its name, and the scenes with what is made of them.

    What is wrong with one is said. ``scenes`` are those of the film, without what is left out of
    it. A shot that is made from the clip of another lasts as long as that.
    """
    written = {
        name: member.block.shot
        for name, member in names.members.items()
        if isinstance(member.block, Footage)
        and member.block.shot is not None
        # What a library of several films has is looked for where the film mentions it.
        and name in names.mentioned
    }
    if not written:
        return {}, scenes
    addresses = _Addresses(storyboard, scenes)
    found: dict[str, str] = {}
    for name, address in written.items():
        shot = addresses.find(address)
        if shot is not None:
            found[name] = shot.address
        elif addresses.are_complete:
            _report_unknown(address, addresses, diagnostics)
    shots = {shot.address: shot for scene in scenes for shot in scene.shots}
    while (circle := (needs := _Needs(shots, names, found)).circle()) is not None:
        for step in circle:
            found.pop(step.footage, None)
        _report_circle(circle, diagnostics)

    def clip_of(name: str) -> ShotClip:
        address, span = found.get(name, ""), written[name].span
        seconds = shots[address].seconds if address else 0
        return ShotClip(shot=address, seconds=seconds, span=span)

    for shot in [shots[one] for one in in_order([*shots], needs.of.__getitem__)]:
        use = shot.footage
        if use is not None and isinstance(use.clip, ShotClip):
            clip = clip_of(normal(use.name))
            seconds = _seconds(shot, use, clip, diagnostics)
            made = replace(use, clip=clip)
            shots[shot.address] = replace(shot, footage=made, seconds=seconds)
    bound = (
        replace(scene, shots=tuple(shots[shot.address] for shot in scene.shots)) for scene in scenes
    )
    return {name: clip_of(name) for name in found}, tuple(bound)


def _seconds(shot: Shot, use: FootageUse, clip: ShotClip, diagnostics: Diagnostics) -> int:
    """The seconds of a shot that is made from the clip of another: those that the other has."""
    is_said = "duration" in shot.node or any(beat.seconds for beat in shot.beats)
    if is_said and clip.shot and shot.seconds != clip.seconds:
        diagnostics.add(
            CLIP_LENGTH,
            f'"{clip.shot}" lasts {clip.seconds} s, the shot says {shot.seconds} s: '
            f"a shot with {use.way} lasts as long as its clip",
            shot.place("duration", "beats"),
            help=f"write duration: {clip.seconds}s, or leave the seconds out",
        )
    return clip.seconds or shot.seconds


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


class _Step(Struct, frozen=True):
    """A shot that needs the next one: as the footage of that name, or for its last frame."""

    shot: Shot
    footage: str
    needed: Shot

    @property
    def _is_made_from_it(self) -> bool:
        use = self.shot.footage
        return use is not None and normal(use.name) == self.footage

    @property
    def does(self) -> str:
        """What the shot does with the footage, in words."""
        use = self.shot.footage
        if use is not None and self._is_made_from_it:
            return f"{'edits' if use.way == 'edit' else 'takes the motion of'} {self.footage}"
        return f"refers to @{self.footage}"

    @property
    def place(self) -> Span:
        """Where it names the footage."""
        keys = ("edit", "motion") if self._is_made_from_it else ("prompt", "beats")
        return self.shot.place(*keys)


class _Needs:
    """What each shot needs, and whether one waits for itself."""

    def __init__(self, shots: Mapping[str, Shot], names: Names, clips: Mapping[str, str]) -> None:
        self._shots = shots
        self._footage = {
            address: {clips[name]: name for name in _named_by(shot, names) if name in clips}
            for address, shot in shots.items()
        }
        footage = {address: tuple(found) for address, found in self._footage.items()}
        self.of = shot_needs([*shots.values()], footage)

    def circle(self) -> list[_Step] | None:
        """The steps of a circle, from the footage in it that is needed first in the film."""
        done = set[str]()
        for start in self.of:
            way: dict[str, Iterator[str]] = {start: iter(self.of[start])}
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
                    way[needed] = iter(self.of[needed])
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
    if shot.footage is not None:
        found[normal(shot.footage.name)] = None
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
            said.append(f"{who} {step.does}, which is {needed}")
        else:
            said.append(f"{who} continues {needed}")
    diagnostics.add(
        FOOTAGE_CIRCLE,
        f"no shot can be rendered first: {'; '.join(said)}",
        circle[0].place,
        labels=tuple(
            Label(step.place, step.does)
            if step.footage
            else Label(step.shot.place("seam"), "continues the shot before")
            for step in circle[1:]
        ),
        help="let one of them do without: leave the name out, or name a clip with video:",
    )
