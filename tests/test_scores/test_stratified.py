import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scores.properties import few_seeded
from verbatim.errors import EmptyError, UserError
from verbatim.scores import adjusted_table, count_answers, define, mix_effects, post_stratify, score_table

CSAT = define("csat")


def counts_of(*blocks):
    """Blocks of (agent, channel, satisfied, not)."""
    rows = [(agent, channel, value) for agent, channel, up, down in blocks for value in [5.0] * up + [1.0] * down]
    return count_answers(pd.DataFrame(rows, columns=["agent", "channel", "value"]), by=["agent", "channel"])


# In every channel both agents do equally well, but Bob has the hard channel.
FAIR = counts_of(("Ann", "mail", 72, 8), ("Ann", "phone", 10, 10), ("Bob", "mail", 18, 2), ("Bob", "phone", 40, 40))


def test_agents_who_do_equally_well_in_every_channel_have_the_same_adjusted_score():
    table = adjusted_table(FAIR, CSAT).set_index("agent")
    assert table["score"].tolist() == [82.0, 58.0]
    assert table["adjusted"].tolist() == pytest.approx([70.0, 70.0])
    assert ((table["adjusted_low"] < 70) & (table["adjusted_high"] > 70)).all()
    assert table["coverage"].tolist() == [1.0, 1.0]


def test_the_work_mix_alone_explains_the_difference():
    effects = mix_effects(FAIR, CSAT, factors=["channel"]).set_index("agent")
    assert effects["expected"].to_dict() == pytest.approx({"Ann": 82.0, "Bob": 58.0})
    assert effects["effect"].to_dict() == pytest.approx({"Ann": 12.0, "Bob": -12.0})


def test_an_agent_who_never_had_a_channel_is_adjusted_over_the_others_and_says_so():
    table = adjusted_table(counts_of(("Ann", "mail", 9, 1), ("Bob", "phone", 10, 20)), CSAT).set_index("agent")
    assert table.loc["Ann", "adjusted"] == 90.0
    assert table.loc["Ann", "coverage"] == pytest.approx(0.25)


def test_few_answers_are_withheld_and_answers_without_an_agent_count_for_the_mix():
    table = adjusted_table(counts_of(("Ann", "mail", 3, 1), ("Bob", "mail", 10, 0), (None, "phone", 14, 0)), CSAT)
    assert table["agent"].tolist() == ["Ann", "Bob"]
    assert table.loc[0, ["score", "adjusted"]].isna().all()
    assert table.loc[1, "coverage"] == pytest.approx(0.5)
    assert mix_effects(counts_of(("Ann", "mail", 3, 1)), CSAT, factors=["channel"])["effect"].isna().all()


def test_nothing_to_adjust_for_is_an_error():
    with pytest.raises(UserError, match="other than 'agent'"):
        adjusted_table(FAIR, CSAT, adjust_for=["agent"])
    with pytest.raises(UserError, match="factor"):
        mix_effects(FAIR, CSAT, factors=[])


def test_a_score_is_weighted_to_all_tickets_and_both_are_shown():
    tickets = pd.DataFrame({"channel": ["mail"] * 50 + ["phone"] * 150})
    result = post_stratify(FAIR, tickets, CSAT, ["channel"])
    assert result.raw.value == 70.0
    assert result.adjusted.value == pytest.approx(0.25 * 90 + 0.75 * 50)
    assert result.adjusted.low < result.adjusted.value < result.adjusted.high
    assert result.statement == "70.0 as answered, 60.0 post-stratified by channel to all tickets"


def test_tickets_in_strata_without_answers_are_not_covered():
    tickets = pd.DataFrame({"channel": ["mail", "phone", "chat", None], "n": [25, 25, 40, 10]})
    result = post_stratify(FAIR, tickets, CSAT, ["channel"])
    assert result.coverage == pytest.approx(0.5)
    assert result.adjusted.value == pytest.approx(70.0)


def test_the_interval_of_a_stratified_share_is_near_the_textbook_one():
    answers = counts_of(("a", "x", 400, 100), ("a", "y", 150, 350))
    result = post_stratify(answers, pd.DataFrame({"channel": ["x", "y"], "n": [1, 3]}), CSAT, ["channel"])
    error = np.sqrt(0.25**2 * 0.8 * 0.2 / 500 + 0.75**2 * 0.3 * 0.7 / 500)
    assert result.adjusted.value == pytest.approx(100 * (0.25 * 0.8 + 0.75 * 0.3))
    assert result.adjusted.high - result.adjusted.value == pytest.approx(195.9964 * error, rel=0.01)


def test_an_empty_population_no_strata_and_no_answers():
    tickets = pd.DataFrame({"channel": ["mail"]})
    with pytest.raises(EmptyError):
        post_stratify(FAIR, tickets.iloc[:0], CSAT, ["channel"])
    with pytest.raises(UserError, match="at least one segment"):
        post_stratify(FAIR, tickets, CSAT, [])
    nothing = post_stratify(FAIR.iloc[:0], tickets, CSAT, ["channel"])
    assert (nothing.raw.value, nothing.adjusted.value, nothing.coverage) == (None, None, 0.0)
    assert nothing.statement == "No answers to weight."


@few_seeded
@given(
    st.lists(
        st.tuples(st.sampled_from(["Ann", "Bob"]), st.sampled_from("xyz"), st.integers(0, 9), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    ).filter(lambda blocks: any(b[2] + b[3] for b in blocks))
)
def test_weighting_to_the_respondents_own_mix_changes_nothing(blocks):
    counts = counts_of(*blocks)
    population = counts.groupby("channel", as_index=False)["n"].sum()
    result = post_stratify(counts, population, CSAT, ["channel"])
    assert result.adjusted.value == pytest.approx(result.raw.value)
    assert 0 <= result.adjusted.low <= result.adjusted.value <= result.adjusted.high <= 100
    assert result.coverage == pytest.approx(1.0)
    assert len(adjusted_table(counts, CSAT)) == len(score_table(counts, CSAT, ["agent"]))
