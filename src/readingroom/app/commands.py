"""The command line: `readingroom --help` teaches the rest."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from readingroom import __version__
from readingroom.access import Gate, Role
from readingroom.errors import Conflict, ReadingRoomError

from . import commit_command, deletion_commands, doctor_command, log_command, network_commands, node_options
from . import settings as configuration
from .job_commands import job
from .logs import configure
from .options import DEFAULT_DATA as _DEFAULT_DATA
from .options import Data, SettingsFile
from .options import err as _err
from .options import out as _out
from .rule_commands import rule
from .settings import Settings
from .wiring import build, open_database

app = App(
    name="readingroom",
    version=__version__,
    help="""Reading Room: image server, diagnostic viewer, node among nodes.

    Start with `readingroom demo`, or with `readingroom serve` and `readingroom node add`.
    Every command takes --data DIR. All settings: docs/settings.md.""",
)
user = App(name="user", help="Users of the viewer, DICOMweb and the API.")
token = App(name="token", help="API tokens, sent as `Authorization: Bearer TOKEN`.")
node = App(name="node", help="Known DICOM nodes: who may call us, and where C-MOVE may send to.")
app.command(user)
app.command(token)
app.command(node)
app.command(job)
app.command(rule)
network_commands.add_to(app)
commit_command.add_to(app)
log_command.add_to(app)
doctor_command.add_to(app)
deletion_commands.add_to(app)


def main() -> None:
    """Run the command line; what went wrong is one sentence on standard error and exit code 1."""
    try:
        app()
    except ReadingRoomError as error:
        _err.print(f"[red]{error.sentence}[/red]")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command
def serve(
    *,
    data: Data = _DEFAULT_DATA,
    settings: SettingsFile = None,
    http: Annotated[str | None, Parameter(help="HOST:PORT of the web server [127.0.0.1:8042].")] = None,
    dicom: Annotated[str | None, Parameter(help="HOST:PORT of the DICOM listener [127.0.0.1:11112].")] = None,
    ae_title: Annotated[str | None, Parameter(help="Our AE title [READINGROOM].")] = None,
    accept_any_ae: Annotated[
        bool | None, Parameter(negative="", help="Accept calling AE titles that are not known nodes.")
    ] = None,
    no_login: Annotated[
        bool | None, Parameter(negative="", help="Let everybody in without signing in.")
    ] = None,
) -> None:
    """Start the server: DICOM, DICOMweb and the viewer, until Ctrl C.

    On the first start a user `admin` is made and its password printed once.
    Example: readingroom serve --data /srv/images --http 0.0.0.0:8042 --dicom 0.0.0.0:11112
    """
    flags: dict[str, dict[str, Any]] = {"dicom": {}, "http": {}}
    for section, key, value in (
        ("http", "address", http),
        ("dicom", "address", dicom),
        ("dicom", "ae_title", ae_title),
        ("dicom", "accept_any_ae", accept_any_ae),
        ("http", "login", None if no_login is None else not no_login),
    ):
        if value is not None:
            flags[section][key] = value
    run_server(configuration.load(data, file=settings, flags=flags))


def run_server(settings: Settings, samples: Path | None = None) -> None:
    """Prepare the data folder, say where to go, and supervise until stopped."""
    from readingroom.archive import adopt_abandoned_slots

    from .process import make_ready
    from .supervisor import Supervisor

    configure(settings.log.level, "readingroom")
    make_ready()
    with open_database(settings) as database:
        adopted = adopt_abandoned_slots(database, settings.objects_path)
        if adopted:
            logging.getLogger("readingroom").warning(
                "%d objects that were received before an interruption are now in the index", adopted
            )
        password = _first_administrator(settings, Gate(database, settings.http.session_minutes * 60))
    if samples is not None:
        _import(settings, [samples], quiet=True)
    supervisor = Supervisor(settings)
    host, port = configuration.split_address(settings.http.address)
    shown = f"[{host}]" if ":" in host else host
    _out.print(f"Viewer      http://{'127.0.0.1' if host in ('0.0.0.0', '::') else shown}:{port}/")
    for listener in configuration.dicom_listeners(settings.dicom):
        with_tls = " with TLS" if listener.tls else ""
        _out.print(f"DICOM       {', '.join(listener.ae_titles)} at {listener.address}{with_tls}")
    _out.print(f"Data        {settings.data.resolve()}")
    if password:
        _out.print(f"First user  {settings.access.admin_name}   password  {password}")
    if not settings.http.login:
        _err.print(
            "[yellow]Login is off: whoever reaches the web address can see and change everything.[/yellow]"
        )
    if settings.dicom.accept_any_ae:
        _err.print("[yellow]Any calling AE title is accepted.[/yellow]")
    sys.stdout.flush()
    supervisor.run()


def _first_administrator(settings: Settings, gate: Gate) -> str | None:
    """Make the first user when there is none; returns a password that was made up, to be shown once."""
    if gate.users():
        return None
    given = settings.access.admin_password
    password = given or secrets.token_urlsafe(12)
    gate.add_user(settings.access.admin_name, password, "Administrator", frozenset({Role.ADMINISTRATOR}))
    return None if given else password


@app.command
def demo(
    *,
    data: Annotated[Path | None, Parameter(help="Folder to use; default: a new temporary one.")] = None,
    http: str = "127.0.0.1:8042",
    dicom: str = "127.0.0.1:11112",
) -> None:
    """Serve a small bundled sample, without login, to look around. Sources: app/samples/SOURCES.md."""
    import tempfile

    folder = data or Path(tempfile.mkdtemp(prefix="readingroom-demo-"))
    flags = {
        "http": {"address": http, "login": False},
        "dicom": {"address": dicom, "accept_any_ae": True},
    }
    run_server(configuration.load(folder, flags=flags), Path(__file__).parent / "samples")


@app.command(name="import")
def import_(*paths: Path, data: Data = _DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Take files and folders into the archive, also while the server runs."""
    configure("error", "import")
    loaded = configuration.load(data, file=settings)
    open_database(loaded).close()
    failed = _import(loaded, list(paths))
    sys.exit(1 if failed else 0)


