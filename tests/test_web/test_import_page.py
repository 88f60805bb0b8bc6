"""The page of imports: a file is put down, looked at, mapped otherwise, read, and told of; wrong ones say why."""

from __future__ import annotations

import gzip
import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from api.jobs.uploads import find_upload
from tests.test_api.conftest import Served
from tests.test_api.working import work
from verbatim.domain import Kind
from verbatim.ingest.likely import first_look

ANSWERS = """Response ID,Answered,CSAT,Comment,Team
1,2026-10-03,5,Quick and kind,Blue
2,2026-10-04,11,Slow <script>alert(1)</script> answers,Blue
3,2026-10-05,1,"=HYPERLINK(""http://x"")",<img src=x>
"""
TICKETS = "id,created_at,status,priority\nT1,2026-10-03,open,high\n"


def put_down(client: httpx.Client, text: str, name: str = "answers-2026-10.csv") -> str:
    answer = client.post("/import", files={"file": (name, text.encode())})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.fixture(scope="module")
def analyst(empty: Served) -> httpx.Client:
    return empty.as_role("analyst")


def test_an_empty_organisation_is_told_what_to_bring_in_first(analyst: httpx.Client) -> None:
    shown = analyst.get("/import?source=nothing-of-this-name")
    assert shown.status_code == 200
    assert "Nothing like that" in shown.text
    assert 'name="source" value="nothing-of-this-name"' in shown.text


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_bring_nothing_in_sees_no_import(empty: Served, role: str) -> None:
    client = empty.as_role(role)
    for path in ("/import", "/import/rejects", "/import/" + "0" * 32):
        assert client.get(path).status_code == 403
    assert client.post("/import", files={"file": ("a.csv", b"a\n1\n")}).status_code == 403


def test_what_a_file_holds_is_proposed_from_its_columns_and_its_name(tmp_path: Path) -> None:
    for name, text, kind in (
        ("export.csv", ANSWERS, Kind.RESPONSES), ("export.csv", TICKETS, Kind.TICKETS),
        ("export.csv", "id,name,tier,arr\nA1,Acme,gold,10\n", Kind.ACCOUNTS),
        ("contacts.csv", "id,account_id,since\nC1,A1,2026-01-01\n", Kind.CONTACTS),
        ("accounts.csv", "id,since\nA1,2026-01-01\n", Kind.ACCOUNTS),
        ("export.csv", "at,kind,name\n2026-01-01,release,Big\n", Kind.MILESTONES),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_text(text)
        assert first_look(path).kinds[0] is kind, text
    odd = tmp_path / "odd.csv.gz"
    odd.write_bytes(gzip.compress(b"colour,taste\nred,sweet\n"))
    assert first_look(odd).kinds == ()
    assert first_look(odd).columns == ("colour", "taste")


def test_a_file_is_shown_as_it_would_be_read_and_hostile_text_is_text(analyst: httpx.Client) -> None:
    page = analyst.get(put_down(analyst, ANSWERS))
    assert page.status_code == 200
    assert "Survey answers (likely)" in page.text
    assert "score: csat-5" in page.text
    assert "is outside csat-5" in page.text
    assert "<img src=x>" not in page.text
    assert "<script>alert" not in page.text
    assert "=HYPERLINK" in unescape(page.text)


def test_a_column_is_read_otherwise_when_the_address_says_so(analyst: httpx.Client) -> None:
    path = put_down(analyst, ANSWERS)
    page = analyst.get(path, params={"kind": "responses", "use": ["leave-out=Team", "", "question=Comment"]})
    assert 'value="leave-out=Team" selected' in page.text
    assert 'value="question=Comment" selected' in page.text
    row = re.search(r">Team</th>.*?</tr>", page.text, re.DOTALL)
    assert row is not None
    assert "not stored" in row[0]
    assert "ignored, as asked" in row[0]
    twice = analyst.get(path, params={"use": ["score=CSAT", "score=Team"]})
    assert "choose one of them" in twice.text
    assert "Import as shown below" not in twice.text


def test_what_is_wrong_stands_beside_the_form_in_words_of_the_page(empty: Served, analyst: httpx.Client) -> None:
    nothing = analyst.post("/import", files={"file": ("a.csv", b"")})
    assert nothing.status_code == 422
    assert "the file is empty" in nothing.text
    path = put_down(analyst, "colour,taste\nred,sweet\nblue,sour\n")
    page = analyst.get(path)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert "--map" not in page.text
    assert 'value="score=colour"' in page.text
    assert str(empty.settings.home) not in page.text
    for query in ("kind=nonsense", "header_row=-1", "date_format=xyz", "use=nonsense%3Dcolour", "metric=joy"):
        wrong = analyst.get(f"{path}?{query}")
        assert wrong.status_code == 200
        assert 'role="alert"' in wrong.text
        assert analyst.post(f"{path}/ingest?{query}").status_code == 422
    assert analyst.get("/import/" + "0" * 32).status_code == 404
    assert analyst.get("/import/nonsense").status_code == 422


def test_a_file_is_read_as_it_was_shown_and_what_became_of_it_is_told(empty: Served, analyst: httpx.Client) -> None:
    path = put_down(analyst, ANSWERS)
    begun = analyst.post(f"{path}/ingest?kind=responses&use=leave-out%3DTeam&source=desk")
    assert begun.status_code == 303
    waiting = analyst.get(begun.headers["location"])
    assert "data-job=" in waiting.text
    assert "No worker runs" in waiting.text
    work(empty)
    done = analyst.get(begun.headers["location"])
    assert "The file was read" in done.text
    assert "source “desk”" in done.text
    rejects = re.search(r'href="(/import/rejects\?batch_id=[^"]+)"', done.text)
    assert rejects is not None
    listed = analyst.get(rejects[1])
    assert "is outside csat-5" in listed.text
    assert "of one import only" in listed.text
    assert "answers-2026-10.csv" in analyst.get("/import?source=desk&kind=responses").text
    assert "answers-2026-10.csv" not in analyst.get("/import?source=desk&kind=tickets").text


def test_a_file_can_be_removed_instead(empty: Served, analyst: httpx.Client) -> None:
    path = put_down(analyst, TICKETS, "tickets.csv")
    assert find_upload(empty.settings, path.rpartition("/")[2]).name == "tickets.csv"
    gone = analyst.post(f"{path}/remove")
    assert "Nothing of it was stored" in analyst.get(gone.headers["location"]).text
    assert analyst.get(path).status_code == 404
