"""Cast libraries: the files that a storyboard uses, and those that they use."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from storyboard.diagnostics import Diagnostics, Span
from storyboard.diagnostics.codes import LIBRARY_CYCLE, OUTSIDE_PROJECT, UNREADABLE_FILE
from storyboard.document import Scalar
from storyboard.language.model import Library, Storyboard
from storyboard.language.scalars import is_url
from storyboard.project.files import Files

MAX_DEPTH = 20
"""How many libraries may use each other in a row: the tool's own bound."""


class Shelf(Struct):
    """The libraries of a film by their paths, and whether all of them could be read.

    ``load`` reads the library at a path, or says why it cannot and returns None; the flag
    beside it says whether anything was left out.
    """

    files: Files
    load: Callable[[str, Span], tuple[Library | None, bool]]
    diagnostics: Diagnostics
    libraries: dict[str, Library] = field(default_factory=dict)
    is_complete: bool = True

    def gather(self, file: Storyboard | Library, path: str) -> None:
        """Load what the file at ``path`` uses, each library once."""
        waiting = list(self._uses(file, (path,)))
        while waiting:
            written, trail = waiting.pop(0)
            found = self._path(written, posixpath.dirname(trail[-1]))
            if found is None:
                self.is_complete = False
                continue
            if found in trail:
                way = " uses ".join([*trail[trail.index(found) :], found])
                self.diagnostics.add(
                    LIBRARY_CYCLE,
                    f"libraries that use each other: {way}",
                    written.span,
                    help="remove one of the uses; a name that is shared can stand in a third file",
                )
                continue
            if found in self.libraries:
                continue
            if len(trail) > MAX_DEPTH:
                self.diagnostics.add(
                    LIBRARY_CYCLE,
                    f"more than {MAX_DEPTH} libraries use each other in a row",
                    written.span,
                    help="use the library from the storyboard itself",
                )
                continue
            library, is_whole = self.load(found, written.span)
            self.is_complete = self.is_complete and is_whole
            if library is not None:
                self.libraries[found] = library
                waiting.extend(self._uses(library, (*trail, found)))

    def _uses(
        self, file: Storyboard | Library, trail: tuple[str, ...]
    ) -> Iterator[tuple[Scalar, tuple[str, ...]]]:
        return ((written, trail) for written in file.use or ())

    def _path(self, written: Scalar, folder: str) -> str | None:
        if is_url(written):
            self.diagnostics.add(
                UNREADABLE_FILE,
                "a cast library is a file of the project, not a URL",
                written.span,
                help="download it into the project and write its path",
            )
            return None
        path = self.files.inside(folder, written)
        if path is None:
            self.diagnostics.add(
                OUTSIDE_PROJECT,
                f'"{written}" leads out of the project\'s folder',
                written.span,
                help="copy the library into the project and write its path from this file",
            )
        return path
