"""What people do with a follow-up: open → contacted → resolved or cannot resolve; every step with time and person.

Steps are appended; the last can be taken back. Who says which step was the last one seen (``expected_sequence``) is
refused where somebody else was faster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from verbatim.domain import stable_key
from verbatim.errors import EditConflictError, InputError, NotFoundError
from verbatim.followups.settling import MACHINE
from verbatim.followups.sight import EVERYTHING
from verbatim.messages.events import Message, follow_up_data
from verbatim.messages.outbox import emit
from verbatim.storage.tables import follow_up, follow_up_change
from verbatim.text.clean import clean_text
from verbatim.text.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from verbatim.followups.sight import Sight
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

    Row = dict[str, Any]


class StepError(InputError):
    """A step that does not go with the state of the follow-up."""


STEPS: Mapping[str, tuple[str, ...]] = {
    "open": ("contacted", "cannot_resolve"),
    "contacted": ("resolved", "cannot_resolve"),
    "resolved": ("open",),
    "cannot_resolve": ("open",),
    "withdrawn": ("open",),
}
STATES = tuple(STEPS)
WITHOUT_CONTACT = ("effort", "account_low")  # no single customer to contact: these go from open to resolved, too
LONGEST_NOTE = 4000


def change(
    store: Store, settings: Settings, follow_up_id: str, *, to: str, person: str, at: datetime,
    note: str | None = None, reason: str | None = None, expected_sequence: int | None = None,
) -> Row:  # fmt: skip
    """Take a follow-up to another state; gives its row. ``note`` and ``reason`` are redacted as comments are.

    Reopening leaves the due times as they were.

    Raises:
        NotFoundError: there is no such follow-up.
        InputError: no such state, or ``cannot_resolve`` without a ``reason``.
        StepError: a step that is not allowed from its state.
        EditConflictError: somebody changed it since ``expected_sequence``.
    """
    if to not in STATES or to == "withdrawn":
        raise InputError(f"a follow-up cannot become {to!r}; it can become {', '.join(STATES[:-1])}")
    why = redacted(settings, reason)
    if to == "cannot_resolve" and not why:
        raise InputError("say why it cannot be resolved: give a reason")

    def step(row: Row) -> Row:
        allowed = STEPS[row["state"]]
        allowed += ("resolved",) if row["state"] == "open" and row["signal"] in WITHOUT_CONTACT else ()
        if to not in allowed:
            raise StepError(
                f"a follow-up that is {row['state']} cannot become {to}; it can become {' or '.join(allowed)}"
            )
        return {"state": to, "reason": why if to == "cannot_resolve" else None}

    return _changed(store, settings, follow_up_id, step, "state", person, at, note, expected_sequence)


def assign(
    store: Store, settings: Settings, follow_up_id: str, *, to: str | None, person: str, at: datetime,
    note: str | None = None, expected_sequence: int | None = None,
) -> Row:  # fmt: skip
    """Give a follow-up to a person, or to nobody; whoever does it has taken care of the task. Raises as `change`."""
    owner = " ".join(to.split()) if to else None
    return _changed(
        store, settings, follow_up_id, lambda _: {"owner": owner or None}, "assigned", person, at, note,
        expected_sequence,
    )  # fmt: skip


def add_note(
    store: Store, settings: Settings, follow_up_id: str, *, note: str, person: str, at: datetime,
    expected_sequence: int | None = None,
) -> Row:  # fmt: skip
    """Write something down. Raises as `change`, and InputError for an empty note."""
    if not redacted(settings, note):
        raise InputError("a note needs words")
    return _changed(store, settings, follow_up_id, lambda _: {}, "note", person, at, note, expected_sequence)


def undo(
    store: Store, settings: Settings, follow_up_id: str, *, person: str, at: datetime,
    expected_sequence: int | None = None,
) -> Row:  # fmt: skip
    """Take back the last step that holds and that a person made. Raises as `change`, StepError: there is none."""
    undone: list[int] = []

    def step(row: Row) -> Row:
        last = next((each for each in reversed(row["changes"]) if _holds(each, row["changes"])), None)
        if last is None:
            raise StepError("nobody has done anything with this follow-up yet; there is nothing to undo")
        if last["person"] == MACHINE:
            raise StepError("the last step was the machine's; change the state instead")
        undone.append(last["sequence"])
        before = {"state": last["from_state"], "owner": last["from_owner"], "reason": last["from_reason"]}
        others = [
            each for each in row["changes"]
            if each["sequence"] != last["sequence"] and each["person"] != MACHINE and _holds(each, row["changes"])
        ]  # fmt: skip
        return before | {"taken_at": others[0]["at"] if others else None}

    return _changed(store, settings, follow_up_id, step, "undo", person, at, None, expected_sequence, undone)


def get(store: Store, follow_up_id: str, *, sight: Sight = EVERYTHING) -> Row:
    """The row of a follow-up.

    Raises:
        NotFoundError: there is none that the caller may see.
    """
    with store.reading() as connection:
        return _row(connection, follow_up_id, sight=sight)


def history(store: Store, follow_up_id: str) -> list[Row]:
    """Every change, the first one first: rows of ``follow_up_change``.

    Raises:
        NotFoundError: there is no such follow-up.
    """
    with store.reading() as connection:
        _row(connection, follow_up_id)
        return _changes(connection, follow_up_id)


def redacted(settings: Settings, text: str | None) -> str | None:
    """Words of people as they are stored: cleaned, without personal data, ``None`` for nothing.

    Raises:
        InputError: longer than 4,000 characters.
    """
    if text is None:
        return None
    if len(text) > LONGEST_NOTE:
        raise InputError(f"a note or reason has at most {LONGEST_NOTE} characters, this one {len(text)}")
    redactor = Redactor(settings.redact_patterns, settings.phone_regions, settings.redact_keep)
    return redactor.redact(clean_text(text)).text or None


def _changed(
    store: Store, settings: Settings, follow_up_id: str, step: Any, kind: str, person: str, at: datetime,  # noqa: ANN401
    note: str | None, expected: int | None, undone: list[int] | None = None,
) -> Row:  # fmt: skip
    """One step and its change row and message, in one transaction that nobody overtakes."""
    said = redacted(settings, note)
    with store.writing() as connection:
        row = _row(connection, follow_up_id, lock=True)
        if expected is not None and row["sequence"] != expected:
            raise EditConflictError(
                f"the follow-up changed since you looked (change {row['sequence']}, you saw {expected}); "
                "look at it and try again"
            )
        values: Row = step({**row, "changes": _changes(connection, follow_up_id)} if kind == "undo" else row)
        sequence = row["sequence"] + 1
        if kind != "undo":
            values["taken_at"] = row["taken_at"] or at
        if values.get("state", row["state"]) != row["state"]:
            values["state_at"] = at
        after = {**row, **values, "sequence": sequence}
        connection.execute(update(follow_up).where(follow_up.c.id == row["id"]).values(**values, sequence=sequence))
        names = ("state", "owner", "reason")
        moved = {f"{way}_{name}": side[name] for way, side in (("from", row), ("to", after)) for name in names}
        connection.execute(insert(follow_up_change).values(
            id=stable_key(row["id"], str(sequence)), follow_up_id=row["id"], sequence=sequence, at=at, person=person,
            kind=kind, note=said, undoes=undone[0] if undone else None, **moved,
        ))  # fmt: skip
        emit(connection, [Message("followup.changed", f"{row['id']}:{sequence}", at, follow_up_data(after))], at=at)
    return after


def _row(connection: Connection, follow_up_id: str, *, lock: bool = False, sight: Sight = EVERYTHING) -> Row:
    wanted = select(follow_up).where(follow_up.c.id == follow_up_id, *sight.of_follow_ups())
    found = connection.execute(wanted.with_for_update() if lock else wanted).mappings().one_or_none()
    if found is None:
        raise NotFoundError(f"there is no follow-up {follow_up_id!r}; `verbatim follow-ups list` shows those there are")
    return dict(found)


def _changes(connection: Connection, follow_up_id: str) -> list[Row]:
    row = follow_up_change.c
    wanted = select(follow_up_change).where(row.follow_up_id == follow_up_id).order_by(row.sequence)
    return [dict(each) for each in connection.execute(wanted).mappings()]


def _holds(one: Row, changes: list[Row]) -> bool:
    return one["kind"] != "undo" and all(each["undoes"] != one["sequence"] for each in changes)
