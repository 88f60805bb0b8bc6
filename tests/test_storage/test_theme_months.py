"""Themes by month: the same from the sums by day and from the rows, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.test_storage import rows
from tests.test_storage.test_overview import line, mined
from verbatim.storage import tables
from verbatim.storage.queries import Restriction, newest_day, theme_months
from verbatim.storage.store import Store
from verbatim.storage.tally import EVERY, forget_tally

SAID: list[tuple[datetime | None, dict[int, tuple[str | None, float | None]]]] = [
    (rows.START + timedelta(days=days), {0: (theme, felt), 1: ("alone", None)})
    for days, theme, felt in (
        (0, "left", 1.0),
        (1, "deep", -1.0),
        (40, "left", None),
        (75, None, 0.5),
        (75, "top", 0.5),
    )
] + [(None, {0: ("left", 1.0)})]


def by_hand(start: date, end: date) -> dict[tuple[str, str], tuple[int, float | None]]:
    found: dict[tuple[str, str], tuple[int, list[float]]] = {}
    for at, parts in SAID:
        if at is None or not start <= at.date() < end:
            continue
        themes = {above for theme, _ in parts.values() for above in line(theme)} | {EVERY}
        for theme in themes:
            felt = [feeling for name, feeling in parts.values() if feeling is not None
                    and (theme == EVERY or theme in line(name))]  # fmt: skip
            n, before = found.get((theme, f"{at:%Y-%m}"), (0, []))
            found[theme, f"{at:%Y-%m}"] = (n + 1, before + felt)
    return {key: (n, sum(felt) / len(felt) if felt else None) for key, (n, felt) in found.items()}


def as_dict(frame: Any) -> dict[tuple[str, str], tuple[int, float | None]]:  # noqa: ANN401
    return {
        (row["theme_id"], row["month"]): (row["n"], None if row["sentiment"] != row["sentiment"] else row["sentiment"])
        for row in frame.to_dict("records")
    }


@pytest.mark.parametrize("tallied", [True, False])
def test_months_are_those_counted_by_hand(store: Store, tallied: bool) -> None:
    mined(store, SAID)
    if not tallied:
        with store.writing() as connection:
            forget_tally(connection)
    first = rows.START.date()
    for start, end in ((first, first + timedelta(days=100)), (first + timedelta(days=1), first + timedelta(days=75))):
        assert as_dict(theme_months(store, start=start, end=end)) == by_hand(start, end)
    assert newest_day(store) == first + timedelta(days=75)


def test_who_sees_no_account_sees_no_month(store: Store) -> None:
    mined(store, SAID)
    span: dict[str, Any] = {"start": rows.START.date(), "end": rows.START.date() + timedelta(days=100)}
    assert theme_months(store, **span, restricted=Restriction(accounts=("other",))).empty
    source = str(rows.stored(store, tables.comment)[0]["source"])
    assert len(theme_months(store, **span, where={"source": source})) == len(theme_months(store, **span))


def test_without_themes_there_are_no_months(store: Store) -> None:
    assert theme_months(store, start=date(2026, 1, 1), end=date(2027, 1, 1)).empty
    assert newest_day(store) is None
