"""An index of a million studies, made without objects: what a list of studies is asked of.

Rows are written as the indexer writes them (names, words and attributes by its own functions), but in bulk.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from readingroom.index import Database
from readingroom.index.adding import study_columns
from readingroom.index.wording import study_words
from readingroom.model import Attribute

FAMILIES = 4000
_GIVEN = ("Anna", "Ben", "Clara", "Daniel", "Elif", "Fatou", "Goran", "Hugo", "Ines", "Jana", "Karim", "Lena")
_HEADS = ("Ka", "Mo", "Schnei", "Pe", "Ro", "Lind", "Ok", "Ga", "Hof", "Wal", "Be", "Du", "Sza", "Vi", "Zie")
_MIDDLES = ("ren", "mar", "lo", "der", "tro", "quist", "on", "be", "ner", "ti", "sko", "van", "hu", "ge")
_TAILS = ("son", "mann", "ski", "wo", "es", "berg", "feld", "ova", "ini", "ez", "er", "ström", "dottir", "i")
_KINDS = (
    ("CT",),
    ("CT",),
    ("MR",),
    ("MR",),
    ("DX",),
    ("DX",),
    ("CR",),
    ("US",),
    ("MG",),
    ("PT", "CT"),
    ("XA",),
)
_REGIONS = ("HEAD", "CHEST", "ABDOMEN", "PELVIS", "KNEE", "HIP", "SPINE", "HEART", "BREAST", "HAND")
_WORDS = (
    "plain",
    "with contrast",
    "follow-up",
    "screening",
    "trauma",
    "stroke protocol",
    "post-op",
    "control",
)
_SOURCES = ("CT1", "CT2", "MR1", "MR2", "DX1", "DX2", "US1", "MG1", "PETCT", "CATHLAB", "CITY", "TELERAD")
_FIRST_DAY = date(2006, 1, 1)
_DAYS = 7600
_BATCH = 20_000


def fill(path: Path, studies: int, seed: int = 11) -> None:
    """Write so many studies, of a quarter as many patients, into a new index."""
    with Database(path) as database:
        database.migrate()
    # Indexes and full text are made when all is there: row by row takes ten times as long.
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        run = connection.execute
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000"):
            run(f"PRAGMA {pragma}")
        later = run(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ('study', 'patient') "
            "AND type IN ('index', 'trigger') AND sql IS NOT NULL"
        ).fetchall()
        for kind, name, _ in later:
            run(f"DROP {kind} {name}")
        run("BEGIN")
        for batch in _batches(_rows(random.Random(seed), studies), _BATCH):
            _write(connection, batch)
        run("INSERT INTO study_search(study_search) VALUES ('rebuild')")
        for _, _, made_by in later:
            run(made_by)
        run("COMMIT")
        run("PRAGMA journal_mode=WAL")


def _write(connection: sqlite3.Connection, batch: list[dict[str, Any]]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO patient (id, key, patient_id, name_alphabetic, attributes) "
        "VALUES (?,?,?,?,'{}')",
        [(r["patient_pk"], f"|{r['patient_id']}", r["patient_id"], r["name_alphabetic"]) for r in batch],
    )
    names = list(batch[0])
    connection.executemany(
        f"INSERT INTO study ({','.join(names)}) VALUES ({','.join('?' * len(names))})",  # noqa: S608
        [tuple(r.values()) for r in batch],
    )
    connection.executemany(
        "INSERT INTO study_modality VALUES (?,?,?,?)",
        [
            (kind, r["study_date"], r["study_time"], r["id"])
            for r in batch
            for kind in r["modalities"].split("\\")
        ],
    )


def family(number: int) -> str:
    """One of the family names, by its number."""
    head, rest = number % len(_HEADS), number // len(_HEADS)
    middle, rest = rest % len(_MIDDLES), rest // len(_MIDDLES)
    return (
        _HEADS[head] + _MIDDLES[middle] + _TAILS[rest % len(_TAILS)] + ("" if rest < len(_TAILS) else "-Roy")
    )


def _rows(chance: random.Random, studies: int) -> Iterator[dict[str, Any]]:
    for number in range(1, studies + 1):
        owner = chance.randrange(studies // 4 + 1)
        # Most studies come when they are made; some years are brought over from elsewhere, out of order.
        day = chance.randrange(_DAYS) if number % 5 == 0 else number * _DAYS // (studies + 1)
        yield _row(number, owner, _FIRST_DAY + timedelta(day), chance)


def _row(number: int, owner: int, day: date, chance: random.Random) -> dict[str, Any]:
    kinds, region = chance.choice(_KINDS), chance.choice(_REGIONS)
    born = date(1930, 1, 1) + timedelta(owner * 7919 % 33000)
    patient = {
        0x00100010: Attribute("PN", (f"{family(owner * 31 % FAMILIES)}^{_GIVEN[owner % len(_GIVEN)]}",)),
        0x00100020: Attribute("LO", (f"P{owner:07d}",)),
        0x00100030: Attribute("DA", (f"{born:%Y%m%d}",)),
        0x00100040: Attribute("CS", ("MFO"[owner % 3 % 2],)),
    }
    time = f"{chance.randrange(7, 20):02d}{chance.randrange(60):02d}{chance.randrange(60):02d}"
    study = {
        0x0020000D: Attribute("UI", (f"2.25.{10**12 + number}",)),
        0x00080020: Attribute("DA", (f"{day:%Y%m%d}",)),
        0x00080030: Attribute("TM", (time,)),
        0x00080050: Attribute("SH", (f"A{number:08d}",)),
        0x00200010: Attribute("SH", (str(number % 1000),)),
        0x00081030: Attribute("LO", (f"{region.title()} {chance.choice(_WORDS)}",)),
        0x00080090: Attribute("PN", (f"{family(number * 17 % 300)}^{_GIVEN[number % len(_GIVEN)]}",)),
    }
    received = (day - date(1970, 1, 1)).days * 86400.0 + number % 86400
    row = study_columns(patient, study) | {
        "id": number,
        "uid": f"2.25.{10**12 + number}",
        "patient_pk": owner + 1,
        "modalities": "\\".join(kinds),
        "body_parts": region,
        "sop_classes": "1.2.840.10008.5.1.4.1.1.2",
        "source": chance.choice(_SOURCES),
        "series_count": chance.randrange(1, 12),
        "instance_count": chance.randrange(1, 2000),
        "received_first": received,
        "received_last": received,
    }
    return row | {"words": study_words(row)}


def _batches(rows: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
