"""Puts together who is short before a period ends: one row per client and program, one per staff member."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.house_rules import WorklistRules
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import CompleteProfile, Profile, Target
from rss_analytics.definitions.result import Provenance
from rss_analytics.measures import caseload
from rss_analytics.measures.ahead import SHORT, Amount, DaysLeft, Exposed, Share, amount, share
from rss_analytics.measures.coverage import Coverage
from rss_analytics.measures.evidence import evidence
from rss_analytics.measures.exposure import exposure
from rss_analytics.measures.kinds.table import KINDS
from rss_analytics.measures.question import Question, ask_whole, completed_on
from rss_analytics.measures.relations import Relations
from rss_analytics.storage.tables import Tables

ROLES = ("hours", "contacts", "community")
PREFIX = {"hours": "minutes", "contacts": "contacts", "community": "community"}
STANDINGS = tuple(f"{PREFIX[role]}_standing" for role in ROLES)
FORMS = ("contact_log", "enrollment", "institution_stay", "service_plan", "functioning_rating", "grievance")
BY_CLIENT = ("program", "client")
KEYS = ["client", "program"]


@dataclass(frozen=True)
class Worklist:
    """The caseloads of some programs on a day, and what is still short in a period.

    ``clients`` has one row per client and program; ``staff`` one per staff member and ``total`` one for all;
    ``covered`` says of each program whether its contacts are known up to the day, ``last_record`` how far they are.
    """

    start: date
    end: date
    until: date
    left: DaysLeft
    clients: pd.DataFrame
    staff: pd.DataFrame
    total: pd.DataFrame
    discharged: pd.DataFrame
    covered: dict[str, bool]
    last_record: dict[str, date | None]
    targets: dict[str, Target]
    profile: CompleteProfile
    provenance: Provenance

    @property
    def by_enrollment(self) -> bool:
        """Whether the caseload comes from enrollments, not from contacts alone."""
        return "enrollment" in self.provenance.forms


def worklist(
    tables: Tables,
    catalogue: Catalogue,
    *,
    start: date,
    end: date,
    programs: Collection[str] | None = None,
    staff: str | None = None,
    profile: Profile | None = None,
) -> Worklist:
    """The work list of a period as far as it is known, of some programs or one staff member where they are named.

    What is dated after the last day known is left out, but a discharge or the end of a stay that is already recorded
    for a later day of the period counts: those days will not be exposed.
    """
    tables = replace(tables, until=min(tables.until, end))
    with Relations(tables, catalogue) as relations:
        about = _About(start, end, None if programs is None else frozenset(programs), staff)
        return _Making(relations, about, profile).worklist()


@dataclass(frozen=True)
class _About:
    """A period, and the programs or the staff member it is asked of."""

    start: date
    end: date
    programs: frozenset[str] | None
    staff: str | None


class _Making:
    """One work list on its way, with what all of its steps look at."""

    def __init__(self, relations: Relations, about: _About, profile: Profile | None) -> None:
        self.relations, self.about = relations, about
        self.start, self.end = about.start, about.end
        self.until: date = relations.tables.until
        self.catalogue = relations.catalogue
        self.rules: WorklistRules = self.catalogue.house_rules.worklist
        self.asked = profile or self.catalogue.profiles[self.catalogue.house_rules.default_profile]
        self.profile = completed_on(self.catalogue, self.asked, self.end)
        self.measures = {role: self.catalogue.measure(getattr(self.rules, role)) for role in ROLES}
        self.targets = _targets(self.profile, self.measures, self.end)
        authority = self.catalogue.house_rules.default_authority
        self.working = caseload.working_days(relations, authority, self.until + timedelta(days=1), self.end)

    def worklist(self) -> Worklist:
        """People first, then what is known of them, then what they still need."""
        contacts = self._ask("contacts")
        by_enrollment = self.relations.has("enrollment")
        people = self._inside(
            caseload.enrolled_on(self.relations, self.until) if by_enrollment else caseload.seen_by(contacts)
        )
        people = self._with_numbers(self._with_facts(people, contacts))
        cover = {role: self._coverage(role, people["program"].unique()) for role in ROLES}
        clients = self._with_needs(people, cover)
        notes = self._inside(caseload.unsigned_notes(self._ask_measure(self.rules.notes, ("program", "staff"))))
        left = DaysLeft((self.end - self.until).days, len(self.working))
        return Worklist(
            start=self.start,
            end=self.end,
            until=self.until,
            left=left,
            clients=clients,
            staff=_per_staff(clients, notes, self.rules, left),
            total=_totals(clients, notes, self.rules, left),
            discharged=self._inside(caseload.discharged_by(self.relations, self.until)),
            covered={program: one[0] for program, one in cover["contacts"].items()},
            last_record={program: one[1] for program, one in cover["contacts"].items()},
            targets=self.targets,
            profile=self.profile,
            provenance=self._provenance(),
        )

    def _provenance(self) -> Provenance:
        tables = self.relations.tables
        return Provenance(tables.as_of, tables.until, tables.loads, tuple(sorted(set(FORMS) & tables.forms)))

    def _inside(self, rows: pd.DataFrame) -> pd.DataFrame:
        if self.about.programs is not None:
            rows = rows[rows["program"].isin(list(self.about.programs))]
        return rows if self.about.staff is None else rows[rows["staff"] == self.about.staff]

    def _ask(self, role: str, by: tuple[str, ...] = BY_CLIENT, *, whole: bool = False) -> Question:
        return self._ask_measure(self.measures[role].id, by, end=self.end if whole else self.until)

    def _ask_measure(self, name: str, by: tuple[str, ...], end: date | None = None) -> Question:
        measure, last = self.catalogue.measure(name), end or self.until
        return ask_whole(self.relations, measure, by=by, start=self.start, end=last, profile=self.asked)

    def _with_facts(self, people: pd.DataFrame, contacts: Question) -> pd.DataFrame:
        """What is last known of each client; a fact without records is null."""
        relations, until = self.relations, self.until
        for found, keys in (
            (caseload.last_contacts(contacts), KEYS),
            (caseload.doing(relations, until), ["client"]),
            (caseload.ratings(relations, until), ["client"]),
            (caseload.plans(relations, until), KEYS),
            (caseload.stays(relations, until), ["client"]),
            (caseload.open_grievances(self._ask_measure(self.rules.grievances, ("program",))), ["client"]),
        ):
            people = people.merge(found, on=keys, how="left")
        for name in ("has_plan", "in_stay", "grievance"):
            people[name] = people[name].fillna(False).astype(bool)
        return people

    def _with_numbers(self, people: pd.DataFrame) -> pd.DataFrame:
        """Exposed days of the whole period and so far, and the sums of each measure so far."""
        people = people.merge(self._exposed(whole=True), on=KEYS, how="left")
        people = people.merge(self._exposed(whole=False), on=KEYS, how="left")
        for role in ROLES:
            people = people.merge(self._sums(role), on=KEYS, how="left")
        numbers = ["days", "parts", "days_so_far", "parts_so_far", "hours", "contacts", "community", "community_of"]
        return people.assign(**{name: people[name].fillna(0).round().astype("int64") for name in numbers})

    def _exposed(self, *, whole: bool) -> pd.DataFrame:
        days = exposure(self._ask("contacts", whole=whole))
        ending = "" if whole else "_so_far"
        return self.relations.fetch(
            days.select(client="client", program="program", **{f"days{ending}": "days", f"parts{ending}": "parts"})
        )

    def _sums(self, role: str) -> pd.DataFrame:
        numbers = KINDS[self.measures[role].kind](self._ask(role))
        columns = {role: numbers.numerator.cast("float64")}
        if role == "community":
            columns["community_of"] = numbers.denominator.cast("float64")
        return self.relations.fetch(numbers.select("client", "program", **columns))

    def _coverage(self, role: str, programs: Collection[str]) -> dict[str, tuple[bool, date | None]]:
        question = self._ask(role, ("program",))
        coverage = Coverage(question, evidence(question, ("program",)))
        return {one: (coverage.is_covered((one,), 0), coverage.last_record((one,))) for one in programs}

    def _with_needs(self, people: pd.DataFrame, cover: dict[str, dict[str, tuple[bool, date | None]]]) -> pd.DataFrame:
        needs = [
            self._needs(row, {role for role in ROLES if cover[role][row["program"]][0]})
            for row in people.to_dict("records")
        ]
        columns = [*NEED_COLUMNS, "plan_standing", "rating_due", "days_since", "short"]
        found = pd.DataFrame(needs, columns=columns, index=people.index).astype(object)
        rows = pd.concat(
            [people.drop(columns=["parts", "parts_so_far", "has_plan", *ROLES, "community_of"]), found], axis=1
        )
        return rows.sort_values(["staff", *KEYS], na_position="last", ignore_index=True)

    def _needs(self, row: dict[Any, Any], told: set[str]) -> dict[str, Any]:
        left = self._left(row)
        minutes = self._amount("hours", row, left, told, self.rules.most_minutes_per_day)
        contacts = self._amount("contacts", row, left, told, self.rules.most_contacts_per_day)
        community = self._share(row, left, told, contacts)
        own = _named("minutes", minutes) | _named("contacts", contacts) | _named("community", community)
        own |= {
            "plan_standing": self._plan(row),
            "rating_due": self._rating_due(row),
            "days_since": None if pd.isna(row["last_contact"]) else (self.until - _day(row["last_contact"])).days,
            "short": any(own[name] in SHORT for name in STANDINGS),
        }
        return own

    def _left(self, row: dict[Any, Any]) -> DaysLeft:
        """Days left to the period's end or, if that comes first, to the client's discharge."""
        last = self.end if pd.isna(row["discharged_on"]) else min(self.end, _day(row["discharged_on"]))
        return DaysLeft(max((last - self.until).days, 0), sum(day <= last for day in self.working))

    def _amount(self, role: str, row: dict[Any, Any], left: DaysLeft, told: set[str], most: int) -> Amount:
        done = int(row[role])
        if role not in self.targets or role not in told:
            return Amount(done, 0, 0, 0, None, "cannot_tell" if role not in told else "no_target")
        return amount(
            done,
            exposed=Exposed(int(row["parts"]), int(row["days_so_far"]), int(row["parts_so_far"])),
            measure=self.measures[role],
            target=self.targets[role],
            left=left,
            most_per_day=most,
        )

    def _share(self, row: dict[Any, Any], left: DaysLeft, told: set[str], contacts: Amount) -> Share:
        inside, of = int(row["community"]), int(row["community_of"])
        if "community" not in self.targets or "community" not in told:
            reason = "cannot_tell" if "community" not in told else "no_target"
            return Share(inside, of, None, None, 0, None, reason)  # type: ignore[arg-type]
        most = self.rules.most_contacts_per_day
        return share(
            inside,
            of,
            target=self.targets["community"],
            contacts_missing=contacts.missing,
            left=left,
            most_per_day=most,
        )

    def _plan(self, row: dict[Any, Any]) -> str | None:
        if not self.relations.has("service_plan"):
            return None
        if not row["has_plan"]:
            return "none"
        if pd.isna(row["plan_due"]):
            return "current"
        due = _day(row["plan_due"])
        return "overdue" if due < self.until else "due" if due <= self.end else "current"

    def _rating_due(self, row: dict[Any, Any]) -> bool | None:
        if not self.relations.has("functioning_rating"):
            return None
        return pd.isna(row["rated_on"]) or (self.until - _day(row["rated_on"])).days > self.rules.rating_due_days


def _targets(profile: Profile, measures: dict[str, Measure], end: date) -> dict[str, Target]:
    """Targets of the profile by role, where it is in force on the period's last day."""
    if not profile.valid_from <= end <= (profile.valid_to or end):
        return {}
    return {role: profile.targets[one.id] for role, one in measures.items() if _reachable(profile, one)}


