"""The forms that change themes: what was sent as an edit of the API, and where to go when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from api.routers.edit_shapes import AnyEdit
from api.themes.asking import ThemeTable
from verbatim.errors import EmptyError, NotFoundError

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from api.web.page import Page

PARTS = ("1", "2", "3", "4")
EDIT: TypeAdapter[Any] = TypeAdapter(AnyEdit)


def body_of(theme_id: str, sent: FormData) -> Any:  # noqa: ANN401 (one of `AnyEdit`)
    """The edit that a form asks for.

    Raises:
        ValidationError: it is none.
    """
    typed = typed_of(sent)
    kind = _one(typed, "kind")
    given: dict[str, Any] = {"kind": kind, "theme": theme_id}
    match kind:
        case "rename":
            given["name"] = _one(typed, "name").strip()
        case "describe":
            given["text"] = " ".join(_one(typed, "text").split())  # descriptions are of one line
        case "merge-in":
            given = {"kind": "merge", "target": theme_id, "sources": typed.get("other", [])}
        case "merge-into":
            given = {"kind": "merge", "target": _one(typed, "other"), "sources": [theme_id]}
        case "move-theme":
            given["parent"] = _one(typed, "parent") or None
        case "split-off":
            given["sub_themes"] = typed.get("sub", [])
        case "split":
            given |= {"parts": list(_parts(typed)), "apart": "apart" in typed}
        case "move":
            given = {
                "kind": "move", "comments": typed.get("comment", []), "theme": _one(typed, "target"),
                "source": theme_id,
            }  # fmt: skip
    return EDIT.validate_python(given)


def typed_of(sent: FormData) -> dict[str, list[str]]:
    """Every field's values; files are none of ours."""
    found: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


def landing(page: Page, theme_id: str) -> str:
    """The page of a theme (or of the one it is part of now), or that of all where it is gone."""
    try:
        return f"/themes/{ThemeTable.read(page.store).find(theme_id)['id']}"
    except (NotFoundError, EmptyError):
        return "/themes"


def _one(typed: dict[str, list[str]], name: str) -> str:
    return next(iter(typed.get(name, [])), "")


def _parts(typed: dict[str, list[str]]) -> Any:  # noqa: ANN401 (an iterator of dictionaries)
    """The comments chosen for each part: a field ``of-<comment>`` holds the number of its part."""
    chosen: dict[str, list[str]] = {}
    for name, values in typed.items():
        if name.startswith("of-") and values[0] in PARTS:
            chosen.setdefault(values[0], []).append(name.removeprefix("of-"))
    for part in PARTS:
        if part in chosen:
            yield {"comments": chosen[part], "name": _one(typed, f"name-{part}").strip() or None}
