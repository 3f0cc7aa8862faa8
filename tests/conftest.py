"""Things many tests ask for."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

from rss_analytics.__main__ import SELDOM
from tests.small_forms import Agency

gc.set_threshold(*SELDOM)
settings.register_profile("unhurried", deadline=None)  # how long an example takes says more of the machine than of us
settings.load_profile("unhurried")


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """A new workspace that knows only the small forms."""
    return Agency(tmp_path, monkeypatch)
