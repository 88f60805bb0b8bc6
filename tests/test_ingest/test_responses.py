from __future__ import annotations

from datetime import UTC, datetime

from verbatim.domain import Kind
from verbatim.storage.tables import account, comment, contact, reject, survey_response, ticket

HEADER = "id,sent_at,answered_at,nps,comment,agent,ticket_id,account_id,email\n"
ROW = "r1,2026-10-01 09:00,2026-10-02 10:00,9,Great help from Ann,Bo,T1,A1,ann@customer.example\n"


def test_one_row_becomes_a_response_and_a_comment_that_share_a_submission(desk, store, stored):
    desk.ingest(store, HEADER + ROW)
    (response,), (said,) = stored(survey_response), stored(comment)
    assert response["submission_id"] == said["submission_id"]
    assert (response["metric"], response["scale"], response["status"], response["value"]) == (
        "nps",
        "nps",
        "answered",
        9,
    )
    assert response["asked_at"] == datetime(2026, 10, 1, 9, tzinfo=UTC)
    assert (
        response["occurred_at"]
        == response["answered_at"]
        == said["occurred_at"]
        == datetime(2026, 10, 2, 10, tzinfo=UTC)
    )
    assert (response["external_id"], response["source"], response["segments"]) == ("r1", "responses", {"agent": "Bo"})
    assert (said["text"], said["language"], said["informative"]) == ("Great help from Ann", "en", True)


def test_naive_times_are_in_the_zone_that_was_named(desk, store, stored):
    desk.ingest(store, HEADER + ROW, timezone="Europe/Berlin")
    assert stored(survey_response)[0]["asked_at"] == datetime(2026, 10, 1, 7, tzinfo=UTC)


def test_blank_is_a_survey_not_answered_and_na_is_not_applicable(desk, store, stored):
    text = HEADER + "r1,2026-10-01,,,,Bo,,,\nr2,2026-10-01,2026-10-02,n/a,,Bo,,,\n"
    desk.ingest(store, text + "r3,2026-10-01,2026-10-02,3,,Bo,,,\n")
    found = {
        row["external_id"]: (row["status"], row["value"], row["occurred_at"].day) for row in stored(survey_response)
    }
    assert found == {"r1": ("unanswered", None, 1), "r2": ("not_applicable", None, 2), "r3": ("answered", 3, 2)}
    assert stored(comment) == []


def test_nps_about_a_ticket_is_transactional_and_without_one_relational(desk, store, stored):
    desk.ingest(store, HEADER + ROW + "r2,2026-10-01,2026-10-02,3,,Bo,,,\n")
    assert {row["external_id"]: row["step"] for row in stored(survey_response)} == {
        "r1": "transactional",
        "r2": "relational",
    }


def test_links_meet_the_records_whatever_file_they_come_from(desk, store, stored):
    desk.ingest(store, HEADER + ROW)
    desk.ingest(store, "id,tier\nA1,gold\n", Kind.ACCOUNTS, name="accounts.csv")
    desk.ingest(store, "id,created_at\nT1,2026-09-30\n", Kind.TICKETS, name="helpdesk.csv")
    desk.ingest(store, "email,role\nAnn@Customer.example,admin\n", Kind.CONTACTS, name="crm.csv")
    (response,) = stored(survey_response)
    assert response["account_id"] == stored(account)[0]["id"]
    assert response["ticket_id"] == stored(ticket)[0]["id"]
    assert response["contact_id"] == stored(contact)[0]["id"]


def test_a_namespace_keeps_two_systems_that_number_alike_apart(desk, store, stored):
    desk.ingest(store, "id,created_at\n1,2026-09-30\n", Kind.TICKETS, name="a.csv")
    desk.ingest(store, "id,created_at\n1,2026-09-30\n", Kind.TICKETS, name="b.csv", namespace="other")
    assert len({row["id"] for row in stored(ticket)}) == 2


def test_no_personal_data_reach_the_store(desk, store, settings):
    text = (
        "id,answered,nps,comment,agent,region,email\n"
        "jo@who.example,2026-10-02,9,Call me on +49 30 901820 or ann@who.example,"
        "bo@corp.example,write eve@who.example,ann@who.example\n"
        "r2,2026-10-02,eleven eve@who.example,fine,bo@corp.example,,\n"
    )
    desk.ingest(store, text)
    desk.ingest(store, "id,role,email\nann@who.example,admin,ann@who.example\n", Kind.CONTACTS, name="contacts.csv")
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = (settings.home / "verbatim.db").read_bytes()
    assert b"who.example" not in raw
    assert b"corp.example" not in raw
    assert b"901820" not in raw
    assert b"[EMAIL]" in raw


