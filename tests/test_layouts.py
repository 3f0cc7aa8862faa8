"""An agency's own export becomes records of a shipped form by a layout of a few lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from rss_analytics import Workspace, cli
from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.errors import RssError

HEAD = 'form: own\nextends: contact_log\nversion: "1"\n'
WHOLE = "participants,modality,format,setting"
IDS = "contact_id,client_id,staff_id,program_id"
REST = "client,in_person,individual,client_home"


@pytest.fixture
def agency(tmp_path: Path) -> Workspace:
    workspace = Workspace.create(tmp_path / "agency")
    for folder in ("forms", "crosswalks"):
        (workspace.root / "schemas" / folder).mkdir(parents=True, exist_ok=True)
    return workspace


def laid_out(workspace: Workspace, text: str, name: str = "own") -> Workspace:
    path = workspace.root / "schemas" / "forms" / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return Workspace.open(workspace.root)


def loaded(workspace: Workspace, text: str, *, form: str | None = "contact_log", name: str = "log.csv") -> Any:
    path = workspace.root / name
    path.write_text(text, encoding="utf-8")
    (result,) = workspace.ingest(path, form=form)
    return result


def stored(workspace: Workspace, *names: str) -> list[tuple[Any, ...]]:
    with workspace.store.opened(read_only=True) as connection:
        listed = ", ".join(names)
        return connection.execute(
            f"SELECT {listed} FROM record.contact_log WHERE known_to IS NULL ORDER BY contact_id"
        ).fetchall()


def test_day_and_time_of_two_columns_are_a_moment_and_a_visit_may_end_after_midnight(agency: Workspace) -> None:
    layout = """fields:
  start_at: {join: [Service Date, Start Time], formats: ['%m/%d/%Y %I:%M %p']}
  end_at: {join: [Service Date, End Time], formats: ['%m/%d/%Y %I:%M %p'], next_day_before: start_at}
"""
    head = f"{IDS},Service Date,Start Time,End Time,minutes,status,contact_class,{WHOLE}"
    rows = [
        f"K1,C1,S1,P1,09/29/2026,10:30 PM,12:45a,135,emergency,direct,{REST}",
        f"K2,C1,S1,P1,09/28/2026,11:00 am,11:40 a.m.,40,kept,direct,{REST}",
        f"K3,C1,S1,P1,09/28/2026,11:00,,40,kept,direct,{REST}",
    ]
    result = loaded(laid_out(agency, HEAD + layout), "\n".join([head, *rows]))
    assert (result.accepted, result.refused) == (2, 1)
    moments = stored(agency, "CAST(start_at AS VARCHAR)", "CAST(end_at AS VARCHAR)")
    assert moments == [
        ("2026-09-29 22:30:00", "2026-09-30 00:45:00"),
        ("2026-09-28 11:00:00", "2026-09-28 11:40:00"),
    ]


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("75", 75), ("75 min", 75), ("75mins.", 75), ("1 h 15", 75), ("1h15m", 75), ("1.25 h", 75), ("1,25 hrs", 75),
        ("PT1H15M", 75), ("PT75M", 75), ("1:15", 75), ("0:05", 5), ("1 hour 5 minutes", 65), ("62,0", None),
        ("1:75", None), ("h", None), ("1 d", None), ("0.333 h", None), ("1:15:30", None),
    ],
)  # fmt: skip
def test_durations_are_read_by_their_units_and_never_guessed(agency: Workspace, cell: str, minutes: int | None) -> None:
    workspace = laid_out(agency, HEAD + "fields:\n  minutes: {durations: 'h:mm'}\n")
    head = f"{IDS},start_at,minutes,status,contact_class,{WHOLE}"
    result = loaded(workspace, f'{head}\nK1,C1,S1,P1,2026-09-29 10:00,"{cell}",kept,direct,{REST}')
    assert result.accepted == (0 if minutes is None else 1)
    assert minutes is None or stored(workspace, "minutes") == [(minutes,)]


def test_a_clock_duration_is_refused_where_nobody_said_what_it_is(agency: Workspace) -> None:
    head = f"{IDS},start_at,minutes,status,contact_class,{WHOLE}"
    rows = (
        f"K1,C1,S1,P1,2026-09-29 10:00,1:15,kept,direct,{REST}\nK2,C1,S1,P1,2026-09-29 12:00,75 min,kept,direct,{REST}"
    )
    assert loaded(agency, f"{head}\n{rows}").refused == 1


def test_names_become_numbers_and_an_unknown_one_is_neither_stored_nor_told(
    agency: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "who;number\nStone, May;S7\nVale, Kim;S8\n"
    (agency.root / "schemas" / "crosswalks" / "people.csv").write_text(table, encoding="utf-8")
    workspace = laid_out(agency, HEAD + "fields:\n  staff_id: {aliases: [Kollegin], crosswalk: people}\n")
    head = f"contact_id,client_id,Kollegin,program_id,start_at,minutes,status,contact_class,{WHOLE}"
    rows = [
        f'K{n},C1,"{who}",P1,2026-09-29 10:0{n},5,kept,direct,{REST}'
        for n, who in enumerate(["Stone, May", "vale, kim", "S8", "Nobody Known"])
    ]
    (workspace.root / "log.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    status = cli.run(["ingest", str(workspace.root / "log.csv"), "--workspace", str(workspace.root)], {})
    said = capsys.readouterr()
    assert status == 1 and "Nobody" not in said.out + said.err
    assert [row[0] for row in stored(workspace, "staff_id")] == ["S7", "S8", "S8"]
    store = (workspace.root / "data/warehouse/store.duckdb").read_bytes()
    assert b"Nobody Known" not in store and b"Stone" not in store
    (book,) = workspace.rejects(workspace.root / "out")
    sheet = openpyxl.load_workbook(book).active
    cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert any("RSS420" in cell for cell in cells)


def test_a_service_code_says_what_no_column_says_and_never_overwrites(agency: Workspace) -> None:
    layout = """lookups:
  Service:
    H1: {modality: in_person, setting: client_home, format: individual}
    T1: {modality: phone, format: individual}
