"""Mistakes of writers: pasted signs, keys on the wrong level, values in words, texts cut off."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from mistakes import NAMES, Slip

_ENTRY = re.compile(r"^(\s*(?:- )?)([A-Za-z_]+)(: )(\S.*)$")
_PLAIN = re.compile(r"^[^\s\"'{\[|>&*#!%@`-]")
_COMMENT = re.compile(r"\s+#.*$")
_MENTION = re.compile(r"(?<![@\w.])@([^\W\d]\w*)(?=[ .,;:'\"]|$)")
_TEXTS = ("prompt", "camera", "light", "sound", "title", "description", "tone", "notes")
_Made = tuple[str, tuple[str, ...]] | None


def _entry(line: str, *keys: str, plain: bool = False) -> re.Match[str] | None:
    found = _ENTRY.match(_COMMENT.sub("", line))
    if found is None or (keys and found[2] not in keys):
        return None
    return found if not plain or _PLAIN.match(found[4]) else None


def _changed(
    change: Callable[[re.Match[str]], str],
    fix: tuple[str, ...] = (),
    *keys: str,
    plain: bool = False,
) -> Slip:
    """A slip that rewrites an entry of one of some keys."""

    def slip(line: str, _: random.Random) -> _Made:
        found = _entry(line, *keys, plain=plain)
        return (change(found), fix) if found is not None else None

    return slip


def _values(key: str, *values: str, fix: tuple[str, ...] = ()) -> Slip:
    """A slip that gives a key one of some values."""

    def slip(line: str, chance: random.Random) -> _Made:
        found = _entry(line, key)
        return (f"{found[1]}{key}: {chance.choice(values)}", fix) if found is not None else None

    return slip


def _before(pattern: str, *lines: str, fix: tuple[str, ...] = ()) -> Slip:
    """A slip that puts a line before one of a pattern, as far to the right."""

    def slip(line: str, chance: random.Random) -> _Made:
        found = re.match(pattern, line)
        if found is None:
            return None
        indent = " " * (len(line) - len(line.lstrip(" ")))
        return f"{indent}{chance.choice(lines)}\n{line}", fix

    return slip


def _in_mention(change: Callable[[str, random.Random], str]) -> Slip:
    def slip(line: str, chance: random.Random) -> _Made:
        if line.lstrip().startswith("#"):
            return None
        found = [*_MENTION.finditer(_COMMENT.sub("", line))]
        if not found:
            return None
        one = chance.choice(found)
        wrong = change(one[1], chance)
        if wrong == one[1]:
            return None
        return f"{line[: one.start(1)]}{wrong}{line[one.end() :]}", (one[1],)

    return slip


# -- pasted signs ---------------------------------------------------------------------------------


def _quoted_otherwise(begin: str, end: str) -> Slip:
    def slip(line: str, _: random.Random) -> _Made:
        found = re.search(r'"([^"]*)"(?=\s*(?:#.*)?$)', line)
        if found is None or "{" in line[: found.start()]:
            return None
        return f"{line[: found.start()]}{begin}{found[1]}{end}{line[found.end() :]}", ('"',)

    return slip


curly_begin = _quoted_otherwise("“", '"')
curly_end = _quoted_otherwise('"', "”")
guillemets = _quoted_otherwise("«", "»")
low_quotes = _quoted_otherwise("„", "“")
backticks = _quoted_otherwise("`", "`")
two_single_quotes = _quoted_otherwise("''", "''")


def curly_line(line: str, _: random.Random) -> _Made:
    found = re.search(r'(?<=line: )"([^"]*)"', line)
    return (f"{line[: found.start()]}“{found[1]}”{line[found.end() :]}", ('"',)) if found else None


tab_behind_colon = _changed(lambda found: f"{found[1]}{found[2]}:\t{found[4]}")


def tab_behind_dash(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[a-z_]+: )", line)
    return (f"{found[1]}-\t{line[found.end() :]}", ("space",)) if found else None


wide_comma = _changed(
    lambda found: f"{found[1]}{found[2]}: {found[4].replace(', ', '，', 1)}", (), "cast", "looks"
)
space_before_colon = _changed(lambda found: f"{found[1]}{found[2]} : {found[4]}")
narrow_space_colon = _changed(
    lambda found: f"{found[1]}{found[2]}\N{NARROW NO-BREAK SPACE}: {found[4]}", ("space",)
)


# -- names ----------------------------------------------------------------------------------------

_LOOK_ALIKE = {"a": "а", "e": "е", "o": "о", "i": "і", "p": "р", "c": "с", "x": "х"}


def _look_alike(name: str) -> str:
    at = next((at for at, letter in enumerate(name) if letter in _LOOK_ALIKE), None)
    return name if at is None else name[:at] + _LOOK_ALIKE[name[at]] + name[at + 1 :]


def _split_by(sign: str) -> Callable[[str, random.Random], str]:
    return lambda name, _: (
        f"{name[:1]}{sign}{name[1:]}" if len(name) > 1 and name.isascii() else name
    )


mention_look_alike = _in_mention(lambda name, _: _look_alike(name))
mention_zero_width = _in_mention(_split_by("\N{ZERO WIDTH SPACE}"))
mention_soft_hyphen = _in_mention(_split_by("\N{SOFT HYPHEN}"))
mention_joiner = _in_mention(_split_by("\N{WORD JOINER}"))
mention_capital = _in_mention(lambda name, _: name.capitalize())
mention_capitals = _in_mention(lambda name, _: name.upper())
mention_no_break = _in_mention(lambda name, _: f"\N{NO-BREAK SPACE}{name}")
mention_hyphen = _in_mention(lambda name, _: f"{name}-nightgown")


def _in_value(change: Callable[[str], str], *keys: str) -> Slip:
    def slip(line: str, _: random.Random) -> _Made:
        found = _entry(line, *keys, plain=True)
        if found is None:
            return None
        return f"{found[1]}{found[2]}: {change(found[4])}", ()

    return slip


value_zero_width = _in_value(
    lambda value: f"{value}\N{ZERO WIDTH SPACE}", "location", "seam", "duration", "id"
)
value_look_alike = _in_value(_look_alike, "location", "seam", "target")
value_capital = _in_value(str.capitalize, "location", "seam", "duration", "target")
value_capitals = _in_value(str.upper, "location", "seam", "duration", "target")
value_at = _in_value(lambda value: f"@{value}", "location")
value_quoted_at = _in_value(lambda value: f'"@{value}"', "location")
value_the = _in_value(lambda value: f"the {value}", "location")
value_label = _in_value(lambda value: f"{value} (night)", "location")


def _of_name(change: Callable[[str], str]) -> Slip:
    """A slip in the name of a speaker or a member of the cast."""

    def slip(line: str, _: random.Random) -> _Made:
        found = re.match(
            r"^(\s+(?:- )?)([a-z]{3,})(: ?(?:\{(?:line|desc|front|image).*|\".*)?)$", line
        )
        keys = {"prompt", "dialogue", "shots", "beats", "looks", "defaults", "style", "title"}
        if found is None or found[2] in keys or change(found[2]) == found[2]:
            return None
        return f"{found[1]}{change(found[2])}{found[3]}", (found[2],)

    return slip


speaker_capital = _of_name(str.capitalize)
speaker_at = _of_name(lambda name: f'"@{name}"')
speaker_bare_at = _of_name(lambda name: f"@{name}")
speaker_look_alike = _of_name(_look_alike)
speaker_zero_width = _of_name(lambda name: f"{name}\N{ZERO WIDTH SPACE}")
speaker_space = _of_name(lambda name: f"{name} the first")


def look_capital(line: str, _: random.Random) -> _Made:
    found = re.search(r"(?<=looks: \{)([a-z]+): ([a-z]+)\}", line)
    if found is None:
        return None
    return f"{line[: found.start()]}{found[1].capitalize()}: {found[2]}}}", (found[1],)


# -- layout ---------------------------------------------------------------------------------------


def star_bullet(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    return (f"{found[1]}* {line[found.end() :]}", ("-",)) if found else None


def plus_bullet(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    return (f"{found[1]}+ {line[found.end() :]}", ("-",)) if found else None


def numbered(line: str, chance: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    number = chance.choice(("1. ", "1) ", "1: "))
    return (f"{found[1]}{number}{line[found.end() :]}", ("-",)) if found else None


def dash_and_dash(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*)- (?=[\w\"])", line)
    return (f"{found[1]}-- {line[found.end() :]}", ("-",)) if found else None


def dash_one_less(line: str, _: random.Random) -> _Made:
    return (line[1:], ()) if re.match(r"^\s{2,}- ", line) else None


def dash_one_more(line: str, _: random.Random) -> _Made:
    return (f" {line}", ()) if re.match(r"^\s{2,}- ", line) else None


def text_outdented(line: str, _: random.Random) -> _Made:
    found = _entry(line, *_TEXTS, plain=True)
    if found is None or " " not in found[4]:
        return None
    first, _, rest = found[4].partition(" ")
    return f"{found[1]}{found[2]}: {first}\n{' ' * len(found[1])}{rest}", ()


def quoted_outdented(line: str, _: random.Random) -> _Made:
    """A quotation may go on anywhere to the right of its key's column."""
    found = re.match(r'^(\s*(?:- )?)(prompt): "([^" ]*) ([^"]*)"$', line)
    if found is None:
        return None
    return f'{found[1]}{found[2]}: "{found[3]}\n{found[4]}"', ("indent", "right", "space")


