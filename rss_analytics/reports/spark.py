"""Lays out the small line of a number's windows that stands beside it in a table or on a card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 96, 24, 3.0


@dataclass(frozen=True)
class Spark:
    """A line of ``WIDTH`` by ``HEIGHT``: its unbroken runs as paths, single points, and where the last number lies."""

    paths: tuple[str, ...]
    points: tuple[tuple[float, float], ...]
    last: tuple[float, float] | None
    width: int = WIDTH
    height: int = HEIGHT


def spark(values: Sequence[float | None]) -> Spark:
    """The line of ``values``, oldest first, from its least to its greatest number; a missing one leaves a gap."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)

    def place(position: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(MARGIN + step * position, 1), round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)

    places = [None if value is None else place(position, value) for position, value in enumerate(values)]
    runs = list(_runs(places))
    last = next((point for point in reversed(places) if point is not None), None)
    return Spark(
        paths=tuple("M" + " L".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        points=tuple(run[0] for run in runs if len(run) == 1),
        last=last,
    )


def _runs(places: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """The unbroken runs of points."""
    run: list[tuple[float, float]] = []
    for point in (*places, None):
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []
