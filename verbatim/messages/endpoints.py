"""Where messages go: endpoints, what they want to hear, and their secrets."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from verbatim.errors import InputError, NotFoundError
from verbatim.messages.addresses import check_url
from verbatim.messages.events import event_named
from verbatim.messages.sign import endpoint_secret
from verbatim.storage.tables import endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

STYLES = ("webhook", "slack")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One receiver. ``events`` empty: all. ``problem`` says why it was switched off; ``url`` may itself be secret."""

    id: str
    name: str
    style: str
    url: str
    events: tuple[str, ...]
    active: bool
    generation: int
    rotated_at: datetime | None
    problem: str | None
    created_at: datetime
    person: str

    def wants(self, event: str) -> bool:
        """Whether it is to hear of ``event``; a test reaches every endpoint."""
        return self.active and (not self.events or event in self.events or event == "test")


def endpoints(store: Store) -> list[Endpoint]:
    """Every endpoint, the oldest first."""
    with store.reading() as connection:
        return read_endpoints(connection)


def read_endpoints(connection: Connection) -> list[Endpoint]:
    """As `endpoints`, within a transaction."""
    rows = connection.execute(select(endpoint).order_by(endpoint.c.created_at, endpoint.c.id)).mappings()
    return [_endpoint(row) for row in rows]


def endpoint_of(store: Store, endpoint_id: str) -> Endpoint:
    """One endpoint.

    Raises:
        NotFoundError: there is none of that id.
    """
    with store.reading() as connection:
        row = connection.execute(select(endpoint).where(endpoint.c.id == endpoint_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no endpoint {endpoint_id!r}; `verbatim messages endpoints` lists them")
    return _endpoint(row)


def add_endpoint(
    store: Store, settings: Settings, *, name: str, url: str, person: str, at: datetime, style: str = "webhook",
    events: Sequence[str] = (),
) -> Endpoint:  # fmt: skip
    """Add a receiver, active at once; `reveal_secret` gives the secret for it.

    Raises:
        InputError: an address that webhooks must not go to, an unknown style, or no name.
        NotFoundError: an unknown event.
    """
    row: dict[str, Any] = {
        "id": uuid.uuid4().hex, "name": _name(name), "style": _style(style), "url": check_url(url, settings),
        "events": _events(events), "active": True, "generation": 1, "created_at": at, "person": person,
    }  # fmt: skip
    with store.writing() as connection:
        connection.execute(insert(endpoint).values(**row))
    return endpoint_of(store, row["id"])


def change_endpoint(
    store: Store, settings: Settings, endpoint_id: str, *, name: str | None = None, url: str | None = None,
    events: Sequence[str] | None = None, active: bool | None = None,
) -> Endpoint:  # fmt: skip
    """Change what is given; switching it on forgets why it was off. Raises as `add_endpoint`, and NotFoundError."""
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = _name(name)
    if url is not None:
        values["url"] = check_url(url, settings)
    if events is not None:
        values["events"] = _events(events)
    if active is not None:
        values |= {"active": active, "problem": None}
    if values:
        with store.writing() as connection:
            connection.execute(update(endpoint).where(endpoint.c.id == endpoint_id).values(**values))
    return endpoint_of(store, endpoint_id)


def rotate_secret(store: Store, settings: Settings, endpoint_id: str, *, at: datetime) -> str:
    """Renew the secret, and give it; messages are signed with the one before too for 24 hours.

    Raises:
        NotFoundError: there is no such endpoint.
    """
    with store.writing() as connection:
        renewed = update(endpoint).where(endpoint.c.id == endpoint_id)
        connection.execute(renewed.values(generation=endpoint.c.generation + 1, rotated_at=at))
    return reveal_secret(store, settings, endpoint_id)


def reveal_secret(store: Store, settings: Settings, endpoint_id: str) -> str:
    """The newest secret of an endpoint, for its receiver's settings.

    Raises:
        NotFoundError: there is no such endpoint.
    """
    return endpoint_secret(settings, endpoint_id, endpoint_of(store, endpoint_id).generation)


def remove_endpoint(store: Store, endpoint_id: str) -> None:
    """Forget a receiver; what waits for it dies at its next attempt.

    Raises:
        NotFoundError: there is no such endpoint.
    """
    endpoint_of(store, endpoint_id)
    with store.writing() as connection:
        connection.execute(delete(endpoint).where(endpoint.c.id == endpoint_id))


def switch_off(connection: Connection, endpoint_id: str, problem: str) -> None:
    """Send nothing more there, because of ``problem``."""
    off = update(endpoint).where(endpoint.c.id == endpoint_id)
    connection.execute(off.values(active=False, problem=problem))


def _endpoint(row: RowMapping) -> Endpoint:
    return Endpoint(**{**dict(row), "events": tuple(row["events"] or ())})


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME:
        raise InputError(f"an endpoint needs a name of 1 to {LONGEST_NAME} characters")
    return plain


def _style(style: str) -> str:
    if style not in STYLES:
        raise InputError(f"{style!r} is no style of messages; the styles are {' and '.join(STYLES)}")
    return style


def _events(names: Sequence[str]) -> list[str]:
    return sorted({event_named(name).name for name in names})
