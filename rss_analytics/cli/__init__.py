"""The command line: a thin shell that reads options, calls the package and prints what it gives back."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import PurePath

import typer

from rss_analytics.cli import about, forms, intake, measures, overview, reports
from rss_analytics.cli.output import Output
from rss_analytics.errors import RssError, problem
from rss_analytics.output_files import reason_of

app = typer.Typer(
    name="rss-analytics",
    help="Validated intake, store and reports for mental-health recovery programs.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (overview, intake, forms, measures, reports, about):
    room.add_to(app)


INTERRUPTED = 130
"""The status that typer makes of Ctrl-C."""
STOPPED = "stopped; nothing was stored that was not finished"


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit status of a command line; prints results on stdout and every problem on stderr."""
    try:
        _check_words(arguments)
        status = app(args=list(arguments), standalone_mode=False)
        sys.stdout.flush()  # a full disk behind a redirected output says so here
        if status == INTERRUPTED:
            raise KeyboardInterrupt
        return status if isinstance(status, int) else 0
    except typer.TyperException as error:  # a word of the command line that cannot be understood
        show = getattr(error, "show", None)
        if show is None:
            Output.say_aloud(error.format_message())
        else:
            told = StringIO()
            show(told)  # with the usage line before the message
            Output.say_lines(told.getvalue())
        return 2
    except (typer.Abort, KeyboardInterrupt):
        Output.say_aloud(STOPPED)
        return 2
    except BrokenPipeError:
        sys.stdout = None  # the reader went away; there is nobody to tell
        return 0
    except RssError as error:
        Output.say_aloud(str(error))
        return 2
    except Exception as error:
        if environment.get("RSS_DEBUG"):
            raise
        Output.say_aloud(_said_of(error))
        return 2


def _said_of(error: Exception) -> str:
    """One message for what no other place has told: a signal that a library met, the system's refusal, or a fault."""
    if isinstance(error.__cause__, KeyboardInterrupt):
        return STOPPED
    if isinstance(error, OSError):
        _let_go_of_output()
        place = PurePath(os.fsdecode(error.filename)).name if error.filename else "rss-analytics"
        return str(problem("system.refused", where=place, reason=reason_of(error)))
    return str(problem("program.fault", kind=type(error).__name__))


def _let_go_of_output() -> None:
    """Standard output that cannot be written to is not tried again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = None


def _check_words(arguments: Sequence[str]) -> None:
    """Raises UsageProblem for a word that is neither text nor the name of a file: no store can keep it."""
    for word in arguments:
        try:
            word.encode()
        except UnicodeEncodeError:
            if not os.path.lexists(word):
                raise problem("usage.not_text", word=word) from None
