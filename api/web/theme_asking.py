"""What the pages of themes are asked with: a span in days or a ready one, segments, and the filters as an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import BeforeValidator

from api.shapes import PlainText, Where
from api.web.page import query_of
from verbatim.domain import Metric
from verbatim.storage.queries import newest_day

if TYPE_CHECKING:
    from api.web.page import Page

# a form sends a field that is left empty, too
Day = BeforeValidator(lambda value: value or None)
Ready = Literal["30", "90", "365", "all"]
SPANS: dict[str, str] = {"30": "30 days", "90": "90 days", "365": "12 months", "all": "all time"}


@dataclass(frozen=True, slots=True)
class Looked:
    """The filters of a page: days [start, end), segments, and the ready ``span`` where no days were given."""

    start: date | None
    end: date | None
    where: list[str]
    span: str | None
    metric: Metric

    @property
    def filters(self) -> dict[str, Any]:
        """The span and segments as query of a link to another page: its dates are exact whatever day it is then."""
        return {"from": self.start, "to": self.end, "where": self.where}

    def link(self, path: str, **further: object) -> str:
        """A page with the same filters."""
        told = query_of({**self.filters, **further})
        return f"{path}?{told}" if told else path

    @property
    def key(self) -> tuple[Any, ...]:
        """What findings of this span are kept under."""
        return (self.start, self.end)


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a page of themes, as it came."""

    start: date | None
    end: date | None
    span: str
    where: list[str]
    metric: Metric
    segment: str
    value: str

    def looked(self, page: Page) -> Looked:
        """The same with days: a ready span ends with the newest comment, since imports can be old."""
        where = [one for one in self.where if one]
        if self.start is not None or self.end is not None or self.span == "all":
            ready = None if self.start is not None or self.end is not None else self.span
            return Looked(self.start, self.end, where, ready, self.metric)
        newest = newest_day(page.store)
        if newest is None:
            return Looked(None, None, where, self.span, self.metric)
        end = newest + timedelta(days=1)
        return Looked(end - timedelta(days=int(self.span)), end, where, self.span, self.metric)


async def _asked(
    start: Annotated[date | None, Day, Query(alias="from")] = None,
    end: Annotated[date | None, Day, Query(alias="to")] = None,
    span: Ready = "90",
    where: Where = [],  # noqa: B006 (FastAPI copies it)
    metric: Metric = Metric.CSAT,
    segment: Annotated[PlainText, Query(max_length=200)] = "",
    value: Annotated[PlainText, Query(max_length=300)] = "",
) -> Asked:
    return Asked(start, end, span, where, metric, segment.strip(), value.strip())


AskedDep = Annotated[Asked, Depends(_asked)]
