from __future__ import annotations

import pytest

from tests.test_tone.rated import ENCODER, rated
from verbatim.tone import SentimentModel, Written, learn_sentiment, learn_written


@pytest.fixture(scope="session")
def written() -> Written:
    return learn_written(ENCODER)


@pytest.fixture(scope="session")
def learned(written: Written) -> SentimentModel:
    return learn_sentiment(written, rated())
