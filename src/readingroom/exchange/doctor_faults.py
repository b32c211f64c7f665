"""What a failure to reach a node means, in plain words, and what to do about it."""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from readingroom.association import Aborted, AssociationEnded, Rejected, TimedOut, Unreachable
from readingroom.model import Node

_LOOK_SECONDS = 3.0  # for a second look at a port that does not speak DICOM

# OpenSSL's verify codes, x509_vfy.h
_NOT_YET, _EXPIRED, _OWN, _OWN_IN_CHAIN, _NO_ISSUER, _NO_FIRST, _NAME, _ADDRESS = (
    9,
    10,
    18,
    19,
    20,
    21,
    62,
    64,
)


class Trouble(Exception):
    """A step failed. said: what happened; remedy: what likely helps, "" when nothing is known to."""

    def __init__(self, said: str, remedy: str = "") -> None:
        super().__init__(said)
        self.said = said
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Parties:
    """Who talks to whom, for sentences. address, port: where the node has to call us; port 0 unknown."""

    ae_title: str
    address: str
    port: int
    node: Node

    @property
    def add_us(self) -> str:
        """What the node's administrator has to enter."""
        where = f"{self.ae_title}, {self.address}"
        return f"add {where}, {self.port} to its list of known nodes" if self.port else (
            f"add {where} and the port of our DICOM listener to its list of known nodes"
        )  # fmt: skip


# ── the connection


def connection_trouble(error: OSError, node: Node, seconds: float) -> Trouble:
    """Why there is no TCP connection."""
    host, port = node.host, node.port
    if isinstance(error, ConnectionRefusedError):
        return Trouble(
            f"{host} answers, but nothing takes connections at its port {port}.",
            f"Start the DICOM service on {host}, or correct the port of this node.",
        )
    if isinstance(error, TimeoutError):
        return Trouble(
            f"Nothing answers at {host}, port {port}, within {seconds:g} s.",
            f"Check that {host} is the right address and switched on, and that no firewall between it and us "
            f"blocks port {port}.",
        )
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL):
        return Trouble(
            f"There is no way to {host}: {error.strerror}.",
            "Check the address and our network: cable, VPN, routes, firewall.",
        )
    return Trouble(
        f"The connection to {host}, port {port}, failed: {error.strerror or error}.",
        "Check the address, the port and the network between us.",
    )


# ── TLS


