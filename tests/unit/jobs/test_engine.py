"""Jobs are done once, go on after kill -9, rest, fail, are cancelled, restarted, and wait for their turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.errors import Conflict, NotFound
from readingroom.index import Database, events
from readingroom.jobs import JobBook
from readingroom.model import ItemState, Job, JobState, NewJob, Priority
from tests.kit.ports import wait_until

ROOT = Path(__file__).parents[3]


class Worker:
    """The process of worker.py over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, first_rest: float = 0.2) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.jobs.worker", str(self.folder), str(first_rest)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        )

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30.0)

    def traces(self, subject: str) -> list[str]:
        path = self.folder / f"{subject}.txt"
        return path.read_text().split() if path.exists() else []


@pytest.fixture
def book(tmp_path: Path) -> Iterator[JobBook]:
    with Database(tmp_path / "index.sqlite") as database:
        database.migrate()
        yield JobBook(database)


@pytest.fixture
def worker(tmp_path: Path, book: JobBook) -> Iterator[Worker]:
    running = Worker(tmp_path)
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end(signal.SIGKILL)


def numbers(subject: str, count: int, **parameters: str) -> NewJob:
    return NewJob("numbers", subject=subject, parameters={"count": str(count), **parameters})


def over(book: JobBook, number: int, seconds: float = 60.0) -> Job:
    wait_until(lambda: book.find(number).state.is_over, seconds, f"job {number} is over")
    return book.find(number)


def test_a_job_is_done_item_by_item(book: JobBook, worker: Worker) -> None:
    job = over(book, book.order(numbers("all", 30)))
    assert (job.state, job.total, job.counts[ItemState.DONE]) == (JobState.DONE, 30, 30)
    assert worker.traces("all") == [f"{number}" for number in range(30)]
    assert 0 < job.created <= job.started <= job.ended
    assert over(book, book.order(numbers("none", 0))).words == "There was nothing to do."


def test_after_kill_9_it_goes_on_where_it_was(book: JobBook, worker: Worker) -> None:
    """An item whose end had not been written yet may be done twice; none is lost or done thrice."""
    number = book.order(numbers("killed", 400))
    for stop in (60, 200):
        wait_until(lambda stop=stop: len(worker.traces("killed")) > stop, 60.0, f"{stop} items are done")
        worker.end(signal.SIGKILL)
        assert book.find(number).state is JobState.RUNNING
        worker.start()
    job = over(book, number)
    assert (job.state, job.counts[ItemState.DONE], job.run) == (JobState.DONE, 400, 1)
    counts = Counter(worker.traces("killed"))
    assert set(counts) == {f"{number}" for number in range(400)}
    assert max(counts.values()) <= 3
    assert sum(counts.values()) < 400 + 2 * 150, "it began anew instead of going on"


def test_a_clean_end_is_quick_and_loses_nothing(book: JobBook, worker: Worker) -> None:
    number = book.order(numbers("stopped", 200))
    wait_until(lambda: len(worker.traces("stopped")) > 30, 60.0, "it works")
    assert worker.end(signal.SIGTERM) == 0
    done = len(worker.traces("stopped"))
    assert book.find(number).counts[ItemState.DONE] == done < 200
    worker.start()
    assert over(book, number).state is JobState.DONE
    assert Counter(worker.traces("stopped")) == Counter(f"{number}" for number in range(200))


def test_failures_are_told_one_by_one_and_tried_again(book: JobBook, worker: Worker) -> None:
    number = book.order(numbers("partly", 10, bad="3,7"))
    job = over(book, number)
    assert (job.state, job.words) == (JobState.FAILED, "2 of 10 could not be done.")
    failed = book.items(number, [ItemState.FAILED])
    assert [(item.key, item.words) for item in failed] == [("3", "It is bad."), ("7", "It is bad.")]
    assert book.counts()["alerts"] == 1
    book.see([number])
    assert book.counts()["alerts"] == 0
    (worker.folder / "mended").touch()
    book.restart(number)
    wait_until(lambda: book.find(number).state is JobState.DONE, 60.0, "the second run is over")
    job = book.find(number)
    assert (job.run, job.counts[ItemState.DONE], job.counts[ItemState.FAILED]) == (2, 10, 0)
    assert sorted(worker.traces("partly"), key=int) == [f"{number}" for number in range(10)]


def test_what_passes_is_tried_again_and_then_given_up(book: JobBook, worker: Worker) -> None:
    number = book.order(NewJob("away", node="FAR"))
    wait_until(lambda: book.find(number).state is JobState.RESTING, 30.0, "it rests")
    assert book.find(number).words == "Nobody answers."
    assert book.find(number).next_try > 0
    job = over(book, number)
    assert (job.state, job.words) == (JobState.FAILED, "Tried 4 times. Nobody answers.")
    assert [(item.key, item.words) for item in book.items(number)] == [("one", "Nobody answers.")]
    assert (worker.folder / "tries.txt").read_text() == "xxxx"
    (worker.folder / "there").touch()
    book.restart(number)
    wait_until(lambda: book.find(number).state is JobState.DONE, 30.0, "it is done at last")


