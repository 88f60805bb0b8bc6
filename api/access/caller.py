"""Who calls: from a header or a cookie to what the caller may do and see."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.access import keys, logins
from api.access.scopes import Scope, allows, scopes_of
from api.problems import Refusal
from verbatim.domain import stable_key
from verbatim.errors import StoreBusyError
from verbatim.storage.queries.restriction import Restriction

if TYPE_CHECKING:
    from collections.abc import Callable

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

# How long a revoked key may still be taken by a process that has just seen it.
REMEMBERED_SECONDS = 2.0
MOST_REMEMBERED = 10_000
HOW = "send a key as `Authorization: Bearer vb_…`; `verbatim key create NAME` makes one"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``id`` names the key or the login; ``by_cookie`` says that a browser sends it by itself."""

    id: str
    person: str
    role: str | None
    scopes: frozenset[Scope]
    restriction: Restriction
    sees_agents: bool
    key_id: str | None = None
    by_cookie: bool = False
    expires_at: datetime | None = None  # of the login

    def may(self, scope: Scope) -> bool:
        """Whether the caller has this scope."""
        return allows(self.scopes, scope)

    @property
    def restricted(self) -> bool:
        """Whether the caller sees some accounts or teams only."""
        return self.restriction.given


class Doorkeeper:
    """Tells callers by their keys and cookies; remembers each for two seconds instead of asking the store each time."""

    def __init__(self, store: Store, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._known: dict[str, tuple[float, Caller]] = {}

    def remembered(self, word: str) -> Caller | None:
        """The caller of this key or cookie, where the store was asked a moment ago. Does not block."""
        found = self._known.get(word)
        return found[1] if found is not None and found[0] > self._clock() else None

    def by_key(self, text: str) -> Caller:
        """The caller who holds this key.

        Raises:
            Refusal: not a key, revoked, or expired.
        """
        key = keys.find_key(self._store, text)
        now = datetime.now(UTC)
        if key is None:
            raise Refusal("not-authenticated", f"this is not a key of this server; {HOW}", headers=CHALLENGE)
        state = key.state(now)
        if state != "active":
            day = key.revoked_at or key.expires_at or now
            raise Refusal(
                "not-authenticated", f"this key was {state} on {day:%Y-%m-%d}; ask for a new one", headers=CHALLENGE
            )
        try:
            keys.note_use(self._store, key, now)
        except StoreBusyError:
            pass  # a long write is going on: the use is noted by a later request
        return self._remember(text, self._of_key(key))

    def by_cookie(self, word: str) -> Caller:
        """The caller whose session cookie this is.

        Raises:
            Refusal: no such session any more.
        """
        found = logins.find_session(self._store, word)
        key = keys.key_by_id(self._store, found.key_id) if found is not None and found.key_id else None
        ended = found is None or (found.key_id and (key is None or key.state(datetime.now(UTC)) != "active"))
        if ended or found is None:
            raise Refusal("not-authenticated", "your login has ended; log in again", headers=CHALLENGE)
        if key is not None:
            held, role, restriction = frozenset(key.scopes), key.role, Restriction(key.accounts, key.teams)
        else:
            held, role, restriction = scopes_of(found.role, ()), found.role, Restriction()
        caller = Caller(
            id=found.id, person=found.person, role=role, scopes=held, restriction=restriction,
            sees_agents=role not in self._settings.hide_agent_ratings_from, key_id=found.key_id, by_cookie=True,
            expires_at=found.expires_at,
        )  # fmt: skip
        return self._remember(word, caller)

    def forget(self, word: str) -> None:
        """Ask the store again next time."""
        self._known.pop(word, None)

    def _of_key(self, key: keys.Key) -> Caller:
        return Caller(
            id=key.id, person=f"{key.name} ({key.id})", role=key.role, scopes=frozenset(key.scopes),
            restriction=Restriction(key.accounts, key.teams),
            sees_agents=key.role not in self._settings.hide_agent_ratings_from, key_id=key.id,
        )  # fmt: skip

    def _remember(self, word: str, caller: Caller) -> Caller:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[word] = (self._clock() + REMEMBERED_SECONDS, caller)
        return caller


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="verbatim"'}


def idempotency_id(caller: Caller, operation: str, word: str) -> str:
    """Under which an answer to ``caller`` is remembered."""
    return stable_key("remembered", caller.key_id or caller.id, operation, word)
