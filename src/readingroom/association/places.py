"""How many there may be at once, counted over all processes that share a file.

A place is a byte of the file that its process holds a lock on (fcntl, PS3.8 knows no such thing): it becomes
free when the process ends, in whatever way. What is written beside it says for which address it is held.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

_RECORD = struct.Struct(">B16s")  # whether it was taken, and the address
_GATE = 0  # the byte whose lock lets one process at a time look and take
_FIRST = 16
ENDLESS = sys.maxsize
"""For no limit."""


class Places:
    """Places for associations, or for requests that wait.

    most: places altogether; most_per_address: for one peer. file: an open descriptor that
    all processes share, empty at first; without one only this object is counted. One object for each file
    and process, since locks belong to processes.
    """

    def __init__(self, most: int, most_per_address: int = ENDLESS, file: int | None = None) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._file = file
        self._lock = threading.Lock()
        self._mine: dict[int, bytes] = {}

    def take(self, address: str) -> int | None:
        """A place for that peer, to be given to `leave` once; None while there is none."""
        packed = _packed(address)
        with self._lock, self._gate():
            others = self._others()
            taken = self._mine | others
            if len(taken) >= self._most or Counter(taken.values())[packed] >= self._most_per_address:
                return None
            number = next(n for n in range(len(taken) + 1) if n not in taken)
            self._mine[number] = packed
            if self._file is not None:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _at(number))
                os.pwrite(self._file, _RECORD.pack(1, packed), _at(number))
            return number

    def leave(self, number: int) -> None:
        """Give a place back."""
        with self._lock, self._gate():
            del self._mine[number]
            if self._file is not None:
                os.pwrite(self._file, bytes(_RECORD.size), _at(number))
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _at(number))

    @contextmanager
    def _gate(self) -> Iterator[None]:
        if self._file is None:
            yield
            return
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _GATE)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _GATE)

    def _others(self) -> dict[int, bytes]:
        """Places that living processes but this one hold; what dead ones left is cleared."""
        if self._file is None:
            return {}
        raw = os.pread(self._file, os.fstat(self._file).st_size, 0)
        found = {}
        for number in range(max(0, len(raw) - _FIRST) // _RECORD.size):
            taken, packed = _RECORD.unpack_from(raw, _at(number))
            if not taken or number in self._mine:
                continue
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _at(number))
            except OSError:
                found[number] = packed
            else:
                os.pwrite(self._file, bytes(_RECORD.size), _at(number))
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _at(number))
        return found


def _at(number: int) -> int:
    return _FIRST + number * _RECORD.size


def _packed(address: str) -> bytes:
    try:
        return ip_address(address).packed.rjust(16, b"\0")
    except ValueError:  # a local socket
        return bytes(16)
