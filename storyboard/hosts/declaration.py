"""What a host says of itself: its name, its key, its options, and how it is opened.

Reading a declaration imports no HTTP client, so that help texts and plans stay quick.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from storyboard.hosts.times import TimeLimits

if TYPE_CHECKING:
    from storyboard.hosts.protocol import Host
    from storyboard.ledger import Receipt


def _accept(_: str) -> str:
    return ""


class HostOption(Struct, frozen=True, kw_only=True):
    """An option of ``storyboard run`` that only this host has, such as ``--repository``.

    ``name`` is written without dashes in front. ``help`` is one sentence. ``choices`` are the
    values it takes, all where there are none. ``problem`` says what is wrong with a value, empty
    for a good one.
    """

    name: str
    metavar: str
    help: str
    choices: tuple[str, ...] = ()
    problem: Callable[[str], str] = _accept


class HostAccess(Struct, frozen=True, kw_only=True):
    """What a host is opened with.

    ``base`` is the address of a simulator or proxy, None for the vendor's own addresses.
    ``options`` are values by the names of the host's options; absent or empty where not given.
    ``is_simulated`` sends the names of scene and shots in headers, which a vendor never gets.
    ``limits`` say how long answers are waited for, ``clock`` gives Unix seconds.
    """

    key: str
    base: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    is_simulated: bool = False
    limits: TimeLimits = field(default_factory=TimeLimits)
    clock: Callable[[], float] = time.time


class HostDeclaration(Struct, frozen=True, kw_only=True):
    """One host, as the rest of the program knows it.

    ``name`` stands in targets' ids and in the ledger, ``title`` in texts for people.
    ``key_variable`` is the environment variable that holds the key. ``pictures_option`` is the
    option that must be given before a picture or frame can be sent; empty where none must.
    ``readers`` says where a picture is kept, how long, and who can read it, as a sentence.
    ``simulated_options`` are the values that a simulated run takes where none are given.
    ``dashboard`` is the address at which people see the vendor's own list of their requests; where
    the vendor has no page for them, that of its interface.
    ``open`` makes the host's client; ``receipt`` gives the receipt of an order of which only the
    endpoint and the vendor's id are known.
    """

    name: str
    title: str
    key_variable: str
    open: Callable[[HostAccess], Host]
    receipt: Callable[[str, str], Receipt]
    options: tuple[HostOption, ...] = ()
    pictures_option: str = ""
    readers: str = ""
    simulated_options: Mapping[str, str] = field(default_factory=dict)
    dashboard: str = ""

    def option(self, name: str) -> HostOption:
        """The option of a name. Raises ``KeyError``."""
        return {one.name: one for one in self.options}[name]

    def address_under(self, url: str) -> str:
        """The base address of this host at a simulator or proxy that serves several hosts."""
        return f"{url.rstrip('/')}/{self.name}"
