import pandas as pd
import pytest

from verbatim.errors import UserError
from verbatim.scores import cohort, tenure

SINCE = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-01", None, "2026-06-01"], utc=True))
AT = pd.Series(pd.to_datetime(["2026-02-01", "2026-06-01", "2026-06-01", "2026-05-01"], utc=True))


def test_customers_are_new_for_90_days_and_long_standing_after():
    assert tenure(SINCE, AT).tolist()[:2] == ["new", "long-standing"]
    assert tenure(SINCE, AT).isna().tolist() == [False, False, True, True]
    assert tenure(SINCE, AT, new_within_days=10)[0] == "long-standing"


def test_a_cohort_is_the_period_in_which_a_customer_began():
    assert cohort(SINCE).tolist()[:2] == ["2026-Q1", "2026-Q1"]
    assert cohort(SINCE, period="month", tz="America/New_York")[0] == "2025-12"
    assert cohort(SINCE).isna().tolist() == [False, False, True, False]


def test_times_need_a_zone():
    with pytest.raises(UserError, match="no time zone"):
        tenure(SINCE.dt.tz_localize(None), AT)
