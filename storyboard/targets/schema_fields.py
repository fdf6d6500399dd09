"""The fields of a published request, read one after the other as what a target says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from storyboard.targets.limits import MAX_CHARACTERS, MAX_SECONDS, MAX_SHOTS
from storyboard.targets.published_names import (
    AUDIO,
    ELEMENTS,
    END,
    FOOTAGE,
    FRAMES,
    IMAGES,
    KEEP_SOUND,
    MIDDLE,
    OFF,
    ON,
    PROMPT,
    RATIOS,
    SECONDS,
    SHOTS,
    START,
)
from storyboard.targets.published_schema import UnknownDocument, resolved
from storyboard.targets.schema_references import (
    FoundElements,
    FoundPictures,
    FoundTag,
    found_elements,
    found_pictures,
    found_tag,
)
from storyboard.targets.schema_values import (
    Field,
    field_named,
    fields_of,
    is_range,
    lengths_of,
    plain,
    quoted,
    ratio_of,
    required_in,
    whole,
)

_GUESSED_CHARACTERS = 500
_GUESSED_SHOTS = 2
_GUESSED_CLIP = (3, 10)
"""Seconds of the clip that a request is made from, where they are not stated."""
_MAX_QUOTE = 120


class SchemaFields(Struct, kw_only=True):
    """Each method reads what there is of one thing, and writes the line of ``request`` for it."""

    fields: dict[str, Field]
    required: Sequence[str]
    root: Field
    used: set[str] = field(default_factory=set)
    guesses: dict[str, str] = field(default_factory=dict)
    """What the schema does not say: the path of each fact, and why it is what it is."""
    constants: dict[str, str | int | float | bool] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    request: list[str] = field(default_factory=list)
    counted: list[int | None] = field(default_factory=list)
    """How many entries each list of references may have; None where it is not stated."""

    def model(self, host: str) -> None:
        """The field of the model's id, unless the schema states what it is."""
        stated = {"enum", "const", "default"} & self.fields.get("model", {}).keys()
        if host == "oxen" or ("model" in self.fields and not stated):
            self.used.add("model")
            self.request.append("model: model")

    def prompt(self) -> tuple[str, int | None]:
        """The field of the text, and its characters where these are stated."""
        name = self._take(PROMPT, "string")
        if name is None:
            there = ", ".join(self.fields) or "none"
            raise UnknownDocument(
                f"the request has no field for the text ({', '.join(PROMPT)}); it has {there}"
            )
        self.request.append(f"prompt: {quoted(name)}")
        characters = whole(self.fields[name].get("maxLength"), MAX_CHARACTERS)
        if characters is None:
            self.guesses["prompt"] = "how long the text may be is not stated" + self._says(name)
        return name, characters

    def seconds(self, *, is_made_from_clips: bool) -> tuple[str, int, bool]:
        """The block of ``seconds``, the longest request, and whether only some lengths exist."""
        name = self._take(SECONDS, "integer", "number", "string")
        if name is None and is_made_from_clips:
            least, most = _GUESSED_CLIP
            self.guesses["seconds"] = "a request is as long as its clip; these lengths are a guess"
            return f"{{min: {least}, max: {most}}}", most, False
        if name is None:
            raise UnknownDocument(f"the request has no field for its length ({', '.join(SECONDS)})")
        form, lengths = lengths_of(self.fields[name])
        self.request.append(f"seconds: {{name: {quoted(name)}, type: {form}}}")
        if not lengths:
            lengths = [whole(self.fields[name].get("default"), MAX_SECONDS) or 5]
            why = "the lengths are not stated; this is the default, or a guess"
            self.guesses["seconds"] = why + self._says(name)
        least, most = lengths[0], lengths[-1]
        is_chosen = len(lengths) != most - least + 1
        choices = f", choices: {lengths}" if is_chosen else ""
        return f"{{min: {least}, max: {most}{choices}}}", most, is_chosen

    def shots(self, prompt: str, longest: int, characters: int | None) -> str:
        """The block of ``shots``; empty where there is no list of shots."""
        name = self._take(SHOTS, "array", "string")
        if name is None:
            return ""
        written = self.fields[name]
        encoding = "json" if written["type"] == "string" else "list"
        listed = (
            resolved(written.get("contentSchema"), self.root) if encoding == "json" else written
        )
        shot = fields_of(resolved(listed.get("items"), self.root), self.root)
        text, length = field_named(PROMPT, shot), field_named(SECONDS, shot)
        if shot and not (text and length):
            self.remarks.append(f"{name}: a list of shots without a text and a length in each")
            return ""
        unknown = [] if shot else ["the fields of a shot"]
        form, lengths = lengths_of(shot[length]) if length else ("integer", [])
        most = whole(listed.get("maxItems"), MAX_SHOTS)
        stated = whole(shot.get(text or "", {}).get("maxLength"), MAX_CHARACTERS)
        unknown += [
            what
            for what, known in (("how many", most), ("their seconds", lengths), ("texts", stated))
            if not known
        ]
        if unknown:
            why = f"not stated and guessed: {', '.join(unknown)}"
            self.guesses["shots"] = why + self._says(name)
        least = min(lengths[0] if lengths else 1, longest)
        last = min(lengths[-1] if lengths else longest, longest)
        room = stated or min(characters or _GUESSED_CHARACTERS, _GUESSED_CHARACTERS)
        is_beside = prompt in self.required
        if is_beside and characters is not None:
            room = min(room, characters)
        beside = ", beside: first" if is_beside else ""
        self.request.append(
            f"shots: {{name: {quoted(name)}, prompt: {quoted(text or 'prompt')}, "
            f"seconds: {quoted(length or 'duration')}, type: {form}, encoding: {encoding}, "
            f"total: sum{beside}}}  # unknown: whether the total stands beside the list (sum, omit)"
        )
        return (
            f"{{max: {most or _GUESSED_SHOTS}, min_seconds: {least}, max_seconds: {last}, "
            f"characters: {room}}}"
        )

    def elements(self) -> tuple[FoundElements | None, FoundTag]:
        """The list of elements, None where a target can describe none, and an element's tag."""
        name = self._take(ELEMENTS, "array")
        if name is None:
            return None, found_tag("element", self.fields, {})
        item, required = self._entry(name)
        tag = found_tag("element", {**self.fields, **item}, item)
        found = found_elements(name, item, required, tag)
        if found is None:
            self.remarks.append(f"{name}: a list without a field for a picture in each entry")
        else:
            self.request.append(f"elements: {found.written}")
            self._count(name, found.missing)
        return found, tag

    def images(self) -> tuple[FoundPictures | None, FoundTag, str]:
        """The list of reference images, None where there is none, an image's tag, and the field."""
        name = self._take(IMAGES, "array")
        if name is None:
            return None, found_tag("image", self.fields, {}), ""
        item, required = self._entry(name)
        tag = found_tag("image", {**self.fields, **item}, item)
        found = found_pictures(name, item, required, tag)
        if found is None:
            self.remarks.append(f"{name}: a list without a field for the link in each entry")
            return None, tag, ""
        if found.is_of_frames:
            self._add_frames(name, found)
            return None, tag, ""
        self.request.append(f"images: {found.written}")
        self._count(name, found.missing)
        return found, tag, name

    def frames(self) -> frozenset[str]:
        """The frames that stand in a list of their own."""
        name = self._take(FRAMES, "array")
        if name is None:
            return frozenset()
        item, required = self._entry(name)
        found = found_pictures(name, item, required, FoundTag("", is_stated=False))
        if found is None or not found.frames:
            self.remarks.append(f"{name}: a list of frames that does not say which is the first")
            return frozenset()
        self._add_frames(name, found)
        return found.frames

    def frame(self, key: str) -> str | None:
        """The field of the first or last frame."""
        return self.named(key, START if key == "start_frame" else END)

    def middle_frames(self) -> int | None:
        """How many pictures there may be between the frames; 0 for none, None where not stated."""
        name = self._take(MIDDLE, "array")
        if name is None:
            return 0
        self.request.append(f"middle_frames: {quoted(name)}")
        return self._most(name)

    def references(self) -> int:
        """How many references there may be."""
        if None in self.counted:
            self.guesses["references"] = "how many pictures there may be is not stated"
            lists = (field_named(one, self.used) for one in (ELEMENTS, IMAGES))
            self.guesses["references"] += "".join(self._says(one) for one in lists if one)
        return sum(one or 1 for one in self.counted)

    def pictures(self) -> list[str]:
        """The lines of ``pictures``: what fal states of files in ``x-fal``, else cautious ones."""
        known = (*IMAGES, *START, *END)
        facts = self.fields.get(field_named(known, self.used) or "", {})
        stated = facts.get("x-fal") or resolved(facts.get("items"), self.root).get("x-fal")
        said = stated if isinstance(stated, Mapping) else {}
        size = whole(said.get("max_file_size"), 1 << 40)
        side = whole(said.get("min_width"), 1 << 16)
        ratios = said.get("min_aspect_ratio"), said.get("max_aspect_ratio")
        low, high = ratios if is_range(*ratios) else ("0.40", "2.50")
        unknown = [
            what
            for what, known in (("bytes", size), ("sides", side), ("ratios", is_range(*ratios)))
            if not known
        ]
        self.guesses["pictures"] = f"not stated and guessed: {', '.join([*unknown, 'formats'])}"
        return [
            f"  max_bytes: {size or 10485760}",
            f"  min_side: {side or 300}",
            f'  min_ratio: "{low}"',
            f'  max_ratio: "{high}"',
            "  formats: [JPEG, PNG]",
        ]

    def footage(self) -> tuple[str | None, int]:
        """The field of clips, with the one that keeps their sound, and how many there may be."""
        name = self._take(FOOTAGE, "string", "array")
        if name is None:
            return None, 1
        self.request.append(f"footage: {quoted(name)}")
        if self.fields[name].get("type") == "array":
            self.request.append("footage_form: list")
        if kept := self._take(KEEP_SOUND, "boolean"):
            self.request.append(f"keep_sound: {quoted(kept)}")
        return name, self._most(name) or 1

    def audio(self) -> str | None:
        """The field that switches sound; one with words is kept at its word for off."""
        if found := self._take(AUDIO, "boolean"):
            self.request.append(f"audio: {quoted(found)}")
            return found
        for name in filter(None, (field_named([one], self.fields) for one in AUDIO)):
            words = [one for one in self.fields[name].get("enum") or [] if str(one) == one]
            off = next((one for one in words if one in OFF), None)
            on = next((one for one in words if one in ON), None)
            if off:
                self.used.add(name)
            if on and off:
                written = f"on: {quoted(on)}, off: {quoted(off)}"
                self.request.append(f"audio: {{name: {quoted(name)}, {written}}}")
                return name
            if off:
                self.constants[name] = off
                listed = ", ".join(words)
                self.remarks.append(f"{name} takes the words {listed}: which is sound is not known")
                break
        return None

    def named(self, key: str, names: Sequence[str]) -> str | None:
        """A field of one of these names that takes a text."""
        found = self._take(names, "string")
        if found:
            self.request.append(f"{key}: {quoted(found)}")
        return found

    def choices(self, key: str, names: Sequence[str]) -> tuple[list[str], str]:
        """The texts of which a field takes one, and its default, "" where that is not stated."""
        name = field_named(names, (one for one, facts in self.fields.items() if facts.get("enum")))
        values = self.fields[name]["enum"] if name else []
        if not name or not all(isinstance(one, str) and one for one in values):
            return [], ""
        self.used.add(name)
        self.request.append(f"{key}: {quoted(name)}")
        default: object = self.fields[name].get("default")
        return list(values), str(default) if default in values else ""

    def ratios(self) -> list[str]:
        """The aspect ratios, with the words for those that the host writes otherwise."""
        words, _ = self.choices("aspect_ratio", RATIOS)
        named: dict[str, str] = {}
        for word in words:
            named.setdefault(ratio_of(word) or word, word)
        if others := [word for word in words if word not in named.values()]:
            self.remarks.append(f"not used, as others have the same ratio: {', '.join(others)}")
        if written := [f"{quoted(one)}: {quoted(w)}" for one, w in named.items() if one != w]:
            self.request.append(f"ratio_words: {{{', '.join(written)}}}")
        return list(named)

    def left_over(self) -> None:
        """Fields that nothing used: a constant where one is needed and known, else a comment."""
        for name, facts in self.fields.items():
            if name in self.used:
                continue
            needed = name in self.required
            enum = facts.get("enum") or []
            known = [facts.get("const"), facts.get("default"), *(enum if needed else ())]
            value = next((one for one in known if _is_constant(one)), None)
            if needed and value is not None:
                self.constants[name] = value
                others = f" (of {', '.join(map(str, enum))})" if len(enum) > 1 else ""
                self.remarks.append(
                    f"{name}: required, and sent with this value in each request{others}"
                )
            elif needed:
                self.remarks.append(
                    f"{name}: REQUIRED, and no target can describe it yet; requests lack it"
                )
            else:
                self.remarks.append(f"{name}: not used by a target; the host's own default holds")

    def _take(self, names: Sequence[str], *types: str) -> str | None:
        """The first field of these names and types that is not used yet; it is then."""
        free = (
            name
            for name, facts in self.fields.items()
            if name not in self.used and facts.get("type") in types
        )
        found = field_named(names, free)
        if found is not None:
            self.used.add(found)
        return found

    def _entry(self, name: str) -> tuple[dict[str, Field], list[str]]:
        """The fields of the entries of a list, and those that an entry must have."""
        written = resolved(self.fields[name].get("items"), self.root)
        return fields_of(written, self.root), required_in(written)

    def _add_frames(self, name: str, found: FoundPictures) -> None:
        self.request.append(f"frames: {found.written}")
        self._say_missing(name, found.missing)

    def _most(self, name: str) -> int | None:
        """How many entries a list may have; None where it is not stated."""
        return whole(self.fields[name].get("maxItems"), MAX_SHOTS)

    def _count(self, name: str, missing: Sequence[str]) -> None:
        """Count a list of references, and say which fields of its entries are missing."""
        self.counted.append(self._most(name))
        self._say_missing(name, missing)

    def _say_missing(self, name: str, missing: Sequence[str]) -> None:
        self.remarks += [f"{name}[].{one}: REQUIRED, and sent by no target" for one in missing]

    def _says(self, name: str) -> str:
        """What a field says of itself in prose, where that has a number in it."""
        said: Any = self.fields[name].get("description")
        if not isinstance(said, str) or not any(one.isdecimal() for one in said):
            return ""
        words = " ".join(plain(said).split())
        shown = words if len(words) <= _MAX_QUOTE else f"{words[:_MAX_QUOTE]}…"
        return f"; {name} says: {shown}"


def _is_constant(value: object) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and bool(value))


def written_constant(value: str | float | bool) -> str:
    """A constant as a target file has it: texts in quotation marks, numbers plain."""
    return quoted(value) if isinstance(value, str) else json.dumps(value)
