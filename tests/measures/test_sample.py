"""A sample is the same for a seed whatever order records come in, and says what the drawn clients alone give."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from rss_analytics.errors import UsageProblem
from rss_analytics.measures.relations import Relations
from rss_analytics.measures.run import Wanted, compute, compute_sample
from rss_analytics.measures.sample import Draw, Drawn, draw, is_of_clients, parse_draw
from tests.measures.made_up import CATALOGUE, Records, region, shown

GIVEN = region(5)
SPAN = {"start": date(2024, 3, 1), "end": date(2024, 3, 31)}
WANTED = Wanted("community_share_contacts", ("program",), "month", **SPAN)


def drawn(how: Draw, enrollment: Records = GIVEN["enrollment"], program: str = "P1") -> Drawn:
    given = GIVEN | {"enrollment": enrollment}
    with shown(CATALOGUE, given) as tables, Relations(tables, CATALOGUE) as relations:
        return draw(relations, how, program, **SPAN)


def test_the_order_of_records_and_a_second_look_change_no_draw() -> None:
    shuffled = list(GIVEN["enrollment"])
    random.Random(1).shuffle(shuffled)
    first = drawn(Draw(10, None, 4))
    assert len(first.clients) == 10
    assert drawn(Draw(10, None, 4), shuffled) == first == drawn(Draw(10, None, 4))


def test_another_seed_draws_others() -> None:
    assert drawn(Draw(10, None, 4)).clients != drawn(Draw(10, None, 5)).clients


def test_only_clients_enrolled_in_the_span_are_drawn() -> None:
    enrolled = {
        row["client_id"]
        for row in GIVEN["enrollment"]
        if row["program_id"] == "P1"
        and row["enrolled_on"] <= SPAN["end"]
        and (row["discharged_on"] is None or row["discharged_on"] >= SPAN["start"])
    }
    everyone = drawn(Draw(1000, None, 4))
    assert {client.rsplit("/", 1)[-1] for client in everyone.clients} == enrolled
    assert everyone.enrolled == len(enrolled)
    assert drawn(Draw(10, None, 4)).clients < everyone.clients


def test_a_share_draws_at_least_ten_and_fewer_than_asked_are_all() -> None:
    fifth = Draw(None, 20, 1)
    assert [fifth.size(clients) for clients in (7, 10, 49, 50, 51, 200)] == [7, 10, 10, 10, 11, 40]
    assert Draw(10, None, 1).size(4) == 4


@pytest.mark.parametrize("text", ["", "0", "-3", "ten", "101%", "10.5", "%"])
def test_what_is_no_size_of_a_sample_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem, match="RSS007"):
        parse_draw(text, 1)


def test_sizes_read_as_they_are_written() -> None:
    assert [parse_draw(text, 4) for text in ("10", "20%")] == [Draw(10, None, 4), Draw(None, 20, 4)]
    assert [parse_draw(text, 4).text for text in ("10", "20%")] == ["10", "20%"]


def test_a_sample_gives_what_the_drawn_clients_records_alone_give() -> None:
    how = Draw(6, None, 4)
    with shown(CATALOGUE, GIVEN) as tables:
        lot, (sampled,) = compute_sample(tables, CATALOGUE, [WANTED], how, program="P1", **SPAN)
    names = {client.rsplit("/", 1)[-1] for client in lot.clients}
    theirs = [row for row in GIVEN["contact_log"] if row["client_id"] in names]
    with shown(CATALOGUE, GIVEN | {"contact_log": theirs}) as tables:
        alone = compute(tables, CATALOGUE, CATALOGUE.measure(WANTED.measure), by=("program",), **SPAN).rows
    wanted = alone[alone["program"] == "P1"].iloc[0]
    assert sampled.rows["program"].tolist() == ["P1"]
    row: Any = sampled.rows.iloc[0]
    assert (row["numerator"], row["denominator"]) == (wanted["numerator"], wanted["denominator"])
    assert row["n_clients"] <= 6


def test_a_sample_of_everybody_is_everybody() -> None:
    wanted = [Wanted(name, ("program",), "month", **SPAN) for name in (WANTED.measure, "contacts_per_client_month")]
    with shown(CATALOGUE, GIVEN) as tables:
        _, sampled = compute_sample(tables, CATALOGUE, wanted, Draw(1000, None, 4), program="P1", **SPAN)
        for one, of in zip(sampled, wanted, strict=True):
            whole = compute(tables, CATALOGUE, CATALOGUE.measure(of.measure), by=("program",), **SPAN).rows
            mine = whole[whole["program"] == "P1"].reset_index(drop=True)
            # a contact of a client enrolled elsewhere is in the program's number and in no sample of its clients
            assert one.rows["numerator"][0] <= mine["numerator"][0]
            assert (one.rows["met"][0], one.rows["target"][0]) == (mine["met"][0], mine["target"][0])


def test_measures_that_need_more_than_clients_records_are_not_sampled() -> None:
    of = {name: is_of_clients(measure, CATALOGUE.forms) for name, measure in CATALOGUE.measures.items()}
    assert of["community_share_contacts"]
    assert of["service_hours_per_client_month"]
    assert not of["grievances_per_1000_served"]
    assert not of["satisfaction_positive"]
    assert not of["group_size"]  # the people of a session are not those of a sample
    assert not of["group_attendance"]  # a sample would not know of sessions that only others came to
    assert not of["indirect_time"]
    assert not of["grievances_decided_on_time"]
