"""From what was written to the film: names bound, defaults filled, texts encoded."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from storyboard.compiler.film import Film
from storyboard.compiler.resolve.assets import Assets
from storyboard.compiler.resolve.bare_names import check_bare_names
from storyboard.compiler.resolve.capabilities import check_offers
from storyboard.compiler.resolve.cast import Names
from storyboard.compiler.resolve.members import members_of
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.shots import SceneBuilder
from storyboard.compiler.resolve.templates import PartOfVariables
from storyboard.compiler.resolve.texts import Texts
from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import EMPTY_FILM, UNUSED_NAME, UNUSED_VARIABLE
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Scalar
from storyboard.language import model
from storyboard.project.files import Files
from storyboard.targets.model import Target


def resolve(
    storyboard: model.Storyboard,
    libraries: Mapping[str, model.Library],
    *,
    path: str,
    target: Target,
    files: Files,
    settings: Mapping[str, Any],
    max_references: int | None = None,
    names_are_complete: bool,
    variables_are_complete: bool = True,
    diagnostics: Diagnostics,
) -> Film:
    """Bind every name and fill every default of a storyboard.

    ``path`` is the storyboard's, in the project; ``libraries`` are those that it uses, by
    path. ``settings`` are the values given with ``--set``, which come before ``vars``.
    ``names_are_complete`` is False where a part of the cast could not be read: then no name is
    called unknown; ``variables_are_complete`` says the same of the variables. The film leaves
    out whatever was wrong, and the diagnostics say it.
    """
    assets = Assets(files, target, diagnostics)
    names = Names(
        target,
        assets,
        diagnostics,
        are_complete=names_are_complete,
        language=storyboard.language,
    )
    folder = posixpath.dirname(path)
    own = list(members_of(storyboard, folder))
    names.declare(own)
    for library_path, library in libraries.items():
        names.declare(members_of(library, posixpath.dirname(library_path)))

    variables: dict[str, Any] = {**(storyboard.vars or {}), **settings}
    if not variables_are_complete:
        variables = PartOfVariables(variables)
    texts = Texts(names, variables, diagnostics)
    builder = SceneBuilder(storyboard, folder, texts, assets, diagnostics)
    scenes = builder.scenes()
    texts.introduce()
    film = Film(
        title=str(storyboard.title or posixpath.basename(path) or "untitled"),
        target=target,
        scenes=scenes,
        cast=names.cast,
        language=storyboard.language,
        template=storyboard.template,
        variables=variables,
        budget=storyboard.budget,
        max_seconds=storyboard.max_seconds,
        max_references=max_references or target.references.max,
    )
    if not film.scenes and not diagnostics.has_errors:
        _report_empty(storyboard, diagnostics)
    check_offers(film, storyboard, diagnostics)
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
    return film


def _report_empty(storyboard: model.Storyboard, diagnostics: Diagnostics) -> None:
    key = storyboard.node.key("scenes")
    span: Span | None = key.span if isinstance(key, Scalar) else None
    diagnostics.add(
        EMPTY_FILM,
        "no shot is left in the film",
        span,
        help="write at least one scene with one shot, or remove a skip: true",
    )
