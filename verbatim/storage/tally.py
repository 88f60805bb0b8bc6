"""Figures of the active model's themes by day, so that a list of themes need not count every comment.

A theme's row counts what speaks of it or of its sub-themes, each comment once. Days are those of UTC: what a span in
another time zone cuts off at its edges is counted from the rows (`verbatim.storage.queries.overview`), so that spans
are exact in every zone, also those an odd number of minutes away from UTC; hours would make as many rows as comments.

Whoever changes assignments, or the times of comments, calls `tally`, `retally` or `forget_tally`; after the last of
these everything is counted from the rows until the next `tally`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Float, and_, cast, delete, func, literal, select, type_coerce, union_all, update

from verbatim.storage.columns import EPOCH
from verbatim.storage.tables import assignment, comment, theme, theme_day, theme_model
from verbatim.storage.upsert import upsert_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import CTE, ColumnElement, Connection, FromClause, Select

    _Pair = tuple[Select[Any], Select[Any]]

EVERY, UNDATED = "*", "undated"
DAY = timedelta(days=1)
DAY_MICROSECONDS = 86_400_000_000
BEFORE_1970 = 1_000_000  # days: keeps the dividend positive, since SQLite rounds towards zero


def tally_lacks(connection: Connection) -> bool:
    """Whether there is an active model without these figures."""
    lacking = select(theme_model.c.id).where(theme_model.c.active, ~theme_model.c.tallied)
    return connection.execute(lacking).first() is not None


def forget_tally(connection: Connection) -> None:
    """Note that the figures are no longer right."""
    connection.execute(update(theme_model).where(theme_model.c.tallied).values(tallied=False))


def tally(connection: Connection) -> None:
    """Count the active model's themes by day; figures of other models go."""
    model_id = connection.execute(select(theme_model.c.id).where(theme_model.c.active)).scalar()
    connection.execute(delete(theme_day))
    connection.execute(update(theme_model).values(tallied=theme_model.c.id == model_id))
    if model_id is None:
        return
    for counts in _both(model_id, (), day_number(connection).label("day")):
        _keep(connection, model_id, counts)


def retally(connection: Connection, model_id: str, themes: Collection[str], *, every: bool) -> None:
    """Count these themes of the active model again, and (``every``) all comments; the others stay as they are.

    For themes whose own comments changed name those above them, too; of a theme that has moved to another parent
    those above it before and after. Figures that are not right anyway are left to the next `tally`.
    """
    right = select(theme_model.c.id).where(theme_model.c.id == model_id, theme_model.c.active, theme_model.c.tallied)
    if connection.execute(right).first() is None:
        return
    there = select(theme.c.id).where(theme.c.model_id == model_id)
    of_model = theme_day.c.model_id == model_id
    connection.execute(
        delete(theme_day).where(of_model, theme_day.c.theme_id.not_in(there), theme_day.c.theme_id != EVERY)
    )
    day = day_number(connection).label("day")
    if themes:
        connection.execute(delete(theme_day).where(of_model, theme_day.c.theme_id.in_(themes)))
        _keep(connection, model_id, _of_themes(model_id, themes, day))
    if every:
        connection.execute(delete(theme_day).where(of_model, theme_day.c.theme_id == EVERY))
        _keep(connection, model_id, _both(model_id, (), day)[1])


def counted_rows(
    model_id: str, conditions: list[ColumnElement[bool]], *columns: ColumnElement[Any]
) -> Select[Any]:  # fmt: skip
    """``theme_id``, ``comments``, ``felt``, ``sentiment_sum`` of the comments that ``conditions`` let through, for each
    value of the ``columns`` of a comment.
    """  # noqa: D205
    return select(union_all(*_both(model_id, conditions, *columns)).subquery())


def day_text(moment: datetime) -> str:
    """The day of UTC in which ``moment`` lies, as it is kept.

    >>> day_text(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    '2026-01-31'
    """
    return date.isoformat(moment.astimezone(UTC).date())


def day_number(connection: Connection) -> ColumnElement[int]:
    """Days since 1970 of a comment, by UTC."""
    at = comment.c.occurred_at
    if connection.dialect.name == "sqlite":
        shifted = type_coerce(at, BigInteger) + BEFORE_1970 * DAY_MICROSECONDS
        return shifted // DAY_MICROSECONDS - BEFORE_1970
    return cast(func.floor(func.extract("epoch", at) / 86_400), BigInteger)


def _keep(connection: Connection, model_id: str, counts: Select[Any]) -> None:
    rows = [
        {
            "theme_id": row.theme_id,
            "day": UNDATED if row.day is None else day_text(EPOCH + int(row.day) * DAY),
            "comments": row.comments,
            "felt": row.felt,
            "sentiment_sum": row.sentiment_sum or 0.0,
        }
        for row in connection.execute(counts)
    ]
    upsert_rows(connection, theme_day, rows, {"model_id": model_id})


def _of_themes(model_id: str, themes: Collection[str], day: ColumnElement[int]) -> Select[Any]:
    """As `_both` by theme, of these only, beginning with what is assigned to them and what is below them."""
    given, said, above = assignment.c, comment.c, lines(model_id)
    spoken = (
        select(above.c.above.label("theme_id"), given.comment_id, given.sentiment, day)
        .select_from(above)
        .join(assignment, and_(given.theme_id == above.c.theme_id, given.model_id == model_id))
        .join(comment, said.id == given.comment_id)
        .where(above.c.above.in_(themes))
        .subquery()
    )
    return select(spoken.c.theme_id, *_figures(spoken), spoken.c.day).group_by(spoken.c.theme_id, spoken.c.day)


def _figures(spoken: FromClause) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count(spoken.c.comment_id.distinct()).label("comments"),
        func.count(spoken.c.sentiment).label("felt"),
        func.sum(spoken.c.sentiment, type_=Float).label("sentiment_sum"),
    )


def _both(model_id: str, conditions: Sequence[ColumnElement[bool]] = (), *columns: ColumnElement[Any]) -> _Pair:
    """By theme, sub-themes in their parents; and of all comments. ``columns`` of a comment are grouped by, too."""
    given, said = assignment.c, comment.c
    # An outer join, so that SQLite begins with the comments that are asked for, not with all of a theme's.
    joined = comment.outerjoin(assignment, and_(given.comment_id == said.id, given.model_id == model_id))
    spoken = (
        select(given.theme_id, given.comment_id, given.sentiment, *columns)
        .select_from(joined)
        .where(*conditions)
        .cte("spoken")
        .prefix_with("MATERIALIZED")
    )
    above, further = lines(model_id), [spoken.c[column.name] for column in columns]
    figures = _figures(spoken)
    by_theme: Select[Any] = (
        select(above.c.above.label("theme_id"), *figures, *further)
        .select_from(spoken.join(above, above.c.theme_id == spoken.c.theme_id))
        .group_by(above.c.above, *further)
    )
    every: Select[Any] = select(literal(EVERY).label("theme_id"), *figures, *further)
    return by_theme, every.where(spoken.c.comment_id.is_not(None)).group_by(*further)


def lines(model_id: str) -> CTE:
    """``theme_id`` and ``above``: each theme with itself and those it is part of; a ring of themes ends too."""
    start = select(theme.c.id.label("theme_id"), theme.c.id.label("above")).where(theme.c.model_id == model_id)
    line = start.cte("line", recursive=True)
    parents = (
        select(line.c.theme_id, theme.c.parent_id)
        .join(theme, theme.c.id == line.c.above)
        .where(theme.c.model_id == model_id, theme.c.parent_id.is_not(None))
    )
    return line.union(parents)