def test_the_same_address_is_the_same_agent(desk, store, stored):
    rows = "".join(f"r{n},2026-10-02,9,,{who}@corp.example\n" for n, who in enumerate(["bo", "BO", "cy"]))
    desk.ingest(store, "id,answered,nps,comment,agent\n" + rows, fields={"segments": "agent"})
    agents = [row["segments"]["agent"] for row in stored(survey_response)]
    assert sorted(agents.count(agent) for agent in set(agents)) == [1, 2]


def test_a_bad_score_is_refused_alone_and_its_comment_is_kept(desk, store, stored):
    result = desk.ingest(store, HEADER + ROW.replace(",9,", ",11,"))
    assert result.rejected == 1
    (refused,) = stored(reject)
    assert (refused["row"], refused["column"], refused["value"]) == (2, "nps", "11")
    assert "outside nps (0–10" in refused["reason"]
    assert stored(survey_response) == []
    assert len(stored(comment)) == 1


def test_rows_with_wrong_times_or_no_id_are_refused_whole(desk, store, stored):
    rows = [
        "r1,2026-10-02 09:00,2026-10-01 10:00,9,early,,,,",
        "r2,2026-10-02 09:00,2027-10-01 10:00,9,late,,,,",
        "r3,2026-10-02 09:00,31/31/2026,9,never,,,,",
        ",2026-10-02 09:00,2026-10-03 10:00,9,nobody,,,,",
        "r5,2026-10-02 09:00,2026-11-16 11:00,9,clocks differ,,,,",
    ]
    desk.ingest(store, HEADER + "\n".join(rows) + "\n")
    found = {row["row"]: (row["column"], row["reason"]) for row in stored(reject)}
    assert found[2] == ("answered_at", "answered before it was asked (2026-10-02 09:00 UTC)")
    assert found[3] == ("answered_at", "lies in the future (it is 2026-11-15 now)")
    assert found[4][0] == "answered_at"
    assert found[5] == ("id", "no id")
    assert [row["external_id"] for row in stored(survey_response)] == ["r5"]


def test_an_answer_of_a_day_is_not_before_a_survey_of_that_day(desk, store):
    assert desk.ingest(store, HEADER + "r1,2026-10-02 09:00,2026-10-02,9,,,,,\n").rejected == 0


def test_a_second_row_with_one_id_and_other_values_is_refused(desk, store, stored):
    second = "r1,2026-10-01 09:00,2026-10-02 10:00,2,Terrible,Bo,T1,A1,\n"
    result = desk.ingest(store, HEADER + ROW + ROW + second, chunk_rows=1)
    assert (result.rows, result.rejected) == (3, 1)
    (refused,) = stored(reject)
    assert (refused["row"], refused["column"]) == (4, "id")
    assert "stands in line 2 already" in refused["reason"]
    assert [row["value"] for row in stored(survey_response)] == [9]


def test_a_refused_row_does_not_stand_in_the_way_of_a_good_one_with_its_id(desk, store, stored):
    desk.ingest(store, HEADER + ROW.replace("2026-10-02 10:00", "2026-31-02") + ROW)
    assert [row["value"] for row in stored(survey_response)] == [9]


def test_several_questions_of_one_response_in_several_rows(desk, store, stored):
    text = "response_id,date,question,comment,nps\nr1,2026-10-01,What was good?,The price,9\n"
    text += "r1,2026-10-01,What was bad?,The wait,9\n"
    assert desk.ingest(store, text).rejected == 0
    assert {row["question"]: row["text"] for row in stored(comment)} == {
        "What was good?": "The price",
        "What was bad?": "The wait",
    }
    assert len({row["submission_id"] for row in stored(comment)}) == 1


def test_several_metrics_of_one_response_in_several_rows_keep_their_comments(desk, store, stored):
    rows = "".join(f"r{n},2026-10-01,csat,5,good {n}\nr{n},2026-10-01,nps,2,bad {n}\n" for n in range(20))
    assert desk.ingest(store, "response_id,date,metric,score,comment\n" + rows).rejected == 0
    assert (len(stored(survey_response)), len(stored(comment))) == (40, 40)


