"""Intervals of a share: R's numbers row by row, and what must hold for any counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rss_analytics.statistics import proportions as p
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close

METHODS = {
    "wilson": lambda x, n, c: p.wilson_interval(x, n, confidence=c),
    "wilson_continuity": lambda x, n, c: p.wilson_interval(x, n, confidence=c, continuity=True),
    "agresti_coull": lambda x, n, c: p.agresti_coull_interval(x, n, confidence=c, clip=False),
    "clopper_pearson": lambda x, n, c: p.clopper_pearson_interval(x, n, confidence=c),
    "wald": lambda x, n, c: p.wald_interval(x, n, confidence=c, clip=False),
    "logit": lambda x, n, c: p.logit_interval(x, n, confidence=c),
    "jeffreys_equal_tailed": lambda x, n, c: p.jeffreys_interval(x, n, confidence=c, modified=False),
    "jeffreys_modified_at_bounds": lambda x, n, c: p.jeffreys_interval(x, n, confidence=c),
}
PLAIN = (
    p.wilson_interval,
    p.wald_interval,
    p.agresti_coull_interval,
    p.clopper_pearson_interval,
    p.jeffreys_interval,
    p.logit_interval,
)
counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("level", "confidence"), [("conf90", 0.9), ("conf95", 0.95), ("conf998", 0.998)])
def test_limits_are_those_of_the_reference(method, level, confidence):
    folder, reference = reference_case("c1_proportion_intervals")
    rows = pd.read_csv(folder / "input.csv")
    expected = reference["expected"][level][method]
    found = METHODS[method](rows["x"], rows["n"], confidence)
    assert_close(found.lower, expected["lower"])
    assert_close(found.upper, expected["upper"])


@pytest.mark.parametrize("method", PLAIN)
@given(pair=counts, confidence=st.sampled_from([0.8, 0.95, 0.998]))
def test_limits_enclose_the_share_and_stay_between_0_and_1(method, pair, confidence):
    found = method(*pair, confidence=confidence)
    assert 0 <= found.lower <= found.estimate + 1e-12
    assert found.estimate - 1e-12 <= found.upper <= 1


@pytest.mark.parametrize("method", PLAIN)
@given(pair=counts)
def test_more_confidence_never_narrows_an_interval(method, pair):
    narrow, wide = method(*pair, confidence=0.9), method(*pair, confidence=0.99)
    assert wide.lower <= narrow.lower + 1e-12
    assert narrow.upper <= wide.upper + 1e-12


@given(pair=counts)
def test_counting_the_noes_mirrors_the_interval(pair):
    x, n = pair
    yes, no = p.wilson_interval(x, n), p.wilson_interval(n - x, n)
    assert yes.lower == pytest.approx(1 - no.upper, abs=1e-12)


@given(n=st.integers(2, 300), confidence=st.sampled_from([0.9, 0.95]))
def test_limits_rise_with_the_count(n, confidence):
    found = p.wilson_interval(np.arange(n + 1), n, confidence=confidence)
    assert (np.diff(found.lower) >= 0).all()
    assert (np.diff(found.upper) >= 0).all()


@pytest.mark.parametrize("method", PLAIN)
def test_nobody_asked_has_no_share_and_no_limits(method):
    found = method([0, 1], [0, 2])
    assert np.isnan([found.estimate[0], found.lower[0], found.upper[0]]).all()
    assert np.isfinite([found.estimate[1], found.lower[1], found.upper[1]]).all()


def test_a_single_pair_of_counts_gives_plain_numbers():
    found = p.wilson_interval(1, 4)
    assert float(found.lower) < 0.25 < float(found.upper)
    assert np.ndim(found.lower) == 0


def test_a_census_closes_the_interval_to_the_share():
    found = p.wilson_interval([3, 0, 8], [8, 8, 8], population=8)
    assert found.lower.tolist() == found.estimate.tolist() == found.upper.tolist() == [0.375, 0.0, 1.0]


@given(pair=counts, extra=st.integers(0, 10_000))
def test_a_known_population_never_widens_the_interval(pair, extra):
    x, n = pair
    alone, known = p.wilson_interval(x, n), p.wilson_interval(x, n, population=n + extra)
    assert alone.lower - 1e-12 <= known.lower <= known.upper <= alone.upper + 1e-12


@pytest.mark.parametrize(
    ("arguments", "options", "fragment"),
    [
        (([3], [2]), {}, "`successes` exceeds `n`"),
        (([-1], [2]), {}, "negative"),
        ((["a"], [2]), {}, "not numeric"),
        (([1], [2]), {"confidence": 95}, "between 0 and 1"),
        (([1], [2]), {"population": 1}, "exceeds `population`"),
        (([1], [2]), {"finite": "other"}, "use one of"),
    ],
)
def test_impossible_counts_are_refused_with_what_to_do(arguments, options, fragment):
    with pytest.raises(ValueError, match=fragment):
        p.wilson_interval(*arguments, **options)
