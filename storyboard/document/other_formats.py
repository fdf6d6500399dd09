"""Files of another kind that are given as a storyboard: screenplays, documents, archives."""

from __future__ import annotations

import re

_ARCHIVES = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "a document of an older Word"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x1f\x8b", "a gzip archive"),
)
_LOOKED_AT = 4_000
_OF_A_ZIP = (
    (b"word/", "a Word document (DOCX)"),
    (b"mimetypeapplication/vnd.oasis", "an OpenDocument file"),
)
_STORYBOARD = re.compile(
    r"^[\"']?(?:storyboard|scenes|characters|props|locations|styles)[\"']?[ ]*:", re.MULTILINE
)
_SLUGLINE = re.compile(r"^(?:INT|EXT|EST|INT\./EXT|I/E)[. ][^\n\r]*[A-Z]", re.MULTILINE)
_FOUNTAIN_KEY = re.compile(r"\A(?:Title|Credit|Author|Authors|Draft date|Contact|Source)[ ]*:")
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|\* \S|\d+\. \S|\*\*\S|\| ?-{3})", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_PROSE = re.compile(r"^[^\s#]", re.MULTILINE)
_ENTRY = re.compile(r"^[a-z_]+:( |$)", re.MULTILINE)
_XML = re.compile(r"\A\s*<(?:\?xml|!DOCTYPE|html|FinalDraft)", re.IGNORECASE)


def binary_format(data: bytes) -> str | None:
    """What a file is whose first bytes are those of no text; None for anything else."""
    for sign, name in _ARCHIVES:
        if data.startswith(sign):
            inside = data[:_LOOKED_AT] + data[-_LOOKED_AT:]
            inner = (kind for part, kind in _OF_A_ZIP if part in inside)
            return next(inner, name) if sign == b"PK\x03\x04" else name
    return None


def text_format(text: str) -> str | None:
    """What a text is that is no storyboard: Fountain, Markdown, XML; None where it may be one."""
    head = text[:_LOOKED_AT]
    if _XML.match(head):
        return "a screenplay of Final Draft" if "<FinalDraft" in head else "XML or HTML"
    if is_storyboard(text):
        return None
    if _SLUGLINE.search(head) or (_FOUNTAIN_KEY.match(head) and "\n\n" in head):
        return "a screenplay in Fountain"
    # To YAML a heading is a comment, and a storyboard may be nothing but comments yet.
    is_markdown = _HEADING.search(head) and _PROSE.search(head) and not _ENTRY.search(head)
    return "a Markdown document" if is_markdown and len(_MARKDOWN.findall(head)) > 1 else None


def is_storyboard(text: str) -> bool:
    """Whether a text has a line that only a storyboard or a cast library has."""
    return _STORYBOARD.search(text) is not None
