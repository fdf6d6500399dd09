"""The documented rules for a body, and the words in which the vendors state a breach.

``check_body`` takes a body's type and a body and gives every breach that needs no file to be looked
at; the pictures and films of a body are checked in ``inputs``. The texts that the vendors
document are kept to the letter, as clients decide by ``type`` or by fragments of the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field

from storyboard.simulator.body_types import BodyType, Field
from storyboard.simulator.orders import (
    Body,
    known_part,
    objects_of,
    read_order,
    text_width,
    texts_of,
)

FieldPath = tuple[str | int, ...]

_MAX_SHOTS = 6
_MAX_REFERENCES_OF_ELEMENT = 3
_ELEMENT_RULE = "Either frontal_image_url and reference_image_urls or video_url must be provided."


class Breach(Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a body: where, in which words, of which type."""

    msg: str
    type: str
    loc: FieldPath = ()
    ctx: Mapping[str, object] = field(default_factory=dict)
    given: object = None

    def to_json(self) -> dict[str, object]:
        """The breach as an entry of a list under ``detail``."""
        found: dict[str, object] = {
            "loc": ["body", *self.loc],
            "msg": self.msg,
            "type": self.type,
            "input": self.given,
        }
        if self.ctx:
            found["ctx"] = dict(self.ctx)
        return found


def check_body(body_type: BodyType, body: Body) -> tuple[Breach, ...]:
    """Every breach of the rules for fields; where there is none, of the rules between them."""
    known = known_part(body_type, body)
    found = tuple(_check_fields(body_type, known))
    return found or tuple(_check_together(body_type, known))


# -- fields ---------------------------------------------------------------------------------


def _check_fields(body_type: BodyType, body: Body) -> Iterator[Breach]:
    for name, known in body_type.fields.items():
        value = body.get(name)
        if name not in body:
            if known.required:
                yield Breach(msg="Field required", type="missing", loc=(name,), given=dict(body))
        elif value is None and known.nullable:
            continue
        else:
            yield from _CHECKS[known.kind](body_type, known, value, (name,))


def _check_text(_: BodyType, known: Field, value: object, loc: FieldPath) -> Iterator[Breach]:
    if not isinstance(value, str):
        yield Breach(msg="Input should be a valid string", type="string_type", loc=loc, given=value)
    elif known.most and len(value) > known.most:
        yield Breach(
            msg=f"String should have at most {known.most} characters",
            type="string_too_long",
            loc=loc,
            ctx={"max_length": known.most},
            given=value,
        )


def _check_choice(_: BodyType, known: Field, value: object, loc: FieldPath) -> Iterator[Breach]:
    if value not in known.choices:
        yield _not_one_of(known.choices, value, loc)


def _not_one_of(choices: tuple[str, ...], value: object, loc: FieldPath) -> Breach:
    quoted = [f"'{choice}'" for choice in choices]
    words = f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    return Breach(
        msg=f"Input should be {words}",
        type="literal_error",
        loc=loc,
        ctx={"expected": words},
        given=value,
    )


def _check_seconds(
    body_type: BodyType, known: Field, value: object, loc: FieldPath
) -> Iterator[Breach]:
    if body_type.numbers:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Breach(
                msg="Input should be a valid integer", type="int_type", loc=loc, given=value
            )
            return
        value = str(value)
    if value not in known.choices:
        yield _not_one_of(known.choices, value, loc)


def _check_flag(_: BodyType, __: Field, value: object, loc: FieldPath) -> Iterator[Breach]:
    if not isinstance(value, bool):
        yield Breach(msg="Input should be a valid boolean", type="bool_type", loc=loc, given=value)


def _check_number(_: BodyType, __: Field, value: object, loc: FieldPath) -> Iterator[Breach]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Breach(msg="Input should be a valid number", type="float_type", loc=loc, given=value)
    elif value < 0:
        yield Breach(
            msg="Input should be greater than or equal to 0",
            type="greater_than_equal",
            loc=loc,
            ctx={"ge": 0},
            given=value,
        )
    elif value > 1:
        yield Breach(
            msg="Input should be less than or equal to 1",
            type="less_than_equal",
            loc=loc,
            ctx={"le": 1},
            given=value,
        )


def _check_words(
    body_type: BodyType, known: Field, value: object, loc: FieldPath
) -> Iterator[Breach]:
    if not isinstance(value, list):
        yield Breach(msg="Input should be a valid list", type="list_type", loc=loc, given=value)
        return
    for index, item in enumerate(value):
        yield from _check_text(body_type, known, item, (*loc, index))
    if known.most_items and len(value) > known.most_items:
        yield _too_many(value, known.most_items, loc)


def _check_shots(body_type: BodyType, _: Field, value: object, loc: FieldPath) -> Iterator[Breach]:
    if not isinstance(value, list):
        yield Breach(msg="Input should be a valid list", type="list_type", loc=loc, given=value)
        return
    most = max(body_type.total[1], 15)
    from_one = Field(kind="seconds", choices=tuple(str(n) for n in range(1, most + 1)))
    for index, shot in enumerate(value):
        at = (*loc, index)
        if not isinstance(shot, dict):
            yield _not_an_object(shot, at)
            continue
        if "prompt" not in shot:
            yield Breach(msg="Field required", type="missing", loc=(*at, "prompt"), given=shot)
        else:
            text = Field(kind="text")
            yield from _check_text(body_type, text, shot["prompt"], (*at, "prompt"))
        if "duration" in shot:
            yield from _check_seconds(body_type, from_one, shot["duration"], (*at, "duration"))
    if len(value) > _MAX_SHOTS:
        yield _too_many(value, _MAX_SHOTS, loc)