"""
    workspace = laid_out(agency, HEAD + layout)
    head = "contact_id,client_id,staff_id,program_id,start_at,minutes,status,contact_class,format,Service"
    rows = [
        "K1,C1,S1,P1,2026-09-29 10:00,5,kept,direct,,h1",
        "K2,C1,S1,P1,2026-09-29 11:00,5,kept,direct,family,T1",
        "K3,C1,S1,P1,2026-09-29 12:00,5,kept,direct,family,unknown",
    ]
    result = loaded(workspace, "\n".join([head, *rows]))
    assert (result.accepted, result.refused) == (2, 1), "the third does not say how it took place"
    assert stored(workspace, "modality", "format", "setting") == [
        ("in_person", "individual", "client_home"),
        ("phone", "family", None),
    ]


def test_layouts_of_two_systems_stand_side_by_side_and_are_told_by_their_headings(agency: Workspace) -> None:
    one = 'form: one\nextends: contact_log\nversion: "1"\nfields:\n  contact_id: {aliases: [Nummer]}\n'
    other = 'form: other\nextends: contact_log\nversion: "1"\nfields:\n  contact_id: {aliases: [Visit]}\n'
    workspace = laid_out(laid_out(agency, one, "one"), other, "other")
    rest = f"client_id,staff_id,program_id,start_at,minutes,status,contact_class,{WHOLE}"
    for form in (None, "contact_log"):
        for hour, (heading, layout) in enumerate((("Nummer", "one"), ("Visit", "other"), ("contact_id", None))):
            row = f"C1,S1,P1,2026-09-29 1{hour}:00,5,kept,direct,{REST}"
            result = loaded(workspace, f"{heading},{rest}\nK-{heading},{row}", form=form, name=f"{heading}.csv")
            assert result.accepted == 1
            assert [note for note in result.notes if note.startswith("layout")] == [f"layout: {layout}"] * bool(layout)
    assert {result[0] for result in stored(workspace, "contact_id")} == {"K-Nummer", "K-Visit", "K-contact_id"}


def test_refused_rows_of_a_layout_are_handed_back_in_words_that_load_back(agency: Workspace) -> None:
    layout = (
        "fields:\n  start_at: {aliases: [Beginn], formats: ['%d.%m.%Y %H:%M']}\n  status: {choices: {kept: [da]}}\n"
    )
    workspace = laid_out(agency, HEAD + layout)
    head = f"{IDS},Beginn,minutes,status,contact_class,{WHOLE}"
    result = loaded(workspace, f"{head}\nK1,C1,S1,P1,20.11.2026 12:15,999,da,direct,{REST}")
    assert result.refused == 1
    (book,) = workspace.rejects(workspace.root / "out")
    opened = openpyxl.load_workbook(book)
    sheet = opened.active
    names = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, names.index("start_at") + 1).value == "2026-11-20 12:15:00"
    sheet.cell(2, names.index("minutes") + 1).value = "60"
    opened.save(book)
    (again,) = workspace.ingest(book, form="contact_log")
    assert (again.accepted, again.refused) == (1, 0)


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("fields:\n  minuts: {aliases: [x]}", r"own\.yaml line 5: `fields\.minuts`: `minuts` is no field"),
        ("fields:\n  status: {alias: [x]}", "unknown key `alias`, did you mean `aliases`"),
        ("fields:\n  status: {choices: {seen: [x]}}", "`seen` is no code of `status`"),
        ("fields:\n  status: {formats: ['%d']}", "`status` is no date"),
        ("fields:\n  client_id: {decimal: ','}", "`client_id` is no number"),
        ("fields:\n  participants_n: {default: x}", "is no field of contact_log"),
        ("fields:\n  modality: {default: pigeon}", "`pigeon` is no answer to `modality`"),
        ("fields:\n  end_at: {next_day_before: minutes}", "fields with date and time"),
        ("fields:\n  staff_id: {crosswalk: nowhere}", r"RSS140 nowhere\.csv"),
        ("lookups:\n  Code: {A: {setting: moon}}", "`moon` is no answer to `setting`"),
    ],
)
def test_a_layout_that_its_form_cannot_be_is_refused_with_its_line(agency: Workspace, layout: str, said: str) -> None:
    workspace = laid_out(agency, HEAD + layout + "\n")
    with pytest.raises(RssError, match=said):
        workspace.catalogue.check()


def test_a_layout_extends_a_form_that_is_declared(agency: Workspace) -> None:
    workspace = laid_out(agency, 'form: own\nextends: contact_lok\nversion: "1"\n')
    with pytest.raises(RssError, match="did you mean `contact_log`"):
        workspace.catalogue.check()


def test_a_layout_named_like_its_form_leaves_the_form_as_it_is(agency: Workspace) -> None:
    text = 'form: contact_log\nextends: contact_log\nversion: "2"\nfields:\n  contact_id: {aliases: [Nummer]}\n'
    workspace = laid_out(agency, text, "contact_log")
    assert workspace.catalogue.form("contact_log") == Catalogue().form("contact_log")
    rest = f"client_id,staff_id,program_id,start_at,minutes,status,contact_class,{WHOLE}"
    assert loaded(workspace, f"Nummer,{rest}\nK1,C1,S1,P1,2026-09-29 10:00,5,kept,direct,{REST}").accepted == 1


GERMAN = """Kontakt-Nr.;Klient;Kollegin;Programm;Beginn;Ende;Dauer (Min.);Status;Art;Leistung
""" + "\n".join(
    f"K{n};00{n};{who};P1;2{n % 7}.11.2026 12:15;2{n % 7}.11.2026 13:17;62,0;erschienen;{kind};TEL"
    for n, (who, kind) in enumerate([("M. Muster", "direkt"), ("A. Beispiel", "kollateral")] * 6)
)


def test_a_file_that_does_not_fit_gets_the_layout_it_would_take(
    agency: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (agency.root / "kontakte.csv").write_text(GERMAN, encoding="utf-8")
    status = cli.run(
        ["ingest", str(agency.root / "kontakte.csv"), "--form", "contact_log", "--workspace", str(agency.root)], {}
    )
    said = capsys.readouterr().err
    assert status == 2 and "extends: contact_log" in said
    for line in (
        "contact_id: {aliases: ['Kontakt-Nr.']}",
        "start_at: {aliases: [Beginn], formats: ['%d.%m.%Y %H:%M']}",
        "minutes: {aliases: ['Dauer (Min.)'], decimal: ','}",
        "contact_class: {aliases: [Art], choices: {direct: [direkt], collateral: [kollateral]}}",
        "staff_id: {aliases: [Kollegin], crosswalk: staff}",
        "say which code each is: erschienen",
        "# modality: {default: ...}",
    ):
        assert line in said, line
    assert "Muster" not in said and "Beispiel" not in said


def test_what_is_proposed_is_a_layout_that_can_be_saved(agency: Workspace) -> None:
    (agency.root / "kontakte.csv").write_text(GERMAN, encoding="utf-8")
    proposed = agency.propose_layout(agency.root / "kontakte.csv", form="contact_log", name="own")
    assert proposed is not None
    (agency.root / "schemas/crosswalks/staff.csv").write_text("a,b\nx,y\n", encoding="utf-8")
    laid_out(agency, proposed).catalogue.check()


def test_a_first_row_of_data_is_never_repeated_in_a_proposal(agency: Workspace) -> None:
    rows = "Jane Roe,1001,2026-09-01 10:00,jane@example.org\nJohn Doe,1002,2026-09-02 10:00,john@example.org\n"
    (agency.root / "rows.csv").write_text(rows, encoding="utf-8")
    assert agency.propose_layout(agency.root / "rows.csv", form="contact_log") is None


def test_the_same_file_in_a_changed_layout_is_judged_again(agency: Workspace) -> None:
    head = f"{IDS},start_at,minutes,status,contact_class,{WHOLE}"
    (agency.incoming / "log.csv").write_text(
        f"{head}\nK1,C1,S1,P1,2026-09-29 10:00,5,da,direct,{REST}", encoding="utf-8"
    )
    workspace = laid_out(agency, HEAD + "fields:\n  status: {choices: {kept: [hier]}}\n")
    (first,), _ = workspace.update()
    workspace = laid_out(agency, HEAD + "fields:\n  status: {choices: {kept: [hier, da]}}\n")
    (second,), _ = workspace.update()
    third, _ = workspace.update()
    assert (first.refused, second.accepted, third) == (1, 1, [])
    assert json.dumps(second.notes).count("layout: own") == 1
