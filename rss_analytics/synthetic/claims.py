"""Service lines of a synthetic region: what was billed in its last month, one claim for each billed contact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.synthetic.draws import numbered

PLACES_OF_SERVICE = {"office": "11", "client_home": "12", "school": "03", "shelter": "04", "vehicle": "15"}
REMOTE, OTHER_PLACE = "10", "99"  # telehealth in the client's home; other place (CMS place-of-service code set)
UNIT_PRICE = 18.5


def noting_billed(tables: Iterable[pa.Table], since: np.datetime64, billed: list[pa.Table]) -> Iterator[pa.Table]:
    """Passes the contact log on and appends to ``billed`` its billed contacts from ``since`` on."""
    for table in tables:
        late = pc.greater_equal(table["start_at"], pa.scalar(since.astype("datetime64[s]")))
        billed.append(table.filter(pc.and_(table["billable"], late)))
        yield table


def line_rows(billed: list[pa.Table]) -> pd.DataFrame:
    """Rows of the form service_line: contacts of less than a unit make none."""
    contacts = pa.concat_tables(billed).to_pandas()
    contacts = contacts[contacts["units"] > 0].reset_index(drop=True)
    places = contacts["setting"].map(PLACES_OF_SERVICE).fillna(OTHER_PLACE)
    return pd.DataFrame(
        {
            "claim_id": numbered("CL", len(contacts), 7),
            "line_no": "1",
            "claim_action": "original",
            "client_id": contacts["client_id"],
            "program_id": contacts["program_id"],
            "facility_id": contacts["facility_id"],
            "staff_id": contacts["staff_id"],
            "place_of_service": places.where(contacts["modality"] == "in_person", REMOTE),
            "service_from": contacts["start_at"].dt.normalize(),
            "service_to": contacts["start_at"].dt.normalize(),
            "service_code": contacts["service_code"],
            "units": contacts["units"],
            "minutes": contacts["minutes"],
            "rounding_rule": contacts["rounding_rule"],
            "charge": contacts["units"] * UNIT_PRICE,
            "line_status": "billed",
        }
    )
