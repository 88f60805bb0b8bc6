from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from bench.drivers import drivers_of
from tests.test_findings.said import planted, rated
from verbatim.errors import EmptyError, UserError
from verbatim.findings import Drivers, adjusted, drive
from verbatim.scores import define
from verbatim.scores.counting import count_answers
from verbatim.scores.segments import score_counts

EFFECTS = {"bad": (0.1, -0.4), "fine": (0.15, 0.0), "good": (0.1, 0.3), "rare": (0.004, -0.3)}
CSAT = define("csat")


def found(answers: pd.DataFrame, pairs: pd.DataFrame, **options: object) -> pd.DataFrame:
    themes = sorted(set(pairs["theme_id"]))
    return drive(answers, pairs, themes, CSAT, draws=200, **options).table.set_index("theme_id")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def usual() -> Drivers:
    answers, pairs = rated(EFFECTS)
    return drive(answers, pairs, sorted(EFFECTS), CSAT)


def test_the_worst_comes_first_and_what_does_nothing_is_noise(usual: Drivers) -> None:
    table = usual.table.set_index("theme_id")
    assert list(usual.table["theme_id"])[0] == "bad"
    assert list(usual.table["theme_id"].iloc[[-2, -1]]) == ["good", "rare"]
    assert not table.loc["bad", "is_noise"]
    assert not table.loc["good", "is_noise"]
    assert table.loc["fine", "is_noise"]
    assert table.loc["bad", "impact_high"] < 0 < table.loc["good", "impact_low"]
    assert table.loc["bad", "effect_low"] < -40 < table.loc["bad", "effect_high"] + 8


def test_the_impact_is_the_score_of_all_minus_the_score_of_the_others(usual: Drivers) -> None:
    answers, pairs = rated(EFFECTS)
    on = set(pairs.loc[pairs["theme_id"] == "bad", "answer_id"])
    whole, rest = (
        score_counts(count_answers(rows), CSAT).value
        for rows in (answers[["value"]], answers.loc[~answers["id"].isin(on), ["value"]])
    )
    assert whole is not None
    assert rest is not None
    assert usual.table.set_index("theme_id").loc["bad", "impact"] == pytest.approx(whole - rest)
    assert usual.score == pytest.approx(whole)


def test_too_few_answers_are_refused_with_the_reason(usual: Drivers) -> None:
    rare = usual.table.set_index("theme_id").loc["rare"]
    assert rare["n"] < 10
    assert np.isnan(rare["impact"])
    assert rare["is_noise"] is pd.NA
    assert rare["why"] == "fewer than 10 answers"


@pytest.mark.parametrize(
    ("metric", "definition", "high_is_good"),
    [("csat", None, True), ("csat", "mean", True), ("nps", None, True), ("ces", "ces-5-effort: mean", False),
     ("ces", "ces-5-effort: figure=share", False)],
)  # fmt: skip
def test_negative_is_worse_whatever_the_metric_and_direction(
    metric: str, definition: str | None, high_is_good: bool
) -> None:
    chosen = define(metric, definition)
    answers, pairs = rated(EFFECTS)
    best, worst = (chosen.scale.high, chosen.scale.low) if high_is_good else (chosen.scale.low, chosen.scale.high)
    turned = answers.assign(value=np.where(answers["value"] == 5, best, worst).astype(float))
    table = drive(turned, pairs, sorted(EFFECTS), chosen, draws=200).table.set_index("theme_id")
    for name in ("impact", "adjusted", "effect"):
        assert table.loc["bad", name] < 0 < table.loc["good", name]


def test_nps_is_in_points_from_minus_to_plus_hundred() -> None:
    answers, pairs = rated(EFFECTS)
    nps = answers.assign(value=np.where(answers["value"] == 5, 10.0, 0.0))
    table = drive(nps, pairs, sorted(EFFECTS), define("nps"), draws=100).table.set_index("theme_id")
    assert table.loc["bad", "impact"] == pytest.approx(2 * found(answers, pairs).loc["bad", "impact"])


