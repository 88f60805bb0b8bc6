from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_storage.rows import assigned, comment, response, theme, theme_model
from tests.test_tone.rated import ENCODER, rated
from verbatim.cli import main
from verbatim.domain import stable_key
from verbatim.errors import NotFoundError
from verbatim.mining import model_folder
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.tables import comment as comments
from verbatim.storage.tables import survey_response
from verbatim.themes.hashing import HashingEncoder
from verbatim.tone import SentimentModel, find_sentiment, save_sentiment

Sentiment = Callable[..., str]
N = 240


@pytest.fixture
def sentiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sentiment:
    """``verbatim sentiment`` over a store of rated comments in two themes, with a quick encoder."""
    made = rated(N)
    with prepare_store(Settings(home=tmp_path)) as store:
        store.upsert(comments, [comment(i, text=text, text_key=stable_key(text)) for i, text in enumerate(made.texts)])
        rows = [response(i, scale="csat-5", value=5.0 if made.ratings[i] else 1.0) for i in range(N)]
        store.upsert(survey_response, rows)
        themes = [theme("glad", size=N // 2), theme("cross", size=N // 2)]
        store.save_theme_model(
            theme_model("one"), themes, [assigned(i, "cross" if i % 2 else "glad") for i in range(N)]
        )
    monkeypatch.setattr("verbatim.commands.tone._encoder", lambda settings: ENCODER)
    monkeypatch.setenv("VERBATIM_HOME", str(tmp_path))

    def call(*words: str) -> str:
        with pytest.raises(SystemExit) as stop:
            main(["sentiment", *words])
        out, err = capsys.readouterr()
        assert stop.value.code == 0, err
        return out

    return call


def test_themes_are_listed_with_their_sentiment_the_unhappiest_first(sentiment: Sentiment) -> None:
    out = sentiment()
    assert out.index("Cross") < out.index("Glad")
    assert "complaint" in out


def test_json_names_the_source_and_how_good_it_measured(sentiment: Sentiment) -> None:
    found = json.loads(sentiment("--json"))
    assert found["source"] == "own ratings"
    assert found["quality"]["skills"]["own ratings"]["value"] > 0.8
    cross, glad = found["themes"]
    assert cross["sentiment"] < 0 < glad["sentiment"]
    assert cross["low"] <= cross["sentiment"] <= cross["high"]
    assert cross["comments"] == N // 2


def test_one_theme_can_be_asked_for(sentiment: Sentiment) -> None:
    assert [row["theme_id"] for row in json.loads(sentiment("--theme", "gla", "--json"))["themes"]] == ["glad"]


def test_the_check_shows_every_source_and_what_was_decided(sentiment: Sentiment) -> None:
    out = sentiment("check")
    assert "vader" in out
    assert "Used: own ratings" in out
    assert json.loads(sentiment("check", "--json"))["passed"] is True


@pytest.fixture
def kept(tmp_path: Path, learned: SentimentModel) -> Path:
    """The folder where mining keeps its models, with a sentiment model in it."""
    folder = model_folder(Settings(home=tmp_path), stable_key("model", "one"))
    save_sentiment(folder, learned)
    return folder


def never(*words: object, **options: object) -> SentimentModel:
    raise NotFoundError("sentiment was learned again")


@pytest.mark.usefixtures("kept")
def test_the_model_that_mining_kept_is_used(sentiment: Sentiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verbatim.tone.learn_from_store", never)
    assert json.loads(sentiment("--json"))["source"] == "own ratings"


@pytest.mark.usefixtures("kept")
def test_the_check_learns_all_the_same(sentiment: Sentiment, learned: SentimentModel) -> None:
    assert json.loads(sentiment("check", "--json"))["texts"] == N != learned.report.texts


def test_a_damaged_model_or_one_of_another_encoder_is_learned_anew(sentiment: Sentiment, kept: Path) -> None:
    (kept / "sentiment.json").write_text("{}")
    assert json.loads(sentiment("--json"))["quality"]["texts"] == N
    save_sentiment(kept, find_sentiment(HashingEncoder(32)))
    assert json.loads(sentiment("--json"))["quality"]["texts"] == N
