"""Logins of people: a session cookie from a key, from a link that the server prints, or from OpenID Connect.

The store has hashes of what cookies and links hold; a session that began with a key ends with that key.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from verbatim.domain import stable_key
from verbatim.storage.tables import login

if TYPE_CHECKING:
    from verbatim.storage.store import Store

COOKIE = "verbatim_session"
LINK_MINUTES = 30
FORGOTTEN_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Login:
    """A session: who, as what, until when. ``role`` is ``None`` where the scopes are those of the key ``key_id``."""

    id: str
    person: str
    role: str | None
    key_id: str | None
    expires_at: datetime


def begin_session(
    store: Store, *, person: str, role: str | None, key_id: str | None, hours: float, now: datetime | None = None
) -> tuple[Login, str]:
    """Begin a session; gives it and what the cookie must hold."""
    moment = now or datetime.now(UTC)
    return _begin(store, "session", person, role, key_id, moment, timedelta(hours=hours))


def make_link(store: Store, *, person: str, key_id: str, now: datetime | None = None) -> str:
    """A word that logs in once, within half an hour, with the rights of a key."""
    moment = now or datetime.now(UTC)
    return _begin(store, "link", person, None, key_id, moment, timedelta(minutes=LINK_MINUTES))[1]


def use_link(store: Store, word: str, *, hours: float, now: datetime | None = None) -> tuple[Login, str] | None:
    """The session that a link is good for; ``None`` where it was used, is too old or never was."""
    moment = now or datetime.now(UTC)
    with store.writing() as connection:
        used = connection.execute(
            update(login)
            .where(login.c.id == _id(word), login.c.kind == "link", login.c.ended_at.is_(None))
            .where(login.c.expires_at > moment)
            .values(ended_at=moment)
            .returning(login.c.person, login.c.key_id)
        ).one_or_none()
    if used is None:
        return None
    return begin_session(store, person=used.person, role=None, key_id=used.key_id, hours=hours, now=moment)


def find_session(store: Store, word: str, *, now: datetime | None = None) -> Login | None:
    """The session whose cookie holds ``word``, while it lasts."""
    moment = now or datetime.now(UTC)
    row = login.c
    wanted = select(login).where(row.id == _id(word), row.kind == "session", row.ended_at.is_(None))
    with store.reading() as connection:
        found = connection.execute(wanted.where(row.expires_at > moment)).mappings().one_or_none()
    if found is None:
        return None
    return Login(found["id"], found["person"], found["role"], found["key_id"], found["expires_at"])


def end_session(store: Store, word: str, *, now: datetime | None = None) -> None:
    """Log out."""
    with store.writing() as connection:
        ended = update(login).where(login.c.id == _id(word), login.c.ended_at.is_(None))
        connection.execute(ended.values(ended_at=now or datetime.now(UTC)))


def _begin(
    store: Store, kind: str, person: str, role: str | None, key_id: str | None, now: datetime, lasts: timedelta
) -> tuple[Login, str]:
    word = secrets.token_urlsafe(32)
    made = Login(_id(word), person, role, key_id, now + lasts)
    with store.writing() as connection:
        connection.execute(delete(login).where(login.c.expires_at < now - FORGOTTEN_AFTER))
        connection.execute(
            insert(login).values(
                id=made.id, kind=kind, person=person, role=role, key_id=key_id, created_at=now,
                expires_at=made.expires_at,
            )
        )  # fmt: skip
    return made, word


def _id(word: str) -> str:
    return stable_key("login", word)
