"""The DICOM upper layer's protocol machine as the standard prints it: PS3.8 9.2, tables 9-1 to 9-10.

Data only. `upper_layer` walks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class State(IntEnum):
    """PS3.8 tables 9-1 to 9-5."""

    STA1 = 1  # idle
    STA2 = 2  # transport connection open, awaiting A-ASSOCIATE-RQ
    STA3 = 3  # awaiting local A-ASSOCIATE response
    STA4 = 4  # awaiting transport connection opening to complete
    STA5 = 5  # awaiting A-ASSOCIATE-AC or -RJ
    STA6 = 6  # association established
    STA7 = 7  # awaiting A-RELEASE-RP
    STA8 = 8  # awaiting local A-RELEASE response
    STA9 = 9  # release collision, requestor: awaiting local A-RELEASE response
    STA10 = 10  # release collision, acceptor: awaiting A-RELEASE-RP
    STA11 = 11  # release collision, requestor: awaiting A-RELEASE-RP
    STA12 = 12  # release collision, acceptor: awaiting local A-RELEASE response
    STA13 = 13  # awaiting transport connection close


class Event(IntEnum):
    """PS3.8 table 9-10, its rows."""

    ASSOCIATE_REQUEST = 1
    TRANSPORT_CONFIRM = 2
    ASSOCIATE_AC_PDU = 3
    ASSOCIATE_RJ_PDU = 4
    TRANSPORT_INDICATION = 5
    ASSOCIATE_RQ_PDU = 6
    ASSOCIATE_ACCEPT = 7
    ASSOCIATE_REJECT = 8
    DATA_REQUEST = 9
    DATA_PDU = 10
    RELEASE_REQUEST = 11
    RELEASE_RQ_PDU = 12
    RELEASE_RP_PDU = 13
    RELEASE_RESPONSE = 14
    ABORT_REQUEST = 15
    ABORT_PDU = 16
    TRANSPORT_CLOSED = 17
    ARTIM_EXPIRED = 18
    INVALID_PDU = 19


class Action(Enum):
    """PS3.8 tables 9-6 to 9-9."""

    AE_1 = "AE-1"
    AE_2 = "AE-2"
    AE_3 = "AE-3"
    AE_4 = "AE-4"
    AE_5 = "AE-5"
    AE_6 = "AE-6"
    AE_7 = "AE-7"
    AE_8 = "AE-8"
    DT_1 = "DT-1"
    DT_2 = "DT-2"
    AR_1 = "AR-1"
    AR_2 = "AR-2"
    AR_3 = "AR-3"
    AR_4 = "AR-4"
    AR_5 = "AR-5"
    AR_6 = "AR-6"
    AR_7 = "AR-7"
    AR_8 = "AR-8"
    AR_9 = "AR-9"
    AR_10 = "AR-10"
    AA_1 = "AA-1"
    AA_2 = "AA-2"
    AA_3 = "AA-3"
    AA_4 = "AA-4"
    AA_5 = "AA-5"
    AA_6 = "AA-6"
    AA_7 = "AA-7"
    AA_8 = "AA-8"


class Sends(Enum):
    """Which PDU an action sends."""

    NOTHING = 0
    GIVEN = 1  # the one that belongs to the primitive
    ABORT_BY_USER = 2  # A-ABORT, source 0
    ABORT_BY_PROVIDER = 3  # A-ABORT, source 2 with a reason


class Artim(Enum):
    """What an action does to the association request/reject/release timer. PS3.8 9.1.4, 9.1.5."""

    KEEP = 0
    START = 1
    STOP = 2


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action does.

    next_state None: it depends on a fact outside the table (AE-6: acceptable or not; AR-8: our role).
    """

    next_state: State | None
    sends: Sends = Sends.NOTHING
    artim: Artim = Artim.KEEP
    closes: bool = False


