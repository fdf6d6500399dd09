"""Checking: everything that is wrong with a storyboard or a cast library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec.structs import replace

from storyboard.api._compile import (
    Compilation,
    choose_target,
    compile_reading,
    film_on,
    resolve_reading,
    start,
)
from storyboard.api._load import CompileOptions, Reading, read
from storyboard.compiler.resolve.members import members_of
from storyboard.diagnostics import Diagnostics, Source
from storyboard.document import parse
from storyboard.language.cast import Element
from storyboard.language.decoder import decode
from storyboard.language.model import Library, Storyboard

if TYPE_CHECKING:
    from storyboard.api._plan import BestWay


def check_storyboard(file: str, options: CompileOptions, best_way: BestWay) -> Compilation:
    """Compile a storyboard; its limits of money and seconds are looked at too.

    ``best_way`` is asked where the film is above one of them.
    Of a cast library every member is looked at, in every look, on the target of the options.
    """
    diagnostics = start(options)
    reading = read(file, options, diagnostics, takes_library=True)
    if reading.library is not None:
        _check_library(reading, reading.library, options, diagnostics)
        return Compilation(reading=reading, diagnostics=diagnostics)
    if not _is_limited(reading, options):
        return compile_reading(reading, options, diagnostics)
    # What plans a film is loaded where money or seconds are limited, and nowhere else.
    from storyboard.api._plan import known_takes, plan_compilation, way_out_of

    known = known_takes(file, options, diagnostics)
    compilation = compile_reading(reading, options, diagnostics, known)
    if compilation.film is not None:
        way_out = way_out_of(compilation, options, known, best_way)
        plan_compilation(compilation, options, known, is_verified=False, way_out=way_out)
    return compilation


def _is_limited(reading: Reading, options: CompileOptions) -> bool:
    """Whether a film is held to a sum or a length, by its storyboard or by the options."""
    written = reading.storyboard
    limits = [options.budget, options.max_cost, options.max_seconds]
    if written is not None:
        limits += [written.budget, written.max_seconds]
    return any(limit is not None for limit in limits)


def _check_library(
    reading: Reading, library: Library, options: CompileOptions, diagnostics: Diagnostics
) -> None:
    """Resolve a film that shows every member of a library, and keep what is found in files."""
    shots = []
    for member in members_of(library, ""):
        shots.append(f"@{{{member.name}}}")
        if isinstance(member.block, Element):
            shots += [f"@{{{member.name}.{look}}}" for look in member.block.looks or {}]
    if not shots:
        return
    found = start(options)
    found.ignores = diagnostics.ignores
    text = f"storyboard: 1\nscenes: [{{shots: {json.dumps(shots, ensure_ascii=False)}}}]\n"
    source = Source(f"<every member of {reading.name}>", text)
    film = replace(
        reading,
        storyboard=decode(Storyboard, parse(source, found), found).value,
        libraries={**reading.libraries, reading.path: library},
        # Films that use the library may declare more.
        has_all_names=False,
        has_all_variables=False,
    )
    resolved = resolve_reading(film, options, found)
    film_on(choose_target(film, options, found), resolved, film, options, found)
    for one in found:
        if one.span is None or one.span.source.name != source.name:
            diagnostics.take(one)
