"""The page of scores: CSAT, CES and NPS, how they went, who gave which, and what contradicts what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from api.routers import stored_scores
from api.routers.asking import AnsweredDep, Period
from api.shapes import Name
from api.web.page import Looks, query_of
from api.web.scores_drawn import bars_of, crossed, line_of, period_rows, unit_of
from api.web.tidy import TidyRoute
from verbatim.domain import Metric, local_midnight
from verbatim.errors import EmptyError, NotFoundError, ScaleError, VerbatimError
from verbatim.storage.queries.recent import newest_answer_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.kept import Found
    from api.routers.asking import Answered
    from api.routers.score_shapes import ScoreSheetOut
    from api.routers.stored_scores import Milestones, TargetOut
    from api.web.page import Page

router = APIRouter(include_in_schema=False, route_class=TidyRoute)

METRICS = (Metric.CSAT, Metric.CES, Metric.NPS)
MONTHS = 6
PREFERRED = ("channel", "team", "product", "issue_type", "tier", "region")
HIDDEN = frozenset({"account", "agent", "owner", "step"})  # can be asked for, but are no first choice
TARGET_DAYS = 28
By = Annotated[list[Name], Query(max_length=2)]


@dataclass(frozen=True, slots=True)
class Head:
    """One metric in its card: its sheet of the span, or why there is none."""

    metric: str
    sheet: ScoreSheetOut | None
    others: int
    problem: str | None
    target: TargetOut | None

    @property
    def unit(self) -> str:
        """How its figure is written."""
        return "net" if self.sheet is None else unit_of(self.sheet)


@router.get("/scores")
def scores(
    page: Looks, asked: AnsweredDep, metric: Metric = Metric.CSAT, by: By = [],  # noqa: B006 (FastAPI copies it)
    period: Period = "month",
) -> Response:  # fmt: skip
    """The scores of a span."""
    newest = newest_answer_at(page.store, page.caller.restriction)
    if newest is None:
        return page.render("scores.html", newest=None)
    span = asked if asked.start or asked.end else replace(asked, start=first_day(page, newest))
    heads = [_head(page, one, span, period, newest) for one in METRICS]
    chosen = next(head for head in heads if head.metric == metric.value)
    names = [one.name for one in stored_scores.list_segments(page.caller, page.store, metric).segments]
    groups = by or default_groups(names)
    return page.render(
        "scores.html", newest=newest, heads=heads, chosen=chosen, names=names, by=groups, period=period, asked=span,
        start=_day(page, span.start), end=_day(page, span.end), default_span=span is not asked,
        wheres=page.request.query_params.getlist("where"), **_below(page, chosen, span, groups, period),
        divergences=None if page.caller.restricted else divergences(page), full=not page.caller.restricted,
        by_given=bool(by),
    )  # fmt: skip


def first_day(page: Page, newest: datetime, months: int = MONTHS) -> datetime:
    """The beginning of the months up to the newest answer's, on the organisation's clocks."""
    local = newest.astimezone(ZoneInfo(page.settings.timezone))
    number = local.year * 12 + local.month - months
    return local_midnight(local.date().replace(year=number // 12, month=number % 12 + 1, day=1), page.settings.timezone)


def default_groups(names: Sequence[str]) -> list[str]:
    """What to break down by where nobody has said."""
    likely = [*(name for name in PREFERRED if name in names), *(name for name in names if name not in HIDDEN)]
    return likely[:1]


def sheets(page: Page, metric: Metric, asked: Answered, **how: Any) -> list[ScoreSheetOut]:  # noqa: ANN401
    """What the API answers, kept while the store holds the same.

    Raises:
        VerbatimError, Refusal: as `read_scores`.
    """
    told = {name: tuple(value) if isinstance(value, list) else value for name, value in how.items()}
    where = tuple(sorted((name, str(value)) for name, value in asked.where.items()))
    caller, store, settings = page.caller, page.store, page.settings
    return page.figures.get(
        ("scores", metric, asked.start, asked.end, where, *told.items()),
        lambda: stored_scores.read_scores(metric, caller, store, settings, asked, **how).sheets,
    )


def divergences(page: Page) -> Found | None:
    """What contradicts what, as far as it is counted; to be asked only for those who may see all."""
    return page.figures.count(("divergences",), partial(stored_scores.list_divergences, page.caller))


def _head(page: Page, metric: Metric, asked: Answered, period: Period, newest: datetime) -> Head:
    try:
        found = sheets(page, metric, asked, period=period)
    except (EmptyError, NotFoundError, ScaleError) as error:
        return Head(metric.value, None, 0, str(error).partition(";")[0], None)
    return Head(metric.value, found[0], len(found) - 1, None, _target(page, metric, asked, newest))


def _target(page: Page, metric: Metric, asked: Answered, newest: datetime) -> TargetOut | None:
    """How the last four weeks stand against the target, where there is one."""
    if page.caller.restricted or metric.value not in page.settings.targets:
        return None
    zone = page.settings.timezone
    last = (asked.end or newest).astimezone(ZoneInfo(zone)).date()  # whole days: what is kept serves all of a day
    recent = replace(asked, start=local_midnight(last - timedelta(days=TARGET_DAYS), zone), end=asked.end)
    where = tuple(sorted((name, str(value)) for name, value in recent.where.items()))
    key = ("target", metric, recent.start, recent.end, where)
    caller, store, settings = page.caller, page.store, page.settings
    try:
        return page.figures.get(key, lambda: stored_scores.read_target(metric, caller, store, settings, recent))
    except (EmptyError, NotFoundError, ScaleError):
        return None


def _milestones(page: Page, metric: Metric) -> Found | None:
    """As `divergences`."""
    caller, store, settings = page.caller, page.store, page.settings
    return page.figures.ask(
        ("milestones", metric), lambda: stored_scores.read_milestones(metric, caller, store, settings)
    )


def _below(page: Page, chosen: Head, asked: Answered, by: Sequence[str], period: Period) -> dict[str, Any]:
    """What is shown of the chosen metric: its line, segments and cross table."""
    nothing: dict[str, Any] = dict.fromkeys(("line", "rows", "bars", "cross", "milestones", "segment_problem"))
    if chosen.sheet is None:
        return nothing | {"rows": [], "events": []}
    metric, zone = Metric(chosen.metric), page.settings.timezone
    rolling = [one for one in _rolling(page, metric, asked) if _same(one, chosen.sheet)]
    found = None if page.caller.restricted else _milestones(page, metric)
    shown = nothing | {"milestones": found, "rows": period_rows(chosen.sheet)}
    target = page.settings.targets.get(metric.value)
    behind = _address(page, metric)
    known: Milestones | None = None if found is None else found.value
    drawn = line_of(chosen.sheet, rolling[0] if rolling else None, target, known, zone=zone, behind=behind)
    shown |= {"line": drawn.drawing, "events": drawn.events, "dashed": drawn.dashed, "rolls": drawn.rolls}
    try:
        if by:
            grouped = next(one for one in sheets(page, metric, asked, by=[by[0]]) if _same(one, chosen.sheet))
            shown["bars"] = bars_of(grouped, by[0], chosen.sheet, _address(page, metric, asked))
        if len(by) == 2:
            both = next(one for one in sheets(page, metric, asked, by=list(by), cross=True) if _same(one, chosen.sheet))
            shown["cross"] = crossed(both, by[0], by[1], _address(page, metric, asked))
    except (VerbatimError, StopIteration) as error:
        shown["segment_problem"] = str(error) or "no answers of this kind"
    return shown


def _rolling(page: Page, metric: Metric, asked: Answered) -> list[ScoreSheetOut]:
    try:
        return sheets(page, metric, asked, rolling=True)
    except VerbatimError:
        return []


def _same(one: ScoreSheetOut, other: ScoreSheetOut) -> bool:
    return (one.scale, one.step) == (other.scale, other.step)


def _address(page: Page, metric: Metric, asked: Answered | None = None) -> Any:  # noqa: ANN401 (takes names)
    """Where the comments behind a figure are: those of the page's filters, its span, and what is given."""
    wheres = page.request.query_params.getlist("where")
    start, end = (None, None) if asked is None else (_day(page, asked.start), _day(page, asked.end))

    def behind(
        *conditions: tuple[str, str | None], since: datetime | None = None, until: datetime | None = None
    ) -> str:
        given = {
            "metric": metric.value, "from": _day(page, since) or start, "to": _day(page, until) or end,
            "where": [*(one for one in wheres if one.partition("=")[0] not in dict(conditions)),
                      *(f"{name}={value or ''}" for name, value in conditions)],
        }  # fmt: skip
        return f"/comments?{query_of(given)}"

    return behind


def _day(page: Page, moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(ZoneInfo(page.settings.timezone)).date().isoformat()
