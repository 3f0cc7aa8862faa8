"""Random-intercept logistic model: lme4's numbers, and the facilities it cannot judge."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rss_analytics.statistics.random_intercept import random_intercept_logistic
from tests.shared_files import reference_case
from tests.statistics.closeness import assert_close


def test_the_model_matches_the_reference():
    folder, reference = reference_case("b5_between_facility_variance")
    expected = reference["expected"]["glmm_laplace"]
    rows = pd.read_csv(folder / "input.csv", dtype={"facility": str}).set_index("facility").loc[expected["facility"]]
    found = random_intercept_logistic(rows["events"], rows["n"])
    assert_close(found.intercept, expected["intercept"], rel=0, abs_=1e-3)
    assert_close(found.spread, expected["sd_facility"], rel=0, abs_=1e-3)
    assert_close(found.departure, expected["random_effect"], rel=0, abs_=1e-3)


def test_facilities_alike_have_no_spread_and_an_empty_one_does_not_depart():
    found = random_intercept_logistic([50, 50, 50, 0], [100, 100, 100, 0])
    assert found.spread < 1e-2
    assert abs(found.intercept) < 1e-6
    assert found.departure[3] == 0


def test_departures_point_the_way_of_the_shares_and_are_smaller_than_they():
    found = random_intercept_logistic([10, 30, 60, 80], [100, 100, 100, 100])
    raw = np.log([10 / 90, 30 / 70, 60 / 40, 80 / 20]) - found.intercept
    assert (np.abs(found.departure) < np.abs(raw)).all()
    assert (np.sign(found.departure) == np.sign(raw)).all()


def test_nobody_succeeding_anywhere_tells_nothing():
    assert np.isnan(random_intercept_logistic([0, 0], [10, 20]).intercept)
    assert np.isnan(random_intercept_logistic([3], [10]).spread)
