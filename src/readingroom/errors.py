"""What can go wrong, named once for every door.

    ReadingRoomError
    ├── Invalid        the request or object breaks a rule         HTTP 400  C-FIND/C-MOVE A900
    ├── NotFound       nothing has that identifier                 HTTP 404  C-MOVE A801 (destination)
    ├── Refused        the caller may not                          HTTP 403  0124
    │   └── Unknown    the caller did not say who it is            HTTP 401  A-ASSOCIATE-RJ
    ├── Conflict       it contradicts what is stored               HTTP 409
    ├── Unsupported    we cannot do that with this object          HTTP 406 / 415  0122
    └── Unavailable    we could, but not now: disk, database, peer HTTP 503  A700 / A701 / A702

An error carries facts (`uid`, `tag`, `peer`) beside its sentence; each door turns the kind into its own
language with one table. Anything else that is raised is a bug: HTTP 500, DIMSE C001 or 0110.
"""

from __future__ import annotations


class ReadingRoomError(Exception):
    """Something went wrong that a door can explain to its caller."""

    def __init__(self, sentence: str | None = None, /, **facts: object) -> None:
        super().__init__(sentence or (type(self).__doc__ or "").split("\n")[0])
        self.facts = facts

    @property
    def sentence(self) -> str:
        """What happened and, where there is one, the remedy; fit to be shown to a person."""
        return str(self.args[0])


class Invalid(ReadingRoomError):
    """The request breaks a rule of the standard; correct it and send it again."""


class NotFound(ReadingRoomError):
    """Nothing here has that identifier."""


class Refused(ReadingRoomError):
    """You may not do that; ask an administrator for the right."""


class Unknown(Refused):
    """Sign in first."""


class Conflict(ReadingRoomError):
    """That contradicts what is already stored."""


class Unsupported(ReadingRoomError):
    """This object cannot be given in that form."""


class Unavailable(ReadingRoomError):
    """Not possible right now; try again later."""
