from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tests.test_followups.given import NOW, answer, key, put, put_account, put_ticket
from tests.test_storage.rows import assigned, comment, stored, theme, theme_model
from verbatim.followups.alerts import acknowledge, alerts
from verbatim.followups.inbox import inbox
from verbatim.followups.states import assign, change, history
from verbatim.followups.sweep import sweep
from verbatim.messages.endpoints import add_endpoint
from verbatim.messages.outbox import deliveries
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import comment as comment_table
from verbatim.storage.tables import (
    delivery,
    follow_up,
    follow_up_change,
    prediction,
    prediction_feedback,
    predictor,
    survey_response,
    ticket_event,
)
from verbatim.storage.tables import metadata as tables

OWNERS = Settings(followup_owners={"product": "Pia", "support_lead": "Lea", "success": "Sue", "ticket_owner": "Tom"})


def made(store: Store, rule: str | None = None) -> list[dict[str, Any]]:
    return inbox(store, rule=rule, limit=1000)


def test_each_answer_asks_whom_the_table_says(store: Store) -> None:
    put_account(store)
    put_ticket(store)
    put(store, answer("d", "nps", 6), answer("p", "nps", 7), answer("f", "nps", 9),
        answer("l", "csat", 3, ticket_id=key("t1")), answer("s", "csat", 4), answer("e", "ces", 6))  # fmt: skip
    done = sweep(store, OWNERS, now=NOW)
    found = {row["rule"]: (row["who"], row["owner"], row["response_id"]) for row in made(store)}
    assert found == {
        "detractor": ("account_owner", "Ann", key("d")), "passive": ("account_owner", "Ann", key("p")),
        "promoter": ("success", "Sue", key("f")), "low_csat": ("ticket_owner", "Ben", key("l")),
    }  # fmt: skip
    assert (done.answers, done.created) == (6, 4)
    detractor = made(store, "detractor")[0]
    assert detractor["task_due_at"] == NOW + timedelta(hours=1)  # two hours after the answer
    assert detractor["due_at"] == NOW.replace(hour=17)


def test_old_answers_answers_to_come_and_blank_ones_ask_for_nothing(store: Store) -> None:
    put(store, answer("old", "nps", 0, hours_ago=15 * 24), answer("later", "nps", 0, hours_ago=-1),
        answer("blank", "nps", None, status="not_applicable"))  # fmt: skip
    assert sweep(store, OWNERS, now=NOW).created == 0
    assert sweep(store, OWNERS, now=NOW, since=NOW - timedelta(days=30)).created == 1


def test_an_answer_that_reaches_us_late_is_due_from_then(store: Store) -> None:
    put(store, answer("late", "nps", 0, hours_ago=9 * 24))
    result = sweep(store, OWNERS, now=NOW)
    assert (result.created, result.overdue) == (1, 0)
    assert made(store)[0]["due_at"] == NOW.replace(hour=17)
    sweep(store, OWNERS, now=NOW + timedelta(hours=1))
    assert made(store)[0]["due_at"] == NOW.replace(hour=17)


def test_the_ticket_belongs_to_who_held_it_when_it_was_rated(store: Store) -> None:
    put_ticket(store)
    moved = {"id": key("move"), "source": "test", "ticket_id": key("t1"), "kind": "reassigned", "segments": {},
             "at": NOW - timedelta(minutes=30), "from_value": "Zoe", "to_value": "Ben"}  # fmt: skip
    store.upsert(ticket_event, [moved])
    put(store, answer("l", "csat", 1, ticket_id=key("t1")), answer("none", "csat", 1))
    sweep(store, OWNERS, now=NOW)
    assert {row["response_id"]: row["owner"] for row in made(store, "low_csat")} == {
        key("l"): "Zoe",
        key("none"): "Tom",
    }


def test_a_corrected_answer_withdraws_what_nobody_touched_and_says_so(store: Store) -> None:
    put(store, answer("a", "nps", 2), answer("b", "nps", 2))
    sweep(store, OWNERS, now=NOW)
    touched = next(row for row in made(store) if row["response_id"] == key("b"))
    change(store, OWNERS, touched["id"], to="contacted", person="Ann", at=NOW)
    put(store, answer("a", "nps", 9), answer("b", "nps", 9))
    result = sweep(store, OWNERS, now=NOW + timedelta(minutes=5))
    rows = {row["response_id"]: row for row in made(store, "detractor")}
    assert (rows[key("a")]["state"], rows[key("b")]["state"]) == ("withdrawn", "contacted")
    assert result.withdrawn == 1
    noted = history(store, rows[key("a")]["id"])
    assert [(each["person"], each["to_state"], each["note"] is not None) for each in noted] == [
        ("verbatim", "withdrawn", True)
    ]
    put(store, answer("a", "nps", 3))
    assert sweep(store, OWNERS, now=NOW + timedelta(minutes=9)).reopened == 1
    assert {row["response_id"]: row["state"] for row in made(store, "detractor")}[key("a")] == "open"


