"""Shot digests: the content of a resolved shot, before anything is composed of it.

The digest is the key by which a shot is found again in clips that are paid. It holds what the
writer asks for (action and lines, framing, people and things by their pictures and descriptions,
seconds, sound, shape, take), what it opens on, and of whom it is asked (host and endpoint). It
does not hold what the tool makes of that: neither other words of a newer version nor another
packing make a paid shot unpaid. Ids, names, notes and the order of keys are not part of it.
"""

from __future__ import annotations

from typing import Any

from storyboard.compiler.film import (
    MENTION,
    Asset,
    Beat,
    Cast,
    Film,
    Passage,
    Scene,
    Shot,
    ShotClip,
    Speech,
    marks_of,
)
from storyboard.compiler.needs import needs_first
from storyboard.targets.model import Feature
from storyboard.values.canonical import digest


class ShotDigests:
    """The digests of a film's shots.

    ``of`` is asked for shots of the film, or for one of these with another take number. A shot
    that opens on the frame before it holds the digest of that shot in its own, and so does one
    that refers to the clip of a shot. The first that is asked for makes all of the film's, each
    behind those that it holds, however many these are.
    """

    def __init__(self, film: Film) -> None:
        self._film = film
        self._members: dict[tuple[str, str], str] = {}
        self._places: dict[str, tuple[Scene, Shot | None]] = {}
        self._digests: dict[tuple[str, int], str] = {}
        self._are_made = False
        self._template = None if film.template is None else [str(film.template), film.variables]
        self._shots: dict[str, Shot] = {}
        before: Shot | None = None
        for scene in film.scenes:
            for shot in scene.shots:
                self._places[shot.address] = scene, before
                self._shots[shot.address] = before = shot

    def of(self, shot: Shot) -> str:
        """The digest of a shot of the film: ``sha256:`` and 64 hex digits."""
        if not self._are_made:
            self._are_made = True
            for one in needs_first(self._film):
                self.of(one)
        key = shot.address, shot.take
        found = self._digests.get(key)
        if found is None:
            found = self._digests[key] = digest(self._content(shot))
        return found

    def named(self, address: str) -> Shot:
        """The shot of the film that has an address."""
        return self._shots[address]

    def before(self, shot: Shot) -> Shot | None:
        """The shot before one of the film's; None for the first."""
        return self._places[shot.address][1]

    def _content(self, shot: Shot) -> dict[str, Any]:
        scene, before = self._places[shot.address]
        own = self._film.of(shot)
        framing, encode = shot.framing, _Encoder(self, own)
        continued = before if shot.seam == "continue" and shot.start_frame is None else None
        target = own.target
        content: dict[str, Any] = {
            "host": target.host,
            "endpoint": target.endpoint,
            "language": self._film.language,
            "template": self._template,
            "aspect_ratio": scene.aspect_ratio,
            "seconds": shot.seconds,
            "audio": target.sounds(shot.audio),
            "negative": shot.negative if target.has(Feature.NEGATIVE_PROMPT) else "",
            "take": shot.take,
            "beats": [encode.beat(beat) for beat in shot.beats],
            "lines": [encode.speech(speech) for speech in shot.lines],
            "narration": shot.narration and encode.speech(shot.narration),
            "size": encode.passage(framing.size),
            "camera": encode.passage(framing.camera),
            "location": encode.text(framing.location),
            "light": encode.passage(framing.light),
            "sound": encode.passage(framing.sound),
            "style": encode.passage(framing.style),
            "cast": encode.marks(shot.cast),
            "start_frame": _asset(shot.start_frame),
            "end_frame": _asset(shot.end_frame),
            "opens_on": None if continued is None else self.of(continued),
        }
        # Said only where it is so: what was paid before these keys existed stays paid.
        if shot.keep_sound:
            content["keep_sound"] = True
        if shot.footage is not None:
            content[shot.footage.way] = self._clip(shot.footage.clip)
            if shot.footage.facing == "picture":
                content["facing"] = "picture"
        if shot.middle_frames:
            content["middle_frames"] = [*map(_asset, shot.middle_frames)]
        if scene.resolution:
            content["resolution"] = target.resolution(scene.resolution)
        return content

    def member(self, mark: str, film: Film) -> str:
        """The digest of a member of the cast as it is sent to the film's target."""
        key = mark, film.target.target
        found = self._members.get(key)
        if found is None:
            found = self._members[key] = digest(self._member(mark, film.cast))
        return found

    def _member(self, mark: str, cast: Cast) -> dict[str, Any]:
        if mark > _LAST_MEMBER:
            return {"kind": "first frame"}
        appearance, sent = cast[mark], cast.reference(mark)
        content: dict[str, Any] = {
            "kind": appearance.kind,
            "words": [_plain(one.text, cast) for one in cast.introductions.get(mark, ())],
        }
        if sent is None:
            # Only who is words is called by a name.
            return content | {"label": appearance.label, "article": appearance.has_article}
        if sent.description:
            content["description"] = sent.description
        return content | {
            "as": sent.kind,
            "frontal": _asset(sent.frontal),
            "references": [_asset(one) for one in sent.references],
            "video": self._clip(sent.shot or sent.video),
            "voice": sent.voice,
        }

    def _clip(self, clip: Asset | ShotClip | None) -> str | dict[str, str] | None:
        """A clip by its content; that of a shot by what is asked for, as no file is there yet."""
        if isinstance(clip, ShotClip):
            return {"shot": self.of(self._shots[clip.shot])} if clip.shot else None
        return _asset(clip)


def _plain(text: str, cast: Cast) -> str:
    """A description with labels in place of its mentions."""
    return MENTION.sub(lambda found: cast[found[0]].label, text)


_LAST_MEMBER = "\U000ffffc"


class _Encoder:
    """Writes the texts of one shot with its members by content, numbered as they appear."""

    def __init__(self, digests: ShotDigests, film: Film) -> None:
        self._digests = digests
        self._film = film
        self._mentions: dict[str, str] = {}

    def text(self, text: str) -> str:
        """A text with each mention as a number and the digest of its member."""
        for mark in marks_of(text):
            mention = self._mentions.get(mark)
            if mention is None:
                member = self._digests.member(mark, self._film)
                mention = self._mentions[mark] = f"\0{len(self._mentions)}:{member}\0"
            text = text.replace(mark, mention)
        return text

    def passage(self, passage: Passage | None) -> str | None:
        return None if passage is None else self.text(passage.text)

    def marks(self, marks: tuple[str, ...] | None) -> list[str] | None:
        return None if marks is None else [self.text(mark) for mark in marks]

    def speech(self, speech: Speech) -> list[Any]:
        return [self.text(speech.speaker), speech.tone, self.text(speech.line.text), speech.is_off]

    def beat(self, beat: Beat) -> list[Any]:
        return [
            self.passage(beat.prose),
            beat.seconds,
            [self.speech(speech) for speech in beat.lines],
            self.passage(beat.camera),
            self.passage(beat.sound),
            self.marks(beat.cast),
        ]


def _asset(asset: Asset | None) -> str | None:
    """A picture or clip by its content: the sum of its bytes, or its public address."""
    return None if asset is None else asset.sha256 or asset.location
