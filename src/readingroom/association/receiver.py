"""The stream of bytes from the peer, cut into PDUs; P-DATA-TF into fragments, as they come.

One large buffer is filled by one receive, then read to its end, then filled again: memory does not grow
with the length of a PDU or of a message, and the bytes of a data set are never copied here.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass

from . import pdu
from .faults import PduFault

_PDV = struct.Struct(">IBB")  # length, presentation context ID, message control header
_PDV_HEADER = 6
_PDU_HEADER = 6


@dataclass(slots=True)
class Fragments:
    """Consecutive fragments of one message. PS3.8 9.3.5.1, E.2.

    pieces are views into the receive buffer: valid until the receiver is asked for more. last: the
    command or data set ends with them.
    """

    context_id: int
    is_command: bool
    last: bool
    pieces: list[memoryview]


@dataclass(slots=True)
class ControlPdu:
    """Any PDU but P-DATA-TF; the body is empty where the type is unknown."""

    kind: int
    body: bytes


class Receiver:
    """Cuts what `fill` delivers.

    fill(view) puts at least one byte into the view and returns their count, or 0 at the end of stream.
    max_pdu: longest P-DATA-TF accepted, bytes. max_control: longest other PDU.
    """

    def __init__(
        self,
        fill: Callable[[memoryview], int],
        *,
        buffer_bytes: int = 1 << 20,
        max_pdu: int = 1 << 24,
        max_control: int = 1 << 18,
    ):
        size = max(buffer_bytes, max_control + _PDU_HEADER)
        # anonymous memory: pages that are never used are never touched, unlike bytearray(size)
        self._buffer = mmap.mmap(-1, size)
        self._view = memoryview(self._buffer)
        self._fill = fill
        self._max_pdu = max_pdu
        self._max_control = max_control
        self._start = self._end = 0
        self._pdu_left = self._pdv_left = 0
        self._context_id = self._control = 0

    @property
    def inside_pdu(self) -> bool:
        """Whether a P-DATA-TF has begun and not ended, or bytes are left that are not a whole PDU."""
        return bool(self._pdu_left or self._start < self._end)

    def more(self) -> bool:
        """Fill the buffer once; False at the end of stream. Views given out before lose their meaning."""
        left = self._end - self._start
        if left and self._start:
            self._buffer.move(0, self._start, left)
        self._start, self._end = 0, left
        count = self._fill(self._view[left:] if left else self._view)
        self._end += count
        return count > 0

    def next(self) -> Fragments | ControlPdu | None:
        """The next piece of what has been received; None: nothing whole is left, call more().

        PduFault (with the reason for the A-ABORT): lengths that contradict each other or exceed the
        limits. The stream cannot be read on after it.
        """
        view, end = self._view, self._end
        start, pdu_left, pdv_left = self._start, self._pdu_left, self._pdv_left
        context_id, control = self._context_id, self._control
        pieces: list[memoryview] = []
        begun = last = False
        # one pass per PDU; the names are local because this is the hottest loop of the program
        while True:
            if pdv_left:
                take = end - start
                if not take:
                    break
                if take > pdv_left:
                    take = pdv_left
                pieces.append(view[start : start + take])
                begun = True
                start += take
                pdv_left -= take
                pdu_left -= take
                if pdv_left:
                    break
                if control & 2:
                    last = True
                    break
            elif pdu_left:
                if end - start < _PDV_HEADER:
                    if pdu_left < _PDV_HEADER:
                        raise PduFault("the rest of a P-DATA-TF is too short for a presentation data value")
                    break
                length, next_id, next_control = _PDV.unpack_from(view, start)
                if length < 2 or length > pdu_left - 4:
                    raise PduFault(f"a presentation data value of {length} bytes does not fit its PDU")
                if begun and (next_id != context_id or (next_control ^ control) & 1):
                    break
                context_id, control = next_id, next_control
                begun = True
                start += _PDV_HEADER
                pdu_left -= _PDV_HEADER
                pdv_left = length - 2
                if control & 2 and not pdv_left:
                    last = True
                    break
            else:
                if end - start < _PDU_HEADER:
                    break
                kind, length = pdu.HEADER.unpack_from(view, start)
                if kind != pdu.DATA_TF:
                    if begun:
                        break
                    return self._control_pdu(kind, length, start)
                if length > self._max_pdu:
                    raise PduFault(f"a P-DATA-TF claims {length} bytes, at most {self._max_pdu} are accepted")
                if length < _PDV_HEADER:
                    raise PduFault("a P-DATA-TF without presentation data value")
                start += _PDU_HEADER
                pdu_left = length
        self._start, self._pdu_left, self._pdv_left = start, pdu_left, pdv_left
        self._context_id, self._control = context_id, control
        if not begun:
            return None
        return Fragments(context_id, bool(control & 1), last, pieces)

    def _control_pdu(self, kind: int, length: int, start: int) -> ControlPdu | None:
        self._start = start
        if kind not in pdu.PDU_EVENTS:
            return ControlPdu(kind, b"")
        if length > self._max_control:
            raise PduFault(f"a PDU of type {kind:02X}H claims {length} bytes")
        stop = start + _PDU_HEADER + length
        if stop > self._end:
            return None
        self._start = stop
        return ControlPdu(kind, bytes(self._view[start + _PDU_HEADER : stop]))
