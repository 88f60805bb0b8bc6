"""Reports as jobs: files in ``reports/<job id>/`` of the home folder, a row of ``made_report``, its messages."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select

from verbatim.errors import InputError, NotFoundError
from verbatim.storage.tables import account, follow_up, made_report
from verbatim.storage.upsert import upsert_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from api.jobs.context import JobContext
    from api.jobs.kinds import Report
    from verbatim.reports import FollowUpCounts
    from verbatim.reports import Report as Made
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

FOLDER = "reports"
UNNAMED = "unnamed"  # folder in a report's, and where its row keeps what lies there


def make_report(context: JobContext, told: Report) -> Mapping[str, Any]:
    """Build, render and keep a report; its id is the job's, so that a second attempt makes it no second time.

    Without a period it is of the last whole one before the job was asked for. Row and messages are one transaction.
    """
    from verbatim.reports import build_report, latest_complete, without_names

    settings, job = context.settings, context.job
    period = told.period or latest_complete(told.kind, job.created_at, settings.timezone)
    made_at = datetime.now(UTC)
    by_mail = any("@" in receiver for receiver in told.deliver_to)
    forms = list(dict.fromkeys([*told.formats, *(["email"] if by_mail else [])]))
    context.step("Building the report", 0, 1 + len(forms))
    report = build_report(
        context.store, settings, told.kind, period=period, account=told.account, generated_at=made_at,
        segments=None if told.by is None else tuple(told.by),
        follow_ups=followed_up(context.store, settings, told.kind, period, told.account),
    )  # fmt: skip
    if not told.people:
        report = without_names(report)
    files: dict[str, Any] = {}
    for number, form in enumerate(forms):
        context.step(f"Writing {form}", 1 + number, 1 + len(forms))
        files |= _written(report, [form], report_folder(settings, job.id))
    row = {
        "id": job.id, "kind": told.kind, "period": period, "account": told.account,
        "options": _options(settings, job.id, told, report, forms), "files": files, "made_at": made_at,
        "person": job.person,
        "schedule_id": told.schedule_id,
    }  # fmt: skip
    with context.store.writing() as connection:
        upsert_rows(connection, made_report, [row], {})
        unknown = _tell(connection, row, told.deliver_to)
    for receiver in unknown:
        context.log(f"endpoint {receiver} is gone; the report was not sent there")
    return {"report_id": job.id, "kind": told.kind, "period": period, "files": files}


def _options(settings: Settings, report_id: str, told: Report, report: Made, forms: Sequence[str]) -> dict[str, Any]:
    """What is kept beside the files. ``unnamed``: the files, in a folder of that name, for who may not see agents.

    It is empty where no file names anybody, and missing where nobody has looked: such a report is not shown to them.
    """
    from verbatim.reports import names_people, without_names

    options: dict[str, Any] = {"by": told.by} if told.by else {}
    if not names_people(report):
        options["unnamed"] = {}
    elif settings.hide_agent_ratings_from:
        options["unnamed"] = _written(without_names(report), forms, report_folder(settings, report_id) / UNNAMED)
    return options


def _written(report: Made, forms: Sequence[str], folder: Path) -> dict[str, Any]:
    """Write the files ``report.<format>``; gives size and hash of each."""
    from verbatim.reports import write_report

    files = {}
    for form in forms:
        content = write_report(report, form, folder / f"report.{form}").read_bytes()
        files[form] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return files


def followed_up(
    store: Store, settings: Settings, kind: str, period: str, account_id: str | None
) -> FollowUpCounts | None:  # fmt: skip
    """What became, until now, of the follow-ups that were made in the time of a report, of one account or of all.

    Withdrawn ones are left out: nobody had to act. ``None``: the report says nothing of them, or nobody keeps any.
    """
    from verbatim.reports import KINDS, FollowUpCounts
    from verbatim.reports.kinds import checked_period

    if "follow_ups" not in KINDS[kind].takes:
        return None
    span, row = checked_period(kind, period, settings.timezone), follow_up.c
    wanted = [row.created_at >= span.start, row.created_at < span.end, row.state != "withdrawn"]
    with store.reading() as connection:
        if connection.execute(select(row.id).limit(1)).first() is None:
            return None
        if account_id is not None:
            named = or_(account.c.id == account_id, account.c.external_id == account_id, account.c.name == account_id)
            keys = connection.execute(select(account.c.id).where(named)).scalars().all()
            wanted.append(row.account_id.in_(keys))
        late = case((row.overdue_at.is_not(None), 1), else_=0)
        counted = select(row.state, func.count(), func.sum(late)).where(*wanted).group_by(row.state)
        found = {state: (number, overdue) for state, number, overdue in connection.execute(counted)}
    return FollowUpCounts(
        opened=sum(number for number, _ in found.values()), contacted=found.get("contacted", (0, 0))[0],
        resolved=found.get("resolved", (0, 0))[0], overdue=int(sum(overdue for _, overdue in found.values())),
    )  # fmt: skip


def report_folder(settings: Settings, report_id: str) -> Path:
    """Where the files of a report lie, as ``report.<format>``."""
    return settings.home / FOLDER / report_id


def check_receivers(connection: Connection, receivers: Sequence[str]) -> None:
    """Pass if each is an endpoint's id or a mail address.

    Raises:
        NotFoundError: there is no such endpoint.
        InputError: no mail address.
    """
    from verbatim.messages.endpoints import read_endpoints
    from verbatim.messages.mail import check_address

    known = {one.id for one in read_endpoints(connection)}
    for receiver in receivers:
        if "@" in receiver:
            try:
                check_address(receiver)
            except InputError as error:
                raise InputError(f"deliver_to: {error}") from error
        elif receiver not in known:
            raise NotFoundError(f"deliver_to: there is no endpoint {receiver!r}, and it is no mail address")


def _tell(connection: Connection, row: Mapping[str, Any], receivers: Sequence[str]) -> list[str]:
    """Put the messages down: to every endpoint that wants such events, and to the receivers; gives the unknown ones."""
    from verbatim.messages.endpoints import read_endpoints
    from verbatim.messages.events import Message, report_data
    from verbatim.messages.outbox import put_down, put_down_mail

    message = Message("report.made", row["id"], row["made_at"], report_data(row))
    known = {one.id: one for one in read_endpoints(connection) if one.active}
    named = {receiver for receiver in receivers if receiver in known}  # they get it, whatever else they want to hear
    put_down(connection, [message], [replace(one, events=()) if one.id in named else one for one in known.values()])
    for address in (receiver for receiver in receivers if "@" in receiver):
        files = [f"{FOLDER}/{row['id']}/report.{form}" for form in row["files"]]
        title = f"{row['kind'].capitalize()} report, {row['period']}"
        put_down_mail(
            connection, event=message.event, subject=message.subject, address=address, title=title,
            text=f"{title}: see what is attached.", attachments=files,
        )  # fmt: skip
    return [receiver for receiver in receivers if "@" not in receiver and receiver not in known]
