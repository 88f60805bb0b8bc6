"""Real pages in a real Chromium, over the sample organisation; nothing may be fetched from anywhere else."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.access.keys import create_key
from tests.organisation import copy_of, predicted
from tests.test_api.conftest import Served, served
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
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> int:
        """Open a page of ours; gives its status."""
        answer = self.page.goto(self.url + path)
        self.page.wait_for_load_state("load")
        return int(answer.status)

    def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA on the page as it stands."""
        self.page.evaluate(self.axe)
        found = self.page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
        return [
            f"{one['id']}: {one['help']}: {json.dumps([node['html'][:160] for node in one['nodes'][:3]])}"
            for one in found["violations"]
        ]

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
    """A server over a copy of the sample organisation."""
    place = copy_of(predicted(tmp_path_factory), tmp_path_factory.mktemp("site"))
    with served(Settings(home=place.home, rate_per_minute=1_000_000)) as found:
        client = found.as_role("viewer")
        until = time.monotonic() + 60
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < until
            time.sleep(0.1)
        yield found


@pytest.fixture
def open_as(chromium: Any, site: Served, axe: str) -> Iterator[Open]:
    """Open a window as somebody of a role; what it complains about fails the test."""
    opened: list[tuple[Any, Window]] = []

    def made(
        role: str = "admin", *, width: int = 1440, dark: bool = False, script: bool = True, url: str | None = None
    ) -> Window:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light",
            java_script_enabled=script, reduced_motion="reduce",
        )  # fmt: skip
        page = context.new_page()
        window = Window(page, url or site.url, axe)
        page.on("pageerror", lambda error: window.complaints.append(f"script: {error}"))
        page.on("console", lambda said: _note(window, said))
        page.on("request", lambda request: _note_request(window, request.url))
        if url is None:
            log_in(window, _key(site, role))
        opened.append((context, window))
        return window

    yield made
    complaints = [one for _, window in opened for one in window.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == []


def log_in(window: Window, key: str) -> None:
    """As people do, with a key."""
    window.page.goto(f"{window.url}/login")
    window.page.get_by_label("Key").fill(key)
    window.page.get_by_role("button", name="Log in").click()
    window.page.wait_for_url(f"{window.url}/")


def _key(site: Served, role: str) -> str:
    with prepare_store(site.settings) as store:
        return create_key(store, f"browser {role}", person=f"Browser {role}", role=role)[1]


def _note(window: Window, said: Any) -> None:
    if said.type in {"error", "warning"} and "favicon" not in said.text:
        window.complaints.append(f"console: {said.text[:300]}")


def _note_request(window: Window, url: str) -> None:
    if not url.startswith((window.url, "data:", "blob:")):
        window.complaints.append(f"asked elsewhere: {url[:200]}")