def tls_trouble(error: OSError, node: Node) -> Trouble:
    """Why we and the node agree on no TLS. PS3.15 B.12."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_trouble(error, node)
    reason = (error.reason or "" if isinstance(error, ssl.SSLError) else "").upper()
    if "ALERT" in reason:
        return alert_trouble(reason, node)
    if reason in ("UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER", "NO_PROTOCOLS_AVAILABLE"):
        return _no_version(node)
    if isinstance(error, TimeoutError) or reason == "" or "EOF" in reason:
        said = f"{node.host}, port {node.port}, does not answer our TLS greeting."
    else:
        said = f"{node.host}, port {node.port}, does not speak TLS."
    return Trouble(
        said, f"Ask for the port on which {node.name} takes TLS (often 2762), or turn TLS off for this node."
    )


def alert_trouble(reason: str, node: Node) -> Trouble:
    """The node broke TLS off; reason: with the name of its alert (RFC 8446 6.2), where there was one."""
    if "PROTOCOL_VERSION" in reason or "INSUFFICIENT_SECURITY" in reason:
        return _no_version(node)
    alert = re.search(r"ALERT_([A-Z_]+)", reason)
    words = alert[1].replace("_", " ").lower() if alert else "it closed the connection"
    return Trouble(
        f"{node.name} broke TLS off: {words}.",
        "It wants a certificate of ours that it trusts: give one in section tls of the settings "
        f"(certificate, key), and have the administrator of {node.name} trust who signed it.",
    )


def _no_version(node: Node) -> Trouble:
    return Trouble(
        f"{node.name} and we have no TLS version or cipher suite in common.",
        "We speak TLS 1.2 and 1.3 as BCP 195 demands; its administrator has to turn them on.",
    )


def _certificate_trouble(error: ssl.SSLCertVerificationError, node: Node) -> Trouble:
    code = error.verify_code
    certificate = shown_certificate(node)
    if code in (_EXPIRED, _NOT_YET):
        when = ""
        if certificate is not None:
            limit = certificate.not_valid_after_utc if code == _EXPIRED else certificate.not_valid_before_utc
            when = f" on {limit:%Y-%m-%d}"
        return Trouble(
            f"The certificate of {node.name} expired{when}." if code == _EXPIRED
            else f"The certificate of {node.name} is not valid yet; it begins{when or ' later'}.",
            "Its administrator has to install a certificate that is valid today, "
            f"{datetime.now(UTC):%Y-%m-%d}; check the clocks of both machines too.",
        )  # fmt: skip
    if code in (_OWN, _OWN_IN_CHAIN, _NO_ISSUER, _NO_FIRST):
        return Trouble(
            f"The certificate of {node.name} was signed by nobody we trust.",
            "Add the certificate of its authority (or its own, when it signed itself) to the file "
            "tls.authorities of the settings.",
        )
    if code in (_NAME, _ADDRESS):
        return Trouble(
            f"The certificate of {node.name} does not name {node.host}.",
            "Enter the host name that stands in its certificate, or set tls.check_names to false.",
        )
    return Trouble(
        f"The certificate of {node.name} is not good: {error.verify_message}.",
        "Its administrator has to install a good certificate.",
    )


def shown_certificate(node: Node) -> x509.Certificate | None:
    """The certificate that a node shows, unchecked; None when it shows none."""
    with contextlib.suppress(OSError, ValueError), _unchecked(node) as sock:
        shown = sock.getpeercert(binary_form=True)
        return x509.load_der_x509_certificate(shown) if shown else None
    return None


def _unchecked(node: Node) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only to look at it: nothing is sent inside
    sock = socket.create_connection((node.host, node.port), _LOOK_SECONDS)
    try:
        return context.wrap_socket(sock, server_hostname=node.host)
    except BaseException:
        sock.close()
        raise


# ── the association


def association_trouble(error: AssociationEnded, parties: Parties, first: bytes) -> Trouble:
    """Why there is no association. first: the first bytes that the node sent, inside of TLS."""
    if isinstance(error, Rejected):
        return _rejection(error, parties)
    node = parties.node
    if isinstance(error, Unreachable):
        return Trouble(error.sentence, "The connection stood a moment ago: try again, and check the network.")
    if first[:1] == b"\x07":
        return Trouble(
            f"{node.name} broke the association off instead of answering.",
            f"Nodes do so with callers they do not know: {parties.add_us}, and check its AE title "
            f"{node.ae_title}; its log says why.",
        )
    if first[:1] == b"\x02":
        return Trouble(
            f"{node.name} answered our request with something that is not DICOM's: {error.sentence}.",
            "Tell its vendor, with a wire trace.",
        )
    return _not_dicom(error, parties, first)


def _rejection(error: Rejected, parties: Parties) -> Trouble:
    """A-ASSOCIATE-RJ. PS3.8 9.3.4."""
    node, ours = parties.node, parties.ae_title
    why = (error.source, error.reason)
    if why == (1, 3):
        return Trouble(f"The node rejected our AE title {ours}.", f"{capital(parties.add_us)}.")
    if why == (1, 7):
        return Trouble(
            f"The node does not go by the AE title {node.ae_title}.",
            f"Ask for the AE title it has at port {node.port}, capitals as they write it, and correct this "
            "node.",
        )
    if why in ((3, 1), (3, 2)) or error.result == 2:
        return Trouble(
            f"The node is too busy for another association ({_codes(error)}).",
            "Try again in a minute; when it stays so, end other transfers with it, or have its limit of "
            "associations raised.",
        )
    if why == (1, 2) or why == (2, 2):
        return Trouble(
            f"The node speaks another DICOM than we do ({_codes(error)}).",
            "Its application context or protocol version is not the one of the standard; ask its vendor.",
        )
    return Trouble(
        f"The node rejected us without a reason ({_codes(error)}).",
        f"Most often it does not know us: {parties.add_us}, check its AE title {node.ae_title}, and look "
        "into its log.",
    )


def _codes(error: Rejected) -> str:
    return f"{error.result}/{error.source}/{error.reason}"


def _not_dicom(error: AssociationEnded, parties: Parties, first: bytes) -> Trouble:
    node = parties.node
    where = f"{node.host}, port {node.port},"
    spoken = what_speaks(node, first)
    if spoken == "TLS":
        return Trouble(f"{where} speaks TLS.", "Turn TLS on for this node, or ask for its port without TLS.")
    if spoken:
        return Trouble(
            f"{where} speaks {spoken}, not DICOM.", "Ask for the DICOM port of this node and correct it."
        )
    if isinstance(error, TimedOut):
        return Trouble(
            f"{where} takes the connection and then says nothing.",
            "The port belongs to something else, or the DICOM service there hangs: check the port, and "
            "have the service restarted.",
        )
    if first:
        return Trouble(f"{where} answers, but not in DICOM.", "Ask for the DICOM port of this node.")
    if isinstance(error, Aborted):
        return Trouble(
            f"{where} takes the connection and closes it without an answer.",
            f"Some nodes do so with addresses they do not know: {parties.add_us}. Else the port belongs to "
            + (
                "something other than DICOM." if not node.tls else "something else, or wants our certificate."
            ),
        )
    return Trouble(error.sentence, "The log of the node should say why.")


def what_speaks(node: Node, first: bytes) -> str:
    """What a port that speaks no DICOM speaks: "TLS", "HTTP", "SSH", "HL7" or "", not known.

    first: what it said to us. Where that says nothing it is called again, with TLS and with HTTP.
    """
    said = _known_beginning(first)
    if said or first or node.tls:
        return said
    try:
        _unchecked(node).close()
        return "TLS"
    except ssl.SSLError as error:
        if "ALERT" in (error.reason or ""):
            return "TLS"
    except (OSError, ValueError):
        pass
    with (
        contextlib.suppress(OSError),
        socket.create_connection((node.host, node.port), _LOOK_SECONDS) as sock,
    ):
        sock.sendall(b"HEAD / HTTP/1.0\r\n\r\n")
        return _known_beginning(sock.recv(16))
    return ""


def _known_beginning(first: bytes) -> str:
    if first[:1] in (b"\x15", b"\x16") and first[1:2] == b"\x03":  # RFC 8446 5.1: alert, handshake
        return "TLS"
    beginnings = {b"HTTP": "HTTP", b"<": "HTTP", b"SSH-": "SSH", b"\x0b": "HL7", b"220 ": "mail or FTP"}
    return next((name for begin, name in beginnings.items() if first.startswith(begin)), "")


def capital(words: str) -> str:
    """The words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]
