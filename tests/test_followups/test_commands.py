"""The commands on a store of their own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.test_followups.given import answer, put, put_account
from tests.test_messages.receivers import web_server
from tests.test_storage.rows import assigned, comment, theme, theme_model
from verbatim.cli import cli
from verbatim.errors import InputError, NotFoundError
from verbatim.followups.alerts import alerts
from verbatim.followups.watch import DriftAdvice, watch
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store
from verbatim.storage.store import Store
from verbatim.storage.tables import comment as comment_table


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VERBATIM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def call(*words: str) -> Any:
    return CliRunner().invoke(cli, list(words), catch_exceptions=False).stdout


def test_a_follow_up_goes_its_way_on_the_command_line(home: Path) -> None:
    now = datetime.now(UTC)
    with prepare_store(Settings(home=home)) as store:
        put_account(store)
        put(store, answer("a", "nps", 2, occurred_at=now - timedelta(minutes=1)))
    assert json.loads(call("follow-ups", "sweep", "--json"))["created"] == 1
    (row,) = json.loads(call("follow-ups", "list", "--json"))
    short = row["id"][:8]
    assert short in call("follow-ups", "list")
    call("follow-ups", "take", short, "--as", "Ben")
    assert "is contacted, with Ben" in call("follow-ups", "contacted", short, "--as", "Ben", "--note", "Called.")
    call("follow-ups", "cannot-resolve", short, "--as", "Ben", "--reason", "Left us")
    call("follow-ups", "undo", short, "--as", "Ben")
    done = json.loads(call("follow-ups", "resolve", short, "--as", "Ben", "--json"))
    assert (done["state"], done["owner"]) == ("resolved", "Ben")
    assert "Left us" in call("follow-ups", "history", short)
    assert "nothing to do" in call("follow-ups", "list")
    assert len(json.loads(call("follow-ups", "rules", "--json"))) == 7
    with pytest.raises(NotFoundError, match="begins with 'zz'"):
        call("follow-ups", "reopen", "zz")


def test_messages_are_tested_listed_and_retried_on_the_command_line(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="https://host/path"):
        call("messages", "add", "crm", "http://127.0.0.1/x")
    monkeypatch.setenv("VERBATIM_WEBHOOK_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("VERBATIM_MESSAGE_ATTEMPTS", "1")
    with web_server() as web:
        said = call("messages", "add", "crm", f"{web.url}/token-in-the-path")
        one = said.split()[1]
        assert "whsec_" in said
        assert "token-in-the-path" not in call("messages", "endpoints")
        web.answers["/token-in-the-path"] = 500
        assert "dead (it answered 500)" in call("messages", "test", one)
        assert "it answered 500" in call("messages", "dead")
        web.answers.clear()
        assert "1 messages try again" in call("messages", "retry")
        assert json.loads(call("messages", "send", "--json"))["sent"] == 1
        assert "0 waiting, 1 sent, 0 dead" in call("messages", "list")


def test_a_theme_of_many_customers_on_one_day_and_drift_are_alerts_once(store: Store) -> None:
    start = datetime(2026, 10, 1, 8, tzinfo=UTC)
    usual = [comment(n, occurred_at=start + timedelta(hours=12 * n), account_id=f"u{n}") for n in range(90)]
    burst = [
        comment(1000 + n, occurred_at=datetime(2026, 11, 10, 9, n, tzinfo=UTC), account_id=f"b{n}") for n in range(12)
    ]
    store.upsert(comment_table, usual + burst)
    places = [assigned(n, "calm" if n % 10 else "outage") for n in range(90)]
    places += [assigned(1000 + n, "outage") for n in range(12)]
    store.save_theme_model(theme_model("m"), [theme("calm"), theme("outage")], places)
    now = datetime(2026, 11, 11, tzinfo=UTC)
    advice = [DriftAdvice("p1", "csat-1", "train it again")]
    assert watch(store, Settings(), now=now, drift=advice) == 2
    assert watch(store, Settings(), now=now, drift=advice) == 0
    assert {(row["kind"], row["subject"]) for row in alerts(store)} == {("theme_burst", "outage"), ("drift", "p1")}
    assert watch(store, Settings(), now=datetime(2026, 11, 9, tzinfo=UTC)) == 0
