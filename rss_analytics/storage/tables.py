"""What measures may see of a store: a connection with the accepted records as they were known on a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from rss_analytics.storage.columns import quoted_name


@dataclass(frozen=True)
class Tables:
    """Relations of ``connection``, one per form that has records, named as the form.

    - ``<form>``: the form's fields plus ``row_id``, ``sender`` and, for people, ``client_key`` and ``staff_key``
      (the id qualified by its sender); only records in force on ``as_of`` and not held.
    - ``<form>__held``: the same columns for the held records.
    - ``<form>__answer``: ``row_id, item, code, missing`` of a survey form.
    - ``<form>__<field>``: ``row_id, code`` of a multi-choice field.
    - ``calendar``: ``date, authority, is_business_day, business_number``; ``authority`` ``none`` knows weekends only.
    - ``coverage``: ``form, sender, covers_from, covers_to, declared``, one row a load.

    A form without records has no relation; ``forms`` lists those that have one.
    """

    connection: duckdb.DuckDBPyConnection
    as_of: date
    until: date
    loads: tuple[int, ...]
    forms: frozenset[str]

    def keep(self, name: str, query: str) -> str:
        """Fills a table of the connection's own with a query's rows, to be read by its name; the store is untouched."""
        self.connection.execute(f"CREATE TEMP TABLE {quoted_name(name)} AS {query}")
        return name

    def drop(self, name: str) -> None:
        """Takes a kept table away."""
        self.connection.execute(f"DROP TABLE temp.{quoted_name(name)}")
