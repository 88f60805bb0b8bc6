import numpy as np
import pytest

from models.judging.metrics import roc_auc
from models.learners.leakage import refuse_empty_while_open, refuse_suspicious, usable
from tests.test_models.made import objects
from verbatim.errors import LeakageError, UserError

RNG = np.random.default_rng(4)
N = 400
Y = (RNG.random(N) < 0.3).astype(np.int8)
KEY = objects(f"t{place}" for place in range(N))
WEIGHTS = np.ones(N)


def refuse(**columns):
    refuse_suspicious({"honest": RNG.normal(size=N), **columns}, Y, WEIGHTS, KEY)


def with_auc(wanted):
    """A number whose AUC is about what is wanted."""
    from scipy.stats import norm

    return np.random.default_rng(8).normal(size=N) + np.sqrt(2) * norm.ppf(wanted) * Y


def test_columns_known_after_closing_are_left_out():
    kept, left = usable(["wait", "note"], {"wait": "while_open", "note": "after_close"}, strict=True)
    assert (kept, left) == (("wait",), (("note", "known only after closing"),))


def test_columns_nobody_declared_are_refused_or_left_out_with_the_reason():
    with pytest.raises(LeakageError, match="'note'.*at_creation, while_open or after_close"):
        usable(["wait", "note"], {"wait": "while_open"}, strict=True)
    kept, left = usable(["wait", "note"], {"wait": "while_open"}, strict=False)
    assert kept == ("wait",) and left == (("note", "nobody said when it is known (predictor_columns)"),)


def test_many_undeclared_columns_are_named_in_short():
    with pytest.raises(LeakageError, match="'c7' and 12 more"):
        usable([f"c{place}" for place in range(20)], {}, strict=True)


@pytest.mark.parametrize(
    "name",
    ["csat", "CSAT Score", "csatScore", "CSATScore", "closing_note", "closed_by", "close_code", "resolution", "rating",
     "Ratings", "survey_sent", "satisfaction", "nps", "was_solved", "feedback", "time_to_resolve"],
)  # fmt: skip
@pytest.mark.parametrize("when", ["at_creation", "while_open"])
def test_a_name_of_the_rating_or_closing_is_not_believed(name, when):
    with pytest.raises(LeakageError, match=name):
        usable([name], {name: when}, strict=True)


@pytest.mark.parametrize(
    "name", ["last_rating", "previous_csat", "past_surveys", "enclosure", "process", "operating_system", "accessible",
             "generated", "customer_since", "disclosed", "unresolvedness"],
)  # fmt: skip
def test_names_of_earlier_ratings_and_words_that_only_contain_one_pass(name):
    assert usable([name], {name: "at_creation"}, strict=True)[0] == (name,)


def test_a_column_filled_only_in_closed_tickets_is_refused():
    is_open = np.arange(100) < 40
    code = objects(None if still else "done" for still in is_open)
    with pytest.raises(LeakageError, match="'end_code'"):
        refuse_empty_while_open({"wait": np.ones(100), "end_code": code}, is_open)
    with pytest.raises(LeakageError, match="'end_hours'"):
        refuse_empty_while_open({"end_hours": np.where(is_open, np.nan, 3.0)}, is_open)
    refuse_empty_while_open({"sometimes": np.where(np.arange(100) % 3, np.nan, 3.0)}, is_open)
    refuse_empty_while_open({"end_code": code}, np.arange(100) < 5)  # too few open ones to know


@pytest.mark.parametrize(
    "copy",
    [
        5.0 - 3 * Y + RNG.integers(0, 2, N),
        3.0 * Y + RNG.normal(0, 0.4, N),
        objects(np.where(Y == 1, "angry", "calm")),
        objects(np.where(Y == 1, RNG.choice(["d1", "d2", "d3"], N), RNG.choice(["c1", "c2"], N))),
        np.where(Y == 1, 1.0, np.nan),
        objects("written" if case else None for case in Y),
        objects("written" if case else "" for case in Y),
        with_auc(0.97),
        Y.astype(bool),
    ],
    ids=["number", "noisy number", "word", "several words", "filled number", "filled word", "empty text", "0.97",
         "truth value"],
)  # fmt: skip
def test_a_column_that_copies_the_outcome_is_refused_by_name(copy):
    with pytest.raises(LeakageError, match=r"'planted' alone.*AUC (0\.9|1\.0).*after_close"):
        refuse(planted=copy)


def test_an_honest_strong_column_passes():
    strong = with_auc(0.8)
    assert roc_auc(Y, (strong - strong.min()) / np.ptp(strong), WEIGHTS) == pytest.approx(0.8, abs=0.04)
    refuse(strong=strong, mixed=objects(np.where(RNG.random(N) < 0.6, np.where(Y == 1, "a", "b"), "c")))


def test_ids_of_tickets_and_empty_columns_pass():
    refuse(number=np.arange(N, dtype=float), key=KEY, empty=np.full(N, np.nan), nothing=objects([None] * N))


def test_snapshots_of_one_ticket_do_not_vouch_for_each_other():
    """A word that only one ticket has tells its snapshots, but no other ticket."""
    keys = np.repeat(KEY, 4)
    refuse_suspicious({"serial": objects(f"s{key}" for key in keys)}, np.repeat(Y, 4), np.full(4 * N, 0.25), keys)


def test_one_class_cannot_be_told_and_passes():
    refuse_suspicious({"x": np.arange(5.0)}, np.ones(5, np.int8), np.ones(5), KEY[:5])


@pytest.mark.parametrize(
    "name", ["Customer Age", "age", "ageGroup", "customer_gender", "Sex", "email", "CustomerPhone", "date of birth"]
)
def test_personal_attributes_are_left_out_whatever_is_declared(name):
    kept, left = usable([name], {name: "at_creation"}, strict=True)
    assert kept == ()
    assert left == ((name, "a personal attribute is never a feature"),)


@pytest.mark.parametrize("name", ["order_age", "page", "mobile_app", "message", "age_of_ticket"])
def test_words_that_only_look_personal_are_kept(name):
    kept, _ = usable([name], {name: "at_creation"}, strict=True)
    assert kept == (name,)


def test_a_declaration_that_is_none_is_refused():
    with pytest.raises(UserError, match="at_creation, while_open, after_close"):
        usable(["stars"], {"stars": "after close"}, strict=True)


def test_a_column_that_tells_the_outcome_without_rising_is_refused():
    with pytest.raises(LeakageError, match="sneaky"):
        refuse(sneaky=np.where(Y == 1, 0.0, RNG.choice([-1.0, 1.0], N)) + RNG.normal(0, 0.05, N))