def _reachable(profile: Profile, measure: Measure) -> bool:
    """Whether the profile sets a value to reach, and not bands alone."""
    return measure.id in profile.targets and profile.targets[measure.id].target is not None


def _columns(prefix: str, kind: type[Amount] | type[Share]) -> list[str]:
    return [f"{prefix}_{name}" for name in kind.__dataclass_fields__]


NEED_COLUMNS = (*_columns("minutes", Amount), *_columns("contacts", Amount), *_columns("community", Share))


def _named(prefix: str, need: Amount | Share) -> dict[str, Any]:
    return {f"{prefix}_{name}": value for name, value in asdict(need).items()}


def _per_staff(clients: pd.DataFrame, notes: pd.DataFrame, rules: WorklistRules, left: DaysLeft) -> pd.DataFrame:
    """One row per staff member with a caseload or an unsigned note; clients without one have a null staff."""
    named = sorted({*clients["staff"].dropna(), *notes["staff"].dropna()})
    rows = []
    for staff in [*named, *([None] if clients["staff"].isna().any() else [])]:
        own = clients[clients["staff"].isna() if staff is None else clients["staff"] == staff]
        rows.append({"staff": staff} | _sums_of(own, notes[notes["staff"] == staff], rules, left))
    return pd.DataFrame(rows, columns=["staff", *SUM_COLUMNS])


