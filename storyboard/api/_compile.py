"""Compiling: the stages in their order, from what was read to requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from functools import cache, partial
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from storyboard.api._ignores import check_ignores
from storyboard.api._load import CompileOptions, Reading, read
from storyboard.compiler.clip import Clip, KeptPart, Part
from storyboard.compiler.compose import Composer
from storyboard.compiler.cost import price
from storyboard.compiler.demands import check_demands, check_footage
from storyboard.compiler.film import Film, Scene
from storyboard.compiler.lower import Lowering, lower, second_of
from storyboard.compiler.pack import pack
from storyboard.compiler.padding import report_alone
from storyboard.compiler.request import Request, in_needed_order, shot_part
from storyboard.compiler.resolve import ResolvedFilm, resolve
from storyboard.compiler.resolve.scene_errors import UnpricedScene, find_unpriced
from storyboard.compiler.reuse import PaidClip, restore_whole
from storyboard.compiler.ruler import Ruler
from storyboard.compiler.shot_digest import ShotDigests
from storyboard.compiler.split import in_one_piece, split
from storyboard.compiler.split.findings import check_clips, check_faces
from storyboard.diagnostics import Diagnostics, Severity, Span
from storyboard.diagnostics.codes import FEATURE_LOST, SUPERSEDED_TARGET
from storyboard.language.model import DEFAULT_TARGET, Storyboard
from storyboard.targets.load import load
from storyboard.targets.model import RenderedSecond, Target
from storyboard.values.segments import FormerShot, ShotPart
from storyboard.values.units import Money

if TYPE_CHECKING:
    from storyboard.ledger import Known

_BUT_ERRORS = frozenset({Severity.WARNING, Severity.NOTE})
"""What is not said of how a scene with errors is fitted: it will be another one."""


class Compilation(Struct, frozen=True, kw_only=True):
    """A storyboard as far as it could be compiled, and everything that was found.

    ``film`` is None where nothing could be read of it. ``requests`` are those of the scenes that no
    error concerns, with further takes, each behind those that it needs; ``cut`` is the film in its
    order, the requests that stand in it and what is kept of clips that were paid before;
    ``unpriced`` are the other scenes.
    ``is_complete`` says that there are no errors.
    """

    reading: Reading
    diagnostics: Diagnostics
    film: Film | None = None
    requests: tuple[Request, ...] = ()
    cut: tuple[Request | KeptPart, ...] = ()
    unpriced: tuple[UnpricedScene, ...] = ()
    is_complete: bool = False

    @property
    def name(self) -> str:
        """The storyboard's file as the user typed it."""
        return self.reading.name


def compile_storyboard(file: str, options: CompileOptions) -> Compilation:
    """Compile a storyboard to requests.

    ``file`` is a path, a folder that holds ``storyboard.yaml``, or ``-`` for standard input.
    """
    diagnostics = start(options)
    return compile_reading(read(file, options, diagnostics), options, diagnostics)


def start(options: CompileOptions) -> Diagnostics:
    """An empty collection of findings, as strict as the options say."""
    diagnostics = Diagnostics()
    if options.is_strict:
        diagnostics.raise_to_error(FEATURE_LOST)
    return diagnostics


def compile_reading(
    reading: Reading, options: CompileOptions, diagnostics: Diagnostics, known: Known | None = None
) -> Compilation:
    """Compile what was read; a scene that an error concerns has no requests.

    ``known`` tells what is paid already: of two ways to share requests out, the one that keeps
    finished clips is the cheaper one.
    """
    if reading.storyboard is None:
        return Compilation(reading=reading, diagnostics=diagnostics)
    target = choose_target(reading, options, diagnostics)
    resolved = resolve_reading(reading, options, diagnostics)
    film = film_on(target, resolved, reading, options, diagnostics)
    return compile_film(film, reading, resolved.written, options, diagnostics, known)


