"""Every operation of the document, and how to call it with something."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"


@cache
def document() -> dict[str, Any]:
    """The document that is kept: what each worker of pytest names its tests by, which to make anew takes seconds.

    `test_contract` fails where it is not the one that is served.
    """
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Operation:
    """One operation, as the document has it."""

    id: str
    method: str
    path: str
    said: dict[str, Any]

    @property
    def protected(self) -> bool:
        return bool(self.said.get("security"))

    def call(self, client: httpx.Client, **options: Any) -> httpx.Response:
        """Call it with ids that nothing has, and with no body."""
        path = re.sub(r"\{(\w+)\}", lambda found: self._word(found[1]), self.path)
        return client.request(self.method, path, **options)

    def _word(self, name: str) -> str:
        schema = next((one["schema"] for one in self.said.get("parameters", []) if one["name"] == name), {})
        return str(schema.get("enum", ["nothing"])[0])


def operations(found: dict[str, Any] | None = None) -> list[Operation]:
    """All of them, in the order of the document that is kept, or of another one."""
    return [
        Operation(said["operationId"], method, path, said)
        for path, methods in (found or document())["paths"].items()
        for method, said in methods.items()
    ]
