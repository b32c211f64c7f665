"""User identity negotiation, PS3.7 D.3.3.7. pynetdicom and DCMTK name their user; tokens are signed here.

No seed has it and matrix.md has no row for it: it is an extension of the association policy.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pynetdicom import AE
from pynetdicom.pdu_primitives import UserIdentityNegotiation

from readingroom.association import Rejected, UserIdentity
from readingroom.standard.sop_classes import STUDY_ROOT_FIND
from tests.kit.associations import BOTH
from tests.kit.dcmtk import dcmtk
from tests.kit.network import Peer, identifier
from tests.kit.ports import HOST
from tests.kit.pynetdicom_peer import answer_of
from tests.kit.server import RunningServer
from tests.kit.shared_data import REPOSITORY
from tests.kit.tiny import tiny_series

pytestmark = [pytest.mark.row("DIMSE-ASSOC-02"), pytest.mark.ps("3.7 D.3.3.7")]

VERIFICATION = "1.2.840.10008.1.1"
USERNAME, PASSWORD, KERBEROS, SAML, JWT = range(1, 6)
SECRET = "correct horse"
ISSUER, AUDIENCE = "https://sso.example.org", "readingroom"


def server_with(folder: Path, **settings: str) -> RunningServer:
    """A server with the users ann (reader) and sam (sender); nothing is started yet."""
    server = RunningServer(
        folder / "data",
        "--accept-any-ae",
        settings={"READINGROOM__" + name.upper(): value for name, value in settings.items()},
    )
    server.run("user", "add", "ann", stdin=SECRET + "\n")
    server.run("user", "add", "sam", "--role", "sender", stdin=SECRET + "\n")
    return server


def said(
    server: RunningServer, kind: int | None, primary: bytes = b"", secondary: bytes = b""
) -> tuple[str, bytes | None]:
    """What becomes of a pynetdicom association with that user identity, and the server's response to it."""
    ae = AE("KIT")
    ae.add_requested_context(VERIFICATION)
    items = []
    if kind is not None:
        who = UserIdentityNegotiation()
        who.user_identity_type, who.primary_field = kind, primary
        if kind == PASSWORD:
            who.secondary_field = secondary
        who.positive_response_requested = True
        items = [who]
    assoc = answer_of(ae, server.dicom_port, server.ae_title, ext_neg=items)
    if assoc.is_rejected:
        answer = assoc.acceptor.primitive
        assert answer is not None
        return f"{answer.result}/{answer.result_source}/{answer.diagnostic}", None
    assert assoc.is_established, f"aborted: {assoc.is_aborted}, {assoc.acceptor.primitive}"
    assert assoc.send_c_echo().Status == 0
    response = assoc.acceptor.user_identity
    assoc.release()
    return "accepted", None if response is None else response.server_response


ACCEPTED_WITHOUT_ANSWER = ("accepted", None)
ACCEPTED = ("accepted", b"")  # D.3.3.7.2: the server response of types 1 and 2 has no content
REJECTED = ("1/1/1", None)


def test_ignored_by_default(server: RunningServer) -> None:
    assert said(server, PASSWORD, b"nobody", b"wrong") == ACCEPTED_WITHOUT_ANSWER


@pytest.fixture(scope="module")
def accepting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = server_with(tmp_path_factory.mktemp("accepting"), dicom__identity="accept")
    server.start()
    yield server
    server.stop()


def test_one_that_is_given_must_be_right(accepting: RunningServer) -> None:
    assert said(accepting, None) == ACCEPTED_WITHOUT_ANSWER
    assert said(accepting, PASSWORD, b"ann", SECRET.encode()) == ACCEPTED
    assert said(accepting, PASSWORD, b"ann", b"wrong") == REJECTED
    assert said(accepting, PASSWORD, b"nobody", SECRET.encode()) == REJECTED
    assert said(accepting, PASSWORD, b"\xff\xfe", SECRET.encode()) == REJECTED
    assert "The user identity is wrong." in accepting.log_text(1 << 20)
    assert SECRET not in accepting.log_text(1 << 20)


