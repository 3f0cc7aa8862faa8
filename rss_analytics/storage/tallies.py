"""Names and counts that go with a report: what units are called, and what became of each form's records."""

from __future__ import annotations

from datetime import date

from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.opening import StoreFile
from rss_analytics.storage.tables import Tables


def last_load(store: StoreFile) -> int:
    """Number of the newest load; it grows with whatever changes what the store shows."""
    with store.opened(read_only=True) as connection:
        row = connection.execute("SELECT max(load_id) FROM house.load").fetchone()
    return int(row[0]) if row and row[0] else 0


def unit_names(tables: Tables, form: str, *, key: str, name: str, dated: str) -> dict[str, str]:
    """Id -> name of the units of a form, by its latest row in order of ``dated``; a unit without a name has its id."""
    if form not in tables.forms:
        return {}
    rows = tables.connection.execute(
        f"SELECT {q(key)}, arg_max(coalesce({q(name)}, {q(key)}), {q(dated)}) FROM {q(form)} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return dict(rows)


def record_counts(tables: Tables) -> dict[str, dict[str, int]]:
    """What became of each form's records: form -> ``read, accepted, held, refused, excluded``.

    Over all loads known by the tables' date that were not taken back; a file that came several times counts once, by
    its latest load, and what is held at that date counts as held.
    """
    rows = tables.connection.execute(
        """
        WITH latest AS (
            SELECT * FROM store.house.load l
            WHERE kind = 'ingest' AND list_contains(?, load_id)
              AND NOT EXISTS (
                  SELECT 1 FROM store.house.load u WHERE u.undoes = l.load_id AND list_contains(?, u.load_id)
              )
            QUALIFY row_number() OVER (PARTITION BY form, sender, file ORDER BY load_id DESC) = 1
        )
        SELECT form, sum("read"), sum(refused), sum(excluded), sum(accepted + held) FROM latest GROUP BY form ORDER BY 1
        """,
        [list(tables.loads), list(tables.loads)],
    ).fetchall()
    counts = {}
    for form, read, refused, excluded, kept in rows:
        held = _held_now(tables, form)
        counts[form] = {
            "read": int(read),
            "accepted": int(kept) - held,
            "held": held,
            "refused": int(refused),
            "excluded": int(excluded),
        }
    return counts


def _held_now(tables: Tables, form: str) -> int:
    row = tables.connection.execute(f"SELECT count(*) FROM {q(form + '__held')}").fetchone()
    return int(row[0]) if row else 0


def units_inside(tables: Tables, unit: str, parent: str, day: date) -> dict[str, str]:
    """Id of each unit -> id of the parent it belongs to on a day, or last belonged to before it."""
    if unit not in tables.forms:
        return {}
    key, place = q(f"{unit}_id"), q(f"{parent}_id")
    rows = tables.connection.execute(
        f"SELECT {key}, arg_max({place}, valid_from) FROM {q(unit)} WHERE valid_from <= ? AND {place} IS NOT NULL "
        "GROUP BY 1 ORDER BY 1",
        [day],
    ).fetchall()
    return dict(rows)
