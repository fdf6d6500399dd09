"""Names bound to the cast: the mark that stands for each mention, whatever the target is.

What a mark becomes on a target, a tag or words, ``casting`` decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, field

from storyboard.compiler.film import MAX_MENTIONS, Appearance, Passage, mark_of, marks_of
from storyboard.compiler.resolve.members import Member, has_picture, is_hole, place_of
from storyboard.compiler.resolve.mentions import normal
from storyboard.diagnostics import Diagnostics, Fix, Label, Span
from storyboard.diagnostics.codes import DUPLICATE_NAME, TOO_LONG, UNKNOWN_LOOK, UNKNOWN_NAME
from storyboard.diagnostics.look_alikes import UNSEEN, odd_sign
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Scalar
from storyboard.language.cast import Element
from storyboard.language.names import is_name_character

_UNKNOWN = 'no character, prop, location, style or footage is called "{}"'
_HEADING = re.compile(r"^(?:int|ext|int\./ext|i/e)[.\s]+", re.IGNORECASE)
_TIME_OF_DAY = re.compile(r"\s+[-–—]\s+.*$")
_ARTICLES = frozenset(
    {"a", "an", "das", "der", "die", "el", "il", "la", "las", "le", "les", "los", "the"}
)


class DescriptionText(Struct, frozen=True, kw_only=True):
    """A description as it was written, and encoded.

    ``passage`` is None where no words are left; ``is_blank`` says that no error is the reason.
    """

    written: Scalar
    passage: Passage | None
    is_blank: bool = False


class Mentioned(Struct, kw_only=True):
    """A member of the cast in one look, as a mark stands for it.

    ``appearance`` is what texts call it, without what a target is sent. ``own`` and ``of_look``
    are the descriptions of the member and of the look, once ``Texts.introduce`` has encoded them.
    """

    member: Member
    look: str
    appearance: Appearance
    own: DescriptionText | None = None
    of_look: DescriptionText | None = None

    def passages(self) -> tuple[Passage, ...]:
        """The descriptions of the member and of the look, encoded; those that have words."""
        texts = (text for text in (self.own, self.of_look) if text is not None)
        return tuple(text.passage for text in texts if text.passage is not None)

    def descriptions(self) -> tuple[Scalar | None, Scalar | None]:
        """The descriptions of the member and of the look as they were written."""
        block = self.member.block
        looks = block.looks if isinstance(block, Element) and self.look else None
        return block.description, looks[Scalar(self.look)].description if looks else None


class Names(Struct):
    """Every declared name, and the marks of those that texts mention."""

    diagnostics: Diagnostics
    members: dict[str, Member] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    """Names that are declared twice: of what kind they are cannot be known."""
    misspelt: set[str] = field(default_factory=set)
    """Locations that are meant where an unknown name stands, which is said."""
    are_complete: bool = True
    language: str | None = None
    label_of: Callable[[Scalar], str] = str
    """Makes plain words of a label; the texts that use these names set it."""
    behind: dict[str, Mentioned] = field(default_factory=dict)
    """What stands behind each mark, in the order of the marks."""
    in_shots: int = 0
    """How many of the marks stand in shots; the others stand in descriptions alone."""
    in_words: dict[str, str] = field(default_factory=dict)
    """The marks of members in words alone, whatever is sent of them, by their other marks."""
    _marks: dict[tuple[str, str], str] = field(default_factory=dict)

    def declare(self, members: Iterable[Member]) -> None:
        """Add names; one that is taken is said with both places, and the first stays."""
        for member in members:
            first = self.members.setdefault(normal(member.name), member)
            if first is not member:
                self.doubled.add(normal(member.name))
                self.diagnostics.add(
                    DUPLICATE_NAME,
                    f'"{member.name}" is declared twice: as a {first.kind} and as a {member.kind}',
                    member.key.span,
                    labels=(Label(first.key.span, f"the {first.kind} is declared here"),),
                    help="give one of them another name; a name is one thing in the whole film",
                )

    def has(self, name: str) -> bool:
        """Whether the name is declared."""
        return name in self.members

    def has_look(self, name: str, look: str) -> bool:
        """Whether the name is declared and has the look."""
        member = self.members.get(name)
        looks = member.block.looks if member and isinstance(member.block, Element) else None
        return looks is not None and Scalar(look) in looks

    def find(self, name: str, look: str) -> str | None:
        """The character that stands for a mention that was made before."""
        return self._marks.get((name, look))

    def mark(self, name: str, look: str, span: Span) -> str | None:
        """The character that stands for a mention; None, with the reason said, if there is none."""
        mark = self.find(name, look) or self._make_mark(name, look, span)
        if mark is not None:
            self._marks[name, look] = mark
        return mark

    def add_in_words(self, marks: Iterable[str]) -> None:
        """Give characters and props a mark that is words, beside the one that may be a tag.

        So have those whom their descriptions mention.
        """
        waiting = [*marks]
        seen = set(waiting)
        for mark in waiting:
            one = self.behind[mark]
            if not isinstance(one.member.block, Element) or mark in self.in_words:
                continue
            if len(self.behind) < MAX_MENTIONS:
                self.in_words[mark] = mark_of(len(self.behind))
                self.behind[self.in_words[mark]] = one
            nested = {
                found for passage in one.passages() for found in marks_of(passage.text)
            } - seen
            waiting += sorted(nested)
            seen |= nested

    def member(self, name: str, span: Span) -> Member | None:
        """The member of that name, without a mark; None, with the reason said, for no one's."""
        member = self.members.get(name)
        if member is None:
            self._report_unknown(name, span)
        else:
            self.mentioned.add(name)
        return member

    def _make_mark(self, name: str, look: str, span: Span) -> str | None:
        member = self.member(name, span)
        if member is None:
            return None
        if look and not self.has_look(name, look):
            if is_hole(member):
                return None  # the look may be in what could not be read
            self._report_unknown_look(member, look, span)
            return None
        if len(self.behind) == MAX_MENTIONS:
            self.diagnostics.add(TOO_LONG, "more names than one film can mention", span)
            return None
        label, has_article = self._label(member)
        mark = mark_of(len(self.behind))
        self.behind[mark] = Mentioned(
            member=member,
            look=look,
            appearance=Appearance(
                name=f"{member.name}.{look}" if look else member.name,
                kind=member.kind,
                label=label,
                span=place_of(member, look),
                has_article=has_article,
                has_picture=has_picture(member),
            ),
        )
        return mark

    def label(self, member: Member) -> str:
        """What texts call a member that is words, without an article."""
        return self._label(member)[0]

    def _label(self, member: Member) -> tuple[str, bool]:
        """What texts call a member that is words, and whether English says "the" before it."""
        if member.block.label and (label := self.label_of(member.block.label)):
            return label, False
        words = member.name.replace("_", " ").strip() or member.name
        if member.kind == "character":
            return " ".join(word[:1].upper() + word[1:] for word in words.split()), False
        is_english = self.language is not None and self.language.split("-")[0].lower() == "en"
        return words, is_english and member.kind != "style"

    def _named_loosely(self, written: str) -> str | None:
        """The name that a few words say, as ``the kitchen`` or ``INT. KITCHEN - DAY`` do."""
        if " " not in written:
            return None
        words = _HEADING.sub("", _TIME_OF_DAY.sub("", written)).split()
        if words and words[0].casefold() in _ARTICLES:
            words = words[1:]
        if " ".join(words) == written:
            words = written.split()
        return nearest("_".join(words), self.members)

    def _report_unknown(self, name: str, span: Span) -> None:
        if not self.are_complete:
            # A library or a cast that could not be read may have declared it.
            return
        if (whole := _with_hidden_signs(name, span)) is not None:
            name, span = whole.text.removeprefix("@"), whole
        shown = name if len(name) <= 40 else f"{name[:39]}…"
        near = nearest(name, self.members) or self._named_loosely(name)
        inner = max((n for n in self.members if name.startswith(n)), key=len, default=None)
        # One letter too many is a slip of the pen; a particle or more letters join the name.
        odd = _odd_letter(name, self.members[near]) if near else ""
        if inner and not odd and (near is None or (near == inner and not name.isascii())):
            rest = name[len(inner) :]
            fix = f"@{{{self.members[inner].name}}}{rest}"
            near = inner
        else:
            fix = f"@{self.members[near].name}" if near else ""
        is_whole = span.text.startswith("@")
        if fix and span.text.strip("\"'") == shown:
            is_whole = True
            fix = fix.removeprefix("@")  # a scene's location and looks go without
        labels = (
            (Label(self.members[near].key.span, "the nearest name is declared here"),)
            if near
            else ()
        )
        if near and self.members[near].kind == "location":
            self.misspelt.add(near)
        known = ", ".join(sorted(self.members)[:8])
        if fix:
            advice = f'write "{fix}"' + (f"; {odd}" if odd else "")
        elif known:
            advice = f"the names are {known}"
        else:
            advice = "declare it under characters, props, locations, styles or footage"
        self.diagnostics.add_place(
            UNKNOWN_NAME,
            name,
            Label(span, "here too"),
            advice + ("; a literal @ is written @@" if span.text.startswith("@") else ""),
            lambda advice: (f"{_UNKNOWN.format(shown)}{_in_places(advice)}", advice[0]),
            labels=labels,
            fix=Fix(span, fix, is_sure=False) if fix and is_whole else None,
        )

    def _report_unknown_look(self, member: Member, look: str, span: Span) -> None:
        looks = (member.block.looks or {}) if isinstance(member.block, Element) else {}
        near, in_text = nearest(look, looks), span.text.startswith("@")
        if near:
            advice = f'write "@{member.name}.{near}"' if in_text else f'write "{near}"'
        elif looks:
            advice = f"the looks are {', '.join(looks)}"
        else:
            advice = "declare it under its looks"
        self.diagnostics.add_place(
            UNKNOWN_LOOK,
            (member.name, look),
            Label(span, "here too"),
            advice
            + (f'; if a sentence ends after the name, write "@{{{member.name}}}."' * in_text),
            lambda advice: (
                f'"{member.name}" has no look that is called "{look}"{_in_places(advice)}',
                advice[0],
            ),
            labels=_where_looks_are(member, near),
            fix=Fix(span, f"@{member.name}.{near}", is_sure=False) if near and in_text else None,
        )


