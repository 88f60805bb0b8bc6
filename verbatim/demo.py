"""The whole path on the generated sample organisation, and whether its planted story was found: ``make demo``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from verbatim.domain import Kind, Metric, Period
from verbatim.errors import MissingExtraError
from verbatim.ingest import IngestOptions, ingest, plan_ingest
from verbatim.mining import mine_store
from verbatim.reports import FORMATS, build_monthly, write_report
from verbatim.reports.kinds import file_name
from verbatim.reports.words import month_name
from verbatim.sample import write_sample
from verbatim.scoring import ScoreQuestion, score_sheets
from verbatim.storage import queries
from verbatim.storage.engine import prepare_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from verbatim.reports import MonthlyReport
    from verbatim.settings import Settings
    from verbatim.storage.store import Store

    Step = Callable[[str, int, int | None], None]

FILES = (
    (Kind.ACCOUNTS, "accounts.csv"),
    (Kind.CONTACTS, "contacts.csv"),
    (Kind.TICKETS, "tickets.csv"),
    (Kind.EVENTS, "events.jsonl"),
    (Kind.RESPONSES, "csat.csv"),
    (Kind.RESPONSES, "ces.csv"),
    (Kind.RESPONSES, "nps.csv"),
    (Kind.MILESTONES, "milestones.csv"),
)
SETTINGS = r"""# The settings of the sample organisation; `verbatim settings` explains each.
organisation = "Northlight Software (generated sample)"

[redact_patterns]  # what else is personal data here: order and invoice numbers
ORDER = '(?i:\border (?:no\. )?)(\d{8,10})\b|\b((?:PO-\d{6}|INV-\d{4}-\d{5}))\b'

[currency_rates]  # value of one unit, in euros
EUR = 1.0
GBP = 1.15
USD = 0.92

[targets.csat]
start = 70
goal = 75
start_on = 2026-07-01
due_on = 2026-12-31
"""
MOSTLY = 0.5  # a found theme stands for a planted one when at least this share of its comments are on it


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was planted, and what was found of it."""

    planted: str
    found: str
    ok: bool


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where things are, and what was found of the planted story. ``skipped`` are formats whose extra is missing."""

    month: str
    reports: tuple[Path, ...]
    skipped: tuple[str, ...]
    findings: tuple[Finding, ...]


def write_settings(home: Path) -> Path:
    """The sample organisation's settings file in ``home``, unless there is one."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "verbatim.toml"
    if not path.exists():
        path.write_text(SETTINGS, encoding="utf-8")
    return path


def run_demo(settings: Settings, *, months: int, seed: int, step: Step) -> DemoResult:
    """Generate, ingest, mine, score and report; running it again changes nothing."""
    folder = settings.home / "sample"
    step("Generating the sample organisation", 0, 1)
    summary = write_sample(folder, months=months, seed=seed)
    step("Generating the sample organisation", 1, 1)
    options = IngestOptions(now=max(datetime.now(UTC), Period.of_month(summary.last_month).end))
    with prepare_store(settings) as store:
        for place, (kind, name) in enumerate(FILES):
            step("Ingesting", place, len(FILES))
            ingest(plan_ingest(kind, folder / name, options, settings), store, settings)
        step("Ingesting", len(FILES), len(FILES))
        mine_store(store, settings, progress=step)
        step("Reporting", 0, len(FORMATS))
        report = build_monthly(store, settings, month=summary.last_month)
        written, skipped = _write(report, settings.home / "reports", step)
        findings = tuple(compare_with_truth(store, settings, report, folder))
    return DemoResult(summary.last_month, written, skipped, findings)


