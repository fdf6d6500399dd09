"""From the schema that a host publishes to the file of a new target.

What the schema says is taken over. What it cannot say, such as prices, is unknown or a guess of
grade D, with a comment; so is each field of the request that a target cannot describe.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, field

from storyboard.targets.drift import UnknownDocument, request_in, resolved
from storyboard.targets.limits import MAX_CHARACTERS, MAX_SECONDS, MAX_SHOTS

_PROMPT = ("prompt", "text_prompt", "prompt_text", "text")
_SECONDS = ("duration", "seconds", "duration_seconds", "video_length", "length")
_SHOTS = ("multi_prompt", "shots", "shot_list", "multi_shots")
_IMAGES = ("image_urls", "reference_image_urls", "reference_images", "images", "input_image")
_START = ("start_image_url", "first_frame_url", "first_frame", "start_image", "image_url", "image")
_END = ("end_image_url", "tail_image_url", "last_frame_url", "last_frame", "end_image")
_AUDIO = ("generate_audio", "enable_audio", "with_audio", "audio", "sound")
_OFF = ("off", "no", "none", "false", "disabled")
"""The names that hosts give to a field, the surest first, and the words for no sound."""

_TAG = re.compile(r"@[Ii]mage_?1\b|<<<image_1>>>")
_LENGTH = re.compile(r"([0-9]+)(s?)")
_ID = re.compile(r"[a-z0-9.-]+/[a-z0-9.-]+")
_GUESSED_CHARACTERS = 500
_GUESSED_SHOTS = 2

Field = Mapping[str, Any]


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
        fields=_fields(schema, root),
        required=tuple(required) if isinstance(required, list) else (),
        root=root,
    )
    head = [
        "# Made from a schema. Look at each comment; what is marked unknown is nowhere stated.",
        f"target: {named}",
        f"title: {_quoted(named)}",
        f"host: {reader.host}",
        f"endpoint: {_quoted(endpoint)}"
        if endpoint
        else f"endpoint: {_quoted(named.partition('/')[2])}  # unknown: the host's own id of it",
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

    def lines(self, today: date) -> Iterator[str]:
        """All of the file but its head."""
        prompt = self._take(_PROMPT, "string")
        if prompt is None:
            raise UnknownDocument(f"the request has no field for the text ({', '.join(_PROMPT)})")
        if "model" in self.fields or self.host == "oxen":
            self.used.add("model")
            self.request.append("model: model")
        self.request.append(f"prompt: {_quoted(prompt)}")
        seconds, longest, is_chosen = self._seconds()
        characters = _whole(self.fields[prompt].get("maxLength"), MAX_CHARACTERS)
        shots = self._shots(longest, characters)
        images, most, tag = self._images()
        start = self._named("start_frame", _START)
        end = self._named("end_frame", _END)
        audio = self._audio()
        negative = self._named("negative", ("negative_prompt",))
        ratios = self._choices("aspect_ratio", ("aspect_ratio", "ratio"))
        resolutions = self._choices("resolution", ("resolution",))
        self._left_over()
        pictures = self._pictures(images or start or end)
        self.guesses["features"] = "read from the names of the fields"
        yield "facts:"
        yield "  request: {source: schema, grade: A}"
        for path, why in self.guesses.items():
            yield f"  {path}: {{source: schema, grade: D, note: {_quoted(why)}}}"
        yield f"seconds: {seconds}{self._doubt('seconds')}"
        yield f"prompt: {{characters: {characters or 'unknown'}}}"
        if shots:
            yield f"shots: {shots}{self._doubt('shots')}"
        yield f'tags: {{element: "@Element{{n}}", image: {_quoted(tag)}, overhead: 0}}' + (
            self._doubt("tags")
        )
        yield f"references: {{max: {most}}}{self._doubt('references')}"
        yield f"pictures:{self._doubt('pictures')}"
        yield from pictures
        yield f"aspect_ratios: {_listed(ratios)}"
        if resolutions:
            stated = self.fields["resolution"].get("default")
            default = stated if stated in resolutions else resolutions[0]
            choices = f"choices: {_listed(resolutions)}, default: {_quoted(default)}"
            yield f"resolutions: {{{choices}}}"
        yield "features:"
        features = {
            "elements": "image" if images else "description",
            "images": "native" if images else "description",
            "looks": "image" if images else "description",
            "lone_frontal": "none",
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
        needed = {"first_frame": start, "images": images, "last_frame": end}
        if demanded := [name for name, one in needed.items() if one and one in self.required]:
            yield f"requires: [{', '.join(demanded)}]"
        yield "request:"
        yield from (f"  {line}" for line in self.request)
        if self.constants:
            yield "  constants:"
            for name, value in self.constants.items():
                yield f"    {_quoted(name)}: {_quoted(value)}"
        yield from (f"  # {_plain(remark)}" for remark in self.remarks)
        yield "request_schema: absent"
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
            self.request.append(f"{key}: {_quoted(found)}")
        return found

    def _choices(self, key: str, names: Sequence[str]) -> list[str]:
        name = next((one for one in names if self.fields.get(one, {}).get("enum")), None)
        values = self.fields[name]["enum"] if name else []
        if not name or not all(isinstance(one, str) and one for one in values):
            return []
        self.used.add(name)
        self.request.append(f"{key}: {_quoted(name)}")
        return list(values)

    def _seconds(self) -> tuple[str, int, bool]:
        """The block of ``seconds``, the longest request, and whether only some lengths exist."""
        name = self._take(_SECONDS, "integer", "number", "string")
        if name is None:
            raise UnknownDocument(
                f"the request has no field for its length ({', '.join(_SECONDS)})"
            )
        form, lengths = _lengths(self.fields[name])
        self.request.append(f"seconds: {{name: {_quoted(name)}, type: {form}}}")
        if not lengths:
            lengths = [_whole(self.fields[name].get("default"), MAX_SECONDS) or 5]
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
        shot = _fields(resolved(listed.get("items"), self.root), self.root)
        prompt = next((one for one in _PROMPT if one in shot), None)
        length = next((one for one in _SECONDS if one in shot), None)
        if shot and not (prompt and length):
            self.remarks.append(f"{name}: a list of shots without a text and a length in each")
            return ""
        unknown = [] if shot else ["the fields of a shot"]
        form, lengths = _lengths(shot[length]) if length else ("integer", [])
        most = _whole(listed.get("maxItems"), MAX_SHOTS)
        stated = _whole(shot.get(prompt or "", {}).get("maxLength"), MAX_CHARACTERS)
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
            f"shots: {{name: {_quoted(name)}, prompt: {_quoted(prompt or 'prompt')}, "
            f"seconds: {_quoted(length or 'duration')}, type: {form}, encoding: {encoding}, "
            "total: sum}  # unknown: whether the total stands beside the list (sum, omit)"
        )
        return (
            f"{{max: {most or _GUESSED_SHOTS}, min_seconds: {least}, max_seconds: {last}, "
            f"characters: {room}}}"
        )

    def _images(self) -> tuple[str | None, int, str]:
        """The field of reference images, how many there may be, and the tag of one."""
        name = self._take(_IMAGES, "array")
        said = _TAG.search(json.dumps(self.fields, default=str, ensure_ascii=False))
        tag = said[0].replace("1", "{n}") if said else "@Image{n}"
        if name is None:
            return None, 0, tag
        self.request.append(f"images: {_quoted(name)}")
        most = _whole(self.fields[name].get("maxItems"), MAX_SHOTS)
        if most is None:
            self.guesses["references"] = "how many images there may be is not stated"
        if not said:
            self.guesses["tags"] = "how a prompt points at an image is not stated"
        return name, most or 1, tag

    def _pictures(self, name: str | None) -> list[str]:
        """The lines of ``pictures``: what fal states of files in ``x-fal``, else cautious ones."""
        facts = self.fields.get(name or "", {})
        stated = facts.get("x-fal") or resolved(facts.get("items"), self.root).get("x-fal")
        said = stated if isinstance(stated, Mapping) else {}
        size = _whole(said.get("max_file_size"), 1 << 40)
        side = _whole(said.get("min_width"), 1 << 16)
        ratios = said.get("min_aspect_ratio"), said.get("max_aspect_ratio")
        low, high = ratios if _is_range(*ratios) else ("0.40", "2.50")
        unknown = [
            what
            for what, known in (("bytes", size), ("sides", side), ("ratios", _is_range(*ratios)))
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
            self.request.append(f"audio: {_quoted(found)}")
            return found
        for name in _AUDIO:
            words = self.fields.get(name, {}).get("enum") or []
            off = next((one for one in words if isinstance(one, str) and one in _OFF), None)
            if off:
                self.used.add(name)
                self.constants[name] = off
                listed = ", ".join(map(str, words))
                self.remarks.append(
                    f"{name} takes the words {listed}: a target can hold one for all requests alone"
                )
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


def _fields(schema: Field, root: Field) -> dict[str, Field]:
    """The fields of an object, without choices that are no list."""
    properties = schema.get("properties")
    named = properties.items() if isinstance(properties, Mapping) else ()
    found = {str(name): resolved(one, root) for name, one in named}
    return {
        name: {fact: value for fact, value in one.items() if fact != "enum" or _is_list(value)}
        for name, one in found.items()
    }


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _lengths(facts: Field) -> tuple[str, list[int]]:
    """How seconds are written, and the lengths that exist in order; none where not stated."""
    if facts.get("type") in ("integer", "number"):
        enum = {one for one in map(_seconds_of, facts.get("enum") or ()) if one}
        if enum:
            return "integer", sorted(enum)
        least = _whole(facts.get("minimum"), MAX_SECONDS)
        most = _whole(facts.get("maximum"), MAX_SECONDS)
        if most is None or (least or 1) > most:
            return "integer", []
        return "integer", list(range(least or 1, most + 1))
    texts = [str(one) for one in (*(facts.get("enum") or ()), facts.get("default"))]
    found = [match for one in texts if (match := _LENGTH.fullmatch(one))]
    form = "suffixed" if any(match[2] for match in found) else "string"
    enum = {one for one in map(_seconds_of, facts.get("enum") or ()) if one}
    return form, sorted(enum)


def _seconds_of(value: object) -> int | None:
    match = _LENGTH.fullmatch(str(value)) if not isinstance(value, bool) else None
    return _whole(int(match[1]), MAX_SECONDS) if match and len(match[1]) < 6 else None


def _whole(value: object, most: int) -> int | None:
    """A stated number as a whole one from 1 to ``most``; None for anything else."""
    if isinstance(value, str) and (match := _LENGTH.fullmatch(value)) and len(value) < 9:
        value = int(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value and 1 <= value <= most and value == int(value) else None


def _is_range(low: object, high: object) -> bool:
    """Whether these are two ratios in order that a picture can have."""
    numbers = [
        one for one in (low, high) if isinstance(one, int | float) and not isinstance(one, bool)
    ]
    return len(numbers) == 2 and 0.001 <= numbers[0] <= numbers[1] <= 1000


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _quoted(text: str) -> str:
    """A text as YAML has it in double quotation marks, on one line."""
    return json.dumps(_plain(text), ensure_ascii=False)


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)
