"""What one table shows and withholds, and to whom."""

from __future__ import annotations

import ast
import pickle
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import rss_analytics
from rss_analytics import disclosure
from rss_analytics.definitions.result import Released
from rss_analytics.disclosure import Pseudonyms, narrow, release
from rss_analytics.errors import UsageProblem
from tests.disclosure.rows_of_measures import a_measure, a_result, house_rules

KEY = bytes(range(32))
NUMBERS = ("numerator", "denominator", "value", "lower", "upper", "n_clients", "n_records", "held", "band")


def _shares(*pairs: tuple[int, int], **keys: object) -> Released:
    rows = [{"program": f"P{number}", "numerator": n, "denominator": d} for number, (n, d) in enumerate(pairs)]
    return release(a_result(a_measure(**keys), ["program"], rows), house_rules(), "director")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numerator", "denominator", "withheld"),
    [
        (0, 0, False),  # nobody: zero is shown
        (0, 10, True),
        (0, 11, False),
        (1, 30, True),
        (10, 30, True),
        (11, 30, False),
        (20, 30, True),  # the complement is ten
        (19, 30, False),
        (30, 30, False),
        (1, 1, True),
    ],
)
def test_a_share_of_people_hides_small_numerators_denominators_and_complements(
    numerator: int, denominator: int, withheld: bool
) -> None:
    released = _shares((numerator, denominator))
    assert (released.rows["withheld"].iloc[0] == "primary") is withheld
    assert released.cells_withheld == int(withheld)


def test_every_number_of_a_withheld_row_is_null_and_a_shown_row_is_untouched() -> None:
    rows = _shares((3, 40), (20, 40)).rows
    assert rows.loc[0, list(NUMBERS)].isna().all()
    assert pd.isna(rows.loc[0, "met"])
    assert pd.isna(rows.loc[0, "last_record"])
    assert (rows.loc[1, "numerator"], rows.loc[1, "denominator"], rows.loc[1, "value"]) == (20, 40, 50.0)
    assert pd.isna(rows.loc[1, "withheld"])


def test_a_column_the_contract_does_not_know_is_withheld_with_the_rest() -> None:
    result = a_result(a_measure(), ["program"], [{"program": "P1", "numerator": 2, "denominator": 40}])
    wider = replace(result, rows=result.rows.assign(upper_limit=7.5))
    assert pd.isna(release(wider, house_rules(), "director").rows.loc[0, "upper_limit"])


