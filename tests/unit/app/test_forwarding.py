"""Which hop of a Forwarded or X-Forwarded-For header counts (RFC 7239 4, 7.4; examples from there)."""

from __future__ import annotations

import asyncio

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Scope

from readingroom.app.forwarding import Forwarded, Hop, hops


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("for=192.0.2.43, for=198.51.100.17", [Hop("192.0.2.43"), Hop("198.51.100.17")]),
        ('For="[2001:db8:cafe::17]:4711"', [Hop("2001:db8:cafe::17")]),
        ("for=192.0.2.60;proto=http;by=203.0.113.43", [Hop("192.0.2.60", "", "http")]),
        ('for=_hidden, for="_SEVKISEK"', [Hop(), Hop()]),
        ('for="192.0.2.4:80"; host="pacs:8443" ;proto=HTTPS', [Hop("192.0.2.4", "pacs:8443", "https")]),
        ("proto=gopher;host=a/b;for=999.1.1.1", [Hop()]),
        ("for=192.0.2.43, what is this", []),
        ("for=192.0.2.43, what is this, for=198.51.100.17", []),
        ("", []),
    ],
)  # fmt: skip
def test_forwarded(header: str, expected: list[Hop]) -> None:
    assert hops(Headers({"forwarded": header})) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-forwarded-for": "192.0.2.43, 2001:db8::17"}, [Hop("192.0.2.43"), Hop("2001:db8::17")]),
        ({"x-forwarded-proto": "https", "x-forwarded-host": "pacs"}, [Hop("", "pacs", "https")]),
        (
            {"x-forwarded-for": "192.0.2.1, 192.0.2.2", "x-forwarded-proto": "https"},
            [Hop("192.0.2.1", "", "https"), Hop("192.0.2.2", "", "https")],
        ),
        ({"x-forwarded-for": "192.0.2.1", "x-forwarded-host": 'a"b'}, [Hop("192.0.2.1")]),
        ({"x-forwarded-for": "192.0.2.1", "forwarded": "for=192.0.2.2"}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_x_forwarded(headers: dict[str, str], expected: list[Hop]) -> None:
    assert hops(Headers(headers)) == expected


def passed_on(client: str, headers: dict[str, str], networks: list[str]) -> tuple[str, str, str]:
    """Scheme, Host and client address below the middleware."""
    seen: list[Scope] = []

    async def inner(scope: Scope, receive: object, send: object) -> None:
        seen.append(scope)

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    raw = [(b"host", b"inside:8042"), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope: Scope = {"type": "http", "scheme": "http", "client": (client, 5), "headers": raw}
    asyncio.run(Forwarded(inner, networks)(scope, receive, send))
    return seen[0]["scheme"], Headers(scope=seen[0])["host"], seen[0]["client"][0]


@pytest.mark.parametrize(
    ("client", "told", "caller"),
    [
        ("10.0.0.5", "192.0.2.1", "192.0.2.1"),
        ("::ffff:10.0.0.5", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.5", "192.0.2.66, 192.0.2.1", "192.0.2.1"),  # what the client wrote itself
        ("10.0.0.5", "192.0.2.66, 192.0.2.1, 10.9.9.9", "192.0.2.1"),  # two proxies of ours
        ("10.0.0.5", "unknown", "10.0.0.5"),
        ("11.0.0.5", "192.0.2.1", "11.0.0.5"),  # nobody we trust
        ("10.0.0.5", "", "10.0.0.5"),
    ],
)
def test_only_trusted_proxies_are_believed(client: str, told: str, caller: str) -> None:
    assert passed_on(client, {"x-forwarded-for": told}, ["10.0.0.0/8"])[2] == caller


def test_scheme_and_host() -> None:
    told = {"x-forwarded-proto": "https", "x-forwarded-host": "pacs.example"}
    assert passed_on("fd00::5", told, ["fd00::/8"]) == ("https", "pacs.example", "fd00::5")
    assert passed_on("fd00::5", told, []) == ("http", "inside:8042", "fd00::5")
    both = told | {"x-forwarded-host": "evil, pacs.example", "x-forwarded-for": "192.0.2.1"}
    assert passed_on("fd00::5", both, ["fd00::/8"])[1:] == ("pacs.example", "192.0.2.1")
