"""Tables for spreadsheets, as CSV in UTF-8 with a head.

A spreadsheet reads a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula; such a text
gets an apostrophe before it, so that no text of a storyboard is ever computed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from storyboard.plan.amounts import plain
from storyboard.values.units import CENT, Money

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """The table; numbers are written as they are, texts are made harmless."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(head)
    for row in rows:
        table.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return written.getvalue()


def exact_amount(money: Money) -> str:
    """An amount without its currency: to the cent, or as fine as it is."""
    cents = money.amount.quantize(CENT)
    return plain(cents if cents == money.amount else money.amount.normalize())


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
