"""A measure counted twice: every row of the package beside the row counted from the exports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from tests.recount.exports import Region, Window
from tests.recount.reckoning import Answer
from tests.recount.windows import windows

SPLITS = ("resource_domain", "format", "activity", "age_band", "days_left")

NOT_COVERED = "not_covered"  # coverage itself is not recounted
NOT_JUDGED = ("mixed_models", "other_model")  # told, and held to no target

Key = tuple[Any, ...]


def recount(region: Region, measure: Callable[..., Any], by: str, period: str, span: Window) -> dict[Key, Answer]:
    """Every place and window of a span, with what was counted there."""
    found: dict[Key, Answer] = {}
    for window in windows(period, span):
        for place in region.places(by):
            answers = measure(region, place, window)
            answers = answers if isinstance(answers, dict) else {None: answers}
            for code, answer in answers.items():
                found[place.name, window.start, window.end, code] = answer
    return found


def told(rows: pd.DataFrame, by: str) -> dict[Key, tuple[Answer, str | None]]:
    """The package's rows, each with the reason why it cannot be told, if it cannot."""
    split = next((name for name in SPLITS if name in rows.columns), None)
    found: dict[Key, tuple[Answer, str | None]] = {}
    for row in rows.to_dict("records"):
        key = (row[by], day(row["window_start"]), day(row["window_end"]), row[split] if split else None)
        assert key not in found, "two rows of one place and window"
        answer = Answer(*(None if pd.isna(row[name]) else row[name] for name in ("numerator", "denominator", "value")))
        found[key] = answer, None if pd.isna(row["reason"]) else row["reason"]
    return found


def day(moment: Any) -> date:
    """A day, however a table tells it."""
    return pd.Timestamp(moment).date()


def differences(ours: dict[Key, Answer], theirs: dict[Key, tuple[Answer, str | None]]) -> list[str]:
    """What differs, a line each; one that cannot be told has no value, covered or not."""
    lines = [f"{key}: only the package has it" for key in theirs if key not in ours]
    for key, mine in ours.items():
        if key not in theirs:
            lines.append(f"{key}: the package lacks it, recounted {tuple(mine)}")
            continue
        answer, reason = theirs[key]
        if reason is not None and reason not in NOT_JUDGED:
            agreed = answer.value is None and (reason == NOT_COVERED or mine.value is None)
        else:
            agreed = same(mine, answer)
        if not agreed:
            lines.append(f"{key}: recounted {tuple(mine)}, package {tuple(answer)}, {reason or 'can be told'}")
    return lines


def same(mine: Answer, answer: Answer) -> bool:
    """Whether the counts are equal and the values within a billionth."""
    if (mine.numerator, mine.denominator) != (answer.numerator, answer.denominator):
        return False
    if mine.value is None or answer.value is None:
        return mine.value is answer.value
    return abs(mine.value - answer.value) <= 1e-9 * max(1.0, abs(mine.value))
