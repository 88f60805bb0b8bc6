"""Which comments are asked for: one value for every filter, and the SQL that it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select

from verbatim.domain import Metric, Status
from verbatim.errors import InputError, NotFoundError
from verbatim.scores.definitions import CATEGORIES, SPANS, default_definition
from verbatim.storage.queries.counting import within
from verbatim.storage.queries.groups import Grouping
from verbatim.storage.queries.restriction import TEAM, Restriction, account_key, contact_key, ticket_key
from verbatim.storage.queries.words import WordQuery
from verbatim.storage.tables import assignment, comment, survey_response, theme_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, FromClause, Select

said, given, answer = comment.c, assignment.c, survey_response.c
MIDDLE = 1  # of CATEGORIES


@dataclass(frozen=True, slots=True)
class CommentFilter:
    """What comments must be; a field that is left out, or ``None``, does not matter.

    ``words``: see `verbatim.storage.queries.words`. ``themes``: ids of the active model; a comment on one of them, so
    name the sub-themes too. ``no_theme``: on none. ``where``: segments, as in `answer_counts`. ``start`` and ``end``:
    half-open. ``metric`` with ``lowest`` and ``highest`` (inclusive, on the scale as answered) or ``category`` (a word
    of `CATEGORIES`: "dissatisfied", "promoters"): an answer in the same submission. ``sentiment_from`` and
    ``sentiment_to`` (inclusive, -1 … 1): of a part of the comment, with ``themes`` of one that speaks of them.
    ``account``, ``ticket``, ``contact``: ids at the source, or keys. ``restricted``: what the caller may see at all.
    """

    words: str | None = None
    themes: tuple[str, ...] = ()
    no_theme: bool = False
    where: Mapping[str, Any] = field(default_factory=dict)
    start: datetime | None = None
    end: datetime | None = None
    question: str | None = None
    language: str | None = None
    metric: Metric | None = None
    lowest: float | None = None
    highest: float | None = None
    category: str | None = None
    sentiment_from: float | None = None
    sentiment_to: float | None = None
    informative: bool | None = None
    account: str | None = None
    ticket: str | None = None
    contact: str | None = None
    source: str | None = None
    restricted: Restriction | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter as SQL over ``source``: ``conditions`` that hold for every row, and, apart, the two that have indexes.

    ``plain``: there are no conditions but on words, themes and time.
    """

    model_id: str | None
    source: FromClause
    conditions: tuple[ColumnElement[bool], ...]
    span: tuple[ColumnElement[bool], ...]
    words: WordQuery | None
    themes: tuple[str, ...]
    felt: tuple[ColumnElement[bool], ...]

    @classmethod
    def of(cls, connection: Connection, wanted: CommentFilter) -> Self:
        """Look up what the filter names.

        Raises:
            InputError: words that are none, a category of another metric, themes together with ``no_theme``.
            NotFoundError: a segment that nothing is called.
        """
        model_id = connection.execute(select(theme_model.c.id).where(theme_model.c.active)).scalar()
        grouping = Grouping(connection, comment)
        felt = _felt(wanted)
        conditions = [
            *(said[name] == value for name, value in _own(wanted).items() if value is not None),
            *_links(grouping, wanted),
            *grouping.conditions(wanted.where),
            *_restricted(grouping, wanted.restricted),
            *_scored(wanted),
            *([on_themes(model_id, (), felt)] if felt and not wanted.themes else []),
        ]
        if wanted.no_theme:
            if wanted.themes:
                raise InputError("comments on a theme and comments on none cannot be asked for at once; leave one out")
            conditions.append(not_(on_themes(model_id, (), [given.theme_id.is_not(None)])))
        words = None if wanted.words is None else WordQuery.parse(wanted.words)
        span = tuple(within(comment, wanted.start, wanted.end))
        return cls(model_id, grouping.source, tuple(conditions), span, words, wanted.themes, tuple(felt))

    def on_themes(self, *, listed: bool = False) -> list[ColumnElement[bool]]:
        """That a comment is on one of the themes, if any are asked for; ``listed``: begin with the theme's comments."""
        if not self.themes:
            return []
        if not listed:
            return [on_themes(self.model_id, self.themes, self.felt)]
        rows = select(given.comment_id).where(given.model_id == self.model_id, given.theme_id.in_(self.themes))
        return [said.id.in_(rows.where(*self.felt))]


