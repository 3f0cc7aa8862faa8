"""Starts the command line: every problem ends as one message on standard error, never as a traceback."""

from __future__ import annotations

import gc
import os
import sys

SELDOM = (100_000, 50, 100)
"""Allocations between two searches for cycles of objects: those of a report are many and few of them are garbage."""


def main() -> None:
    """Runs the command and exits with 0 (fine), 1 (rows wait for somebody, or a check failed) or 2 (could not run)."""
    gc.set_threshold(*SELDOM)
    from rss_analytics.cli import run  # noqa: PLC0415 - so that even an import that fails is told in a sentence

    sys.exit(run(sys.argv[1:], os.environ))


if __name__ == "__main__":
    main()
