"""The settings of a simulator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from msgspec import Struct, field

from storyboard.simulator.faults import parse_fault

if TYPE_CHECKING:
    from storyboard.targets.model import Target

Clips = Literal["render", "stub"]


class StateError(ValueError):
    """The state file cannot be used; the text says why and what to do."""


class OptionValues(TypedDict, total=False):
    """The keyword arguments of a simulator; ``SimulatorOptions`` says what each means."""

    host: str
    port: int
    key: str
    seconds_per_clip: float
    jitter: float
    seed: int
    concurrency: int | None
    clips: Clips
    scale: float
    faults: tuple[str, ...]
    state: Path | None
    history_lag: float
    link_seconds: float | None
    keep_alive: float
    own: tuple[Target, ...]
    clip_seconds: Mapping[str, int]


class SimulatorOptions(Struct, frozen=True, kw_only=True):
    """The settings of one simulator.

    ``key`` is the only API key that the hosts accept. ``seconds_per_clip`` is how long a clip
    takes to make, ``jitter`` the share by which that varies (0.5: from half to one and a half),
    drawn from ``seed``. ``concurrency`` is how many clips of each host are in progress at once,
    None for the host's own number; any number may wait.
    ``clips`` is ``render`` (labelled test patterns) or ``stub`` (one tiny film for each length
    and ratio, for load tests). ``scale`` multiplies the size of 640x360. ``faults`` are faults
    that stay in force, as ``parse_fault`` reads them. ``state`` is a file that lets a simulator
    which was killed know its jobs and files again; where ``port`` is 0, it takes the port of
    before, if that is free, so that links stay good. ``history_lag`` is how many seconds late a
    request shows up in a host's history. ``link_seconds`` is how long a link to a clip lives; None
    means for ever. ``keep_alive`` is the time between two comments on an event stream.
    ``own`` are targets of the user's, whose models are served by their data. ``clip_seconds`` are
    the seconds of clips at links that are not fetched, as the plan has them.

    Raises ``ValueError``, with what to write, for a setting that makes no sense.
    """

    host: str = "127.0.0.1"
    port: int = 0
    key: str = "simulated"
    seconds_per_clip: float = 2.0
    jitter: float = 0.0
    seed: int = 0
    concurrency: int | None = None
    clips: Clips = "render"
    scale: float = 1.0
    faults: tuple[str, ...] = ()
    state: Path | None = None
    history_lag: float = 0.0
    link_seconds: float | None = None
    keep_alive: float = 15.0
    own: tuple[Target, ...] = ()
    clip_seconds: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.seconds_per_clip < 0:
            raise ValueError(f"seconds per clip is {self.seconds_per_clip}: write 0 or more")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter is {self.jitter}: write a share from 0 to 1")
        if self.concurrency is not None and self.concurrency < 1:
            raise ValueError("concurrency is less than 1: write how many clips may be in progress")
        if not 0.1 <= self.scale <= 4:
            raise ValueError(f"scale is {self.scale}: write a number from 0.1 to 4")
        if self.clips not in ("render", "stub"):
            raise ValueError(f'clips is "{self.clips}": write "render" or "stub"')
        if self.keep_alive <= 0:
            raise ValueError(f"keep alive is {self.keep_alive}: write seconds above 0")
        for spec in self.faults:
            parse_fault(spec, count=None)