def with_staff(staff: pd.DataFrame, named: Collection[str | None]) -> pd.DataFrame:
    """The rows of staff with an empty one for each named beside them: a caseload can lose its last client."""
    there = set(staff["staff"].dropna())
    nobody: dict[str, Any] = dict.fromkeys(SUM_COLUMNS, 0)
    nobody |= {"minutes_possible": None, "fits": None}
    gone = sorted({one for one in named if one is not None and not pd.isna(one)} - there)
    if not gone:
        return staff
    more = pd.DataFrame([{"staff": one} | nobody for one in gone], columns=["staff", *SUM_COLUMNS])
    rows = pd.concat([staff.astype(object), more.astype(object)])
    return rows.sort_values("staff", na_position="last", ignore_index=True)


def _totals(clients: pd.DataFrame, notes: pd.DataFrame, rules: WorklistRules, left: DaysLeft) -> pd.DataFrame:
    people = _sums_of(clients, notes, rules, left) | {"minutes_possible": None, "fits": None}
    return pd.DataFrame([people], columns=list(SUM_COLUMNS))


SUM_COLUMNS = (
    "clients", "short", "out_of_reach", "minutes_missing", "contacts_missing", "plans_overdue", "plans_due",
    "ratings_due", "unsigned", "unsigned_late", "minutes_possible", "fits",
)  # fmt: skip


