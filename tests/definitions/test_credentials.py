"""What a declared credential may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.errors import RssError

TEXT = """\
credential: {name}
version: "1"
title: {{en: A credential, es: Una credencial}}
cycle_months: 24
hours: 20
categories: {{{categories}}}
source: {{citation: Our own, status: agency}}
"""


def catalogue(folder: Path, name: str, categories: str = "") -> Catalogue:
    place = folder / "schemas" / "credentials"
    place.mkdir(parents=True)
    (place / f"{name}.yaml").write_text(TEXT.format(name=name, categories=categories), encoding="utf-8")
    return Catalogue(folder)


def test_an_agency_lays_its_own_requirement_over_the_shipped_one(tmp_path: Path) -> None:
    own = catalogue(tmp_path, "ct_rss", "ethics: 3")
    own.check()
    assert (own.all_credentials["ct_rss"][-1].hours, own.all_credentials["ct_rss"][-1].categories) == (
        20,
        {"ethics": 3},
    )
    assert Catalogue().all_credentials["ct_rss"][-1].hours == 60


def test_a_credential_that_the_form_does_not_know_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(RssError, match="ct_rss"):
        catalogue(tmp_path, "ct_rs").check()


def test_a_category_that_courses_do_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RssError, match="did you mean `ethics`"):
        catalogue(tmp_path, "ct_rss", "ethic: 3").check()


def test_categories_cannot_ask_for_more_than_the_whole(tmp_path: Path) -> None:
    with pytest.raises(RssError, match="more hours than"):
        catalogue(tmp_path, "ct_rss", "ethics: 15, other: 6").check()
