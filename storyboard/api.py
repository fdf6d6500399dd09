"""The compiler as a library: check a storyboard, compile it, plan it. Nothing here pays.

Each function reads the files it needs, runs the stages in their order, and returns what was
made together with everything that was found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import storyboard
from storyboard.canonical import digest_bytes
from storyboard.cost import price
from storyboard.decode import decode
from storyboard.diagnostics import Diagnostics, Source, Span
from storyboard.diagnostics.codes import OUTSIDE_PROJECT, UNREADABLE_FILE, WRONG_PLAN
from storyboard.film import Film, Part, Ruler, Scene, Take
from storyboard.language.model import Library, Storyboard
from storyboard.lower import Request, lower
from storyboard.pack import pack
from storyboard.plan import Limit, Origin, Plan
from storyboard.plan import plan as make_plan
from storyboard.project import Project
from storyboard.render.findings import as_json
from storyboard.resolve import Shelf, resolve
from storyboard.split import split
from storyboard.syntax import Node, parse, read_source
from storyboard.targets.load import digest as target_digest
from storyboard.targets.load import load
from storyboard.targets.schemas import request_schema
from storyboard.targets.types import Target
from storyboard.units import Money
from storyboard.verify import verify

STANDARD_INPUT = "-"
FOLDER_FILE = "storyboard.yaml"
DEFAULT_TARGET = "fal/kling-o3-pro"
"""Where a storyboard names no target."""
_CAST = {"characters", "props", "locations", "styles"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is asked beside the storyboard itself.

    ``target`` is an id that comes before the storyboard's own; ``settings`` are values that
    come before its ``vars``; ``max_cost``, ``max_seconds`` come before its budget;
    ``max_references`` raises the target's limit up to its ceiling. ``project`` is the folder
    out of which no path may lead; without it, the storyboard's git checkout or its own folder.
    """

    target: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    max_cost: Money | None = None
    max_seconds: int | None = None
    max_references: int | None = None
    target_folders: tuple[Path, ...] = ()
    project: Path | None = None


