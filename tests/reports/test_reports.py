"""What the reports say, and that they say it of released tables only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.disclosure import release_together
from rss_analytics.reports import Report, Scope, fidelity, needs_of, needs_of_every_scope
from rss_analytics.reports.model import Bullets, Figure, Sentence, Table
from tests.disclosure.rows_of_measures import a_measure, a_result, house_rules
from tests.reports.sample_reports import BUILDERS, a_report, a_request, measures, released_tables

ONE_PROGRAM = Scope("program", "P01", "Elm Street CSP")


def _texts(report: Report) -> list[str]:
    texts: list[str] = []
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Sentence):
                texts.append(block.text)
            if isinstance(block, Bullets):
                texts += [block.heading, *block.items]
            texts += list(getattr(block, "lines", ()))
    return texts


def _table(report: Report, section: str) -> Table:
    return next(table for found in report.sections if found.id == section for table in found.tables())


@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_a_report_refuses_a_result_that_was_not_released(kind: str) -> None:
    raw = a_result(a_measure(report=kind), ["program"], [{"program": "P1", "numerator": 3, "denominator": 40}])
    with pytest.raises(TypeError, match="Released"):
        BUILDERS[kind]({"whole": [raw]}, a_request())  # type: ignore[list-item]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_every_report_opens_with_the_answer_who_is_short_and_what_to_do_before_its_one_page_table(
    kind: str, language: str
) -> None:
    report = a_report(kind, language)
    first = report.sections[0]
    assert first.id == "answer"
    kinds = [type(block).__name__ for block in first.blocks]
    assert kinds[:2] == ["Sentence", "Cards"]
    before_the_table = first.blocks[2 : kinds.index("Table")]
    headings = [block.heading for block in before_the_table if isinstance(block, Bullets)]
    wanted = ["short.heading", "do.heading"]
    assert headings[:2] == [report.language.say(key) for key in wanted]
    assert [section.id for section in report.sections[-3:]] == ["data", "method", "privacy"]


def test_the_fidelity_report_names_who_is_short_and_since_when() -> None:
    report = a_report("fidelity")
    line = next(text for text in _texts(report) if text.startswith("Contacts per client, "))
    assert line == (
        "Contacts per client, 3 of 5: Lakeshore ACT (6.8), Northside ACT (7.1) and Riverview CSP (6.9), "
        "against 8.0 contacts."
    )
    section = next(found for found in report.sections if found.id == "measure:contacts_per_client_month")
    below = next(block for block in section.blocks if isinstance(block, Bullets))
    assert below.items == (
        "Lakeshore ACT (6.8 against 8.0 contacts)",
        "Northside ACT (7.1 against 8.0 contacts, 2 months in a row)",
        "Riverview CSP (6.9 against 8.0 contacts, 2 months in a row)",
    )


def test_measures_stand_under_their_chapters_in_the_order_of_the_report() -> None:
    chapters = [chapter for chapter, _ in a_report("fidelity").chapters() if chapter]
    assert chapters == list(dict.fromkeys(chapters)), "a chapter is opened once"
    declared = [measure for measure in Catalogue().measures.values() if measure.report == "fidelity"]
    request = a_request()
    report = fidelity.build(released_tables("fidelity", request, declared), request)
    shown = [chapter for chapter, _ in report.chapters() if chapter]
    assert shown[:4] == ["Service hours", "Contacts", "Community time", "The three together"]


def test_a_trend_with_enough_windows_is_a_control_chart_whose_lines_are_in_its_table() -> None:
    section = next(found for found in a_report("fidelity").sections if found.id == "measure:note_on_time")
    figure = next(block for block in section.blocks if isinstance(block, Figure) and block.kind == "trend")
    limits = figure.limits
    assert limits is not None
    tabled = {cell.value for row in figure.table.rows for cell in row if cell.value is not None}
    for line in (limits.centre, limits.lower, limits.upper):
        assert {number for number in line if number is not None} <= tabled
    said = [row[-1].text for row in figure.table.rows]
    assert set(said) <= {"improvement", "concern", "as usual", "not judged", "–"}
    assert len(said) == len(figure.categories) == 24


def test_the_one_page_table_has_a_line_of_the_windows_beside_each_number() -> None:
    table = next(block for block in a_report("fidelity").sections[0].blocks if isinstance(block, Table))
    column = [heading.label for heading in table.columns].index("Over time")
    lines = [row[column] for row in table.rows]
    assert all(len(line.spark) == 24 for line in lines)
    assert all("over" in line.text for line in lines), "the line is also told in words"


def test_missing_data_are_told_with_their_date_and_are_not_called_short() -> None:
    report = a_report("fidelity")
    texts = _texts(report)
    assert any("No records of contact log since August 14, 2026." in text and "Oak" in text for text in texts)
    short = [text for text in texts if "against" in text and "cannot tell" not in text]
    assert not any("Oak" in text for text in short)


def test_a_withheld_cell_says_fewer_than_and_is_never_a_zero() -> None:
    for language, words in (("en", "fewer than 11"), ("es", "menos de 11")):
        rows = {row[0].text: row[1:] for row in _table(a_report("fidelity", language), "units:program").rows}
        small = rows["Quinnipiac CSP"]
        assert {cell.text for cell in small} == {words}
        assert all(cell.value is None and cell.status == "withheld" for cell in small)


def test_no_number_of_a_withheld_program_is_in_the_report() -> None:
    withheld = [one for one in a_report("fidelity").numbers() if one.row in ("Quinnipiac CSP", "Summit Peer Support")]
    assert {number.column for number in withheld} == {"Target"}, "a target is set, not measured"


def test_the_privacy_section_counts_what_was_withheld() -> None:
    report = a_report("fidelity")
    assert report.cells_withheld > 0
    assert any(
        f"{report.cells_withheld} cells of this report's tables are withheld." in text for text in _texts(report)
    )


def test_a_report_of_one_program_holds_no_other_program() -> None:
    report = a_report("fidelity", scope=ONE_PROGRAM)
    text = repr(replace(report, language=None))  # type: ignore[arg-type]
    assert "Elm Street" in text
    assert "Harbor" not in text
    assert not [section for section in report.sections if section.id.startswith("units")]


def test_a_measure_declared_for_a_report_shows_up_without_new_code() -> None:
    new = a_measure("a_new_share", title={"en": "A new share", "es": "Una proporción nueva"})
    request = a_request()
    tables = released_tables("fidelity", request, [*measures(), new])
    report = fidelity.build(tables, request)
    assert "measure:a_new_share" in [section.id for section in report.sections]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", sorted(BUILDERS))
def test_every_shipped_measure_has_its_section_in_its_report(kind: str, language: str) -> None:
    declared = list(Catalogue().measures.values())
    request = a_request(language)
    report = BUILDERS[kind](released_tables(kind, request, declared), request)
    wanted = {f"measure:{measure.id}" for measure in declared if measure.report == kind}
    assert wanted == {section.id for section in report.sections if section.id.startswith("measure:")}


@pytest.mark.parametrize("withheld", [False, True])
def test_how_clients_lie_and_what_was_set_aside_is_told_unless_the_row_is_withheld(withheld: bool) -> None:
    row = {"numerator": 3, "denominator": 5} if withheld else {"numerator": 24, "denominator": 40}
    row |= {"mean": 58.4, "lower_quartile": 51.5, "upper_quartile": 73.0}
    row |= {"excluded": 13, "excluded_because": "no_hours 1, long_day 12"}
    released = release_together([a_result(a_measure(report="fidelity"), [], [row])], house_rules(), "director")
    request = a_request(scope=Scope("all", None, "Everything"))
    text = "\n".join(_texts(fidelity.build({"whole": released, "units": []}, request)))
    assert ("Half of the clients lie between 51.5% and 73.0%; their mean is 58.4%." in text) is not withheld
    aside = "Set aside, and in neither number: 1 day of staff with contacts and without hours and 12 days of staff with"
    assert (aside in text) is not withheld


def test_every_number_carries_its_denominator_dates_rule_and_source() -> None:
    report = a_report("fidelity")
    section = next(found for found in report.sections if found.id == "measure:community_share_contacts")
    lines = " ".join(getattr(section.blocks[-1], "lines", ()))
    for words in (
        "over people enrolled",
        "October 5, 2026",
        "version 1",
        "recalled: verify before use",
        "set by agency",
    ):
        assert words in lines


def test_a_log_based_report_does_not_call_itself_a_fidelity_review() -> None:
    assert any("log-based indicators" in text for text in _texts(a_report("fidelity")))


def test_satisfaction_calls_a_change_real_only_when_intervals_lie_apart() -> None:
    texts = _texts(a_report("satisfaction"))
    assert any(text.startswith("Participation in treatment planning: down to 74.2%") for text in texts)
    assert any("Respect: 76.7%, after 80.0% in Q2 2026. The intervals overlap" in text for text in texts)


def test_age_bands_run_from_young_to_old() -> None:
    report = a_report("grievances")
    section = next(found for found in report.sections if found.id == "measure:open_grievances_by_age")
    figure = next(block for block in section.blocks if isinstance(block, Figure))
    assert figure.categories == ("0-7", "8-21", "22-30", "31-60", "61-90", "90+")


def test_a_unit_that_serves_many_and_has_no_grievance_is_named() -> None:
    scope = Scope("facility", "F2", "Riverview Center")
    texts = _texts(a_report("grievances", scope=scope))
    assert any(text.startswith("Lakeshore ACT serves about 240 people a month and has no grievance.") for text in texts)


def test_two_programs_of_one_name_are_told_apart() -> None:
    request = replace(a_request(), labels={"program": {"P00": "CSP", "P01": "CSP", "P02": "ACT"}})
    report = fidelity.build(released_tables("fidelity", request), request)
    rows = [row[0].text for row in _table(report, "units:program").rows]
    assert rows[:3] == ["ACT", "CSP (P00)", "CSP (P01)"]


def test_a_figure_and_its_table_hold_the_same_numbers() -> None:
    for kind in BUILDERS:
        for section in a_report(kind).sections:
            for figure in (block for block in section.blocks if isinstance(block, Figure)):
                drawn = {value for series in figure.series for value in series.values if value is not None}
                tabled = {cell.value for row in figure.table.rows for cell in row if cell.value is not None}
                assert drawn <= tabled


def test_a_report_without_tables_says_so_and_shows_no_number() -> None:
    report = fidelity.build({}, a_request())
    assert report.sections[0].blocks[0] == Sentence(
        "No measure of this report could be computed from the files that were loaded.", "answer"
    )


@pytest.mark.parametrize(
    ("scope", "by"),
    [
        (Scope("all", None, "all"), {"whole": (), "units": ("program",)}),
        (Scope("region", "R1", "R"), {"whole": ("region",), "units": ("region", "program")}),
        (Scope("facility", "F1", "F"), {"whole": ("facility",), "units": ("facility", "program")}),
        (Scope("program", "P01", "P"), {"whole": ("program",)}),
    ],
)
def test_a_report_needs_the_scope_as_a_whole_and_its_units(scope: Scope, by: dict[str, tuple[str, ...]]) -> None:
    needs = [need for need in needs_of("fidelity", measures(), scope) if need.measure == "note_on_time"]
    assert {need.key: need.by for need in needs} == by
    assert {need.windows for need in needs} == {24}


def test_tables_of_every_scope_hold_those_of_each_scope() -> None:
    everything = needs_of_every_scope("fidelity", measures())
    assert len(everything) == len(set(everything))
    for scope in (Scope("region", "R1", "R"), Scope("facility", "F1", "F"), ONE_PROGRAM, Scope("all", None, "all")):
        assert set(needs_of("fidelity", measures(), scope)) <= set(everything)