def _block(sign: str, before: int, after: int) -> Slip:
    """A text in a block of two lines, so far to the right of their key."""

    def slip(line: str, _: random.Random) -> _Made:
        found = _entry(line, *_TEXTS, plain=True)
        if found is None or " " not in found[4]:
            return None
        first, _, rest = found[4].partition(" ")
        column = len(found[1])
        lines = (
            f"{found[1]}{found[2]}: {sign}",
            f"{' ' * (column + before)}{first}",
            f"{' ' * (column + after)}{rest}",
        )
        return "\n".join(lines), ()

    return slip


block_less = _block(">", 4, 2)
block_cut = _block(">", 2, 0)
block_cut_literal = _block("|", 2, 0)
block_sign_twice = _block(">>", 2, 2)
block_bad_sign = _block("|>", 2, 2)
block_word = _block("> text", 2, 2)


def block_swallows(line: str, _: random.Random) -> _Made:
    found = _entry(line, "prompt", "description", plain=True)
    if found is None:
        return None
    inner = " " * (len(found[1]) + 2)
    key = "camera" if found[2] == "prompt" else "label"
    return (
        f"{found[1]}{found[2]}: >\n{inner}{found[4]}\n{inner}{key}: slow push in",
        (key,),
    )


fold_quoted = _changed(lambda found: f"{found[1]}{found[2]}: > {found[4]}", (), *_TEXTS)
pipe_stuck = _changed(lambda found: f"{found[1]}{found[2]}: |{found[4]}", (), *_TEXTS, plain=True)
fold_empty = _changed(lambda found: f"{found[1]}{found[2]}: >", (), "prompt", "description")
# -- keys -----------------------------------------------------------------------------------------

