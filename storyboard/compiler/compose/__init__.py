"""Compose: the prompt that is sent for a shot or a part of it, and where each word came from.

- ``action``: a shot's prose and lines as a row of atoms, which division may part
- ``composer``: the built-in composition; its words are data, by language
- ``draft``: a prompt while it is written, block by block
- ``stops``: how sentences end where pieces meet
- ``own_template``: a template of the writer's own in place of the built-in composition

A prompt makes sense to somebody who reads nothing else. It says, in this order: the first frame
where that is asked for in words; size and camera; the place; who the people without pictures
are; who is in the frame though the words do not name them; a sentence of the part before, where
none is left; the action with its lines; the narration; light, sound and style.
"""

from __future__ import annotations

from storyboard.compiler.compose.action import Atom, action_of, narration_of
from storyboard.compiler.compose.composer import Composer, label_at
from storyboard.compiler.compose.piece import PromptPiece

__all__ = ["Atom", "Composer", "PromptPiece", "action_of", "label_at", "narration_of"]
