"""Service lines of billing systems come under one heading for each thing a line says, superseded ones left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.find import declared_files
from rss_analytics.definitions.form import Form
from rss_analytics.reading.headings import recognise_form
from tests.reading.reading_results import result_of

from .taken_in import notes, only, reasons, records

HEADINGS = "Claim Number,Line,Frequency Code,Original Claim Number,Client ID,DOS,CPT/HCPCS,Modifiers,Units,Charge"


@pytest.fixture(scope="module")
def form() -> Form:
    return read_declared(declared_files("forms")["service_line"], Form)


def write(folder: Path, *rows: str, headings: str = HEADINGS) -> Path:
    path = folder / "lines.csv"
    path.write_text("\n".join([headings, *rows, ""]), encoding="utf-8")
    return path


def test_a_line_is_read_with_its_modifiers_days_and_amounts(tmp_path: Path, form: Form) -> None:
    path = write(tmp_path, 'C1,2,1,,P7,01/02/2026 - 01/05/2026,h0038,HF:HQ,"1,234.00",(12.50)')
    (found,) = records(only(path), form)
    assert found == {
        "claim_id": "C1", "line_no": "2", "claim_action": "original", "original_claim_id": None, "client_id": "P7",
        "service_from": date(2026, 1, 2), "service_to": date(2026, 1, 5), "service_code": "h0038", "modifier_1": "HF",
        "modifier_2": "HQ", "modifier_3": None, "modifier_4": None, "units": Decimal(1234), "charge": Decimal("-12.50"),
    }  # fmt: skip


def test_numbered_modifiers_and_a_last_day_stay_in_their_columns(tmp_path: Path, form: Form) -> None:
    headings = "Claim ID,Line No,Service From,Service To,Procedure Code,Modifier,Mod 2,Units,POS"
    (found,) = records(only(write(tmp_path, "C1,1,1/2/2026,1/3/2026,H0038,HF,GT,4,2", headings=headings)), form)
    assert (found["modifier_1"], found["modifier_2"], found["service_to"]) == ("HF", "GT", date(2026, 1, 3))
    assert found["place_of_service"] == "02"


@pytest.mark.parametrize(
    ("cell", "code", "modifiers"),
    [
        ("H0038-HF", "H0038", ["HF"]), ("HC:H0038:HF:GT", "H0038", ["HF", "GT"]), ("H0038 HF GT 95 U1", "H0038",
         ["HF", "GT", "95", "U1"]), ("H0038", "H0038", []), ("peer support", "peer support", []),
    ],
)  # fmt: skip
def test_modifiers_behind_the_code_are_taken_apart(
    tmp_path: Path, form: Form, cell: str, code: str, modifiers: list[str]
) -> None:
    headings = "Claim ID,Service Date,Service Code,Minutes"
    table = only(write(tmp_path, f"C1,1/2/2026,{cell},30", headings=headings))
    (found,) = records(table, form)
    assert found["service_code"] == code
    assert [found[f"modifier_{n}"] for n in range(1, 5)] == modifiers + [None] * (4 - len(modifiers))
    assert (found["line_no"], notes(table)) == ("1", {"line_numbers_absent": "1"})


def test_a_replacement_stands_for_its_claim_and_a_void_for_both(tmp_path: Path, form: Form) -> None:
    table = only(
        write(
            tmp_path,
            "R1,1,7,A,P7,1/2/2026,H0038,,3,30",  # before the claim it replaces: the order does not matter
            "A,1,1,,P7,1/2/2026,H0038,,4,40",
            "A,2,1,,P7,1/3/2026,H0038,,4,40",
            "B,1,1,,P7,1/4/2026,H0038,,4,40",
            "B,1,8 - Void,,P7,1/4/2026,H0038,,4,40",
            "B,1,7,,P7,1/4/2026,H0038,,2,40",
            "C,1,1,,P7,1/5/2026,H0038,,1,10",
        )
    )
    found = [(one["claim_id"], one["line_no"], one["claim_action"], one["units"]) for one in records(table, form)]
    assert found == [("A", "1", "replacement", 3), ("B", "1", "void", 4), ("C", "1", "original", 1)]
    assert reasons(table) == ["superseded_claim"] * 4
    result = result_of(table)
    assert result.accounted() == [1, 2, 3, 4, 5, 6, 7]


def test_of_two_replacements_the_last_stands_and_a_correction_in_a_later_file_has_the_same_key(
    tmp_path: Path, form: Form
) -> None:
    first = write(tmp_path, "A,1,1,,P7,1/2/2026,H0038,,4,40")
    before = records(only(first), form)
    later = write(tmp_path, "R1,1,7,A,P7,1/2/2026,H0038,,3,30", "R2,1,7,A,P7,1/2/2026,H0038,,2,20")
    after = records(only(later), form)
    assert [(one["claim_id"], one["line_no"], one["units"]) for one in (*before, *after)] == [
        ("A", "1", 4), ("A", "1", 2),
    ]  # fmt: skip


def test_the_extract_is_recognised_as_service_lines_among_all_shipped_forms(tmp_path: Path) -> None:
    forms = {name: read_declared(path, Form) for name, path in declared_files("forms").items()}
    table = only(write(tmp_path, "C1,1,1,,P7,1/2/2026,H0038,,4,40"))
    assert table.vendor == "service_extract"
    assert recognise_form(forms, table, where="lines.csv").form == "service_line"


def test_a_contact_log_with_codes_and_units_is_no_extract_of_claims(tmp_path: Path) -> None:
    headings = "Contact ID,Client ID,Service Code,Service Date,Units"
    assert only(write(tmp_path, "1,P7,H0038,1/2/2026,4", headings=headings)).vendor is None
