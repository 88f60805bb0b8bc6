"""Comments of several themes, by way of ``mine`` and by ``read_parts`` itself."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from tests.test_themes.planted import THEMES, comments, sentences
from tests.test_tone.rated import HATED, LOVED, rated
from verbatim.parts import CHUNK_CLAUSES, read_parts, recounted
from verbatim.pipeline import mine
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.model import NO_DETAIL, text_key
from verbatim.themes.name import PhraseNamer
from verbatim.tone import SentimentModel, Written, learn_sentiment, learn_written

ENCODER = HashingEncoder()
SMALL = HashingEncoder(64)


def clause(theme, draw):
    return " ".join(draw.sample(THEMES[theme], 5))


def two_themed(number, joint=" but ", seed=11):
    """``(text, themes)``: two clauses about two themes each."""
    draw = random.Random(seed)
    pairs = [draw.sample(sorted(THEMES), 2) for _ in range(number)]
    return [(joint.join(clause(theme, draw) for theme in pair), tuple(pair)) for pair in pairs]


def corpus(extra, per_theme=40, **columns):
    frame = comments(per_theme)
    texts = [text if isinstance(text, str) else text[0] for text in extra]
    more = pd.DataFrame({"id": [f"d{row:04d}" for row in range(len(texts))], "text": texts, "language": "en"})
    return pd.concat([frame, more], ignore_index=True).assign(**columns)


def mined(frame, themes=6, encoder=ENCODER, **options):
    clusterer = LeidenClusterer(themes=themes)
    return mine(frame, encoder=encoder, clusterer=clusterer, namer=PhraseNamer(encoder), **options)


def by_comment(model):
    found = defaultdict(list)
    for entry in model.assignments:
        found[entry.comment_id].append(entry)
    return found


def planted_of(model, frame):
    """The planted theme that most comments of a theme were made for."""
    planted = {text: theme for theme, text in sentences(40)}
    of = dict(zip(frame["id"], frame["text"].map(planted), strict=True))
    votes = pd.DataFrame(
        [(entry.theme_id, of[entry.comment_id]) for entry in model.assignments], columns=["found", "planted"]
    )
    return votes.dropna().groupby("found")["planted"].agg(lambda own: own.mode()[0]).to_dict()


@pytest.fixture(scope="module")
def told():
    """Comments of two themes among such of one, and what mining makes of them."""
    extra = two_themed(60)
    frame = corpus(extra)
    return extra, frame, mined(frame)


def test_comments_of_two_themes_get_both(told):
    extra, frame, model = told
    of, found = planted_of(model, frame), by_comment(model)
    right = [
        {of[entry.theme_id] for entry in found[f"d{row:04d}"]} == set(themes) for row, (_, themes) in enumerate(extra)
    ]
    assert np.mean(right) > 0.7
    single = [found[key] for key in frame["id"] if key.startswith("c")]
    assert all(len(entries) == 1 and (entries[0].start, entries[0].end) == (0, None) for entries in single)


def test_spans_are_the_clauses_in_order_without_overlap(told):
    extra, _, model = told
    found = by_comment(model)
    several = [(text, found[f"d{row:04d}"]) for row, (text, _) in enumerate(extra) if len(found[f"d{row:04d}"]) > 1]
    assert several
    for text, entries in several:
        clauses = text.split(" but ")
        assert [text[entry.start : entry.end] for entry in entries] == clauses
        assert 0 <= entries[0].start < entries[0].end <= entries[1].start < entries[1].end <= len(text)
        assert entries[0].theme_id != entries[1].theme_id


def test_every_comment_keeps_its_main_theme(told):
    _, frame, model = told
    main = dict(zip(model.texts.keys, model.texts.themes, strict=True))
    found = by_comment(model)
    assert set(found) == set(frame["id"])
    for key, text in zip(frame["id"], frame["text"], strict=True):
        assert main.get(text_key(text), NO_DETAIL) in {entry.theme_id for entry in found[key]}


@pytest.mark.parametrize("themes", [3, 6])
def test_sizes_are_distinct_comments_and_those_of_parents_the_union(themes):
    model = mined(corpus([*two_themed(30), *two_themed(30)]), themes=themes)
    members = defaultdict(set)
    for entry in model.assignments:
        members[entry.theme_id].add(entry.comment_id)
    for theme in model.themes:
        children = [child.id for child in model.themes if child.parent_id == theme.id]
        own = set().union(members[theme.id], *(members[child] for child in children))
        assert theme.size == len(own)
    if themes == 3:
        assert any(theme.parent_id for theme in model.themes)


def test_a_theme_of_three_spans_in_one_comment_counts_it_once():
    draw = random.Random(2)
    text = " but ".join([clause("login", draw), clause("delivery", draw), clause("login", draw)])
    model = mined(corpus([text]))
    entries = by_comment(model)["d0000"]
    assert [entry.theme_id for entry in entries][::2] == [entries[0].theme_id] * 2
    assert len(entries) == 3
    members = defaultdict(set)
    for entry in model.assignments:
        members[entry.theme_id].add(entry.comment_id)
    size = next(theme.size for theme in model.themes if theme.id == entries[0].theme_id)
    assert size == len(members[entries[0].theme_id])
    assert recounted(model).themes == model.themes


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_of_the_rows_changes_nothing(told, seed):
    _, frame, model = told
    again = mined(frame.sample(frac=1, random_state=seed))
    assert [asdict(entry) for entry in again.assignments] == [asdict(entry) for entry in model.assignments]
    assert again.themes == model.themes


def test_clauses_without_detail_claim_nothing():
    draw = random.Random(4)
    texts = [f"{clause(theme, draw)}. Thank you very much. {ending}" for theme in THEMES for ending in ("ok", "👍")]
    found = by_comment(mined(corpus(texts)))
    assert all(len(found[f"d{row:04d}"]) == 1 for row in range(len(texts)))


def test_a_comment_said_to_be_without_detail_stays_there_though_another_of_the_same_text_has_parts():
    (text, _), *_ = two_themed(1)
    frame = corpus([text, text], informative=True)
    frame.loc[frame["id"] == "d0001", "informative"] = False
    found = by_comment(mined(frame))
    assert len(found["d0000"]) == 2
    assert [entry.theme_id for entry in found["d0001"]] == [NO_DETAIL]


def test_ids_may_be_numbers():
    frame = corpus(two_themed(10))
    found = by_comment(mined(frame.assign(id=range(len(frame)))))
    assert set(found) == {str(row) for row in range(len(frame))}
    assert max(map(len, found.values())) == 2


@pytest.mark.parametrize("language", ["de", "fr", "ja", "xx", None])
def test_texts_of_other_or_unknown_languages_have_parts_and_no_wrong_sentiment(language):
    joint = {"de": " aber ", "fr": " mais "}.get(language, ". ")
    frame = corpus(two_themed(12, joint), language=language)
    found = by_comment(mined(frame))
    several = [entries for key, entries in found.items() if key.startswith("d") and len(entries) > 1]
    assert several
    felt = {entry.sentiment for entries in found.values() for entry in entries}
    assert felt == {None} if language else all(value is None or -1 <= value <= 1 for value in felt)


def test_one_theme_alone_and_comments_of_one_clause_have_no_parts():
    draw = random.Random(1)
    alone = [f"{clause('refund', draw)} but {clause('refund', draw)}" for _ in range(12)]
    frame = pd.DataFrame({"id": [f"c{row}" for row in range(12)], "text": alone, "language": "en"})
    for model in (mined(frame, themes=None), mined(comments(20))):
        assert len(model.assignments) == len({entry.comment_id for entry in model.assignments})
        assert {(entry.start, entry.end) for entry in model.assignments} == {(0, None)}


def test_where_no_comment_has_one_clause_nothing_says_how_near_is_near_and_nothing_is_claimed():
    texts = [text for text, _ in two_themed(60)]
    model = mined(pd.DataFrame({"id": [f"c{row:03d}" for row in range(60)], "text": texts, "language": "en"}))
    assert len(model.assignments) == 60


def test_questions_and_languages_may_be_missing(told):
    _, frame, model = told
    plain = mined(frame[["id", "text"]])
    themes = [(entry.comment_id, entry.theme_id, entry.start, entry.end) for entry in model.assignments]
    assert [(entry.comment_id, entry.theme_id, entry.start, entry.end) for entry in plain.assignments] == themes
    asked = frame.assign(question=[None if row % 2 else "What could be better?" for row in range(len(frame))])
    again = mined(asked)
    assert [(entry.comment_id, entry.theme_id, entry.start, entry.end) for entry in again.assignments] == themes


@pytest.fixture(scope="module")
def learned() -> SentimentModel:
    written: Written = learn_written(SMALL)
    return learn_sentiment(written, rated(noise=0.0))


def test_each_part_has_the_sentiment_of_its_own_words(learned):
    assert learned.source == "own ratings"
    draw = random.Random(5)
    texts = [
        f"{clause('refund', draw)} {LOVED[row % 5]} but {clause('delivery', draw)} {HATED[row % 5]}"
        for row in range(20)
    ]
    found = by_comment(mined(corpus(texts), encoder=SMALL, learn=lambda: learned))
    several = [(text, found[f"d{row:04d}"]) for row, text in enumerate(texts) if len(found[f"d{row:04d}"]) == 2]
    assert len(several) > 5
    for text, entries in several:
        clauses = [text[entry.start : entry.end] for entry in entries]
        assert [entry.sentiment for entry in entries] == pytest.approx(
            learned.predict(clauses, SMALL.encode(clauses), ["en"] * 2), abs=1e-5
        )
    assert np.mean([glad.sentiment > cross.sentiment for _, (glad, cross) in several]) > 0.7


def test_a_comment_of_100_000_words_is_read_at_its_beginning():
    draw = random.Random(8)
    long = " but ".join(clause(theme, draw) for theme in sorted(THEMES) * 2778)
    assert len(long.split()) > 100_000
    entries = by_comment(mined(corpus([long])))["d0000"]
    assert len({entry.theme_id for entry in entries}) == len(THEMES)
    assert len(entries) <= 200
    assert all(before.end <= after.start for before, after in zip(entries, entries[1:], strict=False))


def test_parts_are_the_same_however_many_clauses_are_compared_at_once(told, monkeypatch):
    _, frame, model = told
    texts = sorted(frame.loc[frame["id"].str.startswith("d"), "text"])
    main = dict(zip(model.texts.keys, model.texts.themes, strict=True))
    arguments = (model, texts, ENCODER.encode(texts), [main[text_key(text)] for text in texts], ["en"] * len(texts))
    asked: list[str] = []

    def encode(clauses):
        asked.extend(clauses)
        return ENCODER.encode(clauses)

    def plain(parts):
        return {text: [(part.place, part.theme_id, part.similarity) for part in own] for text, own in parts.items()}

    whole = read_parts(*arguments, encode)
    assert len(asked) == len(set(asked)) < CHUNK_CLAUSES
    monkeypatch.setattr("verbatim.parts.CHUNK_CLAUSES", 7)
    assert plain(read_parts(*arguments, encode)) == plain(whole)


def test_no_texts_and_no_themes_have_no_parts(told):
    _, _, model = told
    assert read_parts(model, [], np.zeros((0, ENCODER.dimension), dtype=np.float32), [], [], ENCODER.encode) == {}
