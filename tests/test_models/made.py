"""A little organisation, made with numpy: long waits and reopens make customers dissatisfied, or nothing does."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd

from models.learners.fitting import Recipe, choose, fit_model
from models.learners.rows import Rows
from models.learners.trees import TreeShape
from models.predictor import Predictor, libraries
from models.tickets.features import signs
from models.tickets.log import read_log
from models.tickets.snapshots import training_moments, view
from verbatim.business_hours import BusinessHours

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFICE = BusinessHours(frozenset(range(5)), time(9), time(17), "UTC", frozenset({date(2026, 12, 25)}))
AGENTS = {"ann": "north", "bob": "north", "cy": "south", "dee": "south"}
CHANNELS = ("email", "chat", "phone")


def after(hours, start=MONDAY):
    return start + timedelta(hours=hours)


def micro(moment):
    """A moment as the int64 that `models` counts in."""
    return np.array([round(moment.timestamp() * 1e6)], dtype=np.int64)


def objects(values):
    return np.array(list(values), dtype=object)


def ticket(key, created=MONDAY, **known):
    """A row of tickets."""
    return {"id": key, "created_at": created, **known}


def event(key, hours, kind, start=MONDAY, **known):
    """A row of events, hours after the start."""
    return {"ticket_id": key, "at": after(hours, start), "kind": kind, **known}


def frame(rows, columns=()):
    """Rows as a frame, with times as pandas keeps them."""
    made = pd.DataFrame(list(rows), columns=None if rows else list(columns))
    for name in made.columns:
        if name == "at" or name.endswith("_at") or name == "since":
            made[name] = pd.to_datetime(made[name], utc=True)
    return made


def tickets_frame(*rows):
    return frame(rows, ("id", "created_at"))


def events_frame(*rows):
    return frame(rows, ("ticket_id", "at", "kind"))


def answers_frame(*rows):
    """Answers of (ticket, hours after Monday, value), or with contact and account."""
    names = ("ticket_id", "answered_at", "value", "contact_id", "account_id")
    filled = [dict(zip(names, (*row, *[None] * (5 - len(row))), strict=True)) for row in rows]
    for row in filled:
        row |= {"answered_at": after(row["answered_at"]), "metric": "csat", "scale": "csat-5"}
    return frame(filled, (*names, "metric", "scale"))


@dataclass(frozen=True)
class Organisation:
    """Frames as the store gives them."""

    tickets: pd.DataFrame
    events: pd.DataFrame
    answers: pd.DataFrame

    def view(self):
        log = read_log(self.tickets, self.events)
        return view(log, OFFICE, answers=self.answers, text=False)

    def rows(self):
        """Training rows, one account a group, and the directions of the features."""
        seen = self.view()
        places = seen.log.place_of()
        of = np.array([places[key] for key in self.answers["ticket_id"]], dtype=np.int64)
        rated = np.array([micro(at)[0] for at in self.answers["answered_at"]], dtype=np.int64)
        row, moment, stage = training_moments(seen.log, of, rated)
        columns = seen.features(of[row], moment, text=False)
        columns.pop("agent"), columns.pop("agent_rating")
        score = self.answers["value"].to_numpy(np.float64)[row]
        keys = objects(self.answers["ticket_id"])
        made = Rows(
            columns=columns, y=(score <= 3).astype(np.int8), score=score, ticket=keys[row],
            group=seen.log.account[of[row]], stage=stage, moment=moment, rated=rated[row], segments={},
        )  # fmt: skip
        return made, signs(tuple(columns))


def organisation(tickets=400, *, seed=3, signal=2.5):
    """Tickets of 40 accounts over a year; ``signal`` 0: the ratings have nothing to do with what happened."""
    rng = np.random.default_rng(seed)
    began = np.sort(rng.uniform(0, 24 * 300, tickets))
    first, second = rng.lognormal(1.5, 1.2, tickets), rng.lognormal(1.5, 1.2, tickets)
    reopened = rng.random(tickets) < 0.2
    agent = rng.choice(list(AGENTS), (tickets, 2))
    moved = rng.random(tickets) < 0.3
    urgent = rng.random(tickets) < 0.35
    slow = np.log1p(np.maximum(first, second))
    strain = signal * (0.6 * (slow - slow.mean()) / slow.std() + 1.4 * reopened + 1.2 * urgent - 0.7) - 0.7
    unhappy = rng.random(tickets) < 1 / (1 + np.exp(-strain))
    score = np.where(unhappy, rng.integers(1, 4, tickets), rng.integers(4, 6, tickets))
    rows, events, answers = [], [], []
    for i in range(tickets):
        key, start = f"t{i:04d}", after(float(began[i]))
        account = f"a{rng.integers(40)}"
        holder = agent[i, 1] if moved[i] else agent[i, 0]
        rows.append(
            ticket(
                key, start, account_id=account, contact_id=f"{account}-{rng.integers(3)}", agent=holder,
                team=AGENTS[holder], channel=CHANNELS[rng.integers(3)], priority=("normal", "high")[int(urgent[i])],
                subject=None, body=None,
            )
        )  # fmt: skip
        steps = [("agent replied", first[i]), ("customer replied", 1.0), ("agent replied", second[i]), ("solved", 0.5)]
        if reopened[i]:
            steps += [("reopened", 20.0), ("agent replied", 1.0), ("solved", 0.5)]
        at = 0.0
        for kind, hours in steps:
            at += float(hours)
            events.append(event(key, at, kind, start, actor=None, from_value=None, to_value=None, text=None))
        if moved[i]:
            step = {"from_value": agent[i, 0], "to_value": agent[i, 1], "actor": None, "text": None}
            events.append(event(key, float(first[i]) + 0.5, "assigned", start, **step))
        answers.append((key, float(began[i]) + at + 5.0, float(score[i])))
    return Organisation(tickets_frame(*rows), events_frame(*events), answers_frame(*answers))


def flat(tickets=400, *, seed=5, signal=3.0):
    """A frame with one row a ticket, and its ratings, for the estimators."""
    rng = np.random.default_rng(seed)
    wait = rng.lognormal(1.5, 1.0, tickets)
    reopens, channel = rng.poisson(0.3, tickets), rng.choice(CHANNELS, tickets)
    phone = channel == "phone"
    strain = signal * ((np.log(wait) - 1.5) + reopens + phone - 0.6) - 1.0
    unhappy = rng.random(tickets) < 1 / (1 + np.exp(-strain))
    table = pd.DataFrame(
        {
            "wait": wait,
            "reopens": reopens,
            "channel": channel,
            "seats": rng.integers(1, 500, tickets),
            "account": [f"a{place}" for place in rng.integers(0, 60, tickets)],
            "rated_at": pd.date_range("2026-01-01", periods=tickets, freq="3h", tz="UTC"),
        }
    )
    return table, np.where(unhappy, rng.integers(1, 4, tickets), rng.integers(4, 6, tickets)).astype(float)


DECLARED = {"wait": "while_open", "reopens": "while_open", "channel": "at_creation", "seats": "at_creation"}


def fitted(rows, directions, estimator, chosen=None):
    """A model of one estimator, calibrated on forward folds."""
    recipe = Recipe(estimator, 6.0, TreeShape(leaves=4), 60, ())
    chosen = chosen or choose(rows, directions, seed=1)
    unseen = (
        chosen.margins, rows.y[chosen.places], rows.weights[chosen.places], rows.score[chosen.places],
    )  # fmt: skip
    return fit_model(rows, recipe, directions, unseen, seed=1)


def predictor_of(trained, rows, **known):
    """What a version keeps of a training on tickets."""
    return Predictor(
        **{
            "metric": "csat", "target": "score <= 3", "scale": "csat-5", "kind": "tickets", "trained": trained,
            "features": tuple(rows.columns), "declared": {}, "left_out": (("note", "known only after closing"),),
            "data_start": MONDAY, "data_end": after(24 * 300), "tickets": rows.tickets, "snapshots": len(rows),
            "cases": rows.cases, "libraries": libraries(), "created_at": MONDAY,
        }
        | known
    )  # fmt: skip


def planted(n=600, *, seed=2):
    """Columns and a label that depends on "wait" (up) and "team", for estimators on their own."""
    rng = np.random.default_rng(seed)
    wait = rng.lognormal(1.0, 1.0, n)
    columns = {
        "wait": np.where(rng.random(n) < 0.1, np.nan, wait),
        "noise": rng.normal(size=n),
        "team": objects(rng.choice(["north", "south", "west"], n)),
    }
    strain = 1.2 * (np.log(wait) - 1.0) + (columns["team"] == "west") - 0.8
    return columns, (rng.random(n) < 1 / (1 + np.exp(-strain))).astype(np.int8)
