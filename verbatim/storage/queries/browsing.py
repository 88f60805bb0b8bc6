"""Comments a page at a time, newest first, by any filter; fast over millions.

A page begins where the last one ended, at a moment and an id, not at a count of rows: comments that arrive meanwhile
neither push others onto the next page nor out of sight. There are two ways to a page: walk from the newest and ask of
each comment whether it is wanted, or gather all that an index names and sort them. Which costs less is told by the
figures of the themes by day, and by counting the matches of words up to a bound.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, case, func, literal, select, tuple_

from verbatim.errors import InputError
from verbatim.storage.columns import EPOCH, MICROSECOND, UtcDateTime, microseconds
from verbatim.storage.queries.details import StoredComment, stored_comments
from verbatim.storage.queries.filters import CommentFilter, Narrowed
from verbatim.storage.tables import assignment, comment, theme, theme_day, theme_model
from verbatim.storage.tally import EVERY, UNDATED, day_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

    from verbatim.storage.store import Store

said = comment.c
MOST_ON_A_PAGE = 1_000
# Matches of words: gathered and sorted up to the first (where other conditions hold too, the second); listed, while
# walking from the newest, up to the third; from there on each comment is asked on its own, some 50 µs each.
FEW_MATCHES, FEW_AMONG_OTHERS, MANY_MATCHES = 2_000, 20_000, 100_000
FURTHER_FILTERS = 8  # how much longer a walk is taken to be where other conditions hold too
CHECK_BYTES = 4


@dataclass(frozen=True, slots=True)
class CommentPage:
    """``after`` leads to the next page; ``None``: this is the last."""

    comments: tuple[StoredComment, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class CommentCount:
    """How many comments there are; ``more``: at least, since counting ended there."""

    comments: int
    more: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a comment: its finest theme, how near that is, and how much nearer than the next (cosines)."""

    comment_id: str
    theme_id: str
    similarity: float
    margin: float
    sentiment: float | None


@dataclass(frozen=True, slots=True)
class _Place:
    """A comment in the order: the next ones are older or, at the same moment, have a smaller id; undated come last."""

    at: datetime | None
    id: str


def comment_page(store: Store, wanted: CommentFilter, *, after: str | None = None, limit: int = 50) -> CommentPage:
    """At most ``limit`` comments, newest first, those without a time last; ``after`` is that of the page before.

    Raises:
        InputError: ``after`` was not given out here, ``limit`` is not in 1 … 1,000, or the filter contradicts itself.
        NotFoundError: a segment that nothing is called.
    """
    if not 1 <= limit <= MOST_ON_A_PAGE:
        raise InputError(f"a page has 1 to {MOST_ON_A_PAGE:,} comments, not {limit:,}")
    place = None if after is None else _read_place(after)
    with store.reading() as connection:
        narrowed = Narrowed.of(connection, wanted)
        found = _places(connection, narrowed, place, limit + 1)
        comments = stored_comments(connection, [one.id for one in found[:limit]], narrowed.model_id)
    return CommentPage(comments, _written(found[limit - 1]) if len(found) > limit else None)


def comment_count(store: Store, wanted: CommentFilter, *, most: int = 10_000) -> CommentCount:
    """How many comments there are, counted up to ``most``.

    Raises what `comment_page` raises.
    """
    with store.reading() as connection:
        rows = _countable(connection, Narrowed.of(connection, wanted)).limit(most + 1).subquery()
        number: int = connection.execute(select(func.count()).select_from(rows)).scalar_one()
    return CommentCount(min(number, most), number > most)


def ids_of(store: Store, wanted: CommentFilter, *, most: int) -> list[str] | None:
    """The ids of the comments, in any order; ``None`` where there are more than ``most``. Raises what a page raises."""
    with store.reading() as connection:
        rows = _countable(connection, Narrowed.of(connection, wanted)).limit(most + 1)
        found = [str(key) for key in connection.execute(rows).scalars()]
    return found if len(found) <= most else None


