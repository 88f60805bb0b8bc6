from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.test_reports.stored import SOURCE, Writer, open_test_store
from verbatim.domain import stable_key
from verbatim.errors import EmptyError, NotFoundError, UserError
from verbatim.reports import FollowUpCounts, build_account_review, build_daily, build_weekly, render
from verbatim.settings import Settings
from verbatim.storage.predictions import prediction_key, save_predictions
from verbatim.storage.tables import account, contact, ticket, ticket_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verbatim.storage.store import Store

DAY = datetime(2026, 10, 28, 9, tzinfo=UTC)  # a Wednesday, in week 44


def key(name: str) -> str:
    return stable_key("test", name)


def an_account(called: str, **more: Any) -> dict[str, Any]:
    row = {"id": key(called), **SOURCE, "external_id": f"X-{called}", "name": called, "tier": "gold", "arr": 1000.0}
    row |= {"currency": "EUR", "since": None, "renewal_at": None, "owner": "Olga", "segments": {}}
    return row | more


def a_ticket(name: str, owner: str, **more: Any) -> dict[str, Any]:
    row = {"id": key(name), **SOURCE, "external_id": name, "account_id": key(owner), "contact_id": None}
    row |= {"subject": None, "body": None, "status": "open", "priority": "high", "created_at": DAY, "segments": {}}
    return row | more


@pytest.fixture
def empty(tmp_path) -> Iterator[tuple[Store, Settings]]:
    store, settings = open_test_store(tmp_path)
    with store:
        yield store, settings


def written(store: Store, answers: list[tuple[datetime, float, dict[str, Any]]]) -> Writer:
    writer = Writer(store)
    for at, value, more in answers:
        writer.answer(at, value, **more)
    writer.write()
    return writer


def many(at: datetime, good: int, bad: int, **more: Any) -> list[tuple[datetime, float, dict[str, Any]]]:
    return [(at, 5.0 if number < good else 1.0, more) for number in range(good + bad)]


# Daily


def test_digest_line_counts_answers_share_and_negatives(empty):
    written(empty[0], many(DAY, 18, 2))
    report = build_daily(*empty, day="2026-10-28")
    assert report.line == "20 answers, 90% positive (70 to 97%), 2 negatives"
    assert (report.answers, report.positive, report.negative) == (20, 18, 2)


def test_digest_says_what_was_followed_up_and_is_overdue(empty):
    written(empty[0], many(DAY, 18, 2))
    report = build_daily(*empty, day="2026-10-28", follow_ups=FollowUpCounts(2, 1, 1, 0))
    assert report.line.endswith("2 negatives, 2 followed up")
    late = build_daily(*empty, day="2026-10-28", follow_ups=FollowUpCounts(2, 0, 0, 1))
    assert late.line.endswith("2 negatives, 0 followed up, 1 overdue")


def test_neutral_answers_are_neither_positive_nor_negative(empty):
    written(empty[0], [*many(DAY, 1, 1), (DAY, 3.0, {})])
    report = build_daily(*empty, day="2026-10-28")
    assert (report.answers, report.positive, report.negative) == (3, 1, 1)


@pytest.mark.parametrize(("tz", "found"), [("Pacific/Auckland", 1), ("UTC", 0)])
def test_day_is_that_of_the_organisation(empty, tz, found):
    store, settings = empty
    written(store, [(datetime(2026, 10, 27, 23, tzinfo=UTC), 5.0, {})])
    report = build_daily(store, settings.model_copy(update={"timezone": tz}), day="2026-10-28")
    assert report.answers == found
    assert (report.quiet is None) == bool(found)


def test_day_without_answers_is_a_short_report_that_says_which_days_have_some(empty):
    written(empty[0], [(DAY, 5.0, {}), (DAY - timedelta(days=9), 5.0, {})])
    report = build_daily(*empty, day="2026-11-01")
    assert report.quiet == "Nothing came in. There are answers from 19 Oct 2026 to 28 Oct 2026."
    assert "Nothing came in" in render(report, "md").decode()
    assert "To follow up" not in render(report, "md").decode()


def test_store_without_any_answer_is_an_error(empty):
    for build, word in ((build_daily, {"day": "2026-10-28"}), (build_weekly, {"week": "2026-W44"})):
        with pytest.raises(EmptyError, match="verbatim ingest"):
            build(*empty, **word)


