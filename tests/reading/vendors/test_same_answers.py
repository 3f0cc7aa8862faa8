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

from rss_analytics.definitions.spelling import NONE_CHOSEN

from . import one_survey
from . import one_survey_in_projects as projects
from .one_survey import FORM, HELPS, LEVELS, Answers
from .one_survey_in_projects import KoboExport, RedcapExport
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
UUID = "00000000-0000-4000-8000-{number:012}"
REDCAP = {
    "raw": RedcapExport(),
    "label headings": RedcapExport(label_headings=True),
    "labels": RedcapExport(label_headings=True, label_values=True),
    "raw headings, labels": RedcapExport(label_values=True),
    "boxes as labels": RedcapExport(label_values=True, label_headings=True, boxes_as_labels=True),
    "longitudinal with access groups": RedcapExport(longitudinal=True, groups=True),
    "longitudinal labels": RedcapExport(longitudinal=True, groups=True, label_headings=True, label_values=True),
    "repeating": RedcapExport(repeating=True),
}
KOBO = {
    "xml values": KoboExport(),
    "labels": KoboExport(labels=True),
    "groups": KoboExport(groups=True),
    "labels and groups": KoboExport(labels=True, groups=True),
    "one column": KoboExport(several="one"),
    "labels in one column": KoboExport(labels=True, several="one"),
    "split": KoboExport(several="split"),
    "labels split": KoboExport(labels=True, several="split"),
    "legacy": KoboExport(legacy=True),
    "legacy split in groups": KoboExport(legacy=True, several="split", groups=True),
    "or other": KoboExport(or_other=True),
}
LAYOUTS |= {f"redcap {name}": ("r.csv", partial(projects.redcap, how=how), "{number}") for name, how in REDCAP.items()}
LAYOUTS |= {f"kobo {name}": ("k.csv", partial(projects.kobo, how=how), UUID) for name, how in KOBO.items()}
LAYOUTS |= {
    f"odk groups={groups} split={split} zipped={zipped}": (
        "o.zip" if zipped else "o.csv",
        partial(projects.odk, groups=groups, split=split, zipped=zipped),
        "uuid:" + UUID,
    )
    for groups, split, zipped in ((False, False, False), (True, True, False), (True, False, True))
}
LAYOUTS |= {
    f"limesurvey {headings} words={words}": (
        "l.csv",
        partial(projects.limesurvey, headings=headings, words=words),
        "{number}",
    )
    for headings in ("code", "text", "both")
    for words in (False, True)
}
SAYS_NONE = ("redcap", "limesurvey")
"""Tools in which a question with several answers that was answered by none is told from one that was not."""
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
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=PEOPLE)
def test_every_layout_gives_the_answers_that_were_written(name: str, people: list[Answers]) -> None:
    file, write, response_id = LAYOUTS[name]
    if name == "spss":
        pytest.importorskip("pyreadstat")
    expected = []
    for one in people:
        large = 11_400_000_000 + one.number
        record = one.cast(response_id.format(number=one.number, large=large, at=one.at))
        if name.startswith(SAYS_NONE) and record["helps"] is None:
            record["helps"] = NONE_CHOSEN
        expected.append(record)
    with TemporaryDirectory() as folder:
        found = records(only(write(Path(folder) / file, people)), FORM)
    assert [{key: value for key, value in record.items() if not key.endswith("?")} for record in found] == expected
