"""A condition means the same in a declared file, in an XLSForm and in REDCap, for answers and for blanks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.conditions import All, AnyOf, Between, Condition, IsIn, Missing, Not, fields_of
from rss_analytics.definitions.form import Choice, Field
from rss_analytics.interchange.condition_parser import parse_expression
from rss_analytics.interchange.condition_text import redcap_logic, xlsform_expression
from rss_analytics.validation.conditions import holds
from tests.interchange.sample_forms import conditions

PLACES = tuple(Choice(code=code, label={"en": code}) for code in ("home", "jail", "clinic"))
SETTING = Field(name="setting", type="choice", label={"en": "Setting"},
                choices=PLACES)  # fmt: skip
MINUTES = Field(name="minutes", type="integer", label={"en": "Minutes"})
SHARE = Field(name="share", type="number", label={"en": "Share"})
AGREED = Field(name="agreed", type="boolean", label={"en": "Agreed"})
HELP = Field(name="help_given", type="multi_choice", label={"en": "Help"}, choices=SETTING.choices)
SEEN = Field(name="seen_on", type="date", label={"en": "Seen"})
TOLD = Field(name="told_at", type="datetime", label={"en": "Told"})
NOTE = Field(name="note", type="text", label={"en": "Note"})
FIELDS = {field.name: field for field in (SETTING, MINUTES, SHARE, AGREED, HELP, SEEN, TOLD, NOTE)}
TYPES = {name: field.type for name, field in FIELDS.items()}
WRITERS = {"xlsform": xlsform_expression, "redcap": redcap_logic}
ANSWERS: dict[str, list[object]] = {
    "setting": [None, "home", "jail", "clinic"],
    "minutes": [None, *range(-4, 11)],
    "share": [None, *(half / 2 for half in range(-8, 21))],
    "agreed": [None, True, False],
    "help_given": [None, "home", "home|jail"],
    "note": [None, "a b", "it's", "other"],
}


def answers() -> pd.DataFrame:
    """Records that hold every answer of each field beside many of the others."""
    length = 240
    columns = {name: [values[(row * step + row // 7) % len(values)] for row in range(length)]
               for step, (name, values) in enumerate(ANSWERS.items(), start=1)}  # fmt: skip
    return pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)


@pytest.mark.parametrize("tool", WRITERS)
@settings(max_examples=60, deadline=None, phases=(Phase.generate,))
@given(data=st.data())
def test_a_condition_written_and_read_back_holds_for_the_same_answers(tool: str, data: st.DataObject) -> None:
    condition = data.draw(conditions([FIELDS[name] for name in ANSWERS]))
    text = WRITERS[tool](condition, FIELDS)
    returned = parse_expression(text, FIELDS)
    assert list(holds(returned, answers(), TYPES)) == list(holds(condition, answers(), TYPES)), text
    assert set(fields_of(returned)) == set(fields_of(condition))


CASES: list[tuple[Condition, str, str]] = [
    (IsIn("setting", ("home",)), "${setting} = 'home'", "[setting] = 'home'"),
    (
        IsIn("setting", ("home", "jail")),
        "${setting} = 'home' or ${setting} = 'jail'",
        "[setting] = 'home' or [setting] = 'jail'",
    ),
    (IsIn("minutes", (0,)), "${minutes} = 0", "[minutes] = '0'"),
    (
        Between("minutes", 1, 480),
        "${minutes} >= 1 and ${minutes} <= 480",
        "[minutes] <> '' and [minutes] >= 1 and [minutes] <= 480",
    ),
    (Missing("note", True), "${note} = ''", "[note] = ''"),
    (Not(IsIn("agreed", (True,))), "not(${agreed} = 'true')", "[agreed] <> '1'"),
    (
        Not(Between("minutes", 5, None)),
        "not(${minutes} >= 5)",
        "[minutes] = '' or [minutes] < 5",
    ),
    (
        Missing("help_given", True),
        "${help_given} = ''",
        "[help_given(home)] <> '1' and [help_given(jail)] <> '1' and [help_given(clinic)] <> '1'",
    ),
    (
        Between("seen_on", date(2026, 9, 30), None),
        "${seen_on} >= date('2026-09-30')",
        "[seen_on] <> '' and [seen_on] >= '2026-09-30'",
    ),
    (
        All((AnyOf((IsIn("setting", ("home",)), Missing("note", False))), Between("share", 0.5, None))),
        "(${setting} = 'home' or ${note} != '') and ${share} >= 0.5",
        "([setting] = 'home' or [note] <> '') and ([share] <> '' and [share] >= 0.5)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "xlsform", "redcap"), CASES, ids=[case[1] for case in CASES])
def test_a_condition_is_written_as_each_tool_reads_it(condition: Condition, xlsform: str, redcap: str) -> None:
    assert xlsform_expression(condition, FIELDS) == xlsform
    assert redcap_logic(condition, FIELDS) == redcap


@pytest.mark.parametrize(("condition", "xlsform", "redcap"), CASES[:3], ids=[case[1] for case in CASES[:3]])
def test_a_simple_condition_comes_back_as_it_was(condition: Condition, xlsform: str, redcap: str) -> None:
    assert parse_expression(xlsform, FIELDS) == condition
    assert parse_expression(redcap, FIELDS) == condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("[minutes]>5", Between("minutes", 6, None)),
        ("10 > [minutes]", Between("minutes", None, 9)),
        ("${share} > 5", All((Missing("share", False), Not(Between("share", None, 5))))),
        ('[setting]="home" AND [agreed]="1"', All((IsIn("setting", ("home",)), IsIn("agreed", (True,))))),
        (
            "((setting.NAOK == \"home\")) && !(note == '')",
            All((IsIn("setting", ("home",)), Not(Missing("note", True)))),
        ),
        (
            "[help_given(home)] = '1' or [help_given(jail)] = '1' or [help_given(clinic)] = '1'",
            Missing("help_given", False),
        ),
        ("selected(${setting}, 'jail')", IsIn("setting", ("jail",))),
        ("${told_at} <= date-time('2026-09-30T12:00:00')", Between("told_at", None, datetime(2026, 9, 30, 12))),
        ("'a' != ${note}", Not(IsIn("note", ("a",)))),
    ],
)  # fmt: skip
def test_what_people_write_in_other_tools_is_understood(text: str, condition: Condition) -> None:
    assert parse_expression(text, FIELDS) == condition


@pytest.mark.parametrize(
    "text",
    [
        "${unknown} = 1", "[setting] = 'moon'", "count-selected(${help_given}) > 1",
        "[event_1_arm_1][setting] = 'home'",
        "${minutes} + 1 = 5", "${minutes} >= ", "${minutes} = ${share}", "[note] > 'a'", "${seen_on} >= today()",
        "(${minutes} = 1", "${minutes} = 1)", "[help_given(home)] = '1'", "selected(${help_given}, 'home')", "#",
        "datediff([seen_on], 'today', 'd') > 3", "${minutes} = 'many'", "",
    ],
)  # fmt: skip
def test_what_the_closed_grammar_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_expression(text, FIELDS)


@pytest.mark.parametrize("write", WRITERS.values())
def test_a_value_with_both_quotation_marks_cannot_be_written(write: Callable[..., str]) -> None:
    with pytest.raises(ValueError, match="quotation marks"):
        write(IsIn("note", ("both ' and \"",)), FIELDS)
