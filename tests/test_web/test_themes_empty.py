"""Pages of themes where nothing was mined yet say what to do next."""

from __future__ import annotations

from tests.test_api.conftest import Served


def test_without_themes_the_page_says_what_to_do_next(empty: Served) -> None:
    for role, way in (("admin", 'href="/import"'), ("viewer", "Somebody with the role admin")):
        client = empty.as_role(role)
        for path in ("/themes", "/themes/map"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "No themes yet" in answer.text
            assert way in answer.text
        assert client.get("/themes/history").status_code == 200
        answer = client.get("/themes/T001")
        assert (answer.status_code, "no themes yet" in answer.text) == (404, True)
