"""Names that texts say without their ``@``, and mentions whose ``@`` is no ``@``.

A name without ``@`` is a word like any other: no picture of the member is sent, and nobody tells
the model who it is. It is reported in a shot that does not mention the member otherwise. A
character is recognised by name or label in any case, everything else by its exact label; a style
also by its name, where that is a clause of a `style:` or the end of one (`the colours of dawn`).

Each text is cut at its blanks once, and what stands between them is looked up: no work grows with
the cast.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from storyboard.compiler.film import Passage, Scene, Shot, marks_of
from storyboard.compiler.resolve.cast import Names
from storyboard.compiler.resolve.members import Member, has_picture
from storyboard.compiler.resolve.mentions import declared_at, is_inside_word, is_unspaced, normal
from storyboard.diagnostics import Diagnostics, Fix, Label
from storyboard.diagnostics.codes import BARE_NAME, BROKEN_MENTION
from storyboard.document import locate
from storyboard.document.nodes import Scalar, is_hole

_WORD = re.compile(r"\w+")
_BROKEN_AT = re.compile(r"(?:(?<!@)@[ \t\xa0\u3000]+|＠[ \t\xa0\u3000]*)(?=\w)")
"""A full-width at sign, or an @ that a blank divides from what follows."""
_AFTER = r"(?![\w-]|\.\w)"
_BEGINS = r"(?:(?<![^,;:.])|(?<=[,;:.] )|(?<=\b(?:of|in|as|by) )|(?<=\b(?:like|from) ))"
_ENDS = r"(?=\s*(?:[,;:.]|$))"
"""What is before the name of a style that is meant, and behind it."""
_MIN_UNSPACED = 2
"""Letters of a name in a script without spaces; a single one is a part of many words."""
_WORDS_TOO = frozenset(
    {
        "amber", "art", "autumn", "bill", "bob", "carol", "cat", "chance", "chase", "chip",
        "clay", "dawn", "drew", "earnest", "eve", "faith", "fern", "flora", "forest", "frank",
        "gale", "gene", "grace", "grant", "guy", "hazel", "heather", "holly", "hope", "hunter",
        "iris", "ivy", "jack", "jade", "jay", "jet", "jewel", "joy", "king", "lance", "lily",
        "major", "mark", "max", "may", "melody", "miles", "nick", "olive", "page", "pat",
        "pearl", "penny", "pepper", "queen", "rain", "ray", "red", "reed", "rich", "robin",
        "rock", "rod", "rose", "ruby", "sage", "sandy", "sky", "stew", "stone", "storm",
        "summer", "sunny", "sue", "violet", "wade", "ward", "will", "wren",
    }
)  # fmt: skip
"""Names that are English words as well: these count only with their capital."""


class _Phrase(Struct, frozen=True, eq=False, dict=True):
    """The words that stand for a member, folded, and the expression that finds them in a text.

    ``name`` is the member's, as names are compared. ``is_of_style`` says that the words stand for
    it in a ``style:`` alone.
    """

    member: Member
    name: str
    first: str
    expression: str
    ignores_case: bool = False
    is_of_style: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the words; made when first asked for, as few are said without their ``@``."""
        return re.compile(self.expression, re.IGNORECASE if self.ignores_case else 0)


class _Places(Struct):
    """Where the name of a member stands without its ``@``, in which shots, and what to write.

    ``are_early`` says that each is in a beat before the ones that mention the member.
    """

    member: Member
    are_early: bool = True
    fixes: dict[tuple[str, int, int], tuple[Fix, set[str]]] = field(default_factory=dict)


def check_bare_names(
    scenes: Iterable[Scene], names: Names, diagnostics: Diagnostics
) -> frozenset[str]:
    """Report names without ``@`` (SB225) and broken mentions (SB226).

    Gives the names that were found so; each is one finding for the film, with its places.
    """
    finder = _BareNames(names)
    broken: set[str] = set()
    for scene in scenes:
        for shot in scene.shots:
            passages = [*_texts(shot)]
            for passage in passages:
                if ("@" in passage.text or "＠" in passage.text) and not _has_hole(shot):
                    broken |= _report_broken(passage, names, diagnostics)
            finder.look(shot, passages, broken)
    finder.report(diagnostics)
    return frozenset(finder.found) | broken


def _has_hole(shot: Shot) -> bool:
    """Whether a part of a shot could not be read, which is said.

    It may mention whom the rest names.
    """
    prompt = shot.node.get("prompt")
    is_empty = isinstance(prompt, Scalar) and not prompt.strip()
    return is_empty or shot.node.is_broken or any(map(is_hole, shot.node.values()))


def _texts(shot: Shot) -> Iterator[Passage]:
    """What tells of the shot's picture: its prose, and its framing."""
    framing = shot.framing
    passages = [framing.size, framing.camera, framing.light, framing.sound, framing.style]
    for beat in shot.beats:
        passages += (beat.prose, beat.camera, beat.sound)
    yield from filter(None, passages)


