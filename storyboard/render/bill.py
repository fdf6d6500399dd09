"""The bill of a film as people, programs and spreadsheets read it."""

from __future__ import annotations

from typing import Any

from storyboard.board.bill import Bill, BillRow, Retries
from storyboard.plan import Plan
from storyboard.plan.amounts import UNKNOWN, money_json
from storyboard.render.amounts import amount, counted
from storyboard.render.csv_table import exact_amount, write_csv
from storyboard.render.prose import wrapped
from storyboard.render.reasons import why_text
from storyboard.render.shown_prices import in_cents, scene_of
from storyboard.render.table import TableRow, lay_out, painted, plain
from storyboard.render.width import visible
from storyboard.values.units import Money

FORMAT = "storyboard-bill/1"
_NO_PRICE = "no price"


def render_bill(bill: Bill, *, retries: Retries | None, color: bool, width: int | None) -> str:
    """A line for each row, and the film's below them: to the cent, the rows add up to it."""
    rows = [*bill.rows, *((bill.rest,) if bill.rest is not None else ())]
    # Where something is paid already, what is still to be paid has a column of its own.
    has_due = bill.whole.price != bill.whole.to_pay
    prices = in_cents([bill.by] * len(rows), [one.price for one in rows])
    due = in_cents([bill.by] * len(rows), [one.to_pay for one in rows])
    table = [
        _row(one, price, owed if has_due else None, has_due=has_due)
        for one, price, owed in zip(
            (*rows, bill.whole), (*prices, bill.whole.price), (*due, bill.whole.to_pay), strict=True
        )
    ]
    lines = lay_out(table, width, paint=painted if color else plain)
    if has_due:
        lines.insert(0, "price, and what of it is still to be paid:")
    if bill.padding:
        said = f"{bill.padding} s more are rendered than the shots ask for"
        lines += wrapped(said, width, indent=2)
    if retries is not None:
        lines += wrapped(retries_text(retries), width, indent=2)
    return "\n".join(lines) + "\n"


def retries_text(retries: Retries) -> str:
    """What takes that fail may add to what is to be paid, in words."""
    factor = f"{retries.factor.normalize():f}"
    begin = f"retries, {factor} takes a clip on average: "
    if retries.extra is None:
        return f"{begin}unknown, as a price is not published"
    over = f", {retries.over} above the budget" if retries.over is not None else ""
    return f"{begin}{retries.extra} more, {retries.whole} to pay with them{over}"


def _row(row: BillRow, price: Money | None, due: Money | None, *, has_due: bool) -> TableRow:
    said = _NO_PRICE if row.is_unpriced and not row.clips else amount(price)
    return TableRow(
        name=visible(row.name),
        cells=(
            f"{row.seconds} s",
            counted(row.clips, "clip"),
            said,
            *((amount(due),) if has_due else ()),
        ),
        prose=visible(row.title),
        color="1" if row.name == "film" else "",
    )


def bill_json(bill: Bill, retries: Retries | None) -> dict[str, Any]:
    """The bill as JSON values; amounts are exact."""
    return {
        "format": FORMAT,
        "by": bill.by.value,
        "rows": [_row_json(one) for one in bill.rows],
        "rest": bill.rest and _row_json(bill.rest),
        "film": _row_json(bill.whole),
        "padding": bill.padding,
        "retries": retries
        and {
            "factor": str(retries.factor),
            "extra": _money_json(retries.extra),
            "to_pay": _money_json(retries.whole),
        },
    }


def _row_json(row: BillRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.title,
        "seconds": row.seconds,
        "clips": row.clips,
        "price": _money_json(row.price),
        "to_pay": _money_json(row.to_pay),
        "unpriced": row.is_unpriced,
    }


def _money_json(money: Money | None) -> Any:
    return UNKNOWN if money is None else money_json(money)


def bill_csv(bill: Bill, retries: Retries | None) -> str:
    """The bill for a spreadsheet: exact amounts, the rows without their sum."""
    head = (bill.by.value, "title", "seconds", "clips", "price", "to_pay", "currency")
    rows: list[tuple[str | int, ...]] = [
        (
            one.name, one.title, one.seconds, one.clips, _cell(one.price), _cell(one.to_pay),
            one.price.currency if one.price is not None else "",
        )
        for one in (*bill.rows, *((bill.rest,) if bill.rest is not None else ()))
    ]  # fmt: skip
    if retries is not None and retries.extra is not None:
        extra = retries.extra
        rows.append(("retries", "", "", "", _cell(extra), _cell(extra), extra.currency))
    return write_csv(head, rows)


def clips_csv(plan: Plan, retries: Retries | None) -> str:
    """The clips of a plan for a spreadsheet: a row each, with exact prices."""
    head = (
        "clip", "scene", "seconds", "padding", "input_seconds", "shots", "cast", "action",
        "reason", "unit_price", "price", "currency",
    )  # fmt: skip
    rows: list[tuple[str | int, ...]] = [
        (
            one.id, scene_of(one), one.seconds, one.padding, one.input_seconds,
            " ".join(dict.fromkeys(shot.address for shot in one.shots)),
            ", ".join(dict.fromkeys(one.tokens.values())), str(one.action),
            why_text(one, plan.film.file),
            UNKNOWN if one.cost is None else f"{one.cost.unit_price:f}", _cell(one.money),
            one.money.currency if one.money else "",
        )
        for one in plan.requests
    ]  # fmt: skip
    rows += [
        (
            one.id, one.shots[0].address.partition("/")[0], one.kept_seconds, 0, 0,
            " ".join(dict.fromkeys(shot.address for shot in one.shots)), "", str(one.action),
            why_text(one), "", _cell(one.money), one.money.currency if one.money else "",
        )
        for one in plan.kept
    ]  # fmt: skip
    if retries is not None and (extra := retries.extra) is not None:
        said = f"{retries.factor} takes a clip"
        rows.append(("retries", *[""] * 7, said, "", _cell(extra), extra.currency))
    return write_csv(head, rows)


def _cell(money: Money | None) -> str:
    """An amount as a number, so that a spreadsheet can compute with it."""
    return UNKNOWN if money is None else exact_amount(money)
