"""Saved views: filters of comments under a name, one's own or shared with all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.access.allowed import Reader
from api.access.scopes import Scope
from api.problems import Refusal, about, documented, misfit
from api.shapes import Answer, Body, Id, PlainText
from api.themes.asking import wish_of
from api.wiring import StoreDep
from verbatim.errors import NotFoundError
from verbatim.storage.queries.views import SavedView, delete_view, save_view, saved_views

router = APIRouter(prefix="/views", tags=["comments"])


class NewView(Body):
    """What to keep under which name."""

    name: Annotated[PlainText, Field(min_length=1, max_length=80)] = Field(examples=["Refunds by chat"])
    query: Annotated[PlainText, Field(max_length=4_000)] = Field(
        description="the query of GET /v1/comments, without `limit` and `after`",
        examples=["words=refund&where=channel%3Dchat"],
    )
    by_meaning: bool = Field(False, description="its words are looked for by what they mean")
    shared: bool = Field(False, description="everybody who may see all comments sees it")


class ViewOut(Answer):
    """A view of the comments."""

    id: str = Field(examples=["0123456789abcdef0123456789abcdef"])
    name: str = Field(examples=["Refunds by chat"])
    query: str = Field(description="the query of GET /v1/comments", examples=["words=refund&where=channel%3Dchat"])
    by_meaning: bool
    shared: bool
    own: bool = Field(description="whether you saved it")
    person: str = Field(description="who saved it", examples=["Ada (4f6e9a1b2c3d)"])
    created_at: datetime


class Views(Answer):
    """Your views, and those that were shared, by name."""

    views: list[ViewOut]


@router.get("")
def list_views(caller: Reader, store: StoreDep) -> Views:
    """List your saved views of the comments and those that others share."""
    found = saved_views(store, caller.person, shared=not caller.restricted)
    return Views(views=[_shown(one, caller.person) for one in found])


@router.post("", status_code=201)
def save_comments_view(body: NewView, caller: Reader, store: StoreDep) -> ViewOut:
    """Save filters of comments under a name. One of yours that is called so is replaced."""
    name = body.name.strip()
    if not name:
        raise misfit("body.name", "a view needs a name")
    if body.shared and caller.restricted:
        raise Refusal("not-allowed", "this key is limited to some accounts or teams, and a shared view is for all")
    with about("body.query"):
        wish_of(body.query)
    now = datetime.now(UTC)
    made = save_view(
        store, person=caller.person, name=name, shared=body.shared, query=body.query, by_meaning=body.by_meaning, at=now
    )
    return _shown(made, caller.person)


@router.delete("/{view_id}", status_code=204, responses=documented("not-found"))
def delete_comments_view(view_id: Id, caller: Reader, store: StoreDep) -> None:
    """Forget a view of yours; administrators also one that somebody shares."""
    if not delete_view(store, view_id, person=caller.person, anyones=caller.may(Scope.ADMIN)):
        raise NotFoundError("no view of yours has this id; GET /v1/views lists them")


def _shown(one: SavedView, person: str) -> ViewOut:
    return ViewOut(
        id=one.id, name=one.name, query=one.query, by_meaning=one.by_meaning, shared=one.shared,
        own=one.person == person, person=one.person, created_at=one.created_at,
    )  # fmt: skip
