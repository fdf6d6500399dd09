"""How many code points a target counts for an encoded text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from storyboard.compiler.film import FRAME, Cast, marks_of
from storyboard.targets.model import Feature, Target
from storyboard.targets.tag_forms import is_named, tag_names

FIRST_FRAME_NAME = "first_frame"
"""What a first frame among the images is called by tags that have names."""


def names_in_tags(target: Target, cast: Cast) -> Mapping[str, str]:
    """The names that tags call the cast by, and a first frame, by mark; none where all count."""
    if not any(map(is_named, target.tags.written)):
        return {}
    sent = {mark: cast.reference(mark) for mark in cast.all_marks()}
    names = {FRAME: FIRST_FRAME_NAME}
    names |= {mark: one.name for mark, one in sent.items() if one is not None}
    written = tag_names(names.values())
    return {mark: written[name] for mark, name in names.items()}


class Ruler:
    """Measures encoded texts as the target counts them, in code points.

    A mention counts as its tag with the highest number that a request can have, and with the
    overhead that the target adds to each tag. ``lead`` is the encoded sentence that stands
    before the text of a part that opens on a picture, where the target takes first frames in
    words; else it is empty.
    """

    def __init__(self, target: Target, cast: Cast, max_references: int) -> None:
        self._cast = cast
        self._tags = {"element": target.tags.element, "image": target.tags.image}
        if target.tags.clip is not None:
            self._tags["clip"] = target.tags.clip
        self._overhead = target.tags.overhead
        self._names = names_in_tags(target, cast)
        self._beyond_one = {
            kind: len(tag.format(n=max(max_references, 1), name="")) + self._overhead - 1
            for kind, tag in self._tags.items()
        }
        self._beyond = _Beyond(self)
        frames = target.features[Feature.FIRST_FRAME]
        in_words = frames.how == "words" and frames.text
        self.lead = frames.text.format(image=FRAME) if in_words and frames.text else ""

    def weigh(self, text: str) -> int:
        """The code points that the target counts for an encoded text."""
        return len(text) + self.beyond_of(marks_of(text))

    def beyond_of(self, marks: Iterable[str]) -> int:
        """What mentions count beyond one code point each, remembered: texts are measured often."""
        return sum(map(self._beyond.__getitem__, marks))

    def beyond(self, mark: str) -> int:
        """What a mention counts beyond the one code point that stands for it."""
        sent = self._cast.reference(mark) if mark != FRAME else None
        if sent is None and mark != FRAME:
            return 0
        kind = "image" if sent is None else sent.kind
        named = len(self._names.get(mark, "")) if is_named(self._tags.get(kind, "")) else 0
        return self._beyond_one[kind] + named


class _Beyond(dict[str, int]):
    """What each mark counts beyond itself, found out once: texts are measured often."""

    def __init__(self, ruler: Ruler) -> None:
        super().__init__()
        self._ruler = ruler

    def __missing__(self, mark: str) -> int:
        self[mark] = found = self._ruler.beyond(mark)
        return found
