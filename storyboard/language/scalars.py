"""The scalars of the language: texts, names, seconds, money, choices, pictures.

Each type reads one scalar. A text stays the scalar that it was, with its place; the other
leaves become values. What cannot be read raises a ``PydanticCustomError`` whose type is one of
our codes, so that the decoder can say it in our words at the scalar's place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import GetPydanticSchema, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from storyboard.diagnostics.codes import (
    BAD_CHOICE,
    BAD_DURATION,
    BAD_MONEY,
    BAD_NAME,
    BAD_NUMBER,
    BAD_PATH,
    WRONG_TYPE,
    WRONG_VERSION,
)
from storyboard.diagnostics.types import Code
from storyboard.document.nodes import Scalar, Sequence
from storyboard.document.phrases import described
from storyboard.values.units import Money, parse_seconds

MAX_SHOT = 600
"""The longest shot that is read, in seconds: the tool's own bound, far above any request."""

MAX_NAME = 100
"""The longest name that is read, in code points: the tool's own bound."""

_VENDOR_TAG = re.compile(r"(element|image|video|audio|voice)_?[0-9]+", re.IGNORECASE)
_NO_NAME = re.compile(r"[^\w-]+")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def refuse(
    code: Code,
    message: str,
    help: str = "",  # noqa: A002 - the field's name in a diagnostic
    fix: str = "",
) -> PydanticCustomError:
    """An error that the decoder turns into a diagnostic of that code.

    ``fix`` is what surely has to stand there instead, as it is written in YAML.
    """
    context = {"message": message, "help": help, "fix": fix}
    return PydanticCustomError(code.id, "{message}", context)


def _meant_scalar(value: object) -> str:
    """What to write for a list of one item where its item is meant; empty for anything else."""
    if isinstance(value, Sequence) and len(value) == 1 and isinstance(value[0], Scalar):
        return f"write {value[0]}, without brackets or dash"
    return ""


def leaf(read: Callable[[Scalar], object], expected: str, schema: dict[str, Any]) -> Any:
    """The annotation of a field that ``read`` makes from a scalar."""

    def validate(value: object) -> object:
        if not isinstance(value, Scalar):
            found = f"expected {expected}, found {described(value)}"
            raise refuse(WRONG_TYPE, found, _meant_scalar(value) or f"write {expected}")
        return read(value)

    return (
        GetPydanticSchema(
            lambda _source, _handler: core_schema.no_info_plain_validator_function(validate)
        ),
        WithJsonSchema(schema),
    )


Text = Annotated[
    Scalar,
    GetPydanticSchema(lambda _source, _handler: core_schema.is_instance_schema(Scalar)),
    # A number or a flag without quotation marks is a text as well where a text is wanted.
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]

Key = Annotated[
    Scalar,
    GetPydanticSchema(lambda _source, _handler: core_schema.is_instance_schema(Scalar)),
    WithJsonSchema({"type": "string"}),
]
"""A key that is looked up later, and keeps its place until then."""


def is_name_character(character: str) -> bool:
    """Whether a name may hold the character: a letter, digit or mark of any script, _ or -."""
    return (
        character.isalnum() or character in "_-" or unicodedata.category(character).startswith("M")
    )


def _read_name(scalar: Scalar) -> Scalar:
    if not scalar or scalar[0] == "-" or not all(map(is_name_character, scalar)):
        better = _NO_NAME.sub("_", scalar).strip("_-") or "mara"
        raise refuse(
            BAD_NAME,
            f"{described(scalar)} is no name: a name is made of letters, digits, _ and -",
            f"write {better}",
        )
    if len(scalar) > MAX_NAME:
        raise refuse(BAD_NAME, f"a name of {len(scalar)} characters, {MAX_NAME} at most")
    return scalar if scalar.isascii() else _composed(scalar)


def _composed(scalar: Scalar) -> Scalar:
    """The name with each letter written in one way, as names are compared."""
    name = Scalar(unicodedata.normalize("NFC", scalar))
    name.origin, name.start, name.end, name.style = (
        scalar.origin,
        scalar.start,
        scalar.end,
        scalar.style,
    )
    return name


def _read_cast_name(scalar: Scalar) -> Scalar:
    if _VENDOR_TAG.fullmatch(scalar):
        raise refuse(
            BAD_NAME,
            f'"{scalar}" is how vendors number their pictures and cannot be a name',
            "give it the name that the film knows it by",
        )
    return _read_name(scalar)


def _read_id(scalar: Scalar) -> Scalar:
    """A name that is no number: an address is made of ids, and of numbers where there are none."""
    name = _read_name(scalar)
    if scalar.isdigit():
        raise refuse(
            BAD_NAME,
            f'"{scalar}" is only digits, which address by number',
            f'begin it with a letter, for example "s{scalar}", or leave the id out',
        )
    return name


_NAME_PATTERN = r"^[^\s@./:,;\"'{}\[\]()]+$"
NAME_SCHEMA: dict[str, Any] = {"type": "string", "pattern": _NAME_PATTERN}
"""What a name is in the JSON Schema, which knows no scripts: a word without punctuation."""

