"""Every setting, its default and its meaning; read from one file, the environment and flags.

Order, later wins: defaults, the TOML file, READINGROOM__SECTION__KEY in the environment (or the content of
the file that READINGROOM__SECTION__KEY_FILE names), flags of the command line. docs/settings.md is the
table of all of them; a test compares it with this file.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from readingroom.errors import Invalid
from readingroom.standard.transfer_syntaxes import transfer_syntaxes

_PREFIX = "READINGROOM__"
RAW_DATA = "1.2.840.10008.5.1.4.1.1.66"
"""Raw Data Storage: nobody but its maker can read it (PS3.3 A.37)."""


def _setting(default: Any, meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"meaning": meaning, "secret": secret})


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """One place where DICOM peers can call: an entry of `[[dicom.listeners]]`."""

    address: str = _setting("", "address and port, such as 10.0.0.5:104 or [::]:104; must be given")
    ae_titles: tuple[str, ...] = _setting(
        (), "called AE titles it answers, * for any; empty for those of the first listener"
    )
    transfer_syntaxes: tuple[str, ...] = _setting((), "as `dicom.transfer_syntaxes`; empty for the same")
    prefer_implicit_le: bool = _setting(False, "as `dicom.prefer_implicit_le`, for this listener")
    tls: bool = _setting(False, "TLS with the files of the section tls")
    tls_clients: str = _setting("", "as `tls.clients`, for this listener; empty for the same")


@dataclass(frozen=True, slots=True)
class DicomSettings:
    """The DICOM network."""

    address: str = _setting(
        "127.0.0.1:11112", "address and port of the first DICOM listener; 0.0.0.0:11112 for all, [::]:11112"
    )
    ae_title: str = _setting("READINGROOM", "our AE title, 1 to 16 characters")
    called_ae_titles: tuple[str, ...] = _setting((), "further called AE titles we answer to; * for any")
    transfer_syntaxes: tuple[str, ...] = _setting(
        (),
        "UIDs accepted for storage, the preferred first, * for all others; empty for all, compressed first",
    )
    prefer_implicit_le: bool = _setting(False, "take Implicit VR Little Endian wherever it is offered")
    tls_address: str = _setting("", "address and port of one more listener, with TLS, such as 0.0.0.0:2762")
    listeners: tuple[ListenerSettings, ...] = _setting(
        (), "more listeners: `[[dicom.listeners]]` tables, or a JSON array of objects; keys below"
    )
    allowed_addresses: tuple[str, ...] = _setting(
        (), "addresses and networks (IPv4, IPv6) that may call; empty for all; nodes can narrow it further"
    )
    accept_any_ae: bool = _setting(False, "also accept calling AE titles that are not known nodes")
    receivers: int = _setting(2, "processes that receive; each takes associations from the same port")
    max_pdu: int = _setting(1048576, "largest PDU we announce, in bytes; 4096 to 16777216")
    max_associations: int = _setting(
        64, "associations at once in all receivers together, further ones wait; 0 for no limit"
    )
    max_waiting: int = _setting(50, "association requests that may wait; more are rejected with 2/3/2")
    max_half_open: int = _setting(
        128, "connections at once, in one receiver, that have not asked for an association yet"
    )
    max_per_address: int = _setting(
        48, "associations at once from one address, further ones wait; 0 for no limit"
    )
    waiting_seconds: float = _setting(
        40.0, "time a request may wait, then it is rejected with 2/3/1; 0 = none"
    )
    artim_seconds: float = _setting(
        15.0, "time a connection has to ask for an association (PS3.8 ARTIM); 0 = none"
    )
    idle_seconds: float = _setting(
        40.0, "rest between messages after which an association is aborted; 0 = none"
    )
    stall_seconds: float = _setting(40.0, "rest within a message after which it is aborted; 0 = none")
    send_seconds: float = _setting(40.0, "time a peer may take nothing of what we send; 0 = none")
    associate_seconds: float = _setting(40.0, "time a node has to answer our association request; 0 = none")
    response_seconds: float = _setting(
        40.0,
        "time a peer has for each answer during its own C-GET; 0 = none; nodes have time-outs of their own",
    )
    move_waiting_seconds: float = _setting(
        300.0, "time a C-MOVE may wait for a place at its destination, then it fails with A702; 0 = none"
    )
    identity: str = _setting("ignore", "user identity of callers (PS3.7 D.3.3.7): ignore, accept or require")
    identity_kinds: tuple[str, ...] = _setting(
        ("password", "jwt"), "what counts as one: username (unproven), password, jwt"
    )
    commitment_retry_seconds: float = _setting(
        10.0, "rest before a storage commitment report is tried again; then 6 and 36 times as long"
    )
    fetch_announced: bool = _setting(
        True, "fetch what an availability notification names and what is not here, from the node it names"
    )
    max_identifier_bytes: int = _setting(16777216, "largest Identifier or other data set kept in memory")
    private_sop_classes: tuple[str, ...] = _setting(
        (), "UIDs of storage classes to accept beside those of the standard; * for every UID"
    )


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """TLS of the DICOM network, both roles. Files are PEM; changed files count without a restart."""

    certificate: str = _setting("", "file of our certificate with its chain; shown by listeners and to nodes")
    key: str = _setting("", "file of its key, not encrypted; empty when it is in the certificate's file")
    authorities: str = _setting("", "file of the authorities we trust; empty for those of the system")
    clients: str = _setting("require", "certificates of callers: require, verify (when shown) or ignore")
    check_names: bool = _setting(True, "a node's certificate must name the host that we call")


@dataclass(frozen=True, slots=True)
class JwtSettings:
    """JSON web tokens as user identity."""

    key: str = _setting(
        "", "file of the issuer's public key (PEM) or keys (JSON web key set); empty: no tokens"
    )
    issuer: str = _setting("", "iss that a token must have; empty for any")
    audience: str = _setting("", "aud that a token must have; empty for any")
    claim: str = _setting("sub", "the claim that holds the name of our user")


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The web."""

    address: str = _setting("127.0.0.1:8042", "address and port of the web server")
    workers: int = _setting(2, "processes that answer web requests")
    login: bool = _setting(True, "ask users to sign in; false lets everybody do everything")
    session_minutes: float = _setting(480.0, "rest after which a signed-in browser has to sign in again")
    secure_cookie: bool = _setting(False, "send the session cookie over https only")
    max_stow_bytes: int = _setting(0, "largest STOW-RS request in bytes; 0 for no limit")
    wado_uri_path: str = _setting(
        "", "one more path of WADO-URI beside /wado, such as /aet/wado; empty for none"
    )
    wado_uri_default: str = _setting(
        "stored", "form of an object that WADO-URI names without transferSyntax: stored or explicit_le"
    )
    cors_origins: tuple[str, ...] = _setting(
        (), "origins whose pages may read DICOMweb and WADO-URI, such as https://viewer.example; * for any"
    )
    frame_ancestors: tuple[str, ...] = _setting(
        (),
        "origins whose pages may show ours in a frame, such as https://his.example; empty for none but ours",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (), "addresses and networks of proxies whose Forwarded or X-Forwarded-* headers count; empty for none"
    )


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """The first administrator."""

    admin_name: str = _setting("admin", "name of the user made at the first start")
    admin_password: str = _setting("", "its password; empty makes one and prints it once", secret=True)


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """What is stored."""

    purge_after_days: float = _setting(
        30.0, "days after which deleted objects are removed for good; 0 = never by itself"
    )


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """What is made ahead from stored objects."""

    workers: int = _setting(1, "processes that prepare metadata and thumbnails")
    quiet_seconds: float = _setting(1.5, "rest of a series before it is prepared")
    view_bytes: int = _setting(
        20_000_000_000,
        "bytes of HTJ2K renditions kept for viewing, the least recently used go first; 0 switches them off",
    )
    view_seconds: float = _setting(60.0, "rest of a study before its renditions are made, at low priority")
    remembered_bytes: int = _setting(64_000_000, "bytes of finished pictures that each web process remembers")
    volume_bytes: int = _setting(
        536_870_912, "bytes of volumes that each web process keeps for cuts through them; 0 makes none"
    )
    video_bytes: int = _setting(
        2147483648, "room for MP4 files made of video and cine; those not used for longest go first"
    )


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """What readers meet and make."""

    keep_sessions_days: float = _setting(
        30.0, "days after which a session nobody went on with is forgotten; 0 = never"
    )
    hidden_classes: tuple[str, ...] = _setting(
        (RAW_DATA,),
        "UIDs of SOP classes whose series the viewer leaves out of its rail until a reader wants them; images"
        " are never left out; nothing else changes: they are found, sent and exported as ever",
    )


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Durable jobs."""

    at_once: int = _setting(4, "jobs that run at the same time; how many for one node, each node says")
    attempts: int = _setting(8, "tries of a job that something passing stops, before it fails")
    first_rest_seconds: float = _setting(5.0, "rest before the second try; each later one is twice as long")
    keep_days: float = _setting(30.0, "days after which ended jobs are forgotten; 0 for never")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What we say about ourselves."""

    level: str = _setting("info", "debug, info, warning or error; no level ever shows a secret")
    keep_days: float = _setting(90.0, "age in days at which events of the event log are dropped; 0 = never")
    max_rows: int = _setting(1000000, "events kept in all, the oldest are dropped first; 0 for no limit")
    patient_names: bool = _setting(
        True, "keep in events what may name a patient: values asked for, words of peers; false: UIDs only"
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one installation. data: the folder everything is kept in."""

    data: Path
    dicom: DicomSettings = DicomSettings()
    tls: TlsSettings = TlsSettings()
    jwt: JwtSettings = JwtSettings()
    http: HttpSettings = HttpSettings()
    access: AccessSettings = AccessSettings()
    archive: ArchiveSettings = ArchiveSettings()
    prepare: PrepareSettings = PrepareSettings()
    reading: ReadingSettings = ReadingSettings()
    jobs: JobSettings = JobSettings()
    log: LogSettings = LogSettings()

    @property
    def index_path(self) -> Path:
        """The SQLite file."""
        return self.data / "index.sqlite"

    @property
    def videos_path(self) -> Path:
        """The folder of MP4 files made for viewers that play them."""
        return self.data / "videos"

    @property
    def view_path(self) -> Path:
        """The folder of the view tier; all of it can be made again."""
        return self.data / "view"

    @property
    def objects_path(self) -> Path:
        """The folder of all stored objects."""
        return self.data / "objects"


SECTIONS: Mapping[str, type] = {
    "dicom": DicomSettings,
    "tls": TlsSettings,
    "jwt": JwtSettings,
    "http": HttpSettings,
    "access": AccessSettings,
    "archive": ArchiveSettings,
    "prepare": PrepareSettings,
    "reading": ReadingSettings,
    "jobs": JobSettings,
    "log": LogSettings,
}


def load(
    data: Path,
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Mapping[str, Any]] | None = None,
) -> Settings:
    """The settings in force. Raises Invalid, naming the source, for unknown names and unfit values.

    file: the TOML file; without it `readingroom.toml` in the data folder is read when it is there.
    """
    settings = Settings(data)
    path = file or data / "readingroom.toml"
    if file is not None or path.is_file():
        settings = _merge(settings, _read_file(path), str(path))
    settings = _merge(settings, _from_environment(environment or os.environ), "the environment")
    settings = _merge(settings, flags or {}, "the command line")
    _check(settings)
    return settings


def dicom_listeners(dicom: DicomSettings) -> tuple[ListenerSettings, ...]:
    """Every place where DICOM peers can call, complete: the first, that of `tls_address`, then the others."""
    titles = (dicom.ae_title, *dicom.called_ae_titles)
    first = ListenerSettings(dicom.address, titles, dicom.transfer_syntaxes, dicom.prefer_implicit_le)
    found = [first]
    if dicom.tls_address:
        found.append(replace(first, address=dicom.tls_address, tls=True))
    for more in dicom.listeners:
        found.append(
            replace(
                more,
                ae_titles=more.ae_titles or titles,
                transfer_syntaxes=more.transfer_syntaxes or dicom.transfer_syntaxes,
            )
        )
    return tuple(found)


def split_address(text: str) -> tuple[str, int]:
    """Host and port of "host:port" or "[v6]:port". Raises Invalid."""
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) <= 65535 or not host:
        raise Invalid(f"{text!r} is not an address; write HOST:PORT, such as 127.0.0.1:8042.")
    return host.strip("[]"), int(port)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The settings file {path} is not valid TOML: {error}.") from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, value in environment.items():
        if not name.startswith(_PREFIX):
            continue
        section, _, key = name.removeprefix(_PREFIX).lower().partition("__")
        if key.endswith("_file"):
            key = key.removesuffix("_file")
            try:
                value = Path(value).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise Invalid(f"{name} names a file that cannot be read: {error.strerror}.") from error
        found.setdefault(section, {})[key] = value
    return found


def _merge(settings: Settings, values: Mapping[str, Mapping[str, Any]], source: str) -> Settings:
    for section, entries in values.items():
        if section not in SECTIONS or not isinstance(entries, Mapping):
            raise Invalid(f"{source} has the section {section!r}; there are {', '.join(SECTIONS)}.")
        hints = typing.get_type_hints(SECTIONS[section])
        changes = {}
        for key, value in entries.items():
            if key not in hints:
                raise Invalid(
                    f"{source} has {section}.{key}; there is no such setting. See docs/settings.md."
                )
            changes[key] = _coerce(value, hints[key], f"{section}.{key} in {source}")
        if changes:
            settings = replace(settings, **{section: replace(getattr(settings, section), **changes)})
    return settings


def _coerce(value: Any, hint: Any, place: str) -> Any:
    if hint == tuple[ListenerSettings, ...]:
        return _listeners(value, place)
    if isinstance(hint, types.GenericAlias):  # tuple[str, ...]
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(str(part).strip() for part in parts if str(part).strip())
    if hint is bool and isinstance(value, str):
        if value.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise Invalid(f"{place} must be true or false, not {value!r}.")
        return value.lower() in ("true", "1", "yes")
    if hint is bool and not isinstance(value, bool):
        raise Invalid(f"{place} must be true or false.")
    try:
        return hint(value)
    except (TypeError, ValueError):
        raise Invalid(f"{place} must be of the kind {hint.__name__}, not {value!r}.") from None


def _listeners(value: Any, place: str) -> tuple[ListenerSettings, ...]:
    if isinstance(value, str):
        try:
            value = json.loads(value or "[]")
        except json.JSONDecodeError as error:
            raise Invalid(f"{place} is not a JSON array of objects: {error}.") from None
    if not isinstance(value, list | tuple) or not all(isinstance(one, Mapping) for one in value):
        raise Invalid(f"{place} must be tables, [[dicom.listeners]], or a JSON array of objects.")
    hints = typing.get_type_hints(ListenerSettings)
    found = []
    for one in value:
        for key in one.keys() - hints.keys():
            raise Invalid(f"{place} has {key!r}; a listener has {', '.join(hints)}.")
        found.append(
            ListenerSettings(
                **{key: _coerce(each, hints[key], f"{key} of {place}") for key, each in one.items()}
            )
        )
    return tuple(found)


def _check(settings: Settings) -> None:
    dicom = settings.dicom
    for uid in settings.reading.hidden_classes:
        if not re.fullmatch(r"[0-9.]{1,64}", uid):
            raise Invalid(f"reading.hidden_classes has {uid!r}; write UIDs of SOP classes.")
    split_address(settings.http.address)
    _check_title(dicom.ae_title)
    for listener in dicom_listeners(dicom):
        split_address(listener.address)
        for title in listener.ae_titles:
            _check_title(title)
        for uid in set(listener.transfer_syntaxes) - {"*"} - transfer_syntaxes().keys():
            raise Invalid(f"{uid} is no transfer syntax that we know (PS3.6 A); * stands for all others.")
        if listener.tls_clients not in ("", "require", "verify", "ignore"):
            raise Invalid(f"tls_clients has {listener.tls_clients!r}; there are require, verify, ignore.")
        if listener.tls and not settings.tls.certificate:
            raise Invalid(f"The listener at {listener.address} is to speak TLS: set tls.certificate too.")
    for text in dicom.allowed_addresses:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise Invalid(f"dicom.allowed_addresses: {error}.") from None
    for name, word, words in (
        ("dicom.identity", dicom.identity, ("ignore", "accept", "require")),
        ("http.wado_uri_default", settings.http.wado_uri_default, ("stored", "explicit_le")),
        ("tls.clients", settings.tls.clients, ("require", "verify", "ignore")),
        *(("dicom.identity_kinds", kind, ("username", "password", "jwt")) for kind in dicom.identity_kinds),
    ):
        if word not in words:
            raise Invalid(f"{name} has {word!r}; there are {', '.join(words)}.")
    _check_web(settings.http)
    if not 4096 <= dicom.max_pdu <= 16777216:
        raise Invalid("dicom.max_pdu must lie between 4096 and 16777216.")
    for name, number in (
        ("dicom.receivers", dicom.receivers),
        ("http.workers", settings.http.workers),
        ("prepare.workers", settings.prepare.workers),
    ):
        if number < 1:
            raise Invalid(f"{name} must be at least 1.")
    for entry in fields(DicomSettings):
        value = getattr(dicom, entry.name)
        if isinstance(value, int | float) and not 0 <= value < 1e9:
            raise Invalid(f"dicom.{entry.name} must be 0 or more.")
    if settings.archive.purge_after_days < 0:
        raise Invalid("archive.purge_after_days must be 0 or more.")
    if settings.reading.keep_sessions_days < 0:
        raise Invalid("reading.keep_sessions_days must be 0 or more.")
    if settings.prepare.view_bytes < 0 or settings.prepare.view_seconds < 0:
        raise Invalid("prepare.view_bytes and prepare.view_seconds must be 0 or more.")
    if settings.prepare.volume_bytes < 0:
        raise Invalid("prepare.volume_bytes must be 0 or more.")
    if settings.log.keep_days < 0 or settings.log.max_rows < 0:
        raise Invalid("log.keep_days and log.max_rows must be 0 or more.")
    if settings.log.level not in ("debug", "info", "warning", "error"):
        raise Invalid("log.level must be debug, info, warning or error.")


def _check_web(http: HttpSettings) -> None:
    if http.wado_uri_path and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", http.wado_uri_path):
        raise Invalid(f"http.wado_uri_path is {http.wado_uri_path!r}; write a path such as /aet/wado.")
    for name, origins in (("cors_origins", http.cors_origins), ("frame_ancestors", http.frame_ancestors)):
        for origin in origins:
            if origin != "*" and not re.fullmatch(r"https?://[^/\s?#@*;,']+", origin):
                raise Invalid(f"http.{name} has {origin!r}; write an origin such as https://viewer.example.")
    for network in http.trusted_proxies:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise Invalid(
                f"http.trusted_proxies has {network!r}; write an address or network such as 10.0.0.0/24."
            ) from None


def _check_title(title: str) -> None:
    if not 1 <= len(title.strip()) <= 16 or "\\" in title or not title.isascii() or not title.isprintable():
        raise Invalid(
            f"The AE title {title!r} must have 1 to 16 printable ASCII characters and no backslash."
        )


def table() -> str:
    """All settings as one Markdown table: name, environment variable, default, meaning."""
    lines = ["| setting | environment | default | meaning |", "|---|---|---|---|"]
    for section, cls in SECTIONS.items():
        for entry in fields(cls):
            default = entry.default
            shown = ", ".join(default) if isinstance(default, tuple) else str(default)
            shown = shown.lower() if isinstance(default, bool) else shown
            variable = f"{_PREFIX}{section.upper()}__{entry.name.upper()}"
            note = " (secret: use `_FILE`)" if entry.metadata["secret"] else ""
            meaning = f"{entry.metadata['meaning']}{note}"
            lines.append(f"| `{section}.{entry.name}` | `{variable}` | {shown or 'empty'} | {meaning} |")
    for entry in fields(ListenerSettings):
        shown = "false" if entry.default is False else "empty"
        place = f"`{entry.name}` in a table `[[dicom.listeners]]`"
        lines.append(f"| `listeners.{entry.name}` | {place} | {shown} | {entry.metadata['meaning']} |")
    return "\n".join(lines)
