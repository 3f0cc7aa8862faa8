"""A form written for XLSForm or REDCap and read back is the same form, but for what is listed as lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.conditions import parse_condition
from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.form import Choice, Field, Form
from rss_analytics.interchange.condition_parser import parse_expression
from rss_analytics.interchange.condition_text import redcap_logic, xlsform_expression
from rss_analytics.interchange.draft import draft_form
from rss_analytics.interchange.losses import losses, read_back
from rss_analytics.interchange.targets import write_form
from tests.interchange.sample_forms import form_of, forms, shipped, text_key

ENDINGS = {"xlsform": ".xlsx", "redcap": ".csv"}
KEPT = {
    "xlsform": ("type", "required", "label", "help", "min", "max", "pattern", "max_length"),
    "redcap": ("type", "required", "min", "max", "decimal"),
}
# beginnings of all that may be lost; everything else of a form has to come back
MAY_BE_LOST = {
    "xlsform": (
        "owner", "key", "grain", "title (es)", "scope", "layout", "instrument", "foreign key to ", "coverage",
        "personal columns", "rule ", "other headings", "other spellings", "identifier", "missing codes", "unit",
        "date formats", "derivation", "decimal mark", "leading zeros",
    ),
    "redcap": (
        "owner", "key", "version", "grain", "title", "scope", "layout", "instrument", "foreign key to ", "coverage",
        "personal columns", "rule ", "other headings", "other spellings", "identifier", "missing codes", "unit",
        "date formats", "derivation", "label (es)", "help (es)", "labels of choices (es)", "pattern", "longest length",
        "order of the fields", "leading zeros",
    ),
}  # fmt: skip


def written_and_read(form: Form, target: str, folder: Path) -> Form:
    path = folder / f"{form.form}{ENDINGS[target]}"
    write_form(form, target, path)
    return draft_form(path, form.form).form


def assert_same_but_for_losses(form: Form, returned: Form, target: str) -> None:
    assert sorted(returned.names) == sorted(form.names)
    for field in form.fields:
        back = returned.field(field.name)
        for key in KEPT[target]:
            assert getattr(back, key) == getattr(field, key), (field.name, key)
        assert back.codes == field.codes
        if target == "redcap":
            assert back.label["en"] == field.label["en"]
            assert (back.help or {}).get("en") == (field.help or {}).get("en")
        else:
            assert [choice.label for choice in back.choices] == [choice.label for choice in field.choices]


@pytest.mark.parametrize("target", ENDINGS)
@pytest.mark.parametrize("name", shipped())
def test_every_shipped_form_comes_back_but_for_the_listed_losses(name: str, target: str, tmp_path: Path) -> None:
    form = shipped()[name]
    returned = written_and_read(form, target, tmp_path)
    assert_same_but_for_losses(form, returned, target)
    assert returned == read_back(form, target)
    for loss in losses(form, target):
        assert loss.startswith(MAY_BE_LOST[target]), loss


@pytest.mark.parametrize("target", ENDINGS)
@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(form=forms())
def test_any_form_comes_back_but_for_the_listed_losses(form: Form, target: str, tmp_path: Path) -> None:
    returned = written_and_read(form, target, tmp_path)
    listed = losses(form, target)
    unlisted = form.model_copy(update={"fields": tuple(_without_listed(field, listed) for field in form.fields)})
    expected = returned.model_copy(
        update={"fields": tuple(_without_listed(field, listed) for field in returned.fields)}
    )
    assert _plain(unlisted) == _plain(expected)
    assert not [loss for loss in listed if not loss.startswith((*MAY_BE_LOST[target], "relevance", "label", "help"))]


def _without_listed(field: Field, listed: list[str]) -> Field:
    """The field without what is said to be lost of it."""
    words = {"label": "label (", "help": "help (", "relevant": "relevance", "pattern": "pattern",
             "max_length": "longest", "identifier": "identifier", "choices": "labels of choices"}  # fmt: skip
    lost = {key for key, word in words.items() for loss in listed
            if loss.startswith(word) and field.name in loss.partition(" of ")[2].replace("choices ", "")}  # fmt: skip
    blank = {"label": {"en": "?"}, "help": None, "relevant": None, "pattern": None, "max_length": None,
             "identifier": "none", "choices": ()}  # fmt: skip
    return field.model_copy(update={key: blank[key] for key in lost})


def _plain(form: Form) -> list[tuple[str, object]]:
    return sorted((field.name, field.model_dump(exclude={"aliases"})) for field in form.fields)


def test_a_relevance_comes_back_as_it_was_or_is_listed() -> None:
    choices = tuple(Choice(code=code, label={"en": code}) for code in ("kept", "no_show"))
    status = Field(name="status", type="choice", label={"en": "Status"}, choices=choices)
    asked = Field.model_validate(
        {"name": "minutes", "type": "integer", "label": {"en": "Minutes"}, "relevant": {"status": ["kept", "no_show"]}}
    )
    form = form_of(text_key(), status, asked)
    for target in ENDINGS:
        assert read_back(form, target).field("minutes").relevant == asked.relevant
        assert not [loss for loss in losses(form, target) if loss.startswith("relevance")]
    hard = asked.model_copy(update={"relevant": parse_condition({"contact_id": "both ' and \""})})
    for target in ENDINGS:
        assert "relevance of minutes" in losses(form_of(text_key(), status, hard), target)


def test_names_and_codes_that_a_tool_forbids_are_rewritten_everywhere_and_listed() -> None:
    long = "reason_why_the_contact_did_not_take_place"
    choices = (Choice(code="at home", label={"en": "Home"}), Choice(code="at_home", label={"en": "House"}))
    where = Field(name=long, type="choice", label={"en": "Where"}, choices=choices)
    twin = Field(name=f"{long}_either", type="text", label={"en": "Twin"}, relevant=parse_condition({long: "at home"}))
    form = form_of(text_key(), where, twin)
    returned = read_back(form, "redcap")
    first, second = "reason_why_the_contact_did", "reason_why_the_contact_d_2"
    assert returned.names == ("contact_id", first, second)
    assert returned.field(first).codes == ("at_home_2", "at_home")
    assert returned.field(second).relevant == parse_condition({first: "at_home_2"})
    listed = losses(form, "redcap")
    assert f"name {long} (written {first})" in listed
    assert f"choice at home of {long} (written at_home_2)" in listed
    assert read_back(form, "xlsform").field(long).codes == ("at_home_2", "at_home")


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(form=forms(), target=st.sampled_from(tuple(ENDINGS)))
def test_the_drafted_file_reads_as_the_drafted_form(form: Form, target: str, tmp_path: Path) -> None:
    path = tmp_path / f"sample{ENDINGS[target]}"
    write_form(form, target, path)
    draft = draft_form(path, "sample")
    declared = tmp_path / "sample.yaml"
    draft.save(declared)
    assert read_declared(declared, Form) == draft.form
    assert all(f"# - {line}" in draft.yaml_text for line in draft.review)


def test_the_same_text_means_the_same_in_both_tools() -> None:
    form = form_of(text_key())
    condition = parse_condition({"contact_id": "it's"})
    for write in (xlsform_expression, redcap_logic):
        assert parse_expression(write(condition, form.by_name), form.by_name) == condition
