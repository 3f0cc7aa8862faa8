"""The sections that all reports share: the first page, units side by side, a measure, data quality, method, privacy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rss_analytics.definitions.measure import Measure
from rss_analytics.reports import headlines
from rss_analytics.reports.figures import now_figure, spread_figure, trend_figure
from rss_analytics.reports.findings import answer, missed, tally, unknowns, within_chance
from rss_analytics.reports.glance import glance_table
from rss_analytics.reports.judging import not_judged, rule_sentences, sample_sections
from rss_analytics.reports.model import Block, Bullets, Cell, Column, Note, Report, Section, Sentence, Table
from rss_analytics.reports.needs import ReportKind
from rss_analytics.reports.people import people_sections
from rss_analytics.reports.readings import Evidence, evidence
from rss_analytics.reports.request import ReleasedTables, Request, only_released
from rss_analytics.reports.signals import signal_blocks
from rss_analytics.reports.tables import detail_table, split_table, units_tables
from rss_analytics.reports.wording import Wording


def build_report(
    kind: ReportKind, tables: ReleasedTables, request: Request, *, first_words: Sequence[Block] = ()
) -> Report:
    """A report of a kind from released tables; ``first_words`` are lists of its own for the first page.

    Raises TypeError when a table was not released.
    """
    only_released(tables)
    wording = Wording(request)
    found = evidence(tables, request)
    return Report(
        kind=kind,
        title=wording.say(f"report.{kind}"),
        language=request.language,
        facts=tuple(_facts(wording, found)),
        sections=(
            _answer_section(kind, wording, found, first_words),
            *people_sections(wording),
            *(_measure_section(wording, one) for one in found),
            *_units_sections(wording, found),
            *sample_sections(wording, found),
            _data_section(wording, found),
            _method_section(kind, wording, found),
            _privacy_section(wording, found),
        ),
        cells_withheld=_withheld(found),
    )


def _facts(wording: Wording, found: Sequence[Evidence]) -> Iterator[tuple[str, str]]:
    request = wording.request
    yield wording.say("fact.scope"), request.scope.label
    yield wording.say("fact.period"), wording.window(request.start, request.end)
    if found:
        known = found[0].provenance
        yield wording.say("fact.as_of"), wording.day(known.as_of)
        yield wording.say("fact.until"), wording.day(known.until)
    yield wording.say("fact.audience"), wording.say(f"audience.{request.audience}")


def _answer_section(
    kind: ReportKind, wording: Wording, found: Sequence[Evidence], first_words: Sequence[Block]
) -> Section:
    """The first page: the answer, the headline numbers, who is short, what to do, and every measure in one table."""
    title = wording.say(f"section.answer.{kind}")
    if not found:
        return Section("answer", title, (Sentence(wording.say("answer.no_measures"), "answer"), *first_words))
    glance = glance_table(wording, found)
    blocks: list[Block | None] = [
        answer(kind, wording, found),
        headlines.cards(wording, found),
        headlines.short(wording, found),
        headlines.actions(wording, found),
        *first_words,
        glance if glance.rows else None,
        tally(wording, found),
        unknowns(wording, found),
        *not_judged(wording, found),
        Note((wording.say("note.log_based"),), "caution") if kind == "fidelity" else None,
    ]
    return Section("answer", title, tuple(block for block in blocks if block is not None))


def _units_sections(wording: Wording, found: Sequence[Evidence]) -> Iterator[Section]:
    for dimension in dict.fromkeys(one.unit for one in found if one.unit is not None):
        tables = tuple(units_tables(wording, found, dimension))
        if tables:
            title = wording.say(f"section.units.{dimension}")
            yield Section(f"units:{dimension}", title, (Sentence(wording.say("units.lead")), *tables))


def _measure_section(wording: Wording, found: Evidence) -> Section:
    blocks: list[Block] = [Sentence(wording.request.language.pick(found.measure.question))]
    blocks += [Sentence(text) for text in _whole_sentences(wording, found)]
    below = missed(wording, found)
    blocks += [below, Sentence(headlines.action(wording, found))] if below else []
    now = now_figure(wording, found)
    if now is not None:
        blocks.append(now)
    elif found.now:
        blocks.append(detail_table(wording, found, found.now, wording.request.scope.kind))
    if found.measure.kind == "ageing" and found.units_now:
        blocks.append(split_table(wording, found))
    blocks += [figure for figure in (spread_figure(wording, found), trend_figure(wording, found)) if figure is not None]
    blocks += list(signal_blocks(wording, found))
    blocks.append(Note(tuple(_source_lines(wording, found))))
    chapter = wording.chapter(found.measure.section)
    return Section(f"measure:{found.measure.id}", wording.title(found.measure), tuple(blocks), chapter)


def _whole_sentences(wording: Wording, found: Evidence) -> Iterator[str]:
    """The scope's own finding in a sentence, for measures that give one number."""
    if found.split is not None or len(found.now) != 1:
        return
    reading = found.now[0]
    facts = {
        "scope": wording.request.scope.label,
        "window": wording.window(reading.start, reading.end),
    }
    if reading.value is None:
        yield wording.say("finding.missing", text=wording.missing(reading).text, **facts)
        return
    value = wording.value(found.measure, reading.value)
    if reading.target is None:
        yield wording.say("finding.value", value=value, **facts)
    else:
        target = wording.value(found.measure, reading.target)
        yield wording.say(f"finding.{reading.status}", value=value, target=target, **facts)
    if reading.reason == "within_chance":
        yield within_chance(wording, found, reading)
    before = found.before(reading)
    if before is not None and before.value is not None:
        was = wording.value(found.measure, before.value)
        window = wording.window(before.start, before.end)
        yield wording.say("finding.before", window=window, value=was)
    if reading.spread is not None:
        ends = {"lower": reading.spread.lower, "upper": reading.spread.upper, "mean": reading.spread.mean}
        told = {name: wording.value(found.measure, number, bare=True) for name, number in ends.items()}
        yield wording.say("finding.spread", **told)
    if reading.set_aside:
        reasons = [wording.count(f"set_aside.{reason}", number) for reason, number in reading.set_aside]
        yield wording.say("finding.set_aside", reasons=wording.names(reasons, most=len(reasons)))


