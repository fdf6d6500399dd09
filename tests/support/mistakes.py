"""Mistakes as people make them in storyboards, cast libraries and target files, one at a time."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A text with one mistake in it.

    ``line`` is where it was made, counted from 1, ``last`` its last line. ``fix`` are words of
    which one must be said of it; empty where there is more than one way to mend it.
    """

    kind: str
    text: str
    line: int
    last: int
    fix: tuple[str, ...] = ()


Slip = Callable[[str, random.Random], tuple[str, tuple[str, ...]] | None]
"""A line with a mistake, and the words of the fix; None where the line cannot have it."""

_ENTRY = re.compile(r"^(\s*(?:- )?)([A-Za-z_]+)(:)(\s+\S.*|\s*)$")
_QUOTED = re.compile(r'"[^"]*"(?=\s*(?:#.*)?$)')
_MENTION = re.compile(r"(?<![@\w.])@([^\W\d]\w*)(?=[ .,;:'\"]|$)")
"""A mention in a script with spaces, whose letters are all one code point."""
_COMMENT = re.compile(r"\s+#.*$")
_OWN = {"description", "title", "notes"}
"""Keys whose values are prose."""


def _typo(word: str, chance: random.Random) -> str:
    """A word with a letter left out, doubled, or exchanged with the next."""
    at = chance.randrange(1, len(word) - 1) if len(word) > 2 else len(word) - 1
    doubled = word[:at] + word[at] + word[at:]
    shorter = word[:at] + word[at + 1 :]
    crossed = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    others = [one for one in (shorter, doubled, crossed) if one not in (word, "")]
    return chance.choice(others)


def _entry(line: str) -> re.Match[str] | None:
    return _ENTRY.match(_COMMENT.sub("", line))


def _of_key(*keys: str) -> Callable[[str], re.Match[str] | None]:
    def find(line: str) -> re.Match[str] | None:
        found = _entry(line)
        return found if found is not None and found[2] in keys and found[4].strip() else None

    return find


# -- mistakes of YAML -----------------------------------------------------------------------------


