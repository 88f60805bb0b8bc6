"""A small organisation as it was fitted, and fitted again: more comments, other groups, a theme that is gone.

The groups are made by hand, so that these tests are about edits and not about clustering.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd

from tests.test_themes.planted import THEMES, sentences
from verbatim.domain import Assignment, Theme
from verbatim.edits import Corpus, Edit, replay
from verbatim.edits.plan import Desk, plan
from verbatim.themes.encode import unit_rows
from verbatim.themes.hashing import HashingEncoder
from verbatim.themes.model import NO_DETAIL, ThemeModel
from verbatim.themes.naming import Naming

ENCODER = HashingEncoder(64)
NUMBERED = 14  # of the next new theme after the first fit


def comments(per_theme=12, without=(), missing=0):
    """Planted comments; the ids of a smaller corpus are in the larger one, but for the first ``missing``."""
    by_theme = {theme: [] for theme in THEMES}
    for theme, text in sentences(20):
        by_theme[theme].append(text)
    rows = [
        (f"{theme}-{place:03d}", text)
        for theme, texts in by_theme.items()
        if theme not in without
        for place, text in enumerate(texts[:per_theme])
    ]
    said = dict(rows)
    rows += [("nothing-1", "ok"), ("nothing-2", "n/a")]
    twins = ("delivery-002", "login-001", "agent-004")
    rows += [(f"again-{place}", said[twin]) for place, twin in enumerate(twins) if twin in said]
    return pd.DataFrame(rows[missing:], columns=["id", "text"])


def usual(word, number):
    """Top and sub-theme of the first fit."""
    odd = number % 2
    return {
        "refund": ("T001", ("T002", "T003")[odd]),
        "login": ("T004", None),
        "delivery": ("T005", ("T006", "T007")[odd]),
        "search": ("T008", None),
        "invoice": ("T009", "T010"),
        "agent": ("T009", ("T011", "T012")[odd]),
    }[word]


def noisy(word, number):
    """The same themes, but every fifth comment is in another one."""
    words = sorted(THEMES)
    return usual(words[(words.index(word) + 1) % len(words)], number) if number % 5 == 4 else usual(word, number)


def regrouped(word, number):
    """Sub-themes come, go and move; one is at the top, a theme is in two, new ones have new numbers."""
    odd = number % 2
    return {
        "refund": ("T001", None),
        "login": ("T004", ("T014", "T015")[odd]),
        "delivery": (("T006", None), ("T005", None))[odd],
        "search": ("T008", ("T016", "T002")[number % 3 == 0]),
        "invoice": (("T010", None), ("T017", None))[odd],
        "agent": ("T009", ("T011", "T012")[odd]),
    }[word]


def merged(word, number):
    """Few themes are left."""
    return {
        "login": ("T008", None),
        "search": ("T008", None),
        "delivery": ("T005", None),
        "invoice": ("T009", None),
        "agent": ("T009", None),
    }.get(word, ("T005", None))


def mixed(word, number):
    """Themes hold what others held, in another tree."""
    return {
        "refund": ("T010", ("T001", "T004")[number % 2]),
        "invoice": ("T010", "T001"),
        "login": ("T007", None),
        "agent": ("T007", None),
        "search": ("T012", ("T008", "T011")[number % 2]),
        "delivery": ("T012", "T008"),
    }[word]


def parts_of(text, word, number, place, spans):
    """Where a comment is: in one place, but with ``spans`` every sixth also speaks of the next theme."""
    if word == "nothing":
        return [(0, None, NO_DETAIL, None)]
    if number % 6 != 5 or not spans:
        return [(0, None, *place(word, number))]
    words = sorted(THEMES)
    half = text.index(" ", len(text) // 2) + 1
    other = words[(words.index(word) + 1) % len(words)]
    return [(0, half, *place(word, number)), (half, None, *place(other, number))]


def fitted(frame, place, next_number, spans):
    """A model of ``frame`` in which ``place`` says where each comment is."""
    origin = {text: key for key, text in zip(frame["id"], frame["text"], strict=True) if not key.startswith("again")}
    rows, tops = [], {}
    for key, text in sorted(zip(frame["id"], frame["text"], strict=True)):
        word, _, number = origin[text].partition("-")
        for start, end, top, sub in parts_of(text, word, int(number), place, spans):
            rows.append((key, start, end, sub or top, ENCODER.encode([text[start:end]])[0]))
            tops[sub or top] = top
    ids = sorted({*tops, *tops.values()})
    members = {one: [row for row in rows if one in (row[3], tops[row[3]])] for one in ids}
    vectors = {
        one: unit_rows(np.mean([row[4] for row in own], axis=0, keepdims=True))[0] * (one != NO_DETAIL)
        for one, own in members.items()
    }
    said = {one: list(dict.fromkeys(row[0] for row in own)) for one, own in members.items()}
    themes = [
        Theme(
            one,
            "No detail" if one == NO_DETAIL else f"Name of {one}",
            () if one == NO_DETAIL else (f"word {one}",),
            tuple(said[one][:3]),
            len(said[one]),
            parent_id=tops[one] if tops.get(one, one) != one else None,
            kind="no_detail" if one == NO_DETAIL else "theme",
        )
        for one in ids
    ]
    below = {one.id: [sub for sub in themes if sub.parent_id == one.id] for one in themes}
    ordered = [
        one
        for top in sorted((t for t in themes if t.parent_id is None), key=lambda t: (t.id == NO_DETAIL, -t.size))
        for one in (top, *sorted(below[top.id], key=lambda t: -t.size))
    ]
    assignments = tuple(
        Assignment(key, leaf, round(float(vector @ vectors[leaf]), 6), 0.1, start, end)
        for key, start, end, leaf, vector in rows
    )
    centroids = np.stack([vectors[one.id] for one in ordered]).astype(np.float32)
    return ThemeModel(ENCODER.id, tuple(ordered), assignments, centroids, next_number, {})


def corpus_of(model, frame):
    return Corpus.of(model.assignments, dict(zip(frame["id"], frame["text"], strict=True)), ENCODER)


@cache
def first(spans=False):
    """The first fit and its corpus."""
    frame = comments()
    model = fitted(frame, usual, NUMBERED, spans)
    return model, corpus_of(model, frame)


@cache
def refits(spans=False):
    """Later fits, whose ids continue those of the first, each with its corpus."""
    kinds = [
        (comments(16), noisy),
        (comments(14), regrouped),
        (comments(16, without=("refund",)), merged),
        (comments(12, missing=7), mixed),
    ]
    models = [(fitted(frame, place, NUMBERED + 4, spans), frame) for frame, place in kinds]
    return [(model, corpus_of(model, frame)) for model, frame in models]


def fits(spans):
    """The first fit and those after it; with ``spans`` some comments are in two themes."""
    return [first(spans), *refits(spans)]


def name_groups(groups, taken):
    """Names that tell groups apart by their first text."""
    return [
        Naming(f"About {group.texts[0].split()[0]} {place}", (group.texts[0],)) for place, group in enumerate(groups)
    ]


def desk(edits=(), base=None):
    """What an edit is planned on."""
    model, corpus = base or first()
    return Desk(model, replay(model, edits, corpus).model, corpus, tuple(edits), name_groups)


def edited(edits, request, person="Ana", base=None, at=None):
    """``edits`` and one more; ``at`` is the desk of ``edits``, where it is at hand."""
    at = at or desk(edits, base)
    made = plan(request, at)
    number = at.sequence + 1
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    return [*edits, Edit(f"edit-{number}", number, when, person, made.kind, made.theme_id, made.payload)]
