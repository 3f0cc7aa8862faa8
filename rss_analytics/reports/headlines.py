"""The first screen: the headline numbers as cards, who is short of them, and what to do on Monday."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rss_analytics.reports.findings import Finding, findings
from rss_analytics.reports.model import Bullets, Card, Cards, Status
from rss_analytics.reports.readings import Evidence, Reading
from rss_analytics.reports.wording import Wording

MOST_CARDS = 6
MOST_ACTIONS = 5
MOST_UNITS = 4  # named in a line of the first screen; the rest are counted and stand with the measure


def headlines(found: Sequence[Evidence]) -> list[Finding]:
    """The scope's own readings that a target judges, or judges in its units: of each chapter's first measure first."""
    judged = [Finding(one, reading) for one in found for reading in one.now if _is_judged(one, reading)]
    first = {finding.of.measure.section: finding.of.measure.id for finding in reversed(judged)}
    leading = [finding.of.measure.id == first[finding.of.measure.section] for finding in judged]
    places = sorted(range(len(judged)), key=lambda place: not leading[place])
    return [judged[place] for place in sorted(places[:MOST_CARDS])]


def _is_judged(found: Evidence, reading: Reading) -> bool:
    if reading.status == "withheld":
        return False
    return reading.target is not None or found.units_judged(reading).total() > 0


def cards(wording: Wording, found: Sequence[Evidence]) -> Cards:
    """The headline numbers with their targets, what became of them, and the line of their windows."""
    return Cards(tuple(_card(wording, finding) for finding in headlines(found)))


def _card(wording: Wording, finding: Finding) -> Card:
    found, reading = finding.of, finding.reading
    return Card(
        label=wording.split(found, reading),
        value=wording.value_cell(found, reading).text,
        detail=_card_detail(wording, finding),
        status=_card_status(finding),
        spark=tuple(one.value for one in found.history(reading)),
    )


def _card_status(finding: Finding) -> Status:
    """What the target says of the scope; where it judges the units only, whether all of them meet it."""
    states = finding.of.units_judged(finding.reading)
    if finding.reading.target is not None or not states:
        return finding.reading.status
    return "not_met" if states["not_met"] else "met"


def _card_detail(wording: Wording, finding: Finding) -> str:
    found, reading = finding.of, finding.reading
    states = found.units_judged(reading)
    if reading.target is None and states:
        judged = wording.number(states.total())
        return wording.say(f"card.units.{found.unit}", met=wording.number(states["met"]), judged=judged)
    if reading.target is None:
        return wording.say(f"status.{reading.status}")
    target = wording.value(found.measure, reading.target)
    return wording.say("card.detail", status=wording.say(f"status.{reading.status}"), target=target)


def short(wording: Wording, found: Sequence[Evidence]) -> Bullets | None:
    """Who is short of the headline measures: a line for each, with the units by name; None when nobody is."""
    names = {finding.of.measure.id for finding in headlines(found)}
    shown = [one for one in found if one.measure.id in names] or list(found)
    lines = tuple(line for one in shown for line in _short_lines(wording, one))
    return Bullets(wording.say("short.heading"), lines, "side") if lines else None


def _short_lines(wording: Wording, found: Evidence) -> Iterator[str]:
    """A line for the measure, or for each of its domains, that somebody is short on."""
    judged = findings([found])
    for heading in dict.fromkeys(wording.split(found, finding.reading) for finding in judged):
        alike = [finding for finding in judged if wording.split(found, finding.reading) == heading]
        below = [finding for finding in alike if finding.reading.status == "not_met"]
        if not below:
            continue
        told = [finding for finding in alike if finding.reading.status in ("met", "not_met")]
        names = sorted(_with_value(wording, finding) for finding in below)
        facts = {
            "measure": heading,
            "units": wording.names(names, most=MOST_UNITS),
            "number": wording.number(len(below)),
        }
        target = below[0].reading.target
        facts["target"] = "" if target is None else wording.value(found.measure, target)
        if found.unit is None or len(told) == 1:
            yield wording.say("short.line", **facts)
        else:
            yield wording.say("short.line_of", judged=wording.number(len(told)), **facts)


def _with_value(wording: Wording, finding: Finding) -> str:
    found, reading = finding.of, finding.reading
    value = wording.value_cell(found, reading).text
    return wording.say("short.unit", unit=wording.unit(found, reading), facts=value)


def actions(wording: Wording, found: Sequence[Evidence]) -> Bullets | None:
    """What to do about the measures that somebody is short on, the headline ones first; None when there are none."""
    judged = [finding for finding in findings(found) if finding.reading.status == "not_met"]
    below = {finding.of.measure.id: finding.of for finding in judged}
    if not below:
        return None
    order = {finding.of.measure.id: place for place, finding in enumerate(headlines(found))}
    ordered = sorted(below.values(), key=lambda one: order.get(one.measure.id, len(order)))
    lines = [action(wording, one) for one in ordered[:MOST_ACTIONS]]
    rest = [wording.title(one.measure) for one in ordered[MOST_ACTIONS:]]
    if rest:
        lines.append(wording.say("do.rest", measures=wording.names(rest)))
    return Bullets(wording.say("do.heading"), tuple(lines), "side")


def action(wording: Wording, found: Evidence) -> str:
    """What to do about a measure whose target is missed; one without words of its own gets the general ones."""
    own = f"do.{found.measure.id}"
    if own in wording.request.language.sentences:
        return wording.say(own)
    return wording.say("do.any_measure", measure=wording.title(found.measure))
