"""The forms of tags: how a prompt points at something that is sent, by number or by name.

A form has ``{n}`` for the number, ``{n:02}`` for one that is padded to so many digits, or
``{name}``. Braces of the tag itself are written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_PADDED = re.compile(r"\{n:0([1-9])\}")
_UNSAFE = re.compile(r"\W+")
_MARK = "\0"


def is_named(form: str) -> bool:
    """Whether a form names what it points at, and does not number it."""
    return form.replace("{{", "").replace("}}", "").count("{name}") > 0


def tag_parts(form: str) -> tuple[str, str]:
    """What stands before and after the number or name. Raises ``ValueError`` for no form."""
    try:
        parts = _PADDED.sub("{n}", form).format(n=_MARK, name=_MARK).split(_MARK)
    except (IndexError, KeyError, AttributeError):
        parts = []
    if len(parts) != 2:
        raise ValueError(f'"{form}" needs exactly one {{n}} or {{name}}')
    return parts[0], parts[1]


def tag_pattern(form: str, names: Iterable[str] = ()) -> str:
    """A pattern of the tags of a form, with a group for the number, or for one of the names."""
    before, after = map(re.escape, tag_parts(form))
    inner = "[0-9]+"
    if is_named(form):
        inner = "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"
    return f"{before}({inner}){after}"


def tag_names(names: Iterable[str]) -> Mapping[str, str]:
    """Each name as tags have it: letters, digits and _ alone, and none begins another.

    A host that looks for ``@mara`` would find it in ``@mara2`` too, which is ``@2_mara2`` then.
    """
    found: dict[str, str] = {}
    begun: set[str] = set()
    taken: set[str] = set()
    for name in names:
        plain = candidate = _UNSAFE.sub("_", name).strip("_") or "member"
        number = 1
        while candidate in begun or any(
            candidate[:length] in taken for length in range(1, len(candidate) + 1)
        ):
            number += 1
            candidate = f"{number}_{plain}"
        found[name] = candidate
        taken.add(candidate)
        begun.update(candidate[:length] for length in range(1, len(candidate) + 1))
    return found
