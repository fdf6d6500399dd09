"""Whether an uploaded file is still where its link leads, as each host says it."""

from __future__ import annotations

import asyncio

import pytest
from local_servers import LOCAL

from storyboard.hosts.registry import MODULES, SIMULATED_KEY, get_host, open_host
from storyboard.simulator import Simulator


@pytest.mark.parametrize("name", MODULES)
def test_a_link_whose_file_is_gone_is_told_from_one_that_is_good(name: str) -> None:
    async def work(simulator: Simulator) -> tuple[bool, bool]:
        base = get_host(name).address_under(simulator.url)
        options = {"repository": "films/pictures"}
        host = open_host(name, SIMULATED_KEY, base=base, options=options, simulated=True)
        try:
            link = await host.upload(b"a picture", "ab" * 32, ".png")
            before = await host.is_there(link)
            LOCAL.post(f"{simulator.url}/simulator/reset").raise_for_status()
            return before, await host.is_there(link)
        finally:
            await host.close()

    with Simulator(clips="stub") as simulator:
        assert asyncio.run(work(simulator)) == (True, False)
