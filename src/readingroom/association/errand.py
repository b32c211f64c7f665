"""What we owe the peer on an association that it leads, such as the report of a storage commitment."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from .faults import AssociationEnded, TimedOut

T = TypeVar("T")


class Errand:
    """Something to do in the association's thread once the peer has been quiet for a while.

    Made by Association.owe(). While there is one, the association is not ended for idleness, at most for
    `seconds`. One other thread calls run() or drop().
    """

    def __init__(self, peer: str, quiet_seconds: float, seconds: float):
        self.peer = peer
        self.quiet_seconds = quiet_seconds
        self._lapses = time.monotonic() + seconds
        self._action: Callable[[], Any] | None = None
        self._future: Future[Any] = Future()

    def run(self, action: Callable[[], T], seconds: float) -> T:
        """Have the action called in the association's thread, between two messages of the peer.

        What it returns is returned, what it raises is raised. AssociationEnded when the association ended
        before; TimedOut when the peer was not quiet within `seconds`, or the errand had lapsed.
        """
        self._action = action
        try:
            result: T = self._future.result(seconds)
        except CancelledError:
            raise TimedOut(f"{self.peer} was kept waiting for too long", peer=self.peer) from None
        except TimeoutError:
            if self._future.cancel():
                raise TimedOut(f"{self.peer} was busy for too long", peer=self.peer) from None
            result = self._future.result()  # it has begun meanwhile, and ends by the association's limits
        return result

    def drop(self) -> None:
        """There is nothing to do any more."""
        self._future.cancel()

    # ── in the association's thread

    def is_over(self, now: float) -> bool:
        """Whether it is done, dropped or lapsed."""
        if now > self._lapses:
            self._future.cancel()
        return self._future.done()

    def is_ready(self, quiet: float) -> bool:
        """Whether it may run after so many seconds of quiet."""
        return self._action is not None and quiet >= self.quiet_seconds

    def perform(self) -> None:
        """Run it and hand over what came of it."""
        if self._action is None or not self._future.set_running_or_notify_cancel():
            return
        try:
            self._future.set_result(self._action())
        except BaseException as error:  # noqa: BLE001  raised in the thread that waits for the result
            self._future.set_exception(error)

    def give_up(self) -> None:
        """The association has ended."""
        if not self._future.done() and self._future.set_running_or_notify_cancel():
            ended = AssociationEnded(f"the association with {self.peer} is over", peer=self.peer)
            self._future.set_exception(ended)
