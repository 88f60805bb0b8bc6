"""A small organisation whose comments are mined, and mined again: more comments, other seeds, a theme that is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pandas as pd

from tests.test_themes.planted import THEMES, sentences
from verbatim.edits import Corpus, Edit, replay
from verbatim.edits.plan import Desk, plan
from verbatim.pipeline import mine
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.name import PhraseNamer
from verbatim.themes.naming import name_groups

ENCODER = HashingEncoder(128)
NAMER = PhraseNamer(ENCODER)


def comments(per_theme=16, without=(), missing=0):
    """Planted comments; the ids of a smaller corpus are in the larger one, but for the first ``missing``."""
    by_theme = {theme: [] for theme in THEMES}
    for theme, text in sentences(40):
        by_theme[theme].append(text)
    rows = [
        (f"{theme}-{place:03d}", text)
        for theme, texts in by_theme.items()
        if theme not in without
        for place, text in enumerate(texts[:per_theme])
    ]
    rows += [("nothing-1", "ok"), ("nothing-2", "n/a")]
    rows += [(f"again-{place}", rows[place * 7][1]) for place in range(5)]
    return pd.DataFrame(rows[missing:], columns=["id", "text"]).assign(language="en")


def fitted(frame, themes, seed=0, previous=None):
    clusterer = LeidenClusterer(themes=themes, seed=seed)
    return mine(frame, encoder=ENCODER, clusterer=clusterer, namer=NAMER, previous=previous, refit=previous and "test")


def corpus_of(model, frame):
    return Corpus.of(model.assignments, dict(zip(frame["id"], frame["text"], strict=True)), ENCODER)


@cache
def first():
    """The first fit, with sub-themes, and its corpus."""
    frame = comments()
    model = fitted(frame, themes=4)
    return model, corpus_of(model, frame)


@cache
def refits():
    """Later fits, whose ids continue those of the first, each with its corpus."""
    previous = first()[0]
    kinds = [
        (comments(20), 4, 1),
        (comments(17), 6, 2),
        (comments(22, without=("refund",)), 4, 3),
        (comments(16, missing=9), 3, 4),
    ]
    models = [(fitted(frame, themes, seed, previous), frame) for frame, themes, seed in kinds]
    return [(model, corpus_of(model, frame)) for model, frame in models]


def desk(edits=(), base=None):
    model, corpus = base or first()
    return Desk(
        model, replay(model, edits, corpus).model, corpus, tuple(edits), lambda *given: name_groups(NAMER, *given)
    )


def edited(edits, request, person="Ana", base=None):
    """``edits`` and one more."""
    at = desk(edits, base)
    made = plan(request, at)
    number = at.sequence + 1
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    return [*edits, Edit(f"edit-{number}", number, when, person, made.kind, made.theme_id, made.payload)]
