"""Table 9-10 against another program's copy of it, and the machine that walks ours."""

from __future__ import annotations

import socket

import pytest
from pynetdicom import fsm

from readingroom.association import state_table
from readingroom.association.state_table import EFFECTS, TABLE, Action, Artim, Event, Sends, State
from readingroom.association.upper_layer import UpperLayer


@pytest.mark.ps("3.8 9.2.3")
def test_table_9_10_equals_the_one_pynetdicom_has() -> None:
    ours = {(f"Evt{event}", f"Sta{state}"): action.value for (event, state), action in TABLE.items()}
    assert ours == fsm.TRANSITION_TABLE


@pytest.mark.ps("3.8 9.2.2")
def test_next_states_equal_the_ones_pynetdicom_has() -> None:
    for action, effect in EFFECTS.items():
        theirs = fsm.ACTIONS[action.value][2]
        if effect.next_state is None:
            assert isinstance(theirs, tuple), action
        else:
            assert theirs == f"Sta{effect.next_state}", action


@pytest.mark.ps("3.8 9.2.2")
def test_effects_do_what_the_words_of_tables_9_6_to_9_9_say() -> None:
    for action, effect in EFFECTS.items():
        words = fsm.ACTIONS[action.value][0].lower()
        if action is Action.AE_6:
            continue  # two outcomes: see test_ae_6
        sends = "pdu" in words and (
            "send" in words or "issue a-release-rp" in words or "issue p-data-tf" in words
        )
        assert (effect.sends is not Sends.NOTHING) == sends, action
        assert (effect.artim is Artim.START) == ("start artim" in words or "start (or restart" in words), (
            action
        )
        assert (effect.artim is Artim.STOP) == ("stop artim" in words), action
        if "close transport" in words:
            assert effect.closes, action
        assert (effect.sends is Sends.ABORT_BY_USER) == ("service-user source" in words), action


def test_every_effect_is_used() -> None:
    assert set(TABLE.values()) == set(Action) == set(EFFECTS)


def test_every_pdu_and_every_transport_event_is_answered_in_every_open_state() -> None:
    from_peer = [3, 4, 6, 10, 12, 13, 16, 17, 19]
    for state in State:
        if state in (State.STA1, State.STA4):
            continue
        for event in from_peer:
            assert (Event(event), state) in TABLE, (event, state)


def machine(state: State, *, requestor: bool) -> tuple[UpperLayer, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(2)
    layer = UpperLayer(ours, requestor=requestor, artim_seconds=30, peer="test")
    layer.state = state
    return layer, theirs


@pytest.mark.parametrize(("event", "state"), sorted(TABLE))
def test_walking_a_cell(event: Event, state: State) -> None:
    """Each cell: the state after it, the timer, what is sent, whether the connection is closed."""
    layer, theirs = machine(state, requestor=True)
    given = b"given PDU!"
    with theirs:
        action = layer.signal(event, given, reason=2)
        assert action is TABLE[event, state]
        effect = state_table.EFFECTS[action]
        after = {Action.AE_6: State.STA3, Action.AR_8: State.STA9}.get(action, effect.next_state)
        assert layer.state is after
        assert (layer.artim is not None) == (effect.artim is Artim.START)
        expected = {
            Sends.NOTHING: b"",
            Sends.GIVEN: given,
            Sends.ABORT_BY_USER: bytes([7, 0, 0, 0, 0, 4, 0, 0, 0, 0]),
            Sends.ABORT_BY_PROVIDER: bytes([7, 0, 0, 0, 0, 4, 0, 0, 2, 2]),
        }[effect.sends]
        if expected:
            assert theirs.recv(100) == expected
        assert (layer.sock.fileno() == -1) == effect.closes
        layer.close()


def test_ae_6_rejects_what_is_not_acceptable() -> None:
    layer, theirs = machine(State.STA2, requestor=False)
    with theirs:
        layer.signal(Event.ASSOCIATE_RQ_PDU, b"reject", acceptable=False)
        assert layer.state is State.STA13
        assert layer.artim is not None
        assert theirs.recv(100) == b"reject"
    layer.close()


def test_ar_8_depends_on_the_role() -> None:
    for requestor, after in ((True, State.STA9), (False, State.STA10)):
        layer, theirs = machine(State.STA7, requestor=requestor)
        with theirs:
            layer.signal(Event.RELEASE_RQ_PDU)
            assert layer.state is after
        layer.close()


def test_an_empty_cell_is_our_own_fault() -> None:
    layer, theirs = machine(State.STA1, requestor=True)
    with theirs, pytest.raises(RuntimeError, match="RELEASE_REQUEST cannot happen in STA1"):
        layer.signal(Event.RELEASE_REQUEST)
    layer.close()
