"""The page of comments: its filters are its address, what is hostile is text, views and exports come and go."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.routers.comment_shapes import CommentOut
from api.web.comment_filters import FORM_ONLY, filters_of, tags, tidied, typed, wish_in
from api.web.comments import SHOWN, Line
from tests.test_api.conftest import Served
from tests.test_api.working import work

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
NAMES = st.sampled_from(["words", "theme", "where", "from", "to", "metric", "category", "meaning", "limit", *FORM_ONLY])
VALUES = st.text("abc=/- 2026", max_size=12) | st.sampled_from(["2026-10-01", "csat/dissatisfied", "negative", "none"])


def looked(client: httpx.Client, path: str = "/comments", **query: object) -> str:
    found = client.get(path, params=query or None)
    assert found.status_code == 200, found.text[:300]
    return found.text


def ids(text: str) -> list[str]:
    return re.findall(r'class="quiet open" href="/comments/([^"]+)"', text)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12))
@settings(max_examples=200, deadline=None)
def test_what_is_tidied_once_stays_as_it_is(pairs: list[tuple[str, str]]) -> None:
    once = tidied(pairs)
    assert tidied(once) == once
    assert all(value.strip() for _, value in once)
    assert not {name for name, _ in once} & set(FORM_ONLY)


def test_the_form_says_what_the_api_understands() -> None:
    sent = [
        ("words", ""), ("answer", "csat/dissatisfied"), ("mood", "negative"), ("from", "2026-10-01"),
        ("last", "2026-10-31"), ("segment", "channel"), ("value", "chat"), ("theme", "T1"), ("theme", ""),
    ]  # fmt: skip
    pairs = tidied(sent)
    assert dict(pairs) == {
        "from": "2026-10-01", "theme": "T1", "where": "channel=chat", "to": "2026-11-01", "metric": "csat",
        "category": "dissatisfied", "sentiment_to": "-0.2",
    }  # fmt: skip
    wish = wish_in(pairs)
    assert (wish.metric, wish.category, str(wish.until), wish.where) == (
        "csat", "dissatisfied", "2026-11-01", ["channel=chat"],
    )  # fmt: skip
    assert {"answer": "csat/dissatisfied", "last": "2026-10-31", "mood": "negative"}.items() <= typed(pairs).items()


def test_each_tag_takes_out_its_own_filter_and_nothing_else() -> None:
    pairs = tidied([("words", "a"), ("theme", "T1"), ("theme", "T2"), ("metric", "csat"), ("category", "neutral"),
                    ("lowest", "3"), ("from", "2026-10-01"), ("to", "2026-11-01"), ("after", "x")])  # fmt: skip
    found = {tag.text: parse_qsl(urlsplit(tag.without).query) for tag in tags(pairs, {"T1": "One"}, dict(pairs))}
    assert list(found) == ["Theme: One", "Theme: T2", "CSAT neutral 3 and more", "1 Oct 2026 to 31 Oct 2026"]
    every = filters_of(pairs)
    assert found["Theme: One"] == [pair for pair in every if pair != ("theme", "T1")]
    assert found["CSAT neutral 3 and more"] == [p for p in every if p[0] not in {"metric", "category", "lowest"}]
    assert found["1 Oct 2026 to 31 Oct 2026"] == [p for p in every if p[0] not in {"from", "to"}]


def test_a_long_comment_is_cut_around_the_first_match_and_its_places_move_along() -> None:
    text = "x" * 50_000 + " refund " + "y" * 50_000
    one = CommentOut(
        id="1", text=text, language=None, question=None, informative=True, occurred_at=None, source="t", segments={},
        ticket=None, account=None, account_name=None, contact=None, themes=[], scores=[], matches=[[50_001, 50_007]],
    )  # fmt: skip
    line = Line.of(one)
    assert len(line.text) <= SHOWN
    assert [line.text[start:end] for start, end in line.places] == ["refund"]
    assert line.before
    assert line.after


def test_an_address_holds_nothing_empty(viewer: httpx.Client) -> None:
    sent = viewer.get("/comments?words=&theme=&from=&segment=team&value=North&last=2027-01-01")
    assert (sent.status_code, sent.headers["location"]) == (303, "/comments?where=team%3DNorth&to=2027-01-02")
    assert viewer.get("/comments?words=&from=").headers["location"] == "/comments"


def test_the_page_lists_what_the_api_lists_and_marks_the_words(viewer: httpx.Client) -> None:
    text = looked(viewer, words="refund", limit=20)
    api = viewer.get("/v1/comments", params={"words": "refund", "limit": 20}).json()["comments"]
    assert ids(text) == [one["id"] for one in api]
    assert re.search(r"<mark>refund</mark>", text, re.IGNORECASE)
    count = viewer.get("/v1/comments/count", params={"words": "refund"}).json()["comments"]
    assert f"{count:,} comments" in text


def test_pages_follow_each_other_without_a_gap(viewer: httpx.Client) -> None:
    first = looked(viewer, limit=5)
    after = re.search(r'href="([^"]+)" rel="next"', first)
    assert after is not None
    second = viewer.get(after[1].replace("&amp;", "&")).text
    api = viewer.get("/v1/comments", params={"limit": 10}).json()["comments"]
    assert ids(first) + ids(second) == [one["id"] for one in api]


def test_by_meaning_the_nearest_come_first(viewer: httpx.Client) -> None:
    text = looked(viewer, words="my parcel is late", meaning="true")
    near = viewer.post("/v1/comments/search", json={"text": "my parcel is late", "limit": 50}).json()["found"]
    assert ids(text) == [one["comment"]["id"] for one in near]
    assert "nearest in meaning" in text


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"words": "!?"}, 422, "words"),
        ({"words": HOSTILE, "colour": "red"}, 422, "There is no filter"),
        ({"from": "soon"}, 422, "from"),
        ({"theme": "T999"}, 404, "T999"),
        ({"where": "colour=red"}, 404, "colour"),
        ({"after": "nonsense"}, 422, "place"),
    ],
)
def test_what_does_not_fit_is_told_beside_the_form_and_what_was_typed_is_kept(
    viewer: httpx.Client, query: dict[str, str], status: int, said: str
) -> None:
    found = viewer.get("/comments", params=query)
    assert found.status_code == status
    problem = re.search(r'class="problem" role="alert">([^<]+)<', found.text)
    assert problem is not None
    assert said in problem[1]
    assert HOSTILE not in found.text
    if "words" in query:
        assert 'name="words" value="' in found.text
        assert "&lt;script&gt;" in found.text or query["words"] in found.text


def test_hostile_text_is_text(mined: Served, viewer: httpx.Client) -> None:
    writer = mined.as_role("analyst")
    long = "w" * 100_000
    rows = [
        {
            "id": f"hostile-{place}",
            "answered_at": "2026-11-20T10:00:00Z",
            "comment": text,
            "metric": "csat",
            "scale": "csat-5",
            "score": 1,
        }
        for place, text in enumerate((HOSTILE, '5 < 6 & they are "fine"', f"‮{long}", "=HYPERLINK(1)"))
    ]
    made = writer.post("/v1/responses", json={"source": "hostile", "records": rows})
    assert made.status_code in {200, 201}, made.text
    text = looked(viewer, source="hostile")
    assert len(ids(text)) >= 2  # ingest takes tags out of a comment
    assert HOSTILE not in text
    assert "5 &lt; 6 &amp; they are" in text
    assert len(text) < 200_000
    for one in ids(text):
        alone = looked(viewer, f"/comments/{one}")
        assert HOSTILE not in alone
        assert len(alone) < 200_000


def test_one_comment_has_its_ticket_and_customer_beside_it(viewer: httpx.Client) -> None:
    (one,) = viewer.get("/v1/comments", params={"ticket": "K4"}).json()["comments"]
    text = looked(viewer, f"/comments/{one['id']}")
    assert "K4" in text
    assert "A2 Ltd" in text
    assert viewer.get("/comments/nothing").status_code == 404


def test_a_view_is_saved_opened_deleted_and_brought_back(mined: Served) -> None:
    ada, bob = mined.as_role("viewer"), mined.as_role("viewer")
    body = {"name": f"Refunds {HOSTILE}"[:80], "query": "words=refund&where=team%3DNorth", "shared": "true"}
    made = ada.post("/comments/views", data=body)
    assert made.status_code == 303
    text = looked(ada, made.headers["location"])
    assert "The view is saved." in text
    assert HOSTILE not in text
    (view,) = ada.get("/v1/views").json()["views"]
    assert 'action="/comments/views/delete"' in text
    (seen,) = bob.get("/v1/views").json()["views"]
    assert (seen["own"], view["own"]) == (False, True)
    assert bob.post("/comments/views/delete", data={"view": view["id"]}).status_code == 404
    gone = ada.post("/comments/views/delete", data={"view": view["id"]})
    assert ada.get("/v1/views").json()["views"] == []
    text = looked(ada, gone.headers["location"])
    assert "The view is deleted." in text
    undo = re.search(r'class="done".*?</form>', text, re.DOTALL)
    assert undo is not None
    assert 'name="shared" value="true"' in undo[0]
    again = ada.post("/comments/views", data={**body, "query": "words=refund"})
    twice = ada.post("/comments/views", data=body)
    assert ("view-saved" in again.headers["location"], "view-replaced" in twice.headers["location"]) == (True, True)
    (only,) = ada.get("/v1/views").json()["views"]
    assert only["query"] == body["query"]
    undo = re.search(r'class="done".*?</form>', looked(ada, twice.headers["location"]), re.DOTALL)
    assert undo is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', undo[0]))
    ada.post("/comments/views", data={name: html.unescape(value) for name, value in fields.items()})
    (undone,) = ada.get("/v1/views").json()["views"]
    assert (undone["query"], undone["shared"], undone["id"]) == ("words=refund", True, only["id"])
    assert mined.as_role("admin").post("/comments/views/delete", data={"view": only["id"]}).status_code == 303
    assert ada.post("/comments/views", data={"name": "x", "query": "colour=red"}).status_code == 422
    assert ada.post("/comments/views", data={"name": "  "}).status_code == 422


def test_who_is_limited_sees_and_makes_no_shared_view(mined: Served) -> None:
    one = mined.as_role("viewer", accounts=["A2"])
    other = mined.as_role("viewer")
    kept = other.post("/v1/views", json={"name": "all", "query": "", "shared": True}).json()
    assert one.get("/v1/views").json()["views"] == []
    assert one.post("/v1/views", json={"name": "mine", "query": "", "shared": True}).status_code == 403
    assert one.post("/v1/views", json={"name": "mine", "query": "words=a"}).status_code == 201
    assert "share with everybody" not in looked(one, words="a")
    assert other.delete(f"/v1/views/{kept['id']}").status_code == 204
    api = {row["account"] for row in one.get("/v1/comments").json()["comments"]}
    assert api == {"A2"}


def test_an_export_has_what_the_filters_leave_and_no_formula(mined: Served) -> None:
    writer = mined.as_role("analyst")
    query = "words=refund&metric=csat"
    asked = writer.post("/comments/export", data={"query": query, "format": "csv"})
    assert asked.status_code == 303
    assert "/comments?words=refund&metric=csat&" in asked.headers["location"]
    assert "data-job" in looked(writer, asked.headers["location"])
    work(mined)
    text = looked(writer, asked.headers["location"])
    link = re.search(r'href="(/v1/jobs/[^"]+/file)"', text)
    assert link is not None
    lines = writer.get(link[1]).text.splitlines()
    count = writer.get(f"/v1/comments/count?{query}").json()["comments"]
    assert len(lines) == count + 1
    assert all("refund" in line.lower() for line in lines[1:])
    assert mined.as_role("viewer").post("/comments/export", data={"query": query}).status_code == 403
    refused = writer.post("/comments/export", data={"query": "theme=T999"})
    assert refused.status_code in {404, 422}


def test_nothing_stored_says_what_to_do(serve: object, tmp_path: object) -> None:
    from verbatim.settings import Settings

    bare = serve(Settings(home=tmp_path, rate_per_minute=1_000_000))  # type: ignore[operator,arg-type]
    text = looked(bare.as_role("analyst"))
    assert "No comments yet" in text
    assert 'href="/import"' in text
