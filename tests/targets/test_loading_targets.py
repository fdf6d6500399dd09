"""Loading by id, and target files of the user's own: located messages, never a wrong target."""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imaginary_hosts import JSON_SHOTS

import storyboard.targets.load
from storyboard.diagnostics import Diagnostic, Diagnostics, Source, Span
from storyboard.targets.load import catalogue, digest, load
from storyboard.targets.model import Feature, RenderedSecond, Target

DATA = Path(storyboard.targets.load.__file__).with_name("data")

ID = "imaginary/reel-1"
WHOLE = JSON_SHOTS.replace("  start_frame: opens_on\n", "").replace(
    "first_frame: {how: native}", 'first_frame: {how: words, text: "Open on {image}."}'
)


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def loaded(target_id: str, folder: Path) -> Target:
    diagnostics = Diagnostics()
    target = load(target_id, diagnostics, folders=[folder])
    assert target is not None, shown(diagnostics)
    assert len(diagnostics) == 0
    return target


def refused(target_id: str, *folders: Path) -> list[Diagnostic]:
    diagnostics = Diagnostics()
    assert load(target_id, diagnostics, folders=folders) is None
    assert diagnostics.has_errors
    return list(diagnostics)


def shown(diagnostics: Diagnostics) -> list[str]:
    return [f"{found.code.id} {found.message}" for found in diagnostics]


def test_an_unknown_target_is_told_the_nearest_where_it_was_written() -> None:
    source = Source("film.yaml", "target: fal/kling-o3-por\n")
    at = Span(source, 8, 24)
    diagnostics = Diagnostics()
    assert load("fal/kling-o3-por", diagnostics, at=at) is None
    (found,) = diagnostics
    assert found.code.id == "SB401"
    assert found.message == 'no target is called "fal/kling-o3-por"'
    assert found.span == at
    assert found.help == "write fal/kling-o3-pro; `storyboard targets` lists them all"
    assert found.fix is not None
    assert found.fix.text == "fal/kling-o3-pro"


@pytest.mark.parametrize(
    "target_id",
    ["", "/", "fal", "fal/", "fal/kling", "../load", "fal/../oxen/kling-o1", "FAL/KLING-O3-PRO",
     "fal/kling-o3-pro.yaml", "fal\\kling-o3-pro", "fal/kling-o3-pro\0", "シネマ", "a" * 5000],
)  # fmt: skip
def test_a_wrong_id_is_one_finding_and_reaches_no_other_file(target_id: str) -> None:
    (found,) = refused(target_id)
    assert found.code.id == "SB401"
    assert "storyboard targets" in found.help


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=30))
def test_no_id_raises(target_id: str) -> None:
    load(target_id, Diagnostics())


def test_a_file_of_ones_own_replaces_prices_and_limits_of_a_built_in(tmp_path: Path) -> None:
    write(
        tmp_path,
        rates="""\
extends: fal/kling-o3-pro
sources:
  contract: {title: our contract, date: 2026-10, grade: A}
references: {max: 7}
prices:
  - {audio: false, per_second: "0.09", as_of: 2026-10-01, source: contract, grade: A}
  - {audio: true, per_second: "0.11", as_of: 2026-10-01, source: contract, grade: A}
""",
    )
    plain = load("fal/kling-o3-pro", Diagnostics())
    own = loaded("fal/kling-o3-pro", tmp_path)
    assert plain is not None
    assert own.references.max == 7
    price = own.price(RenderedSecond(audio=True))
    assert price is not None
    assert price.per_second == Decimal("0.11")
    assert own.request == plain.request
    assert digest(own) != digest(plain)
    assert catalogue([tmp_path]) == catalogue()


def test_a_file_of_ones_own_may_name_a_target_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, cheap="extends: fal/kling-o3-pro\ntarget: firm/cheap\n")
    assert loaded("firm/cheap", tmp_path).endpoint.endswith("o3/pro/reference-to-video")
    assert set(catalogue([tmp_path])) - set(catalogue()) == {"firm/cheap"}
    assert loaded("fal/kling-o3-pro", tmp_path).target == "fal/kling-o3-pro"


