"""Says by which rules a profile counts, which units it does not judge, and what a sample of clients gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rss_analytics.definitions.conditions import All, Condition, IsIn
from rss_analytics.definitions.language import Language
from rss_analytics.definitions.profile import Profile
from rss_analytics.reports.model import Bullets, Cell, Column, Section, Sentence, Table
from rss_analytics.reports.readings import Evidence, evidence
from rss_analytics.reports.wording import Wording

NOT_JUDGED = ("other_model", "no_standard", "mixed_models", "expired", "not_yet_in_force")
MODALITY, PLACE = "modality", "setting_class"


def rule_sentences(profile: Profile, language: Language) -> list[str]:
    """The computation rules of a profile, a sentence each, for the method of every report that uses it.

    ``profile`` is the one of a released table, in which the house's default profile has filled what it leaves open.
    """
    switches, concepts = profile.switches, profile.concepts
    exposed = "exposed" if switches.institution_days_are_exposed else "not_exposed"
    zero = "kept" if switches.zero_contact_clients_kept else "left_out"
    tolerant = any(target.tolerance for target in profile.targets.values())
    keys = [
        f"rule.institution.{exposed}",
        f"rule.zero.{zero}",
        *_concept_keys(concepts),
        "rule.collateral",
        "rule.missed",
        "rule.group",
        "rule.bands",
        "rule.tolerance.some" if tolerant else "rule.tolerance.none",
    ]
    return [
        language.say("rule.profile", profile=language.pick(profile.title), version=profile.version),
        language.say("rule.weeks"),
        language.say("rule.floor", days=language.number(switches.prorate_floor_days)),
        *(language.say(key) for key in keys),
        language.say("rule.merged", minutes=language.number(switches.contact_gap_minutes)),
    ]


def _concept_keys(concepts: Mapping[str, Condition]) -> Iterator[str]:
    """What counts as face-to-face, service and community, as far as the concepts are lists of codes."""
    seen, served = (_codes(concepts.get(name), MODALITY) for name in ("face_to_face", "service"))
    if seen:
        yield "rule.face_to_face.video" if "video" in seen else "rule.face_to_face.in_person"
    if served:
        yield "rule.service.phone" if "phone" in served else "rule.service.seen"
    where = _codes(concepts.get("community"), PLACE)
    if where:
        yield "rule.community.institution" if "institution" in where else "rule.community.apart"


def _codes(condition: Condition | None, field: str) -> frozenset[str]:
    """The codes that a condition admits in a field, when it is a list of them or several conditions that all hold."""
    if isinstance(condition, IsIn) and condition.field == field:
        return frozenset(str(value) for value in condition.values)
    parts = condition.parts if isinstance(condition, All) else ()
    return next((codes for part in parts if (codes := _codes(part, field))), frozenset())


def not_judged(wording: Wording, found: Sequence[Evidence]) -> list[Bullets]:
    """The units of the last window whose values are shown and not judged by the report's profile, and why."""
    groups: dict[str, list[str]] = defaultdict(list)
    for one in found:
        for reading in (*one.units_now, *one.now):
            if reading.status == "no_target" and reading.reason in NOT_JUDGED:
                why = wording.say(f"not_judged.{reading.reason}", **_facts(wording, one, reading.judged_by))
                groups[why].append(wording.unit(one, reading))
    lines = [
        wording.say("not_judged.line", units=wording.names(list(dict.fromkeys(units))), why=why)
        for why, units in groups.items()
    ]
    return [Bullets(wording.say("not_judged.heading"), tuple(lines))] if lines else []


def _facts(wording: Wording, found: Evidence, judged_by: str | None) -> dict[str, str]:
    """The profile that is meant, and where one has lapsed its days."""
    own, profile = found.profile, judged_by or ""
    if judged_by is None and own is not None:
        profile = own.profile
    facts = {"profile": wording.request.label("profile", profile)}
    if own is not None:
        facts |= {"since": wording.day(own.valid_from), "until": wording.day(own.valid_to or own.valid_from)}
    return facts


def sample_sections(wording: Wording, found: Sequence[Evidence]) -> Iterator[Section]:
    """A section that sets a sample of clients beside all of them, when one was drawn."""
    sample = wording.request.sample
    if sample is None:
        return
    drawn = evidence({"whole": sample.tables}, wording.request)
    everyone = {one.measure.id: one for one in found}
    names = [("measure", "text"), ("all_clients", "number"), ("sample", "number"), ("sample_people", "number")]
    columns = tuple(Column(wording.say(f"column.{name}"), kind) for name, kind in (*names, ("met", "status")))  # type: ignore[arg-type]
    rows = []
    for one in drawn:
        whole = everyone[one.measure.id].now if one.measure.id in everyone else ()
        for reading in one.now:
            beside = next((other for other in whole if (other.split, other.end) == (reading.split, reading.end)), None)
            rows.append(
                (
                    Cell(wording.heading(one, reading)),
                    wording.value_cell(one, beside) if beside else Cell(wording.say("cell.none")),
                    wording.value_cell(one, reading),
                    wording.count_cell(reading, reading.clients),
                    wording.status_cell(reading),
                )
            )
    lead = wording.say(
        "sample.lead",
        drawn=wording.number(sample.drawn),
        enrolled=wording.number(sample.enrolled),
        seed=str(sample.seed),
        window=wording.window(sample.start, sample.end),
    )
    table = Table(wording.say("table.sample", seed=str(sample.seed)), columns, tuple(rows))
    yield Section("sample", wording.say("section.sample"), (Sentence(lead), table))
