"""What of the store is used, and how."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.sources import ratings_of, read_store, with_days_ended
from verbatim.errors import EmptyError, LeakageError
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import ticket


def test_a_day_without_a_time_counts_from_its_end():
    times = pd.to_datetime(["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-29T09:30:00Z", None], utc=True)
    answers = pd.DataFrame({"answered_at": times.as_unit("us"), "occurred_at": times.as_unit("us")})
    ended = with_days_ended(answers, "Europe/Berlin")["answered_at"]
    assert ended.iloc[0] == pd.Timestamp("2026-03-29T21:59:59.999999Z")  # a day of 23 hours
    assert ended.iloc[1] == pd.Timestamp("2026-03-30T21:59:59.999999Z")
    assert ended.iloc[2] == times[2]
    assert pd.isna(ended.iloc[3])
    assert ended.dtype == answers["answered_at"].dtype


def test_ratings_are_the_last_of_each_ticket_and_come_after_its_creation(organisation, store):
    stored = read_store(store, organisation.settings)
    found = ratings_of(stored, "csat")
    assert len(set(found.ticket.tolist())) == len(found.ticket)
    assert (stored.log.created[found.ticket] < found.rated).all()
    assert found.scale == "csat-5"
    assert set(np.unique(found.score)) <= {1.0, 2.0, 3.0, 4.0, 5.0}


def test_a_metric_that_nobody_answered_is_named(organisation, store):
    stored = read_store(store, organisation.settings)
    answers = stored.answers[stored.answers["metric"] != "ces"]
    from dataclasses import replace

    with pytest.raises(EmptyError, match="no CES answers"):
        ratings_of(replace(stored, answers=answers), "ces")
    lost = stored.answers.assign(ticket_id="nobody's")
    with pytest.raises(EmptyError, match="ticket_id=COLUMN"):
        ratings_of(replace(stored, answers=lost), "csat")


def with_segment(place, name: str, value_of) -> None:
    """Give every stored ticket a further column."""
    with prepare_store(place.settings) as store, store.writing() as connection:
        rows = connection.execute(ticket.select()).mappings().all()
        for row in rows:
            segments = {**row["segments"], name: value_of(row)}
            connection.execute(ticket.update().where(ticket.c.id == row["id"]).values(segments=segments))


def test_own_columns_are_used_as_declared(copied):
    with_segment(copied, "region_code", lambda row: "north" if row["id"] < "8" else "south")
    with_segment(copied, "account_mood", lambda row: "fine")
    with prepare_store(copied.settings) as store:
        silent = read_store(store, copied.settings)
        declared = Settings(home=copied.home, predictor_columns={"region_code": "at_creation"})
        said = read_store(store, declared)
    assert silent.own == ()
    assert ("region_code", "nobody said when it is known (predictor_columns)") in silent.left_out
    assert said.own == ("region_code",)
    assert any(name == "account_mood" and "rename" in why for name, why in said.left_out)
    assert set(said.log.further) == {"region_code"}


def test_a_column_that_only_closed_tickets_have_stops_training(copied):
    with_segment(copied, "root_cause", lambda row: "cable" if row["status"] in ("solved", "closed") else None)
    with prepare_store(copied.settings) as store, store.writing() as connection:  # enough open ones to see it
        ids = [row.id for row in connection.execute(ticket.select().limit(60))]
        connection.execute(
            ticket.update()
            .where(ticket.c.id.in_(ids))
            .values(status="open", solved_at=None, closed_at=None, segments={})
        )
    declared = Settings(home=copied.home, predictor_columns={"root_cause": "while_open"})
    with prepare_store(copied.settings) as store, pytest.raises(LeakageError, match="root_cause"):
        read_store(store, declared)


def test_without_text_nothing_written_is_looked_at(organisation, store):
    stored = read_store(store, organisation.settings, text=False)
    assert set(stored.view.messages.texts) == {None}
    assert not queries.tickets(store)["body"].isna().all()
