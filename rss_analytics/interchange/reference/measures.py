"""A page of the manual per measure: what it asks and why, how it is counted, its source, and its worked examples."""

from __future__ import annotations

from collections.abc import Mapping

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.measure import Example, Measure, PerClient, Quantity
from rss_analytics.definitions.profile import Target
from rss_analytics.escaping import for_markdown
from rss_analytics.interchange.reference.following import following
from rss_analytics.interchange.reference.markdown import cell, code, codes, in_words, page, said, section, table

STATUSES = {
    "verified": "verified: read at the source",
    "partly": "partly verified: a part was read at the source",
    "recalled": "recalled: not read at the source; check it before you rely on it",
    "agency": "set by agency: no published figure",
}


def sourced(source: Source) -> str:
    """A source with its address and how sure it is."""
    link = f" ({source.url})" if source.url else ""
    return f"{for_markdown(source.citation)}{link} - {STATUSES[source.status]}"


def measures_index(measures: Mapping[str, Measure]) -> str:
    """The page that lists the measures."""
    rows = [
        (f"[{m.id}]({m.id}.md)", said(m.title), said(m.question), m.report, ", ".join(m.needs))
        for m in measures.values()
    ]
    return page("Measures", table(("measure", "title", "question", "report", "needs the forms"), rows))


def measure_page(measure: Measure, catalogue: Catalogue) -> str:
    """The page of one measure."""
    return page(
        said(measure.title),
        f"**{said(measure.question)}**",
        said(measure.why),
        section("Definition", table(("what", "is"), _definition(measure))),
        section("Targets", _targets(measure, catalogue)),
        section("Source", sourced(measure.source)),
        section("Worked examples", *(_example(example, measure) for example in measure.examples)),
    )


MERGED = (
    "records of one client that share a session, overlap in time, or follow each other by the same staff member at the"
    " same place within the profile's `contact_gap_minutes` count once"
)


def _definition(measure: Measure) -> list[tuple[str, str]]:
    rows = measure.rows
    facts = [
        ("id", code(measure.id)),
        ("version", measure.version),
        ("kind", code(measure.kind)),
        ("needs", ", ".join(f"[{name}](../forms/{name}.md)" for name in measure.needs)),
        ("rows", f"records of {code(rows.form)} by {code(rows.date)}"),
    ]
    if rows.grain == "client_contact":
        facts.append(("counted", MERGED))
    if rows.grain == "staff_session":
        facts.append(("counted", "records of one staff member that share a session count once, with its full minutes"))
    if rows.staff is not None:
        facts.append(("staff in a post where", in_words(rows.staff)))
    facts += [("where", text) for text in (in_words(rows.where),) if text]
    facts += [("are", f"{codes(rows.are)}, as the profile says") for _ in (1,) if rows.are]
    facts += [("numerator", _quantity(measure.numerator))] if measure.numerator else []
    facts += [("denominator", _quantity(measure.denominator))] if measure.denominator else []
    facts += _special(measure)
    facts += [
        ("numerator is divided by", str(measure.numerator_per)) if measure.numerator_per > 1 else ("", ""),
        ("multiplied by", str(measure.scale)) if measure.scale > 1 else ("", ""),
        ("shown in", said(measure.unit)),
        ("window", code(measure.window)),
        ("higher is", measure.higher_is),
        ("no record in a covered window is", "0" if measure.zero_rows == "zero" else "cannot tell"),
        ("interval", measure.interval),
        ("numbers count", measure.counts),
        ("is about", measure.about),
        ("can be split by", ", ".join(measure.dimensions)),
        ("report, section", f"{measure.report}, {measure.section}"),
        ("owner", measure.owner),
        ("checked by", measure.checked_by),
        ("next review", measure.next_review.isoformat()),
    ]
    return [fact for fact in facts if fact[0]]


def _special(measure: Measure) -> list[tuple[str, str]]:
    """What only some kinds declare."""
    facts = [("clients", f"whose enrollment on the day says {in_words(measure.clients)}")] if measure.clients else []
    if measure.per_client:
        facts.append(("a client is counted", _per_client(measure.per_client)))
    if measure.split:
        told = codes(measure.split_codes) if measure.split_codes else "each code"
        facts.append(("the numerator is divided by", f"{code(measure.split)}: {told}; the denominator stays whole"))
    if measure.parts:
        facts.append(("a client must reach the targets of", ", ".join(f"[{p}]({p}.md)" for p in measure.parts)))
    if measure.instrument:
        facts.append(("instrument", f"[{measure.instrument}](../instruments.md)"))
    if measure.clock:
        facts.append(("clock", f"{code(measure.clock)} of the case's [authority](../authorities.md)"))
    if measure.limit:
        limit = measure.limit
        instead = f"; without it {code(limit.instead_of)} and its {code(limit.instead)}" if limit.instead_of else ""
        allowed = f"within {limit.hours} hours of" if limit.hours else "after"
        allowed = f"within {limit.business_days} business days of" if limit.business_days else allowed
        facts.append(("limit", f"{code(limit.done)} {allowed} {code(limit.start)}{instead}"))
    facts += following(measure)
    if measure.day_rule:
        facts.append(("a day is judged by", code(measure.day_rule)))
    if measure.look_back_months:
        facts.append(("looks back", f"{measure.look_back_months} months from the window's last day"))
    if measure.bands:
        facts.append(("bands of days end at", ", ".join(f"{days} days" for days in measure.bands)))
    if measure.open_when is not None:
        facts.append(("open when", in_words(measure.open_when)))
    return facts


