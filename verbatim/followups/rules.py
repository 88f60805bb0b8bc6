"""Rules: which signal asks whom to do what, and until when.

The defaults are the table of closing the loop, as data. The settings (``followup_rules``) change fields of them, switch
them off or add rules; what people edit (table ``rule``) stands above both, and can be taken back.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from verbatim.domain import stable_key
from verbatim.errors import EditConflictError, NotFoundError, SettingsError, UserError
from verbatim.followups.reading_rules import read_rule
from verbatim.storage.tables import rule as rule_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

CONTACT = "account_owner"


@dataclass(frozen=True, slots=True)
class Rule:
    """What asks for a follow-up, and which.

    ``signal``: "answer" (a follow-up an answer), "effort" (one a theme, or feature, and month), "at_risk" (one an open
    ticket whose predicted risk is high) or "account_low" (one an account and month in which ``at_least`` contacts gave
    such answers within ``within_days``). ``when`` says which answers: a category (detractors, passives, promoters,
    satisfied, neutral, dissatisfied, easy, neither, difficult; as the organisation defines them), "low" (the lower half
    of a CSAT scale's range, the lower third of a CES one's; of NPS, detractors) or a comparison ("score <= 3").
    ``metric`` None: any. ``scales``, ``segments`` (name → values), ``tiers`` and ``minimum_arr`` narrow it down.
    ``who`` is a role (`reading_rules.ROLES`) or "person", with ``person``. ``task_due`` (taken by then) and ``due``
    (contacted by then) are texts for `verbatim.followups.due`. Answers older than ``window_days`` ask for nothing.
    """

    name: str
    signal: str = "answer"
    metric: str | None = None
    when: str = "low"
    scales: tuple[str, ...] = ()
    segments: Mapping[str, tuple[str, ...]] | None = None
    tiers: tuple[str, ...] = ()
    minimum_arr: float | None = None
    who: str = CONTACT
    person: str | None = None
    what: str = "Contact the customer."
    task_due: str | None = None
    due: str = "same day"
    severity: str = "warning"
    events: tuple[str, ...] = ("followup.created",)
    active: bool = True
    window_days: float = 14.0
    at_least: int = 3
    within_days: float = 30.0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, as `reading_rules.read_rule` reads it back."""
        lists = {"scales": list(self.scales), "tiers": list(self.tiers), "events": list(self.events)}
        segments = {name: list(values) for name, values in (self.segments or {}).items()}
        return asdict(self) | lists | {"segments": segments}