def test_negative_names_ticket_account_and_owner_with_the_richest_account_first(empty):
    store, _ = empty
    store.upsert(account, [an_account("Poor", arr=10.0), an_account("Rich", arr=99.0, owner="Rita")])
    store.upsert(ticket, [a_ticket("T-1", "Poor"), a_ticket("T-2", "Rich")])
    links = [{"account_id": key(who), "ticket_id": key(what)} for who, what in (("Poor", "T-1"), ("Rich", "T-2"))]
    written(store, [(DAY, 1.0, {"text": f"it failed for person {n}", **link}) for n, link in enumerate(links)])
    first, second = build_daily(*empty, day="2026-10-28").negatives
    assert (first.ticket, first.account, first.owner, first.rating) == ("T-2", "Rich", "Rita", "CSAT 1 of 5")
    assert (second.account, second.said_on) == ("Poor", "09:00")


def test_low_answer_without_words_comes_after_those_with_words(empty):
    written(empty[0], [(DAY, 1.0, {}), (DAY, 2.0, {"text": "nothing works in here any more"})])
    words = [voice.text for voice in build_daily(*empty, day="2026-10-28").negatives]
    assert words == ["nothing works in here any more", None]


def test_praise_is_kind_and_never_from_a_low_answer(empty):
    store, _ = empty
    writer = Writer(store)
    writer.answer(DAY, 1.0, text="Great job, you broke it once more, wonderful", theme="T1")
    writer.answer(DAY, 5.0, text="Ann explained every step and stayed friendly", theme="T1")
    writer.assignments = [(comment, theme, 0.9) for comment, theme, _ in writer.assignments]
    writer.write()
    writer.mine({"T1": "People"})
    report = build_daily(*empty, day="2026-10-28")
    assert report.praise is not None
    assert report.praise.text == "Ann explained every step and stayed friendly"


def test_change_against_the_weeks_before_is_named_or_called_noise(empty):
    written(empty[0], [*many(DAY - timedelta(days=5), 90, 10), *many(DAY, 10, 30)])
    (worse,) = build_daily(*empty, day="2026-10-28").scores
    assert worse.change is not None
    assert worse.change.before.n == 100
    assert "more than noise" in worse.headline
    assert "fell to 25.0%" in worse.headline


def test_small_change_is_called_noise(empty):
    written(empty[0], [*many(DAY - timedelta(days=5), 90, 10), *many(DAY, 8, 2)])
    (same,) = build_daily(*empty, day="2026-10-28").scores
    assert "within noise" in same.headline
    assert same.small


def burst(store: Store, customers: int) -> Writer:
    """Four weeks with one comment a day on another theme, then several customers on one within an hour."""
    writer = Writer(store)
    for number in range(27):
        at = datetime(2026, 10, 1 + number, 10, tzinfo=UTC)
        who = {"account_id": key(f"usual {number}")}
        writer.answer(at, 4.0, text=f"an ordinary matter, number {number}", theme="T1", **who)
        writer.comments[-1] |= who
    for number in range(customers):
        who = {"account_id": key(f"burst {number}")}
        writer.answer(DAY, 1.0, text=f"the login page is down for office {number}", theme="T2", **who)
        writer.comments[-1] |= who
    writer.write()
    writer.mine({"T1": "Ordinary", "T2": "Login down"})
    return writer


def test_several_customers_on_one_theme_are_new_on_that_day_and_not_on_others(empty):
    burst(empty[0], 8)
    (found,) = build_daily(*empty, day="2026-10-28").bursts
    assert (found.name, found.customers) == ("Login down", 8)
    assert found.p < 0.05
    assert build_daily(*empty, day="2026-10-20").bursts == ()


def test_two_customers_are_no_burst(empty):
    burst(empty[0], 2)
    assert build_daily(*empty, day="2026-10-28").bursts == ()


# Weekly


