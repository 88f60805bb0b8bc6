"""Every setting: its type, default and help line, and what its value must be."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from verbatim.settings.loop import LoopSettings
from verbatim.settings.service import ServiceSettings

PREFIX = "VERBATIM_"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Target(BaseModel):
    """Where a score should go: "from 82 to 85 by the end of the quarter"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    goal: float
    start: float | None = None
    start_on: date | None = None
    due_on: date | None = None


class Settings(LoopSettings, ServiceSettings, BaseSettings):
    """Every setting of Verbatim, with its default and what it does."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_nested_delimiter=None)

    home: Path = Field(Path("var"), description="folder that holds the database, caches, theme models and reports")
    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL of the store; without it SQLite in the home folder (PostgreSQL: postgresql+psycopg://…)",
    )
    organisation: str = Field("Your organisation", description="name shown on reports")
    timezone: str = Field("UTC", description="IANA time zone that days, weeks and months are counted in")
    seed: int = Field(7, ge=0, description="seed of everything that draws random numbers")
    model: str | None = Field(
        None, description="sentence-transformers model (name or folder); without it all-MiniLM-L6-v2"
    )
    themes: int | None = Field(
        None, ge=2, le=200, description="about how many themes to show; without it the data decide"
    )
    llm_url: str | None = Field(
        None,
        description="OpenAI-compatible service that names themes, its address up to /v1; redacted quotes go there",
    )
    llm_model: str | None = Field(None, description="the language model that names themes; without it phrases do")
    llm_key: SecretStr | None = Field(None, description="key of the service that names themes; never shown or logged")
    llm_timeout_seconds: float = Field(30.0, gt=0, le=600, description="time that one request to it may take")
    llm_budget: float = Field(
        200_000, ge=0, description="most that one run may spend on it: tokens, or money where llm_prices are given"
    )
    llm_prices: dict[str, float] = Field(
        default_factory=dict, description="price of a million tokens, as input = … and output = …"
    )
    redact_patterns: dict[str, str] = Field(
        default_factory=dict,
        description='further personal data as NAME = "regular expression", for example order numbers',
    )
    redact_keep: list[str] = Field(
        default_factory=list, description="regular expressions of numbers that stay, for example ticket numbers"
    )
    phone_regions: list[str] = Field(
        default=["US", "GB", "DE", "ES", "FR"], description="countries whose national phone numbers are recognised"
    )
    definitions: dict[str, str] = Field(
        default_factory=dict, description='how scores are counted, by metric, for example csat = "satisfied=5"'
    )
    targets: dict[str, Target] = Field(default_factory=dict, description="goal of a score, by metric")
    currency_rates: dict[str, float] = Field(
        default_factory=dict,
        description="value of one unit of each currency, to weight accounts of several, e.g. USD = 0.9",
    )
    small_group: int = Field(30, ge=1, description="fewer answers than this are marked as uncertain")
    agent_minimum: int = Field(5, ge=1, description="agent-level figures with fewer answers are withheld")
    survey_every_days: int = Field(30, ge=0, description="days between two surveys to one person, at least")
    late_after_days: float = Field(7.0, gt=0, description="an answer that comes later than this is flagged as late")
    chronic_months: int = Field(3, ge=2, le=24, description="months running that make an unhappy theme a chronic one")
    several_customers: int = Field(
        3, ge=2, description="customers on one theme within a day from which on the day is looked at"
    )
    business_days: list[str] = Field(
        default=list(WEEKDAYS[:5]), description="days the team works, as mon, tue, wed, thu, fri, sat, sun"
    )
    business_opens: str = Field("09:00", description="when a working day begins, HH:MM in the time zone")
    business_closes: str = Field(
        "17:00", description="when a working day ends, HH:MM, up to 24:00", validate_default=True
    )
    holidays: list[date] = Field(default_factory=list, description="days on which nobody works, as YYYY-MM-DD")
    first_reply_hours: dict[str, float] = Field(
        default_factory=dict,
        description="business hours within which a first reply is promised, by priority, for example urgent = 1",
    )
    predictor_columns: dict[str, Literal["at_creation", "while_open", "after_close"]] = Field(
        default_factory=dict,
        description='when each further column of tickets is known, for example product = "at_creation"',
    )
    predictor_targets: dict[str, str] = Field(
        default_factory=dict, description='what counts as dissatisfied, by metric, for example csat = "score <= 3"'
    )
    predictor_minimum_tickets: int = Field(
        200, ge=20, description="a predictor learnt from fewer rated tickets is refused"
    )
    predictor_minimum_cases: int = Field(
        30, ge=5, description="a predictor learnt from fewer tickets of the rarer kind is refused"
    )
    predictor_agents: bool = Field(False, description="let predictions use who the agent is")
    predictor_text: bool = Field(True, description="let predictions read what customers write in tickets")
    predictor_interventions: Literal["leave_out", "keep"] = Field(
        "leave_out", description="what training does with tickets that somebody stepped in on: leave_out or keep"
    )
    predictor_capacity: float = Field(
        0.1, gt=0, le=0.5, description="share of the open tickets that the team can look at"
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone; one is Europe/Berlin")
        return value

    @field_validator("llm_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("write it as https://host/v1, without user, password or query")
        return value

    @field_validator("llm_prices")
    @classmethod
    def _both_prices(cls, value: dict[str, float]) -> dict[str, float]:
        if value and (set(value) != {"input", "output"} or not all(0 <= price < 1e6 for price in value.values())):
            raise ValueError("give the prices of a million tokens as input = … and output = …")
        return value

    @field_validator("redact_patterns")
    @classmethod
    def _named_patterns(cls, value: dict[str, str]) -> dict[str, str]:
        for name, pattern in value.items():
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", name):
                raise ValueError(f"{name!r} cannot be a tag: use letters, digits and _")
            _compiled(pattern)
        return value

    @field_validator("redact_keep")
    @classmethod
    def _valid_patterns(cls, value: list[str]) -> list[str]:
        for pattern in value:
            _compiled(pattern)
        return value

    @field_validator("currency_rates")
    @classmethod
    def _positive_rates(cls, value: dict[str, float]) -> dict[str, float]:
        for currency, rate in value.items():
            if not re.fullmatch(r"[A-Z]{3}", currency) or not 0 < rate < float("inf"):
                raise ValueError(
                    f"{currency} = {rate}: write three capitals and a positive number, for example USD = 0.9"
                )
        return value

    @field_validator("targets")
    @classmethod
    def _reachable_targets(cls, value: dict[str, Target]) -> dict[str, Target]:
        for metric, target in value.items():
            low = -100.0 if metric == "nps" else 0.0
            for number in (target.goal, target.start):
                if number is not None and not low <= number <= 100:
                    raise ValueError(f"{metric} = {number:g} cannot be reached; scores go from {low:g} to 100")
            if target.start_on and target.due_on and target.due_on <= target.start_on:
                raise ValueError(f"the target of {metric} is due on {target.due_on}, not after it starts")
        return value

    @field_validator("definitions", "targets")
    @classmethod
    def _known_metrics(cls, value: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(value) - {"csat", "ces", "nps"})
        if unknown:
            raise ValueError(f"{unknown[0]!r} is not a metric; the metrics are csat, ces and nps")
        return value

    @field_validator("business_days")
    @classmethod
    def _weekdays(cls, value: list[str]) -> list[str]:
        unknown = [day for day in value if day not in WEEKDAYS]
        if unknown or not value:
            raise ValueError(f"{unknown[0] if unknown else 'nothing'!r} is no day; the days are {', '.join(WEEKDAYS)}")
        return [day for day in WEEKDAYS if day in value]

    @field_validator("business_opens", "business_closes", mode="before")
    @classmethod
    def _time_of_day(cls, value: object, seen: ValidationInfo) -> str:
        clock = value.strftime("%H:%M") if isinstance(value, time) else str(value)
        ends = seen.field_name == "business_closes"
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d" + ("|24:00" if ends else ""), clock):
            raise ValueError(f"{clock!r} is not a time of day; write it as HH:MM, for example 09:00")
        if ends and clock <= seen.data.get("business_opens", ""):
            raise ValueError(f"{clock} is not after business_opens, {seen.data['business_opens']}")
        return clock

    @field_validator("predictor_targets")
    @classmethod
    def _predictable(cls, value: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(value) - {"csat", "ces"})
        if unknown:
            raise ValueError(f"{unknown[0]!r} cannot be predicted; csat and ces can")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first: the file's values come in as arguments of the constructor."""
        return env_settings, init_settings

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the store."""
        return self.database_url or f"sqlite:///{(self.home / 'verbatim.db').absolute()}"


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
