"""Logging in at an OpenID Connect issuer: code flow with PKCE, by Authlib; who may come in, and as what.

What must be remembered between leaving and coming back (state, nonce, verifier) is in a signed cookie that is good for
ten minutes and for these paths only; a state that was used is noted in the store, so that it is good once.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import httpx2
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.starlette_client import OAuth  # type: ignore[import-untyped]
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc.errors import JoseError

from api.access.scopes import ROLES
from api.problems import Refusal
from verbatim.domain import stable_key
from verbatim.errors import SettingsError
from verbatim.messages.rows import insert_new
from verbatim.messages.sign import master_secret
from verbatim.storage.tables import login

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import RedirectResponse

    from verbatim.settings import Settings
    from verbatim.storage.store import Store

COOKIE = "verbatim_oidc"
PATH = "/login/oidc"
CALLBACK = f"{PATH}/callback"
LASTS = timedelta(minutes=10)
CLOCKS_SECONDS = 60
ISSUER_SECONDS = 10.0
# Signed by the issuer's private key; with a shared secret or none at all anybody could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
TRY_AGAIN = f"begin again at {PATH}"


class Issuer:
    """The issuer that the settings name. Its keys and addresses are asked for when they are first needed."""

    def __init__(self, settings: Settings) -> None:
        if settings.oidc_client_id is None:
            raise SettingsError("the setting oidc_issuer needs oidc_client_id too; the issuer gives it")
        self._settings = settings
        secret = settings.oidc_client_secret
        self._client = OAuth().register(
            "issuer", client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile", "code_challenge_method": "S256", "timeout": ISSUER_SECONDS,
                **({} if secret else {"token_endpoint_auth_method": "none"}),
            },
        )  # fmt: skip

    async def leave(self, request: Request) -> RedirectResponse:
        """Where to send a person to log in; what to remember is in ``request.session`` then.

        Raises:
            Refusal: the issuer does not answer, or is another one.
        """
        try:
            await self._known()
            sent = await self._client.authorize_redirect(request, self._back(request))
        except httpx2.HTTPError as error:
            raise _silent() from error
        return cast("RedirectResponse", sent)

    async def come_back(self, request: Request) -> dict[str, Any]:
        """The claims of the person who comes back, checked: signature, issuer, audience, times, nonce and state.

        Raises:
            Refusal: anything of this does not hold, or the issuer does not answer.
        """
        try:
            known = await self._known()
            token = await self._client.authorize_access_token(
                request, leeway=CLOCKS_SECONDS,
                claims_options={
                    "iss": {"essential": True, "values": [known["issuer"]]},
                    "aud": {"essential": True, "values": [self._settings.oidc_client_id]},
                },
            )  # fmt: skip
            claims = token.get("userinfo")
            if claims is None:
                raise _refused("the issuer sent no ID token")
            if self._lacks(claims) and known.get("userinfo_endpoint"):
                told = await self._client.userinfo(token=token)
                claims = _joined(claims, told)
        except httpx2.HTTPError as error:
            raise _silent() from error
        except (OAuthError, JoseError, KeyError, TypeError, ValueError) as error:
            raise _refused(f"the issuer's answer does not hold ({type(error).__name__})") from error
        return dict(claims)

    async def _known(self) -> Mapping[str, Any]:
        """What the issuer says of itself, if it is the one of the settings."""
        known: dict[str, Any] = await self._client.load_server_metadata()
        if str(known.get("issuer", "")).rstrip("/") != self._settings.oidc_issuer:
            raise _refused("the issuer calls itself otherwise than the setting oidc_issuer does")
        said = known.get("id_token_signing_alg_values_supported") or ("RS256",)
        known["id_token_signing_alg_values_supported"] = [name for name in said if name in ALGORITHMS] or ["RS256"]
        return known

    def _lacks(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token leaves out what roles are given by; the issuer may still tell it when asked."""
        by_group = any(name.startswith("group:") for name in self._settings.oidc_roles)
        return "email" not in claims or (by_group and self._settings.oidc_groups_claim not in claims)

    def _back(self, request: Request) -> str:
        root = self._settings.public_url or str(request.base_url).rstrip("/")
        return f"{root}{CALLBACK}"


def role_of(settings: Settings, claims: Mapping[str, Any]) -> tuple[str, str]:
    """The e-mail address and the role of who logged in: by address, else by group, else by the address's domain.

    Of several groups the one with most rights counts.

    Raises:
        Refusal: the address is not verified, or the settings give it no role.
    """
    address = str(claims.get("email") or "").strip().casefold()
    if "@" not in address or not address.isprintable() or len(address) > 320:
        raise _refused("the issuer does not say your e-mail address")
    if claims.get("email_verified") not in (True, "true"):
        raise _refused("your e-mail address is not verified at the issuer")
    roles = {
        (name if name.startswith("group:") else name.casefold()): role for name, role in settings.oidc_roles.items()
    }
    groups = claims.get(settings.oidc_groups_claim) or []
    named = [roles.get(f"group:{group}") for group in (groups if isinstance(groups, list) else [groups])]
    by_group = next((role for role in reversed(tuple(ROLES)) if role in named), None)
    found = roles.get(address) or by_group or roles.get(f"@{address.rpartition('@')[2]}")
    if found is None:
        raise Refusal("not-allowed", "you are known at the issuer, but have no role here; ask for one (oidc_roles)")
    return address, found


def pack(settings: Settings, session: Mapping[str, Any]) -> str:
    """What the cookie holds."""
    return str(_signer(settings).dumps(json.dumps(session)))


def unpack(settings: Settings, cookie: str | None) -> dict[str, Any]:
    """What `pack` was given; nothing where it was not signed here, or too long ago."""
    try:
        found = json.loads(_signer(settings).loads(cookie or "", max_age=int(LASTS.total_seconds())))
    except (BadSignature, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def use_state(store: Store, state: str) -> None:
    """Note that a login came back; each may once.

    Raises:
        Refusal: it did before.
    """
    now = datetime.now(UTC)
    row = {
        "id": stable_key("oidc state", state), "kind": "state", "person": "nobody", "created_at": now,
        "expires_at": now + LASTS, "ended_at": now,
    }  # fmt: skip
    with store.writing() as connection:
        if not insert_new(connection, login, [row]):
            raise _refused("this login was used before")


def _joined(claims: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """The token's claims, and what userinfo tells beyond them of the same person and, if named, the same address."""
    if told.get("sub") != claims["sub"]:
        return dict(claims)
    another = "email" in claims and told.get("email") != claims["email"]
    return {**told, **({"email_verified": None} if another else {}), **claims}


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        master_secret(settings), salt=b"verbatim oidc", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _refused(why: str) -> Refusal:
    return Refusal("not-authenticated", f"{why}; {TRY_AGAIN}")


def _silent() -> Refusal:
    return Refusal("busy", f"the issuer does not answer; {TRY_AGAIN}", headers={"Retry-After": "5"})
