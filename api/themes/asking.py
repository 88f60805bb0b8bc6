"""What callers ask of comments and themes: the filters as one model, and what they may not ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import parse_qs

from pydantic import Field, ValidationError
from sqlalchemy import select

from api.problems import Refusal
from api.shapes import MOST_ROWS, Body, Name, PlainText, segments_of, span
from verbatim.domain import Metric
from verbatim.errors import EmptyError, InputError, NotFoundError
from verbatim.storage import queries
from verbatim.storage.queries import CommentFilter
from verbatim.storage.queries.restriction import TEAM
from verbatim.storage.tables import theme_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.access.caller import Caller
    from verbatim.settings import Settings
    from verbatim.storage.queries.restriction import Restriction
    from verbatim.storage.store import Store

AGENT = "agent"
LISTS = ("theme", "where")
NOTHING_YET = "no themes yet; POST /v1/jobs with kind mine, or run `verbatim mine`"
LONGEST_NUMBER = 9
LARGEST = 1e12
Segment = Annotated[PlainText, Field(max_length=300)]
Score = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Feeling = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class CommentWish(Body):
    """Which comments: everything that is given must hold."""

    words: Annotated[PlainText, Field(min_length=1, max_length=1_000)] | None = Field(
        None, description='all words; "some beside each other"; -not; beginning*', examples=["invoice"]
    )
    theme: list[Name] = Field(
        default_factory=list, max_length=50, examples=[[]],
        description="ids of themes, alternatives; sub-themes are meant, too, and ids of merged themes lead on",
    )  # fmt: skip
    no_theme: bool = Field(False, description="on no theme")
    where: list[Segment] = Field(
        default_factory=list, max_length=20, examples=[["channel=email"]],
        description="`segment=value`; values of one segment are alternatives, segments are combined; an empty value "
        "means without one",
    )  # fmt: skip
    since: date | None = Field(
        None, alias="from", description="first day, in the organisation's time zone", examples=["2026-10-01"]
    )
    until: date | None = Field(None, alias="to", description="the day after the last", examples=["2026-11-01"])
    question: Annotated[PlainText, Field(max_length=1_000)] | None = Field(None, description="in reply to this")
    language: Annotated[PlainText, Field(max_length=20)] | None = Field(None, examples=["en"])
    metric: Metric | None = Field(None, description="with an answer to this in the same survey", examples=["csat"])
    lowest: Score | None = Field(None, description="least answer to `metric`, as it was given", examples=[1])
    highest: Score | None = Field(None, description="largest answer to `metric`, as it was given", examples=[2])
    category: Annotated[PlainText, Field(max_length=30)] | None = Field(
        None, description="what the answer to `metric` counts as", examples=["dissatisfied"]
    )
    sentiment_from: Feeling | None = Field(None, description="least sentiment of a part, -1 to 1", examples=[-1])
    sentiment_to: Feeling | None = Field(None, description="largest sentiment of a part, -1 to 1", examples=[0])
    informative: bool | None = Field(None, description="whether it says something in detail", examples=[True])
    account: Name | None = Field(None, description="id at the source, or key", examples=["A-1001"])
    ticket: Name | None = Field(None, description="id at the source, or key", examples=["T-10001"])
    contact: Name | None = Field(None, description="id at the source, or key", examples=["C-1001"])
    source: Name | None = Field(None, description="where it came from", examples=["helpdesk"])


class PageWish(CommentWish):
    """Which comments, and which page of them."""

    limit: int = Field(50, ge=1, le=MOST_ROWS, description="most rows on one page")
    after: Annotated[PlainText, Field(max_length=500)] | None = Field(
        None, description="`next` of the page before", examples=[None]
    )


class CountWish(CommentWish):
    """Which comments, and how far to count."""

    most: int = Field(10_000, ge=1, le=1_000_000, description="count so far and no further", examples=[10_000])


class ToneWish(CommentWish):
    """Which comments, and how many of the newest to read."""

    newest: int = Field(500, ge=1, le=MOST_ROWS, description="read so many and no more", examples=[500])


@dataclass(frozen=True, slots=True)
class ThemesVersion:
    """The state of the themes: which mining, and the number of the last edit in it (0: none); as text, for ETags.

    >>> str(ThemesVersion("a3d0", 4)), ThemesVersion.parse("a3d0.4")
    ('a3d0.4', ThemesVersion(model_id='a3d0', edit=4))
    """

    model_id: str
    edit: int

    def __str__(self) -> str:
        return f"{self.model_id}.{self.edit}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The state that a text names; ``None``: it is no such text."""
        model_id, _, number = text.rpartition(".")
        if not model_id or not (number.isascii() and number.isdigit()) or len(number) > LONGEST_NUMBER:
            return None
        found = cls(model_id, int(number))
        return found if str(found) == text else None

    @classmethod
    def read(cls, store: Store) -> Self:
        """The present state.

        Raises:
            EmptyError: nothing was mined yet.
        """
        with store.reading() as connection:
            asked = select(theme_model.c.id, theme_model.c.edited_through).where(theme_model.c.active)
            found = connection.execute(asked).first()
        if found is None:
            raise EmptyError(NOTHING_YET)
        return cls(found.id, found.edited_through)