def _sums_of(own: pd.DataFrame, notes: pd.DataFrame, rules: WorklistRules, left: DaysLeft) -> dict[str, Any]:
    lost = own[list(STANDINGS)].isin(["out_of_reach"]).any(axis=1)
    missing = _missing(own, "minutes")
    possible = rules.most_staff_minutes_per_day * left.working
    return {
        "clients": own["client"].nunique(),
        "short": own.loc[own["short"].astype(bool), "client"].nunique(),
        "out_of_reach": own.loc[lost, "client"].nunique(),
        "minutes_missing": missing,
        "contacts_missing": _missing(own, "contacts"),
        "plans_overdue": int(own["plan_standing"].eq("overdue").sum()),
        "plans_due": int(own["plan_standing"].eq("due").sum()),
        "ratings_due": own.loc[own["rating_due"].eq(True), "client"].nunique(),
        "unsigned": int(notes["unsigned"].sum()),
        "unsigned_late": int(notes["unsigned_late"].sum()),
        "minutes_possible": possible,
        "fits": None if missing is None else missing <= possible,
    }


def _missing(own: pd.DataFrame, prefix: str) -> int | None:
    """The sum over the clients of whom it can be told; null when it can be told of none of them."""
    told = own[f"{prefix}_standing"].ne("cannot_tell")
    return int(own.loc[told, f"{prefix}_missing"].sum()) if told.any() or own.empty else None


def _day(value: Any) -> date:
    return pd.Timestamp(value).date()