def ids_among(store: Store, wanted: CommentFilter, ids: Sequence[str]) -> set[str]:
    """Which of the comments with ``ids`` are wanted. Raises what a page raises."""
    with store.reading() as connection:
        narrowed = Narrowed.of(connection, wanted)
        conditions = [said.id.in_(ids), *narrowed.conditions, *narrowed.span, *narrowed.on_themes()]
        if narrowed.words is not None:
            conditions.append(narrowed.words.probed(connection))
        rows = select(said.id).select_from(narrowed.source).where(*conditions)
        return set(connection.execute(rows).scalars())


def newest_spans(store: Store, wanted: CommentFilter, *, newest: int) -> list[Span]:
    """What the ``newest`` comments that are wanted speak of: their spans on themes of the active model, in no order.

    Two queries and one a thousand comments, however many there are. Raises what a page raises.
    """
    given = assignment.c
    found: list[Span] = []
    with store.reading() as connection:
        narrowed = Narrowed.of(connection, wanted)
        ids = [one.id for one in _places(connection, narrowed, None, newest)]
        columns = (given.comment_id, given.theme_id, given.similarity, given.margin, given.sentiment)
        spans = select(*columns).where(given.model_id == narrowed.model_id, given.theme_id.is_not(None))
        for first in range(0, len(ids), MOST_ON_A_PAGE):
            part = spans.where(given.comment_id.in_(ids[first : first + MOST_ON_A_PAGE]))
            found += [Span(*row) for row in connection.execute(part)]
    return found


def _countable(connection: Connection, narrowed: Narrowed) -> Select[Any]:
    """A row for each comment, in any order."""
    words, conditions = narrowed.words, [*narrowed.conditions, *narrowed.span]
    if narrowed.themes and words is None and not conditions:
        given = assignment.c
        on_themes = (given.model_id == narrowed.model_id, given.theme_id.in_(narrowed.themes), *narrowed.felt)
        return select(given.comment_id).where(*on_themes).distinct()
    if words is not None:
        spoken = sum(on_themes for _, on_themes, _ in _days(connection, narrowed, None)) if narrowed.themes else 0
        if 0 < spoken <= FEW_MATCHES and not words.has_prefix:
            conditions += [*narrowed.on_themes(listed=True), words.probed(connection)]
            return select(said.id).select_from(narrowed.source).where(*conditions)
        conditions.append(words.matched(connection))
    return select(said.id).select_from(narrowed.source).where(*conditions, *narrowed.on_themes())


def _places(connection: Connection, narrowed: Narrowed, place: _Place | None, limit: int) -> list[_Place]:
    """The next ``limit`` comments in the order, dated ones first."""
    way = _way(connection, narrowed, place, limit)
    found: list[_Place] = []
    if place is None or place.at is not None:
        dated: list[ColumnElement[bool]] = [said.occurred_at.is_not(None), *narrowed.span]
        if place is not None:
            key = tuple_(literal(place.at, UtcDateTime), literal(place.id))
            dated.append(tuple_(said.occurred_at, said.id) < key)
        found = _run(connection, narrowed, [*dated, *way.newest], way, limit)
    if len(found) < limit and not narrowed.span:
        undated: list[ColumnElement[bool]] = [said.occurred_at.is_(None)]
        if place is not None and place.at is None:
            undated.append(said.id < place.id)
        found += _run(connection, narrowed, undated, way, limit - len(found))
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    """``conditions`` on words and themes; ``gather``: sort what they name instead of walking from the newest."""

    conditions: tuple[ColumnElement[bool], ...]
    gather: bool
    newest: tuple[ColumnElement[bool], ...] = ()


def _way(connection: Connection, narrowed: Narrowed, place: _Place | None, limit: int) -> _Way:
    words = narrowed.words
    days = _days(connection, narrowed, place) if narrowed.themes else []
    first = next((day for day, on_themes, _ in days if on_themes), None)
    newest = () if first is None else (said.occurred_at < _end_of(first),)
    if words is None:
        gather = _gathers(days, limit, further=bool(narrowed.conditions))
        return _Way(tuple(narrowed.on_themes(listed=gather)), gather=gather, newest=newest)
    matches = words.matches(connection, most=MANY_MATCHES)
    total = sum(on_themes for _, on_themes, _ in days) if days else MANY_MATCHES
    if matches <= (FEW_AMONG_OTHERS if narrowed.themes or narrowed.conditions else FEW_MATCHES):
        return _Way((words.matched(connection), *narrowed.on_themes()), gather=True)
    either = words.listed(connection) if words.has_prefix or matches < MANY_MATCHES else words.probed(connection)
    if total <= FEW_MATCHES:
        asked = words.listed(connection) if words.has_prefix else words.probed(connection)
        return _Way((*narrowed.on_themes(listed=True), asked), gather=True)
    return _Way((*narrowed.on_themes(), either), gather=False, newest=newest)