def test_week_is_compared_with_the_week_before_and_shows_eight(empty):
    written(empty[0], [*many(DAY - timedelta(days=7), 45, 5), *many(DAY, 20, 30)])
    report = build_weekly(*empty, week="2026-W44")
    (csat,) = report.scores
    assert csat.change is not None
    assert csat.change.real
    assert [point.figure.n for point in csat.points] == [0, 0, 0, 0, 0, 0, 50, 50]
    assert csat.points[-1].on == "2026-10-26"
    assert "CSAT fell by 50.0 points against the week before." in [sentence.text for sentence in report.changed]


def test_week_like_the_one_before_says_that_nothing_changed(empty):
    written(empty[0], [*many(DAY - timedelta(days=7), 40, 10), *many(DAY, 39, 11)])
    report = build_weekly(*empty, week="2026-W44")
    assert report.changed == ()
    assert report.quiet is not None
    assert "Nothing changed" in report.quiet


def test_empty_week_names_the_days_that_have_answers(empty):
    written(empty[0], many(DAY, 1, 0))
    with pytest.raises(EmptyError, match=r"26 October to 1 November|2026-10-28 to 2026-10-28"):
        build_weekly(*empty, week="2026-W40")


@pytest.mark.parametrize("week", ["2026-44", "2026-W54", "2026-W00", "0000-W01", "2026-W4", "last"])
def test_word_that_is_no_week_is_refused(empty, week):
    with pytest.raises(UserError, match="2026-W44"):
        build_weekly(*empty, week=week)


@pytest.mark.parametrize("day", ["2026-10-32", "20261031", "2026-W44", "", "9999-12-31"])
def test_word_that_is_no_day_is_refused(empty, day):
    with pytest.raises(UserError, match="2026-10-31"):
        build_daily(*empty, day=day)


def test_dip_of_one_segment_is_told_and_noise_is_not(empty):
    chat, email = ({"segments": {"channel": name}} for name in ("chat", "email"))
    earlier = DAY - timedelta(days=14)
    rows = [*many(earlier, 72, 8, **chat), *many(earlier, 72, 8, **email)]
    written(empty[0], [*rows, *many(DAY, 12, 28, **chat), *many(DAY, 35, 5, **email)])
    report = build_weekly(*empty, week="2026-W44")
    told = " ".join(sentence.text for sentence in report.changed)
    assert "in channel chat" in told
    assert "email" not in told
    assert any("Read the low CSAT answers of channel chat" in action.text for action in report.actions)
    assert all(action.owner == "to be named" for action in report.actions)


def causes(store: Store, low_on_theme: int) -> None:
    writer = Writer(store)
    for number in range(40):
        low = number < 20
        on = "T1" if (low and number < low_on_theme) or number in (38, 39) else "T2"
        text = f"{'search is broken' if on == 'T1' else 'some other matter'} in folder number {number}"
        writer.answer(DAY, 1.0 if low else 5.0, text=text, theme=on)
    writer.write()
    writer.mine({"T1": "Broken search", "T2": "Other"})


def test_theme_of_the_low_scores_is_a_cause_to_fix(empty):
    causes(empty[0], 16)
    report = build_weekly(*empty, week="2026-W44")
    assert report.low_comments == 20
    first = report.causes[0]
    assert (first.name, first.volume) == ("Broken search", 16)
    assert first.change is not None
    assert first.change.real
    assert {quote.kind for quote in first.quotes} == {"complaint"}
    assert "Find the cause behind “Broken search” and fix it first." in [action.text for action in report.actions]


def test_theme_that_is_as_common_elsewhere_is_no_cause(empty):
    causes(empty[0], 3)
    report = build_weekly(*empty, week="2026-W44")
    assert not any("Broken search" in sentence.text for sentence in (*report.actions, *report.changed))
    assert [action.text for action in report.actions] == [
        "Read the low answers together and note what they have in common."
    ]


def test_without_a_theme_model_the_week_says_how_to_get_one(empty):
    written(empty[0], many(DAY, 5, 5, text="words of a customer about something"))
    report = build_weekly(*empty, week="2026-W44")
    assert report.causes == ()
    assert "verbatim mine" in (report.causes_absent or "")


def test_overdue_follow_ups_are_the_first_action_and_there_are_three_at_most(empty):
    causes(empty[0], 16)
    report = build_weekly(*empty, week="2026-W44", follow_ups=FollowUpCounts(3, 1, 1, 1))
    assert report.actions[0].text == "Finish what is overdue: 1 follow-up."
    assert len(report.actions) <= 3


