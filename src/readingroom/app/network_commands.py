"""The commands that call other nodes: echo, find, get, move, fetch, store. docs/nodes.md."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from readingroom.errors import Invalid, NotFound, ReadingRoomError
from readingroom.exchange import (
    ArchiveKeeper,
    Failure,
    Fetched,
    Files,
    FolderKeeper,
    Keeper,
    fetch,
    find,
    move,
    question,
    read_file,
    read_key,
    send,
    usual_keys,
)
from readingroom.model import (
    Key,
    Level,
    Node,
    OnStoreFailure,
    RetrieveBy,
    Selection,
    StoredInstance,
)
from readingroom.standard import levels

from .calling_options import AS_SET, CALLING, UNNAMED, Call, Keys, NodeWord, Uids, node_of
from .node_options import NodeOptions, chosen
from .options import err, out
from .results import end, print_json, print_matches, progress, shown, usual_columns
from .wiring import build

_STUDY, _SERIES, _IMAGE = (levels.UNIQUE_KEY[level] for level in (Level.STUDY, Level.SERIES, Level.IMAGE))
_QUERY_LEVEL = 0x00080052  # as a key, DCMTK's way to say the level


def add_to(app: App) -> None:
    """Make the commands known."""
    for command in (echo, find_, get_, move_, fetch_, store):
        app.command(command, name=command.__name__.rstrip("_"))


def echo(
    node: Annotated[
        str, Parameter(help="A known node's name, AE@HOST:PORT, or the host when a port follows.")
    ],
    port: Annotated[int | None, Parameter(help="Port; needs --called.")] = None,
    *,
    called: Annotated[str, Parameter(group=CALLING, help="AE title of HOST PORT.")] = "ANY-SCP",
    call: Call = AS_SET,
) -> None:
    """Send a C-ECHO and say what came back.

    In use: readingroom echo PACS@pacs.local:104
    """
    from readingroom.standard.sop_classes import VERIFICATION
    from readingroom.standard.transfer_syntaxes import IMPLICIT_LE

    loaded = call.load()
    if port is not None:
        whom = Node(node, called, node, port)
    else:
        whom = node_of(loaded, node)
    with call.us(loaded).requestor(call.patient(whom), [(VERIFICATION, (IMPLICIT_LE,))]).open() as assoc:
        status = assoc.echo().status
    out.print(f"{whom.ae_title} at {whom.host}:{whom.port} answered {status:04X}H")
    sys.exit(0 if status == 0 else 1)


def find_(
    node: NodeWord,
    *,
    key: Keys = (),
    level: Annotated[str, Parameter(help="patient, study, series or image.")] = "study",
    model: Annotated[str, Parameter(help="Root of the information model: study or patient.")] = "study",
    limit: Annotated[int | None, Parameter(help="Stop (C-CANCEL) after so many answers.")] = None,
    offset: Annotated[int, Parameter(help="Pass over so many answers first.")] = 0,
    only: Annotated[bool, Parameter(negative="", help="Ask back nothing but the keys given.")] = False,
    relational: Annotated[
        bool, Parameter(negative="", help="One question as it is, no drilling down from the study.")
    ] = False,
    wildcard: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            help="Keyword of a key to ask with * around its value; search-box for the usual four.",
        ),
    ] = (),
    charset: Annotated[str | None, Parameter(help="Specific Character Set of the question.")] = None,
    json: Annotated[bool, Parameter(negative="", help="DICOM JSON (PS3.18 F) instead of a table.")] = False,
    call: Call = AS_SET,
) -> None:
    """Ask a node (C-FIND).

    In use:

    readingroom find pacs -k "PatientName=DOE*" -k StudyDate=20240101-20241231

    readingroom find PACS@10.0.0.7:104 --level series -k PatientID=4711 -k Modality=CT --json

    A level below is reached by asking from the study down. What goes to a pipe is separated by tabs.
    """
    loaded = call.load()
    whom = call.patient(node_of(loaded, node))
    fields = chosen(NodeOptions(wildcard=wildcard or None, query_charset=charset))
    said = [read_key(word).values for word in key if read_key(word).path == (_QUERY_LEVEL,)]
    at = _level(said[-1][0] if said and said[-1] else level)
    key = tuple(word for word in key if read_key(word).path != (_QUERY_LEVEL,))
    asked = question(at, key, returned=() if only else usual_keys(at))
    asked = dataclasses.replace(asked, limit=limit, offset=offset)
    if model.lower() not in ("study", "patient"):
        raise Invalid(f"{model!r} is no root of an information model: study or patient.")
    matches = find(
        call.us(loaded),
        dataclasses.replace(whom, **fields),
        asked,
        patient_root=model.lower() == "patient",
        relational=relational,
    )
    if json:
        print_json(matches)
    else:
        wanted = [read_key(word).path[0] for word in key]
        print_matches(list(matches), wanted if only else [*wanted, *usual_columns(at, wanted)])


def get_(
    node: NodeWord,
    *,
    uids: Uids = UNNAMED,
    key: Keys = (),
    output: Annotated[
        Path | None, Parameter(name=("--output", "-od"), help="Write files into this folder instead.")
    ] = None,
    call: Call = AS_SET,
) -> None:
    """Fetch by C-GET into our archive, or into a folder; only what is missing there comes.

    In use:

    readingroom get pacs --study 1.2.840.1.2.3

    readingroom get PACS@10.0.0.7:104 -k PatientID=4711 -k ModalitiesInStudy=CT --output ct
    """
    task = _Task(call, node)
    task.fetch(uids, key, RetrieveBy.GET, output)


def move_(
    node: NodeWord,
    *,
    uids: Uids = UNNAMED,
    key: Keys = (),
    to: Annotated[
        str | None,
        Parameter(name=("--to", "-aem"), help="AE title to send it to, which the node must know [ours]."),
    ] = None,
    call: Call = AS_SET,
) -> None:
    """Have a node send by C-MOVE to us, or to another AE title.

    In use:

    readingroom move pacs --study 1.2.840.1.2.3

    readingroom move pacs --study 1.2.840.1.2.3 --to WORKSTATION

    The node must know the AE title and its address. To us, only what is missing comes, and our server
    (`readingroom serve`) must run to take it.
    """
    task = _Task(call, node)
    if to is None or to == task.us.ae_title:
        task.fetch(uids, key, RetrieveBy.MOVE, None)
    selection = task.selection(uids, key)
    with progress("Moving") as (report, is_cancelled):
        moved = move(task.us, task.node, selection, to or "", report=report, is_cancelled=is_cancelled)
    end(f"{moved.arrived} sent to {to}", moved.failures, moved.cancelled)


def fetch_(
    node: NodeWord,
    *,
    uids: Uids = UNNAMED,
    key: Keys = (),
    call: Call = AS_SET,
) -> None:
    """Fetch into our archive as is set for the node: by C-GET or by C-MOVE.

    See `get` and `move`.
    """
    task = _Task(call, node)
    task.fetch(uids, key, None, None)


def store(
    node: NodeWord,
    *paths: Path,
    uids: Uids = UNNAMED,
    retries: Annotated[
        int, Parameter(help="Send again what failed for out of resources (A7xx) or the network.")
    ] = 0,
    pause: Annotated[float, Parameter(help="Seconds before each retry.")] = 10.0,
    abort: Annotated[
        bool | None, Parameter(negative="", help="Stop at the first object that is refused.")
    ] = None,
    one_each: Annotated[
        bool | None, Parameter(negative="", help="A new association for each object.")
    ] = None,
    call: Call = AS_SET,
) -> None:
    """Send files and folders, or studies of our archive (C-STORE).

    In use:

    readingroom store pacs scan/ extra.dcm

    readingroom store PACS@10.0.0.7:104 --study 1.2.840.1.2.3 --retries 3

    Objects go as they are where the node takes that, else uncompressed.
    """
    loaded = call.load()
    whom = call.patient(node_of(loaded, node))
    if abort:
        whom = dataclasses.replace(whom, on_store_failure=OnStoreFailure.ABORT)
    if one_each:
        whom = dataclasses.replace(whom, one_association_per_object=True)
    selection = Selection((), uids.study, uids.series, uids.instance)
    if selection.is_empty == (not paths):
        raise Invalid("Name files or folders to send, or --study, --series or --instance; not both.")
    house = None if paths else build(loaded, "import")
    try:
        unreadable: list[Failure] = []
        if house is None:
            instances = list(_described(paths, unreadable))
        else:
            instances = house.archive.instances(selection)
        if not instances and not unreadable:
            raise NotFound("There is nothing like that to send.")
        with progress("Sending", len(instances)) as (report, is_cancelled):
            sent = send(
                call.us(loaded),
                whom,
                Files() if house is None else house.archive,
                instances,
                retries=retries,
                pause=pause,
                report=report,
                is_cancelled=is_cancelled,
            )
    finally:
        if house is not None:
            house.close()
    for warning in sent.warnings:
        err.print(f"[yellow]warning[/yellow] {warning.uid}: {shown(warning.words)}", soft_wrap=True)
    failures = [*unreadable, *sent.failures]
    failures += [Failure(uid, "not sent") for uid in sent.untried]
    end(f"{sent.stored} of {len(instances) + len(unreadable)} stored", failures, sent.cancelled)


class _Task:
    """One command that fetches."""

    def __init__(self, call: Call, node: str) -> None:
        self._settings = call.load()
        self.us = call.us(self._settings)
        self.node = call.patient(node_of(self._settings, node))

    def selection(self, named: Uids, words: Sequence[str]) -> Selection:
        """What the options name; with other keys than UIDs, the studies that the node finds by them."""
        keys = [read_key(word) for word in words]
        uids = {_STUDY: list(named.study), _SERIES: list(named.series), _IMAGE: list(named.instance)}
        others: list[Key] = []
        for key in keys:
            if key.tag in uids and len(key.path) == 1:
                uids[key.tag] += key.values
            elif key.values:
                others.append(key)
        if others:
            others += [Key((_STUDY,), "UI", tuple(uids[_STUDY]))] if uids[_STUDY] else []
            asked = question(Level.STUDY, others)
            found = find(self.us, self.node, asked)
            uids[_STUDY] = [
                str(match.attributes[_STUDY].first) for match in found if _STUDY in match.attributes
            ]
            if not uids[_STUDY]:
                raise NotFound(f"{self.node.name} has no such study.")
        return Selection((), tuple(uids[_STUDY]), tuple(uids[_SERIES]), tuple(uids[_IMAGE]))

    def fetch(self, named: Uids, words: Sequence[str], by: RetrieveBy | None, folder: Path | None) -> None:
        """Fetch, print the result, and end the program."""
        selection = self.selection(named, words)
        if folder is not None:
            fetched = self._run(FolderKeeper(folder), selection, by)
        else:
            house = build(self._settings, "import")
            try:
                fetched = self._run(ArchiveKeeper(house.archive), selection, by)
            finally:
                house.close()
        said = f"{fetched.arrived} arrived, {fetched.present} were here"
        if fetched.skipped:
            said += f", {fetched.skipped} skipped"
        end(said, fetched.failures, fetched.cancelled)

    def _run(self, keeper: Keeper, selection: Selection, by: RetrieveBy | None) -> Fetched:
        with progress("Fetching") as (report, is_cancelled):
            return fetch(
                self.us, self.node, keeper, selection, by=by, report=report, is_cancelled=is_cancelled
            )


def _level(word: str) -> Level:
    try:
        return Level["IMAGE" if word.upper() == "INSTANCE" else word.upper()]
    except KeyError:
        raise Invalid(f"{word!r} is no level: patient, study, series or image.") from None


def _described(paths: Sequence[Path], unreadable: list[Failure]) -> Iterator[StoredInstance]:
    for path in paths:
        if not path.exists():
            raise NotFound(f"{path} does not exist.")
        files = sorted(entry for entry in path.rglob("*") if entry.is_file()) if path.is_dir() else [path]
        for file in files:
            try:
                yield read_file(file)
            except ReadingRoomError as error:
                unreadable.append(Failure(str(file), error.sentence))
