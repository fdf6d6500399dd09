"""Where the forms of a request contradict themselves: tags, lists, switches, lines of shots."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence

from storyboard.diagnostics.spelling import nearest
from storyboard.targets.disagreement import Disagreement
from storyboard.targets.model import Target
from storyboard.targets.request_rules import ROLES, ImagesField
from storyboard.targets.tag_forms import is_named, tag_parts


def check_tags(target: Target) -> Iterator[Disagreement]:
    """Each kind has a tag of its own, with one number or name."""
    tags, request = target.tags, target.request
    kinds = {
        "element": (tags.element, request.elements),
        "image": (tags.image, request.images),
        "clip": (tags.clip, request.footage),
    }
    seen: dict[str, str] = {}
    for kind, (form, field) in kinds.items():
        if form is None:
            continue
        try:
            tag_parts(form)
        except ValueError:
            yield Disagreement(
                path=("tags", kind),
                message=f'the tag "{form}" needs exactly one {{n}}, its number, or one {{name}}',
                help='write it like "@Element{n}", "@element_{n:02}" or "@{name}"',
            )
            continue
        first = seen.setdefault(form, kind) if field else kind
        if first != kind and not is_named(form):
            yield Disagreement(
                path=("tags", kind),
                message=f'{first}s and {kind}s have the same tag, "{form}"',
                help="give each a tag of its own; a number alone does not say which is meant",
            )
        if kind == "clip" and is_named(form):
            yield Disagreement(
                path=("tags", kind),
                message="a clip of footage has no name in a request",
                help='write its tag with a number, like "@Video{n}"',
            )
    for kind, form, block in (
        ("elements", tags.element, request.elements),
        ("images", tags.image, request.images),
    ):
        if block is not None and is_named(form) != bool(block.id):
            yield Disagreement(
                path=("request", kind),
                message=f"tags that name {kind} need the field of the name"
                if is_named(form)
                else f"the {kind} have a field for a name, but tags that number them",
                help=f"write request: {{{kind}: {{id: …}}}} exactly where the tag has {{name}}",
            )


_NO_FIELDS = ("shot_line", "unlisted", "footage_form", "ratio_words")
"""The keys of ``request`` that name no field of it."""


def check_ratio_words(target: Target) -> Iterator[Disagreement]:
    """Each ratio that has a word of the host is offered, and has a word of its own."""
    words = target.request.ratio_words
    for ratio in words:
        if ratio not in target.aspect_ratios:
            near = nearest(ratio, target.aspect_ratios)
            yield Disagreement(
                path=("request", "ratio_words", ratio),
                message=f"a word for {ratio}, which is none of the aspect_ratios",
                help=f"write {near}" if near else f"list {ratio} under aspect_ratios:",
            )
    if len({*words.values()}) != len(words):
        yield Disagreement(
            path=("request", "ratio_words"),
            message="two ratios have the same word, which does not say which is meant",
            help="keep the ratio that the word means",
        )


def check_field_names(target: Target) -> Iterator[Disagreement]:
    """Each field of a request is one thing."""
    request = target.request
    seen: dict[str, str] = {}
    for key in type(request).model_fields:
        block = getattr(request, key)
        names = list(block) if key == "constants" else [getattr(block, "name", block)]
        for name in names if key not in _NO_FIELDS else ():
            if not isinstance(name, str):
                continue
            if name in seen:
                yield Disagreement(
                    path=("request", key),
                    message=f'the field "{name}" is named for {seen[name]} and for {key}',
                    help="name another field for one of them, or take it out",
                )
            seen.setdefault(name, key)


def check_images(target: Target) -> Iterator[Disagreement]:
    """What pictures in the list of images, and in that of frames, are in the host's words."""
    request = target.request
    yield from _check_pictures(request.images, "images", ROLES)
    yield from _check_pictures(request.frames, "frames", ROLES[1:])
    if request.frames is not None and not request.frames.roles:
        yield Disagreement(
            path=("request", "frames"),
            message="a list of frames does not say which is the first and which the last",
            help="write frames: {name: …, link: …, role: …, roles: {first_frame: …}}",
        )
    for role, field in (("first_frame", "start_frame"), ("last_frame", "end_frame")):
        places = [field] if getattr(request, field) is not None else []
        places += [
            name
            for name, listed in (("frames", request.frames), ("images", request.images))
            if listed is not None and role in listed.roles
        ]
        if len(places) > 1:
            yield Disagreement(
                path=("request", places[0]),
                message=f"a {role} has two places in a request: {' and '.join(places)}",
                help="keep one of them; absent takes away what was inherited",
            )