def test_files_beside_each_other_may_share_one(tmp_path: Path) -> None:
    write(
        tmp_path,
        base="abstract: true\nextends: fal/kling-o3-pro\nreferences: {max: 5}\n",
        one="extends: base\ntarget: firm/one\n",
        two="extends: base\ntarget: firm/two\nreferences: {max: 6}\n",
    )
    assert loaded("firm/one", tmp_path).references.max == 5
    assert loaded("firm/two", tmp_path).references.max == 6
    assert loaded("firm/two", tmp_path).references.ceiling == 7


def test_what_was_inherited_can_be_taken_away(tmp_path: Path) -> None:
    write(
        tmp_path,
        bare="""\
extends: fal/kling-o3-pro
target: firm/bare
prompt: {characters: unknown}
references: {ceiling: absent}
facts: {prompt.characters: absent, references.ceiling: absent}
""",
    )
    target = loaded("firm/bare", tmp_path)
    assert target.prompt.characters is None
    assert target.references.ceiling is None
    assert "prompt.characters" not in target.facts


def test_a_new_host_needs_one_file_and_no_code(tmp_path: Path) -> None:
    write(tmp_path, imaginary=WHOLE)
    target = loaded(ID, tmp_path)
    assert target.tags.element.format(n=2) == "<<<element_2>>>"
    assert target.request.seconds.type == "suffixed"
    assert target.request.shots is not None
    assert target.request.shots.encoding == "json"
    assert target.features[Feature.FIRST_FRAME].how == "words"


def test_files_are_found_in_folders_inside(tmp_path: Path) -> None:
    (tmp_path / "reel").mkdir()
    write(tmp_path / "reel", imaginary=WHOLE)
    assert loaded(ID, tmp_path).title.startswith("Reel 1")


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert loaded("fal/kling-o3-pro", tmp_path / "none").target == "fal/kling-o3-pro"


CONTRADICTIONS = [
    ("  looks: {how: native}\n", "", "SB409", "how looks are", "elements: {how: native}"),
    ("images: {how: native}", "images: {how: words}", "SB409", 'offered as "words"', "words"),
    ("how: words, text: \"Open on {image}.\"", "how: words, text: Open on it.", "SB409",
     "need its tag once", "{how: words, text: Open on it.}"),
    ("image_{n}", "image", "SB409", "exactly one {n}", '"<<<image>>>"'),
    ("  audio: sound\n", "", "SB409", "audio is native", "{how: native}"),
    ("multi_shot: {how: native}", "multi_shot: {how: single_requests}", "SB409",
     "multi_shot is not native, but shots describes it", "{how: single_requests}"),
    ("any_length: {how: native}", "any_length: {how: rounded_up}", "SB409",
     "the seconds have choices", "{how: rounded_up}"),
    ("lone_frontal: {how: native}", "lone_frontal: {how: repeated}", "SB409", "min_references",
     "{how: repeated}"),
    ("min: 2, max: 12", "min: 13, max: 12", "SB409", "the longest, 12 s", "{min: 13, max: 12}"),
    ("max_seconds: 12", "max_seconds: 20", "SB409", "longer than a request",
     "{max: 5, min_seconds: 1, max_seconds: 20, characters: 120}"),
    ("{max: 6}", "{max: 6, ceiling: 5}", "SB409", "is below the limit, 6", "5"),
    ("min_ratio: 0.5", "min_ratio: 3", "SB409", "least ratio",
     "{max_bytes: 1000000, min_side: 200, min_ratio: 3, max_ratio: 2, formats: [PNG]}"),
    ("{source: manual, grade: A}", "{source: manul, grade: A}", "SB409", '"manul"', "manul"),
    ("{seconds: {source", "{secnods: {source", "SB409", "not a path to a fact",
     "{source: manual, grade: A}"),
    ("source: manual, grade: A}\n", "source: page, grade: A}\n", "SB409", '"page"', "page"),
    ('"0.05"', '"0"', "SB109", "a number above 0", '"0"'),
    ("seconds: {min: 2", "second: {min: 2", "SB101", '"second"', "second"),
    ("title: Reel 1, on an imaginary host\n", "", "SB102", '"title"', f"target: {ID}"),
    ("max: 12}\nprompt", "max: twelve}\nprompt", "SB109", "twelve", "twelve"),
    ("how: none}\n  audio", "how: maybe}\n  audio", "SB108", '"maybe"', "maybe"),
    ("as_of: 2026-10-01\nsources", "as_of: soon\nsources", "SB109", "soon", "soon"),
    (f"target: {ID}", "target: reel", "SB109", '"reel"', "reel"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "words", "place"), CONTRADICTIONS)
