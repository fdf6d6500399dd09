"""From what was written to the film: names bound, defaults filled, texts encoded.

This is done once, whatever the target is; ``ResolvedFilm.on`` makes of it a target's film.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from operator import eq
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from storyboard.compiler.film import Film, Scene, Shot, ShotClip, mark_of
from storyboard.compiler.needs import set_apart
from storyboard.compiler.resolve.assets import Assets
from storyboard.compiler.resolve.bare_names import check_bare_names
from storyboard.compiler.resolve.capabilities import check_offers
from storyboard.compiler.resolve.cast import Names
from storyboard.compiler.resolve.casting import Casting
from storyboard.compiler.resolve.frame_shapes import check_frame_shapes
from storyboard.compiler.resolve.members import members_of
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.misread_words import check_wording
from storyboard.compiler.resolve.shot_clips import bind_shot_clips
from storyboard.compiler.resolve.shots import SceneBuilder, empty_shots
from storyboard.compiler.resolve.templates import FilmVariables
from storyboard.compiler.resolve.texts import Texts
from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import EMPTY_FILM, UNUSED_NAME, UNUSED_VARIABLE
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Mapping as MappingNode
from storyboard.document import Scalar
from storyboard.language import model
from storyboard.project.files import Files
from storyboard.targets.model import Target


class ResolvedFilm(Struct, frozen=True, kw_only=True):
    """A storyboard with every name bound and every default filled, whatever its target is.

    ``names`` say what stands behind each mark of its texts, ``assets`` what is known of its
    pictures. ``targets`` are those that scenes and shots name, and where each is named first.
    ``shot_clips`` are those of the footage that is a shot, by its name.
    """

    written: model.Storyboard
    title: str
    scenes: tuple[Scene, ...]
    names: Names
    assets: Assets
    variables: dict[str, Any]
    targets: Mapping[str, Span]
    shot_clips: Mapping[str, ShotClip]

    def with_audio(self, audio: bool) -> ResolvedFilm:
        """The film with sound in every shot, or in none, whatever is written."""
        return self._with(lambda shots: tuple(replace(shot, audio=audio) for shot in shots))

    def without(self, addresses: Collection[str]) -> ResolvedFilm:
        """The film as if its writer left out the shots of these addresses."""
        return self._with(lambda shots: tuple(one for one in shots if one.address not in addresses))

    def _with(self, change: Callable[[tuple[Shot, ...]], tuple[Shot, ...]]) -> ResolvedFilm:
        scenes = (replace(scene, shots=change(scene.shots)) for scene in self.scenes)
        return replace(self, scenes=tuple(scene for scene in scenes if scene.shots))

    def on(
        self,
        target: Target,
        diagnostics: Diagnostics,
        *,
        others: Mapping[str, Target] | None = None,
        max_references: int | None = None,
    ) -> Film:
        """The film on a target, and on ``others`` where shots name them, by their ids.

        What a target cannot take of its shots is said. ``max_references`` raises the limit of a
        request, up to each target's ceiling.
        """
        others = others or {}
        film = self._part(target, self._shots(lambda name: name not in others), diagnostics)
        parts = {
            name: self._part(other, self._shots(partial(eq, name)), diagnostics)
            for name, other in others.items()
        }
        parts = {name: part for name, part in parts.items() if part.scenes}
        film, *rest = (
            replace(one, max_references=_most(one.target, max_references))
            for one in (film, *parts.values())
        )
        parts = dict(zip(parts, rest, strict=True))
        if parts:
            film = replace(film, scenes=self._joined((film, *rest)), parts=parts)
        return set_apart(film)

    def _shots(self, is_own: Callable[[str], bool]) -> tuple[Scene, ...]:
        """The scenes with those shots alone whose target is one's own."""
        if not self.targets:
            return self.scenes
        scenes = (
            replace(scene, shots=tuple(shot for shot in scene.shots if is_own(shot.target)))
            for scene in self.scenes
        )
        return tuple(scene for scene in scenes if scene.shots)

    def _joined(self, films: Sequence[Film]) -> tuple[Scene, ...]:
        """All scenes, each shot as the film on its target has it."""
        shots = {
            shot.address: shot for film in films for scene in film.scenes for shot in scene.shots
        }
        return tuple(
            replace(scene, shots=tuple(shots[shot.address] for shot in scene.shots))
            for scene in self.scenes
        )

    def _part(self, target: Target, scenes: Sequence[Scene], diagnostics: Diagnostics) -> Film:
        """The film of some scenes on a target."""
        casting = Casting(self.names, self.assets, target, diagnostics, self.shot_clips)
        if self.targets:
            marks = sorted(
                {mark for scene in scenes for shot in scene.shots for mark in shot.all_marks()}
            )
        else:
            marks = [*map(mark_of, range(self.names.in_shots))]
        cast, scenes = casting.cast(scenes, marks)
        written = self.written
        film = Film(
            title=self.title,
            target=target,
            scenes=scenes,
            cast=cast,
            language=written.language,
            template=written.template,
            variables=self.variables,
            budget=written.budget,
            max_seconds=written.max_seconds,
            max_references=target.references.max,
        )
        check_offers(film, written, diagnostics)
        check_frame_shapes(film, casting.unfit, diagnostics)
        check_wording(film, diagnostics)
        return film


