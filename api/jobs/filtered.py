"""The comments that fit a query of GET /v1/comments, as rows of an export: a page at a time, never all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.shapes import segments_of
from api.themes.asking import AGENT, stored_filter, wish_of
from verbatim.errors import UserError
from verbatim.storage.queries import comment_page
from verbatim.storage.queries.browsing import MOST_ON_A_PAGE
from verbatim.storage.queries.naming import own_segments
from verbatim.storage.queries.restriction import Restriction
from verbatim.storage.tables import comment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from verbatim.settings import Settings
    from verbatim.storage.queries import CommentFilter
    from verbatim.storage.queries.details import StoredComment
    from verbatim.storage.store import Store

OWN = ("id", "occurred_at", "text", "language", "question", "source", "ticket", "account", "account_name", "contact")
METRICS = ("csat", "ces", "nps")


def asked_filter(store: Store, settings: Settings, query: str, *, agents: bool) -> CommentFilter:
    """The comments that a query names; ``agents``: it may name single ones.

    Raises:
        UserError: it does not fit, or names an agent and may not.
    """
    wish = wish_of(query)
    where = segments_of(wish.where)
    if AGENT in where and not agents:
        raise UserError("how single agents are rated is hidden from whoever asked; leave agent out of the query")
    return stored_filter(store, settings, wish, where, Restriction())


def comment_table(
    store: Store, settings: Settings, query: str, *, agents: bool
) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    """Column names and rows: the comment, its themes and scores, and a column for each segment of comments.

    Raises what `asked_filter` raises.
    """
    wanted = asked_filter(store, settings, query, agents=agents)
    taken = {*OWN, *METRICS, "themes"}
    names = [name for name in own_segments(store, comment) if name not in taken and (agents or name != AGENT)]
    return [*OWN, *METRICS, "themes", *names], _rows(store, wanted, names)


def _rows(store: Store, wanted: CommentFilter, names: Sequence[str]) -> Iterator[Sequence[Any]]:
    after: str | None = None
    while True:
        page = comment_page(store, wanted, after=after, limit=MOST_ON_A_PAGE)
        yield from (_row(one, names) for one in page.comments)
        after = page.after
        if after is None:
            return


def _row(one: StoredComment, names: Sequence[str]) -> Sequence[Any]:
    scores = {given.metric: given.value for given in one.scores}
    themes = "; ".join(dict.fromkeys(span.name for span in one.themes))
    own = [getattr(one, name) for name in OWN]
    return [*own, *(scores.get(name) for name in METRICS), themes, *(one.segments.get(name) for name in names)]
