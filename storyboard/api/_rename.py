"""Renaming a member of the cast: its declaration and every use, in every film that has it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from pydantic import TypeAdapter, ValidationError

from storyboard.api._compile import compile_reading, start
from storyboard.api._fix import FileChange
from storyboard.api._load import STANDARD_INPUT, CompileOptions, Reading, read
from storyboard.api._plan import plan_compilation
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.symbols import CastSymbol, SymbolTable, name_in, symbol_table
from storyboard.diagnostics import Diagnostics, Source, Span
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Scalar
from storyboard.document.nodes import Origin
from storyboard.errors import RefusedError, UsageError
from storyboard.language.names import CastName
from storyboard.plan.difference import ShotDifference, shot_differences
from storyboard.plan.film_shots import FilmShot, film_shots
from storyboard.targets.model import Target

_FILMS = ("storyboard.yaml", "*.storyboard.yaml", "*.storyboard.yml")
_MOST_FILMS = 1000


class Renaming(Struct, frozen=True, kw_only=True):
    """The files as they would be, and the shots that would be sent other words.

    These are the shots of whoever has no ``label`` and no picture, and is called by the name.
    ``places`` are the stretches of the files that the new name, ``name``, stands for.
    """

    name: str
    places: tuple[Span, ...]
    changes: tuple[FileChange, ...]
    shots: tuple[ShotDifference, ...]


def rename_member(file: str, old: str, new: str, options: CompileOptions) -> Renaming:
    """Give a member of the cast another name; nothing is written.

    Where a library declares it, the other storyboards below the library's folder that use it are
    changed as well. Raises ``UsageError`` for a name that is unknown, taken or none,
    ``RefusedError`` where a part of the files cannot be read.
    """
    if file == STANDARD_INPUT:
        raise UsageError("what comes from standard input has no file to be changed")
    old, new = old.removeprefix("@"), _checked(new.removeprefix("@"))
    diagnostics = start(options)
    reading = read(file, options, diagnostics, takes_library=True)
    table = _table(reading, diagnostics)
    symbol = _symbol(table, old)
    tables = [table, *_other_tables(reading, symbol, options)]
    spans: dict[Path, dict[tuple[int, int], Span]] = {}
    for one in tables:
        if normal(new) in one.symbols:
            taken = one.symbols[normal(new)].declared
            raise UsageError(f'"{new}" is a {one.symbols[normal(new)].kind} already: {_at(taken)}')
        for span in _name_spans(one, symbol.name):
            path = Path(span.source.name).resolve()
            spans.setdefault(path, {})[span.start, span.end] = span
    changes = tuple(_change(path, found.values(), new) for path, found in spans.items())
    shots: tuple[ShotDifference, ...] = ()
    if reading.storyboard is not None:
        after = replace(options, unsaved={change.path: change.after for change in changes})
        (before, targets), (now, _) = (_shots(file, one) for one in (options, after))
        shots = shot_differences(before, now, targets)
    places = tuple(span for found in spans.values() for span in found.values())
    return Renaming(name=new, places=places, changes=changes, shots=shots)


def _name_spans(table: SymbolTable, name: str) -> Iterator[Span]:
    """Where a member's name is written: in its declaration, then at each use."""
    symbol = table.symbols[normal(name)]
    for span in (symbol.declared, *(use.span for use in symbol.uses)):
        found = name_in(span, symbol.name)
        if found is None:
            raise RefusedError(f"the name at {_at(span)} cannot be told from the text around it")
        yield found


def _checked(name: str) -> str:
    """A new name. Raises ``UsageError`` where it can be none."""
    scalar = Scalar(name)
    scalar.origin, scalar.style = Origin(Source("<a new name>", name)), ""
    scalar.start, scalar.end = 0, len(name)
    try:
        return str(TypeAdapter(CastName).validate_python(scalar))
    except ValidationError as error:
        context = error.errors()[0].get("ctx", {})
        advice = f"; {context['help']}" if context.get("help") else ""
        raise UsageError(f"{context.get('message', 'this is no name')}{advice}") from None


def _table(reading: Reading, diagnostics: Diagnostics) -> SymbolTable:
    named = reading.storyboard or reading.library
    if named is None or not reading.has_all_names:
        problem = next((one.message for one in diagnostics if one.severity == "error"), "")
        raise RefusedError(
            f'"{reading.name}" cannot be read as a whole, so that a use could be left behind'
            + (f": {problem}" if problem else "")
        )
    return symbol_table(named, reading.libraries.values())


def _symbol(table: SymbolTable, name: str) -> CastSymbol:
    if (symbol := table.symbols.get(normal(name))) is not None:
        return symbol
    names = [one.name for one in table.symbols.values()]
    like = nearest(name, names)
    hint = f'the nearest is "{like}"' if like else f"the names are {', '.join(names) or 'none'}"
    raise UsageError(f'nobody and nothing is called "{name}": {hint}')


def _other_tables(
    reading: Reading, symbol: CastSymbol, options: CompileOptions
) -> Iterator[SymbolTable]:
    """The tables of the other storyboards that use the library which declares a member."""
    declared = Path(symbol.declared.source.name).resolve()
    film = Path(reading.name).resolve()
    if declared == film and reading.storyboard is not None:
        return
    found = (path for name in _FILMS for path in sorted(declared.parent.rglob(name)))
    for count, path in enumerate(found):
        if count == _MOST_FILMS:
            raise RefusedError(
                f'there are more than {_MOST_FILMS} storyboards below "{declared.parent}": '
                "rename in each of their folders"
            )
        if path.resolve() == film:
            continue
        diagnostics = start(options)
        shown = reading.project.shown(os.path.relpath(path.resolve(), reading.project.root))
        other = read(shown, options, diagnostics)
        used = {Path(other.project.root / library).resolve() for library in other.libraries}
        if declared in used:
            yield _table(other, diagnostics)


def _change(path: Path, spans: Iterable[Span], new: str) -> FileChange:
    ordered = sorted(spans, key=lambda span: span.start)
    source = ordered[0].source
    pieces, last = [], 0
    for span in ordered:
        pieces += [source.text[last : span.start], new]
        last = span.end
    return FileChange(
        name=source.name,
        path=path,
        before=source.text,
        after="".join([*pieces, source.text[last:]]),
        count=len(ordered),
    )


def _shots(file: str, options: CompileOptions) -> tuple[tuple[FilmShot, ...], dict[str, Target]]:
    """The shots of a film as they would be sent if nothing were paid, and their targets."""
    diagnostics = start(options)
    compilation = compile_reading(read(file, options, diagnostics), options, diagnostics)
    film = compilation.film
    if film is None:
        return (), {}
    targets = {one.target.target: one.target for one in film.films()}
    plan = plan_compilation(compilation, options, None, is_verified=False)
    return film_shots(plan, targets), targets


def _at(span: Span) -> str:
    return f"{span.source.name}:{span.line}"
