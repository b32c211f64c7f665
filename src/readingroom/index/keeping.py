"""What is not images: nodes, accounts, sessions, tokens, and what was prepared ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Integer, cast, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from readingroom.errors import Conflict, NotFound
from readingroom.model import FrameIndex, Node, OnStoreFailure, RetrieveBy, Right

from .events import add_events as add_events
from .record import unpack_frames
from .schema import (
    account,
    change,
    frame_index,
    login_session,
    node,
    series,
    series_metadata,
    series_view,
    study,
    thumbnail,
    token,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A local user. password_hash: argon2 in its own text form."""

    name: str
    display_name: str
    password_hash: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class SeriesState:
    """A series that may have something to prepare: its key, version and the UIDs of its path."""

    pk: int
    version: int
    study_uid: str
    series_uid: str


def nodes(connection: Connection) -> list[Node]:
    """All known nodes by name."""
    return [_node(row) for row in connection.execute(select(node).order_by(node.c.name))]


def add_node(connection: Connection, new: Node) -> None:
    """Raises Conflict when the name or the AE title is taken."""
    try:
        connection.execute(insert(node), _node_row(new))
    except IntegrityError:
        raise Conflict(f"A node with the name {new.name} or the AE title {new.ae_title} exists.") from None


def change_node(connection: Connection, name: str, new: Node) -> None:
    """Put another description in the place of the node `name`. Raises NotFound, and as `add_node`."""
    try:
        changed = connection.execute(update(node).where(node.c.name == name).values(_node_row(new)))
    except IntegrityError:
        raise Conflict(f"A node with the name {new.name} or the AE title {new.ae_title} exists.") from None
    if changed.rowcount == 0:
        raise NotFound(f"There is no node {name}.")


def _node(row: Any) -> Node:
    return Node(
        name=row.name,
        ae_title=row.ae_title,
        host=row.host,
        port=row.port,
        rights=frozenset(map(Right, row.rights.split())),
        retrieve_by=RetrieveBy(row.retrieve_by),
        on_store_failure=OnStoreFailure(row.on_store_failure),
        one_association_per_object=row.one_association_per_object,
        most_associations=row.most_associations,
        blacklisted_sop_classes=frozenset(row.blacklisted_sop_classes.split()),
        query_charset=tuple(row.query_charset.split("\\")) if row.query_charset else (),
        wildcards=frozenset(row.wildcards.split()),
        timeout=row.timeout,
        tls=row.tls,
        allowed_addresses=tuple(row.allowed_addresses.split()),
    )


def _node_row(new: Node) -> dict[str, Any]:
    return {
        "name": new.name,
        "ae_title": new.ae_title,
        "host": new.host,
        "port": new.port,
        "rights": " ".join(sorted(right.value for right in new.rights)),
        "retrieve_by": new.retrieve_by.value,
        "on_store_failure": new.on_store_failure.value,
        "one_association_per_object": new.one_association_per_object,
        "most_associations": new.most_associations,
        "blacklisted_sop_classes": " ".join(sorted(new.blacklisted_sop_classes)),
        "query_charset": "\\".join(new.query_charset),
        "wildcards": " ".join(sorted(new.wildcards)),
        "timeout": new.timeout,
        "tls": new.tls,
        "allowed_addresses": " ".join(new.allowed_addresses),
    }


def remove_node(connection: Connection, name: str) -> None:
    """Raises NotFound."""
    if connection.execute(delete(node).where(node.c.name == name)).rowcount == 0:
        raise NotFound(f"There is no node {name}.")


def accounts(connection: Connection) -> list[Account]:
    """All users by name."""
    return [
        Account(row.name, row.display_name, row.password_hash, frozenset(row.roles.split()))
        for row in connection.execute(select(account).order_by(account.c.name))
    ]


def find_account(connection: Connection, name: str) -> Account | None:
    """The user of that name."""
    row = connection.execute(select(account).where(account.c.name == name)).one_or_none()
    if row is None:
        return None
    return Account(row.name, row.display_name, row.password_hash, frozenset(row.roles.split()))


def add_account(connection: Connection, new: Account, at: float) -> None:
    """Raises Conflict when the name is taken."""
    try:
        connection.execute(
            insert(account),
            {
                "name": new.name,
                "display_name": new.display_name,
                "password_hash": new.password_hash,
                "roles": " ".join(sorted(new.roles)),
                "created": at,
            },
        )
    except IntegrityError:
        raise Conflict(f"There is a user {new.name} already.") from None


