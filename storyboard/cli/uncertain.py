"""What ``run`` asks at a terminal about clips that the vendor may have taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from storyboard.cli.exit_codes import FINE

if TYPE_CHECKING:
    from storyboard.ledger.store import Store
    from storyboard.run.report import Report, Result

_CHOICES = ("wait", "adopt", "send again")


def ask_about_uncertain(report: Report, store: Store) -> bool:
    """Ask about each uncertain clip of a report; returns whether anything was decided.

    To wait is the default, also where standard input ends. To send again, the sum is typed.
    """
    from storyboard.run.events import Happening

    doubts = [one for one in report.results if one.what is Happening.UNCERTAIN]
    decided = [_ask(one, store) for one in doubts]
    return any(decided)


def _ask(result: Result, store: Store) -> bool:
    from storyboard.render.uncertain import risk_of

    intent = result.intent
    if intent is None:
        return False
    risk = risk_of(intent)
    try:
        answer = click.prompt(
            f"{intent.order.address} may be paid ({risk}): wait, adopt its id, or send again?",
            type=click.Choice(_CHOICES),
            default="wait",
            err=True,
        )
        if answer == "wait":
            return False
        if answer == "adopt":
            name = click.prompt("the id in the vendor's list", err=True).strip()
            return _decide(store, intent.digest, adopt=name)
        typed = click.prompt(
            f'"{risk}" may be paid a second time; type the sum to send it again', err=True
        )
    except click.Abort:
        return False
    if " ".join(typed.split()) != risk:
        click.echo("that is not the sum: it is not sent", err=True)
        return False
    return _decide(store, intent.digest, adopt=None)


def _decide(store: Store, digest: str, *, adopt: str | None) -> bool:
    from storyboard.cli.resolve import decide

    with store.open_ledger() as ledger:
        ledger.take_lease()
        intent = ledger.get(digest)
        if intent is None:
            return False
        return decide(ledger, intent, send_again=adopt is None, adopt=adopt) == FINE