def _with_hidden_signs(name: str, span: Span) -> Span | None:
    """The place of a whole word that a sign which nobody sees cut; None where none did."""
    text, end = span.source.text, span.end
    if text[span.start : end] != f"@{name}" or text[end : end + 1] not in UNSEEN:
        return None
    while text[end : end + 1] in UNSEEN or is_name_character(text[end : end + 1] or " "):
        end += 1
    return span.narrow(span.start, end)


def _odd_letter(written: str, member: Member) -> str:
    """Why a name is none, though it looks like one; empty where it does not."""
    if written.isascii() and not member.name.isascii():
        odd = odd_sign(member.name, written)
        return f"of the declared name, {odd}" if odd else ""
    return odd_sign(written, member.name)


def _where_looks_are(member: Member, near: str | None) -> tuple[Label, ...]:
    """The place of the member, and that of its look with the nearest name."""
    looks = (member.block.looks or {}) if isinstance(member.block, Element) else {}
    nearest_ones = [one for one in looks if one == near and isinstance(one, Scalar)]
    where = (Label(one.span, "the nearest look is declared here") for one in nearest_ones)
    return (Label(member.key.span, "declared here"), *where)


def _in_places(facts: Sequence[object]) -> str:
    """How often something shows, where that is more than once."""
    return f", in {len(facts)} places" if len(facts) > 1 else ""
