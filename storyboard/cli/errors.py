"""What commands say when something goes wrong: errors as words with an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.cli.exit_codes import FAILED, FINE, REFUSED, USAGE
from storyboard.cli.output import terminal_width, write
from storyboard.errors import RefusedError, StoryboardError, UsageError
from storyboard.render.prose import wrapped
from storyboard.render.width import visible

if TYPE_CHECKING:
    from storyboard.diagnostics import Diagnostic


class CommandEnding:
    """The exit code of a command that ended in words."""

    code = FINE


@contextmanager
def in_words() -> Iterator[CommandEnding]:
    """Turn what can go wrong with disk, ledger, plan, key or option into words and a code."""
    ending = CommandEnding()
    try:
        yield ending
    except Exception as error:
        code = _code_of(error)
        if code is None:
            raise
        ending.code = say_error(words_of(error), code)


def _code_of(error: Exception) -> int | None:
    """The exit code for what went wrong; None for what is not foreseen, or not ours to tell."""
    match error:
        case BrokenPipeError():
            return None
        case UsageError():
            return USAGE
        case RefusedError():
            return REFUSED
        case StoryboardError() | OSError():
            return FAILED
    return None


def refusal_code(found: Iterable[Diagnostic]) -> int:
    """The exit code of a command that has refused because of what it has found.

    A ledger or lock that cannot be read and a mistake of the tool are no fault of the storyboard:
    they end every command with the same code, whether it has found them while it planned or not.
    """
    from storyboard.diagnostics.codes import BROKEN_LEDGER, INTERNAL_ERROR, WRONG_PLAN

    faults = {BROKEN_LEDGER.id, WRONG_PLAN.id, INTERNAL_ERROR.id}
    return FAILED if any(one.code.id in faults for one in found) else REFUSED


def words_of(error: Exception) -> str:
    """What a user is told of something that went wrong."""
    from storyboard.ledger import LeaseHeldError

    if isinstance(error, LeaseHeldError):
        return f"{error}: wait until it has ended; `storyboard status` shows how far it is"
    if isinstance(error, OSError):
        place = f'"{error.filename}" cannot be used: ' if error.filename else ""
        return place + (error.strerror or str(error)).lower()
    return str(error)


def say_error(error: str, code: int) -> int:
    """Say what went wrong, and give the code that the command ends with."""
    lines = wrapped(visible(f"error: {error}"), terminal_width(sys.stderr), indent=2)
    write("".join(f"{line}\n" for line in lines), sys.stderr)
    return code


def shown(path: Path) -> str:
    """A path from the folder that the user is in, where it is below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
