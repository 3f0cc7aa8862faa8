"""What a measure is split by has the label of its field and of its codes wherever a reader meets it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rss_analytics.answering import labels_of
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.reports.wording import Wording
from tests.reports.sample_reports import a_request

CATALOGUE = Catalogue()


@pytest.mark.parametrize(
    ("language", "field", "code", "unplaced"),
    [("en", "Format", "Group", "Not stated"), ("es", "Formato", "Grupo", "Sin indicar")],
)
def test_a_split_is_headed_by_its_fields_label_and_its_codes_by_theirs(
    language: str, field: str, code: str, unplaced: str
) -> None:
    request = replace(a_request(language), labels=labels_of({}, CATALOGUE, CATALOGUE.language(language)))
    assert Wording(request).dimension("format") == field
    assert (request.label("format", "group"), request.label("format", "unplaced")) == (code, unplaced)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_shipped_split_can_be_told(language: str) -> None:
    wording = Wording(replace(a_request(language), labels=labels_of({}, CATALOGUE, CATALOGUE.language(language))))
    splits = [measure.split for measure in CATALOGUE.measures.values() if measure.split]
    assert len(splits) >= 2
    assert all(wording.dimension(split) for split in splits)
