"""Making the board of a film from its plan and from what was read and compiled."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from storyboard.board.model import (
    BoardBeat,
    BoardMember,
    BoardPicture,
    BoardScene,
    FilmBoard,
    LeftOutShot,
    MadeFrom,
    Rendering,
    ShotCard,
    TakenClip,
)
from storyboard.board.phrases import line_of, text_of
from storyboard.board.sheet import cast_sheets
from storyboard.board.sorted_findings import SortedFindings
from storyboard.board.thumbnails import Thumbnails
from storyboard.compiler.film import Appearance, Asset, Film, Scene, Shot
from storyboard.compiler.needs import all_footage
from storyboard.compiler.resolve.members import Member, members_of
from storyboard.compiler.resolve.templates import render
from storyboard.diagnostics import Diagnostic, Diagnostics
from storyboard.document import Scalar
from storyboard.language.cast import Element, Footage
from storyboard.language.model import Library, Storyboard
from storyboard.language.scalars import is_url
from storyboard.plan.model import Plan
from storyboard.plan.planned_request import PlannedRequest
from storyboard.plan.request_body import texts
from storyboard.plan.timeline import KeptClip
from storyboard.project.files import ProjectFiles
from storyboard.values.segments import ShotPart
from storyboard.values.shares import shares
from storyboard.values.sums import total

if TYPE_CHECKING:
    from storyboard.board.takes import FilmTakes
    from storyboard.ledger import Known
    from storyboard.ledger.store import Store

_NO_CURRENCY = "USD"


def make_board(
    plan: Plan,
    film: Film | None,
    *,
    written: Storyboard | None,
    libraries: Mapping[str, Library],
    path: str,
    project: ProjectFiles,
    findings: Iterable[Diagnostic],
    revision: str = "",
    side: int = 640,
    paid: tuple[Known, Store] | None = None,
) -> FilmBoard:
    """The board of a film; ``film`` and ``written`` are None where nothing could be read.

    ``path`` is the storyboard's in the project. ``side`` is the longer side of the thumbnails in
    pixels; 0 makes none. ``paid`` tells what is paid, and where its clips are; None where nothing
    is. Local pictures and clips are read, and frames of these are kept beside them.
    """
    if film is None:
        return FilmBoard(
            title=str(written.title or "") if written is not None else "",
            description="",
            authors=(),
            language="",
            file=plan.film.file,
            revision=revision,
            is_read=False,
            plan=plan,
            seconds=0,
            scenes=(),
            cast=(),
            pictures={},
            picture_files=(),
            findings=tuple(findings),
        )
    thumbnails = Thumbnails(project.root, side)
    takes = None
    if paid is not None:
        from storyboard.board.stills import Stills
        from storyboard.board.takes import FilmTakes

        known, store = paid
        takes = FilmTakes(plan, film, known, store, Stills(store, thumbnails))
    maker = _Maker(
        plan=plan,
        film=film,
        written=written,
        members=_members(written, libraries, path),
        project=project,
        thumbnails=thumbnails,
        sorted_findings=SortedFindings(film, written, findings),
        takes=takes,
    )
    scenes = maker.scenes()
    cards = [card for scene in scenes for card in scene.cards]
    sheets = cast_sheets(
        _appearances(film),
        cards,
        maker.names_in,
        maker.descriptions(),
        maker.pictures_of,
        maker.currency,
    )
    return FilmBoard(
        title=film.title,
        description=str(written.description or "") if written is not None else "",
        authors=tuple(map(str, written.authors or ())) if written is not None else (),
        language=film.language or "",
        file=plan.film.file,
        revision=revision,
        is_read=True,
        plan=plan,
        seconds=maker.clock,
        scenes=scenes,
        cast=sheets,
        pictures=maker.thumbnails.made,
        picture_files=maker.thumbnails.files,
        findings=maker.sorted_findings.of_film,
    )


def _appearances(film: Film) -> tuple[Appearance, ...]:
    """All whom the film's shots mention, on whatever target, and the footage they are made from."""
    found: dict[str, Appearance] = {}
    for one in film.films():
        for mark in one.cast.marks():
            found.setdefault(one.cast[mark].name, one.cast[mark])
    for scene in film.scenes:
        for shot in scene.shots:
            if (use := shot.footage) is not None:
                found.setdefault(
                    use.name,
                    Appearance(name=use.name, kind="footage", label=use.name, span=use.clip.span),
                )
    return tuple(found.values())


def _members(
    written: Storyboard | None, libraries: Mapping[str, Library], path: str
) -> dict[str, Member]:
    files: list[tuple[Storyboard | Library, str]] = [] if written is None else [(written, path)]
    files += [(library, at) for at, library in libraries.items()]
    found: dict[str, Member] = {}
    for file, at in files:
        for member in members_of(file, posixpath.dirname(at)):
            found.setdefault(member.name, member)
    return found