def compare_with_truth(store: Store, settings: Settings, report: MonthlyReport, folder: Path) -> Iterator[Finding]:
    """What the truth file says was planted, against scores, themes and report."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    yield from _scores(store, settings, truth)
    yield from _month(report, truth)
    topics = _topics_of_themes(store, folder)
    for theme in truth["themes"]:
        if theme["status"].startswith("new since"):
            yield _moved(report, topics, theme, kind="new", since=theme["status"].removeprefix("new since "))
        elif theme["status"] == "fading":
            yield _moved(report, topics, theme, kind="fading", since=None)


def _scores(store: Store, settings: Settings, truth: dict[str, Any]) -> Iterator[Finding]:
    names = {"csat": "csat_percent", "ces": "mean", "nps": "nps"}
    for metric, name in names.items():
        planted = truth["scores"][metric]["all"]
        definition = "mean" if name == "mean" else None
        sheet = score_sheets(store, settings, ScoreQuestion(Metric(metric), definition=definition))[0]
        value, n = sheet.total.value, sheet.total.n
        ok = value is not None and abs(value - planted[name]) < 1e-3 and n == planted["answered"]  # rounded in the file
        shown = "nothing" if value is None else f"{value:.2f} of {n}"
        yield Finding(f"{metric.upper()} {planted[name]:.2f} of {planted['answered']} answers", shown, ok)


def _month(report: MonthlyReport, truth: dict[str, Any]) -> Iterator[Finding]:
    """The figures of the report's month."""
    for section in report.metrics:
        months = {entry["month"]: entry for entry in truth["scores"][section.metric]["by_month"]}
        planted = months.get(report.month)
        if planted is None or section.metric == "ces":
            continue
        expected = planted["csat_percent" if section.metric == "csat" else "nps"]
        found = section.figure
        same = (
            found.value is None if expected is None else found.value is not None and abs(found.value - expected) < 1e-3
        )
        ok = same and found.n == planted["answered"]
        name = f"{section.metric.upper()} in {report.month}"
        yield Finding(f"{name}: {_shown(expected)} of {planted['answered']}", f"{_shown(found.value)} of {found.n}", ok)


def _moved(
    report: MonthlyReport, topics: pd.DataFrame, theme: dict[str, Any], *, kind: str, since: str | None
) -> Finding:
    """Whether the report has the planted theme among those that are ``kind``."""
    planted = f"“{theme['name']}” is {kind}{f' since {since}' if since else ''}"
    for movement in report.themes.movements:
        share = topics.get((movement.theme_id, theme["key"]), 0.0)
        if movement.kind == kind and share >= MOSTLY and (since is None or month_name(since) == movement.since):
            found = f"“{movement.name}” is {kind}: {100 * share:.0f} % of its comments are on it"
            return Finding(planted, found, ok=True)
    return Finding(planted, "not in the report", ok=False)


def _topics_of_themes(store: Store, folder: Path) -> Any:  # noqa: ANN401
    """Share of the comments of each mined theme, sub-themes included, that are on each planted one."""
    truth = pd.read_csv(folder / "truth_comments.csv", dtype=str, keep_default_na=False)
    planted = truth.assign(topic=truth["themes"].str.split(";")).explode("topic")[["id", "topic"]]
    said = queries.comments(store)[["id", "external_id"]].rename(columns={"id": "comment_id", "external_id": "id"})
    given = queries.assignments(store, by=())[["comment_id", "theme_id"]].drop_duplicates().merge(said, on="comment_id")
    parents = queries.themes(store).set_index("id")["parent_id"]
    above = given.assign(theme_id=given["theme_id"].map(parents)).dropna(subset="theme_id")
    every = pd.concat([given, above], ignore_index=True)
    sizes = every.groupby("theme_id")["comment_id"].nunique()
    pairs = every.merge(planted, on="id").groupby(["theme_id", "topic"])["comment_id"].nunique()
    return pairs.div(sizes, level="theme_id")


def _write(report: MonthlyReport, folder: Path, step: Step) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    written, skipped = [], []
    for place, fmt in enumerate(FORMATS):
        try:
            written.append(write_report(report, fmt, folder / file_name("monthly", report.month, fmt)))
        except MissingExtraError as error:
            skipped.append(str(error))
        step("Reporting", place + 1, len(FORMATS))
    return tuple(written), tuple(skipped)


def _shown(value: float | None) -> str:
    return "no answers" if value is None else f"{value:.2f}"
