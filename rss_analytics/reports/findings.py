"""Says what the readings mean as a whole: do we meet it, what is short besides, and what cannot be told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rss_analytics.reports.model import Bullets, Sentence, Status
from rss_analytics.reports.readings import Evidence, Reading
from rss_analytics.reports.wording import Wording

COUNTED: tuple[Status, ...] = ("met", "not_met", "cannot_tell", "withheld")
STREAK_SAID_FROM = 2  # windows in a row that are worth a word


@dataclass(frozen=True)
class Finding:
    """A reading with the measure it belongs to."""

    of: Evidence
    reading: Reading


def findings(found: Sequence[Evidence]) -> list[Finding]:
    """The finest readings of the last window of all measures that have a target."""
    return [
        Finding(one, reading)
        for one in found
        for reading in one.judged
        if reading.target is not None or reading.status in ("cannot_tell", "met", "not_met")
    ]


def answer(kind: str, wording: Wording, found: Sequence[Evidence]) -> Sentence:
    """Whether the scope itself meets its targets and how many could be judged; how many of its units are short."""
    own = [Finding(one, reading) for one in found for reading in one.now if reading.target is not None]
    return Sentence(_answer(kind, wording, own) + _units_short(wording, findings(found)), "answer")


def tally(wording: Wording, found: Sequence[Evidence]) -> Sentence:
    """How many targets are met, missed, cannot be told and are not shown."""
    states = Counter(finding.reading.status for finding in findings(found))
    counts = {status: wording.number(states[status]) for status in COUNTED}
    return Sentence(wording.say("answer.tally", **counts))


def unknowns(wording: Wording, found: Sequence[Evidence]) -> Bullets | None:
    """What cannot be told, and why; None when everything can."""
    lines = tuple(_unknown(wording, findings(found)))
    return Bullets(wording.say("unknown.heading"), lines, "caution") if lines else None


def missed(wording: Wording, found: Evidence) -> Bullets | None:
    """The units that missed a measure's target, each with its number and how long."""
    short = [finding for finding in findings([found]) if finding.reading.status == "not_met"]
    if not short or (found.unit is None and found.split is None):
        return None
    lines = sorted(_short_name(wording, finding) for finding in short)
    return Bullets(wording.say("short.of_measure"), tuple(lines))


def _answer(kind: str, wording: Wording, own: Sequence[Finding]) -> str:
    """What the scope's own readings say of the targets that they have."""
    request = wording.request
    facts = {"scope": request.scope.label, "period": wording.period(f.of for f in own)}
    states = Counter(finding.reading.status for finding in own)
    told = states["met"] + states["not_met"]
    if not told:
        return wording.say(f"answer.{kind}.unknown", **facts)
    facts |= {"told": wording.number(told), "total": wording.number(len(own))}
    if not states["not_met"]:
        return wording.say(f"answer.{kind}.{'all_met' if told == len(own) else 'told_met'}", **facts)
    return wording.count(f"answer.{kind}.short", states["not_met"], **facts) + _not_told(wording, len(own) - told)


def _not_told(wording: Wording, number: int) -> str:
    return " " + wording.count("answer.open", number) if number else ""


def _units_short(wording: Wording, judged: Sequence[Finding]) -> str:
    """How many units are short, when the report sets units side by side."""
    told = [f for f in judged if f.reading.status in ("met", "not_met")]
    units = {(f.of.unit, f.reading.unit) for f in told if f.reading.unit is not None}
    if not units:
        return ""
    short = {
        (f.of.unit, f.reading.unit) for f in judged if f.reading.unit is not None and f.reading.status == "not_met"
    }
    dimension = next(f.of.unit for f in judged if f.reading.unit is not None)
    return " " + wording.count(f"answer.units.{dimension}", len(short), units=wording.number(len(units)))


def _short_name(wording: Wording, finding: Finding) -> str:
    found, reading = finding.of, finding.reading
    name = wording.place(found, reading)
    if reading.value is None or reading.target is None:
        return name
    facts = wording.say(
        "short.facts",
        value=wording.value(found.measure, reading.value, bare=True),
        target=wording.value(found.measure, reading.target),
    )
    facts += _streak(wording, finding)
    return wording.say("short.unit", unit=name, facts=facts)


def _streak(wording: Wording, finding: Finding) -> str:
    """How long the unit has been short, in words, when it is more than this once."""
    streak = finding.of.windows_short(finding.reading)
    if streak < STREAK_SAID_FROM:
        return ""
    whole = streak == len(finding.of.history(finding.reading))
    key = "all" if whole else finding.of.measure.window
    return wording.say(f"short.streak.{key}", number=wording.number(streak))


def _unknown(wording: Wording, judged: Sequence[Finding]) -> Iterator[str]:
    """One sentence for each reason and the measures it leaves open, with all units that share both."""
    open_of_unit: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in judged:
        if finding.reading.status == "cannot_tell":
            unit = wording.unit(finding.of, finding.reading)
            open_of_unit[unit, _reason(wording, finding)].append(wording.split(finding.of, finding.reading))
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (unit, why), measures in open_of_unit.items():
        alike[why, wording.names(list(dict.fromkeys(measures)))].append(unit)
    for (why, measured), units in alike.items():
        yield wording.say("unknown.line", unit=wording.names(units), measures=measured, why=why)


def within_chance(wording: Wording, found: Evidence, reading: Reading) -> str:
    """That a sample's interval holds its target, and about how many more answers would decide."""
    ends = {"lower": reading.lower, "upper": reading.upper, "target": reading.target}
    facts = {
        name: wording.value(found.measure, number, bare=True) for name, number in ends.items() if number is not None
    }
    if reading.more_needed is None:
        return wording.say("unknown.within_chance", **facts)
    return wording.say("unknown.within_chance.more", more=wording.number(reading.more_needed), **facts)


def _reason(wording: Wording, finding: Finding) -> str:
    found, reading = finding.of, finding.reading
    reason = reading.reason or "no_records"
    if reason == "within_chance":
        return within_chance(wording, found, reading)
    never = reason == "not_covered" and reading.last_record is None
    return wording.say(
        "unknown.never" if never else f"unknown.{reason}",
        form=wording.request.label("form", found.measure.rows.form),
        since=wording.day(reading.last_record) if reading.last_record else "",
    )
