"""Several dated versions of one authority, instrument or credential: where they stand, and which one a day takes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.dated_versions import version_on, version_spans
from rss_analytics.definitions.find import declared_files
from rss_analytics.errors import DefinitionProblem

KINDS = {"authorities": "agency", "instruments": "mhsip_adult", "credentials": "il_crss"}


def agency(root: Path, kind: str, **versions: str) -> Catalogue:
    """A catalogue with the shipped file and versions of it: version -> the keys of its validity."""
    folder = root / "schemas" / kind
    folder.mkdir(parents=True)
    shipped = declared_files(kind)[KINDS[kind]].read_text(encoding="utf-8")
    kept = [line for line in shipped.splitlines() if not line.startswith(("valid_from", "valid_to", "version"))]
    for version, keys in versions.items():
        text = "\n".join([f'version: "{version[1:]}"', keys, *kept])
        (folder / f"{KINDS[kind]}-{version[1:]}.yaml").write_text(text, encoding="utf-8")
    return Catalogue(root)


def all_of(catalogue: Catalogue, kind: str) -> tuple[str, ...]:
    """Versions in order, as the catalogue has them."""
    return tuple(one.version for one in getattr(catalogue, f"all_{kind}")[KINDS[kind]])


@pytest.mark.parametrize("kind", KINDS)
def test_versions_stand_side_by_side_in_the_order_of_their_days(kind: str, tmp_path: Path) -> None:
    catalogue = agency(tmp_path, kind, v3="valid_from: 2028-01-01", v2="valid_from: 2027-01-01\nvalid_to: 2027-12-31")
    assert all_of(catalogue, kind) == ("1", "2", "3")
    catalogue.check()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "later",
    ["valid_from: 2027-01-01", "valid_from: 2027-12-31"],
    ids=["begins on one day", "begins before the other ends"],
)
def test_versions_in_force_on_one_day_are_refused_with_both_places(kind: str, later: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionProblem) as caught:
        all_of(agency(tmp_path, kind, v2="valid_from: 2027-01-01\nvalid_to: 2027-12-31", v3=later), kind)
    told = str(caught.value)
    assert told.startswith(f"RSS114 {KINDS[kind]}-3.yaml line 2: ")
    assert f"{KINDS[kind]}-2.yaml line 3" in told


def test_a_file_is_called_after_its_name_or_its_name_and_version(tmp_path: Path) -> None:
    with pytest.raises(DefinitionProblem, match="the file is called `agency-9` and declares `agency`, version 2"):
        catalogue = agency(tmp_path, "authorities", v2="valid_from: 2027-01-01")
        (tmp_path / "schemas/authorities/agency-2.yaml").rename(tmp_path / "schemas/authorities/agency-9.yaml")
        _ = catalogue.all_authorities


def test_all_versions_of_an_instrument_score_one_form(tmp_path: Path) -> None:
    catalogue = agency(tmp_path, "instruments", v2="valid_from: 2027-01-01")
    path = tmp_path / "schemas/instruments/mhsip_adult-2.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("form: mhsip_adult", "form: client"), encoding="utf-8")
    with pytest.raises(DefinitionProblem, match="all must score the same"):
        catalogue.check()


def test_a_record_is_taken_by_the_version_that_had_begun_last(tmp_path: Path) -> None:
    versions = agency(tmp_path, "credentials", v2="valid_from: 2027-01-01").all_credentials["il_crss"]
    days = [date(1990, 1, 1), date(2026, 12, 31), date(2027, 1, 1), date(2040, 1, 1)]
    assert [version_on(versions, day).version for day in days] == ["1", "1", "2", "2"]
    assert [(one.version, *days) for one, *days in version_spans(versions)] == [
        ("1", None, date(2026, 12, 31)),
        ("2", date(2027, 1, 1), None),
    ]
