"""Write every module that is made: ``python -m verbatim.client.making openapi.json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from verbatim.client.making.document import Schema
from verbatim.client.making.make import leftovers, made
from verbatim.client.making.writing import ROOM


def write(document: Schema) -> None:
    """Make the client fit a document; says which modules changed."""
    found = made(document)
    for name, code in found.items():
        target = ROOM / name
        target.parent.mkdir(exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != code:
            target.write_text(code, encoding="utf-8")
            sys.stdout.write(f"{name}\n")
    for target in leftovers(found):
        target.unlink()
        sys.stdout.write(f"{target.relative_to(ROOM)} is gone\n")


if __name__ == "__main__":
    write(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
