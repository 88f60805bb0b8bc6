"""Files, reports, schedules and the sample organisation: brought in, made, watched and taken back in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from tests.test_api.conftest import Served
from tests.test_api.working import work
from tests.test_web.browser.conftest import Open, Window

pytestmark = pytest.mark.browser

ANSWERS = """Response ID,Answered,CSAT,Comment,Team
b1,2026-10-03,5,Quick and kind,Blue
b2,2026-10-04,11,Slow answers,Blue
b3,2026-10-05,1,Nobody called back,Red
"""
DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, {type: 'text/csv'}));
  for (const kind of ['dragenter', 'dragover', 'drop'])
    document.body.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: carried}));
}"""


def test_a_dropped_file_is_mapped_otherwise_looked_at_again_and_read(
    client: httpx.Client, small: Served, window: Window
) -> None:
    window.go("/import")
    with window.page.expect_navigation():
        window.page.evaluate(DROP, ["answers.csv", ANSWERS])
    assert window.page.locator("h1").inner_text() == "answers.csv"
    assert "score: csat-5" in window.text
    assert "1 row or cell would be rejected" in window.text
    assert "is outside csat-5" in window.text
    begin = window.page.get_by_role("button", name="Import as shown below")
    window.page.get_by_label("Team").select_option("leave-out=Team")
    assert begin.is_disabled()
    assert "look again before importing" in window.text
    window.press("Look again")
    assert "ignored, as asked" in window.text
    window.press("Import as shown below")
    assert window.page.locator("[data-job] progress").count() == 1
    assert "No worker runs" in window.text
    work(small)
    window.says("The file was read")
    assert window.violations() == []
    window.page.get_by_role("link", name="see why").click()
    window.says("is outside csat-5")
    assert client.get("/v1/rejects").json()["rejects"][0]["value"] == "11"
    assert client.get("/v1/comments/count", params={"words": '"Nobody called back"'}).json()["comments"] == 1
    window.go("/import")
    assert "answers.csv" in window.text


def test_a_file_is_removed_and_an_import_cancelled_and_begun_again(
    client: httpx.Client, small: Served, window: Window, tmp_path: Path
) -> None:
    path = tmp_path / "later.csv"
    path.write_text(ANSWERS.replace("b", "later-b"), encoding="utf-8")

    def put_down() -> None:
        window.go("/import")
        window.page.get_by_label("File to import").set_input_files(path)
        window.press("Look at the file")

    put_down()
    window.press("Remove the file")
    assert "Nothing of it was stored" in window.done()
    put_down()
    window.press("Import as shown below")
    window.press("Cancel")
    window.says("cancelled")
    work(small)
    assert client.get("/v1/comments/count", params={"words": "later"}).json()["comments"] == 0
    window.press("Try again")
    work(small)
    window.says("done")
    files = [one["file"] for one in client.get("/v1/batches").json()["batches"]]
    assert "later.csv" in files