shot_key_on_scene = _before(
    r"^ {4}shots:",
    "prompt: The sea.",
    "camera: slow push in",
    "size: wide",
    "duration: 4s",
    "dialogue: []",
    "light: moonlight",
    "sound: surf",
    "audio: false",
    "seam: continue",
    "narration: Once.",
    "negative: boats",
    "cast: []",
    "start_frame: a.png",
    "beats: []",
    fix=("defaults", "shot"),
)
scene_key_on_film = _before(
    r"^scenes:",
    "location: gallery",
    "shots: [The sea.]",
    "looks: {mara: nightgown}",
    "id: film",
    "take: 2",
    "notes: a note",
    "skip: true",
)
shot_key_on_film = _before(
    r"^scenes:",
    "duration: 4s",
    "audio: true",
    'aspect_ratio: "16:9"',
    "camera: slow push in",
    "prompt: The sea.",
    "size: wide",
    "negative: boats",
    "pack: none",
    fix=("defaults", "shot"),
)
film_key_on_scene = _before(
    r"^ {4}shots:",
    "characters: {zoe: {description: a girl}}",
    "budget: 5 USD",
    "language: en",
    "vars: {a: b}",
    "use: [cast.yaml]",
    "scenes: []",
    "aspect_ratio: 9:16",
    "description: a quiet scene",
    "duration: 20s",
)
film_key_on_shot = _before(
    r"^ {8}(?:prompt|duration|camera):",
    "title: The end",
    "looks: {mara: nightgown}",
    "style: noir",
    "characters: [mara]",
    "aspect_ratio: 9:16",
    "shots: [The sea.]",
    "props: [lantern]",
    "character: mara",
    "description: The sea.",
    "line: Hello.",
    "tone: whispering",
)
shot_key_on_cast = _before(
    r"^ {4}(?:description|frontal|image):",
    "prompt: a girl",
    "size: tall",
    "tone: low",
    "name: Zoe",
    "age: 40",
    "costume: a red coat",
    "wardrobe: a red coat",
    "look: a red coat",
    "reference: a.png",
    "picture: a.png",
    "photo: cast/a.png",
    "role: the keeper",
)
defaults_of_shot = _before(
    r"^ {4}shots:",
    "defaults: {prompt: The sea.}",
    "defaults: {location: gallery}",
    "defaults: {cast: [mara]}",
    "defaults: {style: noir}",
)

