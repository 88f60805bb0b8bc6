"""Settings of closing the loop: rules of follow-ups, owners, messages to other systems."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator


class LoopSettings(BaseModel):
    """Fields of `verbatim.settings.Settings`."""

    followup_rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description='rules of follow-ups that change or join the usual ones, by name, e.g. detractor = {due = "4h"}',
    )
    followup_owners: dict[str, str] = Field(
        default_factory=dict,
        description='who acts for a role where nobody is known, for example product = "Ann" or support_lead = "Ben"',
    )
    message_texts: bool = Field(
        False, description="let messages to other systems carry comments, redacted as they are stored"
    )
    message_attempts: int = Field(10, ge=1, le=50, description="attempts after which a message is given up as dead")
    message_timeout_seconds: float = Field(10.0, gt=0, le=120, description="time that one delivery may take")
    webhook_private_addresses: bool = Field(
        False, description="let webhooks go to private addresses and over http, for receivers in your own network"
    )
    secret_key: SecretStr | None = Field(
        None,
        description="what webhooks' secrets derive from, at least 32 characters; without it a file in the home folder",
    )
    smtp_url: str | None = Field(
        None, description="mail server: smtps://user@host:465, or smtp://user@host:587?starttls"
    )
    smtp_password: SecretStr | None = Field(None, description="password at the mail server; never shown or logged")
    mail_from: str | None = Field(None, description="address that mail is sent from, for example voc@example.com")

    @field_validator("followup_rules")
    @classmethod
    def _rule_names(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name in value:
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
                raise ValueError(f"{name!r} cannot name a rule: use small letters, digits and _")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("give 32 random characters at least, for example of `openssl rand -hex 32`")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "smtp://host")
        plain = parts.path in ("", "/") and parts.query in ("", "starttls") and parts.password is None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not plain:
            raise ValueError(
                "write it as smtps://user@host:465 or smtp://user@host:587?starttls; "
                "the password is a setting of its own, smtp_password"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[^\s@<>,;:\"\\]{1,64}@[^\s@<>,;:\"\\]{1,255}", value):
            raise ValueError("write one address, for example voc@example.com")
        return value
