"""Every form that `forms check` passes can be shown, listed, written for every tool, and loaded."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rss_analytics.cli import run
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.written import declared_text
from rss_analytics.interchange.targets import TARGETS, write_form
from rss_analytics.reading.opening import open_table
from tests.small_forms import Agency

WORDS = st.text("aZ9 ñé,;:|'\"=<>&%{}()-_\\#*$@\t\n", min_size=1, max_size=12)
TEXT = st.fixed_dictionaries({"en": WORDS}, optional={"es": WORDS, "pt-BR": WORDS})
WHOLE = st.integers(-5, 12)
NUMBERS = st.one_of(
    WHOLE, WHOLE, st.sampled_from([0.5, -2.25, 1e9, 1e13, 10**18 - 1, -(10**14) + 1, 1e300, float("nan"), 1e-9])
)
DAYS = st.sampled_from(
    [
        "2026-06-01",
        "2026-06-29",
        "2026-12-31",
        "2026-06-30",
        "0001-01-01",
        "9999-12-31",
        "2026-06-30 12:00",
        "2026-06-30T12:00:00.5",
        "soon",
    ]
)
PATTERNS = st.sampled_from(
    ["[A-Z]{2}", "a|b", "(a+)+b", "it's", "both ' and \"", r"\w+\s?\(x\)", "(?i)x", "a)(b", "^a$", "é+", "[^a]", "]]>"]
)
FORMATS = st.lists(st.sampled_from(["%m/%d/%Y", "%d.%m.%y %H:%M", "%b %d, %Y", "%Y%m%d", "%j %Y", "%Q", "%%%Y-%m"]),
                   max_size=2)  # fmt: skip
PLAIN = st.from_regex(r"[A-Za-z0-9_.-]{1,4}", fullmatch=True)
CODES = st.one_of(PLAIN, PLAIN, st.just("a b"), st.integers(-2, 300), WORDS)
TYPES = ("text", "integer", "number", "boolean", "date", "datetime", "choice", "multi_choice", "scale")
NAMES = ("seen_on", "mood", "select", "order", "group", "row", "x1", "a" * 60)
ANSWERS = {
    "text": "AB", "integer": "3", "number": "2.5", "boolean": "yes", "date": "2026-06-30",
    "datetime": "2026-06-30 10:00", "scale": "1",
}  # fmt: skip


@st.composite
def raw_fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A field as somebody might declare it, sound or not."""
    kind = draw(st.sampled_from(TYPES))
    keys: dict[str, Any] = {"name": name, "type": kind, "label": draw(TEXT), "required": draw(st.booleans())}
    optional = {
        "help": TEXT, "max_length": st.sampled_from([1, 40, 1_000_000]), "pad": st.sampled_from([1, 5, 100]),
        "pattern": PATTERNS, "formats": FORMATS, "aliases": st.lists(WORDS, max_size=2), "unit": WORDS,
        "decimal": st.sampled_from([".", ","]), "identifier": st.sampled_from(["direct", "quasi", "none"]),
        "missing_codes": st.dictionaries(CODES, WORDS, max_size=2),
    }  # fmt: skip
    own = {"text": ("max_length", "pad", "pattern"), "number": ("decimal",), "date": ("formats",)}
    own |= {"datetime": ("formats",), "integer": ("decimal",)}
    for key in ("help", "aliases", "unit", "identifier", "missing_codes", *own.get(kind, ())):
        if draw(st.booleans()):
            keys[key] = draw(optional[key])
    if kind in ("choice", "multi_choice") or (kind == "scale" and draw(st.booleans())):
        codes = draw(st.lists(CODES, min_size=1, max_size=4, unique_by=str))
        keys["choices"] = [{"code": code, "label": draw(TEXT)} for code in codes]
    limits = DAYS if kind in ("date", "datetime") else NUMBERS
    for key in ("min", "max"):
        if kind == "scale" or (kind in ("integer", "number", "date", "datetime") and draw(st.booleans())):
            keys[key] = draw(limits)
    return keys


