"""From a target's id to its data: built-in files, and files of the user's own.

A file describes one target, or with ``abstract: true`` what several share. ``extends`` names
the file that it builds on: a plain name is a file beside it, a name with a slash a built-in
target. Mappings are merged key by key and everything else is replaced. The plain words
``unknown`` (not published) and ``absent`` or ``null`` (not there) take away what was inherited;
an entry that was left empty counts as not written. A file of
the user's own stands for the id that it names, or else inherits, so it can replace a built-in
target by its own prices and limits.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from storyboard.diagnostics import Diagnostics, Fix, Label, Span
from storyboard.diagnostics.codes import BROKEN_TARGET, UNKNOWN_KEY, UNREADABLE_FILE
from storyboard.diagnostics.spelling import nearest
from storyboard.document import parse, read_source
from storyboard.document.nodes import Mapping, Node, Scalar
from storyboard.document.nodes import Sequence as Items
from storyboard.language.decoder import decode
from storyboard.language.error_paths import opening
from storyboard.project.disk import read_plain_file
from storyboard.project.files import MAX_SOURCE
from storyboard.targets.checks import disagreements
from storyboard.targets.disagreement import Disagreement
from storyboard.targets.inheritance import merged, without_empty
from storyboard.targets.model import LATER_FEATURES, Feature, Target
from storyboard.targets.own_schema import OwnSchemaError, read_own_schema
from storyboard.targets.unknown_target import report_unknown_target

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

BUILT_IN = "built-in"
"""The origin of a target that no file of the user's own describes."""

_BUILT_IN_FOLDER = "built-in:"
"""How the names of the files of built-in targets begin."""

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_MAX_ID = 100
"""Code points of an id that may be a file's name; longer ones no file system takes."""
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*")
_TARGET_LINE = re.compile(rb"^target: *([^\s#]+)", re.MULTILINE)
_EXTENDS = ("extends",)
_MAX_DEPTH = 8
"""How many files may extend one another: the tool's own bound."""


def load(
    target_id: str,
    diagnostics: Diagnostics,
    *,
    at: Span | None = None,
    folders: Sequence[Path] = (),
) -> Target | None:
    """The target of that id, or None where there is none that can be used.

    ``folders`` hold the user's own files (``*.yaml``, at any depth), which come before the
    built-in ones. ``at`` is where the id was written. SB401 for an id that nothing describes;
    SB409 and the codes of decoding, at their places, for a file that cannot be used. A file
    of the user's own that cannot be read makes every target None, as nobody knows for which
    it was meant.
    """
    findings = Diagnostics()
    target = _load(target_id, findings, at, folders)
    for found in findings:
        diagnostics.take(found)
    # What could be read around a mistake may not be what was meant: no target at all.
    return None if findings.has_errors else target


def _load(
    target_id: str, diagnostics: Diagnostics, at: Span | None, folders: Sequence[Path]
) -> Target | None:
    own = _read_own(folders, diagnostics)
    if own is None:
        return None
    root = own.get(target_id)
    if root is None:
        file = _built_in_file(target_id)
        if file is None:
            report_unknown_target(target_id, [*own, *_built_in_ids()], diagnostics, at)
            return None
        root = _expand(file, diagnostics, ())
    return _target(root, diagnostics) if root is not None else None


def catalogue(folders: Sequence[Path] = ()) -> list[str]:
    """The ids of all targets, in order; a folder with a broken file adds none of its own."""
    own: set[str] = set()
    for folder in folders:
        own.update(_read_own([folder], Diagnostics()) or ())
    return sorted({*own, *_built_in_ids()})


@lru_cache
def nearest_with(feature: Feature, target_id: str) -> str:
    """The built-in target with a feature whose id is most like another's; empty for none."""
    likeness = {one: SequenceMatcher(None, one, target_id).ratio() for one in _built_in_ids()}
    for one in sorted(likeness, key=lambda name: (-likeness[name], name)):
        target = load(one, Diagnostics())
        if target is not None and target.has(feature):
            return one
    return ""


def load_own(folders: Sequence[Path], diagnostics: Diagnostics) -> tuple[Target, ...]:
    """Every target that files of the user's own describe; what is wrong with one is said."""
    found = (
        _target(root, diagnostics) for root in (_read_own(folders, diagnostics) or {}).values()
    )
    return tuple(target for target in found if target is not None)


