"""All declared files of a workspace together, loaded once and checked against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from rss_analytics.definitions.authority import Authority
from rss_analytics.definitions.conditions import Condition, fields_of
from rss_analytics.definitions.credential import Credential
from rss_analytics.definitions.crosswalk import read_crosswalk
from rss_analytics.definitions.dated_versions import in_order
from rss_analytics.definitions.declared import Model, declares, place_of, read_declared
from rss_analytics.definitions.find import declared_file, declared_files
from rss_analytics.definitions.fitting import condition_misfits, joined_misfits, other_form_misfits
from rss_analytics.definitions.form import Form
from rss_analytics.definitions.house_rules import HouseRules
from rss_analytics.definitions.instrument import Instrument
from rss_analytics.definitions.language import Language
from rss_analytics.definitions.layout import Layout
from rss_analytics.definitions.layout import misfits as layout_misfits
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile, Standard
from rss_analytics.definitions.rules import SPAN_RULES, SameAsSpan
from rss_analytics.definitions.standards import read_standards
from rss_analytics.errors import did_you_mean, problem, quoted

DatedModel = TypeVar("DatedModel", Instrument, Authority, Credential)


class Catalogue:
    """Declared files by kind and name; ``workspace`` may hold its own ``schemas/`` laid over the shipped ones."""

    def __init__(self, workspace: Path | None = None) -> None:
        self._workspace = workspace

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Forms by name."""
        return self._named({path.stem: path for path in self._form_files()}, Form, "form")

    @cached_property
    def layouts(self) -> dict[str, Layout]:
        """Layouts of exports by name, each of a form that it extends."""
        files = declared_files("forms", self._workspace)
        layouts = self._named({stem: path for stem, path in files.items() if _is_layout(path)}, Layout, "form")
        for name, layout in layouts.items():
            form = _pick(self.forms, "form", layout.extends, where=files[name].name)
            for keys, reason in layout_misfits(layout, form):
                where = place_of(files[name], keys)
                raise problem("definition.value", where=where, name=".".join(map(str, keys)), reason=reason)
        return layouts

    def _form_files(self) -> Iterator[Path]:
        """The files of forms; the shipped one where a workspace's file is a layout of the same name."""
        shipped = declared_files("forms")
        for stem, path in declared_files("forms", self._workspace).items():
            if not _is_layout(path):
                yield path
            elif stem in shipped:
                yield shipped[stem]

    def crosswalk(self, name: str) -> dict[str, str]:
        """The numbers of a table of names, by folded name; DefinitionProblem where there is no such table."""
        return read_crosswalk(self._workspace, name)

    @cached_property
    def all_instruments(self) -> dict[str, tuple[Instrument, ...]]:
        """Instruments by name, each with all its versions, oldest first."""
        return self._load_versions("instruments", Instrument, "instrument")

    @property
    def instruments(self) -> dict[str, Instrument]:
        """Instruments by name, in the version that begins last."""
        return {name: versions[-1] for name, versions in self.all_instruments.items()}

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """Measures by id."""
        return self._load("measures", Measure, "id")

    @cached_property
    def standards(self) -> dict[str, Standard]:
        """Profiles by name, each with all its versions."""
        return read_standards(self._workspace)

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """Profiles by name, in the version that begins last."""
        return {name: standard.newest for name, standard in self.standards.items()}

    @cached_property
    def all_authorities(self) -> dict[str, tuple[Authority, ...]]:
        """Authorities by name, each with all its versions, oldest first."""
        return self._load_versions("authorities", Authority, "authority")

    @property
    def authorities(self) -> dict[str, Authority]:
        """Authorities by name, in the version that begins last."""
        return {name: versions[-1] for name, versions in self.all_authorities.items()}

    @cached_property
    def all_credentials(self) -> dict[str, tuple[Credential, ...]]:
        """What renewing a credential asks for by its type, with all versions, oldest first."""
        return self._load_versions("credentials", Credential, "credential")

    @cached_property
    def languages(self) -> dict[str, Language]:
        """Languages by code."""
        return self._load("language", Language, "language")

    @cached_property
    def house_rules(self) -> HouseRules:
        """The workspace's house rules."""
        return read_declared(declared_file("house_rules.yaml", self._workspace), HouseRules)

    def form(self, name: str) -> Form:
        """The form of that name; DefinitionProblem with a suggestion if there is none."""
        return _pick(self.forms, "form", name)

    def measure(self, name: str) -> Measure:
        """The measure of that id; DefinitionProblem with a suggestion if there is none."""
        return _pick(self.measures, "measure", name)

    def profile(self, name: str) -> Profile:
        """The profile of that name; DefinitionProblem with a suggestion if there is none."""
        return _pick(self.profiles, "profile", name)

    def language(self, code: str) -> Language:
        """The language of that code; DefinitionProblem with a suggestion if there is none."""
        return _pick(self.languages, "language", code)

    def judging_by(self, other: Catalogue) -> Catalogue:
        """The same forms and measures with the figures of another catalogue: its profiles, rules and clocks."""
        mixed = copy(self)
        for name in ("standards", "profiles", "all_authorities", "all_credentials", "house_rules"):
            mixed.__dict__[name] = getattr(other, name)
        return mixed

    def _load(self, kind: str, model: type[Model], name_key: str) -> dict[str, Model]:
        return self._named(declared_files(kind, self._workspace), model, name_key)

    @staticmethod
    def _named(files: Mapping[str, Path], model: type[Model], name_key: str) -> dict[str, Model]:
        found: dict[str, Model] = {}
        for stem, path in files.items():
            declared = read_declared(path, model)
            name = getattr(declared, name_key)
            if name != stem:
                where = place_of(path, [name_key])
                if name in files:
                    other = files[name].name
                    raise problem("definition.duplicate", where=where, kind=name_key, name=name, other=other)
                reason = f"the file is called `{stem}` and declares `{name}`"
                raise problem("definition.value", where=where, name=name_key, reason=reason)
            found[name] = declared
        return found

    def _load_versions(self, kind: str, model: type[DatedModel], name_key: str) -> dict[str, tuple[DatedModel, ...]]:
        """Declarations with their versions: a file is called after its name, or its name and version."""
        found: dict[str, list[tuple[Path, DatedModel]]] = defaultdict(list)
        for stem, path in declared_files(kind, self._workspace).items():
            declared = read_declared(path, model)
            name = getattr(declared, name_key)
            if stem not in (name, f"{name}-{declared.version}"):
                reason = f"the file is called `{stem}` and declares `{name}`, version {declared.version}"
                raise problem("definition.value", where=path.name, name=name_key, reason=reason)
            found[name].append((path, declared))
        return {name: in_order(files) for name, files in sorted(found.items())}

    def check(self) -> None:
        """Names mentioned across files exist: forms, fields, concepts, measures and instruments."""
        for form in self.forms.values():
            self._check_form(form)
        for layout in self.layouts.values():
            for change in layout.fields.values():
                if change.crosswalk is not None:
                    self.crosswalk(change.crosswalk)
        for instruments in self.all_instruments.values():
            self._check_instruments(instruments)
        for measure in self.measures.values():
            self._check_measure(measure)
        for credentials in self.all_credentials.values():
            for credential in credentials:
                self._check_credential(credential)
        for standard in self.standards.values():
            for profile in standard.versions:
                self._check_profile(profile)
        for name in (self.house_rules.default_profile, *self.house_rules.model_profiles.values()):
            _pick(self.profiles, "profile", name, where="house_rules.yaml")

    def _check_instruments(self, versions: tuple[Instrument, ...]) -> None:
        for instrument in versions:
            where = f"instruments/{instrument.instrument}.yaml"
            if instrument.form != versions[0].form:
                reason = (
                    f"version {versions[0].version} scores the form {versions[0].form}, and all must score the same"
                )
                raise problem("definition.value", where=where, name="form", reason=reason)
            self._check_fields([item.id for item in instrument.items], self._named_form(instrument.form, where), where)

    def _check_profile(self, profile: Profile) -> None:
        where = f"profiles/{profile.profile}.yaml"
        for name, target in profile.targets.items():
            higher_is = _pick(self.measures, "measure", name, where=where).higher_is
            usual = {"better": "at_least", "worse": "at_most"}.get(higher_is)
            way, key = target.way(higher_is), f"targets.{name}"
            if way is None and target.target is not None:
                reason = f"no value of `{name}` is better than another, so say in `direction` which side is meant"
                raise problem("definition.value", where=where, name=key, reason=reason)
            if usual is not None and way != usual:
                reason = f"higher is {higher_is} in `{name}`, and the target goes the other way"
                raise problem("definition.value", where=where, name=key, reason=reason)
        for name in (*profile.floors, *profile.shows):
            _pick(self.measures, "measure", name, where=where)

    def _check_form(self, form: Form) -> None:
        where = f"forms/{form.form}.yaml"
        for key in form.foreign_keys:
            other = self._named_form(key.form, where)
            self._check_fields(key.target, other, where)
            links = dict(zip(key.fields, key.target, strict=True))
            _stop_at(joined_misfits(form, other, links), where, f"foreign key to {key.form}")
        for rule in form.record_rules:
            if not isinstance(rule, SPAN_RULES):
                continue
            other = self._named_form(rule.form, where)
            names = [*rule.match.values(), rule.start, *([rule.end] if rule.end else [])]
            names += list(_condition_fields(getattr(rule, "where", None)))
            names += [rule.other] if isinstance(rule, SameAsSpan) else []
            self._check_fields(names, other, where)
            _stop_at(other_form_misfits(form, other, rule), where, f"rule {rule.code}")
        if form.instrument is not None:
            _pick(self.instruments, "instrument", form.instrument, where=where)

    def _check_measure(self, measure: Measure) -> None:
        where = f"measures/{measure.id}.yaml"
        for name in measure.needs:
            self._named_form(name, where)
        form = self._named_form(measure.rows.form, where)
        names = [measure.rows.date]
        own = [measure.rows.where, measure.open_when, measure.left_out]
        staff = [measure.rows.staff]
        for quantity in (measure.numerator, measure.denominator):
            if quantity is None:
                continue
            staff.append(quantity.staff)
            names += [quantity.weights.field] if quantity.weights else []
            if quantity.in_force is not None:
                about = quantity.in_force
                other = self._named_form(about.form, where)
                self._check_fields([about.start, about.end], other, where)
                self._check_conditions([about.where], other, where)
            if quantity.exposure is None and quantity.hours is None:
                names += [name for name in (quantity.sum, quantity.distinct) if name]
                own.append(quantity.where)
        names += _fields_of_kind(measure)
        self._check_fields(names, form, where)
        _stop_at(_misfits_of_limit(measure, form), where, "limit")
        self._check_conditions(own, form, where)
        self._check_concepts(measure, form)
        self._check_clients(measure, form, where)
        self._check_split(measure, form, where)
        if measure.after is not None:
            anchors = self._named_form(measure.after.form, where)
            self._check_fields(measure.after.fields, anchors, where)
            self._check_conditions([measure.after.where], anchors, where)
        if any(condition is not None for condition in staff):
            self._check_conditions(staff, self._named_form("staff", where), where)
        for part in measure.parts:
            _pick(self.measures, "measure", part, where=where)
        if measure.instrument is not None:
            _pick(self.instruments, "instrument", measure.instrument, where=where)

    def _check_clients(self, measure: Measure, form: Form, where: str) -> None:
        if measure.per_client is not None or measure.clients is not None:
            self._check_fields(["client_id"], form, where)
        if measure.per_client is not None and measure.per_client.distinct != "contacts":
            self._check_fields([measure.per_client.distinct], form, where)
        self._check_conditions([measure.clients], self._named_form("enrollment", where), where)

    def _check_concepts(self, measure: Measure, form: Form) -> None:
        """What a profile counts as service and the like compares what the fields of the measured form can hold."""
        for standard in self.standards.values():
            for profile in standard.versions:
                where = f"profiles/{profile.profile}.yaml"
                concepts = [profile.concepts.get(name) for name in measure.rows.are]
                self._check_conditions(concepts, form, where)

    def _check_conditions(self, conditions: Sequence[Condition | None], form: Form, where: str) -> None:
        for condition in conditions:
            if condition is not None:
                self._check_fields(list(fields_of(condition)), form, where)
                _stop_at(condition_misfits(form, "a condition", condition, in_lists=True), where, form.form)

    def _check_split(self, measure: Measure, form: Form, where: str) -> None:
        if measure.split is None:
            return
        self._check_fields([measure.split], form, where)
        codes = [choice.code for choice in form.field(measure.split).choices]
        if not codes:
            reason = f"`{measure.split}` has no codes to divide by: it is no choice"
            raise problem("definition.value", where=where, name="split", reason=reason)
        for code in measure.split_codes:
            self._check_code(code, form.form, measure.split, where)

    def _check_credential(self, credential: Credential) -> None:
        where = f"credentials/{credential.credential}.yaml"
        self._check_code(credential.credential, "credential", "type", where)
        for category in credential.categories:
            self._check_code(category, "ceu", "category", where)

    def _check_code(self, code: str, form: str, field: str, where: str) -> None:
        codes = self._named_form(form, where).field(field).codes
        if code not in codes:
            kind, hint = f"code of {form}.{field}", did_you_mean(code, codes)
            raise problem("definition.unknown_name", where=where, kind=kind, name=code, hint=hint, known=quoted(codes))

    def _named_form(self, name: str, where: str) -> Form:
        return _pick(self.forms, "form", name, where=where)

    @staticmethod
    def _check_fields(names: list[str] | tuple[str, ...], form: Form, where: str) -> None:
        for name in names:
            if name not in form.by_name:
                raise problem(
                    "definition.unknown_name",
                    where=where,
                    kind=f"field of {form.form}",
                    name=name,
                    hint=did_you_mean(name, form.names),
                    known=quoted(form.names, most=60),
                )


