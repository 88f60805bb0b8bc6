"""Accounts: how each one is doing, who may leave and who praises, and one account with all that is known of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.problems import Refusal
from api.routers import follow_ups
from api.routers.asking import Answered
from api.routers.comments import list_comments
from api.routers.queue import list_at_risk
from api.routers.reports import list_reports
from api.routers.stored_scores import read_account_scores
from api.shapes import Id
from api.themes.asking import PageWish
from api.web import accounts_drawn as drawn
from api.web import reports
from api.web.accounts_asked import scored, standing, window
from api.web.forms import Mending, Unfit
from api.web.page import Brings, Looks, PageRoute
from verbatim.domain import Metric
from verbatim.errors import EmptyError
from verbatim.storage.queries import account_pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.web.accounts_asked import Scored, Standing
    from api.web.page import Page

router = APIRouter(include_in_schema=False, route_class=PageRoute)

ROWS = 40
LISTS = {"": "All", "at-risk": "At risk", "advocates": "Advocates", "together": "Together"}
SORTS = {
    "-value": "Value", "name": "Name", "renewal": "Renewal", "score": "Lowest score", "-score": "Highest score",
    "-risk": "Tickets at risk", "-follow-ups": "Follow-ups",
}  # fmt: skip
DAYS = (30, 90, 180, 365)
SOON = timedelta(days=90)
BY_STORE: dict[str, account_pages.Order] = {"name": "name", "-value": "-value", "renewal": "renewal"}


class Wish(BaseModel):
    """What the list shows, as it stands in the address."""

    metric: Metric = Metric.CSAT
    sort: Literal["-value", "name", "renewal", "score", "-score", "-risk", "-follow-ups"] = "-value"
    list: Literal["", "at-risk", "advocates", "together"] = ""
    days: Literal["30", "90", "180", "365"] = "90"
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


@router.get("/accounts")
def listed(page: Looks, wish: Annotated[Wish, Query()]) -> Response:
    """Each account's score, risk, follow-ups and renewal."""
    _demand_accounts(page)
    days = int(wish.days)
    shown: dict[str, Any] = {
        "wish": wish, "lists": LISTS, "sorts": SORTS, "days_shown": DAYS, "soon": SOON, "metrics": tuple(Metric),
    }  # fmt: skip
    if wish.list == "together":
        start, end = window(page, days)
        try:
            together = read_account_scores(wish.metric, page.caller, page.store, page.settings,
                                           Answered(start, end, {}))  # fmt: skip
        except EmptyError:
            together = None
        return page.render("accounts.html", together=together, rows=(), more=False, scores=None, stand=None, **shown)
    stand = standing(page, wish.metric)
    first, limits = (wish.page - 1) * ROWS, page.caller.restriction
    if not wish.list and wish.sort in BY_STORE:
        rows = account_pages.account_rows(
            page.store, order=BY_STORE[wish.sort], offset=first, limit=ROWS + 1, restricted=limits
        )
        scores = scored(page, wish.metric, days, [one.id for one in rows[:ROWS]]) if rows else None
    else:
        scores = scored(page, wish.metric, days)
        keys = _ordered(page, wish, scores, stand)
        rows = account_pages.accounts_of(page.store, keys[first : first + ROWS + 1], limits)
    return page.render(
        "accounts.html", together=None, rows=rows[:ROWS], more=len(rows) > ROWS, scores=scores, stand=stand, **shown
    )


@router.get("/accounts/{account_id}")
def one(page: Looks, account_id: Id, job: Annotated[str, Query(max_length=100)] = "") -> Response:
    """One account."""
    return _shown(page, account_id, job=job)


@router.post("/accounts/{account_id}/review")
def review(page: Brings, account_id: Id) -> Response:
    """Make its review: the last three whole months, as a page and PDF."""
    found = account_pages.account_named(page.store, account_id, page.caller.restriction)
    typed = {"kind": "account", "account": found.shown_id, "formats": ["html", "pdf"]}
    try:
        with Mending():
            job, new = reports.asked(page, reports.Sent.model_validate(typed).model_dump())
    except Unfit as unfit:
        return _shown(page, account_id, unfit=unfit)
    return page.back(f"/accounts/{account_id}", "report-asked" if new else "report-there", job=job)


def _demand_accounts(page: Page) -> None:
    if page.caller.restriction.teams:
        raise Refusal("not-allowed", "this key is limited to some teams, and accounts are not of single teams")


def _shown(page: Page, account_id: str, *, job: str = "", unfit: Unfit | None = None) -> Response:
    _demand_accounts(page)
    found = account_pages.account_named(page.store, account_id, page.caller.restriction)
    name = found.shown_id
    wish = PageWish.model_validate({"account": name, "limit": 6})
    risks = {
        metric: list_at_risk(page.caller, page.store, metric=metric, account=name, limit=20).tickets
        for metric in ("csat", "ces")
    }
    return page.render(
        "account.html", status=200 if unfit is None else int(unfit.kind.status), one=found, soon=SOON,
        problem=None if unfit is None else unfit.problem, lines=drawn.lines_of(page, found.id, name),
        contacts=account_pages.contacts_of(page.store, found.id), risks=risks,
        follow_ups=follow_ups.list_follow_ups(page.caller, page.store, account=name, state="open", limit=20),
        comments=list_comments(wish, page.caller, page.store, page.settings).comments,
        reviews=list_reports(page.caller, page.store, kind="account", account=name, limit=5).reports,
        watched=[
            each for each in reports.watched(page, job) if each.arguments.get("account") == name
        ], formats=reports.FORMATS, titles=reports.TITLES,
    )  # fmt: skip


def _ordered(page: Page, wish: Wish, scores: Scored | None, stand: Standing) -> Sequence[str]:
    """The keys of the accounts on the list, in its order."""
    sizes: dict[str, Any] = {}
    keys = {*(scores.rows if scores else ()), *stand.waiting, *stand.risks}
    if wish.list == "at-risk":
        keys = {key for key in keys if stand.trouble(key) or (scores is not None and scores.side(key) < 0)}
    elif wish.list == "advocates":
        keys = {key for key in keys if scores is not None and scores.side(key) > 0 and not stand.trouble(key)}
    if wish.sort in BY_STORE:
        whole = account_pages.account_rows(
            page.store, order=BY_STORE[wish.sort], limit=100_000, restricted=page.caller.restriction
        )
        return [one.id for one in whole if one.id in keys]
    for key in keys:
        row, waiting = scores.rows.get(key) if scores else None, stand.waiting.get(key)
        score = row.score if row is not None else None
        risks = stand.risks.get(key, ())
        sizes[key] = {
            "score": (score is None, score or 0.0), "-score": (score is None, -(score or 0.0)),
            "-risk": -sum(one.probability for one in risks),
            "-follow-ups": (-waiting.pressing, -waiting.open) if waiting else (0, 0),
        }[wish.sort]  # fmt: skip
    return sorted(keys, key=lambda key: (sizes[key], key))