def test_a_broken_file_is_told_where_and_is_no_target(
    tmp_path: Path, old: str, new: str, code: str, words: str, place: str
) -> None:
    assert old in WHOLE
    write(tmp_path, imaginary=WHOLE.replace(old, new, 1))
    target_id = "reel" if "target: reel\n" in f"{new}\n" else ID
    found = refused(target_id, tmp_path)
    (matching,) = [each for each in found if each.code.id == code and words in each.message]
    assert matching.span is not None
    assert matching.span.source.name.endswith("imaginary.yaml")
    assert matching.span.text == place
    assert code != "SB409" or matching.help


def test_a_price_of_the_same_kind_twice_is_refused(tmp_path: Path) -> None:
    row = WHOLE.splitlines()[-1]
    write(tmp_path, imaginary=f"{WHOLE}{row}\n")
    (found,) = refused(ID, tmp_path)
    assert found.message == "the same kind of second is priced twice"
    assert found.span is not None
    assert found.span.line == len(WHOLE.splitlines()) + 1


def test_a_voice_without_audio_is_no_price(tmp_path: Path) -> None:
    write(tmp_path, imaginary=WHOLE.replace("{audio: false", "{audio: false, voice: true"))
    (found,) = refused(ID, tmp_path)
    assert found.message == "a price with a voice is a price with audio"


def test_prices_of_one_target_are_in_one_currency(tmp_path: Path) -> None:
    row = WHOLE.splitlines()[-1].replace("{audio: true", "{audio: true, voice: true, currency: CNY")
    write(tmp_path, imaginary=f"{WHOLE}{row}\n")
    (found,) = refused(ID, tmp_path)
    assert found.message == "prices in USD and in CNY do not add up"
    assert found.span is not None
    assert found.span.text == "CNY"


def test_what_is_required_must_be_offered(tmp_path: Path) -> None:
    write(tmp_path, imaginary=f"{WHOLE}requires: [last_frame]\n")
    (found,) = refused(ID, tmp_path)
    assert found.message == "last_frame is required, but not offered"
    assert found.span is not None
    assert found.span.text == "last_frame"


def test_several_mistakes_are_said_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace('"0.05"', '"0"').replace("how: words,", "how: wrods,")
    write(tmp_path, imaginary=text)
    assert {"SB108", "SB109"} <= {each.code.id for each in refused(ID, tmp_path)}


def test_a_file_that_is_no_yaml_makes_every_target_unknown(tmp_path: Path) -> None:
    write(tmp_path, rates="extends: fal/kling-o3-pro\nreferences: {max: 7\n")
    for target_id in ("fal/kling-o3-pro", "oxen/kling-o1"):
        found = refused(target_id, tmp_path)
        assert all(each.span is not None for each in found)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"- a list\n", b"text\n", b"a: \x00\n"])
def test_bytes_that_are_no_mapping_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "rates.yaml").write_bytes(data)
    assert refused("fal/kling-o3-pro", tmp_path)


def test_a_file_for_nobody_is_refused(tmp_path: Path) -> None:
    write(tmp_path, rates="references: {max: 7}\n")
    (found,) = refused("fal/kling-o3-pro", tmp_path)
    assert found.code.id == "SB409"
    assert "target:" in found.help