def compile_film(
    film: Film,
    reading: Reading,
    written: Storyboard,
    options: CompileOptions,
    diagnostics: Diagnostics,
    known: Known | None,
) -> Compilation:
    """Compile a film that was resolved for its target; see ``compile_reading``."""
    if options.reuse is not None:
        scenes = tuple(replace(scene, reuse=options.reuse) for scene in film.scenes)
        film = replace(film, scenes=scenes)

    def unpriced_scenes() -> tuple[UnpricedScene, ...]:
        libraries = reading.libraries.values()
        return find_unpriced(written, libraries, film.variables, diagnostics)

    composers = composers_of(film, diagnostics)
    if film.template is not None and any(one.own_template is None for one in composers.values()):
        return Compilation(
            reading=reading, diagnostics=diagnostics, film=film, unpriced=unpriced_scenes()
        )
    wrong = {scene.number for scene in unpriced_scenes()}
    lowerings = lowerings_of(film, diagnostics)
    clips = fit_film(film, composers, lowerings, diagnostics, known, wrong)
    rendered = [(scene, clips_of(fitted)) for scene, fitted in clips]
    unpriced = unpriced_scenes()
    wrong = {scene.number for scene in unpriced}
    rendered = [(scene, chosen) for scene, chosen in rendered if scene.number not in wrong]
    if not diagnostics.has_errors:
        chosen = [clip for _, of_scene in rendered for clip in of_scene]
        for one in film.films():
            own = (clip for clip in chosen if film.of(clip.parts[0].shot) is one)
            check_faces(one, own, composers[one.target.target])
    else:
        diagnostics.muted = frozenset({Severity.NOTE})
    requests = lower(
        film, rendered, lowerings, diagnostics, options.takes, are_chains_taken=options.chain_takes
    )
    diagnostics.muted = frozenset()
    chosen_takes = (request for request in requests if request.alternate_of is None)
    cut = tuple(
        one if isinstance(one, KeptPart) else next(chosen_takes)
        for scene, fitted in clips
        if scene.number not in wrong
        for one in fitted
    )
    requests = in_needed_order(requests)
    if not diagnostics.has_errors:
        check_ignores(diagnostics)
    return Compilation(
        reading=reading,
        diagnostics=diagnostics,
        film=film,
        requests=requests,
        cut=cut,
        unpriced=unpriced,
        is_complete=not diagnostics.has_errors,
    )


def choose_target(reading: Reading, options: CompileOptions, diagnostics: Diagnostics) -> Target:
    """The target that is asked for; the default one, with the reason said, where it is unknown."""
    written = reading.storyboard
    wanted, at = options.target, None
    if wanted is None and written is not None and written.target is not None:
        wanted, at = str(written.target), written.target.span
    target = _load(wanted or DEFAULT_TARGET, at, reading, options, diagnostics)
    if target is None:
        # What else is wrong with the film is found against the default target all the same.
        target = load(DEFAULT_TARGET, diagnostics)
        if target is None:
            raise RuntimeError(f"the built-in target {DEFAULT_TARGET} cannot be read")
    return target


def _other_targets(
    reading: Reading,
    resolved: ResolvedFilm,
    target: Target,
    options: CompileOptions,
    diagnostics: Diagnostics,
) -> dict[str, Target]:
    """The targets that shots and scenes name beside the film's ``target``, by their ids.

    Shots of one that is unknown, which is said, are compiled for the film's.
    """
    found = {
        name: _load(name, at, reading, options, diagnostics)
        for name, at in resolved.targets.items()
        if name != target.target
    }
    return {name: one for name, one in found.items() if one is not None}


def _load(
    name: str,
    at: Span | None,
    reading: Reading,
    options: CompileOptions,
    diagnostics: Diagnostics,
) -> Target | None:
    """A target by its id, None with the reason said; a superseded one is said to be so."""
    target = load(name, diagnostics, at=at, folders=folders(reading, options))
    if target is not None and target.status == "superseded":
        note = f": {target.status_note}" if target.status_note else ""
        diagnostics.add(
            SUPERSEDED_TARGET,
            f"{target.target} is superseded{note}",
            at,
            help="`storyboard targets` lists those that are current",
        )
    return target


def folders(reading: Reading, options: CompileOptions) -> tuple[Path, ...]:
    """Where target files of the user's own are looked for."""
    beside = Path(reading.project.shown((Path(reading.path).parent / "targets").as_posix()))
    return (*options.target_folders, *((beside,) if beside.is_dir() else ()))


def resolve_reading(
    reading: Reading, options: CompileOptions, diagnostics: Diagnostics
) -> ResolvedFilm:
    """The film that was read, for no target yet; something of it must have been read."""
    if reading.storyboard is None:
        raise ValueError("nothing was read of the storyboard")
    resolved = resolve(
        reading.storyboard,
        reading.libraries,
        path=reading.path,
        files=reading.project,
        settings=options.settings,
        names_are_complete=reading.has_all_names,
        variables_are_complete=reading.has_all_variables,
        diagnostics=diagnostics,
    )
    return resolved if options.audio is None else resolved.with_audio(options.audio)


def film_on(
    target: Target,
    resolved: ResolvedFilm,
    reading: Reading,
    options: CompileOptions,
    diagnostics: Diagnostics,
) -> Film:
    """A film on a target, and on those that its shots name; what they cannot take is said."""
    others = _other_targets(reading, resolved, target, options, diagnostics)
    return resolved.on(target, diagnostics, others=others, max_references=options.max_references)


def composers_of(film: Film, diagnostics: Diagnostics) -> dict[str, Composer]:
    """What composes the film's prompts, by the id of the target."""
    return {
        one.target.target: Composer(
            one, Ruler(one.target, one.cast, one.max_references), diagnostics
        )
        for one in film.films()
    }


