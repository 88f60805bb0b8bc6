"""Comments as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from api.shapes import Answer, Body, Page, PlainText
from api.themes.asking import AGENT, CommentWish
from verbatim.storage.queries.words import WordQuery

if TYPE_CHECKING:
    from api.access.caller import Caller
    from verbatim.storage.queries.browsing import CommentPage
    from verbatim.storage.queries.details import StoredComment

MOST_SIMILAR = 200
Place = Annotated[list[int], Field(min_length=2, max_length=2)]


class SpanOut(Answer):
    """A theme that `text[start:end]` speaks of."""

    id: str = Field(examples=["T045"])
    name: str = Field(examples=["Currency on the invoice"])
    start: int = Field(description="first character", examples=[0])
    end: int | None = Field(description="the character after the last; null: to the end", examples=[41])
    sentiment: float | None = Field(description="from -1 to 1", examples=[-0.62])


class GivenScoreOut(Answer):
    """An answer in the same survey; of several to one metric the latest."""

    metric: str = Field(examples=["csat"])
    value: float = Field(description="as it was given", examples=[2])
    scale: str = Field(examples=["csat-5"])


class CommentOut(Answer):
    """A comment, redacted, with what is known around it. Ids of tickets, accounts and contacts are the source's."""

    id: str = Field(examples=["5d41402abc4b2a76b9719d911017c592"])
    text: str = Field(examples=["The currency on the invoice was wrong again."])
    language: str | None = Field(examples=["en"])
    question: str | None = Field(examples=["What could we do better?"])
    informative: bool = Field(description="whether it says something in detail", examples=[True])
    occurred_at: datetime | None = Field(examples=["2026-10-12T09:31:00Z"])
    source: str = Field(examples=["helpdesk"])
    segments: dict[str, str] = Field(examples=[{"channel": "email", "team": "Billing"}])
    ticket: str | None = Field(examples=["T-10001"])
    account: str | None = Field(examples=["A-1001"])
    account_name: str | None = Field(examples=["Harbour Logistics"])
    contact: str | None = Field(examples=["C-1001"])
    themes: list[SpanOut] = Field(description="what it speaks of, in order; a theme can come twice")
    scores: list[GivenScoreOut]
    matches: list[Place] = Field(
        default_factory=list, examples=[[[20, 27]]],
        description="where in `text` stands what `words` asked for: first character and the one after the last, "
        "counted in code points; in order, none overlaps another. A word found by its beginning is a place as a whole, "
        "a phrase is one. Empty where no words were asked for",
    )  # fmt: skip


class CommentsPage(Page):
    """Comments, newest first; those without a time come last."""

    comments: list[CommentOut]


class CommentCountOut(Answer):
    """How many comments there are."""

    comments: int = Field(examples=[412])
    more: bool = Field(description="there are more: counting ended at `most`", examples=[False])


class TicketAround(Answer):
    """The ticket that a comment is about, as it stands."""

    id: str = Field(description="the key", examples=["9e107d9d372bb6826bd81d3542a419d6"])
    external_id: str | None = Field(examples=["T-10001"])
    subject: str | None = Field(examples=["Wrong currency"])
    status: str | None = Field(examples=["solved"])
    priority: str | None = Field(examples=["high"])
    created_at: datetime | None
    first_reply_at: datetime | None
    solved_at: datetime | None
    replies: int | None = Field(examples=[4])
    reopens: int | None = Field(examples=[0])
    escalated: bool | None = Field(examples=[False])


class AccountAround(Answer):
    """The account that a comment comes from."""

    id: str = Field(description="the key", examples=["e4d909c290d0fb1ca068ffaddf22cbd0"])
    external_id: str | None = Field(examples=["A-1001"])
    name: str | None = Field(examples=["Harbour Logistics"])
    tier: str | None = Field(examples=["gold"])
    arr: float | None = Field(examples=[48_000])
    currency: str | None = Field(examples=["EUR"])
    since: datetime | None
    renewal_at: datetime | None
    owner: str | None = Field(examples=["Priya Nair"])


class CommentInContext(CommentOut):
    """A comment with its ticket and account."""

    about: TicketAround | None = Field(description="the ticket; null: none is known")
    customer: AccountAround | None = Field(description="the account; null: none is known")


class MeaningWish(Body):
    """What is meant, and among which comments to look."""

    text: Annotated[PlainText, Field(min_length=1, max_length=2_000)] = Field(
        description="in your own words; personal data in it is redacted first", examples=["nobody called me back"]
    )
    limit: int = Field(20, ge=1, le=MOST_SIMILAR, examples=[5])
    among: CommentWish = Field(default_factory=lambda: CommentWish.model_validate({}), description="filters")


class SimilarOut(Answer):
    """A comment and how near it is in meaning."""

    cosine: float = Field(description="of the angle between both texts' vectors: 1 is the same", examples=[0.71])
    comment: CommentOut


class SimilarComments(Answer):
    """The nearest comments, best first."""

    found: list[SimilarOut]
    missing: int = Field(
        description="comments that cannot be found so yet, since they have no vector: mining or a job of kind encode "
        "makes them", examples=[0],
    )  # fmt: skip


def shown_page(caller: Caller, page: CommentPage, words: str | None) -> CommentsPage:
    """A page as this caller sees it, with the places of the ``words`` that were searched for."""
    asked = None if words is None else WordQuery.parse(words)
    return CommentsPage(comments=[shown_comment(caller, one, asked) for one in page.comments], next=page.after)


def shown_comment(caller: Caller, one: StoredComment, asked: WordQuery | None = None) -> CommentOut:
    """A comment as this caller sees it, with the places of the words ``asked`` for."""
    matches = () if asked is None else asked.places(one.text)
    return CommentOut.model_validate({**comment_fields(caller, one), "matches": matches})


def comment_fields(caller: Caller, one: StoredComment) -> dict[str, object]:
    """The fields of `CommentOut`; agents only for who may see how they are rated."""
    segments = {name: value for name, value in one.segments.items() if caller.sees_agents or name != AGENT}
    return {
        "id": one.id, "text": one.text, "language": one.language, "question": one.question,
        "informative": one.informative, "occurred_at": one.occurred_at, "source": one.source, "segments": segments,
        "ticket": one.ticket, "account": one.account, "account_name": one.account_name, "contact": one.contact,
        "themes": [
            SpanOut(id=span.id, name=span.name, start=span.start, end=span.end, sentiment=span.sentiment)
            for span in one.themes
        ],
        "scores": [GivenScoreOut(metric=given.metric, value=given.value, scale=given.scale) for given in one.scores],
    }  # fmt: skip