def test_other_errors_end_it_at_once(book: JobBook, worker: Worker) -> None:
    job = over(book, book.order(numbers("broken", 1, broken="yes")))
    assert (job.state, job.words) == (JobState.FAILED, "This cannot be understood.")
    job = over(book, book.order(NewJob("unheard of")))
    assert job.words == "This program knows no jobs of the kind unheard of."
    job = over(book, book.order(NewJob("numbers", parameters={"count": "many"})))
    assert "ValueError" in job.words
    assert job.state is JobState.FAILED


def test_a_job_that_rests_is_tried_now_when_somebody_asks(book: JobBook, worker: Worker) -> None:
    worker.end(signal.SIGKILL)
    worker.start(first_rest=500.0)
    number = book.order(NewJob("away", node="FAR"))
    wait_until(lambda: book.find(number).state is JobState.RESTING, 30.0, "it rests")
    worker.end(signal.SIGKILL)
    worker.start(first_rest=500.0)
    (worker.folder / "there").touch()
    with pytest.raises(Conflict):
        book.restart(book.order(numbers("late", 100000)))
    assert book.find(number).state is JobState.RESTING, "it rests on after kill -9"
    book.restart(number)
    assert over(book, number).state is JobState.DONE
    assert (worker.folder / "tries.txt").read_text() == "xx"


def test_jobs_that_rest_wait_for_a_place_at_their_node_and_hold_none(book: JobBook, worker: Worker) -> None:
    """FAR is slow: its other jobs wait, 300 of them, one after its rest; OTHER need not wait for them."""
    away = book.order(NewJob("away", node="FAR"))
    wait_until(lambda: book.find(away).state is JobState.RESTING, 30.0, "it rests")
    parameters = {"count": "2000", "seconds": "0.05"}
    slow = book.order(NewJob("numbers", "FAR", "slow", parameters, Priority.HIGH))
    wait_until(lambda: book.find(slow).state is JobState.RUNNING, 30.0, "the slow one runs")
    tries = len((worker.folder / "tries.txt").read_text())
    for _ in range(300):
        book.order(NewJob("away", "FAR"))
    elsewhere = book.order(NewJob("numbers", "OTHER", "elsewhere", {"count": "1"}))
    assert over(book, elsewhere).state is JobState.DONE
    assert book.find(slow).state is JobState.RUNNING
    assert len((worker.folder / "tries.txt").read_text()) == tries, "two jobs at once for one node"
    (worker.folder / "there").touch()
    book.cancel(slow)
    assert over(book, away).state is JobState.DONE


def test_the_event_log_is_told_of_a_job_that_is_cancelled_before_it_runs(book: JobBook) -> None:
    number = book.order(NewJob("away", node="FAR", ordered_by="somebody"))
    book.cancel(number)
    assert book.find(number).state is JobState.CANCELLED
    with book._database.reading() as connection:
        (told,) = events.newest(connection, 10)
    assert (told.kind, told.peer, told.subject, told.outcome) == ("job", "FAR", str(number), "warning")
    assert told.sentence == f"Job {number}, away, cancelled: 0 of 0 done."
    assert told.facts["by"] == "somebody"


def test_cancelling_stops_soon_and_keeps_what_is_done(book: JobBook, worker: Worker) -> None:
    number = book.order(numbers("cancelled", 5000))
    wait_until(lambda: len(worker.traces("cancelled")) > 10, 30.0, "it works")
    book.cancel(number)
    job = over(book, number, 20.0)
    assert job.state is JobState.CANCELLED
    assert job.counts[ItemState.DONE] == len(worker.traces("cancelled")) < 5000
    with pytest.raises(Conflict, match="is over"):
        book.cancel(number)
    with pytest.raises(NotFound):
        book.cancel(12345)


def test_a_node_has_one_job_at_a_time_and_the_urgent_one_next(book: JobBook, worker: Worker) -> None:
    def order(subject: str, priority: Priority) -> int:
        parameters = {"count": "20", "seconds": "0.05"}
        return book.order(NewJob("numbers", "PACS", subject, parameters, priority))

    first = order("first", Priority.NORMAL)
    wait_until(lambda: book.find(first).state is JobState.RUNNING, 30.0, "the first runs")
    low, normal, high = (order(str(p), p) for p in (Priority.LOW, Priority.NORMAL, Priority.HIGH))
    book.prioritise(low, Priority.HIGH)
    elsewhere = book.order(NewJob("numbers", "OTHER", "elsewhere", {"count": "1"}))
    assert over(book, elsewhere).ended < over(book, first).ended, "another node need not wait"
    ended = {number: over(book, number) for number in (low, normal, high)}
    assert ended[low].started < ended[high].started < ended[normal].started
    assert ended[low].ended <= ended[high].started + 0.5
    assert ended[high].ended <= ended[normal].started + 0.5
    with pytest.raises(Conflict):
        book.restart(book.order(numbers("late", 100000)))
