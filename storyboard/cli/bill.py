"""``plan --by`` and ``plan --csv``: the bill of a film, and its clips for a spreadsheet."""

from __future__ import annotations

import json
import sys
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from storyboard.cli.compile_options import keep
from storyboard.cli.errors import refusal_code
from storyboard.cli.exit_codes import FINE
from storyboard.cli.output import (
    has_color,
    show_findings,
    terminal_width,
    write,
    write_document,
    write_json,
)

if TYPE_CHECKING:
    from storyboard.api import Project
    from storyboard.board import FilmBoard

BY = ("scene", "shot", "character", "location", "prop")
_MOST = Decimal(10)


class BillOptions(Struct, frozen=True, kw_only=True):
    """What is asked of a bill: its rows, its form, and how many takes a clip needs."""

    by: str | None
    as_csv: bool
    retries: Decimal | None

    @property
    def is_asked(self) -> bool:
        """Whether a bill is to be shown in place of the plan."""
        return self.by is not None or self.as_csv


def read_factor(_ctx: click.Context, _param: click.Parameter, value: str | None) -> Decimal | None:
    """How many takes a clip needs on average: a number from 1 to 10."""
    if value is None:
        return None
    try:
        factor = Decimal(value)
        is_so = 1 <= factor <= _MOST
    except InvalidOperation:
        is_so = False
    if not is_so:
        raise click.BadParameter(
            f'"{value}" is not how many takes a clip needs on average; write 1.3 for three takes '
            "too many in ten clips"
        )
    return factor


def show_bill(project: Project, asked: BillOptions, *, as_json: bool, form: str, color: str) -> int:
    """Show the bill, or the clips for a spreadsheet; errors of the storyboard go to stderr."""
    from storyboard.board.bill import BillBy, make_bill, retries_of
    from storyboard.render.bill import bill_csv, bill_json, clips_csv, render_bill

    board = project.board(side=0)
    keep(board)
    retries = None
    if asked.retries is not None:
        retries = retries_of(board.plan, asked.retries)
    if asked.by is None:
        write_document(clips_csv(board.plan, retries))
    else:
        bill = make_bill(board, BillBy(asked.by))
        if as_json:
            shown = json.dumps(bill_json(bill, retries), ensure_ascii=False, indent=2)
            write_json(shown + "\n")
        elif asked.as_csv:
            write_document(bill_csv(bill, retries))
        else:
            colored, width = has_color(color, sys.stdout), terminal_width(sys.stdout)
            text = render_bill(bill, retries=retries, color=colored, width=width)
            write(text, color=colored)
    return _show_errors(board, form, color)


def _show_errors(board: FilmBoard, form: str, color: str) -> int:
    errors = [one for one in board.all_findings if one.severity == "error"]
    if errors:
        show_findings(errors, form, color, sys.stderr, board.file)
    return refusal_code(errors) if errors else FINE