def _import(settings: Settings, paths: list[Path], quiet: bool = False) -> int:
    from .importing import import_files

    files = list(_files(paths))
    house = build(settings, "import")
    counts: dict[str, int] = {}
    failures: list[tuple[Path, str]] = []
    bar = Progress(
        TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=_err, disable=quiet,
    )  # fmt: skip
    try:
        with bar:
            task = bar.add_task("import", total=len(files))
            for outcome in import_files(house.archive, files):
                bar.advance(task)
                counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
                if outcome.failure:
                    failures.append((outcome.path, outcome.failure))
    finally:
        house.close()
    if not quiet:
        for path, why in failures:
            _err.print(f"[red]not taken[/red] {path}: {why}", soft_wrap=True, markup=True)
        _out.print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "no files")
    return len(failures)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(entry for entry in path.rglob("*") if entry.is_file())
        elif path.exists():
            yield path
        else:
            raise Conflict(f"{path} does not exist.")


@app.command
def verify(
    *,
    data: Data = _DEFAULT_DATA,
    settings: SettingsFile = None,
    rebuild: Annotated[
        bool, Parameter(negative="", help="Forget the index of images and make it anew (server stopped).")
    ] = False,
) -> None:
    """Read every stored object again and compare it with its SHA-256 and the index."""
    from readingroom import archive
    from readingroom.blobs import LocalBlobs

    configure("error", "verify")
    loaded = configuration.load(data, file=settings)
    database = open_database(loaded)
    if rebuild:
        blobs = LocalBlobs.claim_all(loaded.objects_path)
        indexer = archive.Indexer(database, blobs)
        with Progress(TextColumn("Rebuilding {task.completed} objects"), console=_err) as bar:
            task = bar.add_task("rebuild", total=None)
            done, bad = archive.rebuild(database, blobs, indexer, lambda n: bar.update(task, completed=n))
        indexer.close()
        _out.print(f"{done} objects are in the index again; {bad} cannot be read")
    else:
        blobs = LocalBlobs.claim(loaded.objects_path, "verify")
    faults = total = 0
    for finding in archive.verify(database, blobs):
        total += 1
        if finding.fault:
            faults += 1
            _out.print(f"{finding.blob} {finding.sop_instance_uid}: {finding.fault}", soft_wrap=True)
    blobs.close()
    _out.print(f"{total} objects read, {faults} with a fault")
    sys.exit(1 if faults else 0)


@user.command(name="add")
def user_add(
    name: str,
    *,
    data: Data = _DEFAULT_DATA,
    settings: SettingsFile = None,
    display_name: str = "",
    role: tuple[str, ...] = ("reader",),
) -> None:
    """Add a user. Roles: reader, sender, administrator. The password is asked for, or read from a pipe."""
    roles = frozenset(_role(word) for word in role)
    with open_database(configuration.load(data, file=settings)) as database:
        Gate(database, 0).add_user(name, _ask_password(), display_name, roles)
    _out.print(f"User {name} can sign in now.")