def set_password(connection: Connection, name: str, password_hash: str) -> None:
    """Also ends the user's sessions. Raises NotFound."""
    changed = connection.execute(
        update(account).where(account.c.name == name).values(password_hash=password_hash)
    )
    if changed.rowcount == 0:
        raise NotFound(f"There is no user {name}.")
    connection.execute(delete(login_session).where(login_session.c.account == name))


def add_session(connection: Connection, secret_hash: str, name: str, at: float) -> None:
    """Remember a signed-in browser by the hash of its secret."""
    connection.execute(
        insert(login_session), {"secret_hash": secret_hash, "account": name, "created": at, "used": at}
    )


def session_account(
    connection: Connection, secret_hash: str, used_after: float
) -> tuple[Account, float] | None:
    """Who that session belongs to and when it was last used; None when unknown or idle for too long."""
    row = connection.execute(
        select(account, login_session.c.used)
        .join(login_session, login_session.c.account == account.c.name)
        .where(login_session.c.secret_hash == secret_hash, login_session.c.used >= used_after)
    ).one_or_none()
    if row is None:
        return None
    return Account(row.name, row.display_name, row.password_hash, frozenset(row.roles.split())), row.used


def touch_session(connection: Connection, secret_hash: str, at: float) -> None:
    """Say that the session was used."""
    connection.execute(
        update(login_session).where(login_session.c.secret_hash == secret_hash).values(used=at)
    )


def end_session(connection: Connection, secret_hash: str) -> None:
    """Sign that browser out."""
    connection.execute(delete(login_session).where(login_session.c.secret_hash == secret_hash))


def add_token(
    connection: Connection, secret_hash: str, name: str, purpose: str, at: float, expires: float | None
) -> None:
    """Remember an API token by its hash."""
    connection.execute(
        insert(token),
        {"secret_hash": secret_hash, "account": name, "purpose": purpose, "created": at, "expires": expires},
    )


def token_account(connection: Connection, secret_hash: str, at: float) -> Account | None:
    """Whose token that is; None when unknown or expired."""
    row = connection.execute(
        select(account)
        .join(token, token.c.account == account.c.name)
        .where(token.c.secret_hash == secret_hash, (token.c.expires.is_(None)) | (token.c.expires > at))
    ).one_or_none()
    if row is None:
        return None
    return Account(row.name, row.display_name, row.password_hash, frozenset(row.roles.split()))


def find_series(connection: Connection, study_uid: str, series_uid: str) -> SeriesState | None:
    """The series at that path with its present version."""
    row = connection.execute(
        select(series.c.id, series.c.version)
        .join(study, study.c.id == series.c.study_pk)
        .where(study.c.uid == study_uid, series.c.uid == series_uid)
    ).one_or_none()
    return SeriesState(row.id, row.version, study_uid, series_uid) if row else None


def unprepared_series(connection: Connection, quiet_since: float, limit: int) -> list[SeriesState]:
    """Series whose prepared metadata are missing or old and that nothing was added to since `quiet_since`."""
    rows = connection.execute(
        select(series.c.id, series.c.version, series.c.uid, study.c.uid.label("study_uid"))
        .join(study, study.c.id == series.c.study_pk)
        .outerjoin(series_metadata, series_metadata.c.series_pk == series.c.id)
        .where(
            func.coalesce(series_metadata.c.version, -1) != series.c.version,
            series.c.received_last <= quiet_since,
        )
        .order_by(series.c.received_last.desc())
        .limit(limit)
    )
    return [SeriesState(row.id, row.version, row.study_uid, row.uid) for row in rows]


def has_moving_series(connection: Connection, quiet_since: float) -> bool:
    """Whether something was added to a study after `quiet_since`."""
    return bool(
        connection.execute(select(study.c.id).where(study.c.received_last > quiet_since).limit(1)).scalar()
    )


def series_of_study(connection: Connection, study_uid: str) -> list[SeriesState]:
    """Every series of a study, by number."""
    rows = connection.execute(
        select(series.c.id, series.c.version, series.c.uid)
        .join(study, study.c.id == series.c.study_pk)
        .where(study.c.uid == study_uid)
        .order_by(cast(series.c.number, Integer), series.c.id)
    )
    return [SeriesState(row.id, row.version, study_uid, row.uid) for row in rows]