def _gathers(days: Sequence[tuple[str, int, int]], limit: int, *, further: bool) -> bool:
    """Whether walking from the newest day of the themes to a full page passes more comments than the themes have."""
    walked = wanted = 0
    for _, on_themes, every in days:
        walked += every if on_themes or walked else 0
        wanted += on_themes
        if wanted >= limit:
            break
    return walked * (FURTHER_FILTERS if further else 1) > sum(on_themes for _, on_themes, _ in days)


def _days(connection: Connection, narrowed: Narrowed, place: _Place | None) -> list[tuple[str, int, int]]:
    """Days not after ``place``, newest first: comments on the themes (about: on two counts twice) and on any."""
    tallied = select(theme_model.c.id).where(theme_model.c.active, theme_model.c.tallied)
    tree = connection.execute(select(theme.c.id, theme.c.parent_id).where(theme.c.model_id == narrowed.model_id))
    parents = {row.id: row.parent_id for row in tree}
    tops = [one for one in narrowed.themes if parents.get(one) not in narrowed.themes]
    every = theme_day.c.theme_id == EVERY
    rows = (
        select(
            theme_day.c.day,
            func.sum(case((every, 0), else_=theme_day.c.comments)),
            func.sum(case((every, theme_day.c.comments), else_=0)),
        )
        .where(theme_day.c.model_id.in_(tallied), theme_day.c.theme_id.in_([*tops, EVERY]), theme_day.c.day != UNDATED)
        .group_by(theme_day.c.day)
        .order_by(theme_day.c.day.desc())
    )
    if place is not None and place.at is not None:
        rows = rows.where(theme_day.c.day <= day_text(place.at))
    return [(day, int(on_themes), int(any_)) for day, on_themes, any_ in connection.execute(rows)]


def _end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00") + timedelta(days=1)


def _run(
    connection: Connection, narrowed: Narrowed, conditions: Sequence[ColumnElement[bool]], way: _Way, limit: int
) -> list[_Place]:
    rows: Select[Any] = (
        select(said.occurred_at.label("at"), said.id.label("id"))
        .select_from(narrowed.source)
        .where(*conditions, *narrowed.conditions, *way.conditions)
    )
    if way.gather:
        gathered = rows.cte("gathered").prefix_with("MATERIALIZED")
        ordered = select(gathered).order_by(gathered.c.at.desc(), gathered.c.id.desc())
    else:
        ordered = rows.order_by(said.occurred_at.desc(), said.id.desc())
    return [_Place(row.at, row.id) for row in connection.execute(ordered.limit(limit))]


def _written(place: _Place) -> str:
    """The place as text that people need not read: time, id and a check sum, in base 64 (RFC 4648, for addresses)."""
    plain = f"{'' if place.at is None else microseconds(place.at)}.{place.id}".encode()
    return base64.urlsafe_b64encode(_check(plain) + plain).decode().rstrip("=")


def _read_place(after: str) -> _Place:
    damaged = InputError("the place to carry on from is damaged; begin again without it, or copy it whole")
    try:
        whole = base64.b64decode(after.encode() + b"=" * (-len(after) % 4), altchars=b"-_", validate=True)
        check, plain = whole[:CHECK_BYTES], whole[CHECK_BYTES:]
        if check != _check(plain):
            raise damaged
        at, _, key = plain.decode().partition(".")
        return _Place(EPOCH + int(at) * MICROSECOND if at else None, key)
    except (binascii.Error, ValueError, OverflowError) as error:
        raise damaged from error


def _check(plain: bytes) -> bytes:
    return hashlib.blake2b(plain, digest_size=CHECK_BYTES, person=b"comment page").digest()
