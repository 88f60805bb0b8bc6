"""The page of the day: what came in yesterday, whom to answer, what to share, and what is new."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from api.problems import Refusal
from api.routers import alerts, follow_ups, jobs, queue
from api.shapes import Id
from api.web.forms import simply
from api.web.page import DONE, Administers, Brings, Looks, PageRoute, Works
from api.web.today_asked import day_scores, moving_themes, praise, unhappy, with_words
from verbatim.domain import local_midnight
from verbatim.errors import VerbatimError
from verbatim.storage.queries.recent import is_empty, newest_answer_at

if TYPE_CHECKING:
    from api.routers.job_shapes import JobOut
    from api.web.page import Page

router = APIRouter(include_in_schema=False, route_class=PageRoute)

SHOWN = 5
FAILED_DAYS = 7
DONE |= {
    "sample-asked": "The sample organisation is being loaded.",
    "sample-cancelled": "The sample organisation is not loaded any further.",
    "acknowledged": "The alert is acknowledged.",
    "alert-back": "The alert waits again.",
    "job-again": "The job is queued again.",
    "job-not-again": "The job is not tried again.",
}


@router.get("/")
def today(page: Looks) -> Response:
    """The day."""
    loading = _sample_job(page)
    if is_empty(page.store):
        return page.render("today.html", empty=True, loading=loading, problem=None)
    return page.render("today.html", empty=False, loading=loading, **_day(page), **_work(page))


@router.post("/today/sample")
def load_sample(page: Administers) -> Response:
    """Load the sample organisation, where nothing is stored."""
    try:
        jobs.ask(jobs.Asking(page.service, simply(page, "load_sample")), page.caller, "sample", {}, place="arguments")
    except Refusal as refusal:
        if refusal.kind.name != "conflict":
            raise
        empty = is_empty(page.store)
        shown: dict[str, Any] = {} if empty else {**_day(page), **_work(page)}
        return page.render(
            "today.html", status=409, empty=empty, loading=_sample_job(page), problem=refusal.detail, **shown
        )
    return page.back("/", "sample-asked")


@router.post("/today/sample/{job_id}/cancel", name="cancel_job")
def cancel_sample(page: Brings, job_id: Id) -> Response:
    """Stop loading it; what was read in so far stays."""
    jobs.cancel_job(job_id, page.caller, page.store)
    return page.back("/", "sample-cancelled")


@router.post("/today/alerts/{alert_id}/acknowledge")
def acknowledge(page: Works, alert_id: str) -> Response:
    """Say that an alert was seen."""
    alerts.acknowledge_alert(alert_id, page.caller, page.store)
    return page.back("/", "acknowledged", alert=alert_id)


@router.post("/today/alerts/{alert_id}/take-back", name="take_back_alert")
def take_back(page: Works, alert_id: str) -> Response:
    """Take back that an alert was seen."""
    alerts.take_back_alert(alert_id, page.caller, page.store)
    return page.back("/", "alert-back")


@router.post("/today/jobs/{job_id}/retry")
def retry(page: Brings, job_id: str) -> Response:
    """Try a failed job again."""
    jobs.retry_job(job_id, page.caller, page.service)
    return page.back("/", "job-again", job=job_id)


@router.post("/today/jobs/{job_id}/cancel", name="cancel_job")
def cancel(page: Brings, job_id: str) -> Response:
    """Take back that a job is tried again."""
    jobs.cancel_job(job_id, page.caller, page.store)
    return page.back("/", "job-not-again")


def _day(page: Page) -> dict[str, Any]:
    """Yesterday, or the last day before today with answers, else today."""
    zone = page.settings.timezone
    this_day = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    midnight = local_midnight(this_day, zone)
    newest = newest_answer_at(page.store, page.caller.restriction, before=midnight)
    if newest is None:
        newest = newest_answer_at(page.store, page.caller.restriction)
    day = this_day - timedelta(days=1) if newest is None else newest.astimezone(ZoneInfo(zone)).date()
    heads = [] if newest is None else day_scores(page, day)
    return {
        "day": day, "until": day + timedelta(days=1), "is_yesterday": day == this_day - timedelta(days=1),
        "is_today": day == this_day, "heads": heads, "answers": sum(head.n for head in heads),
        "praise": praise(page, day), "moving": _moving(page, day), **_negatives(page, day),
    }  # fmt: skip


def _negatives(page: Page, day: date) -> dict[str, Any]:
    """Open follow-ups of answers, the first due first, with the words; and unhappy comments of the day without one."""
    caller, store = page.caller, page.store
    due = follow_ups.list_follow_ups(caller, store, state="open", signal="answer", overdue=False, limit=SHOWN)
    late = follow_ups.list_follow_ups(caller, store, overdue=True, limit=SHOWN)
    shown = with_words(page, due.follow_ups)
    late_shown = with_words(page, late.follow_ups)
    said = {one.comment.id for one in [*shown, *late_shown] if one.comment}
    return {
        "due": shown, "more_due": due.next is not None, "late": late_shown, "more_late": late.next is not None,
        "unhappy": [one for one in unhappy(page, day) if one.id not in said][:SHOWN],
    }  # fmt: skip


def _work(page: Page) -> dict[str, Any]:
    """What waits for somebody: open tickets at risk, alerts, jobs that failed."""
    caller, store = page.caller, page.store
    risk = queue.list_at_risk(caller, store, limit=SHOWN)
    raised = alerts.list_alerts(caller, store, acknowledged=False, limit=SHOWN)
    return {"risk": risk, "alerts": raised.alerts, "more_alerts": raised.next is not None, "failed": _failed(page)}


def _failed(page: Page) -> list[JobOut]:
    """Jobs that failed of late."""
    if page.caller.restricted:
        return []
    since = datetime.now(UTC) - timedelta(days=FAILED_DAYS)
    found = jobs.list_jobs(page.caller, page.store, limit=SHOWN, status="failed").jobs
    return [job for job in found if job.finished_at is None or job.finished_at >= since]


def _sample_job(page: Page) -> JobOut | None:
    """The job that loads the sample organisation, while there is one, or where it failed."""
    if page.caller.restricted:
        return None
    newest = jobs.list_jobs(page.caller, page.store, limit=1, kind="sample").jobs
    return next((job for job in newest if job.status in {"queued", "running", "failed"}), None)


def _moving(page: Page, day: date) -> list[Any]:
    try:
        return moving_themes(page, day)[:SHOWN]
    except VerbatimError:  # nothing was mined yet
        return []
