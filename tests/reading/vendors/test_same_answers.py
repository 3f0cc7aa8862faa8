"""The same answers, written in any vendor's layout, are the same records of a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from . import one_survey
from .one_survey import FORM, HELPS, LEVELS, Answers
from .taken_in import only, records

Layout = Callable[[Path, list[Answers]], Path]

LAYOUTS: dict[str, tuple[str, Layout, str]] = {
    "qualtrics numbers": ("q.csv", partial(one_survey.qualtrics, words=False, python_ids=False), "R_{number}"),
    "qualtrics words": ("q.csv", partial(one_survey.qualtrics, words=True, python_ids=True), "R_{number}"),
    "qualtrics two rows": (
        "q.csv",
        partial(one_survey.qualtrics, words=False, python_ids=False, headings=2),
        "R_{number}",
    ),
    "surveymonkey expanded": ("s.csv", partial(one_survey.surveymonkey, expanded=True), "{large}"),
    "surveymonkey condensed": ("s.csv", partial(one_survey.surveymonkey, expanded=False), "{large}"),
    "google sheet": ("g.csv", partial(one_survey.google, sheets=True), "{at}"),
    "google form": ("g.csv", partial(one_survey.google, sheets=False), "{at}"),
    "microsoft": ("m.xlsx", one_survey.microsoft, "{number}"),
    "spss": ("s.sav", one_survey.spss, "S{number}"),
}
TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")) | st.sampled_from('\n,;|"'),
    max_size=20,
)
PEOPLE = st.lists(
    st.builds(
        Answers,
        number=st.integers(1, 99_999),
        at=st.datetimes(datetime(2015, 1, 1), datetime(2030, 12, 31)).map(lambda at: at.replace(microsecond=0)),
        level=st.sampled_from(["", *LEVELS]),
        helps=st.lists(st.sampled_from(list(HELPS)), unique=True).map(tuple),
        comment=TEXTS,
    ),
    min_size=1,
    max_size=6,
    unique_by=(lambda one: one.number, lambda one: one.at),
)


@pytest.mark.parametrize("name", LAYOUTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=PEOPLE)
def test_every_layout_gives_the_answers_that_were_written(name: str, people: list[Answers]) -> None:
    file, write, response_id = LAYOUTS[name]
    if name == "spss":
        pytest.importorskip("pyreadstat")
    expected = []
    for one in people:
        large = 11_400_000_000 + one.number
        expected.append(one.cast(response_id.format(number=one.number, large=large, at=one.at)))
    with TemporaryDirectory() as folder:
        found = records(only(write(Path(folder) / file, people)), FORM)
    assert [{key: value for key, value in record.items() if not key.endswith("?")} for record in found] == expected
