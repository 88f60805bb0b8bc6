"""The profiles in docs/ on the real files, where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from verbatim.domain import Kind
from verbatim.storage.tables import comment, survey_response, ticket

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("VERBATIM_SHARED_DATA", ROOT.parent / "shared" / "data"))
PROFILES = ROOT / "docs" / "profiles"


def real(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not here; VERBATIM_SHARED_DATA names the folder of the real data sets")
    return path


def test_the_nhs_survey_has_a_score_for_each_respondent_and_a_comment_for_each_answer(desk, store, stored):
    path = real("nhs_fft_monthly.csv.gz")
    result = desk.ingest(store, path, profile=PROFILES / "nhs_fft_monthly.toml")
    assert (result.rows, result.rejected) == (2_812, 0)
    assert len(stored(survey_response)) == 1_507
    assert {row["question"] for row in stored(comment)} == {"What could we do better?", "What was good?"}
    assert {row["value"] for row in stored(survey_response)} == {None, 1, 2, 3, 4, 5}
    assert desk.ingest(store, path, profile=PROFILES / "nhs_fft_monthly.toml").unchanged == result.inserted


def test_the_shop_has_ratings_that_meet_their_tickets(desk, store, stored):
    path = real("ecommerce_csat.csv.gz")
    result = desk.ingest(store, path, profile=PROFILES / "ecommerce_csat.toml")
    assert (result.rows, result.rejected) == (7_026, 0)
    assert desk.ingest(store, path, Kind.TICKETS, profile=PROFILES / "ecommerce_tickets.toml").inserted == 7_026
    assert {row["ticket_id"] for row in stored(survey_response)} == {row["id"] for row in stored(ticket)}
    assert {row["occurred_at"].day for row in stored(survey_response)} == {1, 2, 3}