def by_agent(settings: Settings, store: Store, sides: dict[str, tuple[int, int]]) -> list[Any]:
    rows = [row for name, (good, bad) in sides.items() for row in many(DAY, good, bad, segments={"agent": name})]
    written(store, rows)
    return [build_weekly(store, settings, week="2026-W44").coaching]


def test_agents_stand_by_name_and_those_with_few_answers_are_withheld(empty):
    store, settings = empty
    (coaching,) = by_agent(settings, store, {"Zoe": (9, 1), "Adam": (1, 9), "Mia": (0, 4)})
    assert [one.agent for one in coaching.agents] == ["Adam", "Zoe"]
    assert coaching.withheld == 1
    assert all(one.note is None for one in coaching.agents)  # fewer than 30 answers: nobody is compared
    text = render(build_weekly(store, settings, week="2026-W44"), "md").decode()
    assert "Mia" not in text


def test_note_on_a_person_needs_many_answers_and_a_real_difference(empty):
    store, settings = empty
    (coaching,) = by_agent(settings, store, {"Ann": (55, 5), "Bob": (20, 40), "Cy": (40, 20)})
    notes = {one.agent: one.note for one in coaching.agents}
    assert "better than that of the others" in (notes["Ann"] or "")
    assert "Look at topics and channels first" in (notes["Bob"] or "")
    assert notes["Cy"] is None


def test_answer_belongs_to_who_held_the_ticket_when_it_was_rated(empty):
    store, settings = empty
    store.upsert(ticket, [a_ticket("T-1", "A", segments={"agent": "Later"})])
    event = {**SOURCE, "ticket_id": key("T-1"), "actor": None, "text": None, "segments": {}}
    handed = [
        (DAY - timedelta(days=1), "assigned", None, "First"),
        (DAY + timedelta(days=1), "reassigned", "First", "Later"),
    ]
    store.upsert(
        ticket_event,
        [
            event | {"id": key(f"e{n}"), "at": at, "kind": kind, "from_value": old, "to_value": new}
            for n, (at, kind, old, new) in enumerate(handed)
        ],
    )
    written(store, many(DAY, 6, 0, ticket_id=key("T-1"), segments={}))
    assert [one.agent for one in build_weekly(store, settings, week="2026-W44").coaching.agents] == ["First"]


# Account review


def an_organisation(store: Store, own: tuple[int, int], others: tuple[int, int]) -> None:
    store.upsert(account, [
        an_account("Acme", renewal_at=datetime(2026, 12, 1, tzinfo=UTC)), an_account("Bolt", arr=3000.0),
    ])  # fmt: skip
    store.upsert(contact, [
        {"id": key(f"c{n}"), **SOURCE, "account_id": key("Acme"), "role": role, "since": None, "segments": {}}
        for n, role in enumerate(["champion", "end user", "end user"])
    ])  # fmt: skip
    rows = many(DAY, *own, account_id=key("Acme"), contact_id=key("c1"))
    written(store, [*rows, *many(DAY, *others, account_id=key("Bolt"), contact_id=key("c9"))])


REVIEW = {"start": "2026-08", "end": "2026-10"}


@pytest.mark.parametrize("called", ["Acme", " acme ", "X-Acme", key("Acme")])
def test_account_is_found_by_name_id_or_key(empty, called):
    an_organisation(empty[0], (5, 5), (50, 5))
    report = build_account_review(*empty, account=called, **REVIEW)
    assert report.account.external_id == "X-Acme"
    assert (report.answers, report.contacts, report.contacts_answered) == (10, 3, 1)
    assert report.account.renewal_days == 30
    assert any("renewal" in sentence.text for sentence in report.raise_next)


def test_unknown_and_ambiguous_accounts_are_refused(empty):
    an_organisation(empty[0], (5, 5), (5, 5))
    with pytest.raises(NotFoundError, match="'Zeta'"):
        build_account_review(*empty, account="Zeta", **REVIEW)
    with pytest.raises(NotFoundError):
        build_account_review(*empty, account="  ", **REVIEW)
    empty[0].upsert(account, [an_account("second", name="ACME")])
    with pytest.raises(UserError, match="2 accounts.*X-Acme, X-second"):
        build_account_review(*empty, account="acme", **REVIEW)


