"""The Retrieve Capabilities transaction: what this service answers, as WADL (PS3.18 8.9, annex H)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import quoteattr

import orjson
from starlette.requests import Request
from starlette.responses import Response

from readingroom.wire import Offer, Operation, choose

from .addresses import Addresses
from .negotiation import acceptable, not_acceptable

WADL_XML, WADL_JSON = "application/vnd.sun.wadl+xml", "application/vnd.sun.wadl+json"

_NAMESPACE = "http://wadl.dev.java.net/2009/02"
OFFERS = (Offer(WADL_XML), Offer("application/xml"), Offer(WADL_JSON), Offer("application/json"))


def answer_capabilities(request: Request, resources: Iterable[Operation]) -> Response:
    """The document; Allow tells of the resource that was asked about."""
    offer = choose(acceptable(request), OFFERS)
    if offer is None:
        raise not_acceptable("Capabilities are given as WADL.", OFFERS)
    by_path: dict[str, list[Operation]] = {}
    for resource in resources:
        by_path.setdefault(resource.path, []).append(resource)
    base = Addresses(request).root
    is_json = offer.media_type in (WADL_JSON, "application/json")
    body = orjson.dumps(_json(base, by_path)) if is_json else "".join(_xml(base, by_path)).encode()
    return Response(body, headers={"content-type": offer.media_type, "vary": "Accept"})


def _xml(base: str, by_path: Mapping[str, Sequence[Operation]]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<application xmlns="{_NAMESPACE}">'
    yield f"<resources base={quoteattr(base + '/')}>"
    for path, found in by_path.items():
        yield f"<resource path={quoteattr(path.lstrip('/'))}>"
        for one in found:
            yield f'<method name="{one.method}" id={quoteattr(one.purpose)}><response status="{one.status}">'
            yield from (f"<representation mediaType={quoteattr(name)}/>" for name in one.media_types)
            yield "</response></method>"
        yield "</resource>"
    yield "</resources></application>"


def _json(base: str, by_path: Mapping[str, Sequence[Operation]]) -> dict[str, object]:
    """The same by the plain mapping of XML: attributes with @, repeated elements as arrays."""
    resources = [
        {
            "@path": path.lstrip("/"),
            "method": [
                {
                    "@name": one.method,
                    "@id": one.purpose,
                    "response": [
                        {
                            "@status": str(one.status),
                            "representation": [{"@mediaType": name} for name in one.media_types],
                        }
                    ],
                }
                for one in found
            ],
        }
        for path, found in by_path.items()
    ]
    return {"application": {"resources": [{"@base": base + "/", "resource": resources}]}}
