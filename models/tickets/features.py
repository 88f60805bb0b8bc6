"""The features of a ticket at a moment: what each is called, which way it may move the risk, and how it is said.

One table. Nothing protected or personal is in it: no name, age, gender, language or address of a customer; who the
agent is only where a setting allows it (``agent``, ``agent_rating``), and then it is never given as a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Availability = Literal["at_creation", "while_open", "after_close"]

TOPICS = 24  # dimensions of the first message's meaning
LATER_TOPICS = 8  # of the messages after it
GIVEN = frozenset(
    {"account_mood"}
)  # log odds that are added to the margin as they are (see `models.learners.expectation`)
PERSONAL = frozenset({"agent", "agent_rating"})


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature. ``sign`` 1: more of it never lowers the risk (−1: never raises it); a ``group`` is one reason.

    ``kind`` says how a value is written: hours, count, share, days, rating (a share of its scale), words, tone, number.
    """

    name: str
    group: str
    kind: str
    said: str
    availability: Availability = "while_open"
    sign: int = 0


FEATURES: tuple[Feature, ...] = (
    Feature("waiting", "waiting", "hours", "waiting for a reply", sign=1),
    Feature("waiting_open", "waiting", "hours", "waiting for a reply, in business hours", sign=1),
    Feature("first_wait", "waiting", "hours", "wait for the first reply", sign=1),
    Feature("first_wait_open", "waiting", "hours", "wait for the first reply, in business hours", sign=1),
    Feature("longest_wait", "waiting", "hours", "longest wait for a reply", sign=1),
    Feature("longest_wait_open", "waiting", "hours", "longest wait for a reply, in business hours", sign=1),
    Feature("sla_left", "deadline", "hours", "time left to the promised first reply", sign=-1),
    Feature("age_hours", "age", "hours", "age of the ticket"),
    Feature("replied", "replies", "number", "replied to at all"),
    Feature("agent_replies", "replies", "count", "replies by agents"),
    Feature("customer_messages", "replies", "count", "further messages by the customer"),
    Feature("reopens", "reopened", "count", "times reopened", sign=1),
    Feature("handovers", "handed over", "count", "times handed to another agent", sign=1),
    Feature("escalations", "escalated", "count", "times escalated"),
    Feature("channel_switches", "channel", "count", "changes of channel"),
    Feature("channel", "channel", "words", "channel", "at_creation"),
    Feature("priority", "priority", "words", "priority", "at_creation"),
    Feature("issue_type", "topic", "words", "issue type", "at_creation"),
    Feature("product", "topic", "words", "product", "at_creation"),
    Feature("product_rating", "topic", "rating", "ratings of this product's tickets, last four weeks", "at_creation",
            -1),
    Feature("issue_type_rating", "topic", "rating", "ratings of this issue type, last four weeks", "at_creation", -1),
    Feature("everybody_rating", "everybody", "rating", "ratings of all tickets, last four weeks", "at_creation"),
    Feature("team", "team", "words", "team"),
    Feature("hour", "time", "number", "hour of the day it was opened", "at_creation"),
    Feature("weekday", "time", "words", "day of the week it was opened", "at_creation"),
    Feature("opened_in_hours", "time", "number", "opened within business hours", "at_creation"),
    Feature("requester_last_rating", "requester", "rating", "this requester's last rating", "at_creation", -1),
    Feature("requester_tickets", "requester", "count", "tickets by this requester in three months", "at_creation"),
    Feature("requester_days", "requester", "days", "days since the requester joined", "at_creation"),
    Feature("role", "requester", "words", "requester's role", "at_creation"),
    Feature("account_mood", "account", "mood", "the account's latest ratings",
            "at_creation"),
    Feature("account_open", "account", "count", "other open tickets of the account", "at_creation"),
    Feature("tier", "account", "words", "tier of the account", "at_creation"),
    Feature("account_days", "account", "days", "days as a customer", "at_creation"),
    Feature("renewal_days", "account", "days", "days to the renewal", "at_creation"),
    Feature("agent_load", "load", "count", "other open tickets of the agent"),
    Feature("agent", "agent", "words", "agent"),
    Feature("agent_rating", "agent", "rating", "ratings of the agent's tickets", "while_open", -1),
    Feature("sentiment_last", "tone", "tone", "tone of the last message", sign=-1),
    Feature("sentiment_mean", "tone", "tone", "tone of the messages", sign=-1),
    Feature("sentiment_trend", "tone", "tone", "change of tone since the first message", sign=-1),
    Feature("words", "length", "count", "words written by the customer"),
    Feature("words_last", "length", "count", "words of the last message"),
    Feature("caps_share_max", "tone", "share", "words in capitals"),
    Feature("question_marks", "length", "count", "question marks"),
    Feature("asks_for_manager", "asks for a manager", "number", "asks for a manager", sign=1),
    Feature("urgent", "urgent", "number", "calls it urgent"),
    Feature("says_again", "says it again", "number", "says that it happens again, or asks for an update", sign=1),
    Feature("repetition", "says it again", "share", "words repeated from earlier messages"),
    *(Feature(f"about_{place}", "words", "meaning", "what the first message is about", "at_creation")
      for place in range(1, TOPICS + 1)),
    *(Feature(f"later_{place}", "words", "meaning", "what the later messages are about")
      for place in range(1, LATER_TOPICS + 1)),
)  # fmt: skip
TEXT_GROUPS = frozenset({"tone", "length", "words", "urgent", "says it again", "asks for a manager"})
BY_NAME = {feature.name: feature for feature in FEATURES}
WAITS = ("waiting", "first_wait", "longest_wait")


def feature_of(name: str) -> Feature:
    """The feature of a name; one of an organisation's own columns is its own group."""
    return BY_NAME.get(name) or Feature(name, name, "own", name.replace("_", " "))


def of_text(name: str) -> bool:
    """Whether a feature is one of the words that customers write."""
    return name in BY_NAME and BY_NAME[name].group in TEXT_GROUPS


def signs(names: tuple[str, ...]) -> dict[str, int]:
    """Which way each feature may move the risk, for those with a direction."""
    return {name: BY_NAME[name].sign for name in names if name in BY_NAME and BY_NAME[name].sign}
