"""The worked examples of the declared measures are their tests."""

from __future__ import annotations

import pytest

from rss_analytics.errors import RssError
from rss_analytics.measures.examples import check_examples
from tests.measures.made_up import CATALOGUE


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_a_measure_gives_what_its_worked_examples_expect(name: str) -> None:
    check_examples(CATALOGUE, CATALOGUE.measure(name))


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_a_measure_ships_two_worked_examples_or_more(name: str) -> None:
    assert len(CATALOGUE.measure(name).examples) >= 2


def test_a_wrong_expectation_is_named_with_what_the_measure_gives() -> None:
    measure = CATALOGUE.measure("no_show_rate")
    example = measure.examples[0].model_copy(update={"expect": ({"program": "P1", "numerator": 2},)})
    with pytest.raises(RssError, match=r"example 1 expects .*'numerator': 2.* gives .*'numerator': 1"):
        check_examples(CATALOGUE, measure.model_copy(update={"examples": (example,)}))


def test_a_field_that_the_form_has_not_is_named_with_a_suggestion() -> None:
    measure = CATALOGUE.measure("no_show_rate")
    given = {"contact_log": ({"contact_id": "1", "programme_id": "P1"},)}
    example = measure.examples[0].model_copy(update={"given": given})
    with pytest.raises(RssError, match="program_id"):
        check_examples(CATALOGUE, measure.model_copy(update={"examples": (example,)}))