def test_a_theme_that_only_comes_along_is_cleared_by_the_adjustment() -> None:
    answers, pairs = rated({"cause": (0.15, -0.5), "other": (0.2, 0.0), "third": (0.2, 0.0)}, n=3000)
    guilty = pairs[pairs["theme_id"] == "cause"]
    along = guilty.sample(frac=0.6, random_state=1).assign(theme_id="along")
    innocent = answers.loc[answers["commented"], "id"].sample(200, random_state=2)
    more = pd.DataFrame({"answer_id": innocent, "theme_id": "along"})
    table = found(answers, pd.concat([pairs, along, more]))
    assert table.loc["along", "impact_high"] < 0
    assert table.loc["along", "effect"] > 0.35 * table.loc["cause", "effect"]
    assert abs(table.loc["along", "adjusted"]) < 0.35 * abs(table.loc["along", "impact"])


def test_a_segment_that_is_chosen_is_adjusted_for() -> None:
    answers, pairs = rated({"phone_only": (0.0, 0.0), "x": (0.3, 0.0), "y": (0.3, 0.0)}, n=3000)
    rng = np.random.default_rng(1)
    phone = rng.random(len(answers)) < 0.4
    value = np.where(rng.random(len(answers)) < np.where(phone, 0.3, 0.8), 5.0, 1.0)
    answers = answers.assign(channel=np.where(phone, "phone", "chat"), value=value)
    heard = answers.loc[phone & answers["commented"].to_numpy(), "id"]
    pairs = pd.concat(
        [pairs, pd.DataFrame({"answer_id": heard.sample(frac=0.5, random_state=1), "theme_id": "phone_only"})]
    )
    alone, with_channel = found(answers, pairs), found(answers, pairs, segments=["channel"])
    assert alone.loc["phone_only", "effect_high"] < -20
    assert abs(with_channel.loc["phone_only", "effect"]) < 8


def test_the_regression_is_that_of_statsmodels_where_nothing_is_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjusted, "STRENGTHS", (1e-6,))
    answers, pairs = rated({"a": (0.2, -0.3), "b": (0.3, 0.1), "c": (0.2, 0.2)})
    table = found(answers, pairs)
    said = answers[answers["commented"]].set_index("id")
    on = pd.crosstab(pairs["answer_id"], pairs["theme_id"]).reindex(said.index, fill_value=0)
    fit = sm.OLS(
        100.0 * (said["value"] == 5), sm.add_constant(on.astype(float).assign(none=(on.sum(axis=1) == 0).astype(float)))
    ).fit()
    mentions = on.sum().to_dict() | {"none": int((on.sum(axis=1) == 0).sum())}
    for theme in "abc":
        others = {name: n for name, n in mentions.items() if name != theme}
        reference = sum(n * fit.params[name] for name, n in others.items()) / sum(others.values())
        assert table.loc[theme, "effect"] == pytest.approx(fit.params[theme] - reference, abs=1e-3)


def test_two_themes_that_always_come_together_are_not_told_apart() -> None:
    answers, pairs = rated(EFFECTS)
    twin = pairs[pairs["theme_id"] == "bad"].assign(theme_id="bad's twin")
    table = found(answers, pd.concat([pairs, twin]))
    assert table.loc["bad", "why"] == "cannot be told apart from bad's twin"
    assert np.isnan(table.loc["bad", "adjusted"])
    assert table.loc["bad", "impact"] < 0


def test_everything_in_one_theme_leaves_nothing_to_compare_with() -> None:
    answers, _ = rated(EFFECTS, n=200)
    table = found(answers, pd.DataFrame({"answer_id": answers["id"], "theme_id": "all"}))
    assert table.loc["all", "why"] == "nearly all answers are on it"


def test_equal_answers_have_no_drivers() -> None:
    answers, pairs = rated(EFFECTS)
    table = found(answers.assign(value=5.0), pairs).drop(index="rare")
    assert (table["impact"] == 0).all()
    assert table["is_noise"].all()


def test_hardly_any_comments_are_not_regressed() -> None:
    answers, pairs = rated({"a": (0.5, -0.3), "b": (0.5, 0.0)}, n=40)
    made = drive(answers, pairs, ["a", "b"], CSAT, draws=100)
    assert made.strength is None
    assert made.table["adjusted"].isna().all()
    assert made.table["impact"].notna().any()


