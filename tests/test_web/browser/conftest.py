"""Real pages in a real Chromium, over the sample organisation; nothing may be fetched from anywhere else."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.keys import create_key
from api.access.logins import COOKIE, begin_session
from tests.organisation import copy_of, predicted
from tests.test_api.conftest import Served, served
from tests.test_api.planted_themes import hashing, planted
from verbatim.settings import Settings
from verbatim.storage.engine import prepare_store

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Window:
    """A page of a browser in which somebody is logged in, and what it complained about."""

    page: Any
    url: str
    axe: str
    dark: bool = False
    complaints: list[str] = field(default_factory=list)
    sure: str | None = None  # what the page may ask, to be answered with yes

    def go(self, path: str) -> int:
        """Open a page of ours; gives its status."""
        answer = self.page.goto(self.url + path)
        self.page.wait_for_load_state("load")
        return int(answer.status)

    def violations(self, only: str | None = None) -> list[str]:
        """What axe-core finds on the page as it stands against WCAG 2.2 AA, or against one rule ``only``."""
        self.page.evaluate(self.axe)
        chosen = {"type": "tag", "values": TAGS} if only is None else {"type": "rule", "values": [only]}
        found = self.page.evaluate("chosen => axe.run(document, {runOnly: chosen})", chosen)
        return [
            f"{one['id']}: {one['help']}: {json.dumps([node['html'][:160] for node in one['nodes'][:3]])}"
            for one in found["violations"]
        ]

    def in_the_other_light(self) -> list[str]:
        """Colours that cannot be read once the page turns from light to dark, or from dark to light."""
        self.page.emulate_media(color_scheme="light" if self.dark else "dark")
        found = self.violations(only="color-contrast")
        self.page.emulate_media(color_scheme="dark" if self.dark else "light")
        return found

    def press(self, name: str, *, inside: str = "main", sure: str | None = None) -> None:
        """Press a button, and wait for the page it leads to; where it asks ``sure`` first, say yes."""
        self.sure = sure
        with self.page.expect_navigation():
            self.page.locator(inside).get_by_role("button", name=name, exact=True).first.click()
        self.sure = None

    def settle(self) -> None:
        """Wait until nothing on the page is old or still being worked out."""
        while self.page.locator("[data-old]").count():
            self.page.reload()
        pending = self.page.locator("[data-pending]")
        while pending.count():
            pending.first.wait_for(state="detached", timeout=60_000)

    def done(self) -> str:
        """The sentence that says what was done; the page must have one."""
        return str(self.page.locator(".done > p").inner_text())

    def says(self, words: str) -> None:
        """Wait until the page says so."""
        self.page.locator("main").get_by_text(words).first.wait_for(timeout=30_000)

    @property
    def text(self) -> str:
        """What people read on the page."""
        return str(self.page.locator("main").inner_text())

    @property
    def too_wide(self) -> bool:
        """Whether the page has to be pushed sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


