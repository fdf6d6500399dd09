"""What a file is that was given as a picture or a video and is neither that can be read."""

from __future__ import annotations

import re
from pathlib import Path

from storyboard.project.disk import open_plain_file

_LOOKED_AT = 1_024
_SIGNS = (
    (b"\xff\n", "a picture in JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a picture in JPEG XL"),
    (b"%PDF-", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"gimp xcf", "a GIMP document"),
    (b"II*\0", "a TIFF or a camera's raw picture"),
    (b"MM\0*", "a TIFF or a camera's raw picture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw picture"),
    (b"v/1\x01", "a picture in OpenEXR"),
    (b"\x1a\x45\xdf\xa3", "a video in WebM or Matroska"),
    (b"FLV\x01", "a Flash video"),
    (b"\0\0\x01\xba", "a video in MPEG-2"),
    (b"version https://git-lfs", "a pointer of Git LFS, and the file itself is not here"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xff\xd8\xff", "a broken JPEG"),
    (b"\x89PNG", "a broken PNG"),
    (b"GIF8", "a broken GIF"),
)
_BRANDS = {
    b"heic": "a HEIC picture, as phones take them",
    b"heix": "a HEIC picture, as phones take them",
    b"mif1": "a HEIF picture, as phones take them",
    b"msf1": "a HEIF picture, as phones take them",
    b"hevc": "a HEIC picture, as phones take them",
    b"avif": "an AVIF picture",
    b"qt  ": "a video in MOV",
}
"""The brands of files of ISO/IEC 14496-12 that are no MP4; any other brand is a video."""
_RIFFS = {b"WEBP": "a broken WebP", b"AVI ": "a video in AVI", b"WAVE": "a sound in WAV"}
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)


def kind_of_file(path: Path) -> str:
    """What the first bytes of a file say that it is, with its article; empty for who knows what."""
    try:
        with open_plain_file(path) as file:
            head = file.read(_LOOKED_AT)
    except OSError:
        return ""
    if not head:
        return "an empty file"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "a video in MP4")
    if head[:4] == b"RIFF":
        return _RIFFS.get(head[8:12], "")
    if _PAGE.match(head):
        return "a web page, saved under another name"
    if _SVG.search(head):
        return "an SVG drawing"
    return next((name for sign, name in _SIGNS if head.startswith(sign)), "")
