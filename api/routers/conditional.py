"""Conditional writes: an ETag says which version a caller saw, If-Match that only that version may be changed.

Tags are compared strongly (RFC 9110, 13.1.1): one that a proxy made weak names no version.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Header

from api.problems import Refusal

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match", max_length=200, description="the ETag of your last GET; `*`: whatever there is",
        examples=['"3"'],
    ),
]  # fmt: skip
ETAG = re.compile(r'"([\x21\x23-\x7e]*)"')
ANY = "*"


def etag(version: object) -> str:
    """The header's value for a version, by its text.

    >>> etag(4)
    '"4"'
    """
    return f'"{version}"'


def required_version(header: str | None, *, of: str) -> str | None:
    """The version that ``If-Match`` names; ``None``: any. ``of`` is where to GET it.

    Raises:
        Refusal: there is no such header, or it is not one ETag.
    """
    if header is None:
        raise Refusal(
            "precondition-required", f"send If-Match with the ETag of GET {of}, so that nobody's change is lost"
        )
    if header.strip() == ANY:
        return None
    found = ETAG.fullmatch(header.strip())
    if found is None:
        raise Refusal("changed-meanwhile", f"If-Match is no ETag of ours; send that of GET {of} as it is, in quotes")
    return found[1]
