from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.test_storage import rows
from verbatim.domain import Metric
from verbatim.errors import InputError, NotFoundError
from verbatim.ingest.identity import shared_key
from verbatim.storage import queries, tables
from verbatim.storage.queries import CommentFilter, Restriction, browsing, comment_count, comment_page
from verbatim.storage.queries.restriction import account_key, contact_key, ticket_key
from verbatim.storage.store import Store

HOUR = timedelta(hours=1)
moments = st.none() | st.integers(0, 5).map(lambda hours: rows.START + hours * HOUR)


def ids(page: Any) -> list[str]:
    return [one.id for one in page.comments]


def number(*comments: int) -> list[str]:
    return [rows.comment(i)["id"] for i in comments]


@budget(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(moments, max_size=12), st.lists(moments, max_size=6), st.integers(1, 4), st.booleans())
def test_no_comment_is_lost_or_doubled_while_others_arrive(
    store: Store, first: list[Any], arriving: list[Any], limit: int, on_theme: bool
) -> None:
    with store.writing() as connection:
        connection.execute(tables.comment.delete())
    store.upsert(tables.comment, [rows.comment(i, occurred_at=at) for i, at in enumerate(first)])
    store.save_theme_model(rows.theme_model("m"), [rows.theme("t")], [rows.assigned(i, "t") for i in range(len(first))])
    wanted = CommentFilter(themes=("t",)) if on_theme else CommentFilter()
    page, seen = comment_page(store, wanted, limit=limit), []
    seen += page.comments
    for arrived, at in enumerate(arriving, start=100):
        store.upsert(tables.comment, [rows.comment(arrived, occurred_at=at)])
        if page.after:
            page = comment_page(store, wanted, after=page.after, limit=limit)
            seen += page.comments
    while page.after:
        page = comment_page(store, wanted, after=page.after, limit=limit)
        seen += page.comments
    found = [one.id for one in seen]
    assert len(set(found)) == len(found)
    assert set(number(*range(len(first)))) <= set(found)
    order = [(one.occurred_at is not None, one.occurred_at or rows.START, one.id) for one in seen]
    assert order == sorted(order, reverse=True)


def test_a_page_says_all_that_is_known_of_a_comment(store: Store) -> None:
    store.upsert(tables.account, [{"id": account_key("A"), "source": "t", "external_id": "A", "name": "Acme"}])
    store.upsert(
        tables.ticket, [{"id": ticket_key("7"), "source": "t", "external_id": "7", "account_id": account_key("A")}]
    )
    store.upsert(tables.comment, [rows.comment(0, ticket_id=ticket_key("7"), segments={"channel": "chat"})])
    store.upsert(
        tables.survey_response,
        [
            rows.response(0, value=1.0, scale="csat-5"),
            rows.response(0, id="later", value=2.0, scale="csat-5", occurred_at=rows.START + HOUR),
            rows.response(0, id="nps", metric="nps", scale="nps", value=9.0),
        ],
    )
    themes = [rows.theme("a"), rows.theme("b")]
    assigned = [rows.assigned(0, "a", end=7, sentiment=-0.5), rows.assigned(0, "b", start=8, end=20)]
    store.save_theme_model(rows.theme_model("m"), themes, assigned)
    (one,) = comment_page(store, CommentFilter()).comments
    assert (one.ticket, one.account, one.account_name, one.contact) == ("7", "A", "Acme", None)
    assert (one.segments, one.occurred_at) == ({"channel": "chat"}, rows.START)
    assert [(t.id, t.name, t.start, t.end, t.sentiment) for t in one.themes] == [
        ("a", "A", 0, 7, -0.5),
        ("b", "B", 8, 20, None),
    ]
    assert [(s.metric, s.value, s.scale) for s in one.scores] == [("csat", 2.0, "csat-5"), ("nps", 9.0, "nps")]