def test_what_leaves_the_window_stays_as_it_is(store: Store) -> None:
    put(store, answer("a", "nps", 2), *[answer(f"l{n}", "csat", 1) for n in range(3)], answer("e", "ces", 1))
    sweep(store, OWNERS, now=NOW)
    before = [(row["id"], row["state"], row["due_at"]) for row in made(store)]
    for days in (15, 30, 45, 90):
        assert sweep(store, OWNERS, now=NOW + timedelta(days=days)).withdrawn == 0
    assert [(row["id"], row["state"], row["due_at"]) for row in made(store)] == before


def test_high_effort_makes_one_task_a_theme_and_month_ranked_by_customers(store: Store) -> None:
    rows = [answer(f"e{n}", "ces", 2, account_id=key(f"a{n % 3}"), submission_id=key(f"s{n}"), hours_ago=n + 1)
            for n in range(4)]  # fmt: skip
    put(store, *rows, answer("other", "ces", 1, segments={"feature": "Export"}))
    spoken = [comment(n, submission_id=key(f"s{n}")) for n in range(4)]
    store.upsert(comment_table, spoken)
    store.save_theme_model(theme_model("m"), [theme("slow"), theme("none", kind="no_detail")],
                           [assigned(n, "slow") for n in range(4)])  # fmt: skip
    sweep(store, OWNERS, now=NOW)
    found = {row["what"]: (row["theme_id"], row["customers"], row["owner"]) for row in made(store, "high_effort")}
    assert found == {
        "Open a UX ticket with the friction: Slow.": ("slow", 3, "Pia"),
        "Open a UX ticket with the friction: Export.": (None, 1, "Pia"),
    }
    put(store, answer("more", "ces", 2, account_id=key("new"), submission_id=key("s0")))
    assert sweep(store, OWNERS, now=NOW).refreshed == 1
    assert max(row["customers"] for row in made(store, "high_effort")) == 4


def test_several_low_contacts_of_one_account_ask_for_a_review_and_alert_once(store: Store) -> None:
    put_account(store)
    put(store, answer("a", "csat", 1, hours_ago=24 * 20), answer("b", "nps", 3, hours_ago=48))
    put(store, answer("again", "csat", 2, contact_id=key("c-b")))  # the same contact twice
    sweep(store, OWNERS, now=NOW)
    assert made(store, "account_low") == []
    put(store, answer("c", "ces", 1))
    sweep(store, OWNERS, now=NOW)
    sweep(store, OWNERS, now=NOW)
    (review,) = made(store, "account_low")
    assert (review["owner"], review["customers"], review["account_id"]) == ("Ann", 3, key("acme"))
    (alert,) = alerts(store, kind="account_low")
    assert alert["follow_up_id"] == review["id"]
    acknowledge(store, alert["id"], person="Ann", at=NOW)
    assert acknowledge(store, alert["id"], person="Ben", at=NOW)["acknowledged_by"] == "Ann"
    assert alerts(store, kind="account_low", acknowledged=False) == []


def test_a_low_score_of_a_key_account_before_its_renewal_is_an_alert(store: Store) -> None:
    put_account(store, "acme", renewal_at=NOW + timedelta(days=60))
    put_account(store, "far", renewal_at=NOW + timedelta(days=200), arr=90_000.0)
    for n in range(8):
        put_account(store, f"small{n}", arr=100.0, renewal_at=NOW + timedelta(days=30))
    put(store, *[answer(name, "csat", 1, account_id=key(name)) for name in ("acme", "far", "small1")])
    sweep(store, OWNERS, now=NOW)
    assert [row["account_id"] for row in alerts(store, kind="key_account_before_renewal")] == [key("acme")]


def predicted(band: str, *, minutes_ago: int = 5, by: str = "p1") -> dict[str, Any]:
    return {"id": key(f"{by}{minutes_ago}"), "predictor_id": key(by), "ticket_id": key("t1"), "metric": "csat",
            "at": NOW - timedelta(minutes=minutes_ago), "made_at": NOW, "stage": "open", "probability": 0.7, "low": 0.5,
            "high": 0.9, "band": band, "features_hash": "x", "reasons": []}  # fmt: skip


