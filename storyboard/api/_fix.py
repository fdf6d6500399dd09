"""Fixing: the sure fixes of what is found, put into the files, until there are no more."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterator, Set
from difflib import unified_diff
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from storyboard.api._compile import Compilation, compile_storyboard
from storyboard.api._load import STANDARD_INPUT, CompileOptions
from storyboard.diagnostics import Fix, Source
from storyboard.diagnostics.edits import apply_fixes
from storyboard.errors import RefusedError, UsageError

_ROUNDS = 20
"""How often what was fixed is looked at again: one fix may make room for another."""


class FileChange(Struct, frozen=True, kw_only=True):
    """A file as it was and as it is with ``count`` fixes; ``name`` is how messages show it."""

    name: str
    path: Path
    before: str
    after: str
    count: int

    def diff(self) -> str:
        """What is changed, in the form of ``diff -u``."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        said = unified_diff(before, after, fromfile=self.name, tofile=self.name)
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in said)

    def write(self) -> None:
        """Write the fixed text, whole or not at all; a byte order mark stays.

        Raises ``RefusedError`` where the file is not as it was read, or cannot be written.
        """
        try:
            path = self.path.resolve()
            data = path.read_bytes()
            mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
            if data != mark + self.before.encode():
                raise RefusedError(f'"{self.name}" was changed meanwhile, and is left alone')
            _replace(path, mark + self.after.encode())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RefusedError(f'"{self.name}" cannot be written: {reason}') from error


def fix_storyboard(file: str, options: CompileOptions) -> tuple[FileChange, ...]:
    """What the sure fixes make of a storyboard and its libraries; nothing is written.

    Only the stretches that fixes name are changed. Fixes that overlap wait for the next round. A
    fix that does not mend its finding is not made.
    """
    if file == STANDARD_INPUT:
        raise UsageError("what comes from standard input has no file to be fixed")
    in_vain: set[_Finding] = set()
    while True:
        changes, again = _fix_all(file, options, in_vain)
        if not again:
            return changes
        in_vain |= again


_Finding = tuple[str, str, str, int]
"""A finding as it is known again when the text has changed: file, code, message and line."""


def _fix_all(
    file: str, options: CompileOptions, in_vain: Set[_Finding]
) -> tuple[tuple[FileChange, ...], set[_Finding]]:
    """What fixes make of the files, and the findings that are still there after their fix."""
    changes: dict[str, FileChange] = {}
    fixed: set[_Finding] = set()
    for _ in range(_ROUNDS):
        unsaved = {change.path: change.after for change in changes.values()}
        looked_at = replace(options, unsaved={**options.unsaved, **unsaved})
        by_source: dict[Source, list[Fix]] = {}
        findings: dict[Fix, _Finding] = {}
        for finding, fix in _sure_fixes(compile_storyboard(file, looked_at)):
            if finding not in in_vain:
                findings[fix] = finding
                by_source.setdefault(fix.span.source, []).append(fix)
        if again := fixed.intersection(findings.values()):
            return (), again
        for source, fixes in by_source.items():
            text, made = apply_fixes(source.text, fixes)
            fixed.update(findings[fix] for fix in made)
            old = changes.get(source.name)
            changes[source.name] = FileChange(
                name=source.name,
                path=Path(source.name),
                before=old.before if old else source.text,
                after=text,
                count=len(made) + (old.count if old else 0),
            )
        if not by_source:
            break
    return tuple(change for change in changes.values() if change.before != change.after), set()


def _sure_fixes(compiled: Compilation) -> Iterator[tuple[_Finding, Fix]]:
    """The sure fixes of what was found, each with the finding that it mends."""
    for found in compiled.diagnostics:
        fix = found.fix
        if fix is None or not fix.is_sure:
            continue
        source = fix.span.source
        if all(edit.span.source is source for edit in fix.edits):
            yield (source.name, found.code.id, found.message, fix.span.line), fix


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode & 0o777)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
