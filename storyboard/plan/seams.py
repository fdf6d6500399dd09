"""New seams: where a film leaves a clip that was paid before, of which it keeps only some shots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from msgspec import Struct

from storyboard.compiler.clip import KeptPart
from storyboard.compiler.film import Film
from storyboard.compiler.request import Request
from storyboard.diagnostics import Diagnostics, Label
from storyboard.diagnostics.codes import NEW_SEAM
from storyboard.plan.timeline import KeptClip
from storyboard.targets.model import Feature
from storyboard.values.sums import total_by_currency
from storyboard.values.units import Money


def report_new_seams(
    film: Film,
    cut: Sequence[Request | KeptPart],
    kept: Sequence[KeptClip],
    due: Set[str],
    diagnostics: Diagnostics,
) -> None:
    """Say once what may not match across the new seams, and what whole clips would cost.

    Only sound and people who were sent in words are told of: pictures hold a likeness. ``due`` are
    the ids of the requests that are to be rendered: what stands beside a kept shot and is paid was
    told of when it was not.
    """
    clips = {clip.take: clip for clip in kept}
    described = _described(cut) if kept else {}
    told: set[str] = set()
    for one in _at_new_seams(cut, due):
        clip = clips[one.former.take]
        sound = one.part.shot.audio and film.of(one.part.shot).target.has(Feature.AUDIO)
        people = tuple(described[clip.take])
        if clip.take in told or not (sound or people):
            continue
        told.add(clip.take)
        place = Label(one.part.shot.place("prompt", "beats"), f'kept from "{clip.address}"')
        is_whole = len(clip.shots) == one.former.count
        seam = _NewSeam(clip.address, sound, people, clip.whole_money, is_whole)
        diagnostics.add_place(NEW_SEAM, "", place, seam, _say)


def _at_new_seams(cut: Sequence[Request | KeptPart], due: Set[str]) -> Iterator[KeptPart]:
    """The kept parts at which their clip is entered or left where it is in one piece."""
    for before, one, after in zip((None, *cut), cut, (*cut[1:], None), strict=False):
        if not isinstance(one, KeptPart):
            continue
        is_entered = one.former.index > 0 and not (
            isinstance(before, KeptPart) and one.former.follows(before.former)
        )
        is_left = not one.former.is_last and not (
            isinstance(after, KeptPart) and after.former.follows(one.former)
        )
        for is_seam, beside in ((is_entered, before), (is_left, after)):
            if is_seam and not (isinstance(beside, Request) and beside.id not in due):
                yield one
                break


def _described(cut: Sequence[Request | KeptPart]) -> dict[str, dict[str, None]]:
    """The members of the cast whom the kept shots of each clip show in words alone, by its take."""
    found: dict[str, dict[str, None]] = {}
    for one in cut:
        if isinstance(one, KeptPart):
            shown = found.setdefault(one.former.take, {})
            shown |= {
                row.field: None for row in one.part.prompt.slices if row.kind == "introduction"
            }
    return found


class _NewSeam(Struct, frozen=True):
    """A clip with a new seam: whether it has sound, who in it is words, its price as a whole.

    ``is_whole`` says that all of its shots are kept, though not in one piece.
    """

    clip: str
    has_sound: bool
    people: tuple[str, ...]
    price: Money | None
    is_whole: bool


def _say(seams: Sequence[_NewSeam]) -> tuple[str, str]:
    people: Mapping[str, None] = dict.fromkeys(name for seam in seams for name in seam.people)
    what = []
    if any(seam.has_sound for seam in seams):
        what.append("the bed of sound or a spoken line")
    if people:
        named = ", ".join(list(people)[:_MAX_NAMED]) + (", …" if len(people) > _MAX_NAMED else "")
        what.append(f"the looks of {named} (sent in words)")
    where = f'"{seams[0].clip}"' if len(seams) == 1 else f"{len(seams)} clips"
    sums = total_by_currency([seam.price for seam in seams])
    is_known = all(seam.price is not None for seam in seams)
    whole = "the whole clip" if len(seams) == 1 else "the whole clips"
    price = f"; {whole} anew: {', '.join(map(str, sums))}" if is_known else ""
    kept = f"only some shots of {where} are kept"
    if all(seam.is_whole for seam in seams):
        kept = f"all shots of {where} are kept, and others stand between them"
    said = f"{kept}: {' and '.join(what)} may not match across the cut"
    advice = f"look at the cut, or render {whole} anew: --reuse clips, or take: on the scene"
    return said + price, advice


_MAX_NAMED = 3
