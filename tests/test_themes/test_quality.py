from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from verbatim.domain import Theme
from verbatim.themes.model import NO_DETAIL
from verbatim.themes.quality import DEFINITIONS, Mined, examine, measure_quality, names_fit, separation, shares
from verbatim.themes.stability import Stability

AXES = np.eye(4, dtype=np.float32)


def theme(key, name="Name", keywords=(), size=10, parent=None, kind="theme"):
    return Theme(key, name, tuple(keywords), (), size, parent, kind)


def said(*rows):
    """Rows of comment, theme, similarity, margin and text."""
    frame = pd.DataFrame(rows, columns=["comment", "theme", "similarity", "margin", "text"])
    return frame.assign(sentiment=np.nan)


def test_figures_of_an_empty_model_are_its_shares():
    assert measure_quality(np.zeros(0), np.zeros(0), AXES[:0], comments=0) == {"no_detail_share": 0.0}


def test_figures_kept_with_a_model_are_those_of_the_comments():
    own, margin = np.asarray([0.8, 0.6]), np.asarray([0.2, -0.1])
    assert measure_quality(own, margin, AXES[:2], comments=4) == {
        "no_detail_share": 0.5,
        "cohesion": 0.7,
        "clear_share": 0.5,
        "separation": 1.0,
    }


def test_separation_is_the_distance_to_the_nearest_other():
    assert separation(AXES[:3]) == 1.0
    assert separation(AXES[[0, 0]]) == 0.0
    assert separation(AXES[:1]) is None


def test_shares_count_comments_not_spans():
    frame = said(
        ("a", "T1", 1, 1, "x"),
        ("a", "T2", 1, 1, "y"),
        ("a", NO_DETAIL, 0, 0, "ok"),
        ("b", NO_DETAIL, 0, 0, "ok"),
        ("c", None, 0.1, 0, "z"),
        ("d", "T1", 1, 1, "x"),
    )
    assert shares(frame) == (0.5, 0.25, 0.25, 0.25)
    assert shares(frame.head(0)) == (0.0, 0.0, 0.0, 0.0)


def test_a_name_fits_where_its_own_centre_is_nearest():
    assert names_fit(AXES[[0, 2, 2]], AXES[:3]).tolist() == [True, False, True]
    assert names_fit(AXES[:0], AXES[:0]).tolist() == []


@pytest.fixture
def mined():
    themes = (
        theme("T1", "Refund", ["refund", "late"], 3),
        theme("T2", "Late refund", ["refund", "late"], 2, parent="T1"),
        theme("T3", "Money back", ["money", "back"], 1, parent="T1"),
        theme("T4", "Parcel", ["parcel", "lost"], 2),
        theme(NO_DETAIL, "No detail", [], 1, kind="no_detail"),
    )
    rows = said(
        ("a", "T2", 0.8, 0.3, "refund late"),
        ("b", "T2", 0.6, 0.1, "late refund again"),
        ("c", "T3", 0.9, 0.5, "money back"),
        ("d", "T4", 0.7, -0.1, "parcel lost"),
        ("e", "T4", 0.7, 0.2, "lost a parcel"),
        ("f", NO_DETAIL, 0.0, 0.0, "ok"),
    )
    centroids = np.stack([AXES[0], AXES[0], AXES[1], AXES[2], np.zeros(4, np.float32)])
    names = np.stack([AXES[0], AXES[0], AXES[0], AXES[2], AXES[3]])
    return Mined(themes, rows, centroids, names)


def test_the_page_has_figures_by_layer_and_theme(mined):
    page = examine(mined)
    assert (page.comments, page.coverage, page.no_detail_share, page.unassigned_share) == (6, 0.8333, 0.1667, 0.0)
    assert (page.cohesion, page.clear_share) == (0.74, 0.8)
    top, fine = page.layers
    assert (top.layer, top.themes, top.name_score, top.separation) == ("top", 2, 1.0, 1.0)
    assert (fine.layer, fine.themes, fine.name_score, fine.diversity) == ("fine", 3, 0.6667, 1.0)
    by_id = {one.id: one for one in page.themes}
    assert list(by_id) == ["T1", "T2", "T3", "T4"]
    assert by_id["T1"].cohesion is None
    assert (by_id["T2"].cohesion, by_id["T4"].clear_share, by_id["T3"].name_fits) == (0.7, 0.5, False)
    assert by_id["T1"].nearest == "T4"
    assert by_id["T1"].stability is top.stability is None


def test_the_page_shows_stability_where_it_was_measured(mined):
    page = examine(mined, stability={"top": Stability(5, 0.9, 0.8, {"T1": 0.95}, {"T1": 0.9})})
    assert (page.layers[0].stability, page.layers[1].stability) == (0.9, None)
    assert page.themes[0].stability == 0.95


def test_the_page_goes_into_json_and_every_figure_has_a_definition(mined):
    shown = json.loads(json.dumps(examine(mined).to_dict(), allow_nan=False))
    assert {"coverage", "no_detail_share", "unassigned_share", "several_share"} <= set(shown)
    assert {key for layer in shown["layers"] for key in layer} - {"layer", "themes"} <= set(DEFINITIONS)


def test_a_set_without_any_theme_has_a_page(mined):
    only = Mined(mined.themes[-1:], mined.said.tail(1), mined.centroids[-1:], mined.names[-1:])
    page = examine(only)
    assert (page.coverage, page.no_detail_share, page.cohesion, page.themes, page.suspects) == (0.0, 1.0, None, (), ())
    assert page.layers[0].themes == 0
    assert page.layers[0].name_score is None
