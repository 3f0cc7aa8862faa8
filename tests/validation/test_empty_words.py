"""Words such as NULL: empty where something is named, counted or dated, and what they say everywhere else."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from rss_analytics.definitions.form import Form
from rss_analytics.validation.casting import CastColumn, cast_column
from tests.validation.judged_rows import TEXT, codes, judge
from tests.validation.test_casting import value

WORDS = [
    "NULL", "null", "Null", r"\N", "#N/A", "N/A", "n/a", "(null)", "NaN", "nan", "None", "NONE", "-", "--", "<NA>",
    "nil", "#NULL!", "#N/D", "#NV", "(blank)", "\u2014", " NULL ", "\u00a0NULL\u200b",
]  # fmt: skip
UNSEEN = ["", "   ", "\u00a0", "\u200b", "\ufeff", "\u2007\u200d ", "\u3000"]
CHOICES = [{"code": "none", "label": {"en": "None"}}, {"code": "some", "label": {"en": "Some"}}]


def form_of(**keys: Any) -> Form:
    """A contact: it names a client and a peer, belongs to a session, and has a note."""
    names = {"contact_id": True, "client": False, "peer": False, "met_at": False, "session": False, "note": False}
    fields = [{"name": name, "type": "text", "required": need, "label": TEXT} for name, need in names.items()]
    derived = {"join": ["peer", "met_at"], "code": "TST701"}
    fields = [field | ({"derive": derived} if field["name"] == "session" else {}) for field in fields]
    fields.append({"name": "helped", "type": "choice", "label": TEXT, "choices": CHOICES})
    return Form.model_validate(
        {
            "form": "contact", "version": "1", "title": TEXT, "grain": TEXT, "owner": "tests", "key": ["contact_id"],
            "foreign_keys": [{"fields": ["client"], "form": "client", "target": ["client"]}], "fields": fields, **keys,
        }
    )  # fmt: skip


def cast(form: Form, name: str, *cells: str) -> CastColumn:
    return cast_column(form, form.field(name), pa.array(cells, pa.string()), epoch_1904=False)


@pytest.mark.parametrize("word", [*WORDS, *UNSEEN])
@pytest.mark.parametrize("name", ["contact_id", "client", "peer", "session"])
def test_a_word_for_empty_names_nobody_and_nothing(name: str, word: str) -> None:
    column = cast(form_of(), name, word, "C1")
    assert column.values.to_pylist() == [None, "C1"]
    assert column.remarks == ({"words_read_as_empty": 1} if word in WORDS else {})


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_empty_is_no_number_and_no_day(word: str) -> None:
    for kind in ("integer", "number", "date", "datetime"):
        assert value(word, type=kind) is None
    assert value(word, type="scale", min=0, max=4) is None


@pytest.mark.parametrize("word", ["NULL", "None", "N/A", "-"])
def test_elsewhere_the_word_is_what_was_written(word: str) -> None:
    assert cast(form_of(), "note", word).values.to_pylist() == [word]


def test_an_answer_that_is_spelled_like_a_word_for_empty_is_an_answer() -> None:
    assert cast(form_of(), "helped", "None", "none").values.to_pylist() == ["none", "none"]
    assert value("None", type="scale", min=0, max=1, choices=[{"code": "0", "label": {"en": "None"}}]) == 0
    keyed = form_of(key=["contact_id", "helped"], fields=[
        {"name": "contact_id", "type": "text", "required": True, "label": TEXT},
        {"name": "client", "type": "text", "label": TEXT},
        {"name": "helped", "type": "choice", "required": True, "label": TEXT, "choices": CHOICES},
    ])  # fmt: skip
    assert cast(keyed, "helped", "None", "NULL").values.to_pylist() == ["none", None]
    missing = cast_column(form := form_of_missing(), form.field("x"), pa.array(["N/A", "NULL"]), epoch_1904=False)
    assert missing.missing is not None and missing.missing.to_pylist() == ["N/A", None]


def form_of_missing() -> Form:
    fields = [
        {"name": "id", "type": "text", "required": True, "label": TEXT},
        {"name": "x", "type": "integer", "label": TEXT, "missing_codes": {"N/A": "not applicable"}},
    ]
    declared = {"form": "small", "version": "1", "title": TEXT, "grain": TEXT, "owner": "tests", "key": ["id"]}
    return Form.model_validate({**declared, "fields": fields})


def test_a_form_and_a_field_say_for_themselves_which_words_are_empty() -> None:
    form = form_of(empty_words=["keine Angabe"])
    assert cast(form, "note", "keine Angabe", "KEINE ANGABE", "NULL").values.to_pylist() == [None, None, "NULL"]
    assert cast(form, "client", "keine Angabe", "NULL").values.to_pylist() == [None, None]
    fields = [field.model_dump(exclude_defaults=True) for field in form.fields]
    fields[1] |= {"empty_words": []}
    fields[5] |= {"empty_words": ["nada"]}
    own = form_of(fields=fields)
    assert cast(own, "client", "NA", "-").values.to_pylist() == ["NA", "-"]
    assert cast(own, "note", "nada", "NULL").values.to_pylist() == [None, "NULL"]


def test_a_required_name_that_says_null_is_refused_as_missing() -> None:
    form = form_of()
    assert codes(judge(form, {"contact_id": ["NULL", "K2"], "note": ["a", "b"]})) == {1: ["RSS401"]}


def test_a_session_is_not_made_of_words_for_empty() -> None:
    judged = judge(form_of(), {"contact_id": ["K1", "K2"], "peer": ["NULL", "S1"], "met_at": ["9", "9"]})
    assert judged.accepted["session"].to_pylist() == [None, "S1/9"]


def test_names_that_look_alike_are_alike() -> None:
    cells = ["C 1", "C\u00a01", "C\u200b 1", "\u202aC 1\u202c", "C 1 "]
    assert cast(form_of(), "client", *cells).values.to_pylist() == ["C 1"] * 5
    assert cast(form_of(), "note", "a\u200db\u200b ").values.to_pylist() == ["a\u200db"]


@pytest.mark.parametrize("cell", ["#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#¡REF!", "#WERT!", "########"])
def test_an_error_of_a_spreadsheet_names_nobody(cell: str) -> None:
    assert list(cast(form_of(), "client", cell).faults) == ["RSS416"]
    assert cast(form_of(), "note", cell).values.to_pylist() == [cell]
