import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import few_seeded
from verbatim.errors import ScaleError, UserError
from verbatim.scores import (
    Rules,
    count_answers,
    cross_table,
    csat,
    define,
    rank_units,
    records,
    score_counts,
    score_table,
)

CSAT = define("csat")


def frame(rows):
    return pd.DataFrame(rows, columns=["agent", "channel", "value"]).astype({"value": float})


def counts_of(rows, by=("agent", "channel")):
    return count_answers(frame(rows), by=list(by))


AGENTS = [("Ann", "mail", 5)] * 40 + [("Bob", "chat", 1)] * 40 + [("Cy", "chat", 4)] * 4 + [(None, "mail", 3)] * 6


def test_every_row_of_a_table_is_the_score_of_its_answers():
    table = score_table(counts_of(AGENTS), CSAT, ["channel"])
    for row in table.to_dict("records"):
        alone = csat([value for _, channel, value in AGENTS if channel == row["channel"]])
        assert (row["score"], row["low"], row["high"], row["n"]) == (alone.value, alone.low, alone.high, alone.n)
        assert (row["mean"], row["satisfied"], row["band"]) == (alone.mean, alone.shares["satisfied"], alone.band)


def test_without_segments_there_is_one_row_also_of_no_answers():
    assert score_table(counts_of(AGENTS), CSAT)["n"].tolist() == [90]
    empty = records(score_table(counts_of([]), CSAT))
    assert len(empty) == 1
    assert (empty[0]["score"], empty[0]["n"], empty[0]["band"]) == (None, 0, None)


def test_agent_figures_under_five_answers_are_withheld_but_their_n_is_shown():
    table = score_table(counts_of(AGENTS), CSAT, ["agent"]).set_index("agent")
    assert table.loc["Cy", "withheld"]
    assert table.loc["Cy", "n"] == 4
    assert table.loc["Cy", ["score", "low", "high", "mean", "satisfied"]].isna().all()
    assert table.loc["Cy", "band"] is None
    assert not table.loc["Ann", "withheld"]


def test_small_groups_of_other_segments_are_marked_not_withheld():
    table = score_table(counts_of([("Cy", "chat", 4)] * 4), CSAT, ["channel"])
    assert (table["uncertain"][0], table["withheld"][0], table["score"][0]) == (True, False, 100.0)


def test_the_limits_are_settings():
    rules = Rules(small_group=5, agent_minimum=3, protected=frozenset({"channel"}))
    table = score_table(counts_of([("Cy", "chat", 4)] * 4), CSAT, ["channel"], rules=rules)
    assert (table["uncertain"][0], table["withheld"][0]) == (True, False)
    fewer = score_table(counts_of([("Cy", "chat", 4)] * 2), CSAT, ["channel"], rules=rules)
    assert fewer["withheld"][0]


def test_a_missing_segment_is_a_group_of_its_own_at_the_end():
    assert records(score_table(counts_of(AGENTS), CSAT, ["agent"]))[-1]["agent"] is None


def test_a_cross_table_has_every_pair_and_both_totals():
    table = cross_table(counts_of(AGENTS), CSAT, "agent", "channel")
    pairs = table[table["total_of"].isna()]
    assert len(pairs) == 4 * 2
    assert pairs["n"].sum() == 90
    assert table[table["total_of"] == "agent"]["n"].sum() == table[table["total_of"] == "channel"]["n"].sum() == 90
    nobody = records(pairs[(pairs["agent"] == "Ann") & (pairs["channel"] == "chat")])[0]
    assert (nobody["n"], nobody["score"], nobody["uncertain"], nobody["band"]) == (0, None, True, None)
    with pytest.raises(UserError, match="two different"):
        cross_table(counts_of(AGENTS), CSAT, "agent", "agent")


def test_agents_whose_intervals_overlap_are_not_ranked():
    rows = AGENTS + [("Dee", "mail", 5)] * 38 + [("Dee", "mail", 1)] * 2
    ranked = rank_units(score_table(counts_of(rows), CSAT, ["agent"])).set_index("agent")
    assert pd.isna(ranked.loc["Ann", "rank"])  # Ann and Dee overlap
    assert pd.isna(ranked.loc["Dee", "rank"])
    assert ranked.loc["Bob", "rank"] == 3  # below both, beyond doubt
    assert pd.isna(ranked.loc["Cy", "rank"])  # withheld
    assert ranked.loc["Ann", ["better_than", "worse_than"]].tolist() == [1, 0]


def test_units_are_listed_by_name_and_ranked_the_other_way_where_lower_is_better():
    rows = [("Zoe", "mail", 1)] * 50 + [("Abe", "mail", 5)] * 50
    table = score_table(counts_of(rows), CSAT, ["agent"])
    assert rank_units(table)["agent"].tolist() == ["Abe", "Zoe"]
    assert rank_units(table)["rank"].tolist() == [1, 2]
    assert rank_units(table, higher_is_better=False)["rank"].tolist() == [2, 1]
    assert rank_units(table.iloc[:1])["rank"].isna().all()  # nobody to be ranked against


def test_a_baseline_stands_beside_every_score():
    table = score_table(counts_of(AGENTS), CSAT, ["channel"], baseline=60)
    assert (table["above_baseline"] == table["score"] - 60).all()


def test_ces_tables_have_net_easy_and_the_ease_index():
    counts = count_answers(pd.DataFrame({"step": ["setup", "fix", "fix"], "value": [7.0, 2.0, 6.0]}))
    table = score_table(counts, define("ces"), ["step"])
    assert table["net_easy"].tolist() == [0.0, 100.0]
    assert {"easy", "neither", "difficult", "ease_index_low", "net_easy_high"} <= set(table.columns)


def test_records_are_json_without_nan():
    text = json.dumps(records(score_table(counts_of(AGENTS), CSAT, ["agent", "channel"])))
    assert "NaN" not in text


def test_values_off_the_scale_and_missing_columns_are_errors():
    with pytest.raises(ScaleError, match="outside csat-5"):
        score_table(pd.DataFrame({"value": [6.0], "n": [1]}), CSAT)
    with pytest.raises(UserError, match="no column 'team'"):
        score_table(counts_of(AGENTS), CSAT, ["team"])
    with pytest.raises(UserError, match="negative"):
        score_table(pd.DataFrame({"value": [5.0], "n": [-1]}), CSAT)


rows = st.lists(
    st.tuples(st.sampled_from(["Ann", "Bob", None]), st.sampled_from(["mail", "chat"]), st.integers(1, 5)), max_size=40
)


@few_seeded
@given(rows, st.randoms())
def test_row_order_changes_nothing_and_groups_add_up_to_the_whole(answers, random):
    shuffled = answers.copy()
    random.shuffle(shuffled)
    table = score_table(counts_of(answers), CSAT, ["agent"])
    pd.testing.assert_frame_equal(score_table(counts_of(shuffled), CSAT, ["agent"]), table)
    assert table["n"].sum() == score_counts(counts_of(answers), CSAT).n == len(answers)


@few_seeded
@given(rows)
def test_merging_counts_of_parts_gives_the_counts_of_the_whole(answers):
    half = len(answers) // 2
    parts = pd.concat([counts_of(answers[:half]), counts_of(answers[half:])], ignore_index=True)
    whole = score_table(counts_of(answers), CSAT, ["channel"])
    merged = score_table(parts, CSAT, ["channel"])
    assert np.array_equal(whole["score"], merged["score"], equal_nan=True)
    assert whole["n"].tolist() == merged["n"].tolist()
