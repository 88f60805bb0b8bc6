"""Reports and schedules as pages: making, watching, opening, removing; what does not fit is told beside the form."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from api.web.forms import lines_of
from tests.test_api.conftest import Served
from tests.test_api.working import work

DAY = "2026-10-05"
MAIN = '<main id="main"'


@pytest.fixture(scope="module")
def desk(empty: Served) -> httpx.Client:
    client = empty.as_role("analyst")
    client.post("/v1/accounts", json={"records": [{"id": "A-1", "name": "<b>Northwind</b>"}]})
    records = [
        {
            "id": f"R-{number}", "metric": "csat", "scale": "csat-5", "score": 1 + number % 5, "account_id": "A-1",
            "answered_at": f"{DAY}T{8 + number % 9:02}:00:00Z", "comment": "<script>alert(1)</script> too slow",
        }
        for number in range(20)
    ]  # fmt: skip
    assert client.post("/v1/responses", json={"records": records}).json()["inserted"] == 20
    return client


def sent(client: httpx.Client, path: str, **form: Any) -> dict[str, str]:
    """Send a form that is accepted; gives what the address says then."""
    answered = client.post(path, data=form)
    assert answered.status_code == 303, answered.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answered.headers["location"]).query).items()}


def shown(client: httpx.Client, path: str = "/reports") -> str:
    answered = client.get(path)
    assert answered.status_code == 200, answered.text
    return answered.text.split(MAIN)[1]


def test_an_empty_page_says_what_to_do(desk: httpx.Client, empty: Served) -> None:
    assert "Make one above" in shown(desk)
    assert "No schedules yet" in shown(desk)
    assert "<form" not in shown(empty.as_role("viewer")).replace('<form class="filters" method="get"', "")


def test_a_report_is_asked_for_watched_opened_and_removed(desk: httpx.Client, empty: Served) -> None:
    told = sent(desk, "/reports", kind="daily", period=DAY, formats=["html", "md"])
    assert told["done"] == "report-asked"
    again = sent(desk, "/reports", kind="daily", period=DAY, formats=["html", "md"])
    assert again == {"done": "report-there", "job": told["job"]}
    watched = shown(desk, f"/reports?job={told['job']}")
    assert f'data-job="{told["job"]}"' in watched
    assert "<progress" in watched
    work(empty)
    ready = shown(desk, f"/reports?job={told['job']}")
    assert "data-job" not in ready
    assert "It is ready" in ready
    page = desk.get(f"/reports/{told['job']}/html")
    assert page.status_code == 200
    assert "sandbox" in page.headers["content-security-policy"]
    assert desk.get(f"/reports/{told['job']}/pdf").status_code == 404
    assert desk.get(f"/reports/{told['job']}/nonsense").status_code == 422
    assert told["job"] in shown(desk, "/reports?kind=daily")
    assert told["job"] not in shown(desk, "/reports?kind=weekly")
    viewer = empty.as_role("viewer")
    assert viewer.post(f"/reports/{told['job']}/delete").status_code == 403
    assert viewer.get(f"/reports/{told['job']}/md").status_code == 200
    assert sent(desk, f"/reports/{told['job']}/delete")["done"] == "report-removed"
    assert desk.get(f"/reports/{told['job']}/html").status_code == 404


def test_a_report_that_waits_can_be_cancelled(desk: httpx.Client) -> None:
    told = sent(desk, "/reports", kind="daily", period="2026-10-06", formats=["md"])
    assert f"/reports/jobs/{told['job']}/cancel" in shown(desk)
    sent(desk, f"/reports/jobs/{told['job']}/cancel")
    assert "It was cancelled" in shown(desk, f"/reports?job={told['job']}")


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"kind": "daily", "period": "2026-13-40", "formats": "html"}, "is not a day"),
        ({"kind": "daily", "period": DAY}, "formats"),
        ({"kind": "account", "formats": "html"}, "needs the external id"),
        ({"kind": "account", "account": "<i>none</i>", "formats": "html"}, "no such account"),
        ({"kind": "monthly", "period": "2026-10", "by": "<u>", "formats": "html"}, "segment"),
        ({"kind": "daily", "period": DAY, "formats": "html", "deliver_to": "nobody"}, "nobody"),
        ({"kind": "nonsense", "formats": "html"}, "kind"),
    ],
)
def test_what_does_not_fit_is_told_beside_the_form_with_what_was_typed(
    desk: httpx.Client, form: dict[str, str], problem: str
) -> None:
    answered = desk.post("/reports", data=form)
    assert 400 <= answered.status_code < 500
    told = re.search(r'class="problem" role="alert">(.*?)</p>', answered.text, re.S)
    assert told is not None, answered.text
    assert problem in told[1]
    assert '<details class="sheet make" open>' in answered.text
    if "period" in form:
        assert f'value="{form["period"]}"' in answered.text
    if "account" in form:
        assert 'value="&lt;i&gt;none&lt;/i&gt;"' in answered.text


def test_schedules_are_made_paused_run_changed_and_removed(desk: httpx.Client) -> None:
    form = {"kind": "weekly", "clock": "08:00", "day": "2", "timezone": "Europe/Berlin", "formats": "html",
            "deliver_to": "a@example.com, b@example.com"}  # fmt: skip
    made = sent(desk, "/reports/schedules/new", **form)
    one = f"/reports/schedules/{made['schedule']}"
    there = shown(desk, f"/reports?done=schedule-made&schedule={made['schedule']}")
    assert "every Tuesday at 08:00" in there
    assert "a@example.com, b@example.com" in there
    assert "Europe/Berlin" in there
    assert f'action="{one}/delete"><button class="plain">Undo' in there
    paused = sent(desk, f"{one}/pause")
    assert "rests" in shown(desk)
    assert f'action="{one}/resume"><button class="plain">Undo' in shown(
        desk, f"/reports?done={paused['done']}&schedule={paused['schedule']}"
    )
    sent(desk, one, **{**form, "clock": "09:15", "day": "5"})
    assert "every Friday at 09:15" in shown(desk)
    assert desk.get(f"/v1/schedules/{made['schedule']}").json()["active"] is False
    sent(desk, f"{one}/resume")
    kept = desk.get(f"/v1/schedules/{made['schedule']}").json()
    assert (kept["active"], kept["deliver_to"]) == (True, ["a@example.com", "b@example.com"])
    run = sent(desk, f"{one}/run")
    assert f'data-job="{run["job"]}"' in shown(desk, f"/reports?job={run['job']}")
    sent(desk, f"/reports/jobs/{run['job']}/cancel")
    gone = sent(desk, f"{one}/delete")
    assert desk.get(one).status_code == 404
    back = shown(desk, f"/reports?{urlencode(gone)}")
    assert f'action="{one}/undo"' in back
    sent(desk, f"{one}/undo", before=gone["before"])
    (again,) = desk.get("/v1/schedules").json()["schedules"]
    assert (again["clock"], again["day"], again["active"]) == ("09:15", 5, True)
    assert desk.post(f"{one}/undo", data={"before": "{}"}).status_code == 422
    sent(desk, f"/reports/schedules/{again['id']}/delete")


def undo_of(client: httpx.Client, told: dict[str, str], where: str = "/reports") -> tuple[str, dict[str, str]]:
    """The form of the undo on the page after an action: where it goes, and what it sends."""
    answered = client.get(where, params=told)
    assert answered.status_code == 200, answered.text
    found = re.search(r'role="status">.*?<form method="post" action="([^"]+)">(.*?)</form>', answered.text, re.S)
    assert found is not None, answered.text
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[2])
    return html.unescape(found[1]), {name: html.unescape(value) for name, value in fields}


def fields_of(client: httpx.Client, schedule: str) -> dict[str, Any]:
    found = client.get(f"/v1/schedules/{schedule}").json()
    return {name: value for name, value in found.items() if name not in {"id", "created_at", "next_times"}}


def test_changing_and_removing_a_schedule_can_be_undone(desk: httpx.Client, empty: Served) -> None:
    form = {"kind": "monthly", "clock": "08:00", "day": "2", "timezone": "Europe/Berlin", "formats": ["html", "pdf"],
            "by": "channel", "deliver_to": "a@example.com"}  # fmt: skip
    schedule = sent(desk, "/reports/schedules/new", **form)["schedule"]
    sent(desk, f"/reports/schedules/{schedule}/pause")
    before = fields_of(desk, schedule)
    changed = sent(desk, f"/reports/schedules/{schedule}", **{**form, "clock": "11:11", "by": "", "deliver_to": ""})
    after = fields_of(desk, schedule)
    assert after != before
    path, fields = undo_of(desk, changed)
    assert empty.as_role("viewer").post(path, data=fields).status_code == 403
    undone = sent(desk, path, **fields)
    assert fields_of(desk, schedule) == before
    path, fields = undo_of(desk, undone)
    sent(desk, path, **fields)
    assert fields_of(desk, schedule) == after
    removed = sent(desk, f"/reports/schedules/{schedule}/delete")
    assert desk.get(f"/v1/schedules/{schedule}").status_code == 404
    path, fields = undo_of(desk, removed)
    again = sent(desk, path, **fields)
    assert fields_of(desk, again["schedule"]) == after
    path, fields = undo_of(desk, again)
    sent(desk, path, **fields)
    assert desk.get(f"/v1/schedules/{again['schedule']}").status_code == 404
    assert desk.post(f"/reports/schedules/{schedule}/undo", data={"before": "{nonsense"}).status_code == 422


def test_a_schedule_with_receivers_asks_before_it_sends(desk: httpx.Client) -> None:
    form = {"kind": "daily", "clock": "08:00", "formats": "html"}
    quiet = sent(desk, "/reports/schedules/new", **form)["schedule"]
    sending = sent(desk, "/reports/schedules/new", **form, deliver_to="a@example.com, b@example.com")["schedule"]
    page = shown(desk)
    button = f'<form method="post" action="/reports/schedules/{quiet}/run"><button>Run now'
    assert button in page
    assert button.replace(quiet, sending) not in page
    assert "It is sent to 2 receivers as soon as it is made. What was sent cannot be taken back." in page
    for one in (quiet, sending):
        sent(desk, f"/reports/schedules/{one}/delete")


def test_asking_for_a_report_and_cancelling_it_undo_each_other(desk: httpx.Client) -> None:
    asked = sent(desk, "/reports", kind="daily", period="2026-10-07", formats=["md"])
    path, fields = undo_of(desk, asked)
    cancelled = sent(desk, path, **fields)
    assert desk.get(f"/v1/jobs/{asked['job']}").json()["status"] == "cancelled"
    path, fields = undo_of(desk, cancelled)
    again = sent(desk, path, **fields)
    assert desk.get(f"/v1/jobs/{asked['job']}").json()["status"] == "queued"
    path, fields = undo_of(desk, again)
    sent(desk, path, **fields)


def test_a_wrong_schedule_is_told_and_what_was_typed_stays(desk: httpx.Client, empty: Served) -> None:
    form = {"kind": "monthly", "clock": "07:30", "day": "3", "timezone": "Europe/<b>", "formats": "pdf"}
    answered = desk.post("/reports/schedules/new", data=form)
    assert answered.status_code == 422
    assert 'value="Europe/&lt;b&gt;"' in answered.text
    assert re.search(r'value="pdf" checked', answered.text)
    assert desk.post("/reports/schedules/new", data={**form, "timezone": "", "day": "x"}).status_code == 422
    viewer = empty.as_role("viewer")
    assert viewer.get("/reports/schedules/new").status_code == 403
    assert viewer.post("/reports/schedules/new", data=form).status_code == 403


def test_a_limited_key_sees_its_account_reviews_only(desk: httpx.Client, empty: Served) -> None:
    limited = empty.as_role("viewer", accounts=["A-1"])
    assert "Schedules" not in shown(limited)
    assert "No reports" in shown(limited)


def test_lists_are_read_with_commas_and_lines() -> None:
    assert lines_of(" a@example.com,\nb ,, \r\n c ") == ["a@example.com", "b", "c"]
    assert lines_of("") == []