def on_themes(
    model_id: str | None, themes: Sequence[str], conditions: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """That a comment has an assignment of the model, to one of ``themes`` where there are any."""
    rows: Select[Any] = select(given.comment_id).where(
        given.comment_id == said.id, given.model_id == model_id, *conditions
    )
    if themes:
        rows = rows.where(given.theme_id.in_(themes))
    return exists(rows.correlate(comment))


def _own(wanted: CommentFilter) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in ("question", "language", "informative", "source")}


def _links(grouping: Grouping, wanted: CommentFilter) -> list[ColumnElement[bool]]:
    asked = (
        ("account_id", wanted.account, account_key),
        ("ticket_id", wanted.ticket, ticket_key),
        ("contact_id", wanted.contact, contact_key),
    )
    return [_linked(grouping, name, [key(value), value]) for name, value, key in asked if value is not None]


def _linked(grouping: Grouping, name: str, keys: Sequence[str]) -> ColumnElement[bool]:
    """That a comment, or where it does not say, its ticket or contact, leads to one of ``keys``.

    Written so that the index over the comment's own column serves.
    """
    own, anyhow = said[name], grouping.expression(name)
    directly = own.in_(keys)
    return directly if anyhow is own else or_(directly, and_(own.is_(None), anyhow.in_(keys)))


def _restricted(grouping: Grouping, restricted: Restriction | None) -> list[ColumnElement[bool]]:
    if restricted is None:
        return []
    allowed = restricted.where()
    found = [_linked(grouping, "account_id", allowed["account_id"])] if "account_id" in allowed else []
    if TEAM in allowed:
        try:
            found += grouping.conditions({TEAM: allowed[TEAM]})
        except NotFoundError:  # nothing has a team, so nothing has one of these
            found.append(false())
    return found


def _felt(wanted: CommentFilter) -> list[ColumnElement[bool]]:
    low, high = wanted.sentiment_from, wanted.sentiment_to
    return [
        *([] if low is None else [given.sentiment >= low]),
        *([] if high is None else [given.sentiment <= high]),
    ]


def _scored(wanted: CommentFilter) -> list[ColumnElement[bool]]:
    bounds = (wanted.lowest, wanted.highest, wanted.category)
    if wanted.metric is None:
        if any(bound is not None for bound in bounds):
            raise InputError("a range of scores needs its metric; name csat, ces or nps")
        return []
    metric = Metric(wanted.metric)
    rows = select(answer.id).where(
        answer.submission_id == said.submission_id,
        answer.metric == metric.value,
        answer.status == Status.ANSWERED.value,
    )
    if wanted.lowest is not None:
        rows = rows.where(answer.value >= wanted.lowest)
    if wanted.highest is not None:
        rows = rows.where(answer.value <= wanted.highest)
    if wanted.category is not None:
        rows = rows.where(_in_category(metric, wanted.category))
    return [exists(rows.correlate(comment))]


def _in_category(metric: Metric, category: str) -> ColumnElement[bool]:
    """That an answer counts as ``category`` on its own scale, as `scores` counts by default."""
    names = CATEGORIES[metric]
    if category not in names:
        raise InputError(f"{category!r} is no category of {metric.value}; there are {', '.join(names)}")
    place, found = names.index(category), []
    for name in SPANS:
        counted = default_definition(name)
        if counted.metric is metric:
            good, bad = answer.value.between(*counted.favourable), answer.value.between(*counted.unfavourable)
            chosen = not_(or_(good, bad)) if place == MIDDLE else (good if place < MIDDLE else bad)
            found.append(and_(answer.scale == name, chosen))
    return or_(*found)
