"""Reads what the store shows about places and windows, once for all groupings and measures of a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import ibis
import ibis.expr.types as ir
import pandas as pd

from rss_analytics.measures.exposure import segments_of
from rss_analytics.measures.facts import basic_columns, placed_by_staff
from rss_analytics.measures.question import PLACES, Question
from rss_analytics.measures.units import LAST_DAY, own_places, place_records, place_spans
from rss_analytics.measures.windows import day_number, number_of

Place = tuple[str, ...]
Span = tuple[int, int]
Spans = dict[str, list[Span]]


@dataclass(frozen=True)
class Sent:
    """What one sender sent about a place: the days it is due from and to, its last record, windows with a record."""

    due_from: int
    last: int
    due_to: int
    windows: frozenset[int]

    def with_(self, other: Sent) -> Sent:
        """Both together."""
        return Sent(
            min(self.due_from, other.due_from),
            max(self.last, other.last),
            max(self.due_to, other.due_to),
            self.windows | other.windows,
        )


@dataclass(frozen=True)
class Evidence:
    """What is known of a form by ``places`` over a number of ``windows``.

    ``seen`` has ``places, sender, window, first_day, last_day`` of all its records, whatever they say; ``held`` has
    ``places, window, held``, the records that wait for others and are in no number; ``enrolled`` has ``places, sender,
    first_day, last_day`` of clients; ``registered`` has ``register, places, window`` of every place the registers
    know, one for each window it was in force in and a null one when there is none.
    ``declared`` and ``spanned`` are the days that each sender's loads cover: as declared, and as their records span;
    ``senders`` are those that sent a form whose records cover no time, and None for other forms.
    """

    places: tuple[str, ...]
    windows: int
    seen: pd.DataFrame
    held: pd.DataFrame
    enrolled: pd.DataFrame
    registered: pd.DataFrame
    declared: Spans
    spanned: Spans
    senders: frozenset[str] | None

    def by(self, places: tuple[str, ...]) -> Evidence:
        """The same by fewer places."""
        registered = self.registered
        if "program" in places:  # a facility without a program is no unit among programs
            registered = registered[registered["register"] == "program"]
        return replace(
            self,
            places=places,
            seen=_days(self.seen, [*places, "sender", "window"]),
            held=self.held.groupby([*places, "window"], as_index=False).agg({"held": "sum"}),
            enrolled=_days(self.enrolled, [*places, "sender"]),
            registered=registered[[*places, "window"]].drop_duplicates(),
        )

    @cached_property
    def units(self) -> pd.DataFrame:
        """``places, window``: what an answer must have a row for.

        A place of the registers has one for each window it was in force in, and any place with records one for each
        window they lie in; a place that no register knows has one for every window.
        """
        places, seen = list(self.places), self.seen
        windows = pd.DataFrame({"window": range(self.windows)})
        if not places:
            return windows
        known, found = self.registered[places].drop_duplicates(), seen[places].drop_duplicates()
        unknown = found.merge(known, how="left", indicator=True)
        unknown = unknown.loc[unknown["_merge"] == "left_only", places]
        inside = seen.loc[seen["window"].isin(windows["window"]), [*places, "window"]]
        in_force = self.registered.dropna(subset=["window"]).astype({"window": "int64"})
        return pd.concat([in_force, inside, unknown.merge(windows, how="cross")]).drop_duplicates()

    @cached_property
    def sent(self) -> dict[Place, dict[str, Sent]]:
        """What each sender sent about each place that it has records of."""
        keys = [*self.places, "sender"]
        enrolled = {tuple(row[:-2]): row[-2:] for row in self.enrolled[[*keys, "first_day", "last_day"]].to_numpy()}
        found: dict[Place, dict[str, Sent]] = {}
        for *key, window, first, last in self.seen[[*keys, "window", "first_day", "last_day"]].to_numpy():
            due_from, due_to = enrolled.get(tuple(key), (first, last))
            one = Sent(min(first, due_from), last, max(last, due_to), frozenset([window]))
            *place, sender = key
            senders = found.setdefault(tuple(place), {})
            senders[sender] = one if sender not in senders else senders[sender].with_(one)
        return found


def _days(spans: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return spans.groupby(keys, as_index=False).agg({"first_day": "min", "last_day": "max"})


def evidence(question: Question, places: tuple[str, ...]) -> Evidence:
    """The evidence about a measure's form by some of the question's places, read once in a run."""
    rows, relations = question.measure.rows, question.relations
    with_clients = "enrollment" in question.measure.needs
    key = (rows.form, rows.date, with_clients, question.places, question.windows)
    finest = relations.once(("evidence", *key), lambda: _read(question.by(*question.places), clients=with_clients))
    return relations.once(("evidence", *key, places), lambda: finest.by(places))


def _read(question: Question, *, clients: bool) -> Evidence:
    """The evidence by all places of the question; what another measure of the run has read is not read again."""
    once, rows, places, windows = question.relations.once, question.measure.rows, question.places, question.windows
    about = (rows.form, rows.date, places, windows)
    declared, spanned = once(("loads", rows.form), lambda: _load_spans(question))
    nobody = pd.DataFrame(columns=[*places, "sender", "first_day", "last_day"])
    return Evidence(
        places=places,
        windows=len(windows.spans),
        seen=once(("seen", *about), lambda: _seen(question)),
        held=once(("held", *about), lambda: _held(question)),
        enrolled=once(("enrolled", places), lambda: _enrolled(question)) if clients else nobody,
        registered=once(("registered", places, windows), lambda: _registered(question)),
        declared=declared,
        spanned=spanned,
        senders=once(("senders", rows.form), lambda: _senders(question)),
    )


def _senders(question: Question) -> frozenset[str] | None:
    form = question.measure.rows.form
    if question.catalogue.form(form).coverage is not None:
        return None
    return frozenset(question.relations.fetch(question.relations.records(form).select("sender").distinct())["sender"])


def _seen(question: Question) -> pd.DataFrame:
    rows = question.measure.rows
    if question.catalogue.form(rows.form).coverage is None:
        return _seen_enrolled(question)
    records = placed_by_staff(question, question.relations.records(rows.form), rows)
    columns = basic_columns(question, records, rows) | {"sender": records.sender}
    placed = place_records(question, records.select(**columns))
    seen = placed.group_by(*question.places, "sender", "window").aggregate(
        first_day=placed.day.min(), last_day=placed.day.max()
    )
    return question.relations.fetch(seen)


def _seen_enrolled(question: Question) -> pd.DataFrame:
    """The same for a form whose records cover no time, such as plans or stays: windows with clients, by sender."""
    spans, segments = _enrolled_spans(question), segments_of(question)
    joined = spans.join(segments, [spans.first_day <= segments.last_day, spans.last_day >= segments.first_day])
    named = [spans[name] for name in (*question.places, "sender", "first_day", "last_day")]
    rows = joined.select(*named, segments.window)
    seen = rows.group_by(*question.places, "sender", "window").aggregate(
        first_day=rows.first_day.min(), last_day=rows.last_day.max()
    )
    return question.relations.fetch(seen)


def _held(question: Question) -> pd.DataFrame:
    rows = question.measure.rows
    records = placed_by_staff(question, question.relations.held(rows.form), rows)
    placed = place_records(question, records.select(**basic_columns(question, records, rows)))
    return question.relations.fetch(placed.group_by(*question.places, "window").aggregate(held=placed.count()))


def _enrolled(question: Question) -> pd.DataFrame:
    """First and last day on which a sender has a client enrolled, by place and sender."""
    placed = _enrolled_spans(question)
    due = placed.group_by(*question.places, "sender").aggregate(
        first_day=placed.first_day.min(), last_day=placed.last_day.max()
    )
    return question.relations.fetch(due)


def _enrolled_spans(question: Question) -> ir.Table:
    """Days on which a client is enrolled, by place and sender."""
    rows = question.relations.records("enrollment")
    spans = rows.select(
        **own_places(rows),
        sender=rows.sender,
        first_day=number_of(rows.enrolled_on),
        last_day=number_of(rows.discharged_on).fill_null(day_number(question.tables.until)),
    )
    return place_spans(question, spans)


def _registered(question: Question) -> pd.DataFrame:
    """Every place of the registers, in each window it was in force in; a null window when it was in force in none."""
    if not question.places:
        return pd.DataFrame(columns=["register", "window"])
    spans = ibis.union(*(_register(question, form) for form in ("program", "facility")))
    placed = place_spans(question, spans)
    segments = segments_of(question)
    joined = placed.left_join(segments, [placed.first_day <= segments.last_day, placed.last_day >= segments.first_day])
    named = [placed[name] for name in ("register", *question.places)]
    return question.relations.fetch(joined.select(*named, window=segments.window).distinct())


def _register(question: Question, form: str) -> ir.Table:
    """Spans in which a unit of a register existed."""
    rows = question.relations.records(form)
    opened = number_of(rows.opened_on).fill_null(number_of(rows.valid_from))
    closed = number_of(rows.closed_on).fill_null(LAST_DAY)
    columns = {name: ibis.null("string") for name in PLACES}
    columns[form] = rows[f"{form}_id"]
    spans = rows.select(
        **columns,
        register=ibis.literal(form),
        first_day=ibis.greatest(number_of(rows.valid_from), opened),
        last_day=ibis.least(number_of(rows.valid_to).fill_null(LAST_DAY), closed),
    )
    return spans.filter(spans.first_day <= spans.last_day)


def _load_spans(question: Question) -> tuple[Spans, Spans]:
    """Days covered by each sender's loads: as declared, and as their records span."""
    grace = question.catalogue.house_rules.coverage_grace_days
    loads = question.relations.coverage()
    loads = loads.filter(loads.form == question.measure.rows.form)
    loads = loads.select(
        "sender",
        first_day=number_of(loads.covers_from),
        last_day=number_of(loads.covers_to),
        declared=loads.declared.fill_null(False),
    )
    declared: Spans = {}
    spanned: Spans = {}
    for load in question.relations.fetch(loads).to_dict("records"):
        span = (int(load["first_day"]), int(load["last_day"]))
        spanned.setdefault(str(load["sender"]), []).append(span)
        if load["declared"]:
            declared.setdefault(str(load["sender"]), []).append(span)
    # between two loads lies the grace at the end of the first and that at the start of the next
    return (
        {sender: _joined(spans, gap=0) for sender, spans in declared.items()},
        {sender: _joined(spans, gap=2 * grace) for sender, spans in spanned.items()},
    )


def _joined(spans: Sequence[Span], *, gap: int) -> list[Span]:
    """Spans of days in order, those with at most ``gap`` days between them as one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] - 1 <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined
