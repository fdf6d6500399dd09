"""What of a request is not as it was sent before, shot by shot, in a writer's words.

A shot is compared with what was sent for it last, by its address, in whatever clip that was. Texts
are compared word by word, with what a tag stands for in place of its number, and the prompt map
tells of which field the words that differ are, and where they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from storyboard.plan.planned_request import MapRow, PlannedRequest, PlannedShot
from storyboard.plan.reason import PayloadChange, PlaceInFile
from storyboard.targets.model import Target
from storyboard.targets.sent_request import MisshapenRequestError, read_request
from storyboard.targets.tag_forms import is_named, tag_pattern
from storyboard.values.canonical import canonical, parsed

if TYPE_CHECKING:
    from storyboard.ledger.history import SentShot

_WORD = re.compile(r"\w+|[^\w\s]")
_MOST_WORDS = 600
"""Words that are compared one by one; of longer stretches only beginning and end are."""
_FIELDS = {"action": "prompt", "carry": "prompt", "line": "dialogue", "introduction": "description"}
"""The field of a change, by the kind of the words; that of framing is the row's own."""


def changes_of(
    request: PlannedRequest, before: Sequence[SentShot | None], target: Target
) -> Iterator[PayloadChange]:
    """What differs from what was sent before; ``before`` is that for each shot of the request.

    A shot for which nothing was sent is a change of the field ``new``. Nothing is told of a shot
    that is sent as it was.
    """
    other = next((one for one in before if one is not None), None)
    if other is not None and not _is_for(other, request, target):
        yield PayloadChange(field="target")
        return
    for index, (shot, sent) in enumerate(zip(request.shots, before, strict=True)):
        if sent is None:
            yield PayloadChange(field="new", shot=shot.address, span=shot.span)
        else:
            yield from _changes_of_shot(request, index, shot, sent, target)
    if other is not None:
        yield from _other_fields(other.order.payload, request.payload, target)


def _is_for(sent: SentShot, request: PlannedRequest, target: Target) -> bool:
    return (sent.order.host, sent.order.endpoint) == (target.host, request.endpoint)


def _changes_of_shot(
    request: PlannedRequest, index: int, shot: PlannedShot, sent: SentShot, target: Target
) -> Iterator[PayloadChange]:
    if sent.content is not None and sent.content.parts != shot.parts:
        # It was divided otherwise: no text of then is that of a part of now.
        if sent.content.shot != shot.digest:
            yield PayloadChange(field="shot", shot=shot.address, span=shot.span)
        return
    old = _SentText.of(sent.order.payload, sent.index, target)
    new = _SentText.of(request.payload, index, target)
    if old is None or new is None:
        yield PayloadChange(field="shot", shot=shot.address, span=shot.span)
        return
    found = list(_frames(request, index, sent, target))
    if sent.content is not None and sent.content.seconds != shot.seconds:
        found.append("seconds")
    if _take(request.take, index) != _take(_written_take(sent.order.take), sent.index):
        found.append("take")
    for field in found:
        yield PayloadChange(field=field, shot=shot.address, span=shot.span)
    yield from _texts(old, new, shot, request.tokens)


def _frames(request: PlannedRequest, index: int, sent: SentShot, target: Target) -> Iterator[str]:
    """Whether a shot opens or ends on another picture than before.

    A part that opens a request only as it is packed otherwise has no other frame.
    """
    before = sent.order.payload
    is_part = (request.shots[index].part or 1) > 1
    ends = index == len(request.shots) - 1, sent.index == sent.count - 1
    for field, stands in (("first_frame", (index == 0, sent.index == 0)), ("last_frame", ends)):
        if is_part and stands != (True, True):
            continue
        new, old = (
            _frame(payload, field, target) if is_there else None
            for payload, is_there in zip((request.payload, before), stands, strict=True)
        )
        if new != old:
            yield field


def _frame(payload: Mapping[str, Any], field: str, target: Target) -> str | None:
    """The link of a frame of a payload; None where there is none, or it cannot be read."""
    try:
        sent = read_request(target, payload)
    except MisshapenRequestError:
        return None
    frame = sent.first if field == "first_frame" else sent.last
    return frame[1] if frame is not None else None


def _take(takes: Any, index: int) -> Any:
    return takes[index] if isinstance(takes, list | tuple) and index < len(takes) else takes


def _written_take(text: str) -> Any:
    try:
        return parsed(text)
    except ValueError:
        return text