def test_what_does_not_count_is_as_if_it_was_not_given(accepting: RunningServer) -> None:
    for kind in (USERNAME, KERBEROS, SAML, JWT):
        assert said(accepting, kind, b"ann") == ACCEPTED_WITHOUT_ANSWER


def test_no_answer_where_none_is_wanted(accepting: RunningServer) -> None:
    who = UserIdentity(PASSWORD, b"ann", SECRET.encode(), response_requested=False)
    requestor = Peer(accepting.dicom_port).requestor([(VERIFICATION, BOTH)], identity=who)
    with requestor.open() as assoc:
        assert assoc.accept_pdu.user.identity_response is None


def test_roles_of_the_user_narrow_what_the_ae_title_may(accepting: RunningServer) -> None:
    (part,) = tiny_series("2.25.9931", 1)

    def outcome(user: str) -> tuple[int, int]:
        who = UserIdentity(PASSWORD, user.encode(), SECRET.encode())
        contexts = [(part.sop_class_uid, (part.transfer_syntax_uid,)), (STUDY_ROOT_FIND, BOTH)]
        with Peer(accepting.dicom_port).requestor(contexts, identity=who).open() as assoc:
            stored = assoc.store(
                assoc.context_for(part.sop_class_uid), part.sop_class_uid, part.sop_instance_uid, part.dataset
            )
            explicit = assoc.context_for(STUDY_ROOT_FIND, "1.2.840.10008.1.2.1")
            *_, found = assoc.find(explicit, identifier("STUDY", StudyInstanceUID="2.25.9931.0.1"))
        return stored.status, found.status

    assert outcome("ann") == (0x0124, 0x0000)
    assert outcome("sam") == (0x0000, 0x0124)


def test_storescu_of_dcmtk(accepting: RunningServer) -> None:
    file = REPOSITORY / "tests" / "data" / "ct" / "001.dcm"
    where = ("-xr", "-aet", "KIT", "-aec", "READINGROOM", HOST, str(accepting.dicom_port), str(file))
    dcmtk("storescu", "-usr", "sam", "-pwd", SECRET, "-rsp", *where)
    refused = dcmtk("storescu", "-usr", "sam", "-pwd", "wrong", *where, expect=None)
    assert "Association Rejected" in refused
    assert "Rejected Permanent, Source: Service User" in refused
    assert "No Reason" in refused


# ── required, and tokens


