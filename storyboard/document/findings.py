"""What parsing has to say of text that is YAML but no storyboard, and in which words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Lookup
from collections.abc import Sequence as Many

from storyboard.diagnostics import Code, Diagnostics, Fix, Label, Source, Span
from storyboard.diagnostics.codes import (
    ALIAS_BOMB,
    BAD_KEY,
    BAD_MERGE,
    DUPLICATE_KEY,
    EMPTY_FILE,
    FILE_TOO_LARGE,
    SEVERAL_DOCUMENTS,
    TAG_REFUSED,
    TOO_DEEP,
    UNKNOWN_ALIAS,
    YAML_SYNTAX,
)
from storyboard.diagnostics.spelling import nearest
from storyboard.document.aliases import Anchor
from storyboard.document.nodes import Mapping, Node, Scalar, Sequence

_SHOWN = 100
OTHER_COMMENT = re.compile(r"(//|/\*|<!--|;+(?=[ \t])|--(?=[ \t])(?![ \t]+(?:[\w-]+:|[\"'])))")
"""How a comment begins in other languages."""
_VERSION_DIRECTIVE = re.compile(r"^%YAML[^\n\r]*", re.MULTILINE)


class Refused(Exception):  # noqa: N818 - not an error: the way out once one is reported
    """There is no node to give, and why is reported."""


class Findings:
    """Words for what is found in one source, for the collector; the 101st ends the parse."""

    __slots__ = ("_count", "_diagnostics", "source")

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        self.source = source
        self._diagnostics = diagnostics
        self._count = 0

    def add(
        self,
        code: Code,
        message: str,
        span: Span,
        *,
        labels: Iterable[Label] = (),
        help: str = "",  # noqa: A002 - the field's name in a diagnostic
        fix: Fix | None = None,
    ) -> None:
        """Keep a finding; raises ``Refused`` where a broken file would have too many."""
        self._count += 1
        if self._count > _SHOWN:
            self._diagnostics.add(
                code,
                f"the file has more than {_SHOWN} mistakes, and from here on it is not read",
                span,
                help="mend those listed first",
            )
            raise Refused
        self._diagnostics.add(code, message, span, labels=labels, help=help, fix=fix)

    def duplicate_keys(self, pairs: Many[tuple[Scalar, Scalar]], *, is_item: bool) -> None:
        """Keys that their mapping has already, each with the first one of its name.

        ``is_item`` says that the mapping is an item of a list.
        """
        (key, first), *others = pairs
        advice = "delete one of the two, or give this one another name"
        if key == "<<":
            advice = "write the mappings to merge as one list: <<: [*first, *second]"
        elif is_item:
            advice = "delete one of the two, or begin a new item here with - before it"
        labels = [Label(_used(first), "first written here")]
        labels += [Label(_used(again), f'"{shorten(again)}" again') for again, _ in others]
        names = dict.fromkeys(again for again, _ in pairs)
        what = f'the key "{shorten(key)}" is written {_times(len(pairs) + 1)}'
        if len(names) > 1:
            what = f'{len(names)} keys, such as "{shorten(key)}", are written twice'
        self.add(DUPLICATE_KEY, f"{what} in one mapping", _used(key), labels=labels, help=advice)

    def other_comment(self, start: int) -> None:
        """A line that begins, at ``start``, as comments do elsewhere."""
        line = self.source.line(self.source.position(start)[0])
        found = OTHER_COMMENT.match(line.lstrip(" "))
        sign = found[1] if found is not None else "//"
        words = line.partition(sign)[2].strip().removesuffix("*/").removesuffix("-->").strip()
        span = Span(self.source, start, start + len(sign))
        is_alone = sign not in ("/*", "<!--")
        self.add(
            YAML_SYNTAX,
            f"a comment begins with a #, and not with {sign}",
            span,
            help=f"write # {shorten(words)}",
            fix=Fix(span, "#") if is_alone else None,
        )

    def missing_space(self, key: Scalar) -> None:
        """A plain key with a colon in it and nothing after it, as in ``{line:hello}``."""
        name, _, _ = key.partition(":")
        place = key.start + len(name) + 1
        self.add(
            YAML_SYNTAX,
            f'the key "{shorten(name)}" needs a space after its colon',
            Span(self.source, place - 1, place),
            help=f'write "{shorten(name)}: "',
            fix=Fix(Span(self.source, place, place), " "),
        )

    def bad_merge(self, part: Node) -> None:
        """What ``<<`` was given where it takes mappings."""
        self.add(
            BAD_MERGE,
            "<< takes a mapping or a list of mappings, and this is "
            + ("a list" if isinstance(part, Sequence) else "a text"),
            _used(part),
            help="write << with an alias of a mapping, as in <<: *base,"
            ' or "<<" in quotation marks for a key of that name',
        )

    def bad_key(self, item: Node) -> None:
        """A mapping or list in a key's place, or nothing at all."""
        span = _used(item)
        if isinstance(item, Scalar):
            end = min(span.start + 1, len(self.source.text))
            self.add(
                BAD_KEY,
                "an entry without a key",
                Span(self.source, span.start, end),
                help='write its key before the colon, or "" where the key is empty',
            )
            return
        what = "a mapping" if isinstance(item, Mapping) else "a list"
        self.add(
            BAD_KEY,
            f"{what} stands where a key should be, expected a text",
            span,
            help="put it into quotation marks if it is a text",
        )

    def tag(self, span: Span) -> None:
        """A tag other than those for a text, a list and a mapping."""
        self.add(
            TAG_REFUSED,
            f'the tag "{shorten(span.text)}" means nothing in a storyboard',
            span,
            help="delete it, or put the text into quotation marks if its ! belongs to it",
        )

    def tag_directives(self, starts: Many[int]) -> None:
        """More declarations of tags than are read."""
        self.add(
            TAG_REFUSED,
            f"{len(starts):,} %TAG lines, and a storyboard has no tags",
            Span(self.source, starts[0], starts[0] + len("%TAG")),
            help="delete them",
        )

    def unknown_alias(self, name: str, span: Span, anchors: Lookup[str, Anchor]) -> None:
        """An alias whose anchor is nowhere before it, or is not complete yet."""
        if name in anchors:
            self.add(
                UNKNOWN_ALIAS,
                f'the alias "*{shorten(name)}" stands inside what it names',
                span,
                labels=[Label(anchors[name].span, "its anchor is here")],
                help="write out what is meant; nothing can hold itself",
            )
            return
        message = f'no anchor before this alias is called "{shorten(name)}"'
        near = nearest(name, anchors)
        if near is None:
            self.add(
                UNKNOWN_ALIAS,
                message,
                span,
                help=f'write "&{shorten(name)}" before what is meant,'
                " or put the text into quotation marks if its * belongs to it",
            )
            return
        self.add(
            UNKNOWN_ALIAS,
            message,
            span,
            labels=[Label(anchors[near].span, "the nearest anchor is here")],
            help=f'write "*{shorten(near)}"',
            fix=Fix(span, f"*{near}", is_sure=False),
        )

    def alias_bomb(self, span: Span, anchor: Anchor, unfolded: int, bound: int) -> None:
        """An alias with which the file unfolds into too much."""
        self.add(
            ALIAS_BOMB,
            f"the aliases up to here unfold into {unfolded:,} values, expected at most {bound:,}",
            span,
            labels=[Label(anchor.span, f"this names {anchor.size:,} values")],
            help="write less with aliases; aliases of aliases multiply",
        )

    def too_deep(self, span: Span, bound: int) -> None:
        """A collection below the deepest level that is read."""
        self.add(
            TOO_DEEP,
            f"this is nested more than {bound} deep",
            span,
            help="look for brackets that are opened and never closed",
        )

    def too_many(self, span: Span, bound: int) -> None:
        """The first value past the number that is read."""
        self.add(
            FILE_TOO_LARGE,
            f"the file holds more than {bound:,} values",
            span,
            help="divide the film into several files",
        )

    def no_memory(self) -> None:
        """The machine gave out before the file did."""
        self.add(YAML_SYNTAX, "the file takes more memory than there is", Span(self.source, 0, 0))

    def empty_file(self) -> None:
        """A file without a value."""
        self.add(
            EMPTY_FILE,
            "the file holds nothing, expected a mapping",
            Span(self.source, 0, 0),
            help='a storyboard begins with "storyboard: 1"',
        )

    def version(self) -> None:
        """A directive for a version of YAML other than 1.1 and 1.2."""
        found = _VERSION_DIRECTIVE.search(self.source.text)
        start, end = found.span() if found else (0, 0)
        self.add(
            YAML_SYNTAX,
            "the file is declared as another YAML than 1.1 or 1.2",
            Span(self.source, start, end),
            help="delete the line that begins with %YAML",
        )

    def second_document(self, start: int, end: int) -> None:
        """The place where a second document begins."""
        self.add(
            SEVERAL_DOCUMENTS,
            "a second document begins here, expected one document in a file",
            Span(self.source, start, end),
            help="delete the --- if one film goes on here, or put it into a file of its own;"
            " nothing from here on is read",
        )


def shorten(text: str) -> str:
    """A text as messages quote it, of at most 60 characters."""
    return text if len(text) <= 60 else text[:59] + "…"


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"


def _used(node: Node) -> Span:
    return node.origin.used_at or node.span
