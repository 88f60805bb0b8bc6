from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.test_api.loop import low_scores
from tests.test_followups.given import NOW
from verbatim.followups.alerts import alerts
from verbatim.followups.inbox import inbox
from verbatim.followups.sight import Sight
from verbatim.settings import Settings
from verbatim.storage.queries.restriction import Restriction, account_key
from verbatim.storage.store import Store

LIMITS = st.lists(st.sampled_from(["acme", "globex", "none"]), max_size=2)
TEAMS = st.lists(st.sampled_from(["North", "South", "none"]), max_size=2)
OWNERS = st.none() | st.lists(st.sampled_from(["Ben", "Cleo", "Ann"]), max_size=2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(accounts=LIMITS, teams=TEAMS, owners=OWNERS)
def test_more_limits_never_show_more(
    store: Store, database: Settings, accounts: list[str], teams: list[str], owners: list[str] | None
) -> None:
    if not inbox(store):
        low_scores(database, now=NOW)
    sight = Sight(Restriction(tuple(accounts), tuple(teams)), None if owners is None else tuple(owners))
    seen = {row["id"] for row in inbox(store, sight=sight)}
    for wider in (
        Sight(),
        Sight(Restriction((), sight.restriction.teams), sight.owners),
        Sight(Restriction(sight.restriction.accounts, ()), sight.owners),
        Sight(sight.restriction, None),
    ):
        assert seen <= {row["id"] for row in inbox(store, sight=wider)}
    keys = {account_key(name) for name in accounts}
    for row in inbox(store, sight=sight):
        assert not accounts or row["account_id"] in keys
        assert owners is None or row["owner"] in {None, *owners}


def test_an_alert_of_no_follow_up_is_seen_by_those_who_see_its_account(store: Store) -> None:
    from verbatim.followups.alerts import AlertDraft, raise_alerts

    about = account_key("acme")
    raise_alerts(store, [AlertDraft("key_account_before_renewal", "a", "urgent", about, "m", account_id=about)], at=NOW)
    raise_alerts(store, [AlertDraft("theme_burst", "b", "info", "T1", "m")], at=NOW)

    def kinds(sight: Sight) -> set[str]:
        return {row["kind"] for row in alerts(store, sight=sight)}

    assert kinds(Sight()) == kinds(Sight(owners=("Ben",))) == {"key_account_before_renewal", "theme_burst"}
    assert kinds(Sight(Restriction(accounts=("acme",)))) == {"key_account_before_renewal"}
    assert kinds(Sight(Restriction(accounts=("globex",)))) == kinds(Sight(Restriction(teams=("North",)))) == set()
