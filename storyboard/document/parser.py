"""From a source's text to positioned nodes, in one pass over YAML's events.

Nothing here gives a scalar a type, and nothing here recurses with the input. What YAML allows
and a storyboard does not (tags, several documents, keys that are not texts, equal keys) is
reported, and parsing goes on. Where the text is no YAML, one diagnostic says why, ``recovery``
blanks out what cannot be read, and the rest is parsed once more: a file without such a mistake
is parsed once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from yaml import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from storyboard.diagnostics import Diagnostic, Diagnostics, Source, Span
from storyboard.document.aliases import Anchor, copy_node, height
from storyboard.document.depth import find_depth, refuses_depth
from storyboard.document.document_end import SECOND_DOCUMENT, mark_broken
from storyboard.document.entries import REFUSED_KEY, Entries
from storyboard.document.events import HAS_C_PARSER, open_events
from storyboard.document.findings import Findings, Refused
from storyboard.document.merge_conflicts import without_conflicts
from storyboard.document.node_properties import after_properties
from storyboard.document.nodes import Mapping, Node, Origin, Scalar, Sequence
from storyboard.document.odd_spaces import with_plain_spaces
from storyboard.document.recovery import DocumentRecovery, StandIn

MAX_DEPTH = 64
MAX_ALIASED_NODES = 100_000
MAX_NODES = 500_000

_LEFT_OUT = frozenset({"", "~", "null"})
_STR, _SEQ, _MAP = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_TEXT_AFTER = re.compile(r"[ \t]+[^\s#:,\]}]")
_BREAKDOWNS = (YAMLError, ValueError, RecursionError)
# libyaml compares each %TAG with all before it: 500,000 of them would take minutes.
_TAG_DIRECTIVE = re.compile(r"(?:\A|[\n\r\x85\u2028\u2029])(%TAG)\b")


def parse(
    source: Source, diagnostics: Diagnostics, *, c_parser: bool = HAS_C_PARSER
) -> Node | None:
    """The root node of a source, or None where there is none to give.

    Scalars stay text. An entry whose value is left out, or written as plain ``~`` or ``null``,
    has an empty plain text. An alias without an anchor takes its entry out of a mapping, which is
    then ``is_broken``; in a list its own text stands for it, with the style ``*``. What could not
    be read is a hole: a scalar with the style ``?``, or an entry that is missing in a mapping which
    ``is_broken``.

    Reports SB002, SB004 to SB018 and SB020. After SB002, SB012, SB013 and SB016, after a hundred
    mistakes, and where the file cannot be read even without what is broken in it, there is no
    node. Never raises, whatever the text.
    """
    recovery = DocumentRecovery(source)
    try:
        findings = Findings(source, diagnostics)
        recovery.read(with_plain_spaces(source, without_conflicts(source, findings), findings))
    except Refused:
        return None
    while True:
        found = Diagnostics()
        findings = Findings(source, found)
        try:
            node = _Builder(source, findings, recovery).build(c_parser=c_parser)
        except Refused:
            node = None
        except _Broken as broken:
            # What was found so far may only follow from the mistake.
            if not recovery.is_blank(broken.cause):
                diagnostics.take(broken.found)
            if recovery.go_on(broken.found, broken.cause):
                continue
            return None
        except MemoryError:
            node = None
            with suppress(Refused):
                findings.no_memory()
        for one in found:
            diagnostics.take(one)
        if isinstance(node, Mapping) and not recovery.is_whole:
            node.is_broken = True
        return node


class _Broken(Exception):  # noqa: N818 - not an error: the way out to the recovery
    """The text is no YAML: what is said of it, and where the mistake was made."""

    def __init__(self, found: Diagnostic, cause: int) -> None:
        super().__init__()
        self.found = found
        self.cause = cause


class _Builder:
    """The state of one parse; the loop is in ``build``, what is rare in the other methods.

    Places point into ``source``, of which ``text`` is what the recovery has left.
    """

    __slots__ = ("aliased", "anchors", "findings", "origin", "recovery", "source", "text")

    def __init__(self, source: Source, findings: Findings, recovery: DocumentRecovery) -> None:
        self.source = source
        self.recovery = recovery
        self.text = recovery.text
        self.findings = findings
        self.origin = Origin(source)
        self.anchors: dict[str, Anchor] = {}
        self.aliased = 0

    # -- the loop ------------------------------------------------------------------------

    def build(self, *, c_parser: bool) -> Node | None:
        """The root node; raises ``Refused`` once a reason for having none is reported."""
        get_event = self._open(c_parser=c_parser)
        start = self._next(get_event, self._next(get_event, None))
        if not isinstance(start, DocumentStartEvent):
            self.findings.empty_file()
            raise Refused
        if start.version and start.version not in {(1, 1), (1, 2)}:
            self.findings.version()
            raise Refused
        document, last = self._build_document(get_event, start)
        if self._has_second(get_event, last):
            mark_broken(document)
        root = next(iter(document), None)
        if root is None or (isinstance(root, Scalar) and not root.style and root in _LEFT_OUT):
            self.findings.empty_file()
            raise Refused
        return root

    def _build_document(self, get_event: Callable[[], Event], event: Any) -> tuple[Sequence, Event]:
        """A list of the document's root node, and the event that ends it."""
        origin, text = self.origin, self.text
        # What is open now: a mapping, else a list. Its parents wait on the stack, the document
        # below them all.
        mapping: Mapping | None = None
        sequence = Sequence()
        key: Scalar | None = None
        extra: Entries | None = None
        anchor: Anchor | None = None
        opened_at = 0
        stack: list[
            tuple[Mapping | None, Sequence, Scalar | None, Entries | None, Anchor | None, int]
        ] = []
        made = 0
        last_end = 0
        item: Node
        while True:
            try:
                event = get_event()
            except _BREAKDOWNS as error:
                self._break(error, event)
            kind = type(event)
            left_out = False
            if kind is ScalarEvent:
                value = event.value
                scalar = Scalar(value)
                scalar.origin = origin
                scalar.start = event.start_mark.index
                scalar.end = end = event.end_mark.index
                scalar.style = style = event.style or ""
                if event.anchor is not None or event.tag is not None:
                    scalar, left_out = self._finish_marked_scalar(scalar, event)
                    style, end = scalar.style, scalar.end
                elif not style and len(value) < 5 and value in _LEFT_OUT:
                    left_out = True
                    if not value and key is not None:
                        # The parsers disagree where nothing is: right after the colon.
                        colon = text.find(":", last_end, end)
                        scalar.start = end = end if colon < 0 else colon + 1
                if style and style in "|>":
                    end = self._block_end(scalar)
                scalar.end = last_end = end
                item = scalar
                made += 1
                if made > MAX_NODES:
                    self.findings.too_many(scalar.span, MAX_NODES)
                    raise Refused
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                made += 1
                stack.append((mapping, sequence, key, extra, anchor, opened_at))
                place = event.start_mark.index
                if kind is MappingStartEvent:
                    if (
                        event.flow_style
                        and mapping is not None
                        and key is None
                        and mapping.start == place - 1
                        and text[place - 1] == "{"
                    ):
                        self._break_at_template(place - 1)
                    opened: Mapping | Sequence = (mapping := Mapping())
                    mapping.is_broken = False
                else:
                    mapping = None
                    opened = sequence = Sequence()
                key = extra = anchor = None
                opened_at = made
                opened.origin = origin
                opened.start = opened.end = place
                if event.anchor is not None or event.tag is not None:
                    anchor = self._open_marked(opened, event)
                if len(stack) > MAX_DEPTH:
                    self.findings.too_deep(
                        Span(self.source, opened.start, opened.start + 1), MAX_DEPTH
                    )
                    raise Refused
                if not event.flow_style:
                    last_end = opened.start
                continue
            elif kind is AliasEvent:
                item, size = self._unfold(event, len(stack))
                made += size
                last_end = event.end_mark.index
                if isinstance(item, Scalar):
                    left_out = not item.style and item in _LEFT_OUT
                    if item.style == "*" and mapping is not None and key is not None:
                        extra = extra or Entries(mapping, self.findings)
            elif kind is DocumentEndEvent:
                return sequence, event
            else:
                # The end of what is open. A block's own end mark stands far below it.
                place = event.end_mark.index
                if place > event.start_mark.index:
                    last_end = place
                if extra is not None:
                    extra.finish()
                closed = mapping if mapping is not None else sequence
                closed.end = last_end
                if anchor is not None:
                    anchor.size = made - opened_at + 1
                item = closed
                mapping, sequence, key, extra, anchor, opened_at = stack.pop()
            # Put the finished item where it belongs.
            if mapping is not None:
                if key is None:
                    if item.__class__ is Scalar and not (left_out and not item):
                        key = item
                    else:
                        self.findings.bad_key(item)
                        key = REFUSED_KEY
                elif (
                    left_out
                    or extra is not None
                    or key in mapping
                    or key == "<<"
                    or key.startswith("//")
                    or not key.isascii()
                ):
                    extra = extra or Entries(mapping, self.findings)
                    extra.put(key, item, left_out=left_out)
                    key = None
                else:
                    mapping[key] = item
                    key = None
            else:
                sequence.append(item)

    def _open(self, *, c_parser: bool) -> Callable[[], Event]:
        """A function that gives the events one after the other."""
        text = self.text
        if "%TAG" in text:
            found = [match.start(1) for match in _TAG_DIRECTIVE.finditer(text)]
            if len(found) > 16:
                self.findings.tag_directives(found)
                raise Refused
        try:
            return open_events(text, c_parser=c_parser)
        except _BREAKDOWNS as error:
            self._break(error, None)

    def _next(self, get_event: Callable[[], Event], before: Event | None) -> Event:
        try:
            return get_event()
        except _BREAKDOWNS as error:
            self._break(error, before)

    def _break(self, error: Exception, before: Event | None) -> NoReturn:
        if refuses_depth(error):
            place = find_depth(self.text, error, MAX_DEPTH)
            self.findings.too_deep(Span(self.source, place, place + 1), MAX_DEPTH)
            raise Refused from None
        # Files are read every time, and what says why one cannot be is seldom asked.
        from storyboard.document.diagnosis import report_breakdown

        found = Diagnostics()
        source = self._as_parsed()
        report_breakdown(source, error, before, Findings(source, found))
        self._raise_broken(found, int(getattr(getattr(error, "problem_mark", None), "index", 0)))

    def _break_at_template(self, place: int) -> NoReturn:
        from storyboard.document.diagnosis import report_template

        found = Diagnostics()
        source = self._as_parsed()
        report_template(source, place, Findings(source, found))
        self._raise_broken(found, place)

    def _as_parsed(self) -> Source:
        """The source with the text that was parsed, in which what was said before is blank."""
        is_untouched = self.text is self.source.text
        return self.source if is_untouched else Source(self.source.name, self.text)

    def _raise_broken(self, reported: Diagnostics, place: int) -> NoReturn:
        """Leave the parse with what is to be said, at the place where the mistake was made."""
        from storyboard.document.diagnosis import report_no_key, report_opening

        found = next(iter(reported)).placed_in(self.source)
        cause = place if found.span is None else found.span.start
        opening = self.recovery.opening_before(place)
        line = self.recovery.line_without_key(cause) if opening is None else None
        report, real = report_opening, opening
        if line is not None:
            report, real = report_no_key, line
        if real is not None and real != cause:
            reported = Diagnostics()
            report(self.source, real, Findings(self.source, reported))
            found, cause = next(iter(reported)), real
        raise _Broken(found, cause) from None

    def _has_second(self, get_event: Callable[[], Event], last: Any) -> bool:
        """Report a second document; what is wrong in it does not matter."""
        second = SECOND_DOCUMENT.match(self.text, last.start_mark.index)
        if second is not None:
            self.findings.second_document(*second.span(1))
            return True
        following = self._next(get_event, last)
        # One that begins on a line that only YAML knows, as after U+0085.
        if isinstance(following, DocumentStartEvent):
            mark: Any = following.start_mark
            self.findings.second_document(mark.index, mark.index + 1)
            return True
        return False

    # -- what is rare --------------------------------------------------------------------

    def _finish_marked_scalar(self, scalar: Scalar, event: Any) -> tuple[Scalar, bool]:
        """A scalar that has a tag or an anchor, in its place; whether it counts as left out."""
        stand_in = self.recovery.stand_ins.get(scalar.start)
        if stand_in is not None:
            return stand_in.scalar(self.origin, scalar.start), False
        scalar.start, at = after_properties(self.source, self.text, event, scalar.start, scalar.end)
        if event.tag not in (None, "!", _STR):
            self.findings.tag(at["!"])
        if event.anchor is not None:
            self.anchors[event.anchor] = Anchor(scalar, 1, at["&"])
        return scalar, event.tag is None and not scalar.style and scalar in {"~", "null"}

    def _open_marked(self, opened: Mapping | Sequence, event: Any) -> Anchor | None:
        """Place a collection that has a tag or an anchor; its anchor, which is still open."""
        start = opened.start
        opened.start, at = after_properties(self.source, self.text, event, start, len(self.text))
        opened.end = opened.start
        wanted = _MAP if isinstance(opened, Mapping) else _SEQ
        if event.tag not in (None, "!", wanted):
            self.findings.tag(at["!"])
        if event.anchor is None:
            return None
        anchor = self.anchors[event.anchor] = Anchor(opened, None, at["&"])
        return anchor

    def _block_end(self, scalar: Scalar) -> int:
        """The end of a block scalar's last line that holds anything."""
        written = self.text[scalar.start : scalar.end]
        return scalar.start + len(written.rstrip(" \t\n\r\x85\u2028\u2029"))

    def _unfold(self, event: Any, depth: int) -> tuple[Node, int]:
        """A copy of what an alias names, and how many nodes that is."""
        span = Span(self.source, event.start_mark.index, event.end_mark.index)
        anchor = self.anchors.get(event.anchor)
        if anchor is None or anchor.size is None:
            if event.anchor in self.recovery.lost_anchors:
                return StandIn("hole", span.end).scalar(self.origin, span.start), 1
            # Where text follows, it is no alias but a text: the parser will break there.
            if not _TEXT_AFTER.match(self.text, span.end):
                self.findings.unknown_alias(event.anchor, span, self.anchors)
            kept = Scalar(span.text)
            kept.origin, kept.start, kept.end, kept.style = self.origin, span.start, span.end, "*"
            return kept, 1
        self.aliased += anchor.size
        if self.aliased > MAX_ALIASED_NODES:
            self.findings.alias_bomb(span, anchor, self.aliased, MAX_ALIASED_NODES)
            raise Refused
        if depth + height(anchor.node) > MAX_DEPTH:
            self.findings.too_deep(span, MAX_DEPTH)
            raise Refused
        return copy_node(anchor.node, Origin(self.source, span)), anchor.size