def test_account_below_the_others_is_told_with_both_figures(empty):
    an_organisation(empty[0], (5, 35), (180, 20))
    report = build_account_review(*empty, account="Acme", **REVIEW)
    (told,) = [sentence for sentence in report.changed if "all other accounts" in sentence.text]
    assert told.text == "CSAT is below that of all other accounts."
    assert "n 40" in told.evidence
    assert "n 200" in told.evidence


def test_account_like_the_others_is_not_told_apart(empty):
    an_organisation(empty[0], (8, 2), (160, 40))
    report = build_account_review(*empty, account="Acme", **REVIEW)
    assert report.changed == ()
    assert report.quiet is not None


def test_views_are_of_all_accounts_and_weighting_follows_the_value(empty):
    an_organisation(empty[0], (10, 0), (0, 90))
    report = build_account_review(*empty, account="Acme", **REVIEW)
    assert [view.figure.value for view in report.views] == [10.0, 50.0, 25.0]


def test_roles_count_those_who_stayed_silent(empty):
    an_organisation(empty[0], (10, 0), (0, 90))
    report = build_account_review(*empty, account="Acme", **REVIEW)
    assert [(role.name, role.contacts, role.answered) for role in report.roles] == [
        ("end user", 2, 1), ("champion", 1, 0),
    ]  # fmt: skip
    assert any("Only one person of 3 contacts answered" in sentence.text for sentence in report.raise_next)


def test_months_are_the_last_three_full_ones_that_are_known(empty):
    an_organisation(empty[0], (5, 5), (5, 5))
    with pytest.raises(EmptyError, match="2026-10-28"):
        build_account_review(*empty, account="Acme")  # October is not over: July to September
    report = build_account_review(*empty, account="Acme", generated_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert (report.start, report.end) == ("2026-08", "2026-10")
    with pytest.raises(UserError, match="before it begins"):
        build_account_review(*empty, account="Acme", start="2026-10", end="2026-09")


def test_open_tickets_carry_their_newest_prediction_and_solved_ones_are_left_out(empty):
    store, _ = empty
    an_organisation(store, (5, 5), (5, 5))
    done = a_ticket("T-9", "Acme", status="solved", solved_at=DAY)
    store.upsert(ticket, [done, a_ticket("T-3", "Acme"), a_ticket("T-1", "Acme"), a_ticket("T-2", "Bolt")])
    rows = []
    for hours, risk in ((1, 0.2), (5, 0.9)):
        at = DAY + timedelta(hours=hours)
        rows.append(
            {
                "id": prediction_key(key("p"), key("T-1"), at), "predictor_id": key("p"), "ticket_id": key("T-1"),
                "metric": "csat", "at": at, "made_at": at, "stage": "creation", "probability": risk, "low": risk - 0.1,
                "high": risk + 0.05, "expected_score": None, "band": "high" if risk > 0.5 else "low",
                "features_hash": "f", "reasons": [{"statement": said, "points": 0.4} for said in (
                    "it was reopened", "first message: words like refund",
                )],
            }
        )  # fmt: skip
    save_predictions(store, rows)
    report = build_account_review(*empty, account="Acme", **REVIEW)
    assert [one.ticket for one in report.open_tickets] == ["T-1", "T-3"]
    (risk,) = report.open_tickets[0].predictions
    assert (risk.risk, risk.band, risk.reasons) == (
        90.0,
        "high",
        ("it was reopened", "first message: words like refund"),
    )
    assert any("T-1" in sentence.text and "high risk" in sentence.text for sentence in report.raise_next)


def test_reports_are_plain_json_without_gaps_on_both_databases(store, settings):
    an_organisation(store, (5, 5), (50, 5))
    for report in (
        build_daily(store, settings, day="2026-10-28"),
        build_weekly(store, settings, week="2026-W44"),
        build_account_review(store, settings, account="Acme", **REVIEW),
    ):
        read = json.loads(render(report, "json"))
        assert next(iter(read)) == "schema"
        for fmt in ("md", "html", "json"):
            text = render(report, fmt).decode()
            assert "NaN" not in text and "None" not in text and "nan%" not in text
        assert report == replace(report, generated_at=None)