def _check_pictures(
    listed: ImagesField | None, name: str, known: Sequence[str]
) -> Iterator[Disagreement]:
    """Each role is known and has a word of its own, and the fields of the entries are named."""
    if listed is None:
        return
    path = ("request", name)
    for role in listed.roles:
        if role not in known:
            near = nearest(role, known)
            yield Disagreement(
                path=(*path, "roles", role),
                message=f'a picture in the list of {name} has no role "{role}"',
                help=f"write {near}" if near else f"write one of {', '.join(known)}",
            )
    words = list(listed.roles.values())
    if len(set(words)) != len(words):
        yield Disagreement(
            path=(*path, "roles"),
            message="two roles have the same word, which does not say which is meant",
            help="give each role the word that the host has for it, and leave out the others",
        )
    if bool(listed.roles) != bool(listed.role) or (
        listed.link is None and (listed.role or listed.id)
    ):
        yield Disagreement(
            path=path,
            message="pictures with roles or names are objects: their fields are not all named",
            help=f"write {name}: {{name: …, link: …, role: …, roles: {{first_frame: …}}}}",
        )


def check_elements_field(target: Target) -> Iterator[Disagreement]:
    """The pictures of an element are in fields of their own, or in one list."""
    names, limits = target.request.elements, target.elements
    if names is None:
        return
    if bool(names.frontal) == bool(names.pictures) or (names.pictures and names.references):
        yield Disagreement(
            path=("request", "elements"),
            message="an element has its pictures in two places, or in none",
            help="name frontal and references, or pictures where all are in one list",
        )
    elif names.frontal and not names.references and limits and limits.max_references:
        yield Disagreement(
            path=("request", "elements"),
            message="elements may have references, but the request has no field for them",
            help="name it as references:, or write elements: {max_references: 0}",
        )


def check_switches(target: Target) -> Iterator[Disagreement]:
    """Words for on and off come in pairs, and differ."""
    for name in ("audio", "keep_sound"):
        field = getattr(target.request, name)
        if field is None:
            continue
        if (field.on is None) != (field.off is None) or (field.on and field.on == field.off):
            yield Disagreement(
                path=("request", name),
                message=f"{name} needs two words, one for on and another for off",
                help=f'write {name}: {{name: {field.name}, "on": "…", "off": "…"}}',
            )


def check_shots_beside(target: Target) -> Iterator[Disagreement]:
    """The text of the first shot fits the single prompt, where it stands there too."""
    listed, shots, most = target.request.shots, target.shots, target.prompt.characters
    if listed is None or listed.beside == "absent" or shots is None or most is None:
        return
    if shots.characters > most:
        yield Disagreement(
            path=("shots", "characters"),
            message=f"the first shot stands in the prompt too, which has {most} characters, and a "
            f"shot may have {shots.characters}",
            help=f"write characters: {most}, or request: {{shots: {{beside: absent}}}}",
        )


def check_shot_line(target: Target) -> Iterator[Disagreement]:
    """Shots inside the prompt have a line each, and all of them fit the prompt."""
    form, shots = target.request.shot_line, target.shots
    if form is None:
        return
    path = ("request", "shot_line")
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(form) if name is not None]
    except ValueError:
        fields = []
    if sorted(fields) != ["n", "prompt", "seconds"] or "\n" in form:
        yield Disagreement(
            path=path,
            message="the line of a shot needs {n}, {seconds} and {prompt}, once each",
            help='write it like "[Shot {n}, {seconds}s] {prompt}"',
        )
        return
    if target.request.shots is not None:
        yield Disagreement(
            path=path,
            message="shots are lines of the prompt and a list of their own",
            help="keep one of shots: and shot_line:; absent takes away what was inherited",
        )
    if shots is None or target.prompt.characters is None:
        return
    lead = form.format(n=shots.max, seconds=shots.max_seconds, prompt="")
    needed = shots.max * (shots.characters + len(lead) + 1) - 1
    if needed > target.prompt.characters:
        most = (target.prompt.characters + 1) // shots.max - len(lead) - 1
        yield Disagreement(
            path=("shots",),
            message=f"{shots.max} shots of {shots.characters} characters need {needed} in the "
            f"prompt, which has {target.prompt.characters}",
            help=f"write characters: {max(1, most)}, or fewer shots",
        )
