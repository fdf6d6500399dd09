"""Oxen's history: its list of generations, a page at a time, and its queue of those not over.

``GET /api/ai/generations`` takes ``page``, from 1, and ``page_size``, 50 unless told and at most
1000; beside its rows it has ``page_number``, ``page_size``, ``total_entries`` and ``total_pages``.
It promises no order. Source: Oxen's OpenAPI 0.231 and 0.243, as
https://docs.oxen.ai/fine-tuning-api/list-past-generations shows it, read 2026. Other lists of Oxen
call the page ``page_num``, and have the counts under ``pagination``. Both names are sent and both
places are read; where an answer does not fit what was asked, the list is not believed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from storyboard.hosts.answers import read_count
from storyboard.hosts.errors import FailureKind, HostError, trouble
from storyboard.hosts.protocol import Trace
from storyboard.hosts.times import read_time
from storyboard.plan.request_body import texts

_PAGE = 100
_USUAL_PAGE = 50
"""Rows of a page where none are asked for: a list of fewer, without counts, is whole."""
_MAX_PAGES = 200
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class _Page(Struct, frozen=True, kw_only=True):
    """A page of the list; what it does not say of itself is None.

    ``times`` are, for each row, when it was ordered and when it ended, if it has.
    """

    rows: tuple[Trace, ...]
    times: tuple[tuple[float, float], ...]
    number: int | None
    pages: int | None
    entries: int | None

    def is_last(self, number: int) -> bool:
        """Whether no rows come after it, by its own word."""
        if self.pages is not None:
            return number >= self.pages
        return len(self.rows) < (_USUAL_PAGE if self.number is None else 1)


async def read_generations(
    ask: Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]], since: float
) -> dict[str, Trace]:
    """The rows of the list by their ids: all of them, or all that are from ``since`` or later.

    ``ask`` asks for a page with a query. Raises ``HostError`` where the list cannot be believed.
    """
    found: dict[str, Trace] = {}
    times: list[tuple[float, float]] = []
    least = 0
    for number in range(1, _MAX_PAGES + 1):
        asked = str(number)
        page = _read_page(await ask({"page": asked, "page_num": asked, "page_size": str(_PAGE)}))
        is_other = page.number is not None and page.number != number
        is_again = page.number is None and number > 1 and bool(page.rows)
        if is_other or (is_again and all(row.id in found for row in page.rows)):
            raise _not_believed("it shows another page than was asked for")
        found |= {row.id: row for row in page.rows}
        times += page.times
        least = least or page.entries or 0
        if _are_past(page.times, times, since):
            return found
        if page.is_last(number):
            if len(found) < least:
                raise _not_believed(f"it counts {least} orders and shows {len(found)}")
            return found
    raise _not_believed("it has no end")


def read_queue(found: Mapping[str, Any]) -> dict[str, Trace]:
    """The rows of the queue by their ids; those that are not over prove that it lists such rows.

    Raises ``HostError`` where it cannot be believed.
    """
    try:
        rows = [_trace(row, in_queue=True) for row in found["generations"]]
    except _UNREADABLE:
        raise trouble(FailureKind.TRANSIENT, "the host's queue cannot be read") from None
    if (read_count(found.get("count")) or 0) > len(rows):
        raise _not_believed("its queue counts more orders than it shows")
    return {row.id: row for row in rows}


def _not_believed(why: str) -> HostError:
    return trouble(FailureKind.TRANSIENT, f"the host's history is not to be believed: {why}")


def _read_page(found: Mapping[str, Any]) -> _Page:
    told = found.get("pagination")
    told = told if isinstance(told, dict) else found
    try:
        return _Page(
            rows=tuple(map(_trace, found["generations"])),
            times=tuple(map(_times, found["generations"])),
            number=read_count(told.get("page_number")),
            pages=read_count(told.get("total_pages")),
            entries=read_count(told.get("total_entries")),
        )
    except _UNREADABLE:
        raise trouble(FailureKind.TRANSIENT, "the host's history cannot be read") from None


def _are_past(
    page: tuple[tuple[float, float], ...], read: list[tuple[float, float]], since: float
) -> bool:
    """Whether all of a page is from before ``since``, in a list that has shown the newest first.

    The newest may be those that were ordered last, or those that ended last.
    """
    if not page or any(ended >= since for _, ended in page):
        return False
    orders = ([one[which] for one in read] for which in (0, 1))
    return any(one[0] > one[-1] and one == sorted(one, reverse=True) for one in orders)


def _times(row: Mapping[str, Any]) -> tuple[float, float]:
    ordered = read_time(row["enqueued_at"])
    ended = row.get("completed_at")
    return ordered, read_time(ended) if ended else ordered


def _trace(row: Mapping[str, Any], *, in_queue: bool = False) -> Trace:
    """A row: it has the fields of its order beside its own, so its prompt may be those of shots."""
    prompt = row.get("prompt")
    if not prompt or not isinstance(prompt, str):
        shots = {name: value for name, value in row.items() if name != "prompt"}
        prompt = "\n".join(texts(shots)) or None
    return Trace(
        id=row["generation_id"],
        endpoint=str(row["model_name"]),
        at=read_time(row["enqueued_at"]),
        text=prompt,
        shows_unfinished=in_queue and row["status"] in ("queued", "processing"),
    )
