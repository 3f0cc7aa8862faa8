"""``python -m tests.fuzz``: spoiled inputs until the minutes are used up; each fault's smallest input is kept."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from time import monotonic

from tests.fuzz.worker import Outcome, Worker

TARGETS = ("readers", "declared", "imports")
SHRINK_SECONDS = 20.0


def main() -> int:
    """The exit status: 0 when no input made a fault, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"what to try, of {TARGETS}; all if left out")
    parser.add_argument("--minutes", type=float, default=10.0, help="CPU minutes for each target")
    parser.add_argument("--cases", type=int, default=1 << 60, help="most inputs for each target")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same inputs")
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"), help="folder of the inputs that made a fault")
    asked = parser.parse_args()
    faults = [_tried(target, asked) for target in asked.targets or TARGETS]
    return 1 if any(faults) else 0


def _tried(target: str, asked: argparse.Namespace) -> int:
    """How many different faults a target has."""
    worker, counts, used, case = Worker(target, asked.seed), Counter[str](), 0.0, 0
    faults: dict[str, Path] = {}
    while used < asked.minutes * 60 and case < asked.cases:
        found = worker.outcome(case)
        counts[found.answer] += 1
        used += found.seconds
        if found.fault and found.fault not in faults:
            faults[found.fault] = _keep(_smallest(worker, found), asked.out / target, len(faults) + 1)
            _say(f"{target} {case}: {found.fault}: {faults[found.fault]}")
        case += 1
    worker.stop()
    listed = ", ".join(f"{answer} {count}" for answer, count in counts.most_common())
    _say(f"{target}: seed {asked.seed}, {case} inputs in {used:.0f} CPU s, {len(faults)} different faults; {listed}")
    return len(faults)


def _smallest(worker: Worker, found: Outcome) -> Outcome:
    """The same fault from less: parts are taken out, half of it first, as long as the fault stays."""
    end, size = monotonic() + SHRINK_SECONDS, len(found.content) // 2
    while size and monotonic() < end:
        at = 0
        while at < len(found.content) and monotonic() < end:
            less = worker.outcome((found.name, found.content[:at] + found.content[at + size :]))
            found, at = (less, at) if less.fault == found.fault else (found, at + size)
        size //= 2
    return found


def _keep(found: Outcome, folder: Path, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number:02}_{found.name.replace('/', '_')}"
    path.write_bytes(found.content)
    path.with_name(f"{path.name}.txt").write_text(f"{found.fault}\n\n{found.story}", encoding="utf-8")
    return path


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
