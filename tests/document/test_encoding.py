"""From bytes to text, or to one message at the byte that is wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest
from syntax_samples import check_places, only, parse_text

from storyboard.diagnostics import Diagnostics, Source
from storyboard.document import read_source
from storyboard.document.characters import is_clean
from storyboard.document.encoding import MAX_BYTES


def refused(data: bytes) -> tuple[str, str, int, int]:
    diagnostics = Diagnostics()
    assert read_source("film.yaml", data, diagnostics) is None
    found = only(diagnostics)
    check_places(diagnostics)
    assert found.span is not None
    assert found.help
    return found.code.id, found.message, found.span.line, found.span.column


def accepted(data: bytes) -> str:
    diagnostics = Diagnostics()
    source = read_source("film.yaml", data, diagnostics)
    assert isinstance(source, Source)
    assert len(diagnostics) == 0
    return source.text


def test_text_is_decoded_and_its_byte_order_mark_dropped() -> None:
    assert accepted("a: é𝒳\r\n".encode()) == "a: é𝒳\r\n"
    assert accepted(b"\xef\xbb\xbfa: b") == "a: b"
    assert accepted(b"") == ""


def test_a_file_may_have_ten_million_bytes_and_no_more() -> None:
    assert len(accepted(b" " * MAX_BYTES)) == 10_000_000
    code, message, _, _ = refused(b" " * (MAX_BYTES + 1))
    assert code == "SB002"
    assert message == "the file has 10,000,001 bytes, expected at most 10,000,000"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_the_other_encodings_of_unicode_are_named(codec: str) -> None:
    code, message, line, column = refused("title: The Last Lighthouse\n".encode(codec))
    name = codec[:6].upper()
    assert (code, message) == ("SB003", f"the file is {name}, expected UTF-8")
    assert (line, column) == (1, 1)


def test_a_wrong_byte_is_named_where_it_stands() -> None:
    data = "title: 𝒯é\r\nstyle: caf".encode() + b"\xe9 noir\n\xff"
    code, message, line, column = refused(data)
    assert code == "SB003"
    assert message == 'the byte 0xE9 is not UTF-8; in Windows-1252 it would be "é"'
    assert (line, column) == (2, 11)


@pytest.mark.parametrize("data", [b"\xed\xa0\x80", b"\xc0\x80", b"\xf5", b"ab\xe2\x82"])
def test_what_utf_8_forbids_is_no_utf_8(data: bytes) -> None:
    assert refused(data)[0] == "SB003"


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\0", "U+0000 NUL"),
        ("\x1b", "U+001B ESCAPE"),
        ("\x7f", "U+007F DELETE"),
        ("\x80", "U+0080"),
        ("\x9f", "U+009F"),
        ("\ufffe", "U+FFFE"),
        ("\uffff", "U+FFFF"),
    ],
)
def test_a_forbidden_character_is_named_where_it_stands(character: str, name: str) -> None:
    text = f"title: é\nstyle: a{character}b\n"
    message = f"the character {name} cannot stand in a storyboard"
    assert refused(text.encode()) == ("SB004", message, 2, 9)
    # The same for a text that did not come from bytes.
    _, diagnostics = parse_text(text)
    assert only(diagnostics).message == message


def test_forbidden_characters_after_the_first_are_counted() -> None:
    message = refused(b"\x01\x02\x03")[1]
    assert message.endswith("U+0001 cannot stand in a storyboard, and 2 more like it follow")


def test_the_quick_look_finds_what_yaml_forbids_and_nothing_else() -> None:
    forbidden = {*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF} - {0x09, 0x0A, 0x0D, 0x85}
    for number in [*range(0x3000), 0xD7FF, *range(0xE000, 0x10010), 0x1FFFE, 0x10FFFF]:
        assert is_clean(chr(number).encode()) == (number not in forbidden), hex(number)


WITHOUT_LIBYAML = """
import sys
sys.modules["yaml._yaml"] = None
from storyboard.diagnostics import Diagnostics, Source
from storyboard.document import parse
from storyboard.document.events import HAS_C_PARSER
print(HAS_C_PARSER, parse(Source("film.yaml", "a: [b, {c: d}]"), Diagnostics()))
"""


def test_a_text_is_read_where_yaml_was_built_without_libyaml() -> None:
    command = [sys.executable, "-c", WITHOUT_LIBYAML]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False {'a': ['b', {'c': 'd'}]}", done.stderr
