"""Text and times as they may come in, for whoever cannot import the web: jobs and workers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def plain(text: str) -> str:
    """The text, if it has no control characters.

    Raises:
        ValueError: it has.
    """
    if any(character < " " and character not in "\n\r\t" for character in text):
        raise ValueError("holds a control character; send plain text")
    return text.encode("utf-8", "replace").decode()


# Text without control characters (PostgreSQL and terminals refuse them); bounded where it is used.
PlainText = Annotated[str, AfterValidator(plain)]
