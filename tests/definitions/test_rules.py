"""The rules are a closed set, each of one group, and what is said about them elsewhere names them all."""

from __future__ import annotations

from typing import get_args

from rss_analytics.definitions.fitting import OPERANDS
from rss_analytics.definitions.form import OWN_FIELD_KEYS
from rss_analytics.definitions.rules import COLUMN_RULES, RECORD_RULES, ROW_RULES, SPAN_RULES

EVERY_RULE = {
    get_args(kind.model_fields["rule"].annotation)[0]: kind for kind in (*ROW_RULES, *RECORD_RULES, *COLUMN_RULES)
}
OF_ANOTHER_KIND = {
    "rule", "code", "severity", "message", "do", "when", "then", "strict", "whole_days", "tolerance", "unit_minutes",
    "form", "match", "end", "where", "need_match", "may_touch", "most", "pattern", "of", "fewest",
}  # fmt: skip


def test_every_rule_has_a_name_of_its_own_and_one_group() -> None:
    assert len(EVERY_RULE) == len(ROW_RULES) + len(RECORD_RULES) + len(COLUMN_RULES)
    assert set(SPAN_RULES) < set(RECORD_RULES)


def test_every_operand_whose_type_is_asked_for_is_a_key_of_its_rule() -> None:
    for name, operands in OPERANDS.items():
        assert set(operands) <= set(EVERY_RULE[name].model_fields), name


def test_no_key_that_names_a_field_is_overlooked_when_names_are_checked() -> None:
    for kind in EVERY_RULE.values():
        assert set(kind.model_fields) <= {*OWN_FIELD_KEYS, *OF_ANOTHER_KIND}, kind