Name = Annotated[Scalar, *leaf(_read_name, "a name", NAME_SCHEMA)]
CastName = Annotated[Scalar, *leaf(_read_cast_name, "a name", NAME_SCHEMA)]
Id = Annotated[
    Scalar,
    *leaf(
        _read_id,
        "an id",
        {"type": "string", "pattern": _NAME_PATTERN, "not": {"pattern": "^[0-9]+$"}},
    ),
]


_FRACTION = re.compile(r"([0-9]{1,6})[.,]([0-9]+) ?(?:s|sec|secs|seconds?)?", re.IGNORECASE)
_CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-9]{2})(?:[.,]0+)?")
_UNITS = re.compile(
    r"(?:([0-9]{1,3}) ?m(?:in|ins|inutes?)?)?[ ]?"
    r"(?:([0-9]{1,6}) ?(?:s|secs?|sec\.|seconds?|″|\")?)?",
    re.IGNORECASE,
)


def _meant_seconds(written: str, example: str) -> tuple[str, str]:
    """What to write where somebody wrote a duration in another way, and the fix if it is sure."""
    text = unicodedata.normalize("NFKC", written[:40]).strip()
    seconds = 0
    units = _UNITS.fullmatch(text) if text else None
    if (part := _FRACTION.fullmatch(text)) is not None:
        seconds = int(part[1])
        if int(part[2]):
            return (f"write {seconds}s or {seconds + 1}s" if seconds else "write 1s"), ""
    elif (clock := _CLOCK.fullmatch(text)) is not None:
        seconds = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    elif units is not None:
        seconds = int(units[1] or 0) * 60 + int(units[2] or 0)
    if not seconds:
        return f"write a whole number with or without s, for example {example}", ""
    return f"write {seconds}s", f"{seconds}s"


def _read_seconds(scalar: Scalar) -> int:
    seconds = parse_seconds(scalar)
    if seconds is None:
        raise refuse(
            BAD_DURATION,
            f"expected whole seconds, found {described(scalar)}",
            *_meant_seconds(scalar, "4s"),
        )
    if not 1 <= seconds <= MAX_SHOT:
        raise refuse(
            BAD_DURATION,
            f"{seconds} seconds are outside the 1 to {MAX_SHOT} of a shot",
            "shorten it, or write several shots"
            if seconds
            else "leave the shot out with skip: true",
        )
    return seconds


Seconds = Annotated[
    int,
    *leaf(
        _read_seconds,
        "whole seconds",
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_SHOT},
                {"type": "string", "pattern": "^[0-9]+ ?(s|sec|seconds?)?$"},
            ]
        },
    ),
]


def _read_film_seconds(scalar: Scalar) -> int:
    seconds = parse_seconds(scalar)
    if not seconds:
        raise refuse(
            BAD_DURATION,
            f"expected whole seconds above 0, found {described(scalar)}",
            *_meant_seconds(scalar, "120s"),
        )
    return seconds


FilmSeconds = Annotated[
    int,
    *leaf(
        _read_film_seconds,
        "whole seconds",
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": "^[0-9]+ ?(s|sec|seconds?)?$"},
            ]
        },
    ),
]


_SUM = re.compile(r"[0-9]+(?:[.,][0-9]{1,2})?")
_CURRENCIES = {"€": "EUR", "£": "GBP", "¥": "JPY", "eur": "EUR", "gbp": "GBP", "jpy": "JPY"}


def _meant_money(written: str) -> str:
    """An amount as it is written here; of an unknown currency in US dollars, as prices are."""
    text = unicodedata.normalize("NFKC", written[:40]).casefold()
    found = _SUM.search(text)
    if found is None:
        return "25 USD"
    currency = next((code for sign, code in _CURRENCIES.items() if sign in text), "USD")
    return f"{found[0].replace(',', '.')} {currency}"


def _read_money(scalar: Scalar) -> Money:
    money = Money.parse(scalar)
    if money is None:
        raise refuse(
            BAD_MONEY,
            f"expected an amount with its currency, found {described(scalar)}",
            f'write "{_meant_money(scalar)}"',
        )
    return money


Amount = Annotated[
    Money,
    *leaf(
        _read_money,
        "an amount such as 25 USD",
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?[A-Z]{3}$"},
    ),
]


def _read_flag(scalar: Scalar) -> bool:
    if scalar in {"true", "false"}:
        return scalar == "true"
    meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(scalar.casefold())
    meant = meant or {"true": "true", "false": "false"}.get(scalar.casefold())
    raise refuse(
        BAD_CHOICE,
        f"expected true or false, found {described(scalar)}",
        f"write {meant}" if meant else "write true or false",
        meant or "",
    )


Flag = Annotated[bool, *leaf(_read_flag, "true or false", {"type": "boolean"})]


def _read_take(scalar: Scalar) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", scalar):
        raise refuse(
            BAD_NUMBER,
            f"expected the number of a take, 1 or more, found {described(scalar)}",
            "write a whole number, for example take: 2",
        )
    return int(scalar)


