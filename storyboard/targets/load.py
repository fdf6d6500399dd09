"""From a target's id to its data: built-in files, and files of the user's own.

A file describes one target, or with ``abstract: true`` what several share. ``extends`` names
the file that it builds on: a plain name is a file beside it, a name with a slash a built-in
target. Mappings are merged key by key and everything else is replaced. The plain words
``unknown`` (not published) and ``absent`` (not there) take away what was inherited. A file of
the user's own stands for the id that it names, or else inherits, so it can replace a built-in
target by its own prices and limits.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.decode import decode, opening, placeholder
from storyboard.diagnostics import Diagnostics, Fix, Label, Span
from storyboard.diagnostics.codes import BROKEN_TARGET, UNKNOWN_TARGET, UNREADABLE_FILE
from storyboard.diagnostics.spelling import nearest
from storyboard.syntax import parse, read_source
from storyboard.syntax.nodes import Mapping, Node, Scalar
from storyboard.syntax.nodes import Sequence as Items
from storyboard.targets.checks import Disagreement, disagreements
from storyboard.targets.types import Target

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*")
_TARGET_LINE = re.compile(rb"^target: *([^\s#]+)", re.MULTILINE)
_DEEPEST = 8
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
    own = _read_own(folders, diagnostics)
    if own is None:
        return None
    root = own.get(target_id) or _built_in(target_id, diagnostics)
    if root is None:
        if not _exists(target_id):
            _report_unknown(target_id, [*own, *_built_in_ids()], diagnostics, at)
        return None
    return _target(root, diagnostics)


def catalogue(folders: Sequence[Path] = ()) -> list[str]:
    """The ids of all targets, in order; files that cannot be read are left out."""
    own = _read_own(folders, Diagnostics()) or {}
    return sorted({*own, *_built_in_ids()})


def digest(target: Target) -> str:
    """The content of a target as ``sha256:`` and hexadecimal digits.

    Equal for equal facts, whatever files they were read from and in which order.
    """
    text = json.dumps(
        target.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def default_template() -> str:
    """How a shot's fields become text where a target's data says nothing else."""
    return (_data() / "shot.jinja").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _File:
    """A file of target data and the folder in which ``extends`` looks for names."""

    path: Traversable | Path
    name: str


def _data() -> Traversable:
    return files("storyboard.targets") / "data"


def _built_in_file(target_id: str) -> _File | None:
    if not _ID.fullmatch(target_id):
        return None
    path = _data().joinpath(*f"{target_id}.yaml".split("/"))
    return _File(path, f"<{target_id}.yaml>") if path.is_file() else None


def _built_in_ids() -> list[str]:
    return sorted(
        found[1].decode()
        for folder in _data().iterdir()
        if folder.is_dir()
        for path in folder.iterdir()
        if path.name.endswith(".yaml") and (found := _TARGET_LINE.search(path.read_bytes()))
    )


def _exists(target_id: str) -> bool:
    file = _built_in_file(target_id)
    return file is not None and _TARGET_LINE.search(file.path.read_bytes()) is not None


def _built_in(target_id: str, diagnostics: Diagnostics) -> Mapping | None:
    file = _built_in_file(target_id)
    if file is None or not _exists(target_id):
        return None
    return _expand(file, diagnostics, ())


def _read_own(folders: Sequence[Path], diagnostics: Diagnostics) -> dict[str, Mapping] | None:
    """The user's targets by id, expanded; None where a file is broken."""
    own: dict[str, Mapping] = {}
    is_broken = False
    for path in _own_paths(folders):
        root = _read(_File(path, str(path)), diagnostics)
        if root is None:
            is_broken = True
            continue
        if root.get("abstract") == "true":
            continue
        merged = _extend(root, _File(path, str(path)), diagnostics, ())
        named = merged.get("target") if merged is not None else None
        if merged is None or not isinstance(named, Scalar):
            if merged is not None:
                diagnostics.add(
                    BROKEN_TARGET,
                    "the file does not say which target it describes",
                    opening(merged),
                    help="add target: firm/name, or extends: with the id of a target",
                )
            is_broken = True
        elif named in own:
            diagnostics.add(
                BROKEN_TARGET,
                f'a second file describes the target "{named}"',
                opening(merged),
                labels=[Label(opening(own[named]), "the first is here")],
                help="give one of them a target: of its own",
            )
            is_broken = True
        else:
            own[str(named)] = merged
    return None if is_broken else own


