"""What shots are where they do not say it, from the defaults of their scene and of the film."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from storyboard.compiler.film import Priority
from storyboard.document import Scalar
from storyboard.language import model

DEFAULT_SECONDS = 5
DEFAULT_RATIO = "16:9"
FRAMING_TEXTS = ("size", "camera", "light", "sound")


class Settings(Struct, frozen=True, kw_only=True):
    """What shots are where they do not say it: the scene's word before the film's.

    ``texts`` are the framing by field and ``negative``, without those that are removed.
    """

    aspect_ratio: str
    resolution: str | None
    audio: bool
    seconds: int
    seam: str
    priority: Priority
    pack: bool
    long_prompts: Literal["auto", "always", "never"]
    reuse: Literal["shots", "clips", "none"]
    texts: Mapping[str, Scalar]


def settings(*layers: model.Defaults | None) -> Settings:
    """The defaults of a scene; the first layer that says something counts."""

    def said(name: str, otherwise: Any) -> Any:
        for layer in layers:
            if layer is not None and (value := getattr(layer, name)) is not None:
                return value
        return otherwise

    return Settings(
        aspect_ratio=said("aspect_ratio", DEFAULT_RATIO),
        resolution=said("resolution", None),
        audio=said("audio", False),
        seconds=said("duration", DEFAULT_SECONDS),
        seam=said("seam", "cut"),
        priority=Priority(said("priority", Priority.NORMAL)),
        pack=said("pack", "auto") == "auto",
        long_prompts=said("long_prompts", "auto"),
        reuse=said("reuse", "shots"),
        texts={
            name: text
            for name in (*FRAMING_TEXTS, "negative")
            if (text := said(name, None)) is not None and not is_none(text)
        },
    )


def is_none(text: Scalar) -> bool:
    """Whether a text is the word that removes a default."""
    return text.strip() == "none"
