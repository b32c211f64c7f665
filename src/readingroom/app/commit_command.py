"""The commands about stored instances that other nodes answer for or want to know of: commit, notify."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Group, Parameter

from readingroom.errors import Invalid, NotFound
from readingroom.model import Selection, StoredInstance

from . import settings as configuration
from .logs import configure
from .options import DEFAULT_DATA, Data, SettingsFile, out
from .settings import Settings
from .wiring import certificates_of, command_hooks, open_database

if TYPE_CHECKING:
    from readingroom.exchange import Ourselves
    from readingroom.index import Database

_WHAT = Group("What")
NodeWord = Annotated[str, Parameter(help="A known node's name.")]
Uids = Annotated[tuple[str, ...], Parameter(group=_WHAT, negative="", help="Its UID. Again for more.")]


def add_to(app: App) -> None:
    """Make the commands known."""
    app.command(commit)
    app.command(notify_, name="notify")


def commit(
    node: NodeWord,
    *,
    study: Uids = (),
    series: Uids = (),
    instance: Uids = (),
    stay: Annotated[float, Parameter(help="Seconds our association is kept open for the report.")] = 10.0,
    wait: Annotated[float, Parameter(help="Seconds to wait for the report in all.")] = 60.0,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Ask a node to answer for instances that are stored here and that it has been sent.

    Its report may also come on an association of its own, to our running server. Ends with 0 when all
    instances are committed there. In use: readingroom commit archive --study 1.2.840.1
    """
    from readingroom.exchange import FAILURE_REASONS, NOT_MENTIONED, request_commitment
    from readingroom.index.commitments import ANSWERED, SopReference
    from readingroom.nodes import NodeBook
    from readingroom.standard.statuses import status_words

    configure("error", "commit")
    loaded = configuration.load(data, file=settings)
    with open_database(loaded) as database:
        stored = _selected(database, study, series, instance)
        row = request_commitment(
            database,
            _ourselves(loaded),
            NodeBook(database).find(node),
            [SopReference(one.sop_class_uid, one.ref.sop_instance_uid) for one in stored],
            stay_seconds=stay,
            wait_seconds=wait,
        )
    out.print(f"Transaction {row.transaction_uid}, {len(row.instances)} instances")
    if row.state != ANSWERED:
        out.print(f"{node} has not reported yet; our server takes its report when it comes.")
        sys.exit(1)
    for failure in row.failures:
        if failure.reason == NOT_MENTIONED:
            words = "the report does not name it"
        elif failure.reason in FAILURE_REASONS:
            words = f"{failure.reason:04X}H {FAILURE_REASONS[failure.reason]}"
        else:
            words = status_words("N-EVENT-REPORT", failure.reason)
        out.print(f"not committed  {failure.sop_instance_uid}  {words}", soft_wrap=True)
    out.print(f"{len(row.instances) - len(row.failures)} committed by {node}, {len(row.failures)} not")
    sys.exit(1 if row.failures else 0)


def notify_(
    node: NodeWord,
    *,
    study: Uids = (),
    series: Uids = (),
    instance: Uids = (),
    availability: Annotated[str, Parameter(help="ONLINE, NEARLINE, OFFLINE or UNAVAILABLE.")] = "ONLINE",
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Tell a node how stored instances can be had from us (Instance Availability Notification).

    In use: readingroom notify worklist --study 1.2.840.1 --availability NEARLINE
    """
    from readingroom.exchange import Availability, notices_of, notify
    from readingroom.nodes import NodeBook

    configure("error", "notify")
    loaded = configuration.load(data, file=settings)
    try:
        said = Availability(availability.upper())
    except ValueError:
        raise Invalid(
            f"{availability!r} is none of {', '.join(one.value for one in Availability)}."
        ) from None
    with open_database(loaded) as database:
        stored = _selected(database, study, series, instance)
        notices = notices_of(stored, said, loaded.dicom.ae_title)
        notify(_ourselves(loaded), NodeBook(database).find(node), notices)
    out.print(f"{node} knows that {len(stored)} instances are {said.value}")


def _selected(
    database: Database, study: tuple[str, ...], series: tuple[str, ...], instance: tuple[str, ...]
) -> list[StoredInstance]:
    """The instances that are meant. Raises Invalid when none are named, NotFound when none are here."""
    from readingroom.index import select_instances

    selection = Selection((), study, series, instance)
    if selection.is_empty:
        raise Invalid("Say which: --study, --series or --instance.")
    with database.reading() as connection:
        found = select_instances(connection, selection)
    if not found:
        raise NotFound("Nothing of that is stored here.")
    return found


def _ourselves(settings: Settings) -> Ourselves:
    from readingroom.exchange import Ourselves

    dicom = settings.dicom
    return Ourselves(
        dicom.ae_title,
        dicom.max_pdu,
        associate_seconds=dicom.associate_seconds,
        tls=certificates_of(settings).client,
        hooks=command_hooks(settings),
    )
