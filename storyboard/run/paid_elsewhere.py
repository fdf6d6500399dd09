"""Clips that another checkout of the film has paid while a run works, by the lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from storyboard.hosts.protocol import Host
from storyboard.ledger import Ledger, LockError, PaidOrder
from storyboard.ledger.history import is_given_up
from storyboard.ledger.store import Store
from storyboard.plan.clips import PlannedClip


class PaidElsewhere(Struct):
    """Looks into the lock before an order is sent, and takes over what it finds paid.

    The lock is read again only where its file has changed, as by ``git pull``. ``run`` is the id
    of the run that takes over.
    """

    run: str
    hosts: Mapping[str, Host]
    ledger: Ledger
    store: Store
    _seen: tuple[int, int, int] | None = None
    _finished: Mapping[str, PaidOrder] = field(default_factory=dict)

    def take_over(self, clips: Sequence[PlannedClip]) -> tuple[PlannedClip, ...]:
        """Write those of the clips that are paid into the ledger, to be fetched; returns them.

        Raises ``LockError`` where the lock cannot be read or believed: then nothing may be sent.
        """
        self._read()
        taken = []
        for clip in clips:
            paid = self._finished.get(clip.digest)
            if paid is None:
                continue
            if paid.host != clip.order.host:
                raise LockError(
                    f'the lock says that "{paid.address}" was paid to "{paid.host}", it is ordered '
                    f'of "{clip.order.host}": nothing is sent until its line is mended'
                )
            if not is_given_up(self.ledger.get(clip.digest), paid):
                receipt = self.hosts[paid.host].receipt(paid.endpoint, paid.request_id)
                self.ledger.adopt(clip.order, self.run, receipt, paid.charge, paid.clip)
                taken.append(clip)
        return tuple(taken)

    def _read(self) -> None:
        try:
            status = self.store.lock.stat()
            now = (status.st_ino, status.st_mtime_ns, status.st_size)
        except OSError:
            now = None
        if now is None:
            self._finished = {}
        elif now != self._seen:
            self._finished = self.store.finished()
        self._seen = now
