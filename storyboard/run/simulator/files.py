"""The files that were uploaded to a simulator, by path."""

from __future__ import annotations

from storyboard.run.simulator.journal import Journal


class Files:
    """What was uploaded, as the journal keeps it. Raises ``StateError`` as the journal does."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known = journal.read_uploads()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, path: object) -> bool:
        return path in self._known

    def get(self, path: str) -> tuple[str, bytes] | None:
        """The type of a file and what is in it; None where nothing has this path."""
        if path not in self._known:
            return None
        kind, sha256 = self._known[path]
        data = self._journal.read_content(sha256)
        if data is None:
            raise self._journal.damaged()
        return kind, data

    def keep(self, path: str, kind: str, data: bytes) -> None:
        """Keep a file, in the place of an earlier one of its path."""
        self._known[path] = (kind, self._journal.keep_upload(path, kind, data))

    def clear(self) -> None:
        """Forget every file; the journal forgets them by itself."""
        self._known.clear()
