"""A pytest plug-in: ``--require MARK`` makes a skipped test with that mark fail the run.

A machine without PostgreSQL or Pango may skip; CI may not, since a skip there would hide what a user meets.
Also the profile of Hypothesis: no deadlines (timings live in bench/), the same examples every time.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("verbatim", deadline=None, derandomize=True)
settings.load_profile("verbatim")

PENDING = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--require``."""
    parser.addoption(
        "--require", action="append", default=[], metavar="MARK", help="fail if a test so marked is skipped"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing skipped."""
    config.stash[PENDING] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_logreport(report: pytest.TestReport):  # type: ignore[no-untyped-def]
    """Note the required tests that were skipped; with xdist this runs in the process that collects the reports."""
    if report.skipped and not hasattr(report, "wasxfail") and _config is not None:
        for mark in _config.getoption("--require"):
            if mark in report.keywords:
                _config.stash[PENDING].append(f"{report.nodeid} ({mark})")
    return (yield)


_config: pytest.Config | None = None


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remember the configuration, which reports do not carry."""
    global _config
    _config = session.config


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run with a required test skipped into a red one."""
    if session.config.stash[PENDING] and exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which required tests were skipped."""
    for skipped in config.stash[PENDING]:
        terminalreporter.write_line(f"REQUIRED BUT SKIPPED: {skipped}", red=True)
