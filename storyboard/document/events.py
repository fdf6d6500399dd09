"""PyYAML's event streams: libyaml's parser where it was built, else the one in Python.

Marks of both count code points of the text they are given. The Python parser is brought nearer
to libyaml where the two disagree about everyday files: blanks after ``:`` may be tabs, and an
escape cannot make a surrogate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from yaml.events import Event
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built without libyaml
    HAS_C_PARSER = False
else:
    HAS_C_PARSER = True

_LINE_ENDS = "\0\r\n\x85\u2028\u2029"


class PythonParser(Reader, Scanner, Parser):
    """PyYAML's Python parser over a text."""

    # Private state of PyYAML's scanner, which its stubs do not tell of or give no type.
    flow_level: int
    allow_simple_key: bool
    if TYPE_CHECKING:

        def scan_line_break(self) -> str: ...

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        """Skip blanks, comments and line ends; a tab is a blank where no key can begin."""
        while True:
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in _LINE_ENDS:
                    self.forward()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_directive(self) -> Any:
        """A line that begins with ``%``; libyaml refuses those it does not know."""
        token: Any = super().scan_directive()
        if token.name not in {"YAML", "TAG"}:
            raise ScannerError(
                "while scanning a directive",
                token.start_mark,
                "found unknown directive name",
                token.start_mark,
            )
        return token

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str]:
        """The blanks between two words of a plain text; a tab is one of them."""
        length = 0
        while self.peek(length) in " \t":
            length += 1
        blanks = self.prefix(length)
        if "\t" not in blanks:
            return super().scan_plain_spaces(indent, start_mark) or []
        self.forward(length)
        if self.peek() in _LINE_ENDS:
            return super().scan_plain_spaces(indent, start_mark) or []
        return [blanks]

    def scan_flow_scalar_non_spaces(self, double: bool, start_mark: Any) -> list[str]:
        """The next words of a quoted text, without the escapes that libyaml refuses."""
        mark = self.get_mark()
        try:
            chunks: list[str] = super().scan_flow_scalar_non_spaces(double, start_mark)
        except ValueError:
            chunks = ["\ud800"]
        if any("\ud800" <= character <= "\udfff" for chunk in chunks for character in chunk):
            raise ScannerError(
                "while scanning a double-quoted scalar",
                start_mark,
                "found invalid Unicode character escape code",
                mark,
            )
        return chunks


def open_events(text: str, *, c_parser: bool = HAS_C_PARSER) -> Callable[[], Event]:
    """A function that gives the next event at each call, up to the StreamEndEvent.

    It may raise ``yaml.YAMLError``, and ``UnicodeEncodeError`` for a lone surrogate.
    """
    # A byte order mark would be dropped without being counted; a line end is harmless.
    if text.startswith("\ufeff"):
        text = "\n" + text[1:]
    parser: Any = CParser(text) if c_parser else PythonParser(text)
    get_event: Callable[[], Event] = parser.get_event
    return get_event
