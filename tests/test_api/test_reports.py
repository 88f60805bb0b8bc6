"""Reports and schedules over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import insert, select, update

from api.jobs.reporting import followed_up, report_folder
from api.routers.reports import EXAMPLES
from tests.test_api.conftest import Serve, Served
from tests.test_api.working import work
from verbatim.reports import FollowUpCounts
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.queries.restriction import account_key
from verbatim.storage.store import Store
from verbatim.storage.tables import account, delivery, follow_up, made_report, schedule

DAY = "2026-10-05"


@pytest.fixture(scope="module")
def desk(empty: Served) -> httpx.Client:
    client = empty.as_role("analyst")
    client.post(
        "/v1/accounts", json={"records": [{"id": "A-1", "name": "Northwind"}, {"id": "A-2", "name": "Initech"}]}
    )
    records = [
        {
            "id": f"R-{number}", "metric": "csat", "scale": "csat-5", "score": 1 + number % 5, "account_id": "A-1",
            "answered_at": f"{DAY}T{8 + number % 9:02}:00:00Z", "comment": "<script>alert(1)</script> too slow",
            "segments": {"agent": "Zoe", "channel": ("email", "chat")[number % 2]},
        }
        for number in range(30)
    ]  # fmt: skip
    assert client.post("/v1/responses", json={"records": records}).json()["inserted"] == 30
    return client


def made(served: Served, client: httpx.Client, **told: Any) -> str:
    asked = client.post("/v1/reports", json=told)
    assert asked.status_code == 202, asked.text
    work(served)
    job = client.get(f"/v1/jobs/{asked.json()['id']}").json()
    assert job["status"] == "done", job["problem"]
    assert job["result"]["report_id"] == job["id"]
    found: str = job["id"]
    return found


def test_a_report_is_made_fetched_in_its_formats_and_removed(empty: Served, desk: httpx.Client) -> None:
    report_id = made(empty, desk, kind="daily", period=DAY, formats=["html", "json", "md"])
    shown = desk.get(f"/v1/reports/{report_id}").json()
    assert (shown["kind"], shown["period"], shown["account"], shown["by"]) == ("daily", DAY, None, None)
    assert [one["format"] for one in shown["files"]] == ["html", "json", "md"]
    fetched = {one["format"]: desk.get(one["path"]) for one in shown["files"]}
    assert {form: len(answer.content) for form, answer in fetched.items()} == {
        one["format"]: one["bytes"] for one in shown["files"]
    }
    page = fetched["html"]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Disposition"] == f'inline; filename="daily-{DAY}.html"'
    assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "<script" not in page.text
    assert fetched["json"].json()["answers"] == 30
    assert fetched["md"].headers["Content-Type"].startswith("text/markdown")
    same = desk.get(f"/v1/reports/{report_id}/html", headers={"If-None-Match": f'W/{page.headers["ETag"]}, "x"'})
    assert (same.status_code, same.content) == (304, b"")
    assert desk.get(f"/v1/reports/{report_id}/pdf").status_code == 404
    assert desk.get(f"/v1/reports/{report_id}/exe").status_code == 422
    folder = report_folder(empty.settings, report_id)
    assert folder.exists()
    assert desk.delete(f"/v1/reports/{report_id}").status_code == 204
    assert not folder.exists()
    assert (
        desk.get(f"/v1/reports/{report_id}").status_code == desk.delete(f"/v1/reports/{report_id}").status_code == 404
    )


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"kind": "daily", "period": "2026-10"}, "2026-10"),
        ({"kind": "weekly", "period": DAY}, DAY),
        ({"kind": "monthly", "period": "9999-12"}, "9999"),
        ({"kind": "monthly", "period": "0000-01"}, "0000"),
        ({"kind": "daily", "period": "0001-01-01"}, "0001"),
        ({"kind": "weekly", "period": "9999-W53"}, "9999"),
        ({"kind": "account", "account": "A-1", "period": "0001-01..9999-12"}, "0001"),
        ({"kind": "account"}, "account"),
        ({"kind": "account", "account": "A-1", "period": "2026-01..9999-11"}, "9999"),
        ({"kind": "daily", "account": "A-1"}, "account"),
        ({"kind": "daily", "by": ["channel"]}, "by"),
        ({"kind": "monthly", "formats": []}, "formats"),
        ({"kind": "monthly", "formats": ["exe"]}, "formats"),
        ({"kind": "monthly", "by": ["a\x00"]}, "control"),
        ({"kind": "monthly", "schedule_id": "x"}, "schedule_id"),
        ({"kind": "monthly", "deliver_to": ["ada@"]}, "mail address"),
    ],
)  # fmt: skip
def test_a_report_that_makes_no_sense_is_refused_before_it_is_a_job(
    desk: httpx.Client, told: dict[str, Any], says: str
) -> None:  # fmt: skip
    refused = desk.post("/v1/reports", json=told)
    assert refused.status_code == 422
    assert says in refused.text
    assert desk.post("/v1/reports", json={"kind": "monthly", "deliver_to": ["nobody"]}).status_code == 404


def test_a_limited_key_sees_the_reviews_of_its_accounts_only(empty: Served, desk: httpx.Client) -> None:
    own = made(empty, desk, kind="account", account="A-1", period="2026-10..2026-10", formats=["json"])
    other = made(empty, desk, kind="daily", period=DAY, formats=["json"])
    limited, team = empty.as_role("viewer", accounts=["A-1"]), empty.as_role("viewer", teams=["Billing"])
    elsewhere = empty.as_role("viewer", accounts=["A-2"])
    assert [one["id"] for one in limited.get("/v1/reports").json()["reports"]] == [own]
    assert limited.get(f"/v1/reports/{own}/json").json()["account"]["name"] == "Northwind"
    assert (
        limited.get(f"/v1/reports/{other}").status_code == limited.get(f"/v1/reports/{other}/json").status_code == 404
    )
    for client in (team, elsewhere):
        assert client.get("/v1/reports").json()["reports"] == []
        assert client.get(f"/v1/reports/{own}/json").status_code == 404
    assert {one["id"] for one in desk.get("/v1/reports").json()["reports"]} >= {own, other}
    found = desk.get("/v1/reports", params={"kind": "account", "account": "A-1"}).json()["reports"]
    assert [one["id"] for one in found] == [own]


def test_reports_of_agents_are_hidden_from_roles_that_must_not_see_them(empty: Served, desk: httpx.Client) -> None:
    weekly = made(empty, desk, kind="weekly", period="2026-W41", formats=["json"])
    monthly = made(empty, desk, kind="monthly", period="2026-10", by=["agent"], formats=["json"])
    plain = made(empty, desk, kind="monthly", period="2026-10", by=["channel"], formats=["json"])
    viewer = empty.as_role("viewer")
    assert [viewer.get(f"/v1/reports/{one}/json").status_code for one in (weekly, monthly, plain)] == [403, 403, 200]
    assert desk.get(f"/v1/reports/{monthly}").json()["by"] == ["agent"]
    assert desk.get(f"/v1/reports/{weekly}/json").status_code == 200
    assert viewer.post("/v1/reports", json={"kind": "daily"}).status_code == 403
    assert viewer.delete(f"/v1/reports/{plain}").status_code == 403


def thanked(served: Served) -> httpx.Client:
    """An analyst who has put down praise for tickets that Zoe and Finn held."""
    client = served.as_role("analyst" if served.settings.hide_agent_ratings_from == ["viewer", "agent"] else "admin")
    words = "Excellent, friendly and competent help, the answer came at once and it just works."
    records = [
        {"id": f"R-{n}", "metric": "csat", "scale": "csat-5", "score": 5, "answered_at": f"2026-10-{1 + n:02}T09:00Z",
         "comment": f"{words} Number {n}.", "segments": {"agent": ("Zoe Zander", "Finn Foster")[n % 2]}}
        for n in range(16)
    ]  # fmt: skip
    assert client.post("/v1/responses", json={"records": records}).json()["inserted"] == 16
    return client


def test_praise_comes_without_names_to_who_may_not_see_whose_rating_is_whose(serve: Serve, tmp_path: Path) -> None:
    served = serve(Settings(home=tmp_path))
    desk = thanked(served)
    report = made(served, desk, kind="monthly", period="2026-10", formats=["json", "html", "email"])
    viewer = served.as_role("viewer")
    for form in ("json", "html", "email"):
        whole, hidden = (client.get(f"/v1/reports/{report}/{form}") for client in (desk, viewer))
        assert (whole.status_code, hidden.status_code) == (200, 200)
        assert ("Zoe" in whole.text, "Finn" in whole.text) == (True, True)
        assert ("Zoe" in hidden.text, "Finn" in hidden.text) == (False, False)
        assert "Excellent, friendly and competent help" in hidden.text
        assert whole.headers["etag"] != hidden.headers["etag"]
        (told,) = (one for one in viewer.get(f"/v1/reports/{report}").json()["files"] if one["format"] == form)
        assert hidden.headers["etag"] == f'"{told["sha256"]}"'
        assert len(hidden.content) == told["bytes"]
    with prepare_store(served.settings) as store, store.writing() as connection:
        connection.execute(update(made_report).values(options={}))  # from before anybody looked for names
    assert viewer.get(f"/v1/reports/{report}/json").status_code == 403
    assert desk.get(f"/v1/reports/{report}/json").status_code == 200
    assert desk.delete(f"/v1/reports/{report}").status_code == 204
    assert not report_folder(served.settings, report).exists()


def test_who_may_not_see_agents_makes_and_schedules_reports_without_their_names(serve: Serve, tmp_path: Path) -> None:
    served = serve(Settings(home=tmp_path, hide_agent_ratings_from=["analyst"]))
    admin, analyst = thanked(served), served.as_role("analyst")
    report = made(served, analyst, kind="monthly", period="2026-10", formats=["md"])
    for reader in (admin, analyst):
        text = reader.get(f"/v1/reports/{report}/md").text
        assert "Excellent, friendly and competent help" in text
        assert "Zoe" not in text
    named = made(served, admin, kind="monthly", period="2026-10", formats=["md"])
    assert "Zoe" in admin.get(f"/v1/reports/{named}/md").text
    told = {"kind": "monthly", "clock": "08:00", "day": 1}
    ids = [client.post("/v1/schedules", json=told).json()["id"] for client in (admin, analyst)]
    with prepare_store(served.settings) as store, store.reading() as connection:
        kept = {row.id: row.options for row in connection.execute(select(schedule.c.id, schedule.c.options))}
    assert [kept[one] for one in ids] == [{}, {"people": False}]


def test_reports_are_paged_without_loss(empty: Served, desk: httpx.Client) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with prepare_store(empty.settings) as store, store.writing() as connection:
        for number in range(7):
            connection.execute(insert(made_report).values(
                id=f"page{number}", kind="daily", period=DAY, options={}, files={}, made_at=moment, person="Ada",
                schedule_id="pages",
            ))  # fmt: skip
    paged, after = [], None
    while True:
        more = {"after": after} if after else {}
        page = desk.get("/v1/reports", params={"limit": 2, "schedule_id": "pages", **more}).json()
        paged += [one["id"] for one in page["reports"]]
        after = page["next"]
        if after is None:
            break
    assert paged == [f"page{number}" for number in reversed(range(7))]


def test_a_schedule_says_its_next_times_is_changed_run_and_removed(empty: Served, desk: httpx.Client) -> None:
    told = {"kind": "weekly", "clock": "08:00", "day": 1, "timezone": "Europe/Berlin", "formats": ["json"]}
    created = desk.post("/v1/schedules", json=told)
    assert created.status_code == 201, created.text
    plan = created.json()
    times = [datetime.fromisoformat(each).astimezone(ZoneInfo("Europe/Berlin")) for each in plan["next_times"]]
    assert [(each.isoweekday(), f"{each:%H:%M}") for each in times] == [(1, "08:00")] * 3
    assert [(two.date() - one.date()).days for one, two in zip(times, times[1:], strict=False)] == [7, 7]
    path = f"/v1/schedules/{plan['id']}"
    assert desk.get(path).json() == plan
    changed = desk.put(path, json=told | {"day": 3, "deliver_to": ["voc@example.com"]}).json()
    assert (changed["day"], changed["deliver_to"]) == (3, ["voc@example.com"])
    assert datetime.fromisoformat(changed["next_times"][0]).isoweekday() == 3
    assert desk.put(path, json=told | {"kind": "daily", "day": None}).status_code == 422
    resting = desk.put(path, json=told | {"active": False}).json()
    assert (resting["active"], resting["next_times"], resting["deliver_to"]) == (False, [], [])
    job = desk.post(f"{path}/run").json()
    assert (job["kind"], job["arguments"]["schedule_id"]) == ("report", plan["id"])
    desk.post(f"/v1/jobs/{job['id']}/cancel")
    assert desk.delete(path).status_code == 204
    for method, where in (("GET", path), ("DELETE", path), ("POST", f"{path}/run")):
        assert desk.request(method, where).status_code == 404
    assert desk.put(path, json=told).status_code == 404


def test_a_schedule_sends_what_it_makes(empty: Served, desk: httpx.Client) -> None:
    told = {"kind": "account", "account": "A-1", "clock": "08:00", "day": 2, "deliver_to": ["voc@example.com"]}
    plan = desk.post("/v1/schedules", json=told).json()
    job = desk.post(f"/v1/schedules/{plan['id']}/run").json()
    work(empty)
    done = desk.get(f"/v1/jobs/{job['id']}").json()
    assert done["status"] == "done", done["problem"]
    found = desk.get("/v1/reports", params={"schedule_id": plan["id"]}).json()["reports"]
    assert [one["id"] for one in found] == [job["id"]]
    with prepare_store(empty.settings) as store, store.reading() as connection:
        sent = connection.execute(select(delivery.c.address).where(delivery.c.event == "report.made")).scalars().all()
    assert sent == ["voc@example.com"]


@pytest.mark.parametrize(
    "change",
    [
        {"clock": "8:00"}, {"clock": "25:00"}, {"day": 8}, {"day": 0}, {"day": None}, {"timezone": "Mars/Base"},
        {"timezone": "\x00"}, {"kind": "account"}, {"kind": "daily"}, {"formats": ["exe"]}, {"by": ["channel"]},
        {"deliver_to": ["ada@"]}, {"surprise": 1}, {"account": "A-1"}, {"day": 10**20},
    ],
)  # fmt: skip
def test_a_schedule_that_makes_no_sense_is_refused(desk: httpx.Client, change: dict[str, Any]) -> None:
    told = {"kind": "weekly", "clock": "08:00", "day": 1} | change
    assert desk.post("/v1/schedules", json=told).status_code == 422


def test_schedules_are_paged_and_made_by_writers_only(empty: Served, desk: httpx.Client) -> None:
    for _ in range(3):
        desk.post("/v1/schedules", json={"kind": "daily", "clock": "06:00"})
    whole = desk.get("/v1/schedules").json()["schedules"]
    paged, after = [], None
    while True:
        page = desk.get("/v1/schedules", params={"limit": 2, **({"after": after} if after else {})}).json()
        paged += page["schedules"]
        after = page["next"]
        if after is None:
            break
    assert [one["id"] for one in paged] == [one["id"] for one in whole]
    viewer = empty.as_role("viewer")
    path = f"/v1/schedules/{whole[0]['id']}"
    assert viewer.get(path).status_code == 200
    told = {"kind": "daily", "clock": "06:00"}
    for method, where in (("POST", "/v1/schedules"), ("PUT", path), ("DELETE", path), ("POST", f"{path}/run")):
        assert viewer.request(method, where, json=told).status_code == 403
    assert empty.as_role("viewer", accounts=["A-1"]).get("/v1/schedules").status_code == 403


def test_a_schedule_that_shows_agents_is_not_made_by_who_must_not_see_them(serve: Serve, tmp_path: Path) -> None:
    served = serve(Settings(home=tmp_path, hide_agent_ratings_from=["analyst"]))
    analyst, admin = served.as_role("analyst"), served.as_role("admin")
    for told in ({"kind": "weekly", "clock": "08:00", "day": 1},
                 {"kind": "monthly", "clock": "08:00", "day": 1, "by": ["agent"]}):  # fmt: skip
        assert analyst.post("/v1/schedules", json=told).status_code == 403
        assert admin.post("/v1/schedules", json=told).status_code == 201


def follow_ups(store: Store, *states: str, account_id: str | None, at: datetime, overdue: bool = False) -> None:
    with store.writing() as connection:
        before = connection.execute(select(follow_up.c.id)).all()
        for number, state in enumerate(states):
            connection.execute(insert(follow_up).values(
                id=f"f{len(before) + number}", rule="detractor", signal="answer", state=state, created_at=at,
                state_at=at, overdue_at=at if overdue else None, sequence=0, who="support", severity="high",
                what="call", account_id=account_id, occurred_at=at, due_at=at, customers=1,
            ))  # fmt: skip


def test_reports_count_the_follow_ups_that_were_made_in_their_time(store: Store, settings: Settings) -> None:
    inside, key = datetime(2026, 10, 5, 12, tzinfo=UTC), account_key("A-1")
    assert followed_up(store, settings, "daily", DAY, None) is None
    with store.writing() as connection:
        connection.execute(insert(account).values(
            id=key, external_id="A-1", name="Northwind", source="crm", batch_id="b", segments={}
        ))  # fmt: skip
    follow_ups(store, "open", "contacted", "resolved", "resolved", "withdrawn", account_id=key, at=inside)
    follow_ups(store, "open", account_id="other", at=inside, overdue=True)
    follow_ups(store, "open", "resolved", account_id=key, at=inside + timedelta(days=1))
    assert followed_up(store, settings, "daily", DAY, None) == FollowUpCounts(5, 1, 2, 1)
    assert followed_up(store, settings, "weekly", "2026-W41", None) == FollowUpCounts(7, 1, 3, 1)
    for named in (key, "A-1", "Northwind"):
        assert followed_up(store, settings, "account", "2026-10..2026-10", named) == FollowUpCounts(6, 1, 3, 0)
    assert followed_up(store, settings, "monthly", "2026-10", None) is None


def test_the_examples_of_reports_can_be_made_of_the_sample_organisation(sample: Served) -> None:
    analyst = sample.as_role("analyst")
    asked = {name: analyst.post("/v1/reports", json=one["value"]).json()["id"] for name, one in EXAMPLES.items()}
    work(sample)
    jobs = {name: analyst.get(f"/v1/jobs/{job_id}").json() for name, job_id in asked.items()}
    assert {name: (job["status"], job["problem"]) for name, job in jobs.items() if name != "monthly"} == {
        name: ("done", None) for name in EXAMPLES if name != "monthly"
    }
    by = analyst.get(f"/v1/reports/{asked['by']}").json()
    assert (by["period"], by["by"]) == ("2026-10", ["channel", "team"])
    assert analyst.get(f"/v1/reports/{asked['by']}/xlsx").content[:2] == b"PK"
    assert analyst.get(f"/v1/reports/{asked['daily']}/md").text.startswith("#")
