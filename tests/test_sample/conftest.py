from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from verbatim.sample import write_sample


@dataclass(frozen=True)
class Folder:
    """A written sample, read back from its files."""

    path: Path

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.path / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.path / "truth.json").read_text("utf-8"))

    @cached_property
    def events(self) -> list[dict[str, str | None]]:
        return [json.loads(line) for line in (self.path / "events.jsonl").read_text("utf-8").splitlines()]

    @cached_property
    def tickets(self) -> list[dict[str, str]]:
        return self.table("tickets.csv")

    @cached_property
    def responses(self) -> dict[str, list[dict[str, str]]]:
        return {metric: self.table(f"{metric}.csv") for metric in ("csat", "ces", "nps")}

    @cached_property
    def comments(self) -> list[str]:
        return [row["comment"] for rows in self.responses.values() for row in rows if row["comment"].strip()]

    def theme(self, key: str) -> dict[str, Any]:
        return next(theme for theme in self.truth["themes"] if theme["key"] == key)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The default organisation of twelve months."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder)
    return Folder(folder)
