"""The shipped forms are whole: they load, name what exists, speak both languages and carry every agreed check."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from rss_analytics.definitions.declared import Text, read_declared
from rss_analytics.definitions.find import declared_files
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.instrument import Instrument
from rss_analytics.definitions.rules import Implies, NotDuring, Rule, SameAsSpan, WithinSpan
from rss_analytics.definitions.spelling import fold

PATHS = declared_files("forms")
EXPECTED = {
    "ceu", "client", "contact_log", "credential", "enrollment", "event", "expected_delivery", "facility",
    "functioning_rating", "grievance", "grievance_clock", "grievance_issue", "grievance_level", "holiday", "incident",
    "institution_stay", "meeting", "mhsip_adult", "population", "production_target", "program", "region",
    "service_line", "service_plan", "staff", "staff_hours", "survey_wave", "team",
}  # fmt: skip

# what a contact must pass: error or warning, the check in words, and the codes that make it
CONTACT_ERRORS = {
    "the same client, staff member, start and service code twice": {"RSS610", "RSS611"},
    "before enrollment or after discharge": {"RSS612"},
    "staff in two contacts at once": {"RSS613"},
    "minutes equal to units": {"RSS503"},
    "no minutes although kept": {"RSS504"},
    "minutes although nobody came": {"RSS505"},
    "in person without a place": {"RSS506"},
    "group without a session": {"RSS507"},
    "at the client's home during a stay in an institution": {"RSS614"},
    "in the future": {"RSS512", "RSS513"},
    "more than sixteen hours of one staff member in a day": {"RSS615"},
    "program closed": {"RSS616", "RSS617"},
    "end not after start": {"RSS501", "RSS502"},
    "no client although not indirect": {"RSS508"},
    "collateral without a support role": {"RSS509"},
    "signed before the end": {"RSS510", "RSS511"},
    "a group of one": {"RSS515"},
    "facility or team not open": {"RSS618", "RSS619", "RSS620"},
}
CONTACT_WARNINGS = {
    "client with two staff in different sessions": {"RSS708"},
    "a place although by phone": {"RSS702"},
    "group size differs from the rows": {"RSS710"},
    "starts at midnight over 5 percent": {"RSS713"},
    "minutes multiples of fifteen over 90 percent": {"RSS714"},
    "identical note times": {"RSS715"},
    "lapsed credential": {"RSS709"},
    "minutes differ from the times": {"RSS701"},
    "units differ from the rounding rule": {"RSS703"},
    "facility differs from the program's": {"RSS711"},
    "goal not in a plan in force": {"RSS712"},
}


@lru_cache(maxsize=1)
def shipped() -> dict[str, Form]:
    return {name: read_declared(path, Form) for name, path in PATHS.items()}


@lru_cache(maxsize=1)
def mhsip() -> Instrument:
    return read_declared(declared_files("instruments")["mhsip_adult"], Instrument)


def rules_in(form: Form) -> tuple[Rule, ...]:
    return (*form.row_rules, *form.record_rules, *form.column_rules)


def rules_of(form: str) -> dict[str, Rule]:
    return {rule.code: rule for rule in rules_in(shipped()[form])}


def texts(form: Form) -> Iterator[tuple[str, Text]]:
    yield "title", form.title
    yield "grain", form.grain
    for field in form.fields:
        yield field.name, field.label
        if field.help is not None:
            yield f"help of {field.name}", field.help
        for choice in field.choices:
            yield f"{field.name}: {choice.code}", choice.label
    for rule in rules_in(form):
        yield f"message of {rule.code}", rule.message
        yield f"do of {rule.code}", rule.do


def spellings(name: str, label: Text, aliases: tuple[str, ...]) -> set[str]:
    return {fold(word) for word in (name, *label.values(), *aliases)}


def clashes(named: list[tuple[str, set[str]]]) -> list[tuple[str, str, str]]:
    owner: dict[str, str] = {}
    found = []
    for name, words in named:
        found += [(word, owner[word], name) for word in words if word in owner]
        owner.update(dict.fromkeys(words, name))
    return found


def choice_clashes(field: Field) -> list[tuple[str, str, str]]:
    named = [(choice.code, spellings(choice.code, choice.label, choice.aliases)) for choice in field.choices]
    return clashes([*named, ("a missing code", {fold(code) for code in field.missing_codes})])


def test_every_agreed_form_is_shipped_under_its_own_name() -> None:
    assert set(PATHS) >= EXPECTED
    assert all(name == form.form for name, form in shipped().items())


def test_a_rule_code_is_used_once_in_all_forms() -> None:
    codes = [rule.code for form in shipped().values() for rule in rules_in(form)]
    derives = [f.derive.code for form in shipped().values() for f in form.fields if f.derive and f.derive.code]
    codes += derives
    assert sorted(codes) == sorted(set(codes))


def test_the_number_of_a_code_tells_refused_held_and_warned_apart() -> None:
    for form in shipped().values():
        for rule in rules_in(form):
            number = int(rule.code.removeprefix("RSS"))
            if rule.severity == "warning":
                assert 701 <= number <= 799, rule.code
            elif rule in form.row_rules:
                assert 501 <= number <= 599, rule.code
            else:
                assert 610 <= number <= 699, rule.code


@pytest.mark.parametrize("name", PATHS)
def test_every_text_is_there_in_english_and_in_spanish(name: str) -> None:
    for where, text in texts(shipped()[name]):
        assert set(text) >= {"en", "es"}, where
        assert text["en"].strip() and text["es"].strip(), where
        assert text["en"] != text["es"], where


@pytest.mark.parametrize("name", PATHS)
def test_no_heading_could_mean_two_fields(name: str) -> None:
    form = shipped()[name]
    assert clashes([(f.name, spellings(f.name, f.label, f.aliases)) for f in form.fields]) == []


@pytest.mark.parametrize("name", PATHS)
def test_no_answer_could_mean_two_choices(name: str) -> None:
    for field in shipped()[name].fields:
        if field.choices:
            assert choice_clashes(field) == [], field.name


@pytest.mark.parametrize("name", PATHS)
def test_no_heading_is_both_a_field_and_left_at_the_door(name: str) -> None:
    form = shipped()[name]
    wanted = set().union(*(spellings(f.name, f.label, f.aliases) for f in form.fields))
    assert wanted.isdisjoint(fold(heading) for heading in form.drop)


@pytest.mark.parametrize("name", PATHS)
def test_foreign_keys_name_fields_of_the_same_type_in_declared_forms(name: str) -> None:
    form = shipped()[name]
    for key in form.foreign_keys:
        other = shipped()[key.form]
        for ours, theirs in zip(key.fields, key.target, strict=True):
            assert form.field(ours).type == other.field(theirs).type, key


@pytest.mark.parametrize("name", PATHS)
def test_rules_over_other_forms_name_their_fields(name: str) -> None:
    form = shipped()[name]
    for rule in form.record_rules:
        if not isinstance(rule, (WithinSpan, NotDuring, SameAsSpan)):
            continue
        other = shipped()[rule.form]
        for ours, theirs in rule.match.items():
            assert form.field(ours).type == other.field(theirs).type, rule.code
        spans = [rule.start] + ([rule.end] if rule.end else [])
        for moment in (form.field(rule.date), *(other.field(span) for span in spans)):
            assert moment.type in ("date", "datetime"), rule.code
        if isinstance(rule, SameAsSpan):
            assert form.field(rule.field).type == other.field(rule.other).type, rule.code


@pytest.mark.parametrize("name", PATHS)
def test_numbers_that_name_a_person_are_marked_as_identifiers(name: str) -> None:
    people = {"client_id", "staff_id", "primary_staff_id", "birth_year"}
    for field in shipped()[name].fields:
        if field.name in people:
            assert field.identifier == "quasi", field.name


@pytest.mark.parametrize("name", [n for n in PATHS if n in EXPECTED])
def test_forms_about_people_leave_names_and_addresses_at_the_door(name: str) -> None:
    form = shipped()[name]
    if form.scope == "sender":
        assert {"name", "first name", "address", "ssn", "nombre"} <= set(form.drop)


@pytest.mark.parametrize("name", PATHS)
def test_moments_are_understood_in_the_american_order_too(name: str) -> None:
    for field in shipped()[name].fields:
        if field.type in ("date", "datetime"):
            assert any(pattern.startswith("%m/%d/%Y") for pattern in field.formats), field.name


@pytest.mark.parametrize("check", CONTACT_ERRORS)
def test_every_error_of_the_contact_log_is_checked(check: str) -> None:
    for code in CONTACT_ERRORS[check]:
        assert rules_of("contact_log")[code].severity == "error"


@pytest.mark.parametrize("check", CONTACT_WARNINGS)
def test_every_warning_of_the_contact_log_is_checked(check: str) -> None:
    for code in CONTACT_WARNINGS[check]:
        assert rules_of("contact_log")[code].severity == "warning"


def test_every_place_but_the_other_one_has_a_class() -> None:
    form = shipped()["contact_log"]
    derive = form.field("setting_class").derive
    assert derive is not None
    assert set(derive.values) == set(form.field("setting").codes) - {"other"}
    assert set(derive.values.values()) <= set(form.field("setting_class").codes)


def test_a_subject_in_detail_belongs_to_one_subject_in_both_grievance_forms() -> None:
    whole, child = shipped()["grievance"], shipped()["grievance_issue"]
    for name in ("category_l1", "category_l2"):
        assert whole.field(name).choices == child.field(name).choices
    left, right = rules_of("grievance")["RSS558"], rules_of("grievance_issue")["RSS561"]
    assert isinstance(left, Implies) and isinstance(right, Implies)
    assert left.then == right.then


def test_a_grievance_can_run_under_every_shipped_authority() -> None:
    assert set(shipped()["grievance"].field("authority").codes) == set(declared_files("authorities"))


def test_a_level_decides_in_the_words_of_a_grievance() -> None:
    assert shipped()["grievance_level"].field("decision").choices == shipped()["grievance"].field("outcome").choices


def test_the_survey_has_thirty_six_items_that_share_answers_and_missing_codes() -> None:
    items = shipped()["mhsip_adult"].items
    assert [item.name for item in items] == [f"q{number:02d}" for number in range(1, 37)]
    for item in items:
        assert (item.min, item.max) == (1, 5)
        assert item.codes == ("1", "2", "3", "4", "5")
        assert tuple(item.missing_codes) == mhsip().not_applicable
        assert "0" not in item.missing_codes
        assert len(item.label["en"].split()) <= 5 and len(item.label["es"].split()) <= 5


def test_the_instrument_labels_its_items_as_the_form_does() -> None:
    form = shipped()["mhsip_adult"]
    assert {item.id: item.label for item in mhsip().items} == {item.name: item.label for item in form.items}


def test_the_domains_have_their_known_sizes_and_share_only_item_28() -> None:
    domains = {domain.id: domain.items for domain in mhsip().domains}
    sizes = {name: (len(items), mhsip().missing_rule.needed(len(items))) for name, items in domains.items()}
    assert sizes == {
        "general_satisfaction": (3, 2),
        "access": (6, 4),
        "quality": (9, 6),
        "participation": (2, 2),
        "outcomes": (8, 6),
        "functioning": (5, 4),
        "social_connectedness": (4, 3),
    }
    members = [item for items in domains.values() for item in items]
    assert {item for item in members if members.count(item) > 1} == {"q28"}
    assert set(members) == {item.id for item in mhsip().items}
