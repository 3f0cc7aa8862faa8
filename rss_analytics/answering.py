"""What a question about the store means: which days its windows have, which units, names and counts go with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.language import Language
from rss_analytics.definitions.measure import Measure, WindowName
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.measures.sample import Draw
from rss_analytics.measures.units import UNPLACED
from rss_analytics.measures.windows import ROLLING, months_before
from rss_analytics.reports.model import Scope, Scoping
from rss_analytics.reports.needs import Need
from rss_analytics.reports.request import FormCounts, MissingForm
from rss_analytics.storage.tables import Tables
from rss_analytics.storage.tallies import unit_names, units_inside

MONTHS = {"month": 1, "quarter": 3, "year": 12}
BLOCKS: dict[WindowName, int] = {"days_28": 28, "days_14": 14}
NAMED = {"region": "region_name", "facility": "facility_name", "program": "program_name"}
"""Dimension -> the field that names its units, in the form of the same name."""


@dataclass(frozen=True)
class Asked:
    """A question to the store: what was known when, until which day, by which standard, for whom.

    ``without_people`` leaves out of a fidelity report who is short, client by client.
    """

    as_of: date
    until: date | None = None
    profile: str | None = None
    audience: str = "director"
    language: str = "en"
    draw: Draw | None = None
    without_people: bool = False


@dataclass(frozen=True)
class Period:
    """The days of a report's period, both included."""

    start: date
    end: date


def parse_period(text: str | None, until: date) -> Period:
    """A period from ``2026-09``, ``2026-Q3``, ``2026`` or ``FROM..TO``; the last complete month when left out.

    Raises UsageProblem for anything else.
    """
    if text is None:
        last = until if (until + timedelta(days=1)).day == 1 else until.replace(day=1) - timedelta(days=1)
        return Period(last.replace(day=1), last)
    try:
        if ".." in text:
            start, end = (date.fromisoformat(part) for part in text.split("..", 1))
            if end < start:
                raise ValueError
            return Period(start, end)
        if "Q" in text.upper():
            year, quarter = text.upper().split("-Q")
            first = date(int(year), 3 * int(quarter) - 2, 1)
            return Period(first, _month_end(first, 2))
        if len(text) == len("2026"):
            return Period(date(int(text), 1, 1), date(int(text), 12, 31))
        first = date.fromisoformat(f"{text}-01")
        return Period(first, _month_end(first, 0))
    except ValueError:
        raise problem("usage.bad_date", where="period", value=text) from None


def _month_end(first: date, later: int) -> date:
    return _add_months(first, later + 1) - timedelta(days=1)


def _add_months(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def windows_until(window: WindowName, number: int, end: date, fiscal_year_starts: int) -> Period:
    """The days of the last ``number`` windows, the last one the window that ``end`` lies in."""
    if window in BLOCKS:
        return Period(end - timedelta(days=BLOCKS[window] * number - 1), end)
    if window in ROLLING:
        return Period(months_before(end + timedelta(days=1), ROLLING[window] * number), end)
    months = MONTHS[window]
    offset = (end.month - (fiscal_year_starts if window == "year" else 1)) % months
    last_start = _add_months(end.replace(day=1), -offset)
    start = _add_months(last_start, -months * (number - 1))
    return Period(start, _add_months(last_start, months) - timedelta(days=1))


def days_of(need: Need, period: Period, until: date, fiscal_year_starts: int) -> Period:
    """The days a report's table is computed over: whole windows, the last one cut where knowledge ends.

    A window that is not over keeps its calendar end when the report asks for that period, so that it is told as not
    complete and never as low.
    """
    whole = windows_until(need.window, need.windows, period.end, fiscal_year_starts)
    return Period(whole.start, max(period.end, min(whole.end, until)))


def parse_scope(text: str | None, labels: Mapping[str, Mapping[str, str]], language: Language) -> Scope:
    """A scope from ``all`` or ``facility:F01`` (region, facility or program); UsageProblem for an unknown one."""
    kind, _, name = (text or "all").partition(":")
    if kind == "all" and not name:
        return Scope("all", None, language.say("scope.all"))
    kinds = [known for known in get_args(Scoping) if known not in ("all", "staff")]
    chosen: Scoping | None = next((known for known in kinds if known == kind), None)
    if chosen is None or not name:
        remedy = f"Write all, or one of {quoted(kinds)} with its id, such as facility:F01"
        raise problem("usage.bad_option", where="scope", reason=f"`{text}` is not a scope", remedy=remedy)
    known = labels.get(kind, {})
    if name not in known:
        hint = did_you_mean(name, known)
        raise problem("usage.unknown", where="scope", kind=kind, name=name, hint=hint, known=quoted(known))
    return Scope(chosen, name, known[name])


def names_of_units(tables: Tables, catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """Names of regions, facilities and programs as last declared."""
    names: dict[str, dict[str, str]] = {}
    for dimension, name in NAMED.items():
        key = f"{dimension}_id"
        dated = "valid_from" if "valid_from" in catalogue.form(dimension).by_name else key
        names[dimension] = unit_names(tables, dimension, key=key, name=name, dated=dated)
    return names


def labels_of(
    names: Mapping[str, Mapping[str, str]], catalogue: Catalogue, language: Language
) -> dict[str, Mapping[str, str]]:
    """Names of units, of forms, of instruments' domains, and of the fields and codes that measures are split by."""
    labels = dict(names)
    labels["profile"] = {name: language.pick(profile.title) for name, profile in catalogue.profiles.items()}
    labels["form"] = {form.form: language.pick(form.title) for form in catalogue.forms.values()}
    labels["domain"] = {
        domain.id: language.pick(domain.label)
        for versions in catalogue.all_instruments.values()
        for instrument in versions
        for domain in instrument.domains
    }
    splits: dict[str, str] = {}
    for measure in catalogue.measures.values():
        if measure.split is not None:
            field = catalogue.form(measure.rows.form).field(measure.split)
            codes = {choice.code: language.pick(choice.label) for choice in field.choices}
            labels[measure.split] = codes | {UNPLACED: language.say("split.unplaced")}
            splits[measure.split] = language.pick(field.label)
    return labels | {"split": splits}


def unit_parents(tables: Tables, day: date) -> dict[tuple[str, str], tuple[str, str]]:
    """The unit that each unit lies in on a day: ``("program", "P1")`` in ``("facility", "F1")`` in its region."""
    inside = {"program": "facility", "facility": "region"}
    return {
        (unit, name): (parent, place)
        for unit, parent in inside.items()
        for name, place in units_inside(tables, unit, parent, day).items()
    }


def form_counts(
    counts: Mapping[str, Mapping[str, int]], forms: Mapping[str, Form], language: Language
) -> list[FormCounts]:
    """What became of the records of each form, by its title."""
    return [
        FormCounts(form=language.pick(forms[name].title), **of_form)
        for name, of_form in counts.items()
        if name in forms
    ]


def missing_forms(
    present: Collection[str], catalogue: Catalogue, measures: list[Measure], language: Language
) -> list[MissingForm]:
    """Forms without records that would add measures, each with the titles of those."""
    wanted: dict[str, list[str]] = {}
    for measure in measures:
        for name in measure.needs:
            if name not in present:
                wanted.setdefault(name, []).append(language.pick(measure.title))
    return [
        MissingForm(language.pick(catalogue.form(name).title), tuple(sorted(titles)))
        for name, titles in sorted(wanted.items())
    ]
