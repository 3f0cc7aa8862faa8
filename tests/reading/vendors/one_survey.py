"""One synthetic survey as each vendor writes it: the same answers in every vendor's own layout."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import xlsxwriter

from rss_analytics.definitions.form import Form

QUESTION = "How satisfied are you with the program?"
HELP = "What helped you? (choose all that apply)"
COMMENT = "Anything else?"
LEVELS = {"1": "Very satisfied", "2": "Satisfied", "3": "Not satisfied"}
HELPS = {"1": "Talking, listening", "2": "Talking", "3": "Rides; errands", "4": "Work and school"}
MISSING = "-99"

FORM = Form.model_validate(
    {
        "form": "one_survey",
        "version": "1",
        "title": {"en": "Survey"},
        "grain": {"en": "one row is one response"},
        "owner": "quality",
        "key": ["response_id"],
        "fields": [
            {"name": "response_id", "type": "text", "label": {"en": "Response"}, "required": True,
             "aliases": ["responseid", "respondent id", "respondentid", "id", "response id", "record id", "_uuid",
                         "KEY"]},
            {"name": "completed_at", "type": "datetime", "label": {"en": "Completed"},
             "aliases": ["recordeddate", "date modified", "timestamp", "completion time", "one_survey_timestamp",
                         "survey timestamp", "_submission_time", "submissiondate", "submitdate", "date submitted"]},
            {"name": "satisfied", "type": "scale", "min": 1, "max": 3, "label": {"en": QUESTION}, "aliases": ["QID1"],
             "missing_codes": {MISSING: "seen, not answered"},
             "choices": [{"code": code, "label": {"en": label}} for code, label in LEVELS.items()]},
            {"name": "helps", "type": "multi_choice", "label": {"en": HELP}, "aliases": ["QID2"],
             "missing_codes": {MISSING: "seen, not answered"},
             "choices": [{"code": f"h{code}", "label": {"en": label}} for code, label in HELPS.items()]},
            {"name": "comment", "type": "text", "label": {"en": COMMENT}, "aliases": ["QID3_TEXT"]},
        ],
    }
)  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """One person's answers; codes are keys of ``LEVELS`` and ``HELPS``."""

    number: int
    at: datetime
    level: str
    helps: tuple[str, ...]
    comment: str

    def cast(self, response_id: str) -> dict[str, Any]:
        """The record that a form makes of it."""
        return {
            "response_id": response_id,
            "completed_at": self.at,
            "satisfied": int(self.level) if self.level else None,
            "helps": "|".join(sorted(f"h{code}" for code in self.helps)) or None,
            "comment": self.comment.strip() or None,
        }


def _csv(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _iso(at: datetime) -> str:
    return at.isoformat(" ", "seconds")


def qualtrics(path: Path, people: list[Answers], *, words: bool, python_ids: bool, headings: int = 3) -> Path:
    """Three rows of headings (or fewer), one column a choice, values as numbers or as words."""
    own = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "RecordedDate", "ResponseId"]
    ids = ["startDate", "endDate", "status", "ipAddress", "progress", "finished", "recordedDate", "_recordId"]
    tags = [*own, "Q1", *(f"Q2_{code}" for code in HELPS), "Q3"]
    texts = [*own, QUESTION, *(f"{HELP} - Selected Choice - {label}" for label in HELPS.values()), COMMENT]
    texts[0] = "Start Date of the response"
    ids += ["QID1", *(f"QID2_{code}" for code in HELPS), "QID3_TEXT"]
    imported = [str({"ImportId": one}) if python_ids else f'{{"ImportId":"{one}"}}' for one in ids]
    rows = [tags, texts, imported][:headings]
    for one in people:
        status, finished = ("IP Address", "True") if words else ("0", "1")
        level = LEVELS.get(one.level, "") if words else one.level
        boxes = [(label if words else "1") if code in one.helps else "" for code, label in HELPS.items()]
        times = [_iso(one.at)] * 2
        own_cells = [*times, status, "10.0.0.1", "100", finished, _iso(one.at), f"R_{one.number}"]
        rows.append([*own_cells, level, *boxes, one.comment])
    return _csv(path, rows)


