"""The grievance report: where they are stuck, what must go up, and where nobody has filed any."""

from __future__ import annotations

from collections.abc import Iterator

from rss_analytics.reports.model import Bullets, Report
from rss_analytics.reports.readings import Evidence, evidence
from rss_analytics.reports.request import ReleasedTables, Request, only_released
from rss_analytics.reports.sections import build_report
from rss_analytics.reports.wording import Wording

# A facility that serves a hundred people and has not one grievance is a finding, not a success.
PEOPLE_OF_A_SILENT_UNIT = 100


def build(tables: ReleasedTables, request: Request) -> Report:
    """The grievance report from released tables by the key of their need; TypeError for any not released."""
    only_released(tables)
    wording = Wording(request)
    found = evidence(tables, request)
    lists = (
        Bullets(wording.say("grievances.open"), tuple(_open(wording, found))),
        Bullets(wording.say("grievances.silent"), tuple(_silent(wording, found)), "caution"),
    )
    return build_report("grievances", tables, request, first_words=[one for one in lists if one.items])


def _open(wording: Wording, found: list[Evidence]) -> Iterator[str]:
    """Open grievances by age, a line for each band."""
    for one in found:
        if one.measure.kind != "ageing":
            continue
        for reading in one.now:
            count = wording.value_cell(one, reading).text
            yield wording.say("grievances.open.line", band=wording.split(one, reading), count=count)


def _silent(wording: Wording, found: list[Evidence]) -> Iterator[str]:
    """Units that serve many people and have no grievance in the window."""
    for one in found:
        if one.measure.kind != "rate_per_exposure":
            continue
        for reading in one.units_now:
            served = reading.clients or 0
            if reading.numerator == 0 and served >= PEOPLE_OF_A_SILENT_UNIT:
                facts = {"unit": wording.unit(one, reading), "people": wording.number(served)}
                yield wording.say("grievances.silent.line", **facts)
