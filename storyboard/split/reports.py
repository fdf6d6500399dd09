"""What is said of shots that are divided, or that cannot be."""

from __future__ import annotations

from collections.abc import Sequence

from storyboard.diagnostics import Diagnostics
from storyboard.diagnostics.codes import (
    CARRIED_SENTENCE,
    CROWDED_TEXT,
    DIVIDED_SHOT,
    DIVIDED_TEXT,
    FEATURE_EMULATED,
    FEATURE_LOST,
    UNBREAKABLE_TEXT,
)
from storyboard.film import MENTION, Ruler, Shot
from storyboard.split.division import Division
from storyboard.targets.types import Feature, Target

UNLIMITED = 1 << 40
"""The limit of a text that has none, or that nothing more is to be said of."""
_SECONDS_SHOWN = 8


class Reports:
    """Says what splitting does to the shots of one scene.

    ``lead`` are the code points of the sentence that asks for a first frame. A shot of up to
    ``offered`` code points could be kept whole if its writer asked for that; None where not.
    """

    def __init__(
        self,
        target: Target,
        ruler: Ruler,
        diagnostics: Diagnostics,
        lead: int,
        offered: int | None,
    ) -> None:
        self.target = target
        self.ruler = ruler
        self.diagnostics = diagnostics
        self.lead = lead
        self.offered = offered

    def _seam(self, shot: Shot) -> None:
        """Say what becomes of the seam between parts that are requests of their own."""
        code, what = FEATURE_LOST, f'the parts of "{shot.address}" do not join'
        how = self.target.features[Feature.FIRST_FRAME].how
        if how == "native":
            return
        if how == "words":
            code, what = FEATURE_EMULATED, f'the seam in "{shot.address}" is asked for in words'
        self.diagnostics.add(
            code,
            f"{self.target.target} takes no first frame: {what}",
            shot.place("duration", "prompt", "beats"),
            help="shorten the shot to one request, or choose a target with first_frame",
        )

    def division(self, shot: Shot, division: Division, limit: int, weight: int) -> None:
        """Say how a shot is divided, and what that does to the film."""
        count, text = len(division.stretches), shot.place("prompt", "beats")
        if division.by_text:
            self.diagnostics.add(
                DIVIDED_TEXT,
                f'the text of "{shot.address}" is {weight} characters, a prompt {limit} at most'
                f"{self._tags(shot.text)}: divided into {count} parts",
                text,
                help=f"write beats to say where it divides{self._long_prompts(weight)}",
            )
        else:
            self.diagnostics.add(
                DIVIDED_SHOT,
                f'"{shot.address}" lasts {shot.seconds} s, one request '
                f"{self.target.seconds.max} s at most: divided into {count} parts, "
                f"{_shown(division.seconds)}",
                shot.place("beats", "duration"),
                help="the beats say where it divides"
                if shot.beats
                else "write beats to say where it divides, each with its duration if you like",
            )
        if not division.by_text or self.target.shots is None:
            self._seam(shot)
        if division.carried:
            told = count - division.carried
            self.diagnostics.add(
                CARRIED_SENTENCE,
                f'"{shot.address}" has text for {told} of its {count} parts: the last sentence '
                f"carries on for {sum(division.seconds[told - 1 :])} s",
                text,
                help="write beats, one for each part, that say what happens in it",
            )
        if limit < UNLIMITED:
            self._unbreakable(shot, division, limit)

    def _unbreakable(self, shot: Shot, division: Division, limit: int) -> None:
        for index, (start, end) in enumerate(division.stretches):
            opens = index in division.opening and (index > 0 or opens_on_picture(shot))
            weight, room = self.ruler.weigh(shot.text[start:end]), limit - self.lead * opens
            if weight > room:
                word = MENTION.sub("@…", shot.text[start : min(end, start + 24)])
                self.diagnostics.add(
                    UNBREAKABLE_TEXT,
                    f'"{shot.address}" has a word of {weight} characters, "{word}…", '
                    f"a prompt {room} at most",
                    shot.place("prompt", "beats"),
                    help="shorten it, or put spaces where it may be divided",
                )

    def crowded(self, shot: Shot, limit: int, weight: int, holds: int, enough: int | None) -> None:
        """Say how much text the seconds hold, and how many seconds the text needs."""
        longer = f"give the shot at least {enough} s" if enough else "write several shots"
        self.diagnostics.add(
            CROWDED_TEXT,
            f'the text of "{shot.address}" is {weight} characters'
            f"{self._tags(shot.text)}, {shot.seconds} s hold {holds} at most",
            shot.place("prompt", "beats"),
            help=f"{longer}, or shorten the text to {holds} characters{self._long_prompts(weight)}",
        )

    def _tags(self, text: str) -> str:
        widths = sorted({self.ruler.weigh(mark) for mark in set(MENTION.findall(text))})
        if not widths:
            return ""
        return f" (tags count {' or '.join(map(str, widths))} each)"

    def _long_prompts(self, weight: int) -> str:
        if self.offered is None or weight > self.offered:
            return ""
        return ', or keep it whole in a request of its own with "long_prompts: true"'


def opens_on_picture(shot: Shot) -> bool:
    """Whether a shot opens on a picture of its own or on a last frame."""
    return shot.start_frame is not None or shot.seam == "continue"


def _shown(seconds: Sequence[int]) -> str:
    if len(seconds) > _SECONDS_SHOWN:
        return f"of {min(seconds)} to {max(seconds)} s"
    return f"{' + '.join(map(str, seconds))} s"
