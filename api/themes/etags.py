"""The state of the themes as an ETag: which mining, and the last edit in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.problems import Refusal
from verbatim.errors import EmptyError
from verbatim.storage.tables import theme_model

if TYPE_CHECKING:
    from verbatim.storage.store import Store

Version = tuple[str, int]
ANY = "*"


def versioned(store: Store) -> Version:
    """The active model's id, and the number of the last edit in it.

    Raises:
        EmptyError: nothing was mined yet.
    """
    with store.reading() as connection:
        asked = select(theme_model.c.id, theme_model.c.edited_through).where(theme_model.c.active)
        found = connection.execute(asked).first()
    if found is None:
        raise EmptyError("no themes yet; POST /v1/jobs with kind mine, or run `verbatim mine`")
    return found.id, found.edited_through


def version_tag(version: Version) -> str:
    """As a strong ETag.

    >>> version_tag(("a3d0", 4))
    '"a3d0.4"'
    """
    return f'"{version[0]}.{version[1]}"'


def seen_version(if_match: str | None) -> Version | None:
    """What If-Match says the caller saw; ``None``: whatever there is (``*``).

    Raises:
        Refusal: it is missing, or no ETag of the themes.
    """
    if if_match is None:
        raise Refusal("precondition-required", "send If-Match with the ETag of GET /v1/themes, so that no edit is lost")
    plain = if_match.strip()
    if plain == ANY:
        return None
    model_id, dot, number = plain.strip('"').rpartition(".")
    if not dot or plain != f'"{model_id}.{number}"' or not (number.isascii() and number.isdigit()) or len(number) > 9:
        raise Refusal("changed-meanwhile", "If-Match is no ETag of the themes; take that of GET /v1/themes")
    return model_id, int(number)
