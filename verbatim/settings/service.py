"""Settings of the service: limits, logins, webhooks that come in."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

Role = Literal["viewer", "agent", "analyst", "admin"]


class ServiceSettings(BaseModel):
    """Fields of `verbatim.settings.Settings`."""

    public_url: str | None = Field(
        None, description="address people reach the service at, for links in messages, for example https://voc.example"
    )
    queue_url: str | None = Field(None, description="redis://… of the job queue; without it SQLite in the home folder")
    rate_per_minute: int = Field(1200, ge=1, description="requests a minute that one key may make")
    body_limit_mb: float = Field(10.0, gt=0, le=1024, description="largest body of a request, in megabytes")
    upload_limit_mb: float = Field(500.0, gt=0, le=65536, description="largest file that can be uploaded, in megabytes")
    request_seconds: float = Field(30.0, gt=0, le=3600, description="time that one request may take")
    refresh_seconds: float = Field(
        60.0, ge=1, description="how old what predictions know of the store may become while the service runs"
    )
    scoring_process: bool = Field(
        False,
        description="score in a process beside each server process; `verbatim serve` does so where there are more "
        "processor cores than server processes, unless this is set",
    )
    cors_origins: list[str] = Field(
        default_factory=list, description="origins whose pages may call the API, for example https://desk.example"
    )
    session_hours: float = Field(12.0, gt=0, le=720, description="hours after which a login ends")
    hide_agent_ratings_from: list[Role] = Field(
        default=["viewer", "agent"], description="roles that do not see how single agents are rated"
    )
    oidc_issuer: str | None = Field(None, description="OpenID Connect issuer people log in with, https://…")
    oidc_client_id: str | None = Field(None, description="client id at the issuer")
    oidc_client_secret: SecretStr | None = Field(None, description="client secret at the issuer; never shown or logged")
    oidc_roles: dict[str, Role] = Field(
        default_factory=dict,
        description='role by e-mail address, domain ("@example.com") or group ("group:support"); others may not log in',
    )
    oidc_groups_claim: str = Field("groups", description="claim of the issuer's token that lists groups")
    webhook_secrets: dict[Literal["zendesk", "freshdesk", "intercom"], SecretStr] = Field(
        default_factory=dict,
        description='secrets that webhooks of helpdesks are signed with, for example zendesk = "…"; never shown',
    )

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("write it as https://host, without user, password or query")
        return value if value is None else value.rstrip("/")

    @field_validator("webhook_secrets")
    @classmethod
    def _long_secrets(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for vendor, secret in value.items():
            if len(secret.get_secret_value()) < 16:
                raise ValueError(f"the secret of {vendor} is shorter than 16 characters; see docs/webhooks.md")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            if not re.fullmatch(r"https?://[^\s/?#@*]+", origin):
                raise ValueError(
                    f"{origin!r} is not an origin; write https://host or https://host:port, without a path"
                )
        return value
