"""Requests that come through reverse proxies we trust, as their clients made them (RFC 7239).

Below this, a request has the scheme, the Host and the address of the client that the proxy tells: URLs in our
answers lead back through the proxy, cookies are checked against its origin, and events name who called.
Of anybody else these headers count for nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_PAIR = re.compile(r'\s*([A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*(;|,|\Z)')
_HOST = re.compile(r"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_NODE = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([0-9.]+)(?::\d+)?|([0-9A-Fa-f:]+)")
_MOST = 4096
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Hop:
    """What one proxy says of the request that reached it; "" for what it does not say.

    address: of who called it; "" also for names that it made up (RFC 7239 6).
    """

    address: str = ""
    host: str = ""
    scheme: str = ""


class Forwarded:
    """Puts what trusted proxies say into the scope. networks: where they call from."""

    def __init__(self, inner: ASGIApp, networks: Sequence[str]) -> None:
        self._inner = inner
        self._networks = [ipaddress.ip_network(one, strict=False) for one in networks]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as its client made it."""
        client = scope.get("client")
        if scope["type"] == "http" and client and self._is_trusted(client[0]):
            hop = self._first(client[0], hops(Headers(scope=scope)))
            if hop is not None:
                scope = _as_made(scope, hop)
        await self._inner(scope, receive, send)

    def _is_trusted(self, address: str) -> bool:
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
            known = known.ipv4_mapped
        return any(known in network for network in self._networks)

    def _first(self, caller: str, told: Sequence[Hop]) -> Hop | None:
        """The earliest hop that a trusted proxy tells of; what came before, anybody may have written."""
        first = None
        for hop in reversed(told):
            if not self._is_trusted(caller):
                break
            first, caller = hop, hop.address
        return first


def hops(headers: Headers) -> list[Hop]:
    """What Forwarded says, or X-Forwarded-For, -Host and -Proto; the client's own request first.

    Nothing when both are there: a proxy writes one and passes on what its client wrote into the other.
    """
    names = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto")
    if "forwarded" in headers:
        is_doubtful = any(name in headers for name in names)
        return [] if is_doubtful else _forwarded(",".join(headers.getlist("forwarded"))[-_MOST:])
    told = [",".join(headers.getlist(name))[-_MOST:].split(",") for name in names]
    count = max(len([one for one in values if one.strip()]) for values in told)
    addresses, hosts, schemes = ([*[values[0]] * (count - len(values)), *values][-count:] for values in told)
    if not count:
        return []
    return [Hop(_address(a), _host(h), _scheme(s)) for a, h, s in zip(addresses, hosts, schemes, strict=True)]


def _forwarded(text: str) -> list[Hop]:
    """Each element of the header (RFC 7239 4); none of one that cannot be read to its end, where ours is."""
    at, found, told = 0, dict[str, str](), list[Hop]()
    while pair := _PAIR.match(text, at):
        name, value, end = pair[1].lower(), pair[2], pair[3]
        found[name] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        if end != ";":
            address, host, scheme = (found.get(name, "") for name in ("for", "host", "proto"))
            told.append(Hop(_address(address), _host(host), _scheme(scheme)))
            found = {}
        at = pair.end()
        if at >= len(text):
            return told
    return []


def _address(text: str) -> str:
    node = _NODE.fullmatch(text.strip())
    try:
        return str(ipaddress.ip_address(next(filter(None, node.groups())))) if node else ""
    except ValueError:
        return ""


def _host(text: str) -> str:
    return text.strip() if _HOST.fullmatch(text.strip()) else ""


def _scheme(text: str) -> str:
    scheme = text.strip().lower()
    return scheme if scheme in ("http", "https") else ""


def _as_made(scope: Scope, hop: Hop) -> Scope:
    made = dict(scope)
    if hop.scheme:
        made["scheme"] = hop.scheme
    if hop.address:
        made["client"] = (hop.address, 0)
    if hop.host:
        others = [pair for pair in scope["headers"] if pair[0].lower() != b"host"]
        made["headers"] = [(b"host", hop.host.encode("ascii")), *others]
    return made
