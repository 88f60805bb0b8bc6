"""What the text room does to real comments; skipped where the shared data are not on the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from verbatim.text.clean import clean_text
from verbatim.text.informative import is_informative
from verbatim.text.redact import Redactor

FOLDER = Path(os.environ.get("VERBATIM_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def comments(name: str, column: str) -> list[str]:
    path = FOLDER / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is not on this machine")
    return pd.read_csv(path, usecols=[column], nrows=4_000)[column].dropna().astype(str).tolist()


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("nhs_feedback", "feedback"),
        ("ecommerce_csat", "Customer Remarks"),
        ("jupyter_survey", "text"),
        ("skytrax_lounge", "content"),
        ("skytrax_seat", "content"),
    ],
)
def test_comments_without_personal_data_are_left_alone(name: str, column: str) -> None:
    redactor = Redactor()
    cleaned = [clean_text(text) for text in comments(name, column)]
    assert sum(bool(redactor.redact(text).found) for text in cleaned) == 0


@pytest.mark.parametrize(("name", "column"), [("nhs_feedback", "feedback"), ("jupyter_survey", "text")])
def test_cleaning_keeps_the_words_of_comments(name: str, column: str) -> None:
    for text in comments(name, column):
        kept, written = len(clean_text(text).split()), len(text.split())
        assert kept >= 0.6 * written


def test_some_hospital_comments_say_nothing() -> None:
    texts = comments("nhs_feedback", "feedback")
    assert 0.05 < sum(not is_informative(text) for text in texts) / len(texts) < 0.25
