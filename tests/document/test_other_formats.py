"""Files of another kind are told as what they are, and storyboards are left alone."""

from __future__ import annotations

import io
import zipfile

import pytest

from storyboard.diagnostics import Diagnostics
from storyboard.document import read_source


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "text")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zipped("word/document.xml"), "Word document"),
        (zipped("film.yaml"), "ZIP archive"),
        (b"%PDF-1.7\n", "PDF document"),
        (b"Title: The Film\nAuthor: A\n\nFADE IN:\n\nEXT. SEA - DAY\n", "Fountain"),
        (b"EXT. SEA - DAY\n\nWaves.\n", "Fountain"),
        (b"# The Film\n\n* a bus\n* a tram\n", "Markdown"),
        (b"<?xml version='1.0'?>\n<FinalDraft/>", "Final Draft"),
    ],
    ids=["docx", "zip", "pdf", "fountain-title", "fountain", "markdown", "final-draft"],
)
def test_a_file_of_another_kind_is_named(data: bytes, kind: str) -> None:
    found = Diagnostics()
    assert read_source("film", data, found) is None
    (one,) = found
    assert one.code.id == "SB022"
    assert kind in one.message
    is_screenplay = kind in ("Fountain", "Final Draft")
    assert ("storyboard import" in one.help) is is_screenplay


@pytest.mark.parametrize(
    "text",
    [
        "# The Film\n# a comment\nstoryboard: 1\nscenes: []\n",
        "title: a\n\nscenes:\n  - shots:\n",
        '{"storyboard": 1}',
        "# A\n# B\nprompt: a\n",
        "",
        "# A\n# B\n\n# C\n",
        "just a text",
    ],
)
def test_what_may_be_a_storyboard_is_read(text: str) -> None:
    found = Diagnostics()
    assert read_source("film", text.encode(), found) is not None
    assert not len(found)
