"""Writes each rule over several records or tables as SQL that names the records breaking it.

Every query reads the rows to judge from ``{rows}`` (a relation of rows in force) and sees the other records as they are
in force now, so what it says depends on what the store holds and not on the order of loading.
A rule that looks at another form is armed, per sender, once that form has records.
"""

from __future__ import annotations

from dataclasses import dataclass

from rss_analytics.definitions import rules
from rss_analytics.definitions.form import ForeignKey, Form
from rss_analytics.storage.columns import quoted_name as q
from rss_analytics.storage.conditions import sql_of
from rss_analytics.storage.layout import table_of

KEY_SIGN = ", "  # between the fields of a foreign key where they are named together


@dataclass(frozen=True)
class RecordCheck:
    """A compiled rule.

    ``breaking``: SQL giving the ``row_id`` of records that break it, among rows ``r`` of ``{rows}``.
    ``field``: the fields of a foreign key, so that two with one code are told apart; None for a rule.
    ``own``: fields of the form whose records are judged together; empty when each stands alone.
    ``other``: the other form looked at, with ``links`` (own field -> its field).
    """

    code: str
    severity: str
    field: str | None
    form: str
    breaking: str
    own: tuple[str, ...]
    other: str | None
    links: dict[str, str]


def record_checks(form: Form, stored: dict[str, Form]) -> list[RecordCheck]:
    """Every foreign key and record rule of a form whose other form is stored, compiled."""
    keys = [_foreign_key(form, key, stored) for key in form.foreign_keys if key.form in stored]
    return keys + [
        _rule(form, rule, stored) for rule in form.record_rules if getattr(rule, "form", form.form) in stored
    ]


def _foreign_key(form: Form, key: ForeignKey, forms: dict[str, Form]) -> RecordCheck:
    links = dict(zip(key.fields, key.target, strict=True))
    filled = " AND ".join(f"r.{q(name)} IS NOT NULL" for name in key.fields)
    breaking = (
        f"SELECT r.row_id FROM {{rows}} r WHERE {filled} AND {_armed(form, forms[key.form])} "
        f"AND NOT EXISTS (SELECT 1 FROM {table_of(key.form)} o WHERE {_linked(form, forms[key.form], links)})"
    )
    return RecordCheck(key.code, key.severity, KEY_SIGN.join(key.fields), form.form, breaking, (), key.form, links)


def _rule(form: Form, rule: rules.RecordRule, forms: dict[str, Form]) -> RecordCheck:
    other, links = getattr(rule, "form", None), dict(getattr(rule, "match", {}))
    own: tuple[str, ...] = ()
    match rule:
        case rules.WithinSpan() | rules.NotDuring() | rules.SameAsSpan():
            breaking = _span(form, rule, forms[rule.form])
        case rules.NoOverlap():
            breaking, own = _overlap(form, rule), rule.by
        case rules.UniqueWithin():
            breaking, own = _unique(form, rule), rule.fields
        case rules.SumWithin():
            breaking, own = _sum(form, rule), rule.by
        case rules.CountMatches():
            breaking, own = _count(form, rule), rule.by
    return RecordCheck(rule.code, rule.severity, None, form.form, breaking, own, other, links)


def _when(form: Form, rule: rules.RecordRule, relation: str = "r") -> str:
    return sql_of(rule.when, relation, form.types) if rule.when is not None else "true"


def _same_sender(form: Form, other: Form) -> str:
    return "o.sender = r.sender AND " if form.scope == other.scope == "sender" else ""


def _armed(form: Form, other: Form) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {table_of(other)} o WHERE {_same_sender(form, other)}o.known_to IS NULL)"
        if not _same_sender(form, other)
        else f"r.sender IN (SELECT DISTINCT sender FROM {table_of(other)} WHERE known_to IS NULL)"
    )


def _linked(form: Form, other: Form, links: dict[str, str]) -> str:
    pairs = " AND ".join(f"o.{q(theirs)} = r.{q(ours)}" for ours, theirs in links.items())
    return f"{_same_sender(form, other)}o.known_to IS NULL AND {pairs}"


def _span(form: Form, rule: rules.WithinSpan | rules.NotDuring | rules.SameAsSpan, other: Form) -> str:
    day = f"CAST(r.{q(rule.date)} AS DATE)"
    start, end = f"CAST(o.{q(rule.start)} AS DATE)", f"CAST(o.{q(rule.end)} AS DATE)" if rule.end else "NULL"
    where = getattr(rule, "where", None)
    linked = _linked(form, other, rule.match) + (f" AND {sql_of(where, 'o', other.types)}" if where is not None else "")
    match = f"SELECT 1 FROM {table_of(other)} o WHERE {linked}"
    inside = (
        f"{match} AND {day} >= coalesce({start}, DATE '0001-01-01') AND {day} <= coalesce({end}, DATE '9999-12-31')"
    )
    # a stay's first and last day are days of both places, so only the days between are judged
    strictly = f"{match} AND {day} > {start} AND {day} < coalesce({end}, DATE '9999-12-31')"
    filled = " AND ".join([f"r.{q(rule.date)} IS NOT NULL", *(f"r.{q(name)} IS NOT NULL" for name in rule.match)])
    base = f"SELECT r.row_id FROM {{rows}} r WHERE {filled} AND {_when(form, rule)} AND {_armed(form, other)}"
    if isinstance(rule, rules.NotDuring):
        return f"{base} AND EXISTS ({strictly})"
    if isinstance(rule, rules.SameAsSpan):
        same = f"{inside} AND o.{q(rule.other)} = r.{q(rule.field)}"
        return f"{base} AND r.{q(rule.field)} IS NOT NULL AND EXISTS ({inside}) AND NOT EXISTS ({same})"
    known = "" if rule.need_match else f" AND EXISTS ({match})"
    return f"{base} AND NOT EXISTS ({inside}){known}"


