"""A film's project: whatever a command does, a method of it does."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from storyboard.api._load import CompileOptions
from storyboard.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from storyboard.api._cancel import CancelledClip
    from storyboard.api._compare import Comparison
    from storyboard.api._compile import Compilation
    from storyboard.api._diff import DifferenceResult
    from storyboard.api._fix import FileChange
    from storyboard.api._plan import PlanResult
    from storyboard.api._ready import ReadyPlan
    from storyboard.api._rename import Renaming
    from storyboard.api._resolve import DecidedClip, Decision
    from storyboard.api._run_events import RunEvents
    from storyboard.api._sent_clips import FilmStatus, SentClips
    from storyboard.api._ways_out import WaysOut
    from storyboard.board import FilmBoard
    from storyboard.board.bill import Bill, BillBy
    from storyboard.diagnostics import Diagnostics
    from storyboard.ledger import Known
    from storyboard.ledger.folder_run import FolderRun
    from storyboard.ledger.store import Store
    from storyboard.ledger.unused_take import UnusedTake
    from storyboard.media.join import JoinedFilm
    from storyboard.plan import Plan
    from storyboard.plan.explanation import Explanation
    from storyboard.project.outputs import Outputs
    from storyboard.run.events import EventListener
    from storyboard.run.first_uploads import FirstUploads
    from storyboard.run.patience import Patience
    from storyboard.run.report import Report
    from storyboard.values.units import Money


class StitchedFilm(NamedTuple):
    """A film that was joined, and how many clips it has."""

    film: JoinedFilm
    clips: int


def _nothing(*_: object) -> None:
    """Do nothing."""


def _best_way(*film: Any) -> str:
    """The best way for a film to keep to its limits; what finds it is loaded where it is asked."""
    from storyboard.api._fit import best_way

    return best_way(*film)


def _lower(one: Money | None, other: Money | None) -> Money | None:
    """The lower of two limits, None where there is none."""
    if one is None or other is None:
        return one or other
    if one.currency != other.currency:
        raise UsageError(f"limits of {one} and {other} cannot be held together: use one currency")
    return min(one, other, key=lambda limit: limit.amount)


class RunSettings(Struct, frozen=True, kw_only=True):
    """How a plan is run.

    ``jobs`` is how many clips may be under way at once. ``max_cost`` is the most that this run may
    spend; the plan's own limits hold beside it. ``key_file`` holds the host's key, which else is
    in the environment; ``base_url`` is an address in place of the vendor's own. ``host_options``
    are the options that the host declares, by their names; ``faults`` are for the simulator.
    ``patience`` says how long is waited for what; None for what ``STORYBOARD_WAITS`` says.
    """

    jobs: int = 4
    max_cost: Money | None = None
    key_file: Path | None = None
    base_url: str | None = None
    host_options: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    patience: Patience | None = None


class Project(Struct, frozen=True):
    """A storyboard and everything that is kept beside it.

    ``file`` is a storyboard, a folder that holds ``storyboard.yaml``, or ``-`` for standard input;
    where clips are concerned, a plan's file too. Nothing is read before a method asks for it.
    What of a storyboard is wrong is among the findings of what a method returns; whatever else
    goes wrong is a ``StoryboardError``.
    """

    file: str = "."
    options: CompileOptions = field(default_factory=CompileOptions)

    @classmethod
    def around(cls, file: str | Path = ".", **options: Any) -> Project:
        """The project of a storyboard's file or folder; ``options`` are those of CompileOptions."""
        return cls(str(file), CompileOptions(**options))

    # What a storyboard says and costs: nothing is sent and nothing is written.

    def check(self) -> Compilation:
        """Everything that is wrong with the storyboard, or with a cast library.

        Where money or seconds are limited, the film is held against that too.
        """
        from storyboard.api._check import check_storyboard

        return check_storyboard(self.file, self.options, _best_way)

    def import_screenplay(self, screenplay: Path) -> Path:
        """Write the storyboard of a screenplay into the project's folder; its path.

        Raises ``UsageError`` where there is a storyboard, or the screenplay cannot be read.
        """
        from storyboard.api._import import import_screenplay

        return import_screenplay(screenplay, Path(self.file))

    def fix(self) -> tuple[FileChange, ...]:
        """What the sure fixes of everything that is found make of the files; none is written.

        Raises ``UsageError`` for standard input. ``FileChange.write`` puts a change on the disk.
        """
        from storyboard.api._fix import fix_storyboard

        return fix_storyboard(self.file, self.options)

    def rename(self, old: str, new: str) -> Renaming:
        """What the files are with another name for a member of the cast; none is written.

        Where a library declares the member, other storyboards that use it are changed too. Raises
        ``UsageError`` for a name that is unknown, taken or none, ``RefusedError`` where a part of
        the files cannot be read. ``FileChange.write`` puts a change on the disk.
        """
        from storyboard.api._rename import rename_member

        return rename_member(self.file, old, new, self.options)

    def compile(self) -> Compilation:
        """The storyboard as requests, as far as it could be compiled, with all that was found."""
        from storyboard.api._compile import compile_storyboard

        return compile_storyboard(self.file, self.options)

    def plan(self) -> PlanResult:
        """What would be sent, in order, with its price, verified.

        There is a plan even where there are errors: without the requests of the scenes that they
        concern, and not applyable.
        """
        from storyboard.api._plan import plan_storyboard

        return plan_storyboard(self.file, self.options, _best_way)

    def fetch_age(self, plan: Plan | ReadyPlan, today: date) -> Diagnostics:
        """A warning where clips that ``plan`` fetches were ordered long before ``today``."""
        from storyboard.api._plan import check_fetches

        made, _, known = self._records_of(plan)
        return check_fetches(made, known, today)

    def lost_records(self, plan: Plan | ReadyPlan) -> Diagnostics:
        """Warnings of what ``plan`` renders though git or the takes here say that it was paid."""
        from storyboard.diagnostics import Diagnostics

        made, store, known = self._records_of(plan)
        if store is None:
            return Diagnostics()
        from storyboard.api._lost_records import check_records

        return check_records(made, store, known)

    def _records_of(
        self, plan: Plan | ReadyPlan
    ) -> tuple[Plan, Store | None, Callable[[], Known | None]]:
        """A plan, where its film's clips are, and what reads what ledger and lock know.

        There is no store of a storyboard from standard input, nor where nothing was ever run and
        no git may know of a run: most films then need nothing that reads one.
        """
        from storyboard.api._load import STANDARD_INPUT
        from storyboard.api._plan import known_takes
        from storyboard.api._ready import ReadyPlan
        from storyboard.diagnostics import Diagnostics

        if isinstance(plan, ReadyPlan):
            film = Path(plan.plan.film.file).name
            return plan.plan, plan.store, partial(plan.store.known, film)
        store = None
        if self.file != STANDARD_INPUT and self._may_have_records():
            from storyboard.ledger.store import Store

            simulated, clips = self.options.is_simulated, self.options.out_dir
            store = Store.beside(Path(self.file), simulated=simulated, clips=clips)
        return plan, store, partial(known_takes, self.file, self.options, Diagnostics())

    def _may_have_records(self) -> bool:
        """Whether anything beside the film, or git, may tell what was paid."""
        from storyboard.project.files import checkout_of

        folder = Path(self.file) if Path(self.file).is_dir() else Path(self.file).parent
        is_in_git = "GIT_DIR" in os.environ or checkout_of(folder) is not None
        return is_in_git or (folder / ".storyboard").exists()

    def compare(self) -> Comparison:
        """What every target makes of the film; no offers where the film cannot be read."""
        from storyboard.api._compare import compare_targets

        return compare_targets(self.file, self.options)

    def fit(self, under: Money | None = None) -> WaysOut:
        """The ways in which the film costs no more than ``under`` in all, else than its budget,
        and renders no more than its ``max_seconds``.

        They are computed and planned: another target, silence, or fewer shots, by their priority.
        Raises ``UsageError`` where there is no limit.
        """
        from storyboard.api._fit import fit_film

        return fit_film(self.file, under, self.options)

    def why(self, address: str) -> Explanation:
        """What the clips of an address are made of, why they are rendered or not, and what else
        they could cost. Raises ``UnknownAddressError``.
        """
        from storyboard.api._why import explain_address

        return explain_address(self.file, address, self.options)

    def diff(self, before: str = "HEAD", after: str | None = None) -> DifferenceResult:
        """What differs between the film at a commit of git and at another one, or as it is now.

        Targets, prices and what is paid are today's for both. Nothing is checked out. Raises
        ``UsageError`` where a commit, or the storyboard in it, is not there.
        """
        from storyboard.api._diff import diff_film

        return diff_film(self.file, before, after, self.options)

    def board(self, *, side: int = 640) -> FilmBoard:
        """The film as cards, with its cast and the shares of its price; see ``render.board``.

        ``side`` is the longer side of the thumbnails in pixels, 0 for none. Local pictures are
        read; what is wrong with the storyboard is among the findings of the cards.
        """
        from storyboard.api._board import board_storyboard

        return board_storyboard(self.file, self.options, side, _best_way)

    def bill(self, by: BillBy) -> Bill:
        """What the film's scenes, shots or members cost, so that the rows add up to the film."""
        from storyboard.board.bill import make_bill

        return make_bill(self.board(side=0), by)

    # Clips

    def read_plan(self) -> ReadyPlan:
        """The plan in the project's file, held against what it was made from. See ``is_plan``.

        Raises ``PlanError`` where it may not be run any more, ``UsageError`` for options that
        would make another plan of it.
        """
        from storyboard.api._ready import read_ready_plan

        return read_ready_plan(Path(self.file), self.options)

    @property
    def is_plan(self) -> bool:
        """Whether the project's file is a plan and not a storyboard, by its first bytes."""
        from storyboard.plan.staleness import is_plan

        return is_plan(Path(self.file))

    def ready(self, plan: Plan) -> ReadyPlan:
        """A plan that ``plan`` has just made, with what a run of it takes."""
        from storyboard.api._ready import ready_plan

        return ready_plan(plan, self.file, self.options)

    def run(
        self,
        plan: Plan | ReadyPlan,
        settings: RunSettings | None = None,
        *,
        listen: EventListener = _nothing,
        on_second_interrupt: Callable[[], None] = _nothing,
        tick: Callable[[], None] = _nothing,
    ) -> Report:
        """Render what of a plan is not paid yet; this costs money, unless it is simulated.

        ``listen`` hears of every event as it happens, ``tick`` is called several times a second.
        A first interrupt ends the run in order, a second one at once, after
        ``on_second_interrupt``. What is paid is never paid again.
        """
        from storyboard.api._ready import ReadyPlan
        from storyboard.run.session import Session

        settings = settings or RunSettings()
        ready = plan if isinstance(plan, ReadyPlan) else self.ready(plan)
        session = Session(
            plan=ready.plan,
            targets=ready.targets,
            store=ready.store,
            root=ready.root,
            jobs=settings.jobs,
            limit=_lower(settings.max_cost, ready.plan.budget.max_cost),
            key_file=settings.key_file,
            base=settings.base_url,
            host_options=settings.host_options,
            faults=settings.faults,
            patience=settings.patience,
        )
        return session.run(listen, on_second_interrupt, tick)

    def first_uploads(self, plan: Plan | ReadyPlan) -> tuple[FirstUploads, ...]:
        """What a run would upload to each host for the first time."""
        from storyboard.api._ready import ReadyPlan
        from storyboard.run.first_uploads import first_uploads

        ready = plan if isinstance(plan, ReadyPlan) else self.ready(plan)
        return first_uploads(ready.plan, ready.store)

    def events(self, plan: Plan | ReadyPlan, settings: RunSettings | None = None) -> RunEvents:
        """The same as ``run``, as an iterator of its events with the report at its end."""
        from storyboard.api._run_events import RunEvents

        return RunEvents(lambda listen: self.run(plan, settings, listen=listen))

    def sent(self) -> SentClips:
        """The clips that were sent for the film. Nobody is asked, nothing is written."""
        from storyboard.api._sent_clips import find_sent

        simulated, clips = self.options.is_simulated, self.options.out_dir
        return find_sent(self.file, simulated=simulated, clips=clips)

    def status(self) -> FilmStatus:
        """What ledger and lock know of the film. Nobody is asked, nothing is written."""
        from storyboard.api._sent_clips import film_status

        return film_status(self.file, self.options)

    def runs(self) -> list[FolderRun]:
        """The runs of the films in the storyboard's folder, the oldest first."""
        from storyboard.ledger.folder_run import runs_of

        store = self.sent().store
        return runs_of(store.read_ledger(), store.read_lock())

    def cancel(
        self,
        addresses: Sequence[str] = (),
        *,
        key_file: Path | None = None,
        base_url: str | None = None,
        listen: Callable[[CancelledClip], None] = _nothing,
    ) -> tuple[CancelledClip, ...]:
        """Ask the vendor to stop clips; without addresses, all that are under way."""
        from storyboard.api._cancel import cancel_clips

        return cancel_clips(self.sent(), addresses, key_file=key_file, base=base_url, listen=listen)

    def resolve(
        self, address: str, decision: Decision, *, adopt: str = ""
    ) -> tuple[DecidedClip, ...]:
        """Decide about clips that the vendor may have or not; ``adopt`` is the vendor's id.

        A clip of which ledger and lock have never heard can be adopted too: the film is planned,
        and the next run fetches the clip.
        """
        from storyboard.api._resolve import Decision, adopt_planned, is_sent, resolve_clips

        sent = self.sent()
        if decision is Decision.ADOPT and not is_sent(sent, address):
            ready = self.read_plan() if self.is_plan else self.ready(self.plan().plan)
            return adopt_planned(ready, address, adopt)
        return resolve_clips(sent, address, decision, adopt=adopt)

    def stitch(
        self,
        plan: Plan | ReadyPlan,
        out: Path | None = None,
        *,
        say: Callable[[str], None] = _nothing,
        progress: Callable[[float, float], None] = _nothing,
        force: bool = False,
    ) -> StitchedFilm:
        """Join the clips of a plan to a film. Raises ``MissingClipsError`` where some are not here.

        ``progress`` hears how many seconds are written, and of how many. Without ``out`` the film
        is ``film.mp4`` beside the clips. What was not written by storyboard is replaced with
        ``force`` only, see ``outputs``.
        """
        from storyboard.api._ready import ReadyPlan
        from storyboard.api._stitch import stitch_plan

        ready = plan if isinstance(plan, ReadyPlan) else self.ready(plan)
        outputs = self.outputs(ready.plan)
        film = stitch_plan(
            ready.plan, ready.store, out, say, progress, outputs=outputs, force=force
        )
        return StitchedFilm(*film)

    def unused_takes(self) -> tuple[UnusedTake, ...]:
        """The takes of the folder that none of its films and no lock in git needs.

        Nothing is removed. Raises ``RefusedError`` where that cannot be known.
        """
        from storyboard.api._gc import find_unused

        return find_unused(self.file, self.options)

    def remove_takes(self, takes: Collection[UnusedTake]) -> tuple[UnusedTake, ...]:
        """Remove takes of ``unused_takes`` for good; those that are needed by now stay.

        Returns what was removed. Raises ``RefusedError`` too while a run works in the folder.
        """
        from storyboard.api._gc import remove_unused

        return remove_unused(takes, self.file, self.options)

    def outputs(self, plan: Plan) -> Outputs:
        """The files that commands have written, with what may not be replaced: a plan's sources."""
        from storyboard.api._outputs import outputs_of

        return outputs_of(self.file, self.options, plan)
