"""The satisfaction report: is it good enough, is it changing or is it chance, and which domain to work on."""

from __future__ import annotations

from collections.abc import Iterator

from rss_analytics.reports.model import Bullets, Report
from rss_analytics.reports.readings import Evidence, Reading, evidence
from rss_analytics.reports.request import ReleasedTables, Request, only_released
from rss_analytics.reports.sections import build_report
from rss_analytics.reports.wording import Wording


def build(tables: ReleasedTables, request: Request) -> Report:
    """The satisfaction report from released tables by the key of their need; TypeError for any not released."""
    only_released(tables)
    wording = Wording(request)
    lines = tuple(line for found in evidence(tables, request) for line in _changes(wording, found))
    words = (Bullets(wording.say("satisfaction.changes"), lines),) if lines else ()
    return build_report("satisfaction", tables, request, first_words=words)


def _changes(wording: Wording, found: Evidence) -> Iterator[str]:
    """Change since the window before in words: beyond chance only when the two intervals lie apart."""
    for reading in found.now:
        before = found.before(reading)
        if before is None or before.value is None or reading.value is None:
            continue
        yield wording.say(
            f"satisfaction.{_direction(before, reading)}",
            domain=wording.split(found, reading),
            value=wording.value(found.measure, reading.value),
            before=wording.value(found.measure, before.value),
            window=wording.window(before.start, before.end),
        )


def _direction(before: Reading, now: Reading) -> str:
    """Intervals that lie apart are a stricter sign than a test at their level, so a change said here is no chance."""
    if before.lower is None or before.upper is None or now.lower is None or now.upper is None:
        return "no_interval"
    if now.lower > before.upper:
        return "rose"
    if now.upper < before.lower:
        return "fell"
    return "chance"