@pytest.fixture
def filled(store: Store) -> Store:
    links = [
        {"account_id": account_key("A"), "segments": {"team": "N", "channel": "chat"}},
        {"account_id": account_key("B"), "segments": {"team": "S", "channel": "mail"}},
        {"ticket_id": ticket_key("7"), "question": "Why?", "language": "de", "segments": {"team": "S"}},
        {"contact_id": contact_key("me@example.com"), "informative": False, "source": "other", "segments": {}},
    ]
    store.upsert(tables.comment, [rows.comment(i, **given) for i, given in enumerate(links)])
    store.upsert(tables.ticket, [{"id": ticket_key("7"), "source": "t", "account_id": account_key("A")}])
    store.upsert(
        tables.survey_response,
        [rows.response(i, value=value, scale=scale) for i, (value, scale) in enumerate(SCORES)],
    )
    given = [
        rows.assigned(0, "a", sentiment=-0.8), rows.assigned(0, "b", start=9, sentiment=0.8),
        rows.assigned(1, "b", sentiment=0.1), rows.assigned(2, None),
    ]  # fmt: skip
    store.save_theme_model(rows.theme_model("old"), [rows.theme("a")], [rows.assigned(3, "a")])
    store.save_theme_model(rows.theme_model("new", day=2), [rows.theme("a"), rows.theme("b")], given)
    return store


SCORES = [(1.0, "csat-5"), (3.0, "csat-5"), (3.0, "csat-7"), (5.0, "csat-5")]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (CommentFilter(), {0, 1, 2, 3}),
        (CommentFilter(words="waiting 2"), {2}),
        (CommentFilter(themes=("a",)), {0}),
        (CommentFilter(themes=("a", "b")), {0, 1}),
        (CommentFilter(themes=("gone",)), set()),
        (CommentFilter(no_theme=True), {2, 3}),
        (CommentFilter(words="waiting", themes=("b",), end=rows.START + HOUR), {0}),
        (CommentFilter(where={"channel": "chat"}), {0}),
        (CommentFilter(where={"channel": ["chat", None]}), {0, 2, 3}),
        (CommentFilter(start=rows.START + HOUR, end=rows.START + 3 * HOUR), {1, 2}),
        (CommentFilter(question="Why?"), {2}),
        (CommentFilter(language="de"), {2}),
        (CommentFilter(informative=False), {3}),
        (CommentFilter(source="other"), {3}),
        (CommentFilter(account="A"), {0, 2}),
        (CommentFilter(account=account_key("B")), {1}),
        (CommentFilter(ticket="7"), {2}),
        (CommentFilter(contact="me@example.com"), {3}),
        (CommentFilter(metric=Metric.CSAT, lowest=3, highest=4), {1, 2}),
        (CommentFilter(metric=Metric.CSAT, category="dissatisfied"), {0, 2}),
        (CommentFilter(metric=Metric.CSAT, category="neutral"), {1}),
        (CommentFilter(metric=Metric.CSAT, category="satisfied"), {3}),
        (CommentFilter(metric=Metric.NPS), set()),
        (CommentFilter(sentiment_from=0.5), {0}),
        (CommentFilter(sentiment_to=-0.5), {0}),
        (CommentFilter(sentiment_from=0.5, themes=("a",)), set()),
        (CommentFilter(sentiment_from=0.5, themes=("b",)), {0}),
        (CommentFilter(restricted=Restriction(accounts=("A",))), {0, 2}),
        (CommentFilter(restricted=Restriction(accounts=("A", "B"))), {0, 1, 2}),
        (CommentFilter(restricted=Restriction(teams=("S",))), {1, 2}),
        (CommentFilter(restricted=Restriction(("A",), ("S",))), {2}),
        (CommentFilter(restricted=Restriction(("A",), ("S",)), where={"team": "N"}), set()),
        (CommentFilter(restricted=Restriction(("B",)), account="A"), set()),
    ],
    ids=str,
)
@pytest.mark.parametrize("many", [False, True])
def test_comments_can_be_filtered(
    filled: Store, monkeypatch: pytest.MonkeyPatch, wanted: CommentFilter, expected: set[int], many: bool
) -> None:
    if many:  # the ways that are taken where there is much to choose from
        for name in ("FEW_MATCHES", "FEW_AMONG_OTHERS", "MANY_MATCHES"):
            monkeypatch.setattr(browsing, name, 0)
    assert ids(comment_page(filled, wanted)) == number(*sorted(expected, reverse=True))
    count = comment_count(filled, wanted)
    assert (count.comments, count.more) == (len(expected), False)