def put_predictor(store: Store, name: str, status: str, number: int) -> None:
    store.upsert(predictor, [{
        "id": key(name), "metric": "csat", "number": number, "status": status, "proven": True, "created_at": NOW,
        "target": "score <= 3", "data_start": NOW, "data_end": NOW, "tickets": 1, "snapshots": 1, "cases": 1,
        "sha256": "x", "summary": {},
    }])  # fmt: skip


def test_a_high_risk_of_an_open_ticket_asks_the_lead_until_it_is_over(store: Store) -> None:
    put_predictor(store, "p1", "active", 1)
    put_predictor(store, "p2", "retired", 2)
    put_ticket(store)
    store.upsert(prediction, [predicted("high", minutes_ago=40, by="p2"), predicted("raised", minutes_ago=30)])
    assert sweep(store, OWNERS, now=NOW).created == 0
    store.upsert(prediction, [predicted("high", minutes_ago=20), predicted("high", minutes_ago=10)])
    assert sweep(store, OWNERS, now=NOW).created == 1
    (row,) = made(store, "at_risk")
    assert (row["owner"], row["occurred_at"]) == ("Lea", NOW - timedelta(minutes=20))
    assert row["due_at"] == NOW + timedelta(hours=3, minutes=40)
    snooze = {"id": key("z"), "ticket_id": key("t1"), "metric": "csat", "at": NOW, "person": "Lea", "kind": "snooze",
              "until": NOW + timedelta(hours=2)}  # fmt: skip
    store.upsert(prediction_feedback, [snooze])
    assert sweep(store, OWNERS, now=NOW + timedelta(hours=1)).withdrawn == 1
    assert sweep(store, OWNERS, now=NOW + timedelta(hours=2, minutes=1)).reopened == 1
    put_ticket(store, status="solved", solved_at=NOW)
    assert sweep(store, OWNERS, now=NOW + timedelta(hours=3)).withdrawn == 1


def test_what_is_late_is_overdue_once_with_one_alert(store: Store) -> None:
    put(store, answer("a", "nps", 2), answer("b", "nps", 2), answer("c", "nps", 2))
    sweep(store, OWNERS, now=NOW)
    by_answer = {row["response_id"]: row["id"] for row in made(store)}
    assign(store, OWNERS, by_answer[key("a")], to="Ann", person="Ann", at=NOW)
    change(store, OWNERS, by_answer[key("b")], to="contacted", person="Ann", at=NOW)
    late = sweep(store, OWNERS, now=NOW + timedelta(hours=2))
    assert (late.overdue, late.alerts) == (1, 1)  # nobody has taken c within two hours
    end = sweep(store, OWNERS, now=NOW + timedelta(hours=6))
    assert (end.overdue, end.alerts) == (1, 1)  # a was taken, but nobody was contacted on the same day
    assert sweep(store, OWNERS, now=NOW + timedelta(days=1)).overdue == 0
    assert {row["response_id"] for row in inbox(store, overdue=True)} == {key("a"), key("c")}


def test_rules_narrow_down_by_segment_tier_and_value(store: Store) -> None:
    put_account(store)
    put_account(store, "small", tier="basic", arr=10.0)
    put(store, answer("a", "nps", 2, segments={"channel": "chat"}), answer("b", "nps", 2, segments={"channel": "mail"}),
        answer("c", "nps", 2, account_id=key("small"), segments={"channel": "chat"}))  # fmt: skip
    for narrow in ({"segments": {"channel": "chat"}, "tiers": ["gold"]},
                   {"segments": {"channel": ["chat", "sms"]}, "minimum_arr": 40_000}):  # fmt: skip
        with store.writing() as connection:
            connection.execute(delete(follow_up))
        sweep(store, Settings(followup_rules={"detractor": narrow}, currency_rates={"EUR": 0.9}), now=NOW)
        assert [row["response_id"] for row in made(store, "detractor")] == [key("a")]


def test_an_edited_rule_keeps_what_was_promised_until_the_signal_moves(store: Store) -> None:
    put(store, answer("a", "nps", 2))
    sweep(store, OWNERS, now=NOW)
    hasty = Settings(followup_rules={"detractor": {"due": "1h", "severity": "info"}})
    assert sweep(store, hasty, now=NOW).refreshed == 1
    (row,) = made(store)
    assert (row["severity"], row["due_at"]) == ("info", NOW.replace(hour=17))
    put(store, answer("a", "nps", 2, hours_ago=2))
    sweep(store, hasty, now=NOW)
    assert made(store)[0]["due_at"] == NOW - timedelta(hours=1)