def resolve(
    storyboard: model.Storyboard,
    libraries: Mapping[str, model.Library],
    *,
    path: str,
    files: Files,
    settings: Mapping[str, Any],
    names_are_complete: bool,
    variables_are_complete: bool = True,
    diagnostics: Diagnostics,
) -> ResolvedFilm:
    """Bind every name and fill every default of a storyboard.

    ``path`` is the storyboard's, in the project; ``libraries`` are those that it uses, by
    path. ``settings`` are the values given with ``--set``, which come before ``vars``.
    ``names_are_complete`` is False where a part of the cast could not be read: then no name is
    called unknown; ``variables_are_complete`` says the same of the variables. The film leaves
    out whatever was wrong, and the diagnostics say it.
    """
    assets = Assets(files)
    names = Names(diagnostics, are_complete=names_are_complete, language=storyboard.language)
    folder = posixpath.dirname(path)
    own = list(members_of(storyboard, folder))
    names.declare(own)
    for library_path, library in libraries.items():
        names.declare(members_of(library, posixpath.dirname(library_path)))

    variables = FilmVariables(
        {**(storyboard.vars or {}), **settings},
        _written_keys(storyboard.node.get("vars")),
        is_complete=variables_are_complete,
    )
    texts = Texts(names, variables, diagnostics)
    builder = SceneBuilder(storyboard, folder, texts, assets, diagnostics)
    scenes = builder.scenes()
    names.in_shots = len(names.behind)
    texts.introduce()
    names.add_in_words(
        mark
        for scene in scenes
        for shot in scene.shots
        if shot.footage is not None and shot.footage.facing == "picture"
        for mark in dict.fromkeys(shot.all_marks())
    )
    clips, scenes = bind_shot_clips(storyboard, scenes, names, diagnostics)
    if not scenes and not diagnostics.has_errors:
        _report_empty(storyboard, diagnostics)
    bare = check_bare_names(scenes, names, diagnostics)
    for member in own:
        if normal(member.name) in bare:
            continue
        if member.name not in names.mentioned and not diagnostics.has_errors:
            diagnostics.add(
                UNUSED_NAME,
                f'no shot mentions the {member.kind} "{member.name}"',
                member.key.span,
                help=f"write @{member.name} where it is seen, or remove it",
            )
    for name in sorted(set(settings) - texts.used - set(storyboard.vars or {})):
        near = nearest(name, sorted(texts.used))
        diagnostics.add(
            UNUSED_VARIABLE,
            f'--set {name}: no text asks for "{name}"',
            help=f"write --set {near}=…" if near else "leave it out",
        )
    return ResolvedFilm(
        written=storyboard,
        title=str(storyboard.title or posixpath.basename(path) or "untitled"),
        scenes=scenes,
        names=names,
        assets=assets,
        variables=variables,
        targets=builder.targets,
        shot_clips=clips,
    )


def _most(target: Target, wanted: int | None) -> int:
    """The references that a request may have: what is wanted, up to the target's ceiling."""
    most = target.references.max
    return most if wanted is None else min(wanted, max(target.references.ceiling or 0, most))


def _report_empty(storyboard: model.Storyboard, diagnostics: Diagnostics) -> None:
    key = storyboard.node.key("scenes")
    span: Span | None = key.span if isinstance(key, Scalar) else None
    span = next(filter(None, map(empty_shots, storyboard.scenes)), span)
    diagnostics.add(
        EMPTY_FILM,
        "no shot is left in the film",
        span,
        help="write at least one scene with one shot, or remove a skip: true",
    )


def _written_keys(node: object) -> Iterable[str]:
    """The keys of a mapping as they are written; none of anything else."""
    return node if isinstance(node, MappingNode) else ()
