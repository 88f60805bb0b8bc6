from __future__ import annotations

import pytest

from verbatim.domain import Kind
from verbatim.errors import MappingError
from verbatim.ingest.fields import FIELDS, SEGMENTS, squash, words_of
from verbatim.ingest.mapping import metric_of, segment_name

ROW = "{n},2026-10-{d:02d},{s},text number {n} that a customer wrote,Ann,chat\n"


def many(header, row, count=60):
    return header + "".join(row.format(n=n, d=n % 28 + 1, s=n % 5 + 1, t=n % 11) for n in range(count))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Response ID,Response Date,CSAT Score,Comment,Agent,Channel\n",
            {"id": "Response ID", "answered_at": "Response Date"},
        ),
        ("id,created_at,rating,feedback,assignee,via\n", {"id": "id", "answered_at": "created_at"}),
        (
            "#,Submit Date (UTC),Satisfaction,Verbatim,Agent name,channel_name\n",
            {"id": "#", "answered_at": "Submit Date (UTC)"},
        ),
    ],
)
def test_headers_of_common_exports_are_known(desk, header, expected):
    plan = desk.plan(many(header, ROW), metric="csat")
    assert plan.mapping.fields == expected
    assert [rule.column for rule in plan.mapping.scores] == [header.split(",")[2]]
    assert [rule.column for rule in plan.mapping.comments] == [header.split(",")[3]]
    assert sorted(plan.mapping.segments) == ["agent", "channel"]


def test_every_column_has_a_reason_or_is_left_out_with_one(desk):
    plan = desk.plan(many("id,date,nps,comment,e-mail,blank\n", "{n},2026-10-{d:02d},{t},yes {n},a{n}@b.example,\n"))
    assert sorted({*plan.mapping.reasons, *plan.mapping.left_out}) == sorted(plan.file.columns)
    assert plan.mapping.fields["contact_id"] == "e-mail"
    assert plan.mapping.left_out == {"blank": "empty in the first rows"}


def test_several_scores_in_one_row_are_each_taken(desk):
    plan = desk.plan(many("id,date,CSAT,NPS score\n", "{n},2026-10-{d:02d},{s},{t}\n"))
    assert {rule.column: rule.metric for rule in plan.mapping.scores} == {"CSAT": "csat", "NPS score": "nps"}
    assert {column.metric: column.scales[str(column.metric)].name for column in plan.scores} == {
        "csat": "csat-5",
        "nps": "nps",
    }


def test_a_question_as_header_tells_the_metric(desk):
    plan = desk.plan(many("id,date,How likely are you to recommend us to a friend?\n", "{n},2026-10-{d:02d},{t}\n"))
    assert plan.scores[0].metric == "nps"


def test_long_texts_that_differ_are_offered_as_comments_with_their_question(desk):
    plan = desk.plan(
        many(
            "id,date,nps,What could we do better?\n",
            "{n},2026-10-{d:02d},{t},please make point {n} of the list better\n",
        )
    )
    assert [(rule.column, rule.question) for rule in plan.mapping.comments] == [
        ("What could we do better?", "What could we do better?")
    ]


def test_personal_columns_and_codes_are_not_kept_as_segments(desk):
    plan = desk.plan(
        many("id,date,nps,First Name,Phone,order,plan\n", "{n},2026-10-{d:02d},{t},Ann,030 1,O-{n},basic\n")
    )
    assert plan.mapping.segments == {"plan": "plan"}
    assert plan.mapping.left_out == {
        "First Name": "looks like personal data",
        "Phone": "looks like personal data",
        "order": "nearly every value differs; name it in segments to keep it",
    }
    assert any("'First Name' looks like personal data" in warning for warning in plan.warnings)


def test_amounts_and_moments_are_no_segments(desk):
    text = many("id,date,nps,price,opened,plan\n", "{n},2026-10-{d:02d},{t},{n}.50,2026-09-01 10:{n},basic\n")
    assert desk.plan(text).mapping.segments == {"plan": "plan"}


def test_a_column_of_addresses_is_personal_whatever_it_is_called(desk):
    plan = desk.plan(many("id,date,nps,who\n", "{n},2026-10-{d:02d},{t},a{n}@b.example\n"))
    assert "who" in plan.mapping.left_out


def test_segments_can_be_chosen(desk):
    text = many("id,date,nps,a,b\n", "{n},2026-10-{d:02d},{t},x,y\n")
    assert desk.plan(text, fields={"segments": "b"}).mapping.segments == {"b": "b"}
    assert desk.plan(text, fields={"ignore": "a"}).mapping.segments == {"b": "b"}
    assert desk.plan(text, fields={"ignore": "*"}).mapping.segments == {}


def test_a_column_that_is_not_there_is_named_with_the_nearest(desk):
    with pytest.raises(MappingError, match=r"has no column 'commnt' \(for comment\); did you mean 'comment'"):
        desk.plan("id,date,nps,comment\n1,2026-10-01,5,x\n", fields={"comment": "commnt"})


