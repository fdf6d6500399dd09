"""The checker of sense: does each prompt of a plan say what its film says?

It reads prompts by their maps, as the plan shows them, and holds them against the film; it shares
no code with the passes that composed and divided. Every problem names its rule. The rules:

- ``map``: the slices of a prompt tile it, and belong to kinds that there are
- ``glue``: what stands between the writer's words are words of the composition
- ``action``: the prose of a shot's parts, joined, is the shot's, each sentence once, in order
- ``lines``: each line is spoken once, in order, by its speaker; the narration is said once
- ``carried``: what is said again was said before, and is marked
- ``framing``: size, camera, light, sound and style are in every prompt
- ``place``: every prompt says where it is
- ``people``: whoever is named is a tag, or is introduced in the same prompt, once
- ``empty``: every prompt says something that happens
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from storyboard.compiler.film import MENTION, Film, Shot, marks_of
from storyboard.compiler.words import WORDS
from storyboard.plan.film_texts import FilmTexts, joints, letters, read_back
from storyboard.plan.planned_request import MapRow, PlannedRequest

_KINDS = frozenset({"action", "line", "introduction", "framing", "carry", "glue"})
_FRAMING = ("size", "camera", "light", "sound", "style")
_CUES = ("camera", "sound")
"""What a beat may have of its own."""
_SAID = frozenset({*_FRAMING, "location", "first frame"})
_OFF_SCREEN = frozenset(words.off_screen for words in WORDS.values())
_MAX_JOINT = 8
"""The most code points that a stop or a linking word has that stands before a label."""


class _ShotSoFar(Struct):
    """What the parts of a shot have said so far."""

    shot: Shot
    prose: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    narration: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    """Whom the prompts put into the frame, beside those whom the prose names."""
    cues: set[str] = field(default_factory=set)
    """What was said of camera and sound."""
    place: str = ""
    letters: int = 0
    parts: int = 0


class SenseChecker:
    """Holds the requests of a plan against the film that it is made from.

    ``kept`` are the addresses of shots of which a part is kept from a clip that was paid before:
    of these, a request tells only a part.
    """

    def __init__(self, film: Film, kept: Container[str] = ()) -> None:
        self.film = film
        self.kept = kept
        self.cast = film.cast
        self.sounds = film.target.sounds
        self.is_own = film.template is not None
        self.glue = joints()
        self.shots = {shot.address: shot for scene in film.scenes for shot in scene.shots}
        marks = list(film.cast.marks())
        sent = [one.shot or one.video for one in map(film.cast.reference, marks) if one is not None]
        used = [shot.footage.clip for shot in self.shots.values() if shot.footage is not None]
        self.clips = [clip for clip in (*sent, *used) if clip is not None]
        self.names = {mark: film.cast[mark].name for mark in marks}
        # A member may have a mark of words beside that of a tag, for shots that name them so.
        self._marks = {name: mark for mark, name in reversed(self.names.items())}
        last = {name: mark for mark, name in self.names.items()}
        self._in_words = {name: mark for name, mark in last.items() if mark != self._marks[name]}
        self.in_words = [mark for mark in marks if film.cast.reference(mark) is None]
        self._described = {
            mark: passages
            for mark, passages in film.cast.introductions.items()
            if film.cast[mark].kind in ("character", "prop", "footage")
        }
        self._introductions: dict[str, list[str]] = {}
        self._texts = FilmTexts(film.cast)
        self._told: dict[tuple[str, str], _ShotSoFar] = {}

    def check(self, request: PlannedRequest, prompts: Sequence[tuple[str, int]]) -> Iterator[str]:
        """What is wrong with the sense of a request; its prompts are given with their seconds."""
        tokens = request.tokens
        chosen = request.alternate_of or ""
        take = request.id[len(chosen) :] if chosen else ""
        for (text, _), part in zip(prompts, request.shots, strict=True):
            shot = self.shots[part.address]
            told = self._told.pop((shot.address, take), None)
            if told is None:
                told = _ShotSoFar(shot)
                told.place = self.names.get(shot.framing.location, "")
            is_whole = part.parts == 1
            problems = self._check_prompt(text, part.map, tokens, told, is_whole=is_whole)
            if shot.address in self.kept:
                # What it takes over from the part before may have been said in a kept one.
                yield from (one for one in problems if not one.startswith("carried: "))
                continue
            yield from problems
            told.parts += 1
            if told.parts == part.parts:
                yield from self._check_shot(told)
            else:
                self._told[shot.address, take] = told

    def unfinished(self) -> Iterator[str]:
        """The shots of which parts are missing."""
        for told in self._told.values():
            yield f"action: {told.shot.address} is not told to its end"

    # One prompt

    def _check_prompt(
        self,
        text: str,
        rows: Sequence[MapRow],
        tokens: Mapping[str, str],
        told: _ShotSoFar,
        *,
        is_whole: bool,
    ) -> Iterator[str]:
        at = 0
        said: dict[str, list[str]] = {}
        introduced: dict[str, list[str]] = {}
        prose: list[tuple[str, bool]] = []
        speaking: set[str] = set()
        happens = False
        shown: set[str] = set()
        for row in rows:
            start, end, kind, name = row.start, row.end, row.kind, row.field
            if start != at or end < start or kind not in _KINDS:
                yield f"map: the slice at {start} does not follow the one that ends at {at}"
                return
            at = end
            words = text[start:end]
            if kind == "glue":
                if words not in self.glue and not self._is_glue(words):
                    yield f'glue: "{words}" is nobody\'s word'
                continue
            if kind == "action":
                happens = True
                back = read_back(words, tokens) if tokens else words
                prose.append((back, row.carried))
                if not row.carried:
                    told.prose.append(back)
                elif self._texts.squeeze(back) not in self._texts.squeeze(" ".join(told.prose)):
                    yield f'carried: "{words}" was not said before'
            elif kind == "line":
                happens = True
                if not self._is_off(words, name, told.shot):
                    speaking.add(name)
                yield from self._hear(words, name, tokens, told)
            elif kind == "framing":
                back = read_back(words, tokens) if tokens else words
                said.setdefault(name, []).append(back)
                if name not in _SAID and not self.is_own:
                    yield f'framing: "{back}" is no {name} of the shot'
            elif kind == "introduction":
                if row.written is not None:
                    introduced.setdefault(name, []).append(read_back(words, tokens))
                shown.add(name)
            elif kind == "carry":
                if name not in told.seen:
                    yield f"carried: {name} has not appeared before"
                shown.add(name)
        if at != len(text):
            yield f"map: the slices end at {at}, the prompt at {len(text)}"
        if not happens:
            yield "empty: nothing happens in a prompt"
        named = self._named(prose, told, is_whole=is_whole)
        action = " ".join([back for back, _ in prose])
        if not self.is_own:
            yield from self._check_framing(said, told, len(prose))
            yield from self._check_place(said, action, told)
        shown |= speaking
        for mark in named:
            if self.cast[mark].reference is not None and f"@{self.names[mark]}" not in action:
                yield f"people: {self.names[mark]} is named without its tag"
        if self._described:
            people = [self._mark_in(told.shot, name) for name in shown if name in self._marks]
            yield from self._check_people([*named, *people], introduced)
        told.shown |= shown
        told.seen |= shown
        told.seen.update(tokens.values())
        told.seen.update(self.names[mark] for mark in named)

    def _mark_in(self, shot: Shot, name: str) -> str:
        """The mark by which a shot names a member."""
        words = self._in_words.get(name)
        return words if words is not None and words in shot.all_marks() else self._marks[name]

    def _is_glue(self, words: str) -> bool:
        """Whether words are several of the composition's in a row, as a stop and then a label."""
        for end in range(1, min(len(words), _MAX_JOINT) + 1):
            if words[:end] in self.glue and words[end:].lstrip(" ") in self.glue:
                self.glue.add(words)
                return True
        return False

    def _named(
        self, prose: Sequence[tuple[str, bool]], told: _ShotSoFar, *, is_whole: bool
    ) -> Sequence[str]:
        """The marks in the prose of a prompt, by the film; the place is noted on the way."""
        passages = [beat.prose for beat in told.shot.beats if beat.prose is not None]
        named = [mark for passage in passages for mark in marks_of(passage.text)]
        if is_whole or not named:
            self._follow_place(named, told)
            return named
        # The prose of a part is a stretch of the shot's: its letters are counted.
        mentions, count = [], 0
        for passage in passages:
            end = 0
            for found in MENTION.finditer(passage.text):
                count += len(self._texts.squeeze(passage.text[end : found.start()]))
                mentions.append((count, found[0]))
                count += len(self._texts.squeeze(self._texts.word(found[0])))
                end = found.end()
            count += len(self._texts.squeeze(passage.text[end:]))
        named = []
        for back, carried in prose:
            words = self._texts.squeeze(back)
            at = told.letters
            if carried:
                at = self._texts.squeeze(" ".join(told.prose)).find(words)
            else:
                told.letters += len(words)
            named += [mark for start, mark in mentions if 0 <= at <= start < at + len(words)]
        self._follow_place([mark for start, mark in mentions if start < told.letters], told)
        return named

    def _hear(
        self, words: str, name: str, tokens: Mapping[str, str], told: _ShotSoFar
    ) -> Iterator[str]:
        opening, closing = words.find('"'), words.rfind('"')
        if 0 <= opening < closing:
            who, line = words[:opening], words[opening + 1 : closing]
        else:
            who, line = "", words
        if name == "narrator" and (name not in self._marks or self._is_narrated(line, told)):
            told.narration.append(line)
            return
        told.lines.append((name, line))
        told.seen.add(name)
        if who and not self.is_own:
            label = self.cast[self._marks[name]].label if name in self._marks else ""
            back = read_back(who, tokens)
            if f"@{name}" not in back and letters(label) not in letters(back):
                yield f'lines: "{words}" is not spoken by {name}'

    def _is_off(self, words: str, name: str, shot: Shot) -> bool:
        """Whether a line is only heard, as its speaker's lines say, or the words before it."""
        mine = [one.is_off for one in shot.speeches() if self.names.get(one.speaker) == name]
        who = words[: max(words.find('"'), 0)]
        return any(mine) and (all(mine) or any(one in who for one in _OFF_SCREEN))

    def _is_narrated(self, line: str, told: _ShotSoFar) -> bool:
        """Whether a line is narration where a member of the cast is called narrator, too."""
        said = told.shot.narration
        return said is not None and self._texts.squeeze(line) in self._texts.squeeze(said.line.text)

    def _check_framing(
        self, said: dict[str, list[str]], told: _ShotSoFar, stretches: int
    ) -> Iterator[str]:
        shot, framing = told.shot, told.shot.framing
        if shot.has_beats:
            told.cues.update(said.get("camera", ()), said.get("sound", ()))
        for name in _FRAMING:
            passage, found = getattr(framing, name), said.get(name)
            if passage is not None and not found:
                yield f"framing: a prompt leaves out {name}"
            if not found:
                continue
            allowed = set()
            if passage is not None:
                wanted = self._texts.said(passage)
                if len(found) == 1 and found[0].lower() == wanted.lower():
                    continue
                allowed.add(self._texts.squeeze(wanted))
            if name in _CUES:
                own = (getattr(beat, name) for beat in shot.beats)
                allowed.update(self._texts.squeezed(one) for one in own if one is not None)
            elif len(found) > 1:
                yield f"framing: a prompt says {name} twice"
            for one in found:
                if self._texts.squeeze(one) not in allowed:
                    yield f'framing: "{one}" is not the {name} of the shot'
            # A beat with a cue of its own ends in it; one without has that of the shot.
            is_shorter = passage is not None and name in _CUES and stretches > len(found)
            if is_shorter and self._texts.squeeze(wanted) not in map(self._texts.squeeze, found):
                yield f"framing: a prompt leaves out {name}"

    def _check_place(
        self, said: dict[str, list[str]], action: str, told: _ShotSoFar
    ) -> Iterator[str]:
        if not told.place or f"@{told.place}" in action:
            return
        found = said.get("location", [])
        if f"@{told.place}" in found:
            return
        mark = self._marks[told.place]
        if mark in self.in_words:
            described = self.cast.introductions.get(mark, ())
            wanted = {self._texts.squeezed(passage) for passage in described}
            if not wanted or any(self._texts.squeeze(one) in wanted for one in found):
                return
        yield f"place: a prompt does not say that it is in {told.place}"

    def _follow_place(self, named: Sequence[str], told: _ShotSoFar) -> None:
        """Note the last location that the shot has named so far."""
        for mark in reversed(named):
            if self.cast[mark].kind == "location":
                told.place = self.names[mark]
                return

    def _check_people(
        self, named: Iterable[str], introduced: dict[str, list[str]]
    ) -> Iterator[str]:
        said = {name: [*map(self._texts.squeeze, words)] for name, words in introduced.items()}
        queue = dict.fromkeys(named)
        waiting = list(queue)
        for mark in waiting:
            if mark not in self._described:
                continue
            found = said.get(self.names[mark], [])
            if any(words not in found for words in self._introduction(mark)):
                yield f"people: {self.names[mark]} is named and not introduced"
            nested = [one for passage in self._described[mark] for one in marks_of(passage.text)]
            waiting += [one for one in dict.fromkeys(nested) if one not in queue]
            queue.update(dict.fromkeys(nested))
        for name, words in introduced.items():
            marks = (self._marks[name], self._in_words.get(name, ""))
            if len(words) > max(len(self.cast.introductions.get(one, ())) for one in marks):
                yield f"people: {name} is introduced twice"

    def _introduction(self, mark: str) -> list[str]:
        known = self._introductions.get(mark)
        if known is None:
            said = [self._texts.squeezed(passage) for passage in self._described[mark]]
            known = self._introductions[mark] = said
        return known

    # A whole shot

    def _check_shot(self, told: _ShotSoFar) -> Iterator[str]:
        shot = told.shot
        prose = [self._texts.said(beat.prose) for beat in shot.beats if beat.prose is not None]
        if told.prose != prose and self._texts.squeeze(" ".join(told.prose)) != self._texts.squeeze(
            " ".join(prose)
        ):
            yield f"action: the prose of {shot.address} is not what its parts say"
        if shot.cast or shot.has_beats:
            yield from self._check_cast(told)
        if not shot.has_dialogue and not told.lines and not told.narration:
            return
        is_heard = self.sounds(shot.audio)
        lines = [
            (self.names[speech.speaker], speech.line.text)
            for speech in shot.speeches()
            if speech.speaker and (is_heard or not speech.is_off)
        ]
        if told.lines != lines and self._script(told.lines) != self._script(lines):
            yield f"lines: those of {shot.address} are not spoken once, in their order"
        narration = shot.narration if is_heard else None
        wanted = self._texts.squeeze(narration.line.text) if narration is not None else ""
        if self._texts.squeeze(" ".join(told.narration)) != wanted:
            yield f"lines: the narration of {shot.address} is not said once"

    def _check_cast(self, told: _ShotSoFar) -> Iterator[str]:
        """Whether all whom the writer puts into the frame are, and each beat has its cues."""
        shot, framing = told.shot, told.shot.framing
        present = [mark for beat in shot.beats for mark in beat.cast or ()]
        if any(beat.cast is None for beat in shot.beats):
            present += shot.cast or ()
        passages = [framing.size, framing.camera, framing.light, framing.sound, framing.style]
        for beat in shot.beats if present or shot.has_beats else ():
            passages += [beat.prose, beat.camera, beat.sound]
        named = {mark for one in passages if one is not None for mark in marks_of(one.text)}
        for mark in present:
            if mark not in named and self.names[mark] not in told.shown:
                yield f"people: {self.names[mark]} is in {shot.address} and in none of its prompts"
        if self.is_own or not shot.has_beats:
            return
        said = {*map(self._texts.squeeze, told.cues)}
        for beat in shot.beats:
            for cue in (beat.camera, beat.sound):
                if cue is not None and self._texts.squeezed(cue) not in said:
                    yield f'framing: "{self._texts.said(cue)}" is left out of {shot.address}'

    def _script(self, lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Who says what, with neighbouring lines of one speaker as one."""
        out: list[tuple[str, str]] = []
        for name, line in lines:
            words = self._texts.squeeze(line)
            if out and out[-1][0] == name:
                out[-1] = name, out[-1][1] + words
            else:
                out.append((name, words))
        return out