@dataclass(slots=True, kw_only=True)
class Compilation:
    """A storyboard as far as it could be compiled, and everything that was found.

    ``film`` is None where nothing could be read of it; ``requests`` is empty where there are
    errors.
    """

    name: str
    diagnostics: Diagnostics
    storyboard: Storyboard | None = None
    film: Film | None = None
    requests: tuple[Request, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


def check(file: str, options: Options | None = None) -> Compilation:
    """Find everything that is wrong with a storyboard, without its price."""
    return compile_storyboard(file, options)


def compile_storyboard(file: str, options: Options | None = None) -> Compilation:
    """Compile a storyboard to requests.

    ``file`` is a path, a folder that holds ``storyboard.yaml``, or ``-`` for standard input.
    """
    compiler = _Compiler(options or Options(), Diagnostics())
    return compiler.compile(file)


def plan(file: str, options: Options | None = None) -> tuple[Plan, Compilation]:
    """Compile a storyboard, price it and verify the result.

    A plan is returned even where there are errors: without requests, and not applyable.
    """
    options = options or Options()
    compilation = compile_storyboard(file, options)
    made = _plan(compilation, options)
    if compilation.film is not None and compilation.requests:
        _verify(made, compilation)
        if not made["applyable"] or compilation.diagnostics.has_errors:
            made["applyable"] = False
    return made, compilation


def _plan(compilation: Compilation, options: Options) -> Plan:
    film, written = compilation.film, compilation.storyboard
    target = film.target if film is not None else None
    if film is None:
        return empty_plan(compilation)
    node = written.node if written is not None else {}
    limit = Limit(
        cost=options.max_cost or film.budget,
        cost_at=None if options.max_cost or "budget" not in node else node["budget"].span,
        seconds=options.max_seconds or film.max_seconds,
        seconds_at=None
        if options.max_seconds or "max_seconds" not in node
        else node["max_seconds"].span,
    )
    return make_plan(
        film,
        compilation.requests,
        origin=Origin(
            tool_version=storyboard.__version__,
            file=compilation.name,
            sources=compilation.sources,
            target_digest=target_digest(target) if target is not None else "",
        ),
        limit=limit,
        diagnostics=compilation.diagnostics,
        show=as_json,
    )


def empty_plan(compilation: Compilation) -> Plan:
    """The plan of a storyboard of which nothing could be read."""
    nothing = {"requests": 0, "seconds": 0}
    free = {"cost": {"amount": "0", "currency": "USD"}}
    return {
        "format": "storyboard-plan/1",
        "tool": {"name": "storyboard", "version": storyboard.__version__},
        "storyboard": {
            "title": "",
            "file": compilation.name,
            "digest": dict(compilation.sources).get(compilation.name, ""),
        },
        "sources": [{"file": file, "digest": digest} for file, digest in compilation.sources],
        "target": None,
        "requests": [],
        "totals": {**nothing, "generate": nothing | free, "reuse": nothing | free, "scenes": []},
        "budget": {"limit": None, "max_seconds": None, "within": None},
        "diagnostics": [as_json(found) for found in compilation.diagnostics],
        "applyable": False,
    }


def _verify(made: Plan, compilation: Compilation) -> None:
    film = compilation.film
    if film is None:
        return
    broken = verify(
        made, film.target, request_schema(film.target), max_references=film.max_references
    )
    for problem in broken[:20]:
        compilation.diagnostics.add(
            WRONG_PLAN,
            f"the plan breaks a rule of {film.target.target}: {problem}",
            help="a mistake of storyboard, not of your film: please report it with the file",
        )
    if broken:
        made["requests"] = []
        made["diagnostics"] = [as_json(found) for found in compilation.diagnostics]


@dataclass(slots=True)
class _Compiler:
    """One run of the stages over one storyboard."""

    options: Options
    diagnostics: Diagnostics
    sources: list[tuple[str, str]] = field(default_factory=list)

    def compile(self, file: str) -> Compilation:
        """Read the storyboard and run every stage that what was found allows."""
        name, path, project, data = self._open(file)
        compilation = Compilation(name=name, diagnostics=self.diagnostics)
        if data is not None:
            self._compile(compilation, path, project, data)
        compilation.sources = tuple(self.sources)
        return compilation

    def _compile(self, compilation: Compilation, path: str, project: Project, data: bytes) -> None:
        diagnostics, options = self.diagnostics, self.options
        decoded = decode(Storyboard, self._nodes(compilation.name, data), diagnostics)
        written = compilation.storyboard = decoded.value
        if written is None:
            return
        shelf = Shelf(project, self._library_reader(project), diagnostics)
        shelf.gather(written, path)
        target = self._target(written, project, path)
        film = compilation.film = resolve(
            written,
            shelf.libraries,
            path=path,
            target=target,
            files=project,
            settings=options.settings,
            max_references=self._max_references(target),
            names_are_complete=shelf.is_complete and not _lost_names(decoded.removed),
            diagnostics=diagnostics,
        )
        ruler = Ruler(target, film.cast, film.max_references)
        takes = [(scene, self._fit(film, scene, ruler)) for scene in film.scenes]
        if not diagnostics.has_errors:
            compilation.requests = lower(film, takes, ruler, diagnostics)

    def _fit(self, film: Film, scene: Scene, ruler: Ruler) -> tuple[Take, ...]:
        parts = split(scene, film.target, ruler, self.diagnostics)

        def cost(take: tuple[Part, ...], seconds: int) -> Any:
            return price(film.target, seconds, audio=take[0].shot.audio).amount

        return pack(
            parts,
            scene,
            film.target,
            film.max_references,
            cast=film.cast,
            cost=cost,
            price=lambda part: price(film.target, 1, audio=part.shot.audio).money,
            diagnostics=self.diagnostics,
        )

    def _open(self, file: str) -> tuple[str, str, Project, bytes | None]:
        if file == STANDARD_INPUT:
            return "<stdin>", "<stdin>", self._project(Path.cwd()), sys.stdin.buffer.read()
        location = Path(file)
        if location.is_dir():
            location = location / FOLDER_FILE
        project, name = self._project(location.parent), location.as_posix()
        try:
            path = (location.parent.resolve() / location.name).relative_to(project.root).as_posix()
        except ValueError:
            self.diagnostics.add(
                OUTSIDE_PROJECT,
                f'"{name}" is not in the project\'s folder, {project.root}',
                help="give --project a folder above it, or leave --project out",
            )
            return name, name, project, None
        return name, path, project, self._read(name, path, project, None)

    def _project(self, folder: Path) -> Project:
        chosen = self.options.project
        return Project(chosen) if chosen is not None else Project.around(folder)

    def _read(self, name: str, path: str, project: Project, at: Span | None) -> bytes | None:
        try:
            data = project.read(path)
        except OSError as error:
            self.diagnostics.add(
                UNREADABLE_FILE,
                f'"{name}" cannot be read: {(error.strerror or str(error)).lower()}',
                at,
                help="" if at else "`storyboard init` writes a small film to begin with",
            )
            return None
        return data

    def _nodes(self, name: str, data: bytes) -> Node | None:
        self.sources.append((name, digest_bytes(data)))
        source: Source | None = read_source(name, data, self.diagnostics)
        return parse(source, self.diagnostics) if source is not None else None

    def _library_reader(
        self, project: Project
    ) -> Callable[[str, Span], tuple[Library | None, bool]]:
        def load_library(path: str, at: Span) -> tuple[Library | None, bool]:
            name = project.shown(path)
            data = self._read(name, path, project, at)
            if data is None:
                return None, False
            decoded = decode(Library, self._nodes(name, data), self.diagnostics)
            return decoded.value, decoded.value is not None and not _lost_names(decoded.removed)

        return load_library

    def _target(self, written: Storyboard, project: Project, path: str) -> Target:
        wanted, at = self.options.target, None
        if wanted is None and written.target is not None:
            wanted, at = str(written.target), written.target.span
        folders = [*self.options.target_folders, project.root / Path(path).parent / "targets"]
        target = load(wanted or DEFAULT_TARGET, self.diagnostics, at=at, folders=folders)
        # What else is wrong is found against the default target where the wanted one is unknown.
        target = target or load(DEFAULT_TARGET, self.diagnostics)
        if target is None:
            raise RuntimeError(f"the built-in target {DEFAULT_TARGET} cannot be read")
        return target

    def _max_references(self, target: Target) -> int | None:
        wanted = self.options.max_references
        if wanted is None:
            return None
        ceiling = max(target.references.ceiling or 0, target.references.max)
        return min(wanted, ceiling)


def _lost_names(removed: tuple[tuple[str | int, ...], ...]) -> bool:
    """Whether names may have been declared in what had to be taken out."""
    return any(
        location[0] in _CAST | {"use"} and len(location) <= 2 for location in removed if location
    )
