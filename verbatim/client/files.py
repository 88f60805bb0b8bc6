"""Answers that are not records: files (a report, an export) and events of a stream."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verbatim.client.calls import Reply

_NAME = re.compile(r'filename="?([^";]+)"?')


@dataclass(frozen=True, slots=True)
class File:
    """A file as the server gave it; ``name`` is what it proposes, without folders."""

    content: bytes = field(repr=False)
    media_type: str
    name: str | None
    etag: str | None = None

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", "replace")

    def save(self, path: Path | str) -> Path:
        """Write it to a file, or into a folder under its own name."""
        target = Path(path)
        if target.is_dir():
            target /= self.name or "download"
        target.write_bytes(self.content)
        return target


@dataclass(frozen=True, slots=True)
class Event:
    """A server-sent event: its name (``progress``), its id to go on from after a break, and its data, parsed."""

    name: str
    id: str | None
    data: Any


def file_of(reply: Reply) -> File:
    """The file that an answer is."""
    found = _NAME.search(reply.headers.get("content-disposition", ""))
    name = found.group(1).replace("\\", "/").rpartition("/")[2].strip() if found else ""
    return File(
        reply.content, reply.headers.get("content-type", "application/octet-stream"),
        None if name in {"", ".", ".."} else name, reply.headers.get("etag"),
    )  # fmt: skip
