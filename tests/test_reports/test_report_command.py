from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tests.test_reports.stored import SOURCE, Writer, open_test_store
from verbatim.commands.report import report_command
from verbatim.domain import stable_key
from verbatim.errors import UserError
from verbatim.storage.tables import account

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("VERBATIM_HOME", str(tmp_path))
    monkeypatch.setenv("VERBATIM_TIMEZONE", "UTC")
    store, _ = open_test_store(tmp_path)
    key = stable_key("Acme")
    with store:
        named = {"external_id": "A-1", "name": "Acme", "tier": None, "arr": None, "currency": None, "since": None}
        store.upsert(account, [{"id": key, **SOURCE, **named, "renewal_at": None, "owner": None, "segments": {}}])
        writer = Writer(store)
        writer.answer(datetime(2026, 10, 28, tzinfo=UTC), 4.0, account_id=key)
        writer.write()
    return lambda *arguments: CliRunner().invoke(report_command, list(arguments))


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        (["--day", "2026-10-28"], "# Daily digest, Wednesday 28 October 2026"),
        (["--week", "2026-W44"], "# Weekly summary, 26 October to 1 November 2026"),
        (["--month", "2026-10"], "# Customer feedback, October 2026"),
        (["--account", "acme", "--from", "2026-10", "--to", "2026-10"], "# Account review: Acme"),
    ],
)
def test_each_option_prints_its_report(report, arguments, title):
    found = report(*arguments, "--format", "md", "--out", "-")
    assert found.exception is None
    assert title in found.output


def test_files_go_to_the_reports_of_the_home_under_the_name_of_their_kind(report, tmp_path):
    assert report("--day", "2026-10-28", "--format", "md", "--format", "json").exception is None
    assert report("--month", "2026-10", "--format", "md").exception is None
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        "daily-2026-10-28.json", "daily-2026-10-28.md", "report-2026-10.md",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--day, --week, --month YYYY-MM or --account"),
        (["--day", "2026-10-28", "--week", "2026-W44"], "one of --day"),
        (["--week", "2026-W44", "--from", "2026-10"], "go with --account"),
        (["--account", "acme", "--from", "2026-10"], "both --from and --to"),
        (["--day", "2026-10-28", "--by", "channel"], "--by breaks down the monthly report"),
        (["--day", "28.10.2026"], "YYYY-MM-DD"),
    ],
)
def test_options_that_do_not_fit_are_refused(report, arguments, said):
    error = report(*arguments).exception
    assert isinstance(error, UserError)
    assert said in str(error)
