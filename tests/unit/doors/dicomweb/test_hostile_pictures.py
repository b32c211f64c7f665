"""Every malformed and hostile file in every form it could be looked at: a picture, or 4xx with its reason."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from readingroom.access import ANYBODY
from readingroom.doors.dicomweb import routes, uri_route
from readingroom.model import Selection, StoredInstance
from tests.kit.shared_data import SHARED_DATA, shared_data
from tests.unit.doors.dicomweb.house import AsCaller, close, engines, serving

FORMS = ("image/jpeg", "image/png", "image/gif", "video/mp4", "text/html", "application/pdf", "image/svg+xml")
WISHES = ("", "?overlays=yes&shutter=yes", "?viewport=20,20&window=40,400", "?annotation=patient,technique")


def files() -> list[Path]:
    found = [*SHARED_DATA.glob("malformed/*"), *SHARED_DATA.glob("made/hostile/*")]
    return sorted(path for path in found if path.is_file() and path.suffix not in (".md", ".csv", ".txt"))


@contextlib.contextmanager
def house_of(folder: Path) -> Iterator[tuple[httpx.Client, list[StoredInstance]]]:
    """A house with what it takes of the files."""
    services = engines(folder)
    app = Starlette(routes=[Mount("/dicom-web", routes=routes(services)), uri_route(services, "/wado")])
    with serving(AsCaller(app, ANYBODY)) as client:
        kept: set[str] = set()
        for path in files():
            kind = {"content-type": "application/dicom"}
            answer = client.post("/dicom-web/studies", content=path.read_bytes(), headers=kind)
            assert answer.status_code < 500, (path.name, answer.text[:300])
            if answer.status_code in (200, 202):
                done = answer.json().get("00081199", {}).get("Value", [])
                kept |= {one["00081155"]["Value"][0] for one in done}
        services.archive.indexer.flush()
        yield client, list(services.archive.instances(Selection(sop_instance_uids=tuple(sorted(kept)))))
    close(services)


def unclear(answer: httpx.Response) -> str:
    """What is wrong with an answer, "" when nothing is."""
    if answer.status_code in (200, 206):
        return "" if answer.content else "empty"
    if answer.status_code not in (400, 404, 406, 409):
        return f"{answer.status_code} {answer.text[:200]}"
    problem = answer.json() if "problem+json" in answer.headers["content-type"] else {}
    return "" if len(str(problem.get("detail", ""))) > 15 else f"no reason: {answer.text[:200]}"


@pytest.mark.ps("3.18 8.7.4")
def test_broken_objects_are_pictures_or_refused_with_a_reason(tmp_path: Path) -> None:
    shared_data()
    wrong, answers = {}, 0
    with house_of(tmp_path) as (client, stored):
        assert len(stored) > 40
        for one in stored:
            uids = (one.ref.study_instance_uid, one.ref.series_instance_uid, one.ref.sop_instance_uid)
            path = "/dicom-web/studies/{}/series/{}/instances/{}".format(*uids)
            names = ("studyUID", "seriesUID", "objectUID")
            uri = f"/wado?requestType=WADO&{urlencode(dict(zip(names, uids, strict=True)))}"
            asked = [(f"{path}/rendered{wish}", "*/*") for wish in WISHES]
            asked += [
                (f"{path}/{resource}", form) for resource in ("rendered", "thumbnail") for form in FORMS
            ]
            asked += [(f"{uri}&contentType={form}".replace("+", "%2B"), "*/*") for form in FORMS]
            asked += [(f"{uri}&contentType=image/png&rows=64&region=0.2,0.2,0.7,0.7&overlays=yes", "*/*")]
            asked += [(f"{path}/frames/{number}/rendered", "image/png") for number in (2, 999999999)]
            for url, accept in asked:
                answers += 1
                if fault := unclear(client.get(url, headers={"accept": accept}, timeout=60)):
                    wrong[f"{one.sop_class_uid} {url} {accept}"] = fault
    assert answers > 1000
    assert not wrong, "\n".join(f"{key}: {fault}" for key, fault in list(wrong.items())[:20])