def _other_fields(
    before: Mapping[str, Any], after: Mapping[str, Any], target: Target
) -> Iterator[PayloadChange]:
    """The fields that are of a whole request."""
    fields = target.request
    told = {fields.prompt, fields.start_frame, fields.end_frame}
    told |= {one.name for one in (fields.images, fields.frames) if one is not None}
    told |= {fields.seconds.name} if fields.seconds is not None else set()
    told |= {fields.shots.name} if fields.shots is not None else set()
    told |= {fields.elements.name} if fields.elements is not None else set()
    told |= fields.constants.keys()
    words = {
        fields.audio.name if fields.audio else None: "audio",
        fields.negative: "negative",
        fields.aspect_ratio: "aspect_ratio",
        fields.resolution: "resolution",
        fields.model: "target",
        fields.footage: "footage",
        fields.middle_frames: "middle_frames",
        fields.facing.name if fields.facing else None: "facing",
        fields.keep_sound.name if fields.keep_sound else None: "keep_sound",
    }
    for name in sorted({*before, *after} - told):
        if before.get(name) != after.get(name):
            yield PayloadChange(field=words.get(name, name))


# -- texts ----------------------------------------------------------------------------------------


class _SentWord(NamedTuple):
    """A word of a text as sent, or a tag, for which stands ``content`` in the request."""

    text: str
    start: int
    end: int
    content: str = ""


class _SentText(Struct, frozen=True):
    """The text of a shot as a payload has it; ``contents`` are all that the payload shows."""

    text: str
    words: tuple[_SentWord, ...]
    contents: frozenset[str]

    @classmethod
    def of(cls, payload: Mapping[str, Any], index: int, target: Target) -> _SentText | None:
        """The text of the shot at an index, None where the payload has none there."""
        text = prompt_at(payload, index, target)
        if text is None:
            return None
        tags = _tags(payload, target)
        words: list[_SentWord] = []
        at = 0
        for match in tags.pattern.finditer(text):
            words += _words(text, at, match.start())
            words.append(_SentWord(match[0], *match.span(), tags.content(match)))
            at = match.end()
        words += _words(text, at, len(text))
        return cls(text, tuple(words), frozenset(map(canonical, tags.elements + tags.images)))


def _words(text: str, start: int, end: int) -> list[_SentWord]:
    return [_SentWord(one[0], *one.span()) for one in _WORD.finditer(text, start, end)]


def prompt_at(payload: Mapping[str, Any], index: int, target: Target) -> str | None:
    """The text of the shot at an index of a payload, None where it has none there."""
    fields = target.request
    listed = _listed(payload.get(fields.shots.name)) if fields.shots is not None else []
    if listed and fields.shots is not None:
        entry = listed[index] if index < len(listed) else None
        text = entry.get(fields.shots.prompt) if isinstance(entry, dict) else None
    else:
        whole = payload.get(fields.prompt)
        lines = fields.read_shot_lines(whole) if isinstance(whole, str) else []
        if lines:
            return lines[index][0] if index < len(lines) else None
        text = whole if index == 0 else None
    return text if isinstance(text, str) else None


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value = parsed(value)
        except ValueError:
            return []
    return value if isinstance(value, list) else []


class _Tags(Struct, frozen=True):
    """The tags of a payload: what they look like, and what is sent for each.

    ``named`` is what is sent for a tag with a name, by the name.
    """

    pattern: re.Pattern[str]
    elements: list[Any]
    images: list[Any]
    named: Mapping[str, Any]

    def content(self, match: re.Match[str]) -> str:
        """What a tag stands for, as text; empty where nothing was sent for it."""
        number = match["element"] or match["image"]
        listed = self.elements if match["element"] else self.images
        if number in self.named:
            return canonical(self.named[number])
        at = int(number) - 1 if number.isdecimal() else -1
        return canonical(listed[at]) if 0 <= at < len(listed) else ""


def _tags(payload: Mapping[str, Any], target: Target) -> _Tags:
    fields = target.request
    elements = _listed(payload.get(fields.elements.name)) if fields.elements is not None else []
    images = _listed(payload.get(fields.images.name)) if fields.images is not None else []
    named: dict[str, Any] = {}
    forms = []
    for kind, form, block, entries in (
        ("element", target.tags.element, fields.elements, elements),
        ("image", target.tags.image, fields.images, images),
    ):
        key = block.id if block is not None else None
        own = {one[key]: one for one in entries if isinstance(one, dict) and key in one}
        if is_named(form):
            named |= own
        forms.append(tag_pattern(form, own).replace("(", f"(?P<{kind}>", 1))
    return _Tags(re.compile("|".join(forms)), elements, images, named)


