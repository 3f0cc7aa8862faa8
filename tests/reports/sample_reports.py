"""Reports about an invented region, made through the same door as real ones: computed rows, release, build."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from rss_analytics.answering import labels_of
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.instrument import Source
from rss_analytics.definitions.measure import Measure, Quantity
from rss_analytics.definitions.profile import Profile, Target
from rss_analytics.definitions.result import Released, Result
from rss_analytics.disclosure import release_together
from rss_analytics.reports import (
    FormCounts,
    MissingForm,
    Report,
    Request,
    Scope,
    fidelity,
    grievances,
    needs_of,
    satisfaction,
)
from rss_analytics.reports.model import Figure
from rss_analytics.reports.request import ReleasedTables
from tests.disclosure.rows_of_measures import a_measure, a_result, house_rules

BUILDERS: Mapping[str, Callable[[ReleasedTables, Request], Report]] = {
    "fidelity": fidelity.build,
    "satisfaction": satisfaction.build,
    "grievances": grievances.build,
}
END = date(2026, 9, 30)
PROGRAMS = {
    f"P{n:02d}": f"{name} {kind}"
    for n, (name, kind) in enumerate(
        [
            ("Harbor", "CSP"),
            ("Elm Street", "CSP"),
            ("Northside", "ACT"),
            ("Riverview", "CSP"),
            ("Oak", "Peer Support"),
            ("Quinnipiac", "CSP"),
            ("Lakeshore", "ACT"),
            ("Summit", "Peer Support"),
        ]
    )
}
FACILITIES = {"F1": "Harbor House", "F2": "Riverview Center"}
DOMAINS = {
    "en": {
        "access": "Access",
        "quality": "Quality and appropriateness",
        "outcomes": "Outcomes",
        "participation": "Participation in treatment planning",
        "respect": "Respect",
    },
    "es": {
        "access": "Acceso",
        "quality": "Calidad y adecuación",
        "outcomes": "Resultados",
        "participation": "Participación en el plan",
        "respect": "Respeto",
    },
}
BANDS = ("0-7", "8-21", "22-30", "31-60", "61-90", "90+")

TARGETS = {
    "service_hours_per_client_month": 6.0,
    "contacts_per_client_month": 8.0,
    "community_share_contacts": 60.0,
    "note_on_time": 90.0,
    "satisfaction_positive": 80.0,
    "grievances_decided_on_time": 95.0,
}


def measures() -> list[Measure]:
    """Measures of the three reports as an agency may declare them."""

    def text(en: str, es: str) -> dict[str, str]:
        return {"en": en, "es": es}

    people, hours = text("people enrolled", "personas inscritas"), text("hours", "horas")
    contacts, percent = text("contacts", "contactos"), text("%", "%")
    units = ("region", "facility", "program")
    common: dict[str, Any] = {"dimensions": units, "counts": "events"}
    return [
        a_measure(
            "service_hours_per_client_month",
            kind="rate_per_exposure",
            unit=hours,
            scale=1,
            numerator_per=60,
            title=text("Service hours per client", "Horas de servicio por persona"),
            question=text("Do clients get enough hours of service?", "¿Reciben las personas bastantes horas?"),
            numerator=Quantity(sum="minutes", unit=text("minutes", "minutos")),
            denominator=Quantity(count="rows", unit=people),
            **common,
        ),
        a_measure(
            "contacts_per_client_month",
            kind="rate_per_exposure",
            unit=contacts,
            scale=1,
            title=text("Contacts per client", "Contactos por persona"),
            question=text("Are clients seen often enough?", "¿Se ve a las personas con bastante frecuencia?"),
            numerator=Quantity(count="rows", unit=contacts),
            denominator=Quantity(count="rows", unit=people),
            **common,
        ),
        a_measure(
            "community_share_contacts",
            unit=percent,
            title=text("Contacts in the community", "Contactos en la comunidad"),
            question=text("Is service where people live?", "¿Se da el servicio donde viven las personas?"),
            source=Source(citation="Illinois DHS/DMH performance measures", status="recalled"),
            **common,
        ),
        a_measure(
            "note_on_time", unit=percent, title=text("Notes written on time", "Notas escritas a tiempo"), **common
        ),
        a_measure(
            "satisfaction_positive",
            kind="instrument_domain",
            instrument="mhsip",
            window="quarter",
            report="satisfaction",
            title=text("Positive answers", "Respuestas positivas"),
            interval="wilson",
            counts="people",
            dimensions=("domain", *units),
        ),
        a_measure(
            "grievances_decided_on_time",
            kind="on_time",
            clock="decide",
            window="quarter",
            report="grievances",
            title=text("Grievances decided on time", "Quejas decididas a tiempo"),
            **common,
        ),
        a_measure(
            "grievances_per_1000_served",
            kind="rate_per_exposure",
            window="quarter",
            report="grievances",
            scale=1000,
            unit=text("per 1,000 people", "por 1,000 personas"),
            higher_is="neutral",
            title=text("Grievances per 1,000 people served", "Quejas por cada 1,000 personas atendidas"),
            numerator=Quantity(count="rows", unit=text("grievances", "quejas")),
            denominator=Quantity(exposure="people_served", unit=text("people served", "personas atendidas")),
            **common,
        ),
        a_measure(
            "open_grievances_by_age",
            kind="ageing",
            bands=(7, 21, 30, 60, 90),
            report="grievances",
            decimals=0,
            scale=1,
            open_when={"status": "received"},
            unit=text("grievances", "quejas"),
            denominator=None,
            title=text("Open grievances by age", "Quejas abiertas por antigüedad"),
            dimensions=("age_band", *units),
            counts="events",
        ),
    ]


def a_request(language: str = "en", scope: Scope | None = None) -> Request:
    """A director's request for September 2026."""
    spoken = Catalogue().language(language)
    forms = {"contact_log": "contact log" if language == "en" else "registro de contactos"}
    everything = "Shoreline Region" if language == "en" else "Región Costera"
    return Request(
        language=spoken,
        house_rules=house_rules(),
        scope=scope or Scope("region", "R1", everything),
        start=date(2026, 9, 1),
        end=END,
        audience="director",
        labels=labels_of({"program": PROGRAMS, "facility": FACILITIES}, Catalogue(), spoken)
        | {"domain": DOMAINS[language], "form": forms},
        forms=(FormCounts(forms["contact_log"], 4120, 4001, 72, 40, 7),),
        missing=(MissingForm("survey_mhsip", ("satisfaction_positive",)),),
    )