# PS3.8 table 9-10. Columns Sta1 to Sta13; "-" is an empty cell.
_TABLE_9_10 = """
 1  AE-1 -    -    -    -    -    -    -    -    -     -    -    -
 2  -    -    -    AE-2 -    -    -    -    -    -     -    -    -
 3  -    AA-1 AA-8 -    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
 4  -    AA-1 AA-8 -    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
 5  AE-5 -    -    -    -    -    -    -    -    -     -    -    -
 6  -    AE-6 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7
 7  -    -    AE-7 -    -    -    -    -    -    -     -    -    -
 8  -    -    AE-8 -    -    -    -    -    -    -     -    -    -
 9  -    -    -    -    -    DT-1 -    AR-7 -    -     -    -    -
10  -    AA-1 AA-8 -    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
11  -    -    -    -    -    AR-1 -    -    -    -     -    -    -
12  -    AA-1 AA-8 -    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-6
13  -    AA-1 AA-8 -    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6
14  -    -    -    -    -    -    -    AR-4 AR-9 -     -    AR-4 -
15  -    -    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1  AA-1 AA-1 -
16  -    AA-2 AA-3 -    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3  AA-3 AA-3 AA-2
17  -    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4  AA-4 AA-4 AR-5
18  -    AA-2 -    -    -    -    -    -    -    -     -    -    AA-2
19  -    AA-1 AA-8 -    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8  AA-8 AA-8 AA-7
"""


def _read_table(text: str) -> dict[tuple[Event, State], Action]:
    table = {}
    for line in text.strip().splitlines():
        row, *cells = line.split()
        for state, cell in zip(State, cells, strict=True):
            if cell != "-":
                table[Event(int(row)), state] = Action(cell)
    return table


TABLE = _read_table(_TABLE_9_10)
"""(event, state) to action; what is not in it cannot happen."""

EFFECTS = {
    # PS3.8 table 9-6, association establishment
    Action.AE_1: Effect(State.STA4),
    Action.AE_2: Effect(State.STA5, Sends.GIVEN),
    Action.AE_3: Effect(State.STA6),
    Action.AE_4: Effect(State.STA1, closes=True),
    Action.AE_5: Effect(State.STA2, artim=Artim.START),
    Action.AE_6: Effect(None, artim=Artim.STOP),
    Action.AE_7: Effect(State.STA6, Sends.GIVEN),
    Action.AE_8: Effect(State.STA13, Sends.GIVEN, Artim.START),
    # table 9-7, data transfer
    Action.DT_1: Effect(State.STA6, Sends.GIVEN),
    Action.DT_2: Effect(State.STA6),
    # table 9-8, association release
    Action.AR_1: Effect(State.STA7, Sends.GIVEN),
    Action.AR_2: Effect(State.STA8),
    Action.AR_3: Effect(State.STA1, closes=True),
    Action.AR_4: Effect(State.STA13, Sends.GIVEN, Artim.START),
    Action.AR_5: Effect(State.STA1, artim=Artim.STOP, closes=True),
    Action.AR_6: Effect(State.STA7),
    Action.AR_7: Effect(State.STA8, Sends.GIVEN),
    Action.AR_8: Effect(None),
    Action.AR_9: Effect(State.STA11, Sends.GIVEN),
    Action.AR_10: Effect(State.STA12),
    # table 9-9, association abort. AA-4, AA-5 and AR-5 follow a transport close: our end closes too
    Action.AA_1: Effect(State.STA13, Sends.ABORT_BY_USER, Artim.START),
    Action.AA_2: Effect(State.STA1, artim=Artim.STOP, closes=True),
    Action.AA_3: Effect(State.STA1, closes=True),
    Action.AA_4: Effect(State.STA1, closes=True),
    Action.AA_5: Effect(State.STA1, artim=Artim.STOP, closes=True),
    Action.AA_6: Effect(State.STA13),
    Action.AA_7: Effect(State.STA13, Sends.ABORT_BY_PROVIDER),
    Action.AA_8: Effect(State.STA13, Sends.ABORT_BY_PROVIDER, Artim.START),
}