_OTHER_NUMBER = {
    "characters": "character",
    "props": "prop",
    "locations": "location",
    "styles": "style",
    "scenes": "scene",
    "shots": "shot",
    "references": "reference",
    "looks": "look",
    "beats": "beat",
    "authors": "author",
    "defaults": "default",
    "vars": "var",
    "prompt": "prompts",
    "location": "locations",
    "style": "styles",
    "dialogue": "dialogues",
    "camera": "cameras",
    "light": "lights",
    "sound": "sounds",
    "image": "images",
    "description": "descriptions",
    "title": "titles",
    "label": "labels",
    "tone": "tones",
}


def other_number(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s*(?:- )?)([a-z]+):", line)
    if found is None or found[2] not in _OTHER_NUMBER:
        return None
    wrong = f"{found[1]}{_OTHER_NUMBER[found[2]]}{line[found.end(2) :]}"
    return wrong, (found[2],)


duplicate_far = _before(r"^ {4}shots:", "title: Another", fix=("twice", "remove", "delete"))
members_twice = _before(
    r"^(?:scenes|props|locations):",
    "characters:\n  zoe: {description: a girl}\ncharacters:\n  eva: {description: a woman}",
    fix=("twice", "one", "remove"),
)
shots_twice = _before(r"^ {4}shots:", "shots: [The sea.]", fix=("twice", "remove"))


# -- values ---------------------------------------------------------------------------------------

seconds_in_words = _values(
    "duration",
    "five seconds",
    "a minute",
    "half a minute",
    "ten",
    "twenty-five seconds",
    "one second",
)
seconds_in_units = _values(
    "duration",
    "4000ms",
    "1 min",
    "1m",
    "4 secs",
    "00:00:04",
    "96 frames",
    "4-5s",
    "about 4s",
    "4s-6s",
    "0.5 min",
    "1m30s",
    "4''",
    "4 с",
    "4秒",
    "long",
    "auto",
    "010",
    "1_0",
    "4.0",
    "4,0",
    "0:40",
    "+4",
)
money_in_words = _values(
    "budget",
    "twenty dollars",
    "20 dollars",
    "$20",
    "20$",
    "€20",
    "20 Euro",
    "USD 20",
    "20,00 USD",
    "1_000 USD",
    "20 usd",
    "20USD",
    "20 US$",
    "none",
    "unlimited",
    "20 bucks",
    "20 USD per episode",
    "20.5.5 USD",
    "twenty USD",
)
ratio_in_words = _values(
    "aspect_ratio",
    "1920x1080",
    "1.78",
    "16/9",
    "16-9",
    "16 : 9",
    "widescreen",
    "portrait",
    "landscape",
    "square",
    "1080p",
    "21:9",
    "9:16 (vertical)",
    "16：9",
    "cinema",
    "instagram",
)
flag_in_words = _values(
    "audio", "no", "off", "n", "0", "FALSE", "enabled", "none", "mute", "silent", "Off", "y"
)
off_sound = _values("sound", "off", "no", "yes", "on", "false", "mute")
off_text = _values("camera", "yes", "on", "no", "off", "true")
off_line = _changed(lambda found: f"{found[1]}{found[2]}: no", (), "tone", "light")
ids = _values(
    "id",
    "010",
    "2026-01-01",
    "12:30",
    "1e3",
    "yes",
    "0x1f",
    "1_000",
    "scene 1",
    "1.1",
    "~",
    "climb/1",
)
versions = _values("storyboard", "1.0", '"1"', "v1", "01", "true", "1.1", "latest", "The Film")
languages = _values("language", "English", "en_US", "deutsch", "français", "en, de")
sizes = _values("size", "clsoe-up", "wied", "mediun", "extreme wid", "closup", "mediumcloseup")
titles = _values("title", "2026-01-01", "yes", "12:30", "010", "1_000", "~", "null")
seams = _values(
    "seam", "hard cut", "dissolve", "continued", "cut to", "fade", "none", "yes", "match cut"
)
targets = _values(
    "target",
    "kling",
    "Kling O3 Pro",
    "fal",
    "fal/kling-o3",
    "kling 3",
    "sora",
    "fal.ai/kling-o3-pro",
    "fal/kling-o3-pro/",
)


