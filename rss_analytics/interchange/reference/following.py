"""Words for what measures declare that follow clients in time: anchors, what is current, sessions and cycles."""

from __future__ import annotations

from rss_analytics.definitions.following import After, Blocks, Current, Cycle, Worst
from rss_analytics.definitions.measure import Measure
from rss_analytics.interchange.reference.markdown import code, in_words


def following(measure: Measure) -> list[tuple[str, str]]:
    """Lines of the definition for the keys that these kinds have."""
    facts = _after(measure.after) if measure.after else []
    facts += _current(measure.current) if measure.current else []
    facts += [("highest of", _worst(measure.worst))] if measure.worst else []
    facts += _cycle(measure.cycle) if measure.cycle else []
    facts += [("left out", in_words(measure.left_out))] if measure.left_out is not None else []
    facts += [("in transition", f"to {measure.within_days} days after leaving")] if measure.within_days else []
    return facts


def _after(after: After) -> list[tuple[str, str]]:
    facts = [("anchors", f"records of [{after.form}](../forms/{after.form}.md) by {code(after.date)}")]
    facts += [("anchors where", in_words(after.where))] if after.where is not None else []
    facts.append(("a row must follow", _limit(after)))
    if after.days_before:
        facts.append(("or come before", f"by at most {after.days_before} days"))
    if after.not_before:
        facts.append(("its hours begin", f"not before the day in {code(after.not_before)}"))
    if after.unless_again:
        facts.append(("left out", f"an anchor with another record's {code(after.unless_again)} in its time"))
    return facts


def _limit(after: After) -> str:
    begins = ", from the day after it" if after.begins == "next_day" else ""
    if after.blocks is not None:
        return _blocks(after.blocks) + begins
    return f"within {after.hours} hours" if after.hours else f"within {after.days} days{begins}"


def _blocks(blocks: Blocks) -> str:
    number = f"{blocks.number} blocks" if blocks.number else f"whole blocks before the day in {code(blocks.to or '')}"
    judged = "each block by itself" if blocks.judged == "block" else "all blocks of an anchor together"
    return f"{blocks.at_least} or more in {number} of {blocks.every} days, {judged}"


def _current(current: Current) -> list[tuple[str, str]]:
    until = f"{current.days} days" if current.due is None else f"to {code(current.due)}, else {current.days} days"
    renewed = f", and {current.days} days after {code(current.renewed)}" if current.renewed else ""
    return [("current", until + renewed), ("asked for from", f"{current.exposed_days} days in service")]


def _worst(worst: Worst) -> str:
    if worst.per == "month":
        return "calendar months, by their rows"
    stated = f", or {code(worst.stated)} when larger" if worst.stated else ""
    most = f"; within size up to {worst.most}" if worst.most else ""
    return f"sessions, by distinct clients{stated}{most}"


def _cycle(cycle: Cycle) -> list[tuple[str, str]]:
    facts = [
        ("a cycle ends", f"when more than {cycle.gap_days} days lie before the next session"),
        ("a cycle has", f"{cycle.fewest_sessions} sessions or more"),
        ("members", f"present by session {cycle.joined_by}"),
    ]
    return facts + ([("completed with", f"{cycle.percent} percent of the sessions")] if cycle.percent else [])
