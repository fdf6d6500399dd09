"""What differs between two versions of a film: in text for a terminal, in Markdown for a review.

What has changed in several shots in the same way is told once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from storyboard.plan.difference import FilmDifference, FilmVersion, ShotChange, ShotDifference
from storyboard.plan.reason import PayloadChange, PlaceInFile
from storyboard.render.amounts import amount, counted
from storyboard.render.prose import wrapped
from storyboard.render.reasons import field_text
from storyboard.render.table import painted, plain
from storyboard.render.width import visible
from storyboard.values.units import Money

_SIGNS = {
    ShotChange.ADDED: ("+", "32"),
    ShotChange.REMOVED: ("-", "31"),
    ShotChange.CHANGED: ("~", "33"),
    ShotChange.MOVED: (">", "36"),
    ShotChange.RENAMED: (">", "36"),
}
_OF_ONE_SHOT = frozenset({"shot", "seconds"})
"""The fields of which each shot has its own change."""
_MAX_NAMED = 4
_COMMIT = 7
"""Digits of a commit that people are shown, as git does."""
_NOW = "the files as they are"
_Key = tuple[str, ...]


class DifferenceEntry(Struct, frozen=True, kw_only=True):
    """One thing that is not as it was, of one shot or of several.

    ``seconds`` are a text, empty for several shots; ``words`` say what it is, ``old`` and ``new``
    are the film's own words.
    """

    change: ShotChange
    shots: tuple[str, ...]
    seconds: str = ""
    words: str = ""
    old: str = ""
    new: str = ""


def difference_entries(found: FilmDifference) -> Iterator[DifferenceEntry]:
    """What differs, in the film's order; what is the same change in several shots comes once."""
    alike: dict[_Key, list[str]] = {}
    for shot in found.shots:
        for change in shot.changes:
            alike.setdefault(_key(change), []).append(shot.address)
    told: set[_Key] = set()
    scenes = Counter(filter(None, map(_renamed_scene, found.shots)))
    for shot in found.shots:
        if shot.change is not ShotChange.CHANGED:
            names = _renamed_scene(shot)
            if names is None or scenes[names] < 2:
                yield _whole(shot)
            elif names not in told:
                told.add(names)
                was, scene = names
                yield DifferenceEntry(change=shot.change, shots=(scene,), words=f"scene, was {was}")
            continue
        for change in shot.changes:
            key = _key(change)
            if key in told:
                continue
            shots = tuple(alike[key])
            if len(shots) > 1:
                told.add(key)
            is_timed = change.field == "seconds"
            yield DifferenceEntry(
                change=shot.change,
                shots=shots,
                seconds=_seconds(shot) if len(shots) == 1 else "",
                words=_lasting(shot) if is_timed else _words(change, found.file),
                old=change.old,
                new=change.new,
            )


def _key(change: PayloadChange) -> _Key:
    """By what changes of several shots are one: the words, and the line that they are from."""
    place = change.span
    at = f"{place.file}:{place.line}" if place is not None and change.old else ""
    own = change.shot if change.field in _OF_ONE_SHOT else ""
    return change.field, change.member, change.old, change.new, at, own


def _whole(shot: ShotDifference) -> DifferenceEntry:
    """A shot that is new, gone, elsewhere or called otherwise."""
    words, old, new = "", "", ""
    match shot.change:
        case ShotChange.MOVED:
            at = f"behind {shot.behind}" if shot.behind else "at the beginning"
            words = f"moved {at}" + (f", was {shot.was}" if shot.was != shot.address else "")
        case ShotChange.RENAMED:
            words = f"was {shot.was}"
        case ShotChange.ADDED:
            words, new = "added", shot.text
        case ShotChange.REMOVED:
            words, old = "removed", shot.text
    return DifferenceEntry(
        change=shot.change,
        shots=(shot.address or shot.was,),
        seconds=_seconds(shot),
        words=words,
        old=old,
        new=new,
    )


def _renamed_scene(shot: ShotDifference) -> tuple[str, str] | None:
    """The scene of a shot before and now, where nothing else of its address is another."""
    if shot.change is not ShotChange.RENAMED:
        return None
    was, _, old = shot.was.rpartition("/")
    scene, _, new = shot.address.rpartition("/")
    return (was, scene) if old == new else None


def _lasting(shot: ShotDifference) -> str:
    return "longer" if shot.seconds > shot.old_seconds else "shorter"


def _seconds(shot: ShotDifference) -> str:
    if not shot.was or not shot.address or shot.seconds == shot.old_seconds:
        return f"{shot.seconds or shot.old_seconds} s"
    return f"{shot.old_seconds} s → {shot.seconds} s"


def _words(change: PayloadChange, file: str) -> str:
    what = "content" if change.field == "shot" else field_text(change)
    return f"{what}{_place(change.span, file)}"


def _place(span: PlaceInFile | None, file: str) -> str:
    if span is None:
        return ""
    return f", line {span.line}" if span.file == file else f", {span.file}:{span.line}"


