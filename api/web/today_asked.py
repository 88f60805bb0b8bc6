"""What the page of the day asks: a day's scores against the weeks before, the words behind what is to do, praise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from fastapi import Response

from api.routers import comments, themes
from api.routers.asking import Answered
from api.routers.comment_shapes import shown_comment
from api.themes.asking import PageWish
from api.web.scores import METRICS, sheets
from api.web.scores_drawn import unit_of
from verbatim.domain import Metric, local_midnight
from verbatim.errors import EmptyError, NotFoundError, ScaleError, VerbatimError
from verbatim.storage.queries import CommentFilter
from verbatim.storage.queries.browsing import ids_among
from verbatim.storage.queries.recent import comments_with_answers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.routers.comment_shapes import CommentOut
    from api.routers.follow_ups import FollowUp
    from api.routers.score_shapes import ScoreOut, ScoreSheetOut
    from api.routers.theme_shapes import ThemeOut
    from api.web.page import Page
    from verbatim.scores.intervals import Difference

USUAL_DAYS = 28
PRAISE_DAYS = 7
CANDIDATES, FEW = 40, 10
SHORTEST, LONGEST = 40, 420  # characters of a quote that is worth sharing
HAPPY = 0.5
NEW_SHARE = 0.2  # a theme is new where its share was a fifth or less before: as in verbatim.findings
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class DayScore:
    """One metric on a day, and the weeks before."""

    metric: str
    sheet: ScoreSheetOut
    usual: ScoreOut | None
    change: Difference | None

    @property
    def unit(self) -> str:
        """How its figure is written."""
        return unit_of(self.sheet)

    @property
    def n(self) -> int:
        """Answers of the day."""
        return self.sheet.total.n


@dataclass(frozen=True, slots=True)
class Task:
    """A follow-up and what was said, where the caller may read it."""

    follow_up: FollowUp
    comment: CommentOut | None


@dataclass(frozen=True, slots=True)
class Moving:
    """A theme that is spoken of more often: shares of 1, the interval allows for all themes looked at."""

    theme: ThemeOut
    kind: str
    low: float
    high: float


def day_scores(page: Page, day: date) -> list[DayScore]:
    """Every metric with answers on the day, on the scale that most were given on."""
    zone = page.settings.timezone
    start, end = local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone)
    before = local_midnight(day - timedelta(days=USUAL_DAYS), zone)
    found = []
    for metric in METRICS:
        now = _first(page, metric, Answered(start, end, {}))
        if now is None:
            continue
        usual = _first(page, metric, Answered(before, start, {}), now)
        change = None if usual is None else _change(metric, usual.total, now)
        found.append(DayScore(metric.value, now, None if usual is None else usual.total, change))
    return found


def with_words(page: Page, given: Sequence[FollowUp]) -> list[Task]:
    """Follow-ups with the comments that came with their answers."""
    pairs = comments_with_answers(page.store, [one.response_id for one in given if one.response_id])
    wanted = CommentFilter(restricted=page.caller.restriction)
    allowed = ids_among(page.store, wanted, sorted(pairs.values())) if pairs else set()
    found = {one.id: one for one in comments.read_comments(page.store, sorted(allowed))}
    shown = {key: shown_comment(page.caller, one) for key, one in found.items()}
    return [Task(one, shown.get(pairs.get(one.response_id or "", ""))) for one in given]


def unhappy(page: Page, day: date) -> list[CommentOut]:
    """Comments of the day that came with a low answer, newest first."""
    found: dict[str, CommentOut] = {}
    for metric, category in ((Metric.CSAT, "dissatisfied"), (Metric.CES, "difficult"), (Metric.NPS, "detractors")):
        for one in _said(page, day, day + timedelta(days=1), metric, category, FEW):
            found.setdefault(one.id, one)
    return sorted(found.values(), key=lambda one: one.occurred_at.timestamp() if one.occurred_at else 0, reverse=True)


def praise(page: Page, day: date) -> CommentOut | None:
    """The kindest informative comment of the day, else of the week up to it; the same whenever one looks."""
    for days in (1, PRAISE_DAYS):
        since, until = day - timedelta(days=days - 1), day + timedelta(days=1)
        found = [
            one
            for metric, category in ((Metric.CSAT, "satisfied"), (Metric.NPS, "promoters"))
            for one in _said(page, since, until, metric, category, CANDIDATES)
            if one.informative and SHORTEST <= len(one.text) <= LONGEST and _kindness(one) >= HAPPY
        ]
        if found:
            return max(found, key=lambda one: (round(_kindness(one), 6), len(one.text), one.id))
    return None


def moving_themes(page: Page, day: date) -> list[Moving]:
    """Themes that the four weeks up to the day speak of more often than the four before, by more than noise.

    Newcombe's interval of the difference of the shares, at a confidence that allows for all themes (Bonferroni);
    comments are taken as independent.

    Raises:
        EmptyError: nothing was mined yet.
    """
    from verbatim.scores.intervals import newcombe

    caller, store, settings = page.caller, page.store, page.settings
    until = day + timedelta(days=1)
    since = until - timedelta(days=USUAL_DAYS)
    tree = page.figures.get(
        ("moving-today", day),
        lambda: themes.list_themes(caller, store, settings, Response(), start=since, end=until).themes,
    )
    known = [one for one in _flat(tree) if one.kind == "theme" and one.of and one.of_before]
    if not known:
        return []
    low, high = newcombe(
        [one.n for one in known], [one.of for one in known], [one.n_before or 0 for one in known],
        [one.of_before or 0 for one in known], confidence=1 - ALPHA / len(known),
    )  # fmt: skip
    found = [
        Moving(one, _kind(one), float(lower), float(upper))
        for one, lower, upper in zip(known, low, high, strict=True) if lower > 0
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.kind != "new", -one.low, one.theme.id))


def _first(page: Page, metric: Metric, asked: Answered, like: ScoreSheetOut | None = None) -> ScoreSheetOut | None:
    try:
        found = sheets(page, metric, asked)
    except (EmptyError, NotFoundError, ScaleError):
        return None
    same = [one for one in found if like is None or (one.scale, one.step) == (like.scale, like.step)]
    return same[0] if same else None


def _change(metric: Metric, before: ScoreOut, sheet: ScoreSheetOut) -> Difference | None:
    """The day against the weeks before, from the counted answers of both."""
    import pandas as pd

    from verbatim.scores.definitions import define
    from verbatim.scores.trends import compare

    frames = [
        pd.DataFrame({"value": [float(value) for value in counts], "n": list(counts.values())})
        for counts in (before.counts, sheet.total.counts)
    ]
    try:
        definition = define(metric, _definition(sheet), sheet.scale)
        return compare(frames[0], frames[1], definition).change
    except VerbatimError:  # the ease index has no definition of its own
        return None


def _definition(sheet: ScoreSheetOut) -> str:
    """How the sheet is counted, as `define` reads it: its name without the scale before it."""
    return sheet.definition.name.partition(": ")[2]


def _said(
    page: Page, since: date, until: date, metric: Metric, category: str, limit: int
) -> list[CommentOut]:  # fmt: skip
    wish = PageWish.model_validate({"from": since, "to": until, "metric": metric, "category": category, "limit": limit})
    caller, store, settings = page.caller, page.store, page.settings
    try:
        return page.figures.get(
            ("said", since, until, metric, category, limit),
            lambda: comments.list_comments(wish, caller, store, settings).comments,
        )
    except VerbatimError:
        return []


def _kindness(one: CommentOut) -> float:
    felt = [span.sentiment for span in one.themes if span.sentiment is not None]
    return sum(felt) / len(felt) if felt and min(felt) > 0 else 0.0


def _flat(tree: Sequence[ThemeOut]) -> Iterator[ThemeOut]:
    for one in tree:
        yield one
        yield from _flat(one.sub_themes)


def _kind(one: ThemeOut) -> str:
    before = (one.n_before or 0) / one.of_before if one.of_before else 0.0
    return "new" if before <= NEW_SHARE * (one.share or 0) else "growing"
