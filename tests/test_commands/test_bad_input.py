"""What a wrong file, folder or database looks like to the user: one line, the right code, nothing lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_commands.conftest import Run, call

Verbatim = Callable[..., Run]
GOOD = "id,answered_at,score,comment\n1,2026-10-01,9,Great\n2,2026-10-02,3,Slow\n"


def nps(verbatim: Verbatim, path: Path | str, *more: object) -> Run:
    return verbatim("ingest", "responses", path, "--metric", "nps", *more)


def write(name: str, content: str | bytes) -> Path:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def assert_refused(run: Run, *says: str, code: int = 2) -> None:
    assert (run.code, run.out) == (code, "")
    assert run.err.startswith("error: ")
    assert run.err.count("\n") == 1, run.err
    for words in says:
        assert words in run.err


def rejects(verbatim: Verbatim) -> list[dict[str, object]]:
    run = verbatim("rejects", "--json")
    assert run.code == 0, run.err
    return list(json.loads(run.out))


def test_no_such_file(verbatim: Verbatim) -> None:
    assert_refused(nps(verbatim, "nowhere.csv"), "nowhere.csv")


def test_a_folder(verbatim: Verbatim) -> None:
    Path("folder").mkdir()
    assert_refused(nps(verbatim, "folder"), "folder")


def test_an_empty_file(verbatim: Verbatim) -> None:
    assert_refused(nps(verbatim, write("empty.csv", "")), "empty.csv", "empty")


def test_a_header_without_rows(verbatim: Verbatim) -> None:
    assert_refused(nps(verbatim, write("bare.csv", "id,score\n")), "bare.csv", "no rows")


def test_a_binary_file(verbatim: Verbatim) -> None:
    assert_refused(
        nps(verbatim, write("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200))), "picture.csv"
    )


def test_three_header_rows_are_understood(verbatim: Verbatim) -> None:
    path = write(
        "qualtrics.csv",
        "ResponseId,EndDate,Q1,Q2\nResponse ID,End Date,How likely are you to recommend us?,Why?\n"
        '"{""ImportId"":""_recordId""}","{""ImportId"":""endDate""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n'
        "R_1,2026-10-01 10:00:00,9,Great people\nR_2,2026-10-02 10:00:00,3,Too slow for us\n",
    )
    run = nps(verbatim, path, "--map", "score=Q1", "--map", "comment=Q2")
    assert run.code == 0, run.err
    assert "2 rows" in run.out
    (sheet,) = json.loads(verbatim("score", "nps", "--json").out)
    assert sheet["total"]["n"] == 2


def test_mixed_delimiters_name_both_lines(verbatim: Verbatim) -> None:
    run = nps(verbatim, write("mixed.csv", GOOD + "3;2026-10-03;8;Fine\n"))
    assert_refused(run, "mixed.csv", "line 1 by comma", "line 4 by semicolon")


def test_a_line_of_fifty_megabytes_is_one_reject(verbatim: Verbatim) -> None:
    run = nps(verbatim, write("huge.csv", GOOD + '3,2026-10-03,8,"' + "x" * 50_000_000 + '"\n'))
    assert run.code == 0
    (reject,) = rejects(verbatim)
    assert reject["row"] == 4
    assert "Is a line end missing?" in str(reject["reason"])
    (sheet,) = json.loads(verbatim("score", "nps", "--json").out)
    assert sheet["total"]["n"] == 2


def test_an_nps_of_eleven_is_rejected_and_the_rest_kept(verbatim: Verbatim) -> None:
    run = nps(verbatim, write("eleven.csv", GOOD + "3,2026-10-03,11,Best\n"))
    assert run.code == 0
    (reject,) = rejects(verbatim)
    assert (reject["row"], reject["column"], reject["value"]) == (4, "score", "11")
    assert "0–10" in str(reject["reason"])
    (sheet,) = json.loads(verbatim("score", "nps", "--json").out)
    assert sheet["total"]["n"] == 2


def test_a_mended_row_leaves_the_rejects(verbatim: Verbatim) -> None:
    nps(verbatim, write("mended.csv", GOOD + "3,2026-10-03,11,Best\n"))
    assert len(rejects(verbatim)) == 1
    nps(verbatim, write("mended.csv", GOOD + "3,2026-10-03,10,Best\n"))
    assert rejects(verbatim) == []


def test_too_many_rejects_stop_early(verbatim: Verbatim) -> None:
    rows = "".join(f"{row},2026-10-03,{99 if row % 10 == 0 else 9},Best\n" for row in range(3, 90))
    assert_refused(nps(verbatim, write("bad.csv", GOOD + rows), "--max-rejects", 5), "bad.csv", "5")


def test_a_date_in_the_future_is_a_reject(verbatim: Verbatim) -> None:
    nps(verbatim, write("future.csv", GOOD + "3,2199-10-03,8,Fine\n"))
    (reject,) = rejects(verbatim)
    assert "future" in str(reject["reason"])


def test_a_ticket_solved_before_it_was_created_is_a_reject(verbatim: Verbatim) -> None:
    path = write(
        "tickets.csv", "id,created_at,solved_at\nA,2026-10-02T10:00Z,2026-10-01T10:00Z\nB,2026-10-02T10:00Z,\n"
    )
    assert verbatim("ingest", "tickets", path).code == 0
    (reject,) = rejects(verbatim)
    assert reject["row"] == 2


def test_two_scales_under_one_metric_are_refused(verbatim: Verbatim) -> None:
    rows = "".join(f"{row},2026-10-01,{'Very satisfied' if row % 2 else 9}\n" for row in range(40))
    assert_refused(verbatim("ingest", "responses", write("csat.csv", "id,answered_at,score\n" + rows)), "csat.csv")


def test_a_missing_question_column_is_named(verbatim: Verbatim) -> None:
    path = write("good.csv", GOOD)
    assert_refused(nps(verbatim, path, "--map", "comment=Why did you say that"), "Why did you say that", "comment")


def test_a_profile_with_an_unknown_key_is_refused(verbatim: Verbatim) -> None:
    profile = write("profile.toml", '[feilds]\nscore = "score"\n')
    assert_refused(nps(verbatim, write("good.csv", GOOD), "--profile", profile), "feilds", "fields")


def test_a_dry_run_writes_nothing(verbatim: Verbatim, tmp_path: Path) -> None:
    run = nps(verbatim, write("good.csv", GOOD), "--dry-run")
    assert run.code == 0
    assert "Nothing was written" in run.out
    assert not (tmp_path / "var" / "verbatim.db").exists()


def test_the_same_file_twice_changes_nothing(verbatim: Verbatim) -> None:
    path = write("good.csv", GOOD)
    assert "4 new, 0 updated, 0 unchanged" in nps(verbatim, path).out
    assert "0 new, 0 updated, 4 unchanged" in nps(verbatim, path).out


def test_a_spreadsheet_cannot_be_made_to_run_a_reject(verbatim: Verbatim) -> None:
    nps(verbatim, write("formula.csv", GOOD + "3,2026-10-03,=1+1,Fine\n"))
    assert verbatim("rejects", "--export", "out.csv").code == 0
    text = Path("out.csv").read_text(encoding="utf-8-sig")
    assert "'=1+1" in text


@pytest.mark.parametrize("words", [("mine",), ("themes",), ("quotes", "T001"), ("score", "csat", "--by", "channel")])
def test_an_empty_store_says_what_to_do_first(verbatim: Verbatim, words: tuple[str, ...]) -> None:
    assert_refused(verbatim(*words), "verbatim ")


def test_a_report_without_answers_says_so(verbatim: Verbatim) -> None:
    assert_refused(verbatim("report", "--month", "2026-10"), "October 2026", "verbatim ingest")


def test_a_locked_database_is_named_as_busy(
    verbatim: Verbatim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("verbatim.storage.engine.BUSY_SECONDS", 0.2)
    path = write("good.csv", GOOD)
    assert nps(verbatim, path).code == 0
    holder = sqlite3.connect(tmp_path / "var" / "verbatim.db", isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        assert_refused(nps(verbatim, path), "another process", code=1)
    finally:
        holder.close()
    assert nps(verbatim, path).code == 0


def test_a_file_that_is_no_database(verbatim: Verbatim, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "verbatim.db").write_bytes(b"this is not a database" * 100)
    assert_refused(verbatim("score", "csat"), "verbatim.db", code=1)


def test_a_home_that_is_a_file(verbatim: Verbatim, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("x", encoding="utf-8")
    assert_refused(nps(verbatim, write("good.csv", GOOD)), str(tmp_path / "var"), code=1)


def tiny_disk() -> None:
    """No file may grow beyond 20 KB: the nearest thing to a full disk that needs no mount."""
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def run_with_a_tiny_disk(folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "verbatim", "ingest", "responses", "good.csv", "--metric", "nps"]
    environment = {**os.environ, "VERBATIM_HOME": str(folder / "var"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        words, cwd=folder, env=environment, preexec_fn=tiny_disk, capture_output=True, text=True, check=False
    )


def test_a_full_disk(verbatim: Verbatim, tmp_path: Path) -> None:
    write("good.csv", GOOD)
    done = run_with_a_tiny_disk(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert nps(verbatim, "good.csv").code == 0  # with space again, the same command goes through


def test_a_read_only_folder(verbatim: Verbatim, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("good.csv", GOOD).resolve()
    assert nps(verbatim, path).code == 0  # everything is imported while root may still read it
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    monkeypatch.chdir(folder)
    root = os.geteuid() == 0
    try:
        if root:  # for whom every folder is writable
            os.seteuid(65534)
        run = call(folder / "var", "settings", "--json")
        refused = call(folder / "var", "db", "upgrade")
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)
    assert run.code == 0
    assert_refused(refused, str(folder), code=1)


def test_days_in_the_wrong_order_are_named(verbatim: Verbatim) -> None:
    days = ("--from", "2026-10-05", "--to", "2026-10-01")
    for words in (("score", "nps"), ("mine",), ("quotes", "T001")):
        assert_refused(verbatim(*words, *days), "--from 2026-10-05 is not before --to 2026-10-01")


def test_a_role_without_accounts_is_not_ignored(verbatim: Verbatim) -> None:
    assert_refused(verbatim("score", "nps", "--role", "champion"), "--accounts")


def test_rejects_cannot_be_exported_to_a_folder_that_is_not_there(verbatim: Verbatim) -> None:
    assert nps(verbatim, write("bad.csv", GOOD + "3,2026-10-03,11,Odd\n")).code == 0
    assert_refused(verbatim("rejects", "--export", "nowhere/rejects.csv"), "nowhere/rejects.csv")


def test_markup_in_names_of_columns_and_values_is_shown_as_it_stands(verbatim: Verbatim) -> None:
    rows = "".join(f"{n},2026-10-0{n},9,Great [bold]help[/],[/],[red]b[/red]\n" for n in range(1, 5))
    assert nps(verbatim, write("markup.csv", "id,answered_at,score,comment,[red]plan,kind\n" + rows)).code == 0
    listed = verbatim("score", "nps", "--by", "[red]plan")
    assert listed.out.splitlines()[1].startswith("[red]plan")
    crossed = verbatim("score", "nps", "--by", "kind", "--by", "[red]plan", "--cross")
    assert crossed.code == 0, crossed.err
    assert "[red]b[/red]" in crossed.out


def test_a_month_without_anything_says_which_months_hold_comments(verbatim: Verbatim) -> None:
    path = write("said.csv", "id,date,comment\n1,2026-09-03,It was fine on the whole\n2,2026-10-03,Very slow help\n")
    assert verbatim("ingest", "responses", path).code == 0
    assert_refused(verbatim("report", "--month", "2025-01"), "from 2026-09 to 2026-10")


def test_accounts_that_cannot_be_weighted_say_why(verbatim: Verbatim) -> None:
    rows = "".join(f"{n},2026-10-0{n},9,A{n % 2}\n" for n in range(1, 5))
    assert nps(verbatim, write("good.csv", "id,answered_at,score,account_id\n" + rows)).code == 0
    assert "no account has one" in verbatim("score", "nps", "--accounts").err
    accounts = write("accounts.csv", "id,name,arr,currency\nA0,Zero,10,EUR\nA1,One,20,USD\n")
    assert verbatim("ingest", "accounts", accounts).code == 0
    assert "currency_rates has no rate of EUR, USD" in verbatim("score", "nps", "--accounts").err
