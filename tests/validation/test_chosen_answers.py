"""A question with several answers: chosen, none chosen, never asked and missing stay four different things."""

from __future__ import annotations

import pytest

from tests.validation.test_casting import cast

CHOICES = [
    {"code": "1", "label": {"en": "Housing, rent"}},
    {"code": "-1", "label": {"en": "Food; daily"}},
    {"code": "A_b", "label": {"en": "Work"}, "aliases": ["none"]},
]
FIELD = {"type": "multi_choice", "choices": CHOICES, "missing_codes": {"NASK": "not asked", "-99": "refused"}}


@pytest.mark.parametrize(
    ("cell", "value", "missing"),
    [
        ("", None, None),
        ("(none)", "(none)", None),
        ("nask", None, "NASK"),
        ("-99", None, "-99"),
        ("1", "1", None),
        ("-1", "-1", None),
        ("a_b", "A_b", None),
        ("-1|1", "-1|1", None),
        ("Housing, rent|Food; daily|Work", "-1|1|A_b", None),
    ],
)
def test_each_cell_keeps_its_meaning(cell: str, value: str | None, missing: str | None) -> None:
    assert cast(cell, **FIELD) == (value, "", missing)


def test_an_answer_that_is_no_choice_is_refused_even_beside_one_that_is() -> None:
    assert cast("1|7", **FIELD) == (None, "RSS403", None)


def test_codes_that_differ_in_their_sign_only_are_told_apart() -> None:
    choices = [{"code": code, "label": {"en": f"label {code}"}} for code in ("-1", "1")]
    assert [cast(cell, type="choice", choices=choices)[0] for cell in ("1", "-1")] == ["1", "-1"]