def _check_elements(
    body_type: BodyType, _: Field, value: object, loc: FieldPath
) -> Iterator[Breach]:
    if not isinstance(value, list):
        yield Breach(msg="Input should be a valid list", type="list_type", loc=loc, given=value)
        return
    text = Field(kind="text")
    words = Field(kind="words")
    for index, element in enumerate(value):
        at = (*loc, index)
        if not isinstance(element, dict):
            yield _not_an_object(element, at)
            continue
        for name in ("frontal_image_url", "video_url", "voice_id"):
            if element.get(name) is not None:
                yield from _check_text(body_type, text, element[name], (*at, name))
        if body_type.element == "frontal" and "frontal_image_url" not in element:
            yield Breach(
                msg="Field required", type="missing", loc=(*at, "frontal_image_url"), given=element
            )
        references = element.get("reference_image_urls")
        if references is not None:
            at_references = (*at, "reference_image_urls")
            yield from _check_words(body_type, words, references, at_references)
            if isinstance(references, list) and len(references) > _MAX_REFERENCES_OF_ELEMENT:
                yield _too_many(references, _MAX_REFERENCES_OF_ELEMENT, at_references)


def _not_an_object(value: object, loc: FieldPath) -> Breach:
    return Breach(
        msg="Input should be a valid dictionary or object to extract fields from",
        type="model_attributes_type",
        loc=loc,
        given=value,
    )


def _too_many(value: list[object], most: int, loc: FieldPath) -> Breach:
    return Breach(
        msg=f"List should have at most {most} items after validation, not {len(value)}",
        type="too_long",
        loc=loc,
        ctx={"field_type": "List", "max_length": most, "actual_length": len(value)},
        given=value,
    )


_CHECKS: Mapping[str, Callable[[BodyType, Field, object, FieldPath], Iterator[Breach]]] = {
    "text": _check_text,
    "seconds": _check_seconds,
    "choice": _check_choice,
    "flag": _check_flag,
    "number": _check_number,
    "words": _check_words,
    "picture": _check_text,
    "pictures": _check_words,
    "movie": _check_text,
    "movies": _check_words,
    "elements": _check_elements,
    "shots": _check_shots,
}


# -- rules between fields ---------------------------------------------------------------------


def _check_together(body_type: BodyType, body: Body) -> Iterator[Breach]:
    for rule in (_check_prompts, _check_length, _check_elements_whole, _check_count, _check_width):
        found = tuple(rule(body_type, body))
        if found:
            # The vendors refuse at the first rule that is broken.
            yield from found
            return
    if body_type.last_needs_first and body.get(body_type.last) and not body.get(body_type.first):
        yield _broken(f"{body_type.last} requires {body_type.first}")


def _broken(msg: str, loc: FieldPath = (), given: object = None) -> Breach:
    return Breach(msg=msg, type="value_error", loc=loc, given=given)


def _check_prompts(body_type: BodyType, body: Body) -> Iterator[Breach]:
    if "multi_prompt" not in body_type.fields:
        return
    if body.get("prompt") and body.get("multi_prompt"):
        yield _broken("Cannot provide both 'prompt' and 'multi_prompt'")
    elif not body.get("prompt") and not body.get("multi_prompt"):
        yield _broken("Either 'prompt' or 'multi_prompt' must be provided")


def _check_length(body_type: BodyType, body: Body) -> Iterator[Breach]:
    total = read_order(body_type, body).seconds
    least, most = body_type.total
    if body.get("multi_prompt") and total > most:
        yield _broken(f"Total shot duration ({total}s) exceeds maximum allowed ({most}s)")
    elif not least <= total <= most:
        yield _broken(f"duration value '{total}' is invalid")


def _check_elements_whole(body_type: BodyType, body: Body) -> Iterator[Breach]:
    movies = 0
    for index, element in enumerate(objects_of(body.get("elements"))):
        movie = body_type.element == "combo" and bool(element.get("video_url"))
        movies += movie
        pictured = element.get("frontal_image_url") and (
            body_type.lone_frontal or element.get("reference_image_urls")
        )
        if not pictured and not movie:
            yield _broken(_ELEMENT_RULE, ("elements", index), dict(element))
    if body.get("elements") and body.get("character_orientation") == "image":
        yield _broken("elements need character_orientation 'video'", ("elements",))
    if movies > body_type.moving_elements:
        yield _broken("A request can only have one element with a video", ("elements",))


def _check_count(body_type: BodyType, body: Body) -> Iterator[Breach]:
    if "elements" not in body_type.fields and body_type.pictures not in body_type.fields:
        return
    elements, fields = objects_of(body.get("elements")), body_type.fields.items()
    given = len(elements) + len(texts_of(body.get(body_type.pictures)))
    if body_type.counts_movies:
        lists = (name for name, known in fields if known.kind == "movies")
        given += sum(len(texts_of(body.get(name))) for name in lists)
    movie = body_type.element == "combo" and any(e.get("video_url") for e in elements)
    movie |= any(known.kind in ("movie", "movies") and body.get(name) for name, known in fields)
    most = body_type.with_movie if movie else body_type.references
    if given > most:
        yield Breach(
            msg=f"Maximum {most} total (elements + reference images) is allowed, got {given}",
            type="too_long",
            loc=("elements",),
            ctx={"max_length": most, "actual_length": given},
        )


def _check_width(body_type: BodyType, body: Body) -> Iterator[Breach]:
    for index, shot in enumerate(objects_of(body.get("multi_prompt"))):
        if text_width(str(shot["prompt"])) > body_type.shot_width:
            yield _broken(
                f"multiPrompt[{index}].prompt: size must be between 0 and {body_type.shot_width}"
            )
    prompt = body.get("prompt")
    if isinstance(prompt, str) and text_width(prompt) > body_type.prompt_width:
        yield _broken(f"prompt: size must be between 0 and {body_type.prompt_width}")