def test_an_inactive_rule_makes_nothing_and_withdraws_nothing(store: Store) -> None:
    put(store, answer("a", "nps", 2))
    sweep(store, OWNERS, now=NOW)
    off = Settings(followup_rules={"detractor": {"active": False}})
    put(store, answer("a", "nps", 9), answer("b", "nps", 2))
    result = sweep(store, off, now=NOW)
    assert result.withdrawn == 0
    assert [row["response_id"] for row in made(store, "detractor")] == [key("a")]


def test_two_sweeps_at_once_make_each_follow_up_alert_and_message_once(store: Store, database: Settings) -> None:
    add_endpoint(store, OWNERS, name="crm", url="https://crm.example/hook", person="Ann", at=NOW - timedelta(days=9))
    put(store, *[answer(f"n{n}", "nps", n % 7) for n in range(40)])
    barrier, problems = threading.Barrier(3), []

    def run() -> None:
        with prepare_store(database) as own:
            barrier.wait()
            try:
                sweep(own, OWNERS, now=NOW)
            except Exception as error:
                problems.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(made(store, "detractor")) == 40
    subjects = [row.payload["data"]["followup_id"] for row in deliveries(store, event="followup.created", limit=1000)]
    assert len(subjects) == len(set(subjects)) == len(made(store))
    told = [row.payload["data"]["response_id"] for row in deliveries(store, event="response.created", limit=1000)]
    assert sorted(told) == sorted(key(f"n{n}") for n in range(40))


def test_timelines_hear_of_each_answer_once_and_of_each_correction(store: Store) -> None:
    add_endpoint(store, OWNERS, name="crm", url="https://crm.example/hook", person="Ann",
                 at=NOW - timedelta(days=1), events=["response.created", "response.updated"])  # fmt: skip
    put_account(store)
    store.upsert(comment_table, [comment(1, submission_id=key("s-a"), text="The secret words")])
    put(store, answer("a", "nps", 2), answer("before", "nps", 2, hours_ago=30))
    for value, new in ((2, 1), (2, 0), (9, 1), (9, 0), (2, 1), (2, 0)):
        put(store, answer("a", "nps", value))
        assert sweep(store, OWNERS, now=NOW).told == new
    rows = deliveries(store)
    assert sorted((row.event, row.payload["data"]["score"], row.payload["data"]["band"]) for row in rows) == [
        ("response.created", 2.0, "detractor"), ("response.updated", 2.0, "detractor"),
        ("response.updated", 9.0, "promoter"),
    ]  # fmt: skip
    assert rows[0].payload["data"]["account_id"] == "acme"
    assert "secret words" not in str(rows)
    put(store, answer("b", "nps", 2, submission_id=key("s-a")))
    sweep(store, OWNERS.model_copy(update={"message_texts": True}), now=NOW)
    assert "secret words" in str(deliveries(store))


VERSIONS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 10), st.integers(1, 60 * 24)), min_size=1, max_size=8
)  # which answer, its score, hours ago


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with prepare_store(Settings(home=tmp_path_factory.mktemp("sweep"))) as opened:
        yield opened


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=VERSIONS, order=st.randoms(use_true_random=False), each=st.booleans())
def test_any_order_and_repetition_of_arrival_ends_in_the_same_follow_ups(
    scratch: Store, versions: list[tuple[int, int, int]], order: Any, each: bool
) -> None:
    last = {number: (score, hours) for number, score, hours in versions}

    def outcome(arrivals: list[tuple[int, int, int]], *, between: bool) -> set[tuple[Any, ...]]:
        with scratch.writing() as connection:
            for name in ("follow_up", "follow_up_change", "survey_response", "alert", "delivery"):
                connection.execute(delete(tables.tables[name]))
        for number, score, hours in arrivals:
            put(scratch, answer(f"n{number}", "nps", score, hours_ago=hours))
            if between:
                sweep(scratch, OWNERS, now=NOW)
                sweep(scratch, OWNERS, now=NOW)
        sweep(scratch, OWNERS, now=NOW)
        return {
            (row["id"], row["occurred_at"], row["due_at"], row["customers"], row["owner"])
            for row in made(scratch) if row["state"] == "open"
        }  # fmt: skip

    once = outcome([(number, *rest) for number, rest in last.items()], between=False)
    shuffled = [(number, *rest) for number, rest in last.items()]
    order.shuffle(shuffled)
    assert outcome([*versions, *shuffled, *shuffled], between=each) == once


def test_a_sweep_of_nothing_does_nothing(store: Store) -> None:
    done = sweep(store, OWNERS, now=NOW)
    assert (done.answers, done.created, done.alerts, done.told) == (0, 0, 0, 0)
    for table in (follow_up, follow_up_change, delivery, survey_response):
        assert stored(store, table) == []
