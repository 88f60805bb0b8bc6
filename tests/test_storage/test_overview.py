from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.test_storage import rows
from verbatim.errors import NotFoundError
from verbatim.storage import queries, tables
from verbatim.storage.queries import Restriction, theme_overview
from verbatim.storage.queries.restriction import account_key
from verbatim.storage.store import Store

PARENTS: dict[str, str | None] = {"top": None, "left": "top", "right": "top", "deep": "right", "alone": None}
THEMES = [rows.theme(key, parent_id=parent) for key, parent in PARENTS.items()]
MOMENTS = [rows.START + timedelta(hours=hours) for hours in (0, 1, 23, 24, 25, 47, 48, 72)] + [
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    rows.START + timedelta(hours=24, microseconds=-1),
]
spans = st.tuples(st.none() | st.sampled_from(MOMENTS), st.none() | st.sampled_from(MOMENTS))
parts = st.dictionaries(
    st.integers(0, 2),
    st.tuples(st.sampled_from([*PARENTS, None]), st.none() | st.sampled_from([-1.0, -0.25, 0.5, 1.0])),
    min_size=1,
)
said = st.lists(st.tuples(st.none() | st.sampled_from(MOMENTS), parts), max_size=12)


def mined(store: Store, comments: list[Any], name: str = "m") -> None:
    with store.writing() as connection:
        connection.execute(tables.comment.delete())
    store.upsert(tables.comment, [rows.comment(i, occurred_at=at) for i, (at, _) in enumerate(comments)])
    assigned = [
        rows.assigned(i, theme, start=start, sentiment=felt)
        for i, (_, of) in enumerate(comments)
        for start, (theme, felt) in of.items()
    ]
    store.save_theme_model(rows.theme_model(name), THEMES, assigned)


def line(theme: str | None) -> list[str]:
    above = []
    while theme is not None:
        above.append(theme)
        theme = PARENTS[theme]
    return above


def by_hand(comments: list[Any], start: datetime | None, end: datetime | None) -> dict[str, tuple[int, float | None]]:
    found: dict[str, tuple[int, float | None]] = {}
    for key in PARENTS:
        number, felt = 0, []
        for at, of in comments:
            if (start or end) and at is None:
                continue
            if (start and at < start) or (end and at >= end):
                continue
            spans_ = [value for theme, value in of.values() if key in line(theme)]
            number += bool(spans_)
            felt += [value for value in spans_ if value is not None]
        found[key] = (number, sum(felt) / len(felt) if felt else None)
    return found


def listed(frame: Any) -> dict[str, tuple[int, float | None]]:
    return {row.id: (row.n, None if row.sentiment != row.sentiment else row.sentiment) for row in frame.itertuples()}


@budget(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said, spans)
def test_figures_of_any_span_are_those_counted_by_hand(store: Store, comments: list[Any], span: Any) -> None:
    mined(store, comments)
    frame = theme_overview(store, start=span[0], end=span[1])
    expected = by_hand(comments, *span)
    assert listed(frame).keys() == expected.keys()
    for key, (number, felt) in listed(frame).items():
        assert number == expected[key][0]
        assert felt == (None if expected[key][1] is None else pytest.approx(expected[key][1]))


@budget(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said)
def test_all_together_they_are_those_of_theme_counts(store: Store, comments: list[Any]) -> None:
    mined(store, comments)
    frame = theme_overview(store).set_index("id")
    for key in PARENTS:
        under = {theme: key for theme in PARENTS if key in line(theme)}
        counts = queries.theme_counts(store, period=None, under=under)
        assert frame.loc[key, "n"] == (counts["n"].sum() if len(counts) else 0)


def test_half_an_hour_off_utc_the_span_is_still_exact(store: Store) -> None:
    zone = timedelta(hours=5, minutes=30)
    start = rows.START - zone
    inside = [start, start + timedelta(days=2) - timedelta(microseconds=1)]
    outside = [start - timedelta(microseconds=1), start + timedelta(days=2)]
    mined(store, [(at, {0: ("alone", None)}) for at in [*inside, *outside]])
    frame = theme_overview(store, start=start, end=start + timedelta(days=2)).set_index("id")
    assert (frame.loc["alone", "n"], frame.loc["alone", "of"]) == (2, 2)


