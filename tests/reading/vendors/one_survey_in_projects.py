"""The synthetic survey as tools of projects write it: REDCap, KoboToolbox, ODK and LimeSurvey, in every shape."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from .one_survey import COMMENT, HELP, HELPS, LEVELS, QUESTION, Answers

Rows = list[list[str]]


def _text(rows: Rows, *, delimiter: str = ",", quoted: bool = False) -> str:
    stream = StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def _written(path: Path, rows: Rows, *, delimiter: str = ",", quoted: bool = False) -> Path:
    path.write_bytes(_text(rows, delimiter=delimiter, quoted=quoted).encode())
    return path


@dataclass(frozen=True)
class RedcapExport:
    """Three switches that are independent of each other, and what the project has: events, access groups, repeats."""

    label_headings: bool = False
    label_values: bool = False
    boxes_as_labels: bool = False
    longitudinal: bool = False
    groups: bool = False
    repeating: bool = False


def redcap(path: Path, people: Sequence[Answers], *, how: RedcapExport) -> Path:
    """One wide sheet with REDCap's own columns after the record's id, and the status of the instrument at its end."""
    own = ["redcap_event_name"] if how.longitudinal else []
    own += ["redcap_repeat_instrument", "redcap_repeat_instance"] if how.repeating else []
    own += ["redcap_data_access_group"] if how.groups else []
    raw = ["record_id", *own, "one_survey_timestamp", "satisfied", *(f"helps___h{code}" for code in HELPS), "comment",
           "one_survey_complete"]  # fmt: skip
    shown = {"redcap_event_name": "Event Name", "redcap_repeat_instrument": "Repeat Instrument",
             "redcap_repeat_instance": "Repeat Instance", "redcap_data_access_group": "Data Access Group"}  # fmt: skip
    labels = ["Record ID", *(shown[name] for name in own), "Survey Timestamp", QUESTION,
              *(f"{HELP} (choice={label})" for label in HELPS.values()), COMMENT, "Complete?"]  # fmt: skip
    rows = [labels if how.label_headings else raw]
    for one in people:
        events = [("Baseline (Arm 1: All)" if how.label_values else "baseline_arm_1")] if how.longitudinal else []
        repeats = ["One survey" if how.label_values else "one_survey", "1"] if how.repeating else []
        level = LEVELS.get(one.level, "") if how.label_values else one.level
        rows.append(
            [str(one.number), *events, *repeats, *(["north"] if how.groups else []), str(one.at), level,
             *(_redcap_box(code, one, how) for code in HELPS), one.comment,
             "Complete" if how.label_values else "2"]
        )  # fmt: skip
    return _written(path, rows)


def _redcap_box(code: str, one: Answers, how: RedcapExport) -> str:
    ticked = code in one.helps
    if how.boxes_as_labels:
        return HELPS[code] if ticked else ""
    if how.label_values:
        return "Checked" if ticked else "Unchecked"
    return "1" if ticked else "0"


@dataclass(frozen=True)
class KoboExport:
    """How a KoboToolbox export is asked for: its age, values or labels, groups, and the shape of several answers."""

    legacy: bool = False
    labels: bool = False
    groups: bool = False
    several: str = "both"  # both | one | split
    or_other: bool = False


def kobo(path: Path, people: Sequence[Answers], *, how: KoboExport) -> Path:
    """Every cell quoted and parted by semicolons; or the older comma form with n/a, True and False."""
    group = ("Your opinion/" if how.labels else "opinion/") if how.groups else ""
    names = (QUESTION, HELP, COMMENT) if how.labels else ("satisfied", "helps", "comment")
    satisfied, helps, comment = (f"{group}{name}" for name in names)
    boxes = [f"{helps}/{HELPS[code] if how.labels else f'h{code}'}" for code in HELPS]
    heads = ["start", "end", satisfied]
    heads += [helps] if how.several != "split" else []
    heads += boxes if how.several != "one" else []
    heads += [f"{group}{names[1]}_other"] if how.or_other else []
    heads += [comment, "_id", "_uuid", "_submission_time", "_validation_status", "__version__", "_index"]
    rows = [heads]
    for number, one in enumerate(people, start=1):
        chosen = [HELPS[code] if how.labels else f"h{code}" for code in one.helps]
        yes, no = ("True", "False") if how.legacy else ("1", "0")
        ticks = [(yes if code in one.helps else no) if one.helps else "" for code in HELPS]
        cells = [f"{one.at.isoformat()}.000-05:00"] * 2
        cells += [LEVELS.get(one.level, "") if how.labels else one.level]
        cells += [" ".join(chosen)] if how.several != "split" else []
        cells += ticks if how.several != "one" else []
        cells += [""] if how.or_other else []
        status = "" if how.legacy else "{}"
        cells += [one.comment, str(one.number), _uuid(one), one.at.isoformat(), status, "vA1", str(number)]
        rows.append([cell or ("n/a" if how.legacy else "") for cell in cells])
    return _written(path, rows, delimiter="," if how.legacy else ";", quoted=not how.legacy)


def _uuid(one: Answers) -> str:
    return f"00000000-0000-4000-8000-{one.number:012}"


def odk(path: Path, people: Sequence[Answers], *, groups: bool, split: bool, zipped: bool) -> Path:
    """ODK Central: groups set off by a hyphen, several answers by spaces, a slash before a choice, KEY at the end."""
    group = "opinion-" if groups else ""
    boxes = [f"{group}helps/h{code}" for code in HELPS] if split else []
    rows = [["SubmissionDate", f"{group}satisfied", f"{group}helps", *boxes, f"{group}comment",
             "meta-instanceID", "KEY", "SubmitterID", "ReviewState"]]  # fmt: skip
    for one in people:
        key = f"uuid:{_uuid(one)}"
        ticks = [("1" if code in one.helps else "0") if one.helps else "" for code in HELPS] if split else []
        helps = " ".join(f"h{code}" for code in one.helps)
        rows.append([f"{one.at.isoformat()}.000Z", one.level, helps, *ticks, one.comment, key, key, "7", ""])
    if not zipped:
        return _written(path, rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one_survey.csv", _text(rows))
    return path


def limesurvey(path: Path, people: Sequence[Answers], *, headings: str, words: bool) -> Path:
    """Headings by code, by text or both; answers by code or text; a box holds Y or nothing, or Yes or No."""
    own = {"id": "Response ID", "submitdate": "Date submitted", "lastpage": "Last page",
           "startlanguage": "Start language", "ipaddr": "IP address"}  # fmt: skip
    asked = {"satisfied": QUESTION, **{f"helps[h{code}]": f"{HELP} [{label}]" for code, label in HELPS.items()},
             "comment": COMMENT}  # fmt: skip
    columns = {**own, **asked}
    heads = {"code": list(columns), "text": list(columns.values()),
             "both": [f"{code}. {text}" for code, text in columns.items()]}[headings]  # fmt: skip
    rows = [heads]
    for one in people:
        ticks = [("Yes" if words else "Y") if code in one.helps else ("No" if words else "") for code in HELPS]
        level = LEVELS.get(one.level, "") if words else one.level
        rows.append([str(one.number), str(one.at), "2", "en", "10.0.0.1", level, *ticks, one.comment])
    return _written(path, rows, delimiter="," if words else ";", quoted=True)
