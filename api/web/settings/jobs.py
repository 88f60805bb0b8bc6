"""Jobs: what was asked for, how far it is, what came out of it, and asking for more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Form, Query, Response

from api.access.scopes import Scope
from api.jobs import kinds
from api.jobs.presence import living
from api.jobs.records import Status
from api.routers.job_shapes import NewMine, NewScoring, NewSweep, NewTrain
from api.routers.jobs import Asking, cancel_job, create_job, get_job, list_job_lines, list_jobs, retry_job
from api.shapes import After, Id
from api.web.page import DONE, Brings, LooksAtAll
from api.web.settings.tabs import mendable, once, router, show, status_of, told

if TYPE_CHECKING:
    from api.web.page import Page

DONE |= {
    "job-asked": "The job was asked for.",
    "job-cancelled": "The job was cancelled, or will be as soon as its worker looks up.",
    "job-again": "The job is queued again, with its arguments and its log.",
}
SHOWN = 50
EMPTY: dict[str, Any] = {
    "kind": "", "themes": "", "metric": "csat", "target": "", "refit": False, "activate": False,
}  # fmt: skip
LINES = 200
TITLES = {
    "ingest_file": "Import a file", "mine": "Mine themes", "train": "Train a predictor",
    "score_open": "Score open tickets", "report": "Make a report", "export": "Export", "encode": "Encode comments",
    "watch": "Watch models and themes", "sample": "Load the sample organisation",
    "sweep": "Sweep for follow-ups", "deliver": "Send messages",
}  # fmt: skip
TONES = {"done": "good", "failed": "bad", "cancelled": "warn", "running": "strong"}
WHERE = {
    "mine": ("/themes", "Themes"), "train": ("/settings/models", "Models"), "score_open": ("/at-risk", "At risk"),
    "report": ("/reports", "Reports"), "sweep": ("/follow-ups", "Follow-ups"),
    "deliver": ("/settings/endpoints", "Endpoints"),
}  # fmt: skip
Wanted = Annotated[str, Form(max_length=200)]


@router.get("/settings/jobs")
def jobs_page(
    page: LooksAtAll, after: After = None, kind: Annotated[str, Query(max_length=50)] = "",
    status: Annotated[Status | str, Query(max_length=20)] = "",
) -> Response:  # fmt: skip
    """The list, and forms that ask for more."""
    return _listed(page, kind=kind, status=status, after=after)


@router.post("/settings/jobs", name="create_job")
def ask_for_job(
    page: Brings, kind: Wanted, themes: Wanted = "", metric: Wanted = "csat", target: Wanted = "",
    refit: Annotated[bool, Form()] = False, activate: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """Ask for long work."""
    typed = {"kind": kind, "themes": themes, "metric": metric, "target": target, "refit": refit, "activate": activate}
    try:
        made = create_job(_new_job(typed), page.caller, Asking(page.service, once(page, "create_job")))
    except Exception as error:
        return _listed(page, problem=told(mendable(error)), problem_status=status_of(error), typed=typed)
    return page.back(f"/settings/jobs/{json.loads(bytes(made.body))['id']}", "job-asked")


@router.get("/settings/jobs/{job_id}")
def one_job(page: LooksAtAll, job_id: Id, after: After = None) -> Response:
    """How far a job is, and what came out of it."""
    return job_page(page, job_id, template="job.html", after=after)


@router.post("/settings/jobs/{job_id}/cancel", name="cancel_job")
def cancel(page: Brings, job_id: Id) -> Response:
    """Cancel it; trying again takes that back."""
    try:
        cancel_job(job_id, page.caller, page.store)
    except Exception as error:
        return job_page(page, job_id, template="job.html", problem=told(mendable(error)), status=status_of(error))
    return page.back(f"/settings/jobs/{job_id}", "job-cancelled")


@router.post("/settings/jobs/{job_id}/retry", name="retry_job")
def retry(page: Brings, job_id: Id) -> Response:
    """Queue it again; cancelling takes that back."""
    try:
        retry_job(job_id, page.caller, page.service)
    except Exception as error:
        return job_page(page, job_id, template="job.html", problem=told(mendable(error)), status=status_of(error))
    return page.back(f"/settings/jobs/{job_id}", "job-again")


def job_page(
    page: Page, job_id: str, *, template: str, after: str | None = None, problem: str | None = None, status: int = 200
) -> Response:
    """One job with its log."""
    job = get_job(job_id, page.caller, page.store)
    lines = list_job_lines(job_id, page.caller, page.store, limit=LINES, after=after)
    return show(
        page, template, status=status, job=job, lines=lines, problem=problem, titles=TITLES, tones=TONES,
        result=facts(job.result), told=facts(job.arguments), where=WHERE.get(job.kind),
        nobody=job.status == "queued" and not _workers(page), may_retry=_may(page, job.kind),
    )  # fmt: skip


def facts(given: dict[str, Any]) -> list[tuple[str, str]]:
    """A result or arguments as words and values; what lies inside is one line of JSON."""
    return [(name.replace("_", " "), _value(value)) for name, value in given.items() if value not in (None, "", [], {})]


def _value(value: Any) -> str:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, dict) and not any(isinstance(one, (dict, list)) for one in value.values()):
        return ", ".join(f"{name.replace('_', ' ')} {_value(one)}" for name, one in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _listed(
    page: Page, *, kind: str = "", status: str = "", after: str | None = None, problem: str | None = None,
    problem_status: int = 200, typed: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    known: Any = status if status in {"queued", "running", "done", "failed", "cancelled"} else None
    found = list_jobs(page.caller, page.store, limit=SHOWN, after=after, kind=kind or None, status=known)
    return show(
        page, "settings_jobs.html", status=problem_status, found=found, kind=kind, status_wanted=known or "",
        problem=problem, titles=TITLES, tones=TONES, typed=typed or EMPTY, trains=page.caller.may(Scope.ADMIN),
        help={name: one.help for name, one in kinds.KINDS.items()},
        nobody=any(job.status == "queued" for job in found.jobs) and not _workers(page),
    )  # fmt: skip


def _new_job(typed: dict[str, Any]) -> Any:  # noqa: ANN401 (one of the shapes of jobs)
    kind, told_so = typed["kind"], {}
    if kind == "mine":
        told_so = {"themes": typed["themes"] or None, "refit": typed["refit"]}
        return NewMine.model_validate({"kind": kind, "arguments": told_so})
    if kind == "train":
        told_so = {"metric": typed["metric"], "target": typed["target"] or None, "activate": typed["activate"]}
        return NewTrain.model_validate({"kind": kind, "arguments": told_so})
    if kind == "score_open":
        return NewScoring.model_validate({"kind": kind, "arguments": {"metric": typed["metric"]}})
    return NewSweep.model_validate({"kind": kind})


def _workers(page: Page) -> int:
    """How many workers of this machine live on this home folder."""
    return len(living(page.settings)[0])


def _may(page: Page, kind: str) -> bool:
    return page.caller.may(Scope.ADMIN if kind == "train" else Scope.WRITE)
