"""What an editor has not saved is read in place of the files on disk."""

from __future__ import annotations

from pathlib import Path

from storyboard.api import CompileOptions, Project

FILM = 'storyboard: 1\nuse: [cast.yaml]\nscenes: [{shots: ["@mara waits."]}]\n'
CAST = "characters: {mara: {description: a keeper}}\n"


def found(file: Path, unsaved: dict[Path, str]) -> list[str]:
    options = CompileOptions(project=file.parent, unsaved=unsaved)
    return [one.code.id for one in Project(str(file), options).check().diagnostics]


def test_an_unsaved_text_comes_before_the_file(tmp_path: Path) -> None:
    film, cast = tmp_path / "film.yaml", tmp_path / "cast.yaml"
    film.write_text(FILM, "utf-8")
    cast.write_text(CAST, "utf-8")
    assert found(film, {}) == []
    assert found(film, {film: FILM.replace("@mara", "@marra")}) == ["SB203"]
    # A library's too.
    assert found(film, {cast: CAST.replace("mara", "pim")}) == ["SB203"]


def test_an_unsaved_text_needs_no_file(tmp_path: Path) -> None:
    film, cast = tmp_path / "film.yaml", tmp_path / "cast.yaml"
    assert found(film, {film: FILM, cast: CAST}) == []
    assert found(film, {cast: CAST}) == ["SB001"]


def test_a_text_outside_of_the_project_is_not_read(tmp_path: Path) -> None:
    film = tmp_path / "film" / "film.yaml"
    film.parent.mkdir()
    text = FILM.replace("cast.yaml", "../cast.yaml")
    assert "SB202" in found(film, {film: text, tmp_path / "cast.yaml": CAST})
