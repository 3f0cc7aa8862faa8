"""A few of the spoiled inputs that ``make fuzz`` tries for minutes: none may make a fault."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import TARGETS
from tests.fuzz.worker import Worker

CASES = 25


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_spoiled_inputs_end_in_a_message_or_a_load_that_adds_up(target: str) -> None:
    worker = Worker(target, 7)
    try:
        found = [worker.outcome(case) for case in range(CASES)]
    finally:
        worker.stop()
    assert [one.fault for one in found if one.fault] == []
    assert len({one.answer for one in found}) > 1, "inputs that all end alike try one thing only"
