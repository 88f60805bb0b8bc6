"""Proposals: what fits nowhere is grouped, named, counted and quoted."""

from __future__ import annotations

import pytest

from tests.test_guided.planted import ENCODER, STRANGE, comments, corpus, taxonomy
from verbatim.errors import EmptyError
from verbatim.guided.propose import Proposal, propose
from verbatim.guided.sorting import Sorted, sort_comments
from verbatim.guided.taxonomy import TaxonomyEntry, make_taxonomy
from verbatim.themes.cluster import LeidenClusterer
from verbatim.themes.name import PhraseNamer

GARDEN = comments(STRANGE, 25, seed=1)
TEXTS = [*(text for _, text in corpus(25, seed=7)), *GARDEN, *["ok"] * 4]


@pytest.fixture(scope="module")
def found() -> Sorted:
    examples = {
        name: tuple(text for theme, text in corpus(6, seed=70) if theme == name) for name in ("refund", "login")
    }
    rest = {name: tuple(text for theme, text in corpus(6, seed=70) if theme == name) for name in ("search", "invoice")}
    return sort_comments(TEXTS, taxonomy({**examples, **rest}), ENCODER)


def test_a_theme_that_the_taxonomy_lacks_is_proposed_with_its_share_and_quotes(found: Sorted) -> None:
    first = found.proposals[0]
    gardens = sum(TEXTS[row] in GARDEN for row in first.rows)
    assert gardens >= 0.9 * len(first.rows)
    assert sum(TEXTS[row] in GARDEN for proposal in found.proposals for row in proposal.rows) >= 15
    assert first.comments == len(first.rows)
    assert first.share == pytest.approx(first.comments / len(TEXTS))
    assert set(first.quotes) <= set(GARDEN)
    assert f"({first.comments} comments) about" in first.sentence


def test_what_was_counted_adds_up(found: Sorted) -> None:
    placed = sum(match.fits for match in found.matches)
    assert found.comments == len(TEXTS) == placed + found.no_detail + found.unmatched
    assert found.several == sum(len(match.scores) > 1 for match in found.matches)
    for theme in found.themes:
        assert theme.comments == sum(theme.id in match.scores for match in found.matches)


def test_a_proposal_becomes_an_entry_that_finds_its_comments(found: Sorted) -> None:
    entry = found.proposals[0].as_entry()
    grown = make_taxonomy([*found.model.taxonomy.entries, entry])
    again = sort_comments(TEXTS, grown, ENCODER)
    themed = [match for text, match in zip(TEXTS, again.matches, strict=True) if text in GARDEN]
    assert sum(entry.id in match.scores for match in themed) >= 0.8 * len(themed)


def test_comments_that_say_nothing_are_never_proposed(found: Sorted) -> None:
    assert all(TEXTS[row] != "ok" for proposal in found.proposals for row in proposal.rows)


def test_few_comments_are_no_theme_yet() -> None:
    few = sort_comments([*TEXTS[:120], *GARDEN[:3]], taxonomy(), ENCODER)
    assert all(proposal.comments >= 5 for proposal in few.proposals)
    assert propose([], [], encoder=ENCODER, clusterer=LeidenClusterer(), namer=PhraseNamer(ENCODER)) == ()


def test_the_order_of_rows_changes_neither_names_nor_counts(found: Sorted) -> None:
    turned = sort_comments(TEXTS[::-1], found.model.taxonomy, ENCODER)
    assert [(one.name, one.comments, one.quotes) for one in turned.proposals] == [
        (one.name, one.comments, one.quotes) for one in found.proposals
    ]


def test_a_parent_counts_each_comment_of_its_sub_themes_once() -> None:
    nested = make_taxonomy(
        [
            TaxonomyEntry("", "Money"),
            TaxonomyEntry("", "Refund", "refund, payment, bank", parent="money"),
            TaxonomyEntry("", "Invoice", "invoice, billing, receipt", parent="money"),
            TaxonomyEntry("", "Delivery", "parcel, courier, shipping"),
        ]
    )
    found = sort_comments(TEXTS, nested, ENCODER)
    either = sum(bool({"refund", "invoice"} & set(match.scores)) for match in found.matches)
    assert found.themes[0].comments == either > 0
    assert found.themes[0].threshold is None


def test_no_comments_are_an_error() -> None:
    with pytest.raises(EmptyError, match="no comments"):
        sort_comments([], taxonomy(), ENCODER)


def test_only_comments_without_detail_give_no_proposals() -> None:
    found = sort_comments(["ok", "n/a", "👍"] * 20, taxonomy(), ENCODER)
    assert found.proposals == ()
    assert found.unmatched == 0


def test_a_proposal_reads_as_a_sentence() -> None:
    assert Proposal("Car park full", (), 12, 0.04, (), ()).sentence == '4.0 % (12 comments) about "Car park full"'


def test_no_proposal_is_named_after_people(found: Sorted) -> None:
    hidden = sort_comments(
        [text.replace("garden", "Garden") for text in TEXTS], found.model.taxonomy, ENCODER, people={"Joan Garden"}
    )
    assert any("garden" in word.casefold() for proposal in found.proposals for word in proposal.keywords)
    assert hidden.proposals
    for proposal in hidden.proposals:
        assert not any("garden" in word.casefold() for word in (proposal.name, *proposal.keywords))