def prepared_metadata(connection: Connection, state: SeriesState) -> bytes | None:
    """The gzip-compressed metadata made for exactly this version."""
    return connection.execute(
        select(series_metadata.c.compressed).where(
            series_metadata.c.series_pk == state.pk, series_metadata.c.version == state.version
        )
    ).scalar()


def keep_metadata(connection: Connection, state: SeriesState, compressed: bytes) -> None:
    """Replace the prepared metadata of a series; nothing is kept of one that was deleted meanwhile."""
    connection.execute(delete(series_metadata).where(series_metadata.c.series_pk == state.pk))
    if _is_there(connection, state):
        connection.execute(
            insert(series_metadata),
            {"series_pk": state.pk, "version": state.version, "compressed": compressed},
        )


def prepared_thumbnail(connection: Connection, state: SeriesState) -> bytes | None:
    """The thumbnail made for exactly this version, as JPEG; empty when there is nothing to draw."""
    return connection.execute(
        select(thumbnail.c.jpeg).where(
            thumbnail.c.series_pk == state.pk, thumbnail.c.version == state.version
        )
    ).scalar()


def keep_thumbnail(connection: Connection, state: SeriesState, jpeg: bytes) -> None:
    """Replace the thumbnail of a series; nothing is kept of one that was deleted meanwhile."""
    connection.execute(delete(thumbnail).where(thumbnail.c.series_pk == state.pk))
    if _is_there(connection, state):
        connection.execute(insert(thumbnail), {"series_pk": state.pk, "version": state.version, "jpeg": jpeg})


def _is_there(connection: Connection, state: SeriesState) -> bool:
    return connection.execute(select(series.c.id).where(series.c.id == state.pk)).scalar() is not None


def series_without_view(connection: Connection, quiet_since: float, limit: int) -> list[SeriesState]:
    """Series of whose present version no renditions were ordered, in studies at rest since `quiet_since`."""
    rows = connection.execute(
        select(series.c.id, series.c.version, series.c.uid, study.c.uid.label("study_uid"))
        .join(study, study.c.id == series.c.study_pk)
        .outerjoin(series_view, series_view.c.series_pk == series.c.id)
        .where(
            func.coalesce(series_view.c.version, -1) != series.c.version,
            study.c.received_last <= quiet_since,
        )
        .order_by(study.c.received_last.desc(), series.c.id)
        .limit(limit)
    )
    return [SeriesState(row.id, row.version, row.study_uid, row.uid) for row in rows]


def keep_view(connection: Connection, state: SeriesState) -> None:
    """The renditions of this version of a series are ordered."""
    connection.execute(delete(series_view).where(series_view.c.series_pk == state.pk))
    connection.execute(insert(series_view), {"series_pk": state.pk, "version": state.version})


def has_view(connection: Connection, study_uid: str, series_uid: str) -> bool:
    """Whether the renditions of a series were ordered, of whatever version."""
    state = find_series(connection, study_uid, series_uid)
    if state is None:
        return False
    query = select(series_view.c.series_pk).where(series_view.c.series_pk == state.pk)
    return connection.execute(query).scalar() is not None


def drop_view(connection: Connection, study_uid: str, series_uid: str) -> None:
    """Let the renditions of a series be ordered again."""
    state = find_series(connection, study_uid, series_uid)
    if state is not None:
        connection.execute(delete(series_view).where(series_view.c.series_pk == state.pk))


def drop_prepared(connection: Connection, study_uid: str, series_uid: str) -> None:
    """Forget what was prepared of a series; it is made again when it is asked for or ordered."""
    state = find_series(connection, study_uid, series_uid)
    if state is not None:
        connection.execute(delete(series_metadata).where(series_metadata.c.series_pk == state.pk))
        connection.execute(delete(thumbnail).where(thumbnail.c.series_pk == state.pk))


def order_preparation(connection: Connection, study_uid: str, series_uid: str, at: float) -> None:
    """Have a series prepared now: the preparer follows the change feed, and looks at what is missing."""
    connection.execute(
        insert(change),
        {"kind": "prepare", "study_uid": study_uid, "series_uid": series_uid, "instances": 0, "at": at},
    )


def frames_of(connection: Connection, blob: str) -> FrameIndex | None:
    """Where the frames of a stored object lie, when that was recorded."""
    packed = connection.execute(select(frame_index.c.packed).where(frame_index.c.blob == blob)).scalar()
    return None if packed is None else unpack_frames(packed)