def test_two_files_for_one_target_are_refused(tmp_path: Path) -> None:
    write(tmp_path, a="extends: fal/kling-o3-pro\n", b="extends: fal/kling-o3-pro\n")
    (found,) = refused("fal/kling-o3-pro", tmp_path)
    assert found.code.id == "SB409"
    assert found.span is not None
    assert found.span.source.name.endswith("b.yaml")
    assert found.labels[0].span.source.name.endswith("a.yaml")


@pytest.mark.parametrize(
    ("text", "code", "help_words"),
    [
        ("extends: fal/kling-o3-por\n", "SB401", "fal/kling-o3-pro"),
        ("extends: bsae\n", "SB409", "base"),
        ("extends: ../base\n", "SB409", "fal/kling-o3-pro"),
        ("extends: [base]\n", "SB409", "fal/kling-o3-pro"),
    ],
)
def test_a_wrong_extends_is_told_at_its_place(
    tmp_path: Path, text: str, code: str, help_words: str
) -> None:
    write(tmp_path, base="abstract: true\nhost: reel\n", mine=f"target: firm/x\n{text}")
    (found,) = refused("firm/x", tmp_path)
    assert found.code.id == code
    assert help_words in found.help
    assert found.span is not None
    assert (found.span.line, found.span.column) == (2, 10)


def test_files_that_extend_each_other_are_told_with_their_path(tmp_path: Path) -> None:
    write(tmp_path, a="extends: b\ntarget: firm/a\n", b="abstract: true\nextends: a\n")
    (found,) = refused("firm/a", tmp_path)
    assert found.code.id == "SB409"
    names = found.message.partition(": ")[2].split(" → ")
    assert [Path(name).name for name in names] == ["a.yaml", "b.yaml", "a.yaml"]


def test_a_mistake_in_what_is_extended_is_shown_in_its_own_file(tmp_path: Path) -> None:
    write(tmp_path, base="abstract: true\nextends: fal/kling-o3-pro\nseconds: {max: many}\n")
    write(tmp_path, mine="extends: base\ntarget: firm/x\n")
    found = next(each for each in refused("firm/x", tmp_path) if "many" in each.message)
    assert found.span is not None
    assert Path(found.span.source.name).name == "base.yaml"
    assert found.span.text == "many"


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    write(tmp_path, mine="extends: fal/kling-o3-pro\n")
    (tmp_path / "mine.yaml").chmod(0)
    try:
        (tmp_path / "mine.yaml").read_bytes()
    except PermissionError:
        (found,) = refused("fal/kling-o3-pro", tmp_path)
        assert found.code.id == "SB001"
    else:
        pytest.skip("the one who runs the tests may read everything")
    finally:
        (tmp_path / "mine.yaml").chmod(stat.S_IRUSR | stat.S_IWUSR)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_mutated_file_is_a_target_or_a_finding(data: st.DataObject) -> None:
    """Cut out or double any stretch of a file: nothing raises, nothing passes in silence."""
    start = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(start, min(len(WHOLE), start + 40)))
    middle = data.draw(
        st.sampled_from(["", WHOLE[start:end] * 2, "{", "]", "~", "x: ", "\t", "&a"])
    )
    text = WHOLE[:start] + middle + WHOLE[end:]
    diagnostics = Diagnostics()
    folder = _folder_of(text)
    target = load(ID, diagnostics, folders=[folder])
    assert (target is None) == diagnostics.has_errors


_FOLDER: list[Path] = []


@pytest.fixture(autouse=True)
def _keep_a_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    if not _FOLDER:
        _FOLDER.append(tmp_path_factory.mktemp("mutated"))


def _folder_of(text: str) -> Path:
    (_FOLDER[0] / "imaginary.yaml").write_text(text, encoding="utf-8")
    return _FOLDER[0]


