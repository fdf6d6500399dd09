"""Whether a row of a vendor's history may be an order that the vendor keeps in another form.

Vendors may keep a number for a text, a list as its JSON, leave fields out, cut a prompt short,
write tags in their own way, or move files to links of their own. Texts are compared by their
letters and digits, so that ``@Element1`` and ``<<<element_1>>>`` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from storyboard.hosts.answers import parse_json
from storyboard.hosts.protocol import Trace
from storyboard.plan.request_body import texts

_SHORTEST = 16
"""Letters and digits that a prompt which was cut short must have left to be known by."""
_END = re.compile("[.!?…\u3002\uff01\uff1f\\n]+")
"""What ends a sentence, in Latin scripts and in Chinese and Japanese."""


def texts_of(row: Trace) -> tuple[str, ...]:
    """The prompts of a row, none where it holds none."""
    found = texts(_unfolded(row.body)) if row.body is not None else ()
    return tuple(filter(None, found or ((row.text,) if row.text else ())))


def letters(text: str) -> str:
    """The letters and digits of a text, without case."""
    return "".join(filter(str.isalnum, text)).casefold()


def sentences(prompts: Sequence[str]) -> list[str]:
    """The sentences of prompts, each by its letters."""
    parts = (letters(part) for prompt in prompts for part in _END.split(prompt))
    return [part for part in parts if part]


def compared_sentences(prompts: Sequence[str]) -> frozenset[str]:
    """The sentences of prompts, to be compared with those of rows."""
    return frozenset(sentences(prompts))


def likeness(ours: frozenset[str], theirs: Sequence[str]) -> float:
    """The share of our sentences that a row's prompts hold, from 0 to 1."""
    if not ours:
        return 0.0
    found = frozenset(sentences(theirs))
    # The last one may be cut short.
    last = sentences(theirs)[-1:] or [""]
    is_cut = len(last[0]) >= _SHORTEST // 2 and last[0] not in ours
    cut = sum(one.startswith(last[0]) for one in ours - found) if is_cut else 0
    return (len(ours & found) + min(cut, 1)) / len(ours)


def cut_key(prompts: Sequence[str]) -> str:
    """How prompts begin, by which orders and rows are looked up; empty where there are none."""
    return letters("".join(prompts))[:_SHORTEST]


def is_same_restated(sent: Mapping[str, Any], row: Trace) -> bool:
    """Whether a row can be the body that was sent: nothing that it holds speaks against it."""
    if not _holds_cut(texts(sent), texts_of(row)):
        return False
    return row.body is None or not _contradicts(sent, _unfolded(row.body))


def _unfolded(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body with lists and objects in place of the texts that hold them as JSON."""
    return {name: value if name == "prompt" else _read(value) for name, value in body.items()}


def _read(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(("[", "{")):
        return value
    found = parse_json(value)
    return value if found is None else found


def _holds_cut(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether prompts are ours, whole or cut short."""
    whole, found = letters("".join(ours)), letters("".join(theirs))
    if found == whole:
        return bool(found)
    if len(found) < _SHORTEST:
        return False
    if whole.startswith(found):
        return True
    return len(ours) == len(theirs) and all(
        letters(one).startswith(letters(other)) for one, other in zip(ours, theirs, strict=True)
    )


def _contradicts(sent: Any, found: Any) -> bool:
    """Whether a kept value speaks against one that was sent; what is left out does not."""
    if found is None:
        return False
    if isinstance(sent, Mapping) and isinstance(found, Mapping):
        # Prompts are compared as a whole.
        names = (name for name in sent if name != "prompt")
        return any(_contradicts(sent[name], found.get(name)) for name in names)
    if isinstance(sent, list) and isinstance(found, list):
        if len(sent) != len(found):
            return bool(found)
        return any(map(_contradicts, sent, found))
    one, other = _plain(sent), _plain(found)
    return one is not None and other is not None and one != other


def _plain(value: Any) -> float | str | None:
    """A value as it is compared; None for texts and links, which may be kept in another form."""
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str) or any(map(str.isspace, value)) or len(value) > _SHORTEST:
        return None
    if ":" in value and not value.replace(":", "").isdigit():
        return None
    text = value.casefold()
    try:
        return float(text.removesuffix("s"))
    except ValueError:
        return text
