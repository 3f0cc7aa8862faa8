"""Starts the command line: every problem ends as one message on standard error, never as a traceback."""

from __future__ import annotations

import gc
import os
import signal
import sys

SELDOM = (100_000, 50, 100)
"""Allocations between two searches for cycles of objects: those of a report are many and few of them are garbage."""


STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals after which a command tidies up, says so and ends; a system may lack one."""


def main() -> None:
    """Runs the command and exits with 0 (fine), 1 (rows wait for somebody, or a check failed) or 2 (could not run)."""
    gc.set_threshold(*SELDOM)
    for one in STOPS:
        if signal.getsignal(one) is not signal.SIG_IGN:  # a scheduler may want us to outlive its terminal
            signal.signal(one, _stop)
    from rss_analytics.cli import run  # noqa: PLC0415 - so that even an import that fails is told in a sentence

    sys.exit(run(sys.argv[1:], os.environ))


def _stop(*_: object) -> None:
    """Ends the command as Ctrl-C does, once: while it tidies up it is not stopped again."""
    for one in STOPS:
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
