"""Oxen's list of generations is read to its end, and never believed where it does not fit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from storyboard.hosts.errors import FailureKind, HostError
from storyboard.hosts.oxen.history import read_generations, read_queue

SINCE = 1_790_000_000.0


def row(number: int, **more: Any) -> dict[str, Any]:
    """A generation that was ordered so many seconds after ``SINCE``."""
    at = SINCE + number
    return {
        "generation_id": f"g{number}",
        "model_name": "kling",
        "prompt": f"Gull {number}.",
        "status": "succeeded",
        "enqueued_at": at,
        "completed_at": at + 60,
        **more,
    }


ROWS = [row(number) for number in range(250)]
Answer = Callable[[list[dict[str, Any]], int, int], dict[str, Any]]


def documented(rows: list[dict[str, Any]], page: int, size: int) -> dict[str, Any]:
    """The counts beside the rows, as the document of this list has them."""
    shown = rows[(page - 1) * size : page * size]
    pages = -(-len(rows) // size)
    counts = {"page_number": page, "total_pages": pages, "total_entries": len(rows)}
    return {"generations": shown, "count": len(shown), "page_size": size, **counts}


def enveloped(rows: list[dict[str, Any]], page: int, size: int) -> dict[str, Any]:
    """The counts under a name of their own, as other lists of Oxen have them."""
    found = documented(rows, page, size)
    return {"generations": found.pop("generations"), "pagination": found}


def bare(rows: list[dict[str, Any]], page: int, size: int) -> dict[str, Any]:
    """No counts at all."""
    return {"generations": documented(rows, page, size)["generations"]}


class Listing:
    """A list that knows the page by ``name`` and has at most ``most`` rows on it."""

    def __init__(
        self, rows: list[dict[str, Any]], answer: Answer, name: str = "page", most: int = 1000
    ) -> None:
        self._rows, self._answer, self._name, self._most = rows, answer, name, most
        self.asked = 0

    async def __call__(self, query: Mapping[str, str]) -> dict[str, Any]:
        self.asked += 1
        size = min(self._most, int(query["page_size"]))
        return self._answer(self._rows, int(query.get(self._name, "1")), size)


def read(listing: Any, since: float = SINCE) -> set[str]:
    return set(asyncio.run(read_generations(listing, since)))


def refused(listing: Any) -> str:
    with pytest.raises(HostError) as found:
        read(listing)
    assert found.value.kind is FailureKind.TRANSIENT
    return str(found.value)


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1], ROWS[1::2] + ROWS[::2]])
@pytest.mark.parametrize("answer", [documented, enveloped, bare])
@pytest.mark.parametrize("name", ["page", "page_num"])
@pytest.mark.parametrize("most", [7, 50, 1000])
def test_every_page_is_read_by_either_name_and_in_any_order(
    rows: list[dict[str, Any]], answer: Answer, name: str, most: int
) -> None:
    if answer is bare and most < 50:
        pytest.skip("a page that is smaller than any the document names cannot be told from all")
    assert read(Listing(rows, answer, name, most)) == {one["generation_id"] for one in ROWS}


@pytest.mark.parametrize("answer", [documented, enveloped, bare])
def test_a_list_that_does_not_know_the_name_of_the_page_is_not_believed(answer: Answer) -> None:
    assert "not to be believed" in refused(Listing(ROWS, answer, "offset"))


def test_a_list_that_shows_less_than_it_counts_is_not_believed() -> None:
    async def ask(_: Mapping[str, str]) -> dict[str, Any]:
        return {"generations": ROWS[:50], "page_number": 1, "total_pages": 1, "total_entries": 51}

    assert "it counts 51 orders and shows 50" in refused(ask)


def test_a_list_without_an_end_is_given_up() -> None:
    async def ask(query: Mapping[str, str]) -> dict[str, Any]:
        return {"generations": [row(int(query["page"]))], "page_number": int(query["page"])}

    listing = Listing([], documented)
    assert not read(listing)
    assert "it has no end" in refused(ask)


def test_reading_ends_at_older_rows_only_where_the_newest_come_first() -> None:
    newest_first = Listing(ROWS[::-1], documented)
    assert len(read(newest_first, SINCE + 240 + 60)) == 200
    assert newest_first.asked == 2
    oldest_first = Listing(ROWS, documented)
    assert "g249" in read(oldest_first, SINCE + 240 + 60)
    assert oldest_first.asked == 3


def test_orders_of_shots_are_known_by_the_prompts_of_their_shots() -> None:
    shots = [{"prompt": "Rain.", "duration": 3}, {"prompt": "Sun.", "duration": 3}]
    listing = Listing([row(1, prompt=None, multi_prompt=shots), row(2)], documented)
    found = asyncio.run(read_generations(listing, SINCE))
    assert [found["g1"].text, found["g2"].text] == ["Rain.\nSun.", "Gull 2."]


def test_a_queue_shows_orders_that_are_not_over_and_all_that_it_counts() -> None:
    rows = [row(1, status="queued", completed_at=None), row(2)]
    found = read_queue({"count": 2, "generations": rows})
    assert [one.shows_unfinished for one in found.values()] == [True, False]
    with pytest.raises(HostError, match="counts more orders than it shows"):
        read_queue({"count": 3, "generations": rows})