def render_difference(found: FilmDifference, *, color: bool, width: int | None) -> str:
    """The difference in text. ``width`` is the terminal's, None for any length."""
    paint = painted if color else plain
    head = f"{found.after.title or found.file} · {_version(found.before)} → {_version(found.after)}"
    lines = [paint(line, "1") for line in wrapped(visible(head), width, indent=2)]
    lines.append("")
    for one in difference_entries(found):
        sign, code = _SIGNS[one.change]
        first, *rest = wrapped(visible(f"  {sign} {_line(one)}"), width, indent=6)
        lines.append(first.replace(sign, paint(sign, code), 1))
        lines += rest
        for name, text in (("was", one.old), ("now", one.new)):
            if text:
                lines += wrapped(visible(f"      {name}: {text}"), width, indent=11)
    if found.shots:
        lines.append("")
    for said in _summary(found):
        lines += wrapped(visible(said), width, indent=2)
    return "\n".join(lines) + "\n"


def _line(one: DifferenceEntry) -> str:
    if len(one.shots) > 1:
        return f"{_several(one.shots)}: {one.words}"
    return "  ".join(filter(None, (*one.shots, one.seconds, one.words)))


def _several(shots: Sequence[str]) -> str:
    more = f" and {len(shots) - _MAX_NAMED} more" if len(shots) > _MAX_NAMED else ""
    return f"{counted(len(shots), 'shot')} ({', '.join(shots[:_MAX_NAMED])}{more})"


def _version(one: FilmVersion) -> str:
    if not one.revision:
        return _NOW
    short = one.commit[:_COMMIT]
    return one.revision if one.commit.startswith(one.revision) else f"{one.revision} ({short})"


def _summary(found: FilmDifference) -> Iterator[str]:
    """The lines below, the sums last."""
    old, new = found.before, found.after
    is_whole = not old.left_out and not new.left_out
    for version in (old, new):
        if version.left_out:
            scenes = ", ".join(version.left_out)
            have = "has" if len(version.left_out) == 1 else "have"
            yield f"left out: {scenes}, which {have} errors in {_version(version)}"
    if old.title != new.title:
        yield f'title: "{old.title}" → "{new.title}"'
    if old.targets != new.targets:
        yield f"targets: {', '.join(old.targets)} → {', '.join(new.targets)}"
    counts = Counter(change for _, change in {(_of(one), one.change) for one in found.shots})
    said = [f"{counts[change]:,} {change}" for change in ShotChange if counts[change]]
    if not is_whole and not old.shots and not new.shots:
        return  # nothing is left of which there is anything to say
    no_other = "no shot differs" if is_whole else "no other shot differs"
    yield f"shots: {', '.join(said)}" if said else no_other
    yield _sizes(old, new)
    prices = f", prices of {found.prices_of}" if found.prices_of else ""
    what = "whole film" if is_whole else "rest of the film"
    yield f"{what}, rendered anew: {_change(old.price, new.price)}{prices}"
    if (old.to_pay, new.to_pay) != (old.price, new.price):
        yield f"still to pay: {_change(old.to_pay, new.to_pay)}"


def _of(one: ShotDifference) -> str:
    return one.address or one.was


def _sizes(old: FilmVersion, new: FilmVersion) -> str:
    before, after = (
        f"{counted(one.shots, 'shot')}, {one.seconds:,} s, {counted(one.clips, 'clip')}"
        for one in (old, new)
    )
    return f"{before} → {after}" if before != after else f"{after}, as before"


def _change(old: Money | None, new: Money | None) -> str:
    """``1.40 USD → 1.96 USD (+0.56 USD)``."""
    if old == new:
        return amount(new) if new is None else f"{amount(new)}, as before"
    said = f"{amount(old)} → {amount(new)}"
    if old is None or new is None or old.currency != new.currency:
        return said
    more = new.amount > old.amount
    by = Money(abs(new.amount - old.amount), new.currency)
    return f"{said} ({'+' if more else '-'}{by})"


def render_difference_markdown(found: FilmDifference) -> str:
    """The difference as a comment on a change, in GitHub's Markdown.

    Everything that the film says stands in code, so that it is no link, no mention of a user and
    no markup.
    """
    title = found.after.title or found.file
    lines = [
        f"### {_code(title)}: {_code(_version(found.before))} → {_code(_version(found.after))}"
    ]
    lines += ["", *(f"- {_marked(said)}" for said in _summary(found))]
    rows = [*difference_entries(found)]
    if rows:
        lines += ["", "| | shot | seconds | change |", "|---|---|---|---|"]
    for one in rows:
        words = [_marked(one.words)] if one.words else []
        words += [f"was {_code(one.old)}"] if one.old else []
        words += [f"now {_code(one.new)}"] if one.new else []
        names = ", ".join(map(_code, one.shots[:_MAX_NAMED]))
        if len(one.shots) > _MAX_NAMED:
            names += f" and {len(one.shots) - _MAX_NAMED} more"
        sign, _ = _SIGNS[one.change]
        lines.append(f"| `{sign}` | {names} | {one.seconds} | {'<br>'.join(words)} |")
    return "\n".join(lines) + "\n"


_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&-])")


def _marked(text: str) -> str:
    """Words between those of the film, none of which is markup."""
    return _MARKUP.sub(r"\\\1", visible(text))


def _code(text: str) -> str:
    """A text as code in a cell of a table."""
    said = visible(text).replace("|", "\\|")
    longest = max(map(len, re.findall("`+", said)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if said.startswith("`") or said.endswith("`") else ""
    return f"{fence}{pad}{said}{pad}{fence}"