@pytest.mark.parametrize(("clients", "withheld"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_measure_of_events_is_judged_by_the_people_behind_it(clients: int, withheld: bool) -> None:
    row = {"program": "P1", "numerator": 4, "denominator": 400, "n_clients": clients}
    result = a_result(a_measure(counts="events"), ["program"], [row])
    assert release(result, house_rules(), "director").rows["withheld"].notna().iloc[0] == withheld


@pytest.mark.parametrize(("clients", "withheld"), [(10, True), (11, False)])
def test_a_median_its_mean_and_quartiles_are_shown_from_eleven_clients_on(clients: int, withheld: bool) -> None:
    spread = {"value": 2.5, "mean": 2.7, "lower_quartile": 1.0, "upper_quartile": 4.0}
    measure = a_measure("service_intensity", counts="events", kind="client_mean_then_median")
    row = {"program": "P1", "numerator": 900, "denominator": 280, "n_clients": clients, "n_records": 40} | spread
    shown = release(a_result(measure, ["program"], [row]), house_rules(), "director").rows.iloc[0]
    for name, value in spread.items():
        assert pd.isna(shown[name]) if withheld else shown[name] == value


def test_records_stand_for_people_where_people_were_not_counted() -> None:
    row = {"program": "P1", "numerator": 4, "denominator": 400, "n_clients": None, "n_records": 4}
    result = a_result(a_measure(counts="events"), ["program"], [row])
    assert release(result, house_rules(), "director").cells_withheld == 1


def test_a_house_may_hide_zero_too() -> None:
    rules = house_rules()
    strict = rules.model_copy(update={"suppression": rules.suppression.model_copy(update={"zero_is_shown": False})})
    result = a_result(a_measure(), ["program"], [{"program": "P1", "numerator": 0, "denominator": 40}])
    assert release(result, strict, "director").cells_withheld == 1
    assert release(result, rules, "director").cells_withheld == 0


def test_the_result_itself_is_left_as_it_was() -> None:
    result = a_result(a_measure(), ["program"], [{"program": "P1", "numerator": 3, "denominator": 40}])
    before = result.rows.copy()
    release(result, house_rules(), "director")
    pd.testing.assert_frame_equal(result.rows, before)


def _by_client() -> object:
    rows = [{"client": f"C{n}", "numerator": n, "denominator": 10, "n_clients": 1} for n in range(5)]
    return a_result(a_measure(counts="events"), ["client"], rows)


def test_a_director_sees_the_agency_number_and_quality_staff_a_code() -> None:
    result = _by_client()
    director = release(result, house_rules(), "director")  # type: ignore[arg-type]
    assert list(director.rows["client"]) == ["C0", "C1", "C2", "C3", "C4"]
    codes = release(result, house_rules(), "quality", pseudonyms=Pseudonyms(KEY)).rows  # type: ignore[arg-type]
    assert not set(codes["client"]) & set(director.rows["client"])
    assert sorted(codes["numerator"]) == [0, 1, 2, 3, 4]
    assert list(codes["client"]) == sorted(codes["client"]), "rows in the old order would tell who is who"


def test_rows_about_single_clients_are_refused_to_an_audience_that_never_sees_them() -> None:
    with pytest.raises(UsageProblem, match="never shown single clients"):
        release(_by_client(), house_rules(), "regional")  # type: ignore[arg-type]


def test_rows_about_single_staff_are_refused_to_an_audience_that_never_sees_them() -> None:
    result = a_result(a_measure(), ["staff"], [{"staff": "S1", "numerator": 20, "denominator": 40}])
    with pytest.raises(UsageProblem, match="never shown single staff"):
        release(result, house_rules(), "administration")


def test_a_code_without_a_key_is_refused_and_names_no_person() -> None:
    with pytest.raises(UsageProblem, match="no key was given") as caught:
        release(_by_client(), house_rules(), "quality")  # type: ignore[arg-type]
    assert "C1" not in str(caught.value)


def test_an_unknown_audience_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageProblem, match="did you mean `director`"):
        release(_by_client(), house_rules(), "directer")  # type: ignore[arg-type]


def test_a_code_is_short_stable_and_depends_on_key_and_kind() -> None:
    code = Pseudonyms(KEY).code("client", "4711")
    assert code == Pseudonyms(KEY).code("client", "4711")
    assert code != Pseudonyms(KEY[::-1]).code("client", "4711")
    assert code != Pseudonyms(KEY).code("staff", "4711")
    assert len(code) == 11
    assert not set(code) & set("ILOU")


def test_codes_of_many_clients_are_all_different() -> None:
    pseudonyms = Pseudonyms(KEY)
    assert len({pseudonyms.code("client", str(number)) for number in range(20_000)}) == 20_000


def test_a_key_is_never_shown_stored_or_short() -> None:
    assert repr(Pseudonyms(KEY)) == "Pseudonyms(key withheld)"
    with pytest.raises(TypeError):
        pickle.dumps(Pseudonyms(KEY))
    with pytest.raises(UsageProblem, match="at least 16"):
        Pseudonyms(b"short")


def test_a_narrowed_table_keeps_its_pattern_and_counts_its_own_cells() -> None:
    released = _shares((3, 40), (20, 40), (2, 40))
    one = narrow(released, {"program": ["P0", "P1"]})
    assert list(one.rows["withheld"].notna()) == [True, False]
    assert one.cells_withheld == 1


def test_only_disclosure_makes_a_released_table() -> None:
    package = Path(rss_analytics.__file__).parent
    makers = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Released"
    }
    assert makers == {Path(disclosure.__file__).parent.name}
