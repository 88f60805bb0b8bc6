"""Settings: where values come from, and how wrong ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from verbatim.errors import SettingsError
from verbatim.settings import Settings, describe_settings, load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("VERBATIM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_no_file() -> None:
    settings = load_settings()
    assert settings.timezone == "UTC"
    assert settings.url.startswith("sqlite:////")
    assert settings.url.endswith("/var/verbatim.db")


def test_environment_wins_over_file_wins_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("verbatim.toml").write_text('seed = 3\norganisation = "Acme"\n', encoding="utf-8")
    monkeypatch.setenv("VERBATIM_SEED", "11")
    settings = load_settings()
    assert (settings.seed, settings.organisation, settings.small_group) == (11, "Acme", 30)
    origins = {line.name: line.origin for line in describe_settings(settings)}
    assert origins["seed"] == "VERBATIM_SEED"
    assert origins["organisation"] == "verbatim.toml"
    assert origins["small_group"] == "default"


def test_another_file_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[targets.csat]\ngoal = 85\n", encoding="utf-8")
    monkeypatch.setenv("VERBATIM_CONFIG", str(tmp_path / "other.toml"))
    assert load_settings().targets["csat"].goal == 85


def test_the_settings_of_a_home_folder_are_found_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "verbatim.toml").write_text('organisation = "Acme"', encoding="utf-8")
    monkeypatch.setenv("VERBATIM_HOME", str(tmp_path / "acme"))
    assert load_settings().organisation == "Acme"
    Path("verbatim.toml").write_text('organisation = "Here"', encoding="utf-8")
    assert load_settings().organisation == "Here"


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("timezon = 'UTC'", "'timezone'"),
        ("timezone = 'Mars/Olympus'", "'timezone'"),
        ("seed = -1", "'seed'"),
        ("themes = 'many'", "'themes'"),
        ("definitions = {cast = 'x'}", "'cast' is not a metric"),
        ("redact_patterns = {ORDER = '('}", "not a regular expression"),
        ("targets = {csat = {gaol = 3}}", "targets.csat"),
        ("targets = {csat = {goal = 850}}", "cannot be reached"),
        ("targets = {ces = {goal = 80, start = -5}}", "from 0 to 100"),
        ("targets = {nps = {goal = 1, start_on = 2026-03-01, due_on = 2026-01-01}}", "not after it starts"),
        ("currency_rates = {usd = 1}", "USD = 0.9"),
        ("currency_rates = {USD = 0}", "currency_rates"),
        ("business_days = ['mon', 'montag']", "'montag' is no day"),
        ("business_days = []", "business_days"),
        ("business_opens = '9'", "business_opens.*HH:MM"),
        ("business_opens = '24:00'", "business_opens"),
        ("business_opens = '18:00'", "business_closes.*17:00 is not after business_opens, 18:00"),
        ("holidays = ['25.12.2026']", "holidays.0"),
        ("predictor_columns = {product = 'always'}", "predictor_columns.product"),
        ("predictor_targets = {nps = 'score <= 6'}", "'nps' cannot be predicted"),
        ("predictor_minimum_tickets = 3", "predictor_minimum_tickets"),
        ("predictor_minimum_cases = 0", "predictor_minimum_cases"),
        ("predictor_capacity = 0.0", "predictor_capacity"),
        ("predictor_interventions = 'weigh'", "predictor_interventions"),
        ("followup_rules = {'Low CSAT' = {due = '4h'}}", "cannot name a rule"),
        ("secret_key = 'short'", "32 random characters"),
        ("smtp_url = 'smtp://ann:word@host'", "smtp_password"),
        ("smtp_url = 'https://host'", "smtps://"),
        ("mail_from = 'Ann <ann@example.com>'", "one address"),
        ("seed = ", "verbatim.toml"),
    ],
)
def test_a_wrong_setting_is_named(toml: str, named: str) -> None:
    Path("verbatim.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError, match=named):
        load_settings()


def test_working_hours_may_be_written_as_toml_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    toml = (
        "business_opens = 08:30:00\nbusiness_closes = '24:00'\nholidays = [2026-12-25]\nbusiness_days = ['sun', 'mon']"
    )
    Path("verbatim.toml").write_text(toml, encoding="utf-8")
    settings = load_settings()
    assert (settings.business_opens, settings.business_closes) == ("08:30", "24:00")
    assert settings.business_days == ["mon", "sun"]
    monkeypatch.setenv("VERBATIM_BUSINESS_OPENS", "10:00")
    shown = {line.name: line.value for line in describe_settings(load_settings())}
    assert (shown["business_opens"], shown["holidays"]) == ("10:00", '["2026-12-25"]')


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_DATABASE", "x")
    with pytest.raises(SettingsError, match="'database' in the environment; did you mean 'database_url'"):
        load_settings()


def test_json_in_the_environment_that_is_broken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_TARGETS", "{")
    with pytest.raises(SettingsError, match="targets"):
        load_settings()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERBATIM_CONFIG", "nowhere.toml")
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_settings()


def test_the_password_of_the_database_is_not_shown() -> None:
    settings = Settings(database_url="postgresql+psycopg://ann:secret@db/verbatim")
    shown = {line.name: line.value for line in describe_settings(settings)}
    assert shown["database_url"] == "postgresql+psycopg://ann:***@db/verbatim"


def test_secrets_are_not_shown() -> None:
    word = "x" * 40
    settings = Settings(secret_key=SecretStr(word), smtp_password=SecretStr(word))
    lines = describe_settings(settings)
    assert word not in "".join(line.value for line in lines)
    assert {line.value for line in lines if line.name in ("secret_key", "smtp_password")} == {"***"}


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no help line"
        assert f"`{name}`" in documented, f"{name} is not in docs/settings.md"
