"""Figures by day after edits: counted anew for what changed only, and the same as when everything is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.test_storage import rows
from verbatim.storage import edited, tables
from verbatim.storage.store import Store
from verbatim.storage.tally import EVERY, tally

IDS = ("a", "b", "c", "d", "e")
COMMENTS = 6
FELT = st.none() | st.sampled_from([-1.0, -0.25, 0.5, 1.0])


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str | None]:
    """Some of the themes, each at the top or under one named before it."""
    kept = draw(st.permutations(IDS))[: draw(st.integers(1, len(IDS)))]
    return {key: draw(st.none() | st.sampled_from(kept[:place])) if place else None for place, key in enumerate(kept)}


places = st.tuples(st.integers(0, COMMENTS - 1), st.integers(0, 1), st.none() | st.sampled_from(IDS), FELT)
steps = st.lists(st.tuples(trees(), st.lists(places, max_size=4)), min_size=1, max_size=4)


def themes(tree: dict[str, str | None]) -> list[dict[str, Any]]:
    return [rows.theme(key, parent_id=parent) for key, parent in tree.items()]


def assigned(found: list[Any]) -> list[dict[str, Any]]:
    distinct = {(number, start): (theme, felt) for number, start, theme, felt in found}
    return [
        rows.assigned(number, theme, start=start, sentiment=felt) for (number, start), (theme, felt) in distinct.items()
    ]


def mined(store: Store, tree: dict[str, str | None], found: list[Any]) -> None:
    with store.writing() as connection:
        for table in (tables.theme_edit, tables.comment):
            connection.execute(table.delete())
    moments = [None if i == 0 else rows.START + timedelta(hours=15 * i) for i in range(COMMENTS)]
    store.upsert(tables.comment, [rows.comment(i, occurred_at=at) for i, at in enumerate(moments)])
    store.save_theme_model(rows.theme_model("m"), themes(tree), assigned(found))


def edit(store: Store, sequence: int, tree: dict[str, str | None], found: list[Any]) -> None:
    row = {
        "id": f"edit-{sequence}", "sequence": sequence, "at": rows.START, "person": "Ada", "kind": "move",
        "theme_id": "a", "payload": {},
    }  # fmt: skip
    model = {"id": rows.theme_model("m")["id"], "undone": {}}
    store.save_edit(row, model, themes(tree), assigned(found))


def kept_and_counted(store: Store) -> tuple[list[Any], list[Any]]:
    kept = rows.stored(store, tables.theme_day)
    with store.writing() as connection:
        tally(connection)
    return kept, rows.stored(store, tables.theme_day)


@budget(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees(), st.lists(places, max_size=8), steps)
def test_after_any_edits_the_figures_are_those_of_counting_everything(
    store: Store, tree: dict[str, str | None], found: list[Any], edits: list[Any]
) -> None:
    mined(store, tree, found)
    for sequence, (after, moved) in enumerate(edits, start=1):
        edit(store, sequence, after, moved)
        kept, counted = kept_and_counted(store)
        assert kept == [row for row in counted if row["theme_id"] in {*after, EVERY}]


def test_an_edit_leaves_the_figures_of_other_themes_alone(store: Store) -> None:
    tree = {"a": None, "b": "a", "c": None, "d": None}
    mined(store, tree, [(1, 0, "b", 0.5), (2, 0, "c", 0.5), (3, 0, "d", None)])
    with store.writing() as connection:  # marks that only a count over these themes would take away
        connection.execute(tables.theme_day.update().values(felt=99))
    edit(store, 1, tree, [(1, 0, "d", 0.5)])
    felt = {(row["theme_id"], row["felt"]) for row in rows.stored(store, tables.theme_day)}
    assert felt == {("c", 99), ("d", 0), ("d", 1), (EVERY, 99)}


def test_a_new_name_counts_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(*_: object, **__: object) -> None:
        raise AssertionError("counted")

    mined(store, {"a": None}, [(1, 0, "a", 0.5)])
    monkeypatch.setattr(edited, "retally", counted)
    edit(store, 1, {"a": None}, [(1, 0, "a", 0.5)])
    with pytest.raises(AssertionError, match="counted"):
        edit(store, 2, {"a": None}, [(2, 0, "a", 0.5)])


def test_figures_that_are_not_right_anyway_are_left_to_the_next_count_of_all(store: Store) -> None:
    mined(store, {"a": None}, [(1, 0, "a", 0.5)])
    batch = store.begin_batch("responses", "test", "a.csv")
    store.write_chunk({tables.comment: [rows.comment(1, occurred_at=rows.START)]}, batch_id=batch)
    edit(store, 1, {"a": None, "b": None}, [(1, 0, "b", 0.5)])
    assert not rows.stored(store, tables.theme_model)[0]["tallied"]
    store.finish_batch(batch)
    kept, counted = kept_and_counted(store)
    assert kept == counted
    assert {row["theme_id"] for row in kept} == {"b", EVERY}