class _Maker(Struct):
    plan: Plan
    film: Film
    written: Storyboard | None
    members: Mapping[str, Member]
    project: ProjectFiles
    thumbnails: Thumbnails
    sorted_findings: SortedFindings
    takes: FilmTakes | None
    clock: int = 0
    names_in: dict[str, tuple[str, ...]] = field(default_factory=dict)
    currency: str = ""
    _renderings: dict[str, list[Rendering]] = field(default_factory=dict)
    _taken: dict[str, list[TakenClip]] = field(default_factory=dict)
    _shown: dict[str, BoardMember] = field(default_factory=dict)
    _footage: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        prices = (one.money for one in self.plan.clips)
        self.currency = next((one.currency for one in prices if one is not None), _NO_CURRENCY)
        self._footage = all_footage(self.film)
        # Requests stand in the order in which they are sent, and clips are counted in the film's.
        shown = dict.fromkeys(one.request for one in self.plan.timeline if one.request is not None)
        numbers = {name: number for number, name in enumerate(shown, 1)}
        for request in self.plan.requests:
            # A further take of a clip is the same clip of the film.
            of = request.alternate_of or request.id
            clip = numbers.setdefault(of, len(numbers) + 1)
            self._render(request, clip)
            if request.alternate_of is None:
                self._take(request, clip)
        for number, kept in enumerate(self.plan.kept, len(numbers) + 1):
            self._keep(kept, number)
            self._take(kept, number)

    def _take(self, request: PlannedRequest | KeptClip, clip: int) -> None:
        found = None if self.takes is None else self.takes.of(clip, request)
        if found is not None:
            self._taken.setdefault(found.address, []).append(found)

    def _add(self, address: str, rendering: Rendering, content: ShotPart) -> None:
        if self.takes is not None and rendering.request.alternate_of is None:
            rendering = self.takes.with_still(rendering, content)
        self._renderings.setdefault(address, []).append(rendering)

    def _render(self, request: PlannedRequest, clip: int) -> None:
        target = next(
            (one.target for one in self.film.films() if one.target.target == request.target),
            self.film.target,
        )
        prompts = texts(request.payload)
        single = isinstance(request.payload.get("prompt"), str)
        limit = target.prompt.characters if single else target.shot_characters
        money = shares(request.money, [shot.seconds for shot in request.shots])
        parts = zip(request.shots, prompts, money, request.contents, strict=False)
        for shot, prompt, share, content in parts:
            rendering = Rendering(
                clip=clip,
                request=request,
                part=shot.part,
                parts=shot.parts,
                seconds=shot.seconds,
                prompt=prompt,
                characters=shot.characters,
                limit=limit,
                money=share,
            )
            self._add(shot.address, rendering, content)

    def _keep(self, kept: KeptClip, number: int) -> None:
        money = shares(kept.money, [shot.segment.content.seconds for shot in kept.shots])
        for shot, share in zip(kept.shots, money, strict=True):
            content = shot.segment.content
            rendering = Rendering(
                clip=number,
                request=kept,
                part=content.part,
                parts=content.parts,
                seconds=content.seconds,
                prompt="",
                characters=0,
                limit=None,
                money=share,
                span=(shot.segment.start, shot.segment.end),
            )
            self._add(shot.address, rendering, content)

    def scenes(self) -> tuple[BoardScene, ...]:
        totals = {one.scene: one.total for one in self.plan.totals.scenes}
        unpriced = {one.scene: one for one in self.plan.unpriced}
        return tuple(
            self._scene(scene, totals.get(scene.address), unpriced.get(scene.address))
            for scene in self.film.scenes
        )

    def _scene(self, scene: Scene, sum_of: Any, unpriced: Any) -> BoardScene:
        start = self.clock
        cards = tuple(self._card(scene, shot) for shot in scene.shots)
        source = self.written.scenes[scene.number - 1] if self.written is not None else None
        return BoardScene(
            address=scene.address,
            number=scene.number,
            title=scene.title,
            notes=str(source.notes or "").strip() if source is not None else "",
            start=start,
            seconds=self.clock - start,
            cards=cards,
            left_out=tuple(
                LeftOutShot(
                    address=f"{scene.address}/{shot.id or number}",
                    notes=str(shot.notes or "").strip(),
                )
                for number, shot in enumerate(source.shots if source is not None else (), 1)
                if shot.skip
            ),
            total=sum_of,
            unpriced=unpriced,
            findings=self.sorted_findings.of_scene(scene.number),
            takes=tuple(taken for card in cards for taken in self._taken.get(card.address, ())),
        )

    def _card(self, scene: Scene, shot: Shot) -> ShotCard:
        cast, framing = self.film.cast, shot.framing
        marks = dict.fromkeys(shot.marks())
        said = dict.fromkeys(
            speech.speaker for speech in shot.speeches() if speech.speaker and not speech.is_off
        )
        shown = [
            self._member(mark) for mark in (*marks, *(one for one in said if one not in marks))
        ]
        names = [f"{one.name}.{one.look}" if one.look else one.name for one in shown]
        if shot.footage is not None:
            names.append(shot.footage.name)
        self.names_in[shot.address] = tuple(dict.fromkeys(names))
        renderings = tuple(self._renderings.get(shot.address, ()))
        prices = total(((one.seconds, one.money) for one in renderings), self.currency)
        start, self.clock = self.clock, self.clock + shot.seconds
        return ShotCard(
            address=shot.address,
            number=shot.number,
            line=shot.span.line,
            start=start,
            seconds=shot.seconds,
            aspect_ratio=scene.aspect_ratio,
            beats=tuple(
                BoardBeat(
                    text=text_of(beat.prose, cast),
                    seconds=beat.seconds,
                    lines=tuple(line_of(line, cast) for line in beat.lines),
                    camera=text_of(beat.camera, cast),
                    sound=text_of(beat.sound, cast),
                )
                for beat in shot.beats
            ),
            lines=tuple(line_of(line, cast) for line in shot.lines),
            narration=shot.narration.line.text if shot.narration is not None else "",
            size=text_of(framing.size, cast),
            camera=text_of(framing.camera, cast),
            light=text_of(framing.light, cast),
            sound=text_of(framing.sound, cast),
            style=text_of(framing.style, cast),
            location=self._member(framing.location) if framing.location else None,
            members=tuple(one for one in shown if one.kind != "location"),
            start_frame=self._frame(shot.start_frame),
            end_frame=self._frame(shot.end_frame),
            middle_frames=tuple(
                self.thumbnails.picture(frame.location) for frame in shot.middle_frames
            ),
            is_continued=shot.seam == "continue",
            made_from=self._made_from(shot),
            sent_clips=self._footage.get(shot.address, ()),
            sent_to=tuple(one for one, clips in self._footage.items() if shot.address in clips),
            has_audio=shot.audio,
            negative=shot.negative,
            notes=str(shot.node.get("notes") or "").strip(),
            take=shot.take,
            priority=shot.priority,
            renderings=renderings,
            money=prices.money if renderings else None,
            findings=self.sorted_findings.of_shot(shot),
        )

    def _frame(self, asset: Any) -> BoardPicture | None:
        return None if asset is None else self.thumbnails.picture(asset.location)

    def _member(self, mark: str) -> BoardMember:
        found = self._shown.get(mark)
        if found is None:
            one = self.film.cast[mark]
            name, _, look = one.name.partition(".")
            pictures = self.pictures_of(one)
            found = BoardMember(
                name=name,
                look=look,
                label=one.label,
                kind=one.kind,
                picture=pictures[0] if pictures else None,
            )
            self._shown[mark] = found
        return found

    def pictures_of(self, one: Appearance) -> tuple[BoardPicture, ...]:
        """The pictures of a member in a look: those that are sent, else those it is given."""
        sent = one.reference
        if sent is not None and sent.video is not None:
            return (self.thumbnails.clip(sent.video.location),)
        if sent is not None:
            assets = (sent.frontal, *sent.references)
            places = [asset.location for asset in assets if asset is not None]
        elif one.kind == "footage":
            return tuple(map(self.thumbnails.clip, self._declared(one)))
        else:
            places = [*self._declared(one)]
        return tuple(self.thumbnails.picture(place) for place in dict.fromkeys(places))

    def _made_from(self, shot: Shot) -> MadeFrom | None:
        use = shot.footage
        if use is None:
            return None
        picture = None
        if isinstance(use.clip, Asset):
            picture = self.thumbnails.clip(use.clip.location)
        return MadeFrom(way=use.way, name=use.name, picture=picture, facing=use.facing)

    def _declared(self, one: Appearance) -> Iterable[str]:
        """The picture that a storyboard gives a member whom the target takes in words alone."""
        member = self.members.get(one.name.partition(".")[0])
        if member is None:
            return
        block = member.block
        if isinstance(block, Footage):
            picture = block.video
        else:
            picture = block.frontal if isinstance(block, Element) else block.image
        if picture is not None and is_url(picture):
            yield str(picture)
            return
        place = self.project.inside(member.folder, picture) if picture else None
        if place is not None:
            yield place

    def descriptions(self) -> dict[str, str]:
        """What the writer says of each member, templates filled in as far as they can be."""
        found = {name: member.block.description for name, member in self.members.items()}
        return {name: self._filled(text).strip() for name, text in found.items() if text}

    def _filled(self, text: Scalar) -> str:
        # What is wrong with a text has been found by the compiler.
        return render(text, self.film.variables, Diagnostics(), set()).text or str(text)
