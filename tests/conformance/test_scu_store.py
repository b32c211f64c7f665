"""C-STORE as SCU: what is proposed, in which form objects leave, and what is made of the answers.

Peers: DCMTK's storescp and dcmqrscp, Orthanc, and pynetdicom for statuses that those never give. Statuses
are those of PS3.4 B.2.3; what shall be done with them is contract/spec dimse_behaviour.md section 5.
"""

from __future__ import annotations

import csv
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.uid import UID
from pynetdicom import evt
from pynetdicom.service_class import StorageServiceClass
from pynetdicom.sop_class import register_uid, uid_to_service_class

from readingroom.exchange import Counters, Files, Lines, Sent, read_file, send
from readingroom.model import Node, OnStoreFailure, StoredInstance
from tests.kit.compare import dataset_differences, read_part10
from tests.kit.dcmqrscp import dcmqrscp
from tests.kit.dcmtk import dcmtk, storescp
from tests.kit.orthanc import running_orthanc
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.real_files import path_of
from tests.kit.remote import US, Odd, as_dataset, as_file, images, odd_peer, status, study_uid
from tests.kit.server import run_command
from tests.kit.shared_data import REPOSITORY, shared_data
from tests.kit.tiny import SECONDARY_CAPTURE

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
CT_IMAGE = "transfer-syntaxes/ctimage/CTImage.dcm"
LOSSLESS = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.70",
            "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.99",
            "1.2.840.10008.1.2.2")  # fmt: skip
"""J2K, JPEG-LS, JPEG process 14 twice, RLE, deflated, big endian, all lossless: one image, one content."""


@pytest.fixture
def six(tmp_path: Path) -> list[StoredInstance]:
    """Six small images as files."""
    folder = tmp_path / "six"
    folder.mkdir()
    for part in images("P1"):
        (folder / f"{part.sop_instance_uid}.dcm").write_bytes(as_file(part))
    return [read_file(path) for path in sorted(folder.iterdir())]


def uids(instances: Sequence[StoredInstance]) -> list[str]:
    return [one.ref.sop_instance_uid for one in instances]


def in_form(syntax: str) -> Path:
    (path,) = shared_data().glob(f"{CT_IMAGE}_*_{syntax}.dcm")
    return path


@dataclass
class Taking:
    """A C-STORE SCP of moods: answers(number of the request from 1, its SOP Instance UID) is its status.

    kept: UIDs that it answered 0000 or a warning. ends: "released" or "aborted" for each association.
    """

    answers: Callable[[int, str], Any]
    kept: list[str] = field(default_factory=list)
    asked: int = 0
    ends: list[str] = field(default_factory=list)
    syntaxes: list[str] = field(default_factory=list)

    def store(self, event: Any) -> Any:
        self.asked += 1
        uid = str(event.request.AffectedSOPInstanceUID)
        answer = self.answers(self.asked, uid)
        code = answer if isinstance(answer, int) else answer.Status
        if code == 0 or code & 0xF000 == 0xB000:
            self.kept.append(uid)
            self.syntaxes.append(str(event.context.transfer_syntax))
        return answer


@contextmanager
def taking(
    answers: Callable[[int, str], Any], classes: Sequence[str] = (SECONDARY_CAPTURE,), **more: Any
) -> Iterator[tuple[Odd, Taking]]:
    scp = Taking(answers)
    handlers = [
        (evt.EVT_C_STORE, scp.store),
        (evt.EVT_RELEASED, lambda _: scp.ends.append("released")),
        (evt.EVT_ABORTED, lambda _: scp.ends.append("aborted")),
    ]
    with odd_peer(classes, handlers, **more) as odd:
        yield odd, scp


def always(code: int) -> Callable[[int, str], int]:
    return lambda number, uid: code


# ── what is proposed, and in which form it leaves


