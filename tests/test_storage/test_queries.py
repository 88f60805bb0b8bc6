"""The contract of reading, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.test_storage import rows
from verbatim.errors import NotFoundError, UserError
from verbatim.scores.counting import count_answers
from verbatim.storage import queries, tables
from verbatim.storage.store import Store


def answered(store: Store, *given: dict[str, Any]) -> None:
    store.upsert(tables.survey_response, [rows.response(i, **one) for i, one in enumerate(given)])


def organisation(store: Store) -> None:
    store.upsert(
        tables.account, [{"id": "a", "source": "t", "name": "Acme", "tier": "gold", "segments": {"region": "EU"}}]
    )
    store.upsert(tables.contact, [{"id": "c", "source": "t", "account_id": "a", "role": "champion"}])
    ticket = {"id": "t", "source": "t", "contact_id": "c", "priority": "high", "escalated": True}
    store.upsert(
        tables.ticket, [ticket | {"created_at": rows.START, "segments": {"team": "north", "channel": "phone"}}]
    )


def listed(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(frame[list(names)].itertuples(index=False, name=None))


def test_equal_answers_are_counted(store: Store) -> None:
    answered(store, {"value": 5.0}, {"value": 4.0}, {"value": 5.0}, {"metric": "nps", "scale": "nps", "value": 9.0})
    counts = queries.answer_counts(store, "csat")
    assert list(counts.columns) == ["scale", "step", "value", "n"]
    assert listed(counts, "scale", "value", "n") == [("csat_5", 4.0, 1), ("csat_5", 5.0, 2)]


def test_what_is_not_an_answer_is_not_counted(store: Store) -> None:
    answered(
        store, {"status": "unanswered", "value": None}, {"status": "not_applicable", "value": None}, {"value": 3.0}
    )
    assert listed(queries.answer_counts(store, "csat"), "value", "n") == [(3.0, 1)]


def test_no_answers_give_an_empty_frame_with_its_columns(store: Store) -> None:
    counts = queries.answer_counts(store, "csat", by=["tier"], period="month", tz="Europe/Berlin")
    assert counts.empty
    assert list(counts.columns) == ["tier", "scale", "step", "period_start", "value", "n"]
    assert str(counts["period_start"].dtype) == "datetime64[us, Europe/Berlin]"


def test_scales_and_steps_stay_apart(store: Store) -> None:
    answered(store, {"value": 2.0}, {"value": 2.0, "scale": "csat_7"}, {"value": 2.0, "step": "relational"})
    assert queries.answer_counts(store, "csat")["n"].tolist() == [1, 1, 1]
    assert queries.answer_counts(store, "csat", scale="csat_7")["scale"].tolist() == ["csat_7"]


def test_an_answer_has_the_segments_of_its_ticket_contact_and_account(store: Store) -> None:
    organisation(store)
    answered(store, {"ticket_id": "t", "segments": {}})
    names = ["account_id", "contact_id", "role", "tier", "region", "team", "priority", "escalated", "account"]
    counts = queries.answer_counts(store, "csat", by=names)
    assert listed(counts, *names) == [("a", "c", "champion", "gold", "EU", "north", "high", "true", "Acme")]


def test_the_answer_itself_is_asked_before_its_ticket(store: Store) -> None:
    organisation(store)
    answered(
        store, {"ticket_id": "t", "segments": {"channel": "chat"}}, {"ticket_id": "t", "segments": {}}, {"segments": {}}
    )
    counts = queries.answer_counts(store, "csat", by=["channel"])
    assert listed(counts, "channel", "n") == [("chat", 1), ("phone", 1), (None, 1)]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"channel": "chat"}, {0, 2}),
        ({"channel": ["chat", "phone"]}, {0, 1, 2}),
        ({"channel": None}, {3}),
        ({"channel": ["phone", None]}, {1, 3}),
        ({"escalated": True}, {1}),
        ({"tier": "gold", "channel": "chat"}, set()),
        ({"ticket_id": "t"}, {1}),
    ],
)
def test_answers_can_be_filtered(store: Store, where: dict[str, Any], expected: set[int]) -> None:
    organisation(store)
    chat = {"segments": {"channel": "chat"}}
    answered(store, chat, {"ticket_id": "t", "segments": {}}, chat, {"segments": {}})
    ids = {rows.response(i)["id"] for i in expected}
    assert set(queries.answers(store, "csat", where=where)["id"]) == ids
    assert queries.answer_counts(store, "csat", where=where)["n"].sum() == len(ids)


def test_an_unknown_name_lists_what_there_is(store: Store) -> None:
    answered(store, {"segments": {"channel": "chat"}})
    for call in ({"by": ["chanel"]}, {"where": {"chanel": "chat"}}):
        with pytest.raises(NotFoundError, match="no segment 'chanel'; there are .*channel.*tier"):
            queries.answer_counts(store, "csat", **call)


def test_segments_of_one_metric_are_not_those_of_another(store: Store) -> None:
    organisation(store)
    answered(
        store, {"segments": {"plan": "pro"}}, {"metric": "nps", "segments": {"quarter": "Q1"}, "step": "relational"}
    )
    linked = ["account", "channel", "escalated", "priority", "region", "role", "team", "tier"]
    assert queries.segment_names(store, "csat") == sorted(["plan", *linked])
    assert queries.segment_names(store, "nps") == sorted(["quarter", "step", *linked])
    assert queries.segment_names(store) == sorted(["plan", "quarter", "step", *linked])


@pytest.mark.parametrize(
    "name", ["a b", "Größe", "it's", 'say "x"', "back\\slash", "x.y", "$", "[0]", "", "100%", "a:b", "SELECT"]
)
def test_a_segment_can_be_called_anything(store: Store, name: str) -> None:
    answered(store, {"segments": {name: "yes"}}, {"segments": {}})
    assert listed(queries.answer_counts(store, "csat", by=[name]), name, "n") == [("yes", 1), (None, 1)]


def test_a_segment_called_like_a_column_of_the_result_is_an_error(store: Store) -> None:
    answered(store, {"segments": {"value": "high"}})
    with pytest.raises(UserError, match="'value'"):
        queries.answer_counts(store, "csat", by=["value"])
    assert queries.answers(store, "csat")["segment_value"].tolist() == ["high"]


def test_months_begin_at_local_midnight_on_both_sides_of_a_clock_change(store: Store) -> None:
    moments = ["2026-02-28T22:59:59", "2026-02-28T23:00", "2026-03-31T21:59:59", "2026-03-31T22:00"]
    answered(store, *({"occurred_at": rows.at(moment), "value": 5.0} for moment in moments))
    counts = queries.answer_counts(store, "csat", period="month", tz="Europe/Berlin")
    starts = [start.isoformat() for start in counts["period_start"]]
    assert list(zip(starts, counts["n"], strict=True)) == [
        ("2026-02-01T00:00:00+01:00", 1), ("2026-03-01T00:00:00+01:00", 2), ("2026-04-01T00:00:00+02:00", 1),
    ]  # fmt: skip


def test_a_day_of_25_hours_is_one_day(store: Store) -> None:
    moments = ["2025-10-25T22:00", "2025-10-26T00:30", "2025-10-26T01:30", "2025-10-26T22:59", "2025-10-26T23:00"]
    answered(store, *({"occurred_at": rows.at(moment), "value": 5.0} for moment in moments))
    counts = queries.answer_counts(store, "csat", period="day", tz="Europe/Berlin")
    assert counts["n"].tolist() == [4, 1]


def test_spans_are_half_open_and_answers_without_a_time_are_in_none(store: Store) -> None:
    answered(store, *({"occurred_at": when} for when in (rows.at("2026-01-01"), rows.at("2026-02-01"), None)))
    span = {"start": rows.at("2026-01-01"), "end": rows.at("2026-02-01")}
    assert queries.answer_counts(store, "csat", **span)["n"].sum() == 1
    assert queries.answer_counts(store, "csat", period="week")["n"].sum() == 2
    assert queries.answer_counts(store, "csat")["n"].sum() == 3


def test_an_unknown_period_or_zone_is_an_error(store: Store) -> None:
    answered(store, {})
    with pytest.raises(UserError, match="'fortnight'"):
        queries.answer_counts(store, "csat", period="fortnight")
    with pytest.raises(UserError, match="'Mars/Base'"):
        queries.answer_counts(store, "csat", period="month", tz="Mars/Base")


def test_dates_that_would_make_too_many_days_are_an_error(store: Store) -> None:
    answered(store, {"occurred_at": rows.at("1900-01-01")}, {"occurred_at": rows.at("2026-01-01")})
    with pytest.raises(UserError, match="1900-01-01.*20,000"):
        queries.answer_counts(store, "csat", period="day")
    assert queries.answer_counts(store, "csat", period="quarter")["n"].sum() == 2


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moments=st.lists(
        st.datetimes(rows.at("2025-01-01").replace(tzinfo=None), rows.at("2026-12-31").replace(tzinfo=None)),
        min_size=1,
        max_size=20,
    ),
    period=st.sampled_from(["day", "week", "month", "quarter"]),
    tz=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_counting_in_sql_is_counting_in_memory(store: Store, moments: list[Any], period: str, tz: str) -> None:
    chunk = [rows.response(i, occurred_at=rows.at(when.isoformat())) for i, when in enumerate(moments)]
    with store.writing() as connection:
        connection.execute(tables.survey_response.delete())
    store.upsert(tables.survey_response, chunk)
    counted = queries.answer_counts(store, "csat", by=["channel"], period=period, tz=tz)
    answers = queries.answers(store, "csat", by=["channel"])
    if not answers.empty:
        expected = count_answers(answers, by=["channel"], period=period, tz=tz)
        key = ["channel", "period_start", "value"]
        one, other = (frame.sort_values(key)[[*key, "n"]].to_dict("list") for frame in (counted, expected))
        assert one == other


def test_surveys_sent_are_told_apart_by_what_became_of_them(store: Store) -> None:
    states = ["answered", "answered", "unanswered", "not_applicable", "unanswered"]
    answered(store, *({"status": state, "value": 5.0 if state == "answered" else None} for state in states))
    store.upsert(tables.comment, [rows.comment(0), rows.comment(3)])
    sent = queries.surveys(store, "csat")
    numbers = ["sent", "answered", "not_applicable", "unanswered", "commented"]
    assert listed(sent, *numbers) == [(5, 2, 1, 2, 1)]
    by_channel = queries.surveys(store, "csat", by=["channel"], period="month")
    assert list(by_channel.columns) == ["channel", "scale", "step", "period_start", *numbers]
    assert listed(by_channel, "channel", "sent") == [("chat", 3), ("mail", 2)]


def test_answers_come_with_what_was_said(store: Store) -> None:
    answered(store, {}, {"status": "unanswered", "value": None})
    two = [rows.comment(0), rows.comment(0, id="z", text="And nobody called")]
    store.upsert(tables.comment, two)
    answers = queries.answers(store)
    assert sorted(answers["comment"][0].split("\n")) == ["And nobody called", "Waiting took 0 days"]
    assert answers["comment"][1] is None
    assert answers["value"].isna().tolist() == [False, True]
    assert answers["channel"].tolist() == ["chat", "mail"]


def test_comments_are_in_order_of_time_and_can_be_filtered(store: Store) -> None:
    many = [
        rows.comment(2),
        rows.comment(0, question="Why?"),
        rows.comment(1, informative=False),
        rows.comment(3, occurred_at=None),
    ]
    store.upsert(tables.comment, many)
    assert queries.comments(store)["id"].tolist() == [rows.comment(i)["id"] for i in range(4)]
    assert len(queries.comments(store, informative=True)) == 3
    assert queries.comments(store, question="Why?")["id"].tolist() == [rows.comment(0)["id"]]
    later = queries.comments(store, start=rows.comment(1)["occurred_at"], end=rows.comment(2)["occurred_at"])
    assert later["id"].tolist() == [rows.comment(1)["id"]]


def test_assignments_carry_the_comment_its_segments_and_its_scores(store: Store) -> None:
    organisation(store)
    store.upsert(tables.comment, [rows.comment(0, ticket_id="t"), rows.comment(1)])
    answered(store, {"value": 2.0})
    later = rows.response(0, id="l", value=5.0, occurred_at=rows.at("2026-02-01"))
    nps = rows.response(0, id="n", metric="nps", scale="nps", value=9.0)
    store.upsert(tables.survey_response, [later, nps])
    store.save_theme_model(
        rows.theme_model("m"), [rows.theme("slow")], [rows.assigned(0, "slow"), rows.assigned(1, None)]
    )
    first, second = queries.assignments(store).to_dict("records")
    assert (first["theme_id"], first["csat"], first["csat_scale"], first["nps"]) == ("slow", 5.0, "csat_5", 9.0)
    assert (first["tier"], first["team"], first["account_id"], first["text"]) == (
        "gold",
        "north",
        "a",
        "Waiting took 0 days",
    )
    assert (second["theme_id"], second["csat_scale"], second["tier"]) == (None, None, None)
    assert pd.isna(second["csat"])
    assert pd.isna(first["ces"])


def test_comments_of_a_theme_are_counted_once_each_by_month(store: Store) -> None:
    store.upsert(tables.comment, [rows.comment(0), rows.comment(1), rows.comment(2, occurred_at=rows.at("2026-02-03"))])
    spans = [
        rows.assigned(0, "a", sentiment=-1.0),
        rows.assigned(0, "a", start=5, sentiment=0.0),
        rows.assigned(1, None),
    ]
    store.save_theme_model(rows.theme_model("m"), [rows.theme("a")], [*spans, rows.assigned(2, "a", sentiment=0.5)])
    counts = queries.theme_counts(store)
    assert list(counts.columns) == ["period_start", "theme_id", "n", "sentiment"]
    assert [start.month for start in counts["period_start"]] == [1, 1, 2]
    assert listed(counts, "theme_id", "n") == [("a", 1), (None, 1), ("a", 1)]
    assert counts["sentiment"].tolist()[::2] == [-0.5, 0.5]
    assert queries.theme_counts(store, period=None)["n"].tolist() == [2, 1]


def test_an_unknown_theme_model_is_an_error(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no theme model 'x'"):
        queries.themes(store, "x")


def test_records_come_with_their_segments_as_columns(store: Store) -> None:
    organisation(store)
    store.upsert(tables.milestone, [{"id": "m", "source": "t", "at": rows.START, "kind": "release", "name": "2.0"}])
    event = {"id": "e", "source": "t", "ticket_id": "t", "at": rows.START, "kind": "solved", "segments": {"kind": "x"}}
    store.upsert(tables.ticket_event, [event])
    assert queries.accounts(store)["region"].tolist() == ["EU"]
    assert queries.contacts(store)["role"].tolist() == ["champion"]
    assert queries.tickets(store, start=rows.START)[["team", "escalated"]].values.tolist() == [["north", True]]
    assert queries.tickets(store, end=rows.START).empty
    assert queries.milestones(store)["name"].tolist() == ["2.0"]
    assert queries.ticket_events(store, "t")["segment_kind"].tolist() == ["x"]
    sizes = queries.table_sizes(store).set_index("table")["rows"]
    assert (sizes["account"], sizes["comment"]) == (1, 0)


def test_frames_have_the_same_types_with_and_without_rows(store: Store) -> None:
    def types() -> list[dict[str, str]]:
        frames = [
            queries.answers(store, by=[]),
            queries.comments(store),
            queries.tickets(store),
            queries.batches(store),
        ]
        return [
            {name: str(kind) for name, kind in frame.dtypes.items() if name not in {"team", "channel"}}
            for frame in frames
        ]

    empty = types()
    organisation(store)
    answered(store, {})
    store.upsert(tables.comment, [rows.comment()])
    store.finish_batch(store.begin_batch("tickets", "t", "f"))
    assert types() == empty
    assert empty[0]["occurred_at"] == "datetime64[us, UTC]"
    assert (empty[0]["value"], empty[1]["informative"], empty[2]["replies"]) == ("float64", "boolean", "Int64")
