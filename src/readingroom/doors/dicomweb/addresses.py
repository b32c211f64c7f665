"""The URLs of our own resources, as the client that asks would write them."""

from __future__ import annotations

from starlette.requests import Request

from readingroom.model import InstanceRef


class Addresses:
    """URLs below the prefix by which this request came in."""

    def __init__(self, request: Request) -> None:
        base = f"{request.url.scheme}://{request.url.netloc}" if request.url.netloc else ""
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
