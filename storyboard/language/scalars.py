"""The scalars of the language: texts, flags, files, the shape and the language of a film.

Each type reads one scalar, as those of ``names`` and ``quantities`` do. A text stays the scalar
that it was, with its place; the other leaves become values. What cannot be read raises a
``PydanticCustomError`` whose type is one of our codes, so that the decoder can say it in our words
at the scalar's place.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import GetPydanticSchema, WithJsonSchema
from pydantic_core import core_schema

from storyboard.diagnostics.codes import BAD_CHOICE, BAD_PATH, WRONG_VERSION
from storyboard.document.nodes import Scalar
from storyboard.document.phrases import described
from storyboard.language.leaves import leaf, refuse

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


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


_FLAG_WORDS = {
    "true": "true yes y on 1 enabled active",
    "false": "false no n off 0 none null ~ disabled mute muted silent never",
}
"""How people and other tools write the two."""


def _read_flag(scalar: Scalar) -> bool:
    if scalar in {"true", "false"}:
        return scalar == "true"
    written = scalar.strip().casefold()
    meant = next((flag for flag, words in _FLAG_WORDS.items() if written in words.split()), None)
    raise refuse(
        BAD_CHOICE,
        f"expected true or false, found {described(scalar)}",
        f"write {meant}" if meant else "write true or false",
        meant or "",
    )


Flag = Annotated[bool, *leaf(_read_flag, "true or false", {"type": "boolean"})]


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
_SHORTER = {
    "ara": "ar", "ces": "cs", "chi": "zh", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl",
    "ell": "el", "eng": "en", "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de", "gre": "el",
    "heb": "he", "hin": "hi", "hun": "hu", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko",
    "nld": "nl", "nor": "no", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru",
    "spa": "es", "swe": "sv", "tha": "th", "tur": "tr", "ukr": "uk", "vie": "vi", "zho": "zh",
}  # fmt: skip
"""Codes of three letters that nobody knows a language by that has one of two (ISO 639)."""


def _read_language(scalar: Scalar) -> str:
    if not _LANGUAGE.fullmatch(scalar):
        raise refuse(
            BAD_CHOICE,
            f"expected the code of a language, found {described(scalar)}",
            "write two letters, such as en, ja, zh or es",
        )
    first, dash, rest = scalar.partition("-")
    if (short := _SHORTER.get(first.lower())) is not None:
        better = f"{short}{dash}{rest}"
        raise refuse(
            BAD_CHOICE,
            f"expected the code of a language in two letters, found {described(scalar)}",
            f"write {better}",
            better,
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
