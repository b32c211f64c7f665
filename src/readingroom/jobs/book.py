"""Orders and questions about jobs, from any process."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from readingroom.errors import Conflict, NotFound
from readingroom.index import Database, jobs
from readingroom.index.events import add_events
from readingroom.model import ItemState, Job, JobItem, JobState, NewJob, Priority

from .ending import ended


class JobBook:
    """The jobs of one index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def order(self, order: NewJob) -> int:
        """Keep an order durably; the number of the job that will do it."""
        with self._database.writing() as connection:
            return jobs.add_job(connection, order, time.time())

    def find(self, number: int) -> Job:
        """Raises NotFound."""
        with self._database.reading() as connection:
            found = jobs.find_job(connection, number)
        if found is None:
            raise NotFound(f"There is no job {number}.")
        return found

    def list(
        self,
        states: Iterable[JobState] = (),
        node: str = "",
        before: int | None = None,
        limit: int = 100,
        *,
        ordered_by: str = "",
    ) -> list[Job]:
        """The newest first. ordered_by: only theirs, empty for everybody's; so below."""
        with self._database.reading() as connection:
            return jobs.list_jobs(
                connection, states=states, node=node, ordered_by=ordered_by, before=before, limit=limit
            )

    def counts(self, *, ordered_by: str = "") -> dict[str, int]:
        """Jobs by state, and "alerts": failed ones nobody has looked at."""
        with self._database.reading() as connection:
            return jobs.count_jobs(connection, ordered_by)

    def items(
        self, number: int, states: Iterable[ItemState] = (), limit: int = 1000, offset: int = 0
    ) -> Sequence[JobItem]:
        """What became of the items. Raises NotFound."""
        self.find(number)
        with self._database.reading() as connection:
            return jobs.items_of(connection, number, states, limit=limit, offset=offset)

    def cancel(self, number: int) -> None:
        """End it soon; what is done stays done. Raises NotFound, Conflict when it is over.

        Of a job that ends by this at once the event log is told here; of others the engine tells it.
        """
        now = time.time()
        with self._database.writing() as connection:
            found = jobs.find_job(connection, number)
            if found is None:
                raise NotFound(f"There is no job {number}.")
            if found.state.is_over:
                raise Conflict(f"Job {number} is over.")
            if jobs.cancel_job(connection, number, now):
                add_events(connection, [ended(found, JobState.CANCELLED, "")])

    def restart(self, number: int) -> None:
        """Try again what failed or was left; what rests is tried now.

        Raises NotFound, Conflict when it waits for its turn or runs.
        """
        self.find(number)
        with self._database.writing() as connection:
            if jobs.hurry_job(connection, number, time.time()) or jobs.restart_job(connection, number):
                return
        raise Conflict(f"Job {number} is not over yet, and does not rest.")

    def prioritise(self, number: int, priority: Priority) -> None:
        """Change its turn. Raises NotFound."""
        self.find(number)
        with self._database.writing() as connection:
            jobs.prioritise_job(connection, number, priority)

    def see(self, numbers: Sequence[int], *, ordered_by: str = "") -> None:
        """These failures have been looked at."""
        with self._database.writing() as connection:
            jobs.see_jobs(connection, numbers, ordered_by)
