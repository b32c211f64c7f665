"""What a peer can negotiate is in the conformance statement, and what the statement says can be negotiated.

The peer is pynetdicom; the classes and syntaxes come from the tables of contract/spec and from pydicom's
dictionary (PS3.6 A), not from our program.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache

import pytest
from pydicom._uid_dict import UID_dictionary
from pynetdicom import AE

from tests.kit.ports import HOST
from tests.kit.server import RunningServer
from tests.kit.shared_data import REPOSITORY

SPEC = REPOSITORY / "contract" / "spec"
VERIFICATION = "1.2.840.10008.1.1"
PLAIN = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"]
CT = "1.2.840.10008.5.1.4.1.1.2"


def rows(name: str) -> list[dict[str, str]]:
    with (SPEC / name).open(newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def sop_classes() -> list[str]:
    """Every SOP class of the tables and of the standard."""
    listed = [row["uid"] for row in rows("sop_classes.csv")]
    standard = [uid for uid, (_, kind, *_) in UID_dictionary.items() if "SOP Class" in kind]
    return list(dict.fromkeys(listed + standard))


def transfer_syntaxes() -> list[str]:
    """Every transfer syntax of the table and of the standard."""
    listed = [row["uid"] for row in rows("transfer_syntaxes.csv")]
    standard = [uid for uid, (_, kind, *_) in UID_dictionary.items() if kind == "Transfer Syntax"]
    return list(dict.fromkeys(listed + standard))


def negotiated(server: RunningServer, proposed: Iterable[tuple[str, list[str]]]) -> dict[str, str]:
    """Abstract syntax to the transfer syntax accepted for it; one association, at most 128 contexts."""
    ae = AE("CONFORMANCE")
    for uid, syntaxes in proposed:
        ae.add_requested_context(uid, syntaxes)
    assoc = ae.associate(HOST, server.dicom_port, ae_title=server.ae_title)
    if assoc.is_rejected or not assoc.is_established:
        return {}
    accepted = {c.abstract_syntax: c.transfer_syntax[0] for c in assoc.accepted_contexts}
    assoc.release()
    return accepted


@pytest.fixture(scope="module")
def accepted(server: RunningServer) -> set[str]:
    """The SOP classes that are accepted."""
    found: set[str] = set()
    for group in _groups(sop_classes()):
        found |= negotiated(server, [(uid, PLAIN) for uid in [VERIFICATION, *group]]).keys()
    return found


def _groups(uids: list[str], size: int = 120) -> Iterable[list[str]]:
    for start in range(0, len(uids), size):
        yield uids[start : start + size]


@cache
def said(statement: str, heading: str) -> set[str]:
    """The UIDs in the chapter below a heading."""
    chapter = statement.partition(heading)[2]
    chapter = re.split(r"\n#{2,3} ", chapter)[0]
    return set(re.findall(r"\b[0-2](?:\.\d+){5,}\b", chapter))


@pytest.mark.row("DIMSE-STORE-SCP-01")
@pytest.mark.row("DIMSE-STORE-SCP-12")
@pytest.mark.ps("3.2 N.5")
def test_every_accepted_class_is_stated(accepted: set[str], statement: str) -> None:
    stated = said(statement, "### 3.1") | said(statement, "### 3.2")
    assert accepted - stated == set()


@pytest.mark.ps("3.2 N.5")
def test_every_stated_class_is_accepted(server: RunningServer, accepted: set[str], statement: str) -> None:
    stated = (said(statement, "### 3.1") | said(statement, "### 3.2")) - set(transfer_syntaxes())
    unknown = sorted(stated - accepted)  # classes newer than pydicom's dictionary
    accepted = (
        accepted | negotiated(server, [(uid, PLAIN) for uid in unknown]).keys() if unknown else accepted
    )
    assert stated - accepted == set()


def test_every_storage_class_of_the_tables_is_accepted(accepted: set[str]) -> None:
    wanted = {row["uid"] for row in rows("sop_classes.csv") if row["service"] == "storage"}
    assert wanted - accepted == set()


@pytest.mark.row("DIMSE-STORE-SCP-13")
@pytest.mark.row("DIMSE-STORE-SCP-14")
@pytest.mark.row("DIMSE-STORE-SCP-15")
@pytest.mark.row("DIMSE-STORE-SCP-16")
@pytest.mark.row("DIMSE-STORE-SCP-17")
@pytest.mark.ps("3.5 10")
def test_the_transfer_syntaxes_of_storage(server: RunningServer, statement: str) -> None:
    """Each syntax alone, for two classes: accepted if and only if it is stated."""
    stated = said(statement, "### 3.2") & set(transfer_syntaxes())
    wrong = {}
    for uid in transfer_syntaxes():
        is_accepted = negotiated(server, [(CT, [uid])]) == {CT: uid}
        if is_accepted != (uid in stated):
            wrong[uid] = f"accepted: {is_accepted}, stated: {uid in stated}"
    assert wrong == {}
    assert {row["uid"] for row in rows("transfer_syntaxes.csv")} <= stated


@pytest.mark.ps("3.2 N.5")
def test_the_transfer_syntaxes_of_the_other_services(server: RunningServer, statement: str) -> None:
    """Each row of 3.1 names its own."""
    chapter = re.split(r"\n### ", statement.partition("### 3.1")[2])[0]
    wrong = {}
    for line in chapter.splitlines():
        uids = re.findall(r"\b[0-2](?:\.\d+){4,}\b", line)
        if not uids:
            continue
        service, stated = uids[0], set(uids[1:])
        for uid in transfer_syntaxes():
            is_accepted = negotiated(server, [(service, [uid])]) == {service: uid}
            if is_accepted != (uid in stated):
                wrong[service, uid] = f"accepted: {is_accepted}, stated: {uid in stated}"
    assert wrong == {}


def test_the_page_is_the_statement(server: RunningServer, statement: str) -> None:
    import httpx

    page = httpx.get(f"{server.url}/conformance", timeout=60.0)
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    for uid in said(statement, "### 3.1") | said(statement, "### 3.2"):
        assert uid in page.text


@pytest.mark.row("DIMSE-ASSOC-09")
@pytest.mark.ps("3.7 D.3.3.2")
def test_implementation_and_maximum_length(server: RunningServer, statement: str) -> None:
    ae = AE("CONFORMANCE")
    ae.add_requested_context(VERIFICATION)
    assoc = ae.associate(HOST, server.dicom_port, ae_title=server.ae_title)
    assert assoc.is_established
    told = assoc.acceptor
    assert f"| implementation class UID | {told.implementation_class_uid} |" in statement
    assert f"| implementation version name | {told.implementation_version_name} |" in statement
    assert f"| maximum PDU announced | {told.maximum_length} bytes |" in statement
    assoc.release()
