"""Things many tests ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.small_forms import Agency


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """A new workspace that knows only the small forms."""
    return Agency(tmp_path, monkeypatch)