AMONG = {
    "exposed": "clients with as many exposed days as the profile asks for",
    "enrolled": "clients with an exposed day",
    "with_contact": "clients with such a record",
}


def _per_client(held_to: PerClient) -> str:
    """What a client is held to, in words."""
    what = "contacts" if held_to.distinct == "contacts" else f"different {code(held_to.distinct)}"
    number = f"{held_to.at_least:g} or more" if held_to.at_least is not None else f"less than {held_to.fewer_than:g}"
    each = {"client_weeks": " for each exposed week", "client_months": " for each exposed month"}
    return f"whose number of {what}{each.get(held_to.per or '', '')} is {number}, among {AMONG[held_to.among]}"


def _quantity(quantity: Quantity) -> str:
    if quantity.exposure:
        what = f"exposure: {quantity.exposure.replace('_', ' ')}"
    elif quantity.hours:
        what = f"{quantity.hours} hours of staff, in minutes"
    elif quantity.sum:
        what = f"sum of {code(quantity.sum)}"
    elif quantity.distinct:
        what = f"distinct {code(quantity.distinct)}"
    else:
        what = f"number of {quantity.count}"
    where = f", where {in_words(quantity.where)}" if quantity.where is not None else ""
    if quantity.staff is not None:
        where += f", of staff in a post where {in_words(quantity.staff)}"
    if quantity.weights:
        parts = ", ".join(f"{code(value)} {part}" for value, part in quantity.weights.values.items())
        where += f", by {code(quantity.weights.field)}: {parts} of {quantity.weights.per}"
    if quantity.in_force:
        where += f", with a row of {code(quantity.in_force.form)} in force on the day"
    are = f", that are {codes(quantity.are)}" if quantity.are else ""
    return f"{what}{where}{are} ({said(quantity.unit)})"


def _targets(measure: Measure, catalogue: Catalogue) -> str:
    rows = [
        (
            f"[{name}](../profiles.md)",
            *in_figures(target),
            sources_of(target),
        )
        for name, profile in catalogue.profiles.items()
        if (target := profile.targets.get(measure.id)) is not None
    ]
    return table(("profile", "target", "cuts of the bands", "source"), rows)


def in_figures(target: Target) -> tuple[str, str]:
    """A target and its cuts in signs: at least, at most, over or under so much; empty where there is none."""
    rising = target.cuts[:1] < target.cuts[-1:]
    over, reached = (">", "≥") if rising else ("<", "≤")
    cuts = [f"{over if cut in target.strict else reached} {cut:g}" for cut in target.cuts]
    return "" if target.target is None else f"{target.target:g}", ", ".join(cuts)


def sources_of(target: Target) -> str:
    """Where a target comes from and, when it is elsewhere, where its cuts do."""
    cuts = f"; cuts: {sourced(target.cuts_source)}" if target.cuts_source else ""
    return sourced(target.source) + cuts


def _example(example: Example, measure: Measure) -> str:
    start, end = example.window
    told = [f"Window {start} to {end}"]
    told += [f"by {', '.join(example.by)}"] if example.by else []
    told += [f"period {code(example.period)}"] if example.period != "whole" else []
    told += [f"profile {code(example.profile)}"] if example.profile else []
    told += [f"data until {example.until}"] if example.until else []
    if example.covers:
        told.append(f"loads cover {example.covers[0]} to {example.covers[1]}")
    elif example.covers is False:
        told.append("no load says what it covers")
    given = [f"Given, {code(form)}:\n\n{_records(rows)}" for form, rows in example.given.items()]
    expected = f"Expected of {code(measure.id)}:\n\n{_records(example.expect)}"
    return section(said(example.title).capitalize(), ", ".join(told) + ".", *given, expected, level=3)


def _records(rows: tuple[dict[str, object], ...]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return table(names, [[_shown(row, name) for name in names] for row in rows]) or "no records"


def _shown(row: dict[str, object], name: str) -> str:
    return cell(row[name]) if row.get(name) is not None else "" if name not in row else "empty"