def test_a_key_of_a_team_sees_nothing_where_nothing_has_a_team(store: Store) -> None:
    store.upsert(tables.comment, [rows.comment(0)])
    assert comment_page(store, CommentFilter(restricted=Restriction(teams=("N",)))).comments == ()


def test_counting_ends_at_a_bound(filled: Store) -> None:
    for wanted in (CommentFilter(), CommentFilter(words="waiting"), CommentFilter(themes=("a", "b"))):
        count = comment_count(filled, wanted, most=1)
        assert (count.comments, count.more) == (1, True)


@pytest.mark.parametrize(
    "wanted",
    [
        CommentFilter(words="?"),
        CommentFilter(lowest=3),
        CommentFilter(metric=Metric.NPS, category="satisfied"),
        CommentFilter(themes=("a",), no_theme=True),
    ],
)
def test_a_filter_that_contradicts_itself_is_refused(filled: Store, wanted: CommentFilter) -> None:
    with pytest.raises(InputError):
        comment_page(filled, wanted)


def test_a_segment_that_nothing_is_called_is_told(filled: Store) -> None:
    with pytest.raises(NotFoundError, match="no segment 'chanel'"):
        comment_page(filled, CommentFilter(where={"chanel": "chat"}))


@pytest.mark.parametrize("after", ["", "x", "!!", "AAAA", "ä", "A" * 1000, "\x00"])
def test_a_damaged_place_is_refused(filled: Store, after: str) -> None:
    with pytest.raises(InputError, match="place to carry on from"):
        comment_page(filled, CommentFilter(), after=after)


def test_every_changed_letter_of_a_place_is_found(filled: Store) -> None:
    after = comment_page(filled, CommentFilter(), limit=1).after
    assert after is not None
    for at in range(len(after) - 1):  # of the last only some bits count
        with pytest.raises(InputError):
            comment_page(
                filled, CommentFilter(), after=after[:at] + ("B" if after[at] == "A" else "A") + after[at + 1 :]
            )


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_a_size(filled: Store, limit: int) -> None:
    with pytest.raises(InputError, match="1 to 1,000"):
        comment_page(filled, CommentFilter(), limit=limit)


def test_keys_are_those_that_ingest_makes() -> None:
    assert account_key("A") == shared_key("account", "", "A")
    assert ticket_key("7") == shared_key("ticket", "", "7")
    assert contact_key("c") == shared_key("contact", "", "c")


def test_what_is_asked_and_what_is_allowed_meet() -> None:
    restricted = Restriction(accounts=("A", "B"), teams=("N",))
    both = restricted.within({"account_id": [account_key("B"), account_key("C")], "team": None, "channel": "chat"})
    assert both == {"account_id": [account_key("B")], "team": [], "channel": "chat"}


def test_themes_that_fill_few_days_are_paged_from_the_newest_of_these(filled: Store) -> None:
    filled.upsert(tables.comment, [rows.comment(i) for i in range(10, 1000)])
    page = comment_page(filled, CommentFilter(themes=("b",)), limit=1)
    assert ids(page) == number(1)
    assert ids(comment_page(filled, CommentFilter(themes=("b",)), limit=1, after=page.after)) == number(0)


def test_queries_take_a_restriction_as_where(filled: Store) -> None:
    assert len(queries.comments(filled, where=Restriction(("A",)).where())) == 2


def test_the_spans_of_the_newest_comments_are_those_of_the_filter(store: Store) -> None:
    store.upsert(tables.comment, [rows.comment(i, segments={"team": "AB"[i % 2]}) for i in range(8)])
    spoken = [rows.assigned(i, "t" if i else None, similarity=i / 10) for i in range(8)]
    store.save_theme_model(rows.theme_model("m"), [rows.theme("t")], spoken)

    def found(newest: int, **given: Any) -> list[tuple[str, float]]:
        spans = browsing.newest_spans(store, CommentFilter(**given), newest=newest)
        return sorted((one.comment_id, one.similarity) for one in spans)

    assert found(3) == sorted(zip(number(5, 6, 7), (0.5, 0.6, 0.7), strict=True))
    assert [key for key, _ in found(100)] == sorted(number(*range(1, 8)))
    assert [key for key, _ in found(2, restricted=Restriction(teams=("A",)))] == sorted(number(4, 6))
    assert found(2, restricted=Restriction(teams=("C",))) == []
