from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from verbatim.domain import Kind
from verbatim.errors import InputError, MappingError
from verbatim.ingest.profile import PROFILE_KEYS, IngestOptions, field_names, make_recipe

WHOLE = """
kind = "responses"
source = "survey"
date_format = { Date = "dmy" }
timezone = "Europe/Berlin"
ignore = ["internal"]
segments = { agent = "Agent name", Region = "Region" }

[fields]
id = "ID"
answered_at = "Date"

[[scores]]
column = "NPS"
metric = "nps"
blank = "not_asked"

[[comments]]
column = "Why?"
question = "Why did you give this score?"

[labels]
"Super" = 5
"9" = "not_applicable"
"""


def recipe(folder, text, **options):
    path = folder / "profile.toml"
    path.write_text(text, "utf-8")
    return make_recipe(Kind.RESPONSES, IngestOptions(profile=path, **options))


def test_a_whole_profile_is_read(tmp_path):
    found = recipe(tmp_path, WHOLE)
    assert found.complete
    assert (found.fields, found.source, found.date_formats) == (
        {"id": "ID", "answered_at": "Date"},
        "survey",
        {"Date": "dmy"},
    )
    assert (found.scores[0].metric, found.scores[0].blank, found.comments[0].column) == ("nps", "not_asked", "Why?")
    assert found.segments == {"agent": "Agent name", "Region": "Region"}
    assert found.labels == {"Super": 5, "9": None}


def test_options_win_over_the_profile(tmp_path):
    found = recipe(tmp_path, WHOLE, source="other", date_format="mdy", fields={"score": "CSAT", "ignore": "a, b"})
    assert (found.source, found.date_formats, found.scores) == ("other", {"": "mdy"}, ())
    assert found.fields["score"] == "CSAT"
    assert found.ignore == {"internal", "a", "b"}


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ('sorce = "x"', MappingError, "unknown key 'sorce' in the profile .*; did you mean 'source'"),
        ('[fields]\nanswerd_at = "x"', MappingError, "unknown field 'answerd_at' .*did you mean 'answered_at'"),
        ('[[scores]]\ncolum = "x"', MappingError, "did you mean 'column'"),
        ('[[scores]]\nmetric = "csat"', MappingError, "without column"),
        ('[[comments]]\nquestion = "x"', MappingError, "without column"),
        ('[[scores]]\ncolumn = "x"\nmetric = "sat"', InputError, "'sat' .* is not a metric"),
        ('[[scores]]\ncolumn = "x"\nblank = "no"', InputError, "blank is 'no'"),
        ('kind = "tickets"', InputError, "is for tickets, not for responses"),
        ("source = 5", InputError, "source is 5; it should be a text"),
        ('timezone = "Berlin"', InputError, "not an IANA time zone"),
        ('[labels]\nSuper = "good"', InputError, "labels.Super"),
        ("header_row = 0", InputError, "counts lines from 1"),
        ("segments = 3", InputError, "segments is 3"),
        ("not toml", InputError, "cannot be read as TOML"),
    ],
)
def test_mistakes_in_a_profile_are_named(tmp_path, text, error, said):
    with pytest.raises(error, match=said):
        recipe(tmp_path, text)


def test_a_missing_profile_and_an_unknown_field_are_named(tmp_path):
    with pytest.raises(InputError, match="there is no profile"):
        make_recipe(Kind.TICKETS, IngestOptions(profile=tmp_path / "no.toml"))
    with pytest.raises(MappingError, match=r"unknown field 'scor' in --map; did you mean 'score'"):
        make_recipe(Kind.RESPONSES, IngestOptions(fields={"scor": "x"}))


def test_the_documentation_lists_every_field_and_key():
    text = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text("utf-8")
    for kind in Kind:
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {kind} |")]
        assert line.replace("**", "") == f"| {kind} | {', '.join(field_names(kind))} |"
    for key in PROFILE_KEYS:
        assert key in text


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "docs" / "profiles").glob("*.toml")), ids=lambda p: p.stem
)
def test_the_profiles_of_the_documentation_are_valid(path):
    kind = Kind(tomllib.loads(path.read_text("utf-8"))["kind"])
    assert make_recipe(kind, IngestOptions(profile=path)).complete