def _own_paths(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*.y*ml") if path.is_file())


def _read(file: _File, diagnostics: Diagnostics) -> Mapping | None:
    try:
        data = file.path.read_bytes()
    except OSError as error:
        diagnostics.add(
            UNREADABLE_FILE, f"{file.name} cannot be read: {(error.strerror or 'failed').lower()}"
        )
        return None
    source = read_source(file.name, data, diagnostics)
    node = parse(source, diagnostics) if source is not None else None
    if node is None:
        return None
    if not isinstance(node, Mapping):
        diagnostics.add(
            BROKEN_TARGET,
            "a target file is a mapping (key: value)",
            opening(node),
            help="begin it with target: and the id",
        )
        return None
    return node


def _expand(file: _File, diagnostics: Diagnostics, chain: tuple[str, ...]) -> Mapping | None:
    root = _read(file, diagnostics)
    return _extend(root, file, diagnostics, chain) if root is not None else None


def _extend(
    root: Mapping, file: _File, diagnostics: Diagnostics, chain: tuple[str, ...]
) -> Mapping | None:
    """The file merged over what it extends, with the keys about files taken out."""
    root.pop("abstract", None)
    base_name = root.pop("extends", None)
    if base_name is None:
        return _merged(Mapping(), root)
    base = _base_file(base_name, file, diagnostics)
    if base is None:
        return None
    chain = (*chain, file.name)
    if base.name in chain or len(chain) > _DEEPEST:
        diagnostics.add(
            BROKEN_TARGET,
            f"files that extend each other: {' → '.join([*chain, base.name])}",
            base_name.span,
            help="let one of them stand alone",
        )
        return None
    inherited = _expand(base, diagnostics, chain)
    return _merged(inherited, root) if inherited is not None else None


def _base_file(named: Node, file: _File, diagnostics: Diagnostics) -> _File | None:
    if isinstance(named, Scalar) and _ID.fullmatch(named):
        base = _built_in_file(named)
        if base is None:
            _report_unknown(named, _built_in_ids(), diagnostics, named.span)
        return base
    if isinstance(named, Scalar) and _NAME.fullmatch(named):
        folder = file.path.parent if isinstance(file.path, Path) else None
        if folder is None:
            raise TypeError(f"{file.name} is not in a folder")
        path = folder / f"{named}.yaml"
        if path.is_file():
            beside = file.name.removesuffix(">").rpartition("/")[0]
            shown = f"{beside}/{named}.yaml" + (">" if file.name.startswith("<") else "")
            return _File(path, shown if beside else f"{named}.yaml")
        near = nearest(named, sorted(other.stem for other in folder.glob("*.yaml")))
        diagnostics.add(
            BROKEN_TARGET,
            f'no file {named}.yaml stands beside this one',
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


def _merged(base: Mapping, over: Mapping) -> Mapping:
    """A new mapping: ``over`` merged into ``base``, without what is unknown or absent."""
    merged = Mapping()
    merged.origin, merged.start, merged.end = over.origin, over.start, over.end
    for key, value in base.items():
        if key not in over:
            merged[key] = value
    for key, value in over.items():
        inherited = base.get(key)
        if isinstance(value, Mapping):
            deeper = inherited if isinstance(inherited, Mapping) else Mapping()
            merged[key] = _merged(deeper, value)
        elif isinstance(value, Items):
            merged[key] = _without_unknowns(value)
        elif not _is_nothing(value):
            merged[key] = value
    return merged


def _without_unknowns(items: Items) -> Items:
    kept = Items(_merged(Mapping(), item) if isinstance(item, Mapping) else item for item in items)
    kept.origin, kept.start, kept.end = items.origin, items.start, items.end
    return kept


def _is_nothing(value: Node) -> bool:
    return isinstance(value, Scalar) and not value.style and value in {"unknown", "absent"}


def _target(root: Mapping, diagnostics: Diagnostics) -> Target | None:
    if "template" not in root:
        template = Scalar(default_template())
        near = placeholder(root)
        template.origin, template.start, template.end = near.origin, near.start, near.end
        template.style = "?"
        root["template"] = template
    decoded = decode(Target, root, diagnostics)
    if decoded.value is None or decoded.removed:
        return None
    is_usable = True
    for found in disagreements(decoded.value):
        is_usable = False
        diagnostics.add(BROKEN_TARGET, found.message, _place(root, found), help=found.help)
    return decoded.value if is_usable else None


def _place(root: Mapping, found: Disagreement) -> Span:
    node: Node = root
    for part in found.path:
        if isinstance(node, Mapping) and isinstance(part, str) and part in node:
            node = node[part]
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            break
    return opening(node)


def _report_unknown(
    target_id: str, known: Sequence[str], diagnostics: Diagnostics, at: Span | None
) -> None:
    near = nearest(target_id, known)
    listed = "`storyboard targets` lists them all"
    diagnostics.add(
        UNKNOWN_TARGET,
        f'no target is called "{target_id}"',
        at,
        help=f"write {near}; {listed}" if near else listed,
        fix=Fix(at, near) if at is not None and near else None,
    )
