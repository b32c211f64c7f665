"""DICOMweb as a client sees it: where an instance is, and the parts of an answer."""

from __future__ import annotations

import httpx

ANY_SYNTAX = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def instance_url(client: httpx.Client, sop_instance_uid: str) -> str | None:
    """The Retrieve URL that QIDO-RS gives for an instance, None when it is not found."""
    answer = client.get("/instances", params={"SOPInstanceUID": sop_instance_uid})
    if answer.status_code == 204:
        return None
    assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
    (found,) = answer.json()
    return str(found["00081190"]["Value"][0])


def parts(answer: httpx.Response) -> list[tuple[dict[str, str], bytes]]:
    """Header fields (lower case) and body of every part, cut by Content-Length (RFC 2046 5.1)."""
    kind = answer.headers["content-type"]
    assert kind.startswith("multipart/related"), kind
    boundary = kind.partition("boundary=")[2].split(";")[0].strip('"').encode()
    raw, at, found = answer.content, 0, []
    while True:
        at = raw.index(b"--" + boundary, at) + 2 + len(boundary)
        if raw[at : at + 2] == b"--":
            return found
        end = raw.index(b"\r\n\r\n", at)
        lines = raw[at + 2 : end].decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        length = int(headers["content-length"])
        found.append((headers, raw[end + 4 : end + 4 + length]))
        at = end + 4 + length
