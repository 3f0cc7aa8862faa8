"""Two small regions that the tests of this room read: one in which nothing is wrong, one with every fault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.synthetic.plan import Plan
from rss_analytics.synthetic.region import write_region
from rss_analytics.synthetic.truth import Truth
from tests.synthetic.plain_rules import Export, read_region


@dataclass(frozen=True)
class Written:
    """A region on disk."""

    plan: Plan
    folder: Path
    truth: Truth
    exports: dict[str, Export]


def written(plan: Plan, folder: Path) -> Written:
    """Writes a region and judges its exports without the store."""
    catalogue = Catalogue()
    truth = write_region(plan, catalogue, folder)
    return Written(plan, folder, truth, read_region(folder, catalogue, plan.end))


@pytest.fixture(scope="package")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A region without faults: twelve facilities, so that programs move and close in it."""
    return written(Plan(seed=5, facilities=12, clients=240, months=8, faults=False), tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="package")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The smallest region with every fault."""
    return written(Plan(seed=6, facilities=2, clients=40, months=4), tmp_path_factory.mktemp("faulty"))
