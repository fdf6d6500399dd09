"""Who somebody is, and what is sent for a shot, as Markdown at the place of the mouse."""

from __future__ import annotations

import re
from pathlib import Path

from storyboard.compiler.film import Shot
from storyboard.compiler.resolve.members import Member, members_of
from storyboard.compiler.resolve.symbols import CastSymbol
from storyboard.editor.analysis import FilmAnalysis
from storyboard.editor.positions import path_of
from storyboard.language.cast import Element, Footage, Image
from storyboard.plan.changes import prompt_at
from storyboard.plan.planned_request import PlannedRequest
from storyboard.render.amounts import amount, counted
from storyboard.render.reasons import why_text
from storyboard.render.width import visible

_FENCE = re.compile("`{3,}")
_URL = re.compile(r"https?://", re.IGNORECASE)


def name_words(analysis: FilmAnalysis, symbol: CastSymbol) -> str:
    """Who or what a name stands for: its kind, description, picture, and how often it is used."""
    used = counted(len(symbol.uses), "use")
    lines = [f"**{_plain(symbol.name)}** · {symbol.kind} · {used}"]
    member = _member(analysis, symbol)
    if member is not None:
        block = member.block
        description = getattr(block, "description", None)
        if description:
            lines.append(_plain(str(description)))
        if isinstance(block, Element):
            if block.label:
                lines.append(f'called "{_plain(str(block.label))}" where no picture is sent')
            if block.looks:
                lines.append(f"looks: {_plain(', '.join(map(str, block.looks)))}")
        if picture := _picture(member):
            lines.append(f"![{_plain(symbol.name)}]({picture})")
    return "\n\n".join(lines)


def _member(analysis: FilmAnalysis, symbol: CastSymbol) -> Member | None:
    return next(
        (
            member
            for file in analysis.files
            for member in members_of(file, "")
            if member.key.span == symbol.declared
        ),
        None,
    )


def _picture(member: Member) -> str:
    """The address of a member's picture as an editor opens it; empty without one."""
    block = member.block
    written = None
    if isinstance(block, Element):
        written = block.frontal
    elif isinstance(block, Image):
        written = block.image
    if written is None or isinstance(block, Footage):
        return ""
    if _URL.match(written):
        return str(written)
    return (path_of(member.key.span.source).parent / written).resolve().as_uri()


def shot_words(analysis: FilmAnalysis, shot: Shot) -> str:
    """What is sent for a shot, in which clips, and what these cost."""
    clips = analysis.clips_of(shot.address)
    lines = [f"**{_plain(shot.address)}** · {shot.seconds} s"]
    if not clips:
        lines.append("Nothing is to be sent for it: it is paid, or its scene has errors.")
    for request, part in clips:
        shared = len(request.shots) - 1
        beside = f", with {counted(shared, 'other shot')}" if shared else ""
        lines.append(
            f"clip `{request.id}`: {request.seconds} s, {amount(request.money)}{beside} · "
            f"{_plain(why_text(request, str(analysis.file)))}"
        )
        lines.append(_quoted(_prompt(analysis, request, request.shots.index(part))))
        if request.tokens:
            lines.append(", ".join(f"`{tag}` = {_plain(of)}" for tag, of in request.tokens.items()))
    return "\n\n".join(lines)


def _prompt(analysis: FilmAnalysis, request: PlannedRequest, index: int) -> str:
    film = analysis.result.compilation.film if analysis.result is not None else None
    for one in film.films() if film is not None else ():
        if one.target.target == request.target:
            return prompt_at(request.payload, index, one.target) or ""
    return ""


def _quoted(text: str) -> str:
    """A prompt as it is sent, in which nothing is markup."""
    longest = max(map(len, _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{visible(text)}\n{fence}"


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#+!|~-])")


def _plain(text: str) -> str:
    """A text in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", visible(text))


def shot_at(analysis: FilmAnalysis, path: Path, offset: int) -> Shot | None:
    """The shot whose first line or ``prompt`` key is at a place."""
    for shot in analysis.shots():
        node = shot.node
        source = node.origin.source
        if not node.start <= offset <= node.end or path_of(source) != path:
            continue
        line = source.position(offset)[0]
        key = node.key("prompt")
        heads = {source.position(node.start)[0], *([key.span.line] if key is not None else [])}
        return shot if line in heads else None
    return None
