"""The URLs of our own resources, as the client that asks would write them."""

from __future__ import annotations

from starlette.requests import Request

from readingroom.model import InstanceRef

_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("127.0.0.1", "::1")


class Addresses:
    """URLs below the prefix by which this request came in."""

    def __init__(self, request: Request) -> None:
        host = _host(request)
        base = f"{request.url.scheme}://{host}" if host else ""
        self.root = base + request.scope.get("root_path", "") + request.scope.get("dicomweb_prefix", "")

    def of(self, study: str | None, series: str | None = None, instance: str | None = None) -> str:
        """The URL of a study, of a series when that is given, of an instance when all are."""
        url = f"{self.root}/studies/{study}"
        if series:
            url += f"/series/{series}"
        if series and instance:
            url += f"/instances/{instance}"
        return url

    def of_instance(self, ref: InstanceRef) -> str:
        """The URL of one instance."""
        return self.of(ref.study_instance_uid, ref.series_instance_uid, ref.sop_instance_uid)


def _host(request: Request) -> str:
    """Host and port as the client called them.

    dicomweb-client leaves the port out of the Host header. Where that names the very address that we are
    called at, the port is ours; another name without a port is that of a proxy at the port of the scheme.
    """
    url, server = request.url, request.scope.get("server")
    if url.port is None and server and server[1] and server[1] != _PORTS.get(url.scheme):
        host, port = url.hostname or "", server[1]
        if host == server[0] or (host == "localhost" and server[0] in _LOOPBACK):
            return f"{url.netloc}:{port}"
    return url.netloc
