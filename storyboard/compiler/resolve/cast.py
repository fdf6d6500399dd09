"""Names bound to the cast: what each mention stands for on the film's target.

A text holds a mark for each mention, whatever the target is. A member with pictures is sent as
an element or an image, and its mark becomes a tag; one without any is words: a prompt introduces
it by its description, and its mark becomes its label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from storyboard.compiler.film import Appearance, Cast, Reference
from storyboard.compiler.resolve.assets import Assets
from storyboard.compiler.resolve.members import Member, is_hole, place_of
from storyboard.compiler.resolve.mentions import normal
from storyboard.compiler.resolve.references import References
from storyboard.diagnostics import Diagnostics, Fix, Label, Span
from storyboard.diagnostics.codes import (
    DUPLICATE_NAME,
    FEATURE_LOST,
    PICTURELESS,
    TOO_LONG,
    UNKNOWN_LOOK,
    UNKNOWN_NAME,
)
from storyboard.diagnostics.spelling import nearest
from storyboard.document import Scalar
from storyboard.language.cast import Element, Image
from storyboard.targets.model import Feature, Target

_HEADING = re.compile(r"^(?:int|ext|int\./ext|i/e)[.\s]+", re.IGNORECASE)
_TIME_OF_DAY = re.compile(r"\s+[-–—]\s+.*$")
_ARTICLES = frozenset(
    {"a", "an", "das", "der", "die", "el", "il", "la", "las", "le", "les", "los", "the"}
)


@dataclass(slots=True)
class Names:
    """Every declared name, and the marks of those that texts mention."""

    target: Target
    assets: Assets
    diagnostics: Diagnostics
    cast: Cast = field(default_factory=Cast)
    members: dict[str, Member] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    """Names that are declared twice: of what kind they are cannot be known."""
    are_complete: bool = True
    language: str | None = None
    descriptions: dict[str, tuple[Scalar, ...]] = field(default_factory=dict)
    """What describes a member where pictures do not, by its mark, as it was written."""
    label_of: Callable[[Scalar], str] = str
    """Makes plain words of a label; the texts that use these names set it."""
    _references: References = field(init=False)
    _marks: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._references = References(self.target, self.assets, self.diagnostics)

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

    def _make_mark(self, name: str, look: str, span: Span) -> str | None:
        member = self.members.get(name)
        if member is None:
            self._report_unknown(name, span)
            return None
        self.mentioned.add(name)
        if look and not self.has_look(name, look):
            if is_hole(member):
                return None  # the look may be in what could not be read
            self._report_unknown_look(member, look, span)
            return None
        if look and self.target.features[Feature.LOOKS].how == "none":
            self._report_look_lost(member, look)
            return self.mark(name, "", span)
        reference = self._references.of(member, look)
        descriptions = self._described(member, look, reference)
        label, has_article = self._label(member)
        mark = self.cast.mark(
            Appearance(
                name=f"{member.name}.{look}" if look else member.name,
                kind=member.kind,
                label=label,
                reference=reference,
                span=place_of(member, look),
                has_article=has_article,
                has_picture=_has_picture(member.block),
            )
        )
        if mark is None:
            self.diagnostics.add(TOO_LONG, "more names than one film can mention", span)
            return None
        self.descriptions[mark] = descriptions
        return mark

    def _described(
        self, member: Member, look: str, reference: Reference | None
    ) -> tuple[Scalar, ...]:
        """The texts that describe a member: what its pictures, if any are sent, do not show."""
        own = member.block.description
        if not isinstance(member.block, Element) or not look or not member.block.looks:
            worn = None
        else:
            worn = member.block.looks[Scalar(look)]
        has_pictures = worn is not None and (worn.frontal is not None or worn.video is not None)
        of_look = worn.description if worn is not None else None
        found: tuple[Scalar | None, Scalar | None]
        if reference is not None:
            found = (None, None if has_pictures else of_look)
        elif has_pictures and of_look:
            found = (None, of_look)
        else:
            found = (own, of_look)
        texts = tuple(text for text in found if text is not None and text.strip())
        if reference is None and not texts and not is_hole(member):
            self._report_nothing_to_send(member)
        return texts

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

    def _report_nothing_to_send(self, member: Member) -> None:
        has_picture = _has_picture(member.block)
        self.diagnostics.add(
            PICTURELESS,
            f'the {member.kind} "{member.name}" has no description, and '
            f"{self.target.target} cannot be sent its picture or clip"
            if has_picture
            else f'the {member.kind} "{member.name}" has neither a picture nor a description',
            member.key.span,
            help="add description: with the words that stand for it"
            + ("" if has_picture else ", or a picture"),
        )

    def _report_look_lost(self, member: Member, look: str) -> None:
        self.diagnostics.add(
            FEATURE_LOST,
            f'{self.target.target} takes no looks: "{member.name}" is sent without "{look}"',
            place_of(member, look),
            help="`storyboard targets` lists the targets with looks",
        )

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
        shown = name if len(name) <= 40 else f"{name[:39]}…"
        near = nearest(name, self.members) or self._named_loosely(name)
        inner = max((n for n in self.members if name.startswith(n)), key=len, default=None)
        # One letter too many is a slip of the pen; a particle or more letters join the name.
        if inner and (near is None or (near == inner and not name.isascii())):
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
        known = ", ".join(sorted(self.members)[:8])
        self.diagnostics.add(
            UNKNOWN_NAME,
            f'no character, prop, location or style is called "{shown}"',
            span,
            labels=labels,
            help=f'write "{fix}"'
            if fix
            else (
                f"the names are {known}"
                if known
                else "declare it under characters, props, locations or styles"
            )
            + ("; a literal @ is written @@" if span.text.startswith("@") else ""),
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
        self.diagnostics.add(
            UNKNOWN_LOOK,
            f'"{member.name}" has no look that is called "{look}"',
            span,
            labels=(Label(member.key.span, "declared here"),),
            help=advice
            + (f'; if a sentence ends after the name, write "@{{{member.name}}}."' * in_text),
            fix=Fix(span, f"@{member.name}.{near}", is_sure=False) if near and in_text else None,
        )


def _has_picture(block: Element | Image) -> bool:
    """Whether a member is declared with a picture or a clip."""
    if isinstance(block, Image):
        return block.image is not None
    return block.frontal is not None or block.video is not None
