"""Recognising users by password, session or token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pwdlib import PasswordHash

from readingroom.errors import Invalid, Unavailable
from readingroom.index import DONE, FAILED, Account, Database, Event, events, keeping

from .caller import Caller, Role

_FAILURES_ALLOWED = 5
_FAILURE_WINDOW = 60.0
_BASIC_REMEMBERED = 300.0
_TOUCH_EVERY = 60.0
_MOST_SESSIONS = 4096
_TOKEN_TOLD_EVERY = 3600.0
_SHORTEST_PASSWORD = 8


@dataclass(slots=True)
class _Failures:
    count: int
    since: float


@dataclass(frozen=True, slots=True)
class _Session:
    """Whose it is, when it was last used, and the version of the index that says so."""

    caller: Caller
    used: float
    version: int


@cache
def decoy() -> str:
    """The hash of a password that nobody has: unknown names take as long as known ones. 0.1 s, once."""
    return PasswordHash.recommended().hash(secrets.token_urlsafe())


class Gate:
    """Knows the users of one index.

    idle_seconds: how long a session may rest before its user has to sign in again. tell: hears of those who
    could not sign in, and of right passwords and tokens; changes of users are written with the change.
    """

    def __init__(
        self, database: Database, idle_seconds: float, tell: Callable[[Event], None] = lambda event: None
    ) -> None:
        self._tell = tell
        self._told_tokens: dict[str, float] = {}
        self._database = database
        self._idle = idle_seconds
        self._hasher = PasswordHash.recommended()
        self._nobody = decoy()
        self._lock = threading.Lock()
        self._failures: dict[str, _Failures] = {}
        self._basic: dict[bytes, tuple[Caller, float]] = {}
        self._basic_key = secrets.token_bytes(32)
        self._sessions: dict[str, _Session] = {}

    def add_user(
        self, name: str, password: str, display_name: str = "", roles: frozenset[Role] | None = None
    ) -> None:
        """Raises Invalid for a name or password that will not do, Conflict for a name that exists."""
        if not name or len(name) > 64 or not name.isprintable() or ":" in name:
            raise Invalid("A user name has 1 to 64 printable characters and no colon.")
        roles = roles or frozenset({Role.READER})
        new = Account(name, display_name or name, self._hash(password), frozenset(r.value for r in roles))
        with self._database.writing() as connection:
            keeping.add_account(connection, new, time.time())
            words = f"The user {name} was added: {', '.join(sorted(new.roles))}."
            events.add_events(connection, [Event(time.time(), "user", "", name, words)])

    def set_password(self, name: str, password: str) -> None:
        """Also ends all sessions of that user. Raises Invalid, NotFound."""
        hashed = self._hash(password)
        with self._database.writing() as connection:
            keeping.set_password(connection, name, hashed)
            words = f"The user {name} has a new password; all sessions of that user have ended."
            events.add_events(connection, [Event(time.time(), "user", "", name, words)])

    def users(self) -> list[Caller]:
        """All users by name."""
        with self._database.reading() as connection:
            return [_caller(account) for account in keeping.accounts(connection)]

    def find(self, name: str) -> Caller | None:
        """The user of that name, whom somebody we trust has recognised."""
        with self._database.reading() as connection:
            account = keeping.find_account(connection, name)
        return _caller(account) if account else None

    def check_password(self, name: str, password: str, address: str = "") -> Caller | None:
        """The user, or None when name or password are wrong.

        Takes the same time for unknown names. After several failures in a minute for one name from one
        address, Unavailable is raised for the rest of that minute.
        """
        place = f"{name}@{address}"
        self._refuse_when_guessing(place)
        with self._database.reading() as connection:
            account = keeping.find_account(connection, name)
        if (
            not self._hasher.verify(password, account.password_hash if account else self._nobody)
            or not account
        ):
            self._count_failure(place, account, address)
            return None
        with self._lock:
            self._failures.pop(place, None)
        return _caller(account)

    def check_basic(self, name: str, password: str, address: str = "") -> Caller | None:
        """Like `check_password`, for HTTP Basic: a right answer is remembered for some minutes.

        Clients send the password with every request, and argon2 takes 150 ms by design.
        """
        with self._database.reading() as connection:
            account = keeping.find_account(connection, name)
        # The stored hash is part of what is remembered: a changed password is wrong at once.
        said = f"{name}\0{account.password_hash if account else ''}\0{password}"
        seen = hmac.digest(self._basic_key, said.encode(), "sha256")
        now = time.monotonic()
        with self._lock:
            known = self._basic.get(seen)
        if known is not None and known[1] > now:
            return known[0]
        caller = self.check_password(name, password, address)
        if caller is not None:
            with self._lock:
                self._basic = {key: value for key, value in self._basic.items() if value[1] > now}
                self._basic[seen] = (caller, now + _BASIC_REMEMBERED)
            self._tell(_login(caller.name, address, "Signed in with name and password, without a session."))
        return caller

    def open_session(self, caller: Caller, address: str = "") -> str:
        """A new secret for the caller's browser."""
        secret = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            keeping.add_session(connection, _hash_secret(secret), caller.name, time.time())
            events.add_events(connection, [_login(caller.name, address, "Signed in.")])
        return secret

    def known_session(self, secret: str) -> Caller | None:
        """What `session` would say, at once, where nothing was committed to the index since it said so.

        None when it has to be asked: at the latest a minute after the session was last used.
        """
        known = self._sessions.get(_hash_secret(secret))
        if known is None or not 0 <= time.time() - known.used <= min(_TOUCH_EVERY, self._idle):
            return None
        return known.caller if known.version == self._database.version() else None

    def session(self, secret: str) -> Caller | None:
        """Whose session that is; None when unknown, ended or idle for too long."""
        hashed, now = _hash_secret(secret), time.time()
        version = self._database.version()
        with self._database.reading() as connection:
            found = keeping.session_account(connection, hashed, now - self._idle)
        if found is None:
            return None
        account, used = found
        if now - used > _TOUCH_EVERY:
            with self._database.writing() as connection:
                keeping.touch_session(connection, hashed, now)
        caller = _caller(account)
        if version is not None:
            if len(self._sessions) >= _MOST_SESSIONS:
                self._sessions = {}
            self._sessions[hashed] = _Session(caller, used, version)
        return caller

    def close_session(self, secret: str) -> None:
        """Sign that browser out."""
        hashed = _hash_secret(secret)
        with self._database.writing() as connection:
            found = keeping.session_account(connection, hashed, 0.0)
            keeping.end_session(connection, hashed)
            if found is not None:
                events.add_events(connection, [_login(found[0].name, "", "Signed out.")])

    def make_token(self, user: str, purpose: str, days: float | None = None) -> str:
        """A new API token; it cannot be shown again. Raises NotFound when there is no such user."""
        secret = "rr_" + secrets.token_urlsafe(32)
        now = time.time()
        with self._database.writing() as connection:
            if keeping.find_account(connection, user) is None:
                raise Invalid(f"There is no user {user} for whom a token could be made.")
            expires = None if days is None else now + days * 86400
            keeping.add_token(connection, _hash_secret(secret), user, purpose, now, expires)
            until = "without end" if days is None else f"for {days:g} days"
            words = f"A token was made for {user}, {until}: {purpose or 'no purpose was said'}."
            events.add_events(connection, [Event(now, "token", "", user, words)])
        return secret

    def token(self, secret: str, address: str = "") -> Caller | None:
        """Whose API token that is; None when unknown or expired."""
        hashed, now = _hash_secret(secret), time.time()
        with self._database.reading() as connection:
            account = keeping.token_account(connection, hashed, now)
        if account is None:
            self._tell(_login("", address, "A token that is unknown or has expired.", FAILED))
            return None
        if now - self._told_tokens.get(hashed, 0.0) > _TOKEN_TOLD_EVERY:
            self._told_tokens[hashed] = now
            self._tell(_login(account.name, address, "Uses a token; told once an hour by each process."))
        return _caller(account)

    def _hash(self, password: str) -> str:
        if len(password) < _SHORTEST_PASSWORD:
            raise Invalid(f"A password has at least {_SHORTEST_PASSWORD} characters.")
        return self._hasher.hash(password)

    def _refuse_when_guessing(self, place: str) -> None:
        now = time.monotonic()
        with self._lock:
            failed = self._failures.get(place)
            if failed is not None and now - failed.since > _FAILURE_WINDOW:
                del self._failures[place]
                failed = None
        if failed is not None and failed.count >= _FAILURES_ALLOWED:
            wait = int(_FAILURE_WINDOW - (now - failed.since)) + 1
            raise Unavailable("Too many wrong passwords. Wait a minute and try again.", retry_after=wait)

    def _count_failure(self, place: str, account: Account | None, address: str) -> None:
        # People type passwords where the name belongs: a name that nobody has is not written down.
        name = account.name if account else ""
        words = "A wrong password." if account else "A name that nobody has here."
        self._tell(_login(name, address, words, FAILED))
        now = time.monotonic()
        with self._lock:
            failed = self._failures.setdefault(place, _Failures(0, now))
            failed.count += 1
            locked = failed.count == _FAILURES_ALLOWED
            if len(self._failures) > 10_000:  # an attacker's invented names must not fill memory
                self._failures = {p: f for p, f in self._failures.items() if now - f.since < _FAILURE_WINDOW}
        if locked:
            words = f"Locked out until a minute has passed: {_FAILURES_ALLOWED} wrong passwords."
            self._tell(_login(name, address, words, FAILED))


def _login(name: str, address: str, words: str, outcome: str = DONE) -> Event:
    return Event(time.time(), "login", name, "", words, outcome=outcome, address=address)


def _caller(account: Account) -> Caller:
    return Caller(account.name, account.display_name, frozenset(map(Role, account.roles)))


def _hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
