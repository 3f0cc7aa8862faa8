"""Validated intake, DuckDB store, and trend and fidelity reports for mental-health recovery programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rss_analytics.errors import RssError

if TYPE_CHECKING:
    from rss_analytics.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["RssError", "Workspace", "__version__"]


def __getattr__(name: str) -> Any:
    """Loads the workspace, and pandas and DuckDB behind it, only when it is asked for."""
    if name == "Workspace":
        from rss_analytics.workspace import Workspace  # noqa: PLC0415

        return Workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