def surveymonkey(path: Path, people: list[Answers], *, expanded: bool) -> Path:
    """Two rows of headings and a column a choice; or condensed: one row, choices joined by commas."""
    own = ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address"]
    questions = [f"<b>{QUESTION}</b>", HELP, COMMENT]
    if expanded:
        rows = [
            [*own, questions[0], questions[1], *[""] * (len(HELPS) - 1), COMMENT],
            [*[""] * len(own), "Response", *HELPS.values(), "Open-Ended Response"],
        ]
    else:
        rows = [[*own, *questions]]
    for one in people:
        time = one.at.strftime("%m/%d/%Y %I:%M:%S %p")
        level, chosen = LEVELS.get(one.level, ""), [HELPS[code] for code in one.helps]
        boxes = [label if label in chosen else "" for label in HELPS.values()] if expanded else [", ".join(chosen)]
        cells = [str(11400000000 + one.number), "99", time, time, "10.0.0.1", "a@example.org"]
        rows.append([*cells, level, *boxes, one.comment])
    return _csv(path, rows)


def google(path: Path, people: list[Answers], *, sheets: bool) -> Path:
    """As downloaded from the sheet (``8/21/2019 13:10:31``, ``, ``) or from the form (``... PM AST``, ``;``)."""
    rows = [["Timestamp", "Email Address", QUESTION, HELP, COMMENT]]
    for one in people:
        at = one.at
        clock = f"{at.year}/{at.month:02}/{at.day:02} {at.strftime('%I:%M:%S %p')} AST"
        time = f"{at.month}/{at.day}/{at.year} {at.hour}:{at.minute:02}:{at.second:02}" if sheets else clock
        chosen = (", " if sheets else ";").join(HELPS[code] for code in one.helps)
        rows.append([time, "a@example.org", LEVELS.get(one.level, ""), chosen, one.comment])
    return _csv(path, rows)


def microsoft(path: Path, people: list[Answers]) -> Path:
    """A workbook with real times, no-break spaces in headings, a sign after the last of several answers."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, clock = book.add_worksheet("Sheet1"), book.add_format({"num_format": "m/d/yy h:mm:ss"})
        own = ["ID", "Start time", "Completion time", "Email", "Name"]
        quiz = ["Total points", "Quiz feedback"]
        questions = [QUESTION.replace(" ", "\xa0"), f"Points - {QUESTION}", HELP, f"Feedback - {HELP}", COMMENT]
        sheet.write_row(0, 0, [*own, *quiz, *questions])
        for row, one in enumerate(people, start=1):
            sheet.write_number(row, 0, one.number)
            sheet.write_datetime(row, 1, one.at, clock)
            sheet.write_datetime(row, 2, one.at, clock)
            chosen = "".join(f"{HELPS[code]};" for code in one.helps)
            cells = ["anonymous", "", "", "", LEVELS.get(one.level, ""), "", chosen, "", one.comment]
            for column, cell in enumerate(cells, start=3):
                sheet.write_string(row, column, cell)
    return path


def spss(path: Path, people: list[Answers]) -> Path:
    """Codes with value labels, numbered otherwise than the form numbers them; several answers as one text."""
    import pandas as pd  # noqa: PLC0415
    import pyreadstat  # noqa: PLC0415

    turned = {code: float(9 - int(code)) for code in LEVELS}
    columns: dict[str, Any] = {
        "respid": [f"S{one.number}" for one in people],
        "recorded": pd.Series([one.at for one in people], dtype="datetime64[us]"),
        "q1": pd.Series([turned.get(one.level) for one in people], dtype="float64"),
        "q2": [";".join(HELPS[code] for code in one.helps) for one in people],
        "q3": [one.comment for one in people],
    }
    labels: list[str | None] = ["Response", "Completed", QUESTION, HELP, COMMENT]
    values = {"q1": {turned[code]: label for code, label in LEVELS.items()}}
    frame = pd.DataFrame(columns)
    pyreadstat.write_sav(frame, str(path), column_labels=labels, variable_value_labels=values)
    return path
