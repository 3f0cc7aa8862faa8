"""Writes the reference pages: ``python -m rss_analytics.interchange.reference docs/reference``."""

from __future__ import annotations

import sys
from pathlib import Path

from rss_analytics.interchange.reference.pages import write_reference


def main() -> None:
    """Writes every page into the folder named on the command line."""
    if len(sys.argv) != len(("program", "folder")):
        sys.exit("usage: python -m rss_analytics.interchange.reference FOLDER")
    written = write_reference(Path(sys.argv[1]))
    sys.stdout.write(f"{len(written)} pages written\n")


if __name__ == "__main__":
    main()
