"""The symbol table of a film: where each name is declared, and every place that uses it."""

from __future__ import annotations

from storyboard.compiler.resolve.symbols import SymbolTable, symbol_table
from storyboard.diagnostics import Diagnostics, Source, Span
from storyboard.document import parse
from storyboard.language.decoder import decode
from storyboard.language.model import Storyboard

FILM = """\
storyboard: 1
vars: {who: "@pim"}
style: "as @ink draws"
characters:
  mara: {description: "with @pim", looks: {wet: {description: "like @dialogue"}}}
  pim: {description: a boy}
props:
  dialogue: {description: "a paper of @nobody"}
locations:
  gallery: {description: iron}
styles:
  ink: {description: ink}
scenes:
  - title: "@mara is not named by a title"
    location: gallery
    looks: {mara: wet}
    shots:
      - |
        @mara climbs,
        and @mara.wet waits at @{gallery}; me@pim.net
      - cast: [pim]
        notes: "@pim"
        location: none
        beats: ["@pim runs", {prompt: x, sound: "@marra"}]
        dialogue:
          - mara.wet: {line: "@pim!", tone: low}
          - pim: "Yes."
"""


def table() -> SymbolTable:
    diagnostics = Diagnostics()
    film = decode(Storyboard, parse(Source("film.yaml", FILM), diagnostics), diagnostics).value
    assert film is not None
    assert len(diagnostics) == 0
    return symbol_table(film, [])


def at(span: Span) -> str:
    return f"{span.line}:{span.column} {span.text}"


def test_every_use_of_a_name_has_its_place() -> None:
    symbols = table().symbols
    assert {name: [at(use.span) for use in one.uses] for name, one in symbols.items()} == {
        "mara": ["16:13 mara", "19:9 @mara", "20:13 @mara.wet", "26:13 mara.wet"],
        "pim": [
            "2:14 @pim",
            "21:16 pim",
            "24:18 @pim",
            "26:31 @pim",
            "27:13 pim",
            "5:29 @pim",
        ],
        "dialogue": ["5:69 @dialogue"],
        "gallery": ["15:15 gallery", "20:32 @{gallery}"],
        "ink": ["3:12 @ink"],
    }
    assert [use.look for use in symbols["mara"].uses] == ["wet", "", "wet", "wet"]


def test_a_name_is_declared_in_one_place_and_so_is_each_look() -> None:
    mara = table().symbols["mara"]
    assert (mara.kind, at(mara.declared)) == ("character", "5:3 mara")
    assert {name: at(span) for name, span in mara.looks.items()} == {"wet": "5:44 wet"}


def test_what_nothing_declares_is_listed_with_its_place() -> None:
    assert [(use.name, at(use.span)) for use in table().unknown] == [
        ("marra", "24:50 @marra"),
        ("nobody", "8:39 @nobody"),
    ]
