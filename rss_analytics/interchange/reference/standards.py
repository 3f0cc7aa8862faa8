"""Pages of the manual on standards of every kind, from profiles to house rules, each figure with its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rss_analytics.definitions.authority import Authority, Clock
from rss_analytics.definitions.billing import Billing
from rss_analytics.definitions.credential import Credential
from rss_analytics.definitions.house_rules import Charts, HouseRules
from rss_analytics.definitions.instrument import Instrument
from rss_analytics.definitions.limits import Limits
from rss_analytics.definitions.profile import Profile, Target
from rss_analytics.interchange.reference.markdown import code, codes, in_words, page, said, section, table
from rss_analytics.interchange.reference.measures import in_figures, sourced, sources_of

CLOCKS = {
    "file_within": "to file",
    "acknowledge": "to acknowledge",
    "decide": "to decide",
    "extension": "one extension",
}


def profiles_page(profiles: Iterable[Profile]) -> str:
    """Every profile: what it counts as what, and what it holds measures to."""
    told = (
        "A profile says what counts as service in a program model and which values a measure should reach. A concept"
        " that it leaves out is that of the house's default profile, and so is a target for programs of every model."
        " `<` and `>` stand where a value at the cut itself does not belong to the better band."
    )
    return page("Profiles", told, *(_profile(profile) for profile in profiles))


def _profile(profile: Profile) -> str:
    switches = [(code(name), _plain(value)) for name, value in profile.switches.model_dump().items()]
    concepts = [(code(name), in_words(condition)) for name, condition in profile.concepts.items()]
    targets = [
        (
            f"[{name}](measures/{name}.md)",
            *in_figures(target),
            f"{target.tolerance:g}",
            "every model" if target.all_models else "its own",
            sources_of(target),
        )
        for name, target in profile.targets.items()
    ]
    floors = [
        (f"[{name}](measures/{name}.md)", f"{floor.floor:g}", sourced(floor.source))
        for name, floor in profile.floors.items()
    ]
    until = f" to {profile.valid_to}" if profile.valid_to else ""
    models = f"for {codes(profile.models)}" if profile.models else "for programs that name it"
    about = f"{code(profile.profile)}, version {profile.version}, {models}; figures set by"
    return section(
        said(profile.title),
        f"{about} {profile.set_by}; in force from {profile.valid_from}{until}. {said(profile.note)}",
        table(("concept", "a record is one when"), concepts),
        table(("rule of computation", "value"), switches),
        table(("rule of billing", "value"), _billing(profile.billing)),
        table(("measure", "target", "cuts of the bands", "tolerance", "programs of", "source"), targets),
        table(("measure", "number it holds each client to", "source"), floors),
        _shown(profile.shows),
    )


def _shown(names: Sequence[str]) -> str:
    links = ", ".join(f"[{name}](measures/{name}.md)" for name in names)
    return f"Shown beside them: {links}." if links else ""


def _reached(target: Target) -> str:
    others = [f"{value} {goal:g}" for goals in target.by.values() for value, goal in goals.items()]
    return f"{target.target:g}" + (f" ({', '.join(others)})" if others else "")


def _billing(billing: Billing) -> list[tuple[str, str]]:
    codes_told = ", ".join(f"{code(name)} {code(rule)}" for name, rule in billing.codes.items())
    return [
        ("units are rounded by", code(billing.rounding)),
        ("but for the service codes", codes_told or "none"),
        ("minutes of one day are added up first", _plain(billing.sum_same_day)),
        ("minutes of one unit", _plain(billing.unit_minutes)),
        ("units of one client and day, at most", _plain(billing.daily_cap_units)),
        ("source", sourced(billing.source)),
    ]


def authorities_page(authorities: Iterable[Authority]) -> str:
    """Every authority: its clocks, what stops them and what extends them."""
    told = (
        "An authority sets the days a grievance may take. Day 0 is the day the clock starts. A clock that an authority"
        " does not set is absent, and nothing is judged against it."
    )
    return page("Authorities", told, *(_authority(authority) for authority in authorities))


def _authority(authority: Authority) -> str:
    clocks = [
        (words, f"{clock.days} {authority.calendar_of(clock)} days", sourced(clock.source))
        for name, words in CLOCKS.items()
        if (clock := _clock(authority, name)) is not None
    ]
    facts = [
        ("the clock starts at", code(authority.starts_at)),
        ("timely by", code(authority.timely_by)),
        ("holidays of", code(authority.holidays) if authority.holidays else ""),
        ("the clock is stopped by", codes(authority.holds)),
        ("extended by", codes(authority.extensions)),
        ("may be extended again", "yes" if authority.extension_repeats else ""),
        ("extension needs consent", "yes" if authority.extension_needs_consent else ""),
        ("left out of timeliness", codes(authority.left_out)),
        ("in force", f"{authority.valid_from} to {authority.valid_to or 'today'}"),
    ]
    return section(
        said(authority.title),
        f"{code(authority.authority)}, version {authority.version}",
        table(("clock", "days", "source"), clocks),
        table(("what", "is"), [fact for fact in facts if fact[1]]),
        "\n".join(f"- {sourced(source)}" for source in authority.sources),
    )


def _clock(authority: Authority, name: str) -> Clock | None:
    clock: Clock | None = getattr(authority, name)
    return clock


def credentials_page(credentials: Iterable[Credential]) -> str:
    """Every credential: the continuing education that its renewal asks for."""
    told = (
        "Continuing education that the renewal of a credential asks for. Hours count that were earned within the cycle,"
        " and a course counts once for a person. A credential that is not listed has no progress to be judged."
    )
    rows = [
        (
            f"{said(credential.title)} ({code(name)})",
            f"{credential.cycle_months} months",
            str(credential.hours),
            ", ".join(f"{code(category)} {hours}" for category, hours in credential.categories.items()),
            sourced(credential.source),
        )
        for credential in credentials
        for name in (credential.credential,)
    ]
    return page("Credentials", told, table(("credential", "cycle", "hours", "of them at least", "source"), rows))


def instruments_page(instruments: Iterable[Instrument]) -> str:
    """Every instrument: its items under our own short labels, its domains and its scoring."""
    told = "An instrument says which items of a survey make which domain. Items have short labels of our own."
    return page("Instruments", told, *(_instrument(instrument) for instrument in instruments))


def _instrument(instrument: Instrument) -> str:
    rule = instrument.missing_rule
    beyond = "strictly beyond" if instrument.cut_off.strict else "at or beyond"
    needed = f"{rule.share} of a domain's items" if rule.share else f"{rule.at_least} items of a domain"
    facts = [
        ("form", f"[{instrument.form}](forms/{instrument.form}.md)"),
        ("direction", instrument.direction.replace("_", " ")),
        ("scale", f"{instrument.scale_min} to {instrument.scale_max}"),
        ("not applicable", codes(instrument.not_applicable)),
        ("a domain is scored with at least", needed),
        ("positive", f"a mean {beyond} {instrument.cut_off.value} on the good side"),
        ("asks about", said(instrument.reference_period)),
        ("in force", f"{instrument.valid_from} to {instrument.valid_to or 'today'}"),
        ("licence", instrument.licence),
    ]
    items = [
        (item.number or "", code(item.id), said(item.label), "yes" if item.reverse else "") for item in instrument.items
    ]
    domains = [
        (code(d.id), said(d.label), codes(d.items), "" if d.benchmark is None else f"{d.benchmark:g} percent")
        for d in instrument.domains
    ]
    return section(
        said(instrument.title),
        f"{code(instrument.instrument)}, version {instrument.version}",
        table(("what", "is"), [fact for fact in facts if fact[1]]),
        table(("domain", "label", "items", "benchmark"), domains),
        table(("number", "item", "our label", "reversed"), items),
        "\n".join(f"- {sourced(source)}" for source in instrument.sources),
    )


def house_rules_page(rules: HouseRules) -> str:
    """What the agency decides once for every report."""
    plain = rules.model_dump(exclude={"suppression", "audiences", "charts", "limits"})
    audiences = [
        (code(name), audience.sees_clients.replace("_", " "), audience.sees_staff.replace("_", " "))
        for name, audience in rules.audiences.items()
    ]
    cells = rules.suppression
    shown = "0 is shown" if cells.zero_is_shown else "0 is withheld too"
    return page(
        "House rules",
        "The shipped values of `house_rules.yaml`. A copy in the `schemas` folder of a workspace takes their place.",
        section(
            "Small cells",
            f"Counts of 1 to {cells.fewest - 1} people are withheld, and whatever lets them be derived; {shown}.",
            sourced(cells.source),
        ),
        section("Audiences", table(("audience", "sees clients by", "sees staff by"), audiences)),
        section("Control charts", table(("setting", "value"), _charts(rules.charts)), sourced(rules.charts.source)),
        section(
            "Limits of what is read",
            "A file beyond one of these is refused before it is unpacked or parsed. They let through whatever a "
            "spreadsheet program or a survey tool writes; a workspace with larger files lays its own over them.",
            table(("limit", "value", "of what"), _limits(rules.limits)),
        ),
        section("Other settings", table(("setting", "value"), [(code(k), _plain(v)) for k, v in plain.items()])),
    )


def _charts(charts: Charts) -> list[tuple[str, str]]:
    settings = charts.model_dump(exclude={"source"})
    settings["baseline_points"] = charts.baseline_points or "all points of a phase"
    return [
        (code(name), codes(value) if isinstance(value, tuple) else _plain(value)) for name, value in settings.items()
    ]


def _limits(limits: Limits) -> list[tuple[str, str, str]]:
    return [
        (code(name), _plain(getattr(limits, name)), about.description or "")
        for name, about in type(limits).model_fields.items()
    ]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
