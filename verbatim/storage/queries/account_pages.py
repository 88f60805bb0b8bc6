"""Accounts for people: a page of them in an order, one with its contacts, and what each contact answered."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, or_, select

from verbatim.domain import Status
from verbatim.errors import InputError, NotFoundError
from verbatim.storage.queries.restriction import Restriction, account_key
from verbatim.storage.tables import account, contact, survey_response

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from verbatim.storage.store import Store

Order = Literal["name", "-value", "renewal"]
EVERYTHING = Restriction()
MOST_ANSWERS = 2_000  # of one account, the newest
row, person, answer = account.c, contact.c, survey_response.c


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as it stands; ``id`` is the key of the store, ``external_id`` the source's."""

    id: str
    external_id: str | None
    name: str | None
    tier: str | None
    arr: float | None
    currency: str | None
    since: datetime | None
    renewal_at: datetime | None
    owner: str | None
    contacts: int

    @property
    def shown_id(self) -> str:
        """What people call it in addresses."""
        return self.external_id or self.id


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """How somebody answered last to a metric."""

    metric: str
    scale: str
    value: float
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact, how many answers it gave (among the account's newest), and its newest to each metric."""

    id: str
    external_id: str | None
    role: str | None
    since: datetime | None
    answers: int
    newest: tuple[GivenAnswer, ...]


def account_rows(
    store: Store, *, order: Order = "name", offset: int = 0, limit: int = 50, restricted: Restriction = EVERYTHING
) -> tuple[AccountRow, ...]:
    """A page of accounts: by name, by value (largest first) or by renewal (next first); nothing comes last.

    Raises:
        InputError: another order.
    """
    orders: dict[str, tuple[ColumnElement[Any], ...]] = {
        "name": (row.name.is_(None), func.lower(row.name)),
        "-value": (row.arr.is_(None), row.arr.desc()),
        "renewal": (row.renewal_at.is_(None), row.renewal_at),
    }
    if order not in orders:
        raise InputError(f"order={order!r} is not known; use {', '.join(orders)}")
    wanted = select(*_columns()).where(*_allowed(restricted)).order_by(*orders[order], row.id)
    with store.reading() as connection:
        return _rows(connection, wanted.offset(offset).limit(limit))


def accounts_of(store: Store, ids: Sequence[str], restricted: Restriction = EVERYTHING) -> tuple[AccountRow, ...]:
    """The accounts of these keys (a page of them), in this order; those that are not there are left out."""
    with store.reading() as connection:
        rows = _rows(connection, select(*_columns()).where(row.id.in_(ids), *_allowed(restricted)))
    by_id = {one.id: one for one in rows}
    return tuple(by_id[key] for key in ids if key in by_id)


def account_named(store: Store, wanted: str, restricted: Restriction = EVERYTHING) -> AccountRow:
    """The account of this id at its source, or of this key.

    Raises:
        NotFoundError: there is none that may be seen.
    """
    named = or_(row.id.in_([wanted, account_key(wanted)]), row.external_id == wanted)
    with store.reading() as connection:
        found = _rows(connection, select(*_columns()).where(named, *_allowed(restricted)).order_by(row.id).limit(1))
    if not found:
        raise NotFoundError(f"there is no account {wanted[:60]!r} here; the page of accounts lists them")
    return found[0]


def account_count(store: Store, restricted: Restriction = EVERYTHING) -> int:
    """How many accounts there are."""
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(account).where(*_allowed(restricted))).scalar_one()


def contacts_of(store: Store, account_id: str, *, limit: int = 50) -> tuple[ContactRow, ...]:
    """The contacts of the account with this key: those who answered most recently first, then by role."""
    given = select(answer.contact_id, answer.metric, answer.scale, answer.value, answer.occurred_at).where(
        answer.account_id == account_id, answer.status == Status.ANSWERED.value, answer.value.is_not(None)
    )
    known = select(person.id, person.external_id, person.role, person.since).where(person.account_id == account_id)
    with store.reading() as connection:
        people = connection.execute(known.order_by(person.role.is_(None), person.role, person.id)).all()
        newest_first = given.order_by(answer.occurred_at.is_(None), answer.occurred_at.desc(), answer.id)
        answers = connection.execute(newest_first.limit(MOST_ANSWERS)).all()
    number: dict[str, int] = defaultdict(int)
    newest: dict[str, dict[str, GivenAnswer]] = defaultdict(dict)
    for one in answers:
        number[one.contact_id] += 1
        newest[one.contact_id].setdefault(
            one.metric, GivenAnswer(one.metric, one.scale, one.value, one.occurred_at)
        )  # fmt: skip
    place = {contact_id: position for position, contact_id in enumerate(newest)}
    ordered = sorted(people, key=lambda one: place.get(one.id, len(place)))
    return tuple(
        ContactRow(one.id, one.external_id, one.role, one.since, number[one.id], tuple(newest[one.id].values()))
        for one in ordered[:limit]
    )


def _columns() -> tuple[Any, ...]:
    contacts = select(func.count()).select_from(contact).where(person.account_id == row.id).scalar_subquery()
    names = ("id", "external_id", "name", "tier", "arr", "currency", "since", "renewal_at", "owner")
    return (*(row[name] for name in names), contacts.label("contacts"))


def _allowed(restricted: Restriction) -> list[ColumnElement[bool]]:
    allowed = restricted.where().get("account_id")
    return [] if allowed is None else [row.id.in_(allowed)]


def _rows(connection: Connection, wanted: Any) -> tuple[AccountRow, ...]:  # noqa: ANN401
    return tuple(AccountRow(**one) for one in connection.execute(wanted).mappings())
