"""The real server: `readingroom serve` as processes of its own, on free ports and a folder of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from readingroom.association import VERIFICATION, AssociationEnded, Requestor
from readingroom.standard.transfer_syntaxes import IMPLICIT_LE

from .ports import HOST, free_port, wait_until
from .shared_data import REPOSITORY

AE_TITLE = "READINGROOM"
RUNNING: list[RunningServer] = []
"""Servers that run now: their logs are shown when a test fails."""

_MAIN = "from readingroom.app.commands import main; main()"
_NO_VIEW_TIER = {"READINGROOM__PREPARE__VIEW_BYTES": "0"}
"""Its jobs would come among those that tests order and count; tests of the tier switch it on."""
_START_SECONDS = 120.0
_STOP_SECONDS = 60.0


def command_line(data: Path, *words: str, stdin: str | None = None, timeout: float = 120.0) -> str:
    """Run `readingroom WORDS --data DATA`; its standard output. AssertionError unless it ends with 0."""
    code, out = run_command(data, *words, stdin=stdin, timeout=timeout)
    assert code == 0, f"readingroom {' '.join(words)} ended with {code}:\n{out}"
    return out


def run_command(data: Path, *words: str, stdin: str | None = None, timeout: float = 120.0) -> tuple[int, str]:
    """Run `readingroom WORDS --data DATA`: exit code, and standard output with standard error."""
    done = subprocess.run(
        [sys.executable, "-c", _MAIN, *words, "--data", str(data)],
        input=stdin if stdin is not None else "",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        env=environment(),
        cwd=data.parent,
    )
    return done.returncode, done.stdout


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which our programs run from the source tree."""
    return os.environ | {"PYTHONPATH": str(REPOSITORY / "src"), "COLUMNS": "200"} | dict(more or {})


class RunningServer:
    """One installation: started, stopped, killed and started again on the same ports and data."""

    def __init__(self, data: Path, *flags: str, settings: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.http_port = free_port()
        self.dicom_port = free_port()
        self.ae_title = AE_TITLE
        self.log = data.parent / f"{data.name}.log"
        self._flags = flags
        self._settings = _NO_VIEW_TIER | dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        data.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """Where the web server answers, without a slash at the end."""
        return f"http://{HOST}:{self.http_port}"

    @property
    def dicomweb(self) -> str:
        """The DICOMweb service root."""
        return f"{self.url}/dicom-web"

    @property
    def pid(self) -> int:
        """Process id of the supervisor."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait until web and DICOM answer."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-c", _MAIN, "serve", "--data", str(self.data)),
                    *("--http", f"{HOST}:{self.http_port}", "--dicom", f"{HOST}:{self.dicom_port}"),
                    *self._flags,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(self._settings),
                cwd=self.data.parent,
                start_new_session=True,
            )
        if self not in RUNNING:
            RUNNING.append(self)
        try:
            wait_until(self._answers, _START_SECONDS, "the server answers")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log_text()}") from None

    def stop(self) -> None:
        """End it in order, as Ctrl C does; AssertionError when it does not end with 0 in time."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.terminate()
        try:
            code = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not end:\n{self.log_text()}") from None
        finally:
            RUNNING.remove(self)
        assert code == 0, f"the server ended with {code}:\n{self.log_text()}"

    def kill(self) -> None:
        """kill -9 of the supervisor and of every process below it, all at once."""
        assert self._process is not None
        process, self._process = self._process, None
        everyone = [process.pid, *descendants(process.pid)]
        for pid in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        RUNNING.remove(self)
        wait_until(lambda: not any(map(_lives, everyone)), 60.0, "the killed processes are gone")

    def receivers(self) -> list[int]:
        """Process ids of the DICOM receivers."""
        return [pid for pid in descendants(self.pid) if _role(pid) == "receiver"]

    def descendants(self) -> list[int]:
        """Process ids of every process below the supervisor."""
        return descendants(self.pid)

    def log_text(self, tail: int = 20000) -> str:
        """The end of what the processes printed."""
        return self.log.read_text(errors="replace")[-tail:] if self.log.exists() else ""

    def run(self, *words: str, stdin: str | None = None) -> str:
        """`readingroom WORDS` on this installation's data."""
        return command_line(self.data, *words, stdin=stdin)

    def add_node(self, name: str, ae_title: str, port: int) -> None:
        """Let an AE title in, and make it a C-MOVE destination at that port of the loopback."""
        self.run("node", "add", name, "--ae-title", ae_title, "--host", HOST, "--port", str(port))

    def password(self) -> str:
        """The first administrator's, as printed at the first start."""
        found = re.search(r"First user\s+admin\s+password\s+(\S+)", self.log_text(1 << 20))
        assert found, self.log_text()
        return found[1]

    def echo(self) -> bool:
        """Whether a C-ECHO succeeds now."""
        return echo(self.dicom_port, self.ae_title)

    def _answers(self) -> bool:
        assert self._process is not None
        code = self._process.poll()
        assert code is None, f"the server ended with {code}:\n{self.log_text()}"
        try:
            # verify: reading the certificates of this machine takes longer than the question
            healthy = httpx.get(f"{self.url}/health", timeout=5.0, verify=False).status_code == 200
        except httpx.HTTPError:
            return False
        return healthy and self.echo()


def echo(port: int, called: str, calling: str = "KIT") -> bool:
    """Whether a C-ECHO to that port succeeds; an AE that rejects us answers too, and so counts."""
    requestor = Requestor(HOST, port, calling, called, [(VERIFICATION, (IMPLICIT_LE,))])
    try:
        with requestor.open() as assoc:
            return assoc.echo().status == 0
    except AssociationEnded as ended:
        return type(ended).__name__ == "Rejected"


@contextmanager
def running_server(
    folder: Path, *flags: str, settings: Mapping[str, str] | None = None
) -> Iterator[RunningServer]:
    """A server on `folder`/data from here to the end of the block."""
    server = RunningServer(folder / "data", *flags, settings=settings)
    try:
        server.start()
    except BaseException:
        server.kill()
        raise
    try:
        yield server
    finally:
        server.stop()


def descendants(pid: int) -> list[int]:
    """Every process below that one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
    return found


def resident_kib(pid: int, kind: str = "VmRSS") -> int:
    """Resident memory of one process in KiB, 0 when it is gone; shared pages count in each.

    kind: VmRSS for all, RssAnon for what the process allocated, RssFile for pages of files it maps (proc(5)).
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(rf"{kind}:\s+(\d+)", status)
    return int(found[1]) if found else 0


def cpu_seconds(pid: int) -> float:
    """User and system time that one process has used, by clock ticks; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _role(pid: int) -> str:
    try:
        title = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""
    found = re.match(r"readingroom (\w+) \d+", title)
    return found[1] if found else ""


def _lives(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
