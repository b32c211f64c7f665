"""The command that examines what works between us and a node. docs/nodes.md."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Group, Parameter

from readingroom.errors import Unavailable

from . import settings as configuration
from .calling_options import Calling, NodeWord, node_of
from .examining import doctor_of
from .logs import configure
from .options import DEFAULT_DATA, Data, SettingsFile, err, out

if TYPE_CHECKING:
    from readingroom.exchange import Step, Trace

_HOW = Group("How")


def add_to(app: App) -> None:
    """Make the command known."""
    app.command(doctor)


def doctor(
    node: NodeWord,
    *,
    trace: Annotated[
        Path | None,
        Parameter(group=_HOW, help="Save what went over the line in this file; patient data are masked."),
    ] = None,
    json: Annotated[bool, Parameter(group=_HOW, negative="", help="Print the steps as JSON.")] = False,
    quick: Annotated[
        bool, Parameter(group=_HOW, negative="", help="Do not ask for every transfer syntax of each class.")
    ] = False,
    study: Annotated[
        str, Parameter(group=_HOW, help="UID of a small study to be moved to us; else nothing is moved.")
    ] = "",
    dicom: Annotated[
        str | None, Parameter(group=_HOW, help="HOST:PORT of our server, where the settings do not say it.")
    ] = None,
    timeout: Annotated[float, Parameter(group=_HOW, help="Seconds to wait for each answer.")] = 10.0,
    calling: Calling = None,
    data: Data = DEFAULT_DATA,
    settings: SettingsFile = None,
) -> None:
    """Find out what works between us and a node, and what to do where it does not.

    Ends with 1 when a step failed. In use:

    readingroom doctor pacs

    readingroom doctor PACS@10.0.0.7:104 --trace pacs.txt

    Nothing of a patient is sent or fetched, unless --study names a study to be moved.
    """
    from readingroom.exchange import Outcome, Trace

    configure("error", "doctor")
    flags = {"dicom": {"address": dicom}} if dicom else {}
    loaded = configuration.load(data, file=settings, flags=flags)
    whom = node_of(loaded, node)
    taken = Trace() if trace is not None else None
    steps = doctor_of(loaded, calling).examine(
        whom, study=study, thorough=not quick, patience=timeout, trace=taken
    )
    try:
        done = list(steps) if json else list(_shown(steps, not quick))
    finally:
        if trace is not None and taken is not None:
            _save(taken, trace)
    if json:
        facts = {"node": whom.name, "steps": [step.shown() for step in done]}
        sys.stdout.write(json_text.dumps(facts, indent=1) + "\n")
    sys.exit(1 if any(step.outcome is Outcome.FAILED for step in done) else 0)


def _shown(steps: Iterator[Step], thorough: bool) -> Iterator[Step]:
    """Each step as it is done; thorough: with every class that is taken, in which transfer syntaxes."""
    from pydicom.uid import UID

    from readingroom.standard.sop_classes import name_of

    with err.status("examining", spinner="dots"):  # draws nothing where there is no terminal
        for step in steps:
            time = f"  {step.seconds * 1000:.0f} ms" if step.seconds else ""
            colour = _COLOURS[step.outcome.value]
            begin = f"[{colour}]{step.outcome.value:9}[/{colour}]  {step.name:11}  "
            out.print(f"{begin}{_plain(step.said)}{time}", soft_wrap=True)
            if step.remedy:
                out.print(f"{'':24}[bold]{_plain(step.remedy)}[/bold]", soft_wrap=True)
            for uid, taken in {**step.services, **step.accepted}.items() if thorough else ():
                forms = ", ".join(UID(one).name for one in taken)
                out.print(f"{'':24}{_plain(name_of(uid))}: {_plain(forms)}", soft_wrap=True, highlight=False)
            yield step


_COLOURS = {"fine": "green", "warning": "yellow", "failed": "red", "not tried": "dim"}


def _plain(words: str) -> str:
    """Words of the node are no markup, and control no terminal."""
    return "".join(letter for letter in words if letter.isprintable()).replace("[", r"\[")


def _save(taken: Trace, file: Path) -> None:
    try:
        file.write_text(taken.text(), encoding="ascii")
    except OSError as error:
        raise Unavailable(f"The trace could not be saved in {file}: {error.strerror}.") from error
