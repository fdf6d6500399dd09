"""The page of each code: what is refused, why, an example that causes it and one that mends it.

A page is ``pages/<id>.md`` beside this module::

    # SB203 unknown-name

    what is refused, in one or two sentences

    why, or what it would cost

    ## Bad

    a fence ```yaml with a storyboard

    ## Good

    the same, mended

A fence may name a further file after its language (```yaml cast.yaml). A ```console fence whose
first line is ``$ storyboard …`` says how the tool is called, for a code that needs options.
"""

from __future__ import annotations

import re
import shlex
from importlib.resources import files

from msgspec import Struct
from msgspec.structs import replace

from storyboard.diagnostics.codes import find

_FENCE = re.compile(
    r"^```(?P<language>[a-z]*)(?: (?P<name>[^\n`]+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SECTION = re.compile(r"^## (?P<title>.+)\n", re.MULTILINE)
_PROMPT = "$ storyboard "


class Example(Struct, frozen=True, kw_only=True):
    """One example of a page.

    ``storyboard`` is the text of the main file, ``files`` are name and text of the others, and
    ``arguments`` is what stands after ``storyboard`` on the command line, empty where the page
    does not say.
    """

    storyboard: str = ""
    files: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()


def page(code: str) -> str:
    """The Markdown page of a code, given its number or name; LookupError where there is none."""
    known = find(code)
    if known is None:
        raise LookupError(f'no code is called "{code}"')
    place = files("storyboard.diagnostics") / "pages" / f"{known.id}.md"
    if not place.is_file():
        raise LookupError(f"{known.id} has no page")
    return place.read_text(encoding="utf-8")


def cases(code: str) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """The bad and the good examples of a code's page; LookupError where it has no page.

    Each fence without a file name is a storyboard and begins an example; further files and a
    command belong to the storyboard before them, or to the first one.
    """
    parts = _SECTION.split(page(code))
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return _cases(sections.get("Bad", "")), _cases(sections.get("Good", ""))


def examples(code: str) -> tuple[list[str], list[str]]:
    """The bad and the good storyboards of a code's page; LookupError where it has no page."""
    bad, good = cases(code)
    return [case.storyboard for case in bad], [case.storyboard for case in good]


def _cases(section: str) -> tuple[Example, ...]:
    found: list[Example] = []
    case = Example()
    for fence in _FENCE.finditer(section):
        language, name, text = fence["language"], fence["name"], fence["text"]
        if language == "console":
            first = text.split("\n", 1)[0]
            if first.startswith(_PROMPT):
                case = replace(case, arguments=tuple(shlex.split(first.removeprefix(_PROMPT))))
        elif name is not None:
            case = replace(case, files=(*case.files, (name.strip(), text)))
        elif language == "yaml":
            if case.storyboard:
                found.append(case)
                case = Example()
            case = replace(case, storyboard=text)
    if case != Example():
        found.append(case)
    return tuple(found)
