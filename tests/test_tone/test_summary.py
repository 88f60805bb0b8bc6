from __future__ import annotations

import pandas as pd
import pytest

from tests.test_tone.rated import ENCODER
from verbatim.tone import SentimentModel, add_tone, theme_tones
from verbatim.tone.summary import spans


def toned(*rows: tuple[str, str | None, float | None, tuple[str, ...], str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["comment_id", "theme_id", "sentiment", "kinds", "subject", "emotion"])


def test_a_comment_counts_once_a_theme_however_many_spans() -> None:
    (tone,) = theme_tones(
        toned(
            ("c1", "T1", 1.0, ("praise",), "support", 0.2),
            ("c1", "T1", 0.0, ("request",), "product", 0.4),
            ("c2", "T1", -0.5, ("complaint",), "unclear", 0.9),
        )
    )
    assert (tone.comments, tone.scored) == (2, 2)
    assert tone.sentiment == pytest.approx(0.0)
    assert tone.kinds == {"praise": 0.5, "complaint": 0.5, "request": 0.5, "question": 0, "bug": 0}
    assert tone.subjects == {"support": 0, "product": 0, "both": 0.5, "unclear": 0.5}
    assert tone.emotion == pytest.approx(0.6)
    assert tone.strong == 0.5


def test_the_interval_contains_the_mean_and_needs_two_comments() -> None:
    rows = [(f"c{i}", "T1", value, (), "unclear", 0.0) for i, value in enumerate((-0.2, 0.1, 0.4))]
    (tone,) = theme_tones(toned(*rows))
    assert tone.low is not None
    assert tone.high is not None
    assert tone.low < 0.1 < tone.high
    (single,) = theme_tones(toned(rows[0]))
    assert (single.sentiment, single.low, single.high) == (-0.2, None, None)


def test_comments_without_sentiment_are_counted_but_not_averaged() -> None:
    (tone,) = theme_tones(toned(("c1", "T1", None, (), "unclear", 0.0), ("c2", "T1", 0.5, (), "unclear", 0.0)))
    assert (tone.comments, tone.scored, tone.sentiment) == (2, 1, 0.5)


def test_the_unhappiest_theme_comes_first_and_the_silent_last() -> None:
    found = theme_tones(
        toned(
            ("c1", "T1", 0.5, (), "unclear", 0.0),
            ("c2", "T2", -0.5, (), "unclear", 0.0),
            ("c3", "T3", None, (), "unclear", 0.0),
            ("c4", None, 1.0, (), "unclear", 0.0),
        )
    )
    assert [tone.theme_id for tone in found] == ["T2", "T1", "T3"]


def test_a_parent_has_the_comments_of_its_children_once() -> None:
    frame = toned(
        ("c1", "T2", 1.0, (), "unclear", 0.0),
        ("c1", "T3", 0.0, (), "unclear", 0.0),
        ("c2", "T3", -1.0, (), "unclear", 0.0),
    )
    found = {tone.theme_id: tone for tone in theme_tones(frame, {"T1": None, "T2": "T1", "T3": "T1"})}
    assert (found["T1"].comments, found["T1"].sentiment) == (2, pytest.approx(-0.25))
    assert found["T3"].comments == 2


def test_no_assignments_no_themes() -> None:
    assert theme_tones(toned()) == []


def test_the_order_of_rows_changes_nothing() -> None:
    frame = toned(*[(f"c{i % 7}", f"T{i % 3}", i / 20 - 0.4, ("praise",), "support", i / 20) for i in range(18)])
    assert theme_tones(frame.sample(frac=1, random_state=1)) == theme_tones(frame)


def test_spans_are_scored_by_themselves(learned: SentimentModel) -> None:
    frame = pd.DataFrame(
        {
            "comment_id": ["c1", "c1", "c2"],
            "theme_id": ["T1", "T2", "T1"],
            "text": ["zephyr zephyr. gravel gravel", "zephyr zephyr. gravel gravel", "Please add a dark mode"],
            "start": [0, 15, 0],
            "end": [14, None, None],
            "language": ["en", "en", "de"],
        }
    )
    texts = spans(frame)
    assert texts == ["zephyr zephyr.", "gravel gravel", "Please add a dark mode"]
    found = add_tone(frame, ENCODER.encode(texts), learned)
    assert found["sentiment"][0] > found["sentiment"][1]
    assert pd.isna(found["sentiment"][2])
    assert "request" in found["kinds"][2]
