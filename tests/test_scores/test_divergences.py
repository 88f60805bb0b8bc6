import json

import numpy as np
import pandas as pd
import pytest

from verbatim.errors import UserError
from verbatim.scores import (
    accounts_falling_before_renewal,
    channel_falling_alone,
    compare,
    csat_high_while_nps_falls,
    csat_stable_while_complaints_rise,
    define,
)

CSAT, NPS = define("csat"), define("nps")
TODAY = pd.Timestamp("2026-10-01", tz="UTC")


def counts(**columns):
    """Counts by value, e.g. counts(v5=80, v1=20)."""
    return pd.DataFrame([(float(name[1:]), n) for name, n in columns.items()], columns=["value", "n"])


def csat_of(before, after):
    return compare(counts(v5=before, v1=1000 - before), counts(v5=after, v1=1000 - after), CSAT)


def nps_of(before, after):
    return compare(counts(v10=before, v0=300 - before), counts(v10=after, v0=300 - after), NPS)


def test_high_csat_with_falling_nps_is_named():
    found = csat_high_while_nps_falls(csat_of(880, 885), nps_of(200, 140))
    assert found.kind == "csat_high_while_nps_falls"
    assert "NPS fell by 40.0 points" in found.statement
    json.dumps(found.evidence)


@pytest.mark.parametrize(
    ("csat", "nps"),
    [
        (csat_of(880, 885), nps_of(200, 195)),
        (csat_of(780, 785), nps_of(200, 140)),
        (csat_of(950, 880), nps_of(200, 140)),
        (csat_of(880, 885), nps_of(140, 200)),
    ],
    ids=["nps falls by noise", "csat not high", "csat falls too", "nps rises"],
)
def test_high_csat_and_falling_nps_both_have_to_hold(csat, nps):
    assert csat_high_while_nps_falls(csat, nps) is None


def test_the_first_divergence_is_about_shares():
    comparison = compare(counts(v5=1), counts(v5=1), define("csat", "mean"))
    with pytest.raises(UserError, match="share"):
        csat_high_while_nps_falls(comparison, nps_of(200, 140))


def test_stable_csat_with_more_complaints_is_named():
    found = csat_stable_while_complaints_rise(csat_of(850, 855), (40, 80))
    assert found.kind == "csat_stable_while_complaints_rise"
    assert "to 2.0 times" in found.statement
    assert csat_stable_while_complaints_rise(csat_of(850, 855), (0, 20)).evidence["ratio"] is None


def test_more_complaints_from_as_many_more_tickets_are_no_rise():
    assert csat_stable_while_complaints_rise(csat_of(850, 855), (40, 80), exposure=(1000, 2000)) is None
    assert csat_stable_while_complaints_rise(csat_of(850, 855), (40, 44)) is None
    assert csat_stable_while_complaints_rise(csat_of(850, 790), (40, 80)) is None


def by_channel(**satisfied):
    rows = [(name, 5.0, up) for name, up in satisfied.items()] + [
        (name, 1.0, 200 - up) for name, up in satisfied.items()
    ]
    return pd.DataFrame(rows, columns=["channel", "value", "n"])


def test_one_channel_that_falls_alone_is_named():
    found = channel_falling_alone(
        by_channel(mail=170, chat=160, phone=170), by_channel(mail=168, chat=100, phone=172), CSAT
    )
    assert found.evidence["channel"] == "chat"
    assert "falls in chat alone: -30.0 points" in found.statement
    assert found.evidence["others"]["change"] == 0


@pytest.mark.parametrize(
    "after",
    [dict(mail=168, chat=155, phone=172), dict(mail=110, chat=100, phone=172), dict(mail=150, chat=125, phone=150)],
    ids=["noise", "two channels fall", "all fall"],
)
def test_noise_or_a_fall_of_several_channels_is_not_a_channel_alone(after):
    assert channel_falling_alone(by_channel(mail=170, chat=160, phone=170), by_channel(**after), CSAT) is None


def test_a_single_channel_cannot_fall_alone():
    assert channel_falling_alone(by_channel(mail=170), by_channel(mail=20), CSAT) is None


def test_channels_without_a_change_seldom_raise_a_false_alarm():
    rng = np.random.default_rng(11)
    alarms = 0
    for _ in range(40):
        sides = [by_channel(**{f"c{i}": int(up) for i, up in enumerate(rng.binomial(200, 0.85, 4))}) for _ in range(2)]
        alarms += channel_falling_alone(*sides, CSAT) is not None
    assert alarms <= 3  # 2.5 % in one direction: 1 expected


def by_account(**answers):
    rows = [(name, float(value), 1) for name, values in answers.items() for value in values]
    return pd.DataFrame(rows, columns=["account_id", "value", "n"])


ACCOUNTS = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "name": ["Acme", None, "Core", "Dent"],
        "renewal_at": pd.to_datetime(["2026-11-01", "2026-12-01", "2027-06-01", "2026-10-15"], utc=True),
    }
)
HIGH, LOW = [10, 9, 9, 10], [3, 2, 4, 3]


def test_accounts_that_fall_before_their_renewal_are_named_soonest_first():
    before, after = by_account(a=HIGH, b=HIGH, c=HIGH, d=HIGH[:2]), by_account(a=LOW, b=HIGH, c=LOW, d=LOW)
    found = accounts_falling_before_renewal(before, after, NPS, ACCOUNTS, today=TODAY)
    assert [divergence.evidence["account_id"] for divergence in found] == [
        "a"
    ]  # b stays, c renews later, d says little
    assert found[0].statement.startswith("Acme renews in 31 days and its mean NPS went from 9.5 to 3.0")
    assert found[0].evidence["checked"] == 2
    later = accounts_falling_before_renewal(before, after, NPS, ACCOUNTS, today=TODAY, within_days=365)
    assert [divergence.evidence["account_id"] for divergence in later] == ["a", "c"]
    json.dumps(later[0].evidence)


def test_the_check_can_be_limited_to_key_accounts_and_an_account_without_a_name_has_its_id():
    before, after = by_account(a=HIGH, b=HIGH), by_account(a=LOW, b=LOW)
    found = accounts_falling_before_renewal(before, after, NPS, ACCOUNTS, today=TODAY, key_accounts={"b"})
    assert [divergence.statement.split()[0] for divergence in found] == ["b"]
