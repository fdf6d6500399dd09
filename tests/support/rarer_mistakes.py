"""Rarer mistakes than those of ``mistakes``: of layout, of other tools, and of the keyboard."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from mistakes import NAMES, Slip

_ENTRY = re.compile(r"^(\s*(?:- )?)([A-Za-z_]+)(: )(\S.*)$")
_PLAIN = re.compile(r"^[^\s\"'{\[|>&*#!%@`-]")
_COMMENT = re.compile(r"\s+#.*$")
_TEXTS = ("prompt", "camera", "light", "sound", "title", "description", "tone", "notes")
_Made = tuple[str, tuple[str, ...]] | None


def _entry(line: str, *keys: str) -> re.Match[str] | None:
    found = _ENTRY.match(_COMMENT.sub("", line))
    return found if found is not None and (not keys or found[2] in keys) else None


def _plain(line: str, *keys: str) -> re.Match[str] | None:
    found = _entry(line, *keys)
    return found if found is not None and _PLAIN.match(found[4]) else None


def _changed(
    change: Callable[[re.Match[str]], str],
    fix: tuple[str, ...] = (),
    *keys: str,
    plain: bool = True,
) -> Slip:
    """A slip that rewrites an entry of one of some keys."""

    def slip(line: str, _: random.Random) -> _Made:
        found = _plain(line, *keys) if plain else _entry(line, *keys)
        return (change(found), fix) if found is not None else None

    return slip


# -- layout ---------------------------------------------------------------------------------------


def one_space_more(line: str, _: random.Random) -> _Made:
    return (f" {line}", ()) if _entry(line) and line.startswith("  ") else None


def one_space_less(line: str, _: random.Random) -> _Made:
    return (line[1:], ()) if _entry(line) and line.startswith("  ") else None


def level_less(line: str, _: random.Random) -> _Made:
    return (line[2:], ()) if re.match(r"^ {4,}shots:", line) else None


def no_dash(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[a-z_]+: )", line)
    return (f"{found[1]}  {line[found.end() :]}", ("-",)) if found else None


def dash_without_space(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    return (f"{found[1]}-{line[found.end() :]}", ("space", "-")) if found else None


def long_dash(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    return (f"{found[1]}– {line[found.end() :]}", ("-",)) if found else None


def bullet(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    return (f"{found[1]}• {line[found.end() :]}", ("-",)) if found else None


def two_dashes(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    return (f"{found[1]}- - {line[found.end() :]}", ()) if found else None


two_keys_on_a_line = _changed(
    lambda found: f"{found[0]} size: wide", ("line", '"'), "duration", "id"
)
two_keys_with_a_comma = _changed(lambda found: f"{found[0]}, size: wide", ('"', "line"), *_TEXTS)
no_break_space = _changed(
    lambda found: f"{found[1]}{found[2]}:\N{NO-BREAK SPACE}{found[4]}", ("space",)
)


def no_break_indent(line: str, _: random.Random) -> _Made:
    found = re.match(r"^ {2,}(?=[a-z-])", line)
    return ("\N{NO-BREAK SPACE}" * found.end() + line[found.end() :], ("space",)) if found else None


trailing_comma = _changed(lambda found: f"{found[0]},", (), "duration", "take", "size", "seam")
document_mark = _changed(lambda found: f"---\n{found[0]}", ("---",), "prompt", "duration")
zero_width_space = _changed(lambda found: f"{found[1]}{found[2]}\N{ZERO WIDTH SPACE}: {found[4]}")
cyrillic_letter = _changed(
    lambda found: f"{found[1]}{found[2].replace('o', 'о', 1)}: {found[4]}",
    (),
    "prompt",
    "location",
    "duration",
)


# -- signs ----------------------------------------------------------------------------------------

quotes_inside = _changed(
    lambda found: f'{found[1]}{found[2]}: "He says "go" and {found[4]}"', ('"', "'"), *_TEXTS
)
apostrophe = _changed(
    lambda found: f"{found[1]}{found[2]}: 'It's {found[4]}'", ('"', "''"), *_TEXTS
)
backslash = _changed(lambda found: f'{found[1]}{found[2]}: "C:\\Takes\\{found[4]}"', (), *_TEXTS)
text_after_quotes = _changed(
    lambda found: f'{found[1]}{found[2]}: "The sea," {found[4]}', ('"', "'"), *_TEXTS
)
anchor_text = _changed(lambda found: f"{found[1]}{found[2]}: &Sons {found[4]}", ('"',), *_TEXTS)
tag_text = _changed(lambda found: f"{found[1]}{found[2]}: !Look {found[4]}", (), *_TEXTS)
python_tag = _changed(
    lambda found: f"{found[1]}{found[2]}: !!python/object:os.system {found[4]}", (), *_TEXTS
)
percent_text = _changed(lambda found: f"{found[1]}{found[2]}: % {found[4]}", ('"',), *_TEXTS)
backtick_text = _changed(lambda found: f"{found[1]}{found[2]}: `{found[4]}`", ('"',), *_TEXTS)
colon_in_text = _changed(lambda found: f"{found[1]}{found[2]}: Then: {found[4]}", ('"',), *_TEXTS)
block_with_text = _changed(lambda found: f"{found[1]}{found[2]}: | {found[4]}", (), *_TEXTS)


def block_without_indent(line: str, _: random.Random) -> _Made:
    found = _plain(line, *_TEXTS)
    if found is None:
        return None
    return f"{found[1]}{found[2]}: |\n{' ' * len(found[1])}{found[4]}", ("indent", ":", "spaces")


equals_sign = _changed(lambda found: f"{found[1]}{found[2]} = {found[4]}", (":",))
semicolon = _changed(lambda found: f"{found[1]}{found[2]}; {found[4]}", (":",))
two_colons = _changed(lambda found: f"{found[1]}{found[2]}:: {found[4]}", ())
missing_comma = _changed(
    lambda found: f"{found[1]}{found[2]}: {found[4].replace(', ', ' ', 1)}",
    (),
    "looks",
    "dialogue",
    "cast",
    plain=False,
)


def unquoted_flow_line(line: str, _: random.Random) -> _Made:
    found = re.search(r'\{line: "([^":]*)"', line)
    if found is None:
        return None
    return line[: found.start()] + "{line: Well, you know" + line[found.end() :], ('"',)


# -- keys and values ------------------------------------------------------------------------------

capital_key = _changed(lambda found: f"{found[1]}{found[2].capitalize()}: {found[4]}")
hyphen_key = _changed(
    lambda found: f"{found[1]}{found[2].replace('_', '-')}: {found[4]}",
    (),
    "start_frame",
    "aspect_ratio",
)
emoji_key = _changed(lambda found: f"{found[1]}{found[2]}🎬: {found[4]}")
merge_key = _changed(lambda found: f"{found[1]}<<: {found[4]}", (), "prompt", "duration")
null_text = _changed(lambda found: f"{found[1]}{found[2]}: null", (), "prompt", "line")


def _values(key: str, *values: str, fix: tuple[str, ...] = ()) -> Slip:
    def slip(line: str, chance: random.Random) -> _Made:
        found = _entry(line, key)
        return (f"{found[1]}{key}: {chance.choice(values)}", fix) if found is not None else None

    return slip


odd_seconds = _values("duration", "5,5", "５s", "1:30", "4s,", "5 s.", "0x5", "1e1", "05:00", "~4s")
odd_size = _values("size", "[close-up]", "{close-up}")
odd_id = _values("id", "the door", "door!", "3", "dusk🌅", "a.b", '""')
odd_flag = _values("audio", "yes", "on", "1", '"true"', "True", "with music", fix=("true",))
odd_budget = _values("budget", "1.000,00 EUR", "15 dollars", "USD", "~15 USD", "0x10 USD")
odd_use = _values("use", "cast.yaml, more.yaml", "[cast.yml]", "./nowhere/")
wide_digits = _changed(lambda found: f"{found[1]}{found[2]}: ４s", ("4s",), "duration")


def duplicate_id(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s+)- id: (match|hatch|look-up|beam|keeper)\b", line)
    if found is None:
        return None
    others = {"match": "knock", "hatch": "climb", "look-up": "dusk", "beam": "rail"}
    return f"{found[1]}- id: {others.get(found[2], 'calm')}", ("id",)


def genitive(line: str, _: random.Random) -> _Made:
    found = re.search(r"(?<=@)([a-z]{3,})(?=[ .,;])", line)
    if found is None or line.lstrip().startswith("#") or "{" in line:
        return None
    return f"{line[: found.end()]}s{line[found.end() :]}", (found[1],)


OF_LAYOUT: tuple[Slip, ...] = (
    one_space_more,
    one_space_less,
    level_less,
    no_dash,
    dash_without_space,
    long_dash,
    bullet,
    two_dashes,
    two_keys_on_a_line,
    two_keys_with_a_comma,
    no_break_space,
    no_break_indent,
    trailing_comma,
    document_mark,
    zero_width_space,
    cyrillic_letter,
)
OF_SIGNS: tuple[Slip, ...] = (
    quotes_inside,
    apostrophe,
    backslash,
    text_after_quotes,
    anchor_text,
    tag_text,
    python_tag,
    percent_text,
    backtick_text,
    colon_in_text,
    block_with_text,
    block_without_indent,
    equals_sign,
    semicolon,
    two_colons,
    missing_comma,
    unquoted_flow_line,
)
OF_VALUES: tuple[Slip, ...] = (
    capital_key,
    hyphen_key,
    emoji_key,
    merge_key,
    null_text,
    odd_seconds,
    odd_size,
    odd_id,
    odd_flag,
    odd_budget,
    odd_use,
    wide_digits,
    duplicate_id,
    genitive,
)
RARER: tuple[Slip, ...] = (*OF_LAYOUT, *OF_SIGNS, *OF_VALUES)

NAMES.update({slip: name for name, slip in list(globals().items()) if slip in RARER})