# -- shapes ---------------------------------------------------------------------------------------

text_for_list = _changed(
    lambda found: f"{found[1]}{found[2]}: mara", (), "cast", "references", "dialogue", "authors"
)
commas_for_list = _changed(
    lambda found: f"{found[1]}{found[2]}: {found[4].strip('[]')}",
    (),
    "cast",
    "references",
    "authors",
    "use",
)


def dialogue_as_mapping(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s+)- ([a-z]+): (\".*\"|\{line: .*)$", line)
    if found is None or found[2] == "prompt":
        return None
    return f"{found[1]}{found[2]}: {found[3]}", ("-",)


def dialogue_as_text(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s+)- ([a-z]+): (?:\{line: )?\"([^\"]*)\"", line)
    if found is None:
        return None
    return f'{found[1]}- "{found[2].upper()}: {found[3]}"', (found[2], ":")


empty_key = _changed(
    lambda found: f"{found[1]}{found[2]}:",
    ("write", "remove", "add"),
    "prompt",
    "frontal",
    "image",
    "line",
)
empty_quotes = _changed(
    lambda found: f'{found[1]}{found[2]}: ""', ("write", "remove", "add"), "prompt", "description"
)
blank_quotes = _changed(
    lambda found: f'{found[1]}{found[2]}: " "', ("write", "remove", "add"), "prompt", "description"
)


def empty_item(line: str, _: random.Random) -> _Made:
    found = re.match(r"^(\s+)- \S", line)
    return (f"{found[1]}-\n{line}", ("write", "remove", "delete")) if found else None


# -- comments, anchors, documents -----------------------------------------------------------------

slashes_behind = _changed(lambda found: f"{found[0]} // later", ("#",))
hash_stuck = _changed(lambda found: f"{found[0]}#later", (), "duration", "id", "take")
html_comment = _before(r"^\s+\S", "<!-- later -->", fix=("#",))
star_comment = _before(r"^\s+\S", "/* later */", fix=("#",))
dash_comment = _before(r"^\s+[a-z]", "-- later", fix=("#", "-"))
semicolon_comment = _before(r"^\s+\S", "; later", fix=("#", ":"))
percent_comment = _before(r"^\s+[a-z]", "% later", fix=("#", ":", '"'))
bold = _changed(lambda found: f"{found[1]}{found[2]}: **{found[4]}**", ('"',), *_TEXTS, plain=True)
italics = _changed(lambda found: f"{found[1]}{found[2]}: *{found[4]}*", ('"',), *_TEXTS, plain=True)
starred = _changed(lambda found: f"{found[1]}{found[2]}: *pim {found[4]}", ('"',), *_TEXTS)
ampersand = _changed(lambda found: f"{found[1]}{found[2]}: & {found[4]}", ('"',), *_TEXTS)
alias_for_shot = _before(r"^ {6}- ", "- *opening", fix=("*", "&"))
alias_merge = _before(r"^ {8}(?:prompt|duration|camera):", "<<: *opening", fix=("*", "&"))
anchor_unused = _changed(lambda found: f"{found[1]}{found[2]}: &once {found[4]}", (), *_TEXTS)


def second_document(line: str, _: random.Random) -> _Made:
    found = re.match(r"^  - id:", line)
    return (f"---\nstoryboard: 1\nscenes:\n{line}", ("---", "one")) if found else None


dots = _before(r"^ {4,}[a-z]+:", "...", fix=("...", '"'))
todo = _before(r"^ {6}- ", "- TODO", "- ???", "- ...")
placeholder = _changed(lambda found: f"{found[1]}{found[2]}: <{found[2]}>", (), *_TEXTS, plain=True)
arrow = _changed(lambda found: f"{found[1]}{found[2]} -> {found[4]}", (":",))

EVERYDAY: tuple[Slip, ...] = tuple(
    slip
    for name, slip in list(globals().items())
    if callable(slip) and not name.startswith("_") and getattr(slip, "__module__", "") == __name__
)

NAMES.update({slip: name for name, slip in list(globals().items()) if slip in EVERYDAY})
