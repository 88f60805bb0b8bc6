from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from verbatim.domain import Theme
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.suspects import Reason, find_suspects

AXES = np.eye(8, dtype=np.float32)
WORDS = "refund parcel login invoice search agent price screen button report export import".split()


def texts(count, seed=0):
    draw = np.random.default_rng(seed)
    return [" ".join(draw.permutation(WORDS)[:7]) for _ in range(count)]


def sound(key, count=40, *, seed=0, **columns):
    """Rows of a theme that nothing is wrong with."""
    days = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(np.arange(count) * 3, unit="D")
    frame = pd.DataFrame(
        {
            "comment": [f"{key}-{n}" for n in range(count)],
            "theme": key,
            "text": texts(count, seed),
            "similarity": 0.6,
            "margin": 0.2,
            "sentiment": 0.5,
            "language": "en",
            "occurred_at": days,
            "account": [f"account {n}" for n in range(count)],
            "author": [f"author {n}" for n in range(count)],
        }
    )
    return frame.assign(**columns)


def themes_of(*frames, parents=None):
    sizes = [(rows["theme"].iloc[0], rows["comment"].nunique()) for rows in frames]
    parent = parents or {}
    return tuple(Theme(key, f"Name of {key}", ("word",), (), size, parent.get(key)) for key, size in sizes)


def suspects(*frames, centroids=None, names=None, **more):
    themes = themes_of(*frames, parents=more.pop("parents", None))
    centroids = AXES[: len(themes)] if centroids is None else centroids
    names = centroids if names is None else names
    return find_suspects(themes, pd.concat(frames, ignore_index=True), centroids, names, **more)


def reasons(found):
    return [(one.theme_id, one.reason) for one in found]


def test_sound_themes_are_not_suspected():
    assert suspects(sound("A"), sound("B", seed=1), sound("C", seed=2)) == ()


@pytest.mark.parametrize(
    ("columns", "reason", "says"),
    [
        (
            {"text": ["same words here again"] * 25 + texts(15)},
            Reason.DUPLICATES,
            "25 of 40 comments are the same text",
        ),
        (
            {"text": [f"Order {n} was shipped to you by {word}" for n, word in enumerate(texts(40))]},
            Reason.TEMPLATE,
            "“order # was shipped to you …”",
        ),
        ({"author": "ann"}, Reason.ONE_AUTHOR, "100 % of 40 comments come from one person, of the other comments 0 %"),
        ({"account": ["acme"] * 24 + [None] * 16}, Reason.ONE_ACCOUNT, "100 % of 24 comments come from one account"),
        ({"occurred_at": pd.Timestamp("2026-03-05T12:00Z")}, Reason.ONE_DAY, "one day (2026-03-05)"),
        ({"language": ["de"] * 35 + ["en"] * 5}, Reason.LANGUAGE, "88 % are in German, of the other comments 0 %"),
        ({"sentiment": [0.8] * 20 + [-0.8] * 20}, Reason.MIXED, "50 % praise and 50 % complaints"),
    ],
)
def test_a_theme_made_by_something_else_than_its_subject_is_named(columns, reason, says):
    found = suspects(sound("A", 40, **columns), sound("B", seed=1))
    assert reasons(found) == [("A", reason)]
    assert says in found[0].why
    assert found[0].advice
    assert "A" in found[0].command or "model" in found[0].advice.lower()


def test_a_source_that_most_comments_come_from_anyway_is_not_suspected():
    assert suspects(sound("A", account="acme"), sound("B", seed=1, account="acme")) == ()


def test_a_theme_of_few_comments_is_too_small_and_said_to_be_nothing_else():
    found = suspects(sound("A", 3, author="ann", language="de"), sound("B", seed=1))
    assert reasons(found) == [("A", Reason.TOO_SMALL)]
    assert found[0].why.startswith("only 3 comments")
    assert found[0].command == "verbatim theme merge A --into OTHER"


