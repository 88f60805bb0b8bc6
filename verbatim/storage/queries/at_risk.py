"""The queue of open tickets at risk: each with its newest prediction, what people said of it, and its account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, func, or_, select

from verbatim.errors import InputError
from verbatim.storage.queries.restriction import Restriction
from verbatim.storage.tables import account, intervention, prediction, prediction_feedback, predictor, ticket

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

    from verbatim.storage.store import Store

Order = Literal["-risk", "-value", "-opened"]
Place = tuple[Any, str]  # what it is sorted by (a number, or a moment), and the ticket

OVER = ("solved", "closed", "resolved", "done")
EVERYTHING = Restriction()
row, held, about = prediction.c, ticket.c, account.c


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """Which tickets; ``None`` and empty do not narrow. ``waiting`` leaves out what was snoozed, doubted or acted on."""

    metric: str
    open: bool = True
    team: str | None = None
    account: str | None = None  # external id
    bands: tuple[str, ...] = ()
    least_risk: float | None = None
    least_value: float | None = None  # of the account, in its currency
    ids: tuple[str, ...] | None = None  # keys of tickets
    waiting: bool = True
    restricted: Restriction = EVERYTHING


@dataclass(frozen=True, slots=True)
class RiskPage:
    """Rows as dictionaries, and where the next page begins (``None``: this is the last)."""

    rows: tuple[dict[str, Any], ...]
    after: Place | None


def at_risk(
    store: Store, wanted: RiskFilter, *, now: datetime, order: Order = "-risk", after: Place | None = None,
    limit: int = 50,
) -> RiskPage:  # fmt: skip
    """A page of the queue, highest first: by risk, by risk × the account's value, or by when tickets were opened.

    Each row has the columns of ``prediction`` and ``ticket`` (external id), ``subject``, ``status``, ``priority``,
    ``opened_at``, ``channel``, ``team``, ``agent``, ``account`` (external id), ``account_name``, ``tier``, ``arr``,
    ``currency``, ``owner``, ``version`` (csat-3), ``said`` and ``said_until`` (newest feedback), ``acted`` (newest
    intervention's kind).
    """
    ranked = _newest(wanted.metric).subquery()
    heard = _feedback(wanted.metric).subquery()
    done = _interventions().subquery()
    rank = _rank(order)
    columns = [
        *row, held.external_id.label("ticket"), held.subject, held.status, held.priority,
        held.created_at.label("opened_at"), *(_segment(name).label(name) for name in ("channel", "team", "agent")),
        about.external_id.label("account"), about.name.label("account_name"), about.tier, about.arr, about.currency,
        about.owner, predictor.c.number, heard.c.kind.label("said"), heard.c.until.label("said_until"),
        done.c.kind.label("acted"), rank.label("rank"),
    ]  # fmt: skip
    joined = (
        prediction.join(ranked, ranked.c.id == row.id)
        .join(ticket, held.id == row.ticket_id)
        .outerjoin(account, about.id == held.account_id)
        .outerjoin(predictor, predictor.c.id == row.predictor_id)
        .outerjoin(heard, and_(heard.c.ticket_id == held.id, heard.c.place == 1))
        .outerjoin(done, and_(done.c.ticket_id == held.id, done.c.place == 1))
    )
    conditions = [ranked.c.place == 1, row.metric == wanted.metric, rank.is_not(None), *_narrowing(wanted)]
    if wanted.waiting:
        snoozed = and_(heard.c.kind == "snooze", heard.c.until > now)
        conditions += [
            or_(heard.c.kind.is_(None), ~or_(snoozed, heard.c.kind == "disagree")),
            or_(done.c.at.is_(None), done.c.at < row.at),
        ]
    if after is not None:
        conditions.append(or_(rank < after[0], and_(rank == after[0], row.ticket_id > after[1])))
    query = select(*columns).select_from(joined).where(*conditions).order_by(rank.desc(), row.ticket_id)
    with store.reading() as connection:
        found = [dict(one) for one in connection.execute(query.limit(limit + 1)).mappings()]
    for one in found:
        number = one.pop("number")
        one["version"] = None if number is None else f"{one['metric']}-{number}"
    last = found[limit - 1] if len(found) > limit else None
    return RiskPage(tuple(found[:limit]), None if last is None else (last["rank"], last["ticket_id"]))


def open_tickets(store: Store, restricted: Restriction = EVERYTHING) -> int:
    """How many tickets are open."""
    narrowed = _narrowing(RiskFilter("", restricted=restricted))
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(ticket).where(*narrowed)).scalar_one())


def _newest(metric: str) -> Select[Any]:
    order = (row.at.desc(), row.made_at.desc(), row.id)
    place = func.row_number().over(partition_by=row.ticket_id, order_by=order).label("place")
    return select(row.id, place).where(row.metric == metric)


def _feedback(metric: str) -> Select[Any]:
    said = prediction_feedback.c
    place = func.row_number().over(partition_by=said.ticket_id, order_by=(said.at.desc(), said.id)).label("place")
    newest = select(said.ticket_id, said.kind, said.until, place).where(said.metric == metric)
    return newest


def _interventions() -> Select[Any]:
    did = intervention.c
    place = func.row_number().over(partition_by=did.ticket_id, order_by=(did.at.desc(), did.id)).label("place")
    return select(did.ticket_id, did.kind, did.at, place)


def _rank(order: Order) -> ColumnElement[Any]:
    if order == "-risk":
        return row.probability
    if order == "-value":
        return row.probability * func.coalesce(about.arr, 0.0)
    if order == "-opened":
        return held.created_at
    raise InputError(f"order={order!r} is not known; use -risk, -value or -opened")


def _narrowing(wanted: RiskFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.open:
        timed = or_(held.solved_at.is_not(None), held.closed_at.is_not(None))
        found.append(~and_(held.status.is_(None), timed))
        found.append(func.lower(func.coalesce(held.status, "")).not_in(OVER))
    for teams in ((wanted.team,) if wanted.team is not None else (), wanted.restricted.teams):
        if teams:
            found.append(_segment("team").in_(teams))
    allowed = wanted.restricted.where().get("account_id")
    if allowed is not None:
        found.append(held.account_id.in_(allowed))
    if wanted.account is not None:
        found.append(held.account_id.in_(Restriction(accounts=(wanted.account,)).where()["account_id"]))
    if wanted.bands:
        found.append(row.band.in_(wanted.bands))
    if wanted.least_risk is not None:
        found.append(row.probability >= wanted.least_risk)
    if wanted.least_value is not None:
        found.append(about.arr >= wanted.least_value)
    if wanted.ids is not None:
        found.append(held.id.in_(wanted.ids))
    return found


def _segment(name: str) -> ColumnElement[Any]:
    value: ColumnElement[Any] = held.segments[name].as_string()
    return value