def _source_lines(wording: Wording, found: Evidence) -> Iterator[str]:
    """Denominator, dates, rule, records left out, and where measure and target come from."""
    measure, language = found.measure, wording.request.language
    if measure.numerator is not None and measure.denominator is not None:
        over = {
            "numerator": language.pick(measure.numerator.unit),
            "denominator": language.pick(measure.denominator.unit),
        }
        yield wording.say("source.parts", **over)
    if measure.report == "fidelity":
        yield wording.say("source.log_based")
    known = found.provenance
    yield wording.say("source.dates", as_of=wording.day(known.as_of), until=wording.day(known.until))
    rule = {"measure": wording.title(measure), "id": measure.id, "version": measure.version}
    yield wording.say("source.rule", why=language.pick(measure.why), **rule)
    held = sum(reading.held or 0 for reading in (found.now or found.units_now))
    if held:
        yield wording.count("source.held", int(held))
    status = wording.say(f"source_status.{measure.source.status}")
    yield wording.say("source.measure", citation=measure.source.citation, status=status)
    target = found.profile.targets.get(measure.id) if found.profile is not None else None
    if found.profile is not None and target is not None:
        yield wording.say(
            "source.target",
            profile=language.pick(found.profile.title),
            version=found.profile.version,
            citation=target.source.citation,
            status=wording.say(f"source_status.{target.source.status}"),
        )


def _data_section(wording: Wording, found: Sequence[Evidence]) -> Section:
    request = wording.request
    blocks: list[Block] = [Sentence(wording.say("data.lead"))]
    if request.forms:
        names = ("form", "read", "accepted", "held", "refused", "excluded")
        columns = tuple(Column(wording.say(f"column.{name}"), "text" if name == "form" else "number") for name in names)
        rows = []
        for form in request.forms:
            counts = (form.read, form.accepted, form.held, form.refused, form.excluded)
            rows.append((Cell(form.form), *(Cell(wording.number(count), count) for count in counts)))
        blocks.append(Table(wording.say("table.forms"), columns, tuple(rows), (wording.say("table.forms.note"),)))
    missing = tuple(
        wording.say("data.missing", form=one.form, measures=wording.names(list(one.measures)))
        for one in request.missing
    )
    if missing:
        blocks.append(Bullets(wording.say("data.missing.heading"), missing, "caution"))
    return Section("data", wording.say("section.data"), tuple(blocks))


def _method_section(kind: ReportKind, wording: Wording, found: Sequence[Evidence]) -> Section:
    names = ("measure", "version", "source", "status", "next_review")
    columns = tuple(Column(wording.say(f"column.{name}")) for name in names)
    rows = tuple(_method_row(wording, one.measure) for one in found)
    lead = Sentence(wording.say(f"method.{kind}"))
    rules = _rules(kind, wording, found)
    table = Table(wording.say("table.method"), columns, rows)
    blocks: tuple[Block, ...] = (lead, *rules, Sentence(wording.say("method.status")), table) if rows else (lead,)
    return Section("method", wording.say("section.method"), blocks)


def _rules(kind: ReportKind, wording: Wording, found: Sequence[Evidence]) -> Iterator[Note]:
    """The computation rules of each profile that counted something in a fidelity report; like rules are said once."""
    profiles = {one.profile.profile: one.profile for one in found if one.profile is not None}
    alike: dict[tuple[str, ...], list[str]] = {}
    for profile in profiles.values() if kind == "fidelity" else ():
        whose, *rules = rule_sentences(profile, wording.request.language)
        alike.setdefault(tuple(rules), []).append(whose)
    for of_profiles, named in alike.items():
        yield Note((*named, *of_profiles))


def _method_row(wording: Wording, measure: Measure) -> tuple[Cell, ...]:
    return (
        Cell(wording.title(measure)),
        Cell(measure.version),
        Cell(measure.source.citation),
        Cell(wording.say(f"source_status.{measure.source.status}")),
        Cell(wording.day(measure.next_review)),
    )


def _privacy_section(wording: Wording, found: Sequence[Evidence]) -> Section:
    rule = wording.request.house_rules.suppression
    lines = (
        wording.say("privacy.rule", fewest=rule.fewest, citation=rule.source.citation),
        *((wording.say("privacy.zero"),) if rule.zero_is_shown else ()),
        wording.count("privacy.withheld", _withheld(found)),
        wording.say("privacy.held_back"),
    )
    return Section("privacy", wording.say("section.privacy"), (Note(lines, "privacy"),))


def _withheld(found: Sequence[Evidence]) -> int:
    return sum(one.cells_withheld for one in found)
