from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import text

from tests.test_storage import rows
from verbatim.errors import InputError
from verbatim.settings import Settings
from verbatim.storage import backup, bulk, schema, tables
from verbatim.storage.engine import make_engine, parse_url, prepare_store
from verbatim.storage.queries import CommentFilter, comment_count, comment_page
from verbatim.storage.queries.words import Term, WordQuery
from verbatim.storage.store import Store
from verbatim.storage.words import LONGEST_INDEXED, words_stopped

SAID = (
    "The invoice was wrong, twice.",
    "Wrong invoice; nobody called back",
    "Übergröße: café on example.com/menu_card, 3.50 EUR",
    "well-known bug: x=y AND z NEAR text:secret",
    "Don't call me",
    "invoices and billing",
    "ok \N{GRINNING FACE} naïve",
)


@pytest.fixture
def said(store: Store) -> Store:
    store.upsert(tables.comment, [rows.comment(i, text=words) for i, words in enumerate(SAID)])
    return store


def found(store: Store, words: str) -> set[int]:
    page = comment_page(store, CommentFilter(words=words))
    assert comment_count(store, CommentFilter(words=words)).comments == len(page.comments)
    return {SAID.index(one.text) for one in page.comments}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("invoice", {0, 1}),
        ("INVOICE wrong", {0, 1}),
        ('"wrong invoice"', {1}),
        ('"invoice wrong"', set()),
        ("wrong -twice", {1}),
        ('invoice -"wrong invoice"', {0}),
        ("invoice*", {0, 1, 5}),
        ("invoi", set()),
        ("-invoice -wrong", {2, 3, 4, 5, 6}),
        ("-inv*", {2, 3, 4, 6}),
        ("ubergrosse", set()),  # ß is a letter of its own
        ("Ubergröße", {2}),
        ("CAFE", {2}),
        ("naive", {6}),
        ("example.com", {2}),
        ("menu", {2}),
        ("3.50", {2}),
        ("50", {2}),
        ("well-known", {3}),
        ("known", {3}),
        ("don't", {4}),
        ("don", {4}),
        ("text:secret", {3}),
        ("z AND NEAR", {3}),
        ("secret OR invoice", set()),
        ('"call me', {4}),
        ('"call m*"', {4}),
        ('"call m"*', {4}),
    ],
)
def test_words_mean_the_same_on_every_database(said: Store, words: str, expected: set[int]) -> None:
    assert found(said, words) == expected


HOSTILE = [
    '"', '""', '"*', "-", "--", "*", "NEAR(a b, 3)", "a NEAR/2 b", "text : a", "{text} : a", "^a", "a + b", "(a", "a)",
    "a AND", "OR",
    "NOT a", "a' OR '1'='1", "a\\", "a:*", "!a", "a & | b", "<->", "a <2> b", "\x00", "a\x00b", "%s %(x)s",
    "\ud800", "a\ud800", "\u200b", "'", "''", "$words$", ";--", "²", "١٢", "a\u0301", "\U0001f600", "a" * 1000,
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_no_input_is_an_error_of_the_database(said: Store, words: str) -> None:
    try:
        comment_page(said, CommentFilter(words=words))
    except InputError:
        assert not any(sign.isascii() and sign.isalnum() for sign in words)


@pytest.mark.parametrize("words", ["", " ", "?!", "a" * 100_000, " ".join(map(str, range(100)))])
def test_a_search_without_words_or_too_long_is_refused(words: str) -> None:
    with pytest.raises(InputError):
        WordQuery.parse(words)


@budget(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30), st.sampled_from(['"', "*", "-", " NEAR ", "'", ":", "("]), st.text(max_size=10))
@example("ǅ", "*", "ﬁ")
def test_whatever_is_typed_the_database_understands(said: Store, before: str, sign: str, after: str) -> None:
    try:
        query = WordQuery.parse(before + sign + after)
    except InputError:
        return
    with said.reading() as connection:
        for condition in (query.matched(connection), query.probed(connection), query.listed(connection)):
            connection.execute(tables.comment.select().where(condition)).all()


def test_the_ways_of_asking_agree(said: Store) -> None:
    for words in ("invoice*", "wrong -twice", "-invoice", '"call me"'):
        query = WordQuery.parse(words)
        with said.reading() as connection:
            answers = [
                set(connection.execute(tables.comment.select().where(condition)).scalars())
                for condition in (query.matched(connection), query.probed(connection), query.listed(connection))
            ]
        assert answers[0] == answers[1] == answers[2] != set()


def test_a_query_keeps_each_term_once() -> None:
    assert WordQuery.parse("late late -x late*").wanted == (Term(("late",)), Term(("late",), prefix=True))


def test_changed_and_deleted_comments_are_found_by_what_they_say_now(store: Store) -> None:
    store.upsert(tables.comment, [rows.comment(0, text="late parcel"), rows.comment(1, text="late invoice")])
    store.upsert(tables.comment, [rows.comment(0, text="early parcel"), rows.comment(1, text="late invoice")])
    with store.writing() as connection:
        connection.execute(tables.comment.delete().where(tables.comment.c.id == rows.comment(1)["id"]))
    assert comment_count(store, CommentFilter(words="late")).comments == 0
    assert comment_count(store, CommentFilter(words="early parcel")).comments == 1