@dataclass(frozen=True, slots=True)
class ThemeTable:
    """The themes of the active model: row by id, and the id that each merged one leads to."""

    rows: Mapping[str, Mapping[str, Any]]
    aliases: Mapping[str, str]

    @classmethod
    def read(cls, store: Store) -> ThemeTable:
        """All of them, largest first.

        Raises:
            EmptyError: nothing was mined yet.
        """
        frame = queries.themes(store)
        if frame.empty:
            raise EmptyError(NOTHING_YET)
        rows = {row["id"]: {str(key): value for key, value in row.items()} for row in frame.to_dict("records")}
        return cls(rows, {alias: key for key, row in rows.items() for alias in row["aliases"]})

    def find(self, key: str) -> Mapping[str, Any]:
        """The theme of an id, or the one that a theme of this id was merged into.

        Raises:
            NotFoundError: there is none.
        """
        found = self.rows.get(self.aliases.get(key, key))
        if found is None:
            raise NotFoundError(f"no theme {key[:40]!r}; GET /v1/themes lists them")
        return found

    def below(self, key: str) -> tuple[str, ...]:
        """The ids of a theme and of all that are under it."""
        found = [key]
        for one in found:
            found += [row["id"] for row in self.rows.values() if row["parent_id"] == one and row["id"] not in found]
        return tuple(found)


def comment_filter(
    caller: Caller, store: Store, settings: Settings, wish: CommentWish, *, themes: Sequence[str] = ()
) -> CommentFilter:
    """The wish as the store takes it, narrowed to what the caller may see; ``themes``: with their sub-themes.

    Raises:
        Refusal: it asks for single agents, which are hidden from this caller.
        NotFoundError: a theme that there is not.
        InputError: a span or segment that reads like none.
    """
    return stored_filter(store, settings, wish, asked_where(caller, wish.where), caller.restriction, themes=themes)


def stored_filter(
    store: Store, settings: Settings, wish: CommentWish, where: Mapping[str, Any], restricted: Restriction,
    *, themes: Sequence[str] = (),
) -> CommentFilter:  # fmt: skip
    """The same for whoever is ``restricted`` so; ``where``: the segments of the wish, which may be asked for.

    Raises:
        NotFoundError: a theme that there is not.
        InputError: a span that reads like none.
    """
    start, end = span(settings, wish.since, wish.until)
    named = [*themes, *wish.theme]
    below: dict[str, None] = {}
    if named:
        table = ThemeTable.read(store)
        every = [set(table.below(table.find(key)["id"])) for key in named]
        wanted = set().union(*every[len(themes) :]) if wish.theme else every[0]
        both = wanted.intersection(*every[: len(themes)]) if themes else wanted
        below = dict.fromkeys(sorted(both))
        if not below:
            raise NotFoundError(f"{', '.join(wish.theme)[:100]} is not part of {', '.join(themes)[:100]}")
    return CommentFilter(
        words=wish.words, themes=tuple(below), no_theme=wish.no_theme, where=where,
        start=start, end=end, question=wish.question, language=wish.language, metric=wish.metric,
        lowest=wish.lowest, highest=wish.highest, category=wish.category, sentiment_from=wish.sentiment_from,
        sentiment_to=wish.sentiment_to, informative=wish.informative, account=wish.account, ticket=wish.ticket,
        contact=wish.contact, source=wish.source, restricted=restricted,
    )  # fmt: skip


def wish_of(query: str) -> CommentWish:
    """The wish that a query of GET /v1/comments is.

    >>> wish_of("words=refund&where=channel%3Dchat").where
    ['channel=chat']

    Raises:
        InputError: a filter that is none, or a value that does not fit.
    """
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=100)
        return CommentWish.model_validate({name: each if name in LISTS else each[-1] for name, each in given.items()})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = ".".join(str(part) for part in first["loc"])[:60]
        raise InputError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error
    except ValueError as error:
        raise InputError("this cannot be read as a query; send one that GET /v1/comments takes") from error


def asked_where(caller: Caller, words: Iterable[str]) -> Mapping[str, Any]:
    """``segment=value`` as a ``where`` of the queries.

    Raises:
        Refusal: it asks for single agents, which are hidden from this caller.
        InputError: a word that reads otherwise.
    """
    where = segments_of(words)
    refuse_agents(caller, where)
    return where


def refuse_agents(caller: Caller, names: Iterable[str]) -> None:
    """Pass unless segments name the agents, and the caller may not see how single ones are rated."""
    if AGENT in names and not caller.sees_agents:
        raise Refusal("not-allowed", "how single agents are rated is hidden from your role; leave agent out")


def seen_where(caller: Caller, store: Store, where: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """``where`` within what the caller may see; ``None``: that is nothing, since nothing has a team."""
    if caller.restriction.teams and TEAM not in where and TEAM not in queries.segment_names(store):
        return None
    return caller.restriction.within(where)
