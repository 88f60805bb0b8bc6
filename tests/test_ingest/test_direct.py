"""Records without a file: the same keys as files, one transaction, and nothing that a caller sends can raise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Table, select

from verbatim.domain import Kind
from verbatim.errors import InputError, StorageError
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.ingest.direct import RECORD_FIELDS, DirectResult, take_records, taking, writing
from verbatim.ingest.fields import FIELDS
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import account, comment, ingest_batch, reject, survey_response, ticket

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
R = Kind.RESPONSES


@pytest.fixture
def store(database: Settings) -> Iterator[Store]:
    with prepare_store(database) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", timezone="Europe/Berlin")


def take(store: Store, settings: Settings, *records: Any, kind: Kind = R, **options: Any) -> DirectResult:
    return take_records(store, settings, kind, list(records), source="desk", now=NOW, **options)


def rows(store: Store, table: Table) -> list[dict[str, Any]]:
    with store.reading() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
        return [{name: value for name, value in row.items() if name != "batch_id"} for row in found]


def state(store: Store) -> dict[str, list[dict[str, Any]]]:
    return {table.name: rows(store, table) for table in (survey_response, comment, ticket, account)}


def rated(number: int | str = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"R{number}", "metric": "csat", "scale": "csat-5", "score": 4, **more}


def read_file(store: Store, settings: Settings, path: Path, content: str, kind: Kind = R, **options: Any) -> None:
    path.write_text(content, encoding="utf-8")
    ingest(plan_ingest(kind, path, IngestOptions(source="desk", now=NOW, **options), settings), store, settings)


def test_records_of_every_kind_have_the_fields_of_files() -> None:
    ours = {"segments", "status", "answers", "comments", "updated_at"}
    for kind, fields in FIELDS.items():
        missing = {one.name for one in fields} - {one.name for one in RECORD_FIELDS[kind]}
        assert not missing, kind
        further = {one.name for one in RECORD_FIELDS[kind]} - {one.name for one in fields}
        assert further <= ours, kind


@pytest.mark.parametrize("kind", list(Kind))
def test_the_examples_of_the_fields_are_taken(store: Store, settings: Settings, kind: Kind) -> None:
    alone = {"answers", "comments", "first_reply_minutes", "solved_minutes"}
    record = {one.name: one.example for one in RECORD_FIELDS[kind] if one.name not in alone}
    result = take(store, settings, record, kind=kind)
    assert [(one.outcome, one.problems) for one in result.records] == [("inserted", ())]


def test_a_flat_record_is_the_row_of_a_file_with_the_same_columns(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    read_file(
        store,
        settings,
        tmp_path / "x.csv",
        "id,metric,scale,score,comment,answered_at,ticket_id,contact_id,step,Agent_name\n"
        "R1,csat,csat-5,4,Call me on +49 30 901820 please,2026-10-30 09:00,17,ann@shop.example,,Bo\n"
        "R2,nps,,9,,2026-10-31,,C2,,bo@desk.example\n"
        "R3,ces,ces-7-ease,,Very slow,2026-10-31T10:00:00+02:00,18,,sign-up,\n",
    )
    before = state(store)
    assert len(before["survey_response"]) == 3
    result = take(
        store,
        settings,
        rated(1, comment="Call me on +49 30 901820 please", answered_at="2026-10-30 09:00", ticket_id=17,
              contact_id="Ann@shop.example", segments={"Agent_name": "Bo"}),
        {"id": "R2", "metric": "nps", "score": 9, "answered_at": "2026-10-31", "contact_id": "C2",
         "segments": {"Agent_name": "bo@desk.example"}},
        {"id": "R3", "metric": "ces", "scale": "ces-7-ease", "score": None, "comment": "Very slow", "step": "sign-up",
         "answered_at": "2026-10-31T10:00:00+02:00", "ticket_id": "18"},
    )  # fmt: skip
    assert [(one.outcome, one.problems) for one in result.records] == [("unchanged", ())] * 3
    assert state(store) == before
    assert sum("[PHONE]" in row["text"] for row in before["comment"]) == 1
    assert {row["segments"].get("agent", "")[:6] for row in before["survey_response"]} == {"Bo", "agent ", ""}


def test_a_record_with_answers_is_the_row_of_a_wide_file(store: Store, settings: Settings, tmp_path: Path) -> None:
    wide = "id,answered_at,csat,nps,comment\nR1,2026-10-30T09:00:00Z,4,9,Quick and kind\nR2,2026-10-30,2,,\n"
    wide += "".join(f"X{i},2026-10-30,{i % 5 + 1},{i % 11},\n" for i in range(40))
    read_file(store, settings, tmp_path / "x.csv", wide)
    before = state(store)

    def answers(csat: int, nps: int | None) -> list[dict[str, Any]]:
        return [{"metric": "csat", "scale": "csat-5", "score": csat}, {"metric": "nps", "score": nps}]

    result = take(
        store,
        settings,
        {"id": "R1", "answered_at": "2026-10-30T09:00:00Z", "answers": answers(4, 9), "comment": "Quick and kind"},
        {"id": "R2", "answered_at": "2026-10-30", "answers": answers(2, None)},
    )
    assert [one.outcome for one in result.records] == ["unchanged", "unchanged"]
    assert state(store) == before


def test_tickets_and_accounts_are_those_of_files(store: Store, settings: Settings, tmp_path: Path) -> None:
    read_file(store, settings, tmp_path / "t.csv", "id,created_at,subject,escalated,replies,solved_minutes,Product\n"
              "17,2026-10-01 08:00,Invoice of ann@shop.example,yes,3,90,Desk\n", Kind.TICKETS)  # fmt: skip
    read_file(store, settings, tmp_path / "a.csv", "id,name,arr,currency\nA1,Northwind,48000.5,EUR\n", Kind.ACCOUNTS)
    before = state(store)
    known = {
        "id": 17, "created_at": "2026-10-01 08:00", "subject": "Invoice of ann@shop.example", "escalated": True,
        "replies": 3, "solved_minutes": 90, "segments": {"Product": "Desk"},
    }  # fmt: skip
    one = take(store, settings, known, kind=Kind.TICKETS)
    two = take(
        store, settings, {"id": "A1", "name": "Northwind", "arr": 48000.5, "currency": "EUR"}, kind=Kind.ACCOUNTS
    )
    assert (one.unchanged, two.unchanged) == (1, 1)
    assert state(store) == before


def test_the_same_records_again_change_nothing(store: Store, settings: Settings) -> None:
    records = [rated(1, comment="Fine"), rated(2), {"id": "R3", "comment": "Only words"}]
    first, before = take(store, settings, *records), state(store)
    again = take(store, settings, *records)
    assert (first.inserted, again.unchanged, again.inserted + again.updated) == (3, 3, 0)
    assert state(store) == before


def test_a_correction_updates_and_a_lost_comment_goes(store: Store, settings: Settings) -> None:
    take(store, settings, rated(1, comment="Fine"), rated(2, comment="Good"))
    result = take(store, settings, rated(1, score=2), rated(2, comment="Good"))
    assert [one.outcome for one in result.records] == ["updated", "unchanged"]
    assert result.removed == 1
    assert [row["text"] for row in rows(store, comment)] == ["Good"]
    lost_only = take(store, settings, rated(2))
    assert (lost_only.records[0].outcome, lost_only.removed) == ("updated", 1)


def test_a_whole_record_takes_the_place_of_what_it_was(store: Store, settings: Settings) -> None:
    csat, nps = {"metric": "csat", "scale": "csat-5", "score": 5}, {"metric": "nps", "score": 9}
    asked = [{"question": "What was good?", "text": "Speed"}, {"question": "What was bad?", "text": "Price"}]
    take(store, settings, {"id": "R1", "answers": [csat, nps], "comments": asked}, rated(2, comment="Stays"))
    result = take(store, settings, {"id": "R1", "answers": [csat], "comments": asked[:1]})
    assert result.records[0].outcome == "updated"
    assert {row["text"] for row in rows(store, comment)} == {"Speed", "Stays"}
    assert [row["metric"] for row in rows(store, survey_response)] == ["csat", "csat"]


def test_a_whole_record_with_a_bad_score_takes_nothing_away(store: Store, settings: Settings) -> None:
    csat = {"metric": "csat", "scale": "csat-5", "score": 5}
    take(store, settings, {"id": "R1", "answers": [csat, {"metric": "nps", "score": 9}]})
    take(store, settings, {"id": "R1", "answers": [csat, {"metric": "nps", "score": 99}]})
    assert {row["metric"]: row["value"] for row in rows(store, survey_response)} == {"csat": 5, "nps": 9}


def test_records_of_one_submission_are_joined_and_a_blank_score_hides_none(store: Store, settings: Settings) -> None:
    take(
        store,
        settings,
        rated(1, submission_id="S1", comment="One"),
        rated(2, submission_id="S1", score=None, comment="Two"),
    )
    assert [row["value"] for row in rows(store, survey_response)] == [4]
    assert len({row["submission_id"] for row in rows(store, comment) + rows(store, survey_response)}) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"scroe": 4}, None, "did you mean 'score'?"),
        ({"answered_at": "tomorrow"}, "answered_at", "ISO 8601"),
        ({"answered_at": "3026-01-01"}, "answered_at", "not believable"),
        ({"answered_at": "2026-11-17"}, "answered_at", "lies in the future"),
        ({"answered_at": "2026-02-30"}, "answered_at", ""),
        ({"answered_at": 1793000000}, "answered_at", "ISO 8601"),
        ({"asked_at": "2026-10-02", "answered_at": "2026-10-01"}, "answered_at", "before it was asked"),
        ({"id": None}, "id", "no id"),
        ({"id": True}, "id", "is true or false"),
        ({"id": ["R1"]}, "id", "is a list"),
        ({"id": "x" * 501}, "id", "too long"),
        ({"id": "R\x00"}, "id", "control characters"),
        ({"scale": "csat5"}, "scale", "did you mean 'csat-5'?"),
        ({"scale": "nps"}, "score", "not of csat"),
        ({"scale": None}, "score", "several scales"),
        ({"score": 6}, "score", "outside"),
        ({"score": 4.5}, "score", "fraction"),
        ({"score": "quite ok, I think"}, "score", "not an answer"),
        ({"score": math.nan}, "score", "finite"),
        ({"score": 10**400}, "score", "digits"),
        ({"score": {"a": 1}}, "score", "is an object"),
        ({"status": "answered", "score": None}, "metric", "the status is answered"),
        ({"status": "unanswered"}, "score", "the status is unanswered"),
        ({"answers": [{"metric": "nps", "score": 3}]}, "metric", "beside answers"),
        ({"segments": ["a"]}, "segments", "is a list"),
        ({"segments": {"a": {"b": 1}}}, "segments.a", "is an object"),
        ({"segments": {f"s{n}": 1 for n in range(51)}}, "segments", "more than the 50"),
        ({"comment": "x" * 100_001}, "comment", "more than the 100,000"),
    ],
)
def test_what_is_wrong_with_a_record_is_rejected_with_its_field_and_the_others_are_kept(
    settings: Settings, tmp_path: Path, wrong: dict[str, Any], field: str | None, reason: str
) -> None:
    with prepare_store(settings) as store:
        result = take(store, settings, rated(1), {**rated(2), **wrong}, rated(3))
        assert [one.outcome for one in result.records] == ["inserted", "rejected", "inserted"]
        assert result.records[1].problems[0][0] == field
        assert reason in result.records[1].problems[0][1]
        assert len(rows(store, survey_response)) == 2
        kept = rows(store, reject)
        assert [(row["file"], row["row"], row["column"]) for row in kept] == [("api", 2, field)]


def test_a_comment_beside_a_bad_score_is_kept(store: Store, settings: Settings) -> None:
    result = take(store, settings, rated(1, score=77, comment="Slow"))
    assert result.records[0].outcome == "inserted"
    assert result.records[0].problems[0][0] == "score"
    assert [row["text"] for row in rows(store, comment)] == ["Slow"]


def test_rejects_of_other_calls_stay_and_those_of_a_mended_record_go(store: Store, settings: Settings) -> None:
    take(store, settings, rated(1, score=77))
    take(store, settings, rated(2, score=88))
    assert len(rows(store, reject)) == 2
    take(store, settings, rated(1, score=5))
    assert [row["value"] for row in rows(store, reject)] == ["88"]


def test_rejects_hold_no_personal_data(store: Store, settings: Settings) -> None:
    result = take(store, settings, rated(1, score="mail ann@shop.example"), rated(2, ann_shop_example="x"))
    told = str(rows(store, reject)) + str(result)
    assert "ann@shop.example" not in told


def test_times_without_a_zone_are_in_the_organisations(store: Store, settings: Settings) -> None:
    take(store, settings, rated(1, answered_at="2026-10-30T09:00:00"), rated(2, answered_at="2026-10-30T08:00:00Z"))
    assert {row["answered_at"] for row in rows(store, survey_response)} == {datetime(2026, 10, 30, 8, tzinfo=UTC)}


def test_a_merge_keeps_what_a_record_leaves_out_and_forgets_what_it_says_is_null(
    store: Store, settings: Settings
) -> None:
    whole = {"id": 1, "created_at": "2026-10-01T08:00:00Z", "replies": 3, "solved_at": "2026-10-02T08:00:00Z",
             "segments": {"team": "A", "product": "X"}}  # fmt: skip
    take(store, settings, whole, kind=Kind.TICKETS)
    change = {"id": 1, "created_at": "2026-10-03T08:00:00Z", "status": "open", "solved_at": None,
              "segments": {"team": "B"}}  # fmt: skip
    take(store, settings, change, {**change, "priority": "high"}, kind=Kind.TICKETS, merge=True)
    (found,) = rows(store, ticket)
    assert (found["replies"], found["status"], found["priority"], found["solved_at"]) == (3, "open", "high", None)
    assert found["created_at"] == datetime(2026, 10, 1, 8, tzinfo=UTC)
    assert found["segments"] == {"team": "B", "product": "X"}


OPENED, LATER, LATEST = "2026-10-01T08:00:00Z", "2026-10-02T08:00:00Z", "2026-10-03T08:00:00Z"


def changes(store: Store, settings: Settings, *records: dict[str, Any], merge: bool = True) -> DirectResult:
    return take(store, settings, *({"id": 1, **one} for one in records), kind=Kind.TICKETS, merge=merge)


def test_a_stored_ticket_is_changed_without_saying_when_it_was_opened(store: Store, settings: Settings) -> None:
    changes(store, settings, {"created_at": OPENED, "subject": "Invoice", "status": "open"}, merge=False)
    taken = changes(store, settings, {"status": "pending"}, {"priority": "high", "created_at": None})
    assert [one.outcome for one in taken.records] == ["updated", "updated"]
    (found,) = rows(store, ticket)
    assert (found["status"], found["priority"], found["subject"]) == ("pending", "high", "Invoice")
    assert found["created_at"] == datetime(2026, 10, 1, 8, tzinfo=UTC)
    (refused,) = changes(store, settings, {"status": "closed"}, merge=False).records
    assert (refused.outcome, refused.problems) == ("rejected", (("created_at", "no created_at"),))


def test_a_ticket_that_nobody_opened_is_not_made_by_a_change(store: Store, settings: Settings) -> None:
    taken = changes(store, settings, {"status": "open"}, {"status": "new", "created_at": OPENED}, {"priority": "high"})
    assert [one.outcome for one in taken.records] == ["rejected", "inserted", "updated"]
    ((field, reason),) = taken.records[0].problems
    assert (field, "send when it was opened" in reason) == ("created_at", True)
    (found,) = rows(store, ticket)
    assert (found["status"], found["priority"]) == ("new", "high")
    (kept,) = rows(store, reject)
    assert kept["column"] == "created_at"


def test_minutes_since_an_opening_that_is_not_said_are_refused_alone(store: Store, settings: Settings) -> None:
    changes(store, settings, {"created_at": OPENED})
    (one,) = changes(store, settings, {"status": "solved", "solved_minutes": 30}).records
    assert (one.outcome, [field for field, _ in one.problems]) == ("updated", ["solved_minutes"])
    (found,) = rows(store, ticket)
    assert (found["status"], found["solved_at"]) == ("solved", None)


@pytest.mark.parametrize("merge", [True, False])
@pytest.mark.parametrize("in_one_call", [True, False])
def test_what_comes_late_does_not_put_a_status_back(
    store: Store, settings: Settings, merge: bool, in_one_call: bool
) -> None:
    told = [
        {"created_at": OPENED, "updated_at": LATEST, "status": "open", "solved_at": None, "segments": {"team": "B"}},
        {"created_at": OPENED, "updated_at": LATER, "status": "solved", "solved_at": LATER, "subject": "Invoice",
         "segments": {"team": "A", "channel": "chat"}},
    ]  # fmt: skip
    for call in [told] if in_one_call else [[one] for one in told]:
        changes(store, settings, *call, merge=merge)
    (found,) = rows(store, ticket)
    assert (found["status"], found["solved_at"], found["segments"]["team"]) == ("open", None, "B")
    assert found["updated_at"] == datetime(2026, 10, 3, 8, tzinfo=UTC)
    assert (found["subject"], found["segments"].get("channel")) == (("Invoice", "chat") if merge else (None, None))
    changes(store, settings, {"created_at": OPENED, "updated_at": LATEST, "status": "closed"}, merge=merge)
    changes(store, settings, {"created_at": OPENED, "status": "hold"}, merge=merge)  # who says no time is believed
    assert rows(store, ticket)[0]["status"] == "hold"


@given(order=st.permutations(range(4)), cut=st.integers(0, 4))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changes_come_to_the_same_in_every_order(
    store: Store, settings: Settings, order: list[int], cut: int
) -> None:  # fmt: skip
    told = [
        {"created_at": OPENED, "updated_at": f"2026-10-0{2 + place}T08:00:00Z", "status": f"s{place}", "replies": place}
        for place in range(4)
    ]  # fmt: skip
    name = f"{''.join(map(str, order))}-{cut}"
    for part in (order[:cut], order[cut:]):
        take(store, settings, *({**told[place], "id": name} for place in part), kind=Kind.TICKETS, merge=True)
    (found,) = [row for row in rows(store, ticket) if row["external_id"] == name]
    assert (found["status"], found["replies"]) == ("s3", 3)


def test_a_change_that_is_still_to_come_keeps_no_later_one_out(store: Store, settings: Settings) -> None:
    (one,) = changes(store, settings, {"created_at": OPENED, "updated_at": "2030-01-01", "status": "open"}).records
    assert (one.outcome, [field for field, _ in one.problems]) == ("inserted", ["updated_at"])
    changes(store, settings, {"updated_at": LATEST, "status": "closed"})
    assert rows(store, ticket)[0]["status"] == "closed"


def test_a_call_that_fails_leaves_nothing(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(writing, "_count", fail)
    with pytest.raises(StorageError):
        take(store, settings, rated(1, comment="Fine"), rated(2, score=99))
    assert not any(rows(store, table) for table in (survey_response, comment, reject, ingest_batch))


def test_more_records_than_a_chunk_are_one_batch(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "CHUNK_RECORDS", 2)
    result = take(store, settings, *[rated(number) for number in range(5)], rated(1, score=9))
    assert (result.inserted, result.rejected, [one.row for one in result.records]) == (5, 1, [1, 2, 3, 4, 5, 6])
    (batch,) = rows(store, ingest_batch)
    assert (batch["rows"], batch["inserted"], batch["rejected"]) == (6, 5, 1)


def test_the_batch_has_the_counts_of_its_rows(store: Store, settings: Settings) -> None:
    result = take(store, settings, rated(1, comment="Fine"), rated(2, score=99), first_row=11)
    (batch,) = rows(store, ingest_batch)
    assert batch["id"] == result.batch_id
    assert (batch["rows"], batch["inserted"], batch["rejected"]) == (2, 2, 1)
    assert batch["finished_at"] is not None
    assert [one.row for one in result.records] == [11, 12]


@pytest.mark.parametrize("source", ["", "  ", "x" * 201, "a\x00b"])
def test_a_source_needs_a_name(settings: Settings, source: str) -> None:
    with prepare_store(settings) as store, pytest.raises(InputError, match="source"):
        take_records(store, settings, R, [], source=source)


RECORDS = [
    rated(1, comment="Fine"), rated(2, score=1, segments={"team": "A"}), rated(3, submission_id="S", comment="Oh"),
    {"id": "R3", "submission_id": "S", "metric": "nps", "score": 9}, {"id": "R4", "comment": "Only words"},
    {"id": "R5", "answers": [{"metric": "ces", "scale": "ces-7-ease", "score": 7}, {"metric": "nps", "score": 0}],
     "comments": [{"question": "Why?", "text": "Because"}]}, rated(6, score=66), rated(7, scor=1),
]  # fmt: skip


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    settings = Settings(home=tmp_path_factory.mktemp("expected"), timezone="Europe/Berlin")
    with prepare_store(settings) as store:
        take(store, settings, *RECORDS)
        return state(store)


@given(
    order=st.permutations(RECORDS).flatmap(
        lambda all_: st.lists(st.sampled_from(RECORDS), max_size=4).map(all_.__add__)
    ),
    cuts=st.lists(st.integers(0, 12), max_size=4),
)
@hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_split_repetition_and_order_of_calls_gives_the_same_rows(
    store: Store,
    settings: Settings,
    expected: dict[str, list[dict[str, Any]]],
    order: list[dict[str, Any]],
    cuts: list[int],
) -> None:
    with store.writing() as connection:
        for table in (survey_response, comment, reject):
            connection.execute(table.delete())
    places = [0, *sorted(cuts), len(order)]
    for start, end in zip(places, places[1:], strict=False):
        take(store, settings, *order[start:end])
    assert state(store) == expected


@given(
    versions=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([1, 5, None]), st.sampled_from(["Oh", "Well", None])),
        min_size=1,
        max_size=6,
    ),
    wide=st.booleans(),
)
@hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_corrections_in_one_call_are_corrections_one_after_another(
    tmp_path_factory: pytest.TempPathFactory, versions: list[tuple[str, int | None, str | None]], wide: bool
) -> None:
    records: list[dict[str, Any]] = []
    for name, score, said in versions:
        answer: dict[str, Any] = {"metric": "csat", "scale": "csat-5", "score": score}
        if wide:
            texts = [{"question": "Why?", "text": said}] if said else []
            records.append({"id": name, "answers": [answer] if score else [], "comments": texts})
        else:
            records.append({"id": name, **answer, "comment": said})
    states = []
    for calls in ([records], [[one] for one in records]):
        settings = Settings(home=tmp_path_factory.mktemp("home"))
        with prepare_store(settings) as store:
            for call in calls:
                take(store, settings, *call)
            states.append(state(store))
    assert states[0] == states[1]


def test_characters_that_no_database_keeps_are_left_out(store: Store, settings: Settings) -> None:
    odd = {"comment": "Fi\x00ne \ud800 day", "question": "Wh\x00y \ud800?", "segments": {"team": "A\x00\ud800"}}
    assert take(store, settings, rated(1, **odd)).inserted == 1
    assert take(store, settings, rated(1, **odd)).unchanged == 1
    assert "\x00" not in str(rows(store, comment)[0]["text"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["\x00", "\ud800", "csat", "csat-5", "2026-10-01", "1" * 400, "a@b.example"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.data())
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_record_raises(shared_store: tuple[Store, Settings], data: st.DataObject) -> None:
    store, settings = shared_store
    kind = data.draw(st.sampled_from(list(Kind)))
    names = [one.name for one in RECORD_FIELDS[kind]]
    record = st.fixed_dictionaries({"id": st.just("A") | JSON}) | st.just({"id": "B", "created_at": "2026-01-01"})
    odd = data.draw(st.lists(st.tuples(record, st.dictionaries(st.sampled_from(names), JSON, max_size=4)), max_size=3))
    records = [*({**base, **more} for base, more in odd), data.draw(JSON), {"id": "C", "x\x00": 1}]
    result = take(store, settings, *records, kind=kind)
    assert len(result.records) == len(records)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Settings]]:
    settings = Settings(home=tmp_path_factory.mktemp("shared"))
    with prepare_store(settings) as opened:
        yield opened, settings
