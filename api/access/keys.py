"""API keys: made, shown once, listed, revoked, checked.

A key reads ``vb_<id>_<secret>``. The store has the id and a SHA-256 of the secret, which has 256 random bits, so that
a slow hash would add nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from api.access.scopes import ROLES, Scope, scopes_of
from verbatim.errors import InputError, NotFoundError
from verbatim.storage.tables import api_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verbatim.storage.store import Store

PREFIX = "vb_"
SHAPE = re.compile(r"vb_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
LONGEST_NAME = 100
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret. ``accounts`` (external ids) and ``teams`` limit what it sees; empty: all."""

    id: str
    name: str
    role: str | None
    scopes: tuple[Scope, ...]
    accounts: tuple[str, ...]
    teams: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def state(self, now: datetime) -> str:
        """active, revoked or expired."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"


def create_key(
    store: Store, name: str, *, person: str, role: str | None = None, scopes: Sequence[str] = (),
    accounts: Sequence[str] = (), teams: Sequence[str] = (), expires_at: datetime | None = None,
) -> tuple[Key, str]:  # fmt: skip
    """Make a key; gives it and its text, which is not kept and cannot be shown again.

    Raises:
        InputError: no name, neither role nor scopes, an unknown one, or an end that is over.
    """
    now = datetime.now(UTC)
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise InputError(f"a key needs a name of at most {LONGEST_NAME} printable characters, not {name[:30]!r}")
    granted = scopes_of(role, scopes)
    if not granted:
        raise InputError(f"say what the key may do: a role ({', '.join(ROLES)}) or scopes ({', '.join(Scope)})")
    if Scope.ADMIN in granted and (accounts or teams):
        raise InputError("a key for admin cannot be limited to accounts or teams; name other scopes")
    if expires_at is not None and expires_at <= now:
        raise InputError(f"the key would have expired on {expires_at:%Y-%m-%d}; name a later day")
    secret = secrets.token_urlsafe(32)
    key = Key(
        secrets.token_hex(6), plain, role, tuple(scope for scope in Scope if scope in granted),
        tuple(dict.fromkeys(accounts)), tuple(dict.fromkeys(teams)), now, person, expires_at, None, None,
    )  # fmt: skip
    row = {
        **{name: getattr(key, name) for name in ("id", "name", "role", "created_at", "created_by", "expires_at")},
        "secret_hash": _hash(secret), "scopes": list(key.scopes), "accounts": list(key.accounts),
        "teams": list(key.teams),
    }  # fmt: skip
    with store.writing() as connection:
        connection.execute(insert(api_key).values(**row))
    return key, f"{PREFIX}{key.id}_{secret}"


def list_keys(store: Store) -> list[Key]:
    """Every key, newest first, also those revoked and expired."""
    with store.reading() as connection:
        rows = connection.execute(select(api_key).order_by(api_key.c.created_at.desc(), api_key.c.id)).mappings()
        return [_key(row) for row in rows]


def revoke_key(store: Store, wanted: str, *, now: datetime | None = None) -> Key:
    """End a key at once, by its id or its name; one that was revoked before stays as it is.

    Raises:
        NotFoundError: no such key, or several active ones of that name.
    """
    keys = list_keys(store)
    moment = now or datetime.now(UTC)
    named = [key for key in keys if key.name == wanted and key.revoked_at is None]
    found = [key for key in keys if key.id == wanted.removeprefix(PREFIX)[:12]] or named
    if len(found) != 1:
        there = ", ".join(f"{key.id} ({key.name})" for key in keys if key.revoked_at is None) or "none"
        raise NotFoundError(f"{'several keys are' if found else 'no key is'} called {wanted!r}; active keys: {there}")
    with store.writing() as connection:
        connection.execute(
            update(api_key).where(api_key.c.id == found[0].id, api_key.c.revoked_at.is_(None)).values(revoked_at=moment)
        )
    return next(key for key in list_keys(store) if key.id == found[0].id)


def find_key(store: Store, text: str) -> Key | None:
    """The key that ``text`` is, whatever its state; ``None``: none. The secret is compared in constant time."""
    shape = SHAPE.fullmatch(text)
    if shape is None:
        return None
    with store.reading() as connection:
        row = connection.execute(select(api_key).where(api_key.c.id == shape[1])).mappings().one_or_none()
    expected = row["secret_hash"] if row is not None else _hash("")
    if not hmac.compare_digest(_hash(shape[2]), expected) or row is None:
        return None
    return _key(row)


def key_by_id(store: Store, key_id: str) -> Key | None:
    """The key of this id."""
    with store.reading() as connection:
        row = connection.execute(select(api_key).where(api_key.c.id == key_id)).mappings().one_or_none()
    return None if row is None else _key(row)


def note_use(store: Store, key: Key, now: datetime) -> None:
    """Note that the key was used, to the minute."""
    if key.used_at is not None and now - key.used_at < NOTED_EVERY:
        return
    with store.writing() as connection:
        connection.execute(update(api_key).where(api_key.c.id == key.id).values(used_at=now))


def _key(row: Any) -> Key:  # noqa: ANN401
    return Key(
        id=row["id"], name=row["name"], role=row["role"], scopes=tuple(map(Scope, row["scopes"])),
        accounts=tuple(row["accounts"]), teams=tuple(row["teams"]), created_at=row["created_at"],
        created_by=row["created_by"], expires_at=row["expires_at"], revoked_at=row["revoked_at"],
        used_at=row["used_at"],
    )  # fmt: skip


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