def test_a_giant_account_makes_intervals_go_by_answers() -> None:
    answers, pairs = rated(EFFECTS)
    giant = answers.assign(account_id=["giant"] * 1400 + [f"c{n}" for n in range(100)])
    assert drive(giant, pairs, ["bad"], CSAT, draws=50).by == "answer"


def test_few_customers_behind_many_answers_are_refused() -> None:
    answers, pairs = rated(EFFECTS)
    on = answers["id"].isin(pairs.loc[pairs["theme_id"] == "bad", "answer_id"])
    table = found(answers.assign(account_id=answers["account_id"].where(~on, "the same")), pairs)
    assert table.loc["bad", "why"] == "answers of fewer than 5 customers"


def test_customers_whose_answers_are_alike_widen_the_interval() -> None:
    answers, pairs = rated(EFFECTS, customers=60)
    alike = answers.sort_values("value").assign(account_id=[f"c{n // 25}" for n in range(len(answers))])
    wide, narrow = (found(rows, pairs).loc["bad"] for rows in (alike, answers.drop(columns="account_id")))
    assert wide["impact"] == pytest.approx(narrow["impact"])
    assert wide["impact_high"] - wide["impact_low"] > 0.9 * (narrow["impact_high"] - narrow["impact_low"])


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_and_repeated_pairs_change_nothing(seed: int) -> None:
    answers, pairs = rated(EFFECTS, n=300)
    shuffled = pd.concat([pairs, pairs.head(20)]).sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(found(answers, pairs), found(answers.sample(frac=1, random_state=seed), shuffled))


def test_other_names_change_no_figure() -> None:
    answers, pairs = rated(EFFECTS)
    renamed = found(
        answers, pairs.assign(theme_id=pairs["theme_id"].map({"bad": "z", "fine": "y", "good": "x", "rare": "w"}))
    )
    same = found(answers, pairs)
    for old, new in (("bad", "z"), ("good", "x")):
        assert renamed.loc[new, ["impact", "adjusted", "n"]].tolist() == pytest.approx(
            same.loc[old, ["impact", "adjusted", "n"]].tolist()
        )


def test_nothing_to_work_on_is_said() -> None:
    answers, pairs = rated(EFFECTS, n=50)
    with pytest.raises(EmptyError, match="no answers"):
        drive(answers.head(0), pairs, ["bad"], CSAT)
    with pytest.raises(EmptyError, match="no themes"):
        drive(answers, pairs, [], CSAT)
    with pytest.raises(UserError, match="'team'"):
        drive(answers, pairs, ["bad"], CSAT, segments=["team"])


@pytest.mark.parametrize("metric", ["ces", "nps"])
def test_the_planted_drivers_are_found_in_their_order(metric: str) -> None:
    answers, pairs, effects = planted()
    table = drivers_of(metric, answers, pairs, sorted(effects)).table
    table["planted"] = [effects[theme][metric] for theme in table["theme_id"]]
    known = table[table["effect"].notna() & (table["planted"] != 0)]
    assert spearmanr(known["effect"], known["planted"]).statistic > 0.85
    top = {"ces": {"data_import", "approval_routing", "outdated_docs"}, "nps": {"approval_routing", "price_increase"}}
    assert top[metric] <= set(known.nsmallest(3, "effect")["theme_id"])


def test_the_planted_drivers_of_csat_are_found_in_their_order() -> None:
    """Reopened, handed over and late tickets first, as planted; of the subjects those planted as worst."""
    answers, pairs, effects = planted()
    table = drivers_of("csat", answers, pairs, sorted(effects)).table
    order = list(table["theme_id"])
    assert order[0] == "fix_came_undone"
    assert set(order[:4]) == {"fix_came_undone", "handoffs", "slow_reply", "approval_routing"}
    subjects = [theme for theme in order if effects[theme]["csat"] < -0.3]
    assert subjects[:2] == ["approval_routing", "insights_workspace"]
    assert subjects[2] == "price_increase"
    real = table[~table["is_noise"].fillna(value=True).astype(bool)].set_index("theme_id")["adjusted"]
    assert {"approval_routing", "insights_workspace"} <= set(real[real < 0].index)
    assert {"helpful_agent", "fast_resolution", "saves_time"} <= set(real[real > 0].index)
