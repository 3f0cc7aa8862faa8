"""JSON Schema: it takes the records a form takes and no others, and the declared files the program takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from rss_analytics.definitions.find import declared_files
from rss_analytics.interchange.json_schema import DECLARED, declared_schema, record_schema
from tests.small_forms import VISIT, form_from

GOOD: dict[str, Any] = {"visit_id": "V1", "staff_id": "S1", "start_at": "2026-01-10T10:00:00", "status": "kept"}


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True), ({"minutes": 30}, True), ({"minutes": 601}, False), ({"minutes": -1}, False),
        ({"minutes": "30"}, False), ({"status": "came"}, False), ({"topics": ["work", "home"]}, True),
        ({"topics": ["work", "work"]}, False), ({"topics": ["play"]}, False), ({"mood": 6}, False),
        ({"other": 1}, False), ({"visit_id": None}, False),
    ],
)  # fmt: skip
def test_a_record_fits_its_schema_as_it_fits_the_form(change: dict[str, Any], fits: bool, tmp_path: Path) -> None:
    schema = record_schema(form_from(VISIT, tmp_path))
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid({**GOOD, **change}) is fits


def test_what_the_schema_cannot_say_is_listed(tmp_path: Path) -> None:
    losses = record_schema(form_from(VISIT, tmp_path))["x-losses"]
    assert "foreign key to person" in losses
    assert "rule VIS603 (no_overlap)" in losses


@pytest.mark.parametrize("kind", [kind for kind in DECLARED if kind != "house_rules"])
def test_every_shipped_file_fits_the_schema_an_editor_is_given(kind: str) -> None:
    for path in declared_files(kind).values():
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        schema = declared_schema("profile_overlays" if "extends" in content else kind)
        errors = [error.message for error in Draft202012Validator(schema).iter_errors(_plain(content))]
        assert errors == [], path.name


def _plain(content: Any) -> Any:
    """JSON has no dates."""
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    return content if isinstance(content, (str, int, float, bool, type(None))) else str(content)