def test_a_question_column_that_is_missing_is_named(desk):
    with pytest.raises(
        MappingError, match=r"no column 'Question' \(for question\); the columns are 'id', 'answered', 'nps'"
    ):
        desk.plan("id,answered,nps\n1,2026-10-01,5\n", fields={"question": "Question"})


def test_a_file_without_score_or_comment_is_refused(desk):
    with pytest.raises(MappingError, match=r"looks like a score or a comment; name one with --map score=COLUMN"):
        desk.plan("id,date\n1,2026-10-01\n")


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (Kind.TICKETS, "id,subject\n1,x\n", "tickets need a column for created_at"),
        (Kind.EVENTS, "ticket_id,at\n1,2026-10-01\n", "events need a column for kind"),
        (Kind.ACCOUNTS, "tier\ngold\n", "accounts need a column for id"),
        (Kind.MILESTONES, "date\n2026-10-01\n", "milestones need a column for name"),
    ],
)
def test_fields_that_must_be_filled_are_named(desk, kind, text, said):
    with pytest.raises(MappingError, match=said):
        desk.plan(text, kind)


def test_headers_are_compared_by_their_words():
    assert squash("Ticket ID") == squash("ticket_id") == squash("TicketId") == squash("TICKET-ID") == "ticketid"
    assert words_of("Agent_name ") == "agent name"


def test_every_synonym_is_in_the_form_that_is_compared():
    for fields in FIELDS.values():
        for field in fields:
            assert len({squash(word) for word in field.synonyms}) == len(field.synonyms), field.name
            assert all(word == word.casefold() for word in field.synonyms)


def test_metrics_and_segments_are_known_by_many_names():
    assert [metric_of(text) for text in ("NPS Score", "Customer Effort Score", "Satisfaction Rating", "Score")] == [
        "nps",
        "ces",
        "csat",
        None,
    ]
    assert segment_name("Agent_name", {}) == "agent"
    assert segment_name("Agent_name", {"agent": "x"}) == "Agent_name"
    assert segment_name("Shift", SEGMENTS) == "Shift"


def test_a_column_of_ones_and_zeros_is_no_nps(desk):
    plan = desk.plan(many("id,date,csat,comment,recommended,channel\n", "{n},2026-10-{d:02d},{s},a {n},1,chat\n"))
    assert [rule.column for rule in plan.mapping.scores] == ["csat"]


def test_a_comment_within_an_object_is_a_comment(desk):
    rows = "".join(f'{{"id":"{n}","date":"2026-10-01","answers":{{"nps":9,"comment":"fine {n}"}}}}\n' for n in range(5))
    plan = desk.plan(rows)
    assert [rule.column for rule in plan.mapping.comments] == ["answers.comment"]


def test_the_way_to_keep_a_long_text_of_a_ticket_is_one_that_exists(desk):
    text = "a long text that a customer wrote, number {n}"
    rows = "".join(f'{n},2026-10-01,chat,"{text.format(n=n)}"\n' for n in range(60))
    plan = desk.plan("id,created_at,ticket channel,resolution\n" + rows, kind=Kind.TICKETS)
    assert list(plan.mapping.segments) == ["channel"]
    assert any("'resolution'" in one and "--map comment" not in one for one in plan.warnings)


def test_a_question_that_asks_why_makes_a_comment_of_short_answers_too(desk):
    text = "Q1,Q2,ts\nHow likely are you to recommend us?,Why?,When\n"
    text += '"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}","{""ImportId"":""ts""}"\n'
    plan = desk.plan(text + "9,Great people,2026-10-01\n3,Slow,2026-10-02\n", metric="nps")
    assert [(rule.column, rule.question) for rule in plan.mapping.comments] == [("Q2", "Why?")]


def test_answers_in_words_under_an_unknown_header_are_pointed_out(desk):
    rows = "".join(f"{n},2026-10-0{n % 9 + 1},{('Muy satisfecho', 'Satisfecho')[n % 2]},texto {n}\n" for n in range(9))
    plan = desk.plan("id,fecha,valoracion propia,comentario\n" + rows)
    assert not plan.mapping.scores
    assert any("--map score='valoracion propia' --metric csat" in warning for warning in plan.warnings)


def test_a_rating_among_the_columns_of_a_ticket_is_not_kept_with_the_ticket(desk):
    rows = "".join(f"{n},2026-10-01,{n % 5 + 1},chat\n" for n in range(60))
    plan = desk.plan("id,created_at,Customer Satisfaction Rating,channel\n" + rows, kind=Kind.TICKETS)
    assert set(plan.mapping.segments) == {"channel"}
    assert "verbatim ingest responses" in plan.mapping.left_out["Customer Satisfaction Rating"]
    assert any("belongs to the survey" in warning for warning in plan.warnings)
