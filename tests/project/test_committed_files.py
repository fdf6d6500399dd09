"""A project as it is at a commit: what stands on the disk by now is not read."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from git_checkouts import commit, git
from PIL import Image

from storyboard.errors import UsageError
from storyboard.project.committed_files import CommittedFiles


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "film"
    (folder / "cast").mkdir(parents=True)
    (folder / "storyboard.yaml").write_text("title: Old\n")
    Image.new("RGB", (640, 360), "red").save(folder / "cast/mara.png")
    (folder / "cast/link.png").symlink_to("mara.png")
    (folder / "cast/out.png").symlink_to("/etc/hostname")
    git(folder, "init", "-q")
    commit(folder)
    return folder


def test_texts_and_pictures_are_those_of_the_commit(checkout: Path) -> None:
    before = hashlib.sha256((checkout / "cast/mara.png").read_bytes()).hexdigest()
    (checkout / "storyboard.yaml").write_text("title: New\n")
    (checkout / "cast/mara.png").write_bytes(b"no picture")
    files = CommittedFiles(checkout, "HEAD")
    assert files.read("storyboard.yaml") == b"title: Old\n"
    assert files.size("storyboard.yaml") == len("title: Old\n")
    picture = files.picture("cast/mara.png")
    assert picture is not None
    assert (picture.format, picture.width, picture.height) == ("PNG", 640, 360)
    assert files.sha256("cast/mara.png") == before
    assert files.sha256("cast/link.png") == before


def test_what_the_commit_has_not_is_not_there(checkout: Path) -> None:
    (checkout / "new.png").write_bytes(b"new")
    files = CommittedFiles(checkout, "HEAD")
    for path in ("new.png", "cast", "cast/out.png", "a\nb"):
        assert files.size(path) is None, path
    with pytest.raises(FileNotFoundError):
        files.read("new.png")


def test_a_file_that_was_removed_since_is_there(checkout: Path) -> None:
    git(checkout, "rm", "-q", "storyboard.yaml")
    git(checkout, "commit", "-qm", "Removed")
    assert CommittedFiles(checkout, "HEAD").size("storyboard.yaml") is None
    assert CommittedFiles(checkout, "HEAD~1").read("storyboard.yaml") == b"title: Old\n"


def test_a_folder_below_the_repositorys_own_has_paths_of_its_own(checkout: Path) -> None:
    files = CommittedFiles(checkout / "cast", "HEAD")
    assert files.picture("mara.png") is not None
    assert files.inside("", "../storyboard.yaml") is None


@pytest.mark.parametrize(
    ("folder", "written", "path"),
    [
        ("", "cast/mara.png", "cast/mara.png"),
        ("cast", "../cast/./mara.png", "cast/mara.png"),
        ("cast", "../../film/x", None),
        ("", "..", None),
        ("cast", "/etc/hostname", None),
    ],
)
def test_no_path_leads_out(checkout: Path, folder: str, written: str, path: str | None) -> None:
    assert CommittedFiles(checkout, "HEAD").inside(folder, written) == path


def test_an_absolute_path_into_the_project_is_one_of_it(checkout: Path) -> None:
    files = CommittedFiles(checkout, "HEAD")
    assert files.inside("cast", str(checkout.resolve() / "cast/mara.png")) == "cast/mara.png"


def test_of_a_pointer_of_lfs_the_file_itself_is_taken_where_it_is_still_here(
    checkout: Path,
) -> None:
    clip, other = b"a clip" * 100, b"another clip"
    for name, data in (("kept.mp4", clip), ("gone.mp4", other)):
        digest = hashlib.sha256(data).hexdigest()
        pointer = (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"
        )
        (checkout / name).write_text(pointer)
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "Clips")
    digest = hashlib.sha256(clip).hexdigest()
    stored = checkout / ".git/lfs/objects" / digest[:2] / digest[2:4] / digest
    stored.parent.mkdir(parents=True)
    stored.write_bytes(clip)
    files = CommittedFiles(checkout, "HEAD")
    assert files.read("kept.mp4") == clip
    assert files.kind("gone.mp4").startswith("a pointer of Git LFS")
    (checkout / "gone.mp4").write_bytes(other)
    assert CommittedFiles(checkout, "HEAD").read("gone.mp4") == other


@pytest.mark.parametrize("revision", ["", "nix", "-h", "HEAD:storyboard.yaml", "a b", "HEAD~9"])
def test_a_revision_that_is_no_commit_is_told(checkout: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="is no commit that git knows here"):
        CommittedFiles(checkout, revision)


def test_a_folder_without_git_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is in no git repository"):
        CommittedFiles(tmp_path, "HEAD")


def test_a_machine_without_git_is_told(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="read by git, which is not here"):
        CommittedFiles(checkout, "HEAD")
