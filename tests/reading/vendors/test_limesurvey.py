"""LimeSurvey's exports, in whatever of their shapes, give the same plain tables."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.spelling import NONE_CHOSEN
from rss_analytics.errors import RssError
from tests.reading.reading_results import result_of
from tests.reading.vendors.written_exports import excluded, from_csv, records

NEEDS = {"SQ001": "Food, daily", "SQ002": "Rent (home)"}
OWN = {"id": "Response ID", "submitdate": "Date submitted", "lastpage": "Last page", "startlanguage": "Start language"}


@dataclass(frozen=True)
class Response:
    """``needs`` is None where conditions hid the question."""

    submitted: bool
    rating: str
    needs: frozenset[str] | None
    other: str


@dataclass(frozen=True)
class Switches:
    """``headings``: code, text or both; ``words``: answers in full."""

    headings: str
    words: bool

    def heading(self, code: str, text: str) -> str:
        return {"code": code, "text": text, "both": f"{code}. {text}"}[self.headings]

    def box(self, response: Response, code: str) -> str:
        if response.needs is None:
            return "N/A"
        ticked = code in response.needs
        return ("Yes" if ticked else "No") if self.words else ("Y" if ticked else "")


responses = st.builds(
    Response,
    st.booleans(),
    st.sampled_from(["A1", "A2", "-oth-", "N/A", ""]),
    st.none() | st.frozensets(st.sampled_from(sorted(NEEDS))),
    st.sampled_from(["", "a dog", "x;y"]),
)


def written(answers: list[Response], how: Switches) -> list[list[str]]:
    heads = [how.heading(code, text) for code, text in OWN.items()]
    heads += [how.heading("rating", "How was it?")]
    heads += [how.heading(f"needs[{code}]", f"Needs [{text}]") for code, text in NEEDS.items()]
    heads += [how.heading("needs[other]", "Needs [Other]"), how.heading("ipaddr", "IP address")]
    heads += [how.heading("interviewtime", "Total time"), how.heading("groupTime7", "Group time: first")]
    rows = [heads]
    for number, one in enumerate(answers, start=1):
        row = [str(number), "2026-09-01 10:00:00" if one.submitted else "", "3", "en", one.rating]
        row += [how.box(one, code) for code in NEEDS]
        rows.append([*row, "N/A" if one.needs is None else one.other, "10.0.0.1", "61.5", "12.1"])
    return rows


def needs(one: Response, how: Switches) -> str:
    if one.needs is None:
        return ""
    chosen = [text if how.headings == "text" else code for code, text in NEEDS.items() if code in one.needs]
    return "|".join([*chosen, *(["other"] if one.other else [])]) or NONE_CHOSEN


@settings(max_examples=80, deadline=None)
@given(
    st.lists(responses, min_size=1, max_size=5),
    st.builds(Switches, st.sampled_from(["code", "text", "both"]), st.booleans()),
)
def test_responses_written_in_any_shape_are_read_back(answers: list[Response], how: Switches) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (table,) = from_csv(Path(folder), written(answers, how))
        got, left_out = records(table), excluded(table)
    finished = [one for one in answers if one.submitted]
    assert left_out == [("incomplete", at) for at, one in enumerate(answers, start=1) if not one.submitted]
    rating, boxes = ("How was it?", "Needs") if how.headings == "text" else ("rating", "needs")
    plain = {"-oth-": "other", "N/A": ""}
    assert [row[rating] for row in got] == [plain.get(one.rating, one.rating) for one in finished]
    shown = [one for one in answers if one.needs is not None]
    if any(one.needs for one in shown) or (how.words and shown):
        assert [row[boxes] for row in got] == [needs(one, how) for one in finished]
    codes = {note.code: note.facts for note in table.notes}
    assert codes == {"personal_columns_dropped": {"columns": "ipaddr"}, "timing_columns_dropped": {"columns": 2}}


def test_a_date_that_stands_for_none_is_empty_and_counted(tmp_path: Path) -> None:
    rows = [["id", "submitdate", "lastpage", "q1"], ["1", "1980-01-01 00:00:00", "2", "a"], ["2", "", "1", ""]]
    (table,) = from_csv(tmp_path, rows)
    assert [(row["submitdate"], row["q1"]) for row in records(table)] == [("", "a")]
    assert [(note.code, note.facts["records"]) for note in table.notes] == [("dates_not_kept", 1)]
    assert excluded(table) == [("incomplete", 2)]


def test_the_rows_of_an_array_stay_questions_of_their_own(tmp_path: Path) -> None:
    heads = [
        "id",
        "submitdate",
        "lastpage",
        "sat[SQ001]",
        "sat[SQ002]",
        "yn[SQ001]",
        "yn[SQ002]",
        "why[comment]",
        "satTime",
    ]
    rows = [["1", "2026-09-01 10:00:00", "2", "5", "N/A", "Y", "N", "because", "3.2"]]
    (table,) = from_csv(tmp_path, [heads, *rows])
    assert table.headings == (
        "id",
        "submitdate",
        "lastpage",
        "sat[SQ001]",
        "sat[SQ002]",
        "yn[SQ001]",
        "yn[SQ002]",
        "why[comment]",
    )
    assert records(table)[0]["sat[SQ002]"] == ""
    assert "why[comment]" in table.spare


def test_yes_and_no_in_words_are_kept_both_ways(tmp_path: Path) -> None:
    heads = [
        "id. Response ID",
        "submitdate. Date submitted",
        "lastpage. Last page",
        "q[a]. Needs [Food]",
        "q[b]. Needs [Rent]",
    ]
    (table,) = from_csv(tmp_path, [heads, ["1", "2026-09-01", "2", "Yes", "No"]])
    assert table.wholes == {"q": ("q[a]", "q[b]")}
    assert records(table)[0] == {
        "id": "1", "submitdate": "2026-09-01", "lastpage": "2", "q": "a", "q[a]": "Yes", "q[b]": "No",
    }  # fmt: skip
    assert table.also["q[a]"][0] == "Needs [Food]"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["id", "submitdate", "lastpage", "q[a]", "q[other]", "q", "Last page", "x. y", "", "qTime"]),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.lists(st.sampled_from(["", "Y", "No", "N/A", "é", "1980-01-01 00:00:00"]), max_size=9), max_size=5),
)
def test_anything_is_a_table_or_one_clear_error(heads: list[str], rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            for table in from_csv(Path(folder), [heads, *rows]):
                result_of(table)
        except RssError as fault:
            assert fault.code
