"""The operations of themes more.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from verbatim.client.answers.shared import CommentOut, CommentsPage
from verbatim.client.answers.themes import AssignedTexts, Changes, Drivers
from verbatim.client.answers.themes_2 import ThemeCounts, ThemeDetail, Themes, ToneOut
from verbatim.client.calls import make_call
from verbatim.client.sync.paging import Pages
from verbatim.client.sync.resource import Resource
from verbatim.client.words import Metric


class ThemesResourceMore(Resource):
    """Operations under /v1/themes."""

    def changes(self, *, history: bool | None = None, all: bool | None = None) -> Changes:
        """Say what became of the themes when comments were mined anew: new, split, merged, gone.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/themes/changes", query={"history": history, "all": all})
        return self._transport.call(call, Changes)

    def drivers_of(
        self,
        theme_id: str,
        metric: Metric,
        *,
        start: date | str | None = None,
        end: date | str | None = None,
        adjust_for: Sequence[str] | None = None,
        definition: str | None = None,
    ) -> Drivers:
        """Say what one theme does to a score, as GET /v1/themes/drivers does for all; `themes` has its row
        only.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call(
            "GET",
            "/v1/themes/{}/drivers",
            (theme_id,),
            query={"metric": metric, "from": start, "to": end, "adjust_for": adjust_for, "definition": definition},
        )
        return self._transport.call(call, Drivers)

    def tree(
        self,
        *,
        start: date | str | None = None,
        end: date | str | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
        archived: bool | None = None,
    ) -> Themes:
        """List the themes as a tree, largest first, with their figures in a span; with both ends also the
        change.

        The ETag names the state of the themes: send it as If-Match with an edit. It does not change with the
        figures.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/themes", query={"from": start, "to": end, "where": where, "archived": archived})
        return self._transport.call(call, Themes)

    def assign(self, texts: Sequence[str]) -> AssignedTexts:
        """Say which theme each text speaks of, as mining would place a new comment; nothing is kept.

        Texts are redacted first. A text as a whole gets one theme.

        Needs the scope `score`: calculate and predict, and work the queues: feedback, follow-ups, alerts.
        """
        call = make_call("POST", "/v1/themes/assign", body={"texts": texts}, keeps_nothing=True)
        return self._transport.call(call, AssignedTexts)

    def get(
        self,
        theme_id: str,
        *,
        start: date | str | None = None,
        end: date | str | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
    ) -> ThemeDetail:
        """Show a theme: figures, keywords, sub-themes, and quotes with the part that speaks of it.

        The id of a theme that was merged into another shows that one, with `merged_from`. More of it:
        `/comments`, `/trend`, `/segments`, `/tone`, `/drivers` and `/history` below this path.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call("GET", "/v1/themes/{}", (theme_id,), query={"from": start, "to": end, "where": where})
        return self._transport.call(call, ThemeDetail)

    def comments(
        self,
        theme_id: str,
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
    ) -> Pages[CommentsPage, CommentOut]:
        """List the comments on a theme or its sub-themes, newest first, that fit every filter given.

        `theme` narrows to sub-themes.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/themes/{}/comments",
            (theme_id,),
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
        return Pages(self._transport, call, CommentsPage, "comments", CommentOut)

    def trend(
        self,
        theme_id: str,
        *,
        period: Literal["day", "week", "month", "quarter"] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
        by: Sequence[str] | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
    ) -> ThemeCounts:
        """Show how many comments are on a theme, of how many, in each period, also by up to two segments.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/themes/{}/trend",
            (theme_id,),
            query={"period": period, "from": start, "to": end, "by": by, "where": where},
        )
        return self._transport.call(call, ThemeCounts)

    def segments(
        self,
        theme_id: str,
        by: Sequence[str],
        *,
        start: date | str | None = None,
        end: date | str | None = None,
        where: Mapping[str, str | None | Sequence[str | None]] | None = None,
    ) -> ThemeCounts:
        """Show how many comments are on a theme, of how many, in each segment, the largest share first.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET", "/v1/themes/{}/segments", (theme_id,), query={"by": by, "from": start, "to": end, "where": where}
        )
        return self._transport.call(call, ThemeCounts)

    def tone(
        self,
        theme_id: str,
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
        newest: int | None = None,
    ) -> ToneOut:
        """Say how the newest comments on a theme sound: sentiment with its interval, kinds, subjects, strength
        of emotion.

        It reads up to `newest` comments that fit the filters.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups.
        """
        call = make_call(
            "GET",
            "/v1/themes/{}/tone",
            (theme_id,),
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
                "newest": newest,
            },
        )
        return self._transport.call(call, ToneOut)
