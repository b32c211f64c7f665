"""The house: imports point downward only, rooms say what they are for, doors stay thin."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.shared_data import REPOSITORY

SOURCE = REPOSITORY / "src" / "readingroom"

FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"standard", "errors"}),
    frozenset({"model"}),
    frozenset({"dataset"}),
    frozenset({"association", "wire", "pixels"}),
    frozenset({"objects", "render"}),
    frozenset({"index", "blobs"}),
    frozenset({"archive", "query", "nodes", "jobs", "access", "journal"}),
    frozenset({"exchange", "prepare", "printing", "media", "reading"}),
    frozenset({"doors.dimse", "doors.dicomweb", "doors.api", "doors.launch"}),
    frozenset({"app"}),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: str) -> str:
    """The room of a dotted path below readingroom; doors have rooms of their own."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "doors" and len(parts) > 1 else parts[0]


def room_imports(source: Path) -> Iterator[tuple[str, str, str]]:
    """(room, imported room, place) of every import, those for type checking included."""
    for path in sorted(source.rglob("*.py")):
        relative = path.relative_to(source).with_suffix("")
        own = ".".join(part for part in relative.parts if part != "__init__")
        if not own:
            continue
        package = own if path.name == "__init__.py" else own.rpartition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in imported_modules(node, package):
                yield room_of(own), room_of(target), f"{path}:{node.lineno}"  # type: ignore[attr-defined]


def imported_modules(node: ast.AST, package: str) -> Iterator[str]:
    """Dotted paths below readingroom that an import statement names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = ["readingroom", *package.split(".")]
            base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
        # "from readingroom import index" names rooms; "from readingroom.index import x" names one module
        names = [f"{base}.{alias.name}" for alias in node.names] if base == "readingroom" else [base]
        if base == "readingroom.doors":
            names = [f"{base}.{alias.name}" for alias in node.names]
    else:
        return
    for name in names:
        if name.startswith("readingroom.") and name != "readingroom.__version__":
            yield name.removeprefix("readingroom.")


def upward(source: Path) -> list[str]:
    """Every import that does not point to a lower floor."""
    found = []
    for room, target, where in room_imports(source):
        if room == target:
            continue
        if room not in FLOOR or target not in FLOOR:
            found.append(f"{where}: {room} or {target} has no floor")
        elif FLOOR[target] >= FLOOR[room]:
            found.append(f"{where}: {room} reaches up or sideways to {target}")
    return found


def circles(source: Path) -> list[str]:
    """Modules that import each other in a circle, inside a room too."""
    modules = {
        ".".join(p for p in path.relative_to(source).with_suffix("").parts if p != "__init__"): path
        for path in source.rglob("*.py")
    }
    edges: dict[str, set[str]] = {}
    for name, path in modules.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        targets: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                parents = package.split(".") if package else []
                base = parents[: len(parents) - node.level + 1]
                stem = [*base, *(node.module.split(".") if node.module else [])]
                for alias in node.names:
                    whole = ".".join([*stem, alias.name])
                    targets.add(whole if whole in modules else ".".join(stem))
        edges[name] = {target for target in targets if target in modules and target != name}
    found: list[str] = []
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> None:
        if name in trail:
            found.append(" -> ".join([*trail[trail.index(name) :], name]))
            return
        if name in done:
            return
        for target in sorted(edges[name]):
            visit(target, [*trail, name])
        done.add(name)

    for name in sorted(edges):
        visit(name, [])
    return found


def silent_rooms(source: Path) -> list[str]:
    """Rooms whose __init__ does not say what they are for and what they never do."""
    found = []
    for room in sorted(FLOOR):
        folder = source.joinpath(*room.split("."))
        if not folder.is_dir():
            continue
        init = folder / "__init__.py"
        text = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) if init.is_file() else None
        if not text or len(text.split()) < 12:
            found.append(room)
    return found


SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b|\bsqlalchemy\b|\bsqlite3\b")
PIXELS = re.compile(r"^\s*(import|from) (numpy|imagecodecs|PIL|rle)\b", re.MULTILINE)


def thick_doors(source: Path) -> list[str]:
    """Door files that hold SQL or work on pixels themselves."""
    return [
        f"{path}: {pattern.pattern}"
        for path in sorted((source / "doors").rglob("*.py"))
        for pattern in (SQL, PIXELS)
        if pattern.search(path.read_text(encoding="utf-8"))
    ]


def test_rooms_import_only_downward() -> None:
    assert upward(SOURCE) == []


def test_there_are_no_circles() -> None:
    assert circles(SOURCE) == []


def test_every_room_says_what_it_is_for() -> None:
    assert silent_rooms(SOURCE) == []


def test_doors_hold_no_sql_and_no_pixel_code() -> None:
    assert thick_doors(SOURCE) == []


# The guards themselves: each must go red when the house is broken.


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for room in ("model", "query", "doors/dimse", "doors/dicomweb"):
        folder = tmp_path / room
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text('"""' + "word " * 12 + '"""\n')
    return tmp_path


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("model/query.py", "from readingroom.query import QueryEngine"),
        ("model/query.py", "import readingroom.query.engine"),
        ("model/query.py", "from readingroom import query"),
        ("model/query.py", "from ..query import engine"),
        ("model/query.py", "if TYPE_CHECKING:\n    from readingroom.query import QueryEngine"),
        ("doors/dimse/find_scp.py", "from readingroom.doors.dicomweb import qido"),
        ("doors/dimse/find_scp.py", "from readingroom.doors import dicomweb"),
        ("doors/dimse/find_scp.py", "from ..dicomweb import qido"),
        ("query/engine.py", "from readingroom.cellar import wine"),
    ],
)
def test_the_floor_guard_goes_red(house: Path, place: str, line: str) -> None:
    assert upward(house) == []
    (house / place).write_text(line + "\n")
    assert len(upward(house)) == 1


def test_the_circle_guard_goes_red(house: Path) -> None:
    (house / "query" / "a.py").write_text("from .b import B\n")
    (house / "query" / "b.py").write_text("from .c import C\n")
    assert circles(house) == []
    (house / "query" / "c.py").write_text("if TYPE_CHECKING:\n    from . import a\n")
    assert circles(house) == ["query.a -> query.b -> query.c -> query.a"]


def test_the_room_guard_goes_red(house: Path) -> None:
    assert silent_rooms(house) == []
    (house / "query" / "__init__.py").write_text('"""Query."""\n')
    assert silent_rooms(house) == ["query"]


@pytest.mark.parametrize(
    "line", ["from sqlalchemy import text", 'run("SELECT uid FROM study")', "import numpy as np"]
)
def test_the_door_guard_goes_red(house: Path, line: str) -> None:
    assert thick_doors(house) == []
    (house / "doors" / "dimse" / "find_scp.py").write_text(line + "\n")
    assert len(thick_doors(house)) == 1