def test_a_second_comment_column_does_not_change_the_keys_of_the_first(desk, store, stored, tmp_path):
    profile = tmp_path / "p.toml"
    text = "id,date,nps,why,else\n1,2026-10-01,5,because,nothing\n"
    first = '[fields]\nid = "id"\nanswered_at = "date"\nscore = "nps"\n[[comments]]\ncolumn = "why"\n'
    profile.write_text(first)
    desk.ingest(store, text, profile=profile)
    profile.write_text(first + '[[comments]]\ncolumn = "else"\n')
    assert desk.ingest(store, text, profile=profile).inserted == 1
    assert sorted(row["text"] for row in stored(comment)) == ["because", "nothing"]


def test_two_scores_of_one_metric_in_a_row_are_both_kept(desk, store, stored, tmp_path):
    profile = tmp_path / "p.toml"
    scores = "".join(
        f'[[scores]]\ncolumn = "{name}"\nscale = "csat-5"\n' for name in ("agent rating", "product rating")
    )
    profile.write_text('[fields]\nid = "id"\nanswered_at = "date"\n' + scores)
    desk.ingest(store, "id,date,agent rating,product rating\n1,2026-10-01,5,1\n", profile=profile)
    assert {row["question"]: row["value"] for row in stored(survey_response)} == {
        "agent rating": 5,
        "product rating": 1,
    }


def test_rows_grouped_by_a_submission_give_one_score(desk, store, stored):
    rows = [
        "c1,s1,2026-10-01,Good?,price,9",
        "c2,s1,2026-10-01,Bad?,wait,9",
        "c3,s2,2026-10-01,Good?,all,",
        "c4,s2,2026-10-01,Bad?,none,4",
    ]
    text = "comment_id,respondent_id,date,question,comment,nps\n" + "\n".join(rows) + "\n"
    for chunk_rows in (1, 100):
        assert desk.ingest(store, text, chunk_rows=chunk_rows).rejected == 0
        assert sorted(row["value"] for row in stored(survey_response)) == [4, 9]
        assert len(stored(comment)) == 4
    assert desk.ingest(store, text + "c5,s1,2026-10-01,More?,no,3\n").rejected == 1


def test_several_scores_and_open_questions_of_a_profile(desk, store, stored, tmp_path):
    profile = tmp_path / "p.toml"
    profile.write_text(
        '[fields]\nid = "id"\nanswered_at = "date"\n'
        '[[scores]]\ncolumn = "a"\nmetric = "csat"\nscale = "csat-5"\nstep = "first"\n'
        '[[scores]]\ncolumn = "b"\nmetric = "nps"\nblank = "not_asked"\n'
        '[[comments]]\ncolumn = "c"\nquestion = "Why?"\n[[comments]]\ncolumn = "d"\nquestion = "What else?"\n'
    )
    desk.ingest(store, "id,date,a,b,c,d\n1,2026-10-01,5,,because,nothing\n2,2026-10-01,,7,,more\n", profile=profile)
    scores = sorted(
        (row["external_id"], row["metric"], row["step"], row["value"])
        for row in stored(survey_response)
        if row["value"]
    )
    assert scores == [("1", "csat", "first", 5), ("2", "nps", "relational", 7)]
    assert len(stored(survey_response)) == 3
    assert sorted((row["question"], row["text"]) for row in stored(comment)) == [
        ("What else?", "more"), ("What else?", "nothing"), ("Why?", "because"),
    ]  # fmt: skip


def test_identical_rows_without_an_id_are_each_kept(desk, store, stored):
    text = "date,nps,comment\n" + "2026-10-01,9,same\n" * 3 + "2026-10-01,9,other\n"
    desk.ingest(store, text, chunk_rows=2)
    assert (len(stored(survey_response)), len(stored(comment))) == (4, 4)
    assert len({row["text_key"] for row in stored(comment)}) == 2
    again = desk.ingest(store, "nps,comment,date\n9,other,2026-10-01\n" + "9,same,2026-10-01\n" * 3)
    assert (again.inserted, again.updated) == (0, 0)


def test_rows_without_a_date_are_kept_and_counted(desk, store, stored):
    result = desk.ingest(store, "id,date,nps\n1,,9\n2,2026-10-01,9\n")
    assert result.undated == 1
    assert len(stored(survey_response)) == 2
    assert "belong to no month" in desk.plan("id,date,nps\n1,,9\n2,2026-10-01,9\n").warnings[-1]
