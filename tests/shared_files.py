"""Finds the reference cases and real files that lie beside a checkout, and skips, saying so, when they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("RSS_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def shared(*parts: str) -> Path:
    """Path below the shared folder; the calling test is skipped when it is not there."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared file {'/'.join(parts)} is not beside this checkout (set RSS_SHARED to its folder)")
    return path


def reference_case(name: str) -> tuple[Path, Any]:
    """Folder of a reference case and its parsed ``expected.json``."""
    folder = shared("reference", name)
    return folder, json.loads((folder / "expected.json").read_text(encoding="utf-8"))
