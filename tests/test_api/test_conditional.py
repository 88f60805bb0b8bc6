"""If-Match: what names a version, what names any, and what names none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Refusal
from api.routers.conditional import etag, required_version
from api.themes.asking import ThemesVersion

WHERE = "/v1/things"


@given(st.text("abcdef0123456789.-_", max_size=60))
def test_the_tag_that_was_given_names_its_version(version: str) -> None:
    assert required_version(f" {etag(version)} ", of=WHERE) == version


def test_a_star_is_any_version() -> None:
    assert required_version("*", of=WHERE) is None


@pytest.mark.parametrize("header", ["3", 'W/"3"', '"3', '"3", "4"', '""3""', '"3 "', '"\u00b2"', "", "**"])
def test_what_is_not_one_strong_tag_names_no_version(header: str) -> None:
    with pytest.raises(Refusal) as refused:
        required_version(header, of=WHERE)
    assert (refused.value.kind.name, WHERE in refused.value.detail) == ("changed-meanwhile", True)


def test_without_the_header_it_is_asked_for() -> None:
    with pytest.raises(Refusal) as refused:
        required_version(None, of=WHERE)
    assert (refused.value.kind.name, WHERE in refused.value.detail) == ("precondition-required", True)


@given(st.text("abcdef0123456789.", min_size=1, max_size=40), st.integers(0, 10**9 - 1))
def test_a_state_of_the_themes_is_read_as_it_was_written(model_id: str, edit: int) -> None:
    version = ThemesVersion(model_id, edit)
    assert ThemesVersion.parse(str(version)) == version


@pytest.mark.parametrize(
    "text", ["", ".", "a", "a.", ".3", "a.03", "a.-1", "a.+1", "a.1_0", "a.\u00b2", "a.9999999999"]
)
def test_other_texts_are_no_state_of_the_themes(text: str) -> None:
    assert ThemesVersion.parse(text) is None
