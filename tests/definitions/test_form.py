"""A form says no when its parts do not fit together, and says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.definitions.form import rule_fields
from rss_analytics.errors import DefinitionProblem
from tests.small_forms import OPINION, PLACE, STAY, TERM, VISIT, form_from

FIELD = "  - {name: person_id, type: text, identifier: quasi, pad: 4, label: {en: Person, es: Persona}}\n"


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("key: [visit_id]", "key: [visit]", "the key names `visit`, which is not a field"),
        ("key: [visit_id]", "key: [person_id]", "the key field `person_id` must be `required: true`"),
        ("name: visit_id", "name: sender", "the field name `sender` is the program's own"),
        ("name: person_id", "name: all", "the field name `all` is the program's own"),
        (FIELD, FIELD * 2, "the field `person_id` is declared twice"),
        ("date: start_at, unit", "date: begin, unit", "coverage names `begin`, which is not a field"),
        ("date: start_at, unit", "date: staff_id, unit", "coverage names `staff_id`, which is no date"),
        ("target: [person_id]}\n  - {fields: [place", "target: [a, b]}\n  - {fields: [place", "differ in length"),
        ("fields: [place_id], form: place, target: [place_id]",
         "fields: [person_id], form: place, target: [place_id]", "two foreign keys of person_id share the code RSS601"),
        ("join: [staff_id, start_at]", "join: [staff]", "`derive` of session_id names `staff`"),
        ("join: [staff_id, start_at]", "join: [staff_id], lookup: status", "either `lookup` with `values`, or `join`"),
        ("when: {status: group}", "when: {state: group}", "`derive` of session_id names `state`"),
        ("when: {status: group}", "when: {status: grp}", "compares `status` with `grp`, which is not a choice"),
        ("status: [kept, group], end_at", "status: [kept, gruop], end_at", "`gruop`, which is not a choice"),
        ("status: [kept, group], end_at", "minutes: '5', end_at", "compares the integer `minutes` with '5'"),
        ("status: [kept, group], end_at", "topics: work, end_at", "whose answer is a list of choices"),
        ("status: [kept, group], end_at", "staff_id: {min: 1}, end_at", "gives limits to `staff_id`, which is a text"),
        ("status: [kept, group], end_at", "start_at: {min: 5}, end_at", "compares the datetime `start_at` with 5"),
        ("other: start_at", "other: starts_at", "rule VIS501 names `starts_at`, which is not a field"),
        ("other: start_at", "other: minutes", "rule VIS501 wants `minutes` to be date or datetime, and it is integer"),
        ("by: [staff_id]\n    start", "by: [topics]\n    start", "kept in a table of their own"),
        ("code: VIS502", "code: VIS501", "the rule code VIS501 is used twice"),
        ("code: VIS502", "code: RSS402", "the rule code RSS402 is the program's own"),
        ("min: 0, max: 600", "min: few, max: 600", "`min` of the integer `minutes` cannot be `few`"),
        ("name: staff_id, type: text", "name: staff_id, max: 3, type: text", "cannot be `3"),
        ("name: staff_id, type: text", "name: staff_id, pattern: '[a', type: text", "is no regular expression"),
        ("name: end_at, type: datetime", "name: end_at, max: soon, type: datetime", "is a date written as 2026-09-30"),
        ("    min: 1\n    max: 5\n", "", "is a scale and needs `min` and `max`"),
        ("code: missed", "code: kept", "`status` lists the choice code `kept` twice"),
        ("code: home,", "code: home|family,", "parts the chosen codes"),
        ("type: choice\n    required: true\n    label: {en: Status", "type: multi_choice\n    label: {en: Status",
         "whose answer is a list of choices"),
        ("pattern: multiple_of\n    of: 15", "pattern: multiple_of", "needs `of`, a positive whole number"),
        ("pattern: multiple_of", "pattern: midnight", "rule VIS702 wants `minutes` to be datetime"),
        ("pattern: multiple_of", "pattern: same_as", "`same_as` needs `other`, a field"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_named(right: str, wrong: str, reason: str, tmp_path: Path) -> None:
    assert VISIT.count(right) >= 1, "the text to spoil is there"
    with pytest.raises(DefinitionProblem) as caught:
        form_from(VISIT.replace(right, wrong, 1), tmp_path)
    assert reason in str(caught.value)


def test_a_survey_item_is_no_column_a_rule_over_records_could_compare(tmp_path: Path) -> None:
    rule = "rules:\n  - {rule: unique_within, code: OPI601, fields: [q1], message: {en: a}, do: {en: b}}\n"
    with pytest.raises(DefinitionProblem, match="kept in a table of their own"):
        form_from(OPINION + rule, tmp_path)


def test_a_limit_that_is_a_day_may_be_written_with_or_without_quotes(tmp_path: Path) -> None:
    for day in ("2020-01-01", "'2020-01-01'"):
        form = form_from(STAY.replace("name: out_on,", f"name: out_on, min: {day},"), tmp_path)
        assert form.field("out_on").min == "2020-01-01"


def test_codes_that_yaml_reads_as_numbers_are_text(tmp_path: Path) -> None:
    text = VISIT.replace("{code: '1',", "{code: 1,").replace("'98': refused", "98: refused")
    mood = form_from(text, tmp_path).field("mood")
    assert mood.codes == ("1", "5")
    assert set(mood.missing_codes) == {"98", "99"}


def test_a_rule_tells_the_fields_of_its_own_form(tmp_path: Path) -> None:
    visit = form_from(VISIT, tmp_path)
    fields = {rule.code: rule_fields(rule) for rule in visit.rules}
    assert fields["VIS601"] == ["start_at", "person_id"]
    assert fields["VIS603"] == ["start_at", "end_at", "staff_id", "session_id", "status"]


def test_rules_are_parted_by_what_they_look_at(tmp_path: Path) -> None:
    visit = form_from(VISIT, tmp_path)
    assert [rule.code for rule in visit.row_rules] == ["VIS501", "VIS502"]
    assert [rule.code for rule in visit.record_rules] == [f"VIS60{n}" for n in range(1, 6)]
    assert [rule.code for rule in visit.column_rules] == ["VIS702"]


def test_only_a_long_form_keeps_its_scales_as_answers(tmp_path: Path) -> None:
    assert [item.name for item in form_from(OPINION, tmp_path).items] == ["q1", "q2"]
    assert form_from(VISIT, tmp_path).items == ()
    assert form_from(PLACE, tmp_path).scope == "workspace"
    assert form_from(TERM, tmp_path).scope == "sender"
