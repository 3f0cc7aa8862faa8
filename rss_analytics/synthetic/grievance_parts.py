"""What hangs on a grievance: its subjects, levels, holds and extensions, and the incident it names."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rss_analytics.synthetic.draws import DAY, Floats, chance, dice, whole
from rss_analytics.synthetic.grievances import A_DAY, LIMIT, NEVER
from rss_analytics.synthetic.visits import World

HOLD_DAYS = 5
EXTENSION_DAYS = 15


def issue_rows(world: World, grievance: pd.DataFrame) -> pd.DataFrame:
    """Rows of the form grievance_issue: the main subject of each grievance, and for some a second one."""
    rng = dice(world.plan.seed, "issues")
    first = grievance[["grievance_id", "category_l1", "category_l2"]].assign(issue_number=1)
    second = first[chance(rng, 0.15, len(first)) & (first["category_l1"] != "communication").to_numpy()]
    second = second.assign(issue_number=2, category_l1="communication", category_l2="no_reply")
    rows = pd.concat([first, second], ignore_index=True)
    return rows.sort_values(["grievance_id", "issue_number"], kind="stable", ignore_index=True)


def level_rows(world: World, grievance: pd.DataFrame) -> pd.DataFrame:
    """Rows of the form grievance_level: 1 for every grievance, 2 for those that go on after a decision."""
    rng = dice(world.plan.seed, "levels")
    received = grievance["received_at"].to_numpy(dtype="datetime64[s]")
    first = pd.DataFrame(
        {
            "grievance_id": grievance["grievance_id"],
            "level": 1,
            "entered_at": received,
            "due_at": received + LIMIT * A_DAY,
            "decided_at": grievance["decision_at"],
            "decision": np.where(grievance["decision_at"].notna(), grievance["outcome"], ""),
            "decider_role": "rights_officer",
        }
    )
    entered = grievance["notice_sent_at"].to_numpy(dtype="datetime64[s]") + whole(rng, 1, 9, len(grievance)) * A_DAY
    closing = (world.plan.last + DAY).astype("datetime64[s]")
    goes_on = (entered < closing) & chance(rng, _escalation(grievance["outcome"]), len(grievance))
    decided = entered + whole(rng, 8, 28, len(grievance)) * A_DAY
    known = decided < closing
    second = pd.DataFrame(
        {
            "grievance_id": grievance["grievance_id"],
            "level": 2,
            "entered_at": entered,
            "due_at": entered + LIMIT * A_DAY,
            "decided_at": np.where(known, decided, NEVER),
            "decision": np.where(known, "not_upheld", ""),
            "decider_role": "head_of_provider",
        }
    )[goes_on]
    rows: pd.DataFrame = pd.concat([first, second], ignore_index=True)
    return rows.sort_values(["grievance_id", "level"], kind="stable", ignore_index=True)


def _escalation(outcome: pd.Series) -> Floats:
    return np.where(outcome == "not_upheld", 0.28, np.where(outcome == "partly_upheld", 0.1, 0.0))


def clock_rows(world: World, grievance: pd.DataFrame) -> pd.DataFrame:
    """Rows of the form grievance_clock: extensions with their notice, and holds that wait for an answer."""
    rng = dice(world.plan.seed, "clocks")
    notice = grievance["extension_notice_at"]
    extension = pd.DataFrame(
        {
            "grievance_id": grievance["grievance_id"],
            "from": notice,
            "to": notice + pd.Timedelta(days=EXTENSION_DAYS),
            "reason": "provider_extension",
            "consented": True,
            "notice_at": notice,
        }
    )[notice.notna()]
    begun = grievance["received_at"] + pd.Timedelta(days=2)
    known = begun < pd.Timestamp(str(world.plan.last + DAY))
    lasting = grievance["decision_at"] > begun + pd.Timedelta(days=HOLD_DAYS)
    hold = pd.DataFrame(
        {
            "grievance_id": grievance["grievance_id"],
            "from": begun,
            "to": begun + pd.Timedelta(days=HOLD_DAYS),
            "reason": "awaiting_info",
            "consented": True,
            "notice_at": pd.NaT,
        }
    )[known & ((grievance["status"] == "on_hold") | (lasting & notice.isna() & chance(rng, 0.12, len(grievance))))]
    rows = pd.concat([extension, hold], ignore_index=True)
    return rows.sort_values(["grievance_id", "from"], kind="stable", ignore_index=True)


def named_incidents(grievance: pd.DataFrame) -> pd.DataFrame:
    """Rows of the form incident that safety concerns name."""
    named = grievance[grievance["linked_incident_id"] != ""]
    return pd.DataFrame(
        {
            "incident_id": named["linked_incident_id"],
            "facility_id": named["facility_id"],
            "occurred_on": named["event_date"].to_numpy(dtype="datetime64[D]"),
            "kind": "assault",
            "severity": named["severity"],
        }
    )
