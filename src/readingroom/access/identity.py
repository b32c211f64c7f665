"""Who the user behind an association is: user identity negotiation, PS3.7 D.3.3.7.

User name, user name with passcode, and JSON web token are mapped to our users. Kerberos tickets (3) and SAML
assertions (4) are not supported.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from readingroom.errors import Invalid, Unknown
from readingroom.model import Right

from .caller import Caller, Role
from .gate import Gate

# Public-key signatures only: with a shared secret every AE that can check a token could make one.
_ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
]
_LEEWAY = 30  # s that the issuer's clock may differ
_LONGEST_TOKEN = 16384

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.READER: frozenset({Right.QUERY, Right.RETRIEVE}),
    Role.SENDER: frozenset({Right.STORE, Right.COMMIT}),
    Role.ADMINISTRATOR: frozenset(Right),
}
"""What a user may do on an association, at most what its calling AE title may."""


class IdentityRule(Enum):
    """What we do with the user identity of an association request."""

    IGNORE = "ignore"
    """It is not looked at and not answered."""
    ACCEPT = "accept"
    """One that is given must be right; none is needed."""
    REQUIRE = "require"
    """Without a right one nobody is let in."""


class IdentityKind(IntEnum):
    """User-Identity-Type, PS3.7 table D.3-14."""

    USERNAME = 1
    PASSWORD = 2
    KERBEROS = 3
    SAML = 4
    JWT = 5


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Which JSON web tokens are good. key: file of the issuer's public key (PEM) or JSON web key set.

    issuer, audience: values that iss and aud must have, "" for any. claim: holds the name of our user.
    """

    key: Path
    issuer: str = ""
    audience: str = ""
    claim: str = "sub"

    def read_keys(self) -> Key | KeySet:
        """The keys that sign good tokens. Raises Invalid when the file cannot be read or holds none."""
        return _read_keys(self.key)


class Identification:
    """Finds our user for what an association request says of its user.

    kinds: what counts; another kind is as if none was given. Raises Invalid for keys that cannot be read.
    """

    def __init__(
        self,
        gate: Gate,
        rule: IdentityRule,
        kinds: Collection[IdentityKind] = (IdentityKind.PASSWORD, IdentityKind.JWT),
        tokens: TokenRules | None = None,
    ) -> None:
        self._gate = gate
        self._kinds = frozenset(kinds) - (frozenset() if tokens else {IdentityKind.JWT})
        self._tokens = tokens
        self._keys = tokens.read_keys() if tokens and rule is not IdentityRule.IGNORE else None
        self.rule = rule

    def identify(self, kind: int | None, primary: bytes, secondary: bytes, address: str) -> Caller | None:
        """Our user; None when the request may go on without one.

        kind: None when the request has no user identity. Raises Unknown when it is wrong, or needed and not
        there, Unavailable while somebody guesses passwords from that address.
        """
        if self.rule is IdentityRule.IGNORE:
            return None
        if kind not in self._kinds:
            if self.rule is IdentityRule.REQUIRE:
                given = "no user identity" if kind is None else f"a user identity of type {kind}"
                kinds = ", ".join(one.name.lower() for one in sorted(self._kinds)) or "none"
                raise Unknown(f"The request has {given}; what counts here: {kinds}.")
            return None
        caller = self._caller(IdentityKind(kind), primary, secondary, address)
        if caller is None:
            raise Unknown("The user identity is wrong.")
        return caller

    def _caller(self, kind: IdentityKind, primary: bytes, secondary: bytes, address: str) -> Caller | None:
        if kind is IdentityKind.JWT:
            return self._gate.find(self._name_in(primary))
        name = _text(primary)
        if kind is IdentityKind.USERNAME:
            return self._gate.find(name)
        return self._gate.check_basic(name, _text(secondary), address)

    def _name_in(self, token: bytes) -> str:
        """The user name in a token whose signature, times, issuer and audience are right. RFC 7519."""
        rules = self._tokens
        assert rules is not None
        assert self._keys is not None
        if len(token) > _LONGEST_TOKEN:
            raise Unknown("The token is too long.")
        demands: dict[str, Any] = {"exp": {"essential": True}}
        for claim, value in (("iss", rules.issuer), ("aud", rules.audience)):
            if value:
                demands[claim] = {"essential": True, "value": value}
        registry = jwt.JWTClaimsRegistry(leeway=_LEEWAY, **demands)
        try:
            claims = jwt.decode(token, self._keys, algorithms=_ALGORITHMS).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unknown(f"The token is not good: {error}.") from error
        return str(claims.get(rules.claim, ""))


def user_rights(caller: Caller) -> frozenset[Right]:
    """What the user's roles allow on an association."""
    return frozenset().union(*(RIGHTS[role] for role in caller.roles))


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").strip("\0 ")  # D.3.3.7.1: UTF-8; some pad as they pad UIDs
    except UnicodeDecodeError:
        raise Unknown("The user identity is not UTF-8.") from None


def _read_keys(path: Path) -> Key | KeySet:
    try:
        text = path.read_text(encoding="utf-8")
        if text.lstrip().startswith("{"):
            plain = json.loads(text)
            return KeySet.import_key_set(plain if "keys" in plain else {"keys": [plain]})
        return import_key(text, _key_type(text))
    except OSError as error:
        raise Invalid(f"The key of tokens, {path}, cannot be read: {error.strerror}.") from error
    except (JoseError, ValueError, TypeError, KeyError, UnsupportedAlgorithm) as error:
        raise Invalid(f"{path} holds no public key (PEM) and no JSON web key set.") from error


def _key_type(pem: str) -> Literal["RSA", "EC", "OKP"]:
    key = load_pem_public_key(pem.encode())
    if isinstance(key, RSAPublicKey):
        return "RSA"
    return "EC" if isinstance(key, EllipticCurvePublicKey) else "OKP"
