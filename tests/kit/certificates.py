"""Certificate authorities for tests, and what they sign, as PEM files."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    certificate: Path
    key: Path

    def words(self) -> tuple[str, str]:
        """As DCMTK's --enable-tls wants them."""
        return str(self.key), str(self.certificate)


class Authority:
    """One authority; `file` is its own certificate. RSA, since not every build of DCMTK takes other keys."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._ca = trustme.CA(organization_name=name, key_type=trustme.KeyType.RSA)
        self.file = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def issue(self, whom: str, *hosts: str) -> Identity:
        """A certificate for these host names or addresses, 127.0.0.1 when there are none."""
        signed = self._ca.issue_cert(*(hosts or ("127.0.0.1",)), key_type=trustme.KeyType.RSA)
        identity = Identity(
            self._folder / f"{self._name}-{whom}.pem", self._folder / f"{self._name}-{whom}.key"
        )
        signed.cert_chain_pems[0].write_to_path(str(identity.certificate))
        signed.private_key_pem.write_to_path(str(identity.key))
        return identity

    def client(self, identity: Identity | None = None) -> ssl.SSLContext:
        """A client's context that trusts this authority and shows that identity."""
        context = ssl.create_default_context(cafile=str(self.file))
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        return context