@user.command(name="passwd")
def user_passwd(name: str, *, data: Data = _DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Give a user a new password and end the user's sessions."""
    with open_database(configuration.load(data, file=settings)) as database:
        Gate(database, 0).set_password(name, _ask_password())
    _out.print(f"The password of {name} is changed.")


@user.command(name="list")
def user_list(*, data: Data = _DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """List users and their roles."""
    with open_database(configuration.load(data, file=settings)) as database:
        rows = [
            (caller.name, caller.display_name, ", ".join(sorted(role.value for role in caller.roles)))
            for caller in Gate(database, 0).users()
        ]
    _print_table(("name", "shown as", "roles"), rows, "No users yet; the first start of `serve` makes one.")


@token.command(name="create")
def token_create(
    name: Annotated[str, Parameter(help="The user it stands for.")],
    *,
    data: Data = _DEFAULT_DATA,
    settings: SettingsFile = None,
    purpose: Annotated[str, Parameter(help="What it is for; shown in lists.")] = "",
    days: Annotated[float | None, Parameter(help="Days until it expires; default: never.")] = None,
) -> None:
    """Make an API token; it is printed once and kept only as a hash."""
    with open_database(configuration.load(data, file=settings)) as database:
        _out.print(Gate(database, 0).make_token(name, purpose, days), soft_wrap=True)


@node.command(name="add")
def node_add(
    name: str,
    *,
    ae_title: str,
    host: str,
    port: int,
    how: node_options.NodeOptions | None = None,
    data: Data = _DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Add a known node. Example: readingroom node add ct1 --ae-title CT1 --host 10.0.0.7 --port 104

    The other options say how to treat it when we ask it, fetch from it or send to it; docs/nodes.md.
    """
    from readingroom.nodes import NodeBook

    with open_database(configuration.load(data, file=settings)) as database:
        NodeBook(database).add(name, ae_title, host, port, **node_options.chosen(how))
    _out.print(f"{ae_title} may associate now, and is a C-MOVE destination.")


@node.command(name="set")
def node_set(
    name: str,
    *,
    ae_title: str | None = None,
    host: str | None = None,
    port: int | None = None,
    how: node_options.NodeOptions | None = None,
    data: Data = _DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Change what is known of a node. Example: readingroom node set pacs --retrieve-by move"""
    from readingroom.nodes import NodeBook

    where = {"ae_title": ae_title, "host": host, "port": port}
    fields = {key: value for key, value in where.items() if value is not None} | node_options.chosen(how)
    with open_database(configuration.load(data, file=settings)) as database:
        NodeBook(database).change(name, **fields)
    _out.print(f"{name} is changed.")


@node.command(name="list")
def node_list(*, data: Data = _DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """List known nodes."""
    from readingroom.nodes import NodeBook

    with open_database(configuration.load(data, file=settings)) as database:
        rows = [
            (
                *(one.name, one.ae_title, one.host, str(one.port)),
                " ".join(sorted(r.value for r in one.rights)),
                node_options.treatment(one),
            )
            for one in NodeBook(database).all()
        ]
    _print_table(
        ("name", "AE title", "host", "port", "may", "we"),
        rows,
        "No nodes yet; add one with `readingroom node add`.",
    )


@node.command(name="remove")
def node_remove(name: str, *, data: Data = _DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Forget a node; it may not associate any more."""
    from readingroom.nodes import NodeBook

    with open_database(configuration.load(data, file=settings)) as database:
        NodeBook(database).remove(name)
    _out.print(f"{name} is forgotten.")


@app.command
def conformance(*, data: Data = _DEFAULT_DATA, settings: SettingsFile = None) -> None:
    """Print the DICOM conformance statement of this program as configured, in Markdown (PS3.2)."""
    from .conformance import statement

    _out.print(statement(configuration.load(data, file=settings)), soft_wrap=True, markup=False)


@app.command
def version(*, data: Data = _DEFAULT_DATA) -> None:
    """Print the version."""
    del data  # every command takes it
    _out.print(__version__)


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise Conflict(f"{word!r} is not a role; there are {', '.join(r.value for r in Role)}.") from None


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    import getpass

    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise Conflict("The two passwords differ; nothing was changed.")
    return first


def _print_table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], when_empty: str) -> None:
    if not rows:
        _out.print(when_empty)
        return
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    _out.print(table)