def _texts(
    old: _SentText, new: _SentText, shot: PlannedShot, tokens: Mapping[str, str]
) -> Iterator[PayloadChange]:
    """What differs between the texts of a shot, by field, and whose pictures do."""
    kept = old.contents & new.contents

    def key(word: _SentWord) -> tuple[str, str]:
        # A tag whose content is in both is somebody; else it is taken for the same one, changed.
        return (
            ("@", word.content if word.content in kept else "") if word.content else ("", word.text)
        )

    before, after = [*map(key, old.words)], [*map(key, new.words)]
    names = {word.content: tokens.get(word.text, "") for word in new.words if word.content}
    stretches: dict[tuple[str, str], list[_Stretch]] = {}
    changed: dict[str, None] = {}
    for same, i1, i2, j1, j2 in _aligned(before, after):
        if same:
            for one, other in zip(old.words[i1:i2], new.words[j1:j2], strict=True):
                if one.content != other.content:
                    changed[names[other.content]] = None
            continue
        where = _row(new, shot.map, j1, j2)
        field = _FIELDS.get(where.kind, where.field) if where is not None else "prompt"
        member = where.field if where is not None and where.kind == "introduction" else ""
        stretch = _Stretch(i1, i2, j1, j2, where)
        stretches.setdefault((field or "prompt", member), []).append(stretch)
    for (field, member), found in stretches.items():
        first, last = found[0], found[-1]
        yield PayloadChange(
            field=field,
            shot=shot.address,
            member=member,
            old=_said(old, first.old_start, last.old_end, names),
            new=_said(new, first.new_start, last.new_end, names),
            span=_place(one.row for one in found) or shot.span,
        )
    for member in changed:
        yield PayloadChange(
            field="pictures" if member else "cast", shot=shot.address, member=member
        )


class _Stretch(NamedTuple):
    """Words that are not as before, by their indices, and the row in which they begin."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int
    row: MapRow | None


def _aligned(
    before: Sequence[Any], after: Sequence[Any]
) -> Iterator[tuple[bool, int, int, int, int]]:
    """Stretches of two rows of words that are the same, or not, in their order."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    stop, other = len(before) - end, len(after) - end
    if start:
        yield True, 0, start, 0, start
    if (stop - start) + (other - start) > _MOST_WORDS:
        yield False, start, stop, start, other
    else:
        matcher = SequenceMatcher(None, before[start:stop], after[start:other], autojunk=False)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            yield tag == "equal", start + i1, start + i2, start + j1, start + j2
    if end:
        yield True, stop, len(before), other, len(after)


def _common(one: Sequence[Any], other: Sequence[Any]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _row(new: _SentText, rows: Sequence[MapRow], start: int, end: int) -> MapRow | None:
    """The row of the map that words are of; None for what the composition has added.

    For words that are gone it is the row that they were in the midst of.
    """
    if start < end:
        left, right = new.words[start].start, new.words[end - 1].end
        touched = [row for row in rows if row.start < right and left < row.end]
    else:
        left = new.words[start - 1].end if start else 0
        right = new.words[start].start if start < len(new.words) else len(new.text)
        touched = [row for row in rows if row.start < left and right < row.end]
    return next((row for row in touched if row.kind != "glue"), None)


def _place(rows: Iterable[MapRow | None]) -> PlaceInFile | None:
    for row in rows:
        if row is not None and row.place is not None:
            return row.place
    return None


_MARGIN = 3
"""Words on either side of those that differ, so that people find the place."""


def _said(text: _SentText, start: int, end: int, names: Mapping[str, str]) -> str:
    """Words of a text with some around them, and with names in place of tags."""
    first, last = max(start - _MARGIN, 0), min(end + _MARGIN, len(text.words))
    if first >= last:
        return ""
    at = 0 if not first else text.words[first].start
    stop = len(text.text) if last == len(text.words) else text.words[last - 1].end
    said = []
    for word in text.words[first:last]:
        if word.content and names.get(word.content):
            said += [text.text[at : word.start], f"@{names[word.content]}"]
            at = word.end
    said.append(text.text[at:stop])
    before, behind = "… " if first else "", " …" if last < len(text.words) else ""
    return f"{before}{''.join(said).strip()}{behind}"
