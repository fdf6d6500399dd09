"""A project as an editor sees it: texts that are not saved yet come before the files on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from storyboard.project.files import MAX_SOURCE, ProjectFiles


class UnsavedFiles(ProjectFiles):
    """The files of one folder, some of them with the text that an editor holds.

    ``texts`` are by the path of their file, which need not exist. A path outside of the folder
    is never asked for.
    """

    def __init__(self, root: Path, texts: Mapping[Path, str]) -> None:
        super().__init__(root)
        self._texts: dict[str, bytes] = {}
        for file, text in texts.items():
            place = file.parent.resolve() / file.name
            if place.is_relative_to(self.root):
                path = place.relative_to(self.root).as_posix()
                self._texts[path] = text.encode("utf-8", "surrogatepass")

    def read(self, path: str) -> bytes:
        """The unsaved text of a source, else its bytes on disk."""
        unsaved = self._texts.get(path)
        return super().read(path) if unsaved is None else unsaved[: MAX_SOURCE + 1]
