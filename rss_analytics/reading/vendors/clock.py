"""Times as survey tools write them, given in ISO 8601 so that every form understands them."""

from __future__ import annotations

import re
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.reading.table import TextTable

_LATEST_MONTH = 12
_TIME = r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?\s?(?:[Mm]\.?)?(?:\s+([A-Za-z][\w:+-]*))?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.-](\d{{1,2}})[/.-](\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){_TIME}")


def is_moment(text: str) -> bool:
    """Whether a text is a day with a time of day, in any of the orders that survey tools use."""
    found = _YEAR_FIRST.fullmatch(text.strip()) or _YEAR_LAST.fullmatch(text.strip())
    return found is not None and found[4] is not None


def writes_day_first(table: TextTable, position: int) -> bool:
    """Whether a column of times puts the day before the month: some first number is no month and no second one is."""
    day_first = False
    for batch in table.batches():
        for text in pc.unique(batch.columns[str(position)]).to_pylist():
            found = _YEAR_LAST.fullmatch(text.strip())
            if found and int(found[2]) > _LATEST_MONTH:
                return False
            day_first = day_first or (found is not None and int(found[1]) > _LATEST_MONTH)
    return day_first


def iso_times(cells: pa.Array | pa.ChunkedArray, *, day_first: bool, with_zone: bool = True) -> pa.Array:
    """The cells with every time as ``YYYY-MM-DD HH:MM:SS`` and the zone it has, if wanted; others as they stand."""
    whole = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    encoded = pc.dictionary_encode(whole)
    texts = [iso_time(text, day_first=day_first, with_zone=with_zone) for text in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(texts, pa.string()), encoded.indices)


def iso_time(text: str, *, day_first: bool = False, with_zone: bool = False) -> str:
    """One time in ISO 8601, with the zone it has if that is wanted; the text itself when it is no time."""
    word = text.strip()
    if found := _YEAR_FIRST.fullmatch(word):
        year, month, day = found[1], found[2], found[3]
    elif found := _YEAR_LAST.fullmatch(word):
        year, month, day = found[3], *((found[2], found[1]) if day_first else (found[1], found[2]))
    else:
        return text
    if found[4] is None:
        return _checked(f"{year}-{int(month):02}-{int(day):02}", text)
    hour = int(found[4])
    if found[7]:
        if not 1 <= hour <= 12:
            return text
        hour = hour % 12 + (12 if found[7] in "Pp" else 0)
    iso = _checked(f"{year}-{int(month):02}-{int(day):02} {hour:02}:{found[5]}:{found[6] or '00'}", text)
    return f"{iso} {found[8]}" if with_zone and found[8] and iso != text else iso


def _checked(iso: str, text: str) -> str:
    try:
        datetime.fromisoformat(iso)
    except ValueError:
        return text
    return iso