def origin(target_id: str, folders: Sequence[Path] = ()) -> str:
    """The file of the user's own that ``load`` reads a target from, else ``built-in``."""
    own = _read_own(folders, Diagnostics()) if folders else None
    root = own.get(target_id) if own else None
    return BUILT_IN if root is None else root.origin.source.name


def digest(target: Target) -> str:
    """The content of a target as ``sha256:`` and hexadecimal digits.

    Equal for equal facts, whatever files they were read from and in which order, and whatever
    facts the targets of a later version have besides.
    """
    data = target.model_dump(mode="json", exclude_defaults=True)
    for feature in LATER_FEATURES:
        if data["features"][feature] == {"how": "none"}:
            del data["features"][feature]
    if target.own_schema is not None:
        data["request_schema"] = target.own_schema
    text = json.dumps(
        data,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


class _File(Struct, frozen=True):
    """A file of target data, in the package or of the user's own.

    ``folder`` is where ``extends`` looks for plain names, ``name`` what messages show.
    """

    folder: Traversable
    stem: str
    shown_folder: str

    @property
    def path(self) -> Traversable:
        return self.folder / f"{self.stem}.yaml"

    @property
    def name(self) -> str:
        return f"{self.shown_folder}{self.stem}.yaml"

    def beside(self, stem: str) -> _File:
        return _File(self.folder, stem, self.shown_folder)

    def neighbours(self) -> list[str]:
        names = (path.name for path in self.folder.iterdir())
        return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def _data() -> Traversable:
    return files("storyboard.targets") / "data"


def _built_in_file(target_id: str) -> _File | None:
    """The file of a built-in target; None for what is none, abstract files too."""
    if len(target_id) > _MAX_ID or not _ID.fullmatch(target_id):
        return None
    host, _, stem = target_id.partition("/")
    file = _File(_data() / host, stem, f"{_BUILT_IN_FOLDER}{host}/")
    if not file.path.is_file() or not _TARGET_LINE.search(file.path.read_bytes()):
        return None
    return file


def _built_in_ids() -> list[str]:
    return sorted(
        found[1].decode()
        for folder in _data().iterdir()
        if folder.is_dir()
        for path in folder.iterdir()
        if path.name.endswith(".yaml") and (found := _TARGET_LINE.search(path.read_bytes()))
    )


def _read_own(folders: Sequence[Path], diagnostics: Diagnostics) -> dict[str, Mapping] | None:
    """The user's targets by id, expanded; None where a file is broken."""
    own: dict[str, Mapping] = {}
    for path in _own_paths(folders):
        file = _File(path.parent, path.stem, f"{path.parent}/")
        root = _read(file, diagnostics)
        if root is None or root.get("abstract") == "true":
            continue
        described = _extend(root, file, diagnostics, ())
        if described is None:
            continue
        named = described.get("target")
        if not isinstance(named, Scalar):
            diagnostics.add(
                BROKEN_TARGET,
                "the file does not say which target it describes",
                opening(described),
                help="add target: firm/name, or extends: with the id of a target",
            )
        elif named in own:
            diagnostics.add(
                BROKEN_TARGET,
                f'a second file describes the target "{named}"',
                opening(described),
                labels=[Label(opening(own[named]), "the first is here")],
                help="give one of them a target: of its own",
            )
        else:
            own[str(named)] = described
    return None if diagnostics.has_errors else own


def _own_paths(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def _bytes_of(path: Traversable) -> bytes:
    """The bytes of a target file; ``OSError`` for one of the user's that is no plain file."""
    return read_plain_file(path, MAX_SOURCE) if isinstance(path, Path) else path.read_bytes()


def _read(file: _File, diagnostics: Diagnostics) -> Mapping | None:
    try:
        data = _bytes_of(file.path)
    except OSError as error:
        diagnostics.add(
            UNREADABLE_FILE, f"{file.name} cannot be read: {(error.strerror or 'failed').lower()}"
        )
        return None
    source = read_source(file.name, data, diagnostics)
    found = Diagnostics()
    node = parse(source, found) if source is not None else None
    for one in found:
        diagnostics.take(one)
    if node is None or found.has_errors:
        return None
    if not isinstance(node, Mapping):
        diagnostics.add(
            BROKEN_TARGET,
            "a target file is a mapping (key: value)",
            opening(node),
            help="begin it with target: and the id",
        )
        return None
    return without_empty(node)


def _is_file(path: Traversable) -> bool:
    """Whether a file is there; a name that no file system takes is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _expand(file: _File, diagnostics: Diagnostics, chain: tuple[str, ...]) -> Mapping | None:
    root = _read(file, diagnostics)
    return _extend(root, file, diagnostics, chain) if root is not None else None


def _extend(
    root: Mapping, file: _File, diagnostics: Diagnostics, chain: tuple[str, ...]
) -> Mapping | None:
    """The file merged over what it extends, with the keys about files taken out."""
    abstract, base_name = root.pop("abstract", None), root.pop("extends", None)
    if base_name is None:
        if abstract is None and _has_misspelt_base(root, diagnostics):
            return None
        return merged(Mapping(), root)
    base = _base_file(base_name, file, diagnostics)
    if base is None:
        return None
    chain = (*chain, file.name)
    if base.name in chain or len(chain) > _MAX_DEPTH:
        diagnostics.add(
            BROKEN_TARGET,
            f"files that extend each other: {' → '.join([*chain, base.name])}",
            base_name.span,
            help="let one of them stand alone",
        )
        return None
    inherited = _expand(base, diagnostics, chain)
    return merged(inherited, root) if inherited is not None else None


def _has_misspelt_base(root: Mapping, diagnostics: Diagnostics) -> bool:
    """Report a key that was meant to be ``extends``; all that it would give is missing then."""
    for key in root:
        if isinstance(key, Scalar) and key not in Target.model_fields and nearest(key, _EXTENDS):
            diagnostics.add(
                UNKNOWN_KEY,
                f'"{key}" is not a key that is known here',
                key.span,
                help="write extends",
                fix=Fix(key.span, "extends"),
            )
            return True
    return False


def _base_file(named: Node, file: _File, diagnostics: Diagnostics) -> _File | None:
    if isinstance(named, Scalar) and _ID.fullmatch(named):
        base = _built_in_file(named)
        if base is None:
            report_unknown_target(named, _built_in_ids(), diagnostics, named.span)
        return base
    if isinstance(named, Scalar) and _NAME.fullmatch(named):
        beside = file.beside(str(named))
        if _is_file(beside.path):
            return beside
        near = nearest(named, file.neighbours())
        diagnostics.add(
            BROKEN_TARGET,
            f"no file {named}.yaml stands beside this one",
            named.span,
            help=f"write {near}" if near else "name a file beside this one, or a built-in target",
        )
        return None
    diagnostics.add(
        BROKEN_TARGET,
        "extends takes the name of a file beside this one or the id of a built-in target",
        opening(named),
        help="write it like extends: fal/kling-o3-pro",
    )
    return None


def _target(root: Mapping, diagnostics: Diagnostics) -> Target | None:
    decoded = decode(Target, root, diagnostics)
    if decoded.value is None or decoded.removed:
        return None
    target = _with_own_schema(decoded.value, root, diagnostics)
    if target is None:
        return None
    is_usable = True
    for found in disagreements(target):
        is_usable = False
        diagnostics.add(BROKEN_TARGET, found.message, _place(root, found), help=found.help)
    return target if is_usable else None


def _with_own_schema(target: Target, root: Mapping, diagnostics: Diagnostics) -> Target | None:
    """The target with the schema that stands beside the user's file; None where that is broken."""
    named = root.get("request_schema")
    if not isinstance(named, Scalar) or named.span.source.name.startswith(_BUILT_IN_FOLDER):
        return target
    path = Path(named.span.source.name).parent / str(named)
    if Path(named).name != named or not _is_file(path):
        return target
    try:
        return target.with_own_schema(read_own_schema(path, target.endpoint))
    except OwnSchemaError as error:
        diagnostics.add(
            BROKEN_TARGET,
            f'the schema "{named}" cannot be used: {error}',
            named.span,
            help="put right what the host publishes, or write request_schema: absent",
        )
        return None


def _place(root: Mapping, found: Disagreement) -> Span:
    node: Node = root
    for part in found.path:
        inner: Node | None = None
        if isinstance(node, Mapping) and isinstance(part, str):
            inner = node.get(part)
        elif isinstance(node, Items) and isinstance(part, int):
            inner = node[part]
        if inner is None:
            break
        node = inner
    return opening(node)
