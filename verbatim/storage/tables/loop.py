"""Closing the loop: rules, follow-ups, alerts, what people say of predictions, and messages to other systems."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from verbatim.storage.columns import Flat, UtcDateTime
from verbatim.storage.tables.base import KEY, key_column, metadata

# Rules that people changed; they stand above those of the settings and the defaults.
rule = Table(
    "rule",
    metadata,
    Column("name", Text, primary_key=True),
    Column("definition", Flat, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
)

follow_up = Table(
    "follow_up",
    metadata,
    key_column(),  # stable_key(rule, what it is about)
    Column("rule", Text, nullable=False),
    Column("signal", Text, nullable=False),
    Column(
        "state", Text, nullable=False
    ),  # open | contacted | resolved | cannot_resolve | withdrawn (its cause is gone)
    Column("who", Text, nullable=False),  # the role that must act: account_owner, ticket_owner, product, …
    Column("owner", Text),  # the person, where known or assigned
    Column("severity", Text, nullable=False),  # info | warning | urgent
    Column("what", Text, nullable=False),  # what is to be done; no customer's words
    Column("reason", Text),  # why it cannot be resolved
    Column("metric", Text),
    Column("response_id", KEY),
    Column("ticket_id", KEY, index=True),
    Column("account_id", KEY, index=True),
    Column("contact_id", KEY),
    Column("theme_id", Text),
    Column("customers", Integer),  # affected, where it is about several
    Column("sequence", Integer, nullable=False),  # of the last change; 0: nobody has touched it
    Column("taken_at", UtcDateTime),  # when a person first did something about it
    Column("occurred_at", UtcDateTime, nullable=False),  # when the signal was given
    Column("created_at", UtcDateTime, nullable=False),
    Column("task_due_at", UtcDateTime),  # somebody has taken it by then
    Column("due_at", UtcDateTime, nullable=False),  # the customer has been contacted by then
    Column("state_at", UtcDateTime, nullable=False),
    Column("overdue_at", UtcDateTime),  # when it was found overdue
    Index(None, "state", "due_at"),
    Index(None, "occurred_at"),
)

follow_up_change = Table(
    "follow_up_change",
    metadata,
    key_column(),
    Column("follow_up_id", KEY, nullable=False, index=True),
    Column("sequence", Integer, nullable=False),  # from 1; the key is stable_key(follow-up, sequence)
    Column("at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),  # state | assigned | note | undo
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("from_owner", Text),
    Column("to_owner", Text),
    Column("from_reason", Text),
    Column("to_reason", Text),
    Column("note", Text),  # redacted
    Column("undoes", Integer),  # the sequence of the change that was taken back
)

alert = Table(
    "alert",
    metadata,
    key_column(),  # stable_key(kind, what it is about)
    Column("kind", Text, nullable=False),  # overdue | account_low | theme_burst | drift | at_risk | …
    Column("severity", Text, nullable=False),  # info | warning | urgent
    Column("subject", Text, nullable=False),
    Column("message", Text, nullable=False),  # no customer's words
    Column("at", UtcDateTime, nullable=False),
    Column("follow_up_id", KEY),
    Column("account_id", KEY),
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledged_by", Text),
    Index(None, "at"),
)

# What people say of a prediction; what they did about it is an intervention.
prediction_feedback = Table(
    "prediction_feedback",
    metadata,
    key_column(),
    Column("ticket_id", KEY, nullable=False, index=True),
    Column("metric", Text, nullable=False),
    Column("predictor_id", KEY),
    Column("at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),  # agree | disagree | snooze | withdrawn
    Column("until", UtcDateTime),  # of a snooze
    Column("note", Text),  # redacted
)

# Where messages go: a webhook, a Slack-compatible one, a CRM's timeline. Its secret is derived, not kept.
endpoint = Table(
    "endpoint",
    metadata,
    key_column(),
    Column("name", Text, nullable=False),
    Column("style", Text, nullable=False),  # webhook | slack
    Column("url", Text, nullable=False),
    Column("events", Flat, nullable=False),  # names of events; empty: all
    Column("active", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),  # counts up when the secret is renewed
    Column("rotated_at", UtcDateTime),  # when it was; the one before is good for a day more
    Column("problem", Text),  # why it was switched off
    Column("created_at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False),
)

# Messages on their way, sent, and dead.
delivery = Table(
    "delivery",
    metadata,
    key_column(),  # also the message's id at the receiver, the same on every attempt
    Column("endpoint_id", KEY),  # null: e-mail
    Column("address", Text),  # of an e-mail
    Column("event", Text, nullable=False),
    Column("payload", Flat, nullable=False),
    Column("status", Text, nullable=False),  # waiting | sent | dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("last_status", Integer),
    Column("last_problem", Text),
    Column("log", Flat, nullable=False),  # of each attempt: at, status, problem
    Index(None, "status", "next_at"),
    Index(None, "endpoint_id", "created_at"),
)