def open_quotation(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _QUOTED.search(line)
    return (line[: found.end() - 1] + line[found.end() :], ('"',)) if found else None


def quotation_without_beginning(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _QUOTED.search(line)
    return (line[: found.start()] + line[found.start() + 1 :], ('"', "'")) if found else None


def unquoted_mention(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.search(r'"(@[^"#:]*)"(?=\s*$)', line)
    return (line[: found.start()] + found[1] + line[found.end() :], ('"', "'")) if found else None


def no_colon(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _entry(line)
    if found is None or not found[4].strip():
        return None
    return line.replace(f"{found[2]}:", found[2], 1), (":",)


def no_space_after_colon(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _entry(line)
    if found is None or not found[4].strip():
        return None
    return line.replace(f"{found[2]}: ", f"{found[2]}:", 1), ("space", ":")


def wide_colon(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _entry(line)
    if found is None or not found[4].strip():
        return None
    return line.replace(f"{found[2]}: ", f"{found[2]}：", 1), (":",)


def tab(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.match(r"^( {2,})(?=\S)(?!#)", line)
    return ("\t" + line[found.end() :], ("space",)) if found else None


def open_bracket(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    bare = _COMMENT.sub("", line)
    return (bare[:-1], ("]", "}")) if re.search(r": [\[{].*[\]}]$", bare) else None


def curly_quotes(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _QUOTED.search(line)
    if found is None or "{" in line[: found.start()]:
        return None
    return line[: found.start()] + f"“{found[0][1:-1]}”" + line[found.end() :], ('"',)


def slash_comment(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.match(r"^(\s*)# ", line)
    return (f"{found[1]}// {line[found.end() :]}", ("#",)) if found else None


def number_sign(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _of_key("prompt", "camera", "light", "sound", "title", "description")(line)
    if found is None or found[4].strip()[0] in "\"'>|[{@“":
        return None
    words = found[4].strip().split()
    words.insert(chance.randrange(1, len(words) + 1), "#7")
    return f"{found[1]}{found[2]}: {' '.join(words)}", ('"',)


def key_twice(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _entry(line)
    if found is None or not found[4].strip() or found[4].strip()[0] in "[{>|&*":
        return None
    return f"{line}\n{' ' * len(found[1])}{found[2]}:{found[4]}", ("twice", "remove")


def merge_conflict(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _entry(line)
    if found is None or not found[4].strip() or found[4].strip()[0] in ">|":
        return None
    return f"<<<<<<< HEAD\n{line}\n=======\n{line}\n>>>>>>> main", ("conflict",)


# -- mistakes in keys and values ------------------------------------------------------------------


def key_typo(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _entry(line)
    if found is None or len(found[2]) < 4:
        return None
    wrong = _typo(found[2], chance)
    return line.replace(f"{found[2]}:", f"{wrong}:", 1), (found[2],)


def _value(*keys: str, values: dict[str, tuple[str, ...]]) -> Slip:
    find = _of_key(*keys)

    def slip(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
        found = find(line)
        if found is None:
            return None
        wrong = chance.choice(sorted(values))
        return f"{found[1]}{found[2]}: {wrong}", values[wrong]

    return slip


duration = _value(
    "duration",
    values={
        "2.5s": ("2s or 3s",),
        "0:04": ("4s",),
        "four": ("4s",),
        "0": ("1",),
        "-3": ("1", "4s"),
        "4 seconds long": ("4s",),
        "[4]": ("4s", "seconds"),
    },
)
money = _value("budget", values={"15": ("15 USD",), "$15,5 EUR": ("15.5",), "fifteen": ("USD",)})
choice = _value(
    "seam", "audio", values={"continues": ("continue", "true"), "Yess": ("cut", "true")}
)
ratio = _value("aspect_ratio", values={"vertical": ("9:16",), "16x9": ("16:9",), "wide": (":",)})
take = _value("take", values={"second": ("1",), "0": ("1",)})
picture = _value(
    "frontal",
    "image",
    "start_frame",
    values={
        "cast/nowhere.png": ("path",),
        "../../../front.png": ("project", "path"),
        "http://example.com/a.png": ("https",),
        "[a.png]": ("path",),
        '""': ("path",),
    },
)
target = _value(
    "target",
    values={
        "fal/kling-o3-prro": ("fal/kling-o3-pro",),
        "kling-o3-pro": ("kling-o3-pro",),
        "fal": ("fal/", "targets"),
    },
)
library = _value("use", values={"[casts.yaml]": ("path",), "cast.yaml": ("[cast.yaml]", "list")})
version = _value("storyboard", values={"2": ("1",), "one": ("1",)})


def film_word(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _of_key("prompt", "camera", "sound", "light")(line)
    if found is None or found[4].strip()[0] in ">|":
        return None
    words = {
        "prompt": ("action", "description", "visual", "text"),
        "camera": ("lens", "movement", "angle"),
        "sound": ("music", "sfx", "ambience"),
        "light": ("lighting", "mood"),
    }
    word = chance.choice(words[found[2]])
    return line.replace(f"{found[2]}:", f"{word}:", 1), (found[2],)


def empty_value(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _of_key("prompt", "line", "shots", "frontal")(line)
    if found is None or found[4].strip()[0] in ">|":
        return None
    return f"{found[1]}{found[2]}:", (found[2], "write", "remove")


def value_is_a_list(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _of_key("prompt", "camera", "size", "location", "id", "tone", "style")(line)
    if found is None or found[4].strip()[0] in ">|":
        return None
    return f"{found[1]}{found[2]}: [{found[4].strip()}]", ("text", "write", "name")


# -- mistakes in names ----------------------------------------------------------------------------


def _in_mention(change: Callable[[str, random.Random], str], fix: tuple[str, ...] = ()) -> Slip:
    def slip(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
        if line.lstrip().startswith("#"):
            return None
        found = [*_MENTION.finditer(_COMMENT.sub("", line))]
        if not found:
            return None
        one = chance.choice(found)
        wrong = change(one[1], chance)
        return line[: one.start()] + wrong + line[one.end() :], fix or (one[1],)

    return slip


name_typo = _in_mention(lambda name, chance: f"@{_typo(name, chance)}")
vendor_tag = _in_mention(lambda _, chance: f"@Element{chance.randrange(1, 5)}", ("the name",))
unknown_name = _in_mention(lambda _, __: "@somebody", ("the names are",))
unknown_look = _in_mention(lambda name, _: f"@{{{name}.pyjama}}", ("its looks", "the looks are"))
wide_at = _in_mention(lambda name, _: f"＠{name}")
at_and_space = _in_mention(lambda name, _: f"@ {name}")
no_at = _in_mention(lambda name, _: name)
open_brace = _in_mention(lambda name, _: f"@{{{name}")


def speaker_typo(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.match(r"^(\s*- )([a-z_]+)(: (?:\{line|\"|\w).*)$", line)
    if found is None or found[2] in {"prompt", "id"} or len(found[2]) < 3:
        return None
    return f"{found[1]}{_typo(found[2], chance)}{found[3]}", (found[2],)


def speaker_as_keys(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.match(r"^(\s*- )([a-z_]+): \{line: (.*)$", line)
    if found is None:
        return None
    return f"{found[1]}{{speaker: {found[2]}, line: {found[3]}", (f"{found[2]}:",)


def location_typo(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _of_key("location")(line)
    if found is None:
        return None
    name = found[4].strip()
    return f"{found[1]}location: {_typo(name, chance)}", (name,)


def variable_typo(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.search(r"\{\{ (\w+)", line)
    if found is None:
        return None
    wrong = _typo(found[1], chance)
    return line[: found.start(1)] + wrong + line[found.end(1) :], (found[1],)


def template_open(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    return (line.replace(" }}", " }", 1), ("}}",)) if " }}" in line else None


def language_name(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _of_key("language")(line)
    return (f"{found[1]}language: english", ("en",)) if found else None


def unknown_alias(line: str, _: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = _of_key("prompt", "camera", "style")(line)
    if found is None or found[4].strip()[0] in ">|":
        return None
    return f"{found[1]}{found[2]}: *other", ("&other", '"*other"')


# -- mistakes in target files ---------------------------------------------------------------------


def target_value(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.search(r"(?<=: )(\d+|native|none|string|true|false)(?=[,}\s]|$)", line)
    if found is None or "note:" in line:
        return None
    wrong = "many" if found[0].isdigit() else _typo(found[0], chance)
    return line[: found.start()] + wrong + line[found.end() :], ()


def target_key(line: str, chance: random.Random) -> tuple[str, tuple[str, ...]] | None:
    found = re.search(r"(?<![\w-])([a-z_]{4,})(?=: )", line)
    if found is None or "note:" in line or "title" in line:
        return None
    wrong = _typo(found[1], chance)
    return line[: found.start()] + wrong + line[found.end() :], (found[1],)


OF_YAML: tuple[Slip, ...] = (
    open_quotation,
    quotation_without_beginning,
    unquoted_mention,
    no_colon,
    no_space_after_colon,
    wide_colon,
    tab,
    open_bracket,
    curly_quotes,
    slash_comment,
    key_twice,
    merge_conflict,
)
OF_FILMS: tuple[Slip, ...] = (
    *OF_YAML,
    number_sign,
    key_typo,
    duration,
    money,
    choice,
    ratio,
    take,
    picture,
    target,
    library,
    version,
    film_word,
    empty_value,
    value_is_a_list,
    name_typo,
    vendor_tag,
    unknown_name,
    unknown_look,
    wide_at,
    at_and_space,
    no_at,
    open_brace,
    speaker_typo,
    speaker_as_keys,
    location_typo,
    variable_typo,
    template_open,
    language_name,
    unknown_alias,
)
OF_TARGETS: tuple[Slip, ...] = (
    open_quotation,
    no_colon,
    no_space_after_colon,
    tab,
    open_bracket,
    key_twice,
    merge_conflict,
    target_value,
    target_key,
)

NAMES: dict[Slip, str] = {slip: name for name, slip in list(globals().items()) if callable(slip)}
"""What each kind of mistake is called."""


def make_mistake(text: str, slips: Sequence[Slip], chance: random.Random) -> Mistake:
    """One mistake of a kind that the text can have, each kind as likely as the others."""
    lines = text.splitlines()
    in_block = _block_lines(lines)
    for slip in chance.sample(list(slips), len(slips)):
        numbers = chance.sample(range(len(lines)), len(lines))
        for number in numbers:
            if number in in_block:
                continue
            made = slip(lines[number], chance)
            if made is None or made[0] == lines[number]:
                continue
            wrong = [*lines[:number], made[0], *lines[number + 1 :]]
            return Mistake(
                kind=NAMES[slip],
                text="\n".join(wrong) + "\n",
                line=number + 1,
                last=number + 1 + made[0].count("\n"),
                fix=made[1],
            )
    raise ValueError("no mistake can be made in this text")


def _block_lines(lines: Sequence[str]) -> set[int]:
    """The lines inside block scalars, where YAML's own signs are letters."""
    found: set[int] = set()
    indent: int | None = None
    for number, line in enumerate(lines):
        here = len(line) - len(line.lstrip(" "))
        if indent is not None and (not line.strip() or here > indent):
            found.add(number)
            continue
        indent = here if re.search(r": [>|][-+]?\s*$", line) else None
    return found
