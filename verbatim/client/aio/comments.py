"""The operations of comments.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.resource import AsyncResource
from verbatim.client.answers.comments import CommentCountOut, CommentInContext, SimilarComments
from verbatim.client.answers.shared import CommentOut, CommentsPage
from verbatim.client.bodies.comments import CommentWish
from verbatim.client.calls import given, make_call
from verbatim.client.words import Metric


class CommentsResource(AsyncResource):
    """Operations under /v1/comments."""

    def find(
        self,
        *,
        words: str | None = None,
        theme: Sequence[str] | None = None,
        no_theme: bool | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
        question: str | None = None,
        language: str | None = None,
        metric: Metric | None = None,
        lowest: float | None = None,
        highest: float | None = None,
        category: str | None = None,
        sentiment_from: float | None = None,
        sentiment_to: float | None = None,
        informative: bool | None = None,
        account: str | None = None,
        ticket: str | None = None,
        contact: str | None = None,
        source: str | None = None,
        limit: int | None = None,
    ) -> AsyncPages[CommentsPage, CommentOut]:
        """List comments, newest first, that fit every filter given.

        A page begins where the one before ended, whatever arrives meanwhile. Themes are those of the active
        model. With `words` each comment says where they stand in its text, as `matches`.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/comments",
            query={
                "words": words,
                "theme": theme,
                "no_theme": no_theme,
                "where": where,
                "from": start,
                "to": end,
                "question": question,
                "language": language,
                "metric": metric,
                "lowest": lowest,
                "highest": highest,
                "category": category,
                "sentiment_from": sentiment_from,
                "sentiment_to": sentiment_to,
                "informative": informative,
                "account": account,
                "ticket": ticket,
                "contact": contact,
                "source": source,
                "limit": limit,
            },
        )
        return AsyncPages(self._transport, call, CommentsPage, "comments", CommentOut)

    async def count(
        self,
        *,
        words: str | None = None,
        theme: Sequence[str] | None = None,
        no_theme: bool | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
        question: str | None = None,
        language: str | None = None,
        metric: Metric | None = None,
        lowest: float | None = None,
        highest: float | None = None,
        category: str | None = None,
        sentiment_from: float | None = None,
        sentiment_to: float | None = None,
        informative: bool | None = None,
        account: str | None = None,
        ticket: str | None = None,
        contact: str | None = None,
        source: str | None = None,
        most: int | None = None,
    ) -> CommentCountOut:
        """Count the comments that fit every filter given, up to `most`.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/comments/count",
            query={
                "words": words,
                "theme": theme,
                "no_theme": no_theme,
                "where": where,
                "from": start,
                "to": end,
                "question": question,
                "language": language,
                "metric": metric,
                "lowest": lowest,
                "highest": highest,
                "category": category,
                "sentiment_from": sentiment_from,
                "sentiment_to": sentiment_to,
                "informative": informative,
                "account": account,
                "ticket": ticket,
                "contact": contact,
                "source": source,
                "most": most,
            },
        )
        return await self._transport.call(call, CommentCountOut)

    async def search(self, text: str, *, limit: int | None = None, among: CommentWish | None = None) -> SimilarComments:
        """Find the comments that mean what you write, whatever their words; by words: `words` of GET
        /v1/comments.

        Nothing of the text is kept. The first search of a server's life takes as long as the vectors take to
        load.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "POST",
            "/v1/comments/search",
            body={"text": text, **given({"limit": limit, "among": among})},
            keeps_nothing=True,
        )
        return await self._transport.call(call, SimilarComments)

    async def get(self, comment_id: str) -> CommentInContext:
        """Show one comment with its themes, scores, ticket and account.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/comments/{}", (comment_id,))
        return await self._transport.call(call, CommentInContext)
