"""What ``run`` asks at a terminal about clips that the vendor may have taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from storyboard.cli.errors import say_error
from storyboard.cli.exit_codes import REFUSED
from storyboard.cli.output import ask_for, say

if TYPE_CHECKING:
    from storyboard.run.report import Report, Result

Decide = Callable[..., Any]
"""``Project.resolve``: takes a clip's name, a decision, and ``adopt``, the vendor's id."""

_CHOICES = ("wait", "adopt", "send again")


def ask_about_uncertain(report: Report, decide: Decide) -> bool:
    """Ask about each uncertain clip of a report; returns whether anything was decided.

    To wait is the default, also where standard input ends. To send again, the sum is typed.
    """
    from storyboard.run.events import Happening

    doubts = [one for one in report.results if one.what is Happening.UNCERTAIN]
    decided = [_ask(one, decide) for one in doubts]
    return any(decided)


def _ask(result: Result, decide: Decide) -> bool:
    from storyboard.api import Decision
    from storyboard.render.uncertain import risk_of

    intent = result.intent
    if intent is None:
        return False
    risk = risk_of(intent)
    try:
        answer = ask_for(
            f"{intent.order.address} may be paid ({risk}): wait, adopt its id, or send again?",
            _CHOICES,
        )
        if answer == "wait":
            return False
        if answer == "adopt":
            name = ask_for("the id in the vendor's list").strip()
            return _is_done(decide, intent.order.address, Decision.ADOPT, adopt=name)
        typed = ask_for(f'"{risk}" may be paid a second time; type the sum to send it again')
    except click.Abort:
        return False
    if " ".join(typed.split()) != risk:
        say("that is not the sum: it is not sent")
        return False
    return _is_done(decide, intent.order.address, Decision.SEND_AGAIN)


def _is_done(decide: Decide, address: str, *decision: Any, **details: str) -> bool:
    from storyboard.errors import StoryboardError

    try:
        decide(address, *decision, **details)
    except StoryboardError as error:
        say_error(str(error), REFUSED)
        return False
    return True
