"""The operations of themes.

Made by `verbatim.client.making` from the OpenAPI document; do not edit.
"""
# ruff: noqa: D205

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from verbatim.client.aio.paging import AsyncPages
from verbatim.client.aio.themes_more import ThemesResourceMore
from verbatim.client.answers.themes import Chronic, Drivers, EditOutcomeOut
from verbatim.client.answers.themes_2 import Emerging, PastEdit, PastEdits, ThemeHistory
from verbatim.client.bodies.themes import Describe, Mark, Merge, Move, MoveTheme, Rename, Split, SplitOff, Undo
from verbatim.client.calls import make_call
from verbatim.client.words import Metric


class ThemesResource(ThemesResourceMore):
    """Operations under /v1/themes."""

    async def edit(
        self,
        body: Rename | Describe | Merge | Split | SplitOff | Move | MoveTheme | Mark | Undo,
        *,
        etag: str | None = None,
    ) -> EditOutcomeOut:
        """Change the themes: rename, describe, merge, split, move, pin, archive, undo; refits keep it.

        If-Match, the ETag of GET /v1/themes, says which state you saw: where somebody edited since, nothing
        happens and the answer (412) says what they did. Sent twice it is refused the second time, for that
        reason. Each can be undone.

        Needs the scope `edit-themes`: change themes and take changes back. Not for keys that are limited to
        accounts or teams.
        """
        call = make_call("POST", "/v1/themes/edits", body=body, etag=etag)
        return await self._transport.call(call, EditOutcomeOut)

    def edits(self, *, limit: int | None = None, theme: str | None = None) -> AsyncPages[PastEdits, PastEdit]:
        """List what people changed in the themes, newest first, and what was undone.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/themes/edits", query={"limit": limit, "theme": theme})
        return AsyncPages(self._transport, call, PastEdits, "edits", PastEdit)

    async def preview_edit(
        self, body: Rename | Describe | Merge | Split | SplitOff | Move | MoveTheme | Mark | Undo
    ) -> EditOutcomeOut:
        """Say what an edit would do to the themes as they are, and keep nothing.

        The ETag is that of the present state.

        Needs the scope `edit-themes`: change themes and take changes back. Not for keys that are limited to
        accounts or teams.
        """
        call = make_call("POST", "/v1/themes/edits/preview", body=body, keeps_nothing=True)
        return await self._transport.call(call, EditOutcomeOut)

    async def undo_edit(self, edit: str, *, etag: str | None = None) -> EditOutcomeOut:
        """Take an edit back, by its number or id: as if it had never been made.

        Undoing an undo makes it again.

        If-Match is the ETag of GET /v1/themes.

        Needs the scope `edit-themes`: change themes and take changes back. Not for keys that are limited to
        accounts or teams.
        """
        call = make_call("POST", "/v1/themes/edits/{}/undo", (edit,), etag=etag)
        return await self._transport.call(call, EditOutcomeOut)

    async def history(self, theme_id: str) -> ThemeHistory:
        """Say what became of a theme with each mining, and what people did to it; also of themes that are gone.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/themes/{}/history", (theme_id,))
        return await self._transport.call(call, ThemeHistory)

    async def drivers(
        self,
        metric: Metric,
        *,
        layer: Literal["top", "fine"] | None = None,
        start: date | str | None = None,
        end: date | str | None = None,
        adjust_for: Sequence[str] | None = None,
        definition: str | None = None,
    ) -> Drivers:
        """Say what each theme does to a score, adjusted for the other themes, with intervals.

        It reads every answer and comment: seconds on large stores.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call(
            "GET",
            "/v1/themes/drivers",
            query={
                "metric": metric,
                "layer": layer,
                "from": start,
                "to": end,
                "adjust_for": adjust_for,
                "definition": definition,
            },
        )
        return await self._transport.call(call, Drivers)

    async def emerging(self, *, month: str | None = None) -> Emerging:
        """Name the themes that are new, grow, shrink or fade up to a month, and days on which several said the
        same.

        The rate of false alarms is stated, and kept by permutation. It reads every comment: seconds on large
        stores.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/themes/emerging", query={"month": month})
        return await self._transport.call(call, Emerging)

    async def chronic(self, *, month: str | None = None) -> Chronic:
        """Name the themes that have been unhappy for months, by what their run is longest.

        It reads every comment: seconds on large stores.

        Needs the scope `read`: read scores, comments, themes, predictions, reports and follow-ups. Not for keys
        that are limited to accounts or teams.
        """
        call = make_call("GET", "/v1/themes/chronic", query={"month": month})
        return await self._transport.call(call, Chronic)