@st.composite
def raw_tests(draw: st.DrawFn, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """A condition on one of some fields, of a value, a range or its absence."""
    field = draw(st.sampled_from(fields))
    codes = st.sampled_from([one["code"] for one in field.get("choices", [])] or ["x"])
    value = draw(st.one_of(NUMBERS, DAYS, codes, st.booleans(), st.just("it's")))
    return {field["name"]: draw(st.sampled_from([value, [value], {"max": value}, {"min": value}, {"missing": True}]))}


@st.composite
def raw_forms(draw: st.DrawFn) -> dict[str, Any]:
    """A form of a key and some fields and rules; those of its fields that are unsound by themselves are left out."""
    key = {"name": "record", "type": "text", "required": True, "label": {"en": "Number"}} | {"name": "made_id"}
    fields: list[dict[str, Any]] = [key]
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
        field = draw(raw_fields(name))
        if draw(st.booleans()):
            field["relevant"] = draw(raw_tests(fields))
        if _is_sound(field):
            fields.append(field)
    names = st.sampled_from([field["name"] for field in fields])
    rule = draw(
        st.sampled_from([
            {"rule": "required_when", "fields": [draw(names)], "when": draw(raw_tests(fields))},
            {"rule": "implies", "when": draw(raw_tests(fields)), "then": draw(raw_tests(fields))},
            {"rule": "not_before", "field": draw(names), "other": draw(names)},
            {"rule": "sum_equals", "fields": [draw(names)], "total": [draw(names), draw(names)]},
            {"rule": "not_equal", "field": draw(names), "other": draw(names)},
            {"rule": "unique_within", "fields": [draw(names)], "when": draw(raw_tests(fields))},
            {"rule": "share_at_most", "field": draw(names), "pattern": "repeated", "most": 0.5, "fewest": 1},
        ])
    )  # fmt: skip
    words = {"en": "It is wrong.", "es": "Está mal."}
    form = {"form": "made", "version": "1", "title": draw(TEXT), "grain": draw(TEXT), "owner": "x", "key": ["made_id"]}
    return form | {"fields": fields, "rules": [{"code": "MAD501", "message": words, "do": words, **rule}]}


def _is_sound(field: dict[str, Any]) -> bool:
    try:
        Field.model_validate(field)
    except ValidationError:
        return False
    return True


def _checked(raw: dict[str, Any]) -> Form | None:
    """The form, without its rule where only that is unsound; None where its conditions are."""
    for rules in (raw["rules"], []):
        try:
            return Form.model_validate(raw | {"rules": rules})
        except ValidationError:
            continue
    return None


def _answer(field: Field) -> str:
    return field.codes[0] if field.type in ("choice", "multi_choice") else ANSWERS[field.type]


@settings(max_examples=12, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(raw=raw_forms())
def test_a_form_that_is_in_order_goes_all_the_way(raw: dict[str, Any]) -> None:
    form = _checked(raw)
    if form is None:
        return
    with pytest.MonkeyPatch.context() as patched, TemporaryDirectory() as place:
        agency = Agency(Path(place), patched)
        agency.declare("made", declared_text(form))
        agency.reopen()
        assert agency.workspace.catalogue.form("made") == form, "it reads back as it was written"
        root = str(agency.workspace.root)
        assert run(["forms", "list", "--workspace", root], {"RSS_DEBUG": "1"}) == 0
        assert run(["forms", "show", "made", "--workspace", root], {"RSS_DEBUG": "1"}) == 0
        for target in TARGETS:
            for language in ("en", "es"):
                write_form(form, target, Path(place) / f"{target}.xlsx", language=language)
        headings = list(open_table(Path(place) / "excel.xlsx")[0].headings)
        assert len(headings) >= len(form.fields)
        rows = [["R1", *map(_answer, form.fields[1:])], ["R2", *("" for _ in form.fields[1:])],
                ["R3", *("zzz" for _ in form.fields[1:])]]  # fmt: skip
        loaded = agency.load(agency.file("made", form.names, rows), form="made")
        assert loaded.read == len(rows)
