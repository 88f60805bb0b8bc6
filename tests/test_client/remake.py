"""Make the client fit the API as it is now: ``python -m tests.test_client.remake``."""

from __future__ import annotations

from typing import Any

from api.app import create_app
from verbatim.client.making.__main__ import write
from verbatim.settings import Settings


def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


if __name__ == "__main__":
    write(document())
