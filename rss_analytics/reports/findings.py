"""Says what the readings mean: do we meet it, who is short, what to do, and what cannot be told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rss_analytics.reports.model import Block, Bullets, Card, Cards, Sentence, Status
from rss_analytics.reports.readings import Evidence, Reading
from rss_analytics.reports.wording import Wording

CARDS: tuple[Status, ...] = ("met", "not_met", "cannot_tell", "withheld")
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


def opening(kind: str, wording: Wording, found: Sequence[Evidence]) -> list[Block]:
    """The first screen's words: the answer and its counts."""
    judged = findings(found)
    return [Sentence(_answer(kind, wording, judged), "answer"), _cards(wording, judged)]


def next_steps(wording: Wording, found: Sequence[Evidence]) -> list[Block]:
    """Who is short, what to do on Monday, and what cannot be told, each list only when it has lines."""
    judged = findings(found)
    lists = (
        Bullets(wording.say("short.heading"), tuple(_short(wording, judged))),
        Bullets(wording.say("do.heading"), tuple(_actions(wording, judged))),
        Bullets(wording.say("unknown.heading"), tuple(_unknown(wording, judged)), "caution"),
    )
    return [one for one in lists if one.items]


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


def _cards(wording: Wording, judged: Sequence[Finding]) -> Cards:
    states = Counter(finding.reading.status for finding in judged)
    return Cards(
        tuple(
            Card(
                wording.say(f"card.{status}"),
                wording.number(states[status]),
                wording.say(f"card.{status}.detail"),
                status,
            )
            for status in CARDS
        )
    )


def _short(wording: Wording, judged: Sequence[Finding]) -> Iterator[str]:
    """One sentence for each measure and domain: the units below the target, in the order of their names."""
    for heading, group in _by_heading(wording, judged, "not_met").items():
        names = sorted(_short_name(wording, finding) for finding in group)
        yield wording.say("short.line", measure=heading, units=wording.names(names))


def _short_name(wording: Wording, finding: Finding) -> str:
    found, reading = finding.of, finding.reading
    if reading.value is None or reading.target is None:
        return wording.unit(found, reading)
    facts = wording.say(
        "short.facts",
        value=wording.value(found.measure, reading.value, bare=True),
        target=wording.value(found.measure, reading.target),
    )
    facts += _streak(wording, finding)
    if _within(reading):
        facts += wording.say("short.within_chance")
    return wording.say("short.unit", unit=wording.unit(found, reading), facts=facts)


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


def _actions(wording: Wording, judged: Sequence[Finding]) -> Iterator[str]:
    """What to do about each measure that someone is short on; a measure without words of its own gets the general."""
    short = [finding.of for finding in judged if finding.reading.status == "not_met"]
    for found in {one.measure.id: one for one in short}.values():
        own = f"do.{found.measure.id}"
        if own in wording.request.language.sentences:
            yield wording.say(own)
        else:
            yield wording.say("do.any_measure", measure=wording.title(found.measure))


def _unknown(wording: Wording, judged: Sequence[Finding]) -> Iterator[str]:
    """One sentence for each unit and reason, with the measures it leaves open."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in judged:
        found, reading = finding.of, finding.reading
        if reading.status != "cannot_tell":
            continue
        reason = reading.reason or "no_records"
        form = wording.request.label("form", found.measure.rows.form)
        key = f"unknown.{reason}"
        if reason == "not_covered" and reading.last_record is None:
            key = "unknown.never"
        since = wording.day(reading.last_record) if reading.last_record else ""
        why = wording.say(key, form=form, since=since, unit=wording.unit(found, reading))
        groups[wording.unit(found, reading), why].append(wording.split(found, reading))
    for (unit, why), measures in groups.items():
        yield wording.say("unknown.line", unit=unit, measures=wording.names(list(dict.fromkeys(measures))), why=why)


def _by_heading(wording: Wording, judged: Sequence[Finding], status: Status) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in judged:
        if finding.reading.status == status:
            groups[wording.split(finding.of, finding.reading)].append(finding)
    return groups