Open = Callable[..., Window]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, for one module: its driver keeps an event loop running, which others could not bear."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine")
    folder = tmp_path_factory.mktemp("axe")
    shutil.copy(Path(__file__).parent / "package.json", folder)
    subprocess.run(  # noqa: S603
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], cwd=folder, check=True,
        capture_output=True, timeout=300,
    )  # fmt: skip
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over a copy of the sample organisation, swept once, so that there are follow-ups and alerts."""
    place = copy_of(predicted(tmp_path_factory), tmp_path_factory.mktemp("site"))
    with served(Settings(home=place.home, rate_per_minute=1_000_000)) as found:
        client = found.as_role("analyst")
        newest = client.get("/v1/comments", params={"limit": 1}).json()["comments"][0]["occurred_at"]
        since = datetime.fromisoformat(newest) - timedelta(days=14)
        assert client.post("/v1/follow-ups/sweep", json={"since": since.date().isoformat()}).json()["created"]
        until = time.monotonic() + 60
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        yield found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the planted themes, with an encoder of hashes: for tests that change much of it."""
    settings = Settings(home=tmp_path_factory.mktemp("small"), rate_per_minute=1_000_000)
    with hashing():
        planted(settings)
        with served(settings) as found:
            yield found


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over an empty store."""
    with served(Settings(home=tmp_path_factory.mktemp("bare"), rate_per_minute=1_000_000)) as found:
        yield found


@pytest.fixture(scope="session")
def sessions() -> dict[tuple[str, str], str]:
    """What the cookies of those who are logged in hold, by server and role."""
    return {}


@pytest.fixture(scope="module")
def windows(chromium: Any, axe: str) -> Iterator[dict[tuple[object, ...], Window]]:
    """The windows of a module by how they look and who is logged in: opened once, for all its tests."""
    found: dict[tuple[object, ...], Window] = {}
    yield found
    for window in found.values():
        window.page.context.close()


@pytest.fixture
def open_as(
    request: pytest.FixtureRequest, chromium: Any, axe: str, windows: dict[tuple[object, ...], Window],
    sessions: dict[tuple[str, str], str],
) -> Iterator[Open]:  # fmt: skip
    """A window in which somebody of a role is logged in, at the sample organisation or ``at`` another server; with
    a ``url`` nobody is. What it complains about fails the test."""
    used: list[Window] = []

    def made(
        role: str = "admin", *, width: int = 1440, dark: bool = False, script: bool = True, at: Served | None = None,
        url: str | None = None,
    ) -> Window:  # fmt: skip
        place = at or (request.getfixturevalue("site") if url is None else None)
        key = (url or place.url, role if url is None else None, width, dark, script)
        if key not in windows:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light",
                java_script_enabled=script, reduced_motion="reduce",
            )  # fmt: skip
            windows[key] = _listening(Window(context.new_page(), url or place.url, axe, dark))
            if place is not None:
                word = sessions.get((place.url, role)) or _session(place, role)
                sessions[place.url, role] = word
                context.add_cookies([{"name": COOKIE, "value": word, "url": place.url}])
        window = windows[key]
        if window not in used:
            used.append(window)
            window.complaints.clear()
        return window

    yield made
    assert [one for window in used for one in window.complaints] == []


@pytest.fixture
def window(open_as: Open, small: Served) -> Window:
    """An administrator's, where tests change much."""
    return open_as(at=small)


@pytest.fixture(scope="module")
def client(small: Served) -> httpx.Client:
    """The API of the same server."""
    return small.as_role("admin")


def _listening(window: Window) -> Window:
    window.page.on("pageerror", lambda error: window.complaints.append(f"script: {error}"))
    window.page.on("console", lambda said: _note(window, said))
    window.page.on("request", lambda request: _note_request(window, request.url))
    window.page.on("dialog", lambda dialog: _note_dialog(window, dialog))
    return window


def log_in(window: Window, key: str) -> None:
    """As people do, with a key."""
    window.go("/login")
    window.page.get_by_label("Key").fill(key)
    window.page.get_by_role("button", name="Log in").click()
    window.page.wait_for_url(f"{window.url}/")


def _session(place: Served, role: str) -> str:
    """What the cookie of somebody who is logged in holds."""
    with prepare_store(place.settings) as store:
        made, _ = create_key(store, f"browser {role}", person=f"Browser {role}", role=role)
        return begin_session(store, person=made.name, role=None, key_id=made.id, hours=8)[1]


def _note_dialog(window: Window, dialog: Any) -> None:
    if window.sure is not None and window.sure in dialog.message:
        dialog.accept()
        return
    window.complaints.append(f"dialog: {dialog.message[:200]}")
    dialog.dismiss()


def _note(window: Window, said: Any) -> None:
    if said.type in {"error", "warning"} and "favicon" not in said.text:
        window.complaints.append(f"console: {said.text[:300]}")


def _note_request(window: Window, url: str) -> None:
    if not url.startswith((window.url, "data:", "blob:")):
        window.complaints.append(f"asked elsewhere: {url[:200]}")
