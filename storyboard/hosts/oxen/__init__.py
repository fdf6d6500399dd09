"""The host Oxen: its declaration.

``client`` speaks to its queue, ``history`` reads its lists, ``errors`` its refusals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storyboard.hosts.declaration import HostAccess, HostDeclaration, HostOption

if TYPE_CHECKING:
    from storyboard.hosts.protocol import Host
    from storyboard.ledger import Receipt


def _open(access: HostAccess) -> Host:
    from storyboard.hosts.oxen.client import HUB, OxenHost

    return OxenHost(
        access.key,
        access.base or HUB,
        repository=access.options.get("repository", ""),
        namespace=access.options.get("target-namespace", ""),
        response_format=access.options.get("response-format", ""),
        labelled=access.is_simulated,
        limits=access.limits,
        clock=access.clock,
    )


def receipt_of(endpoint: str, id: str) -> Receipt:  # noqa: A002 - what it is called there
    """The receipt of a generation: its id is all that its addresses need."""
    from storyboard.ledger import Receipt

    return Receipt(id=id)


def _repository_problem(value: str) -> str:
    parts = value.split("/")
    if len(parts) == 2 and all(parts) and not any(map(str.isspace, value)):
        return ""
    return f'"{value}" is no repository; write its namespace and its name, as in studio/pictures'


HOST = HostDeclaration(
    name="oxen",
    title="Oxen",
    key_variable="OXEN_API_KEY",
    open=_open,
    receipt=receipt_of,
    options=(
        HostOption(
            name="repository",
            metavar="NAMESPACE/NAME",
            help="the public repository that pictures are uploaded to.",
            problem=_repository_problem,
        ),
        HostOption(
            name="target-namespace",
            metavar="NAME",
            help="the namespace that clips are kept and billed in.",
        ),
        HostOption(
            name="response-format",
            metavar="FORMAT",
            help="whether a clip comes as a link or inside the answer.",
            choices=("url", "b64_json"),
        ),
    ),
    pictures_option="repository",
    # Oxen documents no page for people: its API's list of past generations, read with the key.
    # Source: https://docs.oxen.ai/fine-tuning-api/list-past-generations, read 2026.
    dashboard="https://hub.oxen.ai/api/ai/generations?media_type=video",
    readers=(
        "they are kept in the public repository that --repository names: anybody can see them, and "
        "its history keeps what is deleted"
    ),
    simulated_options={"repository": "simulated/storyboard"},
)
