"""Every change of a theme, by mouse in a real browser: typed, previewed, done, seen by the API, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_web.browser.conftest import Open, Window

pytestmark = pytest.mark.browser

Tree = list[dict[str, Any]]


@pytest.fixture(scope="module")
def client(small: Served) -> httpx.Client:
    return small.as_role("analyst")


@pytest.fixture
def window(open_as: Open, small: Served) -> Window:
    return open_as("analyst", at=small)


def tree(client: httpx.Client) -> Tree:
    """All that the API knows of the themes."""
    found: Tree = client.get("/v1/themes", params={"archived": True}).json()["themes"]
    return found


def tops(client: httpx.Client) -> list[str]:
    """The largest themes first."""
    found = [one for one in tree(client) if one["kind"] == "theme" and one["parent_id"] is None]
    return [one["id"] for one in sorted(found, key=lambda one: (-one["n"], one["id"]))]


def opened(window: Window, name: str) -> Any:
    """One of the folded forms of a theme, unfolded."""
    folded = window.page.locator(".edits details").filter(has=window.page.locator("summary", has_text=name)).first
    folded.locator("summary").first.click()
    return folded


def press(window: Window, form: Any, name: str) -> None:
    with window.page.expect_navigation():
        form.get_by_role("button", name=name, exact=True).click()


def preview_of_a_name(window: Window, others: list[str]) -> None:
    form = opened(window, "Name")
    form.get_by_label("Name").fill("Called otherwise")
    press(window, form, "Preview")


def preview_of_a_description(window: Window, others: list[str]) -> None:
    form = opened(window, "Description")
    form.get_by_label("What it is about").fill("Said of it.\nIn two lines.")
    press(window, form, "Preview")


def preview_of_a_merge(window: Window, others: list[str]) -> None:
    form = opened(window, "Merge")
    form.get_by_label("The other theme").select_option(others[0])
    press(window, form, "Preview")


def preview_of_a_merge_into_the_other(window: Window, others: list[str]) -> None:
    form = opened(window, "Merge")
    form.get_by_label("The other theme").select_option(others[0])
    form.get_by_label("takes this one in").check()
    press(window, form, "Preview")


def preview_of_a_move_in_the_tree(window: Window, others: list[str]) -> None:
    form = opened(window, "Move in the tree")
    form.get_by_label("Under").select_option(others[0])
    press(window, form, "Preview")


def preview_of_an_archive(window: Window, others: list[str]) -> None:
    window.press("Archive…")


def preview_of_a_split(window: Window, others: list[str]) -> None:
    form = opened(window, "Split, or move comments")
    with window.page.expect_navigation():
        form.get_by_role("link", name="Choose comments").click()
    window.page.get_by_label("Name of part 1").fill("First part")
    window.page.get_by_label("Part of comment 1", exact=True).select_option("1")
    window.page.get_by_label("Part of comment 2", exact=True).select_option("2")
    window.press("Preview")


def preview_of_moved_comments(window: Window, others: list[str]) -> None:
    form = opened(window, "Split, or move comments")
    with window.page.expect_navigation():
        form.get_by_role("link", name="Choose comments").click()
    window.page.get_by_label("Move the ticked ones").check()
    window.page.get_by_label("Move to").select_option(others[0])
    for number in (1, 2):
        window.page.get_by_label(f"Move comment {number}", exact=True).check()
    window.press("Preview")


@pytest.mark.parametrize(
    "preview",
    [
        preview_of_a_name, preview_of_a_description, preview_of_a_merge, preview_of_a_merge_into_the_other,
        preview_of_a_move_in_the_tree, preview_of_an_archive, preview_of_a_split, preview_of_moved_comments,
    ],
)  # fmt: skip
def test_an_edit_is_previewed_left_done_and_undone(
    client: httpx.Client, window: Window, preview: Callable[[Window, list[str]], None]
) -> None:
    one, *others = tops(client)
    before = tree(client)
    window.go(f"/themes/{one}")
    preview(window, others)
    assert window.page.locator("h1").inner_text() == "What this would do"
    assert "Nothing was changed yet" in window.text
    assert window.violations() == []
    assert tree(client) == before
    with window.page.expect_navigation():
        window.page.get_by_role("link", name="Leave it").click()
    assert window.page.url.endswith(f"/themes/{one}")
    preview(window, others)
    window.press("Do it")
    assert window.done() == "The theme was changed."
    assert tree(client) != before
    window.press("Undo", inside=".done")
    assert window.done() == "The change was undone."
    assert tree(client) == before


def test_a_name_is_changed_in_place_and_a_wrong_one_stays_in_the_form(client: httpx.Client, window: Window) -> None:
    one = tops(client)[0]
    before = tree(client)
    window.go(f"/themes/{one}")
    form = opened(window, "Name")
    form.get_by_label("Name").fill("  ")
    press(window, form, "Rename")
    assert window.page.get_by_role("alert").count() == 1
    assert tree(client) == before
    window.complaints[:] = [one for one in window.complaints if "422" not in one]  # the browser itself notes it
    window.page.locator(".edits input[name=name]").fill("At once")
    window.press("Rename")
    assert window.page.locator("h1").inner_text() == "At once"
    window.press("Undo", inside=".done")
    assert tree(client) == before


def test_a_theme_is_pinned_and_unpinned(client: httpx.Client, window: Window) -> None:
    one = tops(client)[0]
    window.go(f"/themes/{one}")
    for action, pinned in (("Pin", True), ("Unpin", False), ("Pin", True)):
        window.press(action)
        assert window.done() == "The theme was changed."
        assert next(theme for theme in tree(client) if theme["id"] == one)["pinned"] is pinned
        assert window.page.locator("h1 .tag", has_text="pinned").count() == pinned
    window.press("Undo", inside=".done")
    assert next(theme for theme in tree(client) if theme["id"] == one)["pinned"] is False


def test_the_list_of_changes_takes_each_back(client: httpx.Client, window: Window) -> None:
    one = tops(client)[0]
    before = tree(client)
    window.go(f"/themes/{one}")
    form = opened(window, "Description")
    form.get_by_label("What it is about").fill("To be taken back")
    press(window, form, "Save")
    window.go("/themes/history")
    assert window.violations() == []
    window.page.locator("main").get_by_role("button", name="Undo change").first.click()
    window.page.wait_for_url("**/themes*done=*")
    assert window.done()
    assert tree(client) == before


def test_who_changed_it_meanwhile_is_told_and_what_was_typed_stays(client: httpx.Client, window: Window) -> None:
    one = tops(client)[0]
    window.go(f"/themes/{one}")
    form = opened(window, "Name")
    form.get_by_label("Name").fill("Mine")
    version = client.get("/v1/themes").headers["ETag"]
    edit = {"kind": "rename", "theme": one, "name": "Theirs"}
    assert client.post("/v1/themes/edits", json=edit, headers={"If-Match": version}).status_code < 300
    press(window, form, "Rename")
    assert "The themes changed meanwhile" in window.page.get_by_role("alert").inner_text()
    window.complaints[:] = [one for one in window.complaints if "412" not in one]
    assert window.violations() == []
    assert window.page.locator(".edits input[name=name]").input_value() == "Mine"
    window.press("Rename")
    assert window.page.locator("h1").inner_text() == "Mine"
    window.press("Undo", inside=".done")
    assert window.page.locator("h1").inner_text() == "Theirs"


def test_a_theme_is_found_renamed_and_taken_back_by_keyboard_only(client: httpx.Client, window: Window) -> None:
    one = tops(client)[0]
    name = next(theme["name"] for theme in tree(client) if theme["id"] == one)
    before = tree(client)
    window.go("/")
    tab_to(window, "Themes")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/themes")
    tab_to(window, name)
    window.page.keyboard.press("Enter")
    window.page.wait_for_url(f"**/themes/{one}*")
    tab_to(window, "Name")
    window.page.keyboard.press("Enter")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Control+a")
    window.page.keyboard.type("By keyboard")
    tab_to(window, "Preview")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/preview*")
    tab_to(window, "Do it")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**done=theme-edited*")
    assert window.page.locator("h1").inner_text() == "By keyboard"
    tab_to(window, "Undo")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**done=theme-undone*")
    assert tree(client) == before


FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    text: (at.innerText || at.getAttribute('aria-label') || at.value || '').trim(),
    outlined: at === document.body || at.id === 'main' || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2),
    inside: at === document.body || (box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth),
    hidden: at !== document.body && at.id !== 'main' && !(seen && (at.contains(seen) || seen.contains(at))), html: at.outerHTML.slice(0, 160),
  };
}"""  # noqa: E501


def tab_to(window: Window, name: str) -> None:
    """Press Tab until the focus is on what is called so; all the way the focus must be seen."""
    for _ in range(120):
        window.page.keyboard.press("Tab")
        at = window.page.evaluate(FOCUS)
        assert at["outlined"], at["html"]
        assert at["inside"], at["html"]
        assert not at["hidden"], at["html"]
        if at["text"].split("\n")[0] == name:
            return
    raise AssertionError(f"no Tab leads to {name}")
