"""What reports are called as files, and how the two that are saved come over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import Request
from fastapi.responses import FileResponse

from api.jobs.kinds import ReportRequest
from api.routers.reports import SAVED, Format, saved_file
from verbatim.commands.report import FORMATS as OFFERED
from verbatim.commands.report import place
from verbatim.errors import NotFoundError
from verbatim.reports import FORMATS, file_name


def asked(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


def test_mail_is_a_file_that_mail_clients_open():
    assert file_name("monthly", "2026-10", "email") == "report-2026-10.eml"
    assert file_name("daily", "2026-10-31", "email") == "daily-2026-10-31.eml"
    assert file_name("account", "2026-08..2026-10", "email", account="Acme").endswith("-2026-08-to-2026-10.eml")
    assert file_name("weekly", "2026-W44", "pptx") == "weekly-2026-W44.pptx"


def test_file_called_like_a_mail_or_slides_is_that_file_and_no_folder():
    assert place(Path("a/b.eml"), Path("x"), "n.eml", several=False) == Path("a/b.eml")
    assert place(Path("a/b.pptx"), Path("x"), "n.pptx", several=False) == Path("a/b.pptx")
    assert place(Path("a/b.email"), Path("x"), "n.eml", several=False) == Path("a/b.email/n.eml")


def test_command_line_service_and_library_know_the_same_formats():
    of_jobs = ReportRequest.model_json_schema()["properties"]["formats"]["items"]["enum"]
    assert set(FORMATS) == set(OFFERED) == set(of_jobs) == set(Format.__args__)
    assert len(ReportRequest(kind="daily", formats=list(FORMATS)).formats) == len(FORMATS)


@pytest.mark.parametrize("form", sorted(SAVED))
def test_saved_file_comes_with_its_name_and_type_and_only_once(form, tmp_path):
    path = tmp_path / f"report.{form}"
    path.write_bytes(b"x")
    found = saved_file(asked(), path, "report-2026-10.eml", "abc", SAVED[form])
    assert isinstance(found, FileResponse)
    assert found.media_type == SAVED[form]
    assert found.headers["content-disposition"] == 'attachment; filename="report-2026-10.eml"'
    assert saved_file(asked(if_none_match='W/"abc"'), path, "n", "abc", SAVED[form]).status_code == 304
    assert saved_file(asked(if_none_match='"other"'), path, "n", "abc", SAVED[form]).status_code == 200
    path.unlink()
    with pytest.raises(NotFoundError, match="make it again"):
        saved_file(asked(), path, "n", "abc", SAVED[form])
