"""Bad input to the themes, by every way in: the main path, the miner, a store and the command line."""

from __future__ import annotations

import csv
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.test_commands.conftest import Run, call
from verbatim import ThemeMiner, examining, mining
from verbatim.errors import EmptyError, EncoderError
from verbatim.mining import mine_store
from verbatim.pipeline import mine
from verbatim.settings import Settings
from verbatim.storage import queries
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.languages import MULTILINGUAL_MODEL
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.name import PhraseNamer

ENCODER = HashingEncoder()
REFUND = "The refund never arrived on my account"
LONG = " ".join(f"word{number % 977}" for number in range(100_000))
GERMAN = [
    f"Die {thing} wurde {when} leider schon wieder nicht {done}."
    for thing in ("Rechnung", "Lieferung", "Bestellung", "Anfrage", "Kündigung", "Gutschrift")
    for when in ("heute", "gestern", "am Montag")
    for done in ("bearbeitet", "verschickt", "beantwortet")
]
# name → texts, number of themes at the top ("No detail" not counted), comments in "No detail"
BAD = {
    "one": ([REFUND], 1, 0),
    "identical": ([REFUND] * 50, 1, 0),
    "no detail": (["ok", "good", "n/a", "nothing", "very good"], 0, 5),
    "one without detail": (["ok"], 0, 1),
    "emoji": (["👍", "🎉🎉", "😡", "👍👍👍"], 0, 4),
    "100,000 words": ([LONG], 1, 0),
    "100,000 words and short ones": ([LONG, REFUND, "The courier lost my parcel"], 1, 0),
    "one letter each": (["a", "b", "c"], 0, 3),
    "odd characters": (["zero\u200bwidth \ufeff in a refund text", "null \x00 byte and \ud800 in a refund text"], 1, 0),
}
CASES = [pytest.param(*case, id=name) for name, case in BAD.items()]
CLEAN = [
    case for case in CASES if case.id != "odd characters"
]  # ingest and the miner clean texts before they are mined


@pytest.fixture
def verbatim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """The command line in an empty folder; it encodes by hashing."""
    monkeypatch.setenv("VERBATIM_HOME", "")
    monkeypatch.chdir(tmp_path)
    for module in (mining, examining):
        monkeypatch.setattr(module, "find_encoder", lambda model=None: HashingEncoder())
    return lambda *words: call(tmp_path / "var", *words)


def frame_of(texts, language="en"):
    ids = [f"c{row:07d}" for row in range(len(texts))]
    return pd.DataFrame({"id": ids, "text": pd.Series(texts, dtype=object), "language": language})


def mined(frame, encoder=ENCODER):
    return mine(frame, encoder=encoder, clusterer=LeidenClusterer(), namer=PhraseNamer(encoder))


def ingested(verbatim: Callable[..., Run], texts) -> Run:
    began = datetime(2026, 9, 1, tzinfo=UTC)
    with Path("nps.csv").open("w", newline="", encoding="utf-8", errors="replace") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "answered_at", "score", "comment"])
        for row, text in enumerate(texts):
            writer.writerow([row, (began + timedelta(minutes=row)).isoformat(), 7, text])
    return verbatim("ingest", "responses", "nps.csv", "--metric", "nps")


@pytest.mark.parametrize(("texts", "themes", "silent"), CLEAN)
def test_the_main_path_places_every_comment(texts, themes, silent):
    model = mined(frame_of(texts))
    assert len([theme for theme in model.themes if theme.kind == "theme" and theme.parent_id is None]) == themes
    assert [entry.theme_id for entry in model.assignments].count(NO_DETAIL) == silent
    assert len(model.assignments) == len(texts)


@pytest.mark.parametrize(("texts", "themes", "silent"), CASES)
def test_the_miner_labels_every_comment_and_all_it_offers_works(texts, themes, silent, tmp_path):
    fitted = ThemeMiner(encoder=ENCODER).fit(texts)
    assert fitted.labels_.max() + 1 == themes
    assert (fitted.labels_ == -1).sum() == silent
    assert fitted.predict(texts).tolist() == fitted.labels_.tolist()
    assert fitted.transform(texts).shape == (len(texts), themes)
    page = fitted.quality(stability=True)
    assert page.coverage == pytest.approx(1 - silent / len(texts), abs=1e-3)
    fitted.save(tmp_path)
    loaded = ThemeMiner.load(tmp_path, encoder=ENCODER)
    assert loaded.labels_.tolist() == fitted.labels_.tolist()
    assert len(loaded.update([REFUND, "ok"]).labels_) == len(texts) + 2