def lowerings_of(film: Film, diagnostics: Diagnostics) -> dict[str, Lowering]:
    """What makes the film's requests, by the id of the target."""
    digests = ShotDigests(film)
    return {one.target.target: Lowering(one, digests, diagnostics) for one in film.films()}


def fit_film(
    film: Film,
    composers: Mapping[str, Composer],
    lowerings: Mapping[str, Lowering],
    diagnostics: Diagnostics,
    known: Known | None = None,
    wrong: Set[int] = frozenset(),
) -> list[tuple[Scene, tuple[Clip | KeptPart, ...]]]:
    """The clips of each run of neighbouring shots of a scene that have one target.

    ``known`` tells what is paid, which counts in scenes whose number is not among the ``wrong``.
    """
    clips = []
    for scene in film.scenes:
        paid = known if scene.number not in wrong else None
        diagnostics.muted = _BUT_ERRORS if scene.number in wrong else frozenset()
        for name, shots in groupby(scene.shots, lambda shot: film.of(shot).target.target):
            run = replace(scene, shots=tuple(shots)) if film.parts else scene
            composer = composers[name]
            fitted = _fit(composer.film, run, composer, lowerings[name], paid, diagnostics)
            clips.append((run, fitted))
    for run, fitted in clips:
        diagnostics.muted = _BUT_ERRORS if run.number in wrong else frozenset()
        check_clips(clips_of(fitted), composers[film.of(run.shots[0]).target.target])
    diagnostics.muted = frozenset()
    check_footage(film, chain.from_iterable(fitted for _, fitted in clips), diagnostics)
    for one in film.films():
        own = [
            clips_of(fitted) for run, fitted in clips if film.of(run.shots[0]).target is one.target
        ]
        check_demands(one, chain.from_iterable(own), diagnostics)
    return clips


def clips_of(fitted: Iterable[Clip | KeptPart]) -> tuple[Clip, ...]:
    """What must be rendered, or was, as it is; without what is kept of other clips."""
    return tuple(one for one in fitted if isinstance(one, Clip))


def _fit(
    film: Film,
    scene: Scene,
    composer: Composer,
    lowering: Lowering,
    known: Known | None,
    diagnostics: Diagnostics,
) -> tuple[Clip | KeptPart, ...]:
    """The clips of a scene, as few and cheap as they can be; ``known`` tells what is paid."""

    @cache
    def amount(seconds: int, second: RenderedSecond) -> Decimal | None:
        return price(film.target, seconds, second).amount

    contents: dict[int, ShotPart] = {}  # each part is asked for in every clip that it may be in

    def content(part: Part) -> ShotPart:
        found = contents.get(id(part))
        if found is None:
            found = contents[id(part)] = shot_part(part, lowering.digests)
        return found

    def former(part: Part) -> tuple[FormerShot, ...]:
        return () if known is None else known.former(content(part))

    def paid(take: str) -> PaidClip:
        assert known is not None  # noqa: S101 - only asked for what it has told of
        clip = known.clip(take)
        return clip.digest, clip.seconds

    def is_ordered(parts: tuple[Part, ...]) -> bool:
        return known is not None and known.is_ordered(tuple(map(content, parts)))

    def cost(parts: tuple[Part, ...], seconds: int) -> Decimal | None:
        if is_ordered(parts):
            return Decimal(0)
        return amount(seconds, second_of(film, scene, parts))

    def second(part: Part) -> Money | None:
        # Where a clip's seconds are billed too, one second more has no price of its own.
        asked = replace(second_of(film, scene, (part,)), clip_seconds=None)
        return price(film.target, 1, asked).money

    is_priced_apart = film.cast.is_priced_apart() or any(one.footage for one in scene.shots)
    packed = partial(
        pack,
        in_one_piece(scene, split(scene, film.target, composer)),
        scene,
        film.target,
        film.max_references,
        cast=film.cast,
        # At one price a second the fewest seconds cost the least: no need to ask for each clip.
        cost=cost if is_priced_apart or known is not None else None,
        former=former if known is not None and scene.reuse != "none" else None,
        is_ordered=is_ordered if known is not None else None,
        price=second,
    )
    fitted = packed(diagnostics=diagnostics)
    if any(shot.is_footage for shot in scene.shots):

        def price_of(clips: Iterable[Clip | KeptPart]) -> Decimal | None:
            costs = [cost(clip.parts, clip.seconds) for clip in clips_of(clips)]
            return None if None in costs else sum(filter(None, costs), Decimal(0))

        together = packed(keeps_apart=False, diagnostics=Diagnostics())
        report_alone(scene, film.target, price_of(fitted), price_of(together), diagnostics)
    return fitted if known is None else restore_whole(fitted, scene, lowering, paid)