def test_change_is_against_the_span_of_equal_length_before(store: Store) -> None:
    day = timedelta(days=1)
    on, off = {0: ("alone", None)}, {0: ("left", None)}
    mined(store, [(rows.START, on), (rows.START, off), (rows.START + day, on), (rows.START + day, on)])
    frame = theme_overview(store, start=rows.START + day, end=rows.START + 2 * day).set_index("id")
    assert frame.loc["alone", ["n", "n_before", "of_before", "change"]].tolist() == [2, 1, 2, 0.5]
    assert theme_overview(store, start=rows.START)["change"].isna().all()


def test_a_comment_that_moved_in_time_is_counted_where_it_is_now(store: Store) -> None:
    day = timedelta(days=1)
    mined(store, [(rows.START, {0: ("alone", None)})])
    batch = store.begin_batch("responses", "test", "a.csv")
    store.write_chunk({tables.comment: [rows.comment(0, occurred_at=rows.START + day)]}, batch_id=batch)
    for _ in range(2):  # before and after the figures are counted again
        first = theme_overview(store, start=rows.START, end=rows.START + day)
        second = theme_overview(store, start=rows.START + day, end=rows.START + 2 * day)
        assert (first["n"].sum(), second["n"].sum()) == (0, 1)
        store.finish_batch(batch)
    assert rows.stored(store, tables.theme_model)[0]["tallied"]


def test_an_edit_that_moves_comments_changes_the_figures(store: Store) -> None:
    mined(store, [(rows.START, {0: ("left", 0.5)}), (rows.START, {0: ("alone", None)})])
    edit = {
        "id": "e", "sequence": 1, "at": rows.START, "person": "Ada", "kind": "merge", "theme_id": "left", "payload": {},
    }  # fmt: skip
    model = {"id": rows.theme_model("m")["id"], "undone": {}}
    store.save_edit(edit, model, [one for one in THEMES if one["id"] != "left"], [rows.assigned(0, "alone")])
    assert listed(theme_overview(store))["alone"] == (2, None)
    moved = [{**one, "parent_id": "right"} if one["id"] == "alone" else one for one in THEMES if one["id"] != "left"]
    store.save_edit({**edit, "id": "f", "sequence": 2}, model, moved, [])
    assert listed(theme_overview(store))["top"][0] == 2


def test_only_what_the_caller_may_see_is_counted(store: Store) -> None:
    mined(store, [(rows.START, {0: ("alone", None)}) for _ in range(4)])
    customers = [account_key("A"), account_key("B"), account_key("A"), None]
    store.upsert(
        tables.comment,
        [rows.comment(i, account_id=key, segments={"team": "NS"[i % 2]}) for i, key in enumerate(customers)],
    )
    for restricted, expected in (
        (Restriction(accounts=("A",)), 2),
        (Restriction(accounts=("A", "B")), 3),
        (Restriction(accounts=("A", "B"), teams=("S",)), 1),
        (Restriction(teams=("N", "S")), 4),
        (Restriction(), 4),
    ):
        frame = theme_overview(store, restricted=restricted).set_index("id")
        assert frame.loc["alone", "n"] == frame.loc["alone", "of"] == expected
    assert theme_overview(store, where={"team": "N"}, restricted=Restriction(teams=("S",)))["n"].sum() == 0
    with pytest.raises(NotFoundError, match="no segment 'teem'"):
        theme_overview(store, where={"teem": "N"}, restricted=Restriction(teams=("S",)))


def test_without_teams_a_key_of_a_team_sees_nothing(store: Store) -> None:
    mined(store, [(rows.START, {0: ("alone", None)})])
    assert theme_overview(store, restricted=Restriction(teams=("N",)))["n"].tolist() == [0] * len(PARENTS)


def test_without_a_model_there_are_no_themes(store: Store) -> None:
    frame = theme_overview(store, start=rows.START, end=rows.START + timedelta(days=1))
    assert len(frame) == 0
    assert {"share", "sentiment", "change"} <= set(frame.columns)