def _is_layout(path: Path) -> bool:
    return declares(path, "extends")


def _stop_at(misfits: Iterator[str], where: str, name: str) -> None:
    for misfit in misfits:
        raise problem("definition.value", where=where, name=name, reason=misfit)


def _condition_fields(condition: Condition | None) -> list[str]:
    return list(fields_of(condition)) if condition is not None else []


def _fields_of_kind(measure: Measure) -> list[str]:
    """Fields of the measured form that keys of single kinds name."""
    limit, current, worst = measure.limit, measure.current, measure.worst
    named = [limit.start, limit.done, limit.instead_of, limit.instead] if limit else []
    named += [current.due, current.renewed] if current else []
    named += [worst.stated] if worst else []
    return [name for name in named if name is not None]


def _misfits_of_limit(measure: Measure, form: Form) -> Iterator[str]:
    """Fields of a time limit that tell no moment, or no number of minutes."""
    limit = measure.limit
    if limit is None:
        return
    for name in (limit.start, limit.done, limit.instead_of):
        if name is not None and form.field(name).type not in ("date", "datetime"):
            yield f"`{name}` is no date and no datetime"
    if limit.instead is not None and form.field(limit.instead).type not in ("integer", "number"):
        yield f"`{limit.instead}` is no number of minutes"


def _pick(known: dict[str, Model], kind: str, name: str, *, where: str = "rss-analytics") -> Model:
    if name not in known:
        raise problem(
            "definition.not_found",
            where=where,
            kind=kind,
            name=name,
            hint=did_you_mean(name, known),
            known=quoted(known, most=60),
        )
    return known[name]