def test_in_a_handful_of_comments_nothing_is_too_small():
    assert suspects(sound("A", 3), sound("B", 4)) == ()


def test_a_loose_theme_among_tight_ones_is_too_broad():
    frames = [sound(key, seed=n, similarity=0.6 + n / 100) for n, key in enumerate("ABCDEF")]
    found = suspects(*frames, sound("G", similarity=0.35))
    assert reasons(found) == [("G", Reason.TOO_BROAD)]
    assert "cohesion 0.35, usual 0.62" in found[0].why


def test_two_themes_with_nearly_one_centre_are_to_be_merged_into_the_larger():
    near = np.stack([AXES[0], (AXES[0] + 0.3 * AXES[1]) / np.sqrt(1.09), AXES[2]]).astype(np.float32)
    found = suspects(sound("A", 30), sound("B", 50, seed=1), sound("C", seed=2), centroids=near)
    assert reasons(found) == [("A", Reason.ALIKE)]
    assert (found[0].other_id, found[0].command) == ("B", "verbatim theme merge A --into B")


def test_a_sub_theme_is_not_compared_with_its_parent():
    frames = [sound("A", 10, seed=n).assign(theme=key) for n, key in enumerate("ABC")]
    found = suspects(*frames, centroids=AXES[[0, 0, 1]], names=AXES[[0, 0, 1]], parents={"B": "A", "C": "A"})
    assert Reason.ALIKE not in [one.reason for one in found]


def test_a_name_nearer_to_another_theme_is_named_with_that_theme():
    found = suspects(sound("A"), sound("B", seed=1), names=AXES[[1, 1]])
    assert reasons(found) == [("A", Reason.MISNAMED)]
    assert found[0].other_id == "B"
    assert "word" in found[0].advice


def test_themes_that_are_not_found_again_are_unstable():
    found = suspects(sound("A"), sound("B", seed=1), sound("C", 8, seed=2), kept={"A": 0.3, "B": 0.9, "C": 0.1})
    assert reasons(found) == [("A", Reason.UNSTABLE)]


def test_the_gravest_comes_first_and_no_detail_is_never_suspected():
    silent = sound(NO_DETAIL, 40, text="ok")
    found = suspects(sound("A", 3), sound("B", text="same words here again", author="ann"), sound("C", seed=2), silent)
    assert [one.reason for one in found] == [Reason.DUPLICATES, Reason.ONE_AUTHOR, Reason.TOO_SMALL]


def test_the_order_of_the_rows_changes_nothing():
    frames = [sound("A", 3), sound("B", text="same words here again", author="ann"), sound("C", seed=2, language="de")]
    themes, rows = themes_of(*frames), pd.concat(frames)
    one = find_suspects(themes, rows, AXES[:3], AXES[[1, 1, 1]])
    assert one == find_suspects(themes, rows.sample(frac=1, random_state=1), AXES[:3], AXES[[1, 1, 1]])
    assert len(one) >= 4


def test_columns_that_are_not_known_are_not_looked_at():
    frame = sound("A").drop(columns=["language", "occurred_at", "account", "author", "sentiment"])
    assert suspects(frame, frame.assign(theme="B", comment=frame["comment"] + "b", text=texts(40, 5))) == ()


def test_what_is_advised_for_mixed_feelings_names_an_example_of_each():
    (found,) = suspects(sound("A", sentiment=[-0.9] * 20 + [0.9] * 20), sound("B", seed=1))
    assert found.command == "verbatim theme split A --part Praise=A-39 --part Complaints=A-0"


def test_an_archived_theme_is_left_alone():
    (theme,) = themes_of(sound("A", 3))
    rows = pd.concat([sound("A", 3), sound("B")])
    shown = (replace(theme, archived=True), *themes_of(sound("B")))
    assert find_suspects(shown, rows, AXES[[0, 0]], AXES[[0, 0]]) == ()
