"""Entries of a mapping that need a closer look: equal keys, merges, values that are left out."""

from __future__ import annotations

from unicodedata import normalize

from storyboard.document.findings import Findings
from storyboard.document.nodes import HOLE, Mapping, Node, Scalar, Sequence, blank

REFUSED_KEY = Scalar("\ufffd")
"""Stands for a key that is no text. Not ASCII, so that its entry always gets a closer look."""


class Entries:
    """What few mappings need: all keys seen, left out or not, and the mappings to merge."""

    __slots__ = ("_findings", "_known", "_mapping", "_merged", "_twice")

    def __init__(self, mapping: Mapping, findings: Findings) -> None:
        self._mapping = mapping
        self._findings = findings
        self._known: dict[str, Scalar] = {
            _fold(key): key for key in mapping if isinstance(key, Scalar)
        }
        self._merged: list[Mapping] = []
        self._twice: list[tuple[Scalar, Scalar]] = []

    def put(self, key: Scalar, item: Node, *, left_out: bool) -> None:
        """Put an entry into the mapping, or say why it is left out of it."""
        mapping = self._mapping
        if key is REFUSED_KEY or key.style == HOLE:
            mapping.is_broken = True
            return
        if key.startswith("//") and not key.style:
            self._findings.other_comment(key.start)
            return
        folded = _fold(key)
        first = self._known.get(folded)
        is_merge = key == "<<" and not key.style
        if first is not None:
            self._twice.append((key, first))
            return
        self._known[folded] = key
        if is_merge:
            self._note_merge(item)
        elif isinstance(item, Scalar) and item.style == "*":
            mapping.is_broken = True
        elif not left_out or not isinstance(item, Scalar):
            mapping[key] = item
        elif not item and not key.style and ":" in key:
            self._findings.missing_space(key)
        else:
            mapping[key] = blank(item)

    def _note_merge(self, item: Node) -> None:
        for part in item if isinstance(item, Sequence) else (item,):
            if isinstance(part, Mapping):
                self._merged.append(part)
                continue
            self._mapping.is_broken = True
            if not (isinstance(part, Scalar) and part.style in ("*", HOLE)):
                self._findings.bad_merge(part)

    def finish(self) -> None:
        """Say which keys are there twice, and put merged entries first.

        They keep the order of their mappings; what is written, or merged earlier, wins.
        """
        if self._twice:
            self._findings.duplicate_keys(self._twice, is_item=self._is_item())
            self._mapping.is_broken = True
        if not self._merged:
            return
        mapping = self._mapping
        seen = set(self._known)
        written = dict(mapping)
        mapping.clear()
        for part in self._merged:
            mapping.is_broken = mapping.is_broken or part.is_broken
            for key, value in part.items():
                folded = _fold(key)
                if folded not in seen:
                    seen.add(folded)
                    mapping[key] = value
        mapping.update(written)

    def _is_item(self) -> bool:
        """Whether the mapping is an item of a list, its keys in lines of their own."""
        start = self._mapping.start
        return self._findings.source.text[max(start - 2, 0) : start] == "- "


def _fold(key: str) -> str:
    return key if key.isascii() else normalize("NFC", key)