def test_what_is_no_file_of_answers_is_said_beside_the_form(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "nothing.csv"
    path.write_bytes(b"")
    window.go("/import")
    window.page.get_by_label("File to import").set_input_files(path)
    window.press("Look at the file")
    assert "the file is empty" in window.page.get_by_role("alert").inner_text()
    window.complaints[:] = [one for one in window.complaints if "422" not in one]  # the browser itself notes it


def test_a_report_is_made_opened_downloaded_and_removed(client: httpx.Client, small: Served, window: Window) -> None:
    window.go("/reports")
    make = window.page.locator("details.make")
    make.locator("select[name=kind]").select_option("monthly")
    make.get_by_label("Period").fill("2026-02")
    make.get_by_label("Markdown").check()
    make.get_by_label("PDF").uncheck()
    window.press("Make it")
    assert window.done() == "The report is being made."
    window.press("Cancel")
    assert window.done() == "The report is not made."
    make.get_by_text("Make a report").click() if make.get_attribute("open") is None else None
    make.get_by_label("Period").fill("2026-02")
    make.get_by_label("Markdown").check()
    make.get_by_label("PDF").uncheck()
    window.press("Make it")
    work(small)
    window.says("It is ready.")
    assert window.violations() == []
    with window.page.expect_download() as coming:
        window.page.get_by_role("row").get_by_role("link", name="Markdown").first.click()
    assert Path(coming.value.path()).read_text(encoding="utf-8").startswith("#")
    with window.page.expect_navigation():
        window.page.get_by_role("row").get_by_role("link", name="Monthly").first.click()
    assert "February 2026" in window.page.locator("body").inner_text()
    window.go("/reports")
    window.page.get_by_role("row").get_by_text("Remove", exact=True).last.click()
    window.press("Remove it for good")
    assert window.done() == "The report is gone."
    assert client.get("/v1/reports").json()["reports"] == []


def test_a_schedule_is_made_changed_paused_run_and_removed(client: httpx.Client, window: Window) -> None:
    def plans() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.get("/v1/schedules").json()["schedules"]
        return found

    window.go("/reports/schedules/new")
    window.page.locator("main select[name=kind]").select_option("weekly")
    window.page.get_by_label("Time of day").fill("08:00")
    window.press("Make the schedule")
    assert window.done() == "The schedule is there."
    window.press("Undo", inside=".done")
    assert plans() == []
    window.go("/reports/schedules/new")
    window.page.locator("main select[name=kind]").select_option("weekly")
    window.press("Make the schedule")
    made = plans()[0]
    with window.page.expect_navigation():
        window.page.get_by_role("link", name="Change").click()
    window.page.get_by_label("Time of day").fill("09:15")
    window.press("Save")
    assert window.done() == "The schedule was changed."
    assert plans()[0]["clock"] == "09:15"
    window.press("Undo", inside=".done")
    assert {**plans()[0], "next_times": []} == {**made, "next_times": []}
    window.press("Pause")
    assert plans()[0]["active"] is False
    window.press("Undo", inside=".done")
    assert plans()[0]["active"] is True
    window.press("Run now")
    assert window.done() == "The report is being made."
    window.press("Cancel")
    window.page.locator(".plans").get_by_text("Remove", exact=True).click()
    window.press("Remove the schedule")
    assert plans() == []
    window.press("Undo", inside=".done")
    again = {"id": "", "next_times": [], "created_at": "", "last_at": None}
    assert {**plans()[0], **again} == {**made, **again}


@pytest.fixture
def slow_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """The sample is small, and its third file is only read once the event says so."""
    from verbatim import ingest, sample

    go_on, reading, writing = Event(), ingest.ingest, sample.write_sample
    read: list[object] = []

    def waiting(*given: Any, **more: Any) -> Any:
        read.append(given)
        if len(read) == 3:
            go_on.wait(60)
        return reading(*given, **more)

    monkeypatch.setattr("api.jobs.context.WRITES_SECONDS", 0.0)
    monkeypatch.setattr(ingest, "ingest", waiting)
    monkeypatch.setattr(sample, "write_sample", lambda folder, **more: writing(folder, **{**more, "size": 0.02}))
    yield go_on
    go_on.set()


def test_the_sample_is_loaded_from_the_empty_first_page_with_progress_and_cancelled(
    open_as: Open, bare: Served, slow_reading: Event
) -> None:
    window = open_as(at=bare)
    window.go("/")
    assert "Nothing is stored yet" in window.text
    window.press("Load the sample organisation", sure="cannot be taken out again")
    assert window.done() == "The sample organisation is being loaded."
    assert window.violations() == []
    window.press("Cancel")
    assert window.done() == "The sample organisation is not loaded any further."
    assert "Nothing is stored yet" in window.text
    window.press("Load the sample organisation", sure="cannot be taken out again")
    worker = Thread(target=work, args=(bare,))
    worker.start()
    window.page.locator("[data-job] progress:not([value='0'])").wait_for(timeout=60_000)
    assert "Reading records in" in window.text
    window.press("Cancel")
    slow_reading.set()
    worker.join(60)
    assert not worker.is_alive()
    job = bare.as_role("viewer").get("/v1/jobs", params={"kind": "sample"}).json()["jobs"][0]
    assert job["status"] == "cancelled", json.dumps(job)
    window.go("/")
    assert window.page.locator("[data-job]").count() == 0