class _PhrasesByToken(dict[str, Sequence[_Phrase]]):
    """The phrases that begin in a stretch of text between blanks; a film has few such stretches."""

    def __init__(self, by_first: Mapping[str, Sequence[_Phrase]]) -> None:
        self._by_first = by_first

    def __missing__(self, token: str) -> Sequence[_Phrase]:
        words = _WORD.findall(token.casefold())
        found = self[token] = [one for word in words for one in self._by_first.get(word, ())]
        return found


class _BareNames:
    """Looks for the names of a cast in texts."""

    def __init__(self, names: Names) -> None:
        self.found: dict[str, _Places] = {}
        self._names = names
        self._phrases: dict[str, list[_Phrase]] = {}
        self._unspaced: dict[str, list[_Phrase]] = {}
        for name, member in names.members.items():
            for phrase in _phrases(name, member, names.label(member)):
                is_run = any(map(is_unspaced, phrase.first))
                by_first = self._unspaced if is_run else self._phrases
                by_first.setdefault(phrase.first[0] if is_run else phrase.first, []).append(phrase)
        self._letters = frozenset(self._unspaced)
        self._begun_by = _PhrasesByToken(self._phrases)
        self._named = {mark: normal(one.member.name) for mark, one in names.behind.items()}
        self._known_words: dict[str, tuple[_Phrase, ...]] = {}
        """The phrases that a text may hold: many shots are wide, with a slow push in."""

    def look(self, shot: Shot, passages: Iterable[Passage], broken: Set[str]) -> None:
        """Note the names that texts of a shot say without ``@`` and it does not mention.

        ``broken`` are those of which a mention was found to be wrong.
        """
        mentioned: Set[str] | None = None
        for passage in passages:
            phrases = self._known_words.get(passage.text)
            if phrases is None:
                phrases = self._known_words[passage.text] = tuple(self._find(passage.text))
            for phrase in phrases:
                if mentioned is None:
                    mentioned = {self._named[mark] for mark in shot.marks()}
                name = phrase.name
                if name in broken or name in self._names.misspelt:
                    continue
                is_early = name in mentioned
                if is_early and not self._is_early(phrase.member, passage, shot):
                    continue
                if phrase.is_of_style and passage is not shot.framing.style:
                    continue
                if phrase.pattern.search(passage.text) is not None and not _has_hole(shot):
                    self._note(phrase, passage, shot, is_early=is_early)

    def _find(self, text: str) -> Iterable[_Phrase]:
        """The phrases whose first words stand in a text, each once."""
        begun = map(self._begun_by.__getitem__, text.split())
        found = dict.fromkeys(chain.from_iterable(begun))
        if self._letters and not text.isascii() and not self._letters.isdisjoint(text):
            for letter in dict.fromkeys(text):
                found |= dict.fromkeys(self._unspaced.get(letter, ()))
        return found

    def _is_early(self, member: Member, passage: Passage, shot: Shot) -> bool:
        """Whether a passage is a beat's prose, and a character is mentioned in later beats alone.

        A beat may open a part of its own, which is sent without whom only later ones mention.
        """
        if member.kind != "character" or not shot.has_beats or shot.cast:
            return False
        said: list[str] = []
        for beat in shot.beats:
            said += marks_of(beat.prose.text) if beat.prose is not None else ()
            said += beat.cast or ()
            if beat.prose is passage:
                break
        else:
            return False
        framing = shot.framing
        for one in (framing.size, framing.camera, framing.light, framing.sound, framing.style):
            said += marks_of(one.text) if one is not None else ()
        return normal(member.name) not in {self._named[mark] for mark in said}

    def _note(self, phrase: _Phrase, passage: Passage, shot: Shot, *, is_early: bool) -> None:
        name = phrase.name
        scalar = passage.scalar
        if name in self._heard(shot):
            # A speaker who is words is introduced by the label, which the name stands for then.
            label = self._names.label(phrase.member)
            if all(one[0] == label for one in phrase.pattern.finditer(passage.text)):
                return
        found = [(one[0], locate(scalar, *one.span())) for one in phrase.pattern.finditer(scalar)]
        refused = rf"@\{{?{re.escape(phrase.member.name)}\b"
        is_refused = re.search(refused, scalar, re.IGNORECASE) is not None
        if not found and (is_refused or "{{" not in scalar):
            return  # a mention that was refused, with the reason said
        spans = [span for words, span in found if span.text == words]
        places = self.found.setdefault(name, _Places(phrase.member))
        places.are_early = places.are_early and is_early
        for span in spans or [scalar.span]:
            # A variable's value, or what a repair has read, is not at this place to be replaced.
            text = f"@{phrase.member.name}" if spans else span.text
            place = (span.source.name, span.start, span.end)
            places.fixes.setdefault(place, (Fix(span, text), set()))[1].add(shot.address)

    def _heard(self, shot: Shot) -> Set[str]:
        """The names of the speakers of a shot who have no picture.

        One with a picture is a tag, and nothing tells the model that a name means the same one.
        """
        speakers = (self._names.behind[said.speaker] for said in shot.speeches() if said.speaker)
        return {normal(one.member.name) for one in speakers if not has_picture(one.member)}

    def report(self, diagnostics: Diagnostics) -> None:
        """Say what was noted, a finding for each member; what is ignored is one of its own."""
        for places in self.found.values():
            by_group: dict[bool, list[tuple[Fix, set[str]]]] = {}
            for fix, shots in places.fixes.values():
                is_meant = diagnostics.ignores.covers(fix.span, BARE_NAME.names)
                by_group.setdefault(is_meant, []).append((fix, shots))
            for group in by_group.values():
                _report_bare(places, group, diagnostics)


