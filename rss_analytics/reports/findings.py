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
    """Whether the targets of the report are met, in one or two sentences."""
    return Sentence(_answer(kind, wording, findings(found)), "answer")


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
    """The units that missed a measure's target, each with its number, how long, and whether it may be chance."""
    short = [finding for finding in findings([found]) if finding.reading.status == "not_met"]
    if not short or (found.unit is None and found.split is None):
        return None
    lines = sorted(_short_name(wording, finding) for finding in short)
    return Bullets(wording.say("short.of_measure"), tuple(lines))


def _answer(kind: str, wording: Wording, judged: Sequence[Finding]) -> str:
    request = wording.request
    facts = {"scope": request.scope.label, "period": wording.period(f.of for f in judged)}
    states = Counter(finding.reading.status for finding in judged)
    told = states["met"] + states["not_met"]
    if not told:
        return wording.say(f"answer.{kind}.unknown", **facts)
    if not states["not_met"]:
        key = "all_met" if told == len(judged) else "told_met"
        return wording.say(f"answer.{kind}.{key}", **facts)
    return wording.count(
        f"answer.{kind}.short", states["not_met"], judged=wording.number(told), **facts
    ) + _units_short(wording, judged)


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
    if _within(reading):
        facts += wording.say("short.within_chance")
    return wording.say("short.unit", unit=name, facts=facts)


def _streak(wording: Wording, finding: Finding) -> str:
    """How long the unit has been short, in words, when it is more than this once."""
    streak = finding.of.windows_short(finding.reading)
    if streak < STREAK_SAID_FROM:
        return ""
    whole = streak == len(finding.of.history(finding.reading))
    key = "all" if whole else finding.of.measure.window
    return wording.say(f"short.streak.{key}", number=wording.number(streak))


def _within(reading: Reading) -> bool:
    """Whether the target lies inside the reading's interval, so that missing it may be chance."""
    low, high, target = reading.lower, reading.upper, reading.target
    return low is not None and high is not None and target is not None and low <= target <= high


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


def _reason(wording: Wording, finding: Finding) -> str:
    found, reading = finding.of, finding.reading
    reason = reading.reason or "no_records"
    never = reason == "not_covered" and reading.last_record is None
    return wording.say(
        "unknown.never" if never else f"unknown.{reason}",
        form=wording.request.label("form", found.measure.rows.form),
        since=wording.day(reading.last_record) if reading.last_record else "",
    )
