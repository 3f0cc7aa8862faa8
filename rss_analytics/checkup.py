"""Looks through a workspace: its settings, declared files, store and who may read what lies in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from rss_analytics.errors import DefinitionProblem, RssError
from rss_analytics.output_files import PRIVATE_FILE, PRIVATE_FOLDER
from rss_analytics.storage.inspection import Check, inspect
from rss_analytics.workspace import INCOMING, PSEUDONYM_KEY, REPORTS, Workspace


def check_workspace(root: Path) -> Iterator[Check]:
    """One check after the other, each with what to do where something is wrong; none where there is no workspace."""
    try:
        workspace = Workspace.open(root)
    except RssError as error:
        missing = error.key == "workspace.missing"
        yield Check("workspace", "none here" if missing else f"{error.code}: {error.what}", right=missing, do=error.do)
        return
    yield Check("workspace", "its settings can be read")
    try:
        workspace.catalogue.check()
        yield Check("declared files", "in order")
    except RssError as error:
        yield Check("declared files", f"{error.code} {error.where}: {error.what}", right=False, do=error.do)
    try:
        yield from inspect(workspace.store, workspace.catalogue.forms)
    except DefinitionProblem:
        yield Check("store", "not looked at", right=False, do="Correct the declared files first")
    except RssError as error:
        missing = error.key == "store.missing"
        yield Check("store", error.what if missing else f"{error.code}: {error.what}", right=missing, do=error.do)
    if os.name == "posix":
        yield _check_modes(workspace)


def _check_modes(workspace: Workspace) -> Check:
    """Whether all that tells of people is its owner's alone."""
    open_to_others = [
        str(path.relative_to(workspace.root)) for path in _private(workspace) if path.stat().st_mode & 0o077
    ]
    if not open_to_others:
        return Check("permissions", "what tells of people is its owner's alone")
    shown = ", ".join(open_to_others[:MOST_SHOWN]) + (" ..." if len(open_to_others) > MOST_SHOWN else "")
    do = f"Run `chmod {PRIVATE_FOLDER:o}` on folders and `chmod {PRIVATE_FILE:o}` on files"
    return Check("permissions", f"others may read {shown}", right=False, do=do)


MOST_SHOWN = 5


def _private(workspace: Workspace) -> Iterator[Path]:
    """The folders and files that tell of people; what lies in a private folder is as private as that."""
    key = workspace.root / PSEUDONYM_KEY
    store = workspace.store.path
    for path in (workspace.root / INCOMING, workspace.warehouse, store, store.with_name(f"{store.name}.wal"), key):
        if path.exists():
            yield path
    reports = workspace.root / REPORTS
    if reports.is_dir() and reports.stat().st_mode & 0o077:
        yield from (path for path in sorted(reports.rglob("*")) if path.is_file())
