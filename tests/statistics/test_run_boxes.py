from __future__ import annotations

from itertools import groupby, product

import numpy as np
import pytest

from rss_analytics.statistics.run_boxes import LEAST_SPECIFICITY, Box, box_limits, crossing_run_chances

# Fewest crossings, longest run, and where the corner is cut, as printed with Anhøj and Wentzel-Larsen (2018);
# without a cut the last two repeat the first two.
PUBLISHED = {
    10: Box(2, 6, 5, 3),
    12: Box(3, 6, 6, 3),
    15: Box(4, 7, 6, 6),
    24: Box(6, 7, 6, 7),
    26: Box(9, 9, 7, 10),
    30: Box(11, 10, 9, 12),
    36: Box(13, 9, 8, 15),
}


@pytest.mark.parametrize("useful", PUBLISHED)
def test_boxes_computed_from_first_principles_are_the_published_ones(useful):
    assert box_limits(useful) == PUBLISHED[useful]


@pytest.mark.parametrize("above", [0.5, 0.8])
def test_chances_equal_those_counted_over_every_sequence(above):
    points = 7
    counted = np.zeros((points, points))
    for sides in product((True, False), repeat=points):
        lengths = [len(list(run)) for _, run in groupby(sides)]
        chance = above ** sum(sides) * (1 - above) ** (points - sum(sides))
        counted[max(lengths) - 1, len(lengths) - 1] += chance
    np.testing.assert_allclose(crossing_run_chances(points, above), counted, atol=1e-12)


@pytest.mark.parametrize("useful", [10, 19, 33, 48])
def test_a_steady_process_is_accepted_at_least_as_often_as_promised(useful):
    chances, box = crossing_run_chances(useful, 0.5), box_limits(useful)
    for cut in (False, True):
        accepted = sum(
            chances[run - 1, crossings]
            for run in range(1, useful + 1)
            for crossings in range(useful)
            if box.accepts(crossings, run, cut=cut)
        )
        assert accepted >= LEAST_SPECIFICITY


def test_a_cut_box_lies_inside_its_best_box():
    box = box_limits(30)
    for crossings, run in product(range(30), range(1, 31)):
        assert box.accepts(crossings, run, cut=False) or not box.accepts(crossings, run, cut=True)
    assert box.accepts(11, 10, cut=False)
    assert not box.accepts(11, 10, cut=True)
