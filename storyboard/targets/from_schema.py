"""From the schema that a host publishes to the file of a new target.

What the schema says is taken over. What it cannot say, such as prices, is unknown or a guess of
grade D, with a comment; so is each field of the request that a target cannot describe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, field

from storyboard.targets.drift import UnknownDocument, request_in, resolved
from storyboard.targets.limits import MAX_CHARACTERS, MAX_SECONDS, MAX_SHOTS
from storyboard.targets.schema_references import (
    FoundElements,
    FoundImages,
    found_elements,
    found_images,
    found_tag,
)
from storyboard.targets.schema_values import (
    Field,
    as_list,
    fields_of,
    is_range,
    lengths_of,
    plain,
    quoted,
    whole,
)

_PROMPT = ("prompt", "text_prompt", "prompt_text", "text")
_SECONDS = ("duration", "seconds", "duration_seconds", "video_length", "length")
_SHOTS = ("multi_prompt", "shots", "shot_list", "multi_shots")
_IMAGES = (
    "image_urls",
    "reference_image_urls",
    "reference_images",
    "images",
    "image_list",
    "input_image",
)
_ELEMENTS = ("elements", "kling_elements", "element_list", "subjects", "characters", "cast")
_START = ("start_image_url", "first_frame_url", "first_frame", "start_image", "image_url", "image")
_END = ("end_image_url", "tail_image_url", "last_frame_url", "last_frame", "end_image")
_AUDIO = ("generate_audio", "enable_audio", "with_audio", "audio", "sound")
_OFF = ("off", "no", "none", "false", "disabled", "disable")
_ON = ("on", "yes", "native", "true", "enabled", "enable")
"""The names that hosts give to a field, the surest first, and the words for no sound."""

_ID = re.compile(r"[a-z0-9.-]+/[a-z0-9.-]+")
_GUESSED_CHARACTERS = 500
_GUESSED_SHOTS = 2


def written_target(document: Mapping[str, Any], target_id: str | None, today: date) -> str:
    """The YAML of a target file for the one endpoint that the document describes.

    Without a ``target_id``, ``host/model``, the id is made from the endpoint of an Oxen model or
    of a document of fal. ``today`` is written as the day on which the document was read. Raises
    ``UnknownDocument`` with a message for people where no target can be made.
    """
    endpoint, schema, root = request_in(document, None)
    named = target_id or _id_of(document, endpoint)
    if not _ID.fullmatch(named):
        raise UnknownDocument(f"{named} is no id of a target; write host/model in small letters")
    required = schema.get("required")
    reader = _RequestReader(
        host=named.partition("/")[0],
        fields=fields_of(schema, root),
        required=tuple(required) if isinstance(required, list) else (),
        root=root,
    )
    head = [
        "# Made from a schema. Look at each comment; what is marked unknown is nowhere stated.",
        f"target: {named}",
        f"title: {quoted(named)}",
        f"host: {reader.host}",
        f"endpoint: {quoted(endpoint)}"
        if endpoint
        else f"endpoint: {quoted(named.partition('/')[2])}  # unknown: the host's own id of it",
        f"as_of: {today}",
        "sources:",
        f"  schema: {{title: the endpoint's schema, date: {today}, grade: A}}",
    ]
    return "\n".join([*head, *reader.lines(today)]) + "\n"


def _id_of(document: Mapping[str, Any], endpoint: str) -> str:
    parts = [re.sub(r"[^a-z0-9.]+", "-", one.lower()).strip("-") for one in endpoint.split("/")]
    if parts[0] == "fal-ai" and len(parts) > 1:
        return f"fal/{'-'.join(parts[1:])}"
    if parts[0] and {"request_schema", "json_request_schema"} & set(document):
        return f"oxen/{'-'.join(parts)}"
    raise UnknownDocument("the document does not say whose it is; add --id host/model")


class _RequestReader(Struct, kw_only=True):
    """Reads the fields of a request one after the other; what is left over becomes comments."""

    host: str
    fields: dict[str, Field]
    required: Sequence[Any]
    root: Field
    used: set[str] = field(default_factory=set)
    guesses: dict[str, str] = field(default_factory=dict)
    """What the schema does not say: the path of each fact, and why it is what it is."""
    constants: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    request: list[str] = field(default_factory=list)
    image_list: str | None = None
    """The field of the list of images."""
    entries: dict[str, Field] = field(default_factory=dict)
    """The fields of the entries of such lists."""
    counted: list[int | None] = field(default_factory=list)
    """How many entries each list of references may have; None where it is not stated."""

    def lines(self, today: date) -> Iterator[str]:
        """All of the file but its head."""
        prompt = self._take(_PROMPT, "string")
        if prompt is None:
            raise UnknownDocument(f"the request has no field for the text ({', '.join(_PROMPT)})")
        if "model" in self.fields or self.host == "oxen":
            self.used.add("model")
            self.request.append("model: model")
        self.request.append(f"prompt: {quoted(prompt)}")
        seconds, longest, is_chosen = self._seconds()
        characters = whole(self.fields[prompt].get("maxLength"), MAX_CHARACTERS)
        shots = self._shots(longest, characters)
        elements = self._elements()
        images, most = self._images()
        frames = images.frames if images else frozenset()
        start = "first_frame" in frames or self._named("start_frame", _START)
        end = "last_frame" in frames or self._named("end_frame", _END)
        audio = self._audio()
        negative = self._named("negative", ("negative_prompt",))
        ratios = self._choices("aspect_ratio", ("aspect_ratio", "ratio"))
        resolutions = self._choices("resolution", ("resolution",))
        self._left_over()
        pictures = self._pictures()
        self.guesses["features"] = "read from the names of the fields"
        yield "facts:"
        yield "  request: {source: schema, grade: A}"
        for path, why in self.guesses.items():
            yield f"  {path}: {{source: schema, grade: D, note: {quoted(why)}}}"
        yield f"seconds: {seconds}{self._doubt('seconds')}"
        yield f"prompt: {{characters: {characters or 'unknown'}}}"
        if shots:
            yield f"shots: {shots}{self._doubt('shots')}"
        described = {**self.fields, **self.entries}
        element_tag = found_tag("element", described, elements.name if elements else None)
        image_tag = found_tag("image", described)
        if (elements and not element_tag.is_stated) or (images and not image_tag.is_stated):
            self.guesses["tags"] = "how a prompt points at a picture is not stated"
        tags = f"element: {quoted(element_tag.form)}, image: {quoted(image_tag.form)}"
        yield f"tags: {{{tags}, overhead: 0}}{self._doubt('tags')}"
        if elements:
            yield f"elements: {{min_references: {elements.least}, max_references: {elements.most}}}"
        yield f"references: {{max: {most}}}{self._doubt('references')}"
        yield f"pictures:{self._doubt('pictures')}"
        yield from pictures
        yield f"aspect_ratios: {as_list(ratios)}"
        if resolutions:
            stated = self.fields["resolution"].get("default")
            default = stated if stated in resolutions else resolutions[0]
            choices = f"choices: {as_list(resolutions)}, default: {quoted(default)}"
            yield f"resolutions: {{{choices}}}"
        yield "features:"
        features = {
            "elements": "native" if elements else "image" if images else "description",
            "images": "native" if images else "description",
            "looks": "native" if elements else "image" if images else "description",
            "lone_frontal": ("repeated" if elements.least else "native") if elements else "none",
            "element_video": "none",
            "voice": "none",
            "multi_shot": "native" if shots else "single_requests",
            "any_length": "rounded_up" if is_chosen else "native",
            "first_frame": "native" if start else "none",
            "last_frame": "native" if end else "none",
            "audio": "native" if audio else "none",
            "negative_prompt": "native" if negative else "none",
            "aspect_ratio": "native" if ratios else "none",
        }
        for name, how in features.items():
            is_unknown = name == "audio" and not audio
            doubt = "  # unknown: nothing switches sound; always where each clip has it"
            yield f"  {name}: {{how: {how}}}{doubt if is_unknown else ''}"
        needed = {"first_frame": start, "images": self.image_list, "last_frame": end}
        if demanded := [name for name, one in needed.items() if one in self.required]:
            yield f"requires: [{', '.join(demanded)}]"
        yield "request:"
        yield from (f"  {line}" for line in self.request)
        if self.constants:
            yield "  constants:"
            for name, value in self.constants.items():
                yield f"    {quoted(name)}: {quoted(value)}"
        yield from (f"  # {plain(remark)}" for remark in self.remarks)
        yield "request_schema: absent  # or the schema's file, once it stands beside this one"
        yield "prices:  # unknown: a schema states none; write per_second with its source"
        for sound in ("false", "true") if audio else ("false",):
            yield (
                f"  - {{audio: {sound}, per_second: unknown, as_of: {today}, source: schema, "
                "grade: D}"
            )

    def _take(self, names: Sequence[str], *types: str) -> str | None:
        """The first field of these names and types, which is then used."""
        for name in names:
            if name in self.fields and self.fields[name].get("type") in types:
                self.used.add(name)
                return name
        return None

    def _named(self, key: str, names: Sequence[str]) -> str | None:
        found = self._take(names, "string")
        if found:
            self.request.append(f"{key}: {quoted(found)}")
        return found

    def _choices(self, key: str, names: Sequence[str]) -> list[str]:
        name = next((one for one in names if self.fields.get(one, {}).get("enum")), None)
        values = self.fields[name]["enum"] if name else []
        if not name or not all(isinstance(one, str) and one for one in values):
            return []
        self.used.add(name)
        self.request.append(f"{key}: {quoted(name)}")
        return list(values)

    def _seconds(self) -> tuple[str, int, bool]:
        """The block of ``seconds``, the longest request, and whether only some lengths exist."""
        name = self._take(_SECONDS, "integer", "number", "string")
        if name is None:
            raise UnknownDocument(
                f"the request has no field for its length ({', '.join(_SECONDS)})"
            )
        form, lengths = lengths_of(self.fields[name])
        self.request.append(f"seconds: {{name: {quoted(name)}, type: {form}}}")
        if not lengths:
            lengths = [whole(self.fields[name].get("default"), MAX_SECONDS) or 5]
            self.guesses["seconds"] = "the lengths are not stated; this is the default, or a guess"
        least, most = lengths[0], lengths[-1]
        is_chosen = len(lengths) != most - least + 1
        choices = f", choices: {lengths}" if is_chosen else ""
        return f"{{min: {least}, max: {most}{choices}}}", most, is_chosen

    def _shots(self, longest: int, characters: int | None) -> str:
        """The block of ``shots``; empty where there is no list of shots."""
        name = self._take(_SHOTS, "array", "string")
        if name is None:
            return ""
        written = self.fields[name]
        encoding = "json" if written["type"] == "string" else "list"
        listed = (
            resolved(written.get("contentSchema"), self.root) if encoding == "json" else written
        )
        shot = fields_of(resolved(listed.get("items"), self.root), self.root)
        prompt = next((one for one in _PROMPT if one in shot), None)
        length = next((one for one in _SECONDS if one in shot), None)
        if shot and not (prompt and length):
            self.remarks.append(f"{name}: a list of shots without a text and a length in each")
            return ""
        unknown = [] if shot else ["the fields of a shot"]
        form, lengths = lengths_of(shot[length]) if length else ("integer", [])
        most = whole(listed.get("maxItems"), MAX_SHOTS)
        stated = whole(shot.get(prompt or "", {}).get("maxLength"), MAX_CHARACTERS)
        unknown += [
            what
            for what, known in (("how many", most), ("their seconds", lengths), ("texts", stated))
            if not known
        ]
        if unknown:
            self.guesses["shots"] = f"not stated and guessed: {', '.join(unknown)}"
        least = min(lengths[0] if lengths else 1, longest)
        last = min(lengths[-1] if lengths else longest, longest)
        room = stated or min(characters or _GUESSED_CHARACTERS, _GUESSED_CHARACTERS)
        self.request.append(
            f"shots: {{name: {quoted(name)}, prompt: {quoted(prompt or 'prompt')}, "
            f"seconds: {quoted(length or 'duration')}, type: {form}, encoding: {encoding}, "
            "total: sum}  # unknown: whether the total stands beside the list (sum, omit)"
        )
        return (
            f"{{max: {most or _GUESSED_SHOTS}, min_seconds: {least}, max_seconds: {last}, "
            f"characters: {room}}}"
        )

    def _elements(self) -> FoundElements | None:
        """The list of elements; None where there is none that a target can describe."""
        name = self._take(_ELEMENTS, "array")
        if name is None:
            return None
        written = resolved(self.fields[name].get("items"), self.root)
        needed = written.get("required")
        required = [str(one) for one in needed] if isinstance(needed, list) else []
        item = fields_of(written, self.root)
        self.entries |= item
        found = found_elements(name, item, required)
        if found is None:
            self.remarks.append(f"{name}: a list without a field for a picture in each entry")
            return None
        self.request.append(f"elements: {found.written}")
        self.counted.append(whole(self.fields[name].get("maxItems"), MAX_SHOTS))
        self.remarks += [
            f"{name}[].{one}: REQUIRED, and sent by no target" for one in found.missing
        ]
        return found

    def _images(self) -> tuple[FoundImages | None, int]:
        """The list of reference images, and how many references there may be."""
        name = self._take(_IMAGES, "array")
        found = None
        if name is not None:
            item = fields_of(resolved(self.fields[name].get("items"), self.root), self.root)
            self.entries |= item
            found = found_images(name, item)
            if found is None:
                self.remarks.append(f"{name}: a list without a field for the link in each entry")
            else:
                self.image_list = name
                self.request.append(f"images: {found.written}")
                self.counted.append(whole(self.fields[name].get("maxItems"), MAX_SHOTS))
        if None in self.counted:
            self.guesses["references"] = "how many pictures there may be is not stated"
        return found, sum(one or 1 for one in self.counted)

    def _pictures(self) -> list[str]:
        """The lines of ``pictures``: what fal states of files in ``x-fal``, else cautious ones."""
        known = (*_IMAGES, *_START, *_END)
        facts = self.fields.get(next((one for one in known if one in self.used), ""), {})
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

    def _audio(self) -> str | None:
        """The field that switches sound; one with words is kept at its word for off."""
        if found := self._take(_AUDIO, "boolean"):
            self.request.append(f"audio: {quoted(found)}")
            return found
        for name in _AUDIO:
            words = [one for one in self.fields.get(name, {}).get("enum") or [] if str(one) == one]
            off = next((one for one in words if one in _OFF), None)
            on = next((one for one in words if one in _ON), None)
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

    def _left_over(self) -> None:
        """Fields that nothing used: a constant where one is needed and known, else a comment."""
        for name, facts in self.fields.items():
            if name in self.used:
                continue
            needed = name in self.required
            enum = facts.get("enum") or []
            known = [facts.get("const"), facts.get("default"), *(enum if needed else ())]
            value = next((one for one in known if isinstance(one, str) and one), None)
            if needed and value is not None:
                self.constants[name] = value
                self.remarks.append(f"{name}: required, and sent with this value in each request")
            elif needed:
                self.remarks.append(
                    f"{name}: REQUIRED, and no target can describe it yet; requests lack it"
                )
            else:
                self.remarks.append(f"{name}: not used by a target; the host's own default holds")

    def _doubt(self, path: str) -> str:
        return f"  # unknown: {self.guesses[path]}" if path in self.guesses else ""
