"""Loading: from what the user names to the storyboard and the cast libraries that it uses."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeGuard

from msgspec import Struct, field

from storyboard.compiler.resolve import Shelf
from storyboard.compiler.resolve.members import members_of
from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import (
    MISSING_KEY,
    OUTSIDE_PROJECT,
    TAB_INDENTATION,
    UNREADABLE_FILE,
)
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Mapping as MappingNode
from storyboard.document import Node, Scalar, parse, read_source
from storyboard.document.ignore_comments import find_ignores
from storyboard.language.cut_texts import check_cut_texts
from storyboard.language.decoder import decode
from storyboard.language.doubtful_texts import check_doubtful_texts
from storyboard.language.model import Library, Storyboard
from storyboard.language.typed_signs import check_typed_signs
from storyboard.project.files import MAX_SOURCE, ProjectFiles
from storyboard.project.unsaved import UnsavedFiles
from storyboard.values.canonical import digest_bytes
from storyboard.values.units import Money

STANDARD_INPUT = "-"
FOLDER_FILE = "storyboard.yaml"
_SUFFIXES = (".yaml", ".yml")
_FILM = [re.compile(rb"^%s *:" % key, re.MULTILINE) for key in (b"storyboard", b"scenes")]
_LOOKED_AT = 1 << 16
"""Bytes of a file in which the keys that tell a film from a cast library must stand."""
_SECTION = re.compile(r"^([A-Za-z_]+)[ ]*:", re.MULTILINE)
_MAX_NEAR = 3
_CAST = {"characters", "props", "locations", "styles", "footage"}


class CompileOptions(Struct, frozen=True, kw_only=True):
    """What is asked beside the storyboard itself.

    ``target`` is an id that comes before the storyboard's own; ``settings`` are values that come
    before its ``vars``; ``max_cost`` is the most that may still be paid, beside the ``budget`` of
    the whole film; that and ``max_seconds`` come before the storyboard's own; ``max_references``
    raises the target's limit up to its ceiling. ``project`` is the folder out of which no path may
    lead; without it, the storyboard's git checkout or its own folder. ``is_strict`` makes an error
    of everything that the target would drop. ``is_simulated`` asks the simulated ledger what is
    there, and not the real one. ``takes`` is how often each clip is rendered, to choose from, and
    ``chain_takes`` whether clips on which others open are, too. ``audio`` asks for sound in every
    shot or in none, and ``reuse`` for shots, clips or none of what is paid, whatever the
    storyboard says. ``unsaved`` are the texts of storyboards and libraries that an editor holds, by
    the paths of their files; they are read in place of the files. ``revision`` is a commit of git
    from which storyboards, libraries, pictures and clips are read in place of the disk.
    ``out_dir`` is the folder of the clips, in place of ``out`` beside the storyboard.
    """

    target: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    max_cost: Money | None = None
    budget: Money | None = None
    max_seconds: int | None = None
    max_references: int | None = None
    target_folders: tuple[Path, ...] = ()
    project: Path | None = None
    is_strict: bool = False
    is_simulated: bool = False
    takes: int = 1
    chain_takes: bool = False
    audio: bool | None = None
    reuse: Literal["shots", "clips", "none"] | None = None
    unsaved: Mapping[Path, str] = field(default_factory=dict)
    revision: str | None = None
    out_dir: Path | None = None


class Reading(Struct, frozen=True, kw_only=True):
    """What was read: the storyboard, None where nothing of it could be used, and its libraries.

    ``name`` is the file as the user typed it, ``path`` the same in the project. ``sources`` are
    the files that were read, each with the digest of its bytes. ``has_all_names`` is False
    where a part of the cast could not be read.
    """

    name: str
    path: str
    project: ProjectFiles
    storyboard: Storyboard | None
    libraries: Mapping[str, Library]
    sources: tuple[tuple[str, str], ...]
    has_all_names: bool
    has_all_variables: bool
    library: Library | None = None
    """The file itself, where it may be a cast library and is one."""

    @property
    def members(self) -> int:
        """How many members of the cast the file declares itself."""
        file = self.storyboard or self.library
        return 0 if file is None else sum(1 for _ in members_of(file, ""))


def read(
    file: str, options: CompileOptions, diagnostics: Diagnostics, *, takes_library: bool = False
) -> Reading:
    """Read a storyboard and everything that it uses; with ``takes_library``, or a library.

    ``file`` is a path, a folder that holds ``storyboard.yaml``, or ``-`` for standard input.
    """
    reader = _Reader(options, diagnostics)
    name, path, project, data = reader.open(file)
    shelf = Shelf(project, reader.library_loader(project), diagnostics)
    written: Storyboard | None = None
    library: Library | None = None
    removed: tuple[tuple[str | int, ...], ...] = ()
    node = reader.nodes(name, data) if data is not None else None
    if _is_library(node):
        of_library = decode(Library, node, diagnostics)
        library, removed = of_library.value, of_library.removed
        if not takes_library:
            _refuse_library(name, node, diagnostics)
            library = None
    elif data is not None:
        decoded = decode(Storyboard, node, diagnostics)
        written, removed = decoded.value, decoded.removed
    if (named := written or library) is not None:
        shelf.gather(named, path)
    return Reading(
        name=name,
        path=path,
        project=project,
        storyboard=written,
        libraries=shelf.libraries,
        sources=tuple(reader.sources),
        has_all_names=shelf.is_complete and not reader.has_lost_names and not _lost_names(removed),
        has_all_variables=not _lost_variables(removed),
        library=library,
    )


class _Reader(Struct):
    """Opens files and keeps which ones it has read."""

    options: CompileOptions
    diagnostics: Diagnostics
    sources: list[tuple[str, str]] = field(default_factory=list)
    has_lost_names: bool = False
    """Whether a line of a cast has lost its indentation: it may have been a name."""

    def open(self, file: str) -> tuple[str, str, ProjectFiles, bytes | None]:
        """The storyboard's name, path, project and bytes."""
        if file == STANDARD_INPUT:
            return "<stdin>", "<stdin>", self._project(Path.cwd()), self._standard_input()
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
        return name, path, project, self._bytes(name, path, project, None)

    def nodes(self, name: str, data: bytes) -> Node | None:
        """The nodes of a file's bytes."""
        self.sources.append((name, digest_bytes(data)))
        source = read_source(name, data, self.diagnostics)
        found = Diagnostics()
        node = parse(source, found) if source is not None else None
        for one in found:
            self.diagnostics.take(one)
            if one.code is TAB_INDENTATION and one.span is not None:
                self.has_lost_names |= _section_of(one.span) in _CAST | {"use"}
        if node is not None:
            self.diagnostics.ignores.add(find_ignores(node))
            check_cut_texts(node, self.diagnostics)
            check_typed_signs(node, self.diagnostics)
            check_doubtful_texts(node, self.diagnostics)
        return node

    def library_loader(
        self, project: ProjectFiles
    ) -> Callable[[str, Span], tuple[Library | None, bool]]:
        """What loads the library at a path: the library, and whether all its names were read."""

        def load(path: str, at: Span) -> tuple[Library | None, bool]:
            name = project.shown(path)
            data = self._bytes(name, path, project, at)
            if data is None:
                return None, False
            decoded = decode(Library, self.nodes(name, data), self.diagnostics)
            return decoded.value, decoded.value is not None and not _lost_names(decoded.removed)

        return load

    def _project(self, folder: Path) -> ProjectFiles:
        chosen, unsaved = self.options.project, self.options.unsaved
        project = ProjectFiles(chosen) if chosen is not None else ProjectFiles.around(folder)
        if self.options.revision is not None:
            from storyboard.project.committed_files import CommittedFiles

            return CommittedFiles(project.root, self.options.revision)
        return UnsavedFiles(project.root, unsaved) if unsaved else project

    def _standard_input(self) -> bytes | None:
        reason = "it is closed"
        try:
            # There is no object at all where the shell has closed it.
            if (stream := getattr(sys.stdin, "buffer", None)) is not None:
                return bytes(stream.read(MAX_SOURCE + 1))
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
        self.diagnostics.add(
            UNREADABLE_FILE,
            f"standard input cannot be read: {reason}",
            help="give the storyboard's file in place of -",
        )
        return None

    def _bytes(self, name: str, path: str, project: ProjectFiles, at: Span | None) -> bytes | None:
        try:
            return project.read(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.diagnostics.add(
                UNREADABLE_FILE,
                f'"{name}" cannot be read: {reason.lower()}',
                at,
                help="correct the path; it is read relative to this file"
                if at
                else _storyboards_near(Path(name).parent)
                or "`storyboard init` writes a small film to begin with",
            )
            return None


def _storyboards_near(folder: Path) -> str:
    """What to write where a folder holds storyboards of other names; empty where it has none."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
        meant = [path for path in found if _is_storyboard(path)]
    except OSError:
        return ""
    # The names that say it come first; of others, one is as good as the next.
    meant.sort(key=lambda path: not path.stem.endswith(".storyboard"))
    if not meant:
        return ""
    named = [shlex.quote(path.as_posix()) for path in meant[:_MAX_NEAR]]
    more = f" and {len(meant) - _MAX_NEAR} more" if len(meant) > _MAX_NEAR else ""
    here = f"the storyboards here are {', '.join(named)}{more}"
    here = here if len(named) > 1 else f"a storyboard here is {named[0]}"
    return f"{here}: name it, as in `storyboard plan {named[0]}`"


def _is_storyboard(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        beginning = file.read(_LOOKED_AT)
    return all(key.search(beginning) for key in _FILM)


def _is_library(node: Node | None) -> TypeGuard[Node]:
    """Whether a file declares a cast and nothing that only a film has."""
    if not isinstance(node, Mapping) or _CAST.isdisjoint(node):
        return False
    of_films = Storyboard.model_fields.keys() - Library.model_fields.keys()
    return all(_meant(key) not in of_films for key in node)


def _refuse_library(name: str, node: Node, diagnostics: Diagnostics) -> None:
    key = next(iter(node), None) if isinstance(node, MappingNode) else None
    diagnostics.add(
        MISSING_KEY,
        "this is a cast library: it has no scenes, which a film needs",
        key.span if isinstance(key, Scalar) else node.span,
        help=f"name it in a storyboard, with use: [{Path(name).name}], and give that one; "
        "`storyboard check` looks at a library by itself",
    )


def _section_of(span: Span) -> str:
    """The top-level key above or at a place; empty where there is none."""
    before = span.source.text[: span.source.line_starts[span.line - 1]]
    line = span.source.line(span.line)
    keys = _SECTION.findall(f"{before}{line}")
    return str(keys[-1]) if keys else ""


def _lost_names(removed: tuple[tuple[str | int, ...], ...]) -> bool:
    """Whether names may have been declared in what had to be taken out."""
    return any(
        len(location) <= 2 and _meant(location[0]) in _CAST | {"use"}
        for location in removed
        if location
    )


def _lost_variables(removed: tuple[tuple[str | int, ...], ...]) -> bool:
    """Whether variables may have been declared in what had to be taken out."""
    return any(
        len(location) <= 2 and _meant(location[0]) == "vars" for location in removed if location
    )


def _meant(key: str | int) -> str | None:
    """The key of a storyboard that a key which could not be read is most like."""
    return nearest(str(key), Storyboard.model_fields)
