import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from verbatim.scores import count_answers, define, factor_table

MEAN = define("csat", "mean")


def organisation(n=600):
    rng = np.random.default_rng(5)
    product = rng.choice(["core", "billing"], n)
    value = np.clip(rng.integers(1, 6, n) + np.where(product == "core", 1, -1), 1, 5).astype(float)
    return pd.DataFrame({"product": product, "shift": rng.choice(["day", "night"], n), "value": value})


def test_the_strongest_factor_comes_first_with_its_extremes():
    table = factor_table(count_answers(organisation(), by=["product", "shift"]), MEAN, ["shift", "product"])
    assert table["factor"].tolist() == ["product", "shift"]
    assert table.loc[0, ["lowest", "highest"]].tolist() == ["billing", "core"]
    assert table["explained"][0] > 15 > 3 > table["explained"][1]


def test_explained_variance_and_p_value_agree_with_statsmodels():
    answers = organisation()
    fit = anova_lm(ols("value ~ C(product)", answers).fit())
    between, within = fit["sum_sq"]
    noise = within / fit["df"].iloc[1]
    expected = 100 * (between - fit["df"].iloc[0] * noise) / (between + within + noise)
    row = factor_table(count_answers(answers, by=["product"]), MEAN, ["product"]).iloc[0]
    assert row["explained"] == pytest.approx(expected)
    assert row["p_value"] == pytest.approx(fit["PR(>F)"].iloc[0])


def test_one_group_or_no_spread_explains_nothing():
    same = pd.DataFrame({"product": ["core", "billing"] * 40, "shift": "day", "value": 5.0})
    table = factor_table(count_answers(same, by=["product", "shift"]), MEAN, ["product", "shift"])
    assert table["explained"].tolist() == [0.0, 0.0]
    assert table["p_value"].isna().all()
    empty = count_answers(same.iloc[:0], by=["product"])
    assert factor_table(empty, MEAN, ["product"])["n"].tolist() == [0]


def test_small_groups_and_people_are_not_named_as_extremes():
    answers = organisation(40).assign(agent=["Ann", "Bob"] * 20)
    table = factor_table(count_answers(answers, by=["product", "agent"]), MEAN, ["product", "agent"])
    assert table["lowest"].isna().all()
