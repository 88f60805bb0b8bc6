"""Comments: by any filter, page by page; by meaning; and one with all that is known around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy import select

from api.access.allowed import Reader
from api.problems import documented
from api.routers.comment_shapes import (
    AccountAround,
    CommentCountOut,
    CommentInContext,
    CommentsPage,
    MeaningWish,
    SimilarComments,
    SimilarOut,
    TicketAround,
    comment_fields,
    shown_comment,
    shown_page,
)
from api.routes import KEEPS_NOTHING
from api.shapes import Id
from api.themes.asking import CountWish, PageWish, comment_filter
from api.wiring import ServiceDep, SettingsDep, StoreDep
from verbatim.errors import NotFoundError
from verbatim.storage.queries import CommentFilter, comment_count, comment_page
from verbatim.storage.queries.browsing import ids_among
from verbatim.storage.queries.details import stored_comments
from verbatim.storage.queries.words import WordQuery
from verbatim.storage.tables import account, theme_model, ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table

    from api.shapes import Answer
    from verbatim.storage.queries.details import StoredComment
    from verbatim.storage.store import Store

router = APIRouter(prefix="/comments", tags=["comments"])

MEANT: dict[str, Any] = {
    "plain": {"summary": "Among all comments", "value": {"text": "nobody called me back", "limit": 5}},
    "unhappy": {
        "summary": "Among unhappy ones",
        "value": {"text": "invoice", "among": {"metric": "csat", "category": "dissatisfied"}},
    },
}


@router.get("", responses=documented("not-found", "nothing-yet"))
def list_comments(
    wish: Annotated[PageWish, Query()], caller: Reader, store: StoreDep, settings: SettingsDep
) -> CommentsPage:
    """List comments, newest first, that fit every filter given.

    A page begins where the one before ended, whatever arrives meanwhile. Themes are those of the active model. With
    `words` each comment says where they stand in its text, as `matches`.
    """
    page = comment_page(store, comment_filter(caller, store, settings, wish), after=wish.after, limit=wish.limit)
    return shown_page(caller, page, wish.words)


@router.get("/count", responses=documented("not-found", "nothing-yet"))
def count_comments(
    wish: Annotated[CountWish, Query()], caller: Reader, store: StoreDep, settings: SettingsDep
) -> CommentCountOut:
    """Count the comments that fit every filter given, up to `most`."""
    found = comment_count(store, comment_filter(caller, store, settings, wish), most=wish.most)
    return CommentCountOut(comments=found.comments, more=found.more)


@router.post("/search", openapi_extra=KEEPS_NOTHING, responses=documented("not-found", "nothing-yet", "not-installed"))
def search_by_meaning(
    body: Annotated[MeaningWish, Body(openapi_examples=MEANT)], caller: Reader, store: StoreDep,
    settings: SettingsDep, service: ServiceDep,
) -> SimilarComments:  # fmt: skip
    """Find the comments that mean what you write, whatever their words; by words: `words` of GET /v1/comments.

    Nothing of the text is kept. The first search of a server's life takes as long as the vectors take to load.
    """
    wanted = comment_filter(caller, store, settings, body.among)
    index = service.themes.index
    nearest = index.similar(store, body.text, wanted, k=body.limit)
    by_id = {one.id: one for one in read_comments(store, [one.comment_id for one in nearest])}
    words = None if body.among.words is None else WordQuery.parse(body.among.words)
    found = [
        SimilarOut(cosine=round(one.cosine, 4), comment=shown_comment(caller, by_id[one.comment_id], words))
        for one in nearest if one.comment_id in by_id
    ]  # fmt: skip
    return SimilarComments(found=found, missing=index.missing)


@router.get("/{comment_id}", responses=documented("not-found"))
def get_comment(comment_id: Id, caller: Reader, store: StoreDep) -> CommentInContext:
    """Show one comment with its themes, scores, ticket and account."""
    allowed = ids_among(store, CommentFilter(restricted=caller.restriction), [comment_id])
    found = read_comments(store, [comment_id]) if allowed else ()
    if not found:
        raise NotFoundError("no comment of this id; GET /v1/comments lists them")
    one = found[0]
    return CommentInContext.model_validate(
        {
            **comment_fields(caller, one),
            "about": _row(store, ticket, one.ticket_id, TicketAround),
            "customer": _row(store, account, one.account_id, AccountAround),
        }
    )


def read_comments(store: Store, ids: Sequence[str]) -> tuple[StoredComment, ...]:
    """The comments of these ids, in this order, with their themes in the active model."""
    with store.reading() as connection:
        model_id = connection.execute(select(theme_model.c.id).where(theme_model.c.active)).scalar()
        return stored_comments(connection, ids, model_id)


def _row(store: Store, table: Table, key: str | None, kind: type[Answer]) -> Answer | None:
    if key is None:
        return None
    columns = [table.c[name] for name in kind.model_fields]
    with store.reading() as connection:
        found = connection.execute(select(*columns).where(table.c.id == key)).mappings().one_or_none()
    return None if found is None else kind.model_validate(dict(found))
