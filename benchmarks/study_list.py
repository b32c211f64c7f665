"""The study list of many studies: what a page, a count and a page far down cost, as the viewer asks them."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

import httpx

from tests.kit.server import RUNNING, RunningServer, cpu_seconds, descendants, running_server

from .many_studies import FAMILIES, family, fill
from .run import Session

GOAL_MS = 50.0
_ROUNDS = 12
_Question = dict[str, str]


def study_list(session: Session, studies: int = 1_000_000) -> None:
    """p50 and p95 by kind of question, over HTTP, one after the other; the goal is 50 ms."""
    folder = session.folder / "list"
    (folder / "data").mkdir(parents=True)
    start = time.perf_counter()
    fill(folder / "data" / "index.sqlite", studies)
    size = (folder / "data" / "index.sqlite").stat().st_size / 2**20
    print(f"{studies} studies filled in {time.perf_counter() - start:.0f} s, {size:.0f} MiB", flush=True)
    with running_server(folder, "--no-login") as server:
        ask_all(server, session.rounds)


def ask_all(server: RunningServer, rounds: int) -> None:
    """Every kind of question to a server that has the studies; prints a line each.

    Beside the time that passes: processor time of the server's processes for one question, which tells on a
    machine that does other things, too.
    """
    with httpx.Client(base_url=server.url, timeout=120.0) as http:
        _ask(http, "search", {})
        every: list[float] = []
        for kind, questions in _questions(rounds * _ROUNDS // 5).items():
            every += _measured(kind, http, "search", questions)
        _measured("page 50 by date, then further", http, "search", _deep(http, "-study_date"))
        _measured("page 50 by name, then further", http, "search", _deep(http, "patient_name"))
        for kind, questions in _questions(rounds).items():
            _measured(f"count: {kind}", http, "count", questions)
        print(f"\nall first pages: p50 {_at(every, 0.5):.1f} ms, p95 {_at(every, 0.95):.1f} ms")


def _questions(rounds: int) -> dict[str, list[_Question]]:
    chance = random.Random(5)

    def many(make: dict[str, str]) -> list[_Question]:
        return [
            {
                name: value.format(
                    family=family(chance.randrange(FAMILIES)).lower(),
                    number=f"{chance.randrange(10**6):06d}",
                    year=chance.randrange(2008, 2025),
                    month=f"{chance.randrange(1, 13):02d}",
                    born=chance.randrange(1935, 2015),
                )
                for name, value in make.items()
            }
            for _ in range(rounds)
        ]

    sorts = ("patient_name", "patient_id", "-study_description", "accession_number", "-modalities",
             "-number_of_instances", "-received_at", "referring_physician_name", "patient_birth_date",
             "body_parts", "source_ae_title")  # fmt: skip
    return {
        "everything, newest first": many({}),
        **{f"everything by {sort}": many({"sort": sort}) for sort in sorts},
        "one word, a name": many({"text": "{family}"}),
        "two words, name and kind": many({"text": "{family} mr"}),
        "three words": many({"text": "{family} ct {born}"}),
        "a word that many have": many({"text": "chest"}),
        "two words that many have": many({"text": "head contrast"}),
        "a word that nothing has": many({"text": "xq{family}zz"}),
        "accession number in the box": many({"text": "A00{number}"}),
        "name contains": many({"name": "{family}", "sort": "patient_name"}),
        "patient ID": many({"patient_id": "P0{number}"}),
        "birth date": many({"birth_date": "{born}0101-{born}0107"}),
        "modality": many({"modality": "MR"}),
        "modalities and a month": many({"modality": "CR,DX,XA", "date": "{year}{month}01-{year}{month}28"}),
        "a month by name": many({"date": "{year}{month}01-{year}{month}28", "sort": "patient_name"}),
        "a year by images": many({"date": "{year}0101-{year}1231", "sort": "-number_of_instances"}),
        "body part and modality by name": many(
            {"body_part": "knee", "modality": "MR", "sort": "patient_name"}
        ),
        "source": many({"source": "PETCT"}),
        "referrer": many({"referring": "{family}"}),
        "description": many({"description": "stroke"}),
        "name and a year": many({"text": "{family}", "date": "{year}0101-{year}1231"}),
    }


def _deep(http: httpx.Client, sort: str) -> Iterator[_Question]:
    """From the 50th page on: each page asks for the next."""
    cursor = ""
    for number in range(50 + _ROUNDS):
        asked = {"sort": sort, "limit": "100"} | ({"cursor": cursor} if cursor else {})
        if number >= 50:
            yield asked
        cursor = http.post("/api/studies/search", json=asked).json()["next"]


def _measured(
    kind: str, http: httpx.Client, verb: str, questions: list[_Question] | Iterator[_Question]
) -> list[float]:
    before = _processor_ms()
    times = [_ask(http, verb, question) for question in questions]
    mean = (_processor_ms() - before) / len(times)
    over = "  over the goal" if _at(times, 0.95) > GOAL_MS else ""
    print(
        f"{kind:38} p50 {_at(times, 0.5):7.1f} ms   p95 {_at(times, 0.95):7.1f} ms   "
        f"processor {mean:6.1f} ms{over}",
        flush=True,
    )
    return times


def _processor_ms() -> float:
    pids = [pid for server in RUNNING for pid in (server.pid, *descendants(server.pid))]
    return 1000 * sum(map(cpu_seconds, pids))


def _ask(http: httpx.Client, verb: str, question: _Question) -> float:
    start = time.perf_counter()
    answer = http.post(f"/api/studies/{verb}", json=question)
    seconds = time.perf_counter() - start
    answer.raise_for_status()
    return seconds * 1000


def _at(times: list[float], share: float) -> float:
    return (
        statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]
        if len(times) > 1
        else times[0]
    )


BY_LIST = {"study-list": study_list}