def _overlap(form: Form, rule: rules.NoOverlap) -> str:
    """Pairs that overlap, looked for only where neighbours by start do.

    In order of start, some two spans of a unit overlap exactly when two neighbours do, so one pass over neighbours
    finds the units worth joining with themselves.  Records that may overlap, such as the clients of one session, are
    one span in that pass: its last record tells where it ends, unless an earlier one ends later, and then the unit is
    looked at too.
    """
    last = form.field(rule.end).type == "datetime"
    open_end = "TIMESTAMP '9999-12-31'" if last else "DATE '9999-12-31'"
    # a last day is part of its span unless the rule lets spans touch; a last minute never is
    touching = "<" if last or rule.may_touch else "<="
    filled = " AND ".join(f"r.{q(name)} IS NOT NULL" for name in (rule.start, *rule.by))
    span = f"{_unit(form, rule.by)} AS unit, r.{q(rule.start)} AS starts, coalesce(r.{q(rule.end)}, {open_end}) AS ends"
    judged = f"FROM {{rows}} r WHERE {filled} AND {_when(form, rule)}"
    differ = " OR ".join(f"a.{q(name)} IS DISTINCT FROM b.{q(name)}" for name in rule.differ) or "true"
    same = " AND ".join(f"coalesce(a.{q(name)} = b.{q(name)}, false)" for name in rule.unless_same) or "false"
    kept = "".join(f", r.{q(name)}" for name in dict.fromkeys((*rule.differ, *rule.unless_same)))
    together = "coalesce(party = lag(party) OVER w, false)" if rule.unless_same else "false"
    return f"""
        WITH crowded AS (
            SELECT DISTINCT unit FROM (
                SELECT unit, CASE WHEN {together} THEN ends < lag(ends) OVER w
                                  ELSE starts {touching} lag(ends) OVER w END AS close
                FROM (SELECT {span}, {_party(rule)} AS party {judged}) WINDOW w AS (PARTITION BY unit ORDER BY starts)
            ) WHERE close
        ), near AS (SELECT * FROM (SELECT r.row_id, {span}{kept} {judged}) SEMI JOIN crowded USING (unit))
        SELECT DISTINCT a.row_id FROM near a JOIN near b
          ON a.unit = b.unit AND a.row_id <> b.row_id AND a.starts {touching} b.ends AND b.starts {touching} a.ends
        WHERE NOT ({same}) AND ({differ})"""


def _party(rule: rules.NoOverlap) -> str:
    """SQL of one number for the records that may overlap; null for a record that may not overlap with any."""
    if not rule.unless_same:
        return "NULL"
    filled = " AND ".join(f"r.{q(name)} IS NOT NULL" for name in rule.unless_same)
    return f"CASE WHEN {filled} THEN hash({', '.join(f'r.{q(name)}' for name in rule.unless_same)}) END"


def _unit(form: Form, by: tuple[str, ...], day: str | None = None) -> str:
    """SQL of one number for the records that share ``by``; 64 bits keep two units from ever meeting in practice."""
    whose = ["r.sender"] if form.scope == "sender" else []
    return f"hash({', '.join([*whose, *(f'r.{q(name)}' for name in by), *([day] if day else [])])})"


def _unique(form: Form, rule: rules.UniqueWithin) -> str:
    filled = " AND ".join(f"r.{q(name)} IS NOT NULL" for name in rule.fields)
    return f"""
        WITH part AS (
            SELECT r.row_id, {_unit(form, rule.fields)} AS unit FROM {{rows}} r WHERE {filled} AND {_when(form, rule)}
        )
        SELECT row_id FROM part SEMI JOIN (SELECT unit FROM part GROUP BY unit HAVING count(*) > 1) USING (unit)"""


def _sum(form: Form, rule: rules.SumWithin) -> str:
    """The plain sum is never less than the one that counts a group once, so it tells which units to look at."""
    day = f"CAST(r.{q(rule.day_of)} AS DATE)" if rule.day_of else None
    once = f"coalesce(r.{q(rule.once_per)}, CAST(r.row_id AS VARCHAR))" if rule.once_per else "r.row_id"
    filled = " AND ".join(f"r.{q(name)} IS NOT NULL" for name in rule.by)
    return f"""
        WITH part AS (
            SELECT r.row_id, {_unit(form, rule.by, day)} AS unit, r.{q(rule.total)} AS amount
            FROM {{rows}} r WHERE r.{q(rule.total)} IS NOT NULL AND {filled} AND {_when(form, rule)}
        ), large AS (SELECT unit FROM part GROUP BY unit HAVING sum(amount) > {rule.most}
        ), near AS (
            SELECT part.*, {once} AS counted FROM part SEMI JOIN large USING (unit) JOIN {{rows}} r USING (row_id)
        ), total AS (
            SELECT unit FROM (SELECT unit, counted, max(amount) AS amount FROM near GROUP BY unit, counted)
            GROUP BY unit HAVING sum(amount) > {rule.most}
        )
        SELECT row_id FROM near SEMI JOIN total USING (unit)"""


def _count(form: Form, rule: rules.CountMatches) -> str:
    filled = " AND ".join(f"r.{q(name)} IS NOT NULL" for name in rule.by)
    return f"""
        WITH part AS (
            SELECT r.row_id, {_unit(form, rule.by)} AS unit, r.{q(rule.of)} AS one, r.{q(rule.count)} AS said
            FROM {{rows}} r WHERE {filled} AND {_when(form, rule)}
        )
        SELECT row_id FROM part JOIN (SELECT unit, count(DISTINCT one) AS there FROM part GROUP BY unit) USING (unit)
        WHERE said IS NOT NULL AND said <> there"""
