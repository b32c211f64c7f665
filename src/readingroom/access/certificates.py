"""TLS for DICOM, both roles: contexts made from files, and made anew when the files change.

The profile is BCP 195 (RFC 8996, 9325; PS3.15 B.12), which also satisfies its forerunners B.9 and B.10: TLS
1.2 and 1.3 with forward secrecy and authenticated encryption, nothing older, no renegotiation.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from readingroom.errors import Invalid

log = logging.getLogger("readingroom.access")

# RFC 9325 4.2 and PS3.15 B.12; the DHE pair, which RFC 9325 only tolerates, is for peers of B.9 and B.10.
_TLS_12 = ":".join(
    (
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-AES128-GCM-SHA256",
    )
)  # fmt: skip
_GROUP = Path(__file__).with_name("ffdhe2048.pem")  # RFC 7919 A.1
_LOOK_EVERY = 1.0


class Clients(Enum):
    """What we want of the certificates of those who call us."""

    REQUIRE = "require"
    """Each shows one that our authorities signed: mutual authentication."""
    VERIFY = "verify"
    """Whoever shows one shows a good one."""
    IGNORE = "ignore"
    """None is asked for."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where our certificate, its key and the authorities we trust are, as PEM.

    certificate: with its chain; key: not encrypted, None when it is in the certificate's file. authorities:
    None for those of the operating system. check_names: whether the certificate of a node that we call must
    name the host that we called.
    """

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None
    clients: Clients = Clients.REQUIRE
    check_names: bool = True


class Certificates:
    """Contexts for both roles; whoever asks after the files changed gets one made from the new files.

    New files that do not fit together are logged, and the former context stays in force: a renewal writes
    certificate and key one after the other.
    """

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        paths = [path for path in (files.certificate, files.key, files.authorities) if path is not None]
        self._server = _Renewed(self._make_server, paths)
        self._client = _Renewed(self._make_client, paths)

    def server(self) -> ssl.SSLContext:
        """For those who call us. Raises Invalid when no context could be made yet."""
        return self._server.context()

    def client(self) -> ssl.SSLContext:
        """For those we call; shows our certificate when asked. Raises Invalid as `server`."""
        return self._client.context()

    def _make_server(self) -> ssl.SSLContext:
        files = self._files
        if files.certificate is None:
            raise Invalid("TLS needs dicom.tls_certificate.")
        context = _profile(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        context.load_dh_params(str(_GROUP))
        context.load_cert_chain(files.certificate, files.key, password=_no_password)
        if files.clients is not Clients.IGNORE:
            context.verify_mode = ssl.CERT_REQUIRED if files.clients is Clients.REQUIRE else ssl.CERT_OPTIONAL
            self._trust(context, ssl.Purpose.CLIENT_AUTH)
        return context

    def _make_client(self) -> ssl.SSLContext:
        files = self._files
        context = _profile(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        context.check_hostname = files.check_names
        if files.certificate is not None:
            context.load_cert_chain(files.certificate, files.key, password=_no_password)
        self._trust(context, ssl.Purpose.SERVER_AUTH)
        return context

    def _trust(self, context: ssl.SSLContext, purpose: ssl.Purpose) -> None:
        if self._files.authorities is None:
            context.load_default_certs(purpose)
        else:
            context.load_verify_locations(cafile=self._files.authorities)


class _Renewed:
    """One context and the state of its files when it was made; looks at them once a second at most."""

    def __init__(self, make: Callable[[], ssl.SSLContext], paths: list[Path]) -> None:
        self._make = make
        self._paths = paths
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._state: object = None
        self._looked = float("-inf")

    def context(self) -> ssl.SSLContext:
        with self._lock:
            now = time.monotonic()
            if self._context is None or now - self._looked > _LOOK_EVERY:
                self._looked = now
                self._look()
            if self._context is None:
                raise Invalid("There is no TLS context.")
            return self._context

    def _look(self) -> None:
        try:
            state = [
                (path.stat().st_mtime_ns, path.stat().st_size, path.stat().st_ino) for path in self._paths
            ]
            if self._context is not None and state == self._state:
                return
            renewed = self._make()
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            names = ", ".join(map(str, self._paths)) or "the system's authorities"
            if self._context is None:
                raise Invalid(f"TLS cannot be set up from {names}: {error}.") from error
            log.error("changed TLS files (%s) are not taken, the former stay in force: %s", names, error)
            return
        if self._context is not None:
            log.warning("the TLS files have changed; new connections use them")
        self._context, self._state = renewed, state


def _profile(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_TLS_12)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


def _no_password() -> str:
    """Instead of OpenSSL's question on the terminal."""
    raise ValueError("the key is encrypted; store it without a pass phrase, readable by the server only")
