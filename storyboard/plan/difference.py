"""What differs between two versions of a film: by shot, in a writer's words, and in money.

Both versions are planned as if nothing were paid; what is sent for a shot is compared as it is
with what was sent before (see ``changes``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from storyboard.plan.amounts import UNKNOWN, money_json
from storyboard.plan.changes import changes_of
from storyboard.plan.film_shots import FilmShot, moved_of, pairs_of
from storyboard.plan.reason import PayloadChange, PlaceInFile
from storyboard.targets.model import Target
from storyboard.values.json_object import Json
from storyboard.values.units import Money

FORMAT = "storyboard-diff/1"


class ShotChange(StrEnum):
    """What became of a shot."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENAMED = "renamed"


class ShotDifference(Struct, frozen=True, kw_only=True):
    """A shot that is not as it was.

    ``address`` and ``was`` are its addresses now and before, of which one is empty where there is
    no such shot; ``seconds`` and ``old_seconds`` go with them. ``behind`` is the address of the
    shot before one that was moved, empty at the film's beginning. ``text`` are the words of a shot
    that was added or removed. ``span`` is where it is written, in the version that has it.
    """

    change: ShotChange
    address: str = ""
    was: str = ""
    seconds: int = 0
    old_seconds: int = 0
    behind: str = ""
    text: str = ""
    span: PlaceInFile | None = None
    changes: tuple[PayloadChange, ...] = ()

    def to_json(self) -> Json:
        """The difference as JSON values."""
        found: Json = {"change": str(self.change)}
        if self.address:
            found |= {"shot": self.address, "seconds": self.seconds}
        if self.was:
            found |= {"was": self.was, "old_seconds": self.old_seconds}
        if self.change is ShotChange.MOVED:
            found["behind"] = self.behind or None
        if self.text:
            found["text"] = self.text
        if self.span is not None:
            found["span"] = self.span.to_json()
        if self.change is ShotChange.CHANGED:
            found["changes"] = [one.to_json() for one in self.changes]
        return found


class FilmVersion(Struct, frozen=True, kw_only=True):
    """One of two versions of a film in figures.

    ``revision`` is the name of its commit as it was given, ``commit`` git's own; both are empty
    for the files as they are. ``seconds`` are those that are
    written. ``price`` is that of the whole film rendered anew, ``to_pay`` what of it is not paid
    yet; None is a sum that is not known. ``left_out`` are the scenes that have errors.
    """

    revision: str
    commit: str
    title: str
    targets: tuple[str, ...]
    shots: int
    seconds: int
    clips: int
    price: Money | None
    to_pay: Money | None
    left_out: tuple[str, ...] = ()

    def to_json(self) -> Json:
        """The figures as JSON values."""
        return {
            "revision": self.revision or None,
            "commit": self.commit or None,
            "title": self.title,
            "targets": list(self.targets),
            "shots": self.shots,
            "seconds": self.seconds,
            "clips": self.clips,
            "price": _money(self.price),
            "to_pay": _money(self.to_pay),
            "unpriced": list(self.left_out),
        }


class FilmDifference(Struct, frozen=True, kw_only=True):
    """Two versions of a film, and the shots that are not as they were, in the film's order."""

    file: str
    before: FilmVersion
    after: FilmVersion
    prices_of: str
    shots: tuple[ShotDifference, ...]

    @property
    def is_same(self) -> bool:
        """Whether every shot is as it was, and where it was."""
        return not self.shots and self.before.left_out == self.after.left_out

    def to_json(self) -> Json:
        """The difference as JSON values, in the shape of ``diff.schema.json``."""
        return {
            "format": FORMAT,
            "file": self.file,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "prices_of": self.prices_of or None,
            "shots": [one.to_json() for one in self.shots],
        }


def _money(cost: Money | None) -> Json | str:
    return UNKNOWN if cost is None else money_json(cost)


def shot_differences(
    before: Sequence[FilmShot], after: Sequence[FilmShot], targets: Mapping[str, Target]
) -> tuple[ShotDifference, ...]:
    """What became of each shot, in the order of the newer film; what is gone comes where it was.

    ``targets`` are those of both, by their ids.
    """
    pairs = pairs_of(before, after)
    moved = moved_of([pairs[at] for at in sorted(pairs)])
    found: list[tuple[tuple[int, int, int], ShotDifference]] = []
    changes = _changes(before, after, pairs, targets)
    for at, shot in enumerate(after):
        if at not in pairs:
            one = ShotDifference(
                change=ShotChange.ADDED,
                address=shot.address,
                seconds=shot.seconds,
                text=shot.text,
                span=shot.span,
            )
            found.append(((at, 0, 0), one))
            continue
        old = before[pairs[at]]
        same = ShotDifference(
            change=ShotChange.CHANGED,
            address=shot.address,
            was=old.address,
            seconds=shot.seconds,
            old_seconds=old.seconds,
            span=shot.span,
        )
        if pairs[at] in moved:
            behind = after[at - 1].address if at else ""
            one = replace(same, change=ShotChange.MOVED, behind=behind)
            found.append(((at, 0, 0), one))
        elif shot.address != old.address and (
            shot.is_named or old.is_named or shot.scene != old.scene
        ):
            found.append(((at, 0, 0), replace(same, change=ShotChange.RENAMED)))
        if shot.digest != old.digest:
            one = replace(same, changes=changes[shot.address])
            found.append(((at, 0, 1), one))
    kept = {old: at for at, old in pairs.items()}
    at = -1
    for index, old in enumerate(before):
        if index in kept:
            at = kept[index]
            continue
        one = ShotDifference(
            change=ShotChange.REMOVED,
            was=old.address,
            old_seconds=old.seconds,
            text=old.text,
            span=old.span,
        )
        found.append(((at, 1, index), one))
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _changes(
    before: Sequence[FilmShot],
    after: Sequence[FilmShot],
    pairs: Mapping[int, int],
    targets: Mapping[str, Target],
) -> dict[str, tuple[PayloadChange, ...]]:
    """What differs in each shot whose content is another one, by its address."""
    was = {after[new].address: before[old] for new, old in pairs.items()}
    changed = [
        shot for shot in after if shot.address in was and was[shot.address].digest != shot.digest
    ]
    found: dict[str, dict[tuple[str, str, str, str], PayloadChange]] = {}
    for shot in changed:
        found[shot.address] = {}
    requests = {one.id: one for shot in changed for one, _ in shot.places}
    for request in requests.values():
        sent = [
            was[shot.address].sent(shot.part or 1, targets) if shot.address in was else None
            for shot in request.shots
        ]
        for change in changes_of(request, sent, targets[request.target]):
            # What is of the whole request is of each shot in it that has changed.
            of = [change.shot] if change.shot else [shot.address for shot in request.shots]
            if change.field == "first_frame" and (request.shots[0].part or 1) > 1:
                continue  # it opens on its own part before, which says what has changed
            for address in of:
                if address in found:
                    own = replace(change, shot=address)
                    found[address].setdefault((own.field, own.member, own.old, own.new), own)
    return {
        shot.address: tuple(found[shot.address].values())
        or (PayloadChange(field="shot", shot=shot.address, span=shot.span),)
        for shot in changed
    }
