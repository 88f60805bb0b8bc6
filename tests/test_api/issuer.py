"""An OpenID Connect issuer on loopback that says what a test wants, true or not."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "verbatim", "a-secret-that-the-issuer-and-verbatim-share"
TRUE_KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))


@dataclass
class Issuer:
    """What the next token says: ``claims`` replace the usual ones (None: leave out)."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    signing: str = "true"  # true | other | secret | none
    algorithms: list[str] = field(default_factory=lambda: ["RS256"])
    told: dict[str, Any] = field(default_factory=dict)  # what userinfo says
    codes_are_good_for_ever: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code

    def token(self, nonce: str | None) -> str:
        """An ID token, signed as ``signing`` says."""
        now = int(time.time())
        usual = {
            "iss": self.url, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 300, "nonce": nonce,
            "email": "Ada@shop.example", "email_verified": True,
        }  # fmt: skip
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        if self.signing == "none":
            parts = ({"alg": "none"}, claims)
            return ".".join(_text(json.dumps(part).encode()) for part in parts) + "."
        if self.signing == "secret":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        key = OTHER_KEY if self.signing == "other" else TRUE_KEY
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        """(status, JSON), or (302, where to)."""
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/jwks",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "id_token_signing_alg_values_supported": self.algorithms,
            }  # fmt: skip
        if path == "/jwks":
            return 200, {"keys": [TRUE_KEY.as_dict(private=False)]}
        if path == "/userinfo":
            return 200, self.told
        if path == "/authorize":
            code = secrets.token_hex(8)
            self.asked[code] = query
            return 302, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
        asked = self.asked.get(query.get("code", ""))
        if asked is None or _challenge(query["code_verifier"]) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if not self.codes_are_good_for_ever:
            del self.asked[query["code"]]
        token = self.token(asked["nonce"])
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer in a thread."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._send(*issuer.answer(parts.path, _plain(parts.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._send(*issuer.answer(self.path, _plain(body)))

        def _send(self, status: int, content: Any) -> None:
            self.send_response(status)
            body = b"" if status == 302 else json.dumps(content).encode()
            if status == 302:
                self.send_header("location", content)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield issuer
    server.shutdown()
    server.server_close()
    thread.join()


def _plain(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _challenge(verifier: str) -> str:
    return _text(hashlib.sha256(verifier.encode()).digest())


def _text(some: bytes) -> str:
    return base64.urlsafe_b64encode(some).decode().rstrip("=")