@pytest.mark.parametrize(("texts", "themes", "silent"), CLEAN)
def test_the_command_line_mines_lists_and_examines_it(verbatim, texts, themes, silent):
    assert ingested(verbatim, texts).code == 0
    run = verbatim("mine", "--json")
    assert run.code == 0, run.err
    listed = json.loads(run.out)
    assert len([row for row in listed if row["kind"] == "theme" and row["parent_id"] is None]) == themes
    assert sum(row["size"] for row in listed if row["kind"] == "no_detail") == silent
    for words in (("themes",), ("quality", "--stability"), ("mine",)):
        again = verbatim(*words)
        assert again.code == 0, again.err
    page = json.loads(verbatim("quality", "--json").out)
    assert page["no_detail_share"] == pytest.approx(silent / len(texts), abs=1e-3)


def test_no_comments_say_what_to_do(verbatim):
    with pytest.raises(EmptyError, match="no comments to mine"):
        mined(frame_of([]))
    with pytest.raises(EmptyError, match="give at least one text"):
        ThemeMiner(encoder=ENCODER).fit([])
    run = verbatim("mine")
    assert (run.code, run.out) == (2, "")
    assert "ingest a file with comments first" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.slow
def test_duplicates_are_one_theme_within_bounded_memory():
    """In a process whose address space may grow by 1.2 kB a comment; ``bench.quality`` does it with a million."""
    script = """
import resource
from tests.test_bad_themes import REFUND, frame_of, mined
mined(frame_of([REFUND]))
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 300_000_000,) * 2)
model = mined(frame_of([REFUND] * 250_000))
print([theme.size for theme in model.themes], len(model.assignments))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[250000] 250000\n", done.stderr[-2000:]


class English(HashingEncoder):
    """Encodes by hashing under the name of a model that knows English only."""

    id = "sentence-transformers/all-MiniLM-L6-v2@1"


def test_comments_in_another_language_than_the_models_are_warned_of(caplog, monkeypatch, tmp_path):
    with caplog.at_level(logging.WARNING):
        ThemeMiner(encoder=English()).fit(GERMAN)
        ThemeMiner(encoder=English()).fit([REFUND + f" {n} days ago" for n in "abcdefghijklmnopqrstuvwxyz"] * 2)
        ThemeMiner(encoder=ENCODER).fit(GERMAN)
    (note,) = [record.getMessage() for record in caplog.records]
    assert "100 % of the comments are in German" in note
    assert MULTILINGUAL_MODEL in note


def test_the_command_line_warns_of_another_language_and_mines_all_the_same(verbatim, monkeypatch, caplog):
    monkeypatch.setattr(mining, "find_encoder", lambda model=None: English())
    ingested(verbatim, GERMAN)
    run = verbatim("mine", "--json")
    assert run.code == 0
    assert json.loads(run.out)
    assert any(f"model = '{MULTILINGUAL_MODEL}'" in record.getMessage() for record in caplog.records)


def test_saved_themes_of_other_dimensions_say_how_to_refit(tmp_path, verbatim, monkeypatch):
    fitted = ThemeMiner(encoder=ENCODER).fit([REFUND])
    for ask in (fitted.predict, fitted.transform, fitted.update, fitted.assign):
        with pytest.raises(EncoderError, match="256 dimensions.*hashing@64 \\(64\\).*fit the themes again"):
            fitted.set_params(encoder=HashingEncoder(64))
            ask([REFUND])
    ingested(verbatim, [REFUND, "The courier lost my parcel"])
    assert verbatim("mine").code == 0
    monkeypatch.setattr(examining, "find_encoder", lambda model=None: HashingEncoder(64))
    run = verbatim("quality")
    assert (run.code, run.out) == (1, "")
    assert "hashing@256 (256 dimensions)" in run.err
    assert "run `verbatim mine` to fit the themes again" in run.err


def test_mining_again_with_another_model_fits_anew_and_says_so(verbatim, monkeypatch):
    ingested(verbatim, [REFUND, "The courier lost my parcel", "The refund never arrived at all", "ok"])
    assert verbatim("mine").code == 0
    monkeypatch.setattr(mining, "find_encoder", lambda model=None: HashingEncoder(64))
    run = verbatim("mine")
    assert run.code == 0, run.err
    assert "the encoder was hashing@256 and is hashing@64" in " ".join(run.err.split())


def test_a_store_of_comments_without_detail_has_a_model(tmp_path, verbatim, monkeypatch):
    ingested(verbatim, ["ok", "good"])
    from verbatim.storage.engine import prepare_store

    settings = Settings(home=tmp_path / "var")
    with prepare_store(settings) as store:
        result = mine_store(store, settings)
        assert queries.themes(store)["id"].tolist() == [NO_DETAIL]
    assert result.summary.startswith("2 comments (0 different ones with detail): 0 themes")
