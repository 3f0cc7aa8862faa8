"""Every planted fault gives exactly the codes the truth names, and no kind of fault is left out."""

from __future__ import annotations

import json
from pathlib import Path

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Form
from rss_analytics.errors import FINDINGS
from rss_analytics.synthetic.corner import DUPLICATE, EXCLUDED, HELD, REFUSED, WARNED
from rss_analytics.synthetic.faults_in_cells import SPOILERS
from rss_analytics.synthetic.region import write_sample
from tests.synthetic.conftest import Written

READING = {"RSS408", "RSS413"}  # given where the file is read, before any record is judged
DECLARED_ELSEWHERE = {
    "RSS410",  # for fields that depend on others
    "RSS412",  # for derived fields without a code of their own
    "RSS414",  # for moments with the letters of no time zone
    "RSS416",  # for errors of a spreadsheet in place of a name
    "RSS420",  # for names that a layout's table lacks
    "RSS602",  # beside RSS601, in the workbook that goes back to the owner
    "RSS603",
}


def test_every_fault_gives_exactly_its_codes_and_nothing_else_is_found(faulty: Written) -> None:
    told = {
        (fault.form, fault.record): set(fault.codes) for fault in faulty.truth.faults if not READING & set(fault.codes)
    }
    found = {(name, record): codes for name, export in faulty.exports.items() for record, codes in export.codes.items()}
    wrong = {
        place: (sorted(found.get(place, set())), sorted(told.get(place, set())))
        for place in sorted(set(found) | set(told))
        if found.get(place, set()) != told.get(place, set())
    }
    assert wrong == {}


def test_every_fault_comes_to_the_fate_the_truth_names(faulty: Written) -> None:
    for fault in faulty.truth.faults:
        export = faulty.exports[fault.form]
        if READING & set(fault.codes) or fault.fate == EXCLUDED:
            continue
        refused, repeated = fault.record in export.refused, fault.record in export.repeated
        assert (refused, repeated) == (fault.fate == REFUSED, fault.fate == DUPLICATE), fault
        assert fault.fate in (REFUSED, DUPLICATE, HELD, WARNED)


def test_no_rule_of_any_form_is_left_without_a_fault(faulty: Written) -> None:
    planted = {(fault.form, code) for fault in faulty.truth.faults for code in fault.codes}
    planted |= {(file.form, code) for file in faulty.truth.files for code in file.codes}
    lacking = {(form.form, code) for form in Catalogue().forms.values() for code in _codes(form)} - planted
    assert lacking == set()


def _codes(form: Form) -> set[str]:
    """Every code a load of the form can give, from its declaration."""
    codes = {rule.code for rule in form.rules} | {key.code for key in form.foreign_keys} | {"RSS409"}
    codes |= {code for code, spoil in SPOILERS.items() if any(spoil(form, field) is not None for field in form.fields)}
    codes |= {field.derive.code for field in form.fields if field.derive is not None and field.derive.code}
    return codes | ({"RSS410"} if any(field.relevant is not None for field in form.fields) else set())


def test_every_finding_that_any_form_can_give_is_planted_somewhere(faulty: Written) -> None:
    planted = {code for fault in faulty.truth.faults for code in fault.codes}
    assert set(FINDINGS) - planted <= DECLARED_ELSEWHERE


def test_the_totals_of_each_form_add_up(faulty: Written) -> None:
    for name, expected in faulty.truth.forms.items():
        assert expected.read == expected.accepted + expected.held + expected.refused + expected.excluded
        fates = [fault.fate for fault in faulty.truth.faults if fault.form == name]
        assert expected.held == fates.count(HELD)
        assert expected.refused == fates.count(REFUSED)
        assert expected.duplicate == fates.count(DUPLICATE)
        assert sum(expected.warnings.values()) >= fates.count(WARNED)


def test_a_refused_enrollment_holds_its_contact_and_a_refused_grievance_its_level(faulty: Written) -> None:
    told = {fault.change: fault for fault in faulty.truth.faults}
    assert told["its enrollment was refused with RSS520"].codes == ("RSS612",)
    assert told["its grievance was refused with RSS545"].fate == HELD


def test_truth_is_written_beside_the_exports(faulty: Written) -> None:
    truth = json.loads((faulty.folder / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["faults"]) == len(faulty.truth.faults)
    assert set(truth["forms"]) == {path.stem for path in faulty.folder.glob("*.csv")} == set(truth["load_order"])
    assert all((faulty.folder / file["file"]).is_file() for file in truth["files"])


def test_the_sample_that_ships_is_small(tmp_path: Path) -> None:
    write_sample(tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 1_500_000
    assert (tmp_path / "with_faults" / "truth.json").is_file()