def figures_of(report: Report) -> list[Figure]:
    """Every figure of a report, in order; a test that looks at none proves nothing."""
    figures = [block for section in report.sections for block in section.blocks if isinstance(block, Figure)]
    assert figures
    return figures


def a_report(kind: str, language: str = "en", scope: Scope | None = None, **asked: Any) -> Report:
    """A report of a kind about the invented region; ``asked`` are further parts of the request."""
    request = replace(a_request(language, scope), **asked)
    return BUILDERS[kind](released_tables(kind, request), request)


def released_tables(kind: str, request: Request, declared: list[Measure] | None = None) -> dict[str, list[Released]]:
    """The tables that a report needs, computed by chance with a fixed seed and released together."""
    needs = needs_of(kind, declared or measures(), request.scope)  # type: ignore[arg-type]
    by_id = {measure.id: measure for measure in declared or measures()}
    results = [_result(by_id[need.measure], need.by, need.windows) for need in needs]
    released = release_together(results, request.house_rules, request.audience)
    tables: dict[str, list[Released]] = {"whole": [], "units": []}
    for need, table in zip(needs, released, strict=True):
        tables[need.key].append(table)
    return tables


def _result(measure: Measure, by: tuple[str, ...], windows: int) -> Result:
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for leaf in _leaves(measure, windows):
        key = tuple(leaf[name] for name in (*by, "window"))
        row = rows.setdefault(key, {name: leaf[name] for name in (*by, "window")} | dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            row[name] += leaf[name]
    finished = [_finished(measure, row, by) for row in rows.values()]
    target = TARGETS.get(measure.id)
    result = a_result(measure, by, finished)
    profile = None if target is None else _profile(measure, target)
    return Result(measure, profile, result.dimensions, result.rows, result.provenance)


COUNTS = ("numerator", "denominator", "n_clients", "held")
SIZES = (48, 60, 85, 31, 44, 6, 120, 27)


def _leaves(measure: Measure, windows: int) -> Iterator[dict[str, Any]]:
    """One line for each program, window and domain or band."""
    draw = random.Random(measure.id)
    splits: tuple[str, ...] = ("",)
    if measure.kind == "instrument_domain":
        splits = tuple(DOMAINS["en"])
    if measure.kind == "ageing":
        splits = BANDS
    if measure.kind == "expiring":
        splits = ("0-30", "31-60", "61-90")
    if measure.split is not None:
        codes = [choice.code for choice in Catalogue().form(measure.rows.form).field(measure.split).choices]
        splits = measure.split_codes or tuple(codes)
    for window in _windows(windows, 3 if measure.window == "quarter" else 1):
        for program, size in zip(PROGRAMS, SIZES, strict=True):
            for number, split in enumerate(splits):
                clients = size * (1 if measure.window == "month" else 2)
                level = {"numerator": 0, "denominator": clients}
                if measure.id == "service_hours_per_client_month":
                    level["numerator"] = int(60 * clients * draw.uniform(4.9, 7.6))
                elif measure.id == "contacts_per_client_month":
                    level["numerator"] = int(clients * draw.uniform(6.6, 10.5))
                elif measure.id == "grievances_per_1000_served":
                    level = {"numerator": 0 if program == "P06" else draw.randint(1, 4), "denominator": clients}
                elif measure.kind == "ageing":
                    level = {"numerator": draw.randint(0, 6 - number), "denominator": 0}
                else:
                    level["numerator"] = int(clients * min(0.97, draw.uniform(0.55, 0.86) + 0.03 * number))
                yield {
                    "region": "R1",
                    "facility": "F1" if program < "P04" else "F2",
                    "program": program,
                    measure.divided_by or "undivided": split,
                    "window": window,
                    "n_clients": clients,
                    "held": draw.randint(0, 3),
                    "lost": program == "P04",
                    **level,
                }


def _finished(measure: Measure, row: dict[str, Any], by: tuple[str, ...]) -> dict[str, Any]:
    target = TARGETS.get(measure.id)
    if row.get("program") == "P04" and measure.report == "fidelity" and row["window"][1] == END:
        return row | {
            "numerator": None,
            "denominator": None,
            "n_clients": None,
            "held": None,
            "met": "cannot_tell",
            "reason": "not_covered",
            "last_record": date(2026, 8, 14),
            "target": target,
        }
    finished = dict(row)
    finished["value"] = (
        float(row["numerator"])
        if measure.kind == "ageing"
        else (row["numerator"] / measure.numerator_per / row["denominator"] * measure.scale)
    )
    if measure.interval == "wilson":
        share, spread = finished["value"], 98 * (0.25 / row["denominator"]) ** 0.5
        finished |= {"lower": max(0.0, share - spread), "upper": min(100.0, share + spread)}
    if target is not None:
        finished |= {"target": target, "met": "yes" if finished["value"] >= target else "no"}
    return finished


def _profile(measure: Measure, target: float) -> Profile:
    source = Source(citation="Set by the agency's leadership in 2026", status="agency")
    return Profile(
        profile="csp_rp",
        version="2026.1",
        title={"en": "Community support, recovery pathway", "es": "Apoyo comunitario, camino de recuperación"},
        note={"en": "Made up.", "es": "Inventado."},
        models=("csp",),
        set_by="agency",
        valid_from=date(2026, 1, 1),
        concepts={},
        targets={measure.id: Target(target=target, source=source)},
    )


def _windows(number: int, months: int) -> list[tuple[date, date]]:
    windows, end = [], END
    for _ in range(number):
        first = end.replace(day=1)
        for _ in range(months - 1):
            first = (first - timedelta(days=1)).replace(day=1)
        windows.append((first, end))
        end = first - timedelta(days=1)
    return windows[::-1]