def _report_bare(
    found: _Places, places: Sequence[tuple[Fix, set[str]]], diagnostics: Diagnostics
) -> None:
    member, fixes = found.member, [fix for fix, _ in places]
    number = len({address for _, shots in places for address in shots})
    where = "a shot that does not mention" if number == 1 else f"{number} shots that do not mention"
    if found.are_early:
        where = "a beat before those that mention"
    diagnostics.add(
        BARE_NAME,
        f"{_shown(fixes[0], member)} stands without @ in {where} the {member.kind} "
        f'"{member.name}": it is only a word there',
        fixes[0].span,
        labels=tuple(Label(fix.span, "here too") for fix in fixes[1:]),
        help=f'write "@{member.name}"',
        fix=_joined_fix(fixes),
    )


def _shown(fix: Fix, member: Member) -> str:
    """The name as it is written there; the member's where it comes from a variable."""
    return f'"{fix.span.text if fix.text.startswith("@") else member.name}"'


def _joined_fix(fixes: Sequence[Fix]) -> Fix | None:
    """One fix of all places; sure where each is a name with a capital, as no other word is."""
    if any(not fix.text.startswith("@") for fix in fixes):
        return None
    is_sure = all(fix.span.text[:1].isupper() for fix in fixes)
    return replace(fixes[0], others=tuple(fixes[1:]), is_sure=is_sure)


def _phrases(name: str, member: Member, label: str) -> Iterator[_Phrase]:
    """What a text may call a member by without a mention."""
    is_person = member.kind == "character"
    if member.kind == "style":
        yield from _style_phrases(name, member)
    if member.kind in ("style", "footage") and not member.block.label:
        return  # "teal" is the name of a style and a colour, "street" of a clip and a street
    said = {label, name, name.replace("_", " ")} if is_person else {label}
    for words in sorted(said):
        first = _WORD.search(words.casefold())
        if first is None or (any(map(is_unspaced, words)) and len(words) < _MIN_UNSPACED):
            continue
        if any(map(is_unspaced, words)):
            yield _Phrase(member, name, words, rf"(?<![@＠]){re.escape(words)}")
            continue
        in_any_case = is_person and words.casefold() not in _WORDS_TOO
        written = words if in_any_case or not is_person else words[:1].upper() + words[1:]
        yield _Phrase(
            member,
            name,
            first[0],
            rf"(?<![\w@{{.＠-])(?<!@ ){re.escape(written)}{_AFTER}",
            in_any_case,
        )


def _style_phrases(name: str, member: Member) -> Iterator[_Phrase]:
    """The name of a style as a clause of a ``style:``, or at the end of one."""
    for words in sorted({name, name.replace("_", " ")}):
        first = _WORD.search(words.casefold())
        if first is not None and not any(map(is_unspaced, words)):
            clause = f"{_BEGINS}{re.escape(words)}{_ENDS}"
            yield _Phrase(member, name, first[0], clause, ignores_case=True, is_of_style=True)


def _report_broken(passage: Passage, names: Names, diagnostics: Diagnostics) -> set[str]:
    """Report each ``＠mara`` and ``@ mara`` of a text; the names that were meant."""
    scalar = passage.scalar
    meant = set()
    for sign in _BROKEN_AT.finditer(scalar):
        name = declared_at(scalar, sign.end(), names.has)
        if name is None or is_inside_word(scalar, sign.start()):
            continue
        span = locate(scalar, sign.start(), sign.end() + len(name))
        why = "the sign is the full-width ＠" if sign[0][0] == "＠" else "a space follows its @"
        meant.add(normal(name))
        diagnostics.add(
            BROKEN_MENTION,
            f'"{span.text}" mentions nobody: {why}',
            span,
            help=f'write "@{name}"',
            fix=Fix(span, f"@{name}"),
        )
    return meant