class Issuer:
    """Signs tokens with RSA by hand (RFC 7515, RFC 7519)."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def key_set(self, kid: str) -> str:
        numbers = self.key.public_key().public_numbers()
        key = {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256"}
        return json.dumps({"keys": [key | {"n": _number(numbers.n), "e": _number(numbers.e)}]})

    def token(self, *, header: dict[str, str] | None = None, **claims: object) -> bytes:
        signed = _signed(header or {"alg": "RS256", "typ": "JWT"}, claims)
        signature = self.key.sign(signed, padding.PKCS1v15(), SHA256())
        return signed + b"." + _b64(signature)


def _b64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _number(value: int) -> str:
    return _b64(value.to_bytes((value.bit_length() + 7) // 8)).decode()


def _signed(header: dict[str, str], claims: dict[str, object]) -> bytes:
    usual = {"sub": "ann", "iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600}
    body = {key: value for key, value in (usual | claims).items() if value is not None}
    return _b64(json.dumps(header).encode()) + b"." + _b64(json.dumps(body).encode())


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="module")
def requiring(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("requiring")
    (folder / "issuer.pem").write_bytes(issuer.public())
    server = server_with(
        folder,
        dicom__identity="require",
        jwt__key=str(folder / "issuer.pem"),
        jwt__issuer=ISSUER,
        jwt__audience=AUDIENCE,
    )
    server.start()
    yield server
    server.stop()


def test_nobody_without_one(requiring: RunningServer) -> None:
    assert said(requiring, None) == REJECTED
    assert said(requiring, USERNAME, b"ann") == REJECTED, "a name that nothing proves"
    assert said(requiring, KERBEROS, b"ticket") == REJECTED
    assert said(requiring, SAML, b"<assertion/>") == REJECTED
    assert said(requiring, PASSWORD, b"ann", SECRET.encode()) == ACCEPTED
    log = requiring.log_text(1 << 20)
    assert "The request has no user identity; what counts here: password, jwt." in log
    assert "a user identity of type 4" in log


def test_a_good_token(requiring: RunningServer, issuer: Issuer) -> None:
    assert said(requiring, JWT, issuer.token()) == ACCEPTED
    assert said(requiring, JWT, issuer.token(aud=["other", AUDIENCE])) == ACCEPTED


def test_bad_tokens(requiring: RunningServer, issuer: Issuer) -> None:
    good = issuer.token()
    head, body, signature = good.split(b".")
    unsigned = _signed({"alg": "none"}, {})
    confused = _signed({"alg": "HS256"}, {})
    with_public_key = _b64(hmac.digest(issuer.public(), confused, hashlib.sha256))
    bad = {
        "another key": Issuer().token(),
        "changed": b".".join((head, _b64(b'{"sub":"admin","exp":9999999999}'), signature)),
        "expired": issuer.token(exp=int(time.time()) - 3600),
        "without end": issuer.token(exp=None),
        "not yet": issuer.token(nbf=int(time.time()) + 3600),
        "another issuer": issuer.token(iss="https://evil.example.org"),
        "without issuer": issuer.token(iss=None),
        "for another": issuer.token(aud="other"),
        "unknown user": issuer.token(sub="nobody"),
        "without user": issuer.token(sub=None),
        "unsigned": unsigned + b".",
        "signed with the public key": confused + b"." + with_public_key,
        "half": head + b"." + body,
        "garbage": b"\xff\x00garbage",
        "long": issuer.token(more="x" * 20000),
    }
    for what, token in bad.items():
        assert said(requiring, JWT, token) == REJECTED, what
    assert said(requiring, JWT, good) == ACCEPTED


def test_a_key_set_another_claim_and_names_that_count(tmp_path: Path, issuer: Issuer) -> None:
    (tmp_path / "keys.json").write_text(issuer.key_set("2026"))
    server = server_with(
        tmp_path,
        dicom__identity="require",
        dicom__identity_kinds="username,jwt",
        jwt__key=str(tmp_path / "keys.json"),
        jwt__claim="preferred_username",
    )
    server.start()
    try:
        header = {"alg": "RS256", "kid": "2026"}
        assert (
            said(server, JWT, issuer.token(header=header, sub="4711", preferred_username="sam")) == ACCEPTED
        )
        assert said(server, JWT, issuer.token(header=header)) == REJECTED
        assert (
            said(server, JWT, issuer.token(header={"alg": "RS256", "kid": "2019"}, preferred_username="sam"))
            == REJECTED
        )
        assert said(server, USERNAME, b"ann") == ACCEPTED
        assert said(server, USERNAME, b"nobody") == REJECTED
        assert said(server, PASSWORD, b"ann", SECRET.encode()) == REJECTED
    finally:
        server.stop()


@pytest.mark.ps("3.8 9.3.4")
def test_who_guesses_is_told_to_come_later(tmp_path: Path) -> None:
    server = server_with(tmp_path, dicom__identity="accept", dicom__receivers="1")
    server.start()
    try:
        wrong = UserIdentity(PASSWORD, b"ann", b"guess")
        requestor = Peer(server.dicom_port).requestor([(VERIFICATION, BOTH)], identity=wrong)
        answers = []
        for _ in range(6):
            with pytest.raises(Rejected) as caught:
                requestor.open()
            answers.append((caught.value.result, caught.value.source, caught.value.reason))
        assert answers == [(1, 1, 1)] * 5 + [(2, 1, 1)]
    finally:
        server.stop()


def test_a_key_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\nnothing\n-----END PUBLIC KEY-----\n")
    server = RunningServer(tmp_path / "data", settings={"READINGROOM__JWT__KEY": str(tmp_path / "key.pem")})
    with pytest.raises(AssertionError, match="holds no public key"):
        server.start()
    server.kill()