def test_a_very_long_comment_is_taken_and_found(store: Store) -> None:
    words = " ".join(f"w{i}" for i in range(400_000))
    store.upsert(tables.comment, [rows.comment(0, text=words)])
    assert len(words) > 20 * LONGEST_INDEXED
    assert comment_count(store, CommentFilter(words="w7 w99")).comments == 1


def test_a_large_load_stops_the_index_and_its_end_makes_it_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LARGE_ROWS", 40)
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment(0, text="before")])
        batch = store.begin_batch("responses", "test", "a.csv")
        store.write_chunk({tables.comment: [rows.comment(i) for i in range(1, 60)]}, batch_id=batch)
        with store.reading() as connection:
            assert words_stopped(connection)
        store.write_chunk({tables.comment: [rows.comment(0, text="after")]}, batch_id=batch)
        store.finish_batch(batch)
        assert comment_count(store, CommentFilter(words="before")).comments == 0
        assert comment_count(store, CommentFilter(words="after")).comments == 1
        assert comment_count(store, CommentFilter(words="waiting")).comments == 59
        with store.reading() as connection:
            assert not words_stopped(connection)


def test_what_a_killed_load_left_is_made_by_the_next_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LARGE_ROWS", 40)
    with prepare_store(settings) as store:
        chunk = {tables.comment: [rows.comment(i) for i in range(60)]}
        store.write_chunk(chunk, batch_id=store.begin_batch("responses", "test", "a.csv"))
    schema_finding = next(one for one in backup.check(settings) if one.subject == "schema")
    assert schema_finding.state == "warning"
    assert "comment_words" in schema_finding.seen
    with prepare_store(settings) as store:
        assert comment_count(store, CommentFilter(words="waiting")).comments == 60


def test_words_are_found_in_a_backup_and_after_a_vacuum(settings: Settings) -> None:
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment(i, text=f"word{i} said") for i in range(30)])
        with store.writing() as connection:
            connection.execute(tables.comment.delete().where(tables.comment.c.text.like("word1%")))
        kept = comment_count(store, CommentFilter(words="said")).comments
    copy = backup.backup(settings, settings.home / "copy.db")
    with sqlite3.connect(copy) as raw:
        raw.execute("VACUUM")
    raw.close()
    with prepare_store(Settings(home=settings.home, database_url=f"sqlite:///{copy}")) as store:
        assert comment_count(store, CommentFilter(words="said")).comments == kept == 19
        (one,) = comment_page(store, CommentFilter(words="word29")).comments
        assert one.text == "word29 said"


def test_an_index_that_lost_comments_is_told_and_mended(settings: Settings) -> None:
    with prepare_store(settings) as store:
        store.upsert(tables.comment, [rows.comment(i) for i in range(3)])
        with store.writing() as connection:
            connection.execute(text("INSERT INTO comment_words (comment_words) VALUES ('delete-all')"))

    def state() -> str:
        return next(one for one in backup.check(settings) if one.subject == "words").state

    assert state() == "wrong"
    backup.upgrade(settings)
    assert state() == "ok"
    with prepare_store(settings) as store:
        assert comment_count(store, CommentFilter(words="waiting")).comments == 3


def test_a_database_of_the_version_before_gets_its_words_and_its_figures(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade_to(settings, "0006", monkeypatch)
    engine = make_engine(parse_url(settings))
    with engine.begin() as connection:
        insert = (
            "INSERT INTO comment (id, source, batch_id, submission_id, text, text_key, informative, occurred_at,"
            " segments)"
            " VALUES ('c', 't', '', 's', 'Parcel came late', 'k', 1, 86400000000, '{}')"
        )
        connection.execute(text(insert))
        connection.execute(
            text(
                "INSERT INTO theme_model (id, created_at, active, encoder_id, dimension, comments, parameters, quality)"
                " VALUES ('m', 0, 1, 'e', 4, 1, '{}', '{}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO assignment (model_id, comment_id, start, theme_id, similarity, margin)"
                " VALUES ('m', 'c', 0, NULL, 0, 0)"
            )
        )
    engine.dispose()
    with prepare_store(settings) as store:
        assert comment_count(store, CommentFilter(words="late parcel")).comments == 1
        assert rows.stored(store, tables.theme_day)[0]["day"] == "1970-01-02"
        assert rows.stored(store, tables.theme_model)[0]["tallied"]


def upgrade_to(settings: Settings, revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database as an earlier version made it."""
    from alembic import command

    settings.home.mkdir(parents=True)
    with monkeypatch.context() as patched:
        run = command.upgrade
        patched.setattr(command, "upgrade", lambda config, _: run(config, revision))
        patched.setattr(schema, "catch_up", lambda connection: None)
        engine = make_engine(parse_url(settings))
        schema.bring_to_head(engine)
        engine.dispose()


def test_words_wait_for_the_end_of_a_middling_load_but_not_of_a_small_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "WORDY_ROWS", 40)
    with prepare_store(settings) as store:
        for first, number, stopped in ((0, 39, False), (100, 41, True), (200, 41, True), (1000, 15, False)):
            batch = store.begin_batch("responses", "test", f"{first}.csv")
            chunk = [rows.comment(i) for i in range(first, first + number)]
            store.write_chunk({tables.comment: chunk}, batch_id=batch)
            with store.reading() as connection:
                assert words_stopped(connection) is stopped
                assert bulk.missing_indexes(connection) == []
            store.finish_batch(batch)
        assert comment_count(store, CommentFilter(words="waiting")).comments == 39 + 41 + 41 + 15