# The table of closing the loop. Times are business hours.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "detractor": {
        "metric": "nps", "when": "detractors", "who": CONTACT, "task_due": "2h", "due": "same day",
        "severity": "urgent",
        "what": "Contact the customer; agree on a recovery path and review the value they get.",
    },
    "low_csat": {
        "metric": "csat", "when": "low", "who": "ticket_owner", "due": "same day", "severity": "urgent",
        "what": "Reopen the ticket with a next step and an owner.",
    },
    "passive": {
        "metric": "nps", "when": "passives", "who": CONTACT, "due": "next business week", "severity": "info",
        "what": "Ask what would make it a 9.",
    },
    "promoter": {
        "metric": "nps", "when": "promoters", "who": "success", "due": "next business week", "severity": "info",
        "what": "Thank them; invite them to a reference, review or case study.",
    },
    "high_effort": {
        "signal": "effort", "metric": "ces", "when": "low", "who": "product", "due": "next business week",
        "what": "Open a UX ticket with the friction", "severity": "info",
    },
    "at_risk": {
        "signal": "at_risk", "who": "support_lead", "due": "4h", "severity": "urgent",
        "what": "Intervene before the survey: the ticket is likely to end in a bad rating.",
        "events": ("followup.created", "prediction.high"),
    },
    "account_low": {
        "signal": "account_low", "when": "low", "who": CONTACT, "due": "24h", "severity": "urgent",
        "what": "Review the account: several of its contacts gave low scores.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EffectiveRule:
    """A rule as it holds, and where it comes from: "default", "settings" or "edited"."""

    rule: Rule
    origin: str
    changed_at: datetime | None = None
    person: str | None = None

    @property
    def version(self) -> str:
        """Changes when the rule does, or where it comes from."""
        return stable_key(self.origin, json.dumps(self.rule.to_dict(), sort_keys=True))[:16]


def effective_rules(store: Store, settings: Settings) -> list[EffectiveRule]:
    """Every rule, also inactive ones: the defaults in their order, then those that were added, by name.

    Raises:
        SettingsError: a rule of the settings does not read; the message names the field and what it may be.
    """
    below = rules_of_settings(settings)
    with store.reading() as connection:
        rows = connection.execute(select(rule_table).order_by(rule_table.c.name)).mappings().all()
    edited = {row["name"]: _read(row, below) for row in rows}
    return [edited.get(name, found) for name, found in below.items()] + [
        found for name, found in edited.items() if name not in below
    ]


def rules_of_settings(settings: Settings) -> dict[str, EffectiveRule]:
    """The defaults, and what the settings change and add.

    Raises:
        SettingsError: as `effective_rules`.
    """
    found = {name: EffectiveRule(Rule(**read_rule(name, given, None)), "default") for name, given in DEFAULTS.items()}
    for name in sorted(settings.followup_rules):
        try:
            read = Rule(**read_rule(name, settings.followup_rules[name], _base(found, name)))
        except UserError as error:
            raise SettingsError(f"setting 'followup_rules.{name}' is wrong: {error}") from error
        found[name] = EffectiveRule(read, "settings")
    return found


def save_rule(
    store: Store, settings: Settings, name: str, definition: Mapping[str, Any], *, person: str, at: datetime,
    expected: str | None = None,
) -> EffectiveRule:  # fmt: skip
    """Change fields of a rule, or add one; what was edited of it before stays where it is not given anew.

    Raises:
        EditConflictError: the rule is not at the version ``expected`` (an empty text: there is none yet).
        InputError: a field that does not exist or fit; the message names it and what it may be.
    """
    from verbatim.storage.upsert import upsert_rows

    below = rules_of_settings(settings)
    with store.writing() as connection:
        row = _edited(connection, name)
        _check_version(_effective(row, below, name), name, expected)
        whole = {**(row["definition"] if row else {}), **definition}
        read = Rule(**read_rule(name, whole, _base(below, name)))
        told = {key: read.to_dict()[key] for key in whole}
        kept = {"name": name, "definition": told, "changed_at": at, "person": person}
        upsert_rows(connection, rule_table, [kept], {})
    return EffectiveRule(read, "edited", at, person)


def reset_rule(store: Store, settings: Settings, name: str, *, expected: str | None = None) -> EffectiveRule | None:
    """Take back what people edited of a rule; gives it as it is then, ``None`` for one that people had added.

    Raises:
        NotFoundError: nothing of it was edited.
        EditConflictError: the rule is not at the version ``expected``.
    """
    with store.writing() as connection:
        row = _edited(connection, name)
        if row is not None:
            _check_version(_effective(row, rules_of_settings(settings), name), name, expected)
        if not connection.execute(delete(rule_table).where(rule_table.c.name == name)).rowcount:
            raise NotFoundError(f"nothing of the rule {name!r} was edited; `verbatim follow-ups rules` lists all")
    return rules_of_settings(settings).get(name)


def base_of(found: EffectiveRule | None) -> dict[str, Any] | None:
    """The fields of a rule, as `read_rule` takes them to build on."""
    return None if found is None else {field.name: getattr(found.rule, field.name) for field in fields(Rule)}


def _edited(connection: Connection, name: str) -> RowMapping | None:
    wanted = select(rule_table).where(rule_table.c.name == name).with_for_update()
    return connection.execute(wanted).mappings().one_or_none()


def _effective(row: RowMapping | None, below: Mapping[str, EffectiveRule], name: str) -> EffectiveRule | None:
    return below.get(name) if row is None else _read(row, below)


def _read(row: RowMapping, below: Mapping[str, EffectiveRule]) -> EffectiveRule:
    name = row["name"]
    read = Rule(**read_rule(name, row["definition"], _base(below, name)))
    return EffectiveRule(read, "edited", row["changed_at"], row["person"])


def _check_version(now: EffectiveRule | None, name: str, expected: str | None) -> None:
    if expected is not None and expected != (now.version if now else ""):
        raise EditConflictError(f"the rule {name!r} changed since you looked; look at it again, then decide")


def _base(found: Mapping[str, EffectiveRule], name: str) -> Mapping[str, Any] | None:
    return base_of(found.get(name))
