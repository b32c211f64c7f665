"""The options of the commands that call other nodes: which node, what, as whom, and where we are."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Group, Parameter

from readingroom.exchange import Ourselves
from readingroom.model import Node

from . import settings as configuration
from .logs import configure
from .options import DEFAULT_DATA, Data, SettingsFile
from .settings import Settings
from .wiring import open_database, ourselves

_AD_HOC = re.compile(r"(?P<title>[^@]{1,16})@(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:]+)):(?P<port>\d{1,5})\Z")
_SELECTING = Group("What")
CALLING = Group("As whom")

NodeWord = Annotated[str, Parameter(help="A known node's name, or AE@HOST:PORT for one that is not known.")]
Keys = Annotated[
    tuple[str, ...],
    Parameter(
        name=("--key", "-k"),
        group=_SELECTING,
        negative="",
        help="KEYWORD=VALUE or gggg,eeee=VALUE; without a value it is only asked back. Again for more.",
    ),
]
Calling = Annotated[
    str | None, Parameter(group=CALLING, help="Our AE title; default: the one of the settings.")
]


@Parameter(name="*", group=_SELECTING)
@dataclass(frozen=True)
class Uids:
    """What is meant, by its UIDs."""

    study: Annotated[tuple[str, ...], Parameter(negative="", help="Study Instance UID. Again for more.")] = ()
    series: Annotated[
        tuple[str, ...], Parameter(negative="", help="Series Instance UID. Again for more.")
    ] = ()
    instance: Annotated[
        tuple[str, ...], Parameter(negative="", help="SOP Instance UID. Again for more.")
    ] = ()


@Parameter(name="*")
@dataclass(frozen=True)
class Call:
    """Whose call it is: our AE title, our patience, our installation."""

    calling: Calling = None
    timeout: Annotated[
        float | None,
        Parameter(group=CALLING, help="Seconds to wait for each answer, 0 for ever; default: the node's."),
    ] = None
    data: Data = DEFAULT_DATA
    settings: SettingsFile = None

    def load(self) -> Settings:
        """Our settings; from here on only errors are logged."""
        configure("error", "network")
        return configuration.load(self.data, file=self.settings)

    def us(self, settings: Settings) -> Ourselves:
        """Who calls."""
        return ourselves(settings, self.calling)

    def patient(self, node: Node) -> Node:
        """The node, with the time-out that was asked for."""
        return node if self.timeout is None else dataclasses.replace(node, timeout=self.timeout)


UNNAMED = Uids()
AS_SET = Call()


def node_of(settings: Settings, word: str) -> Node:
    """A known node, or one that is spelled out as AE@HOST:PORT."""
    from readingroom.nodes import NodeBook, checked

    if found := _AD_HOC.match(word):
        return checked(Node(word, found["title"], found["six"] or found["host"], int(found["port"])))
    with open_database(settings) as database:
        return NodeBook(database).find(word)