# -- the schema of its requests -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("nope.json", 'no schema of a request is called "nope.json"'),
        ("../pyproject.toml", 'no schema of a request is called "../pyproject.toml"'),
        (f"{DATA}/fal/kling-o3.yaml", "no schema of a request is called"),
        (".", 'no schema of a request is called "."'),
        (r'"a\0b"', "no schema of a request is called"),
        ("plan.schema.json", 'the schema "plan.schema.json" has no field "prompt"'),
    ],
)
def test_a_schema_that_is_none_of_a_request_is_refused_where_it_is_named(
    written: str, words: str, tmp_path: Path
) -> None:
    write(
        tmp_path,
        mine=f"extends: fal/kling-o3-pro\ntarget: firm/mine\nrequest_schema: {written}\n",
    )
    (found,) = refused("firm/mine", tmp_path)
    assert found.code.id == "SB409"
    assert words in found.message
    assert "request_schema: absent" in (found.help or "")
    assert found.span is not None
    assert (Path(found.span.source.name).name, found.span.line) == ("mine.yaml", 3)


@pytest.mark.parametrize(
    ("lines", "words", "line"),
    [
        ("request: {constants: {watermark: false}}", 'no field "watermark"', 3),
        ("request: {negative: negative}", 'no field "negative"', 3),
        ("seconds: {min: 3, max: 30}", "does not take 30 as duration", 3),
        ('aspect_ratios: ["16:9", "21:9"]', "does not take 21:9 as aspect_ratio", 3),
    ],
)
def test_what_the_inherited_schema_refuses_is_said_once_at_its_line(
    lines: str, words: str, line: int, tmp_path: Path
) -> None:
    write(tmp_path, mine=f"extends: fal/kling-o3-pro\ntarget: firm/mine\n{lines}\n")
    (found,) = refused("firm/mine", tmp_path)
    assert (found.code.id, words in found.message) == ("SB409", True)
    assert "request_schema: absent" in (found.help or "")
    assert found.span is not None
    assert (Path(found.span.source.name).name, found.span.line) == ("mine.yaml", line)


def test_a_number_far_above_every_model_is_refused(tmp_path: Path) -> None:
    write(
        tmp_path,
        mine="extends: fal/kling-o3-pro\ntarget: firm/mine\nseconds: {min: 3, max: 1000000000}\n",
    )
    (found,) = refused("firm/mine", tmp_path)
    assert "takes 3600 at most" in found.message


def test_a_request_whose_fields_were_renamed_needs_a_schema_of_its_own(tmp_path: Path) -> None:
    renamed = "extends: fal/kling-o3-pro\ntarget: firm/mine\nrequest: {prompt: text}\n"
    write(tmp_path, mine=renamed)
    (found,) = refused("firm/mine", tmp_path)
    assert 'has no field "text", which the request has' in found.message
    write(tmp_path, mine=f"{renamed}request_schema: absent\n")
    assert loaded("firm/mine", tmp_path).request.prompt == "text"


@pytest.mark.parametrize(
    ("word", "is_kept"),
    [("absent", False), ("unknown", False), ("null", False), ("~", False), ("", True)],
)
def test_a_word_for_nothing_takes_away_what_was_inherited(
    tmp_path: Path, word: str, is_kept: bool
) -> None:
    (tmp_path / "own.yaml").write_text(
        f"extends: fal/kling-o3-pro\ntarget: own/one\nrequest_schema: {word}\n"
        f"prompt: {{characters: {word}}}\n",
        encoding="utf-8",
    )
    found = Diagnostics()
    target = load("own/one", found, folders=[tmp_path])
    assert target is not None, [one.message for one in found]
    assert (target.request_schema is not None) == is_kept
    assert (target.prompt.characters is not None) == is_kept


@pytest.mark.parametrize("key", ["exteends", "extneds", "extend"])
def test_a_misspelt_extends_is_one_finding_with_the_key(tmp_path: Path, key: str) -> None:
    write(tmp_path, own=f"target: my/own\ntitle: My own\n{key}: fal/kling-o3-pro\n")
    (found,) = refused("my/own", tmp_path)
    assert (found.code.id, found.help) == ("SB101", "write extends")
    assert found.span is not None
    assert found.span.text == key
