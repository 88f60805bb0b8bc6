"""The ``verbatim`` command: a table of commands, each imported only when it is called.

``models`` and ``api`` add theirs through the entry-point group ``verbatim.commands``. An error that Verbatim
raises on purpose becomes one line and an exit code: 2 for the user's mistake, 1 for ours.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, cast

import click

from verbatim import __version__
from verbatim.errors import VerbatimError

if TYPE_CHECKING:
    from collections.abc import Sequence

# name → (module, help line); the command in the module has the command's name, "_" for "-", and "_command" behind it.
COMMANDS = {
    "demo": ("verbatim.commands.demo", "Generate a sample organisation, ingest, mine, score and report."),
    "sample": ("verbatim.commands.sample", "Write the files of a generated sample organisation."),
    "ingest": ("verbatim.commands.ingest", "Read responses, tickets, events, accounts … from a file."),
    "rejects": ("verbatim.commands.rejects", "List or export the rows that could not be ingested."),
    "mine": ("verbatim.commands.themes", "Find the themes of the stored comments."),
    "themes": ("verbatim.commands.themes", "List the themes, or show one."),
    "theme": ("verbatim.commands.theme", "Rename, merge, split, move, pin … a theme; undo, and the history of it."),
    "taxonomy": ("verbatim.commands.guided", "Match comments to themes of your own; import and export them."),
    "changes": ("verbatim.commands.changes", "Show what became of the themes with the last mining."),
    "quotes": ("verbatim.commands.themes", "Show what people said about a theme."),
    "quality": ("verbatim.commands.quality", "Say what the themes are worth, and which look wrong."),
    "sentiment": ("verbatim.commands.tone", "How each theme sounds: sentiment, kinds, emotion, support or product."),
    "score": ("verbatim.commands.score", "Calculate CSAT, CES or NPS, by segment and period."),
    "survey": ("verbatim.commands.survey", "Response and comment rates, delays, and who answers."),
    "may-ask": ("verbatim.commands.survey", "Say whether a person may be asked now, and why not."),
    "signals": ("verbatim.commands.signals", "Milestones before and after, and signals that contradict each other."),
    "drivers": ("verbatim.commands.drivers", "What each theme does to a score."),
    "emerging": (
        "verbatim.commands.emerging",
        "New, growing, fading and chronic themes, and days of several customers.",
    ),
    "follow-ups": ("verbatim.commands.followups", "Close the loop: who contacts whom, until when; states and rules."),
    "messages": ("verbatim.commands.messages", "Webhooks and mail: receivers, what waits, what failed."),
    "report": ("verbatim.commands.report", "Write the monthly report."),
    "doctor": ("verbatim.commands.doctor", "Check this installation and say how to mend what is wrong."),
    "settings": ("verbatim.commands.settings", "Print every setting, its value and where it came from."),
    "db": ("verbatim.commands.db", "Upgrade, check or back up the database."),
}
PLUGINS = "verbatim.commands"


class CommandTable(click.Group):
    """A group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Own commands in the order of the main path, then those of plug-ins."""
        return [*COMMANDS, *sorted(entry.name for entry in entry_points(group=PLUGINS))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; ``None`` if there is none of this name."""
        if cmd_name in COMMANDS:
            module = importlib.import_module(COMMANDS[cmd_name][0])
            return cast("click.Command", getattr(module, f"{cmd_name.replace('-', '_')}_command"))
        found = [entry for entry in entry_points(group=PLUGINS) if entry.name == cmd_name]
        return cast("click.Command", found[0].load()) if found else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing them."""
        rows = [(name, line) for name, (_, line) in COMMANDS.items()]
        for entry in sorted(entry_points(group=PLUGINS), key=lambda entry: entry.name):
            rows.append((entry.name, cast("click.Command", entry.load()).get_short_help_str(limit=80)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when there is none of that name."""
        import difflib

        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f"did you mean '{near[0]}'?" if near else "`verbatim --help` lists them."
            raise click.UsageError(f"no command '{name}'; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=CommandTable,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with `verbatim demo`. Settings: `verbatim settings`. Trouble: `verbatim doctor`.",
)
@click.version_option(__version__, prog_name="verbatim")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--home", metavar="DIR", help="Folder of the database and everything else (default: ./var).")
def cli(debug: bool, home: str | None) -> None:
    """Mine the open-text comments of support surveys: themes, scores, reports."""
    if home:
        os.environ["VERBATIM_HOME"] = home


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 our error, 2 the user's, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _tolerate_any_character()
    try:
        code = cli.main(args=words, prog_name="verbatim", standalone_mode=False)  # Exit(code) comes back as its code
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was finished is kept, the same command carries on", err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if "--debug" in words:
            raise
        sys.exit(report_error(error))
    sys.exit(code if isinstance(code, int) else 0)


def report_error(error: Exception) -> int:
    """Print one line about ``error`` to standard error; return the exit code."""
    if isinstance(error, click.ClickException):
        click.echo(f"error: {_one_line(error.format_message())}", err=True)
        return error.exit_code
    if isinstance(error, VerbatimError):
        click.echo(f"error: {_one_line(str(error))}", err=True)
        return error.exit_code
    if isinstance(error, OSError):
        click.echo(f"error: {_about_the_system(error)}", err=True)
        return 1
    kind = type(error).__name__
    click.echo(f"error: {kind} inside Verbatim (ours, not yours); run again with --debug and report it", err=True)
    return 1


def _about_the_system(error: OSError) -> str:
    place = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"no space left on the disk{place}; free some and run the same command again"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"not allowed to read or write{place}; check its permissions, or choose another folder with --home"
    return f"{error.strerror or type(error).__name__}{place}; `verbatim doctor` looks for the cause"


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _tolerate_any_character() -> None:
    """Comments hold any character; a terminal that cannot show one gets an escape, not a crash."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