Take = Annotated[int, *leaf(_read_take, "the number of a take", {"type": "integer", "minimum": 1})]


def _read_version(scalar: Scalar) -> int:
    if scalar != "1":
        raise refuse(
            WRONG_VERSION,
            f"this tool reads version 1 of the language, the file says {described(scalar)}",
            "write storyboard: 1",
        )
    return 1


Version = Annotated[int, *leaf(_read_version, "the language's version", {"const": 1})]


def _read_location(scalar: Scalar) -> Scalar:
    """A picture, video or file: a path inside the project, or an https URL."""
    if not scalar.strip() or "\0" in scalar:
        raise refuse(
            BAD_PATH,
            f"expected a path or an https URL, found {described(scalar)}",
            "write a path relative to this file, or leave the key out",
        )
    if scalar.startswith("https://"):
        host = scalar[8:].split("/")[0]
        if not host or any(c.isspace() for c in scalar) or "@" in host:
            raise refuse(
                BAD_PATH,
                "an https URL with a space, without a host, or with a password in it",
                "write a public URL, such as https://example.com/front.png",
            )
        return scalar
    if _URL.match(scalar):
        raise refuse(
            BAD_PATH,
            f"{described(scalar)} is neither a path nor an https URL",
            "write a path relative to this file, with /, or a URL that begins with https://",
        )
    return scalar


def _located(kind: str) -> Any:
    return leaf(
        _read_location, f"the path or https URL of a {kind}", {"type": "string", "minLength": 1}
    )


Picture = Annotated[Scalar, *_located("picture")]
ClipPath = Annotated[Scalar, *_located("clip")]
LibraryPath = Annotated[Scalar, *_located("cast library")]


def choice(*options: str) -> Any:
    """The annotation of a field that takes one of a few words."""

    def read(scalar: Scalar) -> str:
        if scalar not in options:
            shown = " or ".join(options) if len(options) < 3 else ", ".join(options)
            raise refuse(
                BAD_CHOICE, f"expected {shown}, found {described(scalar)}", f"write {options[0]}"
            )
        return str(scalar)

    return leaf(read, " or ".join(options), {"enum": list(options)})


def _read_long_prompts(scalar: Scalar) -> str:
    if scalar in {"auto", "always", "never"}:
        return str(scalar)
    meant = {"true": "always", "yes": "always", "false": "never", "no": "never"}
    raise refuse(
        BAD_CHOICE,
        f"expected auto, always or never, found {described(scalar)}",
        f"write long_prompts: {meant.get(scalar.casefold(), 'auto')}",
    )


LongPrompts = Annotated[
    str,
    *leaf(_read_long_prompts, "auto, always or never", {"enum": ["auto", "always", "never"]}),
]

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _read_language(scalar: Scalar) -> str:
    if not _LANGUAGE.fullmatch(scalar):
        raise refuse(
            BAD_CHOICE,
            f"expected the code of a language, found {described(scalar)}",
            "write two letters, such as en, ja, zh or es",
        )
    return str(scalar)


Language = Annotated[
    str,
    *leaf(
        _read_language,
        "the code of a language",
        {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
    ),
]

_RATIO = re.compile(r"([1-9][0-9]?):([1-9][0-9]?)")


_RATIO_WORDS = {
    "9:16": "portrait reel reels shorts stories story tall tiktok upright vertical",
    "16:9": "horizontal landscape wide widescreen youtube",
    "1:1": "instagram square",
}
_LOOSE_RATIO = re.compile(r"\D*([1-9][0-9]?)\s*[:x×/：-]\s*([1-9][0-9]?)\D*", re.IGNORECASE)


def _meant_ratio(written: str) -> str:
    """The ratio that a word, or another way of writing one, stands for; empty for none."""
    if (loose := _LOOSE_RATIO.fullmatch(written)) is not None:
        return f"{loose[1]}:{loose[2]}"
    words = set(re.findall(r"\w+", written.casefold()))
    meant = (ratio for ratio, known in _RATIO_WORDS.items() if words & {*known.split()})
    return next(meant, "")


def _read_ratio(scalar: Scalar) -> str:
    if not _RATIO.fullmatch(scalar):
        raise refuse(
            BAD_CHOICE,
            f"expected an aspect ratio such as 16:9, found {described(scalar)}",
            f'write "{(meant := _meant_ratio(scalar)) or "16:9"}"',
            f'"{meant}"' if meant else "",
        )
    return str(scalar)


AspectRatio = Annotated[
    str,
    *leaf(
        _read_ratio, "an aspect ratio", {"type": "string", "pattern": "^[1-9][0-9]?:[1-9][0-9]?$"}
    ),
]


def is_url(location: str) -> bool:
    """Whether a picture, clip or file is addressed by URL and not by path."""
    return location.startswith("https://")


_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")


def read_variable(scalar: Scalar) -> str | bool | Decimal:
    """A variable's value as templates see it: a flag or number if written so, else a text."""
    if scalar.style == "":
        if scalar in {"true", "false"}:
            return scalar == "true"
        if _NUMBER.fullmatch(scalar):
            return Decimal(scalar)
    return str(scalar)