@pytest.mark.row("DIMSE-STORE-SCU-01")
@pytest.mark.ps("3.8 9.3.2.2")
def test_every_listed_class_on_as_many_associations_as_it_takes(tmp_path: Path) -> None:
    """One object of each storage class of the tables, which are more than an association has contexts for."""
    with (REPOSITORY / "contract/spec/sop_classes.csv").open(newline="", encoding="utf-8") as table:
        classes = sorted({row["uid"] for row in csv.DictReader(table) if row["service"] == "storage"})
    for uid in classes:  # pynetdicom calls a service for the classes it knows
        if uid_to_service_class(uid) is not StorageServiceClass:
            register_uid(uid, f"Class_{uid.replace('.', '_')}", StorageServiceClass)
    template = images("P1")[0]
    for number, uid in enumerate(classes):
        ds = as_dataset(template)
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID(uid)
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"{template.sop_instance_uid}.{number}"
        ds.file_meta.TransferSyntaxUID = UID(EXPLICIT if number % 2 else IMPLICIT)
        ds.save_as(tmp_path / f"{number}.dcm", implicit_vr=not number % 2, little_endian=True)
    instances = [read_file(path) for path in sorted(tmp_path.glob("*.dcm"))]
    assert len(instances) == len(classes) > 50
    with taking(always(0), classes) as (odd, scp):
        sent = send(US, odd.node, Files(), instances)
    assert sent == Sent(stored=len(classes))
    assert sorted(scp.kept) == sorted(uids(instances))
    proposed = {(uid, *syntaxes) for contexts in odd.associations for uid, syntaxes in contexts}
    assert {uid for uid, *_ in proposed} == set(classes)
    needed = sum(1 if number % 2 else 2 for number in range(len(classes)))
    assert sum(map(len, odd.associations)) == needed
    assert all(len(contexts) <= 128 for contexts in odd.associations)
    assert len(odd.associations) == -(-needed // 128)


@pytest.mark.row("DIMSE-STORE-SCU-02")
@pytest.mark.ps("3.5 10")
def test_the_class_and_the_stored_syntax_are_proposed() -> None:
    """Each stored form by itself, and the plain forms for a peer that does not take it."""
    instance = read_file(in_form(LOSSLESS[0]))
    forms = [LOSSLESS[0], EXPLICIT, IMPLICIT]
    with taking(always(0), [CT], syntaxes=forms) as (odd, scp):
        assert send(US, odd.node, Files(), [instance]).stored == 1
    assert odd.associations == [[(CT, [EXPLICIT, IMPLICIT]), (CT, [LOSSLESS[0]])]]
    assert scp.syntaxes == [LOSSLESS[0]]  # taken as it is stored


@pytest.mark.row("DIMSE-STORE-SCU-02")
@pytest.mark.parametrize("syntax", [one for one in LOSSLESS if not one.endswith(".57")])
def test_what_the_peer_takes_goes_as_it_is(tmp_path: Path, syntax: str) -> None:
    with storescp(tmp_path / "scp", "+xa") as scp:
        node = Node("scp", scp.ae_title, HOST, scp.port)
        assert send(US, node, Files(), [read_file(in_form(syntax))]) == Sent(stored=1)
        (file,) = scp.files()
        came, was = read_part10(file), read_part10(in_form(syntax))
        assert came.transfer_syntax_uid == syntax
        if syntax == LOSSLESS[5]:  # deflated: the padding byte is storescp's to keep
            assert dataset_differences(in_form(syntax).read_bytes(), file.read_bytes()) == []
        else:
            assert came.dataset == was.dataset


@pytest.mark.row("DIMSE-STORE-SCU-10")
@pytest.mark.row("DIMSE-STORE-SCU-09")
@pytest.mark.parametrize(("option", "accepted"), [("+xi", IMPLICIT), ("+xe", EXPLICIT)])
@pytest.mark.ps("3.5 A.1")
def test_what_it_does_not_take_is_decompressed(tmp_path: Path, option: str, accepted: str) -> None:
    """The uncompressed original of the set is the truth; private elements stay as they are."""
    original = shared_data() / CT_IMAGE
    plain = pydicom.dcmread(original)
    assert any(element.tag.is_private for element in plain), "the file shall have private elements"
    refused = LOSSLESS if option == "+xi" else LOSSLESS[:-1]  # +xe takes big endian too
    for syntax in refused:
        folder = tmp_path / syntax
        with storescp(folder, option) as scp:
            node = Node("scp", scp.ae_title, HOST, scp.port)
            assert send(US, node, Files(), [read_file(in_form(syntax))]) == Sent(stored=1)
            (file,) = scp.files()
        came = pydicom.dcmread(file)
        assert came.file_meta.TransferSyntaxUID == accepted
        assert came.PixelData == plain.PixelData, syntax
        others = dataset_differences(in_form(syntax).read_bytes(), file.read_bytes())
        assert [one for one in others if not one.lower().startswith("(7fe0,0010)")] == [], syntax


@pytest.mark.row("DIMSE-STORE-SCU-09")
@pytest.mark.ps("3.5 7.8")
def test_private_elements_unknown_to_anybody(tmp_path: Path) -> None:
    """A private block with binary, text and a sequence, to a peer that takes only Implicit VR."""
    ds = as_dataset(images("P2")[0])
    block = ds.private_block(0x0099, "NOBODY KNOWS 1.0", create=True)
    block.add_new(0x01, "UN", bytes(range(251)) + b"\0")
    block.add_new(0x02, "LO", "text\\of two values")
    block.add_new(0x03, "FD", [1.5, -2.25])
    inner = pydicom.Dataset()
    inner.PatientName = "INSIDE^PRIVATE"
    block.add_new(0x04, "SQ", [inner])
    path = tmp_path / "private.dcm"
    ds.save_as(path)
    with storescp(tmp_path / "scp", "+xi") as scp:
        assert send(US, Node("scp", scp.ae_title, HOST, scp.port), Files(), [read_file(path)]).stored == 1
        (file,) = scp.files()
    assert dataset_differences(path.read_bytes(), file.read_bytes()) == []
    assert bytes(range(251)) in file.read_bytes()


@pytest.mark.row("DIMSE-STORE-SCU-10")
def test_video_is_not_decompressed_but_listed(tmp_path: Path, six: list[StoredInstance]) -> None:
    video = read_file(path_of("made/video/h264-counter.dcm"))
    with storescp(tmp_path / "scp", "+xi") as scp:
        sent = send(US, Node("scp", scp.ae_title, HOST, scp.port), Files(), [video, *six])
        assert len(scp.files()) == 6
    assert sent.stored == 6
    assert [failure.uid for failure in sent.failures] == uids([video])
    assert "Video" in sent.failures[0].words
    assert not sent.failures[0].is_transient


@pytest.mark.row("DIMSE-STORE-SCU-01")
def test_real_archives_take_real_files(tmp_path: Path) -> None:
    names = ["ct-series", "mr-series/adc", "made/sr", "made/enhanced"]
    paths = [path for name in names for path in sorted((shared_data() / name).rglob("*.dcm"))[:5]]
    instances = [read_file(path) for path in paths]
    unique = {one.ref.sop_instance_uid: one for one in instances}
    with (
        dcmqrscp(tmp_path / "qr", ("ONE", "TWO")) as qr,
        running_orthanc(tmp_path / "orthanc", known=["READINGROOM"]) as orthanc,
    ):
        nodes = [
            Node("one", "ONE", HOST, qr.port),
            Node("two", "TWO", HOST, qr.port),
            Node("orthanc", orthanc.ae_title, HOST, orthanc.dicom_port),
        ]
        for node in nodes:
            progress: list[Counters] = []
            sent = send(US, node, Files(), unique.values(), report=progress.append)
            assert sent == Sent(stored=len(unique)), node
            assert progress[-1] == Counters(0, len(unique))
            assert [one.remaining for one in progress] == list(reversed(range(len(unique))))
        assert len(qr.files("ONE")) == len(qr.files("TWO")) == len(unique)
        wrong = {
            uid: found
            for uid, one in unique.items()
            if (found := dataset_differences(Path(one.blob).read_bytes(), orthanc.file_of(uid)))
        }
    assert wrong == {}


# ── settings of the node


@pytest.mark.row("DIMSE-STORE-SCU-03")
def test_one_association_for_each_object(six: list[StoredInstance]) -> None:
    with taking(always(0)) as (odd, scp):
        send(US, odd.node, Files(), six)
        assert len(odd.associations) == 1
        one_each = replace(odd.node, one_association_per_object=True)
        assert send(US, one_each, Files(), six) == Sent(stored=6)
        assert len(odd.associations) == 1 + 6
        wait_until(lambda: scp.ends == ["released"] * 7, 60.0, "every association is released")


@pytest.mark.row("DIMSE-STORE-SCU-04")
@pytest.mark.parametrize(
    ("code", "words"), [(0xB000, "coercion"), (0xB006, "discarded"), (0xB007, "does not match")]
)
@pytest.mark.ps("3.4 B.2.3")
def test_a_warning_counts_as_stored(
    six: list[StoredInstance], code: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    progress: list[Counters] = []
    with taking(lambda number, uid: code if number == 3 else 0) as (odd, scp):
        abort = replace(odd.node, on_store_failure=OnStoreFailure.ABORT)  # a warning is no failure
        with caplog.at_level(logging.WARNING, "readingroom"):
            sent = send(US, abort, Files(), six, report=progress.append)
    assert sent.stored == len(scp.kept) == 6
    assert sent.failures == ()
    assert sent.is_complete
    assert [warning.uid for warning in sent.warnings] == [scp.kept[2]]
    assert words in sent.warnings[0].words
    assert any(f"{code:04X}H" in record.message for record in caplog.records)
    assert progress[-1] == Counters(remaining=0, completed=5, failed=0, warning=1)


FAILURES = [
    (0xA700, "out of resources"),
    (0xA7AB, "out of resources"),
    (0xA900, "data set does not match SOP class"),
    (0xC000, "cannot understand"),
    (0xC0FE, "cannot understand"),
    (0x0110, "processing failure"),
    (0x0122, "SOP class not supported"),
    (0x0124, "not authorised"),
    (0x0117, "invalid SOP instance"),
    (0xFE00, "cancelled"),
]


@pytest.mark.row("DIMSE-STORE-SCU-06")
@pytest.mark.row("DIMSE-STORE-SCU-07")
@pytest.mark.parametrize(("code", "words"), FAILURES)
def test_after_a_failure_the_next_object_is_sent(
    six: list[StoredInstance], code: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The default. What failed is listed in words; started again with it, the job completes."""
    moods: list[Any] = [status(code, ErrorComment="second shelf")]
    with taking(lambda number, uid: moods[0] if number in (2, 5) else 0) as (odd, scp):
        with caplog.at_level(logging.WARNING, "readingroom"):
            sent = send(US, odd.node, Files(), six)
        assert (sent.stored, scp.asked, sent.untried) == (4, 6, ())
        failed = [one for one in uids(six) if one not in scp.kept]
        assert [failure.uid for failure in sent.failures] == failed
        for failure in sent.failures:
            assert failure.status == code
            assert words in failure.words
            assert "second shelf" in failure.words
            assert failure.is_transient == (code & 0xFF00 == 0xA700)
            assert any(failure.uid in record.message for record in caplog.records)
        assert len(odd.associations) == 1
        scp.asked = 10
        again = [one for one in six if one.ref.sop_instance_uid in failed]
        assert send(US, odd.node, Files(), again) == Sent(stored=2)
        assert sorted(scp.kept) == sorted(uids(six))  # and nothing twice


@pytest.mark.row("DIMSE-STORE-SCU-05")
@pytest.mark.parametrize(("code", "words"), FAILURES[:4])
def test_a_failure_aborts_where_that_is_set(six: list[StoredInstance], code: int, words: str) -> None:
    with taking(lambda number, uid: code if number == 3 else 0) as (odd, scp):
        sent = send(US, replace(odd.node, on_store_failure=OnStoreFailure.ABORT), Files(), six)
        wait_until(lambda: scp.ends == ["aborted"], 60.0, "the association is aborted")
    assert (sent.stored, scp.asked) == (2, 3)
    assert [failure.uid for failure in sent.failures] == uids(six)[2:3]
    assert words in sent.failures[0].words
    assert list(sent.untried) == uids(six)[3:]
    assert not sent.is_complete


@pytest.mark.row("DIMSE-STORE-SCU-08")
def test_retries_are_off_and_for_what_may_pass(six: list[StoredInstance]) -> None:
    def first_full(number: int, uid: str) -> int:
        return {1: 0xA700, 2: 0xC000, 7: 0xA701}.get(number, 0)

    with taking(first_full) as (odd, scp):
        without = send(US, odd.node, Files(), six)
        assert (without.stored, scp.asked) == (4, 6)
        scp.asked, scp.kept[:] = 0, []
        told: list[tuple[str, bool]] = []
        sent = send(
            US, odd.node, Files(), six, retries=3, pause=0.1,
            told=lambda stored, failure: told.append((stored.ref.sop_instance_uid, failure is None)),
        )  # fmt: skip
    assert scp.asked == 6 + 1 + 1  # full, full again, then taken; what is not understood is not tried again
    assert sent.stored == 5
    assert [failure.status for failure in sent.failures] == [0xC000]
    assert [ok for uid, ok in told if uid == uids(six)[0]] == [False, False, True]
    assert len(scp.kept) == len(set(scp.kept)) == 5


@pytest.mark.row("DIMSE-STORE-SCU-08")
def test_a_node_that_comes_back_gets_the_rest(six: list[StoredInstance], tmp_path: Path) -> None:
    node = Node("late", "STORESCP", HOST, free_port(), timeout=5.0)
    sent = send(US, node, Files(), six)
    assert len(sent.failures) == 6
    assert all(failure.is_transient and "cannot be reached" in failure.words for failure in sent.failures)
    done: list[Sent] = []
    thread = threading.Thread(
        target=lambda: done.append(send(US, node, Files(), six, retries=100, pause=0.2))
    )
    thread.start()
    time.sleep(0.5)
    with storescp(tmp_path / "late", port=node.port) as scp:
        thread.join(30)
        assert len(scp.files()) == 6
    assert done == [Sent(stored=6)]


@pytest.mark.row("DIMSE-STORE-SCU-05")
def test_silence_ends_the_task_and_an_abort_costs_what_it_hit(six: list[StoredInstance]) -> None:
    over = threading.Event()

    def silent(number: int, uid: str) -> int:
        if number == 3:
            over.wait(60)
        return 0

    with taking(silent) as (odd, scp):
        sent = send(US, replace(odd.node, timeout=4.0), Files(), six)
        over.set()
        assert sent.stored == 2
        assert [failure.uid for failure in sent.failures] == uids(six)[2:]
        assert all("said nothing for too long" in failure.words for failure in sent.failures)
        assert scp.asked == 3

    third = uids(six)[2]
    with taking(always(0)) as (odd, scp):
        scp.answers = lambda number, uid: _abort(odd, uid == third)
        sent = send(US, odd.node, Files(), six)
        assert [failure.uid for failure in sent.failures] == [third]
        assert sorted(scp.kept) == sorted(set(uids(six)) - {third})


def _abort(odd: Odd, now: bool) -> int:
    if now:
        for assoc in odd.active():
            assoc.abort()
        time.sleep(0.1)
    return 0xA700 if now else 0


def test_cancelling(six: list[StoredInstance]) -> None:
    with taking(always(0)) as (odd, scp):
        sent = send(US, odd.node, Files(), six, is_cancelled=lambda: len(scp.kept) >= 2)
        assert (sent.stored, sent.cancelled, sent.failures) == (2, True, ())
        assert list(sent.untried) == uids(six)[2:]
        rest = [one for one in six if one.ref.sop_instance_uid in sent.untried]
        assert send(US, odd.node, Files(), rest) == Sent(stored=4)
        wait_until(lambda: scp.ends == ["released"] * 2, 60.0, "every association is released")


def test_the_limit_of_the_node_holds_between_processes(six: list[StoredInstance], tmp_path: Path) -> None:
    """Held here, a command of another process waits; let go, it sends."""
    data = tmp_path / "data"
    done: list[tuple[int, str]] = []
    with storescp(tmp_path / "scp") as scp:
        at = f"{scp.ae_title}@{HOST}:{scp.port}"

        def send_one(instance: StoredInstance) -> None:
            done.append(run_command(data, "store", at, instance.blob))

        begun = time.monotonic()
        send_one(six[0])
        usual = time.monotonic() - begun
        assert len(scp.files()) == 1
        with Lines(data / "lines").hold(Node("x", scp.ae_title, HOST, scp.port)):
            thread = threading.Thread(target=send_one, args=(six[1],))
            thread.start()
            thread.join(3 * usual + 1)
            assert len(scp.files()) == 1
        thread.join(120)
        assert [code for code, _ in done] == [0, 0], done
        assert len(scp.files()) == 2


# ── the commands


@pytest.mark.row("DIMSE-STORE-SCU-01")
def test_the_store_command(tmp_path: Path, six: list[StoredInstance]) -> None:
    data = tmp_path / "data"
    (tmp_path / "six" / "note.txt").write_text("no object")
    with storescp(tmp_path / "scp") as scp:
        at = f"{scp.ae_title}@{HOST}:{scp.port}"
        code, out = run_command(data, "store", at, str(tmp_path / "six"))
        assert code == 1
        assert "6 of 7 stored, 1 failed" in out
        assert "note.txt" in out
        assert len(scp.files()) == 6
        scp.clear()
        assert run_command(data, "import", *[one.blob for one in six])[0] == 0
        code, out = run_command(data, "store", at, "--study", study_uid("P1"))
        assert (code, out.strip()) == (0, "6 of 6 stored")
        assert len(scp.files()) == 6
        for wrong in (["store", at], ["store", at, "--study", "1.2.3"], ["store", at, "nowhere"]):
            assert run_command(data, *wrong)[0] == 1
    code, out = run_command(data, "store", at, six[0].blob)
    assert code == 1
    assert "cannot be reached" in out


@pytest.mark.row("DIMSE-ECHO-SCU-01")
@pytest.mark.ps("3.4 A.4")
def test_the_echo_command(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with storescp(tmp_path / "scp") as scp:
        assert dcmtk("echoscu", HOST, str(scp.port)) is not None
        run_command(data, "node", "add", "far", "--ae-title", scp.ae_title, "--host", HOST,
                    "--port", str(scp.port))  # fmt: skip
        ways = (
            ["far"],
            [f"{scp.ae_title}@{HOST}:{scp.port}"],
            [HOST, str(scp.port), "--called", scp.ae_title, "--calling", "KIT"],
        )
        for way in ways:
            code, out = run_command(data, "echo", *way)
            assert code == 0, out
            assert "answered 0000H" in out
    code, out = run_command(data, "echo", "far")
    assert code == 1
    assert "cannot be reached" in out
