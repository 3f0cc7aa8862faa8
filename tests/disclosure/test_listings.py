"""Lists of people: numbers for the program itself, codes for quality staff, nothing for anybody else, and no names."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.result import Listing, Provenance, ReleasedListing
from rss_analytics.disclosure import Pseudonyms, release_listings
from rss_analytics.errors import ProgramError, UsageProblem

RULES = Catalogue().house_rules
CODES = Pseudonyms(b"a key for tests only")
DAY = date(2026, 6, 16)
KNOWN = Provenance(DAY, DAY, (1,), ("contact_log",))
PROGRAM = ("program", "P1")


def listing(name: str, rows: list[dict[str, Any]], *persons: str, scope: tuple[str, str | None] = PROGRAM) -> Listing:
    return Listing(name, scope, persons, pd.DataFrame(rows), KNOWN)


def clients(*, sender: str = "main", scope: tuple[str, str | None] = PROGRAM) -> Listing:
    rows = [
        {"client": f"main/C{n}", "staff": "main/S1" if n < 3 else None, "program": "P1", "days_since": n}
        for n in range(1, 5)
    ]
    rows[0]["client"] = f"{sender}/C1"
    return listing("clients", rows, "staff", "client", scope=scope)


def counts(staff: str | None, clients: int, short: int, **other: int) -> dict[str, Any]:
    own = {"clients": clients, "short": short, "out_of_reach": 0, "ratings_due": 0, "minutes_missing": 60}
    return ({} if staff is None else {"staff": staff}) | own | other


def release(*listings: Listing, audience: str = "director") -> list[ReleasedListing]:
    return release_listings(listings, RULES, audience, pseudonyms=CODES)


def test_the_director_sees_the_agencys_own_numbers() -> None:
    (found,) = release(clients())
    assert found.rows["client"].tolist() == ["C1", "C2", "C3", "C4"]
    assert found.rows["staff"].tolist()[:3] == ["S1", "S1", None]
    assert (found.audience, found.cells_withheld) == ("director", 0)


def test_numbers_of_two_senders_keep_the_sender() -> None:
    (found,) = release(clients(sender="north"))
    assert found.rows["client"].tolist()[:2] == ["north/C1", "main/C2"]


def test_quality_staff_see_codes_in_an_order_that_tells_nothing() -> None:
    (found,) = release(clients(), audience="quality")
    assert set(found.rows["client"]) == {CODES.code("client", f"main/C{n}") for n in range(1, 5)}
    ordered = found.rows[["staff", "client"]].fillna("~").to_numpy().tolist()
    assert ordered == sorted(ordered)
    assert not set(found.rows["client"]) & {"C1", "C2", "C3", "C4"}


def test_codes_of_a_list_are_those_of_a_measure_by_client() -> None:
    (found,) = release(clients(), audience="quality")
    assert CODES.code("client", "main/C2") in found.rows["client"].tolist()


@pytest.mark.parametrize("audience", ["regional", "administration"])
def test_nobody_outside_the_program_is_shown_single_people(audience: str) -> None:
    with pytest.raises(UsageProblem, match=f"the audience `{audience}` is never shown single"):
        release(clients(), audience=audience)


def test_an_unknown_audience_is_refused() -> None:
    with pytest.raises(UsageProblem, match="audience"):
        release(clients(), audience="everybody")


@pytest.mark.parametrize("scope", [("all", None), ("region", "R1"), ("program", None)])
def test_a_list_needs_a_program_a_facility_or_a_staff_member(scope: tuple[str, str | None]) -> None:
    with pytest.raises(UsageProblem, match="about one program, one facility or one staff member"):
        release(clients(scope=scope))


def test_a_list_about_one_staff_member_is_not_for_readers_who_see_staff_by_code() -> None:
    assert release(clients(scope=("staff", "S1")))
    with pytest.raises(UsageProblem, match="names the person"):
        release(clients(scope=("staff", "S1")), audience="quality")


def test_a_code_needs_a_key() -> None:
    with pytest.raises(UsageProblem, match="no key was given"):
        release_listings([clients()], RULES, "quality")


@pytest.mark.parametrize("column", ["client_name", "note", "grievance_about"])
def test_a_column_that_is_not_declared_never_passes(column: str) -> None:
    listed = clients()
    listed.rows[column] = "Quillonia Vantreight"
    with pytest.raises(ProgramError, match="no reader may see") as caught:
        release(listed)
    assert "Quillonia" not in str(caught.value)


def test_the_director_sees_how_few_clients_a_staff_member_has() -> None:
    staff = listing("staff", [counts("main/S1", 3, 1)], "staff")
    (found,) = release(staff)
    assert found.rows["clients"].tolist() == [3]


def test_others_are_not_shown_counts_of_few_clients_nor_a_total_that_gives_them_away() -> None:
    staff = listing("staff", [counts("main/S1", 3, 0), counts("main/S2", 40, 20)], "staff")
    total = listing("total", [counts(None, 43, 20)])
    shown, whole = release(staff, total, audience="quality")
    by_code = shown.rows.set_index("staff")
    few, many = CODES.code("staff", "main/S1"), CODES.code("staff", "main/S2")
    assert by_code.loc[few, ["clients", "short", "minutes_missing"]].isna().all()
    assert by_code.loc[few, "withheld"] == "primary"
    assert by_code.loc[many, "clients"] == 40
    assert whole.rows["withheld"].tolist() == ["complementary"]
    assert whole.rows["clients"].isna().all()
    assert (shown.cells_withheld, whole.cells_withheld) == (1, 1)


@pytest.mark.parametrize(
    ("short", "withheld"), [(0, False), (5, True), (11, False), (29, False), (35, True), (40, False)]
)
def test_the_short_and_the_rest_are_both_counts_of_people(short: int, withheld: bool) -> None:
    total = listing("total", [counts(None, 40, short)])
    (found,) = release(total, audience="quality")
    assert (found.cells_withheld == 1) is withheld


def test_hours_of_a_program_with_few_clients_are_withheld_from_others() -> None:
    rows = [
        {"program": "P1", "clients": 5, "minutes": 100, "hours_now": 1.0},
        {"program": "P2", "clients": 50, "minutes": 1000, "hours_now": 2.0},
    ]
    (found,) = release(listing("not_counted", rows), audience="quality")
    assert found.rows["minutes"].isna().tolist() == [True, False]
    assert found.rows["program"].tolist() == ["P1", "P2"]
