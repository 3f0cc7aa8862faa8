"""The problems that stop a command or a file: code, what is wrong, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A catalogue entry; ``what`` and ``do`` may hold ``{placeholders}`` filled when the message is raised."""

    code: str
    what: str
    do: str


CATALOGUE: dict[str, Message] = {
    # -- the command line and the workspace ------------------------------------------------------------
    "workspace.missing": Message(
        "RSS001", "no workspace here: there is no rss.yaml", "Make one with `rss-analytics init DIR`"
    ),
    "workspace.exists": Message(
        "RSS002", "a workspace is already here", "Choose another folder, or use the one that is there"
    ),
    "workspace.not_named": Message(
        "RSS015",
        "nothing says which workspace is meant",
        "Write its folder into the first cell of the notebook, or into the variable RSS_WORKSPACE",
    ),
    "usage.not_text": Message(
        "RSS016", "`{word}` is no text in UTF-8", "Write the word in UTF-8, or give the file another name"
    ),
    "usage.bad_date": Message(
        "RSS005", "`{value}` is not a date or a period", "Write a date as 2026-09-30, a month as 2026-09"
    ),
    "usage.unknown": Message("RSS006", "there is no {kind} `{name}`{hint}", "Known: {known}"),
    "usage.bad_option": Message("RSS007", "{reason}", "{remedy}"),
    "usage.extra_missing": Message(
        "RSS008",
        "this needs an optional part that is not installed",
        "Run `pip install 'rss_analytics[{extra}]'`",
    ),
    "usage.cannot_write": Message(
        "RSS009",
        "the place cannot be written to ({reason})",
        "Free some space or close the file there, or choose another place",
    ),
    "usage.no_records": Message(
        "RSS010",
        "there are no records of {form} to describe in that period",
        "Load an export of it with `rss-analytics ingest`, or ask for another period",
    ),
    "system.refused": Message(
        "RSS011",
        "the system refused it ({reason})",
        "Check that the place is there and may be read and written, and that its disk has space",
    ),
    "program.fault": Message(
        "RSS099",
        "the program met a fault of its own ({kind})",
        "`rss-analytics history` says what was stored; please report it with `rss-analytics doctor` and the command, "
        "never with data",
    ),
    # -- declared files --------------------------------------------------------------------------------
    "definition.yaml": Message("RSS101", "this is not valid YAML: {reason}", "Correct the file at that line"),
    "definition.unknown_key": Message("RSS102", "unknown key `{name}`{hint}", "Keys allowed here: {known}"),
    "definition.missing_key": Message("RSS103", "the key `{name}` is missing", "Add it"),
    "definition.value": Message("RSS104", "`{name}`: {reason}", "Correct the value"),
    "definition.unknown_name": Message(
        "RSS105", "{kind} `{name}` is not declared{hint}", "Use a declared name: {known}"
    ),
    "definition.duplicate": Message(
        "RSS106", "{kind} `{name}` is declared twice, here and in {other}", "Keep one of them, or rename the other"
    ),
    "definition.not_found": Message("RSS107", "there is no declared {kind} `{name}`{hint}", "Declared: {known}"),
    "definition.example": Message(
        "RSS108", "example {number} expects {expected} and the measure gives {got}", "Correct one of them"
    ),
    "definition.circle": Message(
        "RSS109", "`extends` leads back to the file itself: {files}", "Let one of them stand on its own"
    ),
    "definition.crosswalk": Message(
        "RSS140",
        "there is no such table, or it is not saved as UTF-8",
        "Save a CSV file of that name, with names in its first column and numbers in its second, in `{folder}`",
    ),
    "definition.crosswalk_row": Message(
        "RSS141", "a row of the table cannot be used: {reason}", "Correct the row; its cells are not shown here"
    ),
    "definition.too_many_questions": Message(
        "RSS130",
        "there are more than {most} questions, so this is no definition of one form",
        "Give the definition of one form; a table of records is told by its headings in the first row",
    ),
    "definition.too_large": Message(
        "RSS110",
        "the file is larger than {most} bytes, which no declared file needs",
        "Check that it is the right file; divide it if it is",
    ),
    "definition.too_deep": Message(
        "RSS111",
        "keys and lists stand in each other deeper than {most} levels",
        "Close what was opened before that line, or write it with fewer levels",
    ),
    "definition.too_much": Message(
        "RSS112",
        "the file holds more than {most} keys and values, what its aliases (`*name`) repeat counted in",
        "Divide the file, or repeat less by aliases",
    ),
    "definition.key_twice": Message(
        "RSS113", "the key `{name}` is written twice in one place", "Keep one of them; the line is that of the second"
    ),
    "definition.versions_overlap": Message(
        "RSS114",
        "it is in force on days of another version, {other}",
        "Let one end (`valid_to`) on the day before the other begins (`valid_from`)",
    ),
    # -- files ------------------------------------------------------------------------------------------
    "file.cannot_open": Message(
        "RSS201", "the file cannot be opened ({reason})", "Check its name and place, and that it may be read"
    ),
    "file.empty": Message("RSS202", "the file is empty", "Export it again"),
    "file.other_format": Message("RSS203", "this is {kind}, neither a text table nor a workbook", "{remedy}"),
    "file.not_text": Message("RSS204", "this is neither text nor a workbook", "Export the table again as CSV or XLSX"),
    "file.nul_character": Message(
        "RSS205",
        "line {line} holds a NUL character, which no text holds: the file is damaged",
        "Export or copy it again",
    ),
    "file.cut_off": Message(
        "RSS206", "the file ends in the middle of a character: it was cut off", "Export or copy it again"
    ),
    "file.unclosed_quote": Message(
        "RSS207",
        "the quotation mark that begins a cell in row {row} is never closed, so all rows after it are one cell",
        "Correct the quotation marks of that row, or export again",
    ),
    "file.cell_too_long": Message(
        "RSS208",
        "a cell in row {row} is longer than {limit} characters; most often its quotation mark is never closed",
        "Correct the quotation marks of that row, or export again",
    ),
    "file.encrypted_workbook": Message(
        "RSS209",
        "the workbook is protected with a password",
        "Open it, remove the password (File > Info > Protect Workbook in Excel), save it and load it again",
    ),
    "file.damaged_workbook": Message(
        "RSS210",
        "the workbook is damaged, or a stray cell far from the table makes it too large to read",
        "Open it in a spreadsheet program, save it anew as XLSX or CSV and load that",
    ),
    "file.unknown_sheet": Message("RSS211", "there is no sheet `{sheet}`{hint}", "Sheets: {known}"),
    "file.no_table": Message(
        "RSS212",
        "no visible sheet holds a table",
        "Unhide the sheet, or name it with `--sheet`; sheets: {sheets}",
    ),
    "file.no_time_zone": Message(
        "RSS415",
        "under {columns} stand moments with a time zone, and the workspace does not say in which zone the program is",
        "Write it into rss.yaml, such as `time_zone: America/New_York`, and load the file again",
    ),
    "file.encrypted_archive": Message(
        "RSS213", "the archive is protected with a password", "Unpack it with the password and load the files inside"
    ),
    "file.damaged_archive": Message("RSS214", "the archive is damaged or cut off", "Export or copy it again"),
    "file.changed": Message(
        "RSS215", "the file changed while it was read", "Nothing of it was stored; load it when it has been written"
    ),
    "file.not_a_file": Message("RSS216", "this is {kind}, not a file", "Name the exported file itself"),
    "file.too_many_members": Message(
        "RSS217",
        "the archive holds {found} files, more than {most}",
        "Pack only the exported tables; `limits` in house_rules.yaml says how many may be read (`archive_members`)",
    ),
    "file.too_large": Message(
        "RSS218",
        "the file holds {found} MB, more than {most} MB",
        "Export fewer records at a time, or raise `{limit}` under `limits` in house_rules.yaml",
    ),
    "file.packed_too_tightly": Message(
        "RSS219",
        "the file would unpack to more than {most} times its size, as no table does",
        "Export it again; if it is sound, save it as CSV or raise `packed_ratio` under `limits` in house_rules.yaml",
    ),
    "file.member_twice": Message(
        "RSS220",
        "the archive holds two files of one name, {member}, of which one would be lost",
        "Pack it again with a name for each",
    ),
    "file.too_many_columns": Message(
        "RSS221",
        "the table has {found} columns, more than {most}",
        "Export only the columns of the form, or raise `columns` under `limits` in house_rules.yaml",
    ),
    "file.line_too_long": Message(
        "RSS222",
        "line {line} is longer than {limit} characters: this is no table, or its line ends were lost",
        "Export it again, or raise `line_characters` under `limits` in house_rules.yaml",
    ),
    "file.sheet_too_wide": Message(
        "RSS223",
        "a sheet spans {rows} rows and {columns} columns, nearly all of them empty: a stray cell stands far from the "
        "table",
        "Delete the rows and columns beside the table in a spreadsheet program, or save the table as CSV",
    ),
    "file.cell_of_workbook_too_long": Message(
        "RSS224",
        "a cell of the workbook has more than {limit} characters",
        "Shorten it, or raise `cell_characters` under `limits` in house_rules.yaml",
    ),
    # -- the store --------------------------------------------------------------------------------------
    "store.missing": Message(
        "RSS801", "nothing has been loaded yet", "Load exported files with `rss-analytics ingest FILE`"
    ),
    "store.busy": Message(
        "RSS802",
        "another program still has the store after {seconds} s",
        "Close the notebook or program that uses it and try again",
    ),
    "store.unreadable": Message(
        "RSS803", "the store cannot be opened", "Restore it from a backup, or ask for help with `rss-analytics doctor`"
    ),
    "store.foreign": Message(
        "RSS809", "{what} lies in the place of the store", "Move it away, or restore the store from a backup"
    ),
    "store.damaged": Message(
        "RSS810",
        "the store is damaged: a part of it cannot be read",
        "Restore it from a backup; `rss-analytics doctor` names what can still be read",
    ),
    "store.newer": Message(
        "RSS811", "the store was written by a newer version of DuckDB", "Use the version of rss_analytics that wrote it"
    ),
    "store.refused": Message(
        "RSS812",
        "the system does not let the store be used ({reason}); nothing was changed",
        "Check the permissions of the file and its folder, and that their disk can be written and has space",
    ),
    "store.vanishing": Message(
        "RSS804",
        "this full export would delete {gone} of {there} records ({share}) of the days it covers",
        "Check that the export is complete; if it is, repeat with `--yes`",
    ),
    "store.unknown_keys": Message(
        "RSS808",
        "{rows} rows of this full export name no record that can be read, so the {gone} records it lacks may be theirs",
        "Correct these rows and load the file again, or repeat with `--yes`",
    ),
    "store.no_coverage": Message(
        "RSS805", "the form names no date that a full export could cover", "Load the file without `--full`"
    ),
    "store.changed_field": Message(
        "RSS806",
        "the field `{field}` was stored as {old} and the form now says {new}",
        "Give the changed field a new name, or keep its type",
    ),
    "store.no_load": Message(
        "RSS807", "there is no load {load_id} that can be undone", "See `rss-analytics history` for the loads"
    ),
    # -- headings ---------------------------------------------------------------------------------------
    "headings.unmatched": Message(
        "RSS301",
        "columns that the form {form} does not know: {listed}",
        "Rename the column, add the heading to the field's `aliases`, or leave it out with `--ignore HEADING`",
    ),
    "headings.absent": Message(
        "RSS302",
        "the form {form} needs columns that are not there: {needed}",
        "Export them too, or add the heading they have to the field's `aliases`",
    ),
    "headings.twice": Message(
        "RSS303", "two columns, {both}, both name the field `{field}`", "Leave one out with `--ignore HEADING`"
    ),
    "headings.wrong_form": Message(
        "RSS304",
        "this does not look like the form {form}: none or few of its columns are there ({needed} missing)",
        "Name the right form with `--form`; `rss-analytics forms list` shows them",
    ),
    "headings.no_form": Message(
        "RSS305",
        "the columns fit no declared form",
        "Name the form with `--form` to see which columns do not fit; forms: {known}",
    ),
    "headings.many_forms": Message(
        "RSS306", "the columns fit more than one form: {forms}", "Name the form with `--form`"
    ),
}
